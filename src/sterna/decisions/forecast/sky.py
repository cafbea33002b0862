"""The clear sky above a place: where the sun stands, and what reaches a level square metre.

`haurwitz` needs numpy alone. `ineichen` asks pvlib, which knows how hazy the air is at each place
in each month (the extra ``sterna[forecast]``).
"""

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Final
from warnings import catch_warnings, simplefilter

import numpy as np

from sterna.decisions.forecast.band import DAY, HOUR, Floats
from sterna.decisions.forecast.solar import Sky

J2000: Final = 946_728_000.0
"""2000-01-01T12:00Z, from which almanacs count days."""

BLOCK_S: Final = 32 * DAY
"""So much is reckoned at once: a call of pvlib costs 15 ms however short it is."""
MOMENTS_MAX: Final = 1_000_000
"""Thirty years of quarter hours; then everything is reckoned anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on earth in degrees: north and east are positive."""

    latitude: float
    longitude: float


def sun_height(place: Place, moments: Floats) -> Floats:
    """Return the sine of the sun's height over the horizon of *place*, without refraction.

    The low-precision formulas of the Astronomical Almanac as given by Michalsky, Solar Energy 40
    (1988) 227-235: good to 0.01 degrees until 2050.
    """
    days = (moments - J2000) / DAY
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = np.radians(
        280.460 + 0.9856474 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)
    )
    tilt = np.radians(23.439 - 4e-7 * days)
    ascension = np.arctan2(np.cos(tilt) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(tilt) * np.sin(longitude))
    hours = 6.697375 + 0.0657098242 * days + (moments % DAY) / HOUR
    angle = np.radians(15.0 * hours + place.longitude) - ascension
    north = np.radians(place.latitude)
    height: Floats = np.sin(declination) * np.sin(north) + np.cos(declination) * np.cos(north) * np.cos(angle)  # fmt: skip
    return height


def haurwitz(place: Place, moments: Floats) -> Floats:
    """Return the global irradiance of a clear sky on the level in W/m2 (Haurwitz, J. Meteorology 2 (1945) 154-166)."""
    height = np.maximum(sun_height(place, moments), 1e-3)
    found: Floats = np.where(height > 1e-3, 1098.0 * height * np.exp(-0.057 / height), 0.0)
    return found


def ineichen(place: Place, moments: Floats) -> Floats:
    """Return the same by Ineichen and Perez (2002) with the monthly turbidity of the place, from pvlib."""
    # Inside, because pvlib brings pandas and takes a second to import; most runs never need it.
    from pandas import DatetimeIndex  # noqa: PLC0415
    from pvlib.location import Location  # noqa: PLC0415

    times = DatetimeIndex((moments * 1e9).astype("datetime64[ns]"), tz="UTC")
    with catch_warnings():
        # pvlib 0.16 still asks pandas 3 by old names; that is between the two.
        simplefilter("ignore", DeprecationWarning)
        sky = Location(place.latitude, place.longitude).get_clearsky(times, model="ineichen")
    return np.asarray(sky["ghi"], dtype=np.float64)


class Remembered:
    """A sky that is asked for the same moments again and again: each is reckoned once, a month at a time."""

    def __init__(self, sky: Sky) -> None:
        """Remember what *sky* says."""
        self._sky = sky
        self._known: dict[float, float] = {}

    def __call__(self, moments: Floats) -> Floats:
        """Return the irradiance at *moments* on a regular grid, W/m2."""
        asked = moments.tolist()
        for moment in asked:
            if moment not in self._known:
                if len(self._known) > MOMENTS_MAX:
                    self._known.clear()
                step = asked[1] - asked[0] if len(asked) > 1 else BLOCK_S
                block = moment + step * np.arange(max(len(asked), int(BLOCK_S // step)))
                self._known.update(zip(block.tolist(), self._sky(block).tolist(), strict=True))
        return np.array([self._known[moment] for moment in asked])


def sky_over(place: Place) -> Sky:
    """Return the best clear sky that is installed: `ineichen` with the extra, else `haurwitz`."""
    return Remembered(partial(haurwitz if find_spec("pvlib") is None else ineichen, place))
