"""The small data sets that come with Sterna, each with unit, zone, licence and checksum.

The files stand in ``sterna/data``; ``SOURCES.md`` beside them says where each comes from and
what was done to it.
"""

import csv
import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant, Seconds
from sterna.kernel.series import Series

OWN: Final = "Sterna, own table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One packaged file and what must be known to use and to cite it."""

    name: str
    file: str
    about: str
    unit: str
    zone: str
    """Time zone of the original; times in the file are UTC."""
    licence: str
    attribution: str
    """What to print wherever the data is shown."""
    sha256: str
    """Of the text (unpacked, where the file is packed)."""

    def text(self) -> str:
        """Return the unpacked text of the file.

        A file whose checksum differs is a broken installation, hence an assertion.
        """
        raw = (files("sterna") / "data" / self.file).read_bytes()
        if self.file.endswith(".gz"):
            raw = gzip.decompress(raw)
        found = hashlib.sha256(raw).hexdigest()
        assert found == self.sha256, f"{self.file} was changed: {found}"
        return raw.decode()

    def rows(self) -> list[dict[str, str]]:
        """Return the lines of a CSV file by column."""
        return list(csv.DictReader(self.text().splitlines()))

    def document(self) -> Any:
        """Return the content of a JSON file."""
        return json.loads(self.text())

    def series(self) -> Series:
        """Return the hourly series of a file with the columns time and value."""
        lines = self.text().splitlines()[1:]
        first = datetime.fromisoformat(lines[0].partition(",")[0])
        values = np.array([float(line.partition(",")[2]) for line in lines])
        return Series(
            start=Instant(first.timestamp()),
            step=Seconds(SECONDS_PER_HOUR),
            values=values,
            unit=self.unit,
        )


CATALOGUE: Final = (
    Dataset(
        name="dayahead_price_nl",
        file="dayahead_price_nl.csv.gz",
        about="day-ahead price of the Netherlands, 2023-01-01 to 2025-01-07, hourly",
        unit="EUR/MWh",
        zone="UTC",
        licence="CC BY 4.0",
        attribution="Ember, European wholesale electricity price data, CC BY 4.0",
        sha256="bbec791cc73e01f5e41caee9023de84bd4051f213757812ccf814d3c1244c504",
    ),
    Dataset(
        name="co2_intensity_pt_2019",
        file="co2_intensity_pt_2019.csv.gz",
        about="average life cycle carbon intensity of generation in Portugal, 2019, hourly",
        unit="g/kWh",
        zone="UTC",
        licence="CC BY 4.0",
        attribution=(
            "ENTSO-E Transparency Platform, actual generation per type (CC BY 4.0); "
            "factors: own calculation with IPCC AR5 medians"
        ),
        sha256="502b72638e75e550a3160920df76eb96e5eae32dc3d80a7ef67dc8a3414515f3",
    ),
    Dataset(
        name="tariff_erse_2026",
        file="tariff_erse_2026.json",
        about="Portuguese network access tariffs 2026 and the hours of their periods (mainland)",
        unit="EUR/kWh, EUR/kW/day",
        zone="Europe/Lisbon",
        licence="official published figures; period table from pyerse 0.0.8, MIT",
        attribution="ERSE, Diretiva 10/2025, transcribed from a secondary source",
        sha256="f46e87bd21b90560b7748b720a1b60e7779259ef464596ae0b3c66fcdd5aef18",
    ),
    Dataset(
        name="fleet_ev2gym_2024",
        file="fleet_ev2gym_2024.csv",
        about="eight common electric cars with registrations and battery",
        unit="kWh, kW",
        zone="",
        licence="MIT",
        attribution="EV2Gym 2.0, MIT, Copyright (c) 2023 Stavros Orfanoudakis",
        sha256="3b91ca42c557044eba3162c9c6f20375d3b633aef04e1e62204af403688717e6",
    ),
    Dataset(
        name="car_models",
        file="car_models.csv",
        about="cars of the synthetic drivers: battery, powers, which way they can discharge",
        unit="kWh, kW",
        zone="",
        licence="Apache-2.0",
        attribution=f"{OWN}; source or assumption in each line",
        sha256="7d4490c05b19b5a56f83140851e6aa5b20993779a1b51f8bb913482b4f678680",
    ),
    Dataset(
        name="stay_law",
        file="stay_law.csv",
        about="how long cars stay that stay at least 12 h: quantiles",
        unit="h",
        zone="",
        licence="CC BY 4.0 (the source)",
        attribution="fitted to Sørensen et al. 2024, Data in Brief, doi 10.1016/j.dib.2024.110883",
        sha256="6d1ddc4981a7c2a4be5d8da377c6aa26f5bc4338eb878c8993ed5e8b507d5042",
    ),
    Dataset(
        name="return_law",
        file="return_law.csv",
        about="how much later than announced drivers come back: quantiles",
        unit="h",
        zone="",
        licence="CC BY 4.0 (the source)",
        attribution="fitted to ACN-Data (Caltech, JPL), cite Lee, Li, Low 2019",
        sha256="680192c8de765c8245fd3a2532568c3e871eaf3d18c20ed5d2de6b58adc33413",
    ),
    Dataset(
        name="building_shape",
        file="building_shape.csv",
        about="load of a large building by hour and kind of day, mean 1",
        unit="1",
        zone="local time",
        licence="MIT (the source)",
        attribution="fitted to Cambridge Estates Building Energy Archive v2.1, MIT",
        sha256="10eb65047920b8420480f16ad0768e530597ed3ffdf85ff8ba49892ce8ee7aea",
    ),
    Dataset(
        name="arrival_wave",
        file="arrival_wave.csv",
        about="when long-stay cars arrive at an airport, weight by hour",
        unit="1",
        zone="local time",
        licence="Apache-2.0",
        attribution=f"{OWN}; an assumption: two hours ahead of a morning and an afternoon wave",
        sha256="b76ae68727517d6e65ce8ac8fc25d464c76856725a3c6f14af2fe60cf7f6dc8e",
    ),
)


@cache
def dataset(name: str) -> Dataset:
    """Return the packaged data set *name* of the catalogue; a wrong name is a bug."""
    found = [entry for entry in CATALOGUE if entry.name == name]
    assert len(found) == 1, name
    return found[0]
