"""What electricity costs: energy prices, network access by period, peak power, and tax.

The network tariff is data in the layout of the packaged ERSE file (EUR; local
time; ``"0"`` is Monday to Friday, ``"5"`` Saturday, ``"6"`` Sunday; an end of
``"00:00"`` is midnight at the end of the day). Readings taken here, because the
file does not say: *Verão* is the time of legal summer time and *Inverno* the
rest; a public holiday counts as its weekday.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sterna.kernel.errors import BadInput
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour, cost, euros
from sterna.kernel.quantities import Instant, Seconds, WattHours, minutes

QUARTER: Final = minutes(15)
"""The interval of metering and settlement."""
QUARTERS_PER_DAY: Final = 96
SATURDAY, SUNDAY = 5, 6
SUMMER, WINTER = "Verão", "Inverno"
MIDYEAR, TURN_OF_YEAR = "Junho a Outubro", "Novembro a Maio"
JUNE, OCTOBER = 6, 10
Day = tuple["Period", ...]
"""The period of each of the 96 quarters of a local day by the wall clock."""


class Period(StrEnum):
    """The energy periods of the Portuguese tariff, from dear to cheap."""

    PONTA = "ponta"
    CHEIAS = "cheias"
    VAZIO_NORMAL = "vazio_normal"
    SUPER_VAZIO = "super_vazio"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPrices:
    """The price of energy step by step: bought from the market and sold to it."""

    start: Instant
    step: Seconds
    import_prices: tuple[MicroEuroPerKilowattHour, ...]
    export_prices: tuple[MicroEuroPerKilowattHour, ...]

    def __post_init__(self) -> None:
        """Check that both ways are priced for the same steps."""
        assert self.step > 0, self.step
        assert len(self.import_prices) == len(self.export_prices) > 0

    def _k(self, moment: Instant) -> int:
        k = int((moment - self.start) // self.step)
        if not 0 <= k < len(self.import_prices):
            raise IndexError(f"no price is known for {moment}")
        return k

    def import_at(self, moment: Instant) -> MicroEuroPerKilowattHour:
        """Return what a kWh bought at *moment* costs; IndexError when no price is known."""
        return self.import_prices[self._k(moment)]

    def export_at(self, moment: Instant) -> MicroEuroPerKilowattHour:
        """Return what a kWh sold at *moment* brings; IndexError when no price is known."""
        return self.export_prices[self._k(moment)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTariff:
    """Network access at one voltage level in one cycle of periods."""

    level: str
    cycle: str
    zone: ZoneInfo
    energy_prices: Mapping[Period, MicroEuroPerKilowattHour]
    peak_power_price: MicroEuro
    """Per kW of peak power and day."""
    contracted_power_price: MicroEuro
    """Per kW of contracted power and day."""
    days: Mapping[str, Mapping[int, Day]]
    """Season -> first weekday of the group (0, 5, 6) -> the day's periods."""

    def period_at(self, moment: Instant) -> Period:
        """Return the energy period at *moment*, by local wall-clock time."""
        local = datetime.fromtimestamp(moment, self.zone)
        groups = self.days[_season(local, self.days)]
        group = max(first for first in groups if first <= local.weekday())
        return groups[group][local.hour * 4 + local.minute // 15]

    def price_at(self, moment: Instant) -> MicroEuroPerKilowattHour:
        """Return what network access costs per kWh drawn at *moment*, without power charges."""
        return self.energy_prices[self.period_at(moment)]

    def periods(self, start: Instant, count: int) -> tuple[Period, ...]:
        """Return the periods of *count* quarters from *start*, which is on a quarter."""
        assert start % QUARTER == 0, start
        return tuple(self.period_at(Instant(start + k * QUARTER)) for k in range(count))


def _season(local: datetime, seasons: Iterable[str]) -> str:
    if SUMMER in seasons:
        return SUMMER if local.dst() else WINTER
    return MIDYEAR if JUNE <= local.month <= OCTOBER else TURN_OF_YEAR


def network_tariff(
    decoded: Mapping[str, Any],
    *,
    level: str = "MT",
    cycle: str = "Ciclo_Semanal",
    zone: str = "Europe/Lisbon",
    source: str = "network tariff",
) -> NetworkTariff:
    """Read the tariff of *level* and *cycle* out of the *decoded* file.

    Raises BadInput with *source* and key when a level, cycle, price or time is
    missing or wrong, or the periods of a day leave a gap or overlap.
    """
    prices = _entry(decoded, source, "network_access", level)
    found = _entry(decoded, source, "periods", cycle)
    tables = _entry(found, source, "periods")
    if set(tables) not in ({SUMMER, WINTER}, {MIDYEAR, TURN_OF_YEAR}):
        raise BadInput(source, f"periods.{cycle}", f"unknown seasons {sorted(tables)}")
    key = f"network_access.{level}"
    return NetworkTariff(
        level=level,
        cycle=cycle,
        zone=ZoneInfo(zone),
        energy_prices={
            period: MicroEuroPerKilowattHour(_euros(prices, source, key, period.value))
            for period in Period
        },
        peak_power_price=_euros(prices, source, key, "peak_power_eur_kw_day"),
        contracted_power_price=_euros(prices, source, key, "contracted_power_eur_kw_day"),
        days={
            season: {
                int(group): _day(table, source, f"periods.{cycle}.{season}.{group}")
                for group, table in groups.items()
            }
            for season, groups in tables.items()
        },
    )


def _entry(decoded: Mapping[str, Any], source: str, *path: str) -> Mapping[str, Any]:
    found: Any = decoded
    for depth, key in enumerate(path):
        if not isinstance(found, Mapping) or key not in found:
            raise BadInput(source, ".".join(path[: depth + 1]), "is missing")
        found = found[key]
    if not isinstance(found, Mapping):
        raise BadInput(source, ".".join(path), "is not a table")
    return found


def _euros(prices: Mapping[str, Any], source: str, key: str, name: str) -> MicroEuro:
    value = prices.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadInput(source, f"{key}.{name}", f"is not a price: {value!r}")
    # The shortest decimal of the float is the number that the file shows.
    return euros(Decimal(repr(value)))


def _day(table: Mapping[str, Sequence[Sequence[str]]], source: str, key: str) -> Day:
    """Return the period of each quarter of a day, each given exactly once."""
    quarters: list[Period | None] = [None] * QUARTERS_PER_DAY
    for name, spans in table.items():
        if name not in Period.__members__:
            raise BadInput(source, key, f"unknown period {name}")
        period = Period[name]
        for begin, end in spans:
            first, last = _quarter(begin, source, key), _quarter(end, source, key)
            for k in range(first, last or QUARTERS_PER_DAY):
                if quarters[k] is not None:
                    raise BadInput(source, key, f"two periods at {k // 4:02}:{k % 4 * 15:02}")
                quarters[k] = period
    full = tuple(period for period in quarters if period is not None)
    if len(full) < QUARTERS_PER_DAY:
        k = quarters.index(None)
        raise BadInput(source, key, f"no period at {k // 4:02}:{k % 4 * 15:02}")
    return full


def _quarter(clock: str, source: str, key: str) -> int:
    """Return which quarter of the day *clock* (``"09:15"``) is."""
    hour, _, minute = clock.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) % 15 == 0):
        raise BadInput(source, key, f"{clock} is not on a quarter of an hour")
    return int(hour) * 4 + int(minute) // 15


class Taxation(StrEnum):
    """Whether energy that is charged and fed back is taxed once or twice."""

    SINGLE = "single"
    """The base is what stayed: charged less fed back."""
    DOUBLE = "double"
    """The base is all that was charged; the buyer of the returned energy pays again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax on energy as a bill shows it: with its base."""

    taxation: Taxation
    base_wh: WattHours
    rate: MicroEuroPerKilowattHour
    amount: MicroEuro


def energy_tax(
    *,
    charged: WattHours,
    discharged: WattHours,
    rate: MicroEuroPerKilowattHour,
    taxation: Taxation,
) -> Tax:
    """Return the tax on *charged* Wh of which *discharged* Wh came back.

    Single: base = max(0, charged - discharged). Double: base = charged.
    20 kWh and 10 kWh at 0.0227 EUR/kWh give 0.227 EUR and 0.454 EUR. A car that
    gave more than it took has a base of 0: tax paid elsewhere is not refunded here.
    """
    returned = discharged if taxation is Taxation.SINGLE else 0
    base = WattHours(max(0, charged - returned))
    return Tax(taxation=taxation, base_wh=base, rate=rate, amount=cost(base, rate))
