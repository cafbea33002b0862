"""A chart of curves over two logarithmic axes, as an SVG file that stands alone.

Every curve has a colour, a mark of its own and its name at its end, so that it can be told
without colour. Same bytes for the same data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

from sterna.ui.charts import STYLE

WIDTH: Final = 960.0
HEIGHT: Final = 520.0
LEFT: Final = 64.0
RIGHT: Final = 150.0
"""Room for the names at the curves' ends."""
TOP: Final = 44.0
BOTTOM: Final = 44.0
LABEL_APART: Final = 15.0
"""Least distance between two names."""
MARKS: Final = {
    "circle": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
    "square": "M-3.6 -3.6H3.6V3.6H-3.6Z",
    "triangle": "M0 -4.8L4.6 3.6H-4.6Z",
    "diamond": "M0 -5L5 0L0 5L-5 0Z",
    "wedge": "M0 4.8L4.6 -3.6H-4.6Z",
}
"""Shapes around a point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One named line through points, drawn with the CSS colour variable ``--colour``."""

    name: str
    colour: str
    mark: str
    """A key of :data:`MARKS`."""
    points: tuple[tuple[float, float], ...]
    """(x, y), both > 0, x rising."""
    dashed: bool = False
    stroke: float = 1.6


def loglog(title: str, x_name: str, y_name: str, curves: Sequence[Curve]) -> str:
    """Return the chart of *curves*; those without a point are left out. Without any: a chart that says so."""
    drawn = [curve for curve in curves if curve.points]
    places = [point for curve in drawn for point in curve.points]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title><style>{STYLE.strip()}</style>'
        f'<rect width="{WIDTH:.0f}" height="{HEIGHT:.0f}" fill="var(--paper)"/>'
        f'<text class="name" x="{LEFT}" y="20" font-weight="600">{escape(title)}</text>'
    )
    if not places:
        return f'{head}<text x="{LEFT}" y="{TOP + 20}">nothing was measured</text></svg>\n'
    axes = _Axes(
        tuple(sorted({x for x, _ in places})),
        floor(log10(min(y for _, y in places)) + 1e-9),
        ceil(log10(max(y for _, y in places)) - 1e-9),
    )
    lines = "".join(_line(curve, axes) for curve in drawn)
    return f"{head}{axes.drawn(x_name, y_name)}{lines}{_names(drawn, axes)}</svg>\n"


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where values stand: *xs* are the measured ones, y runs over whole decades."""

    xs: tuple[float, ...]
    low: int
    high: int

    def x(self, value: float) -> float:
        """Return the horizontal position of *value*."""
        span = log10(self.xs[-1] / self.xs[0]) or 1.0
        return LEFT + 12.0 + log10(value / self.xs[0]) / span * (WIDTH - LEFT - RIGHT - 24.0)

    def y(self, value: float) -> float:
        """Return the vertical position of *value*."""
        span = max(self.high - self.low, 1)
        return HEIGHT - BOTTOM - (log10(value) - self.low) / span * (HEIGHT - TOP - BOTTOM)

    def drawn(self, x_name: str, y_name: str) -> str:
        """Return rules and figures: a rule for each decade, a figure for each measured x."""
        out = []
        right = WIDTH - RIGHT
        for power in range(self.low, max(self.high, self.low + 1) + 1):
            y = self.y(10.0**power)
            out.append(f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
            out.append(
                f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
            )
        for value in self.xs:
            x = self.x(value)
            out.append(
                f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            )
            out.append(
                f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{value:,.0f}</text>'
            )
        out.append(f'<text x="{LEFT}" y="{TOP - 8}">{escape(y_name)}</text>')
        middle = (LEFT + right) / 2
        out.append(
            f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_name)}</text>'
        )
        return "".join(out)


def _line(curve: Curve, axes: _Axes) -> str:
    places = [(axes.x(x), axes.y(y)) for x, y in curve.points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dash = ' stroke-dasharray="6 4"' if curve.dashed else ""
    shape = MARKS[curve.mark]
    marks = "".join(
        f'<path d="{shape}" transform="translate({x:.1f} {y:.1f})" fill="var(--{curve.colour})"/>'
        for x, y in places
    )
    return (
        f"<g><title>{escape(curve.name)}</title>"
        f'<path d="{path}" fill="none" stroke="var(--{curve.colour})" stroke-width="{curve.stroke}"{dash}/>{marks}</g>'
    )


def _names(curves: Sequence[Curve], axes: _Axes) -> str:
    """Return the names: beside the chart, none upon another; of curves that end early, at their last point."""
    out = []

    def height_of(curve: Curve) -> float:
        return axes.y(curve.points[-1][1])

    for end in sorted(
        {curve.points[-1][0] for curve in curves if curve.points[-1][0] < axes.xs[-1]}
    ):
        early = sorted((c for c in curves if c.points[-1][0] == end), key=height_of)
        places = apart([height_of(curve) for curve in early])
        out += [
            _name(curve, axes.x(end) + 9.0, place - 2.0)
            for curve, place in zip(early, places, strict=True)
        ]
    whole = [curve for curve in curves if curve.points[-1][0] == axes.xs[-1]]
    ordered = sorted(whole, key=height_of)
    heights = apart([axes.y(curve.points[-1][1]) for curve in ordered])
    left = WIDTH - RIGHT + 14.0
    for curve, height in zip(ordered, heights, strict=True):
        x, y = axes.x(curve.points[-1][0]), axes.y(curve.points[-1][1])
        out.append(
            f'<line x1="{x + 6:.1f}" y1="{y:.1f}" x2="{left - 3:.1f}" y2="{height:.1f}" '
            f'stroke="var(--{curve.colour})" stroke-width="0.7" stroke-dasharray="1 3"/>'
            f'<path d="{MARKS[curve.mark]}" transform="translate({left + 4:.1f} {height:.1f})" fill="var(--{curve.colour})"/>'
        )
        out.append(_name(curve, left + 13.0, height + 4.0))
    return "".join(out)


def _name(curve: Curve, x: float, y: float) -> str:
    weight = ' font-weight="700"' if curve.stroke > 2 else ""
    return f'<text class="name" x="{x:.1f}" y="{y:.1f}"{weight}>{escape(curve.name)}</text>'


def apart(heights: Sequence[float]) -> list[float]:
    """Return rising *heights* moved down, then up, until neighbours are far enough apart and none is below the chart."""
    found: list[float] = []
    for height in heights:
        found.append(max(height, found[-1] + LABEL_APART) if found else height)
    most = HEIGHT - BOTTOM
    for place in range(len(found) - 1, -1, -1):
        found[place] = min(found[place], most)
        most = found[place] - LABEL_APART
    return found
