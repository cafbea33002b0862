"""Small random problems with every feature switched on or off at random."""

from dataclasses import replace
from typing import Any

import numpy as np
from msgspec import structs
from typing_extensions import override

from sterna.decisions.schedule.days import START, Run, fleet, site_series
from sterna.decisions.schedule.problem import Band, Floats, Problem, Reserve, Sessions, Site
from sterna.decisions.schedule.promises import BandAhead, ReserveAhead, feeder, phases, volume
from sterna.decisions.schedule.reference import presence
from sterna.decisions.schedule.snapshot import Snapshot, Tier
from sterna.decisions.schedule.standing import standing
from sterna.kernel.quantities import KilowattHours, Kilowatts
from sterna.kernel.series import Series


def random_problem(seed: int, cars: int = 4, steps: int = 8) -> Problem:
    """Draw a small, nasty problem: odd steps, cars below the floor, wild prices, tight limits."""
    draw = np.random.Generator(np.random.PCG64(seed))
    hours = draw.choice([0.1, 0.25, 1.0, 3.0], steps)
    first = draw.integers(0, steps, cars)
    last = np.minimum(first + draw.integers(1, steps + 1, cars), steps)
    capacity = draw.uniform(20, 80, cars)
    power = draw.choice([3.7, 11.0, 22.0], cars)
    return Problem(
        hours=hours,
        sessions=Sessions(
            first=first,
            last=last,
            present_h=presence(first, last, hours) * draw.uniform(0.3, 1.0, (cars, steps)),
            energy_kwh=capacity * draw.uniform(0, 1.01, cars),
            floor_kwh=capacity * draw.uniform(0, 0.5, cars),
            capacity_kwh=capacity,
            target_kwh=capacity * draw.uniform(0, 1, cars),
            unmet_eur_per_kwh=draw.uniform(0.3, 2, cars),
            charge_kw=power,
            discharge_kw=power * (draw.random(cars) < 0.7),
            charge_efficiency=draw.uniform(0.85, 1, cars),
            discharge_efficiency=draw.uniform(0.85, 1, cars),
            wear_eur_per_kwh=draw.choice([0.0, 0.02, 0.05], cars),
            knee_kwh=capacity * draw.uniform(0.5, 1, cars),
            high_eur_per_kwh_h=draw.choice([0.0, 0.001], cars),
        ),
        site=Site(
            load_kw=draw.uniform(0, 40, steps),
            pv_kw=draw.uniform(0, 60, steps) * (draw.random(steps) < 0.5),
            import_eur_per_kwh=draw.uniform(-0.6, 0.5, steps),
            export_eur_per_kwh=draw.uniform(-0.6, 0.5, steps),
            import_limit_kw=draw.choice([0.0, 20.0, 60.0, np.inf], steps),
            export_limit_kw=draw.choice([0.0, 10.0, 60.0, np.inf], steps),
            peak_eur_per_kw=float(draw.choice([0.0, 0.8])),
            peak_so_far_kw=float(draw.uniform(0, 30)),
        ),
    )


def tame(problem: Problem) -> Problem:
    """Return *problem* with prices at which the LP is exact: positive, import above export."""
    site = problem.site
    dear = np.abs(site.import_eur_per_kwh) + 0.01
    return replace(
        problem,
        site=replace(site, import_eur_per_kwh=dear, export_eur_per_kwh=dear - 0.01),
    )


def random_band(draw: np.random.Generator, name: str, cars: int, steps: int) -> Band:
    """Draw a feeder, a phase, or a volume that was sold."""
    weight = draw.choice([0.0, 1 / 3, 1.0], cars)
    base = draw.uniform(-10, 20, steps)
    kind = draw.integers(3)
    high = draw.choice([10.0, 20.0, 40.0, np.inf], steps)
    low = np.minimum(high, draw.choice([-np.inf, -20.0, 0.0, 10.0], steps))
    if kind == 0:
        low = np.full(steps, -np.inf)
    elif kind == 1:
        sold = draw.random(steps) < 0.4
        low = np.where(sold, base + draw.uniform(-10, 15, steps), -np.inf)
        high = np.where(sold, low, np.inf)
    return Band(name=name, weight=weight, base_kw=base, low_kw=low, high_kw=high)


def whole(problem: Problem, draw: np.random.Generator) -> Floats:
    """Return presence in which most steps are whole, so that cars can hold reserve."""
    cars, steps = problem.sessions, len(problem.hours)
    full = presence(cars.first, cars.last, problem.hours)
    return np.where(draw.random((len(cars), steps)) < 0.8, full, cars.present_h)


def everything(seed: int, cars: int = 4, steps: int = 8) -> Problem:
    """Draw a problem with bands, reserve, levy, early leavers and fair shares, each with even odds."""
    problem = random_problem(seed, cars, steps)
    draw = np.random.Generator(np.random.PCG64([seed, 1]))
    bands: tuple[Band, ...] = ()
    reserve = None
    of_cars: dict[str, Any] = {"present_h": whole(problem, draw)}
    target = problem.sessions.target_kwh
    if draw.random() < 0.5:
        count = int(draw.integers(1, 4))
        bands = tuple(random_band(draw, f"band {k}", cars, steps) for k in range(count))
    if draw.random() < 0.5:
        reserve = Reserve(
            up_kw=draw.choice([0.0, 2.0, 12.0], steps),
            down_kw=draw.choice([0.0, 2.0, 12.0], steps),
            hold_h=float(draw.choice([0.25, 1.0])),
        )
    if draw.random() < 0.5:
        of_cars["levy_eur_per_kwh"] = draw.choice([0.0, 0.02, 0.1], cars)
    if draw.random() < 0.5:
        of_cars["early_kwh"] = target * draw.uniform(0, 1.1, cars)
        of_cars["early_eur_per_kwh"] = draw.uniform(0, 0.2, (cars, steps)) * (
            draw.random((cars, steps)) < 0.7
        )
    if draw.random() < 0.5:
        of_cars["fair_shares"] = draw.uniform(0, 5, (3, cars))
        of_cars["fair_factors"] = 1 + np.cumsum(draw.uniform(0, 0.5, (3, cars)), axis=0)
    if draw.random() < 0.3:
        cut = draw.uniform(0.3, 0.9, cars)
        sessions = problem.sessions
        for name, most, eta in (
            ("charge_pieces", sessions.charge_kw, sessions.charge_efficiency),
            ("discharge_pieces", sessions.discharge_kw, sessions.discharge_efficiency),
        ):
            of_cars[name] = np.array([[cut * most, (1 - cut) * most], [eta, 0.9 * eta]])
    sessions = replace(problem.sessions, **of_cars)
    return replace(problem, sessions=sessions, bands=bands, reserve=reserve)


class Eventful(Run):
    """A run whose snapshots carry promises: which ones changes every few hours."""

    @override
    def snapshot(self, now: float) -> Snapshot:
        """Return what is known at *now*, with what is promised then."""
        plain = super().snapshot(now)
        hour = int((now - START) // 3600)
        load, cars = plain.load_kw, plain.stays
        scale = float(len(self.stays)) ** 0.5

        def flat(values: Floats | float) -> Series:
            return replace(load, values=np.zeros_like(load.values) + values)

        bands: tuple[BandAhead, ...] = ()
        if hour % 5 != 4:
            keys = [stay.key for stay in cars if sum(stay.key.encode()) % 2]
            third = flat(load.values / 3)
            used = {stay.key: (1 + number % 3,) for number, stay in enumerate(cars)}
            bands = (
                feeder("left wing", keys, base_kw=flat(1.0), high_kw=flat(3 * scale)),
                *phases(used, base_kw=(third, third, third), high_kw=flat(5 * scale)),
            )
        if hour % 6 > 2:
            quarter = np.arange(len(load.values))
            sold = np.where(quarter % 96 // 4 == 18, 1.5 * scale, np.nan)
            net = flat(load.values - plain.pv_kw.values)
            bands += (volume("evening", base_kw=net, sold_kw=flat(sold)),)
        reserve = ReserveAhead(up_kw=flat(0.5 * scale), down_kw=flat(0.3 * scale), hold_h=0.5)
        battery = standing(
            "battery",
            energy_kwh=KilowattHours(self.energy.setdefault("battery", 10.0)),
            capacity_kwh=KilowattHours(20.0),
            charge_kw=Kilowatts(5.0),
            discharge_kw=Kilowatts(5.0),
            worth_eur_per_kwh=0.15,
            wear_eur_per_kwh=0.01,
        )
        return replace(
            plain,
            stays=(*cars, battery) if hour % 4 else cars,
            bands=bands,
            reserve=reserve if hour % 3 else None,
            fair=(Tier(kwh=2.0, factor=1.0), Tier(kwh=2.0, factor=1.5)) if hour % 7 < 5 else (),
        )


def site_with_everything(seed: int, bays: int, days: float) -> Eventful:
    """Return a site over days where every promise comes and goes."""
    draw = np.random.Generator(np.random.PCG64(seed))
    stays = [
        structs.replace(
            stay,
            levy_eur_per_kwh=float(draw.choice([0.0, 0.03])),
            early_kwh=KilowattHours(0.8 * stay.target_kwh * (draw.random() < 0.5)),
            hazard_per_h=float(draw.choice([0.002, 0.01])),
        )
        for stay in fleet(bays, days, draw)
    ]
    return Eventful(stays, site_series(days, float(bays), draw), draw)
