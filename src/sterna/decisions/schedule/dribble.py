"""A small site with one car, to measure what part-load losses cost a planner that does not know them.

A workshop draws some hundred watts and has as much sun to spare at noon, which the grid takes for
little. To a planner with one efficiency that is a gift: store the sun, cover the load in the dear
evening. To a converter of 11 kW it is running at 3 % of its rating. The car is followed with its
true losses, a plan every quarter of an hour, and the driver's target must be there at the end.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from msgspec import structs

from sterna.decisions.schedule.hull import curve_of
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import Snapshot
from sterna.decisions.schedule.stay import Stay
from sterna.domain.battery import USUAL_CELLS, Battery, BatteryRating
from sterna.domain.converter import Conversion, MeteredBattery
from sterna.kernel.quantities import (
    NO_POWER,
    Instant,
    KilowattHours,
    Kilowatts,
    Seconds,
    Share,
)
from sterna.kernel.series import Series

START: Final = Instant(1_751_328_000.0)
QUARTER: Final = Seconds(900.0)
DAY: Final = 96
"""Quarters of an hour for which the car stands."""
KIND: Final = Conversion(size_kw=Kilowatts(11.0))
RATED: Final = Kilowatts(11.0)
CAPACITY: Final = KilowattHours(60.0)
TARGET: Final = Share(0.6)
FAINT_KW: Final = 0.5
"""Below it a converter of 11 kW loses more than a quarter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day with one planner came to."""

    cost_eur: float
    """Paid for energy less earned, wear of the cells, and what is missing at the end at the dearest price."""
    faint_h: float
    """Hours in which the car ran at less than 0.5 kW."""
    lost_kwh: float
    """Between the meter and the cells' store."""
    soc: Share
    """At the end."""


def lived(*, knows: bool, load_kw: float = 0.35, spare_kw: float = 0.45) -> Day:
    """Live a day with a planner that *knows* the loss curve, or has the best efficiency as its only one."""
    rating = BatteryRating(
        capacity_kwh=CAPACITY, charge_kw_max=Kilowatts(50.0), discharge_kw_max=Kilowatts(50.0),
        efficiency=USUAL_CELLS,
    )  # fmt: skip
    converter = KIND.converter(RATED, RATED)
    car = MeteredBattery(battery=Battery.at_share(rating, TARGET), converter=converter)
    site, stay, rolling = _site(load_kw, spare_kw), _stay(knows=knows), Rolling()
    cost = faint = lost = 0.0
    for quarter in range(DAY):
        now = Instant(START + quarter * QUARTER)
        stored = car.battery.stored_kwh
        asked = replace(site, now=now, stays=(structs.replace(stay, energy_kwh=stored),))
        wish = Kilowatts(float(rolling.solve(asked).power_kw[0, 0]))
        power, _ = car.follow(wish, QUARTER)
        least, most = car.limits(QUARTER)
        power = Kilowatts(max(least, min(power, most)))
        car = car.after(power, QUARTER)
        moved = car.battery.stored_kwh - stored
        hours = QUARTER / 3600.0
        faint += hours * (0.0 < abs(power) < FAINT_KW)
        lost += power * hours - moved
        drawn = site.load_kw.values[quarter] - site.pv_kw.values[quarter] + power
        prices = site.import_eur_per_kwh if drawn > 0 else site.export_eur_per_kwh
        cost += drawn * hours * prices.values[quarter]
        cost += abs(moved) * stay.wear_eur_per_kwh
    missing = max(0.0, TARGET * CAPACITY - car.battery.stored_kwh)
    cost += missing * float(site.import_eur_per_kwh.values.max())
    return Day(cost_eur=cost, faint_h=faint, lost_kwh=lost, soc=car.soc)


def _stay(*, knows: bool) -> Stay:
    """Return the car as the planner sees it."""
    converter = KIND.converter(RATED, RATED)
    best = Share(converter.efficiency(Kilowatts(8.8)) * KIND.cells)
    return Stay(
        key="car", arrival=START, departure=Instant(START + DAY * QUARTER),
        energy_kwh=KilowattHours(0.0), floor_kwh=KilowattHours(12.0),
        target_kwh=KilowattHours(TARGET * CAPACITY), capacity_kwh=CAPACITY, charge_kw=RATED,
        discharge_kw=RATED, may_discharge=True, wear_eur_per_kwh=0.005,
        charge_efficiency=best, discharge_efficiency=best,
        curve=curve_of(converter, KIND.cells) if knows else None,
        least_kw=converter.worthwhile_kw if knows else NO_POWER,
    )  # fmt: skip


def _site(load_kw: float, spare_kw: float) -> Snapshot:
    """Return the workshop: its load all day, its sun from 11 to 15, dear evenings, little pay for export."""
    count = DAY + 4 * 96
    hour = (np.arange(count) * 0.25) % 24

    def series(values: np.typing.NDArray[np.float64], unit: str) -> Series:
        return Series(start=START, step=QUARTER, values=values.astype(float), unit=unit)

    sun = np.where((hour >= 11) & (hour < 15), load_kw + spare_kw, 0.0)
    return Snapshot(
        now=START, stays=(), load_kw=series(np.full(count, load_kw), "kW"),
        pv_kw=series(sun, "kW"),
        import_eur_per_kwh=series(np.where((hour >= 17) & (hour < 22), 0.24, 0.15), "EUR/kWh"),
        export_eur_per_kwh=series(np.full(count, 0.12), "EUR/kWh"),
        import_limit_kw=series(np.full(count, 30.0), "kW"),
        export_limit_kw=series(np.full(count, 30.0), "kW"), peak_eur_per_kw=0.0,
        peak_so_far_kw=Kilowatts(30.0),
    )  # fmt: skip
