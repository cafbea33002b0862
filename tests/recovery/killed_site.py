"""A small site that is killed again and again, and what its store then says."""

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

KILLABLE = Path(__file__).with_name("killable.py")
KILLED = -9
"""What SIGKILL leaves as exit code."""
DRIVERS = 8
HEAD = """
usecase = "porto"
seed = 5
start = 2026-07-16T00:00:00
hours = 26
site = { name = "killed", zone = "Europe/Lisbon", connection_kw = 120 }
building = { constant_kw = 50 }
tariff = { level = "none" }
store = { url = "run.sqlite" }

[market]
day_eur_per_kwh = [
  0.10, 0.10, 0.10, 0.10, 0.10, 0.10, 0.18, 0.18, 0.18, 0.10, 0.08, 0.08,
  0.06, 0.06, 0.06, 0.08, 0.10, 0.18, 0.30, 0.30, 0.30, 0.18, 0.10, 0.10,
]

[[chargers]]
stations = 2
evses = 2
coupling = "DC"
charge_kw = 22

[[chargers]]
stations = 1
evses = 2
coupling = "AC"
charge_kw = 11
"""
VISITS = (
    ("16T01:00", "16T21:00", 0.5, ""),
    ("16T01:30", "16T09:00", 0.3, 'walk_in = true\ncoupling = "DC"'),
    ("16T02:10", "16T22:00", 0.7, 'ends = "vehicle"\ncoupling = "DC"'),
    ("16T04:00", "16T20:00", 0.6, 'consent = false\ncoupling = "DC"'),
    ("16T05:00", "16T23:00", 0.6, 'returns = "2026-07-16T15:20:00"\ncoupling = "DC"'),
    ("16T07:30", "17T00:30", 0.2, "walk_in = true"),
    ("16T10:00", "17T00:00", 0.8, 'coupling = "DC"'),
    ("16T16:00", "16T23:30", 0.6, 'walk_in = true\nends = "vehicle"\ncoupling = "DC"'),
)
"""Arrival, departure, state of charge, and what is special: booked, walk-in, ended by the car, no consent, early."""


def written(folder: Path) -> Path:
    """Write the scenario into *folder* and return its path."""
    visits = (
        f'[[driver]]\narrival = "2026-07-{come}:00"\ndeparture = "2026-07-{go}:00"\narrival_soc = {soc}\n{more}\n'
        for come, go, soc, more in VISITS
    )
    path = folder / "killed.toml"
    path.write_text(HEAD + "\n".join(visits))
    return path


def lived(scenario: Path, commits: int | None = None) -> int:
    """Run *scenario* in a process of its own until it ends, or is killed after *commits*; return its commits."""
    arguments = [sys.executable, str(KILLABLE), str(scenario)]
    if commits is not None:
        arguments.append(str(commits))
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)  # our own script
    expected = 0 if commits is None else KILLED
    assert done.returncode == expected, done.stderr[-3000:]
    return int(done.stdout) if commits is None else commits


def lived_through(scenario: Path, points: Sequence[int]) -> None:
    """Run *scenario* to its end; its process is killed after each of *points* commits, counted over all lives."""
    before = 0
    for point in points:
        lived(scenario, point - before)
        before = point
    lived(scenario)


class Books:
    """What the store of a run says."""

    def __init__(self, folder: Path) -> None:
        """Read the store in *folder*."""
        store = sqlite3.connect(folder / "run.sqlite")
        store.row_factory = sqlite3.Row
        names = [
            row[0] for row in store.execute("select name from sqlite_master where type = 'table'")
        ]
        self.tables = {name: store.execute(f"select * from {name}").fetchall() for name in names}  # noqa: S608  # names of its own
        store.close()

    def __getitem__(self, table: str) -> list[sqlite3.Row]:
        """Return the rows of *table*."""
        return self.tables[table]

    def payments(self) -> Counter[str]:
        """Return how many payments of each kind there are, each under a key of its own."""
        keys = {row["posting_key"] for row in self["ledger"]}
        return Counter(key.partition(":")[0] for key in keys)

    def moved_wh(self, stay: sqlite3.Row) -> tuple[float, float]:
        """Return the energy into and out of the car of *stay*, by the hardware's registers."""
        later = [
            each
            for each in self["world_stays"]
            if each["evse"] == stay["evse"] and each["plugged"] > stay["plugged"]
        ]
        bay = next(each for each in self["world_bays"] if each["evse"] == stay["evse"])
        after = min(later, key=lambda each: float(each["plugged"]), default=bay)
        return (
            after["import_wh"] - stay["import_wh"],
            after["export_wh"] - stay["export_wh"],
        )
