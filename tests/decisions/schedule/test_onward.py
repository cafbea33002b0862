"""The next control step: executed as planned, seen anew, the same each time."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.onward import CHANGED_STEPS_MAX, Onward, next_step
from sterna.decisions.schedule.problem import Plan, Problem
from sterna.decisions.schedule.reference import reference


def stepped(seed: int, count: int = 12, steps: int = 24) -> tuple[Problem, Plan, Onward]:
    problem = reference(count, steps, seed)
    plan = solve(problem)
    return problem, plan, next_step(problem, plan, np.random.Generator(np.random.PCG64(seed)))


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_who_stays_holds_what_the_plan_said_and_who_left_is_gone(seed: int) -> None:
    problem, plan, step = stepped(seed)
    before, after = problem.sessions, step.problem.sessions
    assert len(step.problem.hours) == len(problem.hours) - 1
    assert set(step.kept) == {i for i in range(len(before)) if before.last[i] > 1}
    for new, old in enumerate(step.kept):
        here = before.first[old] == 0
        held = plan.energy_kwh[old, 0] if here else before.energy_kwh[old]
        assert after.energy_kwh[new] == held
        assert after.first[new] == max(before.first[old] - 1, 0)
        assert after.capacity_kwh[new] == before.capacity_kwh[old]


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_next_problem_has_a_plan_within_its_limits(seed: int) -> None:
    _, _, step = stepped(seed)
    plan = solve(step.problem)
    assert check(step.problem, plan.schedule).faults == ()
    assert plan.within_limits
    assert step.problem.site.peak_so_far_kw >= 0


def test_the_peak_of_the_executed_step_is_behind_us() -> None:
    problem, plan, step = stepped(1)
    imported = plan.schedule.import_kwh[0] / problem.hours[0]
    assert step.problem.site.peak_so_far_kw == max(problem.site.peak_so_far_kw, imported)


def test_a_few_drivers_change_their_departure_and_nobody_leaves_before_coming() -> None:
    problem, _, step = stepped(3, count=400)
    before, after = problem.sessions, step.problem.sessions
    moved = after.last - (before.last[step.kept] - 1)
    assert 0 < np.count_nonzero(moved) < 0.05 * len(step.kept)
    assert np.all(np.abs(moved) <= CHANGED_STEPS_MAX + 2)
    assert np.all(after.last > after.first)
    assert np.all(after.last <= len(step.problem.hours))
    step_index = np.arange(len(step.problem.hours))
    stays = (step_index >= after.first[:, None]) & (step_index < after.last[:, None])
    assert np.all((after.present_h > 0) == stays)


def test_the_same_draw_gives_the_same_next_step() -> None:
    first, second = stepped(5)[2].problem, stepped(5)[2].problem
    for field in fields(first.site):
        assert np.array_equal(getattr(first.site, field.name), getattr(second.site, field.name))
    assert np.array_equal(first.sessions.last, second.sessions.last)


def test_what_sessions_may_have_beside_comes_along() -> None:
    problem = reference(6, 24, 2)
    cars = problem.sessions
    powers = np.stack((cars.charge_kw / 2, cars.charge_kw / 2))
    shares = np.stack((cars.charge_efficiency, cars.charge_efficiency - 0.01))
    rich = replace(
        problem,
        sessions=replace(
            cars,
            charge_pieces=np.stack((powers, shares)),
            early_kwh=cars.floor_kwh,
            early_eur_per_kwh=np.zeros((6, 24)),
        ),
    )
    step = next_step(rich, solve(rich), np.random.Generator(np.random.PCG64(1)))
    after = step.problem.sessions
    assert after.charge_pieces is not None
    assert after.early_eur_per_kwh is not None
    assert after.charge_pieces.shape == (2, 2, len(step.kept))
    assert after.early_eur_per_kwh.shape == (len(step.kept), 23)


def test_after_the_last_step_there_is_no_next_one() -> None:
    problem, plan, _ = stepped(1)
    last = replace(problem, hours=problem.hours[:1])
    with pytest.raises(AssertionError, match="nothing to decide"):
        next_step(last, plan, np.random.Generator(np.random.PCG64(1)))
