"""The linear program given to HiGHS at once, by both methods, cold and from the last basis."""

import numpy as np
import pytest

from sterna.decisions.schedule.direct import Direct, Method
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.onward import next_step
from sterna.decisions.schedule.reference import reference

GAP = 1e-3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_simplex_ends_at_the_cost_of_the_exact_plan_and_proves_it(seed: int) -> None:
    problem = reference(10, 48, seed)
    found = Direct(problem, Method.SIMPLEX, gap=GAP).run()
    assert found is not None
    assert found.cost_eur == pytest.approx(solve(problem).cost_eur, abs=1e-5)
    assert found.lower_bound_eur == found.cost_eur


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_interior_point_ends_within_the_gap_and_proves_nothing(seed: int) -> None:
    problem = reference(30, 48, seed)
    found = Direct(problem, Method.IPX, gap=GAP).run()
    assert found is not None
    optimum = solve(problem).cost_eur
    assert optimum - 1e-5 <= found.cost_eur <= optimum + GAP * abs(found.cost_eur)
    assert found.lower_bound_eur is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_from_the_last_basis_the_simplex_finds_the_same_cost_in_fewer_iterations(seed: int) -> None:
    problem = reference(30, 48, seed)
    last = Direct(problem, Method.SIMPLEX, gap=GAP)
    last.run()
    step = next_step(problem, solve(problem), np.random.Generator(np.random.PCG64(seed)))
    cold, warm = (Direct(step.problem, Method.SIMPLEX, gap=GAP) for _ in range(2))
    warm.start_from(last, step)
    expected, found = cold.run(), warm.run()
    assert expected is not None
    assert found is not None
    assert found.cost_eur == pytest.approx(expected.cost_eur, abs=1e-5)
    assert warm.iterations < 0.7 * cold.iterations


@pytest.mark.parametrize("method", Method)
def test_what_does_not_end_in_time_has_no_result(method: Method) -> None:
    assert Direct(reference(30), method, gap=GAP, seconds=0.0).run() is None
