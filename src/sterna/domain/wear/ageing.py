"""A cell's losses, run over a history of state of charge and temperature.

Each loss follows y = k x^p while its stress is constant. When the stress changes, the cell goes on from
where it is: x is the time or throughput that would have led to y under the new stress. So the step is

    y' = k ((y / k)^(1/p) + dx)^p

which is exact, and the same however a stretch of constant stress is cut. Where state of charge and
temperature move, the calendar's k is its mean over time, day by day from the start of the history, as
BLAST-Lite takes it: the models were fitted to constant stress, and stepping through every quarter hour
would let each day's worst hours count with their 1/p-th power.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import Final

from sterna.domain.wear.models import CellModel
from sterna.domain.wear.rainflow import Cycle, cycles
from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant, Share

SECONDS_PER_DAY: Final = 86_400.0
REST_C_RATE: Final = 0.01
"""Slower than this a battery rests: its own electronics, not use (1/h, as in BLAST-Lite)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A battery at one moment."""

    at: Instant
    soc: Share
    celsius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """What a cell has lost, as shares of its first capacity."""

    calendar: float = 0.0
    """By time."""
    cycling: float = 0.0
    """By throughput."""

    @property
    def fade(self) -> float:
        """The share of the capacity that is gone."""
        return self.calendar + self.cycling

    @property
    def health(self) -> float:
        """The share of the capacity that is left."""
        return 1.0 - self.fade


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A life of equal days, to start from where nobody knows a battery's own."""

    days: float
    full_cycles: float
    """Equivalent full cycles in those days."""
    soc: float
    """At which it rested."""
    depth: float
    """Of its cycles, a share."""
    c_rate: float
    """Of its cycles, 1/h."""

    def ageing(self, cell: CellModel, celsius: float) -> Ageing:
        """Return what *cell* has lost after this life at *celsius*."""
        calendar = cell.calendar_rate(celsius, self.soc) * self.days**cell.calendar_power
        rate = cell.cycle_rate(celsius, self.depth, self.c_rate)
        return Ageing(calendar=calendar, cycling=rate * self.full_cycles**cell.cycle_power)


REFERENCE_LIFE: Final = Life(days=1095, full_cycles=180, soc=0.8, depth=0.3, c_rate=0.2)
"""Three years of a car that always charged on arrival and rested at 80 %: 60 full cycles a year are
20,000 km at 18 kWh per 100 km and 60 kWh; cycles of 30 % at 12 kW. An assumption that every receipt
states; it matters, see decision 31."""


def after(cell: CellModel, ageing: Ageing, history: Sequence[Sample]) -> Ageing:
    """Return what *cell* has lost after *history*, in order of time, that began with *ageing*."""
    calendar = ageing.calendar
    for rate, days in daily(cell, history):
        calendar = grown(calendar, rate, cell.calendar_power, days)
    cycling = ageing.cycling
    for cycle in sorted(cycles([each.soc for each in history]), key=lambda each: each.last):
        stretch = history[cycle.first : cycle.last + 1]
        celsius = fsum(each.celsius for each in stretch) / len(stretch)
        # Full cycles and C-rates count in the first capacity, of which an aged cell moves less.
        rate = cell.cycle_rate(celsius, cycle.depth, c_rate(stretch) * ageing.health)
        cycling = grown(cycling, rate, cell.cycle_power, full_cycles(cycle) * ageing.health)
    return Ageing(calendar=calendar, cycling=cycling)


def daily(cell: CellModel, history: Sequence[Sample]) -> list[tuple[float, float]]:
    """Return for each day from the start of *history* the mean calendar rate, and how long it is in days.

    Between two samples the rate is the mean of both; an interval belongs to the day of its middle.
    """
    sums: dict[int, tuple[float, float]] = {}
    for one, other in pairwise(history):
        days = (other.at - one.at) / SECONDS_PER_DAY
        assert days >= 0, (one, other)
        day = int(((one.at + other.at) / 2 - history[0].at) // SECONDS_PER_DAY)
        rates = (cell.calendar_rate(each.celsius, each.soc) for each in (one, other))
        total, length = sums.get(day, (0.0, 0.0))
        sums[day] = total + days * fsum(rates) / 2, length + days
    return [(total / length, length) for total, length in sums.values() if length > 0]


def grown(loss: float, rate: float, power: float, step: float) -> float:
    """Return *loss* after *step* more days or full cycles at *rate*: see the module's first lines."""
    assert rate > 0, rate
    passed = (loss / rate) ** (1.0 / power)
    return float(rate * (passed + step) ** power)


def full_cycles(cycle: Cycle) -> float:
    """Return how many equivalent full cycles *cycle* is."""
    return cycle.count * cycle.depth


def c_rate(stretch: Sequence[Sample]) -> float:
    """Return the mean C-rate while the battery moves, in 1/h; 0 when it never does."""
    moved = hours = 0.0
    for one, other in pairwise(stretch):
        passed, step = (other.at - one.at) / SECONDS_PER_HOUR, abs(other.soc - one.soc)
        if step > REST_C_RATE * passed and passed > 0:
            moved, hours = moved + step, hours + passed
    return moved / hours if hours else 0.0
