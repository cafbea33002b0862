"""One car that takes prices as they come: the least it can cost, exactly, by its value function.

V_t(e), the least cost from slot t on with e stored, is convex and made of straight pieces. Backward in
time, what standing costs is added slope by slope, and what moving costs is folded in: the infimal
convolution of two such functions has the pieces of both, sorted by slope. No solver, no tolerance.

With the site's own part this gives a lower bound on the cost of every schedule at *any* prices, and so a
second opinion on a plan's bound from other arithmetic than the method that found it.
"""

from itertools import pairwise
from math import fsum

from sterna.decisions.schedule.interior.frame import frame_of
from sterna.decisions.schedule.interior.lay import layout_of
from sterna.decisions.schedule.interior.layout import Layout
from sterna.decisions.schedule.interior.site import Surround
from sterna.decisions.schedule.interior.start import Prices
from sterna.decisions.schedule.problem import Floats, Problem

Segments = list[tuple[float, float]]
"""Slope and length of the straight pieces of a convex function, in order."""


def lower_bound(problem: Problem, prices: Prices) -> float:
    """Return a cost below which no schedule of *problem* is, EUR; best at the duals of an optimum.

    A reserve is left out of account: it can only make schedules dearer.
    """
    layout = layout_of(problem)
    frame = frame_of(problem, layout)
    seen = frame.seen(prices.rows)
    cars = fsum(least_cost(layout, car, seen[frame.group[car]]) for car in range(len(layout.count)))
    around = Surround(frame, 1.0)
    return cars + around.bound_of(prices.rows, prices.peak) + layout.constant_eur


def least_cost(layout: Layout, car: int, price: Floats) -> float:
    """Return the least cost of *car* at *price* (T,), EUR, without what `Layout` counts as decided."""
    count, flat = int(layout.count[car]), int(layout.flat[car])
    first = int(layout.where.step[layout.slot[car]])
    ups, downs, stores = layout.ups, layout.downs, layout.stores

    def kinds(slot: int, begin: int, many: int) -> list[tuple[float, float]]:
        at = [flat + kind * count + slot for kind in range(begin, begin + many)]
        return [(float(layout.cost[k]), float(layout.width[k])) for k in at]

    tail = flat + (ups + downs + stores) * count
    ahead: Segments = kinds(count - 1, ups + downs, stores)
    ahead += [
        (float(layout.cost[tail + kind]), float(layout.width[tail + kind]))
        for kind in range(layout.lasts)
    ]
    low, value = 0.0, 0.0
    for slot in range(count - 1, -1, -1):
        if slot < count - 1:
            standing = kinds(slot, ups + downs, stores)
            low, value, ahead = _clipped(low, value, ahead, fsum(length for _, length in standing))
            ahead = _added(low, ahead, standing)
            value += _risen(standing, low)
        paid = float(price[first + slot])
        moves: Segments = []
        for kind, (cost, width) in enumerate(kinds(slot, 0, ups)):
            gain = float(layout.gain[car, kind])
            moves.append((-(cost + paid) / gain, gain * width))
            low -= gain * width
            value += (cost + paid) * width
        for kind, (cost, width) in enumerate(kinds(slot, ups, downs)):
            drain = float(layout.drain[car, kind])
            moves.append((-(paid - cost) / drain, drain * width))
        ahead = sorted([*ahead, *moves])
        low -= float(layout.rhs[layout.slot[car] + slot])
    return value + _risen(ahead, -low)


def _risen(segments: Segments, far: float) -> float:
    """Return how much the function rises over the first *far* of its domain."""
    risen = 0.0
    for slope, length in segments:
        part = min(max(far, 0.0), length)
        risen += slope * part
        far -= part
    return risen


def _clipped(
    low: float, value: float, segments: Segments, most: float
) -> tuple[float, float, Segments]:
    """Return the function on what of its domain lies in [0, *most*]."""
    kept: Segments = []
    at, begin, begun = low, max(low, 0.0), value
    for slope, length in segments:
        left, right = max(at, 0.0), min(at + length, most)
        if at < 0.0:
            begun += slope * (min(at + length, 0.0) - at)
        if right > left:
            kept.append((slope, right - left))
        at += length
    return begin, begun, kept


def _added(low: float, segments: Segments, standing: Segments) -> Segments:
    """Return *segments*, which begin at *low*, with the slopes of *standing*, which begin at 0, added."""
    high = low + fsum(length for _, length in segments)
    marks = {low, high}
    for begin, parts in ((low, segments), (0.0, standing)):
        at = begin
        for _, length in parts:
            at += length
            marks.add(min(max(at, low), high))
    found: Segments = []
    for left, right in pairwise(sorted(marks)):
        middle = (left + right) / 2
        found.append((_slope(segments, middle - low) + _slope(standing, middle), right - left))
    return found


def _slope(segments: Segments, far: float) -> float:
    """Return the slope of the piece that holds *far*."""
    slope = 0.0
    for slope, length in segments:
        if far <= length:
            return slope
        far -= length
    return slope
