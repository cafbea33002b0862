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
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HOUR: Final = 3600.0
BIN_S: Final = 900.0
"""People announce round times; a quarter hour is also the schedule's finest step."""
SPAN_BINS: Final = 48
"""Deviations up to twelve hours either way; what is beyond counts as that."""
EDGES_S: Final = BIN_S * np.arange(-SPAN_BINS, SPAN_BINS + 1)
"""Limits of a law's bins."""
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
        total = np.concatenate(([0.0], np.cumsum(self.mass)))
        found: Floats = np.interp(late_s, EDGES_S, total)
        return found

    def leaving(self, announced: Floats, since: Floats, moments: Floats) -> Floats:
        """Return the probability of leaving within each step, given that a car is here at *since*.

        For N cars at once. *announced*, *since*: shape (N,), seconds. *moments*: shape (N, T+1), limits of
        each car's steps, none before *since*. Shape (N, T); the sum over all steps is at most 1. A car that
        stays longer than anybody before leaves in the first step.
        """
        here = 1.0 - self.before(since - announced)[:, None]
        found: Floats = np.diff(self.before(moments - announced[:, None]), axis=1)
        found /= np.maximum(here, GONE)
        outstayed = here[:, 0] < GONE
        found[outstayed] = 0.0
        found[outstayed, 0] = 1.0
        return found

    def early(self, announced: Floats, since: Floats, edges: Floats) -> Floats:
        """Return `leaving` on common steps, cut at the announced times: from there on the target itself is due.

        *edges*: shape (T+1,). What is before *since* or after the announced time has the probability 0.
        """
        until = np.clip(edges, since[:, None], np.maximum(announced, since)[:, None])
        return np.where(
            announced[:, None] > since[:, None], self.leaving(announced, since, until), 0.0
        )


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
