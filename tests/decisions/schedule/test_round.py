"""A charger runs at its least power or not at all, and the plan says what that costs."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_problems import everything

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Band, Floats, Plan, Problem, Reserve
from sterna.decisions.schedule.promises import phase_weights
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.round import rounded

STEPS = 48


@cache
def planned(seed: int, phases: bool, reserve: bool) -> tuple[Problem, Plan]:  # noqa: FBT001
    """Return a problem whose chargers have a least power, and its plan without that."""
    problem = reference(16, STEPS, seed)
    if phases:
        draw = np.random.Generator(np.random.PCG64(seed))
        used = [((1,), (2,), (3,), (1, 2, 3))[kind] for kind in draw.integers(0, 4, 16)]
        most = problem.site.import_limit_kw / 2.5
        problem = replace(
            problem,
            bands=tuple(
                Band(
                    name=f"L{number + 1}", weight=weight, base_kw=problem.site.load_kw / 3,
                    low_kw=np.full(STEPS, -np.inf), high_kw=most,
                )
                for number, weight in enumerate(phase_weights(used))
            ),
        )  # fmt: skip
    if reserve:
        kw = np.full(STEPS, 3.0)
        problem = replace(problem, reserve=Reserve(up_kw=kw, down_kw=kw, hold_h=0.5))
    plan = solve(problem)
    least = np.where(problem.sessions.charge_kw < 8.0, 1.4, 4.2)
    return replace(problem, sessions=replace(problem.sessions, least_kw=least)), plan


def running(problem: Problem, plan: Plan, step: int) -> tuple[Floats, Floats]:
    """Return the powers (kW, >= 0) of cars that run in *step*, and their least ones."""
    power = np.abs(plan.power_kw[:, step])
    runs = power > 1e-5
    return power[runs], problem.sessions.worthwhile_kw[runs]


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 2), st.integers(0, STEPS - 1), st.booleans(), st.booleans())
def test_nobody_runs_below_the_least_power_and_the_gap_says_what_that_costs(
    seed: int,
    step: int,
    phases: bool,  # noqa: FBT001
    reserve: bool,  # noqa: FBT001
) -> None:
    problem, plan = planned(seed, phases, reserve)
    then = rounded(problem, plan, step)
    power, least = running(problem, then, step)
    forced = np.any(problem.sessions.energy_kwh < problem.sessions.floor_kwh)
    assert np.all(power >= least - 1e-4) or forced
    verdict = check(problem, then.schedule)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(then.cost_eur, rel=1e-6, abs=1e-5)
    assert then.lower_bound_eur == plan.lower_bound_eur
    assert then.cost_eur >= plan.lower_bound_eur - 1e-9
    assert np.all(then.power_kw[:, :step] == plan.power_kw[:, :step])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_rounding_keeps_whatever_a_problem_has(seed: int, step: int) -> None:
    problem = everything(seed)
    plan = solve(problem)
    least = 0.3 * problem.sessions.charge_kw
    stepped = replace(problem, sessions=replace(problem.sessions, least_kw=least))
    then = rounded(stepped, plan, step)
    verdict = check(stepped, then.schedule)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(then.cost_eur, rel=1e-5, abs=1e-3)
    assert then.lower_bound_eur <= then.cost_eur + 1e-9


def equal_cars(count: int, each_kw: float, least_kw: float) -> tuple[Problem, Plan]:
    """Return *count* equal cars that a plan charges with *each_kw* for two hours, under a limit that leaves no more."""
    draw, ones, hours = reference(1, 96), np.ones(count), np.full(4, 0.5)
    present = np.tile(hours, (count, 1))
    sessions = replace(
        draw.sessions, first=np.zeros(count, np.int64), last=np.full(count, 4), present_h=present,
        energy_kwh=10 * ones, floor_kwh=0 * ones, capacity_kwh=60 * ones,
        target_kwh=(10 + 2 * each_kw) * ones, unmet_eur_per_kwh=100 * ones, charge_kw=11 * ones,
        discharge_kw=0 * ones, charge_efficiency=ones, discharge_efficiency=ones,
        wear_eur_per_kwh=0 * ones, knee_kwh=60 * ones, high_eur_per_kwh_h=0 * ones,
    )  # fmt: skip
    flat = np.ones(4)
    site = replace(
        draw.site, load_kw=0 * flat, pv_kw=0 * flat, import_eur_per_kwh=0.2 * flat,
        export_eur_per_kwh=0.1 * flat, import_limit_kw=count * each_kw * flat,
        export_limit_kw=0 * flat, peak_eur_per_kw=0.0, peak_so_far_kw=0.0,
    )  # fmt: skip
    problem = Problem(hours=hours, sessions=sessions, site=site)
    plan = solve(problem)
    even = np.full((count, 4), each_kw * 0.5)
    plan = replace(
        plan, schedule=replace(plan.schedule, charge_kwh=even), power_kw=even / hours,
        energy_kwh=10 + np.cumsum(even, axis=1),
    )  # fmt: skip
    least = replace(sessions, least_kw=least_kw * ones)
    return replace(problem, sessions=least), plan


def test_six_cars_at_2_kw_become_some_at_4_kw_and_take_turns() -> None:
    problem, plan = equal_cars(6, each_kw=2.0, least_kw=4.0)
    then = rounded(problem, plan)
    power, _ = running(problem, then, 0)
    assert power == pytest.approx([4.0, 4.0, 4.0])
    assert then.site_kw == pytest.approx(plan.site_kw)
    assert then.unmet_kwh == pytest.approx(np.zeros(6), abs=1e-9)
    assert then.cost_eur == pytest.approx(plan.cost_eur)  # turns cost nothing here
    assert check(problem, then.schedule).faults == ()


def test_a_rest_that_fills_no_charger_goes_to_those_that_run() -> None:
    problem, plan = equal_cars(7, each_kw=2.0, least_kw=4.0)
    power, _ = running(problem, rounded(problem, plan), 0)
    assert sorted(power) == pytest.approx([4.0, 4.0, 6.0])


def test_a_rest_that_nobody_can_hold_is_dropped_and_missing() -> None:
    problem, plan = equal_cars(1, each_kw=2.0, least_kw=4.0)
    then = rounded(problem, plan)
    assert then.power_kw[0, 0] == 0.0
    assert then.unmet_kwh[0] == pytest.approx(1.0)
    assert then.cost_eur > plan.cost_eur


def test_a_car_below_its_floor_runs_on_with_whatever_it_gets() -> None:
    problem, plan = equal_cars(1, each_kw=2.0, least_kw=4.0)
    floor = replace(problem.sessions, floor_kwh=np.array([20.0]), charge_kw=np.array([2.0]))
    then = rounded(replace(problem, sessions=floor), plan)
    assert then.power_kw[0, 0] == pytest.approx(2.0)


def test_a_plan_without_small_powers_is_left_as_it_is() -> None:
    problem, plan = equal_cars(3, each_kw=6.0, least_kw=4.0)
    assert rounded(problem, plan) is plan
