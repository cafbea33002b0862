"""Where the cards of a drawing stand: columns of domains, rows of zones, cards in their cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sterna.emsa.model import DOMAINS, ZONES
from sterna.emsa.router import GRID, Box

CARD_WIDTH: Final = 192
CARD_HEIGHT: Final = 56
GAP_X: Final = 72
"""Beside a card, for lines and their labels."""
GAP_Y: Final = 48
"""Above and below a card."""
LEFT: Final = 128
"""Where the first column begins: the names of the zones stand before it."""
TOP: Final = 120
"""Where the first row begins: title and names of the domains stand above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A component in the drawing."""

    id: str
    name: str
    zone: str
    domain: str
    look: str
    """``card``, ``v2x`` or ``person``: what its colours are called."""
    tooltip: str
    reading: bool
    """Its place is our reading and not said in the text."""


class Layout:
    """Where everything stands: columns of domains, rows of zones, cards in their cells."""

    def __init__(self, cards: Sequence[Card]) -> None:
        """Place *cards*: those of one cell stand below each other."""
        self.boxes: dict[str, Box] = {}
        self.columns: dict[str, tuple[int, int]] = {}
        self.rows: dict[str, tuple[int, int]] = {}
        cells: dict[tuple[str, str], list[Card]] = {}
        for card in cards:
            cells.setdefault((card.domain, card.zone), []).append(card)
        x = LEFT
        for domain in DOMAINS:
            width = CARD_WIDTH + 2 * GAP_X
            self.columns[domain] = (x, width)
            x += width
        y = TOP
        for zone in ZONES:
            most = max((len(cells.get((domain, zone), ())) for domain in DOMAINS), default=1)
            height = max(1, most) * (CARD_HEIGHT + GAP_Y) + GAP_Y
            self.rows[zone] = (y, height)
            y += height
        self.right, self.bottom = x, y
        for (domain, zone), its in cells.items():
            self._place(its, self.columns[domain], self.rows[zone])

    def _place(self, cards: list[Card], column: tuple[int, int], row: tuple[int, int]) -> None:
        used = len(cards) * (CARD_HEIGHT + GAP_Y) - GAP_Y
        y = row[0] + (row[1] - used) // 2
        for card in cards:
            self.boxes[card.id] = Box(
                x=(column[0] + (column[1] - CARD_WIDTH) // 2) // GRID,
                y=y // GRID,
                width=CARD_WIDTH // GRID,
                height=CARD_HEIGHT // GRID,
            )
            y += CARD_HEIGHT + GAP_Y
