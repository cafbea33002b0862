"""What the CS EMS remembers and what it learns."""

from typing import Final

from msgspec import Struct, field

from sterna.actors.cs_ems.settings import Plate
from sterna.decisions.why import Why
from sterna.domain.registers import RegisterReading
from sterna.kernel.quantities import (
    UNLIMITED_POWER,
    Instant,
    KilowattHours,
    Kilowatts,
    Share,
)
from sterna.kernel.records import Event, Woke

LOWEST_START: Final = Share(1.0)
NO_LIMIT: Final = UNLIMITED_POWER
"""What an operator's profile allows that says nothing about a direction."""


class Wish(Struct, frozen=True, kw_only=True, gc=False):
    """What a driver wants and allows, with what the driver knows of the car."""

    departure: Instant
    target: Share
    floor: Share
    v2x: bool
    capacity_kwh: KilowattHours | None = None
    charge_kw_max: Kilowatts | None = None
    discharge_kw_max: Kilowatts | None = None
    discharge_kwh_max: KilowattHours | None = None
    cells: str = ""
    """Chemistry of the battery, as far as the driver knows."""


class Car(Struct, kw_only=True):
    """What the car at a plug has told; a quantity that it did not tell is negative."""

    capacity_kwh: float = -1.0
    charge_kw: float = -1.0
    discharge_kw: float = -1.0
    least_kw: float = 0.0
    """Least power other than 0 that it runs at, either way."""
    full: bool = False
    """Whether it has stopped drawing by itself near full: what it says is rounded, what it does is not."""
    soc: float = -1.0
    reckoned: bool = False
    """Whether *soc* is our own reckoning from energies, not what the car told."""
    until_full_kwh: float = -1.0
    """Energy that would have filled the battery when *soc* was last told or reckoned."""
    pushed_kwh: float = 0.0
    """Stored since the last told state of charge, reckoned from what was ordered."""
    pushed_at: Instant = Instant(0.0)
    """Until when *pushed_kwh* reckons."""


class Plug(Struct, kw_only=True):
    """One plug: from the cable's going in to its coming out; one transaction."""

    tx: str
    since: Instant
    seq: int = -1
    """The newest sequence number seen."""
    kw: float = 0.0
    soc_start: float = -1.0
    soc_lowest: float = LOWEST_START
    readings: list[RegisterReading] = field(default_factory=list)
    ended: bool = False
    end: Instant = Instant(0.0)
    left_at: Instant | None = None
    """When the cable came out."""
    car: Car = field(default_factory=Car)


class Session(Struct, kw_only=True):
    """One driver's session at an EVSE."""

    session: str
    evse: str
    wish: Wish
    phase: str = "starting"
    """starting, profiling, allowing, running, stopping, ended, failed."""
    accepted_at: Instant = Instant(0.0)
    running_since: Instant | None = None
    remote_id: int = 0
    tx: str = ""
    tries: int = 0
    """How often the present step was tried."""
    bidirectional: bool = False
    """Whether the station was last given a profile with discharging."""
    stop_reason: str = ""
    told_kw: float = 0.0
    """The set-point that the station has, positive charges."""
    high_kw: float = 0.0
    low_kw: float = 0.0
    """The highest and the lowest power that it may have by what the station was told and has not confirmed."""
    sure: bool = True
    """Whether the station has confirmed it; else the next dispatch says it again."""
    why: Why | None = None
    """Why it has that set-point."""
    told_why: Why | None = None
    """The reason of the last row that was written of it."""
    set_at: Instant = Instant(0.0)


class Bay(Struct, kw_only=True):
    """One EVSE: what is plugged and who uses it."""

    plate: Plate
    plug: Plug | None = None
    session: str = ""


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """One interval of the BEMS's plan: the power of all cars together, and their limits."""

    start: Instant
    end: Instant
    kw: Kilowatts
    import_kw: Kilowatts | None = None
    export_kw: Kilowatts | None = None


class Withheld(Struct, frozen=True, kw_only=True, gc=False):
    """A TransactionEvent that was answered here and that the CSMS has still to get."""

    uid: str
    """The message's id, under which it is sent again."""
    tx: str
    seq: int
    offline: bool
    """Whether the CSMS was away when it happened."""
    payload: bytes


class OperatorLimit(Struct, frozen=True, kw_only=True, gc=False):
    """A limit of the operator that was seen passing from the CSMS to a station."""

    charge_kw: Kilowatts
    discharge_kw: Kilowatts


class State(Struct, kw_only=True):
    """All that survives a restart."""

    bays: dict[str, Bay]
    import_kw: Kilowatts
    export_kw: Kilowatts
    alone_kw: tuple[Kilowatts, ...]
    station_kw: dict[str, float]
    controlled: bool
    period_s: float
    capacity_kwh_default: float
    soc_default: float
    sessions: dict[str, Session] = field(default_factory=dict)
    plan: tuple[Piece, ...] = ()
    whys: dict[str, Why] = field(default_factory=dict)
    """By EVSE: what the BEMS had in mind for each car, and why."""
    heard_at: Instant = Instant(0.0)
    """When the BEMS last sent a set-point."""
    dispatched_at: Instant = Instant(0.0)
    planned: dict[str, tuple[str, Instant, Instant]] = field(default_factory=dict)
    """Reservation -> (slot, start, end): stays to come."""
    withheld: dict[str, list[Withheld]] = field(default_factory=dict)
    """By station, oldest first."""
    dropped: int = 0
    """Withheld messages that the CSMS would not have: money is checked by hand."""
    limits: dict[str, dict[str, OperatorLimit]] = field(default_factory=dict)
    """EVSE or station -> profile id -> limit."""
    remote_id: int = 0
    changed: dict[str, None] = field(default_factory=dict)
    """EVSEs of which the BEMS has to hear at the next look."""
    looking: bool = False
    """Whether a look is due in a moment."""
    away: dict[str, None] = field(default_factory=dict)
    """Stations out of reach: what their cars draw is their defaults' business, and counted as such."""
    waiting: bool = False
    """Whether somebody's rise waits until another's fall is confirmed."""


# -- events ---------------------------------------------------------------------------------


class Opened(Event, frozen=True, kw_only=True, gc=False):
    """The room starts (again)."""


class Asked(Event, frozen=True, kw_only=True, gc=False):
    """The web app wants a session started, or changed."""

    key: str
    session: str
    evse: str
    wish: Wish
    change: bool = False
    in_touch: bool = True
    """Whether the station is connected and has had time to say what happened while it was not."""


class StopAsked(Event, frozen=True, kw_only=True, gc=False):
    """The web app wants a session stopped."""

    key: str
    session: str
    reason: str


class SlotPlanned(Event, frozen=True, kw_only=True, gc=False):
    """Parking promised a slot, or took the promise back."""

    reservation: str
    slot: str
    start: Instant
    end: Instant
    cancelled: bool


class Booted(Event, frozen=True, kw_only=True, gc=False):
    """A station has been taken by its management system after a start."""

    station: str


class Connected(Event, frozen=True, kw_only=True, gc=False):
    """A station is (again) connected: what it has not heard can be said."""

    station: str


class Lost(Event, frozen=True, kw_only=True, gc=False):
    """A station's connection is gone."""

    station: str


class Metered(Event, frozen=True, kw_only=True, gc=False):
    """A TransactionEvent of a station."""

    evse: str
    tx: str
    kind: str
    """Started, Updated, Ended."""
    seq: int
    time: Instant
    """When it happened, by the station's clock."""
    stopped: str = "fault"
    """Who ended it, of an Ended one: driver, vehicle, departure, fault, operator."""
    clocked: bool = False
    """Whether it is a periodic sample: nothing changed."""
    energised: bool = False
    """Whether the car may draw power (chargingState Charging or Suspended...)."""
    readings: tuple[RegisterReading, ...] = ()
    kw: Kilowatts | None = None
    soc: Share | None = None


class NeedsKnown(Event, frozen=True, kw_only=True, gc=False):
    """A car told what it needs and can (NotifyEVChargingNeeds); negative: not told."""

    evse: str
    capacity_kwh: float = -1.0
    charge_kw: float = -1.0
    discharge_kw: float = -1.0
    least_kw: float = -1.0
    soc: float = -1.0
    until_full_kwh: float = -1.0
    """Energy that would fill the battery."""


class CableOut(Event, frozen=True, kw_only=True, gc=False):
    """A connector is free again."""

    evse: str


class StepDone(Event, frozen=True, kw_only=True, gc=False):
    """A station answered one of our calls about a session, or did not."""

    session: str
    step: str
    """start, profile, allow, setpoint, stop."""
    outcome: str
    """accepted, rejected, failed (an error, or no answer in time)."""
    tx: str = ""
    detail: str = ""


class Requested(Event, frozen=True, kw_only=True, gc=False):
    """The BEMS wants a power from all cars together, now and in the intervals to come."""

    pieces: tuple[Piece, ...]
    whys: dict[str, Why] = field(default_factory=dict)
    """By EVSE: what it has in mind for each of them now, and why."""


class Kept(Event, frozen=True, kw_only=True, gc=False):
    """A TransactionEvent came while the CSMS is away, or others wait for it still."""

    station: str
    message: Withheld


class Replayed(Event, frozen=True, kw_only=True, gc=False):
    """The CSMS has taken a withheld message, or will never take it."""

    station: str
    tx: str
    seq: int
    refused: bool = False


class Limited(Event, frozen=True, kw_only=True, gc=False):
    """A station accepted a limit of the operator; without *limit* the operator took it back."""

    place: str
    """EVSE or station."""
    profile: str
    """Empty: all of them."""
    limit: OperatorLimit | None = None


TakesIn = (
    Opened | Asked | StopAsked | SlotPlanned | Booted | Connected | Lost | Metered | NeedsKnown | CableOut | StepDone | Requested | Kept | Replayed | Limited | Woke
)  # fmt: skip
