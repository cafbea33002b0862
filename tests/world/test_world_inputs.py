"""Weather, load, prices: plausible, seeded, and the same start for a longer run."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.series import Series
from sterna.runtime.seeded import SeededChance
from sterna.world.inputs import HISTORY, OUTLOOK, Inputs, InputSettings, built, continued
from sterna.world.loads import BuildingSettings
from sterna.world.noise import remembered
from sterna.world.packaged import dataset
from sterna.world.prices import CarbonSettings, MarketSettings, TariffSettings, laid_over
from sterna.world.series_files import SeriesFile
from sterna.world.weather import PvSettings, WeatherSettings, clear_sky, sun_height

LISBON = ZoneInfo("Europe/Lisbon")
START = Instant(datetime(2026, 7, 15, tzinfo=LISBON).timestamp())
DAY = 86_400.0
SETTINGS = InputSettings(
    building=BuildingSettings(mean_kw=Kilowatts(600.0)),
    pv=PvSettings(peak_kw=250.0),
    weather=WeatherSettings(),
    market=MarketSettings(),
    tariff=TariffSettings(),
    carbon=CarbonSettings(),
)


def inputs(
    settings: InputSettings = SETTINGS, *, days: int = 3, seed: int = 1, folder: Path | None = None
) -> Inputs:
    return built(
        settings,
        folder=folder or Path(),
        zone=LISBON,
        start=START,
        end=Instant(START + days * DAY),
        chance=SeededChance(seed),
    )


def test_every_series_covers_the_run_its_history_and_an_outlook() -> None:
    made = inputs()
    for series in (made.load, made.pv, made.temperature, made.import_price, made.export_price):
        assert series.start <= START - HISTORY
        assert series.end >= START + 3 * DAY + OUTLOOK
        assert np.isfinite(series.values).all()


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    assert np.array_equal(inputs().load.values, inputs().load.values)
    assert not np.array_equal(inputs().load.values, inputs(seed=2).load.values)


def test_a_longer_run_starts_like_a_shorter_one() -> None:
    short, long = inputs(days=1), inputs(days=4)
    for name in ("load", "pv", "temperature", "import_price", "carbon", "ponta"):
        brief = getattr(short, name).values
        assert np.array_equal(brief, getattr(long, name).values[: len(brief)])


def test_the_building_draws_its_mean_and_more_by_day() -> None:
    load = inputs().load
    assert load.values.mean() == pytest.approx(600, rel=0.1)
    assert load.values.min() > 300
    assert load.at(Instant(START + 14 * 3600)) > 1.3 * load.at(Instant(START + 2 * 3600))


def test_the_sun_stands_right_at_equinox_and_solstice() -> None:
    noon = datetime(2026, 6, 21, 12, 37, tzinfo=UTC).timestamp()  # solar noon in Porto
    midnight = datetime(2026, 6, 21, 0, 37, tzinfo=UTC).timestamp()
    equinox = datetime(2026, 3, 20, 12, 42, tzinfo=UTC).timestamp()
    heights = np.degrees(np.arcsin(sun_height(np.array([noon, midnight, equinox]), 41.24, -8.68)))
    assert heights == pytest.approx(
        [90 - 41.24 + 23.44, -(90 - 41.24 - 23.44), 90 - 41.24], abs=0.5
    )


def test_clear_sky_irradiance_is_near_a_kilowatt_under_a_high_sun() -> None:
    assert clear_sky(np.array([-0.5, 0.0, 1.0])) == pytest.approx([0.0, 0.0, 1035.1], abs=0.1)


def test_pv_produces_by_day_alone_and_never_more_than_its_peak() -> None:
    pv = inputs().pv
    assert pv.at(Instant(START + 2 * 3600)) == 0.0
    assert 0 < pv.values.max() < 250
    assert 600 < pv.values[-3 * 96 :].sum() / 4 < 6000


def test_summer_is_warmer_than_winter() -> None:
    winter = replace(SETTINGS, weather=WeatherSettings(year_swing_c=-5.5))
    assert inputs().temperature.values.mean() > inputs(winter).temperature.values.mean() + 8


def test_packaged_prices_fall_on_the_same_weekday_and_hour() -> None:
    source = dataset("dayahead_price_nl").series()
    mapped = laid_over(source, ZoneInfo("Europe/Amsterdam"), LISBON, START, 48)
    # Wednesday 15 July 2026, 20:00 in Lisbon takes Wednesday 17 July 2024, 20:00 in Amsterdam.
    there = Instant(datetime(2024, 7, 17, 20, tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp())
    assert mapped.at(Instant(START + 20 * 3600)) == source.at(there)


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2030])
def test_packaged_prices_reach_over_a_whole_year_with_both_clock_changes(year: int) -> None:
    source = dataset("dayahead_price_nl").series()
    start = Instant(datetime(year, 1, 1, tzinfo=LISBON).timestamp())
    mapped = laid_over(source, ZoneInfo("Europe/Amsterdam"), LISBON, start, 8760)
    assert np.isfinite(mapped.values).all()


def test_ponta_is_three_hours_of_a_summer_workday() -> None:
    made = inputs()
    assert made.ponta.sampled(START, Seconds(900.0), 96).sum() == 12
    assert made.ponta.at(Instant(START + 9.25 * 3600)) == 1.0
    assert made.network_price.at(Instant(START + 9.25 * 3600)) == pytest.approx(0.0203)


def test_a_kilowatt_of_peak_costs_a_month_of_contracted_power() -> None:
    assert inputs().month_peak_eur_per_kw == pytest.approx(30 * 0.0458)


def test_without_a_tariff_the_network_is_free() -> None:
    made = inputs(replace(SETTINGS, tariff=TariffSettings(level="none")))
    assert not made.network_price.values.any()
    assert made.tariff.peak_power_price == 0


def test_the_peak_charge_can_be_stated() -> None:
    made = inputs(replace(SETTINGS, tariff=TariffSettings(peak_eur_per_kw_day=0.1)))
    assert made.tariff.peak_power_price == 100_000


def test_stated_prices_hold_every_day_and_bills_see_them() -> None:
    prices = tuple(0.01 * hour for hour in range(24))
    market = MarketSettings(
        day_eur_per_kwh=prices, margin_eur_per_kwh=0.0, export_discount_eur_per_kwh=0.0
    )
    made = inputs(replace(SETTINGS, market=market))
    at = Instant(START + DAY + 17.5 * 3600)
    assert made.import_price.at(at) == pytest.approx(0.17)
    assert made.energy_prices.import_at(at) == 170_000
    assert made.energy_prices.export_at(at) == 170_000


def write(folder: Path, start: float, hours: int) -> SeriesFile:
    lines = [
        f"{datetime.fromtimestamp(start + 3600 * k, tz=UTC):%Y-%m-%dT%H:%MZ},{10 + k % 24}"
        for k in range(hours)
    ]
    (folder / "own.csv").write_text("time,value\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return SeriesFile(path="own.csv", unit="degC", zone="UTC")


def test_own_series_take_the_place_of_synthetic_ones(tmp_path: Path) -> None:
    file = write(tmp_path, START, 72)
    settings = InputSettings(
        building=BuildingSettings(series=replace(file, unit="kW")),
        pv=PvSettings(series=replace(file, unit="kW")),
        weather=WeatherSettings(series=file),
        market=MarketSettings(series=replace(file, unit="EUR/MWh")),
        tariff=TariffSettings(),
        carbon=CarbonSettings(series=replace(file, unit="g/kWh")),
    )
    made = inputs(settings, folder=tmp_path)
    for series in (made.load, made.pv, made.temperature, made.carbon):
        assert series.at(Instant(START + 5 * 3600)) == 15.0
    assert made.import_price.start == START
    assert made.import_price.at(START) == pytest.approx(0.010 + 0.012)
    assert sum("own file own.csv" in line for line in made.sources) == 5
    mixed = replace(SETTINGS, weather=settings.weather)
    assert inputs(mixed, folder=tmp_path).load.start <= START - HISTORY


def test_a_series_must_cover_the_run(tmp_path: Path) -> None:
    file = replace(write(tmp_path, START, 48), unit="kW")
    settings = replace(SETTINGS, building=BuildingSettings(series=file))
    with pytest.raises(BadInput) as raised:
        inputs(settings, folder=tmp_path)
    assert str(raised.value) == (
        f"{tmp_path / 'own.csv'}: building.series: covers 2026-07-14 23:00 UTC to "
        "2026-07-16 23:00 UTC, but the run needs 2026-07-14 23:00 UTC to 2026-07-17 23:00 UTC"
    )


def test_an_outlook_repeats_the_last_day() -> None:
    series = Series(start=Instant(0.0), step=Seconds(3600.0), values=np.arange(30.0), unit="kW")
    longer = continued(series, Instant(56 * 3600.0))
    assert longer.values[30:].tolist() == [*range(6, 30), 6, 7]
    assert continued(series, Instant(3600.0)) is series


def test_a_constant_load_is_constant() -> None:
    settings = replace(SETTINGS, building=BuildingSettings(constant_kw=Kilowatts(100.0)))
    assert set(inputs(settings).load.values) == {100.0}


def test_noise_remembers_as_told() -> None:
    noise = remembered(SeededChance(3), 20_000, memory=0.9)
    assert noise.mean() == pytest.approx(0.0, abs=0.1)
    assert noise.std() == pytest.approx(1.0, abs=0.05)
    assert np.corrcoef(noise[:-1], noise[1:])[0, 1] == pytest.approx(0.9, abs=0.02)
