"""``sterna evaluate``: judge the schedule of a scenario's site over weeks, against perfect foresight."""

import sys
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sterna.app.evaluation.days import drawn
from sterna.app.evaluation.pages import figures, picture, renewed, rows, table
from sterna.app.evaluation.study import Study, study
from sterna.app.scenario import load
from sterna.kernel.errors import BadInput

BROKEN: Final = 1
"""Exit code when something that must hold does not."""
DAYS_DEFAULT: Final = 28
DAYS_MAX: Final = 366


@click.command()
@click.argument("scenario", default="porto")
@click.option(
    "--days", type=click.IntRange(min=1, max=DAYS_MAX), default=DAYS_DEFAULT, show_default=True,
    help="Days on which cars arrive; the last ones are followed until they have left.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), help="Seed of all randomness; default: the scenario's.")  # fmt: skip
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write evaluation.json and evaluation.svg here.",
)  # fmt: skip
@click.option("--leave-out", is_flag=True, help="Also decide without each ingredient in turn.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="Processes to live in.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
@click.option(
    "--page", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Renew the table in this Markdown page.",
)  # fmt: skip
def evaluate(
    scenario: str,
    days: int,
    seed: int | None,
    out: Path | None,
    page: Path | None,
    jobs: int,
    *,
    leave_out: bool,
    as_json: bool,
) -> None:
    """Compare the schedule of SCENARIO with perfect foresight, rules and charging on arrival.

    No messages: batteries, site and decisions alone, minute by minute. Exit code 1 when the schedule
    costs more than 5 % above foresight, breaks a floor or a limit, or leaves a driver short.
    """
    chosen = drawn(load(scenario), days, seed)
    with Progress(
        TextColumn("{task.description:<28}"), BarColumn(bar_width=40), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), console=Console(stderr=True), disable=as_json,
    ) as progress:  # fmt: skip
        task = progress.add_task("", total=1.0)
        found = study(
            chosen,
            leave_out=leave_out,
            jobs=jobs,
            progress=lambda share, what: progress.update(task, completed=share, description=what),
        )
    if out is not None:
        written(found, out)
    if page is not None:
        renew(found, page)
    if as_json:
        click.echo(figures(found), nl=False)
    else:
        shown(found)
    for sentence in found.broken():
        click.echo(f"broken: {sentence}", err=True)
    if found.broken():
        sys.exit(BROKEN)


def written(found: Study, folder: Path) -> None:
    """Write the two files of a study to *folder*; BadInput when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "evaluation.json").write_bytes(figures(found))
        (folder / "evaluation.svg").write_text(picture(found), encoding="utf-8")
    except OSError as error:
        raise BadInput(folder, "", f"cannot be written: {error.strerror}") from error


def renew(found: Study, page: Path) -> None:
    """Put the table of a study into *page*; BadInput where it has no place for it."""
    try:
        page.write_text(
            renewed(page.read_text(encoding="utf-8"), table(rows(found))), encoding="utf-8"
        )
    except ValueError as error:
        raise BadInput(page, "", str(error)) from error


def shown(found: Study) -> None:
    """Print the table for people."""
    days, drivers = found.days, found.days.drivers
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    console.print(
        f"{days.scenario.name}, seed {days.scenario.settings.seed}: {len(drivers)} cars in "
        f"{days.quarters // 96} days, {found.plans} plans"
    )
    made = Table(
        "",
        "EUR",
        "above",
        "saved",
        "peak kW",
        "kWh missing",
        "short",
        "floors",
        "min over",
        "cycles",
    )
    for row in rows(found):
        each = row.account
        made.add_row(
            each.name, f"{row.total_eur:.0f}", f"{100 * row.above:+.2f} %", f"{100 * row.saved:.0f} %",
            f"{each.peak_kw:.0f}", f"{each.missing_kwh:.0f}", str(each.short), str(each.floors),
            str(each.over_minutes), f"{each.cycles:.0f}",
        )  # fmt: skip
    console.print(made)
