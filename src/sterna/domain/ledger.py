"""A double-entry ledger in integer micro-euro whose sum is always zero.

An account belongs to one party; its balance is what the party has gained
(positive) or spent (negative). Every transaction moves money between accounts
and sums to zero, so that the whole ledger does. A transaction has a key: the
same key with the same body is answered with the first entry and changes
nothing; the same key with another body is refused and kept for the report.

The ledger is the one record of the domain that changes in place: it grows by
thousands of entries, and only ever at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from sterna.kernel.errors import Refused
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant

AccountId = NewType("AccountId", str)
"""``party/owner``, e.g. ``driver/driver-017`` or ``building/porto``."""

CONTRADICTIONS_MAX: Final = 1000
"""Changed replays that are kept for the report; more are one fault repeated, still refused."""


class Party(StrEnum):
    """The roles that money flows between."""

    DRIVER = "driver"
    PARKING = "parking"
    EMSP = "emsp"
    CPO = "cpo"
    DSO = "dso"
    MARKET = "market"
    BUILDING = "building"
    STATE = "state"
    AGGREGATOR = "aggregator"


def account(party: Party, owner: str = "") -> AccountId:
    """Return the account of *owner* in the role *party*; without an owner the role's only one."""
    return AccountId(f"{party}/{owner}" if owner else party.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One line of a transaction: *account* gains *amount* (negative: it pays)."""

    account: AccountId
    amount: MicroEuro
    what: str
    """What it is for, as the bill says it, e.g. ``energy``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A movement of money that happens as a whole or not at all."""

    key: str
    """The idempotency key, e.g. ``bill:ses-0042``."""
    at: Instant
    """When it was first asked for; a replay at another time is still the same."""
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Check that no money is made or lost."""
        assert sum(posting.amount for posting in self.postings) == 0, self

    def same_body(self, other: "Transaction") -> bool:
        """Return whether *other* moves the same money for the same reasons."""
        return self.postings == other.postings


@dataclass(slots=True, kw_only=True)
class Ledger:
    """All transactions so far, the balances, and the replays that contradicted."""

    entries: dict[str, Transaction] = field(default_factory=dict)
    balances: dict[AccountId, MicroEuro] = field(default_factory=dict)
    contradictions: list[Transaction] = field(default_factory=list)
    """Refused: a known key with another body. Each is reported to the operator."""

    def post(self, transaction: Transaction) -> Transaction:
        """Enter *transaction* and return the entry; a replay returns the first one.

        Refused when its key is known with another body.
        """
        first = self.entries.get(transaction.key)
        if first is None:
            self._enter(transaction)
            return transaction
        if first.same_body(transaction):
            return first
        if len(self.contradictions) < CONTRADICTIONS_MAX:
            self.contradictions.append(transaction)
        raise Refused(f"{transaction.key} was posted before with other amounts")

    def _enter(self, transaction: Transaction) -> None:
        self.entries[transaction.key] = transaction
        for posting in transaction.postings:
            gained = self.balances.get(posting.account, 0) + posting.amount
            self.balances[posting.account] = MicroEuro(gained)

    def balance(self, of: AccountId) -> MicroEuro:
        """Return what *of* has gained so far; 0 for an account that nothing was posted to."""
        return self.balances.get(of, MicroEuro(0))

    def total(self) -> MicroEuro:
        """Return the sum of all balances: zero, always."""
        return MicroEuro(sum(self.balances.values()))

    def party(self, party: Party) -> MicroEuro:
        """Return what all accounts of *party* together have gained."""
        return MicroEuro(
            sum(gained for name, gained in self.balances.items() if name.split("/")[0] == party)
        )

    def flows(self) -> dict[tuple[str, str], MicroEuro]:
        """Return (party, what) -> gained, over all entries: the table of who was paid for what."""
        found: dict[tuple[str, str], MicroEuro] = {}
        for posting in self.lines():
            key = (posting.account.split("/")[0], posting.what)
            found[key] = MicroEuro(found.get(key, 0) + posting.amount)
        return found

    def lines(self, of: AccountId | None = None) -> Iterable[Posting]:
        """Return the postings in order of entry, all or those of one account."""
        return (
            posting
            for entry in self.entries.values()
            for posting in entry.postings
            if of is None or posting.account == of
        )


def payment(
    key: str, at: Instant, *, payer: AccountId, payee: AccountId, amount: MicroEuro, what: str
) -> Transaction:
    """Return the transaction in which *payer* gives *amount* (not negative) to *payee*."""
    assert amount >= 0, amount
    return Transaction(
        key=key,
        at=at,
        postings=(
            Posting(account=payer, amount=MicroEuro(-amount), what=what),
            Posting(account=payee, amount=amount, what=what),
        ),
    )
