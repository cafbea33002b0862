"""What the BEMS was told and what it measured, laid on the quarter-hour grid of the schedule. Pure."""

from collections.abc import Sequence
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.actors.bems.metering import QUARTER_S
from sterna.actors.bems.records import Span
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.series import Series

Floats = NDArray[np.float64]

HORIZON_QUARTERS: Final = 4 * 76
"""The schedule looks 72 h ahead, rounded up to its longest step."""
STEP: Final = Seconds(QUARTER_S)
PRICE_UNKNOWN: Final = 0.10
"""EUR/kWh where nobody has told any price yet: a flat price moves nothing."""
DAY_S: Final = 86_400.0
STALE_S: Final = 7 * DAY_S
"""Prices that ended longer ago say nothing about the hours of a day; their mean is left."""


def grid_start(now: Instant) -> Instant:
    """Return the start of the quarter hour that contains *now*."""
    return Instant(now // QUARTER_S * QUARTER_S)


def on_grid(start: Instant, values: Floats, unit: str) -> Series:
    """Return quarter-hour *values* from *start* as a series."""
    return Series(start=start, step=STEP, values=values, unit=unit)


def history(before: Series, first: Instant, measured: Sequence[float], end: Instant) -> Series:
    """Return *before*, overwritten from *first* on by the *measured* quarter hours, up to *end*.

    NaN where neither knows anything.
    """
    count = max(0, round((end - before.start) / QUARTER_S))
    values = np.full(count, np.nan)
    known = min(count, len(before.values))
    values[:known] = before.values[:known]
    at = round((first - before.start) / QUARTER_S)
    new = np.array(measured[max(0, -at) :], dtype=float)[: max(0, count - max(0, at))]
    values[max(0, at) : max(0, at) + len(new)] = new
    return on_grid(before.start, values, before.unit)


def reaching(known: Series, start: Instant) -> Floats:
    """Return the values of *known* in each quarter hour from *start*, shape (n,).

    Where the horizon reaches beyond the series, its last day repeats.
    """
    end = start + QUARTER_S * HORIZON_QUARTERS
    days = max(0, ceil((end - known.end) / DAY_S))
    last = round(DAY_S / known.step)
    longer = np.concatenate((known.values, np.tile(known.values[-last:], days)))
    whole = Series(start=known.start, step=known.step, values=longer, unit=known.unit)
    return whole.sampled(start, STEP, HORIZON_QUARTERS)


def prices(spans: Sequence[Span], start: Instant) -> Floats:
    """Return the price at each quarter hour from *start* in EUR/kWh, shape (n,).

    Hours that nobody has priced yet repeat those of the last day that was priced; a week
    after the last of them its mean stands for all; without any price all are equal.
    """
    if not spans:
        return np.full(HORIZON_QUARTERS, PRICE_UNKNOWN)
    starts = np.array([span.start for span in spans])
    values = np.array([span.value for span in spans])
    end = spans[-1].end
    if start - end > STALE_S:
        return np.full(HORIZON_QUARTERS, values[starts >= end - DAY_S].mean())
    moments = start + QUARTER_S * np.arange(HORIZON_QUARTERS)
    days_back = np.maximum(0.0, np.ceil((moments + 1.0 - end) / DAY_S))
    at = np.searchsorted(starts, moments - days_back * DAY_S, side="right") - 1
    found: Floats = values[np.maximum(at, 0)]
    return found


def limits(
    connection: Kilowatts, told: Sequence[Span], fallback: Sequence[Span], start: Instant
) -> Floats:
    """Return the limit in each quarter hour from *start* in kW, shape (n,).

    It is the tightest of the *connection* and of what was *told* for any part of the quarter.
    Where a *fallback* says something, it holds instead of what was told; where it has a gap,
    what was told still does: it is the only limit that is known.
    """
    usual, instead = tightest(told, start), tightest(fallback, start)
    return np.minimum(connection, np.where(np.isinf(instead), usual, instead))


def tightest(spans: Sequence[Span], start: Instant) -> Floats:
    """Return the lowest value of *spans* in each quarter hour from *start*, infinite where there is none."""
    found = np.full(HORIZON_QUARTERS, np.inf)
    begins = np.array([span.start for span in spans]) - start
    ends = np.array([span.end for span in spans]) - start
    first = np.clip(begins // QUARTER_S, 0, HORIZON_QUARTERS).astype(np.int64)
    last = np.clip(np.ceil(ends / QUARTER_S), first, HORIZON_QUARTERS).astype(np.int64)
    length = last - first
    before = np.cumsum(length) - length
    quarters = np.repeat(first - before, length) + np.arange(int(length.sum()))
    values = np.maximum([span.value for span in spans], 0.0)
    np.minimum.at(found, quarters, np.repeat(values, length))
    return found
