"""The command line: what a run writes and says, and what happens to input that cannot be used."""

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from sterna.app.cli import main
from sterna.domain.wear import Chemistry, Receipt, assessed, by_model
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share, hours

SITES = Path(__file__).parent.parent / "scenarios"
FILES = ["report.html", "sessions.csv", "summary.json", "trace.jsonl.gz", "wear.jsonl"]


def sterna(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("run") / "out"
    return sterna("run", SITES / "at-06.toml", "--out", folder), folder


def test_a_good_run_ends_with_0_and_writes_its_five_files(ran: tuple[Result, Path]) -> None:
    result, folder = ran
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert str(folder / "report.html") in result.output.replace("\n", "")


def test_the_summary_holds_what_programs_read(ran: tuple[Result, Path]) -> None:
    _, folder = ran
    summary = json.loads((folder / "summary.json").read_text())
    assert {
        "scenario", "seed", "hours", "evses", "trace_sha256", "wall_s", "cpu_s", "frames",
        "conformance", "kpis", "gates", "ledger_sum",
    } <= set(summary)  # fmt: skip
    assert (summary["scenario"], summary["seed"], summary["hours"]) == ("at-06", 1, 2.5)
    assert summary["ledger_sum"] == 0
    assert all(gate["holds"] for gate in summary["gates"])
    assert {kpi["id"] for kpi in summary["kpis"]} >= {"KPI-14", "KPI-18", "KPI-19"}
    main_scenario = summary["conformance"]["scenarios"][0]
    assert main_scenario["id"] == "SC-P-MAIN"
    assert main_scenario["sessions"] == main_scenario["conforming_sessions"] == 1


def test_report_sessions_and_trace_can_be_read(ran: tuple[Result, Path]) -> None:
    _, folder = ran
    report = (folder / "report.html").read_text()
    assert report.startswith("<!")
    assert "http://" not in report.replace("http://www.w3.org", "")
    with (folder / "sessions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1
    assert not any("driver-" in value for value in rows[0].values())
    with gzip.open(folder / "trace.jsonl.gz", "rt") as file:
        lines = [json.loads(line) for line in file]
    assert {"t", "src", "dst", "msg"} <= set(lines[0])
    assert len({line["msg"] for line in lines}) > 40


def test_a_broken_promise_ends_with_1_and_names_it(tmp_path: Path) -> None:
    text = (SITES / "at-06.toml").read_text()
    scenario = tmp_path / "promise.toml"
    scenario.write_text(text + '\n[[expect]]\ncheck = "no_discharge"\nevery = "session"\n')
    result = sterna("run", scenario, "--out", tmp_path / "out", "--no-baseline", "--quiet")
    assert result.exit_code == 1
    assert "expected: no discharge, every session: 0 of 1" in result.output.replace("\n", " ")
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("connection_kw = 500", "connection_kw = -500", "site.connection_kw"),
        ("connection_kw = 500", "conection_kw = 500", "site.conection_kw"),
        ("departure = 2026-07-16T06:00:00", "departure = 2026-07-16T03:00:00", "driver[0].departure"),
        ("target_soc = 0.3", "target_soc = 1.3", "driver[0].target_soc"),
        ("hours = 2.5", 'hours = "long"', "hours"),
        ("[tariff]", '[[expect]]\ncheck = "ledger_closes"\nevery = "session"\n\n[tariff]', "expect[0].every"),
    ],
)  # fmt: skip
def test_bad_input_ends_with_2_in_one_line_and_writes_nothing(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    text = (SITES / "at-06.toml").read_text()
    assert old in text
    scenario = tmp_path / "bad.toml"
    scenario.write_text(text.replace(old, new))
    result = sterna("run", scenario, "--out", tmp_path / "out")
    assert result.exit_code == 2
    complaint = result.stderr.strip()
    assert "\n" not in complaint
    assert str(scenario) in complaint
    assert key in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_a_scenario_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = sterna("run", tmp_path / "nowhere.toml")
    assert result.exit_code == 2
    assert "nowhere.toml" in result.stderr


def test_a_new_site_is_written_and_runs(tmp_path: Path) -> None:
    folder = tmp_path / "my-site"
    made = sterna("init", folder)
    assert made.exit_code == 0
    scenario = next(folder.glob("*.toml"))
    assert str(scenario) in made.output.replace("\n", "")
    out = tmp_path / "out"
    result = sterna("run", scenario, "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == FILES


def test_explain_says_meaning_type_and_default() -> None:
    known = sterna("explain", "site.connection_kw")
    assert known.exit_code == 0
    assert "grid" in known.output
    unknown = sterna("explain", "site.conection_kw")
    assert unknown.exit_code == 2
    assert "site.conection_kw" in unknown.stderr


def test_data_list_names_licence_and_source() -> None:
    listed = sterna("data", "list")
    assert listed.exit_code == 0
    assert "licence" in listed.output
    assert "CC BY" in listed.output


def test_the_use_case_is_drawn_and_linted(tmp_path: Path) -> None:
    drawn = sterna("usecase", "draw", "porto")
    assert drawn.exit_code == 0
    assert drawn.output.startswith("<svg")
    assert sterna("usecase", "draw", "atlantis").exit_code == 2
    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: v2x-usecase/1\nid: [")
    linted = sterna("usecase", "lint", broken)
    assert linted.exit_code == 2
    assert "broken.yaml" in linted.stderr


def test_the_packaged_use_case_has_no_errors() -> None:
    packaged = Path(__file__).parent.parent.parent / "src/sterna/usecases/porto.yaml"
    linted = sterna("usecase", "lint", packaged)
    assert linted.exit_code == 0
    assert "no errors" in linted.output


@pytest.fixture
def receipt() -> Receipt:
    return assessed(
        session="ses-1", terms=by_model(Chemistry.LFP), capacity=KilowattHours(60.0), battery_kw=Kilowatts(10.8),
        start=Instant(1_750_000_000.0), measured=[(hours(at), Share(soc)) for at, soc in ((0, 0.5), (1, 0.3), (4, 0.7))],
    )  # fmt: skip


def test_a_wear_receipt_is_reckoned_again(receipt: Receipt, tmp_path: Path) -> None:
    one, many = tmp_path / "wear.json", tmp_path / "wear.jsonl"
    one.write_bytes(msgspec.json.encode(receipt))
    many.write_bytes((msgspec.json.encode(receipt) + b"\n") * 2)
    for path, lines in ((one, 1), (many, 2)):
        said = sterna("wear", path)
        assert said.exit_code == 0, said.output
        assert (
            said.output.count("same  ses-1: LFP-Gr prismatic 250 Ah version 1, 25 deg C") == lines
        )


def test_a_changed_wear_receipt_ends_with_1_and_names_what_differs(
    receipt: Receipt, tmp_path: Path
) -> None:
    path = tmp_path / "wear.json"
    path.write_bytes(msgspec.json.encode(replace(receipt, cost=MicroEuro(9_000_000))))
    said = sterna("wear", path)
    assert said.exit_code == 1
    assert "BROKEN" in said.output
    assert "other figures come out for cost" in said.output


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "no receipt"), ("{}", "line 1"), ("rubbish", "line 1"), ('{"session": 5}\n\n', "line 1")],
)
def test_what_is_no_wear_receipt_ends_with_2(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "wear.jsonl"
    path.write_text(text)
    said = sterna("wear", path)
    assert said.exit_code == 2
    assert why in said.stderr
    assert sterna("wear", tmp_path / "nowhere.json").exit_code == 2
