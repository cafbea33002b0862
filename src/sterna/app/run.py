"""One run as a user asks for it: with control, without, and the files that say what came of it."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from sterna.app.beside import begun
from sterna.app.explained import Moment, moments
from sterna.app.gates import Gate, gates
from sterna.app.kpis import Kpi, kpis
from sterna.app.outcome import Outcome
from sterna.app.report import report
from sterna.app.scenario import Scenario
from sterna.app.simulate import simulate
from sterna.app.summary import sessions_csv, summary
from sterna.kernel.errors import BadInput

Progressed = Callable[[float, str], None]
"""Told the share that is done, 0..1, and what is being done."""

CONTROLLED_PART = 0.95
"""How much of the time is the controlled run: the other goes beside it and takes about half as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What a run left: figures in memory and files in a folder."""

    run: Outcome
    kpis: tuple[Kpi, ...]
    gates: tuple[Gate, ...]
    told: tuple[Moment, ...]
    """What each car did, and why, at moments that tell something."""
    report: Path


def run_scenario(
    scenario: Scenario, folder: Path, *, baseline: bool, progress: Progressed
) -> Files:
    """Run *scenario* and write report, summary, sessions, wear receipts and trace to *folder*.

    Nothing appears in *folder* before everything is there: the files are written beside it and moved.
    Raises BadInput for what cannot be run and for a folder that cannot be written.
    """
    workshop = made_beside(folder)
    try:
        done = made(scenario, workshop, baseline=baseline, progress=progress)
        moved(workshop, folder)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return Files(
        run=done[0], kpis=done[1], gates=done[2], told=done[3], report=folder / "report.html"
    )


def made_beside(folder: Path) -> Path:
    """Return an empty folder on the same disk as *folder*."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise BadInput(folder, "", f"cannot be written: {error.strerror}") from error


def moved(workshop: Path, folder: Path) -> None:
    """Move the finished files into *folder*, replacing those of an earlier run."""
    try:
        folder.mkdir(exist_ok=True)
        for path in sorted(workshop.iterdir()):
            path.replace(folder / path.name)
    except OSError as error:
        raise BadInput(folder, "", f"cannot be written: {error.strerror}") from error


def made(
    scenario: Scenario, folder: Path, *, baseline: bool, progress: Progressed
) -> tuple[Outcome, tuple[Kpi, ...], tuple[Gate, ...], tuple[Moment, ...]]:
    """Run and write into *folder*."""
    fetch = begun(scenario.changed(control=False, store="memory")) if baseline else None
    run = simulate(
        scenario.changed(control=True),
        trace=folder / "trace.jsonl.gz",
        progress=lambda share: progress(CONTROLLED_PART * share, scenario.name),
    )
    base = run
    if fetch is not None:
        progress(CONTROLLED_PART, "the same without control")
        base = fetch()
    figures, judged = kpis(run, base), gates(run, base, scenario.expects)
    write(folder, scenario, run, base, figures, judged)
    progress(1.0, "done")
    return run, figures, judged, moments(run, base, scenario.zone)


def write(
    folder: Path,
    scenario: Scenario,
    run: Outcome,
    base: Outcome,
    figures: Sequence[Kpi],
    judged: Sequence[Gate],
) -> None:
    """Write the files that people and programs read."""
    (folder / "report.html").write_text(
        report(run, base, figures, judged, scenario.zone), encoding="utf-8"
    )
    (folder / "summary.json").write_bytes(summary(run, figures, judged))
    (folder / "sessions.csv").write_text(sessions_csv(run), encoding="utf-8")
    (folder / "wear.jsonl").write_text(
        "".join(f"{each}\n" for each in run.wear_receipts), encoding="utf-8"
    )
