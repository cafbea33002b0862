"""A problem as chains: one chain of slots per car, all its variables between 0 and a width.

What is decided already is taken out: a car that must charge at full power to reach its floor, or a
full one that may not give back, has one trajectory only, and an interior-point method needs an
inside. So a slot whose stored energy cannot differ from one value is fixed there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.columns import Slots, slots
from sterna.decisions.schedule.problem import Floats, Ints, Problem, Sessions

NARROW_KWH: Final = 1e-9
"""A variable with less room than this has none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """N cars, M slots in all, F variables in all.

    The variables of a car with n slots: P charging pieces, D discharging pieces, K pieces of stored
    energy, n each, then Z more pieces for its last slot.
    """

    where: Slots
    count: Ints
    """Shape (N,): slots of each car."""
    slot: Ints
    """Shape (N+1,): the position of each car's first slot; the last is M."""
    flat: Ints
    """Shape (N+1,): the position of each car's first variable; the last is F."""
    gain: Floats
    """Shape (N, P): stored energy per metered kWh charged."""
    drain: Floats
    """Shape (N, D): stored energy per metered kWh given back."""
    stores: int
    """K."""
    lasts: int
    """Z."""
    width: Floats
    """Shape (F,): kWh; 0 where nothing is left to decide."""
    cost: Floats
    """Shape (F,): EUR per kWh."""
    rhs: Floats
    """Shape (M,): right side of the balance of stored energy, kWh."""
    base_kwh: Floats
    """Shape (M,): stored energy when all its pieces are 0."""
    fixed_kwh: Floats
    """Shape (M,): metered energy that is decided already; positive charges."""
    constant_eur: float
    """Cost of what is decided already, and of stored energy at its base."""
    bounds: "Bounds"
    """What every slot allows, in the order of `by_step`."""
    by_step: Ints
    """Shape (M,): slots in the order of their steps."""
    car_by_step: Ints
    """Shape (M,): their cars."""
    begins: Ints
    """Shape (T+1,): where each step begins in `by_step`."""

    @property
    def ups(self) -> int:
        """P."""
        return int(self.gain.shape[1])

    @property
    def downs(self) -> int:
        """D."""
        return int(self.drain.shape[1])

    def position(self, kind: int) -> Ints:
        """Return where variable *kind* (0..P+D+K-1) of every slot stands, shape (M,)."""
        car = self.where.car
        begin = self.flat[:-1] - self.slot[:-1] + kind * self.count
        found: Ints = begin[car] + np.arange(len(car))
        return found

    def tail(self, kind: int) -> Ints:
        """Return where the further piece *kind* (0..Z-1) of every car stands, shape (N,)."""
        kinds = self.ups + self.downs + self.stores
        found: Ints = self.flat[:-1] + kinds * self.count + kind
        return found

    def stored_kwh(self, x: Floats) -> Floats:
        """Return the stored energy of *x*, shape (M,)."""
        total = self.base_kwh.copy()
        for kind in range(self.stores):
            total += x[self.position(self.ups + self.downs + kind)]
        for kind in range(self.lasts):
            total[self.where.end] += x[self.tail(kind)]
        return total

    def metered_kwh(self, x: Floats) -> Floats:
        """Return the metered energy of *x* with what is fixed, shape (M,); positive charges."""
        total = self.fixed_kwh.copy()
        for kind in range(self.ups):
            total += x[self.position(kind)]
        for kind in range(self.downs):
            total -= x[self.position(self.ups + kind)]
        return total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """What every slot allows, shape (M,) unless said otherwise: kWh."""

    up: Floats
    """Shape (P, M): metered energy of each charging piece."""
    down: Floats
    """Shape (D, M): metered energy of each discharging piece."""
    most_in: Floats
    """Stored energy that charging can add."""
    most_out: Floats
    """Stored energy that giving back can take."""
    floor: Floats
    ceiling: Floats

    def ordered(self, order: Ints) -> "Bounds":
        """Return the same for slots in another *order* (M,)."""
        return Bounds(
            up=np.ascontiguousarray(self.up[:, order]),
            down=np.ascontiguousarray(self.down[:, order]),
            most_in=self.most_in[order],
            most_out=self.most_out[order],
            floor=self.floor[order],
            ceiling=self.ceiling[order],
        )


def bounds_of(problem: Problem, where: Slots) -> Bounds:
    """Return what every slot allows."""
    cars, car, step = problem.sessions, where.car, where.step
    here = cars.present_h[car, step]
    (up, gains), (down, shares) = cars.charging, cars.discharging
    up, down = up[:, car] * here, down[:, car] * here
    return Bounds(
        up=up,
        down=down,
        most_in=np.sum(up * gains[:, car], axis=0),
        most_out=np.sum(down / shares[:, car], axis=0),
        floor=problem.floors()[car, step],
        ceiling=problem.ceilings()[car],
    )


def in_steps(step: Ints, steps: int) -> tuple[Ints, Ints]:
    """Return slots in the order of their steps, and where each step begins among them."""
    short = step.astype(np.min_scalar_type(steps))  # Sorted by digits if they are few.
    by_step = np.argsort(short, kind="stable")
    return by_step, np.concatenate(([0], np.cumsum(np.bincount(step, minlength=steps))))


def chains_of(problem: Problem) -> Layout:
    """Return *problem* as chains, all cars at once in numpy; `lay` does the same in C."""
    cars, where = problem.sessions, slots(problem)
    count = cars.last - cars.first
    slot = np.concatenate(([0], np.cumsum(count)))
    by_step, begins = in_steps(where.step, len(problem.hours))
    found = bounds_of(problem, where)
    low, high = _tube(problem, where, found, by_step)
    stuck = high - low <= NARROW_KWH * np.maximum(1.0, high)
    before = np.empty(len(low))
    before[1:], before[where.begin] = low[:-1], cars.energy_kwh
    was_stuck = np.empty(len(low), dtype=bool)
    was_stuck[1:], was_stuck[where.begin] = stuck[:-1], True
    decided = stuck & was_stuck
    base = np.where(stuck, low, found.floor)
    gained = np.where(decided, low - before, 0.0)
    gains, shares = cars.charging[1], cars.discharging[1]
    into, charged = _spent(np.maximum(gained, 0.0), found.up, gains, where)
    out, given = _spent(np.maximum(-gained, 0.0), found.down, 1.0 / shares, where)
    points, slopes, at_base = _pieces(problem, where, found, base, stuck)
    ups, downs, stores = len(gains), len(shares), points.shape[0] - 1
    ends, tail_slopes, at_end = _last_pieces(problem, where, found, base, stuck)
    lasts = ends.shape[0] - 1 - stores
    flat = np.concatenate(([0], np.cumsum((ups + downs + stores) * count + lasts)))
    width, cost = np.zeros(flat[-1]), np.zeros(flat[-1])
    offset = np.repeat(flat[:-1] - slot[:-1], count) + np.arange(len(where.car))
    places = offset + np.arange(ups + downs + stores)[:, None] * np.repeat(count, count)
    wear, levy, free = cars.wear_eur_per_kwh, cars.levies, ~decided
    for piece in range(ups):
        at = places[piece]
        width[at] = found.up[piece] * free
        cost[at] = (wear * gains[piece] + levy)[where.car]
    for piece in range(downs):
        at = places[ups + piece]
        width[at] = found.down[piece] * free
        cost[at] = (wear / shares[piece])[where.car]
    widths = np.diff(points, axis=0)
    widths[:, where.end] = np.diff(ends, axis=0)[:stores]
    slopes[:, where.end] = tail_slopes[:stores]
    for piece in range(stores):
        at = places[ups + downs + piece]
        width[at], cost[at] = widths[piece], slopes[piece]
    for piece in range(lasts):
        at = flat[:-1] + (ups + downs + stores) * count + piece
        width[at], cost[at] = np.diff(ends, axis=0)[stores + piece], tail_slopes[stores + piece]
    width[width < NARROW_KWH] = 0.0
    at_base[where.end] = at_end
    onto = np.empty(len(base))
    onto[1:], onto[where.begin] = base[:-1], cars.energy_kwh
    return Layout(
        where=where,
        count=count,
        slot=slot,
        flat=flat,
        gain=np.ascontiguousarray(gains.T),
        drain=np.ascontiguousarray(1.0 / shares.T),
        stores=stores,
        lasts=lasts,
        width=width,
        cost=cost,
        rhs=onto - base + gained,
        base_kwh=base,
        fixed_kwh=into - out,
        constant_eur=float(np.sum(at_base)) + _worn(cars, where, charged + given, into),
        bounds=found.ordered(by_step),
        by_step=by_step,
        car_by_step=where.car[by_step],
        begins=begins,
    )


def reduced_costs(layout: Layout, seen: Floats, value: Floats) -> Floats:
    """Return the reduced costs (F,) at prices *seen* (M,) and *value* of stored energy (M,), EUR per kWh."""
    where = layout.where
    onward = np.zeros(len(value))
    onward[:-1] = value[1:]
    onward[where.end] = 0.0
    found = layout.cost.copy()
    for kind in range(layout.ups):
        found[layout.position(kind)] += seen - layout.gain[where.car, kind] * value
    for kind in range(layout.downs):
        at = layout.position(layout.ups + kind)
        found[at] += layout.drain[where.car, kind] * value - seen
    for kind in range(layout.stores):
        found[layout.position(layout.ups + layout.downs + kind)] += value - onward
    for kind in range(layout.lasts):
        found[layout.tail(kind)] += value[where.end]
    return found


def _worn(cars: Sessions, where: Slots, moved: Floats, into: Floats) -> float:
    """Return what energy costs that is *moved* through the cells (M,), *into* of it metered, EUR."""
    if not moved.any():
        return 0.0
    return float(np.sum(cars.wear_eur_per_kwh[where.car] * moved + cars.levies[where.car] * into))


def _spent(stored: Floats, most: Floats, ratios: Floats, where: Slots) -> tuple[Floats, Floats]:
    """Return the metered energy for *stored* kWh at the cells, the best piece first, and *stored*.

    *most*: metered energy of each piece, (P, M). *ratios*: stored per metered kWh, (P, N).
    """
    rest, metered = stored, np.zeros(len(stored))
    if not rest.any():
        return metered, stored  # As a rule: hardly any car is left without a choice.
    ratio = ratios[:, where.car]
    for piece in range(len(most)):
        last = piece == len(most) - 1
        part = rest if last else np.minimum(rest, most[piece] * ratio[piece])
        metered = metered + part / ratio[piece]
        rest = rest - part
    return metered, stored


def _tube(problem: Problem, where: Slots, found: Bounds, by_step: Ints) -> tuple[Floats, Floats]:
    """Return the least and the most energy that can be stored at the end of each slot.

    Only followed for cars that may be left without a choice; floor and ceiling for all others.
    """
    cars, first = problem.sessions, where.begin
    begin, room = cars.energy_kwh, NARROW_KWH * np.maximum(1.0, cars.energy_kwh)
    full, low_at = begin >= found.ceiling[first] - room, begin <= cars.floor_kwh + room
    idle = found.most_in[first] + found.most_out[first] <= room
    doubtful = low_at | idle | (full & (found.most_out[first] <= room))
    low, high = found.floor.copy(), found.ceiling.copy()
    mine = by_step[doubtful[where.car[by_step]]]
    cuts = np.searchsorted(where.step[mine], np.arange(len(problem.hours) + 1))
    least, most = begin.copy(), begin.copy()
    for step in range(len(problem.hours)):
        at = mine[cuts[step] : cuts[step + 1]]
        car = where.car[at]
        low[at] = np.maximum(found.floor[at], least[car] - found.most_out[at])
        high[at] = np.minimum(found.ceiling[at], most[car] + found.most_in[at])
        least[car], most[car] = low[at], high[at]
    return low, np.maximum(high, low)


def _pieces(
    problem: Problem, where: Slots, found: Bounds, base: Floats, stuck: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Return edges (K+1, M), slopes (K, M) and the cost at the base (M,) of stored energy."""
    cars, car, step = problem.sessions, where.car, where.step
    knee = cars.knee_kwh[car]
    high = cars.high_eur_per_kwh_h[car] * problem.hours[step]
    wanted, worths = cars.leaving_early
    marks = [knee] if cars.early_kwh is None else [knee, wanted[car]]
    edges = _edges(marks, base, found.ceiling, stuck)
    middle = (edges[1:] + edges[:-1]) / 2
    slopes = np.where(middle > knee, high, 0.0)
    at_base = high * np.maximum(base - knee, 0.0)
    if cars.early_kwh is not None:
        early, worth = wanted[car], worths[car, step]
        slopes = slopes - np.where(middle < early, worth, 0.0)
        at_base = at_base + worth * np.maximum(early - base, 0.0)
    return edges, slopes, at_base


def _last_pieces(
    problem: Problem, where: Slots, found: Bounds, base: Floats, stuck: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Return the same for the last slots: (K+Z+1, N), (K+Z, N), (N,), with what is unmet."""
    cars, end = problem.sessions, where.end
    (tiers, prices), (early, worths) = cars.tiers, cars.leaving_early
    marks = [cars.target_kwh - part for part in np.cumsum(tiers, axis=0)[:-1]]
    marks = [cars.target_kwh, *marks, cars.knee_kwh]
    if cars.early_kwh is not None:
        marks.append(early)
    edges = _edges(marks, base[end], found.ceiling[end], stuck[end])
    middle = (edges[1:] + edges[:-1]) / 2
    high = cars.high_eur_per_kwh_h * problem.hours[where.step[end]]
    slopes = np.where(middle > cars.knee_kwh, high, 0.0)
    at_base = high * np.maximum(base[end] - cars.knee_kwh, 0.0)
    if cars.early_kwh is not None:
        worth = worths[np.arange(len(cars)), where.step[end]]
        slopes = slopes - np.where(middle < early, worth, 0.0)
        at_base = at_base + worth * np.maximum(early - base[end], 0.0)
    for tier in range(len(tiers)):
        begins = np.sum(tiers[:tier], axis=0)
        worth = prices[tier] - (prices[tier - 1] if tier else 0.0)
        slopes = slopes - np.where(middle < cars.target_kwh - begins, worth, 0.0)
        at_base = at_base + worth * np.maximum(cars.target_kwh - begins - base[end], 0.0)
    return edges, slopes, at_base


def _edges(marks: list[Floats], base: Floats, ceiling: Floats, stuck: NDArray[np.bool_]) -> Floats:
    """Return *marks* in order between *base* and *ceiling*; all at the base where nothing can move."""
    top = np.where(stuck, base, np.maximum(ceiling, base))
    found = np.empty((len(marks) + 2, len(base)))
    found[0], found[-1] = base, top
    for row, mark in zip(found[1:-1], marks, strict=True):
        np.minimum(np.maximum(mark, base), top, out=row)
    if len(marks) > 1:
        found[1:-1].sort(axis=0)
    return found
