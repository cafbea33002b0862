"""Walking through the past: whole local days, nothing of the future, and the promise on real loads and prices."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from decisions.forecast.series_of_hours import START, at, hourly, moments, restless, task, weekly
from forecast_extra import needs_extra
from shared_data import building_2019

from sterna.decisions.forecast import Place, haurwitz
from sterna.decisions.forecast.backtest import METHODS, Method, Walked, days_between, naive, walk
from sterna.decisions.forecast.features import Task
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series
from sterna.world.packaged import dataset

WITHOUT_TREES: tuple[Method, ...] = ("naive", "analog")


def walked(
    history: Series, asked: Task, methods: tuple[Method, ...], days: int, refit_days: int = 7
) -> Walked:
    return walk(
        history, asked, methods, days,
        refit_days=refit_days, stopwatch=lambda: 0.0, progress=lambda _share: None,
    )  # fmt: skip


def test_a_week_that_repeats_is_no_art() -> None:
    found = walked(hourly(weekly(12)), task(), WITHOUT_TREES, 14)
    for score in found.scores.values():
        assert score.mae == pytest.approx(0)
        assert (score.coverage, score.steps) == (1, 14 * 24)


def test_days_are_those_of_the_place_with_23_and_25_hours() -> None:
    london = task(zone=ZoneInfo("Europe/London"))
    days = days_between(START, at(365 * 24), london)
    lengths = np.diff(days) / 3600
    assert len(days) == 365
    assert sorted(set(lengths)) == [23, 24, 25]
    found = walked(hourly(weekly(14)), london, WITHOUT_TREES, 14)  # clocks change on 31 March
    assert len(found.actual) == 14 * 24 - 1
    assert found.moments[-1] + 3600 <= at(14 * 168)


def test_a_day_that_has_only_begun_is_not_forecast() -> None:
    assert days_between(at(5), at(80), task()) == [at(24), at(48)]


@pytest.mark.parametrize("ahead", [0, 12])
def test_what_comes_after_a_day_does_not_change_its_forecast(ahead: int) -> None:
    load = restless(20)
    spoiled = load.copy()
    spoiled[19 * 168 :] = 1e6
    asked = task(ahead=ahead)
    one, other = (walked(hourly(each), asked, WITHOUT_TREES, 7 + 3) for each in (load, spoiled))
    for method in WITHOUT_TREES:
        first = slice(0, 3 * 24 + 24 - ahead)  # the last three days before, and the first day after
        np.testing.assert_array_equal(one.bands[method][:, first], other.bands[method][:, first])


def test_the_naive_takes_an_older_week_where_the_last_one_is_not_known() -> None:
    load = weekly(10)
    load[9 * 168 : 9 * 168 + 24] = np.nan
    band = naive(hourly(load), at(10 * 168), 24, task())
    assert band.middle.values == pytest.approx(weekly(1)[:24])
    far = naive(hourly(weekly(10)), at(10 * 168 + 400), 24, task())
    assert far.middle.values == pytest.approx(weekly(3)[400 - 336 : 424 - 336])
    assert naive(hourly(np.zeros(0)), at(0), 2, task()).middle.values == pytest.approx(0)


def test_nights_of_a_plant_do_not_count() -> None:
    place = Place(latitude=50.0, longitude=0.0)
    sun = haurwitz(place, moments(70 * 24))
    found = walked(hourly(sun), task("pv"), WITHOUT_TREES, 14)
    lit = ~np.isnan(found.actual)
    assert not lit[found.hour < 5].any()
    assert lit[(found.hour >= 9) & (found.hour < 15)].all()


def test_on_a_real_building_comparable_days_beat_the_same_hour_last_week() -> None:
    found = walked(hourly(building_2019()), task(), WITHOUT_TREES, 260)
    assert found.scores["analog"].mae < 0.85 * found.scores["naive"].mae
    assert 0.7 < found.scores["analog"].coverage < 0.9


def promised(found: Walked) -> None:
    """Hold that the extra is 15 % better than the seven-day naive, and its band of 80 % holds 77 to 83 %."""
    trees, repeated = found.scores["quantiles"], found.scores["naive"]
    assert trees.mase <= 0.85 * repeated.mase
    assert 0.77 <= trees.coverage <= 0.83


@pytest.mark.extra
@pytest.mark.timeout(600)
def test_on_a_real_building_the_trees_keep_the_promise() -> None:
    needs_extra()
    asked = task(zone=ZoneInfo("Europe/London"))
    promised(walked(hourly(building_2019()), asked, METHODS, 280))


@pytest.mark.extra
@pytest.mark.timeout(600)
def test_on_the_packaged_prices_the_trees_keep_the_promise() -> None:
    needs_extra()
    prices = dataset("dayahead_price_nl").series()
    asked = task("price", zone=ZoneInfo("Europe/Amsterdam"))
    year = Series(
        start=Instant(prices.start), step=prices.step, values=prices.values[-500 * 24 :], unit=prices.unit,
    )  # fmt: skip
    promised(walked(year, asked, METHODS, 180))
