"""House rules, kept by a test: module size, docstrings, furniture. Exceptions stand in a table with their reason."""

import ast
from pathlib import Path
from typing import Final

import pytest

SOURCE: Final = Path(__file__).parents[1] / "src" / "sterna"
MODULE_LINES_MAX: Final = 400
"""A file that one can hold in the head; longer ones have two purposes."""
GENERATED: Final = {"protocols/ocpp/v21.py", "protocols/ocpp/v201.py"}
"""Written by protocols/ocpp/generate.py, read by nobody."""
EXCEPTIONS: Final[dict[str, int]] = {}
"""Module -> lines allowed, with the reason in a comment."""

MODULES: Final = sorted(
    path for path in SOURCE.rglob("*.py") if str(path.relative_to(SOURCE)) not in GENERATED
)
ROOMS: Final = sorted(
    path for path in (SOURCE / "actors").iterdir() if path.is_dir() and "__" not in path.name
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_says_what_it_is_for_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "says what it is for in its first line"
    allowed = EXCEPTIONS.get(str(path.relative_to(SOURCE)), MODULE_LINES_MAX)
    assert text.count("\n") <= allowed


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_has_its_furniture(room: Path) -> None:
    for piece in ("__init__.py", "core.py", "links.py", "settings.py"):
        assert (room / piece).exists(), f"{room.name} lacks {piece}"
    assert "CARD" in (room / "__init__.py").read_text(encoding="utf-8"), "the room has no card"


def test_no_drawer_is_named_after_a_drawer() -> None:
    banned = ("manager", "helper", "utils", "common", "misc")
    named = [path for path in MODULES if any(word in path.stem.lower() for word in banned)]
    assert named == []
