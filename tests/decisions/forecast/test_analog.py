"""Forecasts by comparable hours: what they read and what they say."""

from functools import partial

import numpy as np
import pytest
from decisions.forecast.series_of_hours import HOUR, at, hourly, moments, weekly

from sterna.decisions.forecast import Place, analog, anchored, haurwitz, solar


def test_a_load_that_repeats_every_week_is_foreseen_exactly() -> None:
    load = weekly(10)
    band = analog(hourly(load[: 9 * 168]), at(9 * 168), 72)
    assert band.middle.values == pytest.approx(load[9 * 168 : 9 * 168 + 72])
    assert band.middle.start == at(9 * 168)


def test_nothing_from_the_start_on_is_read() -> None:
    load = weekly(10)
    spoiled = load.copy()
    spoiled[9 * 168 :] = -1e9
    start = at(9 * 168)
    first, second = analog(hourly(load), start, 200), analog(hourly(spoiled), start, 200)
    assert first.middle.values == pytest.approx(second.middle.values)


def test_a_short_history_compares_days_and_an_empty_one_repeats_the_last_value() -> None:
    day = 10.0 * np.arange(24)
    band = analog(hourly(np.tile(day, 3)), at(72), 24)
    assert band.middle.values == pytest.approx(day)
    assert analog(hourly(np.array([5.0, 7.0, np.nan])), at(3), 2).middle.values == pytest.approx(7)
    assert analog(hourly(np.zeros(0)), at(0), 2).middle.values == pytest.approx(0)
    assert len(analog(hourly(np.ones(30)), at(30), 1).high.values) == 1


def test_a_higher_level_than_in_past_weeks_is_carried_on() -> None:
    load = weekly(10)
    load[8 * 168 :] += 40.0
    band = analog(hourly(load[: 9 * 168]), at(9 * 168), 24)
    assert band.middle.values == pytest.approx(load[9 * 168 : 9 * 168 + 24])


def test_a_forecast_at_a_distance_goes_by_the_last_whole_day() -> None:
    load = weekly(10)
    band = analog(hourly(load[: 9 * 168 - 12]), at(9 * 168), 24)
    assert band.middle.values == pytest.approx(load[9 * 168 : 9 * 168 + 24])


def test_gaps_in_the_history_are_left_out() -> None:
    load = weekly(10)
    load[8 * 168 : 8 * 168 + 24] = np.nan
    band = analog(hourly(load[: 9 * 168]), at(9 * 168), 24)
    assert band.middle.values == pytest.approx(weekly(10)[9 * 168 : 9 * 168 + 24])


def test_sun_follows_the_present_clouds_first_and_the_usual_ones_later() -> None:
    clear = np.maximum(0, np.sin((np.arange(24) - 6) / 12 * np.pi)) * 100
    days = np.concatenate([clear * share for share in (1, 0.8, 0.6, 0.9, 0.7, 1, 0.8)])
    today = np.concatenate((days, clear[:12] * 0.2))
    band = solar(hourly(today), at(7 * 24 + 12), 48)
    assert band.middle.values[0] < 0.4 * clear[12]
    assert band.middle.values[24] > 0.6 * clear[12]
    assert np.all(band.low.values <= band.middle.values)
    assert np.all(band.middle.values <= band.high.values)
    assert band.high.values[8:16] == pytest.approx(0)  # the night from 20 h to 4 h


def test_without_history_no_sun_is_promised() -> None:
    assert solar(hourly(np.zeros(0)), at(0), 3).high.values == pytest.approx(0)
    assert solar(hourly(np.zeros(48)), at(48), 3).high.values == pytest.approx(0)


def test_an_anchored_band_starts_at_what_is_measured() -> None:
    band = anchored(analog(hourly(weekly(9)), at(9 * 168), 48), 180.0, HOUR)
    assert band.middle.values[0] == pytest.approx(180)
    assert band.middle.values[47] == pytest.approx(weekly(1)[47], abs=0.1)


def test_with_the_sky_of_the_place_longer_days_are_followed() -> None:
    place = Place(latitude=50.0, longitude=0.0)
    clear = 0.1 * haurwitz(place, moments(90 * 24))  # January to March: the noon sun nearly doubles
    noon = at(89 * 24 + 12)
    history = hourly(clear[: 89 * 24])
    blind = solar(history, at(89 * 24), 24).high
    seeing = solar(history, at(89 * 24), 24, partial(haurwitz, place)).high
    assert seeing.at(noon) == pytest.approx(clear[89 * 24 + 12], rel=0.01)
    assert blind.at(noon) < 0.99 * seeing.at(noon)
