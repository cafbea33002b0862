"""Rows hold what is known at the gate, and nothing that begins there or later."""

from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from decisions.forecast.series_of_hours import at, hourly, moments, restless, task, weekly
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.forecast import Place, haurwitz
from sterna.decisions.forecast.features import Kind, rows

PLACE: Final = Place(latitude=41.2, longitude=-8.7)
LOAD: Final = restless(20)


@given(
    st.sampled_from(["load", "pv", "price"]), st.integers(0, 48), st.integers(15 * 24, 18 * 168),
    st.integers(1, 100), st.integers(0, 999),
)  # fmt: skip
@settings(max_examples=60)
def test_shuffling_the_future_changes_nothing(
    kind: Kind, ahead: int, first: int, count: int, seed: int
) -> None:
    values = LOAD * (haurwitz(PLACE, moments(len(LOAD))) > 0) if kind == "pv" else LOAD
    asked = task(kind, ahead=ahead)
    shuffled = values.copy()
    np.random.Generator(np.random.PCG64(seed)).shuffle(shuffled[first - ahead :])
    one, other = (rows(hourly(each), at(first), count, asked) for each in (values, shuffled))
    np.testing.assert_array_equal(one.known, other.known)
    np.testing.assert_array_equal(one.usual, other.usual)
    assert one.size == other.size


def test_the_last_known_hour_is_used() -> None:
    changed = LOAD.copy()
    changed[16 * 168 - 1] += 30
    one, other = (rows(hourly(each), at(16 * 168), 24, task()) for each in (LOAD, changed))
    assert not np.array_equal(one.known, other.known)


def test_rows_do_not_depend_on_the_level() -> None:
    one, other = (rows(hourly(each), at(16 * 168), 24, task()) for each in (LOAD, 7.0 * LOAD))
    assert other.size == pytest.approx(7 * one.size)
    assert other.known == pytest.approx(one.known, nan_ok=True)


def test_hour_and_weekday_are_those_of_the_place() -> None:
    summer = at(200 * 24)  # 20 July, 01:00 in London
    seen = rows(hourly(weekly(30)), summer, 3, task())
    assert seen.hour.tolist() == [0, 1, 2]
    there = rows(hourly(weekly(30)), summer, 3, task(zone=ZoneInfo("Europe/London")))
    assert there.hour.tolist() == [1, 2, 3]


def test_a_short_or_empty_history_gives_rows_without_an_error() -> None:
    for known in (0, 1, 24, 200):
        seen = rows(hourly(LOAD[:known]), at(known), 24, task())
        assert seen.known.shape[0] == 24
        assert seen.size > 0
    gaps = LOAD.copy()
    gaps[::3] = np.nan
    assert rows(hourly(gaps), at(16 * 168), 24, task()).known.shape[0] == 24


def test_at_night_there_is_nothing_to_learn_of_the_sun() -> None:
    sun = np.tile(np.maximum(0, np.sin((np.arange(24) - 5.5) / 12 * np.pi)), 40)
    seen = rows(hourly(sun), at(40 * 24), 24, task("pv"))
    assert not seen.light[[0, 23]].any()
    assert seen.light[10:14].all()
