"""Bid curves: prices rise, pay for every step and every part of it, and each step has its plan."""

from dataclasses import replace
from fractions import Fraction
from math import inf

import numpy as np
import pytest
from flexible_fleets import dear, fleet, parked
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.flexibility.course import course_of
from sterna.decisions.flexibility.curve import Curve, at_volume, band, curve, volumes
from sterna.decisions.flexibility.product import Direction, Product
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Problem
from sterna.decisions.schedule.reference import reference
from sterna.kernel.money import MICRO_PER_EURO, MicroEuroPerKilowattHour

seeds = st.integers(0, 10_000)
directions = st.sampled_from(Direction)
recoveries = st.sampled_from([0.0, 5.0, inf])
EVENING = Product(direction=Direction.UP, first=72, last=76)


def drawn(seed: int, direction: Direction, after_kw: float) -> tuple[Problem, Curve]:
    """Return a small fleet and its curve in four steps for a window in the middle."""
    problem = dear(fleet(seed))
    product = Product(direction=direction, first=2, last=4, after_kw=after_kw)
    return problem, curve(problem, solve(problem).schedule, product, steps=4)


@settings(max_examples=8, deadline=None)
@given(seeds, directions, recoveries)
def test_prices_rise_and_no_sum_of_steps_is_sold_below_its_cost(
    seed: int, direction: Direction, after_kw: float
) -> None:
    _, found = drawn(seed, direction, after_kw)
    prices = [step.price for step in found.steps]
    assert prices == sorted(prices)
    for count, step in enumerate(found.steps, start=1):
        cost = step.plan.cost_eur - found.base.cost_eur
        assert found.asked(count) >= (cost - 1e-9) * MICRO_PER_EURO
        assert step.price % 10 == 0
        assert isinstance(step.price, int)


@settings(max_examples=8, deadline=None)
@given(seeds, directions, recoveries)
def test_every_step_has_a_plan_that_gives_its_volume_and_serves_all_drivers(
    seed: int, direction: Direction, after_kw: float
) -> None:
    problem, found = drawn(seed, direction, after_kw)
    plan = solve(problem)
    for step in found.steps:
        held = band(problem, plan.schedule, found.product, step.total_kw)
        verdict = check(replace(problem, bands=(held,)), step.plan.schedule)
        assert verdict.faults == ()
        assert np.all(np.array(verdict.unmet_kwh) <= plan.unmet_kwh + 1e-3)
        drawn_kw = course_of(problem, step.plan.schedule).fleet_kw
        change = (drawn_kw - course_of(problem, plan.schedule).fleet_kw) * direction.value
        assert change[2:4] == pytest.approx(step.total_kw, abs=1e-4)
        assert np.all(np.abs(step.recovery_kw[4:]) <= after_kw + 1e-4)


@settings(max_examples=8, deadline=None)
@given(seeds, directions, st.floats(0.05, 0.95))
def test_a_part_of_a_step_costs_no_more_than_the_part_of_its_price(
    seed: int, direction: Direction, share: float
) -> None:
    problem, found = drawn(seed, direction, inf)
    if not found.steps:
        return
    step = found.steps[-1]
    kw = step.total_kw - (1.0 - share) * step.kw
    part = at_volume(problem, solve(problem).schedule, found.product, kw)
    paid = Fraction(step.price, MICRO_PER_EURO) * Fraction(share * step.energy_kwh)
    before = found.steps[-2].plan if len(found.steps) > 1 else found.base
    assert part.cost_eur - before.cost_eur <= float(paid) + 1e-4


def test_forty_cars_sell_their_evening_in_rising_steps() -> None:
    problem = reference(40)
    found = curve(problem, solve(problem).schedule, EVENING, steps=3)
    assert [round(step.total_kw, 1) for step in found.steps] == [1.0, 16.5, 32.0]
    assert found.kw == pytest.approx(found.sure.bound_kw, abs=0.1)
    assert found.steps[0].price > 0
    assert found.steps[-1].price > found.steps[0].price


def test_the_same_problem_gives_the_same_curve_to_the_byte() -> None:
    problem = reference(10)
    plan = solve(problem).schedule
    first, second = (curve(problem, plan, EVENING, steps=3) for _ in range(2))
    assert [step.price for step in first.steps] == [step.price for step in second.steps]
    for one, other in zip(first.steps, second.steps, strict=True):
        assert one.plan.power_kw.tobytes() == other.plan.power_kw.tobytes()


def test_one_car_asks_for_wear_and_for_the_losses_of_bringing_back() -> None:
    """1 kWh sold takes 1/0.95 out of the cells; it is drawn again as 1/0.95^2 kWh at 0.20 EUR."""
    problem = parked(
        1, kw=10.0, energy_kwh=42.0, floor_kwh=18.0, target_kwh=42.0, hours=np.full(4, 1.0)
    )
    product = Product(direction=Direction.UP, first=0, last=1)
    found = curve(problem, solve(problem).schedule, product, steps=2)
    wear = 2 * 0.02 / 0.95
    assert found.steps[-1].price == pytest.approx((0.2 / 0.95**2 + wear) * 1e6, abs=20)
    assert found.kw == pytest.approx(10.0, abs=0.1)


def test_the_first_step_is_the_least_that_the_market_takes_and_is_taken_whole() -> None:
    product = replace(EVENING, least_kw=5.0, step_kw=0.5)
    assert volumes(product, 20.3, 4) == [5.0, 10.0, 15.0, 20.0]
    assert volumes(product, 5.2, 4) == [5.0]
    assert volumes(product, 4.9, 4) == []


def test_what_pays_less_than_the_least_volume_costs_is_better_left() -> None:
    problem = reference(10)
    found = curve(problem, solve(problem).schedule, replace(EVENING, least_kw=4.0), steps=3)
    low, high = found.steps[0].price, found.steps[-1].price
    assert found.taken(MicroEuroPerKilowattHour(low - 10)) == 0
    assert found.taken(low) == 1
    assert found.taken(high) == len(found.steps)
    assert found.least_factor(1) == 1.0
    assert found.least_factor(len(found.steps)) == pytest.approx(4.0 / found.kw, abs=0.01)
    assert found.change_w(1) == (-4000,) * 4  # UP is less consumption on the wire.
