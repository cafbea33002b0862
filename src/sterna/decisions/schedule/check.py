"""A judge of schedules that knows no solver.

It walks through the steps car by car, in plain words of physics, and shares
nothing with the linear program but the records of `problem`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sterna.decisions.schedule.problem import OVER_EUR_PER_KWH, Floats, Problem, Schedule

TOLERANCE_KWH: Final = 1e-5
"""Ten times the solver's own tolerance of 1e-6, summed over a few steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is wrong with a schedule (nothing: it is feasible) and what it costs."""

    faults: tuple[str, ...]
    cost_eur: float
    unmet_kwh: tuple[float, ...]
    over_kwh: float
    """Import beyond the limit over all steps; allowed, but never hidden."""


def check(problem: Problem, schedule: Schedule, tolerance: float = TOLERANCE_KWH) -> Verdict:
    """Judge *schedule*: every limit of cars and site, and the cost, recomputed from scratch."""
    faults: list[str] = []
    cost = 0.0
    unmet: list[float] = []
    for car in range(len(problem.sessions)):
        paid, missing, wrong = _car(problem, schedule, car, tolerance)
        cost += paid
        unmet.append(missing)
        faults.extend(wrong)
    faults.extend(_site_faults(problem, schedule, tolerance))
    return Verdict(
        faults=tuple(faults),
        cost_eur=cost + _site_cost(problem, schedule),
        unmet_kwh=tuple(unmet),
        over_kwh=float(sum(schedule.over_kwh)),
    )


def _car(
    problem: Problem, schedule: Schedule, car: int, tolerance: float
) -> tuple[float, float, list[str]]:
    """Return the cost of one car (EUR), its missing energy (kWh) and its faults."""
    cars = problem.sessions
    stored = float(cars.energy_kwh[car])
    fastest = stored
    ceiling = max(float(cars.capacity_kwh[car]), stored)
    cost = 0.0
    faults: list[str] = []
    for step, hours in enumerate(problem.hours.tolist()):
        charge = float(schedule.charge_kwh[car, step])
        discharge = float(schedule.discharge_kwh[car, step])
        here = float(cars.present_h[car, step])
        where = f"car {car} step {step}"
        if not cars.first[car] <= step < cars.last[car]:
            if abs(charge) > tolerance or abs(discharge) > tolerance:
                faults.append(f"{where}: moves energy while it is away")
            continue
        if charge < -tolerance or charge > cars.charge_kw[car] * here + tolerance:
            faults.append(f"{where}: charges {charge:.6f} kWh, outside its power")
        if discharge < -tolerance or discharge > cars.discharge_kw[car] * here + tolerance:
            faults.append(f"{where}: discharges {discharge:.6f} kWh, outside its power")
        if charge > tolerance and discharge > tolerance:
            faults.append(f"{where}: charges and discharges at once")
        into = _at_battery(charge, here, *cars.charging, car, charging=True)
        out = _at_battery(discharge, here, *cars.discharging, car, charging=False)
        stored += into - out
        fastest += float(cars.fastest_kw[car]) * here
        floor = min(float(cars.floor_kwh[car]), fastest, ceiling)
        if stored < floor - tolerance:
            faults.append(f"{where}: holds {stored:.6f} kWh, below its floor {floor:.6f}")
        if stored > ceiling + tolerance:
            faults.append(f"{where}: holds {stored:.6f} kWh, above {ceiling:.6f}")
        cost += cars.wear_eur_per_kwh[car] * (into + out)
        cost += cars.high_eur_per_kwh_h[car] * hours * max(0.0, stored - cars.knee_kwh[car])
    missing = max(0.0, float(cars.target_kwh[car]) - stored)
    return float(cost + missing * cars.unmet_eur_per_kwh[car]), missing, faults


def _at_battery(
    metered: float, here: float, powers: Floats, shares: Floats, car: int, *, charging: bool
) -> float:
    """Return what *metered* kWh are at the battery of *car*, the best piece of its curve first."""
    moved, left = 0.0, metered
    for piece in range(len(powers)):
        last = piece == len(powers) - 1
        part = left if last else min(left, float(powers[piece, car]) * here)
        share = float(shares[piece, car])
        moved += part * share if charging else part / share
        left -= part
    return moved


def _site_faults(problem: Problem, schedule: Schedule, tolerance: float) -> Iterator[str]:
    """Yield what is wrong at the grid connection, step by step."""
    site = problem.site
    for step, hours in enumerate(problem.hours.tolist()):
        drawn = schedule.import_kwh[step] + schedule.over_kwh[step]
        cars = schedule.charge_kwh[:, step].sum() - schedule.discharge_kwh[:, step].sum()
        used = site.load_kw[step] * hours + cars + schedule.export_kwh[step]
        made = site.pv_kw[step] * hours - schedule.curtailed_kwh[step]
        if abs(drawn + made - used) > tolerance * (1 + len(problem.sessions)):
            yield f"step {step}: {drawn + made - used:.6f} kWh come from nowhere"
        for name, value, most in (
            ("import", schedule.import_kwh[step], site.import_limit_kw[step] * hours),
            ("export", schedule.export_kwh[step], site.export_limit_kw[step] * hours),
            ("curtailment", schedule.curtailed_kwh[step], site.pv_kw[step] * hours),
            ("excess", schedule.over_kwh[step], float("inf")),
        ):
            if value < -tolerance or value > most + tolerance:
                yield f"step {step}: {name} of {value:.6f} kWh is outside 0..{most:.6f}"
        if schedule.import_kwh[step] > tolerance and schedule.export_kwh[step] > tolerance:
            yield f"step {step}: imports and exports at once"


def _site_cost(problem: Problem, schedule: Schedule) -> float:
    """Return the cost of energy, peak and excess at the grid connection, EUR."""
    site = problem.site
    peak = site.peak_so_far_kw
    cost = 0.0
    for step, hours in enumerate(problem.hours.tolist()):
        cost += site.import_eur_per_kwh[step] * schedule.import_kwh[step]
        cost -= site.export_eur_per_kwh[step] * schedule.export_kwh[step]
        cost += OVER_EUR_PER_KWH * schedule.over_kwh[step]
        peak = max(peak, schedule.import_kwh[step] / hours)
    return float(cost + site.peak_eur_per_kw * peak)
