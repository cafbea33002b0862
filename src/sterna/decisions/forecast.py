"""What load and sun will probably be: quantiles of comparable hours, numpy only.

Load: the ensemble of the same slot of the week over the last weeks, each moved to the
level of the day before the forecast, the band widened by the neighbouring slots; with
a short history the same slot of the day; with none the last value. Sun: the highest
output seen at each slot of the day is the clear sky of this very plant, whatever
its tilt; what is forecast is the share of it, starting from the present share.
Both read nothing but measurements older than the forecast's start.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.series import Series

Floats = NDArray[np.float64]

LEVELS: Final = (0.1, 0.5, 0.9)
"""The quantiles of a band: its middle is the median, its ends hold 80 % of outcomes."""
DAY: Final = 86_400.0
WEEK: Final = 7 * DAY
WEEKS: Final = 8
"""Older weeks belong to another season."""
WEEKS_LEAST: Final = 4
"""Fewer samples than this cannot tell a tenth quantile from a minimum."""
DAYS: Final = 28
"""How far back days are compared where weeks are too few, and clear skies looked for."""
CLOUDS_LAST: Final = Seconds(6 * 3600.0)
"""After this time the present cloudiness has lost 1 - 1/e of its weight in the forecast."""
CLOUDS_SEEN: Final = Seconds(2 * 3600.0)
"""The present cloudiness is the mean over this time."""
DARK_SHARE: Final = 0.02
"""Below this share of the plant's best output a ratio of two outputs says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A forecast as three series on one grid: 0.1, 0.5 and 0.9 quantile, in the history's unit."""

    low: Series
    middle: Series
    high: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good a band was."""

    mase: float
    """Mean absolute error of the middle over that of repeating the season; < 1 is better."""
    pinball: float
    """Mean pinball loss over the three quantiles, in the series' unit."""
    coverage: float
    """Share of outcomes inside the band; 0.8 is right."""


def analog(history: Series, start: Instant, count: int) -> Band:
    """Forecast *count* steps from *start* from comparable steps of *history*.

    *history* may hold NaN where nothing was measured. *start* lies on its grid, at its end or
    at a distance; the steps have the history's length. What begins at *start* is not read.
    """
    first = _position(history, start)
    target = first + np.arange(count)
    known = history.values[: max(0, first)]
    rows = WEEKS + _ahead(history, target)
    shift = _level_shift(known, first, round(DAY / history.step), rows)
    near = [_weekly(known, target + off, history.step, shift) for off in (-1, 0, 1)]
    values = _quantiles(np.concatenate(near))
    values[1] = _quantiles(near[1])[1]
    values.sort(axis=0)
    daily = _lagged(known, target, round(DAY / history.step), DAYS + 7 * rows)
    short = _counts(near[1]) < WEEKS_LEAST
    values[:, short] = _quantiles(_first(daily, DAYS)[:, short])
    values = np.where(np.isnan(values), _last(known), values)
    return _band(history, start, values)


def _weekly(known: Floats, target: NDArray[np.int64], step: float, shift: Floats) -> Floats:
    """Return the latest `WEEKS` samples of each target's slot of the week, at today's level."""
    samples = _lagged(known, target, round(WEEK / step), len(shift))
    return _first(samples + shift[:, None], WEEKS)


def _level_shift(known: Floats, first: int, per_day: int, rows: int) -> Floats:
    """Return how much higher the day before *first* was than the same day 1..*rows* weeks earlier."""
    ends = first - 7 * per_day * np.arange(rows + 1)
    totals = np.concatenate(([0.0], np.cumsum(np.nan_to_num(known))))
    counts = np.concatenate(([0], np.cumsum(~np.isnan(known))))
    begin, end = np.clip(ends - per_day, 0, len(known)), np.clip(ends, 0, len(known))
    seen = counts[end] - counts[begin]
    level = (totals[end] - totals[begin]) / np.maximum(seen, 1)
    whole = 2 * seen >= per_day  # Half a day or less is no level.
    found: Floats = np.where(whole[1:] & whole[0], level[0] - level[1:], 0.0)
    return found


def solar(history: Series, start: Instant, count: int) -> Band:
    """Forecast *count* steps of PV output (>= 0) from *start* from the plant's *history*.

    As in `analog`, but by shares of the clear sky; the present share fades with
    `CLOUDS_LAST`. Without any history the forecast is 0: no promise of sun.
    """
    first = _position(history, start)
    known = np.nan_to_num(history.values[: max(0, first)], nan=-1.0)
    per_day = round(DAY / history.step)
    recent = np.arange(max(0, len(known) - DAYS * per_day), len(known))
    clear = np.zeros(per_day)
    np.maximum.at(clear, recent % per_day, known[recent])
    target = first + np.arange(count)
    sky = clear[target % per_day]
    bright = clear[recent % per_day] > DARK_SHARE * max(float(clear.max()), 1e-9)
    seen = bright & (known[recent] >= 0)
    if not seen.any():
        return _band(history, start, np.zeros((3, count)))
    shares = known[recent][seen] / clear[recent % per_day][seen]
    usual = np.quantile(shares, LEVELS)
    last = max(1, round(CLOUDS_SEEN / history.step))
    present = float(np.mean(shares[-last:]))
    weight = np.exp(-(np.arange(count) + 0.5) * history.step / CLOUDS_LAST)
    # The band narrows to the present share now and opens to the usual one later.
    share = present * weight + usual[:, None] * (1.0 - weight)
    return _band(history, start, np.clip(share, 0.0, 1.0) * sky)


def anchored(band: Band, measured: float, fade: Seconds) -> Band:
    """Shift *band* so that it starts at *measured*; the shift fades with *fade*, never below 0."""
    series = band.middle
    weight = np.exp(-np.arange(len(series.values)) * series.step / fade)
    shift = (measured - series.values[0]) * weight
    moved = [np.maximum(part.values + shift, 0.0) for part in (band.low, band.middle, band.high)]
    return _band(series, series.start, np.stack(moved))


def score(actual: Floats, band: Band, past: Floats, season: int) -> Score:
    """Judge *band* by what happened.

    *actual*: shape (n,), the outcomes of the band's steps. *past*: measurements before, which
    scale the error by repeating what was *season* steps ago.
    """
    naive = float(np.mean(np.abs(past[season:] - past[:-season])))
    parts = (band.low.values, band.middle.values, band.high.values)
    losses = [
        np.mean(np.maximum(level * (actual - part), (level - 1.0) * (actual - part)))
        for level, part in zip(LEVELS, parts, strict=True)
    ]
    inside = (actual >= parts[0] - 1e-9) & (actual <= parts[2] + 1e-9)
    return Score(
        mase=float(np.mean(np.abs(actual - parts[1]))) / max(naive, 1e-12),
        pinball=float(np.mean(losses)),
        coverage=float(np.mean(inside)),
    )


def backtest(history: Series, first: Instant, days: int) -> Score:
    """Forecast each of *days* days from *first* a day ahead with `analog`; return the mean score."""
    per_day = round(DAY / history.step)
    season = 7 * per_day
    found = []
    for day in range(days):
        start = Instant(first + day * DAY)
        at = _position(history, start)
        band = analog(history, start, per_day)
        actual = history.values[at : at + per_day]
        found.append(score(actual, band, history.values[:at], season))
    return Score(
        mase=float(np.mean([one.mase for one in found])),
        pinball=float(np.mean([one.pinball for one in found])),
        coverage=float(np.mean([one.coverage for one in found])),
    )


def _position(history: Series, start: Instant) -> int:
    """Return the step of *history*'s grid that begins at *start*."""
    steps = (start - history.start) / history.step
    assert abs(steps - round(steps)) < 1e-6, "the forecast starts on the history's grid"
    return round(steps)


def _ahead(history: Series, target: NDArray[np.int64]) -> int:
    """Return how many more weeks to look back because the forecast reaches into the future."""
    return int(np.ceil(max(0, int(target[-1]) + 1 - len(history.values)) * history.step / WEEK)) + 1


def _lagged(known: Floats, target: NDArray[np.int64], lag: int, count: int) -> Floats:
    """Return the values 1..*count* lags before each *target*, NaN where unknown: (count, n)."""
    at = target - lag * np.arange(1, count + 1)[:, None]
    inside = (at >= 0) & (at < len(known))
    padded = np.append(known, np.nan)
    found: Floats = padded[np.where(inside, at, len(known))]
    return found


def _first(samples: Floats, most: int) -> Floats:
    """Keep the *most* latest known samples of each column, NaN for the rest."""
    rank = np.cumsum(~np.isnan(samples), axis=0)
    found: Floats = np.where(rank <= most, samples, np.nan)
    return found


def _counts(samples: Floats) -> NDArray[np.int64]:
    """Return how many samples of each column are known."""
    counts: NDArray[np.int64] = np.sum(~np.isnan(samples), axis=0)
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


def _band(like: Series, start: Instant, values: Floats) -> Band:
    """Return the three rows of *values* as a band."""
    low, middle, high = (
        Series(start=start, step=like.step, values=row.copy(), unit=like.unit) for row in values
    )
    return Band(low=low, middle=middle, high=high)
