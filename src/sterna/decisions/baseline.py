"""The run without control: every car charges at full power from arrival until its target.

The counterfactual that every saving and every reward is measured against.
"""

import numpy as np

from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant, KilowattHours, Kilowatts, Seconds
from sterna.kernel.series import Series


def charge_on_arrival(
    *,
    arrival: Instant,
    departure: Instant,
    energy_kwh: KilowattHours,
    target_kwh: KilowattHours,
    charge_kw: Kilowatts,
    charge_efficiency: float,
    start: Instant,
    step: Seconds,
    count: int,
) -> Series:
    """Return the mean power at the meter per step, kW >= 0, of a session without control.

    *energy_kwh* and *target_kwh* are inside the battery, *charge_kw* is at the meter. The
    series has *count* steps from *start*; what happens outside of it is left out.
    """
    edges = start + step * np.arange(count + 1)
    need_kwh = max(0.0, target_kwh - energy_kwh) / charge_efficiency
    hours = need_kwh / charge_kw if charge_kw > 0 else 0.0
    end = min(departure, arrival + hours * SECONDS_PER_HOUR)
    busy = np.minimum(edges[1:], end) - np.maximum(edges[:-1], arrival)
    power = charge_kw * np.maximum(busy, 0.0) / step
    return Series(start=start, step=step, values=power, unit="kW")
