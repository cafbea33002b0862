"""PV by shares of the plant's own clear sky: numpy only, always there.

The highest output seen at each slot of the day is the clear sky of this very plant, whatever its
tilt; what is forecast is the share of it, starting from the present share. Where the place is known,
the highest *ratio* to the irradiance of a clear sky there is looked for instead, so that lengthening
and shortening days are followed.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from sterna.decisions.forecast.band import DAY, LEVELS, Band, Floats, Ints, band_of, position
from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.series import Series

Sky = Callable[[Floats], Floats]
"""Middles of steps (instants) -> irradiance of a clear sky on the level, W/m2 >= 0."""

DAYS: Final = 28
"""How far back clear skies are looked for."""
CLOUDS_LAST: Final = Seconds(6 * 3600.0)
"""After this time the present cloudiness has lost 1 - 1/e of its weight in the forecast."""
CLOUDS_SEEN: Final = Seconds(2 * 3600.0)
"""The present cloudiness is the mean over this time."""
DARK_SHARE: Final = 0.02
"""Below this share of the plant's best output a ratio of two outputs says nothing."""
LOW_SUN: Final = 2.0
"""W/m2; with less of it there is nothing to forecast, and a ratio to it says nothing."""


def even(moments: Floats) -> Floats:
    """Return a sky that is the same at all hours: nothing is known of the place."""
    return np.full(len(moments), 1.0 + LOW_SUN)


def solar(history: Series, start: Instant, count: int, sky: Sky = even) -> Band:
    """Forecast *count* steps of PV output (>= 0) from *start* from the plant's *history*.

    As in `analog`, but by shares of the clear sky; the present share fades with
    `CLOUDS_LAST`. Without any history the forecast is 0: no promise of sun.
    """
    first = position(history, start)
    known = np.nan_to_num(history.values[: max(0, first)], nan=-1.0)
    per_day = round(DAY / history.step)
    recent = np.arange(max(0, len(known) - DAYS * per_day), len(known))
    target = first + np.arange(count)
    over, ahead = sky(middles(history, recent)), sky(middles(history, target))
    best = np.zeros(per_day)
    sunny = over > LOW_SUN
    np.maximum.at(best, recent[sunny] % per_day, known[recent[sunny]] / over[sunny])
    clear = best[recent % per_day] * over
    bright = sunny & (clear > DARK_SHARE * max(float(clear.max(initial=0.0)), 1e-9))
    seen = bright & (known[recent] >= 0)
    if not seen.any():
        return band_of(history, start, np.zeros((3, count)))
    shares = known[recent][seen] / clear[seen]
    usual = np.asarray(np.quantile(shares, LEVELS))
    last = max(1, round(CLOUDS_SEEN / history.step))
    present = float(np.mean(shares[-last:]))
    weight = np.exp(-(np.arange(count) + 0.5) * history.step / CLOUDS_LAST)
    # The band narrows to the present share now and opens to the usual one later.
    share = np.clip(present * weight + usual[:, None] * (1.0 - weight), 0.0, 1.0)
    # At a low sun ratios are large, and a higher one of a later day must not make more of them than was ever seen.
    sky_ahead = np.minimum(best[target % per_day] * ahead, known[recent].max())
    return band_of(history, start, share * sky_ahead)


def middles(history: Series, steps: Ints) -> Floats:
    """Return the instants in the middle of *steps* of *history*'s grid."""
    return np.asarray(history.start + (steps + 0.5) * history.step, dtype=np.float64)
