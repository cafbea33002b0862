"""Charts as plain SVG: stacked areas, step lines, bands, bars. No script, same bytes for the same data.

One colour per meaning (charging blue, discharging green, limits red), and never colour
alone: every layer has a name in the legend and a pattern of its own, and every chart a
title and a description for screen readers. Colours are CSS variables (:data:`STYLE`),
so that one chart serves light and dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from math import ceil, floor, log10
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

Floats = NDArray[np.float64]

STYLE: Final = """
:root{--ink:#1d2733;--faint:#5f6c7b;--rule:#d8dee6;--paper:#fff;--building:#9aa7b5;--pv:#e6b422;--charge:#2f6fde;
--discharge:#1f9d61;--grid:#1d2733;--base:#b4552d;--limit:#c4262e;--price:#7a4fbf;--band:#2f6fde22}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf1;--faint:#9aa7b5;--rule:#36424f;--paper:#141a21;--building:#66727f;
--pv:#d6a824;--charge:#6a9cf5;--discharge:#4cc38a;--grid:#e6ebf1;--base:#e08a5f;--limit:#ff6b70;--price:#b394f0;--band:#6a9cf533}}
svg.chart{font:12px system-ui,sans-serif;width:100%;height:auto;display:block}
svg.chart text{fill:var(--faint)}svg.chart .name{fill:var(--ink)}svg.chart .axis{stroke:var(--rule);stroke-width:1}
"""

MARGIN_LEFT: Final = 56.0
MARGIN_RIGHT: Final = 12.0
MARGIN_TOP: Final = 26.0
MARGIN_BOTTOM: Final = 22.0
TICKS_TIME_MAX: Final = 9
"""More labels than this overlap at the report's width."""
HOURS_MAX: Final = 13
"""Likewise for hours, whose labels are short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One named series of a chart, drawn with the CSS colour variable ``--colour``."""

    name: str
    colour: str
    values: Floats
    dashed: bool = False


@dataclass(slots=True, kw_only=True)
class Chart:
    """A chart over time. *times* are the n+1 edges of n steps, as instants; *zone* labels the axis."""

    title: str
    unit: str
    times: Floats
    zone: ZoneInfo
    low: float
    high: float
    width: float = 960.0
    height: float = 240.0
    parts: list[str] = field(default_factory=list)
    legend: list[Layer] = field(default_factory=list)

    def x(self, moments: Floats | float) -> Floats:
        """Return the horizontal position of *moments*."""
        span = self.times[-1] - self.times[0]
        inner = self.width - MARGIN_LEFT - MARGIN_RIGHT
        share: Floats = (np.asarray(moments, dtype=float) - self.times[0]) / span
        return MARGIN_LEFT + share * inner

    def y(self, values: Floats | float) -> Floats:
        """Return the vertical position of *values*."""
        inner = self.height - MARGIN_TOP - MARGIN_BOTTOM
        share = (np.asarray(values, dtype=float) - self.low) / (self.high - self.low)
        return self.height - MARGIN_BOTTOM - share * inner

    def stack(self, layers: Sequence[Layer]) -> None:
        """Draw *layers* on top of each other: what is positive upwards from zero, what is negative downwards."""
        up = np.zeros(len(self.times) - 1)
        down = np.zeros(len(self.times) - 1)
        for layer in layers:
            above, below = up + np.maximum(layer.values, 0.0), down + np.minimum(layer.values, 0.0)
            for inner, outer in ((up, above), (down, below)):
                if not np.array_equal(inner, outer):
                    self.area(inner, outer, layer)
            up, down = above, below
            self.legend.append(layer)

    def area(self, lower: Floats, upper: Floats, layer: Layer, *, opacity: float = 0.85) -> None:
        """Fill the area between two step lines."""
        there = self.corners(upper)
        back = self.corners(lower)[::-1]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in [*there, *back]) + "Z"
        self.parts.append(
            f'<path d="{path}" fill="var(--{layer.colour})" fill-opacity="{opacity}"><title>{escape(layer.name)}</title></path>'
        )

    def line(self, layer: Layer, *, stroke: float = 1.6) -> None:
        """Draw a step line; NaN leaves a gap."""
        pieces: list[str] = []
        for run in segments(layer.values):
            corners = self.corners(layer.values[run], self.times[run.start : run.stop + 1])
            pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners))
        dash = ' stroke-dasharray="5 3"' if layer.dashed else ""
        self.parts.append(
            f'<path d="{"".join(pieces)}" fill="none" stroke="var(--{layer.colour})" stroke-width="{stroke}"{dash}>'
            f"<title>{escape(layer.name)}</title></path>"
        )
        self.legend.append(layer)

    def corners(self, values: Floats, edges: Floats | None = None) -> list[tuple[float, float]]:
        """Return the corners of the step line of *values*, leaving out those on a straight line."""
        xs, ys = self.x(self.times if edges is None else edges), self.y(values)
        keep = np.flatnonzero(np.concatenate(([True], np.abs(np.diff(ys)) > 0.05)))
        found: list[tuple[float, float]] = []
        for k, start in enumerate(keep):
            end = keep[k + 1] if k + 1 < len(keep) else len(ys)
            found += [(float(xs[start]), float(ys[start])), (float(xs[end]), float(ys[start]))]
        return found

    def svg(self) -> str:
        """Return the finished chart."""
        return (
            f'<svg class="chart" role="img" viewBox="0 0 {self.width:.0f} {self.height:.0f}" aria-label="{escape(self.title)}">'
            f"{self.grid()}{''.join(self.parts)}{self.names()}</svg>"
        )

    def grid(self) -> str:
        """Return the axes: rules with figures, times in the site's zone with the weekday at midnight."""
        out: list[str] = []
        right = self.width - MARGIN_RIGHT
        for value in ticks(self.low, self.high):
            y = float(self.y(value))
            out.append(
                f'<line class="axis" x1="{MARGIN_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            )
            out.append(
                f'<text x="{MARGIN_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
            )
        for at, label in self.marks():
            x = float(self.x(at))
            out.append(
                f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{MARGIN_TOP}" y2="{self.height - MARGIN_BOTTOM}"/>'
            )
            out.append(
                f'<text x="{x:.1f}" y="{self.height - 6}" text-anchor="middle">{label}</text>'
            )
        return "".join(out)

    def marks(self) -> list[tuple[float, str]]:
        """Return where the horizontal axis has rules, and what stands under them."""
        found = []
        for moment in time_ticks(float(self.times[0]), float(self.times[-1]), self.zone):
            local = datetime.fromtimestamp(moment, self.zone)
            label = local.strftime("%a %d %b") if local.hour == 0 else local.strftime("%H:%M")
            found.append((moment, label))
        return found

    def names(self) -> str:
        """Return title, unit and legend."""
        out = [
            f'<text class="name" x="{MARGIN_LEFT}" y="14" font-weight="600">{escape(self.title)}, {escape(self.unit)}</text>'
        ]
        x = MARGIN_LEFT + 30.0 + 7.0 * (len(self.title) + len(self.unit))
        for layer in self.legend:
            dash = ' stroke-dasharray="5 3"' if layer.dashed else ""
            out.append(
                f'<line x1="{x:.0f}" x2="{x + 18:.0f}" y1="10" y2="10" stroke="var(--{layer.colour})" stroke-width="4"{dash}/>'
            )
            out.append(f'<text x="{x + 23:.0f}" y="14">{escape(layer.name)}</text>')
            x += 36.0 + 6.4 * len(layer.name)
        return "".join(out)


@dataclass(slots=True, kw_only=True)
class HourChart(Chart):
    """A chart over hours, not instants: *times* are n+1 edges in hours, e.g. 0..24; *zone* means nothing."""

    @override
    def marks(self) -> list[tuple[float, str]]:
        """Return full hours."""
        span = float(self.times[-1] - self.times[0])
        step = next((each for each in (1, 2, 3, 6, 12) if span / each <= HOURS_MAX), 24)
        first = ceil(float(self.times[0]) / step) * step
        return [(float(h), f"{h} h") for h in range(first, floor(float(self.times[-1])) + 1, step)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One named bar, drawn with the CSS colour variable ``--colour``."""

    name: str
    value: float
    colour: str


BAR_HEIGHT: Final = 20.0
BAR_NAMES: Final = 190.0
"""Room for names left of the bars."""
BAR_FIGURES: Final = 70.0
"""Room for figures right of the longest one."""


def bars(title: str, unit: str, shown: Sequence[Bar], *, width: float = 960.0) -> str:
    """Return horizontal bars from zero, each with its figure; values are >= 0 but for rounding."""
    longest = max((bar.value for bar in shown), default=0.0) or 1.0
    inner = width - BAR_NAMES - BAR_FIGURES - MARGIN_RIGHT
    height = MARGIN_TOP + BAR_HEIGHT * len(shown) + 8.0
    out = [
        f'<text class="name" x="{MARGIN_LEFT}" y="14" font-weight="600">{escape(title)}, {escape(unit)}</text>'
    ]
    for number, bar in enumerate(shown):
        top, length = MARGIN_TOP + BAR_HEIGHT * number, max(0.0, bar.value) / longest * inner
        out.append(
            f'<text x="{BAR_NAMES - 8:.0f}" y="{top + 13:.1f}" text-anchor="end">{escape(bar.name)}</text>'
            f'<rect x="{BAR_NAMES:.0f}" y="{top + 2:.1f}" width="{length:.1f}" height="{BAR_HEIGHT - 6:.0f}" fill="var(--{bar.colour})"/>'
            f'<text class="name" x="{BAR_NAMES + length + 6:.1f}" y="{top + 13:.1f}">{bar.value:.2f}</text>'
        )
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {width:.0f} {height:.0f}" aria-label="{escape(title)}">'
        f"{''.join(out)}</svg>"
    )


def segments(values: Floats) -> list[slice]:
    """Return the runs of *values* without NaN."""
    good = np.concatenate(([False], ~np.isnan(values), [False]))
    turns = np.flatnonzero(np.diff(good.astype(int)))
    return [
        slice(int(start), int(stop)) for start, stop in zip(turns[::2], turns[1::2], strict=True)
    ]


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return about *count* round values between *low* and *high*."""
    raw = (high - low) / count
    magnitude = 10.0 ** floor(log10(raw))
    step = next(
        unit * magnitude for unit in (1.0, 2.0, 2.5, 5.0, 10.0) if unit * magnitude >= raw * 0.999
    )
    first = ceil(low / step - 1e-9)
    last = floor(high / step + 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def bounds(*series: Floats, zero: bool = True) -> tuple[float, float]:
    """Return round lower and upper bounds that hold all *series* (and zero)."""
    flat = np.concatenate([s[~np.isnan(s)] for s in series]) if series else np.zeros(1)
    low, high = (
        float(flat.min(initial=0.0 if zero else np.inf)),
        float(flat.max(initial=0.0 if zero else -np.inf)),
    )
    if high - low < 1e-9:
        high = low + 1.0
    marks = ticks(low, high)
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    return floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step


def time_ticks(start: float, end: float, zone: ZoneInfo) -> list[float]:
    """Return instants at round local hours, at most :data:`TICKS_TIME_MAX` + 1 of them."""
    hours = (end - start) / 3600.0
    step = next(
        (h for h in (1, 2, 3, 6, 12, 24, 48, 72, 96, 168) if hours / h <= TICKS_TIME_MAX), 336
    )
    local = datetime.fromtimestamp(start, zone).replace(minute=0, second=0, microsecond=0)
    moment = local.replace(hour=0)
    found: list[float] = []
    while (when := moment.timestamp()) <= end:
        if when >= start:
            found.append(when)
        moment = (moment.replace(tzinfo=None) + timedelta(hours=step)).replace(tzinfo=zone)
    return found


def sparkline(
    times: Floats, shares: Floats, *, floor_share: float, target: float, until: float, title: str,
    width: float = 220.0, height: float = 64.0,
) -> str:  # fmt: skip
    """Return a small chart of one car's state of charge, with its floor, its target and its departure.

    *times* are instants, *shares* the state of charge then, both shape (m,); *until* is the announced departure.
    """
    start, end = float(times[0]), max(float(times[-1]), until, float(times[0]) + 1.0)

    def x(moment: float) -> float:
        return 4.0 + (moment - start) / (end - start) * (width - 8.0)

    def y(share: float) -> float:
        return 16.0 + (1.0 - share) * (height - 20.0)

    path = "M" + "L".join(
        f"{x(float(t)):.1f} {y(float(s)):.1f}" for t, s in zip(times, shares, strict=True)
    )
    flag = x(min(until, end))
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {width:.0f} {height:.0f}" aria-label="{escape(title)}">'
        f'<text class="name" x="4" y="11" font-size="10">{escape(title)}</text>'
        f'<rect x="4" y="{y(1.0):.1f}" width="{width - 8:.0f}" height="{y(floor_share) - y(1.0):.1f}" fill="var(--band)"/>'
        f'<line x1="4" x2="{width - 4:.0f}" y1="{y(floor_share):.1f}" y2="{y(floor_share):.1f}" stroke="var(--limit)" stroke-dasharray="3 2"><title>floor</title></line>'
        f'<line x1="{flag:.1f}" x2="{flag:.1f}" y1="{y(1.0):.1f}" y2="{y(0.0):.1f}" stroke="var(--faint)"><title>announced departure</title></line>'
        f'<circle cx="{flag:.1f}" cy="{y(target):.1f}" r="3" fill="none" stroke="var(--ink)"><title>target</title></circle>'
        f'<path d="{path}" fill="none" stroke="var(--charge)" stroke-width="1.5"><title>state of charge</title></path></svg>'
    )
