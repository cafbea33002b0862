"""The DSO, pure: quarters from register readings, the network's bill day by day, rounds of forecasts.

The bill of a month grows: every local day, and at the end of operation, what the account
now owes beyond what was posted before is posted. So peak and contracted power, which are known
only at the end, are always right for what has been metered so far.
"""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sterna.actors.dso import records
from sterna.actors.dso.records import QuarterRow, SendMetered, State
from sterna.domain.ledger import Party, account
from sterna.domain.ledger_rows import rows
from sterna.domain.local_day import first_of_month, midnight
from sterna.domain.registers import QUARTER_S, RegisterReading, follows, per_interval
from sterna.domain.site_bill import NOTHING_DUE, network_bill, site_transaction
from sterna.domain.tariff import NetworkTariff
from sterna.kernel.quantities import Instant, later
from sterna.kernel.records import Command, WakeAt, Woke

ROUND: Final = "round"
CLOSE: Final = "close"
LAST_READING_S: Final = 60.0
"""How long the end of operation waits for the meter's last report; then what is known is billed."""
PRICES_KEPT: Final = 24 * 14
"""Price intervals that are kept for the operator's page: as many as one answer has."""


def decide(
    tariff: NetworkTariff, state: State, event: records.TakesIn
) -> tuple[State, Sequence[Command]]:
    """Take one event; *tariff* is what the network costs."""
    match event:
        case records.Started() | Woke(key="round"):
            return state, new_round(state, event.at)
        case records.Read():
            return state, read(tariff, state, event.reading, event.at)
        case records.Closing():
            state.closing = event.at
            return state, closed(tariff, state, event.at) or patience(event.at)
        case Woke():
            return state, given_up_waiting(tariff, state, event.at)
        case records.PeerChanged():
            state.building_online = event.online
            return state, (records.Forecast(start=event.at),) if event.online else ()
        case records.Complained():
            return state, (
                records.ComplaintRow(connection=event.group, at=event.at, why=event.why),
            )
        case _:
            return noted(state, event), ()


def noted(state: State, event: records.Measured | records.Priced | records.PartyKept) -> State:
    """Keep what was learned."""
    match event:
        case records.Measured():
            state.kw, state.measured_at = event.kw, event.at
        case records.Priced():
            state.prices = event.prices[:PRICES_KEPT]
        case records.PartyKept():
            state.party = event.party
    return state


def new_round(state: State, now: Instant) -> Sequence[Command]:
    """Ask for prices and forecast capacity, now and every so often."""
    forecast = (records.Forecast(start=now),) if state.building_online else ()
    return (
        records.AskPrices(start=now),
        *forecast,
        WakeAt(due=later(now, state.round_s), key=ROUND),
    )


# -- metering -----------------------------------------------------------------------------


def read(
    tariff: NetworkTariff, state: State, reading: RegisterReading, now: Instant
) -> Sequence[Command]:
    """Take a register reading: complete quarters become rows, complete days are billed."""
    if not follows(state.last, reading):
        # A report that was kept and sent again is older than what is known; both are harmless.
        state.rejected += reading.at > state.last.at
        return ()
    before = complete(state)
    for piece in per_interval((state.last, reading)):
        k = int((piece.start - state.account_start) // QUARTER_S)
        for register in (state.imported, state.exported):
            register.extend([0] * (k + 1 - len(register)))
        state.imported[k] += piece.charged_wh
        state.exported[k] += piece.discharged_wh
    state.last = reading
    return (
        *quarter_rows(state, before, complete(state)),
        *settled(tariff, state, midnight(reading.at, ZoneInfo(state.zone)), now),
        *closed(tariff, state, now),
    )


def complete(state: State) -> int:
    """Return how many quarters of the open account are complete."""
    return int((state.last.at - state.account_start) // QUARTER_S)


def quarter_rows(state: State, first: int, end: int) -> Sequence[QuarterRow]:
    """Return the quarters from number *first* until before *end* as rows."""
    return [
        QuarterRow(
            connection=state.connection,
            start=later(state.account_start, k * QUARTER_S),
            imported_wh=state.imported[k],
            exported_wh=state.exported[k],
        )
        for k in range(first, end)
    ]


# -- billing ------------------------------------------------------------------------------


def settled(tariff: NetworkTariff, state: State, until: Instant, now: Instant) -> Sequence[Command]:
    """Bill and pass on everything up to *until*, local day by local day."""
    zone = ZoneInfo(state.zone)
    commands: list[Command] = []
    while state.settled_until < until:
        end = min(until, midnight(state.settled_until, zone, days=1))
        commands += billed(tariff, state, end, now)
        if first_of_month(end, zone) and midnight(end, zone) == end:
            new_month(state, end)
    return commands


def billed(tariff: NetworkTariff, state: State, end: Instant, now: Instant) -> Sequence[Command]:
    """Post what the account owes at *end* beyond what was posted, and pass its new quarters on."""
    first = int((state.settled_until - state.account_start) // QUARTER_S)
    count = int((end - state.account_start) // QUARTER_S)
    due = network_bill(
        start=state.account_start, imported_wh=state.imported[:count], tariff=tariff,
        contracted_kw=state.contracted_kw,
    )  # fmt: skip
    paid = site_transaction(
        due.beyond(state.billed), f"network:{state.connection}:{end:.0f}", now,
        building=state.building, market=account(Party.MARKET), dso=account(Party.DSO),
    )  # fmt: skip
    metered = SendMetered(
        start=state.settled_until,
        imported_wh=tuple(state.imported[first:count]),
        exported_wh=tuple(state.exported[first:count]),
    )
    state.billed, state.settled_until = due, end
    return (*rows(paid), metered)


def new_month(state: State, start: Instant) -> None:
    """Open a new account at *start*; the old one is paid."""
    gone = int((start - state.account_start) // QUARTER_S)
    state.imported, state.exported = state.imported[gone:], state.exported[gone:]
    state.account_start, state.billed = start, NOTHING_DUE


def closed(tariff: NetworkTariff, state: State, now: Instant) -> Sequence[Command]:
    """Bill the rest when operation ends and the meter has been read up to there; else wait for it."""
    if state.closing is None or state.last.at < quarter_of(state.closing):
        return ()
    until, state.closing = quarter_of(state.closing), None
    return settled(tariff, state, until, now)


def patience(now: Instant) -> Sequence[Command]:
    """Wait for the last report, but not for ever."""
    return (WakeAt(due=later(now, LAST_READING_S), key=CLOSE),)


def given_up_waiting(tariff: NetworkTariff, state: State, now: Instant) -> Sequence[Command]:
    """Close with what is known; a quarter that is not complete stays open."""
    if state.closing is None:
        return ()
    state.closing = None
    return settled(tariff, state, quarter_of(state.last.at), now)


def quarter_of(moment: Instant) -> Instant:
    """Return the start of the quarter hour that *moment* is in."""
    return Instant(moment // QUARTER_S * QUARTER_S)
