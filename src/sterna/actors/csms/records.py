"""What the CSMS remembers, what it learns and what it wants done."""

from typing import ClassVar

from msgspec import Struct, field

from sterna.domain.registers import RegisterReading
from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.kernel.records import Command, Event, Row, Woke


class Station(Struct, kw_only=True):
    """A charging station as it introduced itself."""

    vendor: str = ""
    model: str = ""
    firmware: str = ""
    booted_at: Instant = Instant(0.0)
    boots: int = 0
    statuses: dict[str, str] = field(default_factory=dict)
    """``evse.connector`` -> connector status."""
    problems: dict[str, str] = field(default_factory=dict)
    """EVSE -> what the station said of its fault."""
    variables: dict[str, str] = field(default_factory=dict)
    """``component.variable`` -> value, as reported."""


class Transaction(Struct, kw_only=True):
    """One transaction of one station."""

    station: str
    tx: str
    evse: str
    start: Instant
    session: str = ""
    """The token that it was authorised with: a pseudonym."""
    expected: int = 0
    """Every sequence number below it has come."""
    beyond: list[int] = field(default_factory=list)
    """Sequence numbers that came too early."""
    readings: list[RegisterReading] = field(default_factory=list)
    kw: float | None = None
    soc: float | None = None
    energised: bool = False
    told_at: Instant | None = None
    """When the operator last heard of it; None: never."""
    told: tuple[int, int, float | None] = (0, 0, None)
    """What it then heard: Wh charged and discharged, and the state of charge."""
    ended: bool = False
    end: Instant = Instant(0.0)
    reason: str = ""
    recorded: bool = False


class State(Struct, kw_only=True):
    """All that survives a restart."""

    heartbeat_s: int
    update_s: float
    gap_s: float
    stations: dict[str, Station] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    """``station tx`` -> transaction."""
    doubled: int = 0
    """Messages that came more than once and counted once."""


class Booted(Event, frozen=True, kw_only=True, gc=False):
    """A station introduced itself."""

    station: str
    vendor: str
    model: str
    firmware: str


class StatusChanged(Event, frozen=True, kw_only=True, gc=False):
    """A connector changed its status."""

    station: str
    place: str
    status: str


class FaultTold(Event, frozen=True, kw_only=True, gc=False):
    """A station said more of a fault than that there is one (NotifyEvent)."""

    station: str
    evse: str
    reason: str
    """Empty when the fault is over."""


class Reported(Event, frozen=True, kw_only=True, gc=False):
    """A station told variables of its device model."""

    station: str
    variables: dict[str, str]


class Metered(Event, frozen=True, kw_only=True, gc=False):
    """A TransactionEvent."""

    uid: str
    station: str
    evse: str
    tx: str
    kind: str
    seq: int
    time: Instant
    token: str = ""
    token_type: str = ""
    energised: bool = False
    reason: str = ""
    """Who ended it."""
    readings: tuple[RegisterReading, ...] = ()
    kw: Kilowatts | None = None
    soc: Share | None = None


class CdrTaken(Event, frozen=True, kw_only=True, gc=False):
    """The operator has a charge record."""

    key: str


TakesIn = Booted | StatusChanged | FaultTold | Reported | Metered | CdrTaken | Woke


class Confirm(Command, frozen=True, kw_only=True, gc=False):
    """Answer a TransactionEvent: it is safe here."""

    durable: ClassVar[bool] = False

    station: str
    uid: str
    token: str = ""
    """The token that the message named, to be judged."""
    token_type: str = ""


class TellSession(Command, frozen=True, kw_only=True, gc=False):
    """Tell the operator how a session stands; the next message replaces it."""

    transaction: str
    evse: str
    session: str
    start: Instant
    at: Instant
    state: str
    charged_wh: int
    discharged_wh: int
    kw: float | None
    soc: float | None


class TellRecord(Command, frozen=True, kw_only=True, gc=False):
    """Give the operator the charge record."""

    key: str
    transaction: str
    evse: str
    session: str
    start: Instant
    end: Instant
    reason: str
    readings: tuple[RegisterReading, ...]


class TellFault(Command, frozen=True, kw_only=True, gc=False):
    """Tell the operator that an EVSE is out of order, or in order again (*cleared*)."""

    station: str
    evse: str
    at: Instant
    cleared: bool
    reason: str = ""


class StationRow(Row, frozen=True, kw_only=True, gc=False):
    """A station as people ask for it."""

    table: ClassVar[str] = "csms_stations"
    key: ClassVar[tuple[str, ...]] = ("station",)

    station: str
    vendor: str
    model: str
    firmware: str
    booted_at: Instant
    boots: int


class TransactionRow(Row, frozen=True, kw_only=True, gc=False):
    """A transaction as people ask for it."""

    table: ClassVar[str] = "transactions"
    key: ClassVar[tuple[str, ...]] = ("station", "tx")

    station: str
    tx: str
    evse: str
    session: str
    start: Instant
    end: Instant
    ended: bool
    charged_wh: int
    discharged_wh: int
    expected: int
    """Messages without a gap."""
    missing: int
    """Messages that later ones show to lack."""


class MeterValueRow(Row, frozen=True, kw_only=True, gc=False):
    """What one transaction message metered; the ledger knows it by its number."""

    table: ClassVar[str] = "meter_values"
    key: ClassVar[tuple[str, ...]] = ("station", "tx", "seq", "at")

    station: str
    tx: str
    seq: int
    at: Instant
    charged_wh: int
    discharged_wh: int
