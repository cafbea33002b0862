"""``sterna bench``: the options, and what they mean."""

import sys
import tempfile
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table
from typing_extensions import override

from sterna.app.bench import ours, page, theirs
from sterna.app.bench.peers.known import Peer
from sterna.app.bench.rows import Asked, Clock, Row, Summary, parsed, summaries
from sterna.decisions.schedule.reference import reference
from sterna.kernel.errors import BadInput

STEPS_MIN: Final = 12
"""A reference stay begins at least eight steps before the end."""
FILE_COLUMNS: Final = 150
"""Width of the table where the output is no terminal."""


class Counts(click.ParamType[tuple[int, ...]]):
    """Numbers of cars, separated by commas."""

    name = "N,N,…"

    @override
    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        """Return the numbers in *value*."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split(",")
        if not all(part.strip().isdecimal() and int(part) > 0 for part in parts):
            self.fail(f"{value!r} is no list of numbers of cars such as 100,1000", param, ctx)
        return tuple(int(part) for part in parts)


@click.group()
def bench() -> None:
    """Measure, beside solvers of others."""


@bench.command()
@click.option(
    "--n", "counts", type=Counts(), default="100,1000", show_default=True, help="Numbers of cars."
)
@click.option(
    "--steps",
    type=click.IntRange(min=STEPS_MIN),
    default=96,
    show_default=True,
    help="Quarters of an hour to plan.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Instances of each size: seeds 1 to this.",
)
@click.option(
    "--gap",
    type=click.FloatRange(min=0, min_open=True, max=1, max_open=True),
    default=1e-3,
    show_default=True,
    help="Share of the cost by which a plan may be off: everybody may stop there.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Threads for those who can use them.",
)
@click.option(
    "--warm", is_flag=True, help="Also the next control step, from the last plan (our solvers)."
)
@click.option(
    "--peers",
    "names",
    is_flag=False,
    flag_value="all",
    metavar="[NAME,…]",
    help="Also solvers of others that are installed: all of them, or these.",
)
@click.option(
    "--peers-python",
    "pythons",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An interpreter that has peers; may be repeated. Default: the one that runs sterna.",
)
@click.option(
    "--peer-seconds",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    help="End a solve of HiGHS or a peer after this time; larger instances are then not tried.",
)
@click.option(
    "--clock",
    type=click.Choice(["wall", "cpu"]),
    default="wall",
    show_default=True,
    help="What table, chart and page compare by; cpu on a busy machine.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON row per solve instead of a table."
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw time against N into this SVG file.",
)
@click.option(
    "--page",
    "document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Write the table anew between the marks in this Markdown file.",
)
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take rows from this file (of --json) instead of measuring.",
)
def schedule(
    *, counts: tuple[int, ...], steps: int, seeds: int, gap: float, threads: int, seconds: float, names: str | None, clock: Clock,
    pythons: tuple[Path, ...], plot: Path | None, document: Path | None, source: Path | None, warm: bool, as_json: bool,
) -> None:  # fmt: skip
    """Solve the reference instances of docs/scheduling.md and say how long it took.

    Times are those of a fresh solve from arrays to plan, by the wall clock, after one small solve.
    """
    if isnan(gap):  # No range refuses what is no number.
        raise click.BadParameter("nan is not in the range 0<x<1", param_hint="'--gap'")
    asked = Asked(
        counts=counts,
        steps=steps,
        seeds=seeds,
        gap=gap,
        threads=threads,
        seconds=seconds,
        warm=warm,
    )
    if plot is not None and not plot.parent.is_dir():
        raise BadInput(plot, "", "its folder does not exist")
    found: list[Row] = []
    for row in kept(source) if source else measured(asked, names, pythons):
        found.append(row)
        if as_json:
            click.echo(row.line())
    if not as_json:
        show(summaries(found, clock))
    if plot is not None:
        plot.write_text(page.drawn(found, clock), encoding="utf-8")
    if document is not None:
        page.renew(document, found, clock)


def kept(source: Path) -> Iterator[Row]:
    """Yield the rows of the file *source*; BadInput where it holds anything else, or nothing."""
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(source, "", f"is not UTF-8 text: {error}") from None
    if not lines:
        raise BadInput(source, "", "holds no row of sterna bench schedule")
    for line in lines:
        yield parsed(line, source)


def measured(asked: Asked, names: str | None, pythons: tuple[Path, ...]) -> Iterator[Row]:
    """Yield a row for each solve, size by size, seed by seed."""
    peers = theirs.chosen(names) if names is not None else ()
    places = theirs.installed(pythons) if peers else {}
    absent = [peer.name for peer in peers if peer.name not in places]
    if absent:
        click.echo(f"sterna: not installed here: {', '.join(absent)}", err=True)
    present = {peer: places[peer.name] for peer in peers if peer.name in places}
    too_slow: set[str] = set()
    for count in sorted(asked.counts):
        for seed in range(1, asked.seeds + 1):
            said(f"N={count} seed {seed}: our own")
            known = ours.measured(asked, count, seed, too_slow)
            for one in known:
                yield from one.rows
            yield from beside(asked, known[0], present, too_slow)


def beside(
    asked: Asked, known: ours.Known, present: dict[Peer, tuple[Path, str]], too_slow: set[str]
) -> Iterator[Row]:
    """Yield the rows of the peers *present* (where, versions) on the instance *known*."""
    if not present:
        return
    first = known.rows[0]
    blank = Row(solver="", n=first.n, t=first.t, seed=first.seed, threads=asked.threads)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "instance.npz", Path(folder) / "small.npz"
        theirs.write(known.problem, files[0])
        theirs.write(reference(ours.SMALL, asked.steps, first.seed), files[1])
        for peer, where in present.items():
            said(f"N={first.n} seed {first.seed}: {peer.name}")
            yield theirs.measured(peer, where, asked, blank, files, known.bound, too_slow)


def said(what: str) -> None:
    """Say what is being done, to a terminal only: elsewhere it would be noise."""
    if sys.stderr.isatty():
        click.echo(what, err=True)


def show(lines: list[Summary]) -> None:
    """Print the table."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_COLUMNS)
    table = Table("solver", "start", "N", "T", "build s", "solve s", "median s", "worst s", "of sterna", "gap", "method", "note")  # fmt: skip
    for line in lines:
        table.add_row(
            line.solver, line.start, str(line.n), str(line.t), seconds_of(line.build_s), seconds_of(line.solve_s),
            seconds_of(line.whole_s), seconds_of(line.worst_s),
            page.ratio_of(line),
            page.gap_of(line.gap), line.method, line.note,
        )  # fmt: skip
    console.print(table)


def seconds_of(value: float | None) -> str:
    """Return a time with three digits."""
    return "-" if value is None else f"{value:.3g}"
