"""Widening by hour: what is promised is held, whatever the model said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.decisions.forecast.conformal import widened, widening

HOURS = np.tile(np.arange(24), 28)


@pytest.mark.parametrize("claimed", [0.1, 1.0, 4.0])
@pytest.mark.parametrize("seed", range(3))
def test_bands_of_any_width_come_to_hold_80_percent(claimed: float, seed: int) -> None:
    chance = np.random.Generator(np.random.PCG64(seed))
    spread = 1.0 + HOURS / 8  # evenings are three times as uncertain as mornings
    first, later = (chance.normal(size=len(HOURS)) * spread for _ in range(2))
    ends = np.full(len(HOURS), claimed)
    by = widening(first, -ends, ends, HOURS)
    held = np.abs(later) <= ends + by[HOURS]
    assert np.mean(held) == pytest.approx(0.8, abs=0.05)
    for part in (HOURS < 8, HOURS >= 16):
        assert np.mean(held[part]) == pytest.approx(0.8, abs=0.08)
    assert by[22] > by[2]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40), st.integers(0, 23))
def test_the_outcomes_that_were_learnt_from_are_held_as_often_as_promised(
    outcomes: list[float], hour: int
) -> None:
    actual = np.array(outcomes)
    zero = np.zeros(len(actual))
    by = widening(actual, zero, zero, np.full(len(actual), hour))
    assert np.mean(np.abs(actual) <= by[hour] + 1e-9) >= 0.8 - 1e-9


def test_without_outcomes_nothing_is_widened() -> None:
    nan = np.full(3, np.nan)
    assert widening(nan, np.zeros(3), np.ones(3), np.zeros(3, dtype=np.int64)) == pytest.approx(0)


def test_an_hour_with_few_outcomes_goes_by_all_hours() -> None:
    hour = np.append(np.full(100, 12), 0)
    actual = np.append(np.linspace(-1, 1, 100), 50.0)
    by = widening(actual, np.zeros(101), np.zeros(101), hour)
    assert by[0] == by[6] == pytest.approx(0.82, abs=0.03)
    assert by[12] == pytest.approx(0.81, abs=0.03)


@given(st.floats(-50, 50))
def test_a_narrowed_band_never_turns_over(by: float) -> None:
    low, middle, high = widened(np.array([[1.0], [2.0], [4.0]]), np.array([by]))
    assert low <= middle <= high
