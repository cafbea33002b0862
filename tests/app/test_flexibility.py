"""What a scenario's cars could offer at a moment, as figures, as a page, from the shell."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from sterna.app.cli import main
from sterna.app.flexibility import Flexible, drawing, flexible, page, show
from sterna.app.scenario import load
from sterna.kernel.quantities import Instant

FLOOR = Path(__file__).parent.parent / "scenarios" / "at-06.toml"


def flexibility(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["flexibility", *(str(each) for each in arguments)])


@pytest.fixture(scope="module")
def found() -> Flexible:
    """Return what a car of 11 kW can offer that has just given all that it holds above its floor."""
    scenario = load(str(FLOOR))
    five = datetime(2026, 7, 16, 5, tzinfo=scenario.zone)
    return flexible(scenario, Instant(five.timestamp()), 0.5)


def test_a_car_at_its_floor_can_draw_and_has_nothing_to_give(found: Flexible) -> None:
    up, down = found.curves
    assert up.kw == 0.0
    assert down.kw == pytest.approx(11.0)
    assert up.sure.exact
    assert down.sure.exact


def test_the_terminal_tells_volumes_and_prices(found: Flexible) -> None:
    said = StringIO()
    show(Console(file=said, width=120), found)
    assert "UP: 0.0 kW surely (no more is possible)" in said.getvalue()
    assert "DOWN: 11.0 kW surely (no more is possible)" in said.getvalue()


def test_the_page_opens_offline_and_a_drawing_stands_alone(found: Flexible) -> None:
    text = page(found)
    assert text.count("<svg") == 3
    assert "http" not in text
    assert drawing(found).startswith('<svg class="chart"')
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawing(found)


@pytest.mark.slow
def test_the_shell_writes_the_charts(tmp_path: Path) -> None:
    path = tmp_path / "charts" / "page.html"
    result = flexibility(FLOOR, "--at", "2026-07-16T05:00", "--hours", 0.5, "--out", path)
    assert result.exit_code == 0, result.output
    assert "DOWN: 11.0 kW surely" in result.output
    assert path.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("moment", "words"),
    [("2026-07-18T05:00", "not inside the run"), ("2026-07-16T05:05", "quarter of an hour")],
)
def test_a_moment_that_cannot_be_asked_about_gets_one_line(
    moment: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    result = flexibility(FLOOR, "--at", moment, "--out", path)
    assert result.exit_code == 2
    assert words in result.output
    assert not path.exists()
