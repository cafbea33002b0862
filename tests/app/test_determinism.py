"""The same seed gives the same run, byte for byte, in any process; another seed gives another."""

import builtins
import subprocess
import sys
from collections.abc import Iterable
from functools import reduce
from math import fsum
from operator import add
from pathlib import Path
from typing import Any

import pytest

from sterna.app.scenario import load
from sterna.app.simulate import simulate

SMALL = Path(__file__).parent.parent / "scenarios" / "at-07.toml"
HOURS = 6.0
RUN = """
import sys
from sterna.app.scenario import load
from sterna.app.simulate import simulate
print(simulate(load("porto").changed(seed=int(sys.argv[1]), run_hours=6.0)).trace_sha256)
"""


def elsewhere(seed: int, hash_seed: str) -> str:
    """Return the trace's hash of a run in a process of its own, with another order of hashes."""
    done = subprocess.run(  # our own interpreter and text
        [sys.executable, "-c", RUN, str(seed)],
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_small_site_gives_the_same_trace_twice() -> None:
    scenario = load(str(SMALL))
    hashes = [simulate(scenario.changed(seed=seed)).trace_sha256 for seed in (3, 3, 4)]
    assert hashes[0] == hashes[1] != hashes[2]


def rounded_once(values: Iterable[Any], start: Any = 0) -> Any:
    """Return the sum of *values* much as CPython adds them from 3.12 on: rounded at the end alone."""
    found = list(values)
    if any(isinstance(value, float) for value in found):
        return fsum((start, *found))
    return reduce(add, found, start)


def rounded_each_time(values: Iterable[Any], start: Any = 0) -> Any:
    """Return the sum of *values* as CPython added them until 3.11."""
    return reduce(add, values, start)


def test_no_interpreter_s_way_of_adding_up_shows_in_the_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashes = []
    for way in (rounded_once, rounded_each_time):
        monkeypatch.setattr(builtins, "sum", way)
        hashes.append(simulate(load("porto").changed(run_hours=2 * HOURS)).trace_sha256)
    assert hashes[0] == hashes[1]


@pytest.mark.slow
def test_one_seed_gives_one_trace_in_every_process() -> None:
    here = simulate(load("porto").changed(seed=7, run_hours=HOURS))
    again = simulate(load("porto").changed(seed=7, run_hours=HOURS))
    assert here.trace_sha256 == again.trace_sha256
    assert here.frames == again.frames
    assert elsewhere(7, "1") == here.trace_sha256
    assert elsewhere(7, "4242") == here.trace_sha256
    other = simulate(load("porto").changed(seed=8, run_hours=HOURS))
    assert other.trace_sha256 != here.trace_sha256
