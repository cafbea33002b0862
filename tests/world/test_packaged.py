"""The packaged data sets keep what their catalogue promises."""

from importlib.resources import files

import numpy as np
import pytest

from sterna.world.cars import packaged_cars
from sterna.world.packaged import CATALOGUE, Dataset, dataset

SOURCES = (files("sterna") / "data" / "SOURCES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_a_data_set_is_whole_and_says_where_it_is_from(entry: Dataset) -> None:
    assert entry.text()
    assert entry.licence
    assert entry.attribution
    assert f"`{entry.file}`" in SOURCES


def test_no_data_stands_beside_the_catalogue() -> None:
    found = {path.name for path in (files("sterna") / "data").iterdir()}
    assert found == {entry.file for entry in CATALOGUE} | {"SOURCES.md"}


def test_the_data_is_small() -> None:
    folder = files("sterna") / "data"
    assert sum(len((folder / entry.file).read_bytes()) for entry in CATALOGUE) < 300_000


@pytest.mark.parametrize(
    ("name", "rows", "first", "last", "least", "most", "mean"),
    [
        ("dayahead_price_nl", 17_712, "2023-01-01T00", "2025-01-07T23", -500.0, 872.96, 86.4),
        ("co2_intensity_pt_2019", 8_760, "2019-01-01T00", "2019-12-31T23", 40.0, 600.0, 277.0),
    ],
)
def test_a_packaged_series_has_its_rows_and_range(
    name: str, rows: int, first: str, last: str, least: float, most: float, mean: float
) -> None:
    series = dataset(name).series()
    assert len(series.values) == rows
    begin, end = (np.datetime64(int(s), "s") for s in (series.start, series.end - 3600))
    assert (str(begin)[:13], str(end)[:13]) == (first, last)
    assert least <= series.values.min()
    assert series.values.max() <= most
    assert series.values.mean() == pytest.approx(mean, abs=1.0)
    times = [line.partition(",")[0] for line in dataset(name).text().splitlines()[1:]]
    assert times == sorted(set(times))


@pytest.mark.parametrize("law", ["stay_law", "return_law"])
def test_a_law_rises_from_zero_to_one(law: str) -> None:
    rows = np.array([[float(value) for value in row.values()] for row in dataset(law).rows()])
    assert (np.diff(rows, axis=0) > 0).all()
    assert (rows[0, 0], rows[-1, 0]) == (0.0, 1.0)


def test_the_buildings_shape_has_mean_one() -> None:
    rows = dataset("building_shape").rows()
    week = [(5 * float(row["workday"]) + 2 * float(row["weekend"])) / 7 for row in rows]
    assert len(week) == 24
    assert np.mean(week) == pytest.approx(1.0, abs=0.01)


def test_every_car_says_where_its_figures_are_from() -> None:
    assert all(row["source"] for row in dataset("car_models").rows())
    assert any(model.v2x == "none" for model, _ in packaged_cars())


def test_a_one_way_car_discharges_nowhere() -> None:
    for model, weight in packaged_cars():
        assert weight > 0
        vehicle = model.vehicle
        for coupling, ability in (("AC", vehicle.ac), ("DC", vehicle.dc)):
            can = model.v2x in ("both", coupling.lower())
            assert (ability.discharge_kw_max > 0) == can
