"""The layout of a large fleet, a part at a time and put together: what a part needs stays in the cache."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.columns import Slots
from sterna.decisions.schedule.interior.layout import Bounds, Layout, chains_of, in_steps
from sterna.decisions.schedule.problem import Ints, Problem

CARS_AT_ONCE: Final = 1000
"""Some 40,000 slots of a day: arrays of a third of a megabyte."""


def layout_of(problem: Problem, threads: int = 1) -> Layout:
    """Return *problem* as chains.

    Large fleets are laid out a part at a time: what a part needs stays in the processor's cache.
    """
    cars = len(problem.sessions)
    if cars <= CARS_AT_ONCE:
        return chains_of(problem)
    cuts = [*range(0, cars, CARS_AT_ONCE), cars]
    parts = (problem.chosen(np.arange(*cut)) for cut in pairwise(cuts))
    with ThreadPoolExecutor(threads) as pool:
        return _joined(list(pool.map(chains_of, parts)))


def _joined(parts: list[Layout]) -> Layout:
    """Return the layout of all cars of *parts*, one part after the other."""
    cars = _ends([len(part.count) for part in parts])
    slot, flat = (_offsets([getattr(part, name) for part in parts]) for name in ("slot", "flat"))
    begins = _ends([part.slot[-1] for part in parts])
    where = [part.where for part in parts]
    car, step = _block(
        [
            [one.car + at for one, at in zip(where, cars, strict=False)],
            [one.step for one in where],
        ]
    )
    by_step, first = in_steps(step, len(parts[0].begins) - 1)
    bounds = [part.bounds for part in parts]
    rows = [[getattr(part, name) for part in parts] for name in ("rhs", "base_kwh", "fixed_kwh")]
    rows += [
        [getattr(one, name) for one in bounds]
        for name in ("most_in", "most_out", "floor", "ceiling")
    ]
    ups, downs = parts[0].ups, parts[0].downs
    rows += [[one.up[piece] for one in bounds] for piece in range(ups)]
    rows += [[one.down[piece] for one in bounds] for piece in range(downs)]
    per_slot = _block(rows)
    width, cost = _block([[part.width for part in parts], [part.cost for part in parts]])
    return Layout(
        where=Slots(
            car=car,
            step=step,
            begin=np.concatenate([one.begin + at for one, at in zip(where, begins, strict=False)]),
            end=np.concatenate([one.end + at for one, at in zip(where, begins, strict=False)]),
        ),
        count=np.concatenate([part.count for part in parts]),
        slot=slot,
        flat=flat,
        gain=np.concatenate([part.gain for part in parts]),
        drain=np.concatenate([part.drain for part in parts]),
        stores=parts[0].stores,
        lasts=parts[0].lasts,
        width=width,
        cost=cost,
        rhs=per_slot[0],
        base_kwh=per_slot[1],
        fixed_kwh=per_slot[2],
        constant_eur=sum(part.constant_eur for part in parts),
        bounds=Bounds(
            most_in=per_slot[3],
            most_out=per_slot[4],
            floor=per_slot[5],
            ceiling=per_slot[6],
            up=per_slot[7 : 7 + ups],
            down=per_slot[7 + ups :],
        ),
        by_step=by_step,
        begins=first,
    )


def _ends(lengths: list[int]) -> list[int]:
    """Return where parts of *lengths* begin, and where the last one ends."""
    return [0, *np.cumsum(lengths).tolist()]


def _offsets(arrays: list[Ints]) -> Ints:
    """Return the offsets of all parts from those of each."""
    firsts = _ends([array[-1] for array in arrays])
    shifted = [array[:-1] + first for array, first in zip(arrays, firsts, strict=False)]
    return np.concatenate((*shifted, firsts[-1:]))


def _block(rows: list[list[NDArray[Any]]]) -> NDArray[Any]:
    """Return the parts of each row one after the other, all rows in one piece of memory.

    Large pieces are much cheaper to get from the system than many small ones.
    """
    length = sum(len(part) for part in rows[0])
    found = np.empty((len(rows), length), dtype=rows[0][0].dtype)
    for row, parts in zip(found, rows, strict=True):
        np.concatenate(parts, out=row)
    return found
