"""The synthetic load of the building behind the connection.

No measured load of Porto airport is open. The whole airport draws an estimated 3.3 to 3.8 MW in
the mean (2.2 kWh per passenger, 13 to 15 million passengers a year). The default site is one
medium-voltage connection of it: a part of the terminal and the long-stay car park, about a sixth,
600 kW in the mean. The shape is fitted to large university buildings.
"""

from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import numpy as np

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.kernel.series import Series
from sterna.runtime.ports import Chance
from sterna.world.bounds import ABOVE_ZERO, AT_LEAST_ZERO
from sterna.world.localtime import local
from sterna.world.noise import remembered
from sterna.world.packaged import dataset
from sterna.world.series_files import SeriesFile
from sterna.world.weather import STEP

NOISE_SHARE: Final = 0.047
"""Deviation of an hour from the mean of its kind (fitted, Cambridge b2 + b105, 2019)."""
NOISE_MEMORY: Final = 0.983
"""Correlation over a quarter hour; the fitted one over an hour is 0.935."""
COOLING_SHARE_PER_C: Final = 0.02
"""More load per degC above COOLING_FROM_C (fitted on working hours)."""
COOLING_FROM_C: Final = 20.0
HEATING_SHARE_PER_C: Final = 0.007
"""More load per degC below HEATING_FROM_C (fitted on working hours)."""
HEATING_FROM_C: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingSettings:
    """The load of the building: one of a synthetic mean, a constant, or your own series."""

    mean_kw: Annotated[Kilowatts, ABOVE_ZERO] | None = None
    """Mean of the synthetic load over a year."""
    constant_kw: Annotated[Kilowatts, AT_LEAST_ZERO] | None = None
    """A load that never changes, for exact small cases."""
    series: SeriesFile | None = None
    """Your own load (positive: it draws)."""


def synthetic_load(
    mean: Kilowatts, air: Series, zone: ZoneInfo, start: Instant, count: int, chance: Chance
) -> Series:
    """Return *count* quarter hours of synthetic building load in kW from *start*.

    *air* is the outdoor temperature over the same span; hours and kinds of day are *zone*'s.
    """
    shape = [
        (float(row["workday"]), float(row["weekend"])) for row in dataset("building_shape").rows()
    ]
    walls = [local(Instant(start + STEP * (k + 0.5)), zone) for k in range(count)]
    base = np.array([shape[wall.hour][wall.weekday() >= 5] for wall in walls])
    degrees = air.sampled(start, STEP, count)
    weather = (
        1.0
        + COOLING_SHARE_PER_C * np.maximum(degrees - COOLING_FROM_C, 0.0)
        + HEATING_SHARE_PER_C * np.maximum(HEATING_FROM_C - degrees, 0.0)
    )
    noise = 1.0 + NOISE_SHARE * remembered(chance, count, memory=NOISE_MEMORY)
    return Series(start=start, step=STEP, values=mean * base * weather * noise, unit="kW")
