"""A synthetic site over days, to measure and test the rolling schedule on.

Parked cars come and go, forecasts are off, every plan is followed until the next
one: snapshots every five minutes of site time and at each arrival.
"""

from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs

from sterna.decisions.schedule.problem import Floats, Plan
from sterna.decisions.schedule.snapshot import Snapshot
from sterna.decisions.schedule.stay import Stay
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds
from sterna.kernel.series import Series

START = Instant(1_751_328_000.0)
QUARTER = 900.0


def fleet(count: int, days: float, draw: np.random.Generator) -> list[Stay]:
    """Return *count* bays of stays, one after the other; about half are long."""
    stays = []
    for bay in range(count):
        moment = START - draw.uniform(0, 30) * 3600
        number = 0
        while moment < START + days * 86400:
            stay_h = draw.uniform(12, 60) if draw.random() < 0.7 else draw.uniform(2, 10)
            capacity = float(draw.choice([40.0, 52.0, 64.0, 77.0, 100.0]))
            power = float(draw.choice([11.0, 22.0]))
            energy = capacity * draw.uniform(0.2, 0.85)
            leaves = moment + stay_h * 3600
            if leaves > START:
                stays.append(
                    Stay(
                        key=f"{bay}-{number}",
                        arrival=Instant(moment),
                        departure=Instant(leaves),
                        energy_kwh=KilowattHours(energy),
                        floor_kwh=KilowattHours(0.2 * capacity),
                        target_kwh=KilowattHours(capacity * draw.uniform(0.6, 0.95)),
                        capacity_kwh=KilowattHours(capacity),
                        charge_kw=Kilowatts(power),
                        discharge_kw=Kilowatts(power),
                        may_discharge=bool(draw.random() < 0.8),
                        wear_eur_per_kwh=float(draw.choice([0.01, 0.02, 0.03])),
                        high_eur_per_kwh_h=0.0006,
                    )
                )
            moment = leaves + draw.uniform(0.2, 3) * 3600
            number += 1
    return stays


def site_series(days: float, scale: float, draw: np.random.Generator) -> dict[str, Series]:
    """Return load, pv, prices and limits for *days* plus the horizon."""
    count = int((days + 4) * 96)
    hour = (np.arange(count) * 0.25) % 24
    day = np.arange(count) // 96
    load = (
        scale * (3 + 2 * np.exp(-(((hour - 13) / 5) ** 2))) * (1 + 0.03 * draw.normal(size=count))
    )
    sun = np.maximum(0, np.sin((hour - 6.5) / 13 * np.pi)) * ((hour > 6.5) & (hour < 19.5))
    pv = scale * 2.6 * sun * draw.uniform(0.4, 1.0, int(days) + 5)[day]
    spot = (
        0.09
        + 0.05 * np.exp(-(((hour - 8.5) / 2) ** 2))
        + 0.1 * np.exp(-(((hour - 19.5) / 2.2) ** 2))
    )
    spot = (
        spot
        - 0.1 * np.exp(-(((hour - 13.5) / 2.5) ** 2))
        + 0.01 * np.repeat(draw.normal(size=count // 4 + 1), 4)[:count]
    )
    tou = np.where((hour >= 8) & (hour < 22), 0.06, 0.03)
    net = load - pv

    def series(values: Floats, unit: str) -> Series:
        return Series(start=START, step=Seconds(QUARTER), values=values.astype(float), unit=unit)

    return {
        "load_kw": series(load, "kW"),
        "pv_kw": series(pv, "kW"),
        "import_eur_per_kwh": series(spot + tou, "EUR/kWh"),
        "export_eur_per_kwh": series(spot - 0.005, "EUR/kWh"),
        "import_limit_kw": series(np.full(count, net.max() * 1.05), "kW"),
        "export_limit_kw": series(np.full(count, 0.8 * scale), "kW"),
    }


@dataclass
class Run:
    """A site that follows its plans."""

    stays: list[Stay]
    series: dict[str, Series]
    draw: np.random.Generator
    noise: float = 0.03

    def __post_init__(self) -> None:
        """Every car starts with the energy of its stay."""
        self.energy = {stay.key: float(stay.energy_kwh) for stay in self.stays}
        self.peak = 0.85 * float(
            np.max(self.series["load_kw"].values - self.series["pv_kw"].values)
        )

    def moments(self, days: float) -> list[float]:
        """Return the instants of solves: every 300 s and at each arrival."""
        ticks = START + np.arange(0, days * 86400, 300.0)
        events = [s.arrival for s in self.stays if START < s.arrival < START + days * 86400]
        return sorted({*ticks.tolist(), *events})

    def snapshot(self, now: float) -> Snapshot:
        """Return what is known at *now*: near forecasts are off by some noise."""
        plugged = tuple(
            structs.replace(stay, energy_kwh=KilowattHours(self.energy[stay.key]))
            for stay in self.stays
            if stay.arrival <= now < stay.departure
        )
        load = self.series["load_kw"]
        off = self.draw.normal() * self.noise
        count = len(load.values)
        age = np.maximum(0, np.arange(count) - (now - START) / QUARTER)
        forecast = load.values * (1 + off * np.exp(-age / 8))
        return Snapshot(
            now=Instant(now),
            stays=plugged,
            peak_eur_per_kw=0.8,
            peak_so_far_kw=Kilowatts(self.peak),
            load_kw=replace(load, values=forecast),
            pv_kw=self.series["pv_kw"],
            import_eur_per_kwh=self.series["import_eur_per_kwh"],
            export_eur_per_kwh=self.series["export_eur_per_kwh"],
            import_limit_kw=self.series["import_limit_kw"],
            export_limit_kw=self.series["export_limit_kw"],
        )

    def follow(self, snapshot: Snapshot, plan: Plan, until: float) -> None:
        """Execute the plan's first step up to *until*."""
        hours = (until - snapshot.now) / 3600
        for stay, power in zip(snapshot.stays, plan.power_kw[:, 0].tolist(), strict=True):
            here = min(hours, (stay.departure - snapshot.now) / 3600)
            gain = power * here * (0.95 if power > 0 else 1 / 0.95)
            self.energy[stay.key] = min(max(self.energy[stay.key] + gain, 0.0), stay.capacity_kwh)
        self.peak = max(self.peak, float(plan.site_kw[0]))
