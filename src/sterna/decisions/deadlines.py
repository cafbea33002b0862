"""Several cars, one limit, a deadline each: what has to happen now, and who comes too late.

The question is turned round in time. Looking back from the last departure,
every car's work appears when its deadline passes and all of it must be done by
now. Then the rule is known: always serve those with the most hours of work at
full power left, and keep them level. What is left for the first period is what
cannot be put off; what does not even fit there is missing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Urgency:
    """What a group of cars under one limit needs. Both arrays have shape (N,), kWh at the meter."""

    now_kwh: Floats
    """What each car has to draw within the period, else some deadline breaks."""
    missing_kwh: Floats
    """What each car will lack at its departure whatever is done: 0 when all deadlines hold."""


def urgency(
    need_kwh: Floats, power_kw: Floats, left_h: Floats, limit_kw: float, period_h: float
) -> Urgency:
    """Return what cannot be put off beyond the next *period_h*.

    *need_kwh* (N,): energy to draw before departure, >= 0. *power_kw* (N,): most each car can
    draw. *left_h* (N,): hours to its departure, >= 0. *limit_kw*: most they can draw together,
    taken to stay as it is.
    """
    rest = need_kwh.astype(np.float64)
    bounds = np.unique(np.concatenate(([0.0, period_h], left_h)))
    now = np.zeros_like(rest)
    for begin, end in zip(bounds[-2::-1].tolist(), bounds[:0:-1].tolist(), strict=True):
        here = left_h >= end - 1e-12
        served = _served(np.where(here, rest, 0.0), power_kw, limit_kw, end - begin)
        rest = rest - served
        if end <= period_h + 1e-12:
            now = now + served
    return Urgency(now_kwh=now, missing_kwh=np.maximum(rest, 0.0))


def _served(rest: Floats, power_kw: Floats, limit_kw: float, hours: float) -> Floats:
    """Return what each car gets in an interval: the longest remaining work first, kept level."""
    most = np.minimum(rest, power_kw * hours)
    if most.sum() <= limit_kw * hours:
        return most
    busy = most > 0
    level = _level(rest[busy], most[busy], power_kw[busy], limit_kw * hours)
    found: Floats = np.clip(rest - level * power_kw, 0.0, most)
    return found


def _level(rest: Floats, most: Floats, power_kw: Floats, room_kwh: float) -> float:
    """Return the hours of work left at which clip(rest - level * power, 0, most) fills the room.

    The sum falls piecewise linearly in the level: walk along its corners.
    """
    corners = np.concatenate(((rest - most) / power_kw, rest / power_kw))
    bends = np.concatenate((-power_kw, power_kw))
    order = np.argsort(corners, kind="stable")
    corners, slopes = corners[order], np.cumsum(bends[order])
    falls = np.concatenate(([0.0], np.cumsum(slopes[:-1] * np.diff(corners))))
    sums = most.sum() + falls
    after = min(int(np.searchsorted(-sums, -room_kwh)), len(sums) - 1)
    # The sum is above the room at the first corner, so a falling piece precedes `after`.
    slope = slopes[after - 1]
    return float(corners[after - 1] + (room_kwh - sums[after - 1]) / slope)
