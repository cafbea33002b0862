"""Requirement by requirement: which tests show it, and what they said last.

A pytest plugin collects ``@pytest.mark.req(...)`` and outcomes into a file; the command
``python -m sterna.emsa.coverage`` prints the table and the ids that no test shows.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from sterna.emsa.usecase import packaged_text, parsed
from sterna.kernel.errors import BadInput

RESULTS: Final = Path(".pytest_cache") / "requirements.json"
"""Where the plugin leaves the last outcomes, beside pytest's own notes."""
PORTO: Final = ("P-STEP-", "IF-", "DF-P-", "SYS-P-")
"""The requirements that the Porto use case must show by a test."""
WORST_FIRST: Final = ("failed", "error", "xfailed", "skipped", "passed")


class Requirement(Struct, frozen=True, kw_only=True):
    """One requirement, its criterion and where it comes from."""

    id: str
    kind: str
    use_case: str | None
    title: str
    criterion: str
    src: tuple[int, int] | None
    priority: str
    verify: str


class _File(Struct, frozen=True, kw_only=True):
    schema: str
    requirements: tuple[Requirement, ...]


class _Scenario(Struct, frozen=True, kw_only=True):
    id: str


class _Acceptance(Struct, frozen=True, kw_only=True):
    scenarios: tuple[_Scenario, ...]


class Shown(Struct, frozen=True, kw_only=True):
    """What one test said last, and which requirements it shows."""

    requirements: tuple[str, ...]
    outcome: str


class Row(Struct, frozen=True, kw_only=True):
    """One requirement in the matrix: the worst outcome counts."""

    requirement: Requirement
    tests: tuple[str, ...]
    outcome: str


def requirements(text: str | None = None) -> tuple[Requirement, ...]:
    """Return the requirements of the packaged file, or of *text*. Raises BadInput."""
    source = "usecases/requirements.yaml"
    data = parsed(packaged_text("requirements.yaml") if text is None else text, source)
    try:
        return msgspec.convert(data, _File).requirements
    except msgspec.ValidationError as error:
        raise BadInput(source, "", str(error)) from error


def matrix(
    wanted: Iterable[Requirement], shown: Mapping[str, Shown], prefixes: Sequence[str]
) -> tuple[Row, ...]:
    """Return a row for each wanted requirement whose id begins with one of *prefixes*."""
    by_id: dict[str, list[str]] = {}
    for test, said in shown.items():
        for name in said.requirements:
            by_id.setdefault(name, []).append(test)
    rows = []
    for requirement in wanted:
        if requirement.id.startswith(tuple(prefixes)):
            tests = sorted(by_id.get(requirement.id, ()))
            outcomes = {shown[test].outcome for test in tests}
            worst = next((one for one in WORST_FIRST if one in outcomes), "no test")
            rows.append(Row(requirement=requirement, tests=tuple(tests), outcome=worst))
    return tuple(rows)


def acceptance() -> tuple[str, ...]:
    """Return the ids of the packaged acceptance scenarios, which tests may name beside requirements. Raises BadInput."""
    source = "usecases/acceptance.yaml"
    try:
        found = msgspec.convert(parsed(packaged_text("acceptance.yaml"), source), _Acceptance)
    except msgspec.ValidationError as error:
        raise BadInput(source, "", str(error)) from error
    return tuple(scenario.id for scenario in found.scenarios)


def unknown(
    wanted: Iterable[Requirement], shown: Mapping[str, Shown], also: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the ids that tests claim to show and that neither a requirement nor *also* has."""
    known = {requirement.id for requirement in wanted} | set(also)
    named = {name for said in shown.values() for name in said.requirements}
    return tuple(sorted(named - known))


def read_results(path: Path = RESULTS) -> dict[str, Shown]:
    """Return what the plugin left at *path*; nothing when no test has run. Raises BadInput."""
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Shown])
    except msgspec.MsgspecError as error:
        raise BadInput(path, "", str(error)) from error


def write_results(new: Mapping[str, Shown], path: Path = RESULTS) -> None:
    """Add the outcomes *new* to those at *path*; a test that ran again replaces its own."""
    kept = read_results(path) | dict(new)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(kept.items())))))


def table(rows: Sequence[Row]) -> Table:
    """Return the matrix as a table for the terminal."""
    found = Table("Requirement", "Title", "Tests", "Last result", title="Requirements and tests")
    colours = {"passed": "green", "no test": "yellow", "skipped": "yellow"}
    for row in rows:
        colour = colours.get(row.outcome, "red")
        names = [test.rpartition("::")[2] for test in row.tests]
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        found.add_row(
            row.requirement.id,
            row.requirement.title,
            ", ".join(names[:2]) + more,
            f"[{colour}]{row.outcome}[/{colour}]",
        )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the matrix; return 1 when a test of it failed or an id is unknown, else 0."""
    reader = argparse.ArgumentParser(prog="sterna.emsa.coverage", description=__doc__)
    reader.add_argument("prefixes", nargs="*", default=list(PORTO), help="beginnings of ids; ALL")
    reader.add_argument("--results", type=Path, default=RESULTS)
    asked = reader.parse_args(arguments)
    prefixes = [""] if asked.prefixes == ["ALL"] else asked.prefixes
    console = Console()
    try:
        wanted, shown = requirements(), read_results(asked.results)
    except BadInput as error:
        console.print(f"[red]{error}[/red]")
        return 2
    rows = matrix(wanted, shown, prefixes)
    console.print(table(rows))
    missing = [row.requirement.id for row in rows if not row.tests]
    strange = unknown(wanted, shown, acceptance())
    console.print(f"{len(rows) - len(missing)} of {len(rows)} have a test.")
    if missing:
        console.print("Without a test: " + ", ".join(missing))
    if strange:
        console.print("[red]Unknown ids in tests: " + ", ".join(strange) + "[/red]")
    failed = any(row.outcome in {"failed", "error"} for row in rows)
    return 1 if failed or strange else 0


if __name__ == "__main__":
    sys.exit(main())
