"""Who paid whom: the ledger's postings laid against each other, per reason and party."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sterna.app.outcome import Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Money that went from one party to another for one reason, in micro-euro, > 0."""

    why: str
    payer: str
    payee: str
    amount: int


def flows(ledger: Iterable[Posting]) -> tuple[Flow, ...]:
    """Return the flows of *ledger*, the largest first."""
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    ordered = sorted(ledger, key=lambda posting: posting.transaction)
    for _, lines in groupby(ordered, key=lambda posting: posting.transaction):
        for flow in matched(tuple(lines)):
            totals[flow.why, flow.payer, flow.payee] += flow.amount
    found = (
        Flow(why=why, payer=payer, payee=payee, amount=amount)
        for (why, payer, payee), amount in totals.items()
    )
    return tuple(sorted(found, key=lambda flow: (-flow.amount, flow.why, flow.payer, flow.payee)))


def matched(lines: Sequence[Posting]) -> Iterator[Flow]:
    """Lay what was received in one transaction against what was paid, in the order of the postings.

    Postings with the same reason are matched first, so that a reward does not look like a fee.
    """
    unpaid = [(line.why, party(line.account), -line.amount) for line in lines if line.amount < 0]
    received: list[tuple[str, str, int]] = [
        (line.why, party(line.account), line.amount) for line in lines if line.amount > 0
    ]
    for same_reason in (True, False):
        for place, (why, payee, due) in enumerate(received):
            left: int = due
            for k, (reason, payer, open_amount) in enumerate(unpaid):
                part = min(left, open_amount) if not same_reason or reason == why else 0
                if part > 0:
                    yield Flow(why=why, payer=payer, payee=payee, amount=part)
                    unpaid[k] = (reason, payer, open_amount - part)
                    left -= part
            received[place] = (why, payee, left)


def party(account: str) -> str:
    """Return the role behind an account, without the person: ``driver/17`` is a driver."""
    return account.split("/", 1)[0]
