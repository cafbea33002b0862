"""All series that feed a run, each synthetic, packaged, or the user's own file.

Synthetic and packaged series reach back HISTORY before the run, for forecasts that learn, and
OUTLOOK beyond its end, for plans that look ahead. A user's file need only cover the run; beyond
its end the last day is repeated as an outlook.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from sterna.domain.tariff import EnergyPrices, NetworkTariff
from sterna.kernel.errors import BadInput
from sterna.kernel.money import MICRO_PER_EURO, price_per_kwh
from sterna.kernel.quantities import Instant, hours
from sterna.kernel.series import Series
from sterna.runtime.ports import Chance
from sterna.world.loads import BuildingSettings, synthetic_load
from sterna.world.localtime import SECONDS_PER_DAY, utc_written, zone_named
from sterna.world.packaged import dataset
from sterna.world.prices import (
    CarbonSettings,
    MarketSettings,
    TariffSettings,
    laid_over,
    network_series,
    same_every_day,
    site_tariff,
)
from sterna.world.series_files import (
    CARBON,
    POWER,
    PRICE,
    TEMPERATURE,
    Quantity,
    SeriesFile,
    read_series,
)
from sterna.world.weather import (
    STEP,
    PvSettings,
    WeatherSettings,
    irradiance,
    pv_power,
    temperature,
)

HISTORY: Final = hours(28 * 24)
"""Four weeks: what an analog forecast of a weekly rhythm needs."""
OUTLOOK: Final = hours(84)
"""Longer than any plan: 72 h ahead, rounded up to its steps, made at the last moment of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSettings:
    """The settings of all inputs, as the scenario groups them."""

    building: BuildingSettings
    pv: PvSettings
    weather: WeatherSettings
    market: MarketSettings
    tariff: TariffSettings
    carbon: CarbonSettings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """The series of a run; every one covers at least the run and OUTLOOK beyond it."""

    load: Series
    """Building load without EVs, kW, positive draws."""
    pv: Series
    """PV production, kW, positive produces."""
    temperature: Series
    """Outdoors, degC."""
    day_ahead: Series
    """Wholesale price, EUR/kWh, may be negative."""
    import_price: Series
    """What the building pays for energy alone: day-ahead and margin, EUR/kWh, per quarter."""
    export_price: Series
    """What the building gets for energy fed in, EUR/kWh, per quarter."""
    network_price: Series
    """What network access costs on top, EUR/kWh, per quarter, without charges on power."""
    ponta: Series
    """1 in the ponta hours of the tariff, else 0, per quarter."""
    carbon: Series
    """Average carbon intensity of the grid, g/kWh."""
    tariff: NetworkTariff
    sources: tuple[str, ...]
    """What to print about where the series come from."""

    @property
    def month_peak_eur_per_kw(self) -> float:
        """What one more kW of the month's highest quarter costs: contracted power for 30 days.

        A plan that priced only its own few days would raise the peak that the whole month pays.
        """
        return 30 * self.tariff.contracted_power_price / MICRO_PER_EURO

    @property
    def energy_prices(self) -> EnergyPrices:
        """The building's energy prices as bills count them, in whole micro-euro per kWh."""
        return EnergyPrices(
            start=self.import_price.start,
            step=self.import_price.step,
            import_prices=tuple(price_per_kwh(value) for value in self.import_price.values),
            export_prices=tuple(price_per_kwh(value) for value in self.export_price.values),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The run and what is needed to fill it."""

    folder: Path
    zone: ZoneInfo
    start: Instant
    end: Instant

    @property
    def first(self) -> Instant:
        """The first instant of synthetic series, on a whole hour."""
        return Instant((self.start - HISTORY) // 3600 * 3600)

    @property
    def hours(self) -> int:
        """Whole hours from *first* to the end of the outlook."""
        return int(-((self.first - self.end - OUTLOOK) // 3600))

    def read(self, file: SeriesFile, quantity: Quantity, key: str) -> Series:
        """Return the user's series, continued to the end of the outlook."""
        series = read_series(file, quantity, folder=self.folder, key=key)
        if series.start > self.start or series.end < self.end:
            raise BadInput(
                self.folder / file.path,
                key,
                f"covers {utc_written(series.start)} to {utc_written(series.end)}, but the run "
                f"needs {utc_written(self.start)} to {utc_written(self.end)}",
            )
        return continued(series, Instant(self.end + OUTLOOK))


def continued(series: Series, until: Instant) -> Series:
    """Return *series*, extended to *until* by repeating its last day (all of it, if shorter)."""
    missing = int(-((series.end - until) // series.step))
    if missing <= 0:
        return series
    day = min(len(series.values), max(1, round(SECONDS_PER_DAY / series.step)))
    more = np.resize(series.values[-day:], missing)
    return Series(
        start=series.start,
        step=series.step,
        values=np.concatenate((series.values, more)),
        unit=series.unit,
    )


def built(
    settings: InputSettings,
    *,
    folder: Path,
    zone: ZoneInfo,
    start: Instant,
    end: Instant,
    chance: Chance,
) -> Inputs:
    """Return the series of a run from *start* to *end*; *folder* is where users' paths start.

    Raises BadInput for a file that cannot be used.
    """
    span = _Span(folder=folder, zone=zone, start=start, end=end)
    quarters = span.hours * 4
    air = _temperature(settings.weather, span, chance)
    tariff = site_tariff(settings.tariff, dataset("tariff_erse_2026"))
    network, ponta = network_series(tariff, span.first, quarters)
    day_ahead = _day_ahead(settings.market, span)
    first, count = _common(day_ahead, span)
    hourly = day_ahead.sampled(first, STEP, count)
    return Inputs(
        load=_load(settings.building, air, span, chance),
        pv=_pv(settings, air, span, chance),
        temperature=air,
        day_ahead=day_ahead,
        import_price=_prices(first, hourly + settings.market.margin_eur_per_kwh),
        export_price=_prices(first, hourly - settings.market.export_discount_eur_per_kwh),
        network_price=network,
        ponta=ponta,
        carbon=_carbon(settings.carbon, span),
        tariff=tariff,
        sources=_sources(settings),
    )


def _common(series: Series, span: _Span) -> tuple[Instant, int]:
    """Return start and number of the quarter hours that *series* and *span* share."""
    first = max(series.start, span.first)
    first = Instant(span.first + -((span.first - first) // STEP) * STEP)
    last = min(series.end, span.first + span.hours * 3600)
    return first, int((last - first) // STEP)


def _prices(start: Instant, values: np.typing.NDArray[np.float64]) -> Series:
    """Return quarter-hourly prices."""
    return Series(start=start, step=STEP, values=values, unit="EUR/kWh")


def _temperature(weather: WeatherSettings, span: _Span, chance: Chance) -> Series:
    """Return the outdoor temperature, the user's or synthetic."""
    if weather.series is not None:
        return span.read(weather.series, TEMPERATURE, "weather.series")
    stream = chance.stream("temperature")
    return temperature(weather, span.zone, span.first, span.hours * 4, stream)


def _load(building: BuildingSettings, air: Series, span: _Span, chance: Chance) -> Series:
    """Return the building's load: the user's, constant, or synthetic."""
    if building.series is not None:
        return span.read(building.series, POWER, "building.series")
    count = span.hours * 4
    if building.constant_kw is not None:
        flat = np.full(count, float(building.constant_kw))
        return Series(start=span.first, step=STEP, values=flat, unit="kW")
    assert building.mean_kw is not None
    # A user's temperature may begin with the run; before it the load knows no weather.
    warm = air if air.start <= span.first else _mild(air, span)
    return synthetic_load(
        building.mean_kw, warm, span.zone, span.first, count, chance.stream("building")
    )


def _mild(air: Series, span: _Span) -> Series:
    """Return *air*, preceded by its own mean back to the start of history."""
    missing = int(-((span.first - air.start) // air.step))
    values = np.concatenate((np.full(missing, air.values.mean()), air.values))
    start = Instant(air.start - missing * air.step)
    return Series(start=start, step=air.step, values=values, unit=air.unit)


def _pv(settings: InputSettings, air: Series, span: _Span, chance: Chance) -> Series:
    """Return the plant's production: the user's or synthetic."""
    if settings.pv.series is not None:
        return span.read(settings.pv.series, POWER, "pv.series")
    count = span.hours * 4
    sun = irradiance(settings.weather, span.first, count, chance.stream("clouds"))
    return pv_power(settings.pv, sun, air if air.start <= span.first else _mild(air, span))


def _day_ahead(market: MarketSettings, span: _Span) -> Series:
    """Return the wholesale price in EUR/kWh: the user's, by hour of the day, or packaged."""
    if market.series is not None:
        return span.read(market.series, PRICE, "market.series")
    if market.day_eur_per_kwh is not None:
        return same_every_day(market.day_eur_per_kwh, span.zone, span.first, span.hours)
    packaged = dataset("dayahead_price_nl").series()
    origin = zone_named("Europe/Amsterdam")
    mapped = laid_over(packaged, origin, span.zone, span.first, span.hours)
    return Series(
        start=mapped.start, step=mapped.step, values=mapped.values / 1000.0, unit="EUR/kWh"
    )


def _carbon(carbon: CarbonSettings, span: _Span) -> Series:
    """Return the carbon intensity: the user's or packaged."""
    if carbon.series is not None:
        return span.read(carbon.series, CARBON, "carbon.series")
    packaged = dataset("co2_intensity_pt_2019").series()
    return laid_over(packaged, zone_named("Europe/Lisbon"), span.zone, span.first, span.hours)


def _sources(settings: InputSettings) -> tuple[str, ...]:
    """Return one line for each input: where it comes from."""
    building, market = settings.building, settings.market
    load = "constant" if building.constant_kw is not None else "synthetic, shape "
    if building.mean_kw is not None:
        load += dataset("building_shape").attribution
    price = dataset("dayahead_price_nl").attribution
    if market.day_eur_per_kwh is not None:
        price = "the same every day, from the scenario"
    return (
        f"building load: {_own(building.series) or load}",
        f"PV: {_own(settings.pv.series) or 'synthetic (clear sky and seeded clouds)'}",
        f"temperature: {_own(settings.weather.series) or 'synthetic'}",
        f"day-ahead price: {_own(market.series) or price}",
        f"network tariff: {settings.tariff.level}, {dataset('tariff_erse_2026').attribution}",
        f"carbon: {_own(settings.carbon.series) or dataset('co2_intensity_pt_2019').attribution}",
    )


def _own(file: SeriesFile | None) -> str | None:
    """Return how a user's *file* is named in a report."""
    return None if file is None else f"own file {Path(file.path).name}"
