"""``sterna bench schedule``: rows, table, chart, and every way in which a peer can go wrong."""

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sterna.app.bench import theirs
from sterna.app.bench.page import BEGIN, END
from sterna.app.bench.peers.instance import Setting
from sterna.app.bench.rows import Asked
from sterna.app.cli import main
from sterna.decisions.schedule.direct import KKT_PER_GAP

SMALL = ("--n", "3,5", "--steps", "24", "--seeds", "2")
KEYS = {"solver", "n", "t", "build_s", "solve_s", "cost", "lower_bound", "gap"}
OURS = {"sterna", "highs-simplex", "highs-ipx"}

posix = pytest.mark.skipif(sys.platform == "win32", reason="an interpreter that is a shell script")


def bench(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["bench", "schedule", *(str(each) for each in arguments)])


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_with_json_each_solve_is_a_row_on_a_line_and_nothing_else_is_said() -> None:
    found = rows(bench(*SMALL, "--json"))
    assert len(found) == 3 * 2 * 2
    assert all(set(row) >= KEYS for row in found)
    assert {row["solver"] for row in found} == OURS
    assert {(row["n"], row["t"], row["seed"]) for row in found} == {
        (3, 24, 1), (3, 24, 2), (5, 24, 1), (5, 24, 2),
    }  # fmt: skip


def test_every_solver_of_ours_is_within_the_gap() -> None:
    for row in rows(bench(*SMALL, "--json", "--warm")):
        assert row["gap"] <= 1e-3
        assert row["lower_bound"] <= row["cost"] + 1e-6 * abs(row["cost"])
        assert row["solve_s"] > 0


def test_the_same_question_has_the_same_costs() -> None:
    first, second = (rows(bench(*SMALL, "--json", "--warm")) for _ in range(2))
    assert [row["cost"] for row in first] == [row["cost"] for row in second]
    assert {row["start"] for row in first} == {"cold", "warm"}


def test_without_json_there_is_a_table_of_medians() -> None:
    result = bench(*SMALL)
    assert result.exit_code == 0, result.output
    for word in (*OURS, "median s", "worst s", "of sterna"):
        assert word in result.stdout


def test_chart_and_page_can_be_made_from_kept_rows(tmp_path: Path) -> None:
    kept, page, plot = tmp_path / "rows.jsonl", tmp_path / "page.md", tmp_path / "plot.svg"
    kept.write_text(bench(*SMALL, "--json").stdout)
    page.write_text(f"{BEGIN}{END}")
    result = bench("--from", kept, "--plot", plot, "--page", page, "--json")
    assert result.stdout == kept.read_text()
    assert plot.read_text().startswith("<svg")
    assert "| highs-ipx |" in page.read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--n", "0"], "'0' is no list of numbers of cars"),
        (["--n", "abc"], "'abc' is no list of numbers of cars"),
        (["--n", "10,,20"], "'10,,20' is no list of numbers of cars"),
        (["--n", ""], "'' is no list of numbers of cars"),
        (["--steps", "1"], "1 is not in the range"),
        (["--seeds", "0"], "0 is not in the range"),
        (["--gap", "0"], "0.0 is not in the range"),
        (["--gap", "nan"], "nan is not in the range"),
        (["--peer-seconds", "-1"], "-1.0 is not in the range"),
        (["--peers", "nobody"], "--peers: nobody: no such peer: there are linopy"),
        (["--peers", "--peers-python", "nowhere/python"], "nowhere/python: is no Python interpreter"),
        (["--plot", "nowhere/plot.svg"], "nowhere/plot.svg: its folder does not exist"),
        (["--page", "nowhere.md"], "'nowhere.md' does not exist"),
        (["--from", "nowhere.jsonl"], "'nowhere.jsonl' does not exist"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_gets_one_line_and_exit_code_2(options: list[str], said: str) -> None:
    result = bench(*options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert said in result.stderr


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (b"", "holds no row of sterna bench schedule"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"no json", "not a row of sterna bench schedule"),
        (b"[1]", "not a row of sterna bench schedule"),
    ],
)
def test_a_file_that_holds_no_rows_is_refused_and_no_page_is_renewed(
    rows: bytes, said: str, tmp_path: Path
) -> None:
    source, page = tmp_path / "rows.jsonl", tmp_path / "page.md"
    source.write_bytes(rows)
    page.write_text("as it was", encoding="utf-8")
    result = bench("--from", str(source), "--page", str(page))
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert said in result.stderr
    assert page.read_text(encoding="utf-8") == "as it was"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("all", ["linopy", "pyomo", "cvxpy-highs", "cvxpy-clarabel", "pypsa", "flexmeasures"]),
        ("cvxpy", ["cvxpy-highs", "cvxpy-clarabel"]),
        ("pypsa,linopy", ["pypsa", "linopy"]),
        ("cvxpy-highs,cvxpy", ["cvxpy-highs", "cvxpy-clarabel"]),
    ],
)
def test_peers_are_chosen_by_name_or_by_library(names: str, found: list[str]) -> None:
    assert [peer.name for peer in theirs.chosen(names)] == found


def interpreter(folder: Path, does: str) -> Path:
    """Return a program that says that it has linopy and pyomo, and *does* what a peer does here."""
    path = folder / "python"
    path.write_text(
        '#!/bin/sh\nif [ "$2" = --installed ]; then\n'
        '  echo \'{"linopy": "linopy 9", "pyomo": "pyomo 9"}\'\n  exit\nfi\n' + does
    )
    path.chmod(0o755)
    return path


ANSWER = '{"build_s": 1.0, "solve_s": 2.0, "cpu_s": 2.5, "cost": 1000.0}'


@posix
@pytest.mark.parametrize(
    ("does", "note"),
    [
        ("echo no such module >&2; exit 1", "failed: no such module"),
        ("exit 3", "failed: code 3"),
        ("kill -KILL $$", "failed: code -9"),
        ("echo nonsense", "failed: no answer"),
        ("true", "failed: no answer"),
        ("kill -ALRM $$", "over 300 s"),
    ],
)
def test_a_peer_that_fails_has_a_row_that_says_why(tmp_path: Path, does: str, note: str) -> None:
    python = interpreter(tmp_path, does)
    found = rows(
        bench("--n", 3, "--steps", 24, "--seeds", 1, "--json", "--peers", "linopy", "--peers-python", python)
    )  # fmt: skip
    (peer,) = [row for row in found if row["solver"] == "linopy"]
    assert (peer["solve_s"], peer["cost"], peer["gap"], peer["note"]) == (None, None, None, note)


@posix
def test_a_peer_that_answers_is_held_against_the_best_bound(tmp_path: Path) -> None:
    python = interpreter(tmp_path, f"echo '{ANSWER}'")
    found = rows(
        bench("--n", 3, "--steps", 24, "--seeds", 1, "--json", "--peers", "linopy", "--peers-python", python)
    )  # fmt: skip
    bound = max(row["lower_bound"] for row in found)
    peer = found[-1]
    assert (peer["build_s"], peer["solve_s"], peer["cpu_s"]) == (1.0, 2.0, 2.5)
    assert peer["gap"] == pytest.approx((1000.0 - bound) / 1000.0)
    assert (peer["version"], peer["method"], peer["proven"]) == ("linopy 9", "simplex", False)


@posix
def test_who_was_too_slow_is_not_tried_again(tmp_path: Path) -> None:
    tried = tmp_path / "tried"
    python = interpreter(tmp_path, f"echo once >> {tried}; kill -ALRM $$")
    found = rows(bench(*SMALL, "--json", "--peers", "pyomo", "--peers-python", python))
    notes = [row["note"] for row in found if row["solver"] == "pyomo"]
    assert notes == ["over 300 s", *["not tried: over 300 s before"] * 3]
    assert tried.read_text() == "once\n"


@posix
def test_who_is_not_installed_is_named_beside_the_rows(tmp_path: Path) -> None:
    python = interpreter(tmp_path, f"echo '{ANSWER}'")
    result = bench("--n", 3, "--steps", 24, "--seeds", 1, "--json", "--peers", "linopy,pypsa", "--peers-python", python)  # fmt: skip
    assert {row["solver"] for row in rows(result)} == {*OURS, "linopy"}
    assert result.stderr == "sterna: not installed here: pypsa\n"


def test_the_time_of_highs_is_limited_too_and_larger_instances_are_left_out() -> None:
    found = rows(bench("--n", "30,31", "--seeds", 1, "--peer-seconds", 1e-4, "--json"))
    notes = {(row["solver"], row["n"]): row["note"] for row in found}
    assert notes["sterna", 31] == ""
    for solver in ("highs-simplex", "highs-ipx"):
        assert notes[solver, 30] == "over 0.0001 s"
        assert notes[solver, 31] == "not tried: over 0.0001 s before"


def test_a_peer_gets_the_faster_method_of_highs_and_the_exact_one_where_it_must() -> None:
    (linopy,) = theirs.chosen("linopy")
    (clarabel,) = theirs.chosen("cvxpy-clarabel")
    asked = Asked(counts=(1,), steps=96, seeds=1, gap=1e-3, threads=1, seconds=1.0, warm=False)
    exact = Asked(counts=(1,), steps=96, seeds=1, gap=1e-9, threads=1, seconds=1.0, warm=False)
    large = theirs.SIMPLEX_SLOTS_MAX // 96 + 1
    assert theirs.method_of(linopy, asked, 10) == "simplex"
    assert theirs.method_of(linopy, asked, large) == "ipx"
    assert theirs.method_of(linopy, exact, large) == "simplex"
    assert theirs.method_of(clarabel, asked, 10) == ""


def test_peers_and_our_direct_program_give_highs_the_same_tolerance() -> None:
    setting = Setting(gap=1e-3, threads=1, method="ipx")
    assert setting.highs["kkt_tolerance"] == KKT_PER_GAP * 1e-3


@pytest.mark.parametrize("path", sorted(theirs.FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_what_runs_elsewhere_imports_nothing_of_sterna(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not any(name.name.startswith("sterna") for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1
            assert node.module is None or not node.module.startswith("sterna")
