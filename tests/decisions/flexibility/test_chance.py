"""What cars that may leave give together: against all outcomes counted one by one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.flexibility.chance import CELLS_PER_CAR, sum_of, surely
from sterna.decisions.schedule.problem import Floats

parts = st.floats(0.0, 22.0)
cars = st.lists(
    st.tuples(parts, st.floats(-22.0, 0.0), st.floats(0.0, 1.0)), min_size=1, max_size=7
)


def outcomes(here: Floats, gone: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Return the sum and the probability of each of the 2^N outcomes."""
    stays = np.array(list(product([False, True], repeat=len(here))))
    sums = np.where(stays, here, gone).sum(axis=1)
    return sums, np.where(stays, chance, 1.0 - chance).prod(axis=1)


@given(cars, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_the_sum_is_reached_as_often_as_promised_and_little_more_is_not(
    drawn: list[tuple[float, float, float]], confidence: float
) -> None:
    here, gone, chance = np.array(drawn).T
    sums, likely = outcomes(here, gone, chance)
    found = sum_of(here, gone, chance)
    sure = found.surely(confidence)
    assert likely[sums >= sure - 1e-9].sum() >= confidence - 1e-9
    lost = (len(here) + 1) * found.cell_kw
    assert likely[sums >= sure + lost + 1e-9].sum() < confidence + 1e-9


@given(cars)
def test_rounding_loses_at_most_one_cell_a_car(drawn: list[tuple[float, float, float]]) -> None:
    here, gone, _ = np.array(drawn).T
    certain = sum_of(here, gone, np.ones(len(here))).surely(1.0)
    span = float(np.sum(here - gone))
    assert certain <= here.sum() + 1e-6
    assert certain >= here.sum() - span / CELLS_PER_CAR - 1e-6


def test_ten_cars_of_11_kw_that_stay_nine_times_of_ten_give_77_kw_with_95_percent() -> None:
    # Binomial(10, 0.9): P(at least 7) = 0.987, P(at least 8) = 0.930.
    eleven, chance = np.full(10, 11.0), np.full(10, 0.9)
    sure = sum_of(eleven, np.zeros(10), chance).surely(0.95)
    assert sure == pytest.approx(77.0, abs=0.5)


def test_a_car_that_stops_giving_back_is_missed_twice() -> None:
    # It gave back 11 kW in the plan and could have given 5 more.
    sure = sum_of(np.array([5.0]), np.array([-11.0]), np.array([0.9])).surely(0.95)
    assert sure == pytest.approx(-11.0, abs=0.1)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 1000))
def test_all_steps_of_a_window_hold_together(count: int, steps: int, seed: int) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    here = draw.uniform(0, 11, (count, steps))
    stays = np.sort(draw.random((count, steps)), axis=1)[:, ::-1]
    sure = surely(here, np.zeros((count, steps)), stays, 0.9)
    together = 0.0
    for ends in product(range(steps + 1), repeat=count):  # How many steps each car stays.
        likely = 1.0
        for car, end in enumerate(ends):
            until = stays[car, end - 1] if end else 1.0
            likely *= until - (stays[car, end] if end < steps else 0.0)
        there = np.arange(steps) < np.array(ends)[:, None]
        if np.all((here * there).sum(axis=0) >= sure - 1e-9):
            together += likely
    assert together >= 0.9 - 1e-9
