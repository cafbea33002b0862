"""Rainflow counting: which cycles, nested in one another, a curve is made of.

The three-point rule of ASTM E1049-85 section 5.4.4, as implementations of it describe it: of the three
newest reversals, X is the newest range and Y the one before. While X >= Y, Y is a cycle: a whole one,
and its two reversals are dropped; or a half one where it holds the first reversal, which is dropped.
What is left at the end counts as half cycles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

WHOLE: Final = 1.0
HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle of a curve: from one reversal to another and, if it is a whole one, back."""

    depth: float
    """The range between its reversals, >= 0."""
    count: float
    """1 for a whole cycle, 0.5 for a half one."""
    first: int
    """Index in the curve of the reversal where it begins."""
    last: int
    """Index of the reversal where it turns or, for a half one, ends."""


def reversals(values: Sequence[float]) -> list[int]:
    """Return where *values* turn, and both ends; a curve that never moves has none."""
    turns: list[int] = []
    rising: bool | None = None
    for index in range(1, len(values)):
        step = values[index] - values[index - 1]
        if step == 0 or (step > 0) == rising:
            continue
        turns.append(index - 1)
        rising = step > 0
    return [*turns, len(values) - 1] if turns else []


def cycles(values: Sequence[float]) -> tuple[Cycle, ...]:
    """Return the cycles of *values* in the order in which they close.

    Twice the sum of count times depth is the way that the curve goes up and down altogether.
    """
    found: list[Cycle] = []
    kept: list[int] = []

    def counted(first: int, last: int, count: float) -> None:
        depth = abs(values[last] - values[first])
        found.append(Cycle(depth=depth, count=count, first=first, last=last))

    for turn in reversals(values):
        kept.append(turn)
        while len(kept) >= 3:
            before, middle, newest = kept[-3:]
            if abs(values[newest] - values[middle]) < abs(values[middle] - values[before]):
                break
            if len(kept) == 3:
                counted(before, middle, HALF)
                del kept[0]
            else:
                counted(before, middle, WHOLE)
                del kept[-3:-1]
    for first, last in pairwise(kept):
        counted(first, last, HALF)
    return tuple(found)
