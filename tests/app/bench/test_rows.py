"""Rows and their summaries: what ended, what did not, and how they compare."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.app.bench.ours import bounded
from sterna.app.bench.page import BEGIN, END, drawn, renew, table
from sterna.app.bench.rows import Row, parsed, summaries
from sterna.kernel.errors import BadInput

HERE = Path("rows.jsonl")


def row(solver: str, seed: int, solve_s: float | None, n: int = 10, note: str = "") -> Row:
    return Row(
        solver=solver, n=n, t=96, seed=seed, build_s=0.5, solve_s=solve_s, gap=seed * 1e-4, note=note
    )  # fmt: skip


@given(st.floats(0, 1e6) | st.none(), st.floats(-1e6, 1e6) | st.none(), st.text())
def test_a_row_survives_its_line(solve_s: float | None, cost: float | None, note: str) -> None:
    whole = Row(solver="x", n=1, t=2, seed=3, solve_s=solve_s, cost=cost, note=note)
    assert "\n" not in whole.line()
    assert parsed(whole.line(), HERE) == whole


@pytest.mark.parametrize("line", ["", "{", "[]", '{"solver": "x"}', '{"colour": 1}'])
def test_what_is_no_row_is_refused_with_its_file(line: str) -> None:
    with pytest.raises(BadInput, match=r"rows\.jsonl: not a row"):
        parsed(line, HERE)


def test_a_summary_has_median_worst_and_the_ratio_to_our_own() -> None:
    found = summaries(
        [row("sterna", seed, 1.5) for seed in (1, 2, 3)]
        + [row("other", seed, taken) for seed, taken in ((1, 3.5), (2, 1.5), (3, 9.5))]
    )
    ours, other = found
    assert (ours.ratio, other.ratio) == (1.0, 2.0)
    assert (other.whole_s, other.worst_s) == (4.0, 10.0)
    assert other.gap == pytest.approx(3e-4)


def test_by_cpu_time_a_solver_that_waited_is_not_called_slow() -> None:
    waited = [replace(row("sterna", 1, 1.5), cpu_s=1.0), replace(row("other", 1, 99.5), cpu_s=3.0)]
    assert [line.ratio for line in summaries(waited)] == [1.0, 50.0]
    assert [line.ratio for line in summaries(waited, "cpu")] == [1.0, 3.0]
    assert "| other | 3 |" in table(waited, "cpu")
    assert "CPU time" in drawn(waited, "cpu")


@pytest.mark.parametrize(
    ("taken", "whole_s"),
    [((1.0, 2.0, None), 2.5), ((1.0, None, None), None), ((None, None, None), None)],
)
def test_a_solve_that_did_not_end_counts_as_endless(
    taken: tuple[float | None, ...], whole_s: float | None
) -> None:
    (found,) = summaries(
        [
            row("other", seed, one, note="" if one else "over 300 s")
            for seed, one in enumerate(taken)
        ]
    )
    assert (found.whole_s, found.worst_s, found.ratio) == (whole_s, None, None)
    assert found.note == "over 300 s"


@pytest.mark.parametrize(
    ("cost", "own", "best", "gap"),
    [(100.0, None, 99.0, 0.01), (100.0, 98.0, 99.0, 0.02), (99.0, None, 99.1, 0.0), (-10.0, None, -11.0, 0.1)],
)  # fmt: skip
def test_a_gap_is_against_the_own_bound_or_else_the_best_known(
    cost: float, own: float | None, best: float, gap: float
) -> None:
    priced = Row(solver="x", n=1, t=1, seed=1, cost=cost, lower_bound=own, proven=own is not None)
    found = bounded(priced, best)
    assert found.gap == pytest.approx(gap)
    assert found.lower_bound == (best if own is None else own)


def test_without_any_bound_there_is_no_gap() -> None:
    priced = Row(solver="x", n=1, t=1, seed=1, cost=1.0)
    assert bounded(priced, None) == priced


def test_the_table_of_the_documents_has_a_line_per_solver_and_a_column_per_size() -> None:
    rows = [
        row("sterna", 1, 0.5), row("sterna", 1, 1.5, n=1000),
        row("pypsa", 1, 9.5), row("pypsa", 1, None, n=1000, note="over 300 s"),
    ]  # fmt: skip
    text = table(rows)
    assert "| solver | N = 10 | N = 1,000 | gap at most | note |" in text
    assert "| sterna | 1 | 1 |" in text
    assert "| pypsa | 10 | - | 1.0e-04 | over 300 s |" in text


def test_a_page_keeps_what_stands_around_its_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    renew(page, [row("sterna", 1, 0.5)])
    first = page.read_text()
    assert first.startswith(f"before\n{BEGIN}\n")
    assert first.endswith(f"{END}\nafter\n")
    assert "old" not in first
    renew(page, [row("sterna", 1, 0.5)])
    assert page.read_text() == first


@pytest.mark.parametrize("text", ["", BEGIN, f"{END} {BEGIN}"])
def test_a_page_without_a_place_for_the_table_is_refused(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(BadInput, match="no place for the table"):
        renew(page, [row("sterna", 1, 0.5)])


def test_the_chart_leaves_out_what_did_not_end_and_marks_another_problem() -> None:
    svg = drawn([row("sterna", 1, 0.5), row("pypsa", 1, None), row("flexmeasures", 1, 2.0)])
    assert "pypsa" not in svg
    assert "flexmeasures *" in svg
