"""All cars at a point: the passes that every Newton step makes over them.

`Fleet` holds the arrays; how the passes run is another matter: compiled (`passes.c`) or in numpy.
"""

from typing import Final, Protocol

import numpy as np

from sterna.decisions.schedule.interior.layout import Layout
from sterna.decisions.schedule.interior.site import centred
from sterna.decisions.schedule.problem import Floats, Ints

CHUNKS_MAX: Final = 8
"""Parts of the fleet whose sums are kept apart, so that the number of threads changes no bit."""
CHUNK_CARS_MIN: Final = 25
"""A chunk has a matrix of its own: fewer cars than these are not worth one."""
SUMS: Final = 5
PRODUCTS, PRIMAL, DUAL, RESIDUAL, RECENTRED = range(SUMS)


class Passes(Protocol):
    """What is done to all cars of a fleet."""

    def factor(self) -> None:
        """Find residuals, reduced costs, factors; `schur`, `power`, `answer` and `sums`."""
        ...

    def predict(self) -> None:
        """Find the direction without centring: `dx`, reaches, `change`; `answer2`, `answer3`."""
        ...

    def direct(self) -> None:
        """Find the direction to products of `target`: `dx`, `dzl`, `dzu`, `dvalue`, reaches."""
        ...

    def advance(self) -> None:
        """Go, who cannot go that far is recentred at the prices; then factor."""
        ...

    def recentre(self) -> None:
        """Bring every car near products of `target` at the prices."""
        ...


class Fleet:
    """The state of all cars. N cars, M slots, F variables, G groups, T steps, C chunks."""

    def __init__(self, layout: Layout, group: Ints, groups: int, steps: int) -> None:
        """Make the arrays of *layout*; *group*: (N,) which of the *groups* prices each car sees."""
        cars = len(layout.count)
        self.layout = layout
        self.steps, self.groups, self.group = steps, groups, group
        self.first = layout.where.step[layout.slot[:-1]] if cars else np.zeros(0, np.int64)
        chunks = max(1, min(CHUNKS_MAX, cars // CHUNK_CARS_MIN))
        total = layout.slot[-1]
        self.cut = np.searchsorted(layout.slot, np.arange(chunks + 1) * total / chunks)
        self.cut[0], self.cut[-1] = 0, cars
        self.chunks = chunks
        variables, slots = int(layout.flat[-1]), int(total)
        self.x, self.zl, self.zu, self.theta, self.pull, self.dx, self.dzl, self.dzu = (
            np.zeros(variables) for _ in range(8)
        )
        self.per_x, self.per_room = np.zeros(variables), np.zeros(variables)
        self.value, self.dvalue, self.residual = (np.zeros(slots) for _ in range(3))
        self.inverse, self.onward, self.wish, self.extra, self.coupling, self.spread = (
            np.zeros(slots) for _ in range(6)
        )
        self.held, self.mixed, self.loose = (np.zeros(slots) for _ in range(3))
        self.schur = np.zeros((chunks, groups, steps, steps))
        self.power, self.answer, self.answer2, self.answer3 = (
            np.zeros((chunks, groups, steps)) for _ in range(4)
        )
        self.sums = np.zeros((chunks, SUMS))
        self.reach, self.reach_dual = np.ones(cars), np.ones(cars)
        self.change = np.zeros((cars, 3))
        self.price, self.move = np.zeros((groups, steps)), np.zeros((groups, steps))
        self.target = 0.0
        """Products that the next direction aims at."""
        self.second = 1.0
        """Weight of the second order in it."""
        self.length = self.length_dual = 0.0
        """How far the next step goes."""
        self.fraction = 1.0
        """Part of a car's reach that it goes at most."""
        self.stiff = np.zeros(steps)
        """How far the prices of each step may move, EUR per kWh: a car answers by its width at most."""
        self.live = int(np.count_nonzero(layout.width > 0))

    def start(self, x: Floats, value: Floats, product: float) -> None:
        """Begin at *x* (F,) with stored energy worth *value* (M,), products near *product*."""
        layout = self.layout
        self.x[:] = x
        self.value[:] = value
        lower, upper = centred(self.reduced(), x, layout.width, product)
        self.zl[:], self.zu[:] = lower, upper

    def reduced(self) -> Floats:
        """Return the reduced costs at the present prices and values, shape (F,)."""
        layout = self.layout
        where, value = layout.where, self.value
        seen = self.price[self.group[where.car], where.step]
        onward = np.zeros(len(value))
        onward[:-1] = value[1:]
        onward[where.end] = 0.0
        found = layout.cost.copy()
        for kind in range(layout.ups):
            at = layout.position(kind)
            found[at] += seen - layout.gain[where.car, kind] * value
        for kind in range(layout.downs):
            at = layout.position(layout.ups + kind)
            found[at] += layout.drain[where.car, kind] * value - seen
        for kind in range(layout.stores):
            at = layout.position(layout.ups + layout.downs + kind)
            found[at] += value - onward
        for kind in range(layout.lasts):
            found[layout.tail(kind)] += value[where.end]
        return found

    def by_group(self, sums: Floats) -> Floats:
        """Return sums over the chunks (C, G, ...) in their order."""
        found: Floats = np.add.reduce(sums, axis=0)
        return found
