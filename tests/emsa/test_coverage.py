"""The matrix of requirements shows which tests stand for each and what they said."""

from pathlib import Path

import pytest

from sterna.emsa.coverage import (
    PORTO,
    Shown,
    acceptance,
    main,
    matrix,
    read_results,
    requirements,
    unknown,
    write_results,
)
from sterna.kernel.errors import BadInput

SHOWN = {
    "tests/a.py::test_one": Shown(requirements=("P-STEP-7", "P-STEP-8"), outcome="passed"),
    "tests/a.py::test_two": Shown(requirements=("P-STEP-7",), outcome="failed"),
}


def test_all_requirements_of_the_thesis_are_there() -> None:
    found = requirements()
    assert len(found) == 400
    assert len({one.id for one in found}) == len(found)


def test_the_worst_outcome_counts() -> None:
    rows = {row.requirement.id: row for row in matrix(requirements(), SHOWN, PORTO)}
    assert rows["P-STEP-7"].outcome == "failed"
    assert rows["P-STEP-8"].outcome == "passed"
    assert rows["P-STEP-9"].outcome == "no test"
    assert len(rows["P-STEP-7"].tests) == 2


def test_an_id_that_no_requirement_has_is_told() -> None:
    strange = {"tests/a.py::test": Shown(requirements=("P-STEP-77",), outcome="passed")}
    assert unknown(requirements(), strange) == ("P-STEP-77",)


def test_a_test_may_name_an_acceptance_scenario() -> None:
    named = {"tests/a.py::test": Shown(requirements=("AT-01", "AT-99"), outcome="passed")}
    assert unknown(requirements(), named, acceptance()) == ("AT-99",)


def test_results_of_several_runs_are_kept_together(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "requirements.json"
    write_results(SHOWN, path)
    again = {"tests/a.py::test_two": Shown(requirements=("P-STEP-7",), outcome="passed")}
    write_results(again, path)
    assert read_results(path) == {**SHOWN, **again}


def test_the_command_prints_what_has_no_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "requirements.json"
    assert main(["--results", str(path), "P-STEP-1"]) == 0
    write_results(SHOWN, path)
    assert main(["--results", str(path), "P-STEP-7"]) == 1
    said = capsys.readouterr().out
    assert "Without a test: P-STEP-1," in said
    assert "1 of 1 have a test." in said


def test_a_spoiled_file_of_results_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "requirements.json"
    path.write_text("{")
    with pytest.raises(BadInput):
        read_results(path)
    assert main(["--results", str(path)]) == 2


def test_a_spoiled_file_of_requirements_is_bad_input() -> None:
    with pytest.raises(BadInput, match="requirements"):
        requirements("schema: x\n")
