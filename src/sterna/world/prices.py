"""What energy costs at the site: day-ahead price, network tariff with its periods, carbon.

Packaged years are laid over the scenario's days so that weekday, season and hour of the local
clock agree: a day takes the values of the day a whole number of 52 weeks away.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from sterna.domain.tariff import NetworkTariff, Period, network_tariff
from sterna.kernel.money import MICRO_PER_EURO, euros
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.series import Series
from sterna.world.bounds import AT_LEAST_ZERO, Bounds
from sterna.world.localtime import local
from sterna.world.packaged import Dataset
from sterna.world.series_files import SeriesFile
from sterna.world.weather import STEP

WEEKS_52: Final = timedelta(weeks=52)
HOUR: Final = Seconds(3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSettings:
    """The energy price of the building: packaged, the same every day, or your own series."""

    day_eur_per_kwh: tuple[Annotated[float, Bounds(least=-10, most=10)], ...] | None = None
    """Twenty-four prices that hold every day by local hour, for exact small cases."""
    series: SeriesFile | None = None
    """Your own day-ahead prices."""
    margin_eur_per_kwh: Annotated[float, Bounds(least=0, most=1)] = 0.012
    """What the retailer adds to the day-ahead price of energy drawn (assumption)."""
    export_discount_eur_per_kwh: Annotated[float, Bounds(least=0, most=1)] = 0.005
    """What the retailer takes off the day-ahead price of energy fed in (assumption)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSettings:
    """The network access tariff of the connection."""

    level: Literal["BTE", "MT", "AT", "MAT", "none"] = "MT"
    """Voltage level of the Portuguese tariff of 2026; "none": no network tariff at all."""
    cycle: Literal["daily", "weekly"] = "weekly"
    """The cycle of hours on the mainland: the same every day, or by kind of day."""
    peak_eur_per_kw_day: Annotated[float, AT_LEAST_ZERO] | None = None
    """Charge on the mean power of ponta hours, instead of the published one."""
    contracted_kw: Annotated[Kilowatts, AT_LEAST_ZERO] | None = None
    """Power the contracted-power charge is paid for; default: the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonSettings:
    """The carbon intensity of the grid's energy."""

    series: SeriesFile | None = None
    """Your own carbon intensity instead of Portugal's average mix of 2019."""


CYCLES: Final = {"daily": "Ciclo_Diario", "weekly": "Ciclo_Semanal"}
"""Names of the cycles in the published table."""
PRICE_KEYS: Final = (
    "peak_power_eur_kw_day",
    "contracted_power_eur_kw_day",
    *(period.value for period in Period),
)


def site_tariff(settings: TariffSettings, published: Dataset) -> NetworkTariff:
    """Return the tariff of *settings* from the *published* table."""
    document = published.document()
    if settings.level == "none":
        document["network_access"]["none"] = dict.fromkeys(PRICE_KEYS, 0)
    tariff = network_tariff(
        document, level=settings.level, cycle=CYCLES[settings.cycle], source=published.file
    )
    if settings.peak_eur_per_kw_day is None:
        return tariff
    # The shortest decimal of the float is the number that the user wrote.
    return replace(tariff, peak_power_price=euros(Decimal(repr(settings.peak_eur_per_kw_day))))


def network_series(tariff: NetworkTariff, start: Instant, count: int) -> tuple[Series, Series]:
    """Return the network's energy price in EUR/kWh and the mark of ponta (1 or 0), per quarter."""
    periods = tariff.periods(start, count)
    prices = np.array([tariff.energy_prices[period] / MICRO_PER_EURO for period in periods])
    ponta = np.array([float(period is Period.PONTA) for period in periods])
    return (
        Series(start=start, step=STEP, values=prices, unit="EUR/kWh"),
        Series(start=start, step=STEP, values=ponta, unit="1"),
    )


def laid_over(
    source: Series, origin: ZoneInfo, zone: ZoneInfo, start: Instant, count: int
) -> Series:
    """Return *count* hours from *start* with the values of *source* on the matching days.

    An hour that shows h o'clock on a day in *zone* gets the value that held at h o'clock, a whole
    number of 52 weeks away, in *origin*. So weekday, season and hour agree.
    """
    values = np.empty(count)
    last_whole_day = local(Instant(source.end - 1), origin).replace(tzinfo=None) - timedelta(days=1)
    shift: timedelta | None = None
    for k in range(count):
        wall = local(Instant(start + HOUR * k), zone).replace(tzinfo=None)
        if shift is None or wall - shift > last_whole_day:
            shift = _shift(wall, last_whole_day)
        values[k] = source.at(Instant((wall - shift).replace(tzinfo=origin).timestamp()))
    return Series(start=start, step=HOUR, values=values, unit=source.unit)


def _shift(wall: datetime, last: datetime) -> timedelta:
    """Return the smallest whole number of 52 weeks that brings *wall* to *last* or before."""
    weeks = -((last - wall) // WEEKS_52)
    return weeks * WEEKS_52


def same_every_day(prices: tuple[float, ...], zone: ZoneInfo, start: Instant, count: int) -> Series:
    """Return *count* hours of the 24 *prices* by local hour."""
    values = np.array([prices[local(Instant(start + HOUR * k), zone).hour] for k in range(count)])
    return Series(start=start, step=HOUR, values=values, unit="EUR/kWh")
