"""What a run gives does not depend on the wire: EXI bytes or objects, energies, money and steps are the same."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sterna.app.scenario import Scenario, load
from sterna.app.simulate import simulate

SMALL = Path(__file__).parent.parent / "scenarios" / "at-07.toml"
OF_THE_WIRE = {"trace_sha256", "wall_s", "cpu_s"}


def assert_same(ours: Any, theirs: Any, where: str) -> None:
    """Assert that two results are equal in everything but what the wire itself makes."""
    if isinstance(ours, np.ndarray):
        assert np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f"), where
    elif is_dataclass(ours):
        for field in fields(ours):
            if field.name not in OF_THE_WIRE:
                name = field.name
                assert_same(getattr(ours, name), getattr(theirs, name), f"{where}.{name}")
    elif isinstance(ours, tuple | list):
        assert len(ours) == len(theirs), where
        for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(one, other, f"{where}[{place}]")
    else:
        assert ours == theirs, where


def assert_same_on_both(scenario: Scenario) -> None:
    exi = simulate(scenario.changed(wire="exi-mem"))
    objects = simulate(scenario.changed(wire="object"))
    assert exi.trace_sha256 != objects.trace_sha256, "the bytes differ"
    assert_same(exi, objects, "outcome")


@settings(max_examples=3, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_a_small_site_gives_the_same_energies_money_and_steps(seed: int) -> None:
    assert_same_on_both(load(str(SMALL)).changed(seed=seed))


@pytest.mark.slow
def test_porto_gives_the_same_energies_money_and_steps() -> None:
    assert_same_on_both(load("porto").changed(run_hours=12.0))
