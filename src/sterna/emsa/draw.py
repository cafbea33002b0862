"""The component layer of EMSA as a picture: zones by domains, components, links, step numbers.

Plain SVG without fonts or scripts of its own; the same use case gives the same bytes. With
the result of a run each link also says how many messages went over it.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from sterna.emsa.derive import composed
from sterna.emsa.labels import Line, labels, written
from sterna.emsa.layout import CARD_HEIGHT, CARD_WIDTH, LEFT, TOP, Card, Layout
from sterna.emsa.model import Link, UseCase, top
from sterna.emsa.palette import PROTOCOLS, UNKNOWN_PROTOCOL, style
from sterna.emsa.router import GRID, Box, Point, Router

DOMAIN_NAMES: Final = {
    "conversion": "Energy conversion",
    "transfer": "Energy transfer from / to EV",
    "ev": "Electric vehicle",
    "user": "EV user premises",
}
MARGIN: Final = 16
NAME_LENGTH: Final = 17
"""Characters of a line on a card."""
STEPS_SHOWN: Final = 3
"""Step numbers in a label; the others stand in the tooltip."""
CORNER: Final = 7
"""Radius of a bend, in pixels."""


def component_layer(
    use_case: UseCase, per_link: Mapping[tuple[str, str], int] | None = None
) -> str:
    """Return the component layer of *use_case* as SVG.

    *per_link* is how many messages a run sent, by (sender, receiver) without units, as in
    ``Result.per_link``.
    """
    cards = _cards(use_case)
    layout = Layout(cards)
    lines = _lines(use_case, layout, per_link)
    legend, below = _legend(use_case, layout)
    width, height = layout.right + MARGIN, below + MARGIN
    title = f"{use_case.use_case.site}: EMSA component layer"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="emsa" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label="{escape(title)}">'
        ),
        f"<title>{escape(title)}</title><style>{style()}</style>",
        f'<rect class="f-page" width="{width}" height="{height}" rx="10"/>',
        written(MARGIN + 8, 44, title, size=25, weight=700, look="ink", anchor="start"),
        written(
            MARGIN + 8, 70, _subtitle(use_case, per_link), size=16, look="faint", anchor="start"
        ),
        *_grid(layout),
        *(_drawn(line) for line in lines),
        *(_card(card, layout.boxes[card.id]) for card in cards),
        *labels(lines, layout),
        *legend,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _subtitle(use_case: UseCase, per_link: Mapping[tuple[str, str], int] | None) -> str:
    said = f"{use_case.use_case.id}: numbers are use case steps"
    if per_link is None:
        return said
    return f"{said}, then the messages of this run ({sum(per_link.values()):,} in all)"


def _cards(use_case: UseCase) -> list[Card]:
    """Return the components, and the people who take part in a link."""
    found = [
        Card(
            id=one.id,
            name=one.name,
            zone=one.zone,
            domain=one.domain,
            look="v2x" if one.v2x else "card",
            tooltip=f"{one.name}: room {one.module}, {one.zone} / {one.domain}"
            + ("" if one.placement == "text" else " (our reading)"),
            reading=one.placement == "inferred",
        )
        for one in use_case.components
    ]
    ends = {end for link in use_case.links for end in (link.a, link.b)}
    found += [
        Card(
            id=actor.id, name=actor.name, zone="process", domain=actor.domain, look="person",
            tooltip=f"{actor.name}: a person, drawn where the car is plugged in", reading=True,
        )
        for actor in use_case.actors
        if actor.type == "human" and actor.id in ends
    ]  # fmt: skip
    return found


def _steps(use_case: UseCase) -> dict[tuple[str, str], list[str]]:
    """Return the steps of the root scenario that use each (sender, receiver), in order."""
    found: dict[tuple[str, str], list[str]] = {}
    root = next(one for one in use_case.scenarios if one.derive is None)
    for step in composed(use_case, [root]).steps:
        for exchange in step.exchanges:
            numbers = found.setdefault((exchange.sender, exchange.to), [])
            if step.step not in numbers:
                numbers.append(step.step)
    return found


def _lines(
    use_case: UseCase, layout: Layout, per_link: Mapping[tuple[str, str], int] | None
) -> list[Line]:
    """Route the links, the shortest first."""
    router = Router(
        low=(LEFT // GRID, TOP // GRID),
        high=(layout.right // GRID, layout.bottom // GRID),
        boxes=layout.boxes,
    )
    steps = _steps(use_case)
    order = [step.step for one in use_case.scenarios for step in one.steps]

    def length(link: Link) -> int:
        a, b = layout.boxes[link.a], layout.boxes[link.b]
        return abs(a.x - b.x) + abs(a.y - b.y)

    found: dict[str, Line] = {}
    drawn = [link for link in use_case.links if {link.a, link.b} <= layout.boxes.keys()]
    for link in sorted(drawn, key=length):
        corners = tuple((x * GRID, y * GRID) for x, y in router.line(link.a, link.b))
        colour, dashes, _ = PROTOCOLS.get(top(link.stacks[0]), UNKNOWN_PROTOCOL)
        there, back = steps.get((link.a, link.b), []), steps.get((link.b, link.a), [])
        numbers = sorted(dict.fromkeys(there + back), key=order.index)
        count = None if per_link is None else sum(
            per_link.get(pair, 0) for pair in ((link.a, link.b), (link.b, link.a))
        )  # fmt: skip
        found[link.id] = Line(
            link=link,
            corners=corners,
            colour=colour,
            dashes=dashes,
            label=_label(numbers, count),
            tooltip=f"{link.id}: {', '.join(link.stacks)}; steps {', '.join(numbers)}"
            + ("" if count is None else f"; {count:,} messages"),
            forth=bool(there),
            back=bool(back),
        )
    return [found[link.id] for link in drawn if found[link.id].corners]


def _label(numbers: Sequence[str], count: int | None) -> str:
    shown = ", ".join(numbers[:STEPS_SHOWN]) + (" …" if len(numbers) > STEPS_SHOWN else "")
    return shown if count is None else f"{shown} · {_short(count)}"


def _short(count: int) -> str:
    """Return a count in at most five characters."""
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1000:.0f}k" if count < 1_000_000 else f"{count / 1e6:.1f}M"


def _grid(layout: Layout) -> list[str]:
    """Draw the zones, the domains and their cells."""
    parts: list[str] = []
    for domain, (x, width) in layout.columns.items():
        parts.append(
            f'<rect class="f-head" x="{x + 2}" y="{TOP - 34}" width="{width - 4}" height="30" rx="5"/>'
            + written(
                x + width / 2,
                TOP - 13.5,
                DOMAIN_NAMES[domain],
                size=15.5,
                weight=600,
                look="head-ink",
            )
        )
    for zone, (y, height) in layout.rows.items():
        parts.append(
            f'<rect class="f-zone" x="{MARGIN}" y="{y + 2}" width="{LEFT - MARGIN - 4}" '
            f'height="{height - 4}" rx="5"/>'
            + written(
                (LEFT + MARGIN) / 2 - 2,
                y + height / 2 + 5,
                zone.capitalize(),
                size=15.5,
                weight=600,
                look="ink",
            )
        )
        parts += [
            f'<rect class="f-cell s-cell-edge" x="{x + 2}" y="{y + 2}" width="{width - 4}" '
            f'height="{height - 4}" rx="5"/>'
            for x, width in layout.columns.values()
        ]
    return parts


def _card(card: Card, box: Box) -> str:
    """Draw one component."""
    x, y = box.x * GRID, box.y * GRID
    rows = _wrapped(card.name)
    first = y + CARD_HEIGHT / 2 + 5 - (len(rows) - 1) * 9
    mark = (
        f'<circle class="f-{card.look} s-{card.look}-edge" cx="{x + CARD_WIDTH - 9}" cy="{y + 9}" r="3.5" '
        'stroke-width="1.3"/>'
        if card.reading
        else ""
    )
    return (
        f'<g><title>{escape(card.tooltip)}</title><rect class="f-{card.look} s-{card.look}-edge" '
        f'x="{x}" y="{y}" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" rx="8" stroke-width="1.8"/>{mark}'
        + "".join(
            written(x + CARD_WIDTH / 2, first + 18 * place, row, size=15.5, weight=600, look="ink")
            for place, row in enumerate(rows)
        )
        + "</g>"
    )


def _wrapped(name: str) -> list[str]:
    rows = [""]
    for word in name.split():
        if rows[-1] and len(rows[-1]) + 1 + len(word) > NAME_LENGTH:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def _drawn(line: Line) -> str:
    """Draw one link with rounded corners and an arrow head where messages arrive."""
    path = _path(line.corners)
    dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
    heads = ""
    if line.forth:
        heads += _head(line.corners[-2], line.corners[-1], line.colour)
    if line.back:
        heads += _head(line.corners[1], line.corners[0], line.colour)
    return (
        f"<g><title>{escape(line.tooltip)}</title>"
        f'<path class="s-cell" d="{path}" fill="none" stroke-width="6"/>'
        f'<path class="s-{line.colour}" d="{path}" fill="none" stroke-width="2.2"{dashes}/>{heads}</g>'
    )


def _path(corners: Sequence[Point]) -> str:
    said = f"M{corners[0][0]} {corners[0][1]}"
    for place in range(1, len(corners) - 1):
        before, here, then = corners[place - 1 : place + 2]
        ax, ay = _towards(here, before)
        bx, by = _towards(here, then)
        said += f"L{ax} {ay}Q{here[0]} {here[1]} {bx} {by}"
    return f"{said}L{corners[-1][0]} {corners[-1][1]}"


def _towards(here: Point, there: Point) -> Point:
    """Return the point where a rounded corner at *here* begins, on the way to *there*."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    reach = min(CORNER, (abs(dx) + abs(dy)) // 2)
    return here[0] + reach * _sign(dx), here[1] + reach * _sign(dy)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _head(before: Point, tip: Point, colour: str) -> str:
    ux, uy = _sign(tip[0] - before[0]), _sign(tip[1] - before[1])
    return (
        f'<path class="f-{colour}" d="M{tip[0]} {tip[1]}l{-11 * ux + 5 * uy} {-11 * uy + 5 * ux}'
        f'l{-10 * uy} {-10 * ux}z"/>'
    )


def _legend(use_case: UseCase, layout: Layout) -> tuple[list[str], int]:
    """Draw what colours, dashes and marks mean; return it and where it ends."""
    parts: list[str] = []
    x, y = float(LEFT), layout.bottom + 32
    looks = (("v2x", "V2X component"), ("card", "other component"), ("person", "person"))
    entries = [
        (
            (
                f'<rect class="f-{look} s-{look}-edge" x="{{x}}" y="{{y}}" width="28" height="17" rx="4" '
                'stroke-width="1.6" transform="translate(0,-13)"/>'
            ),
            name,
        )
        for look, name in looks
    ]
    entries.append((
        ('<circle class="f-page s-card-edge" cx="{x}" cy="{y}" r="4" stroke-width="1.4" '
        'transform="translate(14,-5)"/>'),
        "zone and domain are our reading",
    ))  # fmt: skip
    used = dict.fromkeys(top(link.stacks[0]) for link in use_case.links)
    for protocol in used:
        colour, dashes, name = PROTOCOLS.get(protocol, UNKNOWN_PROTOCOL)
        drawn = f' stroke-dasharray="{dashes}"' if dashes else ""
        entries.append((
            (f'<path class="s-{colour}" d="M{{x}} {{y}}h28" fill="none" stroke-width="2.6"{drawn} '
            'transform="translate(0,-5)"/>'),
            name,
        ))  # fmt: skip
    for drawing, name in entries:
        width = 36 + len(name) * 7.7 + 22
        if x + width > layout.right:
            x, y = float(LEFT), y + 28
        parts.append(drawing.format(x=f"{x:g}", y=y))
        parts.append(written(x + 36, y, name, size=14, look="ink", anchor="start"))
        x += width
    return parts, y + 12
