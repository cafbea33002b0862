"""The exact schedule of one problem, from scratch.

The linear program lets a car charge and discharge in the same step, and a site
import and export, where that would pay: with deeply negative prices or with pay
above price. The rule: solve; where both run, net them if that costs nothing;
where it would cost something, give those steps, and no others, a binary each
and solve again. The plan then never does both at once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import (
    Entries,
    Slots,
    Values,
    car_entries,
    car_values,
    net_load,
    site_entries,
    site_values,
    slots,
)
from sterna.decisions.schedule.plan import Flows, plan_of, settled
from sterna.decisions.schedule.problem import Floats, Ints, Plan, Problem
from sterna.decisions.schedule.program import Program, RowEntries

ROUNDS_MAX: Final = 6
"""Each round adds the steps that newly overlap; two or three are usual. After the last one every
slot gets its binary."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Where things stand in a program that was built at once."""

    where: Slots
    cars: int
    """First column of the sessions; the site's columns are 0..4T."""


def build(problem: Problem, program: Program) -> Layout:
    """Write *problem* into the empty *program*."""
    count = len(problem.hours)
    net = net_load(problem)
    program.add_rows(
        np.concatenate((net, np.zeros(count))), np.concatenate((net, np.full(count, np.inf)))
    )
    program.add_columns(site_values(problem), site_entries(problem.hours))
    where = slots(problem)
    cars = car_values(problem, where)
    zeros = np.zeros(len(where.car))
    row = program.add_rows(
        np.concatenate((zeros, cars.target)),
        np.concatenate((zeros, np.full(len(cars.target), np.inf))),
    )
    entries = car_entries(problem, where, balance=np.arange(count), row=row)
    first = program.add_columns(cars.stacked(), entries)
    return Layout(where=where, cars=first)


def read(problem: Problem, values: Floats, layout: Layout) -> Flows:
    """Return the solver's *values* as flows."""
    count, cars, slot_count = len(problem.hours), len(problem.sessions), len(layout.where.car)
    charge, discharge, low, high = values[layout.cars : layout.cars + 4 * slot_count].reshape(4, -1)
    unmet = layout.cars + 4 * slot_count + cars
    imported, exported, curtailed, over = np.maximum(values[: 4 * count], 0.0).reshape(4, -1)
    return Flows(
        charge=np.maximum(charge, 0.0),
        discharge=np.maximum(discharge, 0.0),
        stored=low + high,
        unmet=np.maximum(values[unmet : unmet + cars], 0.0),
        imported=imported,
        exported=exported,
        curtailed=curtailed,
        over=over,
    )


def solve(problem: Problem, edges: Floats | None = None) -> Plan:
    """Return an optimal plan of *problem*.

    *edges*: the steps' limits to write into the plan, seconds; from 0 when absent.
    """
    program = Program()
    layout = build(problem, program)
    optimal = program.run()
    assert optimal, "every problem has a schedule: what does not fit is over_kwh or unmet_kwh"
    bound, solver = program.objective, "lp"
    found = settled(problem, layout.where, read(problem, program.values(), layout), bound)
    slot_set, step_set = found.slots_overlapping, found.steps_overlapping
    for round_ in range(ROUNDS_MAX):
        if found.exact:
            break
        if round_ == ROUNDS_MAX - 1:
            slot_set, step_set = np.arange(len(layout.where.car)), np.arange(len(problem.hours))
        program = Program()
        layout = build(problem, program)
        bound = program.run_whole(_binaries(problem, program, layout, slot_set, step_set))
        solver = "milp"
        flows = read(problem, program.values(), layout)
        found = settled(problem, layout.where, flows, program.objective)
        slot_set = np.union1d(slot_set, found.slots_overlapping)
        step_set = np.union1d(step_set, found.steps_overlapping)
    return plan_of(
        problem,
        layout.where,
        found,
        prices=program.row_prices()[: len(problem.hours)],
        edges=edges,
        bound=bound,
        solver=solver,
        iterations=program.iterations,
    )


def _binaries(
    problem: Problem, program: Program, layout: Layout, slot_set: Ints, step_set: Ints
) -> Ints:
    """Add a 0/1 column for each of the slots and steps named; return these columns.

    1 allows charging (importing), 0 allows discharging (exporting).
    """
    count, slot_count = len(problem.hours), len(layout.where.car)
    forward = np.concatenate((layout.cars + slot_set, step_set))
    backward = np.concatenate((layout.cars + slot_count + slot_set, count + step_set))
    most_forward, most_backward = program.upper(forward), program.upper(backward)
    many = len(forward)
    zeros, ones = np.zeros(many), np.ones(many)
    first = program.add_columns(
        Values(cost=zeros, lower=zeros, upper=ones),
        Entries(
            starts=np.zeros(many, dtype=np.int64),
            rows=np.zeros(0, dtype=np.int64),
            values=np.zeros(0),
        ),
    )
    chosen = first + np.arange(many)
    for columns, factor, side in (
        (forward, -most_forward, zeros),
        (backward, most_backward, most_backward),
    ):
        program.add_rows(
            np.full(many, -np.inf),
            side,
            RowEntries(
                starts=2 * np.arange(many),
                columns=np.stack((columns, chosen), axis=1).ravel(),
                values=np.stack((ones, factor), axis=1).ravel(),
            ),
        )
    return chosen
