"""``sterna backtest``: what it prints and writes, and what happens to files and options that cannot be used."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from click.testing import CliRunner, Result
from forecast_extra import needs_extra

from sterna.app.cli import main
from sterna.decisions.forecast import missing

START: Final = datetime(2025, 2, 3, tzinfo=UTC)
HOURS: Final = 24 * 60


def backtest(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["backtest", *(str(each) for each in arguments)])


def load(hours: int = HOURS) -> list[float]:
    hour = np.arange(hours)
    noise = np.random.Generator(np.random.PCG64(1)).normal(scale=3.0, size=hours)
    return list(100 + 20.0 * (hour % 24 > 7) + 30.0 * (hour // 24 % 7 < 5) + noise)


def written(path: Path, values: list[float], *, head: str = "time,value", step: int = 60) -> Path:
    lines = [head]
    for number, value in enumerate(values):
        moment = START + number * timedelta(minutes=step)
        lines.append(f"{moment:%Y-%m-%dT%H:%M},{'' if np.isnan(value) else round(value, 2)}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "load.csv", load())


def test_it_prints_a_row_per_method(file: Path) -> None:
    result = backtest(file, "--days", 20, "--method", "analog,naive")
    assert result.exit_code == 0, result.output
    rows = [line for line in result.output.splitlines() if "│" in line]
    assert [line.split("│")[1].strip() for line in rows] == ["naive", "analog"]
    assert "20 days" in result.output


def test_json_has_what_programs_read(file: Path) -> None:
    found = json.loads(backtest(file, "--days", 20, "--method", "naive,analog", "--json").output)
    assert (found["kind"], found["unit"], found["days"]) == ("load", "kW", 20)
    naive, analog = found["methods"]["naive"], found["methods"]["analog"]
    assert naive["mase_over_naive"] == 1.0
    assert analog["mase_over_naive"] == pytest.approx(analog["mae"] / naive["mae"])
    assert 0.7 < analog["mase_over_naive"] < 0.9  # noise of eight weeks and of one: sqrt(9/16)
    assert 0.6 < analog["coverage"] < 0.95
    assert set(analog["pinball"]) == {"0.1", "0.5", "0.9"}
    assert analog["steps"] == 480
    assert found["trees"] is None


def test_the_report_opens_offline_and_the_bands_can_be_read(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    result = backtest(file, "--days", 20, "--method", "naive,analog", "--out", folder)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == ["backtest.json", "bands.csv", "report.html"]  # fmt: skip
    page = (folder / "report.html").read_text()
    assert page.count("<svg") == 4  # a band each, coverage by hour, error by lead
    assert "http" not in page.replace("http-equiv", "")
    assert "Comparable days" in page
    with (folder / "bands.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 480
    assert float(rows[-1]["actual"]) == pytest.approx(load()[-1], abs=0.01)
    inside = [float(r["analog_0.1"]) <= float(r["actual"]) <= float(r["analog_0.9"]) for r in rows]
    said = json.loads((folder / "backtest.json").read_text())
    assert np.mean(inside) == pytest.approx(said["methods"]["analog"]["coverage"], abs=0.01)


def test_gaps_and_zeros_that_mean_nothing_are_left_out(tmp_path: Path) -> None:
    values = load()
    values[-30] = values[-200] = 0.0
    values[-100] = float("nan")
    path = written(tmp_path / "gaps.csv", values)
    options = ("--days", 20, "--method", "naive", "--json")
    kept = json.loads(backtest(path, *options).output)["methods"]["naive"]
    left = json.loads(backtest(path, *options, "--zero-is-missing").output)["methods"]["naive"]
    assert (kept["steps"], left["steps"]) == (479, 477)
    assert left["mae"] < 0.9 * kept["mae"]


def test_until_leaves_out_what_comes_later(file: Path) -> None:
    options = ("--days", 20, "--method", "naive", "--json")
    assert json.loads(backtest(file, *options).output)["first"] == "2025-03-15 00:00 UTC"
    cut = json.loads(backtest(file, *options, "--until", "2025-03-29").output)
    assert cut["first"] == "2025-03-09 00:00 UTC"


def test_a_price_may_be_negative_and_a_plant_has_nights(tmp_path: Path) -> None:
    hour = np.arange(HOURS)
    price = written(tmp_path / "price.csv", list(50.0 - 80 * (hour % 24 == 13)))
    found = json.loads(backtest(price, "--kind", "price", "--days", 9, "--method", "naive", "--json").output)  # fmt: skip
    assert (found["unit"], found["methods"]["naive"]["mae"]) == ("EUR/kWh", pytest.approx(0))
    sun = written(tmp_path / "pv.csv", list(np.maximum(0, 10 * np.sin((hour % 24 - 6) / 12 * np.pi))))  # fmt: skip
    options = ("--kind", "pv", "--lat", 0, "--lon", 0, "--days", 9, "--method", "analog", "--json")
    found = json.loads(backtest(sun, *options).output)
    assert found["methods"]["analog"]["steps"] < 9 * 13


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--unit", "EUR/kWh"), '--unit: "EUR/kWh" is no unit of power'),
        (("--column", "kw"), '--column: there is no column "kw"; the file has: time, value'),
        (("--time-column", "utc"), '--time-column: there is no column "utc"'),
        (("--tz", "Mars"), '--tz: there is no time zone "Mars"'),
        (("--site-tz", "Mars"), '--site-tz: there is no time zone "Mars"'),
        (("--days", "40"), "has 60 whole days from 2025-02-03 00:00 UTC; to forecast 40 takes 28 more"),
        (("--until", "soon"), '--until: "soon" is no time'),
        (("--until", "2020-01-01"), "has 0 whole days"),
        (("--method", "magic"), '--method: "magic" is none of naive, analog, quantiles'),
        (("--lat", "40"), "--lon: is missing: a place takes both"),
        (("--ahead-hours", "0.5"), "--ahead-hours: is no multiple of the file's 60 min"),
        (("--days", "0"), "--days"),
        (("--kind", "wind"), "--kind"),
        (("--site-tz", "Asia/Kolkata"), "days in Asia/Kolkata do not begin at the start of a step"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_gets_one_line_and_exit_code_2(
    file: Path, options: tuple[str, ...], said: str
) -> None:
    result = backtest(file, "--method", "naive", *options)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


def test_files_that_cannot_be_used_get_one_line(tmp_path: Path) -> None:
    for name, text, said in [
        ("none.csv", None, "there is no such file"),
        ("empty.csv", "time,value\n", "needs at least two rows"),
        ("nothing.csv", "time,value\n2025-01-01,\n2025-01-02,\n", "has no value at all"),
        ("words.csv", "time,value\n2025-01-01,much\n", 'line 2: "much" is no number'),
        ("wide.csv", "time,value\n1970-01-01T00:00,1\n1970-01-01T00:01,1\n2190-01-01T00:00,1\n", "spans more than"),
    ]:  # fmt: skip
        if text is not None:
            (tmp_path / name).write_text(text)
        result = backtest(tmp_path / name, "--method", "naive")
        assert result.exit_code == 2, name
        assert said in result.stderr
        assert result.stderr.count("\n") == 1
    odd = written(tmp_path / "odd.csv", load(200), step=35)
    assert "35 min, which is no part of an hour" in backtest(odd, "--method", "naive").stderr
    dark = written(tmp_path / "dark.csv", [*load(40 * 24), *[float("nan")] * (20 * 24 - 1), 1.0])
    result = backtest(dark, "--days", 10, "--method", "naive", "--until", "2025-04-02")
    assert "nothing was measured in the last 10 days" in result.stderr


@pytest.mark.skipif(missing() is None, reason="the extra is installed here")
def test_trees_without_the_extra_get_one_line_that_says_how_to_install_it(file: Path) -> None:
    result = backtest(file, "--method", "quantiles")
    assert result.exit_code == 2
    assert 'pip install "sterna[forecast]"' in result.stderr
    assert result.stderr.count("\n") == 1
    plain = backtest(file, "--days", 9)
    assert plain.exit_code == 0
    assert "sterna[forecast]" in plain.output


@pytest.mark.extra
def test_with_the_extra_the_trees_are_there_unasked(file: Path, tmp_path: Path) -> None:
    needs_extra()
    result = backtest(file, "--days", 9, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "quantiles" in result.output
    assert "trees spoke on" in result.output.replace("\n", " ")
    assert (tmp_path / "out" / "report.html").read_text().count("<svg") == 5
