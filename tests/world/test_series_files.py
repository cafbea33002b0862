"""Users' series: what is read, and the sentence that each mistake gets."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.kernel.errors import BadInput
from sterna.kernel.series import Series
from sterna.world.series_files import (
    CARBON,
    POWER,
    PRICE,
    TEMPERATURE,
    Quantity,
    SeriesFile,
    read_series,
)


def read(
    folder: Path,
    *rows: str,
    unit: str = "kW",
    zone: str = "UTC",
    quantity: Quantity = POWER,
    name: str = "load.csv",
    header: str = "time,value",
) -> Series:
    (folder / name).write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    file = SeriesFile(path=name, unit=unit, zone=zone)
    return read_series(file, quantity, folder=folder, key="building.series")


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_file_in_utc_is_read_as_it_stands(tmp_path: Path) -> None:
    series = read(tmp_path, "2026-07-15T00:00Z,1.5", "2026-07-15T00:15Z,2", "2026-07-15T00:30Z,3")
    assert (series.start, series.step, series.unit) == (utc("2026-07-15T00:00"), 900.0, "kW")
    assert series.values.tolist() == [1.5, 2.0, 3.0]


def test_local_times_become_utc(tmp_path: Path) -> None:
    series = read(tmp_path, "2026-07-15 00:00,1", "2026-07-15 01:00,2", zone="Europe/Lisbon")
    assert series.start == utc("2026-07-14T23:00")


def test_an_offset_in_the_file_is_worth_more_than_the_zone(tmp_path: Path) -> None:
    rows = ("2026-07-15T00:00+02:00,1", "2026-07-15T01:00+02:00,2")
    assert read(tmp_path, *rows, zone="Europe/Lisbon").start == utc("2026-07-14T22:00")


def test_spring_skips_an_hour_without_a_gap(tmp_path: Path) -> None:
    rows = ("2026-03-29T00:00,1", "2026-03-29T02:00,2", "2026-03-29T03:00,3")
    assert len(read(tmp_path, *rows, zone="Europe/Lisbon").values) == 3


def test_autumn_doubles_an_hour_without_a_repetition(tmp_path: Path) -> None:
    times = ("00:30", "01:00", "01:30", "01:00", "01:30", "02:00")
    rows = [f"2026-10-25T{time},{k}" for k, time in enumerate(times)]
    series = read(tmp_path, *rows, zone="Europe/Lisbon")
    assert (len(series.values), series.step) == (6, 1800.0)


@settings(max_examples=60, deadline=None)
@given(
    day=st.integers(0, 364),
    zone=st.sampled_from(["Europe/Lisbon", "Europe/Rome", "UTC", "Australia/Lord_Howe"]),
    step=st.sampled_from([300, 900, 1800, 3600]),
)
def test_a_series_in_local_time_comes_back_whatever_the_clocks_do(
    tmp_path_factory: pytest.TempPathFactory, day: int, zone: str, step: int
) -> None:
    start = utc("2026-01-01") + 86_400 * day
    moments = [start + k * step for k in range(4 * 86_400 // step)]
    walls = [datetime.fromtimestamp(moment, ZoneInfo(zone)) for moment in moments]
    rows = [f"{wall:%Y-%m-%dT%H:%M},{k}" for k, wall in enumerate(walls)]
    second_pass = walls[0].fold == 1
    series = read(tmp_path_factory.mktemp("series"), *rows, zone=zone)
    # A series that begins in the second pass of a doubled hour looks like the first.
    assert float(series.step) == step or second_pass
    assert series.start == start or second_pass
    assert series.values.tolist() == [float(k) for k in range(len(rows))]


@pytest.mark.parametrize(
    ("unit", "quantity", "written", "meant"),
    [
        ("kW", POWER, 2.0, 2.0),
        ("W", POWER, 2000.0, 2.0),
        ("MW", POWER, 0.5, 500.0),
        ("kWh", POWER, 0.5, 2.0),  # per quarter of an hour
        ("EUR/MWh", PRICE, -500.0, -0.5),
        ("ct/kWh", PRICE, 12.0, 0.12),
        ("degC", TEMPERATURE, -5.0, -5.0),
        ("kg/MWh", CARBON, 200.0, 200.0),
        ("kg/kWh", CARBON, 0.2, 200.0),
    ],
)
def test_units_are_brought_to_one(
    tmp_path: Path, unit: str, quantity: Quantity, written: float, meant: float
) -> None:
    rows = (f"2026-07-15T00:00Z,{written}", f"2026-07-15T00:15Z,{written}")
    series = read(tmp_path, *rows, unit=unit, quantity=quantity)
    np.testing.assert_allclose(series.values, [meant, meant])
    assert series.unit == quantity.unit


def test_packed_files_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    text = "\ufefftime,value\n2026-07-15T00:00Z,1\n2026-07-15T01:00Z,2\n"
    (tmp_path / "load.csv.gz").write_bytes(gzip.compress(text.encode()))
    file = SeriesFile(path="load.csv.gz", unit="kW", zone="UTC")
    assert len(read_series(file, POWER, folder=tmp_path, key="x").values) == 2


@pytest.mark.parametrize(
    ("column", "start"),
    [
        ("timestamp '2026-07-15 00:00' + k * interval 1 hour", "2026-07-14T23:00"),
        ("(timestamptz '2026-07-15 00:00+00') + k * interval 1 hour", "2026-07-15T00:00"),
        ("'2026-07-15T0' || k || ':00'", "2026-07-14T23:00"),
    ],
)
def test_parquet_is_read_with_and_without_a_zone(tmp_path: Path, column: str, start: str) -> None:
    path = tmp_path / "it's.parquet"
    quoted = str(path).replace("'", "''")
    with duckdb.connect() as database:
        database.execute(
            f"copy (select {column} as t, k * 1.5 as kw from range(3) r(k)) to '{quoted}'"  # noqa: S608  # a test's own text
        )
    file = SeriesFile(
        path=path.name, unit="kW", zone="Europe/Lisbon", time_column="t", value_column="kw"
    )
    series = read_series(file, POWER, folder=tmp_path, key="x")
    assert series.start == utc(start)
    assert series.values.tolist() == [0.0, 1.5, 3.0]


A, B = "2026-07-15T00:00Z,1", "2026-07-15T00:15Z,2"


@pytest.mark.parametrize(
    ("rows", "options", "complaint"),
    [
        ((A,), {}, "building.series: needs at least two rows"),
        (
            (A, B, "2026-07-15T01:00Z,3"),
            {},
            (
                "building.series: 2 steps are missing between 2026-07-15 00:15 UTC and "
                "2026-07-15 01:00 UTC"
            ),
        ),
        (
            (A, B, "2026-07-15T00:45Z,3"),
            {},
            (
                "building.series: 1 step is missing between 2026-07-15 00:15 UTC and "
                "2026-07-15 00:45 UTC"
            ),
        ),
        (
            (A, B, "2026-07-15T00:35Z,3"),
            {},
            (
                "building.series: the step changes between 2026-07-15 00:15 UTC and "
                "2026-07-15 00:35 UTC; it must be 15 min throughout"
            ),
        ),
        (
            (A, B, B),
            {},
            "building.series: line 4: 2026-07-15T00:15Z is the same time as in line 3",
        ),
        (
            (B, A),
            {},
            (
                "building.series: line 3: 2026-07-15T00:00Z is earlier than line 2; "
                "sort the file by time"
            ),
        ),
        (
            ("2026-03-29T00:30,1", "2026-03-29T01:30,2"),
            {"zone": "Europe/Lisbon"},
            (
                "building.series: line 3: 2026-03-29 01:30 does not exist in Europe/Lisbon, clocks "
                'skip that hour; if the file is in UTC, say zone = "UTC"'
            ),
        ),
        (
            ("2026-10-25T00:00,1", "2026-10-25T01:00,2", "2026-10-25T02:00,3"),
            {"zone": "Europe/Lisbon"},
            (
                "building.series: 1 step is missing between 2026-10-25 00:00 UTC and "
                "2026-10-25 02:00 UTC"
            ),
        ),
        (
            ("15/07/2026 00:00,1", B),
            {},
            'building.series: line 2: "15/07/2026 00:00" is no time; write 2026-07-15T13:45',
        ),
        (
            (A, "2026-07-15T00:15Z,abc"),
            {},
            'building.series: line 3: "abc" is no number',
        ),
        (
            (A, '2026-07-15T00:15Z,"1,5"'),
            {},
            'building.series: line 3: "1,5" is no number; write 1.5, not 1,5',
        ),
        ((A, "2026-07-15T00:15Z,"), {}, "building.series: line 3: the value is missing"),
        ((A, "2026-07-15T00:15Z"), {}, "building.series: line 3: the value is missing"),
        ((A, "2026-07-15T00:15Z,nan"), {}, "building.series: line 3: nan is no finite number"),
        (
            (A, "2026-07-15T00:15Z,-2"),
            {},
            "building.series: -2 kW at 2026-07-15 00:15 UTC is negative",
        ),
        (
            (A, B),
            {"unit": "kVA"},
            'building.series.unit: "kVA" is no unit of power; known are kW, W, MW, kWh, Wh, MWh',
        ),
        (
            (A, "2026-07-15T00:15Z,85.3"),
            {"unit": "EUR/kWh", "quantity": PRICE},
            (
                "building.series.unit: 85.3 EUR/kWh at 2026-07-15 00:15 UTC cannot be; "
                'is the unit really "EUR/kWh"?'
            ),
        ),
        (
            ("2026-07-15T00:00Z,0.1", "2026-07-15T00:15Z,0.2"),
            {"unit": "EUR/MWh", "quantity": PRICE},
            'building.series.unit: no value is above 0.0002 EUR/kWh; is the unit really "EUR/MWh"?',
        ),
        (
            (A, B),
            {"zone": "Lisbon"},
            (
                'building.series.zone: there is no time zone "Lisbon"; '
                'write it like "Europe/Lisbon" or "UTC"'
            ),
        ),
        (
            (A, B),
            {"header": "when,value"},
            'building.series.time_column: there is no column "time"; the file has: when, value',
        ),
        (
            (A, B),
            {"name": "load.xlsx"},
            "building.series.path: only .csv, .csv.gz and .parquet files can be read",
        ),
        (
            (A, B),
            {"name": "load.csv.gz"},
            "building.series: is not a readable CSV file: Not a gzipped file (b'ti')",
        ),
    ],
)
def test_each_mistake_gets_one_clear_sentence(
    tmp_path: Path, rows: tuple[str, ...], options: dict[str, str], complaint: str
) -> None:
    with pytest.raises(BadInput) as raised:
        read(tmp_path, *rows, **options)  # type: ignore[arg-type]  # quantities stand among them
    name = options.get("name", "load.csv")
    assert str(raised.value) == f"{tmp_path / name}: {complaint}"


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    file = SeriesFile(path="no.csv", unit="kW", zone="UTC")
    with pytest.raises(BadInput, match=r"no\.csv: pv\.series\.path: there is no such file"):
        read_series(file, POWER, folder=tmp_path, key="pv.series")


def test_a_broken_parquet_file_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("PAR?", encoding="utf-8")
    file = SeriesFile(path="x.parquet", unit="kW", zone="UTC")
    with pytest.raises(BadInput, match="is not a readable Parquet file"):
        read_series(file, POWER, folder=tmp_path, key="x")


def test_a_file_that_is_no_text_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"time,value\n\xff\xfe,1\n")
    file = SeriesFile(path="x.csv", unit="kW", zone="UTC")
    with pytest.raises(BadInput, match="is not a readable CSV file"):
        read_series(file, POWER, folder=tmp_path, key="x")


def test_a_torn_gzip_file_is_refused_in_one_line(tmp_path: Path) -> None:
    whole = gzip.compress(b"time,value\n" + b"2026-07-15T00:00Z,1\n" * 50)
    for torn in (whole[:40], whole[:20] + b"rubbish" + whole[27:]):
        (tmp_path / "load.csv.gz").write_bytes(torn)
        with pytest.raises(BadInput, match="is not a readable CSV file") as caught:
            read_series(
                SeriesFile(path="load.csv.gz", unit="kW", zone="UTC"),
                POWER,
                folder=tmp_path,
                key="building.series",
            )
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("", "cannot be read: Is a directory"), ("x" * 300 + ".csv", "cannot be read: File name")],
)
def test_a_path_that_is_no_file_is_refused(path: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=reason):
        read_series(
            SeriesFile(path=path, unit="kW", zone="UTC"), POWER, folder=tmp_path, key="pv.series"
        )


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("timestamp_ns", "timestamp_ns '2026-07-15 00:00:00' + to_minutes(15 * range)"),
        ("timestamptz", "timestamptz '2026-07-15 00:00:00Z' + to_minutes(15 * range)"),
        ("varchar", "'2026-07-15T00:' || lpad((15 * range)::varchar, 2, '0')"),
    ],
)
def test_parquet_times_of_every_kind_are_read(kind: str, values: str, tmp_path: Path) -> None:
    path = tmp_path / "load.parquet"
    duckdb.sql(
        f"copy (select ({values})::{kind} as time, 1.5 as value from range(4)) to '{path}'"  # noqa: S608  # a path of our own
    )
    series = read_series(
        SeriesFile(path="load.parquet", unit="kW", zone="UTC"), POWER, folder=tmp_path, key="k"
    )
    assert (series.step, len(series.values)) == (900.0, 4)
    assert series.start == utc("2026-07-15T00:00")


def test_numbers_are_no_times_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "load.parquet"
    duckdb.sql(f"copy (select range as time, 1.5 as value from range(4)) to '{path}'")  # noqa: S608  # a path of our own
    with pytest.raises(BadInput, match="holds BIGINT, not times or ISO 8601"):
        read_series(
            SeriesFile(path="load.parquet", unit="kW", zone="UTC"), POWER, folder=tmp_path, key="k"
        )
