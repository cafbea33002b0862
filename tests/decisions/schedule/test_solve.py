"""The one entry point: the method by size, and always a proof."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_problems import everything, tame

from sterna.decisions.schedule import lp
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.problem import Reserve
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.solve import SIMPLEX_CARS_MAX, solve


@pytest.mark.parametrize(
    ("count", "solver"),
    [(SIMPLEX_CARS_MAX, "lp"), (SIMPLEX_CARS_MAX + 1, "interior"), (100, "interior")],
)
def test_the_method_goes_by_size_and_the_plan_is_optimal(count: int, solver: str) -> None:
    problem = reference(count)
    plan = solve(problem)
    assert plan.solver == solver
    assert plan.gap <= 1e-7
    assert plan.cost_eur == pytest.approx(lp.solve(problem).cost_eur, rel=1e-6)
    assert not check(problem, plan.schedule).faults


def test_prices_and_values_agree_with_the_simplex_method() -> None:
    problem = reference(60)
    ours, theirs = solve(problem), lp.solve(problem)
    assert ours.solver == "interior"
    assert np.allclose(ours.price_eur_per_kwh, theirs.price_eur_per_kwh, atol=1e-3)
    stays = theirs.energy_kwh > 0
    apart = np.abs(ours.value_eur_per_kwh - theirs.value_eur_per_kwh)[stays]
    assert np.quantile(apart, 0.9) < 5e-3


def test_a_reserve_goes_to_the_linear_program() -> None:
    problem = reference(SIMPLEX_CARS_MAX + 5, 12)
    reserve = Reserve(up_kw=np.full(12, 5.0), down_kw=np.full(12, 5.0), hold_h=0.25)
    plan = solve(replace(problem, reserve=reserve))
    assert plan.solver == "lp"
    assert plan.holds_reserve


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_fleet_with_every_promise_is_within_its_tolerance(seed: int) -> None:
    problem = replace(tame(everything(seed, SIMPLEX_CARS_MAX + 5, 10)), reserve=None)
    plan = solve(problem, tolerance=1e-3)
    assert not check(problem, plan.schedule).faults
    assert plan.gap <= 2e-3


def test_a_warm_start_finds_the_same_optimum_in_fewer_steps() -> None:
    problem = reference(120)
    cold = solve(problem)
    later = replace(problem, site=replace(problem.site, load_kw=1.02 * problem.site.load_kw))
    warm, again = solve(later, warm=cold), solve(later)
    assert warm.gap <= 1e-7
    assert warm.cost_eur == pytest.approx(again.cost_eur, rel=1e-6)
    assert warm.iterations < again.iterations


@pytest.mark.parametrize("price", [np.nan, np.inf, -np.inf, 1e300, 1e9, 300.0, -300.0])
def test_a_last_plan_with_rubbish_for_prices_spoils_nothing(price: float) -> None:
    problem = reference(450, 24)
    last = solve(problem, tolerance=1e-3)
    rubbish = replace(last, price_eur_per_kwh=np.full(24, price))
    plan = solve(problem, tolerance=1e-3, warm=rubbish)
    assert plan.gap <= 1e-3
    assert not check(problem, plan.schedule).faults


def test_equal_problems_give_equal_bytes() -> None:
    problem = reference(150)
    first, second = solve(problem, threads=1), solve(problem, threads=2)
    assert first.power_kw.tobytes() == second.power_kw.tobytes()
    assert first.price_eur_per_kwh.tobytes() == second.price_eur_per_kwh.tobytes()


@pytest.mark.parametrize("count", [5, 60])
def test_a_load_that_is_no_number_is_refused_by_name(count: int) -> None:
    problem = reference(count, 24)
    load = problem.site.load_kw.copy()
    load[3] = np.nan
    with pytest.raises(ValueError, match="load_kw: not every value is a finite number"):
        solve(replace(problem, site=replace(problem.site, load_kw=load)))


@pytest.mark.parametrize("count", [5, 60])
@pytest.mark.parametrize("name", ["import_limit_kw", "charge_kw"])
def test_no_value_at_all_may_be_no_number(count: int, name: str) -> None:
    problem = reference(count, 24)
    part = "site" if hasattr(problem.site, name) else "sessions"
    values = getattr(getattr(problem, part), name).copy()
    values[2] = np.nan
    broken = replace(getattr(problem, part), **{name: values})
    with pytest.raises(ValueError, match=f"{name}: not every value is a number"):
        solve(replace(problem, **{part: broken}))


@pytest.mark.parametrize("asked", [{"threads": 0}, {"tolerance": -1.0}, {"tolerance": np.nan}])
def test_a_plan_without_threads_or_with_no_tolerance_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least 0 and at least 1"):
        solve(reference(60, 24), **asked)


@pytest.mark.parametrize("count", [5, 60])
@pytest.mark.parametrize(("first", "last"), [(4, 4), (-1, 3), (20, 25), (9, 3)])
def test_a_session_that_has_no_step_of_the_horizon_is_refused(
    count: int, first: int, last: int
) -> None:
    problem = reference(count, 24)
    begins, ends = problem.sessions.first.copy(), problem.sessions.last.copy()
    begins[2], ends[2] = first, last
    with pytest.raises(ValueError, match="not every session lies in the 24 steps"):
        solve(replace(problem, sessions=replace(problem.sessions, first=begins, last=ends)))


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "present_h: of shape": ("sessions", {"present_h": np.ones((60, 23))}),
    "charge_kw: of shape": ("sessions", {"charge_kw": np.ones(59)}),
    "charge_pieces: of shape": ("sessions", {"charge_pieces": np.ones(60)}),
    "present_h: not every": ("sessions", {"present_h": np.full((60, 24), -1.0)}),
    "discharge efficiency: not every": ("sessions", {"discharge_efficiency": np.zeros(60)}),
    "load_kw: of shape": ("site", {"load_kw": np.ones(23)}),
    "import_limit_kw: of shape": ("site", {"import_limit_kw": np.ones(1)}),
}
"""What the error says, where the fault is, and the fault."""


@pytest.mark.parametrize("said", REFUSED)
def test_arrays_that_make_no_problem_are_refused_by_name(said: str) -> None:
    problem, (part, fault) = reference(60, 24), REFUSED[said]
    broken: dict[str, Any] = {part: replace(getattr(problem, part), **fault)}
    with pytest.raises(ValueError, match=said):
        solve(replace(problem, **broken))


@pytest.mark.parametrize("hour", [0.0, -1.0, np.nan, np.inf])
def test_a_step_that_is_no_time_is_refused(hour: float) -> None:
    problem = reference(60, 24)
    hours = problem.hours.copy()
    hours[3] = hour
    with pytest.raises(ValueError, match="hours: not every step has a length above 0"):
        solve(replace(problem, hours=hours))


@pytest.mark.parametrize("count", [60, 300])
def test_whole_numbers_and_other_layouts_of_memory_are_planned_for_as_well(count: int) -> None:
    drawn = reference(count, 24)
    cars = drawn.sessions
    rounded = ("energy_kwh", "charge_kw", "capacity_kwh", "target_kwh", "knee_kwh")
    problem = replace(
        drawn,
        hours=np.ones(24),
        sessions=replace(
            cars, present_h=np.sign(cars.present_h),
            **{name: np.round(getattr(cars, name)) for name in rounded},
        ),
    )  # fmt: skip
    plain = problem.sessions
    whole: dict[str, Any] = {name: getattr(plain, name).astype(np.int64) for name in rounded}
    whole |= {name: getattr(plain, name).astype(np.int32) for name in ("first", "last")}
    whole["present_h"] = np.asfortranarray(plain.present_h)
    whole["wear_eur_per_kwh"] = np.repeat(plain.wear_eur_per_kwh, 2)[::2]
    same = replace(problem, hours=np.ones(24, dtype=np.int64), sessions=replace(plain, **whole))
    one, other = solve(problem, tolerance=1e-3), solve(same, tolerance=1e-3)
    again = solve(same, tolerance=1e-3, warm=other)
    for plan in (one, other, again):
        assert plan.solver == "interior"
        assert plan.gap <= 1e-3
        assert plan.cost_eur == pytest.approx(one.cost_eur, rel=1e-3)
