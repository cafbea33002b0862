"""Learning anew every night: trees, their widening, and whether they may speak at all.

A night's work is a function of the history alone, so that a restart gives the same forecasts.
Trees grown without the last `TRIAL_DAYS` forecast them as they would have; what they missed by
says how much to widen, and whether they beat the default over the last `JUDGED_DAYS`. Then trees
grown on all of the history take over, or the default stays, widened likewise. The plain default
speaks when what was learnt is stale or the last day was not measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.forecast.band import DAY, Band, Floats, band_of, position
from sterna.decisions.forecast.conformal import widened
from sterna.decisions.forecast.features import RECENT_DAYS, Rows, Task, default, known_at, rows
from sterna.decisions.forecast.quantiles import ROWS_LEAST, Grow, Quantiles, grown
from sterna.decisions.forecast.scores import Score
from sterna.decisions.forecast.trial import told, tried, whole
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

TRIAL_DAYS: Final = 28
"""Four weeks tell apart the hours of a day; of a short history a third is on trial."""
JUDGED_DAYS: Final = 14
"""Trees and default are compared over two weeks: each weekday twice, and it is still the same season."""
STALE_DAYS: Final = 8.0
"""Trees that nobody has grown anew for a week and a day know nothing of the present."""
SEEN_LEAST: Final = 0.5
"""With less of the last day measured, most of what the trees go by is missing."""
WINDOW_DAYS: Final = 365
"""One year: every season once; older habits are outgrown."""
WARM_DAYS: Final = 14
"""With less than this measured in the last four weeks the default has nothing to compare with; its errors would
teach nothing, and after a long gap they would be huge."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learnt:
    """What one night gave."""

    at: Instant
    """The gate until which history was learnt from."""
    better: bool
    """Whether the trees have earned to speak: a lower pinball loss over the judged days."""
    trees: Quantiles | None
    """None when they have not."""
    widening: Floats
    """By how much to widen the band of who speaks at each hour, shape (24,), in parts of the series' size."""
    trees_score: Score
    """Of the trees over the judged days, widened as learnt from the trial's other days."""
    default_score: Score
    """Of the default as it is over the same days."""


class Nightly:
    """Forecasts of one series by the trees of the latest night, or by the default."""

    def __init__(self, task: Task, *, thin: int = 1, grow: Grow = grown) -> None:
        """Learn *task* from every *thin*-th step of past forecasts: neighbouring quarter hours say the same.

        *grow* learns quantiles from rows and outcomes; by default trees.
        """
        self._grow = grow
        self.learnt: Learnt | None = None
        self._task = task
        self._thin = thin
        self._rows: dict[Instant, Rows] = {}

    def learn(self, history: Series, starts: Sequence[Instant], until: Instant) -> Learnt | None:
        """Learn from forecasts of the task's length that would have begun at *starts* (ascending) and are over by the gate *until*.

        None when there is too little to learn from; then the default speaks.
        """
        first = max(history.start + WARM_DAYS * DAY, until - WINDOW_DAYS * DAY)
        length = self._task.count * history.step
        past = [start for start in starts if first <= start <= until - length]
        usable = [
            start for start in past if self._measured_days(history, start, RECENT_DAYS) >= WARM_DAYS
        ]
        self._rows = {start: self._rows[start] for start in usable if start in self._rows}
        self.learnt = None
        days = min(float(TRIAL_DAYS), (until - first) / DAY / 3)
        begin = until - length - days * DAY
        asked = [start for start in usable if start >= begin]
        older = [start for start in usable if start + length <= begin]
        if not asked or self._outcomes(history, older) < ROWS_LEAST:
            return None
        trees = self._grown(history, older)
        seen = [self._seen(history, start) for start in asked]
        trial = tried(
            seen, asked, [trees.foresee(each.known) for each in seen],
            [self._came(history, start) for start in asked], self._task.least,
        )  # fmt: skip
        judged = trial.begun >= until - length - min(days / 2, JUDGED_DAYS) * DAY
        by = trial.widening(trial.said, ~judged)
        trees_score = trial.score(widened(trial.said, by[trial.hour]), judged)
        default_score = trial.score(trial.default, judged)
        better = trees_score.mean_pinball < default_score.mean_pinball
        self.learnt = Learnt(
            at=until, better=better, trees=self._grown(history, usable) if better else None,
            widening=trial.widening(trial.said if better else trial.default, np.ones_like(judged)),
            trees_score=trees_score, default_score=default_score,
        )  # fmt: skip
        return self.learnt

    def foresee(self, history: Series, start: Instant, count: int) -> Band:
        """Return the forecast of *count* steps from *start*.

        By the trees where they may speak; by the default, widened, where it was better; by the plain
        default where what was learnt is stale, or most of the last day is missing.
        """
        task, learnt = self._task, self.learnt
        if learnt is None or not self.sees(history, start):
            return default(known_at(history, start, task), start, count, task)
        seen = rows(history, start, count, task)
        parts = told(seen.usual, seen.size)
        if learnt.trees is not None:
            parts = learnt.trees.foresee(seen.known)
        values = whole(
            widened(parts, learnt.widening[seen.hour]), seen.usual, seen.size, task.least
        )
        return band_of(history, start, np.where(seen.light, values, seen.usual))

    def sees(self, history: Series, start: Instant) -> bool:
        """Return whether what was learnt is fresh and enough was measured lately."""
        learnt = self.learnt
        if learnt is None or start - learnt.at > STALE_DAYS * DAY:
            return False
        return (
            self._measured_days(history, start, 1) >= SEEN_LEAST
            and self._measured_days(history, start, RECENT_DAYS) >= WARM_DAYS
        )

    def speaks(self, history: Series, start: Instant) -> bool:
        """Return whether the trees speak for a forecast from *start*."""
        return self.learnt is not None and self.learnt.better and self.sees(history, start)

    def _measured_days(self, history: Series, start: Instant, days: int) -> float:
        """Return how many days were measured, in sum, in the last *days* before the gate of a forecast from *start*."""
        gate = max(0, position(history, start) - self._task.ahead)
        per_day = round(DAY / history.step)
        known = ~np.isnan(history.values[max(0, gate - days * per_day) : gate])
        return float(np.sum(known)) / per_day

    def _outcomes(self, history: Series, starts: Sequence[Instant]) -> int:
        """Return how many rows with an outcome *starts* give."""
        return sum(
            int(np.sum(~np.isnan(self._came(history, start)[self._kept(number)])))
            for number, start in enumerate(starts)
        )

    def _kept(self, number: int) -> slice:
        """Return which steps of the *number*-th forecast are learnt from; others in each forecast."""
        return slice(number % self._thin, None, self._thin)

    def _seen(self, history: Series, start: Instant) -> Rows:
        """Return the rows of the forecast from *start*; made once, for the past does not change."""
        found = self._rows.get(start)
        if found is None:
            found = self._rows[start] = rows(history, start, self._task.count, self._task)
        return found

    def _came(self, history: Series, start: Instant) -> Floats:
        """Return the outcomes of the forecast from *start*."""
        first = position(history, start)
        return history.values[first : first + self._task.count]

    def _grown(self, history: Series, starts: Sequence[Instant]) -> Quantiles:
        """Return what was grown on the forecasts that began at *starts*."""
        known, outcome = [], []
        for number, start in enumerate(starts):
            seen, kept = self._seen(history, start), self._kept(number)
            came = np.where(seen.light, self._came(history, start), np.nan)
            known.append(seen.known[kept])
            outcome.append(((came - seen.usual[1]) / seen.size)[kept])
        every = np.concatenate(outcome)
        there = ~np.isnan(every)
        return self._grow(np.concatenate(known)[there], every[there])
