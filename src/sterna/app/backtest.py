"""``sterna backtest``: how well a series of one's own could have been forecast, day by day."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from sterna.app.backtest_page import page, ratio
from sterna.decisions.forecast import Place, Task, missing
from sterna.decisions.forecast.backtest import METHODS, Method, Walked, days_between, walk
from sterna.decisions.forecast.features import Kind
from sterna.decisions.forecast.sky import sky_over
from sterna.decisions.forecast.solar import even
from sterna.domain.local_day import midnight
from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import SECONDS_PER_HOUR
from sterna.kernel.series import Series
from sterna.world.localtime import instant, utc_written, written_time, zone_named
from sterna.world.series_files import POWER, PRICE, SeriesFile, read_series

LEARN_DAYS_LEAST: Final = 28
"""Days before the first forecast: four weeks, the least that tells quantiles of a slot of the week."""
AHEAD_HOURS_MAX: Final = 72
FILE_COLUMNS: Final = 120
"""Width of the table where the output is no terminal."""
OPTIONS: Final = {
    "file.unit": "--unit", "file.zone": "--tz", "file.value_column": "--column", "file.time_column": "--time-column",
}  # fmt: skip
"""Key of a series in a scenario -> the option that says it here."""
UNITS: Final[dict[Kind, str]] = {"load": "kW", "pv": "kW", "price": "EUR/MWh"}
"""What a file holds when nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for."""

    path: Path
    kind: Kind
    unit: str
    file_zone: str
    """Of times without an offset."""
    zone: str
    """Whose clock people and days go by."""
    time_column: str
    column: str
    zero_is_missing: bool
    place: Place | None
    until: str
    """Local date: what comes from there on is left out; empty: nothing is."""
    days: int
    ahead_hours: float
    refit_days: int
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tested:
    """A back-test that was done."""

    asked: Asked
    unit: str
    """The unit of all figures."""
    task: Task
    walked: Walked


def methods_named(text: str) -> tuple[Method, ...]:
    """Return the methods of a list like ``analog,naive``, each once; BadInput for one that is not there."""
    if not text:
        return METHODS if missing() is None else METHODS[:2]
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in get_args(Method):
            raise BadInput("--method", "", f'"{name}" is none of {", ".join(METHODS)}')
    absent = missing()
    if "quantiles" in names and absent is not None:
        raise BadInput("--method", "quantiles", absent)
    return tuple(method for method in METHODS if method in names)


def series_of(asked: Asked) -> Series:
    """Return the series that *asked* names, NaN where nothing was measured. Raises BadInput."""
    file = SeriesFile(
        path=str(asked.path), unit=asked.unit, zone=asked.file_zone, time_column=asked.time_column,
        value_column=asked.column,
    )  # fmt: skip
    quantity = PRICE if asked.kind == "price" else POWER
    try:
        zone = zone_named(asked.zone)
    except ValueError as error:
        option = "--tz" if asked.zone == asked.file_zone else "--site-tz"
        raise BadInput(option, "", str(error)) from error
    try:
        series = read_series(file, quantity, folder=Path(), key="file", gaps=True)
    except BadInput as bad:
        raise BadInput(bad.source, OPTIONS.get(bad.key, ""), bad.reason) from None
    if SECONDS_PER_HOUR % series.step:
        reason = f"has a step of {series.step / 60:g} min, which is no part of an hour"
        raise BadInput(asked.path, "", reason)
    if (midnight(series.end, zone) - series.start) % series.step:
        raise BadInput(asked.path, "", f"days in {asked.zone} do not begin at the start of a step")
    if asked.until:
        series = cut(series, asked.until, zone)
    if asked.zero_is_missing:
        values = np.where(series.values == 0.0, np.nan, series.values)
        series = Series(start=series.start, step=series.step, values=values, unit=series.unit)
    return series


def cut(series: Series, until: str, zone: ZoneInfo) -> Series:
    """Return what *series* says before the local date *until*. Raises BadInput."""
    try:
        end = instant(written_time(until, "2026-07-15"), zone)
    except ValueError as error:
        raise BadInput("--until", "", str(error)) from error
    count = max(0, min(len(series.values), round((end - series.start) / series.step)))
    return Series(
        start=series.start, step=series.step, values=series.values[:count], unit=series.unit
    )


def tested(asked: Asked, progress: Callable[[float], None]) -> Tested:
    """Return the back-test of what *asked* names. Raises BadInput for a file that cannot be used."""
    series = series_of(asked)
    ahead = asked.ahead_hours * SECONDS_PER_HOUR / series.step
    if ahead != round(ahead):
        raise BadInput(
            "--ahead-hours", "", f"is no multiple of the file's {series.step / 60:g} min"
        )
    sky = even if asked.place is None else sky_over(asked.place)
    per_day = round(24 * SECONDS_PER_HOUR / series.step)
    task = Task(
        kind=asked.kind, count=per_day, zone=zone_named(asked.zone), ahead=round(ahead), sky=sky
    )
    there = len(days_between(series.start, series.end, task))
    if there < asked.days + LEARN_DAYS_LEAST:
        raise BadInput(
            asked.path, "",
            f"has {there} whole days from {utc_written(series.start)}; to forecast {asked.days} takes "
            f"{LEARN_DAYS_LEAST} more before them: give fewer --days",
        )  # fmt: skip
    walked = walk(
        series, task, asked.methods, asked.days, refit_days=asked.refit_days, stopwatch=time.process_time,
        progress=progress,
    )  # fmt: skip
    if not any(score.steps for score in walked.scores.values()):
        raise BadInput(asked.path, "", f"nothing was measured in the last {asked.days} days")
    return Tested(asked=asked, unit=series.unit, task=task, walked=walked)


def figures(done: Tested) -> dict[str, Any]:
    """Return what programs read."""
    walked = done.walked
    return {
        "file": done.asked.path.name, "column": done.asked.column, "kind": done.asked.kind, "unit": done.unit,
        "zone": done.asked.zone, "days": walked.days, "ahead_hours": done.asked.ahead_hours,
        "first": utc_written(walked.first), "methods": {
            method: {
                "mase": known(score.mase), "mae": score.mae, "mase_over_naive": known(walked.over_naive(method)),
                "pinball": dict(zip(("0.1", "0.5", "0.9"), score.pinball, strict=True)),
                "coverage": score.coverage, "width": score.width, "steps": score.steps,
            }
            for method, score in walked.scores.items()
        },
        "trees": {"fit_cpu_s": round(walked.fit_s, 2), "days_spoken": walked.spoke_days} if "quantiles" in walked.scores else None,
    }  # fmt: skip


def known(value: float) -> float | None:
    """Return *value*, None instead of NaN, which JSON does not know."""
    return None if np.isnan(value) else value


def table(done: Tested) -> Table:
    """Return the scores as a table."""
    found = Table(
        "method", "MASE", "over naive", "pinball 0.1", "0.5", "0.9", "coverage", f"width, {done.unit}", "fit, CPU s",
        title=f"{done.asked.path.name}, {done.asked.kind}: {done.walked.days} days ahead by a day",
    )  # fmt: skip
    for method, score in done.walked.scores.items():
        found.add_row(
            method, ratio(score.mase), ratio(done.walked.over_naive(method)), *(f"{each:.4g}" for each in score.pinball),
            f"{score.coverage:.1%}", f"{score.width:.4g}", f"{done.walked.fit_s:.1f}" if method == "quantiles" else "",
        )  # fmt: skip
    return found


def write(done: Tested, folder: Path) -> Path:
    """Write report, figures and bands to *folder*; return the report."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "backtest.json").write_text(
            json.dumps(figures(done), indent=2) + "\n", encoding="utf-8"
        )
        (folder / "bands.csv").write_text("".join(lines(done)), encoding="utf-8")
        report = folder / "report.html"
        report.write_text(
            page(
                done.walked, zone=done.task.zone, unit=done.unit, title=f"{done.asked.path.name}, {done.asked.column}",
                kind=done.asked.kind, ahead_hours=done.asked.ahead_hours,
            ),
            encoding="utf-8",
        )  # fmt: skip
    except OSError as error:
        raise BadInput(folder, "", f"cannot be written: {error.strerror}") from error
    return report


def lines(done: Tested) -> list[str]:
    """Return bands and outcomes as lines of a CSV file, times in UTC; an unknown outcome is empty."""
    walked = done.walked
    heads = [f"{method}_{level}" for method in walked.bands for level in ("0.1", "0.5", "0.9")]
    found = [",".join(("time", "actual", *heads)) + "\n"]
    values = np.concatenate([walked.actual[None], *walked.bands.values()])
    for moment, row in zip(walked.moments, values.T, strict=True):
        when = np.datetime_as_string(np.datetime64(round(moment), "s"), timezone="UTC")
        found.append(
            ",".join((str(when), *("" if np.isnan(each) else f"{each:.6g}" for each in row))) + "\n"
        )
    return found


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(["load", "pv", "price"]),
    default="load",
    show_default=True,
    help="What the series is.",
)
@click.option("--unit", default="", help="Unit of the values; default: kW, or EUR/MWh for a price.")
@click.option("--column", default="value", show_default=True, help="Column of the values.")
@click.option(
    "--time-column",
    default="time",
    show_default=True,
    help="Column of the times: each the start of its step.",
)
@click.option(
    "--tz",
    "file_zone",
    default="UTC",
    show_default=True,
    help="Time zone of times without an offset.",
)
@click.option(
    "--site-tz", "zone", default="", help="Whose clock days and habits go by; default: --tz."
)
@click.option(
    "--zero-is-missing", is_flag=True, help="A value of 0 says that nothing was measured."
)
@click.option(
    "--lat", type=click.FloatRange(-90, 90), help="Latitude of a PV plant, degrees north."
)
@click.option("--lon", type=click.FloatRange(-180, 180), help="Longitude, degrees east.")
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    default=90,
    show_default=True,
    help="How many days to forecast: the file's last ones.",
)
@click.option(
    "--until", default="", help="Leave out what comes from this date on, e.g. 2020-01-01."
)
@click.option(
    "--ahead-hours",
    type=click.FloatRange(0, AHEAD_HOURS_MAX),
    default=0.0,
    show_default=True,
    help="Hours from the last known value to the day that is forecast.",
)
@click.option(
    "--refit-days",
    type=click.IntRange(1, 7),
    default=7,
    show_default=True,
    help="The trees learn anew before every so many days.",
)
@click.option(
    "--method", default="", help="Any of naive,analog,quantiles; default: all that are installed."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write report.html, backtest.json and bands.csv.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the figures as JSON instead of a table."
)
def backtest(
    *, path: Path, kind: Kind, unit: str, column: str, time_column: str, file_zone: str, zone: str, lat: float | None, lon: float | None,
    until: str, days: int, ahead_hours: float, refit_days: int, method: str, out: Path | None, zero_is_missing: bool, as_json: bool,
) -> None:  # fmt: skip
    """Forecast the last days of FILE, each from what was known before it, and say how good that was.

    FILE is CSV or Parquet. Gaps are left out.
    """
    if (lat is None) != (lon is None):
        raise BadInput("--lat" if lat is None else "--lon", "", "is missing: a place takes both")
    asked = Asked(
        path=path, kind=kind, unit=unit or UNITS[kind], file_zone=file_zone, zone=zone or file_zone, time_column=time_column, column=column,
        zero_is_missing=zero_is_missing, place=None if lat is None or lon is None else Place(latitude=lat, longitude=lon),
        until=until, days=days, ahead_hours=ahead_hours, refit_days=refit_days, methods=methods_named(method),
    )  # fmt: skip
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_COLUMNS)
    done = tested(asked, lambda _share: None)
    if as_json:
        click.echo(json.dumps(figures(done), indent=2))
    else:
        console.print(table(done))
        console.print(said(done), markup=False)
    if out is not None:
        report = write(done, out)
        if not as_json:
            console.print(f"report: {report}", markup=False)


def said(done: Tested) -> str:
    """Return in words what the table does not say."""
    if "quantiles" in done.walked.scores:
        return f"the trees spoke on {done.walked.spoke_days} of {done.walked.days} days; on the others they had not been better"
    absent = missing()
    return f"quantiles by trees: {absent}" if absent is not None else ""
