"""Envelopes: every figure is reached by a schedule that serves all drivers, and none is left out."""

from dataclasses import replace

import numpy as np
import pytest
from flexible_fleets import alone, dear, fleet, parked
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sterna.decisions.flexibility.envelope import energy_envelope, power_envelope
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Floats, Plan, Problem, Schedule

seeds = st.integers(0, 10_000)
curves = st.sampled_from([1, 2])


def fleet_kwh(schedule: Schedule) -> Floats:
    found: Floats = (schedule.charge_kwh - schedule.discharge_kwh).sum(axis=0)
    return found


def assert_kept(problem: Problem, plan: Plan, schedule: Schedule) -> None:
    verdict = check(problem, schedule)
    assert verdict.faults == ()
    assert np.all(np.array(verdict.unmet_kwh) <= plan.unmet_kwh + 1e-4)
    assert verdict.over_kwh <= plan.schedule.over_kwh.sum() + 1e-4


@settings(max_examples=8, deadline=None)
@given(seeds, curves)
def test_each_step_s_power_is_reached_by_a_schedule_that_follows_the_plan_until_then(
    seed: int, pieces: int
) -> None:
    problem = fleet(seed, pieces=pieces)
    plan = solve(problem)
    found = power_envelope(problem, plan.schedule)
    for edge, schedules in ((found.least_kw, found.least), (found.most_kw, found.most)):
        for step, schedule in enumerate(schedules):
            assert_kept(problem, plan, schedule)
            moved = fleet_kwh(schedule)
            assert moved[step] / problem.hours[step] == pytest.approx(edge[step], abs=1e-4)
            assert moved[:step] == pytest.approx(fleet_kwh(plan.schedule)[:step], abs=1e-4)
    assert np.all(found.bound_least_kw <= found.least_kw + 1e-6)
    assert np.all(found.bound_most_kw >= found.most_kw - 1e-6)


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_a_car_of_one_efficiency_is_never_short_of_its_bound(seed: int) -> None:
    problem = fleet(seed)
    found = power_envelope(problem, solve(problem).schedule)
    assert found.least_kw == pytest.approx(found.bound_least_kw, abs=1e-4)
    assert found.most_kw == pytest.approx(found.bound_most_kw, abs=1e-4)


@settings(max_examples=6, deadline=None)
@given(seeds, curves)
@example(98, 2)  # a battery that only a binary keeps from being filled beyond its end
@example(112, 2)
@example(8, 1)  # what one step asked of a full battery was held against all the next ones
def test_no_plan_leaves_the_energy_envelope_whatever_the_prices(seed: int, pieces: int) -> None:
    problem = dear(fleet(seed, pieces=pieces))
    plan = solve(problem)
    found = energy_envelope(problem, plan.schedule)
    for schedule in (*found.least, *found.most):
        assert_kept(problem, plan, schedule)
    draw = np.random.Generator(np.random.PCG64(seed))
    other = draw.uniform(0.05, 0.6, len(problem.hours))
    site = replace(problem.site, import_eur_per_kwh=other, export_eur_per_kwh=other - 0.01)
    schedule = solve(replace(problem, site=site)).schedule
    # Who leaves more sun unused has more room to give back: that is not the fleet's doing.
    assume(np.all(schedule.curtailed_kwh <= plan.schedule.curtailed_kwh + 1e-6))
    assert np.all(found.least_kwh <= np.cumsum(fleet_kwh(schedule)) + 1e-3)


@settings(max_examples=6, deadline=None)
@given(seeds, curves)
def test_a_tighter_connection_never_widens_the_envelope(seed: int, pieces: int) -> None:
    problem = fleet(seed, pieces=pieces)
    plan = solve(problem)
    tight = energy_envelope(problem, plan.schedule)
    wide = energy_envelope(alone(problem), plan.schedule)
    assert np.all(wide.least_kwh <= tight.least_kwh + 1e-4)


def test_four_idle_cars_can_go_both_ways_until_their_batteries_end() -> None:
    hours = np.full(4, 1.0)
    problem = parked(
        4, kw=10.0, energy_kwh=40.0, floor_kwh=20.0, target_kwh=20.0, hours=hours, efficiency=1.0
    )
    idle = replace(problem.sessions, discharge_kw=np.zeros(4))
    plan = solve(replace(problem, sessions=idle)).schedule
    power = power_envelope(problem, plan)
    assert power.up_kw == pytest.approx(np.full(4, 40.0))
    assert power.down_kw == pytest.approx(np.full(4, 40.0))
    energy = energy_envelope(problem, plan)
    assert energy.most_kwh == pytest.approx([40.0, 80.0, 80.0, 80.0])
    assert energy.least_kwh == pytest.approx([-40.0, -80.0, -80.0, -80.0])


def test_a_shared_limit_is_shared() -> None:
    hours = np.full(4, 1.0)
    problem = parked(
        4, kw=10.0, energy_kwh=40.0, floor_kwh=20.0, target_kwh=20.0, hours=hours, efficiency=1.0
    )
    site = replace(problem.site, import_limit_kw=np.full(4, 15.0), export_limit_kw=np.full(4, 25.0))
    problem = replace(problem, site=site)
    idle = replace(problem.sessions, discharge_kw=np.zeros(4))
    plan = solve(replace(problem, sessions=idle)).schedule
    power, energy = power_envelope(problem, plan), energy_envelope(problem, plan)
    assert power.most_kw == pytest.approx(np.full(4, 15.0))
    assert power.least_kw == pytest.approx(np.full(4, -25.0))
    assert energy.most_kwh == pytest.approx([15.0, 30.0, 45.0, 60.0])
    assert energy.least_kwh == pytest.approx([-25.0, -50.0, -75.0, -80.0])
