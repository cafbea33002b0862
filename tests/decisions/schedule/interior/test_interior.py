"""The interior-point method against HiGHS, against itself, and in numpy as in C."""

import _ctypes
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from schedule_problems import everything, tame

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.columns import left_out
from sterna.decisions.schedule.interior import around, built, costs, dense, follow, lay
from sterna.decisions.schedule.interior import solve as method
from sterna.decisions.schedule.interior.chain import lower_bound
from sterna.decisions.schedule.interior.costs import Chains
from sterna.decisions.schedule.interior.flows import flows_of
from sterna.decisions.schedule.interior.follow import Follower
from sterna.decisions.schedule.interior.lay import layout_of
from sterna.decisions.schedule.interior.layout import in_steps
from sterna.decisions.schedule.interior.solve import solve_interior
from sterna.decisions.schedule.lp import build
from sterna.decisions.schedule.plan import costs_of
from sterna.decisions.schedule.problem import Problem
from sterna.decisions.schedule.program import Program
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.solve import laid_out

KINDS = ["numpy", *(["compiled"] if built.library() else [])]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run with the passes that the parameter names."""
    if request.param == "numpy":
        monkeypatch.setattr(method, "library", lambda: None)
        monkeypatch.setattr(follow, "library", lambda: None)
        monkeypatch.setattr(dense, "library", lambda: None)
        monkeypatch.setattr(costs, "library", lambda: None)
        monkeypatch.setattr(around, "library", lambda: None)
        monkeypatch.setattr(lay, "library", lambda: None)
    return str(request.param)


def optimum(problem: Problem) -> float:
    """Return what the simplex method says of the linear program, EUR."""
    program = Program()
    layout = build(problem, program)
    assert program.run()
    return program.objective + left_out(problem, layout.where)


def without_reserve(seed: int, cars: int = 6, steps: int = 12) -> Problem:
    return replace(everything(seed, cars, steps), reserve=None)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
@example(83)  # three bands that contradict each other
@example(293)  # a curve of several pieces where nothing may be exported
def test_the_bound_is_below_the_optimum_and_the_optimum_below_the_cost(seed: int) -> None:
    problem = without_reserve(seed)
    best = optimum(problem)
    found = solve_interior(problem, tolerance=1e-7)
    slack = 1e-6 * max(1.0, abs(best))
    assert found.bound_eur <= best + slack
    assert best <= found.cost_eur + slack


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_schedule_is_sound_and_costs_what_it_says(seed: int) -> None:
    problem = without_reserve(seed)
    plan = laid_out(problem, solve_interior(problem, tolerance=1e-6), None)
    verdict = check(problem, plan.schedule)
    assert not verdict.faults
    assert verdict.cost_eur == pytest.approx(plan.cost_eur, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_where_the_linear_program_is_exact_it_is_solved_to_its_optimum(
    seed: int, kind: str
) -> None:
    problem = replace(tame(without_reserve(seed)), bands=())
    best = optimum(problem)
    found = solve_interior(problem, tolerance=1e-7)
    assert found.bound_eur == pytest.approx(best, rel=3e-7, abs=3e-7)
    assert found.cost_eur == pytest.approx(best, rel=2e-3, abs=1e-6)


@pytest.mark.parametrize(("count", "cost_eur"), [(10, 37.26848), (100, 480.27225)])
def test_reference_instances_have_their_golden_cost(count: int, cost_eur: float, kind: str) -> None:
    found = solve_interior(reference(count), tolerance=1e-7)
    assert found.cost_eur == pytest.approx(cost_eur, abs=1e-4)
    assert found.bound_eur == pytest.approx(cost_eur, abs=1e-4)


def test_a_thousand_cars_are_certified_to_a_thousandth() -> None:
    problem = reference(1000)
    plan = laid_out(problem, solve_interior(problem, tolerance=1e-3), None)
    assert plan.gap <= 1e-3
    assert 4091.1178 * (1 - 1e-3) <= plan.lower_bound_eur <= 4091.1178 + 1e-3
    assert plan.cost_eur >= 4091.1178 - 1e-3
    assert plan.within_limits


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_the_number_of_threads_changes_no_bit(threads: int) -> None:
    problem = reference(700)
    one = solve_interior(problem, tolerance=2e-3, threads=1)
    many = solve_interior(problem, tolerance=2e-3, threads=threads)
    assert one.stored_kwh.tobytes() == many.stored_kwh.tobytes()
    assert (one.cost_eur, one.bound_eur, one.steps) == (many.cost_eur, many.bound_eur, many.steps)


def test_known_prices_need_fewer_steps() -> None:
    problem = reference(300)
    cold = solve_interior(problem, tolerance=1e-3)
    warm = solve_interior(problem, tolerance=1e-3, prices=cold.prices)
    assert warm.steps < cold.steps
    assert warm.cost_eur - warm.bound_eur <= 1e-3 * abs(warm.cost_eur)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("limited", [True, False])
def test_a_wish_is_followed_alike_in_numpy_and_in_c(
    seed: int, *, limited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = without_reserve(seed)
    chains = layout_of(problem)
    draw = np.random.Generator(np.random.PCG64(seed))
    wish = draw.uniform(0.0, 80.0, len(chains.where.car))
    ways = []
    for found in (built.library(), None):
        monkeypatch.setattr(follow, "library", lambda found=found: found)
        ways.append(Follower(problem, chains).followed(wish, limited=limited))
    assert np.allclose(ways[0], ways[1], atol=1e-9)


@pytest.mark.skipif(built.library() is None, reason="single precision is for the compiled passes")
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_in_single_precision_the_bound_is_still_below_the_optimum(seed: int) -> None:
    problem = without_reserve(seed)
    best = optimum(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(method, "SINGLE_FROM", 0)
        found = solve_interior(problem, tolerance=1e-3)
    slack = 1e-9 * max(1.0, abs(best)) + 1e-7  # What HiGHS itself promises.
    assert found.bound_eur <= best + slack
    assert best <= found.cost_eur + slack


@pytest.mark.skipif(built.library() is None, reason="single precision is for the compiled passes")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_large_fleet_in_single_precision_is_proven_by_exact_value_functions(seed: int) -> None:
    problem = reference(400, 96, seed)
    found = solve_interior(problem, tolerance=1e-3)
    assert found.cost_eur - found.bound_eur <= 1e-3 * abs(found.cost_eur)
    assert lower_bound(problem, found.prices) >= found.bound_eur - 1e-9 * abs(found.bound_eur)
    precise = solve_interior(problem, tolerance=1e-6, precise=True)
    assert found.bound_eur <= precise.cost_eur
    assert precise.bound_eur <= found.cost_eur


@pytest.mark.skipif(built.library() is None, reason="compares the two")
@pytest.mark.parametrize("seed", range(20))
def test_what_cars_cost_is_the_same_in_numpy_and_in_c(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = replace(without_reserve(seed), bands=())
    layout_ = layout_of(problem)
    draw = np.random.Generator(np.random.PCG64(seed))
    steps, group = len(problem.hours), draw.integers(0, 2, len(problem.sessions))
    price, value = draw.normal(0.1, 0.1, (2, steps)), draw.normal(0.1, 0.1, len(layout_.rhs))
    stored = Follower(problem, layout_).followed(draw.uniform(0.0, 80.0, len(layout_.rhs)))
    quick = Chains(layout_, group, steps)
    cost, drawn = quick.priced(stored)
    flows = flows_of(problem, layout_.where, stored)
    where, net = layout_.where, flows.charge - flows.discharge
    assert drawn == pytest.approx(np.bincount(where.step, net, minlength=steps), abs=1e-9)
    parts = costs_of(problem, where, flows)
    alone = parts.levy + parts.wear + parts.high + parts.unmet + parts.early
    assert cost == pytest.approx(alone, rel=1e-9, abs=1e-9)
    monkeypatch.setattr(costs, "library", lambda: None)
    plain = Chains(layout_, group, steps)
    assert quick.least(price, value) == pytest.approx(plain.least(price, value), rel=1e-12)


@pytest.mark.parametrize("steps", [96, 40_000])
def test_slots_are_put_in_the_order_of_their_steps_however_many_there_are(steps: int) -> None:
    step = np.array([steps - 1, 0, steps // 2, 0, steps - 1])
    by_step, begins = in_steps(step, steps)
    assert by_step.tolist() == [1, 3, 2, 0, 4]
    assert begins[[0, 1, steps // 2 + 1, steps]].tolist() == [0, 2, 3, 5]


def test_a_car_without_a_choice_is_decided_before_anything_is_solved() -> None:
    problem = reference(3)
    cars = problem.sessions
    full = replace(
        problem,
        sessions=replace(
            cars,
            energy_kwh=cars.capacity_kwh,
            discharge_kw=np.zeros(3),
            target_kwh=cars.capacity_kwh,
        ),
    )
    assert np.all(layout_of(full).width == 0)
    found = solve_interior(full, tolerance=1e-7)
    assert found.cost_eur == pytest.approx(optimum(full), rel=1e-7)


def test_a_library_that_does_not_load_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(built, "LIBRARY", tmp_path / "missing.so")
    assert built.library() is None
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"not a library")
    monkeypatch.setattr(built, "LIBRARY", broken)
    assert built.library() is None
    monkeypatch.setattr(
        built, "LIBRARY", Path(_ctypes.__file__)
    )  # one that knows none of our functions
    assert built.library() is None
