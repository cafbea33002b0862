"""What car and supply can do, and the one rule that turns a wish into a permitted power.

Limits are magnitudes in both directions; powers are signed, positive charges.
"""

from math import fsum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from sterna.kernel.quantities import Amperes, Instant, KilowattHours, Kilowatts, Share, Volts
from sterna.protocols.iso15118 import phases as per_phase
from sterna.protocols.iso15118.events import VehicleNeeds

FULL_KWH: Final = 1e-3
"""Energies below a watt-hour are rounding of the wire, not room in the battery."""


class SupplyLimits(Struct, frozen=True, kw_only=True, gc=False):
    """What the supply can give and take at this moment, all magnitudes."""

    max_charge_kw: Kilowatts
    max_discharge_kw: Kilowatts = Kilowatts(0.0)
    min_charge_kw: Kilowatts = Kilowatts(0.0)
    min_discharge_kw: Kilowatts = Kilowatts(0.0)
    max_current_a: Amperes = Amperes(400.0)
    """DC: in either direction."""
    min_voltage_v: Volts = Volts(200.0)
    max_voltage_v: Volts = Volts(920.0)
    nominal_hz: float = 50.0
    nominal_v: int = 230
    phases: int = 3
    """Of the supply in AC; the powers above are those of all of them."""
    max_asymmetry_kw: Kilowatts | None = None
    """AC: the most by which two phases may differ; None: no bound."""
    ramp_percent_per_min: float | None = None
    """How fast the car may change its power, as a share of the maximum; None: as fast as it can."""

    def on(self, phases: int) -> "SupplyLimits":
        """Return the limits for a session on *phases* of the supply's phases."""
        if phases >= self.phases:
            return self
        part = phases / self.phases
        bound = float("inf") if self.max_asymmetry_kw is None else self.max_asymmetry_kw
        return replace(
            self,
            phases=phases,
            max_charge_kw=min(bound, self.max_charge_kw * part),
            max_discharge_kw=min(bound, self.max_discharge_kw * part),
            min_charge_kw=self.min_charge_kw * part,
            min_discharge_kw=self.min_discharge_kw * part,
        )


class CarBattery(Struct, frozen=True, kw_only=True, gc=False):
    """The battery and what the driver wants of it, as the car's sensors see them now."""

    soc: Share
    capacity_kwh: KilowattHours
    minimum_soc: Share = Share(0.0)
    target_soc: Share = Share(1.0)
    maximum_soc: Share = Share(1.0)
    v2x_low_soc: Share | None = None
    """The range for cycling; None: the car names none and the minimum alone counts."""
    v2x_high_soc: Share | None = None
    max_charge_kw: Kilowatts
    max_discharge_kw: Kilowatts = Kilowatts(0.0)
    min_charge_kw: Kilowatts = Kilowatts(0.0)
    min_discharge_kw: Kilowatts = Kilowatts(0.0)
    max_current_a: Amperes = Amperes(400.0)
    voltage_v: Volts = Volts(400.0)
    min_voltage_v: Volts = Volts(250.0)
    max_voltage_v: Volts = Volts(460.0)
    power_kw: Kilowatts = Kilowatts(0.0)
    """What flows at this moment; positive charges."""
    reactive_kvar: float = 0.0
    """AC: reactive power at this moment, in kvar."""
    departure: Instant | None = None
    phases: int = 3
    """How many phases the car's converter uses in AC; the powers above are those of all of them."""

    def on(self, phases: int) -> "CarBattery":
        """Return the battery as it can be used over *phases* phases."""
        if phases >= self.phases:
            return self
        part = phases / self.phases
        return replace(
            self,
            phases=phases,
            max_charge_kw=self.max_charge_kw * part,
            max_discharge_kw=self.max_discharge_kw * part,
            min_charge_kw=self.min_charge_kw * part,
            min_discharge_kw=self.min_discharge_kw * part,
        )

    @property
    def v2x_range(self) -> tuple[Share, Share] | None:
        """The range for cycling; an end that the car leaves open is the driver's minimum, or full."""
        if self.v2x_low_soc is None and self.v2x_high_soc is None:
            return None
        low = self.minimum_soc if self.v2x_low_soc is None else self.v2x_low_soc
        high = self.maximum_soc if self.v2x_high_soc is None else self.v2x_high_soc
        return low, high

    def energy_to(self, soc: float) -> KilowattHours:
        """Return the energy from now to *soc*; negative when the battery holds more."""
        return KilowattHours((soc - self.soc) * self.capacity_kwh)


def plausible(needs: VehicleNeeds, supply: SupplyLimits) -> bool:
    """Return whether the car's limits make sense in themselves and, in DC, share a voltage with the supply's."""
    pairs = (
        (needs.min_charge_kw, needs.max_charge_kw),
        (needs.min_discharge_kw, needs.max_discharge_kw),
    )
    if any(not 0.0 <= least <= most for least, most in pairs):
        return False
    low, high = needs.min_voltage_v, needs.max_voltage_v
    if low is None or high is None:
        return True
    return low <= high and low <= supply.max_voltage_v and high >= supply.min_voltage_v


def permitted(
    wish_kw: float, needs: VehicleNeeds, supply: SupplyLimits, *, discharge: bool
) -> Kilowatts:
    """Return the power nearest to *wish_kw* that car, supply and driver allow.

    *discharge* says that consent, service and grid code allow it at all. A
    magnitude below the least that either side can do becomes zero: never more
    than was asked for.
    """
    if wish_kw > 0.0:
        return _charge(wish_kw, needs, supply)
    if wish_kw < 0.0 and discharge:
        return _discharge(-wish_kw, needs, supply)
    return Kilowatts(0.0)


def _charge(size_kw: float, needs: VehicleNeeds, supply: SupplyLimits) -> Kilowatts:
    """Return the permitted charging power for a wish of *size_kw*."""
    if needs.to_maximum_kwh is not None and needs.to_maximum_kwh <= FULL_KWH:
        return Kilowatts(0.0)
    above = needs.v2x_maximum_kwh is not None and needs.v2x_maximum_kwh <= FULL_KWH
    sated = needs.to_target_kwh is not None and needs.to_target_kwh <= FULL_KWH
    if above and sated:
        return Kilowatts(0.0)
    size_kw = min(
        size_kw,
        needs.max_charge_kw,
        supply.max_charge_kw,
        by_current(needs, needs.max_charge_a, supply),
        _together(phase_caps(needs, supply, charge=True)),
    )
    least = max(needs.min_charge_kw, supply.min_charge_kw)
    return Kilowatts(size_kw if size_kw >= least else 0.0)


def _discharge(size_kw: float, needs: VehicleNeeds, supply: SupplyLimits) -> Kilowatts:
    """Return the permitted discharging power (negative) for a wish of *size_kw*."""
    for floor_kwh in (needs.to_minimum_kwh, needs.v2x_minimum_kwh):
        if floor_kwh is not None and floor_kwh >= -FULL_KWH:
            return Kilowatts(0.0)
    size_kw = min(
        size_kw,
        needs.max_discharge_kw,
        supply.max_discharge_kw,
        by_current(needs, needs.max_discharge_a, supply),
        _together(phase_caps(needs, supply, charge=False)),
    )
    least = max(needs.min_discharge_kw, supply.min_discharge_kw)
    return Kilowatts(-size_kw if size_kw >= least and size_kw > 0.0 else 0.0)


def by_current(needs: VehicleNeeds, car_a: float | None, supply: SupplyLimits) -> float:
    """Return the power in kW that both sides' currents carry in DC at the present voltage; else infinite."""
    volts = needs.present_voltage_v
    if not needs.service.direct or not volts:
        return float("inf")
    amperes = supply.max_current_a if car_a is None else min(car_a, supply.max_current_a)
    return amperes * volts / 1000.0


def phase_caps(needs: VehicleNeeds, supply: SupplyLimits, *, charge: bool) -> tuple[float, ...]:
    """Return how far each phase may go in AC, as magnitudes in kW; empty where the car named only a sum.

    Bounded by the car's phase, the supply's phase and the asymmetry.
    """
    able = needs.charge_phases_kw if charge else needs.discharge_phases_kw
    whole = supply.max_charge_kw if charge else supply.max_discharge_kw
    most = tuple(min(one, whole / supply.phases) for one in able)
    return per_phase.caps(most, supply.max_asymmetry_kw) if most else ()


def _together(caps_kw: tuple[float, ...]) -> float:
    """Return what the phases carry together; infinite where nothing is known of them."""
    return fsum(caps_kw) if caps_kw else float("inf")


def energy_until_change(power_kw: float, needs: VehicleNeeds) -> float | None:
    """Return the energy in kWh (positive) after which, at *power_kw*, one of the car's limits is hit.

    None: no limit lies ahead. This is how the supply knows when it has to speak
    with the car again, long before the stride is over.
    """
    bounds = (
        needs.to_minimum_kwh,
        needs.to_target_kwh,
        needs.to_maximum_kwh,
        needs.v2x_minimum_kwh,
        needs.v2x_maximum_kwh,
    )
    sign = 1.0 if power_kw > 0.0 else -1.0
    ahead = [sign * bound for bound in bounds if bound is not None and sign * bound > FULL_KWH]
    return min(ahead) if ahead and power_kw != 0.0 else None
