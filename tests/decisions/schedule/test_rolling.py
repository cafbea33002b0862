"""A schedule kept over time costs what a schedule from scratch costs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.days import Run, fleet, site_series
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import problem_of, remaining
from sterna.kernel.quantities import Instant


def run_of(bays: int, days: float, seed: int = 7) -> Run:
    draw = np.random.Generator(np.random.PCG64(seed))
    return Run(fleet(bays, days, draw), site_series(days, float(bays), draw), draw)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_kept_program_finds_the_cost_of_a_new_one(seed: int) -> None:
    run = run_of(6, 1.0, seed)
    rolling = Rolling()
    moments = run.moments(1.0)[::2]
    for number, (now, until) in enumerate(pairwise(moments)):
        snapshot = run.snapshot(now)
        plan = rolling.solve(snapshot)
        if number % 5 == 0:
            step, edges = remaining(rolling.edges, snapshot.now)
            assert step >= 0
            problem = problem_of(snapshot, edges)
            verdict = check(problem, plan.schedule)
            assert verdict.faults == ()
            assert verdict.cost_eur == pytest.approx(plan.cost_eur, abs=1e-4)
            assert plan.cost_eur == pytest.approx(solve(problem).cost_eur, rel=1e-6)
        run.follow(snapshot, plan, until)


def test_the_same_days_give_the_same_plans() -> None:
    def powers() -> list[bytes]:
        run, rolling, seen = run_of(5, 0.3), Rolling(), []
        moments = run.moments(0.3)
        for now, until in pairwise(moments):
            snapshot = run.snapshot(now)
            plan = rolling.solve(snapshot)
            seen.append(plan.power_kw.tobytes())
            run.follow(snapshot, plan, until)
        return seen

    assert powers() == powers()


def test_a_site_that_every_car_has_left_is_planned_on() -> None:
    """The program still knows the cars of the evening; none of them is in the next question."""
    run, rolling = run_of(4, 0.5), Rolling()
    busy = [now for now in run.moments(0.5) if run.snapshot(now).stays]
    parked = run.snapshot(busy[len(busy) // 2])
    rolling.solve(parked)
    empty = replace(parked, now=Instant(parked.now + 60.0), stays=())
    plan = rolling.solve(empty)
    assert plan.power_kw.shape[0] == 0
    step, edges = remaining(rolling.edges, empty.now)
    assert step >= 0
    assert plan.cost_eur == pytest.approx(solve(problem_of(empty, edges)).cost_eur, rel=1e-6)
