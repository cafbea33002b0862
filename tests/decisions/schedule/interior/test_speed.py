"""How fast the interior-point method is, as a ratio to HiGHS on the same instance in the same process."""

import time
from collections.abc import Callable

import pytest

from sterna.decisions.schedule.direct import Direct, Method
from sterna.decisions.schedule.interior.built import library
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.solve import solve

GAP = 1e-3


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU time of *work*, all its threads together: machines have other things to do."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


@pytest.mark.slow
@pytest.mark.skipif(library() is None, reason="the ratio is claimed for the compiled passes")
def test_a_thousand_cars_take_a_twentieth_of_what_the_simplex_method_takes() -> None:
    problem = reference(1000)
    solve(reference(50), tolerance=GAP)
    ours = min(cpu_s(lambda: solve(problem, tolerance=GAP)) for _ in range(2))
    direct = Direct(problem, Method.SIMPLEX, gap=GAP)
    theirs = cpu_s(direct.run)
    assert theirs > 20 * ours


@pytest.mark.slow
def test_ten_times_the_cars_take_at_most_fourteen_times_the_time() -> None:
    solve(reference(50), tolerance=GAP)
    small, large = reference(2000), reference(20_000)
    one = min(cpu_s(lambda: solve(small, tolerance=GAP)) for _ in range(2))
    ten = min(cpu_s(lambda: solve(large, tolerance=GAP)) for _ in range(2))
    assert ten < 14 * one
