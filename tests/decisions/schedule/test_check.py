"""The judge finds every planted fault."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Floats, Schedule
from sterna.decisions.schedule.reference import reference

PROBLEM = reference(10)
GOOD = solve(PROBLEM).schedule
LATE = int(np.argmax(PROBLEM.sessions.first))
FIRST = int(PROBLEM.sessions.first[0])
ALL_DAY = (0, slice(None))
ONE_WAY = int(np.argmin(PROBLEM.sessions.discharge_kw))


def planted(field: str, change: Callable[[Floats], None]) -> Schedule:
    """Return the good schedule with one array changed in place by *change*."""
    values = getattr(GOOD, field).copy()
    change(values)
    return replace(GOOD, **{field: values})


def put(where: Any, value: float) -> Callable[[Floats], None]:
    def change(values: Floats) -> None:
        values[where] = value

    return change


@pytest.mark.parametrize(
    ("field", "change", "words"),
    [
        ("charge_kwh", put((LATE, 0), 1.0), "while it is away"),
        ("charge_kwh", put((0, FIRST), 99.0), "outside its power"),
        ("charge_kwh", put((0, FIRST), -1.0), "outside its power"),
        ("discharge_kwh", put((ONE_WAY, int(PROBLEM.sessions.first[ONE_WAY])), 1.0), "outside its"),
        ("discharge_kwh", put(ALL_DAY, 2.0), "below its floor"),
        ("charge_kwh", put(ALL_DAY, 2.7), "above"),
        ("import_kwh", put(5, 999.0), "come from nowhere"),
        ("import_kwh", put(5, 999.0), "import of"),
        ("export_kwh", put(5, -1.0), "export of"),
        ("curtailed_kwh", put(0, 1.0), "curtailment of"),
        ("over_kwh", put(0, -1.0), "excess of"),
    ],
)
def test_a_planted_fault_is_found(field: str, change: Callable[[Floats], None], words: str) -> None:
    assert check(PROBLEM, GOOD).faults == ()
    assert any(words in fault for fault in check(PROBLEM, planted(field, change)).faults)


def test_running_both_ways_is_found() -> None:
    car, step = np.argwhere(GOOD.charge_kwh > 0.1)[0]
    both = planted("discharge_kwh", put((int(car), int(step)), 0.05))
    assert any("at once" in fault for fault in check(PROBLEM, both).faults)
    step = int(np.argmax(GOOD.import_kwh))
    circle = planted("export_kwh", put(step, 0.5))
    assert any("imports and exports" in fault for fault in check(PROBLEM, circle).faults)
