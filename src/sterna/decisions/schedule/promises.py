"""What a live site has to keep beside its own limits: feeders, phases, volumes sold, reserve.

Series on the clock here, the arrays of `problem` on a grid of steps. A limit counts by its
tightest value in a step, a sold volume by its mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Band, Floats, Reserve
from sterna.decisions.schedule.steps import highs, lows, means
from sterna.kernel.series import Series

PHASES: Final = (1, 2, 3)
"""L1, L2, L3."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BandAhead:
    """A band on the clock; see :class:`Band`."""

    name: str
    """The same from one snapshot to the next."""
    base_kw: Series
    """What runs there without the cars; negative feeds in."""
    weights: Mapping[str, float]
    """The part of a car's power that counts, by the key of its stay."""
    others: float = 0.0
    """The part that counts of every stay that `weights` does not name."""
    low_kw: Series | None = None
    """Least sum; None: none. Where it is the very series of `high_kw`, that is a volume: see `volume`."""
    high_kw: Series | None = None
    """Greatest sum; None: none."""

    def on(self, keys: Sequence[str], edges: Floats) -> Band:
        """Return the band of the stays *keys* on steps with limits *edges*.

        Where a long step holds a least and a greatest sum that exclude each other, both are their middle.
        """
        low, high = self._limits(edges)
        between = (low > high) & np.isfinite(low) & np.isfinite(high)
        middle = np.where(
            between, (np.where(between, low, 0.0) + np.where(between, high, 0.0)) / 2, 0
        )
        weights = [self.weights.get(key, self.others) for key in keys]
        return Band(
            name=self.name,
            weight=np.array(weights, dtype=np.float64),
            base_kw=means(self.base_kw, edges),
            low_kw=np.where(between, middle, low),
            high_kw=np.where(between, middle, high),
        )

    def _limits(self, edges: Floats) -> tuple[Floats, Floats]:
        """Return least and greatest sum in each step, as they come."""
        endless = np.full(len(edges) - 1, np.inf)
        if self.low_kw is not None and self.low_kw is self.high_kw:
            sold = self.low_kw
            is_sold = np.isfinite(sold.values)
            known = _like(sold, np.where(is_sold, sold.values, 0.0))
            whole = lows(_like(sold, is_sold.astype(np.float64)), edges) > 0
            mean = means(known, edges)
            return np.where(whole, mean, -endless), np.where(whole, mean, endless)
        low = -endless if self.low_kw is None else highs(self.low_kw, edges)
        high = endless if self.high_kw is None else lows(self.high_kw, edges)
        return low, high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReserveAhead:
    """Reserve on the clock; see :class:`Reserve`. Within a step its greatest value counts."""

    up_kw: Series
    down_kw: Series
    hold_h: float

    def on(self, edges: Floats) -> Reserve:
        """Return the reserve on steps with limits *edges*."""
        return Reserve(
            up_kw=highs(self.up_kw, edges), down_kw=highs(self.down_kw, edges), hold_h=self.hold_h
        )


def feeder(
    name: str,
    keys: Sequence[str],
    *,
    base_kw: Series,
    high_kw: Series | None,
    low_kw: Series | None = None,
) -> BandAhead:
    """Return the band of a feeder with the stays *keys* and *base_kw* on it."""
    weights = dict.fromkeys(keys, 1.0)
    return BandAhead(name=name, base_kw=base_kw, weights=weights, low_kw=low_kw, high_kw=high_kw)


def phases(
    used: Mapping[str, tuple[int, ...]],
    *,
    base_kw: tuple[Series, Series, Series],
    high_kw: Series | None,
    low_kw: Series | None = None,
) -> tuple[BandAhead, ...]:
    """Return the bands L1, L2 and L3 of a connection whose every phase has the same limits.

    *used*: the phases of each stay, 1 to 3; the power is shared evenly among them. *base_kw*: what the
    building draws from each.
    """
    table = phase_weights(list(used.values()))
    return tuple(
        BandAhead(
            name=f"L{phase}",
            base_kw=base_kw[phase - 1],
            weights=dict(zip(used, table[phase - 1].tolist(), strict=True)),
            low_kw=low_kw,
            high_kw=high_kw,
        )
        for phase in PHASES
    )


def phase_weights(used: Sequence[tuple[int, ...]]) -> Floats:
    """Return the part of each car's power that each phase carries, shape (3, N): 1, 1/2 or 1/3 where *used*."""
    found = [[1.0 / len(car) if phase in car else 0.0 for car in used] for phase in PHASES]
    return np.array(found, dtype=np.float64).reshape(3, len(used))


def volume(name: str, *, base_kw: Series, sold_kw: Series) -> BandAhead:
    """Return the band that holds what was sold: all cars and *base_kw* together are *sold_kw*.

    NaN where nothing is sold. The recovery after a product is part of the series, as it was declared.
    A step of which only a part is sold stays free until it is near enough for shorter steps.
    """
    return BandAhead(
        name=name, base_kw=base_kw, weights={}, others=1.0, low_kw=sold_kw, high_kw=sold_kw
    )


def _like(series: Series, values: Floats) -> Series:
    """Return *values* on the grid of *series*."""
    return Series(start=series.start, step=series.step, values=values, unit=series.unit)
