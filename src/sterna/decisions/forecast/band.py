"""A forecast as a band of three quantiles on one grid, and where a forecast lies on the grid of its history."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.series import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVELS: Final = (0.1, 0.5, 0.9)
"""The quantiles of a band: its middle is the median, its ends hold 80 % of outcomes."""
INSIDE: Final = LEVELS[-1] - LEVELS[0]
"""Share of outcomes that a band should hold."""
HOUR: Final = 3600.0
DAY: Final = 86_400.0
WEEK: Final = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A forecast as three series on one grid: 0.1, 0.5 and 0.9 quantile, in the history's unit."""

    low: Series
    middle: Series
    high: Series

    def rows(self) -> Floats:
        """Return the three series as rows, shape (3, n)."""
        return np.stack([self.low.values, self.middle.values, self.high.values])


def band_of(like: Series, start: Instant, values: Floats) -> Band:
    """Return the three rows of *values* as a band from *start*, with step and unit of *like*."""
    low, middle, high = (
        Series(start=start, step=like.step, values=row.copy(), unit=like.unit) for row in values
    )
    return Band(low=low, middle=middle, high=high)


def anchored(band: Band, measured: float, fade: Seconds) -> Band:
    """Shift *band* so that it starts at *measured*; the shift fades with *fade*, never below 0."""
    series = band.middle
    weight = np.exp(-np.arange(len(series.values)) * series.step / fade)
    shift = (measured - series.values[0]) * weight
    return band_of(series, series.start, np.maximum(band.rows() + shift, 0.0))


def position(history: Series, start: Instant) -> int:
    """Return the step of *history*'s grid that begins at *start*."""
    steps = (start - history.start) / history.step
    assert abs(steps - round(steps)) < 1e-6, "the forecast starts on the history's grid"
    return round(steps)


def lagged(known: Floats, target: Ints, lag: int, count: int) -> Floats:
    """Return the values 1..*count* lags before each *target*, NaN where unknown: (count, n)."""
    at = target - lag * np.arange(1, count + 1)[:, None]
    inside = (at >= 0) & (at < len(known))
    padded = np.append(known, np.nan)
    found: Floats = padded[np.where(inside, at, len(known))]
    return found
