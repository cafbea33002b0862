"""Data that are for tests alone and lie outside of the repository; where they are absent, tests are skipped."""

import csv
import gzip
import os
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

PLACES: Final[tuple[Path, ...]] = (
    *((Path(os.environ["STERNA_SHARED"]) / "data",) if "STERNA_SHARED" in os.environ else ()),  # noqa: TID251  # tests may be told where shared data lie
    *(parent / "shared" / "data" for parent in Path(__file__).parents),
)


def shared(name: str) -> Path:
    """Return the path of a shared data file, or skip the test that asked."""
    for place in PLACES:
        if (place / name).exists():
            return place / name
    pytest.skip(f"shared data {name} is not here")


def building_2019() -> NDArray[np.float64]:
    """Return the hourly load of a large building in 2019 from 00:00 UTC in kW; NaN where its meter said 0."""
    with gzip.open(shared("building_load_cambridge_b2_2019.csv.gz"), "rt") as stream:
        load = np.array([float(row["b2"]) for row in csv.DictReader(stream)])
    load[load == 0] = np.nan
    return load
