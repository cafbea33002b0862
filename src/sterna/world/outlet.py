"""What a bay is made of, and whom its hardware tells what happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sterna.domain.converter import Conversion, Converter
from sterna.domain.pace import AT_ONCE, Pace
from sterna.domain.reactive import Circle
from sterna.domain.station import Evse
from sterna.domain.vehicle import Fit, VehicleModel
from sterna.kernel.quantities import Kilowatts
from sterna.protocols.iec61851.pilot import Fault, Signal
from sterna.runtime.ports import Chance


class OutletWatcher(Protocol):
    """Whom a bay tells what the EVSE's own hardware notices."""

    def signalled(self, signal: Signal) -> None:
        """Learn what the control pilot shows."""

    def failed(self, fault: Fault) -> None:
        """Learn of a fault."""

    def power_changed(self, kw: Kilowatts) -> None:
        """Learn the power at the meter from now on."""

    def nudged(self) -> None:
        """Learn that the car asks for attention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """What a bay is made of beside its plate."""

    conversion: Conversion
    pace: Pace = AT_ONCE
    circle: Circle | None = None
    """The inverter's, if reactive power can be asked of it."""
    chance: Chance | None = None
    """Draws set-point errors; needed where the pace has some."""
    outside: Callable[[], float] | None = None
    """Temperature of the air in degrees Celsius; None: always mild."""


def converter_of(conversion: Conversion, evse: Evse, model: VehicleModel, fit: Fit) -> Converter:
    """Return the converter between *evse*'s meter and the battery of a car that has this *fit*."""
    return conversion.converter(
        fit.charge_kw_max, fit.discharge_kw_max, onboard_kw=model.ac.charge_kw_max,
        phases=min(model.phases, evse.phases),
    )  # fmt: skip
