"""Offers: what is promised can be given whatever is called, and no more could have been promised."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from flexible_fleets import dear, fleet, parked
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.flexibility.course import course_of, followed, schedule_of, stored
from sterna.decisions.flexibility.curve import at_volume
from sterna.decisions.flexibility.delivery import Offer, offer, recovered
from sterna.decisions.flexibility.product import Call, Direction, Product
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Floats, Plan, Problem, Schedule

seeds = st.integers(0, 10_000)
curves = st.sampled_from([1, 2])
directions = st.sampled_from(Direction)
recoveries = st.sampled_from([0.0, 5.0, inf])


def assert_kept(problem: Problem, plan: Plan, schedule: Schedule) -> None:
    """Drivers, floors and limits are served as well as in *plan*."""
    verdict = check(problem, schedule)
    assert verdict.faults == ()
    assert np.all(np.array(verdict.unmet_kwh) <= plan.unmet_kwh + 1e-4)
    assert verdict.over_kwh <= plan.schedule.over_kwh.sum() + 1e-4


def drawn_product(direction: Direction, call: Call, after_kw: float) -> Product:
    return Product(direction=direction, first=2, last=5, call=call, after_kw=after_kw, least_kw=0.0)


@settings(max_examples=12, deadline=None)
@given(seeds, curves, directions, st.sampled_from(Call), recoveries)
def test_the_full_call_is_delivered_by_the_offer_s_own_schedule(
    seed: int, pieces: int, direction: Direction, call: Call, after_kw: float
) -> None:
    problem = fleet(seed, pieces=pieces)
    plan = solve(problem)
    made = offer(problem, plan.schedule, drawn_product(direction, call, after_kw))
    assert_kept(problem, plan, made.schedule)
    change = (made.full.fleet_kw - made.plan.fleet_kw) * direction.value
    assert np.all(change[2:5] >= made.full_kw - 1e-5)
    assert np.all(np.abs(change[:2]) <= 1e-5)
    assert np.all(np.abs(change[5:]) <= after_kw + 1e-5)
    assert made.kw <= made.full_kw + 1e-4 <= made.bound_kw + 2e-4


@settings(max_examples=8, deadline=None)
@given(seeds, curves, directions, recoveries, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_any_calls_are_answered_without_foresight(
    seed: int, pieces: int, direction: Direction, after_kw: float, shares: list[float]
) -> None:
    problem = fleet(seed, pieces=pieces)
    plan = solve(problem)
    made = offer(problem, plan.schedule, drawn_product(direction, Call.ANY, after_kw))
    answered = called(problem, made, shares)
    course = followed(problem, answered, made.plan.curtailed_kwh)
    assert_kept(problem, plan, schedule_of(problem, course))
    promised = course_of(problem, plan.schedule).fleet_kw
    assert made.plan.fleet_kw == pytest.approx(promised, abs=1e-4)
    change = (course.fleet_kw - promised) * direction.value
    assert change[2:5] == pytest.approx(np.array(shares) * made.full_kw, abs=1e-4)
    recovery = -change[5:]
    assert np.all(recovery >= -1e-4)  # One way only, and
    assert np.all(recovery <= np.abs(made.recovery_kw[5:]) + 1e-4)  # no more than declared.


def called(problem: Problem, made: Offer, shares: list[float]) -> Floats:
    """Return what the cars move when *shares* of the offer are called step after step."""
    moved = made.plan.moved_kwh.copy()
    product = made.product
    for step in range(product.first, len(problem.hours)):
        if step < product.last:
            power = made.answer(step, shares[step - product.first] * made.full_kw)
        else:
            gained = stored(problem, moved)[:, :step].sum(axis=1)
            power = recovered(problem, made, step, problem.sessions.energy_kwh + gained)
        moved[:, step] = power * problem.hours[step]
    return moved


@settings(max_examples=12, deadline=None)
@given(seeds, directions, recoveries, st.floats(0.0, 1.0))
def test_the_solver_finds_a_plan_for_any_part_of_an_offer(
    seed: int, direction: Direction, after_kw: float, share: float
) -> None:
    problem = dear(fleet(seed))
    plan = solve(problem)
    product = drawn_product(direction, Call.WHOLE, after_kw)
    made = offer(problem, plan.schedule, product)
    found = at_volume(problem, plan.schedule, product, share * made.full_kw)
    assert np.abs(found.schedule.missed_kwh).sum() <= 1e-3
    assert np.all(found.unmet_kwh <= plan.unmet_kwh + 1e-3)


@settings(max_examples=12, deadline=None)
@given(seeds, directions, recoveries)
def test_one_percent_more_cannot_be_delivered(
    seed: int, direction: Direction, after_kw: float
) -> None:
    problem = dear(fleet(seed))
    plan = solve(problem)
    product = drawn_product(direction, Call.WHOLE, after_kw)
    made = offer(problem, plan.schedule, product)
    assert made.exact
    if np.any(plan.schedule.curtailed_kwh > 1e-6):
        return  # The solver below would curtail less or more, which an offer does not.
    found = at_volume(problem, plan.schedule, product, 1.01 * made.full_kw + 0.05)
    missed = np.abs(found.schedule.missed_kwh).sum()
    late = np.maximum(found.unmet_kwh - plan.unmet_kwh, 0.0).sum()
    over = found.schedule.over_kwh.sum() - plan.schedule.over_kwh.sum()
    changed = np.abs(found.schedule.curtailed_kwh - plan.schedule.curtailed_kwh).sum()
    before = np.abs(found.power_kw - plan.power_kw)[:, :2].sum()  # Other cars in the same sum.
    assert max(missed, late, over, changed, before) > 1e-4


QUARTERS = np.full(8, 0.25)  # 18:00 to 20:00
HOUR = Product(direction=Direction.UP, first=0, last=4)


def terni(count: int = 4) -> Problem:
    """Cars of 20 kW that hold 70 %, never go below 30 %, and leave at 20:00 with 60 % (AT-13)."""
    return parked(count, kw=20.0, energy_kwh=42.0, floor_kwh=18.0, target_kwh=36.0, hours=QUARTERS)


@pytest.mark.req("DF-T-06")
def test_four_cars_in_terni_can_surely_give_all_their_power_for_an_hour() -> None:
    problem = terni()
    idle = solve(problem).schedule
    made = offer(problem, idle, HOUR)
    # 20 kW for an hour take 21.05 of the 24 kWh above the floor; 16.8 kW bring them to 60 % by 20:00.
    drawing = made.plan.fleet_kw[0]
    assert made.full_kw - drawing == pytest.approx(80.0, abs=1e-4)
    assert made.kw == pytest.approx(made.full_kw, abs=0.1)
    assert made.exact


def test_without_recovery_only_spare_energy_is_sold() -> None:
    problem = terni()
    made = offer(problem, solve(problem).schedule, replace(HOUR, after_kw=0.0))
    spare = 4 * (42.0 - 36.0) * 0.95 - sum(-made.plan.moved_kwh.sum(axis=0))
    assert made.full_kw == pytest.approx(spare, abs=1e-3)
    assert made.recovery_kw == pytest.approx(np.zeros(8), abs=1e-6)


def test_what_may_be_recovered_later_may_not_be_recovered_in_the_quiet_steps() -> None:
    problem = terni()
    late = offer(problem, solve(problem).schedule, replace(HOUR, quiet_steps=3))
    soon = offer(problem, solve(problem).schedule, HOUR)
    assert late.recovery_kw[4:7] == pytest.approx(np.zeros(3), abs=1e-6)
    assert late.full_kw < soon.full_kw


def test_cars_make_room_before_the_window_where_that_is_allowed() -> None:
    """Noon in Terni (AT-19): full batteries take nothing unless they gave something before."""
    problem = parked(4, kw=11.0, energy_kwh=60.0, floor_kwh=18.0, target_kwh=60.0, hours=QUARTERS)
    idle = solve(problem).schedule
    noon = Product(direction=Direction.DOWN, first=4, last=8)
    assert offer(problem, idle, noon).kw == 0.0
    ready = offer(problem, idle, replace(noon, before_kw=inf))
    assert ready.full_kw == pytest.approx(44.0, abs=1e-4)
    assert ready.recovery_kw[:4].sum() < -40.0


@pytest.mark.req("DF-T-06")
def test_cars_that_may_leave_are_worth_less_with_more_confidence() -> None:
    problem = terni(20)
    plan = solve(problem).schedule
    stays = np.full((20, 8), 0.9)
    sold = [
        offer(problem, plan, HOUR, probability=stays, confidence=level).sure_kw
        for level in (0.5, 0.9, 0.95, 0.99)
    ]
    assert sorted(sold, reverse=True) == sold
    assert 0.0 < sold[-1] < sold[0] < offer(problem, plan, HOUR).sure_kw
    certain = offer(problem, plan, HOUR, probability=np.ones((20, 8))).sure_kw
    assert certain == pytest.approx(offer(problem, plan, HOUR).sure_kw, rel=0.005)


def test_those_who_are_left_give_what_the_others_would_have_given() -> None:
    problem = terni(20)
    stays = np.full((20, 8), 0.9)
    made = offer(problem, solve(problem).schedule, HOUR, probability=stays)
    present = np.arange(20) >= 2
    plan = made.plan.moved_kwh[:, 0] / 0.25
    power = made.answer(0, made.sure_kw, present)
    assert np.all(power[~present] == 0.0)
    assert (plan - power)[present].sum() == pytest.approx(made.sure_kw, abs=1e-6)


def test_volumes_are_sold_in_the_market_s_grain() -> None:
    product = replace(HOUR, least_kw=5.0, step_kw=0.5)
    assert [product.saleable(kw) for kw in (4.999, 5.0, 5.49, 12.0000001)] == [0.0, 5.0, 5.0, 12.0]
