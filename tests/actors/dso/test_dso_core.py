"""The DSO's accounts, pure: months, days of 23 and 25 hours, odd readings, the end of operation."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from actors.grid_site import TARIFF
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.actors.dso.core import CLOSE, LAST_READING_S, decide, quarter_of
from sterna.actors.dso.records import Closing, QuarterRow, Read, SendMetered, State
from sterna.domain.ledger import Party, account
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.registers import RegisterReading
from sterna.domain.site_bill import network_bill
from sterna.kernel.quantities import Instant, Seconds, WattHours, later
from sterna.kernel.records import Command, WakeAt, Woke

LISBON = ZoneInfo("Europe/Lisbon")


def at(*wall: int) -> Instant:
    return Instant(datetime(*wall, tzinfo=LISBON).timestamp())  # type: ignore[misc,arg-type]  # y, m, d, h


class Account:
    """A connection from *start* on that draws *wh* each quarter."""

    def __init__(self, start: Instant, wh: int = 1000) -> None:
        self.start, self.wh = start, wh
        opening = RegisterReading(at=start, charged_wh=WattHours(0), discharged_wh=WattHours(0))
        self.state = State(
            connection="porto", zone="Europe/Lisbon", building=account(Party.BUILDING), contracted_kw=None,
            round_s=Seconds(21_600), account_start=quarter_of(start), settled_until=quarter_of(start), last=opening,
        )  # fmt: skip
        self.commands: list[Command] = []

    def tell(self, event: Read | Closing | Woke) -> Sequence[Command]:
        self.state, commands = decide(TARIFF, self.state, event)
        self.commands += commands
        return commands

    def read(self, moment: Instant) -> Sequence[Command]:
        wh = WattHours(round((moment - self.start) / 900 * self.wh))
        reading = RegisterReading(at=moment, charged_wh=wh, discharged_wh=WattHours(0))
        return self.tell(Read(at=later(moment, 0.01), reading=reading))

    def read_quarters(self, end: Instant) -> None:
        moment = self.state.last.at
        while moment < end:
            moment = later(moment, 900)
            self.read(moment)

    def posted(self) -> int:
        """Return what the network operator got."""
        return sum(
            c.amount for c in self.commands if isinstance(c, LedgerRow) and c.account == "dso"
        )

    def sent(self) -> list[SendMetered]:
        return [c for c in self.commands if isinstance(c, SendMetered)]


def test_a_month_s_account_ends_with_the_month() -> None:
    ledger = Account(at(2026, 7, 30, 0))
    ledger.read_quarters(at(2026, 8, 2, 0))
    july = network_bill(start=ledger.start, imported_wh=[1000] * 192, tariff=TARIFF)
    august = network_bill(start=at(2026, 8, 1, 0), imported_wh=[1000] * 96, tariff=TARIFF)
    assert ledger.posted() == july.network + august.network
    assert ledger.state.account_start == at(2026, 8, 1, 0)
    assert len(ledger.state.imported) == 96
    assert len([c for c in ledger.commands if isinstance(c, QuarterRow)]) == 288


@pytest.mark.parametrize(("day", "quarters"), [((2026, 3, 29), 92), ((2026, 10, 25), 100)])
def test_the_days_of_the_clock_change_have_their_own_length(
    day: tuple[int, int, int], quarters: int
) -> None:
    ledger = Account(at(*day, 0))
    ledger.read_quarters(later(ledger.start, 101 * 900))
    assert [len(sent.imported_wh) for sent in ledger.sent()] == [quarters]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 250_000), min_size=97, max_size=300))
def test_whatever_is_drawn_the_days_sum_to_the_bill_of_the_whole(quarters: list[int]) -> None:
    ledger = Account(at(2026, 7, 2, 0))
    total = 0
    for k, wh in enumerate(quarters, 1):
        total += wh
        moment = later(ledger.start, k * 900)
        reading = RegisterReading(
            at=moment, charged_wh=WattHours(total), discharged_wh=WattHours(0)
        )
        ledger.tell(Read(at=moment, reading=reading))
    ledger.tell(Closing(at=ledger.state.last.at))
    due = network_bill(start=ledger.start, imported_wh=quarters, tariff=TARIFF)
    assert ledger.posted() == due.network
    assert [wh for sent in ledger.sent() for wh in sent.imported_wh] == quarters


def test_the_end_waits_for_the_last_report() -> None:
    ledger = Account(at(2026, 7, 2, 0))
    ledger.read_quarters(at(2026, 7, 2, 5))
    end = later(at(2026, 7, 2, 5), 900)
    assert ledger.tell(Closing(at=end)) == (WakeAt(due=later(end, LAST_READING_S), key=CLOSE),)
    ledger.read(end)
    assert [len(sent.imported_wh) for sent in ledger.sent()] == [21]
    assert ledger.tell(Woke(at=later(end, LAST_READING_S), key=CLOSE)) == ()


def test_the_end_does_not_wait_for_ever() -> None:
    ledger = Account(at(2026, 7, 2, 0))
    ledger.read_quarters(at(2026, 7, 2, 5))
    end = at(2026, 7, 2, 6)
    ledger.tell(Closing(at=end))
    ledger.tell(Woke(at=later(end, LAST_READING_S), key=CLOSE))
    assert [len(sent.imported_wh) for sent in ledger.sent()] == [20]
    # The meter comes back; nothing was lost, and operation can be ended again.
    ledger.read(end)
    ledger.tell(Closing(at=end))
    assert [len(sent.imported_wh) for sent in ledger.sent()] == [20, 4]
    assert ledger.posted() == network_bill(start=ledger.start, imported_wh=[1000] * 24, tariff=TARIFF).network  # fmt: skip


def test_a_reading_that_runs_backwards_is_left_out_and_an_old_one_ignored() -> None:
    ledger = Account(at(2026, 7, 2, 0))
    ledger.read_quarters(at(2026, 7, 2, 1))
    moment = later(ledger.state.last.at, 900)
    back = RegisterReading(at=moment, charged_wh=WattHours(1), discharged_wh=WattHours(0))
    assert ledger.tell(Read(at=moment, reading=back)) == ()
    assert ledger.read(at(2026, 7, 2, 1)) == ()
    assert ledger.state.rejected == 1
    ledger.read(later(moment, 900))
    assert ledger.state.imported == [1000] * 6


def test_a_contract_may_begin_within_a_quarter() -> None:
    ledger = Account(later(at(2026, 7, 2, 0), 300))
    for quarter in (1, 2):
        ledger.read(later(at(2026, 7, 2, 0), quarter * 900))
    ledger.tell(Closing(at=ledger.state.last.at))
    (sent,) = ledger.sent()
    assert (sent.start, sent.imported_wh) == (at(2026, 7, 2, 0), (667, 1000))
