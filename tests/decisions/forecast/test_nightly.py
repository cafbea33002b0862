"""Nightly learning: the same every time, from the past alone, and silent where it is not better."""

from typing import Final

import numpy as np
import pytest
from decisions.forecast.series_of_hours import at, hourly, restless, task, weekly
from forecast_extra import needs_extra

from sterna.decisions.forecast import LEVELS, Nightly, analog
from sterna.decisions.forecast.features import known_at
from sterna.decisions.forecast.quantiles import Grow, grown
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

WEEKS: Final = 24
LOAD: Final = restless(WEEKS + 2)
NIGHT: Final = at(WEEKS * 168)
STARTS: Final = [at(24 * day) for day in range(WEEKS * 7)]


class Lines:
    """A least-squares line through what is known, with the quantiles of what it leaves over: numpy alone."""

    def __init__(self, known: np.ndarray, outcome: np.ndarray) -> None:
        self._slopes = np.linalg.lstsq(self._columns(known), outcome, rcond=None)[0]
        left = outcome - self._columns(known) @ self._slopes
        self._spread = np.quantile(left, LEVELS)[:, None]

    def foresee(self, known: np.ndarray) -> np.ndarray:
        return np.asarray(self._columns(known) @ self._slopes + self._spread, dtype=np.float64)

    def _columns(self, known: np.ndarray) -> np.ndarray:
        return np.column_stack([np.ones(len(known)), np.nan_to_num(known)])


@pytest.fixture(params=["lines", pytest.param("trees", marks=pytest.mark.extra)])
def grow(request: pytest.FixtureRequest) -> Grow:
    """Learn by lines everywhere, and by trees where the extra is."""
    if request.param == "lines":
        return Lines
    needs_extra()
    return grown


def learnt(history: Series, grow: Grow) -> Nightly:
    learner = Nightly(task(), grow=grow)
    learner.learn(history, STARTS, NIGHT)
    return learner


def plain(history: Series, start: Instant) -> np.ndarray:
    return analog(known_at(history, start, task()), start, 24).rows()


def test_too_little_history_teaches_nothing_and_the_default_speaks() -> None:
    history = hourly(LOAD[: 21 * 24])
    learner = Nightly(task())
    assert learner.learn(history, STARTS, at(21 * 24)) is None
    found = learner.foresee(history, at(21 * 24), 24)
    np.testing.assert_array_equal(found.rows(), plain(history, at(21 * 24)))
    assert not learner.speaks(history, at(21 * 24))


class Stubborn:
    """Learns nothing and says five times the size, always."""

    def __init__(self, _known: np.ndarray, _outcome: np.ndarray) -> None: ...

    def foresee(self, known: np.ndarray) -> np.ndarray:
        return np.full((3, len(known)), 5.0)


def test_who_is_worse_stays_silent_and_the_default_gets_a_band_that_holds() -> None:
    chance = np.random.Generator(np.random.PCG64(8))
    load = weekly(WEEKS + 2)
    load[(WEEKS - 5) * 168 :] += chance.normal(scale=20.0, size=7 * 168)  # restless of late
    history = hourly(load)
    learner = learnt(history, Stubborn)
    assert not learner.speaks(history, NIGHT)
    held = {"widened": 0.0, "plain": 0.0}
    for day in range(7):
        start = Instant(NIGHT + day * 86_400.0)
        came = history.values[(WEEKS * 7 + day) * 24 :][:24]
        found, usual = learner.foresee(history, start, 24).rows(), plain(history, start)
        np.testing.assert_array_equal(found[1], usual[1])
        held["widened"] += np.mean((found[0] <= came) & (came <= found[2])) / 7
        held["plain"] += np.mean((usual[0] <= came) & (came <= usual[2])) / 7
    assert held["plain"] < 0.7
    assert 0.75 < held["widened"] < 0.9


class TestLearning:
    def test_trees_see_what_days_have_in_common_and_speak(self, grow: Grow) -> None:
        history = hourly(LOAD)
        learner = learnt(history, grow)
        assert learner.speaks(history, NIGHT)
        assert learner.learnt is not None
        judged, usual = learner.learnt.trees_score, learner.learnt.default_score
        assert judged.mean_pinball < 0.9 * usual.mean_pinball
        band = learner.foresee(history, NIGHT, 24).rows()
        assert np.all(band[0] <= band[1])
        assert np.all(band[1] <= band[2])

    def test_the_same_history_gives_the_same_bytes(self, grow: Grow) -> None:
        history = hourly(LOAD)
        one, other = (learnt(history, grow).foresee(history, NIGHT, 24).rows() for _ in range(2))
        assert one.tobytes() == other.tobytes()

    def test_a_learner_that_worked_every_night_says_what_a_new_one_says(self, grow: Grow) -> None:
        history = hourly(LOAD)
        old = Nightly(task(), grow=grow)
        for back in (2, 1, 0):
            old.learn(history, STARTS, Instant(NIGHT - back * 86_400))
        new = learnt(history, grow)
        one, other = (each.foresee(history, NIGHT, 24).rows() for each in (old, new))
        assert one.tobytes() == other.tobytes()

    def test_what_comes_after_the_night_changes_nothing(self, grow: Grow) -> None:
        shuffled = LOAD.copy()
        np.random.Generator(np.random.PCG64(3)).shuffle(shuffled[WEEKS * 168 :])
        one, other = (
            learnt(hourly(each), grow).foresee(hourly(each), NIGHT, 24).rows()
            for each in (LOAD, shuffled)
        )
        np.testing.assert_array_equal(one, other)

    def test_stale_trees_are_silent(self, grow: Grow) -> None:
        history = hourly(LOAD)
        learner = learnt(history, grow)
        later = at(WEEKS * 168 + 9 * 24)
        assert not learner.speaks(history, later)
        np.testing.assert_array_equal(learner.foresee(history, later, 24).rows(), plain(history, later))  # fmt: skip

    def test_trees_are_silent_when_most_of_the_last_day_was_not_measured(self, grow: Grow) -> None:
        gap = LOAD.copy()
        gap[WEEKS * 168 - 20 : WEEKS * 168] = np.nan
        learner = learnt(hourly(LOAD), grow)
        assert not learner.speaks(hourly(gap), NIGHT)
        np.testing.assert_array_equal(learner.foresee(hourly(gap), NIGHT, 24).rows(), plain(hourly(gap), NIGHT))  # fmt: skip

    def test_after_a_long_gap_its_first_weeks_are_not_learnt_from(self, grow: Grow) -> None:
        values = 100 * restless(34)  # so that a size of 1, for want of a better one, would tell
        values[: 8 * 168] = np.nan
        history, starts = hourly(values), [at(24 * day) for day in range(34 * 7)]
        learner = Nightly(task(), grow=grow)
        learner.learn(history, starts, at(9 * 168))
        assert not learner.sees(history, at(9 * 168))
        found = learner.learn(history, starts, at(34 * 168))
        assert found is not None
        assert found.trees_score.mean_pinball < found.default_score.mean_pinball

    def test_no_load_is_forecast_below_zero_but_a_price_may_be(self, grow: Grow) -> None:
        low = LOAD - LOAD.mean()
        price = Nightly(task("price"), grow=grow)
        price.learn(hourly(low), STARTS, NIGHT)
        assert price.foresee(hourly(low), NIGHT, 24).low.values.min() < 0
        assert learnt(hourly(np.maximum(low, 0)), grow).foresee(hourly(np.maximum(low, 0)), NIGHT, 24).low.values.min() >= 0  # fmt: skip
