"""What is left of an offer when cars may leave before their time.

Each car is still there with a probability of its own, independently of the others. It then gives
its part; when it has left, it gives something else (nothing, or less than nothing when it was
giving power back and now does not). The sum has a Poisson binomial distribution with weights, which
is found exactly by convolution on a grid. Parts are rounded down to the grid, so that the quantile
is never too large.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Floats

CELLS_PER_CAR: Final = 256
"""Rounding down loses at most one cell per car: 1/256 of the sum."""
CELLS_MAX: Final = 1 << 18
"""With more than a thousand cars the cells stay; the loss then grows to 4 % at ten thousand."""
SURE: Final = 1e-12
"""Probabilities are sums of many products: this much is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sum:
    """The distribution of a sum on a grid: value ``first_kw + k * cell_kw`` has probability ``mass[k]``."""

    mass: Floats
    first_kw: float
    cell_kw: float

    def surely(self, confidence: float) -> float:
        """Return the largest value on the grid that the sum reaches with probability *confidence* or more."""
        at_least = np.cumsum(self.mass[::-1])[::-1]
        good = np.flatnonzero(at_least >= confidence - SURE)
        assert len(good), confidence
        return float(self.first_kw + good[-1] * self.cell_kw)


def sum_of(here_kw: Floats, gone_kw: Floats, probability: Floats) -> Sum:
    """Return the distribution of the sum of the cars' parts; all arrays of shape (N,).

    *here_kw*: what a car gives when it is there. *gone_kw*: what when it has left, at most as much.
    *probability*: that it is there, 0..1.
    """
    assert np.all(gone_kw <= here_kw + 1e-9), "a car that is there gives at least as much"
    assert np.all((probability >= 0) & (probability <= 1)), probability
    span = float(np.sum(here_kw - np.minimum(gone_kw, 0.0)))
    cell = max(span, 1e-9) / min(CELLS_PER_CAR * max(len(here_kw), 1), CELLS_MAX)
    there = np.floor(here_kw / cell + 1e-9).astype(np.int64)
    away = np.minimum(np.floor(gone_kw / cell + 1e-9).astype(np.int64), there)
    mass = np.ones(1)
    for more, chance in zip((there - away).tolist(), probability.tolist(), strict=True):
        wider = np.zeros(len(mass) + more)
        wider[: len(mass)] = mass * (1.0 - chance)
        wider[more:] += mass * chance
        mass = wider
    return Sum(mass=mass, first_kw=float(away.sum()) * cell, cell_kw=cell)


def surely(here_kw: Floats, gone_kw: Floats, probability: Floats, confidence: float) -> float:
    """Return what the cars give together in every step of a window, with probability *confidence*, kW.

    *here_kw*, *gone_kw* and *probability* have shape (N, K): K steps, *probability* of still being
    there in each. The confidence holds for all steps at once: every step's sum grows with how long
    each car stays, so that by Harris' inequality (Proc. Cambridge Phil. Soc. 56, 1960) all steps
    together hold at least with the product of what each holds with.
    """
    steps = here_kw.shape[1]
    each = confidence ** (1.0 / steps)
    return min(
        sum_of(here_kw[:, step], gone_kw[:, step], probability[:, step]).surely(each)
        for step in range(steps)
    )
