"""Load and price by comparable steps of the past: numpy only, always there.

The ensemble of the same slot of the week over the last weeks, each moved to the level of the
day before the forecast, the band widened by the neighbouring slots; with a short history the
same slot of the day; with none the last value.
"""

from typing import Final

import numpy as np

from sterna.decisions.forecast.band import (
    DAY,
    LEVELS,
    WEEK,
    Band,
    Floats,
    Ints,
    band_of,
    lagged,
    position,
)  # fmt: skip
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

WEEKS: Final = 8
"""Older weeks belong to another season."""
WEEKS_LEAST: Final = 4
"""Fewer samples than this cannot tell a tenth quantile from a minimum."""
DAYS: Final = 28
"""How far back days are compared where weeks are too few."""


def analog(history: Series, start: Instant, count: int) -> Band:
    """Forecast *count* steps from *start* from comparable steps of *history*.

    *history* may hold NaN where nothing was measured. *start* lies on its grid, at its end or
    at a distance; the steps have the history's length. What begins at *start* is not read.
    """
    first = position(history, start)
    target = first + np.arange(count)
    known = history.values[: max(0, first)]
    rows = WEEKS + _ahead(history, target)
    shift = _level_shift(known, round(DAY / history.step), rows)
    near = [_weekly(known, target + off, history.step, shift) for off in (-1, 0, 1)]
    values = _quantiles(np.concatenate(near))
    values[1] = _quantiles(near[1])[1]
    values.sort(axis=0)
    daily = lagged(known, target, round(DAY / history.step), DAYS + 7 * rows)
    short = _counts(near[1]) < WEEKS_LEAST
    values[:, short] = _quantiles(_first(daily, DAYS)[:, short])
    values = np.where(np.isnan(values), _last(known), values)
    return band_of(history, start, values)


def _weekly(known: Floats, target: Ints, step: float, shift: Floats) -> Floats:
    """Return the latest `WEEKS` samples of each target's slot of the week, at today's level."""
    samples = lagged(known, target, round(WEEK / step), len(shift))
    return _first(samples + shift[:, None], WEEKS)


def _level_shift(known: Floats, per_day: int, rows: int) -> Floats:
    """Return how much higher the last day that is known was than the same day 1..*rows* weeks earlier."""
    ends = len(known) - 7 * per_day * np.arange(rows + 1)
    totals = np.concatenate(([0.0], np.cumsum(np.nan_to_num(known))))
    counts = np.concatenate(([0], np.cumsum(~np.isnan(known))))
    begin, end = np.clip(ends - per_day, 0, len(known)), np.clip(ends, 0, len(known))
    seen = counts[end] - counts[begin]
    level = (totals[end] - totals[begin]) / np.maximum(seen, 1)
    whole = 2 * seen >= per_day  # Half a day or less is no level.
    found: Floats = np.where(whole[1:] & whole[0], level[0] - level[1:], 0.0)
    return found


def _ahead(history: Series, target: Ints) -> int:
    """Return how many more weeks to look back because the forecast reaches into the future."""
    return int(np.ceil(max(0, int(target[-1]) + 1 - len(history.values)) * history.step / WEEK)) + 1


def _first(samples: Floats, most: int) -> Floats:
    """Keep the *most* latest known samples of each column, NaN for the rest."""
    rank = np.cumsum(~np.isnan(samples), axis=0)
    found: Floats = np.where(rank <= most, samples, np.nan)
    return found


def _counts(samples: Floats) -> Ints:
    """Return how many samples of each column are known."""
    counts: Ints = np.sum(~np.isnan(samples), axis=0)
    return counts


def _quantiles(samples: Floats) -> Floats:
    """Return the quantiles `LEVELS` of each column's known samples, shape (3, n); NaN if none."""
    ordered = np.sort(samples, axis=0)  # NaN come last
    top = np.maximum(_counts(samples) - 1, 0)
    at = np.array(LEVELS)[:, None] * top
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, top)
    column = np.arange(samples.shape[1])
    low, high = ordered[below, column], ordered[above, column]
    found: Floats = low + (high - low) * (at - below)
    return found


def _last(known: Floats) -> float:
    """Return the last known value, 0 without any."""
    measured = known[~np.isnan(known)]
    return float(measured[-1]) if len(measured) else 0.0
