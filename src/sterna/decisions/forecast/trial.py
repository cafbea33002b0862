"""Past forecasts held against what came: by how much to widen, and which of two was better."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sterna.decisions.forecast.band import Floats, Ints
from sterna.decisions.forecast.conformal import widened, widening
from sterna.decisions.forecast.features import Rows
from sterna.decisions.forecast.scores import Score, score


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """Some forecasts of the trees, one behind the other, with the default's and the outcomes; n steps in all."""

    begun: Floats
    """The first instant of the forecast that a step belongs to, shape (n,)."""
    said: Floats
    """The trees' quantiles in parts of the size, relative to the default's middle, shape (3, n)."""
    usual: Floats
    """The default's band in the series' unit, shape (3, n)."""
    size: Floats
    """The series' recent size, shape (n,)."""
    hour: Ints
    """Hour of the local day, shape (n,)."""
    came: Floats
    """Outcomes in the series' unit, NaN where unknown or where it is night for a PV plant, shape (n,)."""
    least: float
    """The lowest value that can come out."""

    def widening(self, taken: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
        """Return by how much to widen the trees' bands at each hour, shape (24,), going by the steps *taken*."""
        outcome = (self.came - self.usual[1]) / self.size
        low, high = self.said[0, taken], self.said[2, taken]
        return widening(outcome[taken], low, high, self.hour[taken])

    def scores(
        self, taken: np.ndarray[tuple[int], np.dtype[np.bool_]], by: Floats
    ) -> tuple[Score, Score]:
        """Return the scores of the trees, widened *by* hour, and of the default, over the steps *taken*."""
        parts = widened(self.said, by[self.hour])
        trees = whole(parts, self.usual, self.size, self.least)
        return (
            score(self.came[taken], trees[:, taken], 1.0),
            score(self.came[taken], self.usual[:, taken], 1.0),
        )


def whole(parts: Floats, usual: Floats, size: Floats | float, least: float) -> Floats:
    """Return quantiles told in *parts* of *size* around the middle of *usual* in the series' unit, shape (3, n)."""
    found: Floats = np.maximum(usual[1] + parts * size, least)
    return found


def tried(
    seen: Sequence[Rows],
    begun: Sequence[float],
    said: Sequence[Floats],
    came: Sequence[Floats],
    least: float,
) -> Trial:
    """Return the trial of forecasts that began at *begun*, from *seen* rows, as the trees *said* and as it *came*."""
    outcome = np.concatenate(came)
    return Trial(
        begun=np.repeat(np.array(begun, dtype=np.float64), [len(each) for each in came]),
        said=np.concatenate(said, axis=1), usual=np.concatenate([each.usual for each in seen], axis=1),
        size=np.repeat(np.array([each.size for each in seen]), [len(each) for each in came]),
        hour=np.concatenate([each.hour for each in seen]),
        came=np.where(np.concatenate([each.light for each in seen]), outcome, np.nan), least=least,
    )  # fmt: skip
