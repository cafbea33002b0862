"""Where sessions stand in the living program, and how a basis moves to a new grid."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import HELD_ROWS, in_use, worst
from sterna.decisions.schedule.problem import Floats, Ints, Problem
from sterna.decisions.schedule.program import AT_LOWER, BASIC, Basis
from sterna.decisions.schedule.snapshot import Shape

SITE_KINDS: Final = 4
"""Columns of the site per step: import, export, curtailment, excess."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blocks:
    """Where the sessions' columns and rows stand in the living program.

    B blocks (a session's stay each), S slots over all blocks, block by block.
    """

    position: Ints
    """Shape (B,): the first slot of each block."""
    first: Ints
    """Shape (B,): its first step on the grid."""
    last: Ints
    """Shape (B,): the step after its last one."""
    start_column: Ints
    unmet_column: Ints
    """Shape (B, F): tier by tier."""
    target_row: Ints
    chain_row: Ints
    """The row of its first slot; those of the others follow."""
    marks: Floats
    """Shape (B, M): its coefficients, see `marks_of`. A session with others needs another block."""
    block: Ints
    """Shape (S,), as the rest."""
    step: Ints
    charge: Ints
    """Shape (S, P): columns, as `discharge`. What a session can never use has none of its own: it stands
    at a column that is always 0, as `stored`."""
    discharge: Ints
    stored: Ints
    """Shape (S, parts): columns."""
    reserve: Ints
    """Shape (S, 2): columns; (S, 0) without."""
    held: Ints
    """Shape (S, 6): the reserve's rows; (S, 0) without."""

    def joined(self, other: "Blocks") -> "Blocks":
        """Return these blocks followed by *other*."""
        return Blocks(
            **{
                field.name: np.concatenate((getattr(self, field.name), getattr(other, field.name)))
                for field in fields(self)
            }
        )


def no_blocks(shape: Shape) -> Blocks:
    """Return no blocks, of sessions in a program of *shape*."""
    held = 1 if shape.reserve else 0
    parts = 3 if shape.early else 2
    marks = 2 * shape.pieces + 1 + parts + len(shape.bands) + 2 * held
    widths = {
        "charge": shape.pieces, "discharge": shape.pieces, "stored": parts,
        "reserve": 2 * held, "held": HELD_ROWS * held, "unmet_column": shape.tiers,
    }  # fmt: skip
    tables = {name: np.zeros((0, width), dtype=np.int64) for name, width in widths.items()}
    flat = {
        field.name: np.zeros(0, dtype=np.int64)
        for field in fields(Blocks)
        if field.name not in widths and field.name != "marks"
    }
    return Blocks(**flat, **tables, marks=np.zeros((0, marks)))


def marks_of(problem: Problem) -> Floats:
    """Return the coefficients of each session, and its columns in use, shape (N, M), that its block in a program is made with."""
    cars = problem.sessions
    found = [*cars.charging[1], *cars.discharging[1], *in_use(problem)]
    found += [band.weight for band in problem.bands]
    if problem.reserve is not None:
        found += [problem.reserve.hold_h * most for most in worst(problem)]
    return np.array(found).T


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """A program's shape, its grid, its blocks, and which session each block is."""

    shape: Shape
    edges: Floats
    blocks: Blocks
    block_of: dict[str, int]


def carried(old: Standing, basis: Basis, new: Standing, columns: int, rows: int) -> Basis:
    """Return the *basis* of *old* as a start for *new*, which has *columns* and *rows*.

    Every step inherits from the step that covered its middle, every session from itself. Where
    a long step becomes several short ones the result need not be a regular basis.
    """
    start = Basis(
        columns=np.full(columns, AT_LOWER, dtype=np.object_),
        rows=np.full(rows, BASIC, dtype=np.object_),
    )
    then, now = len(old.edges) - 1, len(new.edges) - 1
    middles = (new.edges[:-1] + new.edges[1:]) / 2
    source = np.clip(np.searchsorted(old.edges, middles, side="right") - 1, 0, then - 1)
    promised = (old.shape.bands, old.shape.reserve) == (new.shape.bands, new.shape.reserve)
    held = 2 if new.shape.reserve else 0
    more = len(new.shape.bands) if promised else 0
    for kind in range(4 + (2 * more + held if promised else 0)):
        peak = kind >= SITE_KINDS  # One column of the peak stands between.
        begin = kind * now + peak
        start.columns[begin : begin + now] = basis.columns[kind * then + peak + source]
    start.columns[4 * now] = basis.columns[4 * then]
    for kind in range(2 + (more + held if promised else 0)):
        start.rows[kind * now : (kind + 1) * now] = basis.rows[kind * then + source]
    pairs = [
        (old.block_of[key], block) for key, block in new.block_of.items() if key in old.block_of
    ]
    if pairs:
        _carry_blocks(old.blocks, basis, new.blocks, start, np.array(pairs).T, source)
    return start


def _carry_blocks(
    old: Blocks, basis: Basis, new: Blocks, start: Basis, pairs: Ints, source: Ints
) -> None:
    """Copy the statuses of the sessions in *pairs* (old block, new block) into *start*."""
    before, after = pairs
    tiers = min(old.unmet_column.shape[1], new.unmet_column.shape[1])
    start.columns[new.unmet_column[after, :tiers]] = basis.columns[old.unmet_column[before, :tiers]]
    start.rows[new.target_row[after]] = basis.rows[old.target_row[before]]
    origin = np.full(len(new.first), -1)
    origin[after] = before
    mine = origin[new.block]
    slot = np.flatnonzero(mine >= 0)
    mine = mine[slot]
    step = np.clip(source[new.step[slot]], old.first[mine], old.last[mine] - 1)
    at = old.position[mine] + step - old.first[mine]
    for there, here, into, statuses in (
        (old.charge, new.charge, start.columns, basis.columns),
        (old.discharge, new.discharge, start.columns, basis.columns),
        (old.stored, new.stored, start.columns, basis.columns),
        (old.reserve, new.reserve, start.columns, basis.columns),
        (old.held, new.held, start.rows, basis.rows),
    ):
        width = min(there.shape[1], here.shape[1])
        into[here[slot, :width]] = statuses[there[at, :width]]
    row = new.chain_row[new.block[slot]] + slot - new.position[new.block[slot]]
    start.rows[row] = basis.rows[old.chain_row[mine] + step - old.first[mine]]
