"""A stationary battery as a stay that never ends."""

from typing import Final

from sterna.decisions.schedule.hull import Curve
from sterna.decisions.schedule.stay import USUAL_EFFICIENCY, Stay
from sterna.kernel.quantities import NO_POWER, Instant, KilowattHours, Kilowatts, Share

SINCE: Final = Instant(0.0)
"""It stood there before anything was asked."""


def standing(
    key: str,
    *,
    energy_kwh: KilowattHours,
    capacity_kwh: KilowattHours,
    charge_kw: Kilowatts,
    discharge_kw: Kilowatts,
    worth_eur_per_kwh: float,
    wear_eur_per_kwh: float,
    wanted_kwh: KilowattHours | None = None,
    floor_kwh: KilowattHours = KilowattHours(0.0),
    efficiency: Share = USUAL_EFFICIENCY,
    curve: Curve | None = None,
    least_kw: Kilowatts = NO_POWER,
) -> Stay:
    """Return the battery *key* of the site as a stay over the whole horizon.

    A horizon ends, the battery does not: below *wanted_kwh* (None: what it holds now) a kWh at the end
    is *worth_eur_per_kwh*, about what it costs to have it again: price of import, losses, wear. So it is
    emptied only for more than that. What it lacks at the end is in `Plan.unmet_kwh` like a driver's; it
    is no promise to anybody.
    """
    return Stay(
        key=key,
        arrival=SINCE,
        departure=SINCE,
        stationary=True,
        energy_kwh=energy_kwh,
        floor_kwh=floor_kwh,
        target_kwh=energy_kwh if wanted_kwh is None else wanted_kwh,
        capacity_kwh=capacity_kwh,
        charge_kw=charge_kw,
        discharge_kw=discharge_kw,
        may_discharge=True,
        charge_efficiency=efficiency,
        discharge_efficiency=efficiency,
        curve=curve,
        least_kw=least_kw,
        wear_eur_per_kwh=wear_eur_per_kwh,
        unmet_eur_per_kwh=worth_eur_per_kwh,
    )
