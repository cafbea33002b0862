"""The passes in numpy, over all cars at once and step by step: for machines without a compiler.

The same arithmetic as `cars.c`, on tables of (kinds, N, n) with n the longest stay; shorter stays
are padded with slots in which nothing can move.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.interior.fleet import (
    DUAL,
    PRIMAL,
    PRODUCTS,
    RECENTRED,
    RESIDUAL,
)
from sterna.decisions.schedule.interior.layout import reduced_costs
from sterna.decisions.schedule.interior.padded import Padded
from sterna.decisions.schedule.interior.start import by_itself
from sterna.decisions.schedule.problem import Floats

ROUNDS_MAX: Final = 12
WIDER: Final = 10.0
"""Products at the start against those that are aimed at: nearer the bounds cars would be stuck there."""
CAREFUL: Final = 0.95
TINY: Final = 1e-300


@dataclass(slots=True, eq=False)
class _Factor:
    """What `factor` leaves behind, (N, n) each unless said otherwise."""

    theta: Floats
    """Shape (V, N, n)."""
    tail: Floats
    """Theta of the further pieces, shape (Z, N)."""
    spread: Floats
    coupling: Floats
    mixed: Floats
    loose: Floats
    held: Floats
    onward: Floats
    inverse: Floats
    residual: Floats


_quiet = np.errstate(divide="ignore", invalid="ignore", over="ignore")
"""Nothing divided by nothing is masked, or ends the method; it is no news."""


class PlainPasses(Padded):
    """The passes in numpy over the arrays of a fleet."""

    def _pulls(self, price: Floats, value: Floats) -> tuple[Floats, Floats]:
        """Return minus the reduced costs: (V, N, n) and (Z, N)."""
        onward = np.zeros_like(value)
        onward[:, :-1] = value[:, 1:]
        onward[self._cars, self._end] = 0.0
        flowing = self._coefficient * value - self._sign * price
        stored = np.broadcast_to(onward - value, (self._fleet.layout.stores, *value.shape))
        pull = np.concatenate((flowing, stored)) - self._cost
        tail = -self._at_end(value) - self._tail_cost
        return np.where(self._width > 0, pull, 0.0), np.where(self._tail_width > 0, tail, 0.0)

    @_quiet
    def stored(self) -> None:
        """See `Passes`."""
        self._fleet.stored[:] = self._fleet.layout.stored_kwh(self._fleet.x)

    def factor(self) -> None:
        """See `Passes`."""
        fleet = self._fleet
        price, value = self._seen(fleet.price), self._slots(fleet.value)
        pull, tail_pull = self._pulls(price, value)
        x, zl, zu = (self._table(flat) for flat in (fleet.x, fleet.zl, fleet.zu))
        tails = [flat[self._tail_at] for flat in (fleet.x, fleet.zl, fleet.zu)]
        found = self._factored(x, zl, zu, tails, self._stiff())
        self._found, self._pull, self._tail_pull = found, pull, tail_pull
        fleet.sums[:] = 0.0
        above, tail_above = self._width - x, self._tail_width - tails[0]
        fleet.sums[0, PRODUCTS] = np.sum(zl * x + zu * above) + np.sum(
            tails[1] * tails[0] + tails[2] * tail_above
        )
        fleet.sums[0, PRIMAL] = np.sum(self._cost * x) + np.sum(self._tail_cost * tails[0])
        slack = np.sum(np.maximum(pull, 0.0) * self._width)
        slack += np.sum(np.maximum(tail_pull, 0.0) * self._tail_width)
        fleet.sums[0, DUAL] = -slack - np.sum(self._rhs * value)
        fleet.sums[0, RESIDUAL] = np.max(np.abs(found.residual), initial=0.0)
        for sums in (fleet.schur, fleet.power, fleet.answer, fleet.answer2, fleet.answer3):
            sums[:] = 0.0
        flowing = self._flowing
        fleet.power[0] = self._by_step(np.sum(self._sign * x[:flowing], axis=0))
        self._schur(found)
        extra, wish, power = self._gathered(found, pull, tail_pull)
        dvalue = self._swept(found, found.residual, extra, wish, None)
        fleet.answer[0] = self._by_step(found.coupling * dvalue + power)
        self._extra, self._wish = extra, wish

    def _factored(
        self, x: Floats, zl: Floats, zu: Floats, tails: list[Floats], stiff: Floats
    ) -> _Factor:
        """Return the factor at a point; *stiff*: (N or 1, n), how far prices may move."""
        theta = np.where(self._width > 0, 1.0 / (zl / x + zu / (self._width - x)), 0.0)
        above = self._tail_width - tails[0]
        tail = np.where(self._tail_width > 0, 1.0 / (tails[1] / tails[0] + tails[2] / above), 0.0)
        flowing = self._flowing
        stored = np.sum(x[flowing:], axis=0)
        self._add_at_end(stored, np.sum(tails[0], axis=0))
        moved = np.sum(self._coefficient * x[:flowing], axis=0)
        before = np.zeros_like(stored)
        before[:, 1:] = stored[:, :-1]
        residual = np.where(self._here, self._rhs - (stored - before - moved), 0.0)
        size = np.abs(self._coefficient)
        spread = np.sum(size**2 * theta[:flowing], axis=0)
        mixed = np.sum(size * theta[:flowing], axis=0)
        loose = np.sum(theta[:flowing], axis=0)
        apart = np.zeros_like(loose)
        for one in range(flowing):
            for other in range(one):
                apart += theta[one] * theta[other] * (size[one] - size[other]) ** 2
        room = np.sum(theta[flowing:], axis=0)
        self._add_at_end(room, np.sum(tail, axis=0))
        most = np.sum(self._width[:flowing], axis=0)
        stiff = np.where(most > 0, stiff / np.where(most > 0, most, 1.0), 0.0)
        part = 1.0 / (1.0 + stiff * loose)
        spread = (spread + stiff * apart) * part
        self._apart, self._room = apart * part, room
        onward, inverse = np.zeros_like(room), np.zeros_like(room)
        self._keep = np.zeros_like(room)
        ahead = np.zeros(len(room))
        for slot in range(room.shape[1] - 1, -1, -1):
            ends = slot >= self._end
            ratio = np.where(ends, 0.0, room[:, slot] / (room[:, slot] + ahead + TINY))
            keep = np.where(ends, room[:, slot], ratio * ahead)
            ahead = keep + spread[:, slot]
            onward[:, slot], self._keep[:, slot] = ratio, keep
            inverse[:, slot] = np.where(ahead > 0, 1.0 / np.where(ahead > 0, ahead, 1.0), 0.0)
        return _Factor(
            theta=theta, tail=tail, spread=spread, coupling=mixed * part, mixed=mixed, loose=loose,
            held=stiff * part, onward=onward, inverse=inverse, residual=residual,
        )  # fmt: skip

    def _schur(self, found: _Factor) -> None:
        """Add all cars to the Schur complements."""
        fleet, steps = self._fleet, self._fleet.steps
        cars = len(self._cars)
        free = found.loose * (1.0 - found.held * found.loose)
        chain = np.zeros((cars, steps))
        behind = np.zeros(cars)
        for slot in range(self._here.shape[1]):
            here = self._here[:, slot]
            keep, spread = self._keep[:, slot], found.spread[:, slot]
            ahead, both = keep + spread, keep + behind
            coupling = found.coupling[:, slot]
            own = (free[:, slot] * both + self._apart[:, slot]) / (both + spread + TINY)
            back = np.where(here, coupling * found.inverse[:, slot], 0.0)
            front = keep * coupling / (ahead + behind + TINY)
            chosen = np.flatnonzero(here)
            at, group = self._step[chosen, slot], fleet.group[chosen]
            np.subtract.at(fleet.schur[0], (group, at), back[chosen, None] * chain[chosen])
            np.add.at(fleet.schur[0], (group, at, at), own[chosen])
            chain[chosen] *= (keep * found.inverse[:, slot])[chosen, None]
            chain[chosen, at] = front[chosen]
            total = behind + spread
            behind = self._room[:, slot] * total / (self._room[:, slot] + total + TINY)

    def _gathered(
        self, found: _Factor, pull: Floats, tail_pull: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Return theta times *pull* by slot: into stored energy, its pieces, and power; (N, n) each."""
        flowing = self._flowing
        moved = found.theta * pull
        extra = np.sum(self._coefficient * moved[:flowing], axis=0)
        power = np.sum(self._sign * moved[:flowing], axis=0)
        wish = np.sum(moved[flowing:], axis=0)
        self._add_at_end(wish, np.sum(found.tail * tail_pull, axis=0))
        return (
            extra - found.held * found.mixed * power,
            wish,
            power - found.held * found.loose * power,
        )

    def _swept(
        self,
        found: _Factor,
        residual: Floats | None,
        extra: Floats,
        wish: Floats,
        move: Floats | None,
    ) -> Floats:
        """Return the step of the values of stored energy, (N, n)."""
        inflow = extra if residual is None else residual + extra
        if move is not None:
            inflow = inflow - found.coupling * move
        wished, dvalue = np.zeros_like(extra), np.zeros_like(extra)
        onto = np.zeros(len(extra))
        for slot in range(extra.shape[1] - 1, -1, -1):
            ratio = found.onward[:, slot]
            onto = np.where(
                self._here[:, slot],
                ratio * onto + (1 - ratio) * wish[:, slot] - inflow[:, slot],
                0.0,
            )
            wished[:, slot] = onto
        stored = np.zeros(len(extra))
        for slot in range(extra.shape[1]):
            step = (wished[:, slot] - stored) * found.inverse[:, slot]
            dvalue[:, slot] = np.where(self._here[:, slot], step, 0.0)
            stored = stored + inflow[:, slot] + found.spread[:, slot] * dvalue[:, slot]
        return dvalue

    def _moves(
        self, found: _Factor, pull: Floats, tail_pull: Floats, dvalue: Floats, move: Floats
    ) -> tuple[Floats, Floats]:
        """Return dx, (V, N, n) and (Z, N)."""
        flowing = self._flowing
        towards = self._coefficient * dvalue + pull[:flowing]
        power = np.sum(self._sign * found.theta[:flowing] * (towards - self._sign * move), axis=0)
        seen = move + found.held * power
        flows = found.theta[:flowing] * (towards - self._sign * seen)
        stored = found.residual + np.sum(self._coefficient * flows, axis=0)
        stored = np.cumsum(np.where(self._here, stored, 0.0), axis=1)
        onward = np.zeros_like(dvalue)
        onward[:, :-1] = dvalue[:, 1:]
        onward[self._cars, self._end] = 0.0
        pieces = found.theta[flowing:] * (onward - dvalue + pull[flowing:])
        tail = found.tail * (tail_pull - self._at_end(dvalue))
        got = np.sum(pieces, axis=0)
        self._add_at_end(got, np.sum(tail, axis=0))
        room = self._room
        lack = np.where(room > 0, (stored - got) / np.where(room > 0, room, 1.0), 0.0)
        pieces = pieces + found.theta[flowing:] * lack
        return np.concatenate((flows, pieces)), tail + found.tail * self._at_end(lack)

    @_quiet
    def predict(self) -> None:
        """See `Passes`."""
        fleet, found = self._fleet, self._found
        move = self._seen(fleet.move)
        dvalue = self._swept(found, found.residual, self._extra, self._wish, move)
        dx, tail = self._moves(found, self._pull, self._tail_pull, dvalue, move)
        self._write(fleet.ahead, dx, tail)
        width, dx = fleet.layout.width, fleet.ahead
        fleet.aim[:] = fleet.layout.stored_kwh(np.clip(fleet.x + dx, 0.0, width))
        fleet.aim -= fleet.layout.base_kwh
        live, above = width > 0, width - fleet.x
        il, iu = np.where(live, 1.0 / fleet.x, 0.0), np.where(live, 1.0 / above, 0.0)
        dzl = np.where(live, -fleet.zl - fleet.zl * il * dx, 0.0)
        dzu = np.where(live, -fleet.zu + fleet.zu * iu * dx, 0.0)
        self._reaches(dx, il, iu, dzl, dzu)
        for part, values in enumerate(
            ((fleet.zl - fleet.zu) * dx, fleet.x * dzl + above * dzu, dx * (dzl - dzu))
        ):
            fleet.change[:, part] = self._per_car(values, np.add)
        self._lower, self._upper = -dx * dzl, dx * dzu
        second, centre = self._lower * il - self._upper * iu, il - iu
        for answer, values in ((fleet.answer2, second), (fleet.answer3, centre)):
            extra, wish, power = self._gathered(found, self._table(values), values[self._tail_at])
            dvalue = self._swept(found, None, extra, wish, None)
            answer[0] = self._by_step(found.coupling * dvalue + power)

    def _per_car(self, values: Floats, how: np.ufunc) -> Floats:
        """Return per-variable *values* put together for each car, (N,)."""
        begins = self._fleet.layout.flat[:-1]
        found: Floats = how.reduceat(values, begins) if len(begins) else np.zeros(0)
        return found

    def _reaches(self, dx: Floats, il: Floats, iu: Floats, dzl: Floats, dzu: Floats) -> None:
        """Write how far every car can go along a direction."""
        fleet = self._fleet
        primal = np.maximum(-dx * il, dx * iu)
        duals = np.maximum(-dzl / fleet.zl, -dzu / fleet.zu)
        duals = np.where(fleet.layout.width > 0, duals, 0.0)
        fleet.reach[:] = 1.0 / np.maximum(self._per_car(primal, np.maximum), 1e-9)
        fleet.reach_dual[:] = 1.0 / np.maximum(self._per_car(duals, np.maximum), 1e-9)

    @_quiet
    def direct(self) -> None:
        """See `Passes`."""
        fleet = self._fleet
        lower = fleet.target + fleet.second * self._lower
        upper = fleet.target + fleet.second * self._upper
        self._directed(lower, upper, self._seen(fleet.move))

    def _directed(self, lower: Floats, upper: Floats, move: Floats) -> None:
        """Find the direction to products of *lower* and *upper*, per variable."""
        fleet, found, width = self._fleet, self._found, self._fleet.layout.width
        live, above = width > 0, width - fleet.x
        il, iu = np.where(live, 1.0 / fleet.x, 0.0), np.where(live, 1.0 / above, 0.0)
        up, down = lower * il, upper * iu
        centring = up - down
        pull = self._pull + self._table(centring)
        tail_pull = self._tail_pull + centring[self._tail_at]
        extra, wish, _ = self._gathered(found, pull, tail_pull)
        dvalue = self._swept(found, found.residual, extra, wish, move)
        dx, tail = self._moves(found, pull, tail_pull, dvalue, move)
        self._write(fleet.dx, dx, tail)
        self._write_slots(fleet.dvalue, dvalue)
        self._dzl = np.where(live, up - fleet.zl - fleet.zl * il * fleet.dx, 0.0)
        self._dzu = np.where(live, down - fleet.zu + fleet.zu * iu * fleet.dx, 0.0)
        self._reaches(fleet.dx, il, iu, self._dzl, self._dzu)

    @_quiet
    def advance(self) -> None:
        """See `Passes`."""
        fleet = self._fleet
        short = fleet.fraction * fleet.reach < fleet.length
        short |= fleet.fraction * fleet.reach_dual < fleet.length_dual
        self._go(np.where(short, 0.0, fleet.length), np.where(short, 0.0, fleet.length_dual))
        self._alone(short)
        self.factor()

    @_quiet
    def begin(self) -> None:
        """See `Passes`."""
        fleet, layout = self._fleet, self._fleet.layout
        fleet.sums[:] = 0.0
        seen, width, product = self._prices(), layout.width, WIDER * fleet.centre
        total, last = np.cumsum(seen), layout.where.end
        left = np.repeat(last, layout.count) - np.arange(len(seen)) + 1
        fleet.value[:] = (np.repeat(total[last], layout.count) - total + seen) / left
        live = width > 0
        reduced = reduced_costs(layout, seen, fleet.value)
        x, room = by_itself(reduced, np.where(live, width, 1.0), product)
        fleet.x[:] = np.where(live, x, 0.0)
        fleet.zl[:], fleet.zu[:] = (
            np.where(live, product / x, 0.0),
            np.where(live, product / room, 0.0),
        )
        self._alone(np.ones(len(self._cars), dtype=bool))

    def _prices(self) -> Floats:
        """Return the price that each slot sees, (M,)."""
        fleet, where = self._fleet, self._fleet.layout.where
        found: Floats = fleet.price[fleet.group[where.car], where.step]
        return found

    def _go(self, length: Floats, dual: Floats) -> None:
        """Go along the direction by *length* and *dual* per car, (N,)."""
        fleet, layout = self._fleet, self._fleet.layout
        per = np.repeat(length, np.diff(layout.flat))
        per_dual = np.repeat(dual, np.diff(layout.flat))
        fleet.x += per * fleet.dx
        fleet.zl += per_dual * self._dzl
        fleet.zu += per_dual * self._dzu
        fleet.value += np.repeat(dual, layout.count) * fleet.dvalue

    def _alone(self, cars: NDArray[np.bool_]) -> None:
        """Bring *cars* (N,) near products of `centre` at the prices, each by itself."""
        fleet = self._fleet
        price, still = self._seen(fleet.price), np.zeros(self._here.shape)
        for _ in range(ROUNDS_MAX):
            if not cars.any():
                return
            x, zl, zu = (self._table(flat) for flat in (fleet.x, fleet.zl, fleet.zu))
            tails = [flat[self._tail_at] for flat in (fleet.x, fleet.zl, fleet.zu)]
            self._found = self._factored(x, zl, zu, tails, still)
            self._pull, self._tail_pull = self._pulls(price, self._slots(fleet.value))
            aim = np.full(len(fleet.x), fleet.centre)
            self._directed(aim, aim, still)
            length = np.where(cars, np.minimum(1.0, CAREFUL * fleet.reach), 0.0)
            dual = np.where(cars, np.minimum(1.0, CAREFUL * fleet.reach_dual), 0.0)
            self._go(length, dual)
            fleet.sums[0, RECENTRED] += np.count_nonzero(cars)
            cars = cars & ((length < 1.0) | (dual < 1.0))
