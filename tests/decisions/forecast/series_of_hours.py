"""Hourly series that forecasts are tried on."""

from zoneinfo import ZoneInfo

import numpy as np

from sterna.decisions.forecast import Task
from sterna.decisions.forecast.band import Floats
from sterna.decisions.forecast.features import Kind
from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.series import Series

HOUR = Seconds(3600.0)
START = Instant(1_546_300_800.0)  # 2019-01-01T00:00Z, a Tuesday
UTC = ZoneInfo("UTC")


def hourly(values: np.ndarray) -> Series:
    return Series(start=START, step=HOUR, values=values.astype(np.float64), unit="kW")


def at(hours: int) -> Instant:
    return Instant(START + hours * 3600)


def moments(count: int) -> Floats:
    """Return the middles of *count* hours from the start."""
    return np.asarray(START + 3600.0 * (np.arange(count) + 0.5), dtype=np.float64)


def weekly(weeks: int) -> np.ndarray:
    hour = np.arange(weeks * 168)
    return 100 + 10 * (hour % 24) + 50.0 * (hour // 24 % 7 < 5)


def restless(weeks: int, seed: int = 1) -> np.ndarray:
    """Return a weekly load whose days go on as they began: what one was off, the next is by two thirds."""
    chance = np.random.Generator(np.random.PCG64(seed))
    off = np.zeros(weeks * 7)
    for day in range(1, len(off)):
        off[day] = 0.7 * off[day - 1] + chance.normal(scale=15.0)
    return weekly(weeks) + np.repeat(off, 24) + chance.normal(scale=4.0, size=weeks * 168)


def task(kind: Kind = "load", **change: object) -> Task:
    usual: dict[str, object] = {"kind": kind, "count": 24, "zone": UTC}
    return Task(**{**usual, **change})  # type: ignore[arg-type]
