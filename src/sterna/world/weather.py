"""Synthetic weather of a site: sun, clouds, temperature, and what a PV plant makes of them.

Clear-sky irradiance comes from the sun's position; a seeded cloudiness takes its part away.
The temperature is a yearly and a daily wave plus noise. Both are plausible, neither is measured.
"""

from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.series import Series
from sterna.runtime.ports import Chance
from sterna.world.bounds import AT_LEAST_ZERO, SHARE, Bounds
from sterna.world.localtime import SECONDS_PER_DAY, local
from sterna.world.noise import remembered
from sterna.world.series_files import SeriesFile

STEP: Final = Seconds(900.0)
"""Step of all synthetic weather and load: the quarter hour of metering."""
CLOUD_MEMORY: Final = 0.97
"""Correlation of cloudiness over a quarter hour: a cloudy sky lasts some hours (assumption)."""
TEMPERATURE_MEMORY: Final = 0.995
"""Correlation of the temperature's noise over a quarter hour: warm spells last days (assumption)."""
DAYS_PER_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherSettings:
    """The climate of the site; the defaults are Porto's, rounded, an assumption."""

    latitude_deg: Annotated[float, Bounds(least=-90, most=90)] = 41.24
    """Latitude, north positive."""
    longitude_deg: Annotated[float, Bounds(least=-180, most=180)] = -8.68
    """Longitude, east positive."""
    cloudiness: Annotated[float, SHARE] = 0.25
    """Mean part of the clear-sky irradiance that clouds take away."""
    mean_c: Annotated[float, Bounds(least=-30, most=40)] = 15.0
    """Mean temperature of the year."""
    year_swing_c: Annotated[float, Bounds(least=0, most=40)] = 5.5
    """Half the difference between the warmest and the coldest time of the year."""
    day_swing_c: Annotated[float, Bounds(least=0, most=20)] = 4.5
    """Half the difference between afternoon and night."""
    series: SeriesFile | None = None
    """Your own outdoor temperature instead of the synthetic one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PvSettings:
    """The photovoltaic plant behind the connection; flat on the roof."""

    peak_kw: Annotated[float, AT_LEAST_ZERO] = 0.0
    """Power at 1000 W/m2 and 25 degC; 0: no plant."""
    performance_ratio: Annotated[float, SHARE] = 0.85
    """What inverter, dirt and cables leave over."""
    series: SeriesFile | None = None
    """Your own production instead of the synthetic one (positive: it produces)."""


def sun_height(
    moments: NDArray[np.float64], latitude_deg: float, longitude_deg: float
) -> NDArray[np.float64]:
    """Return the sine of the sun's elevation at *moments* (seconds since the epoch), same shape.

    Declination and equation of time by the Fourier series of Spencer (1971).
    """
    days = moments / SECONDS_PER_DAY
    year = 2 * np.pi * ((days % DAYS_PER_YEAR) - 0.5) / DAYS_PER_YEAR
    declination = (
        0.006918
        - 0.399912 * np.cos(year)
        + 0.070257 * np.sin(year)
        - 0.006758 * np.cos(2 * year)
        + 0.000907 * np.sin(2 * year)
        - 0.002697 * np.cos(3 * year)
        + 0.00148 * np.sin(3 * year)
    )
    minutes = 229.18 * (
        0.000075
        + 0.001868 * np.cos(year)
        - 0.032077 * np.sin(year)
        - 0.014615 * np.cos(2 * year)
        - 0.040849 * np.sin(2 * year)
    )
    solar_day = days + longitude_deg / 360 + minutes / 1440
    hour_angle = 2 * np.pi * ((solar_day % 1.0) - 0.5)
    latitude = np.radians(latitude_deg)
    height: NDArray[np.float64] = np.sin(latitude) * np.sin(declination) + np.cos(
        latitude
    ) * np.cos(declination) * np.cos(hour_angle)
    return height


def clear_sky(height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the clear-sky irradiance on flat ground in W/m2 from the sine of the elevation.

    The one-parameter model of Haurwitz (1945).
    """
    up = np.maximum(height, 1e-4)
    irradiance: NDArray[np.float64] = np.where(height > 0, 1098.0 * up * np.exp(-0.059 / up), 0.0)
    return irradiance


def _middles(start: Instant, count: int) -> NDArray[np.float64]:
    """Return the middles of *count* quarter hours from *start*, shape (count,)."""
    middles: NDArray[np.float64] = start + STEP * (np.arange(count, dtype=np.float64) + 0.5)
    return middles


def irradiance(settings: WeatherSettings, start: Instant, count: int, chance: Chance) -> Series:
    """Return *count* quarter hours of irradiance on flat ground in W/m2 under seeded clouds."""
    moments = _middles(start, count)
    clear = clear_sky(sun_height(moments, settings.latitude_deg, settings.longitude_deg))
    taken = settings.cloudiness * np.exp(
        0.8 * remembered(chance, count, memory=CLOUD_MEMORY) - 0.32
    )
    # Under the thickest cloud about a seventh still comes through as diffuse light (assumption).
    return Series(start=start, step=STEP, values=clear * (1 - np.minimum(taken, 0.85)), unit="W/m2")


def temperature(
    settings: WeatherSettings, zone: ZoneInfo, start: Instant, count: int, chance: Chance
) -> Series:
    """Return *count* quarter hours of outdoor temperature in degC.

    Warmest in late July and at 15:00 local time; noise of 1.8 degC that lasts for days.
    """
    moments = _middles(start, count)
    clock = np.array([_hour(Instant(moment), zone) for moment in moments])
    days = (moments / SECONDS_PER_DAY) % DAYS_PER_YEAR
    values = (
        settings.mean_c
        + settings.year_swing_c * np.cos(2 * np.pi * (days - 208) / DAYS_PER_YEAR)
        + settings.day_swing_c * np.cos(2 * np.pi * (clock - 15) / 24)
        + 1.8 * remembered(chance, count, memory=TEMPERATURE_MEMORY)
    )
    return Series(start=start, step=STEP, values=values, unit="degC")


def _hour(moment: Instant, zone: ZoneInfo) -> float:
    """Return the local hour of the day at *moment*, 0..24."""
    wall = local(moment, zone)
    return wall.hour + wall.minute / 60 + wall.second / 3600


def pv_power(settings: PvSettings, sun: Series, air: Series) -> Series:
    """Return what the plant produces in kW (positive) under irradiance *sun* and temperature *air*.

    Cells are 30 degC warmer than the air at 1000 W/m2 and lose 0.4 % per degC (usual figures of
    crystalline modules, an assumption).
    """
    cells = air.sampled(sun.start, sun.step, len(sun.values)) + 0.03 * sun.values
    heat = 1 - 0.004 * (cells - 25.0)
    values = settings.peak_kw * settings.performance_ratio * sun.values / 1000.0 * heat
    return Series(start=sun.start, step=sun.step, values=np.maximum(values, 0.0), unit="kW")
