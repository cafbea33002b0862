"""Offers without a solver: as sure as the others, never more than they, and quick."""

from math import inf

import numpy as np
import pytest
from flexible_fleets import fleet, parked
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.flexibility.course import followed, schedule_of, stored
from sterna.decisions.flexibility.delivery import offer, recovered
from sterna.decisions.flexibility.many import offer_of_many
from sterna.decisions.flexibility.product import Call, Direction, Product
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.reference import reference

seeds = st.integers(0, 10_000)
pieces_ = st.sampled_from([1, 2])
directions = st.sampled_from(Direction)
recoveries = st.sampled_from([0.0, 5.0, inf])


@settings(max_examples=10, deadline=None)
@given(seeds, pieces_, directions, recoveries, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_any_calls_are_answered_and_it_is_no_more_than_cars_give_that_take_turns(
    seed: int, pieces: int, direction: Direction, after_kw: float, shares: list[float]
) -> None:
    problem = fleet(seed, pieces=pieces)
    plan = solve(problem)
    product = Product(
        direction=direction, first=2, last=5, call=Call.ANY, after_kw=after_kw, least_kw=0.0
    )
    made = offer_of_many(problem, plan.schedule, product)
    assert made.full_kw <= offer(problem, plan.schedule, product).full_kw + 1e-4
    moved = made.plan.moved_kwh.copy()
    for step in range(2, len(problem.hours)):
        if step < 5:
            power = made.answer(step, shares[step - 2] * made.full_kw)
        else:
            gained = stored(problem, moved)[:, :step].sum(axis=1)
            power = recovered(problem, made, step, problem.sessions.energy_kwh + gained)
        moved[:, step] = power * problem.hours[step]
    course = followed(problem, moved, made.plan.curtailed_kwh)
    for schedule in (made.schedule, schedule_of(problem, course)):
        verdict = check(problem, schedule)
        assert verdict.faults == ()
        assert np.all(np.array(verdict.unmet_kwh) <= plan.unmet_kwh + 1e-4)
    change = (course.fleet_kw - made.plan.fleet_kw) * direction.value
    assert change[2:5] == pytest.approx(np.array(shares) * made.full_kw, abs=1e-4)


def test_equal_cars_need_not_take_turns() -> None:
    problem = parked(
        5, kw=20.0, energy_kwh=42.0, floor_kwh=18.0, target_kwh=36.0, hours=np.full(8, 0.25)
    )
    plan = solve(problem).schedule
    product = Product(direction=Direction.UP, first=0, last=4)
    alone, together = offer_of_many(problem, plan, product), offer(problem, plan, product)
    assert alone.full_kw == pytest.approx(together.full_kw, abs=1e-4)


def test_forty_cars_that_follow_an_optimal_plan_give_within_a_hundredth_of_the_most() -> None:
    problem = reference(40)
    plan = solve(problem).schedule
    for direction in Direction:
        product = Product(direction=direction, first=72, last=76)
        sure, most = offer_of_many(problem, plan, product), offer(problem, plan, product)
        assert 0.99 * most.full_kw <= sure.full_kw <= most.full_kw + 1e-4
