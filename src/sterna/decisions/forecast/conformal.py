"""Bands that hold what they promise: split-conformal widening by hour of the day.

Conformalised quantile regression (Romano, Patterson and Candes 2019): on days that the model has
not learnt from, each outcome says by how much the band would have had to be wider to hold it
(negative: by how much it was too wide). The right quantile of these, hour by hour, is added.
"""

from math import ceil
from typing import Final

import numpy as np

from sterna.decisions.forecast.band import INSIDE, Floats, Ints

HOURS: Final = 24
NEIGHBOURS: Final = 1
"""Hours on either side that help: four weeks alone are 28 outcomes of an hour."""
SAMPLES_LEAST: Final = 20
"""Fewer outcomes than this say nothing about an hour; those of all hours stand in."""


def widening(actual: Floats, low: Floats, high: Floats, hour: Ints) -> Floats:
    """Return by how much to widen a band at each hour of the day, shape (24,), at each end.

    *actual*, *low*, *high*, *hour* (0..23): shape (n,). Unknown outcomes (NaN) do not count; without
    any outcome nothing is widened. A negative widening narrows.
    """
    missed = np.maximum(low - actual, actual - high)
    known = ~np.isnan(missed)
    if not known.any():
        return np.zeros(HOURS)
    missed, hour = missed[known], hour[known]
    everywhere = _enough(missed)
    found = np.full(HOURS, everywhere)
    for each in range(HOURS):
        distance = np.abs((hour - each + HOURS // 2) % HOURS - HOURS // 2)
        near = missed[distance <= NEIGHBOURS]
        if len(near) >= SAMPLES_LEAST:
            found[each] = _enough(near)
    return found


def widened(values: Floats, by: Floats) -> Floats:
    """Return the band *values*, shape (3, n), widened at each end by *by*, shape (n,); it never turns over."""
    return np.stack(
        [np.minimum(values[0] - by, values[1]), values[1], np.maximum(values[2] + by, values[1])]
    )


def _enough(missed: Floats) -> float:
    """Return the widening that would have held the promised share of outcomes, with the correction for few."""
    rank = min(len(missed), ceil(INSIDE * (len(missed) + 1)))
    return float(np.partition(missed, rank - 1)[rank - 1])
