"""The site's rows and variables: import, export, curtailment, excess, the peak, and the bands.

Rows are the balance of the site and one more for each band; their duals are the prices that cars see.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.dense import mirrored
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
    kinds, group = np.ones((1, 1)), np.zeros(len(cars), dtype=np.int64)
    if problem.bands:
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
        group=group.reshape(-1).astype(np.int64, copy=False),
        low_kwh=np.array(lows).reshape(len(lows), count),
    )


def assembled(frame: Frame, schur: Floats) -> Floats:
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
