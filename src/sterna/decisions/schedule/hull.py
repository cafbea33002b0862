"""The loss curve of a converter as a plan can use it: convex, in few straight pieces.

From the meter's power P to the stored power a converter with losses p0 + a P + b P^2 gives
``f(P) = eta (P - p0 - a P - b P^2)``, and 0 at P = 0. The least concave curve above f (its hull)
is what a linear program can hold: a straight line from 0 to the power of best efficiency,

    P* = sqrt(p0 / b),

and f itself beyond, here by chords, which lie below it. Giving back is the same mirrored: the
energy taken out of the cells is convex. No mean power over a step can do better than the hull, so
that a plan's bound stays a bound. What the hull cannot say is that a small power is worse than a
large one for a part of the time: see :mod:`sterna.decisions.schedule.onoff`.

Pieces cost solving time, so that a curve gets as few as keep its chords within 0.1 % of the rating,
and at most four. With the losses fitted to the field P* is four fifths of the rating, and one is
enough (0.06 %); a converter whose losses grow steeply with the current gets more.
"""

from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Final

from sterna.domain.converter import Converter, Losses
from sterna.kernel.quantities import Share

PIECES_MAX: Final = 4
"""More say nothing that losses are known to."""
TOLERANCE: Final = 1e-3
"""How far a chord may be from the hull, as a part of the most power."""


Pieces = tuple[tuple[float, float], ...]
"""(kW at the meter, stored kW per kW at the meter), the first piece first; the ratio falls when
charging and, as energy taken out of the cells, rises when giving back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The hull of a converter's loss curve in each direction, up to the car's powers."""

    charging: Pieces
    discharging: Pieces


def curve_of(converter: Converter, cells: Share) -> Curve:
    """Return the curve of *converter* with cells of one-way efficiency *cells* behind it."""
    return Curve(
        charging=charging(converter, cells),
        discharging=discharging(converter, cells),
    )


def charging(converter: Converter, cells: Share) -> Pieces:
    """Return the pieces of charging, from 0 to the most power."""

    def stored(kw: float) -> float:
        return cells * (kw - converter.charging.at(kw))

    edges = _edges(converter.charging, converter.charge_kw_max)
    return _chords(edges, [0.0, *(max(0.0, stored(kw)) for kw in edges[1:])])


def discharging(converter: Converter, cells: Share) -> Pieces:
    """Return the pieces of giving back, from 0 to the most power."""

    def taken(kw: float) -> float:
        return (kw + converter.discharging.at(kw)) / cells

    edges = _edges(converter.discharging, converter.discharge_kw_max)
    return _chords(edges, [0.0, *(taken(kw) for kw in edges[1:])])


def _edges(losses: Losses, most: float) -> list[float]:
    """Return 0, the power of best efficiency, and equal parts of the rest up to *most*."""
    if most <= 0.0:
        return [0.0]
    best = sqrt(losses.p0_kw / losses.b_per_kw) if losses.b_per_kw > 0 else inf
    bend, b = min(best, most), losses.b_per_kw
    # One line from 0 to the end misses the bend by b (most - bend)^2 bend / most.
    if b * (most - bend) ** 2 * bend / most <= TOLERANCE * most and bend > 0.0:
        return [0.0, most]
    head = [0.0, bend] if bend > 0.0 else [0.0]
    # A chord of width w misses a parabola by b w^2 / 4 at most.
    wanted = ceil((most - bend) / sqrt(4.0 * TOLERANCE * most / b))
    count = max(1, min(wanted, PIECES_MAX + 1 - len(head)))
    return [*head, *(bend + (most - bend) * part / count for part in range(1, count + 1))]


def _chords(edges: list[float], values: list[float]) -> Pieces:
    """Return width and slope between neighbouring *edges*."""
    return tuple(
        (edges[k + 1] - edges[k], (values[k + 1] - values[k]) / (edges[k + 1] - edges[k]))
        for k in range(len(edges) - 1)
    )
