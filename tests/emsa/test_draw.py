"""The drawing shows every component, link, step and count, and is the same every time."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from sterna.emsa.draw import component_layer
from sterna.emsa.router import Box, Router
from sterna.emsa.usecase import packaged

PORTO = packaged("porto")
COUNTS = {("CS_EMS", "CS_C"): 12_345, ("CS_C", "CS_EMS"): 1, ("EMKT", "BEMS"): 864}


def test_the_drawing_is_well_formed_and_names_everything() -> None:
    svg = component_layer(PORTO, COUNTS)
    ET.fromstring(svg)  # noqa: S314  # our own text
    for component in PORTO.components:
        assert f"<title>{component.name}: room {component.module}" in svg
    for link in PORTO.links:
        assert f"<title>{link.id}: " in svg


def test_the_same_file_gives_the_same_bytes() -> None:
    assert component_layer(PORTO, COUNTS) == component_layer(PORTO, COUNTS)


def test_counts_of_a_run_stand_beside_the_step_numbers() -> None:
    svg = component_layer(PORTO, COUNTS)
    assert ">7, 9, 10.2 … · 12k</text>" in svg
    assert ">10.1 · 864</text>" in svg
    assert "13,210 in all" in svg
    assert ">7, 9, 10.2 …</text>" in component_layer(PORTO)


def test_readings_are_marked_and_what_the_text_says_is_not() -> None:
    svg = component_layer(PORTO)
    assert "room cs_ems, operation / transfer (our reading)" in svg
    assert "room cpo, enterprise / transfer</title>" in svg


@pytest.mark.parametrize("boxes", [3, 6])
def test_lines_avoid_cards_and_end_at_them(boxes: int) -> None:
    places = {
        f"card-{k}": Box(x=6 + 20 * (k % 3), y=6 + 16 * (k // 3), width=10, height=6)
        for k in range(boxes)
    }
    router = Router(low=(0, 0), high=(70, 50), boxes=places)
    names = sorted(places)
    for a, b in [(names[0], names[2]), (names[0], names[-1]), (names[1], names[2])]:
        line = router.line(a, b)
        assert line, (a, b)
        inner = [
            (x, y)
            for (x1, y1), (x2, y2) in pairwise(line)
            for x in range(min(x1, x2), max(x1, x2) + 1)
            for y in range(min(y1, y2), max(y1, y2) + 1)
        ]
        for box in places.values():
            assert not any(
                box.x < x < box.x + box.width and box.y < y < box.y + box.height for x, y in inner
            )


def test_a_card_walled_in_gets_no_line() -> None:
    boxes = {"a": Box(x=2, y=2, width=6, height=6), "b": Box(x=9, y=2, width=6, height=6)}
    assert Router(low=(1, 1), high=(15, 9), boxes=boxes).line("a", "b") == ()
