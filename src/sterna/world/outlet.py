"""What a bay is made of."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sterna.domain.battery import Battery
from sterna.domain.converter import Conversion, Converter
from sterna.domain.pace import AT_ONCE, Pace
from sterna.domain.reactive import Circle
from sterna.domain.station import Evse
from sterna.domain.vehicle import Fit, VehicleModel
from sterna.kernel.quantities import Kilovars, Kilowatts
from sterna.runtime.ports import Chance


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

    def weathered(self, battery: Battery) -> Battery:
        """Return *battery* as warm as the air around it, where it has a temperature."""
        if self.outside is None or battery.rating.thermal is None:
            return battery
        air = self.outside()
        thermal = replace(battery.rating.thermal, outside_celsius=air)
        return replace(battery, rating=replace(battery.rating, thermal=thermal), celsius=air)

    def reactive(self, kw: Kilowatts, kvar: Kilovars) -> Kilovars:
        """Return what of *kvar* there is beside *kw*."""
        return Kilovars(0.0) if self.circle is None else self.circle.within(kw, kvar)[1]

    def possible(self, kw: Kilowatts, kvar: Kilovars, least_kw: Kilowatts) -> Kilowatts:
        """Return *kw* as the converter understands it: its error, its circle, its steps from *least_kw*."""
        pace = self.pace
        if pace.error and kw != 0.0:
            assert self.chance is not None, "errors are drawn"
            kw = Kilowatts(kw * (1.0 + self.chance.uniform(-pace.error, pace.error)))
        if self.circle is not None:
            kw = self.circle.within(kw, kvar)[0]
        return pace.stepped(kw, least_kw)


def converter_of(conversion: Conversion, evse: Evse, model: VehicleModel, fit: Fit) -> Converter:
    """Return the converter between *evse*'s meter and the battery of a car that has this *fit*."""
    return conversion.converter(
        fit.charge_kw_max, fit.discharge_kw_max, onboard_kw=model.ac.charge_kw_max,
        phases=min(model.phases, evse.phases),
    )  # fmt: skip
