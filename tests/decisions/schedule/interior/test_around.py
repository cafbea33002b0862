"""The site's part of a Newton step in C against the same in numpy."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_problems import everything

from sterna.decisions.schedule.interior.around import CompiledSurround
from sterna.decisions.schedule.interior.built import library
from sterna.decisions.schedule.interior.frame import Frame, frame_of
from sterna.decisions.schedule.interior.lay import layout_of
from sterna.decisions.schedule.interior.site import Shift, Surround

WEIGHT = 3.0


def both(frame: Frame) -> tuple[Surround, Surround]:
    """Return the site in numpy and in C."""
    found = library()
    if found is None:
        pytest.skip("no compiled passes here")
    return Surround(frame, WEIGHT), CompiledSurround(frame, WEIGHT, found)


def same(one: Shift, other: Shift) -> None:
    for field in fields(Shift):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        assert theirs == pytest.approx(mine, rel=1e-6, abs=1e-7 * float(np.max(np.abs(mine)))), (
            field.name
        )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_step_in_c_is_the_step_in_numpy(seed: int) -> None:
    problem = replace(everything(seed, 6, 12), reserve=None)
    frame = frame_of(problem, layout_of(problem))
    draw = np.random.Generator(np.random.PCG64(seed))
    rows, steps = frame.rhs.shape
    power, cars, more = draw.normal(size=(3, rows, steps))
    parts = draw.normal(size=(len(frame.weight), steps, steps))
    schur = parts @ np.swapaxes(parts, 1, 2)
    plain, compiled = both(frame)
    for one in (plain, compiled):
        one.begin(one.start(power, 0.01))
    for length in (0.6, 0.3):
        assert compiled.look(power) == pytest.approx(plain.look(power), rel=1e-9, abs=1e-9)
        for one in (plain, compiled):
            one.system(schur)
        ahead, ahead_in_c = (one.foresee(cars) for one in (plain, compiled))
        same(ahead, ahead_in_c)
        assert compiled.along(ahead_in_c) == pytest.approx(plain.along(ahead), rel=1e-6)
        shift, shift_in_c = (one.toward(0.004, 0.7, cars + more) for one in (plain, compiled))
        same(shift, shift_in_c)
        reach = plain.along(shift)
        assert compiled.along(shift_in_c) == pytest.approx(reach, rel=1e-6)
        primal, dual = (length / max(1.0, steep) for steep in (reach.primal, reach.dual))
        plain.go(shift, primal, dual)
        compiled.go(shift_in_c, primal, dual)
        same(Shift(**kept(plain)), Shift(**kept(compiled)))


def kept(around: Surround) -> dict[str, np.ndarray]:
    """Return the point's arrays by name."""
    return {field.name: getattr(around.at, field.name) for field in fields(Shift)}
