"""The bus inside a charging station: its controller speaks with its EVSE controllers.

No standard covers it; these are small JSON frames, typed and tagged. Each frame
has an id that its sender never uses twice: a frame that comes again is the same
frame, so both ends drop what their :class:`Inbox` has seen. Power in kW, positive
charges; energies in Wh registers that only rise; states of charge as shares.
"""

from collections import deque
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import (
    Amperes,
    Instant,
    KilowattHours,
    Kilowatts,
    Share,
    Volts,
    WattHours,
)
from sterna.kernel.trace import Said

T = TypeVar("T")

FRAME_BYTES_MAX: Final = 8192
"""Ten times the longest frame; more is not of this bus."""
ANSWER_S_MAX: Final = 5.0
"""An EVSE controller acknowledges within milliseconds; after this a person has to look at it."""
IDS_REMEMBERED: Final = 256
"""A repeated frame follows within one reconnection; an EVSE sends a few frames a minute."""


class Frame(Struct, frozen=True, kw_only=True, gc=False, tag_field="type", omit_defaults=True):
    """What every frame begins with: its *id* and the EVSE that it concerns."""

    id: str
    evse: str


class Authorize(Frame, frozen=True, kw_only=True, gc=False, tag="authorize", omit_defaults=True):
    """CS to EVSE: the driver is known; let the session begin, or change what is allowed in it."""

    session: str
    transaction: str
    consent_v2x: bool
    departure: Instant | None = None
    minimum_soc: Share | None = None
    target_soc: Share | None = None
    max_charge_kw: Kilowatts | None = None
    max_discharge_kw: Kilowatts | None = None
    answer: bool = True
    """Whether the EVSE acknowledges it, see :class:`Done`."""


class SetPoint(Frame, frozen=True, kw_only=True, gc=False, tag="setpoint", omit_defaults=True):
    """CS to EVSE: the power to aim at until *expires*; then *fallback_kw*, which is never negative."""

    power_kw: Kilowatts
    expires: Instant
    fallback_kw: Kilowatts = Kilowatts(0.0)
    origin: str = ""
    """Who asked, e.g. the charging profile's purpose and id; for the log alone."""
    answer: bool = True
    """False where it only renews the power that holds: a renewal that is lost ends by itself."""


class Limits(Frame, frozen=True, kw_only=True, gc=False, tag="limits", omit_defaults=True):
    """CS to EVSE: the most in each direction, as magnitudes, from now on."""

    max_charge_kw: Kilowatts
    max_discharge_kw: Kilowatts = Kilowatts(0.0)


class Stop(Frame, frozen=True, kw_only=True, gc=False, tag="stop", omit_defaults=True):
    """CS to EVSE: end the session; the port unlatches once the power is zero."""

    reason: str = ""
    transaction: str = ""
    answer: bool = True


class Pause(Frame, frozen=True, kw_only=True, gc=False, tag="pause", omit_defaults=True):
    """CS to EVSE: let the session sleep; *wake* ends the sleep."""

    wake: bool = False


class Availability(
    Frame, frozen=True, kw_only=True, gc=False, tag="availability", omit_defaults=True
):
    """CS to EVSE: take the EVSE out of service (pilot state F) or back into it."""

    operative: bool
    answer: bool = True


class Done(Frame, frozen=True, kw_only=True, gc=False, tag="done", omit_defaults=True):
    """EVSE to CS: the frame *command* has arrived and is followed as far as the car lets it."""

    command: str


class Plugged(Frame, frozen=True, kw_only=True, gc=False, tag="plugged", omit_defaults=True):
    """EVSE to CS: a car is connected; *evcc_id* once it has said its name."""

    at: Instant
    evcc_id: str | None = None


class Needs(Frame, frozen=True, kw_only=True, gc=False, tag="needs", omit_defaults=True):
    """EVSE to CS: what the car needs until when, and what it can do; magnitudes, energies from now."""

    at: Instant
    service: str
    """AC, DC, AC_BPT or DC_BPT."""
    control_mode: str
    """Scheduled or Dynamic."""
    departure: Instant | None = None
    soc: Share | None = None
    minimum_soc: Share | None = None
    target_soc: Share | None = None
    maximum_soc: Share | None = None
    capacity_kwh: KilowattHours | None = None
    to_minimum_kwh: KilowattHours | None = None
    to_target_kwh: KilowattHours | None = None
    to_maximum_kwh: KilowattHours | None = None
    v2x_minimum_kwh: KilowattHours | None = None
    v2x_maximum_kwh: KilowattHours | None = None
    max_charge_kw: Kilowatts = Kilowatts(0.0)
    min_charge_kw: Kilowatts = Kilowatts(0.0)
    max_discharge_kw: Kilowatts = Kilowatts(0.0)
    min_discharge_kw: Kilowatts = Kilowatts(0.0)


class Charging(Frame, frozen=True, kw_only=True, gc=False, tag="charging", omit_defaults=True):
    """EVSE to CS: the handshake is done, contactors are closed, power may flow."""

    at: Instant
    service: str
    control_mode: str


class Meter(Frame, frozen=True, kw_only=True, gc=False, tag="meter", omit_defaults=True):
    """EVSE to CS: what the meter at the coupler shows."""

    at: Instant
    power_kw: Kilowatts
    import_wh: WattHours
    """Energy into the car so far, over the life of the meter."""
    export_wh: WattHours
    """Energy out of the car so far, over the life of the meter."""
    soc: Share | None = None
    volts: Volts | None = None
    amperes: Amperes | None = None


class Ended(Frame, frozen=True, kw_only=True, gc=False, tag="ended", omit_defaults=True):
    """EVSE to CS: the session is over (or *asleep*); power is zero, contactors are open."""

    at: Instant
    reason: str
    asleep: bool = False


class Unlatched(Frame, frozen=True, kw_only=True, gc=False, tag="unlatched", omit_defaults=True):
    """EVSE to CS: the lock is open, the driver may pull the plug."""

    at: Instant


class Unplugged(Frame, frozen=True, kw_only=True, gc=False, tag="unplugged", omit_defaults=True):
    """EVSE to CS: no car is connected."""

    at: Instant


class Faulted(Frame, frozen=True, kw_only=True, gc=False, tag="fault", omit_defaults=True):
    """EVSE to CS: a fault began, or is *cleared*; *component* as OCPP names it."""

    at: Instant
    component: str
    reason: str
    cleared: bool = False


Down = Authorize | SetPoint | Limits | Stop | Pause | Availability
"""From the CS controller to an EVSE controller."""
Up = Done | Plugged | Needs | Charging | Meter | Ended | Unlatched | Unplugged | Faulted
"""From an EVSE controller to the CS controller."""

_ENCODER: Final = msgspec.json.Encoder()
_DOWN: Final[msgspec.json.Decoder[Down]] = msgspec.json.Decoder(Down)
_UP: Final[msgspec.json.Decoder[Up]] = msgspec.json.Decoder(Up)
_BOTH: Final[msgspec.json.Decoder[Down | Up]] = msgspec.json.Decoder(Down | Up)


def encode(frame: Down | Up) -> bytes:
    """Return *frame* as JSON."""
    return _ENCODER.encode(frame)


def decode_down(data: bytes) -> Down:
    """Return a frame that came from the CS controller; raises BrokenPeer for anything else."""
    return _decoded(data, _DOWN)


def decode_up(data: bytes) -> Up:
    """Return a frame that came from an EVSE controller; raises BrokenPeer for anything else."""
    return _decoded(data, _UP)


def _decoded(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode *data*, whose length is bounded before anything is allocated for it."""
    if len(data) > FRAME_BYTES_MAX:
        raise BrokenPeer(f"a frame of {len(data)} bytes on the station bus")
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise BrokenPeer(f"not a frame of the station bus: {wrong}") from wrong


def is_answered(frame: Down) -> bool:
    """Return whether the EVSE has to acknowledge *frame*."""
    return isinstance(frame, Authorize | SetPoint | Stop | Availability) and frame.answer


class Commands:
    """What an EVSE has still to acknowledge; who never does is out of order."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self._due: dict[str, tuple[Instant, str]] = {}

    def sent(self, frame: Down, now: Instant) -> None:
        """Wait for the acknowledgement of *frame*, if it has one."""
        if is_answered(frame):
            kind = str(type(frame).__struct_config__.tag)
            self._due[frame.id] = (Instant(now + ANSWER_S_MAX), kind)

    def done(self, command: str) -> None:
        """Take an acknowledgement; one that nobody waits for changes nothing."""
        self._due.pop(command, None)

    @property
    def deadline(self) -> Instant | None:
        """When :meth:`late` may have something to say."""
        return min((due for due, _ in self._due.values()), default=None)

    def late(self, now: Instant) -> tuple[str, ...]:
        """Return the kinds of commands that were not acknowledged in time, once each."""
        over = [name for name, (due, _) in self._due.items() if due <= now]
        return tuple(dict.fromkeys(self._due.pop(name)[1] for name in over))


class Inbox:
    """Remembers the ids of the last frames, so that a repetition is dropped."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._order: deque[str] = deque()
        self._seen: set[str] = set()

    def fresh(self, frame: Frame) -> bool:
        """Return whether *frame* comes for the first time, and remember it."""
        if frame.id in self._seen:
            return False
        self._seen.add(frame.id)
        self._order.append(frame.id)
        if len(self._order) > IDS_REMEMBERED:
            self._seen.discard(self._order.popleft())
        return True


def describe(data: bytes) -> Said | None:
    """Return what a frame says, for the trace: ``STATION`` and its type; None for rubbish."""
    try:
        frame = _decoded(data, _BOTH)
    except BrokenPeer:
        return None
    if isinstance(frame, Done):
        return None  # An acknowledgement says nothing new.
    keys = [f"evse:{frame.evse}"]
    fields: dict[str, float | str | bool] = {}
    match frame:
        case Authorize():
            keys += [f"ses:{frame.session}", f"tx:{frame.transaction}"]
            fields["consent_v2x"] = frame.consent_v2x
        case SetPoint():
            fields["kw"] = frame.power_kw
        case Limits():
            fields["max_charge_kw"] = frame.max_charge_kw
            fields["max_discharge_kw"] = frame.max_discharge_kw
        case Stop() if frame.transaction:
            keys.append(f"tx:{frame.transaction}")
        case Meter():
            fields["kw"] = frame.power_kw
            if frame.soc is not None:
                fields["soc"] = frame.soc
        case Ended():
            fields["reason"] = frame.reason
        case _:
            pass  # The frame's type says it all.
    name = type(frame).__struct_config__.tag
    return Said(msg=f"STATION {name}", keys=tuple(keys), fields=fields)
