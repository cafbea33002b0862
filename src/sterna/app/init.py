"""``sterna init my-site``: a commented scenario and sample series that run as they are."""

import csv
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.runtime.ports import Chance
from sterna.world.loads import synthetic_load
from sterna.world.localtime import zone_named
from sterna.world.weather import STEP, WeatherSettings, temperature

START: Final = datetime(2026, 7, 14, 23, tzinfo=UTC)
"""Midnight of 15 July 2026 in Lisbon, as the example scenario starts."""
QUARTERS: Final = 2 * 96
"""Two days of samples."""


def write_example(folder: Path, chance: Chance) -> tuple[Path, ...]:
    """Write an example site into *folder* and return the files, the scenario first.

    Raises BadInput when *folder* holds anything: nothing of the user's is overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(folder, "", "already exists and is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    scenario = folder / "site.toml"
    template = files("sterna") / "scenarios" / "example" / "site.toml"
    scenario.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    load, price = folder / "load.csv", folder / "price.csv"
    _write(load, _load(chance), timedelta(seconds=STEP))
    _write(price, _price(), timedelta(hours=1))
    return scenario, load, price


def _load(chance: Chance) -> list[float]:
    """Return two days of a synthetic building of 80 kW mean."""
    zone, start = zone_named("Europe/Lisbon"), Instant(START.timestamp())
    air = temperature(WeatherSettings(), zone, start, QUARTERS, chance.stream("temperature"))
    load = synthetic_load(Kilowatts(80.0), air, zone, start, QUARTERS, chance.stream("building"))
    return [round(float(value), 1) for value in load.values]


def _price() -> list[float]:
    """Return two days of a price with a low at noon and a high in the evening, made up."""
    hours = (START.hour + np.arange(QUARTERS // 4) + 1) % 24
    curve = 90 + 60 * np.exp(-(((hours - 20) / 2.5) ** 2)) - 60 * np.exp(-(((hours - 14) / 3) ** 2))
    return [round(float(value), 2) for value in curve]


def _write(path: Path, values: list[float], step: timedelta) -> None:
    """Write *values* as a CSV file with times in UTC."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("time", "value"))
        for number, value in enumerate(values):
            writer.writerow(((START + number * step).strftime("%Y-%m-%dT%H:%MZ"), value))
