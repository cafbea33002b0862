"""When a driver really leaves: the law of a user class, and what it says of one car at one moment.

What counts is how much earlier or later than announced drivers unplug. Each class of users (say
``booked``) has a histogram of it; few stays say little, so a class shrinks to the mean of the
site and the site to a law that was assumed before anybody came. A law is its distribution function
F over the deviation, a straight line within each bin. For a car that announced A and is still
here at t

    Pr(leaves in t1..t2) = (F(t2 - A) - F(t1 - A)) / (1 - F(t - A))

which is what the schedule weighs the shortfall at t2 with: convex, and no tree of scenarios.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Floats
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

HOUR: Final = 3600.0
BIN_S: Final = 900.0
"""People announce round times; a quarter hour is also the schedule's finest step."""
SPAN_BINS: Final = 48
"""Deviations up to twelve hours either way; what is beyond counts as that."""
SITE_STAYS: Final = 20.0
"""How many stays the assumed law weighs as much as, against those seen at the site."""
CLASS_STAYS: Final = 40.0
"""Likewise the site's law against those of a class."""
EARLY_SHARE: Final = 0.1
"""Before anybody came: so many drivers leave early ..."""
EARLY_MEAN_H: Final = 2.0
"""... and by so much in the mean, the longer the rarer."""
LATE_MEAN_H: Final = 0.5
"""The others are late by so much in the mean."""
GONE: Final = 1e-6
"""A law that gives a car less than this chance of still being here says nothing about it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """How late drivers leave: a distribution over the deviation from what they announced."""

    mass: Floats
    """Shape (2 SPAN_BINS,): probability of each bin of BIN_S, from twelve hours early to twelve late; sums to 1."""

    def before(self, late_s: Floats) -> Floats:
        """Return F: the probability of leaving less than *late_s* seconds after the announced time."""
        edges = BIN_S * np.arange(-SPAN_BINS, SPAN_BINS + 1)
        total = np.concatenate(([0.0], np.cumsum(self.mass)))
        found: Floats = np.interp(late_s, edges, total)
        return found

    def leaving(self, announced: Instant, now: Instant, edges: Floats) -> Floats:
        """Return the probability of leaving within each step, given that the car is here at *now*.

        *edges*: shape (T+1,), limits of the steps, seconds, from *now* on. The sum over all steps is
        at most 1. A car that stays longer than anybody before leaves in the first step.
        """
        passed = self.before(edges - announced)
        here = 1.0 - float(self.before(np.array([now - announced]))[0])
        if here < GONE:
            return np.concatenate(([1.0], np.zeros(len(edges) - 2)))
        found: Floats = np.diff(passed) / here
        return found

    def early(self, announced: Instant, now: Instant, edges: Floats) -> Floats:
        """Return `leaving`, cut at the announced time: from there on the target itself is due."""
        until = np.minimum(edges, max(announced, now))
        return self.leaving(announced, now, until) if announced > now else np.zeros(len(edges) - 1)

    def hazard(self, announced: Instant, grid: Series, now: Instant, part: float = 1.0) -> Series:
        """Return how likely the car leaves early, per hour that it is still here, on the steps of *grid*.

        As a schedule's `Stay.hazard_per_h`: of leaving until t it is ``1 - exp(-sum)``. A schedule values
        what an early leaver lacks like any kWh missing; *part* of that is taken instead when less is at stake.
        """
        edges = grid.start + grid.step * np.arange(len(grid.values) + 1)
        gone = np.concatenate(
            ([0.0], np.cumsum(self.early(announced, now, np.maximum(edges, now))))
        )
        gathered = -np.log1p(-np.minimum(part * gone, 1.0 - GONE))
        rates = np.diff(gathered) / (grid.step / HOUR)
        return Series(start=grid.start, step=grid.step, values=rates, unit="1/h")


def hazard(leaving: Floats) -> Floats:
    """Return the probability of leaving in each step, given that the car is here when it begins.

    *leaving*: shape (T,), the probabilities seen from now on, with a sum of at most 1.
    """
    here = 1.0 - np.concatenate(([0.0], np.cumsum(leaving)[:-1]))
    found: Floats = np.where(here > GONE, np.minimum(leaving / np.maximum(here, GONE), 1.0), 1.0)
    return found


def assumed() -> Law:
    """Return the law that holds before anybody came: exponential either side of the announced time."""
    ends = BIN_S * np.arange(1, SPAN_BINS + 1) / HOUR
    early = np.diff(1.0 - np.exp(-np.concatenate(([0.0], ends)) / EARLY_MEAN_H))[::-1]
    late = np.diff(1.0 - np.exp(-np.concatenate(([0.0], ends)) / LATE_MEAN_H))
    parts = (EARLY_SHARE * early / early.sum(), (1.0 - EARLY_SHARE) * late / late.sum())
    return Law(mass=np.concatenate(parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """What was seen of drivers' departures, class by class. Immutable: `seen` returns the next one."""

    counts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """How many stays fell into each bin of a law, by class."""

    def seen(self, user_class: str, late_s: float) -> "Departures":
        """Return the history with one more stay, which ended *late_s* after the announced time."""
        column = int(np.clip(late_s // BIN_S + SPAN_BINS, 0, 2 * SPAN_BINS - 1))
        old = self.counts.get(user_class, (0.0,) * (2 * SPAN_BINS))
        new = (*old[:column], old[column] + 1.0, *old[column + 1 :])
        return replace(self, counts={**self.counts, user_class: new})

    def law(self, user_class: str) -> Law:
        """Return the law of a class, shrunk to the site's, which is shrunk to the assumed one."""
        nobody = np.zeros(2 * SPAN_BINS)
        whole = sum((np.array(each) for each in self.counts.values()), nobody)
        site = _shrunk(whole, assumed().mass, SITE_STAYS)
        own = np.array(self.counts.get(user_class, nobody))
        return Law(mass=_shrunk(own, site, CLASS_STAYS))


def _shrunk(counts: Floats, towards: Floats, stays: float) -> Floats:
    """Return relative *counts*, drawn *towards* a law that weighs as much as so many *stays*."""
    found: Floats = (counts + stays * towards) / (counts.sum() + stays)
    return found
