"""Each car's own edges: the closed form is what a linear program finds, and every move within leads on."""

from dataclasses import replace

import numpy as np
import pytest
from flexible_fleets import alone, fleet
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.flexibility import reach
from sterna.decisions.flexibility.course import (
    course_of,
    followed,
    metered,
    powers,
    schedule_of,
    stored,
)
from sterna.decisions.flexibility.room import greatest
from sterna.decisions.flexibility.task import task_of
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve

seeds = st.integers(0, 10_000)
curves = st.sampled_from([1, 2])


@settings(max_examples=25, deadline=None)
@given(seeds, curves)
def test_metering_undoes_storing(seed: int, pieces: int) -> None:
    problem = fleet(seed, pieces=pieces)
    least, most = powers(problem)
    draw = np.random.Generator(np.random.PCG64(seed))
    moved = least + (most - least) * draw.random(least.shape)
    assert metered(problem, stored(problem, moved)) == pytest.approx(moved, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seeds, curves)
def test_a_course_costs_its_schedule_nothing(seed: int, pieces: int) -> None:
    problem = fleet(seed, pieces=pieces)
    plan = solve(problem)
    again = schedule_of(problem, course_of(problem, plan.schedule))
    verdict = check(problem, again)
    assert verdict.faults == ()
    assert verdict.unmet_kwh == pytest.approx(plan.unmet_kwh, abs=1e-4)
    assert verdict.over_kwh == pytest.approx(plan.schedule.over_kwh.sum(), abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(seeds, curves, st.integers(0, 7), st.sampled_from([-1.0, 1.0]))
def test_the_closed_form_is_what_a_linear_program_finds(
    seed: int, pieces: int, step: int, sign: float
) -> None:
    problem = alone(fleet(seed, pieces=pieces))
    ground = course_of(problem, solve(problem).schedule)
    edge = reach.power_range(problem, ground)[0 if sign < 0 else 1][:, step]
    room = float(np.abs(edge - ground.moved_kwh[:, step]).sum()) / problem.hours[step]
    blank = task_of(problem, ground, step)
    window = np.arange(len(problem.hours)) == step
    task = replace(
        blank,
        sign=sign * window,
        low_kw=np.where(window, ground.fleet_kw, blank.low_kw),
        high_kw=np.where(window, ground.fleet_kw, blank.high_kw),
        volume_kw=1e4,
    )
    found = greatest(problem, ground, task)
    assert found.volume_kw == pytest.approx(room, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(seeds, curves)
def test_every_walk_between_the_lines_keeps_floor_and_target(seed: int, pieces: int) -> None:
    problem = alone(fleet(seed, pieces=pieces))
    plan = solve(problem)
    ground = course_of(problem, plan.schedule)
    lines = reach.lines(problem, ground)
    least, most = powers(problem)
    into, out = stored(problem, most), stored(problem, least)
    draw = np.random.Generator(np.random.PCG64(seed))
    now, changes = problem.sessions.energy_kwh, []
    for step in range(len(problem.hours)):
        low = np.maximum(lines.low[:, step] - now, out[:, step])
        high = np.minimum(lines.high[:, step] - now, into[:, step])
        change = low + (high - low) * draw.random(len(now))
        changes.append(change)
        now = now + change
    walk = followed(problem, metered(problem, np.stack(changes, axis=1)), ground.curtailed_kwh)
    verdict = check(problem, schedule_of(problem, walk))
    assert verdict.faults == ()
    assert np.all(np.array(verdict.unmet_kwh) <= plan.unmet_kwh + 1e-4)


@settings(max_examples=25, deadline=None)
@given(seeds, curves)
def test_earliest_holds_the_most_and_latest_the_least(seed: int, pieces: int) -> None:
    problem = alone(fleet(seed, pieces=pieces))
    ground = course_of(problem, solve(problem).schedule)
    high, low = reach.earliest(problem, ground), reach.latest(problem, ground)
    assert np.all(high.stored_kwh >= ground.stored_kwh - 1e-6)
    assert np.all(low.stored_kwh <= ground.stored_kwh + 1e-6)
    for edge in (high, low):
        assert check(problem, schedule_of(problem, edge)).faults == ()
