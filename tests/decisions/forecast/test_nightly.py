"""Nightly learning: the same every time, from the past alone, and silent where it is not better."""

from typing import Final

import numpy as np
import pytest
from decisions.forecast.series_of_hours import at, hourly, restless, task
from forecast_extra import needs_extra

from sterna.decisions.forecast import Nightly, analog, missing
from sterna.decisions.forecast.features import known_at
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

WEEKS: Final = 24
LOAD: Final = restless(WEEKS + 2)
NIGHT: Final = at(WEEKS * 168)
STARTS: Final = [at(24 * day) for day in range(WEEKS * 7)]


def learnt(history: Series, night: Instant = NIGHT) -> Nightly:
    learner = Nightly(task())
    learner.learn(history, STARTS, night)
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


@pytest.mark.extra
class TestWithTrees:
    @pytest.fixture(autouse=True)
    def _trees(self) -> None:
        needs_extra()

    def test_the_extra_is_whole(self) -> None:
        assert missing() is None

    def test_trees_see_what_days_have_in_common_and_speak(self) -> None:
        history = hourly(LOAD)
        learner = learnt(history)
        assert learner.speaks(history, NIGHT)
        assert learner.learnt is not None
        judged, usual = learner.learnt.trees_score, learner.learnt.default_score
        assert judged.mean_pinball < 0.9 * usual.mean_pinball
        band = learner.foresee(history, NIGHT, 24).rows()
        assert np.all(band[0] <= band[1])
        assert np.all(band[1] <= band[2])

    def test_the_same_history_gives_the_same_bytes(self) -> None:
        history = hourly(LOAD)
        one, other = (learnt(history).foresee(history, NIGHT, 24).rows() for _ in range(2))
        assert one.tobytes() == other.tobytes()

    def test_a_learner_that_worked_every_night_says_what_a_new_one_says(self) -> None:
        history = hourly(LOAD)
        old = Nightly(task())
        for back in (2, 1, 0):
            old.learn(history, STARTS, Instant(NIGHT - back * 86_400))
        new = learnt(history)
        one, other = (each.foresee(history, NIGHT, 24).rows() for each in (old, new))
        assert one.tobytes() == other.tobytes()

    def test_what_comes_after_the_night_changes_nothing(self) -> None:
        shuffled = LOAD.copy()
        np.random.Generator(np.random.PCG64(3)).shuffle(shuffled[WEEKS * 168 :])
        one, other = (
            learnt(hourly(each)).foresee(hourly(each), NIGHT, 24).rows()
            for each in (LOAD, shuffled)
        )
        np.testing.assert_array_equal(one, other)

    def test_where_there_is_nothing_but_noise_the_default_stays_with_a_band_that_holds(
        self,
    ) -> None:
        chance = np.random.Generator(np.random.PCG64(8))
        history = hourly(100 + chance.normal(scale=np.tile([5.0] * 12 + [20.0] * 12, 26 * 7)))
        learner = learnt(history)
        if not learner.speaks(history, NIGHT):
            found = learner.foresee(history, NIGHT, 24)
            np.testing.assert_array_equal(found.middle.values, plain(history, NIGHT)[1])

    def test_stale_trees_are_silent(self) -> None:
        history = hourly(LOAD)
        learner = learnt(history)
        later = at(WEEKS * 168 + 9 * 24)
        assert not learner.speaks(history, later)
        np.testing.assert_array_equal(learner.foresee(history, later, 24).rows(), plain(history, later))  # fmt: skip

    def test_trees_are_silent_when_most_of_the_last_day_was_not_measured(self) -> None:
        gap = LOAD.copy()
        gap[WEEKS * 168 - 20 : WEEKS * 168] = np.nan
        learner = learnt(hourly(LOAD))
        assert not learner.speaks(hourly(gap), NIGHT)
        np.testing.assert_array_equal(learner.foresee(hourly(gap), NIGHT, 24).rows(), plain(hourly(gap), NIGHT))  # fmt: skip

    def test_after_a_long_gap_its_first_weeks_are_not_learnt_from(self) -> None:
        values = 100 * restless(34)  # so that a size of 1, for want of a better one, would tell
        values[: 8 * 168] = np.nan
        history, starts = hourly(values), [at(24 * day) for day in range(34 * 7)]
        learner = Nightly(task())
        learner.learn(history, starts, at(9 * 168))
        assert not learner.sees(history, at(9 * 168))
        found = learner.learn(history, starts, at(34 * 168))
        assert found is not None
        assert found.trees_score.mean_pinball < found.default_score.mean_pinball

    def test_no_load_is_forecast_below_zero_but_a_price_may_be(self) -> None:
        low = LOAD - LOAD.mean()
        price = Nightly(task("price"))
        price.learn(hourly(low), STARTS, NIGHT)
        assert price.foresee(hourly(low), NIGHT, 24).low.values.min() < 0
        assert learnt(hourly(np.maximum(low, 0))).foresee(hourly(np.maximum(low, 0)), NIGHT, 24).low.values.min() >= 0  # fmt: skip
