"""Who paid whom is told from the ledger alone."""

from hypothesis import given
from hypothesis import strategies as st

from sterna.app.money import flows, matched, party
from sterna.app.outcome import Posting
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant


def posting(transaction: str, account: str, amount: int, why: str) -> Posting:
    return Posting(
        transaction=transaction, at=Instant(0), account=account, amount=MicroEuro(amount), why=why
    )


def test_a_bill_that_is_split_shows_both_receivers() -> None:
    ledger = [
        posting("t1", "driver/7", -300, "energy"),
        posting("t1", "building", 200, "energy"),
        posting("t1", "cpo", 100, "service"),
    ]
    assert [(f.why, f.payer, f.payee, f.amount) for f in flows(ledger)] == [
        ("energy", "driver", "building", 200),
        ("service", "driver", "cpo", 100),
    ]


def test_a_reward_is_not_mistaken_for_a_fee_paid_in_the_same_transaction() -> None:
    lines = [
        posting("t1", "building", -50, "reward"),
        posting("t1", "driver/7", -30, "fee"),
        posting("t1", "cpo", 30, "fee"),
        posting("t1", "driver/7", 50, "reward"),
    ]
    assert {(f.why, f.payer, f.payee) for f in matched(lines)} == {
        ("fee", "driver", "cpo"),
        ("reward", "building", "driver"),
    }


def test_a_person_is_shown_as_a_role() -> None:
    assert party("parking/porto") == "parking"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), min_size=1, max_size=6))
def test_all_that_was_received_is_matched(received: list[tuple[str, int]]) -> None:
    total = sum(amount for _, amount in received)
    lines = [posting("t", "payer", -total, "x")]
    lines += [posting("t", who, amount, "x") for who, amount in received]
    assert sum(flow.amount for flow in matched(lines)) == total
