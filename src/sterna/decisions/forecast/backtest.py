"""Walking through the past: every day forecast from what was known at its gate, held against what came."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from sterna.decisions.forecast.band import (
    DAY,
    HOUR,
    LEVELS,
    WEEK,
    Band,
    Floats,
    Ints,
    band_of,
    lagged,
    position,
)  # fmt: skip
from sterna.decisions.forecast.features import Task, default, hours_of, known_at
from sterna.decisions.forecast.nightly import Nightly
from sterna.decisions.forecast.scores import Score, score, season_error
from sterna.domain.local_day import midnight
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

Method = Literal["naive", "analog", "quantiles"]
METHODS: Final[tuple[Method, ...]] = ("naive", "analog", "quantiles")
LIT_DAYS: Final = 14
"""A slot of the day in which a PV plant gave nothing for two weeks is night."""
NAIVE_WEEKS: Final = 8
"""The naive band is as wide as repeating the week was off over eight weeks, like the analog's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walked:
    """What came of a back-test: n steps, one behind the other."""

    moments: Floats
    """The start of each step, shape (n,)."""
    lead_h: Floats
    """Hours from the first step of a forecast to the end of this one, shape (n,)."""
    hour: Ints
    """Hour of the local day, shape (n,)."""
    actual: Floats
    """What came, NaN where unknown and, for PV, at night; shape (n,)."""
    bands: Mapping[Method, Floats]
    """What each method said, shape (3, n)."""
    scores: Mapping[Method, Score]
    fit_s: float
    """CPU time that the trees spent on learning, in s."""
    first: Instant
    """Where the first day begins."""
    spoke_days: int
    """Days on which the trees spoke; on the others the default stood in for them."""
    days: int

    def over_naive(self, method: Method) -> float:
        """Return the MASE of *method* over that of the seven-day naive; NaN where that is not there or never off."""
        naive = self.scores.get("naive")
        mae = 0.0 if naive is None else naive.mae
        return self.scores[method].mae / mae if mae > 0 else float("nan")


def days_between(first: Instant, end: Instant, task: Task) -> list[Instant]:
    """Return the local midnights from *first* (not before) whose whole day is over by *end*."""
    start = midnight(first, task.zone)
    if start < first:
        start = midnight(first, task.zone, days=1)
    found: list[Instant] = []
    while (after := midnight(start, task.zone, days=1)) <= end:
        found.append(start)
        start = after
    return found


def walk(
    history: Series, task: Task, methods: Sequence[Method], days: int,
    *, refit_days: int, stopwatch: Callable[[], float], progress: Callable[[float], None],
) -> Walked:  # fmt: skip
    """Forecast each of the last *days* local days of *history* with *methods*.

    *refit_days*: the trees learn anew before every so many days. *stopwatch* reads CPU time in s;
    *progress* hears the share that is done.
    """
    starts = days_between(history.start, history.end, task)
    tested = starts[-days:]
    learner = Nightly(replace(task, count=round(DAY / history.step)))
    said: dict[Method, list[Floats]] = {method: [] for method in methods}
    came: list[Floats] = []
    hour: list[Ints] = []
    spent, spoke = 0.0, 0
    for number, start in enumerate(tested):
        count = _steps(history, task, start)
        if "quantiles" in methods and number % refit_days == 0:
            began = stopwatch()
            learner.learn(history, starts, Instant(start - task.ahead * history.step))
            spent += stopwatch() - began
        spoke += learner.speaks(history, start)
        hour.append(hours_of(history, start, count, task))
        came.append(_came(history, start, count, task))
        for method in methods:
            said[method].append(_said(method, learner, history, start, count, task).rows())
        progress((number + 1) / len(tested))
    bands = {method: np.concatenate(each, axis=1) for method, each in said.items()}
    actual = np.concatenate(came)
    scale = _scale(history, tested[0], task)
    counts = [len(each) for each in came]
    return Walked(
        moments=tested[0] + history.step * np.arange(len(actual), dtype=np.float64),
        lead_h=np.concatenate([np.arange(count) + 1.0 for count in counts]) * history.step / HOUR,
        hour=np.concatenate(hour), actual=actual, bands=bands,
        scores={method: score(actual, band, scale) for method, band in bands.items()},
        fit_s=spent, first=tested[0], spoke_days=spoke, days=len(tested),
    )  # fmt: skip


def _came(history: Series, start: Instant, count: int, task: Task) -> Floats:
    """Return the outcomes of the day from *start*; for PV without the hours that have long been night."""
    at = position(history, start)
    came = history.values[at : at + count]
    if task.kind != "pv":
        return came
    before = lagged(history.values, at + np.arange(count), round(DAY / history.step), LIT_DAYS)
    lit = (came > 0) | (np.nan_to_num(before) > 0).any(axis=0)
    return np.asarray(np.where(lit, came, np.nan), dtype=np.float64)


def _scale(history: Series, first: Instant, task: Task) -> float:
    """Return how far off repeating the week was before the test: the unit of MASE."""
    past = history.values[: position(history, first)]
    if task.kind == "pv":
        past = np.where(past > 0, past, np.nan)
    return season_error(past, round(WEEK / history.step))


def _steps(history: Series, task: Task, start: Instant) -> int:
    """Return how many steps the local day from *start* has."""
    return round((midnight(start, task.zone, days=1) - start) / history.step)


def _said(
    method: Method, learner: Nightly, history: Series, start: Instant, count: int, task: Task
) -> Band:
    """Return what *method* says of the day from *start*."""
    if method == "quantiles":
        return learner.foresee(history, start, count)
    past = known_at(history, start, task)
    return (
        naive(past, start, count, task) if method == "naive" else default(past, start, count, task)
    )


def naive(history: Series, start: Instant, count: int, task: Task) -> Band:
    """Repeat the week before, with the band that repeating has needed over the last weeks.

    As `analog`. A slot that is not known is taken from the week before that one.
    """
    target = position(history, start) + np.arange(count)
    week = round(WEEK / history.step)
    ahead = max(0, -(-(int(target[-1]) + 1 - len(history.values)) // week))
    samples = lagged(history.values, target, week, NAIVE_WEEKS + ahead + 1)
    middle = np.full(count, np.nan)
    for row in samples:
        middle = np.where(np.isnan(middle), row, middle)
    middle = np.nan_to_num(middle, nan=0.0)
    past = history.values[-NAIVE_WEEKS * week - week :]
    off = past[week:] - past[:-week]
    off = off[~np.isnan(off)]
    spread = np.quantile(off, LEVELS) if len(off) else np.zeros(len(LEVELS))
    values = np.stack([middle + min(spread[0], 0.0), middle, middle + max(spread[2], 0.0)])
    return band_of(history, start, np.maximum(values, task.least))
