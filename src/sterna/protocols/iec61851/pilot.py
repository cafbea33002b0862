"""The coupler's life as one table: pilot state, lock and contactor, with every fault everywhere.

States A to F are those of the control pilot. Power needs three yeses: pilot in C
or D, the lock closed, and a permit of the digital session. Each duty names the
time within which hardware has to fulfil it. Figures as in the design notes for
IEC 61851-1; the standard itself was not read.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

OPEN_WITHIN_S: Final = 0.1
"""From leaving C or D, or a fault, to the open contactor."""
OCCUPIED_WITHIN_S: Final = 5.0
"""From the plug to the report that the EVSE is occupied."""
DUTY_FOLLOWED_WITHIN_S: Final = 5.0
"""How long a car may take to follow a lower duty cycle."""
TOUCH_SAFE_VOLTS: Final = 60.0
"""The lock opens only below this voltage (DC)."""


class Pilot(Enum):
    """What the control pilot shows."""

    A = "no car"
    B = "connected, not ready"
    C = "ready"
    D = "ready, needs ventilation"
    E = "fault, or the pilot is lost"
    F = "the EVSE is not available"


class Signal(Enum):
    """What happens to a coupler."""

    PLUGGED = "the plug went in"
    READY = "the car closed its switch"
    VENTILATION = "the car is ready and needs ventilation"
    UNREADY = "the car opened its switch"
    UNPLUGGED = "the plug is out"
    PERMITTED = "the session permits power"
    WITHDRAWN = "the session is over or wants no power"
    DISABLED = "the site takes the EVSE out of service"
    ENABLED = "the site puts it back"
    CLEARED = "somebody has cleared the fault"


class Fault(Enum):
    """What may go wrong, named by the component that OCPP reports it for."""

    PILOT_LOST = "ControlPilot"
    LOCK_STUCK = "ConnectorPlugRetentionLock"
    CONTACTOR_WELDED = "PowerContactor"
    ISOLATION = "GroundIsolationProtection"
    RESIDUAL_CURRENT = "RCD"
    OVERHEATED = "TemperatureSensor"
    PULLED_LOCKED = "PlugRetention"


class Duty(Enum):
    """What the hardware or the room has to do."""

    ZERO_POWER = "bring the power to zero"
    OPEN = "open the contactor"
    CLOSE = "close the contactor"
    LOCK = "lock the plug"
    UNLOCK = "unlock the plug"
    OCCUPIED = "report the EVSE occupied"
    FREE = "report the EVSE free"
    END_SESSION = "end the digital session"
    ALARM = "report the fault"
    RESTORED = "report that the fault is gone"


DUE_S: Final[Mapping[Duty, float]] = MappingProxyType(
    {Duty.ZERO_POWER: OPEN_WITHIN_S, Duty.OPEN: OPEN_WITHIN_S, Duty.OCCUPIED: OCCUPIED_WITHIN_S}
)
"""Within how many seconds a duty has to be done; others as soon as possible."""


class Coupler(Struct, frozen=True, kw_only=True, gc=False):
    """One coupler at one moment."""

    pilot: Pilot = Pilot.A
    locked: bool = False
    closed: bool = False
    """The contactor."""
    permitted: bool = False
    fault: Fault | None = None

    @property
    def powered(self) -> bool:
        """Whether power may flow at all."""
        return self.closed and self.pilot in READY


READY: Final = frozenset({Pilot.C, Pilot.D})
CONNECTED: Final = frozenset({Pilot.B, Pilot.C, Pilot.D})

GO: Final[Mapping[tuple[Pilot, Signal], Pilot]] = MappingProxyType(
    {
        (Pilot.A, Signal.PLUGGED): Pilot.B,
        (Pilot.B, Signal.READY): Pilot.C,
        (Pilot.B, Signal.VENTILATION): Pilot.D,
        (Pilot.C, Signal.VENTILATION): Pilot.D,
        (Pilot.D, Signal.READY): Pilot.C,
        (Pilot.C, Signal.UNREADY): Pilot.B,
        (Pilot.D, Signal.UNREADY): Pilot.B,
        **{(pilot, Signal.UNPLUGGED): Pilot.A for pilot in CONNECTED},
        **{(pilot, Signal.DISABLED): Pilot.F for pilot in (Pilot.A, *CONNECTED)},
        (Pilot.F, Signal.ENABLED): Pilot.A,
        (Pilot.E, Signal.CLEARED): Pilot.A,
    }
)
"""Where the pilot goes; a pair that is missing changes nothing. After E and F a car plugs anew."""


def after(coupler: Coupler, signal: Signal) -> tuple[Coupler, tuple[Duty, ...]]:
    """Return the coupler after *signal* and what has to be done, in order.

    A plug that is pulled from a closed lock is a fault, not an end.
    """
    if signal is Signal.UNPLUGGED and coupler.locked and coupler.pilot in CONNECTED:
        return failed(coupler, Fault.PULLED_LOCKED)
    pilot = GO.get((coupler.pilot, signal), coupler.pilot)
    permitted = coupler.permitted
    if signal is Signal.PERMITTED:
        permitted = pilot in CONNECTED
    elif signal is Signal.WITHDRAWN or pilot not in CONNECTED:
        permitted = False
    duties = _moved(coupler.pilot, pilot)
    return _gated(replace(coupler, pilot=pilot, permitted=permitted), signal, duties)


def failed(coupler: Coupler, fault: Fault) -> tuple[Coupler, tuple[Duty, ...]]:
    """Return the coupler after *fault*, in whatever state it was: no power, contactor open.

    The lock stays as it is: who unlocks is decided once the voltage is safe.
    """
    duties = [Duty.ZERO_POWER, Duty.OPEN]
    if coupler.pilot in CONNECTED:
        duties.append(Duty.END_SESSION)
    duties.append(Duty.ALARM)
    return replace(coupler, pilot=Pilot.E, closed=False, permitted=False, fault=fault), tuple(
        duties
    )


def _moved(before: Pilot, pilot: Pilot) -> list[Duty]:
    """Return what a change of the pilot alone brings with it."""
    if before is pilot:
        return []
    if before is Pilot.A and pilot is Pilot.B:
        return [Duty.OCCUPIED]
    duties = [Duty.END_SESSION] if before in CONNECTED and pilot not in CONNECTED else []
    if pilot is Pilot.A:
        duties += [Duty.RESTORED] if before is Pilot.E else []
        duties.append(Duty.FREE)
    return duties


def _gated(
    coupler: Coupler, signal: Signal, duties: list[Duty]
) -> tuple[Coupler, tuple[Duty, ...]]:
    """Bring contactor and lock to where pilot and permit want them, in the safe order."""
    power = coupler.permitted and coupler.pilot in READY
    if power and not coupler.closed:
        order = [] if coupler.locked else [Duty.LOCK]
        return (
            replace(coupler, locked=True, closed=True),
            (*order, Duty.CLOSE, *duties),
        )
    off: list[Duty] = []
    if coupler.closed and not power:
        off = [Duty.ZERO_POWER, Duty.OPEN]
        coupler = replace(coupler, closed=False)
    free = signal is Signal.WITHDRAWN or coupler.pilot not in CONNECTED
    if coupler.locked and free and coupler.pilot is not Pilot.E:
        off.append(Duty.UNLOCK)
        coupler = replace(coupler, locked=False)
    if signal is Signal.CLEARED and coupler.pilot is Pilot.A:
        coupler = replace(coupler, fault=None)
    return coupler, (*off, *duties)


PILOT_VOLTS: Final = (
    (Pilot.A, 12.0),
    (Pilot.B, 9.0),
    (Pilot.C, 6.0),
    (Pilot.D, 3.0),
    (Pilot.E, 0.0),
    (Pilot.F, -12.0),
)
"""State and its nominal positive peak voltage."""
PILOT_TOLERANCE_V: Final = 1.0


def pilot_of(volts: float) -> Pilot:
    """Return the state that the pilot's peak voltage shows; between the bands it counts as lost."""
    for pilot, nominal in PILOT_VOLTS:
        if abs(volts - nominal) <= PILOT_TOLERANCE_V:
            return pilot
    return Pilot.E


def may_unlock(coupler: Coupler, volts: float) -> bool:
    """Return whether the lock may open: contactor open and voltage safe to touch."""
    return not coupler.closed and abs(volts) < TOUCH_SAFE_VOLTS
