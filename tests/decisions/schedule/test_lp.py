"""The schedule from scratch: golden costs, laws, and the steps where a plain LP would cheat."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_problems import random_problem, tame

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Plan, Problem, Sessions, Site
from sterna.decisions.schedule.reference import reference

seeds = st.integers(0, 10_000)


@pytest.mark.parametrize(("count", "cost_eur"), [(10, 37.26848), (100, 480.27225)])
def test_reference_instances_have_their_golden_cost(count: int, cost_eur: float) -> None:
    problem = reference(count)
    plan = solve(problem)
    assert plan.cost_eur == pytest.approx(cost_eur, abs=1e-5)
    assert plan.gap < 1e-9
    verdict = check(problem, plan.schedule)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(plan.cost_eur, abs=1e-6)


def assert_sound(problem: Problem, plan: Plan) -> None:
    """Check *plan* from outside: feasible, priced right, above its lower bound."""
    verdict = check(problem, plan.schedule)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(plan.cost_eur, rel=1e-5, abs=1e-4)
    assert plan.lower_bound_eur <= plan.cost_eur + 1e-9
    assert verdict.unmet_kwh == pytest.approx(plan.unmet_kwh, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_any_problem_gets_a_sound_plan(seed: int) -> None:
    problem = random_problem(seed)
    plan = solve(problem)
    assert_sound(problem, plan)
    assert plan.gap < 1e-3


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_giving_back_never_costs_more_than_charging_alone(seed: int) -> None:
    problem = tame(random_problem(seed))
    alone = replace(problem.sessions, discharge_kw=np.zeros(len(problem.sessions)))
    assert solve(problem).cost_eur <= solve(replace(problem, sessions=alone)).cost_eur + 1e-6


@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(1.0, 3.0))
def test_looser_limits_never_cost_more(seed: int, looser: float) -> None:
    problem = tame(random_problem(seed))
    site = replace(
        problem.site,
        import_limit_kw=problem.site.import_limit_kw * looser,
        export_limit_kw=problem.site.export_limit_kw * looser,
    )
    assert solve(replace(problem, site=site)).cost_eur <= solve(problem).cost_eur + 1e-6


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_more_sun_never_costs_more(seed: int) -> None:
    problem = tame(random_problem(seed))
    site = replace(problem.site, pv_kw=problem.site.pv_kw + 5.0)
    assert solve(replace(problem, site=site)).cost_eur <= solve(problem).cost_eur + 1e-6


def test_equal_problems_give_equal_bytes() -> None:
    first, second = solve(reference(30)), solve(reference(30))
    assert first.power_kw.tobytes() == second.power_kw.tobytes()


def one_car(*, price: float, pay: float, wear: float = 0.0, limit: float = np.inf) -> Problem:
    """Return one full car on one step, at *price* for import and *pay* for export."""
    one = np.ones(1)
    return Problem(
        hours=one,
        sessions=Sessions(
            first=np.zeros(1, dtype=np.int64),
            last=np.ones(1, dtype=np.int64),
            present_h=np.ones((1, 1)),
            energy_kwh=50 * one,
            floor_kwh=10 * one,
            capacity_kwh=50 * one,
            target_kwh=50 * one,
            unmet_eur_per_kwh=one,
            charge_kw=11 * one,
            discharge_kw=11 * one,
            charge_efficiency=0.9 * one,
            discharge_efficiency=0.9 * one,
            wear_eur_per_kwh=wear * one,
            knee_kwh=50 * one,
            high_eur_per_kwh_h=0 * one,
        ),
        site=Site(
            load_kw=5 * one,
            pv_kw=2 * one,
            import_eur_per_kwh=price * one,
            export_eur_per_kwh=pay * one,
            import_limit_kw=limit * one,
            export_limit_kw=50 * one,
            peak_eur_per_kw=0.0,
            peak_so_far_kw=0.0,
        ),
    )


def test_a_full_car_does_not_burn_energy_for_a_negative_price() -> None:
    plan = solve(one_car(price=-0.5, pay=-0.5))
    assert plan.solver == "milp"
    assert plan.power_kw[0, 0] == pytest.approx(0, abs=1e-5)
    assert plan.schedule.curtailed_kwh == pytest.approx([2])  # paid to import: the sun has to wait


def test_a_site_does_not_import_and_export_at_once_where_pay_exceeds_price() -> None:
    problem = one_car(price=0.1, pay=0.3)
    plan = solve(problem)
    assert plan.solver == "milp"
    assert_sound(problem, plan)


def test_a_building_above_its_limit_still_gets_a_plan_that_says_so() -> None:
    plan = solve(one_car(price=0.2, pay=0.1, wear=0.02, limit=0.0))
    assert plan.within_limits is True  # the car feeds the building: 3 kW from the battery
    assert plan.power_kw[0, 0] == pytest.approx(-3)
    empty = one_car(price=0.2, pay=0.1, limit=0.0)
    cars = replace(empty.sessions, energy_kwh=np.array([10.0]))
    plan = solve(replace(empty, sessions=cars))
    assert plan.within_limits is False
    assert plan.schedule.over_kwh == pytest.approx([3])


def test_a_car_below_its_floor_charges_at_full_power_first() -> None:
    problem = one_car(price=3.0, pay=0.0)
    cars = replace(problem.sessions, energy_kwh=np.array([5.0]), floor_kwh=np.array([40.0]))
    plan = solve(replace(problem, sessions=cars))
    assert plan.power_kw[0, 0] == pytest.approx(11)


def test_without_cars_the_plan_is_the_building() -> None:
    plan = solve(reference(0))
    assert plan.power_kw.shape == (0, 96)
    assert plan.gap == 0
