"""The ledger as rows of the store: one per posting, written with the event that moved the money."""

from typing import ClassVar

from sterna.domain.ledger import Transaction
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Row


class LedgerRow(Row, frozen=True, kw_only=True, gc=False):
    """One posting. The rows of one *posting_key* sum to zero; a replay writes the same rows again."""

    table: ClassVar[str] = "ledger"
    key: ClassVar[tuple[str, ...]] = ("posting_key", "line")

    posting_key: str
    """The transaction's idempotency key, e.g. ``bill:ses-0042``."""
    line: int
    at: Instant
    account: str
    """``party/owner``, see :data:`sterna.domain.ledger.AccountId`."""
    amount: int
    """Micro-euro; positive is received by *account*."""
    what: str


def rows(transaction: Transaction) -> tuple[LedgerRow, ...]:
    """Return *transaction* as rows."""
    return tuple(
        LedgerRow(
            posting_key=transaction.key, line=line, at=transaction.at,
            account=posting.account, amount=posting.amount, what=posting.what,
        )
        for line, posting in enumerate(transaction.postings)
    )  # fmt: skip
