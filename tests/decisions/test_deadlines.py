"""What cannot be put off, for cars under one limit, against a schedule by linear program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.deadlines import urgency
from sterna.decisions.schedule.columns import Values
from sterna.decisions.schedule.entries import Entries
from sterna.decisions.schedule.problem import Floats
from sterna.decisions.schedule.program import Program


def least_missing(need: Floats, power: Floats, left: Floats, limit: float) -> float:
    """Return the least total that can be missing, by a linear program over the intervals."""
    bounds = np.unique(np.concatenate(([0.0], left)))
    program, cars, count = Program(), len(need), len(bounds) - 1
    program.add_rows(np.zeros(count), limit * np.diff(bounds))
    program.add_rows(np.zeros(cars), need)
    pairs = [(i, k) for i in range(cars) for k in range(count) if left[i] >= bounds[k + 1]]
    if not pairs:
        return float(need.sum())
    program.add_columns(
        Values(
            cost=-np.ones(len(pairs)),
            lower=np.zeros(len(pairs)),
            upper=np.array([power[i] * (bounds[k + 1] - bounds[k]) for i, k in pairs]),
        ),
        Entries(
            starts=2 * np.arange(len(pairs)),
            rows=np.array([(k, count + i) for i, k in pairs]).ravel(),
            values=np.ones(2 * len(pairs)),
        ),
    )
    assert program.run()
    return float(need.sum() + program.objective)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_missing_is_the_least_that_can_be(seed: int) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    count = int(draw.integers(1, 6))
    need = draw.uniform(0, 30, count)
    power = draw.choice([3.7, 11.0, 22.0], count)
    left = draw.choice([0.0, 0.5, 1.0, 2.5, 4.0], count)
    limit = float(draw.choice([0.0, 5.0, 11.0, 30.0]))
    found = urgency(need, power, left, limit, 0.25)
    assert found.missing_kwh.sum() == pytest.approx(
        least_missing(need, power, left, limit), abs=1e-6
    )
    # Serving what is urgent now, and nothing else, loses nothing.
    assert found.now_kwh.sum() <= limit * 0.25 + 1e-9
    assert np.all(found.now_kwh <= power * 0.25 + 1e-9)
    later = urgency(
        np.maximum(need - found.now_kwh, 0), power, np.maximum(left - 0.25, 0), limit, 0.25
    )
    assert later.missing_kwh.sum() == pytest.approx(found.missing_kwh.sum(), abs=1e-6)
