"""Time series that a user brings: CSV or Parquet, checked line by line, in UTC and one unit.

The scenario states unit and time zone; nothing is guessed. A time names the start of its step.
What cannot be read without a guess (a gap, a doubled or missing hour, a unit that cannot be
right) is refused with one sentence that names the file, the line and the remedy.
"""

import csv
import gzip
import math
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
from numpy.typing import NDArray

from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant, Seconds
from sterna.kernel.series import Series
from sterna.world.localtime import instants, utc_written, written_time, zone_named

Floats = NDArray[np.float64]

ROWS_MAX: Final = 2_000_000
"""Nineteen years of 5 min values; beyond it the file is a wrong one, and memory would suffer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFile:
    """Where a series stands and how it is to be read."""

    path: str
    """A .csv, .csv.gz or .parquet file, relative to the scenario file."""
    unit: str
    """The unit of the values, e.g. "kW", "kWh" (per step), "EUR/MWh", "degC", "g/kWh"."""
    zone: str
    """The time zone of times without an offset, e.g. "Europe/Lisbon" or "UTC"."""
    time_column: str = "time"
    """The column of the times: ISO 8601, each the start of its step."""
    value_column: str = "value"
    """The column of the values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What a series measures: its units and which values can be true."""

    name: str
    unit: str
    """The unit inside Sterna."""
    factors: dict[str, float]
    """Unit of a file -> what to multiply with to come to *unit*."""
    least: float
    most: float
    """Limits of a plausible value in *unit*; beyond them the unit or the sign must be wrong."""
    smallest_peak: float = 0.0
    """A series whose largest magnitude is above 0 and below this has the wrong unit."""
    per_step: tuple[str, ...] = ()
    """Units of energy per step, which become power when divided by the step."""


POWER: Final = Quantity(
    name="power",
    unit="kW",
    factors={"kW": 1.0, "W": 1e-3, "MW": 1e3, "kWh": 1.0, "Wh": 1e-3, "MWh": 1e3},
    least=0.0,
    most=1e6,  # a power station: no building draws it
    smallest_peak=1e-3,
    per_step=("kWh", "Wh", "MWh"),
)
PRICE: Final = Quantity(
    name="price",
    unit="EUR/kWh",
    factors={"EUR/kWh": 1.0, "EUR/MWh": 1e-3, "ct/kWh": 1e-2},
    least=-10.0,
    most=10.0,  # more than twice the highest price that European day-ahead auctions admit
    smallest_peak=1e-3,
)
TEMPERATURE: Final = Quantity(
    name="temperature", unit="degC", factors={"degC": 1.0}, least=-60.0, most=60.0
)
CARBON: Final = Quantity(
    name="carbon intensity",
    unit="g/kWh",
    factors={"g/kWh": 1.0, "kg/kWh": 1e3, "kg/MWh": 1.0},
    least=0.0,
    most=2000.0,  # lignite alone stays below
    smallest_peak=0.1,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file, not yet understood."""

    where: str
    time: object
    value: object


def read_series(
    file: SeriesFile, quantity: Quantity, *, folder: Path, key: str, gaps: bool = False
) -> Series:
    """Return the series of *file*, in UTC and in the unit of *quantity*.

    *folder* is where relative paths start; *key* is the dotted key of the scenario that asked. With
    *gaps*, what the file does not say (an empty value, a step left out) is NaN; else it is refused.
    Raises BadInput naming the file, *key* and the reason.
    """
    path = folder / file.path
    if file.unit not in quantity.factors:
        known = ", ".join(quantity.factors)
        raise BadInput(
            path,
            f"{key}.unit",
            f'"{file.unit}" is no unit of {quantity.name}; known are {known}',
        )
    try:
        zone = zone_named(file.zone)
    except ValueError as error:
        raise BadInput(path, f"{key}.zone", str(error)) from error
    reader = _Reader(path=path, key=key, file=file, quantity=quantity, zone=zone, gaps=gaps)
    return reader.series(_rows(path, key, file))


def _rows(path: Path, key: str, file: SeriesFile) -> Iterable[_Row]:
    """Return the lines of *path* by the kind of file that its name says."""
    try:
        path.open("rb").close()
    except FileNotFoundError:
        raise BadInput(path, f"{key}.path", "there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(path, f"{key}.path", f"cannot be read: {reason}") from error
    if path.suffix == ".parquet":
        return _parquet_rows(path, key, file)
    if path.name.endswith((".csv", ".csv.gz")):
        return _csv_rows(path, key, file)
    raise BadInput(path, f"{key}.path", "only .csv, .csv.gz and .parquet files can be read")


def _need_columns(path: Path, key: str, file: SeriesFile, columns: list[str]) -> None:
    """Refuse a file that lacks one of the two columns."""
    for setting in ("time_column", "value_column"):
        wanted = getattr(file, setting)
        if wanted not in columns:
            found = ", ".join(columns) or "none"
            reason = f'there is no column "{wanted}"; the file has: {found}'
            if len(columns) == 1 and columns[0] not in (file.time_column, file.value_column):
                reason += "; columns are separated by commas"
            raise BadInput(path, f"{key}.{setting}", reason)


def _csv_rows(path: Path, key: str, file: SeriesFile) -> Iterator[_Row]:
    """Yield the lines of a CSV file with a header; a byte order mark is no part of it."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
        try:
            reader = csv.DictReader(stream)
            _need_columns(path, key, file, list(reader.fieldnames or []))
            for row in reader:
                yield _Row(f"line {reader.line_num}", row[file.time_column], row[file.value_column])
        except (UnicodeDecodeError, csv.Error, OSError, EOFError, zlib.error) as error:
            raise BadInput(path, key, f"is not a readable CSV file: {error}") from error


def _parquet_rows(path: Path, key: str, file: SeriesFile) -> Iterator[_Row]:
    """Yield the rows of a Parquet file; times with a zone come as seconds since the epoch."""
    with duckdb.connect() as database:
        try:
            quoted = str(path).replace("'", "''")
            described = database.execute(
                f"describe select * from read_parquet('{quoted}')"  # noqa: S608  # quoted above
            ).fetchall()
            kinds = {str(row[0]): str(row[1]) for row in described}
            _need_columns(path, key, file, list(kinds))
            time, value = (
                '"' + name.replace('"', '""') + '"'
                for name in (file.time_column, file.value_column)
            )
            kind = kinds[file.time_column]
            aware = kind.startswith("TIMESTAMP") and ("TZ" in kind or "TIME ZONE" in kind)
            if aware:  # the cast takes nanoseconds, which epoch_us does not know with a zone
                time = f"epoch_us({time}::timestamptz)"
            elif kind.startswith("TIMESTAMP"):
                time = f"epoch_us({time})"
            elif kind not in {"VARCHAR", "DATE"}:
                raise BadInput(path, f"{key}.time_column", f"holds {kind}, not times or ISO 8601")
            found = database.execute(
                f"select {time}, {value} from read_parquet('{quoted}')"  # noqa: S608  # quoted above
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise BadInput(path, key, f"is not a readable Parquet file: {reason}") from error
    for number, (stamp, amount) in enumerate(found, start=1):
        yield _Row(f"row {number}", _parquet_time(stamp, aware=aware), amount)


def _parquet_time(stamp: object, *, aware: bool) -> object:
    """Return microseconds as ISO text (with an offset when *aware*); text stays as it is."""
    if not isinstance(stamp, int):
        return stamp
    text = np.datetime_as_string(np.datetime64(stamp, "us"))
    return f"{text}Z" if aware else str(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """What is needed to understand the lines of one file."""

    path: Path
    key: str
    file: SeriesFile
    quantity: Quantity
    zone: ZoneInfo
    gaps: bool
    """Whether missing values and steps are let through as NaN."""

    def series(self, rows: Iterable[_Row]) -> Series:
        """Return the checked series of *rows*."""
        moments: list[Instant] = []
        values: list[float] = []
        last = ""
        for row in rows:
            gap = moments[-1] - moments[-2] if len(moments) > 1 else 0.0
            moments.append(self._moment(row, moments[-1] if moments else None, last, gap))
            values.append(self._value(row))
            last = row.where
            if len(moments) > ROWS_MAX:
                raise self._bad(f"has more than {ROWS_MAX} rows")
        if len(moments) < 2:
            raise self._bad("needs at least two rows")
        step = self._step(moments)
        return self._normalised(moments[0], step, self._laid_out(moments, step, values))

    def _bad(self, reason: str, part: Literal["", ".unit"] = "") -> BadInput:
        """Return the error for *reason*."""
        return BadInput(self.path, self.key + part, reason)

    def _moment(self, row: _Row, before: Instant | None, last: str, gap: float) -> Instant:
        """Return the instant of *row*, which must come after *before*.

        In the time that autumn repeats, the pass is taken that keeps the *gap* of the rows before
        (0: not known yet), else the first.
        """
        wall = self._wall(row)
        candidates = instants(wall, self.zone)
        if not candidates:
            raise self._bad(
                f"{row.where}: {wall:%Y-%m-%d %H:%M} does not exist in {self.zone.key}, clocks "
                f'skip that hour; if the file is in UTC, say zone = "UTC"'
            )
        later = [each for each in candidates if before is None or each > before]
        if later:
            return next(
                (each for each in later if before is not None and each - before == gap), later[0]
            )
        if candidates[-1] == before:
            raise self._bad(f"{row.where}: {row.time} is the same time as in {last}")
        raise self._bad(f"{row.where}: {row.time} is earlier than {last}; sort the file by time")

    def _wall(self, row: _Row) -> datetime:
        """Return the time of *row* as written."""
        if row.time is None:
            raise self._bad(f"{row.where}: the time is missing")
        try:
            return written_time(str(row.time).strip(), "2026-07-15T13:45")
        except ValueError as error:
            raise self._bad(f"{row.where}: {error}") from error

    def _value(self, row: _Row) -> float:
        """Return the value of *row* as written."""
        text = "" if row.value is None else str(row.value).strip()
        if not text and self.gaps:
            return math.nan
        if not text:
            raise self._bad(f"{row.where}: the value is missing")
        try:
            value = float(text)
        except ValueError as error:
            comma = "; write 1.5, not 1,5" if "," in text else ""
            raise self._bad(f'{row.where}: "{text}" is no number{comma}') from error
        if not math.isfinite(value) and not (self.gaps and math.isnan(value)):
            raise self._bad(f"{row.where}: {text} is no finite number")
        return value

    def _step(self, moments: list[Instant]) -> Seconds:
        """Return the step of the series; raise when a step is missing or differs."""
        gaps = np.diff(np.array(moments))
        step = float(gaps.min())
        for k in np.flatnonzero(gaps != step):
            missing = gaps[k] / step - 1
            between = f"between {utc_written(moments[k])} and {utc_written(moments[k + 1])}"
            if missing == int(missing) and self.gaps:
                continue
            if missing == int(missing):
                steps = "step is" if missing == 1 else "steps are"
                raise self._bad(f"{int(missing)} {steps} missing {between}")
            raise self._bad(f"the step changes {between}; it must be {step / 60:g} min throughout")
        return Seconds(step)

    def _laid_out(self, moments: list[Instant], step: Seconds, values: list[float]) -> Floats:
        """Return *values* on a grid without holes; NaN where the file has none."""
        at = np.round((np.array(moments) - moments[0]) / step).astype(np.int64)
        if at[-1] >= ROWS_MAX:
            raise self._bad(f"spans more than {ROWS_MAX} steps of {step / 60:g} min")
        found = np.full(int(at[-1]) + 1, np.nan)
        found[at] = values
        if np.isnan(found).all():
            raise self._bad("has no value at all")
        return found

    def _normalised(self, start: Instant, step: Seconds, values: Floats) -> Series:
        """Return the series in the quantity's unit; raise when the values cannot be true."""
        unit, quantity = self.file.unit, self.quantity
        factor = quantity.factors[unit]
        if unit in quantity.per_step:
            factor *= SECONDS_PER_HOUR / step
        scaled = values * factor
        for k in np.flatnonzero((scaled < quantity.least) | (scaled > quantity.most))[:1]:
            when = utc_written(Instant(start + k * step))
            if scaled[k] < 0 <= quantity.least:
                raise self._bad(f"{values[k]:g} {unit} at {when} is negative")
            raise self._bad(
                f'{values[k]:g} {unit} at {when} cannot be; is the unit really "{unit}"?', ".unit"
            )
        largest = float(np.nanmax(np.abs(scaled)))
        if 0 < largest < quantity.smallest_peak:
            raise self._bad(
                f'no value is above {largest:g} {quantity.unit}; is the unit really "{unit}"?',
                ".unit",
            )
        return Series(start=start, step=step, values=scaled, unit=quantity.unit)
