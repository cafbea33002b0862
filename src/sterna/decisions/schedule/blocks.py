"""Where sessions stand in the living program, and how a basis moves to a new grid."""

from dataclasses import dataclass, fields

import numpy as np

from sterna.decisions.schedule.problem import Floats, Ints
from sterna.decisions.schedule.program import AT_LOWER, BASIC, Basis


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
    target_row: Ints
    chain_row: Ints
    """The row of its first slot; those of the others follow."""
    block: Ints
    """Shape (S,), as the rest."""
    step: Ints
    charge: Ints
    """Shape (S, P): columns, as `discharge`."""
    discharge: Ints
    low: Ints
    """Shape (S,): column, as `high`."""
    high: Ints

    def joined(self, other: "Blocks") -> "Blocks":
        """Return these blocks followed by *other*."""
        return Blocks(
            **{
                field.name: np.concatenate((getattr(self, field.name), getattr(other, field.name)))
                for field in fields(self)
            }
        )


def no_blocks(pieces: int) -> Blocks:
    """Return no blocks, of sessions whose curves have so many *pieces*."""
    curves = {"charge", "discharge"}
    return Blocks(
        **{
            field.name: np.zeros((0, pieces) if field.name in curves else 0, dtype=np.int64)
            for field in fields(Blocks)
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """A program's shape: its grid, its blocks, and which session each block is."""

    edges: Floats
    blocks: Blocks
    block_of: dict[str, int]


def carried(old: Standing, basis: Basis, new: Standing, columns: int, rows: int) -> Basis:
    """Return the *basis* of *old* as a start for *new*, which has *columns* and *rows*.

    Every step inherits from the step that covered its middle, every session from itself. Where
    a long step becomes several short ones the result need not be a regular basis.
    """
    start = Basis(
        columns=np.full(columns, AT_LOWER, dtype=np.int64),
        rows=np.full(rows, BASIC, dtype=np.int64),
    )
    then, now = len(old.edges) - 1, len(new.edges) - 1
    middles = (new.edges[:-1] + new.edges[1:]) / 2
    source = np.clip(np.searchsorted(old.edges, middles, side="right") - 1, 0, then - 1)
    for kind in range(4):
        start.columns[kind * now : (kind + 1) * now] = basis.columns[kind * then + source]
    start.columns[4 * now] = basis.columns[4 * then]
    start.rows[:now] = basis.rows[source]
    start.rows[now : 2 * now] = basis.rows[then + source]
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
    start.columns[new.unmet_column[after]] = basis.columns[old.unmet_column[before]]
    start.rows[new.target_row[after]] = basis.rows[old.target_row[before]]
    origin = np.full(len(new.first), -1)
    origin[after] = before
    mine = origin[new.block]
    slot = np.flatnonzero(mine >= 0)
    mine = mine[slot]
    step = np.clip(source[new.step[slot]], old.first[mine], old.last[mine] - 1)
    at = old.position[mine] + step - old.first[mine]
    for there, here in (
        (old.charge, new.charge),
        (old.discharge, new.discharge),
        (old.low, new.low),
        (old.high, new.high),
    ):
        start.columns[here[slot]] = basis.columns[there[at]]
    row = new.chain_row[new.block[slot]] + slot - new.position[new.block[slot]]
    start.rows[row] = basis.rows[old.chain_row[mine] + step - old.first[mine]]
