"""Curves over logarithmic axes: every curve told without colour, names that do not lie upon each other."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.ui.loglog import BOTTOM, HEIGHT, LABEL_APART, MARKS, RIGHT, WIDTH, Curve, apart, loglog

SVG = "{http://www.w3.org/2000/svg}"
CURVES = (
    Curve(name="quick & small", colour="charge", mark="circle", points=((10, 0.01), (100, 0.1)), stroke=3.0),
    Curve(name="slow", colour="limit", mark="square", points=((10, 1.0), (100, 99.0)), dashed=True),
    Curve(name="never ended", colour="price", mark="wedge", points=()),
)  # fmt: skip


def drawn(*curves: Curve) -> ET.Element:
    # It is our own text of a moment ago.
    return ET.fromstring(loglog("Time", "cars", "seconds", curves))  # noqa: S314


def texts(svg: ET.Element) -> list[str]:
    return [str(text.text) for text in svg.iter(f"{SVG}text")]


def test_every_curve_with_points_has_a_line_marks_and_its_name() -> None:
    svg = drawn(*CURVES)
    groups = svg.findall(f"{SVG}g")
    assert [group.findtext(f"{SVG}title") for group in groups] == ["quick & small", "slow"]
    for group in groups:
        line, *marks = group.findall(f"{SVG}path")
        assert line.get("fill") == "none"
        assert len(marks) == 2
    assert {"quick & small", "slow"} <= set(texts(svg))
    assert "never ended" not in texts(svg)


def test_axes_show_the_measured_sizes_and_whole_decades() -> None:
    found = texts(drawn(*CURVES))
    assert [text for text in found if text in ("10", "100")].count("100") == 2
    assert {"0.01", "0.1", "1", "10", "100"} <= set(found)


def test_the_same_curves_give_the_same_bytes() -> None:
    first = loglog("Time", "cars", "seconds", CURVES)
    assert loglog("Time", "cars", "seconds", CURVES) == first


def test_a_curve_that_ends_early_has_its_name_at_its_last_point() -> None:
    early = Curve(name="gave up", colour="pv", mark="diamond", points=((10, 1.0), (20, 10.0)))
    svg = drawn(*CURVES, early)
    places = {text.text: float(text.get("x", 0)) for text in svg.iter(f"{SVG}text")}
    assert places["gave up"] < places["slow"]
    assert places["slow"] == places["quick & small"] > WIDTH - RIGHT


def test_a_chart_of_nothing_says_so() -> None:
    assert "nothing was measured" in texts(drawn())


def test_a_single_point_can_be_drawn() -> None:
    alone = Curve(name="alone", colour="charge", mark="circle", points=((100, 0.5),))
    assert "alone" in texts(drawn(alone))


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_is_a_closed_shape(name: str) -> None:
    assert MARKS[name].endswith("Z")


@given(st.lists(st.floats(60, HEIGHT - BOTTOM), max_size=20).map(sorted))
def test_names_keep_their_order_and_their_distance(heights: list[float]) -> None:
    found = apart(heights)
    assert len(found) == len(heights)
    assert all(b - a >= LABEL_APART - 1e-6 for a, b in pairwise(found))
    assert all(height <= HEIGHT - BOTTOM + 1e-6 for height in found)
