"""What many cars do over one time axis: a line each, coloured by charging, giving and waiting.

Never colour alone: power is height, so that charging stands up, giving hangs down and waiting is a thin
line; every piece has its sentence as a title for pointers and screen readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.ui.charts import time_ticks

Floats = NDArray[np.float64]
WIDTH: Final = 640.0
HEIGHT: Final = 30.0
MIDDLE: Final = 17.0
"""Where waiting is drawn: charging has a little more room above it than giving below."""
FULL_KW: Final = 22.0
"""Power at which a piece has its full height."""
LEAST_HEIGHT: Final = 3.0
"""Of a piece with any power, so that it is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A time in which a car did one thing; *kind* is ``charge``, ``discharge`` or ``wait``."""

    start: Instant
    end: Instant
    kind: str
    kw: Kilowatts
    text: str


def x_of(edges: Floats, moment: float) -> float:
    """Return the horizontal position of *moment* on the axis from the first to the last of *edges*."""
    share = (moment - float(edges[0])) / (float(edges[-1]) - float(edges[0]))
    return min(max(share, 0.0), 1.0) * WIDTH


def axis(edges: Floats, zone: ZoneInfo) -> str:
    """Return the common axis of all lines: hours, and the weekday at midnight."""
    out = [f'<svg class="axis" viewBox="0 0 {WIDTH:.0f} 16" aria-hidden="true">']
    for moment in time_ticks(float(edges[0]), float(edges[-1]), zone)[:-1]:
        local = datetime.fromtimestamp(moment, zone)
        label = local.strftime("%a" if local.hour == 0 else "%H:%M")
        out.append(f'<text x="{x_of(edges, moment):.1f}" y="12">{label}</text>')
    return "".join((*out, "</svg>"))


def bar(
    edges: Floats, pieces: Sequence[Piece], *, plugged: Instant, until: Instant, title: str
) -> str:
    """Return one car's line; a tick marks its announced departure."""
    out = [
        f'<svg class="bar" role="img" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" preserveAspectRatio="none" aria-label="{escape(title)}">'
    ]
    begin, leaves = x_of(edges, plugged), x_of(edges, until)
    if until <= edges[-1]:
        out.append(
            f'<line x1="{leaves:.1f}" x2="{leaves:.1f}" y1="2" y2="{HEIGHT - 2:.0f}" stroke="var(--faint)"><title>announced departure</title></line>'
        )
    if not pieces:
        out.append(f'<rect class="wait" x="{begin:.1f}" y="{MIDDLE - 2}" width="2" height="4"/>')
    for piece in pieces:
        x, width = x_of(edges, piece.start), 0.0
        width = max(x_of(edges, piece.end) - x, 0.8)
        y, height = extent(piece)
        out.append(
            f'<rect class="{piece.kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"><title>{escape(piece.text)}</title></rect>'
        )
    return "".join((*out, "</svg>"))


def extent(piece: Piece) -> tuple[float, float]:
    """Return top and height of a piece."""
    if piece.kind == "wait":
        return MIDDLE - 1.5, 3.0
    room = MIDDLE - 2.0 if piece.kind == "charge" else HEIGHT - MIDDLE - 1.0
    height = max(LEAST_HEIGHT, min(1.0, abs(piece.kw) / FULL_KW) * room)
    return (MIDDLE - height, height) if piece.kind == "charge" else (MIDDLE, height)
