"""Past forecasts held against what came: by how much to widen, and which of two was better."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sterna.decisions.forecast.band import Floats, Ints
from sterna.decisions.forecast.conformal import widening
from sterna.decisions.forecast.features import Rows
from sterna.decisions.forecast.scores import Score, score

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


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

    def widening(self, parts: Floats, taken: Flags) -> Floats:
        """Return by how much to widen bands told in *parts* at each hour, shape (24,), going by the steps *taken*."""
        outcome = (self.came - self.usual[1]) / self.size
        return widening(outcome[taken], parts[0, taken], parts[2, taken], self.hour[taken])

    def score(self, parts: Floats, taken: Flags) -> Score:
        """Return the score of bands told in *parts* over the steps *taken*, with no scale: its MASE is the MAE."""
        values = whole(parts, self.usual, self.size, self.least)
        return score(self.came[taken], values[:, taken], 1.0)

    @property
    def default(self) -> Floats:
        """The default's quantiles told as the trees', shape (3, n)."""
        return told(self.usual, self.size)


def told(usual: Floats, size: Floats | float) -> Floats:
    """Return the band *usual*, shape (3, n), in parts of *size* around its own middle."""
    return np.asarray((usual - usual[1]) / size, dtype=np.float64)


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
