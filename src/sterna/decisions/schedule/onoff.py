"""On or off: a converter is not run at a power at which it loses much of what it moves.

The linear program knows a converter's best efficiency at every power up to the best one (its
hull), so that it likes 0.3 kW for an hour as much as 9 kW for two minutes. Running takes p0 all
the time, though. After the solve, the steps in which all cars together would run below the least
worthwhile power are closed, and the program is solved once more, from the basis that it has.
Where that leaves a driver short, or the site over its limit, they are opened again: need goes
before loss. A few such steps far ahead in a large site are left alone: they are means over hours,
and are looked at when they are near.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import Slots
from sterna.decisions.schedule.plan import TINY_KWH, Flows
from sterna.decisions.schedule.problem import Flags, Ints, Problem

NEAR_H: Final = 0.5
"""A step up to this long is near: its mean power is the power that is asked for."""
FAINT_SHARE: Final = 0.1
"""Faint running far ahead counts from this part of all energy that is moved that way."""
ROUNDS_MAX: Final = 3
"""Each round opens the slots again that somebody needs; what needs more stays as it was."""
NEED_KWH: Final = 1e-4
"""A target missed by less more than before is the solver's noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Faint:
    """Slots in which a car would run too low, by direction."""

    charging: Ints
    discharging: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.charging) + len(self.discharging)

    def joined(self, other: "Faint") -> "Faint":
        """Return these and *other*."""
        return Faint(
            charging=np.union1d(self.charging, other.charging),
            discharging=np.union1d(self.discharging, other.discharging),
        )

    def without(self, needy: Flags) -> "Faint":
        """Return those that *needy* (by slot) does not name."""
        return Faint(
            charging=self.charging[~needy[self.charging]],
            discharging=self.discharging[~needy[self.discharging]],
        )


NOBODY: Final = Faint(charging=np.zeros(0, np.int64), discharging=np.zeros(0, np.int64))


def faint(problem: Problem, where: Slots, flows: Flows) -> Faint:
    """Return the slots of steps in which all cars together run too low for the car there.

    A plan is followed as the sum of all cars, which dispatch bundles on as few cars as can be. So a
    small power of one car beside larger ones in the same step and direction is no faint running.
    """
    cars, steps = problem.sessions, len(problem.hours)
    least = cars.worthwhile_kw[where.car] * cars.present_h[where.car, where.step]
    low, strong, counts = [], [], False
    near = problem.hours[where.step] <= NEAR_H
    for moved in (flows.charge, flows.discharge):
        runs = moved > TINY_KWH
        together = np.bincount(where.step, weights=moved, minlength=steps)[where.step]
        low.append(runs & (together < least - TINY_KWH))
        strong.append(runs & ~low[-1])
        counts |= bool((low[-1] & near).any())
        counts |= bool(moved[low[-1]].sum() > FAINT_SHARE * moved.sum())
    if not counts:
        return NOBODY
    # Steps of one price are all the same to a program that gives back little in each: who gives back
    # nowhere at a proper power does not give back at all.
    weak = np.bincount(where.car, weights=low[1], minlength=len(cars)) > 0
    weak &= np.bincount(where.car, weights=strong[1], minlength=len(cars)) == 0
    return Faint(
        charging=np.flatnonzero(low[0]), discharging=np.flatnonzero(low[1] | weak[where.car])
    )


def short(where: Slots, before: Flows, then: Flows) -> Flags:
    """Return the slots, shape (K,), of cars that got less and of steps that are further over a limit.

    Limits are the site's, its bands' and the reserve that it promised.
    """
    lacks = then.unmet > before.unmet + NEED_KWH
    over = then.over > before.over + NEED_KWH
    for worse, known in (
        (np.abs(then.missed), np.abs(before.missed)),
        (then.lacking, before.lacking),
    ):
        over |= np.any(worse > known + NEED_KWH, axis=0)
    found: Flags = lacks[where.car] | over[where.step]
    return found


def settle_faint(
    problem: Problem,
    where: Slots,
    flows: Flows,
    close: Callable[[Faint], Flows | None],
) -> Flows:
    """Return *flows* without faint running, as far as nobody's need stands against it.

    *close* solves again with these slots closed, and all others as they were; None: it cannot.
    """
    best, closed = flows, faint(problem, where, flows)
    needed = np.zeros(len(where.car), dtype=bool)
    for _ in range(ROUNDS_MAX if len(closed) else 0):
        then = close(closed)
        if then is None:
            break
        wanting = short(where, flows, then)
        fewer = closed.without(wanting)
        if len(fewer) < len(closed):
            needed |= wanting
            closed = fewer
            continue
        best = then
        more = faint(problem, where, then).without(needed)
        if not len(more):
            break
        closed = closed.joined(more)
    return best
