"""A converter runs properly or not at all, unless somebody needs it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from msgspec import structs

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.days import Run, fleet, site_series
from sterna.decisions.schedule.dribble import FAINT_KW, lived
from sterna.decisions.schedule.hull import curve_of
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Plan, Problem
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import problem_of, remaining
from sterna.decisions.schedule.stay import Stay
from sterna.domain.converter import Conversion
from sterna.kernel.quantities import Kilowatts, Share

CELLS = Share(0.985)
KIND = Conversion(size_kw=Kilowatts(11.0))


def knowing(stay: Stay) -> Stay:
    """Return *stay* with the loss curve of its converter."""
    converter = KIND.converter(stay.charge_kw, stay.discharge_kw)
    return structs.replace(stay, curve=curve_of(converter, CELLS), least_kw=converter.worthwhile_kw)


def run_of(bays: int, days: float, seed: int) -> Run:
    draw = np.random.Generator(np.random.PCG64(seed))
    stays = [knowing(stay) for stay in fleet(bays, days, draw)]
    return Run(stays, site_series(days, float(bays), draw), draw)


def faint(problem: Problem, plan: Plan) -> list[tuple[int, float]]:
    """Return (step, kW) of the near steps in which all cars together run, but faintly."""
    found = []
    for moved in (plan.schedule.charge_kwh, plan.schedule.discharge_kwh):
        together = moved.sum(axis=0) / problem.hours
        found += [(step, float(kw)) for step, kw in enumerate(together) if 1e-5 < kw < FAINT_KW]
    return [(step, kw) for step, kw in found if problem.hours[step] <= 0.25]


@pytest.mark.parametrize("load_kw", [0.25, 0.3, 0.35])
def test_a_planner_with_one_efficiency_dribbles_and_loses_money_where_one_that_knows_does_not(
    load_kw: float,
) -> None:
    naive = lived(knows=False, load_kw=load_kw, spare_kw=load_kw)
    knows = lived(knows=True, load_kw=load_kw, spare_kw=load_kw)
    assert naive.faint_h > 4.0
    assert knows.faint_h == 0.0
    assert naive.lost_kwh > 1.0
    assert knows.cost_eur < naive.cost_eur * 0.99
    assert knows.soc >= 0.599


def test_where_powers_are_proper_the_plan_that_knows_uses_the_battery() -> None:
    naive, knows = (
        lived(knows=False, load_kw=5, spare_kw=4),
        lived(knows=True, load_kw=5, spare_kw=4),
    )
    assert knows.lost_kwh > 1.0
    assert knows.faint_h == 0.0
    assert knows.cost_eur <= naive.cost_eur


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plans_that_know_the_curve_are_sound_and_never_faint_beyond_need(seed: int) -> None:
    run, rolling = run_of(2, 1.0, seed), Rolling()
    moments = run.moments(1.0)[::3]
    for now, until in pairwise(moments):
        snapshot = run.snapshot(now)
        plan = rolling.solve(snapshot)
        step, edges = remaining(rolling.edges, snapshot.now)
        assert step >= 0
        problem = problem_of(snapshot, edges)
        verdict = check(problem, plan.schedule)
        assert verdict.faults == ()
        assert verdict.cost_eur == pytest.approx(plan.cost_eur, rel=1e-5, abs=1e-4)
        assert plan.lower_bound_eur <= plan.cost_eur + 1e-6
        if faint(problem, plan):
            free = replace(problem, sessions=replace(problem.sessions, least_kw=None))
            need = solve(free)
            assert plan.unmet_kwh.sum() <= need.unmet_kwh.sum() + 1e-3
            assert plan.schedule.over_kwh.sum() <= need.schedule.over_kwh.sum() + 1e-3
        run.follow(snapshot, plan, until)


def test_a_driver_in_need_is_served_with_whatever_is_left() -> None:
    """An import limit leaves 0.3 kW: that is faint, and all that there is."""
    run = run_of(1, 0.5, 5)
    stay = structs.replace(run.stays[0], target_kwh=run.stays[0].capacity_kwh)
    snapshot = run.snapshot(
        float(stay.arrival) if stay.arrival > run.moments(0.5)[0] else run.moments(0.5)[0]
    )
    load, pv = snapshot.load_kw, snapshot.pv_kw
    tight = replace(
        snapshot, stays=(structs.replace(snapshot.stays[0], energy_kwh=stay.floor_kwh, target_kwh=stay.target_kwh, may_discharge=False),),
        pv_kw=replace(pv, values=np.zeros_like(pv.values)),
        import_limit_kw=replace(load, values=load.values + 0.3),
    )  # fmt: skip
    rolling = Rolling()
    plan = rolling.solve(tight)
    assert plan.power_kw[0, 0] == pytest.approx(0.3, abs=0.02)
    assert solve(problem_of(tight, remaining(rolling.edges, tight.now)[1])).power_kw[0, 0] == (
        pytest.approx(0.3, abs=0.02)
    )


def test_a_program_grows_when_the_first_curve_comes_and_keeps_old_cars() -> None:
    run, rolling = run_of(3, 0.5, 9), Rolling()
    snapshot = next(
        run.snapshot(now) for now in run.moments(0.5) if len(run.snapshot(now).stays) > 1
    )
    plain = replace(
        snapshot, stays=tuple(structs.replace(stay, curve=None) for stay in snapshot.stays)
    )
    first = rolling.solve(plain)
    assert first.solver in ("rolling", "milp")
    mixed = replace(snapshot, stays=(plain.stays[0], *snapshot.stays[1:]))
    second = rolling.solve(mixed)
    step, edges = remaining(rolling.edges, mixed.now)
    assert step >= 0
    problem = problem_of(mixed, edges)
    assert check(problem, second.schedule).faults == ()
    assert second.lower_bound_eur == pytest.approx(solve(problem).lower_bound_eur, rel=1e-6)
