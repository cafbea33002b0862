"""The CSMS, pure: every transaction message counts once, gaps are known, the operator is told."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sterna.actors.csms.records import (
    Booted,
    CdrTaken,
    Confirm,
    FaultTold,
    Metered,
    MeterValueRow,
    Reported,
    State,
    Station,
    StationRow,
    StatusChanged,
    TakesIn,
    TellFault,
    TellRecord,
    TellSession,
    Transaction,
    TransactionRow,
)
from sterna.actors.csms.settings import CsmsSettings
from sterna.domain.registers import RegisterReading
from sterna.kernel.quantities import Instant, later
from sterna.kernel.records import Command, Forget, WakeAt, Woke

KEPT_MAX: Final = 20_000
"""Transactions kept to know a message that comes again: a month of a site with hundreds of EVSEs."""
VARIABLES_MAX: Final = 5_000
"""Variables kept per station; a full base report has some hundreds."""
BEYOND_MAX: Final = 10_000
"""Sequence numbers kept beyond a gap: as many messages as a station can queue."""
PLACES_MAX: Final = 256
"""Connectors of one station: more than any has, and a bound for one that invents them."""
FAULTED: Final = "Faulted"
"""OCPP's connector status."""
EARLY_S: Final = 1.0
"""Clock-aligned samples of one period may come this much closer together."""


def first(settings: CsmsSettings) -> State:
    """Return the state of a CSMS that has met nobody."""
    return State(heartbeat_s=settings.heartbeat_s, update_s=settings.update_s, gap_s=settings.gap_s)


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    return state, TAKEN[type(event)](state, event)


def booted(state: State, event: Booted) -> Sequence[Command]:
    """Take note of a station that has started."""
    station = state.stations.setdefault(event.station, Station())
    station.vendor, station.model, station.firmware = event.vendor, event.model, event.firmware
    station.booted_at = event.at
    station.boots += 1
    row = StationRow(
        station=event.station, vendor=event.vendor, model=event.model, firmware=event.firmware,
        booted_at=event.at, boots=station.boots,
    )  # fmt: skip
    return (row,)


def status_changed(state: State, event: StatusChanged) -> Sequence[Command]:
    """Take note of a connector's status; the operator hears when it begins or ceases to be faulted."""
    station = state.stations.setdefault(event.station, Station())
    if event.place not in station.statuses and len(station.statuses) >= PLACES_MAX:
        return ()
    before = station.statuses.get(event.place, "")
    station.statuses[event.place] = event.status
    if (before == FAULTED) == (event.status == FAULTED):
        return ()
    evse = f"{event.station}-{event.place.partition('.')[0]}"
    cleared = event.status != FAULTED
    reason = station.problems.pop(evse, "") if cleared else station.problems.get(evse, "")
    return (
        TellFault(
            station=event.station, evse=evse, at=event.at, cleared=cleared, reason=reason
        ),
    )  # fmt: skip


def fault_told(state: State, event: FaultTold) -> Sequence[Command]:
    """Remember what a station says of a fault; its status tells whether there is one."""
    problems = state.stations.setdefault(event.station, Station()).problems
    if event.reason and (event.evse in problems or len(problems) < PLACES_MAX):
        problems[event.evse] = event.reason
    return ()


def reported(state: State, event: Reported) -> Sequence[Command]:
    """Take note of a part of a station's device model."""
    known = state.stations.setdefault(event.station, Station()).variables
    for name, value in event.variables.items():
        if name in known or len(known) < VARIABLES_MAX:
            known[name] = value
    return ()


def metered(state: State, event: Metered) -> Sequence[Command]:
    """Enter a transaction message into the ledger, unless it is there already."""
    confirm = Confirm(
        station=event.station, uid=event.uid, token=event.token, token_type=event.token_type
    )
    key = f"{event.station} {event.tx}"
    entry = state.transactions.get(key)
    if entry is None:
        entry = opened(state, key, event)
    if event.seq < entry.expected or event.seq in entry.beyond:
        state.doubled += 1
        return (confirm,)
    numbered(entry, event.seq)
    taken(entry, event)
    values = tuple(value_row(entry, event.seq, reading) for reading in event.readings)
    return (confirm, *values, *told(state, key, entry, event.at), row(entry))


def opened(state: State, key: str, event: Metered) -> Transaction:
    """Begin a transaction; the oldest finished one makes room."""
    if len(state.transactions) >= KEPT_MAX:
        old = next((name for name, one in state.transactions.items() if one.recorded), None)
        del state.transactions[old if old is not None else next(iter(state.transactions))]
    entry = Transaction(station=event.station, tx=event.tx, evse=event.evse, start=event.time)
    state.transactions[key] = entry
    return entry


def numbered(entry: Transaction, seq: int) -> None:
    """Count a sequence number."""
    if seq != entry.expected:
        if len(entry.beyond) < BEYOND_MAX:
            entry.beyond.append(seq)
        return
    entry.expected += 1
    while entry.expected in entry.beyond:
        entry.beyond.remove(entry.expected)
        entry.expected += 1


def missing(entry: Transaction) -> int:
    """Return how many messages lack below the highest that has come."""
    if not entry.beyond:
        return 0
    return max(entry.beyond) + 1 - entry.expected - len(entry.beyond)


def taken(entry: Transaction, event: Metered) -> None:
    """Take what a message says, also one that comes late."""
    entry.evse = entry.evse or event.evse
    entry.session = entry.session or event.token
    entry.start = min(entry.start, event.time)
    entry.energised = entry.energised or event.energised
    entry.readings.extend(event.readings)
    if len(entry.readings) > 1 and entry.readings[-1].at <= entry.readings[-2].at:
        entry.readings.sort(key=lambda reading: reading.at)
    entry.kw = event.kw if event.kw is not None else entry.kw
    entry.soc = event.soc if event.soc is not None else entry.soc
    if event.kind == "Ended":
        entry.ended, entry.end, entry.reason = True, event.time, event.reason


def told(state: State, key: str, entry: Transaction, now: Instant) -> Sequence[Command]:
    """Tell the operator what is new: the session in its rhythm, the record when it is whole."""
    if not entry.session or not entry.energised:
        return ()
    if entry.ended and not entry.recorded:
        if missing(entry) or entry.beyond:
            return (WakeAt(due=later(now, state.gap_s), key=key),)
        return recorded(key, entry)
    if entry.ended:
        return ()
    if entry.told_at is not None and now - entry.told_at < state.update_s - EARLY_S:
        return ()
    word = (*totals(entry.readings), entry.soc)
    if entry.told_at is not None and word == entry.told:
        return ()  # A car at rest is no news, however long it stands.
    began = entry.told_at is None
    entry.told_at, entry.told = now, word
    return (session_of(entry, now, "started" if began else "updated"),)


def recorded(key: str, entry: Transaction) -> Sequence[Command]:
    """Make the charge record, once."""
    entry.recorded = True
    ending = Instant(max(entry.end, entry.start))
    record = TellRecord(
        key=key, transaction=entry.tx, evse=entry.evse, session=entry.session, start=entry.start,
        end=ending, reason=entry.reason, readings=tuple(entry.readings),
    )  # fmt: skip
    return (Forget(key=key), session_of(entry, ending, "ended"), record)


def cdr_taken(state: State, event: CdrTaken) -> Sequence[Command]:
    """Forget the readings of a transaction whose record the operator has."""
    entry = state.transactions.get(event.key)
    if entry is not None and len(entry.readings) > 2:
        del entry.readings[1:-1]
    return ()


def woke(state: State, event: Woke) -> Sequence[Command]:
    """Make the record of a transaction whose missing messages did not come."""
    entry = state.transactions.get(event.key)
    if entry is None or entry.recorded:
        return ()
    return (*recorded(event.key, entry), row(entry))


def totals(readings: Sequence[RegisterReading]) -> tuple[int, int]:
    """Return the energy in and out between the first and the last reading, Wh."""
    if not readings:
        return 0, 0
    begin, end = readings[0], readings[-1]
    return end.charged_wh - begin.charged_wh, end.discharged_wh - begin.discharged_wh


def session_of(entry: Transaction, now: Instant, state: str) -> TellSession:
    """Return how a session stands."""
    charged, discharged = totals(entry.readings)
    return TellSession(
        transaction=entry.tx, evse=entry.evse, session=entry.session, start=entry.start, at=now,
        state=state, charged_wh=max(0, charged), discharged_wh=max(0, discharged), kw=entry.kw, soc=entry.soc,
    )  # fmt: skip


def row(entry: Transaction) -> TransactionRow:
    """Return a transaction as people ask for it."""
    charged, discharged = totals(entry.readings)
    return TransactionRow(
        station=entry.station, tx=entry.tx, evse=entry.evse, session=entry.session, start=entry.start,
        end=entry.end, ended=entry.ended, charged_wh=charged, discharged_wh=discharged,
        expected=entry.expected, missing=missing(entry),
    )  # fmt: skip


def value_row(entry: Transaction, seq: int, reading: RegisterReading) -> MeterValueRow:
    """Return a reading as people ask for it."""
    return MeterValueRow(
        station=entry.station, tx=entry.tx, seq=seq, at=reading.at,
        charged_wh=reading.charged_wh, discharged_wh=reading.discharged_wh,
    )  # fmt: skip


TAKEN: Final[dict[type, Callable[[State, Any], Sequence[Command]]]] = {
    Booted: booted,
    StatusChanged: status_changed,
    FaultTold: fault_told,
    Reported: reported,
    Metered: metered,
    CdrTaken: cdr_taken,
    Woke: woke,
}
"""Who takes which event."""
