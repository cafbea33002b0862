"""A transaction stored as rows still sums to zero."""

from sterna.domain.ledger import Party, account, payment
from sterna.domain.ledger_rows import rows
from sterna.kernel.money import euros
from sterna.kernel.quantities import Instant


def test_the_rows_of_a_transaction_sum_to_zero_and_keep_their_order() -> None:
    paid = payment(
        "parking:res-1",
        Instant(60),
        payer=account(Party.DRIVER, "driver-001"),
        payee=account(Party.PARKING),
        amount=euros(40),
        what="parking",
    )
    stored = rows(paid)
    assert [row.line for row in stored] == [0, 1]
    assert sum(row.amount for row in stored) == 0
    assert {row.posting_key for row in stored} == {"parking:res-1"}
    assert stored == rows(paid)
