"""The command line: run scenarios, begin sites, measure schedules, ask for flexibility, judge forecasts and receipts."""

import sys
from collections.abc import Callable
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from typing_extensions import override

from sterna.app import init as site_init
from sterna.app.alone.commands import ev, evse
from sterna.app.backtest import backtest
from sterna.app.bench.commands import bench
from sterna.app.evaluation.command import evaluate
from sterna.app.flexibility import drawing, flexible, page
from sterna.app.flexibility import show as show_flexible
from sterna.app.pki import pki
from sterna.app.receipts import read as read_receipts
from sterna.app.receipts import verdict
from sterna.app.run import Files, run_scenario
from sterna.app.scenario import explain as explained
from sterna.app.scenario import load
from sterna.app.terminal import show
from sterna.emsa import usecase
from sterna.emsa.draw import component_layer
from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant
from sterna.runtime.seeded import SeededChance
from sterna.world.packaged import CATALOGUE

BAD_INPUT: Final = 2
"""Exit code when a file or an option cannot be used."""
GATE_BROKEN: Final = 1
"""Exit code when the run went through and something that must hold does not."""


FILE_COLUMNS: Final = 120
"""Width of the tables where the output is no terminal, e.g. a log."""


class OneLine(click.Group):
    """Commands whose wrong options and files get one line and exit code 2."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an option or a file that cannot be used ends it with one line."""
        try:
            return super().invoke(ctx)
        except click.UsageError as wrong:
            click.echo(f"sterna: {wrong.format_message()}", err=True)
            sys.exit(BAD_INPUT)
        except BadInput as bad:
            refuse(bad)


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sterna")
def main() -> None:
    """Sterna: an open V2X platform, from the driver's booking to the grid operator's payment."""


@main.command()
@click.argument("scenario")
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of all randomness; default: the scenario's."
)
@click.option(
    "--hours", type=click.FloatRange(min=1), help="Length of the run; default: the scenario's."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write report and data; default: out/NAME.",
)
@click.option(
    "--wire",
    type=click.Choice(["exi-mem", "object"]),
    help="How ISO 15118 messages travel; default: the scenario's.",
)
@click.option(
    "--no-baseline", is_flag=True, help="Leave out the run without control; KPIs then stand alone."
)
@click.option("--quiet", is_flag=True, help="Print only what is broken, and where the report is.")
def run(
    scenario: str,
    seed: int | None,
    hours: float | None,
    out: Path | None,
    wire: Literal["exi-mem", "object"] | None,
    *,
    no_baseline: bool,
    quiet: bool,
) -> None:
    """Run SCENARIO: a shipped name such as porto, or the path of a TOML file."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_COLUMNS)
    try:
        chosen = load(scenario).changed(seed=seed, run_hours=hours, wire=wire)
        folder = out or Path("out") / chosen.name
        with bar(console, quiet=quiet) as progress:
            done = run_scenario(
                chosen, folder, baseline=not no_baseline, progress=shown(progress, chosen.name)
            )
    except BadInput as bad:
        refuse(bad)
    report(console, done, quiet=quiet)


def report(console: Console, done: Files, *, quiet: bool) -> None:
    """Show what came out and leave with the exit code that it deserves."""
    if not quiet:
        show(console, done.run, done.kpis, done.gates, done.told)
    broken = [gate for gate in done.gates if not gate.holds]
    for gate in broken:
        console.print(f"[red]broken:[/] {gate.name}: {gate.figures}")
    console.print(f"report: {done.report}")
    if broken:
        sys.exit(GATE_BROKEN)


def shown(progress: Progress, name: str) -> Callable[[float, str], None]:
    """Return what moves the bar; it appears with the first progress, so never above a refusal."""
    task = progress.add_task(name, total=1.0, visible=False)

    def show_share(share: float, what: str) -> None:
        progress.update(task, completed=share, description=what, visible=True)

    return show_share


def bar(console: Console, *, quiet: bool) -> Progress:
    """Return the progress bar."""
    return Progress(
        TextColumn("{task.description:<28}"), BarColumn(bar_width=40), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn(),
        console=console, disable=quiet,
    )  # fmt: skip


def refuse(bad: BadInput) -> NoReturn:
    """Say in one line what cannot be used, and leave."""
    click.echo(f"sterna: {bad}", err=True)
    sys.exit(BAD_INPUT)


@main.command(name="init")
@click.argument("folder", type=click.Path(path_type=Path))
def init_site(folder: Path) -> None:
    """Write a commented scenario and sample series to FOLDER, ready to run."""
    try:
        scenario, *_ = site_init.write_example(folder, SeededChance(1))
    except BadInput as bad:
        refuse(bad)
    click.echo(f"wrote {folder}; now: sterna run {scenario}")


@main.command()
@click.argument("key")
def explain(key: str) -> None:
    """Say what a scenario's KEY means, e.g. site.connection_kw."""
    try:
        click.echo(explained(key))
    except BadInput as bad:
        refuse(bad)


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
def wear(path: Path) -> None:
    """Reckon the battery wear of the receipts at PATH again; exit code 1 when one says something else.

    PATH is the file behind a driver's bill, or the wear.jsonl of a run.
    """
    try:
        receipts = read_receipts(path)
    except BadInput as bad:
        refuse(bad)
    verdicts = [verdict(receipt) for receipt in receipts]
    for said, holds in verdicts:
        click.echo(f"{'same' if holds else 'BROKEN'}  {said}")
    if not all(holds for _, holds in verdicts):
        sys.exit(GATE_BROKEN)


@main.command()
@click.argument("scenario")
@click.option(
    "--at",
    "moment",
    required=True,
    type=click.DateTime(formats=["%Y-%m-%dT%H:%M"]),
    help="When the product begins, in the site's time, e.g. 2026-07-15T18:00.",
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0.25, max=11),
    default=1.0,
    show_default=True,
    help="How long it lasts.",
)
@click.option(
    "--recovery",
    type=click.FloatRange(min=0),
    help="Most kW that the cars may be off their plan afterwards; default: any.",
)
@click.option(
    "--least",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    help="Smallest volume that the market takes, kW.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the charts; default: out/NAME-flexibility.html; an .svg gets the first one.",
)
def flexibility(
    scenario: str,
    moment: datetime,
    hours: float,
    recovery: float | None,
    least: float,
    out: Path | None,
) -> None:
    """Run SCENARIO until a moment and say what its cars could offer to a market from then on, and for what price."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_COLUMNS)
    try:
        chosen = load(scenario)
        at = Instant(moment.replace(tzinfo=chosen.zone).timestamp())
        with bar(console, quiet=False) as progress:
            told = shown(progress, chosen.name)
            found = flexible(
                chosen, at, hours, after_kw=inf if recovery is None else recovery, least_kw=least,
                progress=lambda share: told(share, chosen.name),
            )  # fmt: skip
        path = out or Path("out") / f"{chosen.name}-flexibility.html"
        written_page(path, drawing(found) if path.suffix == ".svg" else page(found))
    except BadInput as bad:
        refuse(bad)
    show_flexible(console, found)
    console.print(f"charts: {path}")


def written_page(path: Path, text: str) -> None:
    """Write *text* to *path*. Raises BadInput where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(path, "", f"cannot be written: {error.strerror}") from error


@main.group()
def data() -> None:
    """Look at the packaged data."""


@data.command(name="list")
def list_data() -> None:
    """List the packaged data with licence and source."""
    table = Table("name", "what", "licence", "attribution")
    for entry in CATALOGUE:
        table.add_row(entry.name, entry.about, entry.licence, entry.attribution)
    Console().print(table)


@main.group(name="usecase")
def use_case() -> None:
    """Look at a use case."""


@use_case.command()
@click.argument("name")
def draw(name: str) -> None:
    """Print the component layer of the use case NAME (e.g. porto) as SVG."""
    try:
        click.echo(component_layer(usecase.packaged(name), None), nl=False)
    except BadInput as bad:
        refuse(bad)


@use_case.command()
@click.argument("path", type=click.Path(path_type=Path))
def lint(path: Path) -> None:
    """Check the use case file at PATH; exit code 2 when it has errors."""
    try:
        read = usecase.read(path)
    except BadInput as bad:
        refuse(bad)
    click.echo(f"{path}: {len(read.scenarios)} scenarios, {len(read.links)} links: no errors")


for command in (backtest, pki, ev, evse, bench, evaluate):
    main.add_command(command)
