"""The links of a drawing and their labels, put where they cover neither cards nor other lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from sterna.emsa.layout import CARD_HEIGHT, CARD_WIDTH, LEFT, Layout
from sterna.emsa.model import Link
from sterna.emsa.router import GRID, Point

CHARACTER_PX: Final = 6.9
"""Mean width of a character in a label."""
LABEL_HEIGHT: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A link as it is drawn."""

    link: Link
    corners: tuple[Point, ...]
    """In pixels."""
    colour: str
    dashes: str
    label: str
    tooltip: str
    forth: bool
    """Messages go from a to b."""
    back: bool


def written(
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    look: str,
    weight: int = 400,
    anchor: str = "middle",
) -> str:
    """Return *text* as SVG; *look* names its colour."""
    return (
        f'<text class="f-{look}" x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


Rect = tuple[float, float, float, float]


def labels(lines: Sequence[Line], layout: Layout) -> list[str]:
    """Put each label on its line where it covers neither cards nor other lines, if it can."""
    taken: list[Rect] = [
        (box.x * GRID - 3, box.y * GRID - 3, CARD_WIDTH + 6, CARD_HEIGHT + 6)
        for box in layout.boxes.values()
    ]
    pieces = [(line.link.id, a, b) for line in lines for a, b in pairwise(line.corners)]
    parts: list[str] = []
    for line in lines:
        if not line.label:
            continue
        x, y, width, height = _spot(line, taken, pieces)
        x = min(max(x, LEFT + 6), layout.right - 6 - width)
        taken.append((x - 2, y - 2, width + 4, height + 4))
        parts.append(
            f'<g><title>{escape(line.tooltip)}</title><rect class="f-page s-{line.colour}" x="{x:g}" '
            f'y="{y:g}" width="{width:g}" height="{height}" rx="9" stroke-width="1.2"/>'
            + written(x + width / 2, y + 13.4, line.label, size=12.5, weight=600, look=line.colour)
            + "</g>"
        )
    return parts


def _spot(line: Line, taken: Sequence[Rect], pieces: Sequence[tuple[str, Point, Point]]) -> Rect:
    """Return the best place for a label of *line*: first free of all, then free of cards."""
    width = len(line.label) * CHARACTER_PX + 14
    runs = sorted(pairwise(line.corners), key=lambda run: -_room(run, width))
    spots = [
        (
            x1 + (x2 - x1) * part - width / 2,
            y1 + (y2 - y1) * part - LABEL_HEIGHT / 2,
            width,
            LABEL_HEIGHT,
        )
        for (x1, y1), (x2, y2) in runs
        for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)
    ]
    free = [spot for spot in spots if not any(_meet(spot, other) for other in taken)]
    clear = [
        spot
        for spot in free
        if not any(name != line.link.id and _meet(spot, _around(a, b)) for name, a, b in pieces)
    ]
    return (clear or free or spots)[0]


def _room(run: tuple[Point, Point], width: float) -> float:
    """Return how well a label of *width* fits on a straight piece: what is left beside it."""
    (x1, y1), (x2, y2) = run
    return abs(x1 - x2) - width - 30 if y1 == y2 else abs(y1 - y2) - LABEL_HEIGHT - 30


def _around(a: Point, b: Point) -> Rect:
    return min(a[0], b[0]) - 1, min(a[1], b[1]) - 1, abs(a[0] - b[0]) + 2, abs(a[1] - b[1]) + 2


def _meet(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
