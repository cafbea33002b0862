"""What stands around the cars, at a point between 0 and a width as the cars do, and its part of a Newton step.

The peak's rows are eliminated by hand (their matrix is diagonal but for the peak itself), so that what
remains to be solved for is one dense system in the prices, whatever the number of cars.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sterna.decisions.schedule.interior.dense import Symmetric
from sterna.decisions.schedule.interior.frame import (
    CURTAILED,
    EXPORT,
    IMPORT,
    OVER,
    PER_BAND,
    SLACK,
    Frame,
    assembled,
)
from sterna.decisions.schedule.problem import Floats


@dataclass(slots=True, kw_only=True, eq=False)
class Around:
    """A point of the site's variables, with multipliers. The peak is the last of each flat array."""

    x: Floats
    """Shape (V T + 1,)."""
    lower: Floats
    """Multipliers of x, shape (V T + 1,)."""
    upper: Floats
    """Multipliers of width - x."""
    price: Floats
    """Shape (R, T): EUR per kWh."""
    peak: Floats
    """Shape (T,): duals of the rows that hold import below the peak."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shift:
    """A direction of the site."""

    price: Floats
    peak: Floats
    x: Floats
    lower: Floats
    upper: Floats


class Look(NamedTuple):
    """What the site says of a point."""

    products: float
    """Sum of the products of its variables and multipliers, EUR."""
    cost: float
    """What it pays, EUR."""
    bound: float
    """Its part of the dual objective, EUR: with the cars', no schedule costs less."""
    balance: float
    """Largest energy of any row that comes from nowhere, kWh."""


class Along(NamedTuple):
    """What a direction does to the site."""

    primal: float
    """How steeply the nearest bound is approached: it is reached after one part in so many of the way."""
    dual: float
    """The same for multipliers."""
    linear: float
    """How much the products change with the primal length, EUR."""
    linear_dual: float
    square: float
    """The same with the dual length, and with both."""


class Surround:
    """The site's part of every Newton step, in numpy (`around` has it in C)."""

    def __init__(self, frame: Frame, weight: float) -> None:
        """Take the site of *frame*; its products aim at *weight* times those of the cars."""
        self.frame = frame
        self.weight = weight
        self._shape = frame.width.shape
        self.width = np.append(frame.width.ravel(), frame.peak_width_kw)
        self.cost = np.append(frame.cost.ravel(), frame.peak_eur_per_kw)
        self.live = self.width > 0
        self.alive, self.dead = self.live.astype(np.float64), 1.0 - self.live
        """1 where a variable has room and 0 where it is fixed, and the other way round: kept out of divisions."""
        self.count = int(np.count_nonzero(self.live))
        self.dense = Symmetric(frame.rhs.size)
        """Room for the linear system of one step after the other."""

    def start(self, power: Floats, product: float) -> Around:
        """Return an inner point for the cars' *power*, shape (R, T) by row, in kWh per step."""
        frame, (_, count) = self.frame, self._shape
        need = frame.rhs + power
        x = np.zeros(self._shape)
        inside, give, curb = frame.width[IMPORT], frame.width[EXPORT], frame.width[CURTAILED]
        margin = 0.02 * (inside + np.abs(need[0])) + 1e-3
        spare = np.clip(-need[0], 0.0, 0.45 * give)
        x[EXPORT] = np.minimum(margin, 0.5 * give) + spare
        x[CURTAILED] = np.minimum(margin, 0.5 * curb) + np.clip(-need[0] - spare, 0, 0.45 * curb)
        drawn = need[0] + x[EXPORT] + x[CURTAILED]
        x[IMPORT] = np.clip(drawn, 0.02 * inside, 0.99 * inside)
        x[OVER] = np.maximum(drawn - x[IMPORT], 1e-4 * margin)
        highest = float(np.max(x[IMPORT] / frame.hours))
        so_far = frame.peak_so_far_kw
        peak = max(0.05 * so_far, 1.05 * (highest - so_far), 1e-3 * frame.peak_width_kw)
        x[SLACK] = frame.hours * (so_far + peak) - x[IMPORT]
        for first in range(SLACK + 1, len(x), PER_BAND):
            band, room = need[frame.row[first]], frame.width[first]
            x[first] = np.clip(band, 0.1 * room, 0.9 * room)
            away = 1e-3 * (room + np.abs(band)) + 1e-3
            x[first + 1] = away + np.maximum(band - x[first], 0.0)
            x[first + 2] = away + np.maximum(x[first] - band, 0.0)
        rows = np.zeros_like(frame.rhs)
        paid = (frame.cost[IMPORT] - np.minimum(frame.cost[EXPORT], 0.0)) / 2
        rows[0] = np.maximum(paid, 0.0)
        duals = np.full(count, frame.peak_eur_per_kw / float(np.sum(frame.hours)))
        flat = np.append(x.ravel(), peak)
        flat = np.where(self.live, np.clip(flat, 1e-9 * self.width, (1 - 1e-9) * self.width), 0.0)
        lower, upper = centred(self.reduced(rows, duals), flat, self.width, product * self.weight)
        return Around(x=flat, lower=lower, upper=upper, price=rows, peak=duals)

    def reduced(self, price: Floats, peak: Floats) -> Floats:
        """Return the reduced costs, shape (V T + 1,)."""
        across = self.frame.transposed(price, peak).ravel()
        found: Floats = self.cost - np.append(across, float(self.frame.hours @ peak))
        return found

    def bound_of(self, price: Floats, peak: Floats) -> float:
        """Return the site's part of the dual objective: with the cars', no schedule costs less."""
        frame = self.frame
        held = float(np.sum(frame.rhs * price))
        so_far = frame.peak_so_far_kw * (frame.peak_eur_per_kw - float(frame.hours @ peak))
        slack = np.minimum(self.reduced(price, peak), 0.0) @ self.width
        return held + so_far + float(slack)

    def begin(self, at: Around) -> None:
        """Stand at the point *at*, which goes with every step from now on."""
        self.at = at

    def look(self, power: Floats) -> Look:
        """Find what rows and the peak's rows lack, with the cars' *power* (R, T)."""
        frame, at = self.frame, self.at
        x = at.x[:-1].reshape(self._shape)
        self._lacks = frame.rhs + power - frame.rows(x)
        self._short = x[IMPORT] + x[SLACK] - frame.hours * (frame.peak_so_far_kw + at.x[-1])
        return Look(
            products=float(at.lower @ at.x + at.upper @ (self.width - at.x)),
            cost=float(self.cost @ at.x) + frame.peak_eur_per_kw * frame.peak_so_far_kw,
            bound=self.bound_of(at.price, at.peak),
            balance=float(np.max(np.abs(self._lacks))),
        )

    def system(self, schur: Floats) -> None:
        """Assemble and factor the Newton system here; the cars' *schur* holds lower triangles, (G, T, T)."""
        frame, at, alive, dead = self.frame, self.at, self.alive, self.dead
        self._per_x = alive / (at.x + dead)
        self._per_room = alive / (self.width - at.x + dead)
        self._sinks, self._rises = at.lower * self._per_x, at.upper * self._per_room
        self._reduced = self.reduced(at.price, at.peak)
        theta = alive / (self._sinks + self._rises + dead)
        self._theta = theta
        loose = theta[:-1].reshape(self._shape)
        self._import, self._rest = loose[IMPORT], loose[IMPORT] + loose[SLACK]
        own = loose.copy()
        own[IMPORT] = loose[IMPORT] * loose[SLACK] / self._rest
        self._all = float(np.sum(frame.hours**2 / self._rest)) + 1.0 / theta[-1]
        self._front = self._import * frame.hours / self._rest
        matrix = assembled(frame, schur)
        count = len(frame.hours)
        matrix[:count, :count] += np.multiply.outer(self._front, self._front / self._all)
        diagonal = np.einsum("ii->i", matrix)
        diagonal += frame.whole(own).ravel()
        self._scale = 1.0 / np.sqrt(np.maximum(diagonal, 1e-300))
        matrix *= self._scale[:, None]
        matrix *= self._scale
        self.dense.factor(matrix)

    def foresee(self, cars: Floats) -> Shift:
        """Return the direction without centring; *cars*: what the cars' power would do at unchanged prices, (R, T)."""
        nothing = np.zeros(len(self.width))
        self._ahead = self._shift(nothing, nothing, cars)
        return self._ahead

    def toward(self, target: float, second: float, cars: Floats) -> Shift:
        """Return the direction to products of *target*, the second order of the one foreseen counted by *second*."""
        ahead = self._ahead
        lower, upper = second * ahead.x * ahead.lower, second * ahead.x * ahead.upper
        return self._shift(target - lower, target + upper, cars)

    def along(self, shift: Shift) -> Along:
        """Return what *shift* does."""
        at, dead, room = self.at, self.dead, self.width - self.at.x
        primal = np.maximum(-shift.x / (at.x + dead), shift.x / (room + dead))
        dual = np.maximum(-shift.lower / (at.lower + dead), -shift.upper / (at.upper + dead))
        return Along(
            primal=float(np.max(primal, initial=0.0)),
            dual=float(np.max(dual, initial=0.0)),
            linear=float((at.lower - at.upper) @ shift.x),
            linear_dual=float(at.x @ shift.lower + room @ shift.upper),
            square=float(shift.x @ (shift.lower - shift.upper)),
        )

    def go(self, shift: Shift, length: float, dual: float) -> None:
        """Go *length* of *shift*, and *dual* of it with the multipliers and prices."""
        at = self.at
        at.x += length * shift.x
        at.lower += dual * shift.lower
        at.upper += dual * shift.upper
        at.price += dual * shift.price
        at.peak += dual * shift.peak

    def _solve(self, right: Floats) -> Floats:
        """Solve for the step of the prices, shape (R, T)."""
        found = self.dense.solve(right.ravel() * self._scale)
        answer: Floats = (found * self._scale).reshape(right.shape)
        return answer

    def _shift(self, lower: Floats, upper: Floats, cars: Floats) -> Shift:
        """Return the direction to products *lower*, *upper* (VT+1,) beyond the present ones."""
        at, frame = self.at, self.frame
        up, down = lower * self._per_x, upper * self._per_room
        pull = (up - down - self._reduced) * self.alive
        moved = self._theta * pull
        flat = moved[:-1].reshape(self._shape)
        third = self._short + flat[IMPORT] + flat[SLACK]
        right = self._lacks - frame.rows(flat) + cars
        base = (float(frame.hours @ (third / self._rest)) + pull[-1]) / self._all
        right[0] += self._import * third / self._rest - self._front * base
        price = self._solve(right)
        followed = third + self._import * price[0]
        top = (float(frame.hours @ (followed / self._rest)) + pull[-1]) / self._all
        duals = (followed - frame.hours * top) / self._rest
        x = self._theta[:-1] * (frame.transposed(price, duals).ravel() + pull[:-1])
        shaped = x.reshape(self._shape)
        shaped[SLACK] = frame.hours * top - shaped[IMPORT] - self._short
        x = np.append(x, top)
        dlower, dupper = up - at.lower - self._sinks * x, down - at.upper + self._rises * x
        return Shift(price=price, peak=duals, x=x, lower=dlower, upper=dupper)


def centred(reduced: Floats, x: Floats, width: Floats, product: float) -> tuple[Floats, Floats]:
    """Return multipliers with products near *product* whose difference is *reduced*; 0 where fixed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(reduced >= 0, product / (width - x) + reduced, product / x)
        upper = np.maximum(lower - reduced, 0.5 * product / (width - x))
    return np.where(width > 0, lower, 0.0), np.where(width > 0, upper, 0.0)
