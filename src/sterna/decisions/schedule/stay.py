"""One car of a live site: there now, or expected."""

from typing import Final

from msgspec import Struct

from sterna.decisions.departures import Law
from sterna.decisions.schedule.hull import Curve, Pieces
from sterna.kernel.quantities import NO_POWER, Instant, KilowattHours, Kilowatts, Share
from sterna.kernel.series import Series

DRIVER_FIRST: Final = 100.0
"""EUR per kWh missing at departure. The driver's target goes before every price: even a quarter of
an hour at a peak price of 20 EUR/kW (80 EUR for each kWh moved) must not pay for missing it."""
USUAL_EFFICIENCY: Final = Share(0.95)
USUAL_KNEE: Final = Share(0.8)
NO_STORE: Final = KilowattHours(0.0)


class Stay(Struct, frozen=True, kw_only=True):
    """One car: plugged now, or expected. Energies are inside the battery, powers at the meter."""

    key: str
    """Names the session; the same from one snapshot to the next."""
    arrival: Instant
    departure: Instant
    energy_kwh: KilowattHours
    """Stored now, or at arrival when that is later."""
    floor_kwh: KilowattHours
    """Never go below; while below, charge at full power."""
    target_kwh: KilowattHours
    """Wanted at departure."""
    capacity_kwh: KilowattHours
    charge_kw: Kilowatts
    """Largest charging power, >= 0."""
    discharge_kw: Kilowatts
    """Largest discharging power, as a number >= 0."""
    may_discharge: bool
    """The driver's consent. Without it the car is never planned to discharge."""
    charge_efficiency: Share = USUAL_EFFICIENCY
    discharge_efficiency: Share = USUAL_EFFICIENCY
    curve: Curve | None = None
    """How it converts at every power; None: with the two efficiencies."""
    least_kw: Kilowatts = NO_POWER
    """Least power worth running at, in either direction."""
    wear_eur_per_kwh: float = 0.02
    """Cost of a kWh of throughput, by the battery's chemistry."""
    unmet_eur_per_kwh: float = DRIVER_FIRST
    """Value of a kWh missing at departure; by contract. It is a weight, never billed."""
    knee_share: Share = USUAL_KNEE
    """State of charge above which standing ages the battery faster."""
    high_eur_per_kwh_h: float = 0.0
    """Cost of one kWh above the knee for one hour."""
    levy_eur_per_kwh: float = 0.0
    """Charge per metered kWh charged that giving back does not refund (double taxation), >= 0."""
    early_kwh: KilowattHours = NO_STORE
    """Stored energy that the driver should find when he leaves before `departure`."""
    hazard_per_h: float | Series = 0.0
    """How likely it is that he does, per hour that he is still here: of leaving within the hour it is
    ``1 - exp(-hazard)``. A series (1/h) for habits by the clock; it covers the horizon."""
    habit: Law | None = None
    """When drivers like this one really leave. Where given it counts instead of `hazard_per_h`."""
    early_eur_per_kwh: float | None = None
    """Value of a kWh that a driver lacks who leaves early; None: as at departure. It is a weight, never billed."""
    stationary: bool = False
    """A battery of the site: it never leaves, whatever `departure` says; see `standing`."""

    @property
    def pieces(self) -> tuple[Pieces, Pieces]:
        """The pieces of charging and of discharging, within what the driver allows."""
        give_kw = self.discharge_kw if self.may_discharge else NO_POWER
        if self.curve is None:
            into, out = self.charge_efficiency, 1.0 / self.discharge_efficiency
            return ((self.charge_kw, into),), ((give_kw, out),)
        return self.curve.charging, (self.curve.discharging if give_kw > 0 else ())
