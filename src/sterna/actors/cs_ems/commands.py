"""What the CS EMS wants done."""

from typing import ClassVar

from msgspec import Struct

from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share, WattHours
from sterna.kernel.records import Command, Row


class Reply(Command, frozen=True, kw_only=True, gc=False):
    """Answer the web app's request *key*; a *refusal* says why not."""

    durable: ClassVar[bool] = False

    key: str
    session: str
    evse: str
    phase: str
    created: bool = False
    refusal: str = ""
    unknown: bool = False
    later: bool = False
    """Whether the reason may go away by itself: the same request may succeed soon."""


class SetDefault(Command, frozen=True, kw_only=True, gc=False):
    """Give an EVSE its TxDefaultProfile: what rules when nobody sends set-points."""

    durable: ClassVar[bool] = False

    station: str
    number: int
    limits_kw: tuple[Kilowatts, ...]
    """For equal parts of the UTC day."""


class StartTransaction(Command, frozen=True, kw_only=True, gc=False):
    """Authorise the plugged car for a session."""

    durable: ClassVar[bool] = False

    session: str
    station: str
    number: int
    remote_id: int


class SetProfile(Command, frozen=True, kw_only=True, gc=False):
    """Give a transaction its dynamic profile."""

    durable: ClassVar[bool] = False

    session: str
    station: str
    number: int
    tx: str
    kw: Kilowatts
    charge_kw: Kilowatts
    discharge_kw: Kilowatts
    """Bounds of the set-point, >= 0; discharge 0 makes the profile charging only."""


class AllowTransfer(Command, frozen=True, kw_only=True, gc=False):
    """Say which ways energy may flow in a transaction."""

    durable: ClassVar[bool] = False

    session: str
    station: str
    tx: str
    supply: str
    both_ways: bool


class SetPoint(Command, frozen=True, kw_only=True, gc=False):
    """Move the power of a running session."""

    durable: ClassVar[bool] = False

    session: str
    station: str
    number: int
    tx: str
    kw: Kilowatts
    charge_kw: Kilowatts
    both_ways: bool
    awaited: bool = False
    """Whether others wait for its confirmation."""


class StopTransaction(Command, frozen=True, kw_only=True, gc=False):
    """End a transaction."""

    durable: ClassVar[bool] = False

    session: str
    station: str
    tx: str


class AnswerKept(Command, frozen=True, kw_only=True, gc=False):
    """Answer the station in the CSMS's place: its message is safe here."""

    durable: ClassVar[bool] = False

    station: str
    uid: str


class Energy(Struct, frozen=True, kw_only=True, gc=False):
    """Energy of one quarter hour."""

    start: Instant
    end: Instant
    charged_wh: WattHours
    discharged_wh: WattHours
    soc: Share | None = None
    """At *end*, where the car told it."""


class TellStatistics(Command, frozen=True, kw_only=True, gc=False):
    """Tell the web app what a session did."""

    session: str
    evse: str
    start: Instant
    end: Instant
    reason: str
    charged_wh: WattHours
    discharged_wh: WattHours
    intervals: tuple[Energy, ...]
    soc_start: Share | None
    soc_end: Share | None
    capacity_kwh: KilowattHours | None
    """Of the battery; None when there is no car."""
    wear_cost: int
    """Micro-euro."""
    transaction: str | None


class TellUnplugged(Command, frozen=True, kw_only=True, gc=False):
    """Tell the web app that the cable is out."""

    session: str
    evse: str
    at: Instant
    soc: Share | None


class Status(Struct, frozen=True, kw_only=True, gc=False):
    """One EVSE for the BEMS, without anybody's name."""

    evse: str
    present: bool
    kw: Kilowatts = Kilowatts(0.0)
    soc: Share = Share(0.0)
    capacity_kwh: KilowattHours = KilowattHours(0.0)
    charge_kw: Kilowatts = Kilowatts(0.0)
    discharge_kw: Kilowatts = Kilowatts(0.0)
    gives_now_kw: Kilowatts = Kilowatts(0.0)
    since: Instant = Instant(0.0)
    departure: Instant = Instant(0.0)
    floor: Share = Share(0.0)
    target: Share = Share(0.0)
    v2x: bool = False
    cells: str = ""
    """Chemistry of the battery, as far as the driver knows."""


class Report(Command, frozen=True, kw_only=True, gc=False):
    """Tell the BEMS how these EVSEs stand."""

    durable: ClassVar[bool] = False

    statuses: tuple[Status, ...]
    whole: bool = False
    """Whether every EVSE with a car is among them."""


class WhyRow(Row, frozen=True, kw_only=True, gc=False):
    """From *at* on a car does something for another reason than before (`decisions.why`); 0 where there is no figure."""

    table: ClassVar[str] = "cs_ems_reasons"
    key: ClassVar[tuple[str, ...]] = ("session", "at")

    session: str
    at: Instant
    evse: str
    reason: str
    kw: float
    """The set-point then, positive charges."""
    priced: bool
    """Whether a plan tells what energy costs now."""
    now_eur: float
    extra_eur: float
    then_at: float
    then_eur: float
    wear_eur: float
    place: str
    departure: float
    """As the driver said, like target and floor."""
    target: float
    floor: float


class SessionRow(Row, frozen=True, kw_only=True, gc=False):
    """A session as people ask for it."""

    table: ClassVar[str] = "cs_ems_sessions"
    key: ClassVar[tuple[str, ...]] = ("session",)

    session: str
    evse: str
    tx: str
    phase: str
    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int
    soc_lowest: float
    """The lowest state of charge that the car told, 1 when it told none."""
    floor: float
    wear_cost: int
