"""Fleets to be flexible with: small nasty ones from a seed, and the cars of the use cases."""

from dataclasses import replace

import numpy as np
from schedule_problems import random_problem, tame

from sterna.decisions.schedule.problem import Floats, Problem, Sessions, Site
from sterna.decisions.schedule.reference import presence


def fleet(seed: int, *, pieces: int = 1) -> Problem:
    """Draw a small fleet of which most are there in the middle; with two *pieces* cars lose more at higher power."""
    problem = _there(tame(random_problem(seed, cars=6)), seed)
    if pieces == 1:
        return problem
    draw = np.random.Generator(np.random.PCG64([seed, 7]))
    cars = problem.sessions
    falling = np.stack((np.ones(len(cars)), draw.uniform(0.8, 1.0, len(cars))))
    halves = np.stack((cars.charge_kw / 2, cars.charge_kw / 2))
    gives = np.stack((cars.discharge_kw / 2, cars.discharge_kw / 2))
    bent = replace(
        cars,
        charge_pieces=np.stack((halves, cars.charge_efficiency * falling)),
        discharge_pieces=np.stack((gives, cars.discharge_efficiency * falling)),
    )
    return replace(problem, sessions=bent)


def _there(problem: Problem, seed: int) -> Problem:
    """Return *problem* with most cars plugged in steps 1 to 6, and a wider connection."""
    draw = np.random.Generator(np.random.PCG64([seed, 3]))
    cars, site = problem.sessions, problem.site
    stays = draw.random(len(cars)) < 0.75
    first = np.where(stays, np.minimum(cars.first, 1), cars.first)
    last = np.where(stays, np.maximum(cars.last, 7), cars.last)
    whole = presence(first, last, problem.hours)
    wider = draw.uniform(0.0, 60.0)
    return replace(
        problem,
        sessions=replace(
            cars,
            first=first,
            last=last,
            present_h=np.where(stays[:, None], whole, cars.present_h),
        ),
        site=replace(
            site,
            import_limit_kw=site.import_limit_kw + wider,
            export_limit_kw=site.export_limit_kw + wider,
        ),
    )


def dear(problem: Problem) -> Problem:
    """Return *problem* with targets that go before any price."""
    cars = problem.sessions
    return replace(problem, sessions=replace(cars, unmet_eur_per_kwh=np.full(len(cars), 100.0)))


def alone(problem: Problem) -> Problem:
    """Return *problem* at a connection without limits, so that no car is in another's way."""
    endless = np.full(len(problem.hours), np.inf)
    site = replace(problem.site, import_limit_kw=endless, export_limit_kw=endless)
    return replace(problem, site=site)


def parked(
    count: int,
    *,
    kw: float,
    capacity_kwh: float = 60.0,
    energy_kwh: float,
    floor_kwh: float,
    target_kwh: float,
    hours: Floats,
    efficiency: float = 0.95,
    price: Floats | None = None,
) -> Problem:
    """Return *count* equal cars that stay for all *hours*, at a connection without limits."""
    ones, steps = np.ones(count), len(hours)
    first, last = np.zeros(count, dtype=np.int64), np.full(count, steps)
    endless = np.full(steps, np.inf)
    paid = np.full(steps, 0.2) if price is None else price
    return Problem(
        hours=hours,
        sessions=Sessions(
            first=first,
            last=last,
            present_h=presence(first, last, hours),
            energy_kwh=energy_kwh * ones,
            floor_kwh=floor_kwh * ones,
            capacity_kwh=capacity_kwh * ones,
            target_kwh=target_kwh * ones,
            unmet_eur_per_kwh=100.0 * ones,
            charge_kw=kw * ones,
            discharge_kw=kw * ones,
            charge_efficiency=efficiency * ones,
            discharge_efficiency=efficiency * ones,
            wear_eur_per_kwh=0.02 * ones,
            knee_kwh=capacity_kwh * ones,
            high_eur_per_kwh_h=0.0 * ones,
        ),
        site=Site(
            load_kw=np.zeros(steps),
            pv_kw=np.zeros(steps),
            import_eur_per_kwh=paid,
            export_eur_per_kwh=np.zeros(steps),
            import_limit_kw=endless,
            export_limit_kw=endless,
            peak_eur_per_kw=0.0,
            peak_so_far_kw=0.0,
        ),
    )
