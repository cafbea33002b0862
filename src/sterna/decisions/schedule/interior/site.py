"""What stands around the cars: import, export, curtailment, excess, the peak, and the bands.

Rows are the balance of the site and one more for each band; their duals are the prices that cars
see. All variables lie between 0 and a width, as the cars' do. The peak's rows are eliminated by hand
(their matrix is diagonal but for the peak itself), so that what remains to be solved for is one
dense system in the prices, whatever the number of cars.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.dense import Symmetric, mirrored
from sterna.decisions.schedule.interior.layout import NARROW_KWH, Layout
from sterna.decisions.schedule.problem import OVER_EUR_PER_KWH, Floats, Ints, Problem

IMPORT, EXPORT, CURTAILED, OVER, SLACK = range(5)
PER_BAND: Final = 3
"""Inside the band, above it, below it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """The site's rows and variables. R rows, V variables, T steps, G groups of equal cars."""

    hours: Floats
    rhs: Floats
    """Shape (R, T): kWh."""
    width: Floats
    """Shape (V, T): kWh."""
    cost: Floats
    """Shape (V, T): EUR per kWh."""
    row: Ints
    """Shape (V,): the row in which each variable stands; the peak's slack stands in none."""
    sign: Floats
    """Shape (V,): its coefficient there; 0 for the peak's slack."""
    peak_eur_per_kw: float
    peak_so_far_kw: float
    peak_width_kw: float
    weight: Floats
    """Shape (G, R): how much of a car's power counts in each row, by group."""
    group: Ints
    """Shape (N,): the group of each car."""
    low_kwh: Floats
    """Shape (B, T): the lower ends of the bands, from which what is inside is counted."""

    @property
    def live(self) -> Floats:
        """1 where a variable has room, 0 where it is fixed, shape (V, T)."""
        found: Floats = (self.width > 0).astype(float)
        return found

    def transposed(self, price: Floats, peak: Floats) -> Floats:
        """Return what the rows' duals *price* (R, T) and *peak* (T,) say of each variable, (V, T)."""
        found = self.sign[:, None] * price[self.row]
        found[IMPORT] -= peak
        found[SLACK] -= peak
        return found

    def rows(self, values: Floats) -> Floats:
        """Return the site's part of each row for *values* (V, T): shape (R, T)."""
        found = np.empty_like(self.rhs)
        found[0] = values[IMPORT] - values[EXPORT] - values[CURTAILED] + values[OVER]
        banded = values[SLACK + 1 :]
        if len(banded):
            found[1:] = banded[::PER_BAND] + banded[1::PER_BAND] - banded[2::PER_BAND]
        return found

    def whole(self, values: Floats) -> Floats:
        """Return the sum of *values* (V, T) over the variables of each row, whatever their sign: (R, T)."""
        found = np.empty_like(self.rhs)
        np.add.reduce(values[:SLACK], axis=0, out=found[0])
        banded = values[SLACK + 1 :]
        if len(banded):
            found[1:] = banded[::PER_BAND] + banded[1::PER_BAND] + banded[2::PER_BAND]
        return found

    def seen(self, price: Floats) -> Floats:
        """Return the prices that each group of cars sees, shape (G, T)."""
        found: Floats = self.weight @ price
        return found


def frame_of(problem: Problem, layout: Layout) -> Frame:
    """Return the frame around the cars of *problem*."""
    site, hours, cars = problem.site, problem.hours, problem.sessions
    car, step, count = layout.where.car, layout.where.step, len(hours)
    big = float(np.max(site.load_kw, initial=1.0) + np.max(site.pv_kw, initial=0.0))
    big += float(np.sum(cars.charge_kw) + np.sum(cars.discharge_kw))
    zeros = np.zeros(count)
    fixed = np.bincount(step, weights=layout.fixed_kwh, minlength=count)
    rhs = [(site.load_kw - site.pv_kw) * hours + fixed]
    width = [
        np.minimum(site.import_limit_kw, big) * hours,
        np.minimum(site.export_limit_kw, big) * hours,
        site.pv_kw * hours,
        2 * big * hours,
        (site.peak_so_far_kw + big) * hours,
    ]
    cost = [
        site.import_eur_per_kwh,
        -site.export_eur_per_kwh,
        zeros,
        np.full(count, OVER_EUR_PER_KWH),
        zeros,
    ]
    row, sign, lows = [0] * 5, [1.0, -1.0, -1.0, 1.0, 0.0], []
    for number, band in enumerate(problem.bands):
        reach = big + np.abs(band.base_kw)
        low, high = np.maximum(band.low_kw, -2 * reach), np.minimum(band.high_kw, 2 * reach)
        part = np.bincount(step, weights=band.weight[car] * layout.fixed_kwh, minlength=count)
        rhs.append((band.base_kw - low) * hours + part)
        width += [np.maximum(high - low, 0.0) * hours, 4 * reach * hours, 4 * reach * hours]
        cost += [zeros, np.full(count, OVER_EUR_PER_KWH), np.full(count, OVER_EUR_PER_KWH)]
        row += [1 + number] * PER_BAND
        sign += [1.0, 1.0, -1.0]
        lows.append(low * hours)
    weights = np.ones((len(cars), 1 + len(problem.bands)))
    for number, band in enumerate(problem.bands):
        weights[:, 1 + number] = band.weight
    kinds, group = np.unique(weights, axis=0, return_inverse=True)
    widths = np.stack(width)
    return Frame(
        hours=hours,
        rhs=np.stack(rhs),
        width=np.where(widths < NARROW_KWH, 0.0, widths),
        cost=np.stack(cost),
        row=np.array(row),
        sign=np.array(sign),
        peak_eur_per_kw=site.peak_eur_per_kw,
        peak_so_far_kw=site.peak_so_far_kw,
        peak_width_kw=big,
        weight=kinds if len(kinds) else np.ones((1, weights.shape[1])),
        group=group.reshape(-1).astype(np.int64),
        low_kwh=np.array(lows).reshape(len(lows), count),
    )


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


class Surround:
    """The site's part of every Newton step."""

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

    def products(self, at: Around) -> float:
        """Return the sum of all products of *at*."""
        return float(at.lower @ at.x + at.upper @ (self.width - at.x))

    def cost_of(self, at: Around) -> float:
        """Return what the site pays at *at*, EUR."""
        return float(self.cost @ at.x) + self.frame.peak_eur_per_kw * self.frame.peak_so_far_kw

    def bound_of(self, price: Floats, peak: Floats) -> float:
        """Return the site's part of the dual objective: with the cars', no schedule costs less."""
        frame = self.frame
        held = float(np.sum(frame.rhs * price))
        so_far = frame.peak_so_far_kw * (frame.peak_eur_per_kw - float(frame.hours @ peak))
        slack = np.minimum(self.reduced(price, peak), 0.0) @ self.width
        return held + so_far + float(slack)

    def residuals(self, at: Around, power: Floats) -> tuple[Floats, Floats]:
        """Return what the rows (R, T) and the peak's rows (T,) lack, with the cars' *power* (R, T)."""
        frame, x = self.frame, at.x[:-1].reshape(self._shape)
        rows = frame.rhs + power - frame.rows(x)
        peak = x[IMPORT] + x[SLACK] - frame.hours * (frame.peak_so_far_kw + at.x[-1])
        return rows, peak

    def system(self, at: Around, schur: Floats) -> "System":
        """Return the Newton system at *at* with the cars' *schur* complement, (G, T, T), until the next one is made."""
        return System(self, at, schur)


class System:
    """The linear system in the prices at one point."""

    def __init__(self, around: Surround, at: Around, schur: Floats) -> None:
        """Assemble it; *schur* holds the lower triangles, shape (G, T, T)."""
        frame = around.frame
        self._around, self._at = around, at
        alive, dead = around.alive, around.dead
        self._per_x, self._per_room = (
            alive / (at.x + dead), alive / (around.width - at.x + dead),
        )  # fmt: skip
        self._sinks, self._rises = at.lower * self._per_x, at.upper * self._per_room
        self._reduced = around.reduced(at.price, at.peak)
        theta = alive / (self._sinks + self._rises + dead)
        self._theta = theta
        loose = theta[:-1].reshape(frame.width.shape)
        self._import, self._rest = loose[IMPORT], loose[IMPORT] + loose[SLACK]
        own = loose.copy()
        own[IMPORT] = loose[IMPORT] * loose[SLACK] / self._rest
        self._all = float(np.sum(frame.hours**2 / self._rest)) + 1.0 / theta[-1]
        self._front = self._import * frame.hours / self._rest
        matrix = _assembled(frame, schur)
        count = len(frame.hours)
        matrix[:count, :count] += np.multiply.outer(self._front, self._front / self._all)
        diagonal = np.einsum("ii->i", matrix)
        diagonal += frame.whole(own).ravel()
        self._scale = 1.0 / np.sqrt(np.maximum(diagonal, 1e-300))
        matrix *= self._scale[:, None]
        matrix *= self._scale
        around.dense.factor(matrix)

    def _solve(self, right: Floats) -> Floats:
        """Solve for the step of the prices, shape (R, T)."""
        found = self._around.dense.solve(right.ravel() * self._scale)
        answer: Floats = (found * self._scale).reshape(right.shape)
        return answer

    def shift(
        self, lower: Floats, upper: Floats, cars: Floats, lacks: tuple[Floats, Floats]
    ) -> Shift:
        """Return the direction to products *lower*, *upper* (VT+1,) beyond the present ones.

        *cars*: what the cars' power would do at unchanged prices, (R, T). *lacks*: the residuals.
        """
        around, at, frame = self._around, self._at, self._around.frame
        up, down = lower * self._per_x, upper * self._per_room
        pull = (up - down - self._reduced) * around.alive
        moved = self._theta * pull
        flat = moved[:-1].reshape(frame.width.shape)
        rows, peak = lacks
        third = peak + flat[IMPORT] + flat[SLACK]
        right = rows - frame.rows(flat) + cars
        base = (float(frame.hours @ (third / self._rest)) + pull[-1]) / self._all
        right[0] += self._import * third / self._rest - self._front * base
        price = self._solve(right)
        followed = third + self._import * price[0]
        top = (float(frame.hours @ (followed / self._rest)) + pull[-1]) / self._all
        duals = (followed - frame.hours * top) / self._rest
        x = self._theta[:-1] * (frame.transposed(price, duals).ravel() + pull[:-1])
        shaped = x.reshape(frame.width.shape)
        shaped[SLACK] = frame.hours * top - shaped[IMPORT] - peak
        x = np.append(x, top)
        dlower, dupper = up - at.lower - self._sinks * x, down - at.upper + self._rises * x
        return Shift(price=price, peak=duals, x=x, lower=dlower, upper=dupper)


def _assembled(frame: Frame, schur: Floats) -> Floats:
    """Return the rows' matrix (R T, R T) of the cars' *schur* complements, of which lower triangles are given.

    Of the result, too, only the lower triangle is meant.
    """
    weight, (rows, count) = frame.weight, frame.rhs.shape
    if len(weight) == 1 and rows == 1:
        return np.asarray(weight[0, 0] ** 2 * schur[0], dtype=np.float64)
    parts, matrix = mirrored(schur), np.zeros((rows, count, rows, count))
    for one in range(rows):
        for other in range(one + 1):
            block = np.zeros((count, count))
            for both, part in zip(weight[:, one] * weight[:, other], parts, strict=True):
                block += both * part
            matrix[one, :, other] = block
    return matrix.reshape(rows * count, rows * count)


def centred(reduced: Floats, x: Floats, width: Floats, product: float) -> tuple[Floats, Floats]:
    """Return multipliers with products near *product* whose difference is *reduced*; 0 where fixed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(reduced >= 0, product / (width - x) + reduced, product / x)
        upper = np.maximum(lower - reduced, 0.5 * product / (width - x))
    return np.where(width > 0, lower, 0.0), np.where(width > 0, upper, 0.0)
