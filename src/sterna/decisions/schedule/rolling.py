"""The schedule of a live site, solved again and again from the last one's basis.

The program stays inside the solver, on a grid of absolute time. From one
snapshot to the next only bounds, prices and right sides change: what is past is
fixed, the current step shrinks, forecasts and stored energies move, a new
session is appended as a block, a finished one is put to rest. The dual simplex
then needs few steps. When the clock has run through the finest steps, the grid
rolls and the program is built anew.
"""

from dataclasses import fields, replace
from functools import partial
from typing import Any, Final

import numpy as np

from sterna.decisions.schedule.blocks import Blocks, Standing, carried, no_blocks
from sterna.decisions.schedule.columns import (
    Slots,
    Values,
    car_entries,
    car_values,
    net_load,
    site_entries,
    site_values,
    slots,
)
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.onoff import Faint, settle_faint
from sterna.decisions.schedule.plan import Flows, cost_of, plan_of, settled
from sterna.decisions.schedule.problem import Floats, Ints, Plan, Problem, Sessions
from sterna.decisions.schedule.program import Basis, Program
from sterna.decisions.schedule.snapshot import Grid, Snapshot, problem_of, remaining
from sterna.kernel.quantities import Seconds

ROLL_AFTER: Final = Seconds(3600.0)
"""How long a grid stays in place: at least an hour of its two fine hours then lies ahead."""
RESTING_SHARE_MAX: Final = 0.5
"""Blocks at rest cost time in every solve: when they are more than this share of all slots, the
program is built anew before its time."""

CURVES: Final = 3
"""Dimensions of the arrays of pieces; the sessions are the last of them."""
RESTING_KWH_MAX: Final = 1e3
"""Bound of stored energy in a block at rest: above any battery, so that it holds whatever it held."""


class Rolling:
    """One site's schedule over time. Feed it snapshots in the order of time."""

    def __init__(self, grid: Grid | None = None) -> None:
        """Start without a program; the first snapshot builds it."""
        self._grid = grid or Grid()
        self.edges: Floats = np.zeros(0)
        """The grid in use: limits of its steps, seconds since the epoch."""
        self._program = Program()
        self._blocks = no_blocks(1)
        self._block_of: dict[str, int] = {}
        self._before: tuple[Standing, Basis] | None = None
        self._pieces = 1
        """Pieces of every loss curve in the program."""

    def solve(self, snapshot: Snapshot) -> Plan:
        """Return the optimal plan from *snapshot.now* to the horizon.

        Its rows are the snapshot's stays, its first step begins now. The cost equals that of
        a solve from scratch; among plans of equal cost it prefers what was planned before.
        """
        if self._is_due(snapshot):
            self._build(snapshot)
        step, edges = remaining(self.edges, snapshot.now)
        problem = problem_of(snapshot, edges, self._pieces)
        if len(problem.sessions.charging[0]) > self._pieces:
            self._pieces = len(problem.sessions.charging[0])
            self._build(snapshot)
            return self.solve(snapshot)
        where = slots(problem)
        if not self._place(snapshot, problem, step):
            self._build(snapshot)
            return self.solve(snapshot)
        block = np.array([self._block_of[stay.key] for stay in snapshot.stays], dtype=np.int64)
        self._write(problem, where, block, step)
        if self._before is not None:
            old, basis = self._before
            size, rows = self._program.columns, self._program.rows
            self._program.start_from(carried(old, basis, self._standing(), size, rows))
            self._before = None
        optimal = self._program.run()
        if not optimal:  # Numerical trouble in the inherited basis: start this one cold.
            self._program.forget_basis()
            optimal = self._program.run()
        assert optimal, "every problem has a schedule: what does not fit is over_kwh or unmet_kwh"
        flows = self._read(problem, where, block, step)
        bound = self._program.objective
        found = settled(problem, where, flows, bound)
        if not found.exact:
            return solve(problem, edges)
        close = partial(self._close, problem, where, block, step)
        flows = settle_faint(problem, where, found.flows, close)
        if flows is not found.flows:
            found = replace(found, flows=flows, cost_eur=cost_of(problem, where, flows))
        count, duals = len(self.edges) - 1, self._program.row_prices()
        at = self._slot_positions(where, block, step) - self._blocks.position[block][where.car]
        return plan_of(
            problem,
            where,
            found,
            prices=duals[step:count],
            values=-duals[self._blocks.chain_row[block][where.car] + at],
            edges=edges,
            bound=bound,
            solver="rolling",
            iterations=self._program.iterations,
        )

    def _close(
        self, problem: Problem, where: Slots, block: Ints, step: int, low: Faint
    ) -> Flows | None:
        """Solve again with the slots of *low* closed; None where that has no solution."""
        at, blocks = self._slot_positions(where, block, step), self._blocks
        wanted = car_values(problem, where)
        both = np.concatenate((blocks.charge[at].T.ravel(), blocks.discharge[at].T.ravel()))
        fresh = np.concatenate((wanted.charge.upper.ravel(), wanted.discharge.upper.ravel()))
        self._program.set_upper(both, fresh)
        closed = np.concatenate(
            (blocks.charge[at[low.charging]].ravel(), blocks.discharge[at[low.discharging]].ravel())
        )
        self._program.set_upper(closed, np.zeros(len(closed)))
        if not self._program.run():
            return None
        flows = self._read(problem, where, block, step)
        then = settled(problem, where, flows, self._program.objective)
        return then.flows if then.exact else None

    def _is_due(self, snapshot: Snapshot) -> bool:
        """Return whether the grid has to roll before this snapshot."""
        if not len(self.edges):
            return True
        return not 0.0 <= snapshot.now - self.edges[0] < ROLL_AFTER

    def _build(self, snapshot: Snapshot) -> None:
        """Begin a new program on a new grid, without sessions; keep the old basis for it."""
        if len(self.edges):
            self._before = (self._standing(), self._program.basis())
        self.edges = self._grid.edges(snapshot.now)
        self._program = Program()
        self._blocks = no_blocks(self._pieces)
        self._block_of = {}
        hours = np.diff(self.edges) / 3600.0
        count = len(hours)
        zeros = np.zeros(count)
        self._program.add_rows(np.zeros(2 * count), np.concatenate((zeros, np.full(count, np.inf))))
        nothing = np.zeros(4 * count + 1)
        self._program.add_columns(
            Values(cost=nothing, lower=nothing, upper=nothing), site_entries(hours)
        )

    def _standing(self) -> Standing:
        """Return the shape of the present program."""
        return Standing(edges=self.edges, blocks=self._blocks, block_of=self._block_of)

    def _place(self, snapshot: Snapshot, problem: Problem, step: int) -> bool:
        """Give every stay a block; return False when too many blocks are at rest."""
        cars, blocks = problem.sessions, self._blocks
        first, last = (cars.first + step).tolist(), (cars.last + step).tolist()
        starts, ends = blocks.first.tolist(), blocks.last.tolist()
        new = []
        known = {}
        for car, stay in enumerate(snapshot.stays):
            block = self._block_of.get(stay.key, -1)
            if block < 0 or starts[block] > first[car] or ends[block] != last[car]:
                new.append(car)
            else:
                known[stay.key] = block
        self._block_of = known
        fresh = len(blocks.step) == 0
        if new:
            self._append(snapshot, problem, np.array(new, dtype=np.int64), step)
        live = sum(last) - sum(first)
        all_slots = len(self._blocks.step)
        past = int(np.count_nonzero(self._blocks.step < step))
        return fresh or all_slots - past - live <= RESTING_SHARE_MAX * all_slots

    def _append(self, snapshot: Snapshot, problem: Problem, new: Ints, step: int) -> None:
        """Append blocks for the cars *new* of *problem*."""
        part = Problem(
            hours=problem.hours, sessions=chosen(problem.sessions, new), site=problem.site
        )
        where = slots(part)
        count, cars = len(where.car), len(new)
        values = car_values(part, where).stacked()
        row = self._program.add_rows(
            np.zeros(count + cars), np.concatenate((np.zeros(count), np.full(cars, np.inf)))
        )
        balance = step + np.arange(len(problem.hours))
        column = self._program.add_columns(
            values, car_entries(part, where, balance=balance, row=row)
        )
        offset, blocks = len(self._blocks.step), len(self._blocks.first)
        slot, car, pieces = np.arange(count), np.arange(cars), self._pieces
        flow = column + slot[:, None] + count * np.arange(2 * pieces)
        low = column + 2 * pieces * count
        added = Blocks(
            position=offset + where.begin,
            first=part.sessions.first + step,
            last=part.sessions.last + step,
            start_column=low + 2 * count + car,
            unmet_column=low + 2 * count + cars + car,
            target_row=row + count + car,
            chain_row=row + where.begin,
            block=blocks + where.car,
            step=where.step + step,
            charge=flow[:, :pieces],
            discharge=flow[:, pieces:],
            low=low + slot,
            high=low + count + slot,
        )
        self._blocks = self._blocks.joined(added)
        for number, which in enumerate(new.tolist()):
            self._block_of[snapshot.stays[which].key] = blocks + number

    def _slot_positions(self, where: Slots, block: Ints, step: int) -> Ints:
        """Return where the problem's slots stand among the blocks' slots."""
        mine = block[where.car]
        found: Ints = self._blocks.position[mine] + where.step + step - self._blocks.first[mine]
        return found

    def _write(self, problem: Problem, where: Slots, block: Ints, step: int) -> None:
        """Bring prices, bounds and right sides of the program up to date."""
        count, blocks = len(self.edges) - 1, self._blocks
        size = self._program.columns
        values = Values(cost=np.zeros(size), lower=np.zeros(size), upper=np.zeros(size))
        self._rest(values, problem, block, step)
        at = self._slot_positions(where, block, step)
        wanted = car_values(problem, where)
        for columns, new in (
            (blocks.charge[at].T, wanted.charge),
            (blocks.discharge[at].T, wanted.discharge),
            (blocks.low[at], wanted.low),
            (blocks.high[at], wanted.high),
            (blocks.start_column[block], wanted.start),
            (blocks.unmet_column[block], wanted.unmet),
            (_ahead(count, step), site_values(problem)),
        ):
            values.cost[columns] = new.cost
            values.lower[columns] = new.lower
            values.upper[columns] = new.upper
        self._program.set_columns(values)
        lower = np.zeros(self._program.rows)
        lower[step:count] = net_load(problem)
        lower[blocks.target_row[block]] = wanted.target
        upper = lower.copy()
        upper[count : 2 * count] = np.inf
        upper[blocks.target_row] = np.inf
        self._program.set_rows(lower, upper)
        self._program.set_entry(count + step, 4 * count, float(problem.hours[0]))

    def _rest(self, values: Values, problem: Problem, block: Ints, step: int) -> None:
        """Let past steps hold what is stored now, and finished sessions hold anything."""
        blocks, cars = self._blocks, problem.sessions
        car_of = np.full(len(blocks.first), -1)
        car_of[block] = np.arange(len(block))
        car = car_of[blocks.block]
        resting = blocks.low[car < 0]
        values.upper[resting] = RESTING_KWH_MAX
        here = np.flatnonzero(car >= 0)
        past = here[blocks.step[here] < step + cars.first[car[here]]]
        stored = cars.energy_kwh[car[past]]
        values.lower[blocks.low[past]] = stored
        values.upper[blocks.low[past]] = stored

    def _read(self, problem: Problem, where: Slots, block: Ints, step: int) -> Flows:
        """Return the solver's values as flows of the problem."""
        count, blocks = len(self.edges) - 1, self._blocks
        values = np.maximum(self._program.values(), 0.0)
        at = self._slot_positions(where, block, step)
        site = values[: 4 * count].reshape(4, -1)[:, step:]
        charge, discharge = values[blocks.charge[at]], values[blocks.discharge[at]]
        gains, shares = problem.sessions.charging[1], problem.sessions.discharging[1]
        return Flows(
            charge=charge.sum(axis=1),
            discharge=discharge.sum(axis=1),
            into=np.sum(charge * gains.T[where.car], axis=1),
            out=np.sum(discharge / shares.T[where.car], axis=1),
            stored=values[blocks.low[at]] + values[blocks.high[at]],
            unmet=values[blocks.unmet_column[block]],
            imported=site[0],
            exported=site[1],
            curtailed=site[2],
            over=site[3],
        )


def chosen(sessions: Sessions, which: Ints) -> Sessions:
    """Return the sessions at the positions *which*."""
    found: dict[str, Any] = {
        field.name: getattr(sessions, field.name) for field in fields(sessions)
    }
    for name, values in found.items():
        if values is not None:
            found[name] = values[..., which] if values.ndim == CURVES else values[which]
    return Sessions(**found)


def _ahead(count: int, step: int) -> Ints:
    """Return the site's columns from *step* on, in the order of `columns.site_values`."""
    rest = np.arange(step, count)
    return np.concatenate(
        (rest, count + rest, 2 * count + rest, 3 * count + rest, np.array([4 * count]))
    )
