"""Threads that stand by between passes: solves at the same time, and processes that were forked."""

import hashlib
import multiprocessing
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sterna.decisions.schedule.interior.built import library
from sterna.decisions.schedule.problem import Floats
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.solve import solve

CARS = 300
"""Enough for two threads."""

pytestmark = pytest.mark.skipif(library() is None, reason="numpy has no threads of its own")


def powers(seed: int, threads: int = 2) -> Floats:
    """Return the plan of one fleet."""
    return solve(reference(CARS, 24, seed), tolerance=1e-3, threads=threads).power_kw


def test_solves_at_the_same_time_are_those_one_after_the_other() -> None:
    alone = [powers(seed) for seed in range(6)]
    together = threading.Barrier(3)

    def started(seed: int) -> Floats:
        if seed < 3:
            together.wait(timeout=60.0)
        return powers(seed)

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(started, range(6)))
    for one, other in zip(alone, found, strict=True):
        assert np.array_equal(one, other)


def test_more_threads_than_before_and_fewer_again_change_no_bit() -> None:
    first = powers(1, 2)
    assert all(np.array_equal(first, powers(1, threads)) for threads in (5, 1, 10**9, 3, 2))


def digest(plan: Floats) -> str:
    return hashlib.sha256(plan.tobytes()).hexdigest()


def _to(queue: "multiprocessing.SimpleQueue[str]") -> None:
    queue.put(digest(powers(2)))


@pytest.mark.skipif(sys.platform == "win32", reason="nothing forks there")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_process_that_was_forked_has_threads_of_its_own() -> None:
    wanted = digest(powers(2))
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=_to, args=(queue,))
    child.start()
    child.join(60.0)
    if child.exitcode is None:
        child.kill()
    assert child.exitcode == 0
    assert queue.get() == wanted
