"""What an EVSE controller needs of its hardware, one ability each; the world implements it."""

from typing import Protocol

from sterna.kernel.quantities import Instant, Kilowatts, Volts, WattHours
from sterna.protocols.iec61851.pilot import Fault, Signal


class Watcher(Protocol):
    """Whom the hardware tells what happens at the outlet."""

    def signalled(self, signal: Signal) -> None:
        """Learn what the control pilot and the plug show."""

    def failed(self, fault: Fault) -> None:
        """Learn of a fault."""

    def power_changed(self, kw: Kilowatts) -> None:
        """Learn a power that the meter has reached and will keep."""

    def nudged(self) -> None:
        """Learn that the car asks for attention."""


class Pilot(Protocol):
    """The control pilot and the plug's contacts."""

    @property
    def plugged_since(self) -> Instant | None:
        """When the last plug went in, kept without power; None before the first. It may be out again."""

    def watch_outlet(self, watcher: Watcher, /) -> None:
        """Tell *watcher* from now on, at once of a plug that is in."""

    def set_wave(self, *, on: bool) -> None:
        """Let the pilot oscillate at 5 %: digital communication is on offer (B2); or stand still (B1)."""


class Converter(Protocol):
    """Whatever sets the power: the EVSE's own converter in DC."""

    def set_power(self, kw: Kilowatts, /) -> Kilowatts:
        """Aim at *kw* (positive charges) at the converter's pace; return where the power will settle."""


class Contactor(Protocol):
    """The switch in the power path."""

    def close_contactor(self) -> None:
        """Let power flow."""

    def open_contactor(self) -> None:
        """Let none flow from this instant on; the contacts part within 100 ms."""


class Lock(Protocol):
    """The latch of the plug."""

    @property
    def locked(self) -> bool:
        """Whether the latch holds the plug."""

    @property
    def volts(self) -> Volts:
        """Voltage at the contacts, which decides whether the plug may be let go."""

    def lock(self) -> None:
        """Hold the plug; a latch that does not move is reported as a fault."""

    def unlock(self) -> None:
        """Let it go."""


class Meter(Protocol):
    """The meter at the coupler."""

    @property
    def power_kw(self) -> Kilowatts:
        """Power now; positive charges."""

    def registers(self) -> tuple[WattHours, WattHours]:
        """Return energy into cars and out of cars over the life of the meter; both only rise."""


class Outlet(Pilot, Converter, Contactor, Lock, Meter, Protocol):
    """All of it, as one EVSE has it."""
