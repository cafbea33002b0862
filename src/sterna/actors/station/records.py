"""Events, commands and state of the station's core. Power in kW, positive charges."""

from typing import ClassVar, Literal

from msgspec import Struct, field

from sterna.kernel.quantities import Instant, Kilowatts, Seconds, Share, WattHours
from sterna.kernel.records import Command, Event, Woke

Phase = Literal["EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE", "Idle"]
"""The charging state as OCPP names it."""
Kind = Literal["Started", "Updated", "Ended"]
NEVER_READ: Share = Share(-1.0)
"""Stands for a state of charge that nobody knows."""


class Outlet(Struct, kw_only=True):
    """One EVSE as its station knows it."""

    number: int
    name: str
    status: str = "Available"
    operative: bool = True
    retiring: bool = False
    """Whether it goes out of service when the transaction is over."""
    fault: str = ""
    since: Instant | None = None
    """When the present car was plugged; None without one."""
    tx: str = ""
    """The transaction of this plug; empty before it and after its end."""
    seq: int = 0
    """The number of its next message."""
    remote_start: int | None = None
    """Set once the start was accepted."""
    token: str = ""
    token_type: str = ""
    allowed: bool | None = None
    """Whether discharging is allowed; None: nobody has said."""
    permitted: bool = False
    """Whether the EVSE was told to let the session begin."""
    charging: bool = False
    """Whether the handshake is done."""
    phase: Phase = "EVConnected"
    needs: bytes = b""
    """What the car needs, as the EVSE told it; for repetition after a reconnection."""
    kw: Kilowatts = Kilowatts(0.0)
    import_wh: WattHours = WattHours(0)
    export_wh: WattHours = WattHours(0)
    soc: Share = NEVER_READ
    wish_kw: Kilowatts | None = None
    """The set-point that the profiles ask for."""
    until: Instant = Instant(0.0)
    """Until when they do; 0: for ever."""
    origin: str = ""
    expires: Instant = Instant(0.0)
    """What the EVSE was told."""
    stopping: str = ""
    """Why the transaction is being ended (OCPP's reason); empty while it is not."""
    trigger: str = ""


class Kept(Struct, frozen=True, kw_only=True, gc=False):
    """A charging profile as it is stored: opaque here, its transaction aside."""

    tx: str
    body: bytes


class State(Struct, kw_only=True):
    """The station: its EVSEs, its profiles, what its operator set, and whether it is connected."""

    outlets: dict[int, Outlet]
    meter_s: Seconds
    set_point_s: Seconds
    allowed_s: Seconds
    online: bool = False
    speaks_v2x: bool = True
    """Whether the version of OCPP in use knows discharging."""
    profiles: dict[int, Kept] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    """What the operator has set, by a key that the links choose."""
    dropped: int = 0
    """Transaction messages that were given up since the station was new."""
    reset: str = ""
    """A reset that waits until no transaction runs."""


# --- what happens on the bus ---


class Plugged(Event, frozen=True, kw_only=True, gc=False):
    """A car is connected *since*; *tx* is a fresh id in case that this is news."""

    evse: int
    since: Instant
    evcc_id: str
    tx: str


class NeedsKnown(Event, frozen=True, kw_only=True, gc=False):
    """The car has said what it needs; *body* is the EVSE's frame."""

    evse: int
    body: bytes


class ChargingBegan(Event, frozen=True, kw_only=True, gc=False):
    """The handshake is done; power may flow."""

    evse: int


class Metered(Event, frozen=True, kw_only=True, gc=False):
    """What the meter showed."""

    evse: int
    kw: Kilowatts
    import_wh: WattHours
    export_wh: WattHours
    soc: Share


class SessionEnded(Event, frozen=True, kw_only=True, gc=False):
    """The car or the EVSE ended the session."""

    evse: int
    reason: str


class Unlatched(Event, frozen=True, kw_only=True, gc=False):
    """The plug can be pulled."""

    evse: int


class Unplugged(Event, frozen=True, kw_only=True, gc=False):
    """No car is connected."""

    evse: int


class Faulted(Event, frozen=True, kw_only=True, gc=False):
    """Something broke, or is whole again."""

    evse: int
    component: str
    reason: str
    cleared: bool


# --- what is asked over OCPP ---


class StartAsked(Event, frozen=True, kw_only=True, gc=False):
    """RequestStartTransaction, to be answered under *uid*."""

    uid: str
    evse: int
    remote_start: int
    token: str
    token_type: str


class StopAsked(Event, frozen=True, kw_only=True, gc=False):
    """RequestStopTransaction, to be answered under *uid*; or a reset that ends it (no *uid*)."""

    uid: str
    tx: str
    reason: str = "Remote"


class AllowedSaid(Event, frozen=True, kw_only=True, gc=False):
    """NotifyAllowedEnergyTransfer: whether a bidirectional one is among them."""

    uid: str
    tx: str
    discharge: bool


class Steered(Event, frozen=True, kw_only=True, gc=False):
    """What the profiles ask of one EVSE has changed, and perhaps one of the profiles."""

    evse: int
    kw: Kilowatts
    until: Instant
    origin: str
    profile: int = 0
    kept: Kept | None = None
    """The profile *profile*, where a change of it is the cause."""


class ProfileKept(Event, frozen=True, kw_only=True, gc=False):
    """A profile was set or updated."""

    id: int
    kept: Kept


class ProfilesDropped(Event, frozen=True, kw_only=True, gc=False):
    """Profiles are gone."""

    ids: tuple[int, ...]


class VariablesSet(Event, frozen=True, kw_only=True, gc=False):
    """The operator has set variables."""

    values: dict[str, str]


class OperativeSaid(Event, frozen=True, kw_only=True, gc=False):
    """ChangeAvailability of one EVSE."""

    evse: int
    operative: bool


class ResetAsked(Event, frozen=True, kw_only=True, gc=False):
    """Reset: Immediate ends what runs, OnIdle waits for it."""

    kind: str


class Triggered(Event, frozen=True, kw_only=True, gc=False):
    """TriggerMessage: StatusNotification or TransactionEvent for some EVSEs."""

    message: str
    evses: tuple[int, ...]


# --- the connection ---


class Online(Event, frozen=True, kw_only=True, gc=False):
    """The station was accepted; *tell_all*: every connector's status has to be told."""

    speaks_v2x: bool
    tell_all: bool


class Offline(Event, frozen=True, kw_only=True, gc=False):
    """The connection is gone."""


class Dropped(Event, frozen=True, kw_only=True, gc=False):
    """A transaction message was given up."""


# --- commands ---


class Report(Command, frozen=True, kw_only=True, gc=False):
    """Send a TransactionEvent; kept until it was answered."""

    evse: int
    tx: str
    seq: int
    kind: Kind
    trigger: str
    at: Instant
    offline: bool
    phase: Phase
    kw: Kilowatts
    import_wh: WattHours
    export_wh: WattHours
    soc: Share
    wish_kw: Kilowatts | None
    stopped: str = ""
    remote_start: int | None = None
    token: str = ""
    token_type: str = ""


class TellStatus(Command, frozen=True, kw_only=True, gc=False):
    """Send a StatusNotification."""

    durable: ClassVar[bool] = False
    evse: int
    status: str


class TellNeeds(Command, frozen=True, kw_only=True, gc=False):
    """Send NotifyEVChargingNeeds."""

    durable: ClassVar[bool] = False
    evse: int
    body: bytes


class TellFault(Command, frozen=True, kw_only=True, gc=False):
    """Send NotifyEvent about a component."""

    durable: ClassVar[bool] = False
    evse: int
    component: str
    reason: str
    cleared: bool


class Answer(Command, frozen=True, kw_only=True, gc=False):
    """Answer a call; *what* says which."""

    durable: ClassVar[bool] = False
    uid: str
    what: Literal["start", "stop", "allowed"]
    accepted: bool
    tx: str = ""
    reason: str = ""


class Authorize(Command, frozen=True, kw_only=True, gc=False):
    """Tell the EVSE to let the session begin, or what is allowed in it now."""

    durable: ClassVar[bool] = False
    evse: int
    tx: str
    session: str
    consent: bool


class SetPoint(Command, frozen=True, kw_only=True, gc=False):
    """Tell the EVSE which power to aim at."""

    durable: ClassVar[bool] = False
    evse: int
    kw: Kilowatts
    expires: Instant
    origin: str


class StopEvse(Command, frozen=True, kw_only=True, gc=False):
    """Tell the EVSE to end the session."""

    durable: ClassVar[bool] = False
    evse: int
    tx: str


class SwitchEvse(Command, frozen=True, kw_only=True, gc=False):
    """Tell the EVSE to go out of service or back into it."""

    durable: ClassVar[bool] = False
    evse: int
    operative: bool


class Forgotten(Command, frozen=True, kw_only=True, gc=False):
    """A transaction is over: its profiles have gone with it."""

    durable: ClassVar[bool] = False
    evse: int
    tx: str


class Reboot(Command, frozen=True, kw_only=True, gc=False):
    """Start anew, as far as the management system can tell."""

    durable: ClassVar[bool] = False
    kind: str


OnBus = (
    Plugged | NeedsKnown | ChargingBegan | Metered | SessionEnded | Unlatched | Unplugged | Faulted
)
ByOcpp = (
    StartAsked | StopAsked | AllowedSaid | Steered | ProfileKept | ProfilesDropped | VariablesSet
    | OperativeSaid | ResetAsked | Triggered
)  # fmt: skip
TakesIn = OnBus | ByOcpp | Online | Offline | Dropped | Woke
