"""``control.forecast = "quantiles"``: refused without the extra; with it a run goes through, the same each time."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from forecast_extra import needs_extra

from sterna.app.cli import main
from sterna.decisions.forecast import missing

MINI = Path(__file__).parent.parent / "scenarios" / "porto-mini.toml"


def scenario(folder: Path) -> Path:
    """Write the small Porto with a load that is not constant, sun, and forecasts by trees; return the file."""
    text = MINI.read_text().replace("constant_kw = 100", "mean_kw = 80")
    path = folder / "trees.toml"
    path.write_text(text + '\n[pv]\npeak_kw = 50\n\n[control]\nforecast = "quantiles"\n')
    return path


def run(path: Path, out: Path) -> Result:
    arguments = ("run", path, "--no-baseline", "--quiet", "--out", out)
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.mark.skipif(missing() is None, reason="the extra is installed here")
def test_without_the_extra_one_line_says_what_is_missing(tmp_path: Path) -> None:
    result = run(scenario(tmp_path), tmp_path / "out")
    assert result.exit_code == 2
    assert "control.forecast: needs lightgbm and pvlib" in result.stderr
    assert 'pip install "sterna[forecast]"' in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.extra
def test_with_the_extra_two_runs_are_the_same_run(tmp_path: Path) -> None:
    needs_extra()
    traces = set()
    for name in ("one", "two"):
        result = run(scenario(tmp_path), tmp_path / name)
        assert result.exit_code == 0, result.output
        summary = json.loads((tmp_path / name / "summary.json").read_text())
        traces.add(summary["trace_sha256"])
    assert len(traces) == 1
