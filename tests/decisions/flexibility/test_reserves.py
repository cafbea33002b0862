"""Reserves: held through the worst delivery, sized as the rules say, priced so that nothing is given away."""

from dataclasses import replace

import numpy as np
import pytest
from flexible_fleets import alone, dear, fleet, parked
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.flexibility.course import course_of, followed, schedule_of
from sterna.decisions.flexibility.reach import lines
from sterna.decisions.flexibility.reserves import (
    AFRR_UP,
    FCR_D_DOWN,
    FCR_D_UP,
    FCR_N,
    NORDIC,
    ReserveProduct,
    held,
    holding_problem,
    priced,
)
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Problem, Schedule
from sterna.kernel.money import MICRO_PER_EURO

seeds = st.integers(0, 10_000)
products = st.sampled_from(NORDIC)
HOUR = np.full(4, 0.25)


def small(product: ReserveProduct) -> ReserveProduct:
    """Return *product* for a fleet of a few cars: sold by the kW."""
    return replace(product, least_kw=1.0, step_kw=1.0)


def waiting(count: int, *, kw: float = 11.0, free_kwh: float = 7.7) -> tuple[Problem, Schedule]:
    """Return cars that do nothing for two hours, with *free_kwh* in the battery each way."""
    problem = parked(
        count, kw=kw, capacity_kwh=40.0 + free_kwh, energy_kwh=40.0, floor_kwh=40.0 - free_kwh,
        target_kwh=0.0, hours=np.full(8, 0.25), efficiency=1.0,
    )  # fmt: skip
    still = replace(problem.sessions, discharge_kw=np.zeros(count))
    return problem, solve(replace(problem, sessions=still)).schedule


@pytest.mark.req("APP-FCRN-BID", "APP-FCRD-BID", "APP-AFRR-BID")
@pytest.mark.parametrize(
    ("product", "count", "sold_kw"),
    [
        (FCR_N, 12, 0.0),  # 132 of 134 kW
        (FCR_N, 13, 100.0),
        (FCR_N, 25, 100.0),  # 192 kWh each way last an hour for 192 kW
        (FCR_N, 26, 200.0),
        (FCR_D_UP, 90, 0.0),  # 990 kW
        (FCR_D_UP, 91, 1000.0),
        (FCR_D_DOWN, 91, 1000.0),
        (AFRR_UP, 91, 0.0),  # 7.7 kWh last an hour for 7.7 kW
        (AFRR_UP, 130, 1000.0),
    ],
)
def test_a_pool_below_the_least_volume_sells_nothing(
    product: ReserveProduct, count: int, sold_kw: float
) -> None:
    problem, plan = waiting(count)
    assert held(problem, plan, product, 0, 4).kw == sold_kw


def test_without_energy_there_is_no_reserve() -> None:
    problem, plan = waiting(13, free_kwh=7.0)
    found = held(problem, plan, FCR_N, 0, 4)
    assert found.full_kw == pytest.approx(13 * 7.0)  # An hour of C, not of 1.34 C.
    assert found.kw == 0.0


def test_the_connection_has_to_bear_the_delivery() -> None:
    problem, plan = waiting(20)
    site = replace(problem.site, export_limit_kw=np.full(8, 150.0))
    assert held(replace(problem, site=site), plan, FCR_N, 0, 4).full_kw == pytest.approx(150 / 1.34)


@settings(max_examples=30, deadline=None)
@given(seeds, products, st.integers(0, 6), st.integers(1, 3), st.integers(0, 100))
def test_what_is_held_is_delivered_from_any_moment_and_the_target_still_reached(
    seed: int, product: ReserveProduct, first: int, length: int, moment: int
) -> None:
    """Full delivery from *moment* (a share of the block in %) for the time that it has to last."""
    problem = alone(fleet(seed))
    plan = solve(problem)
    last = min(first + length, len(problem.hours))
    found = held(problem, plan.schedule, small(product), first, last)
    ground = course_of(problem, plan.schedule)
    hours = problem.hours[first:last]
    edges = np.concatenate(([0.0], np.cumsum(hours)))
    begin = moment / 100 * edges[-1]
    end = min(begin + product.hold_h, edges[-1])
    overlap = np.maximum(np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin), 0.0)
    for sign, power in ((-1.0, found.up_kw), (1.0, found.down_kw)):
        moved = ground.moved_kwh.copy()
        moved[:, first:last] += sign * power[:, None] * overlap
        course = followed(problem, moved, ground.curtailed_kwh)
        edge = lines(problem, ground)
        assert np.all(course.stored_kwh[:, first:last] >= edge.low[:, first:last] - 1e-6)
        assert np.all(course.stored_kwh[:, first:last] <= edge.high[:, first:last] + 1e-6)
        faults = check(problem, schedule_of(problem, course)).faults
        assert not [fault for fault in faults if "outside its power" in fault]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 200), products)
def test_every_step_of_the_price_is_a_plan_that_holds_it(
    seed: int, product: ReserveProduct
) -> None:
    problem = dear(fleet(seed))
    sold = small(product)
    found = priced(problem, sold, 2, 4, steps=3)
    block = np.zeros(len(problem.hours))
    block[2:4] = 1.0
    base = solve(problem)
    total = 0
    for step in found:
        asked = holding_problem(problem, sold.reserve(step.total_kw, block))
        verdict = check(asked, step.plan.schedule)
        assert verdict.faults == ()
        assert verdict.lacking_kwh <= 1e-4
        assert np.all(np.array(verdict.unmet_kwh) <= base.unmet_kwh + 1e-3)
        total += round(step.price * step.kw / 1000.0)
        assert total >= (step.plan.cost_eur - base.cost_eur - 1e-9) * MICRO_PER_EURO - len(found)
    prices = [step.price for step in found]
    assert prices == sorted(prices)


def test_one_more_kw_than_the_last_step_cannot_be_held() -> None:
    problem, _ = waiting(4)
    sold = small(FCR_N)
    found = priced(problem, sold, 0, 4, steps=2)
    assert found[-1].total_kw == 30.0  # 4 x 7.7 kWh last an hour for 30.8 kW
    block = np.concatenate((np.ones(4), np.zeros(4)))
    plan = solve(holding_problem(problem, sold.reserve(31.0, block)))
    assert not plan.holds_reserve


def test_holding_beside_the_plan_is_never_more_than_planning_for_it() -> None:
    problem, plan = waiting(4)
    beside = held(problem, plan, small(FCR_N), 0, 4).full_kw
    assert beside <= priced(problem, small(FCR_N), 0, 4, steps=2)[-1].total_kw + 1.0


def test_a_pool_that_cannot_hold_the_least_volume_has_no_price() -> None:
    problem, _ = waiting(4)
    assert priced(problem, FCR_N, 0, 4) == ()
