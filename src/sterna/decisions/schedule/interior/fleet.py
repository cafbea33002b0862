"""All cars at a point: the passes that every Newton step makes over them.

`Fleet` holds the arrays; how the passes run is another matter: compiled (`cars.c`) or in numpy.
"""

from typing import Any, Final, Protocol

import numpy as np

from sterna.decisions.schedule.interior.layout import Layout, reduced_costs
from sterna.decisions.schedule.interior.memory import Room
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
        """Find the direction without centring: `ahead`, `aim`, reaches, `change`; `answer2`, `answer3`."""
        ...

    def direct(self) -> None:
        """Find the direction to products of `target`: `dx`, `dvalue`, reaches."""
        ...

    def advance(self) -> None:
        """Go, who cannot go that far is recentred at the prices; then factor."""
        ...

    def begin(self) -> None:
        """Put every car where the prices lead it by themselves, and bring it near products of `centre` there."""
        ...

    def stored(self) -> None:
        """Find `stored`, the stored energy at the present point."""
        ...


class Fleet:
    """The state of all cars. N cars, M slots, F variables, G groups, T steps, C chunks."""

    def __init__(
        self,
        layout: Layout,
        group: Ints,
        groups: int,
        steps: int,
        *,
        precise: bool = True,
        room: Room | None = None,
    ) -> None:
        """Make the arrays of *layout* in *room*; *group*: (N,) which of the *groups* prices each car sees.

        Not *precise*: in single precision, which is half of the way to memory. What a pass fills before
        it is read is rubbish until then.
        """
        room = room or Room()
        real: Any = np.float64 if precise else np.float32
        self.precise = precise
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
        self.gain, self.drain, self.rhs = (
            np.asarray(values, dtype=real) for values in (layout.gain, layout.drain, layout.rhs)
        )
        self.width, self.cost = layout.width, layout.cost
        if not precise:
            self.width, self.cost = room.take((2, variables), real)
            self.width[:], self.cost[:] = layout.width, layout.cost
        self.x, self.zl, self.zu, self.theta, self.pull, self.ahead, self.dx = room.take(
            (7, variables), real
        )
        per_slot = room.take((14, slots), real)
        self.value, self.dvalue, self.residual, self.aim = per_slot[:4]
        self.inverse, self.onward, self.damp, self.share, self.wish, self.extra = per_slot[4:10]
        self.coupling, self.held, self.mixed, self.loose = per_slot[10:]
        self.schur = room.take((chunks, groups, steps, steps), real)
        self.power, self.answer, self.answer2, self.answer3 = (
            np.zeros((chunks, groups, steps)) for _ in range(4)
        )
        self.sums = np.zeros((chunks, SUMS))
        self.base, self.stored = layout.base_kwh, room.take((slots,))
        self.reach, self.reach_dual = np.ones(cars), np.ones(cars)
        self.change = np.zeros((cars, 3))
        self.price, self.move = (np.zeros((groups, steps), dtype=real) for _ in range(2))
        self.target = 0.0
        """Products that the direction aims at."""
        self.centre = 0.0
        """Products that cars aim at which go by themselves."""
        self.second = 1.0
        """Weight of the second order in it."""
        self.length = self.length_dual = 0.0
        """How far the next step goes."""
        self.fraction = 1.0
        """Part of a car's reach that it goes at most."""
        self.stiff = np.zeros(steps, dtype=real)
        """How far the prices of each step may move, EUR per kWh: a car answers by its width at most."""
        self.live = int(np.count_nonzero(layout.width > 0))

    def start(self, x: Floats, value: Floats, product: float) -> None:
        """Begin at *x* (F,) with stored energy worth *value* (M,), products near *product*."""
        layout = self.layout
        self.x[:] = x
        self.value[:] = value
        seen = self.price[self.group[layout.where.car], layout.where.step]
        reduced = reduced_costs(layout, seen, value)
        lower, upper = centred(reduced, x, layout.width, product)
        self.zl[:], self.zu[:] = lower, upper

    def by_group(self, sums: Floats) -> Floats:
        """Return sums over the chunks (C, G, ...) in their order."""
        found: Floats = np.add.reduce(sums, axis=0, dtype=np.float64)
        return found
