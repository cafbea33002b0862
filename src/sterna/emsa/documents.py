"""Writes what stands in ``docs/`` and is made from the code: the picture and the table of rooms.

``python -m sterna.emsa.documents docs`` renews both; a test compares them with the code.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

import sterna.actors
from sterna.emsa import usecase
from sterna.emsa.draw import component_layer
from sterna.runtime.card import Card, Interface

PICTURE: Final = "porto-components.svg"
CARDS: Final = "cards.md"
HEAD: Final = """\
# Rooms and their cards

Each room says in its `CARD` what it plays, what others may open to it (`provides`) and what it opens to others
(`requires`). This page is made from the cards by `make cards`; change the card, not the page.
Component ids are those of the use case file; `*` means that anybody may call.
"""
COLUMNS: Final = ("| | protocol | with | for | host |", "|---|---|---|---|---|")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the documents that are made from the code; return 0."""
    reader = argparse.ArgumentParser(prog="python -m sterna.emsa.documents")
    reader.add_argument("folder", type=Path)
    reader.add_argument("only", nargs="*", default=[PICTURE, CARDS], help=f"{PICTURE}, {CARDS}")
    chosen = reader.parse_args(arguments)
    for name in chosen.only:
        (chosen.folder / name).write_text(written(name), encoding="utf-8")
    return 0


def written(name: str) -> str:
    """Return the text of the document *name*, one of :data:`PICTURE` and :data:`CARDS`."""
    if name == PICTURE:
        return component_layer(usecase.packaged("porto"))
    assert name == CARDS, name
    return table(cards())


def cards() -> tuple[Card, ...]:
    """Return the cards of all rooms on the actors floor, by name."""
    names = sorted(module.name for module in iter_modules(sterna.actors.__path__) if module.ispkg)
    return tuple(import_module(f"sterna.actors.{name}").CARD for name in names)


def table(shown: Iterable[Card]) -> str:
    """Return the page with one section per card."""
    return "\n".join((HEAD, *(section(card) for card in shown)))


def section(card: Card) -> str:
    """Return what one card says, as Markdown."""
    persons = "Persons are known here." if card.keeps_personal_data else "No person is known here."
    components = ", ".join(f"`{component}`" for component in card.components)
    code = f"[actors/{card.room}](../src/sterna/actors/{card.room})"
    lines = (
        f"## {card.room}",
        "",
        f"{card.figure}. Components: {components}. {persons} Code: {code}.",
        "",
        *COLUMNS,
        *(line("provides", side) for side in card.provides),
        *(line("requires", side) for side in card.requires),
        "",
    )
    return "\n".join(lines)


def line(kind: str, side: Interface) -> str:
    """Return the row of one interface; frame links have no host."""
    host = f"`{side.host}`" if side.host else ""
    return f"| {kind} | {side.protocol} | `{side.peer}` | {side.purpose} | {host} |"


if __name__ == "__main__":
    sys.exit(main())
