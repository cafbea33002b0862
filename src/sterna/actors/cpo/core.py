"""The operator's books, pure: each transaction's session, and its one charge record.

A charge record is sent once and believed for ever. What the receiver does not take,
or what our own check refuses, is kept with the reason for a person to look at.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar, Final, Literal, TypeVar

from msgspec import Struct, field

from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.records import Command, Event, Row, Woke

Kept = TypeVar("Kept")
SESSIONS_MAX: Final = 20_000
"""Sessions and records kept for repetitions: months of a site; the rows have the older ones."""

Phase = Literal["started", "updated", "ended"]


class Progress(Struct, frozen=True, kw_only=True, gc=False):
    """How a transaction stands; energies in Wh since it began."""

    transaction: str
    session: str
    evse: str
    start: Instant
    at: Instant
    phase: Phase
    charged_wh: int
    discharged_wh: int
    soc: float | None = None


class Ticket(Struct, frozen=True, kw_only=True, gc=False):
    """An EVSE that somebody has to look after."""

    ticket: str
    station: str
    evse: str
    opened_at: Instant
    reason: str


class State(Struct, kw_only=True):
    """The newest word on each transaction, and the records by their id."""

    publish_every: Seconds
    sessions: dict[str, Progress] = field(default_factory=dict)
    published: dict[str, Instant] = field(default_factory=dict)
    """Transaction -> when the EMME was last told of it, as the meter's time."""
    records: dict[str, str] = field(default_factory=dict)
    """Record -> digest of what it said."""
    refused: dict[str, str] = field(default_factory=dict)
    """The exception list: record -> why it was not taken."""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    """EVSE -> its open maintenance ticket."""


class Told(Event, frozen=True, kw_only=True, gc=False):
    """The CSMS told how a transaction stands."""

    progress: Progress


class Recorded(Event, frozen=True, kw_only=True, gc=False):
    """The CSMS sent the record of a finished transaction; the OCPI document is made, and checked by us."""

    key: str
    record: str
    transaction: str
    session: str
    evse: str
    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int
    cost: MicroEuro
    said: bytes
    """The record as the CSMS wrote it."""
    document: bytes
    """The charge detail record as it will be sent."""
    objections: tuple[str, ...] = ()
    """What our own check has against it."""


class Answered(Event, frozen=True, kw_only=True, gc=False):
    """The receiver took the record (*refusal* is empty) or said why not."""

    record: str
    refusal: str = ""


class FaultTold(Event, frozen=True, kw_only=True, gc=False):
    """The CSMS says that an EVSE is out of order, or in order again (*cleared*) since *since*."""

    station: str
    evse: str
    since: Instant
    cleared: bool
    reason: str


class Publish(Command, frozen=True, kw_only=True, gc=False):
    """Tell the EMME how a session stands; outdated by the next one."""

    durable: ClassVar[bool] = False

    progress: Progress


class Bill(Command, frozen=True, kw_only=True, gc=False):
    """Send the charge detail record."""

    record: str
    document: bytes


class Noted(Command, frozen=True, kw_only=True, gc=False):
    """Answer the CSMS: the record is kept, or contradicts an earlier one."""

    durable: ClassVar[bool] = False

    key: str
    refusal: str = ""


class OperatorSessionRow(Row, frozen=True, kw_only=True, gc=False):
    """A session as its operator sees it: a pseudonym at an EVSE."""

    table: ClassVar[str] = "operator_sessions"
    key: ClassVar[tuple[str, ...]] = ("transaction_id",)

    transaction_id: str
    session: str
    evse: str
    start: Instant
    at: Instant
    phase: str
    charged_wh: int
    discharged_wh: int


class CdrRow(Row, frozen=True, kw_only=True, gc=False):
    """A charge detail record as it was made."""

    table: ClassVar[str] = "cdrs"
    key: ClassVar[tuple[str, ...]] = ("cdr",)

    cdr: str
    session: str
    evse: str
    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int
    cost: int
    """Micro-euro, before taxes."""


class CdrFateRow(Row, frozen=True, kw_only=True, gc=False):
    """What became of a charge detail record: ``sent``, ``accepted`` or ``refused``."""

    table: ClassVar[str] = "cdr_fates"
    key: ClassVar[tuple[str, ...]] = ("cdr",)

    cdr: str
    fate: str
    reason: str
    at: Instant


class TicketRow(Row, frozen=True, kw_only=True, gc=False):
    """A maintenance ticket; *closed_at* is 0 while it is open."""

    table: ClassVar[str] = "maintenance_tickets"
    key: ClassVar[tuple[str, ...]] = ("ticket",)

    ticket: str
    station: str
    evse: str
    opened_at: Instant
    closed_at: Instant
    reason: str


TakesIn = Told | Recorded | Answered | FaultTold | Woke


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Told():
            return state, told(state, event.progress)
        case Recorded():
            return state, recorded(state, event)
        case Answered():
            return state, answered(state, event)
        case FaultTold():
            return state, fault_told(state, event)
        case Woke():
            return state, ()


def told(state: State, progress: Progress) -> Sequence[Command]:
    """Keep newer word of a transaction, and publish it when it is time or the phase has changed.

    Older word and repetitions change nothing.
    """
    known = state.sessions.get(progress.transaction)
    if known is not None and (known.at >= progress.at or known.phase == "ended"):
        return ()
    remember(state.sessions, progress.transaction, progress)
    row = OperatorSessionRow(
        transaction_id=progress.transaction, session=progress.session, evse=progress.evse, start=progress.start,
        at=progress.at, phase=progress.phase, charged_wh=progress.charged_wh, discharged_wh=progress.discharged_wh,
    )  # fmt: skip
    last = state.published.get(progress.transaction)
    same_phase = known is not None and known.phase == progress.phase
    if last is not None and same_phase and progress.at - last < state.publish_every:
        return (row,)
    remember(state.published, progress.transaction, progress.at)
    return (row, Publish(progress=progress))


def recorded(state: State, event: Recorded) -> Sequence[Command]:
    """Book a record once; the same again is fine, another under the same id is not."""
    digest = sha256(event.said).hexdigest()
    first = state.records.get(event.record)
    if first is not None:
        return (Noted(key=event.key, refusal="" if first == digest else contradiction(event)),)
    remember(state.records, event.record, digest)
    row = CdrRow(
        cdr=event.record, session=event.session, evse=event.evse, start=event.start, end=event.end,
        charged_wh=event.charged_wh, discharged_wh=event.discharged_wh, cost=event.cost,
    )  # fmt: skip
    if event.objections:
        return (
            Noted(key=event.key),
            row,
            refuse(state, event.record, "; ".join(event.objections), event.at),
        )
    sent = CdrFateRow(cdr=event.record, fate="sent", reason="", at=event.at)
    return (Noted(key=event.key), row, sent, Bill(record=event.record, document=event.document))


def contradiction(event: Recorded) -> str:
    """Return why a changed record is not taken."""
    return f"{event.record} was recorded before with another content"


def answered(state: State, event: Answered) -> Sequence[Command]:
    """Take note of the receiver's word."""
    if event.refusal:
        return (refuse(state, event.record, event.refusal, event.at),)
    return (CdrFateRow(cdr=event.record, fate="accepted", reason="", at=event.at),)


def refuse(state: State, record: str, reason: str, at: Instant) -> CdrFateRow:
    """Put *record* on the exception list."""
    remember(state.refused, record, reason)
    return CdrFateRow(cdr=record, fate="refused", reason=reason, at=at)


def fault_told(state: State, event: FaultTold) -> Sequence[Command]:
    """Open a ticket for an EVSE that broke, or close the one it has; the same word again changes nothing."""
    known = state.tickets.get(event.evse)
    if event.cleared == (known is None):
        return ()
    if known is None:
        known = state.tickets[event.evse] = Ticket(
            ticket=f"{event.evse}@{event.since:.0f}", station=event.station, evse=event.evse,
            opened_at=event.since, reason=event.reason,
        )  # fmt: skip
        return (ticket_row(known),)
    del state.tickets[event.evse]
    return (ticket_row(known, event.since),)


def ticket_row(ticket: Ticket, closed_at: Instant = Instant(0.0)) -> TicketRow:
    """Return a ticket as people ask for it."""
    return TicketRow(
        ticket=ticket.ticket, station=ticket.station, evse=ticket.evse, opened_at=ticket.opened_at,
        closed_at=closed_at, reason=ticket.reason,
    )  # fmt: skip


def remember(kept: dict[str, Kept], key: str, value: Kept) -> None:
    """Keep *value*, forgetting the oldest beyond the bound."""
    kept[key] = value
    if len(kept) > SESSIONS_MAX:
        del kept[next(iter(kept))]
