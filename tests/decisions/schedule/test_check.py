"""The judge finds every planted fault."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Band, Floats, Reserve, Schedule
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


CARS, STEPS = len(PROBLEM.sessions), len(PROBLEM.hours)
HERE = int(np.argmax(PROBLEM.sessions.last - PROBLEM.sessions.first))
STEP = int(PROBLEM.sessions.first[HERE]) + 2
PROMISED = replace(
    PROBLEM,
    sessions=replace(
        PROBLEM.sessions,
        levy_eur_per_kwh=np.full(CARS, 0.01),
        early_kwh=0.95 * PROBLEM.sessions.target_kwh,
        early_eur_per_kwh=np.full((CARS, STEPS), 0.001),
        fair_shares=np.full((2, CARS), 1.0),
        fair_factors=np.array([[1.0] * CARS, [2.0] * CARS]),
    ),
    bands=(
        Band(
            name="feeder", weight=np.linspace(0, 1, CARS), base_kw=np.ones(STEPS),
            low_kw=np.full(STEPS, -5.0), high_kw=np.full(STEPS, 12.0),
        ),
    ),
    reserve=Reserve(up_kw=np.full(STEPS, 1.0), down_kw=np.full(STEPS, 1.0), hold_h=0.5),
)  # fmt: skip
KEPT = solve(PROMISED).schedule


@pytest.mark.parametrize(
    ("field", "change", "words"),
    [
        ("missed_kwh", put((0, 5), 1.0), "band feeder step 5"),
        ("missed_kwh", put((0, 5), -1.0), "band feeder step 5"),
        ("charge_kwh", put((slice(None), STEP), 9.0), f"band feeder step {STEP}"),
        ("discharge_kwh", put((slice(None), STEP), 9.0), f"band feeder step {STEP}"),
        ("reserve_up_kw", put((LATE, 0), 1.0), "holds reserve while it is away"),
        ("reserve_down_kw", put((LATE, 0), 1.0), "holds reserve while it is away"),
        ("reserve_up_kw", put((HERE, STEP), -1.0), "less than no reserve"),
        ("reserve_down_kw", put((HERE, STEP), -1.0), "less than no reserve"),
        ("reserve_up_kw", put((HERE, STEP), 99.0), "kW up, beyond its power"),
        ("reserve_down_kw", put((HERE, STEP), 99.0), "kW down, beyond its power"),
        ("reserve_up_kw", put((HERE, STEP), 999.0), "kWh over its floor"),
        ("reserve_down_kw", put((HERE, STEP), 999.0), "kW down with room for"),
        ("reserve_up_kw", put(slice(None), 0.0), "reserve up step 0: lacks"),
        ("reserve_down_kw", put(slice(None), 0.0), "reserve down step 0: lacks"),
        ("lacking_kw", put((0, 3), 0.5), "reserve up step 3"),
        ("lacking_kw", put((1, 3), 0.5), "reserve down step 3"),
    ],
)
def test_a_broken_promise_is_found(
    field: str, change: Callable[[Floats], None], words: str
) -> None:
    assert check(PROMISED, KEPT).faults == ()
    values = getattr(KEPT, field).copy()
    change(values)
    faults = check(PROMISED, replace(KEPT, **{field: values})).faults
    assert any(words in fault for fault in faults), faults[:3]


def test_reserve_in_a_step_in_which_the_car_comes_or_goes_is_found() -> None:
    here = PROMISED.sessions.present_h.copy()
    here[HERE, STEP] *= 0.9
    partly = replace(PROMISED, sessions=replace(PROMISED.sessions, present_h=here))
    up = KEPT.reserve_up_kw.copy()
    up[HERE, STEP] = 0.5
    faults = check(partly, replace(KEPT, reserve_up_kw=up)).faults
    assert any("comes or goes" in fault for fault in faults)


@pytest.mark.parametrize(
    ("changed", "of"),
    [
        ({"levy_eur_per_kwh": np.full(CARS, 0.11)}, "charge"),
        ({"early_eur_per_kwh": np.full((CARS, STEPS), 0.1)}, "early"),
        ({"early_kwh": PROBLEM.sessions.capacity_kwh}, "early"),
        ({"target_kwh": 2 * PROBLEM.sessions.capacity_kwh}, "unmet"),
        ({"fair_factors": np.full((2, CARS), 3.0)}, "unmet"),
    ],
)
def test_the_judge_prices_what_the_plan_prices(changed: dict[str, Floats], of: str) -> None:
    """A dearer levy, an earlier leaver, a larger target, steeper tiers: each is in the judge's cost."""
    sessions = replace(PROMISED.sessions, target_kwh=1.01 * PROMISED.sessions.capacity_kwh)
    problem = replace(PROMISED, sessions=replace(sessions, **changed))  # type: ignore[arg-type]
    assert check(problem, KEPT).cost_eur > check(replace(problem, sessions=sessions), KEPT).cost_eur
    plan = solve(problem)
    assert check(problem, plan.schedule).cost_eur == pytest.approx(plan.cost_eur, rel=1e-6), of
