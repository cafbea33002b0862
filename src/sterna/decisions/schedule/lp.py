"""The exact schedule of one problem, from scratch.

The linear program lets a car charge and discharge in the same step, and a site
import and export, where that would pay: with deeply negative prices or with pay
above price. The rule: solve; where both run, net them if that costs nothing;
where it would cost something, give those steps, and no others, a binary each
and solve again. The plan then never does both at once.
"""

from dataclasses import dataclass, replace
from functools import partial
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
from sterna.decisions.schedule.onoff import Faint, settle_faint
from sterna.decisions.schedule.plan import Flows, cost_of, plan_of, settled
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
    chain: int
    """First of the K rows that carry the stored energy on."""

    def columns(self, problem: Problem) -> tuple[Ints, Ints]:
        """Return the columns of charge and of discharge, shape (P, K) each."""
        count = len(self.where.car)
        ups, downs = len(problem.sessions.charging[0]), len(problem.sessions.discharging[0])
        found = self.cars + np.arange((ups + downs) * count).reshape(-1, count)
        return found[:ups], found[ups:]


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
    return Layout(where=where, cars=first, chain=row)


def read(problem: Problem, values: Floats, layout: Layout) -> Flows:
    """Return the solver's *values* as flows."""
    count, cars, where = len(problem.hours), len(problem.sessions), layout.where
    gains, shares = problem.sessions.charging[1], problem.sessions.discharging[1]
    kinds = len(gains) + len(shares) + 2
    end = layout.cars + kinds * len(where.car)
    found = values[layout.cars : end].reshape(kinds, -1)
    flows = np.maximum(found[:-2], 0.0)
    charge, discharge = flows[: len(gains)], flows[len(gains) :]
    unmet = end + cars
    imported, exported, curtailed, over = np.maximum(values[: 4 * count], 0.0).reshape(4, -1)
    return Flows(
        charge=charge.sum(axis=0),
        discharge=discharge.sum(axis=0),
        into=np.sum(charge * gains[:, where.car], axis=0),
        out=np.sum(discharge / shares[:, where.car], axis=0),
        stored=found[-2] + found[-1],
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
    flows = settle_faint(
        problem, layout.where, found.flows, partial(_closed, problem, program, layout)
    )
    if flows is not found.flows:
        cost = cost_of(problem, layout.where, flows)
        found = replace(found, flows=flows, cost_eur=cost)
    duals = program.row_prices()
    return plan_of(
        problem,
        layout.where,
        found,
        prices=duals[: len(problem.hours)],
        values=-duals[layout.chain : layout.chain + len(layout.where.car)],
        edges=edges,
        bound=bound,
        solver=solver,
        iterations=program.iterations,
    )


def _closed(problem: Problem, program: Program, layout: Layout, low: Faint) -> Flows | None:
    """Solve again with the slots of *low* closed; None where that has no solution."""
    charge, discharge = layout.columns(problem)
    fresh = car_values(problem, layout.where)
    both = np.concatenate((charge.ravel(), discharge.ravel()))
    program.set_upper(
        both, np.concatenate((fresh.charge.upper.ravel(), fresh.discharge.upper.ravel()))
    )
    closed = np.concatenate(
        (charge[:, low.charging].ravel(), discharge[:, low.discharging].ravel())
    )
    program.set_upper(closed, np.zeros(len(closed)))
    if not program.run():
        return None
    flows = read(problem, program.values(), layout)
    then = settled(problem, layout.where, flows, program.objective)
    return then.flows if then.exact else None


def _binaries(
    problem: Problem, program: Program, layout: Layout, slot_set: Ints, step_set: Ints
) -> Ints:
    """Add a 0/1 column for each of the slots and steps named; return these columns.

    1 allows charging (importing), 0 allows discharging (exporting).
    """
    count = len(problem.hours)
    charge, discharge = layout.columns(problem)
    many = len(slot_set) + len(step_set)
    zeros = np.zeros(many)
    first = program.add_columns(
        Values(cost=zeros, lower=zeros, upper=np.ones(many)),
        Entries(
            starts=np.zeros(many, dtype=np.int64),
            rows=np.zeros(0, dtype=np.int64),
            values=np.zeros(0),
        ),
    )
    chosen = first + np.arange(many)
    of_slots, of_steps = chosen[: len(slot_set)], chosen[len(slot_set) :]
    forward = [*((piece[slot_set], of_slots) for piece in charge), (step_set, of_steps)]
    backward = [
        *((piece[slot_set], of_slots) for piece in discharge),
        (count + step_set, of_steps),
    ]
    for pairs, sign in ((forward, -1.0), (backward, 1.0)):
        for columns, switch in pairs:
            most = program.upper(columns)
            program.add_rows(
                np.full(len(columns), -np.inf),
                most if sign > 0 else np.zeros(len(columns)),
                RowEntries(
                    starts=2 * np.arange(len(columns)),
                    columns=np.stack((columns, switch), axis=1).ravel(),
                    values=np.stack((np.ones(len(columns)), sign * most), axis=1).ravel(),
                ),
            )
    return chosen
