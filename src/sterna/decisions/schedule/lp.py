"""The exact schedule of one problem, from scratch.

The linear program lets a car charge and discharge in the same step, and a site
import and export, where that would pay: with deeply negative prices or with pay
above price. The rule: solve; where both run, net them if that costs nothing;
where it would cost something, give those steps, and no others, a binary each
and solve again. The plan then never does both at once.
"""

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import (
    Slots,
    Values,
    car_values,
    left_out,
    site_sides,
    site_values,
    slots,
)
from sterna.decisions.schedule.entries import (
    Entries,
    Rows,
    car_entries,
    site_entries,
    site_rows,
    stored_parts,
)
from sterna.decisions.schedule.onoff import Faint, settle_faint
from sterna.decisions.schedule.plan import Flows, Prices, costs_of, plan_of, settled
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
    """First column of the sessions; the site's columns stand before."""
    rows: Rows

    def columns(self, problem: Problem) -> tuple[Ints, Ints]:
        """Return the columns of charge and of discharge, shape (P, K) each."""
        count = len(self.where.car)
        ups, downs = len(problem.sessions.charging[0]), len(problem.sessions.discharging[0])
        found = self.cars + np.arange((ups + downs) * count).reshape(-1, count)
        return found[:ups], found[ups:]


def build(problem: Problem, program: Program) -> Layout:
    """Write *problem* into the empty *program*."""
    count, bands, reserve = len(problem.hours), len(problem.bands), problem.reserve is not None
    program.add_rows(*site_sides(problem))
    entries = site_entries(problem.hours, bands, reserve=reserve)
    program.add_columns(site_values(problem), entries)
    where = slots(problem)
    cars = car_values(problem, where)
    rows = site_rows(count, bands, reserve=reserve, first=program.add_rows(*cars.sides()))
    first = program.add_columns(cars.stacked(), car_entries(problem, where, rows))
    return Layout(where=where, cars=first, rows=rows)


def read(problem: Problem, values: Floats, layout: Layout) -> Flows:
    """Return the solver's *values* as flows."""
    count, cars, where = len(problem.hours), len(problem.sessions), layout.where
    gains, shares = problem.sessions.charging[1], problem.sessions.discharging[1]
    parts, held = stored_parts(problem), 0 if problem.reserve is None else 2
    flowing = len(gains) + len(shares)
    kinds = flowing + parts + held
    end = layout.cars + kinds * len(where.car)
    found = values[layout.cars : end].reshape(kinds, len(where.car))
    flows = np.maximum(found[:flowing], 0.0)
    charge, discharge = flows[: len(gains)], flows[len(gains) :]
    tiers = len(problem.sessions.tiers[0])
    unmet = values[end + cars : end + cars * (1 + tiers)].reshape(tiers, cars)
    bought = 4 * count + 1
    above, below = np.maximum(values[bought : bought + 2 * layout.rows.bands.size], 0.0).reshape(
        2, -1, count
    )
    lacking = values[bought + 2 * layout.rows.bands.size : layout.cars].reshape(-1, count)
    imported, exported, curtailed, over = np.maximum(values[: 4 * count], 0.0).reshape(4, -1)
    return Flows(
        charge=charge.sum(axis=0),
        discharge=discharge.sum(axis=0),
        into=np.sum(charge * gains[:, where.car], axis=0),
        out=np.sum(discharge / shares[:, where.car], axis=0),
        stored=found[flowing : flowing + parts].sum(axis=0),
        reserve=np.maximum(found[flowing + parts :], 0.0),
        unmet=np.maximum(unmet, 0.0).sum(axis=0),
        imported=imported,
        exported=exported,
        curtailed=curtailed,
        over=over,
        missed=above - below,
        lacking=np.maximum(lacking, 0.0),
    )


def solve(problem: Problem, edges: Floats | None = None) -> Plan:
    """Return an optimal plan of *problem*.

    *edges*: the steps' limits to write into the plan, seconds; from 0 when absent.
    """
    program = Program()
    layout = build(problem, program)
    optimal = program.run()
    assert optimal, "every problem has a schedule: what does not fit is over_kwh or unmet_kwh"
    where, apart = layout.where, left_out(problem, layout.where)
    bound, solver = program.objective + apart, "lp"
    found = settled(problem, where, read(problem, program.values(), layout), bound)
    slot_set, step_set = found.slots_overlapping, found.steps_overlapping
    for round_ in range(ROUNDS_MAX):
        if found.exact:
            break
        if round_ == ROUNDS_MAX - 1:
            slot_set, step_set = np.arange(len(where.car)), np.arange(len(problem.hours))
        program = Program()
        layout = build(problem, program)
        switches = _binaries(problem, program, layout, slot_set, step_set)
        bound = program.run_whole(switches) + apart
        solver = "milp"
        flows = read(problem, program.values(), layout)
        found = settled(problem, where, flows, program.objective + apart)
        slot_set = np.union1d(slot_set, found.slots_overlapping)
        step_set = np.union1d(step_set, found.steps_overlapping)
    close = partial(_closed, problem, program, layout)
    flows = settle_faint(problem, where, found.flows, close)
    if flows is not found.flows:
        found = replace(found, flows=flows, costs=costs_of(problem, where, flows))
    duals, rows = program.row_prices(), layout.rows
    return plan_of(
        problem,
        where,
        found,
        prices=Prices(
            site=duals[rows.balance],
            stored=-duals[rows.first : rows.first + len(where.car)],
            bands=-duals[rows.bands],
            reserve=duals[rows.pool],
        ),
        edges=edges,
        bound=bound,
        solver=solver,
        iterations=program.iterations,
    )


def _closed(problem: Problem, program: Program, layout: Layout, low: Faint) -> Flows | None:
    """Solve again with the slots of *low* closed; None where that has no solution."""
    charge, discharge = layout.columns(problem)
    program.close(
        np.concatenate((charge[:, low.charging].ravel(), discharge[:, low.discharging].ravel()))
    )
    if not program.run():
        return None
    flows = read(problem, program.values(), layout)
    objective = program.objective + left_out(problem, layout.where)
    then = settled(problem, layout.where, flows, objective)
    return then.flows if then.exact else None


def _binaries(
    problem: Problem, program: Program, layout: Layout, slot_set: Ints, step_set: Ints
) -> Ints:
    """Add 0/1 columns for each of the slots and steps named; return these columns.

    1 allows charging (importing), 0 allows discharging (exporting). Between two pieces of a curve,
    1 allows the next one and wants the one before full: at a price at which energy is burned, the
    program would else take the worse piece first.
    """
    count = len(problem.hours)
    charge, discharge = (way[:, slot_set] for way in layout.columns(problem))
    bends = [pair for way in (charge, discharge) for pair in pairwise(way)]
    many = len(slot_set) * (1 + len(bends)) + len(step_set)
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
    of_steps, of_slots = np.split(chosen, [len(step_set)])
    of_ways, *of_bends = of_slots.reshape(1 + len(bends), len(slot_set))
    for columns, switch in [*((piece, of_ways) for piece in charge), (step_set, of_steps)]:
        _switched(program, columns, switch, on=1.0)
    off = [*((piece, of_ways) for piece in discharge), (count + step_set, of_steps)]
    for columns, switch in off:
        _switched(program, columns, switch, on=0.0)
    for (before, after), switch in zip(bends, of_bends, strict=True):
        _switched(program, after, switch, on=1.0)
        _switched(program, before, switch, on=1.0, full=True)
    return chosen


def _switched(
    program: Program, columns: Ints, switch: Ints, *, on: float, full: bool = False
) -> None:
    """Let *columns* be above 0 only where their *switch* is *on*; or *full* where it is."""
    most = program.upper(columns)
    sides = most * (1.0 - on)
    endless = np.full(len(columns), np.inf)
    program.add_rows(
        sides if full else -endless,
        endless if full else sides,
        RowEntries(
            starts=2 * np.arange(len(columns)),
            columns=np.stack((columns, switch), axis=1).ravel(),
            values=np.stack((np.ones(len(columns)), most * (1.0 - 2.0 * on)), axis=1).ravel(),
        ),
    )
