"""From series on the clock to values of steps: means, and the limit that counts."""

import numpy as np

from sterna.decisions.schedule.problem import Floats
from sterna.kernel.series import Series


def means(series: Series, edges: Floats) -> Floats:
    """Return the time-weighted means of *series* between consecutive *edges*, shape (T,)."""
    assert edges[0] >= series.start - 1e-6, "the series starts after the first step"
    assert edges[-1] <= series.end + 1e-6, "the series ends before the last step"
    total = np.concatenate(([0.0], np.cumsum(series.values)))
    at = (edges - series.start) / series.step
    summed = np.interp(at, np.arange(len(total)), total)
    found: Floats = np.diff(summed) / np.diff(at)
    return found


def lows(series: Series, edges: Floats) -> Floats:
    """Return the lowest value of *series* between consecutive *edges*, shape (T,)."""
    return _lowest(series, series.values, edges)


def highs(series: Series, edges: Floats) -> Floats:
    """Return the highest value of *series* between consecutive *edges*, shape (T,)."""
    found: Floats = -_lowest(series, -series.values, edges)
    return found


def _lowest(series: Series, values: Floats, edges: Floats) -> Floats:
    """Return the lowest of *values*, on the grid of *series*, between consecutive *edges*."""
    at = (edges - series.start) / series.step
    begin = np.floor(at[:-1] + 1e-9).astype(np.int64)
    end = np.maximum(np.ceil(at[1:] - 1e-9).astype(np.int64), begin + 1)
    assert begin[0] >= 0, "the series starts after the first step"
    assert end[-1] <= len(values), "the series ends before the last step"
    padded = np.append(values, np.inf)
    lowest: Floats = np.minimum.reduceat(padded, np.stack((begin, end), axis=1).ravel())[::2]
    return lowest
