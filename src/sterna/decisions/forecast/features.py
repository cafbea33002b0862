"""All that the trees may know: one row per step of a forecast, made from what is known at its gate.

The gate is the moment at which a forecast is made; it may lie before the first step (a bid at
noon for tomorrow). Rows are relative: differences to the default forecast (`analog`, `solar`), in
parts of the series' recent size. So the trees learn corrections that hold at any level, and
forget nothing that the default knows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from sterna.decisions.forecast.analog import analog
from sterna.decisions.forecast.band import DAY, HOUR, Band, Floats, Ints, position
from sterna.decisions.forecast.solar import Sky, even, middles, solar
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

Kind = Literal["load", "pv", "price"]

REMEMBERED_DAYS: Final = 16 * 7
"""More of the past is not looked at for one row: the analog's eight weeks, and as many for gaps."""
RECENT_DAYS: Final = 28
"""The series' recent size is that of four weeks."""
SIZE_LEAST: Final = 1e-9
"""A series smaller than this is taken as it is."""
LATELY: Final = 4 * HOUR
"""The last hours that are known say how far off the day has been so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be forecast."""

    kind: Kind
    count: int
    """Steps of one forecast at the most."""
    zone: ZoneInfo
    """Whose clock says hour and weekday."""
    ahead: int = 0
    """Steps from the gate to the first step: 0 forecasts from now on."""
    sky: Sky = even
    """The clear sky over a PV plant, where its place is known."""

    @property
    def least(self) -> float:
        """The lowest value that can come out: nothing is drawn or yielded below 0, prices know no end."""
        return -np.inf if self.kind == "price" else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """What is known at one gate of the steps that follow it."""

    known: Floats
    """Shape (n, features); NaN where something is not known."""
    usual: Floats
    """The default forecast's band, shape (3, n), in the series' unit."""
    size: float
    """The series' recent size in its unit, above 0: differences are told in parts of it."""
    hour: Ints
    """Hour of the local day, 0..23, shape (n,)."""
    light: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    """Where there is something to learn: everywhere, but for PV not at night, shape (n,)."""


def default(history: Series, start: Instant, count: int, task: Task) -> Band:
    """Return the forecast that needs nothing but numpy."""
    if task.kind == "pv":
        return solar(history, start, count, task.sky)
    return analog(history, start, count)


def hours_of(history: Series, start: Instant, count: int, task: Task) -> Ints:
    """Return the hour of the local day of *count* steps from *start*, 0..23."""
    moments = middles(history, position(history, start) + np.arange(count))
    clock = [datetime.fromtimestamp(moment, task.zone).hour for moment in moments.tolist()]
    return np.array(clock, dtype=np.int64)


def known_at(history: Series, start: Instant, task: Task) -> Series:
    """Return the last weeks of *history* before the gate of a forecast from *start*."""
    per_day = round(DAY / history.step)
    end = max(0, position(history, start) - task.ahead)
    first = max(0, end - REMEMBERED_DAYS * per_day)
    return Series(
        start=Instant(history.start + first * history.step), step=history.step,
        values=history.values[first:end], unit=history.unit,
    )  # fmt: skip


def rows(history: Series, start: Instant, count: int, task: Task) -> Rows:
    """Return what is known of *count* steps from *start*, at the gate `task.ahead` steps before.

    Of *history* nothing is read that begins at the gate or later.
    """
    past = known_at(history, start, task)
    target = position(past, start) + np.arange(count)
    per_day = round(DAY / history.step)
    usual = default(past, start, count, task).rows()
    recent = np.abs(past.values[-RECENT_DAYS * per_day :])
    size = _mean(recent)
    size = size if size > SIZE_LEAST else 1.0
    base = usual[1]
    moments = middles(past, target)
    clock = [datetime.fromtimestamp(moment, task.zone) for moment in moments.tolist()]
    hour = np.array([each.hour for each in clock], dtype=np.int64)
    columns = [
        np.array([each.hour + each.minute / 60 for each in clock]),
        np.array([float(each.weekday()) for each in clock]),
        (target - len(past.values)).astype(np.float64) / per_day,
        base / size,
        *((usual[each] - base) / size for each in (0, 2)),
        *((each - base) / size for each in _days(past.values, target, per_day)),
        *(np.full(count, each / size) for each in _levels(past.values, per_day, history.step)),
    ]
    if task.kind == "pv":
        columns += [
            task.sky(moments),
            *(np.full(count, each / size) for each in _sums(past.values, per_day)),
        ]
    light = usual[2] > 0 if task.kind == "pv" else np.ones(count, dtype=np.bool_)
    known = np.stack(columns, axis=1)
    return Rows(known=known, usual=usual, size=size, hour=hour, light=light)


def _days(known: Floats, target: Ints, per_day: int) -> list[Floats]:
    """Return the same slot of the last two days and of the last four weeks that are known, and four weeks' mean."""
    daily = _latest(known, target, per_day, 2)
    weekly = _latest(known, target, 7 * per_day, 4)
    month = _latest(known, target, per_day, RECENT_DAYS)
    return [*daily, *weekly, _column_mean(month)]


def _latest(known: Floats, target: Ints, lag: int, count: int) -> list[Floats]:
    """Return the *count* latest values that lie whole lags before each target, NaN where there is none."""
    back = np.maximum(1, -((len(known) - 1 - target) // lag))
    padded = np.append(known, np.nan)
    found = []
    for each in range(count):
        at = target - lag * (back + each)
        found.append(padded[np.where((at >= 0) & (at < len(known)), at, len(known))])
    return found


def _levels(known: Floats, per_day: int, step: float) -> tuple[float, ...]:
    """Return how the last hours, day, three days and week differ from a week before them, and how much weeks differ."""
    lately = max(1, round(LATELY / step))
    spans = (1, lately, per_day, 3 * per_day, 7 * per_day)
    week = 7 * per_day
    off = np.abs(known[-week:] - known[-2 * week : -week]) if len(known) >= 2 * week else known[:0]
    return (*(_mean(known[-n:]) - _mean(known[-n - week : len(known) - week]) for n in spans), _mean(off))  # fmt: skip


def _sums(known: Floats, per_day: int) -> tuple[float, ...]:
    """Return the means of the last three days and of four weeks: how bright it has been."""
    return (
        *(_mean(known[len(known) - (n + 1) * per_day : len(known) - n * per_day]) for n in range(3)),
        _mean(known[-RECENT_DAYS * per_day :]),
    )  # fmt: skip


def _mean(values: Floats) -> float:
    """Return the mean of what is known, NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(np.mean(known)) if len(known) else float("nan")


def _column_mean(samples: list[Floats]) -> Floats:
    """Return the mean over the known samples of each column, NaN where none is."""
    stacked = np.stack(samples)
    count = np.sum(~np.isnan(stacked), axis=0)
    found: Floats = np.where(count > 0, np.nansum(stacked, axis=0) / np.maximum(count, 1), np.nan)
    return found
