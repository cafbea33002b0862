"""A price ladder as plain SVG: price against volume, one stair for each step of an offer."""

from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np
from typing_extensions import override

from sterna.ui.charts import MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, Chart, ticks

TICKS: Final = 8
"""More labels than this overlap in half a page."""


@dataclass(slots=True, kw_only=True)
class Ladder(Chart):
    """A chart over volume in kW instead of time: *times* are the n+1 edges of n steps, kW."""

    @override
    def grid(self) -> str:
        """Return the axes: rules with figures, volumes along the bottom."""
        out: list[str] = []
        right, bottom = self.width - MARGIN_RIGHT, self.height - MARGIN_BOTTOM
        for value in ticks(self.low, self.high):
            y = float(self.y(value))
            out.append(
                f'<line class="axis" x1="{MARGIN_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text x="{MARGIN_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
            )
        for value in ticks(float(self.times[0]), float(self.times[-1]), TICKS):
            x = float(self.x(np.array(value)))
            out.append(
                f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{MARGIN_TOP}" y2="{bottom}"/>'
                f'<text x="{x:.1f}" y="{self.height - 6}" text-anchor="middle">{escape(f"{value:g} kW")}</text>'
            )
        return "".join(out)
