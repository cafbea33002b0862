"""How good a band was: error, pinball loss, coverage. Steps without an outcome do not count."""

from dataclasses import dataclass
from math import fsum

import numpy as np

from sterna.decisions.forecast.band import LEVELS, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What came of a band over some steps; NaN where no outcome was known."""

    mae: float
    """Mean absolute error of the middle, in the series' unit."""
    mase: float
    """The same over what repeating the season was off before (Hyndman and Koehler 2006); < 1 is better.
    NaN where repeating was never off."""
    pinball: tuple[float, float, float]
    """Mean pinball loss of each quantile, in the series' unit; 0 is perfect."""
    coverage: float
    """Share of outcomes inside the band; 0.8 is right."""
    width: float
    """Mean distance of the band's ends, in the series' unit."""
    steps: int
    """How many outcomes were known."""

    @property
    def mean_pinball(self) -> float:
        """The mean over the three quantiles."""
        return fsum(self.pinball) / len(self.pinball)


def score(actual: Floats, values: Floats, scale: float) -> Score:
    """Judge a band by what happened.

    *actual*: shape (n,), the outcomes, NaN where unknown. *values*: shape (3, n), the quantiles.
    *scale*: what the error is compared with, see `season_error`.
    """
    known = ~np.isnan(actual)
    if not known.any():
        nan = float("nan")
        return Score(mae=nan, mase=nan, pinball=(nan, nan, nan), coverage=nan, width=nan, steps=0)
    there, low, middle, high = actual[known], *values[:, known]
    error = float(np.mean(np.abs(there - middle)))
    tenth, half, ninth = (
        float(np.mean(np.maximum(level * (there - part), (level - 1.0) * (there - part))))
        for level, part in zip(LEVELS, (low, middle, high), strict=True)
    )
    return Score(
        mae=error, mase=error / scale if scale > 0 else float("nan"), pinball=(tenth, half, ninth),
        coverage=float(np.mean(inside(there, low, high))), width=float(np.mean(high - low)), steps=len(there),
    )  # fmt: skip


def inside(
    actual: Floats, low: Floats, high: Floats
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return whether each outcome lies in the band, its ends included to a billionth."""
    return np.asarray((actual >= low - 1e-9) & (actual <= high + 1e-9))


def season_error(past: Floats, season: int) -> float:
    """Return how far off repeating what was *season* steps ago has been in *past*; NaN if never seen."""
    off = np.abs(past[season:] - past[:-season])
    off = off[~np.isnan(off)]
    return float(np.mean(off)) if len(off) else float("nan")
