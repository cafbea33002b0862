"""The schedule of a live site, solved again and again from the last one's basis.

The program stays inside the solver, on a grid of absolute time. From one
snapshot to the next only bounds, prices and right sides change: what is past is
fixed, the current step shrinks, forecasts and stored energies move, a new
session is appended as a block, a finished one is put to rest. The dual simplex
then needs few steps. When the clock has run through the finest steps, the grid
rolls and the program is built anew.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from sterna.decisions.schedule.blocks import (
    SITE_KINDS,
    Blocks,
    Standing,
    carried,
    marks_of,
    no_blocks,
)
from sterna.decisions.schedule.columns import (
    HELD_ROWS,
    Slots,
    Values,
    car_values,
    in_use,
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
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.onoff import Faint, settle_faint
from sterna.decisions.schedule.plan import Flows, Prices, costs_of, plan_of, settled
from sterna.decisions.schedule.problem import Floats, Ints, Plan, Problem
from sterna.decisions.schedule.program import AT_LOWER, Basis, Program
from sterna.decisions.schedule.snapshot import (
    PLAIN,
    Grid,
    Shape,
    Snapshot,
    problem_of,
    remaining,
    shape_of,
)
from sterna.decisions.schedule.stay_rows import StayRows
from sterna.kernel.quantities import Seconds

ROLL_AFTER: Final = Seconds(3600.0)
"""How long a grid stays in place: at least an hour of its two fine hours then lies ahead."""
RESTING_SHARE_MAX: Final = 0.5
"""Blocks at rest cost time in every solve: when they are more than this share of all slots, the
program is built anew before its time."""

RESTING_KWH_MAX: Final = 1e3
"""Bound of stored energy in a block at rest: above any battery, so that it holds whatever it held."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ahead:
    """Where the site stands in the program from a step on."""

    step: int
    rows: Rows
    columns: Ints
    """In the order of `columns.site_values`."""
    all_rows: Ints
    """In the order of `columns.site_sides`."""


class Rolling:
    """One site's schedule over time. Feed it snapshots in the order of time."""

    def __init__(self, grid: Grid | None = None) -> None:
        """Start without a program; the first snapshot builds it."""
        self._grid = grid or Grid()
        self.edges: Floats = np.zeros(0)
        """The grid in use: limits of its steps, seconds since the epoch."""
        self.problem: Problem | None = None
        """What the last plan answers."""
        self._program = Program()
        self._rows = StayRows()
        self._shape = PLAIN
        self._blocks = no_blocks(PLAIN)
        self._block_of: dict[str, int] = {}
        self._nowhere = 0
        """A column without entries that is always 0: where sessions have what they can never use."""
        self._site: _Ahead | None = None
        self._before: tuple[Standing, Basis] | None = None

    def solve(self, snapshot: Snapshot) -> Plan:
        """Return the optimal plan from *snapshot.now* to the horizon.

        Its rows are the snapshot's stays, its first step begins now. The cost equals that of
        a solve from scratch; among plans of equal cost it prefers what was planned before.
        """
        if self._is_due(snapshot):
            self._build(snapshot)
        step, edges = remaining(self.edges, snapshot.now)
        problem = problem_of(snapshot, edges, self._shape, self._rows)
        shape = shape_of(problem)
        if shape != self._shape:
            self._build(snapshot, shape)
            return self.solve(snapshot)
        self.problem, where = problem, slots(problem)
        if not self._place(snapshot, problem, step):
            self._build(snapshot)
            return self.solve(snapshot)
        block = np.array([self._block_of[stay.key] for stay in snapshot.stays], dtype=np.int64)
        self._write(problem, where, block, step)
        if self._before is not None:
            old, basis = self._before
            size, rows = self._program.columns, self._program.rows
            start = carried(old, basis, self._standing(), size, rows)
            start.columns[self._nowhere] = AT_LOWER
            self._program.start_from(start)
            self._before = None
        optimal = self._program.run()
        if not optimal:  # Numerical trouble in the inherited basis: start this one cold.
            self._program.forget_basis()
            optimal = self._program.run()
        assert optimal, "every problem has a schedule: what does not fit is over_kwh or unmet_kwh"
        flows = self._read(problem, where, block, step)
        bound = self._program.objective + left_out(problem, where)
        found = settled(problem, where, flows, bound)
        if not found.exact:
            return solve(problem, edges)
        close = partial(self._close, problem, where, block, step)
        flows = settle_faint(problem, where, found.flows, close)
        if flows is not found.flows:
            found = replace(found, flows=flows, costs=costs_of(problem, where, flows))
        return plan_of(
            problem,
            where,
            found,
            prices=self._prices(where, block, step),
            edges=edges,
            bound=bound,
            solver="rolling",
            iterations=self._program.iterations,
        )

    def _prices(self, where: Slots, block: Ints, step: int) -> Prices:
        """Return the duals of the last solve."""
        duals, rows, blocks = self._program.row_prices(), self._ahead(step).rows, self._blocks
        at = self._slot_positions(where, block, step) - blocks.position[block][where.car]
        return Prices(
            site=duals[rows.balance],
            stored=-duals[blocks.chain_row[block][where.car] + at],
            bands=-duals[rows.bands],
            reserve=duals[rows.pool],
        )

    def _close(
        self, problem: Problem, where: Slots, block: Ints, step: int, low: Faint
    ) -> Flows | None:
        """Solve again with the slots of *low* closed; None where that has no solution."""
        at, blocks = self._slot_positions(where, block, step), self._blocks
        closed = np.concatenate(
            (blocks.charge[at[low.charging]].ravel(), blocks.discharge[at[low.discharging]].ravel())
        )
        self._program.close(closed)
        if not self._program.run():
            return None
        flows = self._read(problem, where, block, step)
        objective = self._program.objective + left_out(problem, where)
        then = settled(problem, where, flows, objective)
        return then.flows if then.exact else None

    def _is_due(self, snapshot: Snapshot) -> bool:
        """Return whether the grid has to roll before this snapshot."""
        if not len(self.edges):
            return True
        return not 0.0 <= snapshot.now - self.edges[0] < ROLL_AFTER

    def _build(self, snapshot: Snapshot, shape: Shape | None = None) -> None:
        """Begin a new program on a new grid, of another *shape* if given, without sessions; keep the old basis for it."""
        if len(self.edges):
            self._before = (self._standing(), self._program.basis())
        self._shape = shape or self._shape
        self.edges = self._grid.edges(snapshot.now)
        self._program = Program()
        self._blocks = no_blocks(self._shape)
        self._block_of = {}
        self._site = None
        hours = np.diff(self.edges) / 3600.0
        bands, reserve = len(self._shape.bands), self._shape.reserve
        kinds = bands + (2 if reserve else 0)
        self._program.add_rows(*(np.zeros((2 + kinds) * len(hours)),) * 2)
        entries = site_entries(hours, bands, reserve=reserve)
        nothing, none = np.zeros(len(entries.starts)), np.zeros(0, np.int64)
        self._program.add_columns(Values(cost=nothing, lower=nothing, upper=nothing), entries)
        empty = Entries(starts=np.zeros(1, np.int64), rows=none, values=np.zeros(0))
        self._nowhere = self._program.add_columns(
            Values(cost=np.zeros(1), lower=np.zeros(1), upper=np.zeros(1)), empty
        )

    def _standing(self) -> Standing:
        """Return the shape of the present program."""
        return Standing(
            shape=self._shape, edges=self.edges, blocks=self._blocks, block_of=self._block_of
        )

    def _place(self, snapshot: Snapshot, problem: Problem, step: int) -> bool:
        """Give every stay a block; return False when too many blocks are at rest."""
        cars, blocks = problem.sessions, self._blocks
        first, last = (cars.first + step).tolist(), (cars.last + step).tolist()
        starts, ends = blocks.first.tolist(), blocks.last.tolist()
        named = np.array([self._block_of.get(stay.key, -1) for stay in snapshot.stays], np.int64)
        same = named >= 0
        same[same] = np.all(blocks.marks[named[same]] == marks_of(problem)[same], axis=1)
        new = []
        known = {}
        for car, stay in enumerate(snapshot.stays):
            block = int(named[car])
            if same[car] and starts[block] <= first[car] and ends[block] == last[car]:
                known[stay.key] = block
            else:
                new.append(car)
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
        part = problem.chosen(new)
        where = slots(part)
        count, cars = len(where.car), len(new)
        values = car_values(part, where)
        row = self._program.add_rows(*values.sides())
        entries = car_entries(part, where, replace(self._ahead(step).rows, first=row))
        slot, car, shape = np.arange(count), np.arange(cars), self._shape
        held = 2 if shape.reserve else 0
        parts = stored_parts(part)
        kinds = 2 * shape.pieces + parts + held
        used = np.ones(len(entries.starts), dtype=bool)
        gives, *stores = in_use(part)[:, where.car]
        used[: kinds * count].reshape(kinds, -1)[shape.pieces : kinds - held] = (
            *[gives] * shape.pieces,
            *stores,
        )
        column = self._program.add_columns(values.stacked().only(used), entries.only(used))
        columns = np.where(used, column + np.cumsum(used) - 1, self._nowhere)
        charge, discharge, stored, reserve = np.split(
            columns[: kinds * count].reshape(kinds, -1).T,
            np.cumsum([shape.pieces, shape.pieces, parts]),
            axis=1,
        )
        start = int(columns[kinds * count])
        added = Blocks(
            position=len(self._blocks.step) + where.begin,
            first=part.sessions.first + step,
            last=part.sessions.last + step,
            start_column=start + car,
            unmet_column=start + cars + car[:, None] + cars * np.arange(shape.tiers),
            target_row=row + count + car,
            chain_row=row + where.begin,
            marks=marks_of(part),
            block=len(self._blocks.first) + where.car,
            step=where.step + step,
            charge=charge,
            discharge=discharge,
            stored=stored,
            reserve=reserve,
            held=row + count + cars + slot[:, None] + count * np.arange(HELD_ROWS * (held // 2)),
        )
        for number, which in enumerate(new.tolist()):
            self._block_of[snapshot.stays[which].key] = len(self._blocks.first) + number
        self._blocks = self._blocks.joined(added)

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
        at, ahead = self._slot_positions(where, block, step), self._ahead(step)
        wanted = car_values(problem, where)
        for columns, new in (
            (blocks.charge[at].T, wanted.charge),
            (blocks.discharge[at].T, wanted.discharge),
            (blocks.stored[at].T, wanted.stored),
            (blocks.reserve[at].T, wanted.reserve),
            (blocks.start_column[block], wanted.start),
            (blocks.unmet_column[block].T, wanted.unmet),
            (ahead.columns, site_values(problem)),
        ):
            values.cost[columns] = new.cost
            values.lower[columns] = new.lower
            values.upper[columns] = new.upper
        values.cost[self._nowhere] = 0.0
        self._program.set_columns(values)
        lower, upper = np.zeros(self._program.rows), np.zeros(self._program.rows)
        if self._kinds:
            for some in (slice(2 * count, (2 + self._kinds) * count), blocks.held):
                lower[some], upper[some] = -np.inf, np.inf
        upper[count : 2 * count] = np.inf
        upper[blocks.target_row] = np.inf
        lower[ahead.all_rows], upper[ahead.all_rows] = site_sides(problem)
        lower[blocks.target_row[block]] = wanted.target
        if self._shape.reserve:
            held = blocks.held[at].T
            lower[held], upper[held] = wanted.held.lower, wanted.held.upper
        self._program.set_rows(lower, upper)
        now = float(problem.hours[0])
        self._program.set_entry(count + step, 4 * count, now)
        if self._shape.reserve:
            here = at[where.step == 0]
            rows_now, columns_now = blocks.held[here, :2].ravel(), blocks.reserve[here].ravel()
            for row, column in zip(rows_now.tolist(), columns_now.tolist(), strict=True):
                self._program.set_entry(row, column, now)

    @property
    def _kinds(self) -> int:
        """Rows of the site per step beside balance and peak."""
        return len(self._shape.bands) + (2 if self._shape.reserve else 0)

    def _ahead(self, step: int) -> _Ahead:
        """Return where the site stands from *step* on; worked out once for each step of a program."""
        if self._site is None or self._site.step != step:
            count, shape = len(self.edges) - 1, self._shape
            rows = site_rows(count, len(shape.bands), reserve=shape.reserve, step=step)
            rest = rows.balance
            usual = count * np.arange(SITE_KINDS)[:, None] + rest
            kinds = np.arange(self._kinds + len(shape.bands))
            more = SITE_KINDS * count + 1 + count * kinds[:, None] + rest
            all_rows = (rest, count + rest, rows.bands.ravel(), rows.pool.ravel())
            self._site = _Ahead(
                step=step,
                rows=rows,
                columns=np.concatenate((usual.ravel(), [SITE_KINDS * count], more.ravel())),
                all_rows=np.concatenate(all_rows),
            )
        return self._site

    def _rest(self, values: Values, problem: Problem, block: Ints, step: int) -> None:
        """Let past steps hold what is stored now, and finished sessions hold anything."""
        blocks, cars = self._blocks, problem.sessions
        car_of = np.full(len(blocks.first), -1)
        car_of[block] = np.arange(len(block))
        car = car_of[blocks.block]
        resting = blocks.stored[:, 0][car < 0]
        values.upper[resting] = RESTING_KWH_MAX
        here = np.flatnonzero(car >= 0)
        past = here[blocks.step[here] < step + cars.first[car[here]]]
        stored = cars.energy_kwh[car[past]]
        first = blocks.stored[:, 0][past]
        values.lower[first] = stored
        values.upper[first] = stored

    def _read(self, problem: Problem, where: Slots, block: Ints, step: int) -> Flows:
        """Return the solver's values as flows of the problem."""
        count, blocks = len(self.edges) - 1, self._blocks
        values = np.maximum(self._program.values(), 0.0)
        at = self._slot_positions(where, block, step)
        site = values[: 4 * count].reshape(4, -1)[:, step:]
        charge, discharge = values[blocks.charge[at]], values[blocks.discharge[at]]
        gains, shares = problem.sessions.charging[1], problem.sessions.discharging[1]
        bands = len(self._shape.bands)
        more = values[4 * count + 1 : 4 * count + 1 + (self._kinds + bands) * count]
        more = more.reshape(-1, count)[:, step:]
        return Flows(
            charge=charge.sum(axis=1),
            discharge=discharge.sum(axis=1),
            into=np.sum(charge * gains.T[where.car], axis=1),
            out=np.sum(discharge / shares.T[where.car], axis=1),
            stored=values[blocks.stored[at]].sum(axis=1),
            reserve=values[blocks.reserve[at]].T,
            unmet=values[blocks.unmet_column[block]].sum(axis=1),
            imported=site[0],
            exported=site[1],
            curtailed=site[2],
            over=site[3],
            missed=more[:bands] - more[bands : 2 * bands],
            lacking=more[2 * bands :],
        )
