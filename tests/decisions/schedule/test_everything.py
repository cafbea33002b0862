"""Bands, reserve, levy, early leavers and fair shares, alone and all at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_problems import everything

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Plan, Problem

seeds = st.integers(0, 10_000)


def assert_sound(problem: Problem, plan: Plan) -> None:
    """Check *plan* from outside: feasible, priced right, above its lower bound."""
    verdict = check(problem, plan.schedule)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(plan.cost_eur, rel=1e-5, abs=1e-3)
    assert plan.lower_bound_eur <= plan.cost_eur + 1e-9
    assert verdict.unmet_kwh == pytest.approx(plan.unmet_kwh, abs=1e-4)
    assert plan.costs is not None
    assert plan.costs.total == pytest.approx(plan.cost_eur)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_any_problem_with_anything_gets_a_sound_plan(seed: int) -> None:
    problem = everything(seed)
    plan = solve(problem)
    assert_sound(problem, plan)
    assert plan.gap < 1e-3
