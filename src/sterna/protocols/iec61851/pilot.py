"""The coupler's life as one table: pilot state, lock and contactor, with every fault everywhere.

States A to F are those of the control pilot. Power needs three yeses: pilot in C
or D, the lock closed, and a permit of the digital session. A stage is one possible
combination of them; :data:`TABLE` says for each stage what each event leads to and
what has to be done, in order. Each duty names the time within which hardware has to
fulfil it. Figures as in the design notes for IEC 61851-1; the standard itself was
not read.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

OPEN_WITHIN_S: Final = 0.1
"""From leaving C or D, or a fault, to the open contactor."""
OCCUPIED_WITHIN_S: Final = 5.0
"""From the plug to the report that the EVSE is occupied."""
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
    SAFE = "after a fault the voltage is safe to touch"
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
    UNLOCK = "unlock the plug, once the voltage is safe"
    OCCUPIED = "report the EVSE occupied"
    FREE = "report the EVSE free"
    END_SESSION = "end the digital session"
    ALARM = "report the fault"
    RESTORED = "report that the fault is gone"


DUE_S: Final[Mapping[Duty, float]] = MappingProxyType(
    {Duty.ZERO_POWER: OPEN_WITHIN_S, Duty.OPEN: OPEN_WITHIN_S, Duty.OCCUPIED: OCCUPIED_WITHIN_S}
)
"""Within how many seconds a duty has to be done; others as soon as possible."""


class Stage(Enum):
    """Every combination of pilot, lock, contactor and permit that can be: (pilot, marks).

    Marks: ``permit`` of the session, ``lock`` closed, ``power``: contactor closed.
    """

    A = (Pilot.A,)
    B = (Pilot.B,)
    B_GRANTED = (Pilot.B, "permit")
    B_HELD = (Pilot.B, "permit", "lock")
    """After power: the car has opened its switch and may close it again."""
    C = (Pilot.C,)
    C_POWERED = (Pilot.C, "permit", "lock", "power")
    D = (Pilot.D,)
    D_POWERED = (Pilot.D, "permit", "lock", "power")
    E = (Pilot.E,)
    E_LOCKED = (Pilot.E, "lock")
    F = (Pilot.F,)

    @property
    def pilot(self) -> Pilot:
        """What the pilot shows."""
        shown = self.value[0]
        assert isinstance(shown, Pilot)
        return shown


class Effect(Struct, frozen=True, gc=False):
    """What an event leads to, and what has to be done, in order."""

    stage: Stage
    duties: tuple[Duty, ...] = ()
    fault: Fault | None = None


Happening = Signal | Fault
Key = tuple[Stage, Happening]

CONNECTED: Final = frozenset({Pilot.B, Pilot.C, Pilot.D})
READY: Final = frozenset({Pilot.C, Pilot.D})
CUT: Final = (Duty.ZERO_POWER, Duty.OPEN)


def _told(then: Stage, *duties: Duty) -> Effect:
    return Effect(then, duties)


def _failed(stage: Stage, fault: Fault) -> Effect:
    """Return what *fault* leads to: no power, and the lock stays as it was.

    Who unlocks is decided once the voltage is safe.
    """
    then = Stage.E_LOCKED if "lock" in stage.value else Stage.E
    end = (Duty.END_SESSION,) if stage.pilot in CONNECTED else ()
    return Effect(then, (*CUT, *end, Duty.ALARM), fault)


_S: Final = Stage
_G: Final = Signal
_D: Final = Duty

SIGNALS: Final[Mapping[Key, Effect]] = MappingProxyType(
    {
        (_S.A, _G.PLUGGED): _told(_S.B, _D.OCCUPIED),
        (_S.A, _G.DISABLED): _told(_S.F),
        # Connected, not ready, no permit yet.
        (_S.B, _G.READY): _told(_S.C),
        (_S.B, _G.VENTILATION): _told(_S.D),
        (_S.B, _G.PERMITTED): _told(_S.B_GRANTED),
        (_S.B, _G.UNPLUGGED): _told(_S.A, _D.END_SESSION, _D.FREE),
        (_S.B, _G.DISABLED): _told(_S.F, _D.END_SESSION),
        # Permitted: power as soon as the car is ready. The lock first, then the contactor.
        (_S.B_GRANTED, _G.READY): _told(_S.C_POWERED, _D.LOCK, _D.CLOSE),
        (_S.B_GRANTED, _G.VENTILATION): _told(_S.D_POWERED, _D.LOCK, _D.CLOSE),
        (_S.B_GRANTED, _G.WITHDRAWN): _told(_S.B),
        (_S.B_GRANTED, _G.UNPLUGGED): _told(_S.A, _D.END_SESSION, _D.FREE),
        (_S.B_GRANTED, _G.DISABLED): _told(_S.F, _D.END_SESSION),
        (_S.B_HELD, _G.READY): _told(_S.C_POWERED, _D.CLOSE),
        (_S.B_HELD, _G.VENTILATION): _told(_S.D_POWERED, _D.CLOSE),
        (_S.B_HELD, _G.WITHDRAWN): _told(_S.B, _D.UNLOCK),
        (_S.B_HELD, _G.UNPLUGGED): _failed(_S.B_HELD, Fault.PULLED_LOCKED),
        (_S.B_HELD, _G.DISABLED): _told(_S.F, _D.UNLOCK, _D.END_SESSION),
        # Ready, without a permit.
        (_S.C, _G.UNREADY): _told(_S.B),
        (_S.C, _G.VENTILATION): _told(_S.D),
        (_S.C, _G.PERMITTED): _told(_S.C_POWERED, _D.LOCK, _D.CLOSE),
        (_S.C, _G.UNPLUGGED): _told(_S.A, _D.END_SESSION, _D.FREE),
        (_S.C, _G.DISABLED): _told(_S.F, _D.END_SESSION),
        (_S.D, _G.UNREADY): _told(_S.B),
        (_S.D, _G.READY): _told(_S.C),
        (_S.D, _G.PERMITTED): _told(_S.D_POWERED, _D.LOCK, _D.CLOSE),
        (_S.D, _G.UNPLUGGED): _told(_S.A, _D.END_SESSION, _D.FREE),
        (_S.D, _G.DISABLED): _told(_S.F, _D.END_SESSION),
        # Power: it goes before the contactor opens, and the contactor before the lock.
        (_S.C_POWERED, _G.UNREADY): _told(_S.B_HELD, *CUT),
        (_S.C_POWERED, _G.VENTILATION): _told(_S.D_POWERED),
        (_S.C_POWERED, _G.WITHDRAWN): _told(_S.C, *CUT, _D.UNLOCK),
        (_S.C_POWERED, _G.UNPLUGGED): _failed(_S.C_POWERED, Fault.PULLED_LOCKED),
        (_S.C_POWERED, _G.DISABLED): _told(_S.F, *CUT, _D.UNLOCK, _D.END_SESSION),
        (_S.D_POWERED, _G.UNREADY): _told(_S.B_HELD, *CUT),
        (_S.D_POWERED, _G.READY): _told(_S.C_POWERED),
        (_S.D_POWERED, _G.WITHDRAWN): _told(_S.D, *CUT, _D.UNLOCK),
        (_S.D_POWERED, _G.UNPLUGGED): _failed(_S.D_POWERED, Fault.PULLED_LOCKED),
        (_S.D_POWERED, _G.DISABLED): _told(_S.F, *CUT, _D.UNLOCK, _D.END_SESSION),
        # After a fault, and out of service. A car plugs anew.
        (_S.E_LOCKED, _G.SAFE): _told(_S.E, _D.UNLOCK),
        (_S.E_LOCKED, _G.CLEARED): _told(_S.A, _D.UNLOCK, _D.RESTORED, _D.FREE),
        (_S.E, _G.CLEARED): _told(_S.A, _D.RESTORED, _D.FREE),
        (_S.F, _G.ENABLED): _told(_S.A, _D.FREE),
    }
)
"""What signals lead to; a pair that is missing changes nothing and asks for nothing."""


def _everything() -> Iterator[tuple[Key, Effect]]:
    """Yield every pair of stage and event with its effect."""
    for stage in Stage:
        for signal in Signal:
            yield (stage, signal), SIGNALS.get((stage, signal), Effect(stage))
        for fault in Fault:
            yield (stage, fault), _failed(stage, fault)


TABLE: Final[Mapping[Key, Effect]] = MappingProxyType(dict(_everything()))
"""The whole product of stages and events, total."""


class Coupler(Struct, frozen=True, kw_only=True, gc=False):
    """One coupler at one moment."""

    stage: Stage = Stage.A
    fault: Fault | None = None

    @property
    def pilot(self) -> Pilot:
        """What the control pilot shows."""
        return self.stage.pilot

    @property
    def locked(self) -> bool:
        """Whether the lock is to hold the plug."""
        return "lock" in self.stage.value

    @property
    def closed(self) -> bool:
        """Whether the contactor is to be closed."""
        return "power" in self.stage.value

    @property
    def permitted(self) -> bool:
        """Whether the session permits power."""
        return "permit" in self.stage.value

    @property
    def powered(self) -> bool:
        """Whether power may flow at all."""
        return self.closed


def after(coupler: Coupler, happening: Happening) -> tuple[Coupler, tuple[Duty, ...]]:
    """Return the coupler after *happening* and what has to be done, in order."""
    effect = TABLE[coupler.stage, happening]
    kept = coupler.fault if effect.stage.pilot is Pilot.E else None
    fault = kept if effect.fault is None else effect.fault
    return Coupler(stage=effect.stage, fault=fault), effect.duties


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
PILOT_OHMS: Final[Mapping[Pilot, float]] = MappingProxyType(
    {Pilot.A: float("inf"), Pilot.B: 2740.0, Pilot.C: 882.0, Pilot.D: 246.0, Pilot.E: 0.0}
)
"""What the car puts between pilot and earth; C is 2.74 kOhm beside 1.3 kOhm."""
SOURCE_VOLTS: Final = 12.0
SOURCE_OHMS: Final = 1000.0
DIODE_VOLTS: Final = 0.7
"""In the car, in series with its resistors."""


def volts_of(ohms: float) -> float:
    """Return the positive peak of the pilot with *ohms* behind the car's diode; 0: shorted to earth."""
    if ohms == 0.0:
        return 0.0
    if ohms == float("inf"):
        return SOURCE_VOLTS
    return DIODE_VOLTS + (SOURCE_VOLTS - DIODE_VOLTS) * ohms / (ohms + SOURCE_OHMS)


def pilot_of(volts: float) -> Pilot:
    """Return the state that the pilot's peak voltage shows; between the bands it counts as lost."""
    for pilot, nominal in PILOT_VOLTS:
        if abs(volts - nominal) <= PILOT_TOLERANCE_V:
            return pilot
    return Pilot.E


def may_unlock(coupler: Coupler, volts: float) -> bool:
    """Return whether the lock may open: contactor open and voltage safe to touch."""
    return not coupler.closed and abs(volts) < TOUCH_SAFE_VOLTS
