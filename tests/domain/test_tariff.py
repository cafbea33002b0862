"""Network tariffs are read as data, in local time, and their charges can be reckoned by hand."""

from copy import deepcopy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sterna.domain.ledger import Ledger, Party, account
from sterna.domain.site_bill import (
    drawn_and_fed,
    months,
    peak_charge,
    peak_energy_price,
    site_bill,
    site_transaction,
)
from sterna.domain.tariff import (
    QUARTER,
    EnergyPrices,
    NetworkTariff,
    Period,
    Taxation,
    energy_tax,
    network_tariff,
)
from sterna.kernel.errors import BadInput
from sterna.kernel.money import MicroEuroPerKilowattHour, euros
from sterna.kernel.quantities import Instant, Kilowatts, Seconds, WattHours

LISBON = ZoneInfo("Europe/Lisbon")


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, fold: int = 0) -> Instant:
    moment = datetime(year, month, day, hour, minute, tzinfo=LISBON, fold=fold)
    return Instant(moment.timestamp())


@pytest.fixture
def tariff(decoded_tariff: dict[str, Any]) -> NetworkTariff:
    return network_tariff(decoded_tariff)


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        (at(2026, 7, 1, 9, 15), Period.PONTA),  # a Wednesday in summer
        (at(2026, 7, 1, 9, 14), Period.CHEIAS),
        (at(2026, 7, 1, 12, 15), Period.CHEIAS),
        (at(2026, 7, 1, 0, 0), Period.VAZIO_NORMAL),
        (at(2026, 7, 1, 3, 0), Period.SUPER_VAZIO),
        (at(2026, 1, 7, 18, 30), Period.PONTA),  # a Wednesday in winter
        (at(2026, 7, 1, 18, 30), Period.CHEIAS),
        (at(2026, 7, 4, 9, 30), Period.CHEIAS),  # Saturday has no ponta
        (at(2026, 7, 5, 9, 30), Period.VAZIO_NORMAL),  # Sunday
        (at(2026, 3, 28, 0, 30), Period.VAZIO_NORMAL),
    ],
)
def test_periods_follow_season_weekday_and_local_time(
    tariff: NetworkTariff, moment: Instant, period: Period
) -> None:
    assert tariff.period_at(moment) is period
    assert tariff.price_at(moment) == tariff.energy_prices[period]


def test_the_same_wall_clock_is_another_instant_in_summer(tariff: NetworkTariff) -> None:
    assert tariff.period_at(Instant(at(2026, 7, 1, 9, 15))) is Period.PONTA
    assert datetime.fromtimestamp(at(2026, 7, 1, 9, 15), ZoneInfo("UTC")).hour == 8
    assert datetime.fromtimestamp(at(2026, 1, 7, 9, 30), ZoneInfo("UTC")).hour == 9


def test_the_day_that_lacks_an_hour_has_92_quarters_and_the_long_one_100(
    tariff: NetworkTariff,
) -> None:
    short = int((at(2026, 3, 30) - at(2026, 3, 29)) // QUARTER)
    long = int((at(2026, 10, 26) - at(2026, 10, 25)) // QUARTER)
    assert (short, long) == (92, 100)
    periods = tariff.periods(at(2026, 10, 25), long)
    assert periods.count(Period.SUPER_VAZIO) == 16
    assert periods.count(Period.VAZIO_NORMAL) == 84


def test_a_daily_cycle_is_the_same_every_day(decoded_tariff: dict[str, Any]) -> None:
    daily = network_tariff(decoded_tariff, cycle="Ciclo_Diario")
    assert daily.period_at(at(2026, 7, 5, 10)) is Period.PONTA


def test_seasons_of_the_islands_go_by_month(decoded_tariff: dict[str, Any]) -> None:
    islands = network_tariff(decoded_tariff, cycle="Ciclo_Semanal_Madeira", zone="Atlantic/Madeira")
    assert islands.period_at(at(2026, 7, 1, 10)) is Period.PONTA
    assert islands.period_at(at(2026, 5, 1, 10)) is Period.CHEIAS


@pytest.mark.parametrize(
    ("path", "value", "key", "reason"),
    [
        (("network_access",), {}, "network_access.MT", "is missing"),
        (("network_access", "MT", "ponta"), "x", "network_access.MT.ponta", "not a price"),
        (("network_access", "MT", "ponta"), True, "network_access.MT.ponta", "not a price"),
        (("network_access", "MT", "ponta"), -1, "network_access.MT.ponta", "not a price"),
        (("network_access", "MT"), 3, "network_access.MT", "not a table"),
        (
            ("periods", "Ciclo_Semanal", "periods"),
            {"Herbst": {}},
            "periods.Ciclo_Semanal",
            "season",
        ),
    ],
)
def test_a_wrong_file_is_named_by_key_and_reason(
    decoded_tariff: dict[str, Any], path: tuple[str, ...], value: object, key: str, reason: str
) -> None:
    broken = deepcopy(decoded_tariff)
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(BadInput, match=reason) as caught:
        network_tariff(broken, source="erse.json")
    assert caught.value.key == key
    assert caught.value.source == "erse.json"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"PONTA": [["00:00", "12:00"]]}, "no period at 12:00"),
        ({"PONTA": [["00:00", "00:00"], ["09:00", "10:00"]]}, "two periods at 09:00"),
        ({"PONTA": [["00:07", "00:00"]]}, "not on a quarter"),
        ({"PONTA": [["noon", "00:00"]]}, "not on a quarter"),
        ({"NOITE": [["00:00", "00:00"]]}, "unknown period NOITE"),
    ],
)
def test_a_day_is_covered_once(
    decoded_tariff: dict[str, Any], table: dict[str, list[list[str]]], reason: str
) -> None:
    broken = deepcopy(decoded_tariff)
    broken["periods"]["Ciclo_Semanal"]["periods"]["Verão"]["5"] = table
    with pytest.raises(BadInput, match=reason):
        network_tariff(broken)


def flat(start: Instant, count: int) -> EnergyPrices:
    return EnergyPrices(
        start=start,
        step=Seconds(900),
        import_prices=(MicroEuroPerKilowattHour(100_000),) * count,
        export_prices=(MicroEuroPerKilowattHour(40_000),) * count,
    )


def test_a_summer_wednesday_can_be_reckoned_by_hand(tariff: NetworkTariff) -> None:
    start = at(2026, 7, 1)
    drawn = [2500] * 95 + [0]  # 10 kW all day but the last quarter
    fed = [0] * 95 + [1000]
    bill = site_bill(
        start=start, imported_wh=drawn, exported_wh=fed, prices=flat(start, 96), tariff=tariff
    )
    assert bill.energy == euros("23.75")
    assert bill.feed_in == euros("-0.04")
    # 30 kWh ponta, 137.5 cheias (14 h less a quarter), 30 vazio, 40 super vazio
    assert bill.network_energy == euros("0.609") + euros("2.5025") + euros("0.438") + euros("0.516")
    assert bill.peak_power == euros("2.435")  # 30 kWh in 3 h: 10 kW for one day
    assert bill.contracted_power == euros("0.458")
    assert bill.total == bill.energy + bill.feed_in + bill.network


def test_contracted_power_can_be_given(tariff: NetworkTariff) -> None:
    start = at(2026, 7, 1)
    bill = site_bill(
        start=start,
        imported_wh=[0] * 96,
        exported_wh=[0] * 96,
        prices=flat(start, 96),
        tariff=tariff,
        contracted_kw=Kilowatts(400),
    )
    assert bill.total == bill.contracted_power == euros("18.32")


def test_peak_power_is_reckoned_month_by_month(tariff: NetworkTariff) -> None:
    start = at(2026, 6, 30)  # Tuesday, then Wednesday the 1st of July
    parts = months(tariff, start, 192)
    assert [(part.first, part.count, part.peak_quarters) for part in parts] == [
        (0, 96, 12),
        (96, 96, 12),
    ]
    day = [2500] * 96
    two = peak_charge(tariff, start, day + [0] * 96)
    assert two == peak_charge(tariff, start, day) == euros("2.435")


def test_a_weekend_has_no_peak(tariff: NetworkTariff) -> None:
    saturday = at(2026, 7, 4)
    assert peak_charge(tariff, saturday, [2500] * 192) == 0
    assert peak_energy_price(tariff, saturday, 192) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is never changed
@given(drawn=st.lists(st.integers(0, 100_000), min_size=96, max_size=96), k=st.integers(37, 48))
def test_one_more_kwh_in_ponta_costs_the_peak_energy_price(
    tariff: NetworkTariff, drawn: list[int], k: int
) -> None:
    start = at(2026, 7, 1)
    more = list(drawn)
    more[k] += 1000
    price = peak_energy_price(tariff, start, 96)
    rise = peak_charge(tariff, start, more) - peak_charge(tariff, start, drawn)
    assert abs(rise - price) <= 1


def test_the_building_pays_market_and_network(tariff: NetworkTariff) -> None:
    start = at(2026, 7, 1)
    drawn, fed = drawn_and_fed([2500, -1000, 0, 500])
    assert drawn == (2500, 0, 0, 500)
    assert fed == (0, 1000, 0, 0)
    bill = site_bill(
        start=start, imported_wh=drawn, exported_wh=fed, prices=flat(start, 4), tariff=tariff
    )
    building, market, dso = account(Party.BUILDING), account(Party.MARKET), account(Party.DSO)
    ledger = Ledger()
    ledger.post(site_transaction(bill, "site:1", start, building=building, market=market, dso=dso))
    assert ledger.balance(building) == -bill.total
    assert ledger.balance(dso) == bill.network
    assert ledger.total() == 0


def test_a_price_that_is_not_known_is_not_made_up() -> None:
    prices = flat(Instant(0), 2)
    assert prices.import_at(Instant(1799)) == 100_000
    assert prices.export_at(Instant(0)) == 40_000
    for moment in (-1, 1800):
        with pytest.raises(IndexError, match="no price"):
            prices.import_at(Instant(moment))


@pytest.mark.req("CH-TAX")
@pytest.mark.parametrize(
    ("taxation", "base_wh", "amount"),
    [(Taxation.SINGLE, 10_000, "0.227"), (Taxation.DOUBLE, 20_000, "0.454")],
)
def test_at_23_energy_that_returns_is_taxed_once_or_twice(
    taxation: Taxation, base_wh: int, amount: str
) -> None:
    tax = energy_tax(
        charged=WattHours(20_000),
        discharged=WattHours(10_000),
        rate=MicroEuroPerKilowattHour(22_700),
        taxation=taxation,
    )
    assert (tax.base_wh, tax.amount) == (base_wh, euros(amount))


def test_more_back_than_charged_is_a_base_of_zero() -> None:
    tax = energy_tax(
        charged=WattHours(1),
        discharged=WattHours(2),
        rate=MicroEuroPerKilowattHour(22_700),
        taxation=Taxation.SINGLE,
    )
    assert (tax.base_wh, tax.amount) == (0, 0)
