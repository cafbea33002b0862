"""A judge of schedules that knows no solver.

It walks through the steps car by car, in plain words of physics, and shares
nothing with the linear program but the records of `problem`.
"""

import math
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
    missed_kwh: float
    """By how much bands are missed, over all bands and steps; likewise."""
    lacking_kwh: float
    """Reserve lacking, up and down, times the hours for which it lacks; likewise."""


def check(problem: Problem, schedule: Schedule, tolerance: float = TOLERANCE_KWH) -> Verdict:
    """Judge *schedule*: every limit of cars, site, bands and reserve, and the cost, recomputed from scratch."""
    faults: list[str] = []
    if not all(math.isfinite(value) for value in schedule.import_kwh.tolist()):
        faults.append("import: not every value is a finite number")
    cost = 0.0
    unmet: list[float] = []
    for car in range(len(problem.sessions)):
        walk = _Walk(problem, schedule, car, tolerance)
        walk.run()
        cost += walk.cost
        unmet.append(walk.missing)
        faults.extend(walk.faults)
    faults.extend(_site_faults(problem, schedule, tolerance))
    missed = lacking = 0.0
    for number in range(len(problem.bands)):
        faults.extend(_band_faults(problem, schedule, number, tolerance))
        missed += math.fsum(abs(kwh) for kwh in schedule.missed_kwh[number].tolist())
    if problem.reserve is not None:
        faults.extend(_pool_faults(problem, schedule, tolerance))
        lacking = float(math.fsum(schedule.lacking_kw @ problem.hours))
    weights = OVER_EUR_PER_KWH * (missed + lacking)
    return Verdict(
        faults=tuple(faults),
        cost_eur=cost + _site_cost(problem, schedule) + weights,
        unmet_kwh=tuple(unmet),
        over_kwh=float(math.fsum(schedule.over_kwh)),
        missed_kwh=missed,
        lacking_kwh=lacking,
    )


class _Walk:
    """One car followed from its first step to its last: cost (EUR), missing energy (kWh), faults."""

    def __init__(self, problem: Problem, schedule: Schedule, car: int, tolerance: float) -> None:
        """Start with what the car comes with."""
        self._problem, self._schedule, self._car = problem, schedule, car
        self._tolerance = tolerance
        cars = problem.sessions
        self._stored = self._fastest = float(cars.energy_kwh[car])
        self._ceiling = max(float(cars.capacity_kwh[car]), self._stored)
        self._floor = min(float(cars.floor_kwh[car]), self._stored)
        self.cost = 0.0
        self.missing = 0.0
        self.faults: list[str] = []

    def run(self) -> None:
        """Walk through all steps, then look at what is missing."""
        cars, car = self._problem.sessions, self._car
        for step in range(len(self._problem.hours)):
            if cars.first[car] <= step < cars.last[car]:
                self._step(step, f"car {car} step {step}")
            else:
                self._away(step, f"car {car} step {step}")
        self.missing = max(0.0, float(cars.target_kwh[car]) - self._stored)
        self.cost += self._weight_of(self.missing)

    def _away(self, step: int, where: str) -> None:
        """Nothing moves and nothing is held while the car is away."""
        charge, discharge, up, down = self._moves(step)
        if abs(charge) > self._tolerance or abs(discharge) > self._tolerance:
            self.faults.append(f"{where}: moves energy while it is away")
        if abs(up) > self._tolerance or abs(down) > self._tolerance:
            self.faults.append(f"{where}: holds reserve while it is away")

    def _moves(self, step: int) -> tuple[float, float, float, float]:
        """Return charge and discharge (kWh), reserve up and down (kW) in *step*."""
        schedule, car = self._schedule, self._car
        charge = float(schedule.charge_kwh[car, step])
        discharge = float(schedule.discharge_kwh[car, step])
        if self._problem.reserve is None:
            return charge, discharge, 0.0, 0.0
        up, down = schedule.reserve_up_kw[car, step], schedule.reserve_down_kw[car, step]
        return charge, discharge, float(up), float(down)

    def _step(self, step: int, where: str) -> None:
        """Follow the car through *step*: powers, energies, reserve, cost."""
        cars, car, tolerance = self._problem.sessions, self._car, self._tolerance
        charge, discharge, *_ = self._moves(step)
        here = float(cars.present_h[car, step])
        if charge < -tolerance or charge > cars.charge_kw[car] * here + tolerance:
            self.faults.append(f"{where}: charges {charge:.6f} kWh, outside its power")
        if discharge < -tolerance or discharge > cars.discharge_kw[car] * here + tolerance:
            self.faults.append(f"{where}: discharges {discharge:.6f} kWh, outside its power")
        if charge > tolerance and discharge > tolerance:
            self.faults.append(f"{where}: charges and discharges at once")
        into = _at_battery(charge, here, *cars.charging, car, charging=True)
        out = _at_battery(discharge, here, *cars.discharging, car, charging=False)
        begun, begun_floor = self._stored, self._floor
        self._stored += into - out
        self._fastest += float(cars.fastest_kw[car]) * here
        self._floor = min(float(cars.floor_kwh[car]), self._fastest, self._ceiling)
        if self._stored < self._floor - tolerance:
            self.faults.append(
                f"{where}: holds {self._stored:.6f} kWh, below its floor {self._floor:.6f}"
            )
        if self._stored > self._ceiling + tolerance:
            self.faults.append(f"{where}: holds {self._stored:.6f} kWh, above {self._ceiling:.6f}")
        if self._problem.reserve is not None:
            above = min(begun - begun_floor, self._stored - self._floor)
            self._reserve(step, where, above, self._ceiling - max(begun, self._stored))
        hours = float(self._problem.hours[step])
        high = max(0.0, self._stored - float(cars.knee_kwh[car]))
        self.cost += float(cars.wear_eur_per_kwh[car]) * (into + out)
        self.cost += float(cars.high_eur_per_kwh_h[car]) * hours * high
        if cars.levy_eur_per_kwh is not None:
            self.cost += float(cars.levy_eur_per_kwh[car]) * charge
        if cars.early_kwh is not None and cars.early_eur_per_kwh is not None:
            short = max(0.0, float(cars.early_kwh[car]) - self._stored)
            self.cost += float(cars.early_eur_per_kwh[car, step]) * short

    def _reserve(self, step: int, where: str, above: float, below: float) -> None:
        """Judge what the car holds for the grid with *above* kWh over its floor and *below* kWh of room."""
        reserve, cars, car = self._problem.reserve, self._problem.sessions, self._car
        assert reserve is not None
        charge, discharge, up, down = self._moves(step)
        hours, tolerance = float(self._problem.hours[step]), self._tolerance
        if up < -tolerance or down < -tolerance:
            self.faults.append(f"{where}: holds less than no reserve")
        if max(up, down) > tolerance and cars.present_h[car, step] < hours - tolerance:
            self.faults.append(f"{where}: holds reserve in a step in which it comes or goes")
        if up > tolerance and (
            discharge - charge + up * hours > cars.discharge_kw[car] * hours + tolerance
        ):
            self.faults.append(f"{where}: holds {up:.6f} kW up, beyond its power")
        if down > tolerance and (
            charge - discharge + down * hours > cars.charge_kw[car] * hours + tolerance
        ):
            self.faults.append(f"{where}: holds {down:.6f} kW down, beyond its power")
        worst_out = max(1.0 / float(share[car]) for share in cars.discharging[1])
        worst_in = max(float(share[car]) for share in cars.charging[1])
        if up > tolerance and up * reserve.hold_h * worst_out > above + tolerance:
            self.faults.append(f"{where}: holds {up:.6f} kW up with {above:.6f} kWh over its floor")
        if down > tolerance and down * reserve.hold_h * worst_in > below + tolerance:
            self.faults.append(f"{where}: holds {down:.6f} kW down with room for {below:.6f} kWh")

    def _weight_of(self, missing: float) -> float:
        """Return what *missing* kWh at departure weigh, EUR."""
        cars, car = self._problem.sessions, self._car
        price = float(cars.unmet_eur_per_kwh[car])
        if cars.fair_shares is None or cars.fair_factors is None:
            return price * missing
        weight, left = 0.0, missing
        tiers = list(
            zip(cars.fair_shares[:, car].tolist(), cars.fair_factors[:, car].tolist(), strict=True)
        )
        for number, (width, factor) in enumerate(tiers):
            part = left if number == len(tiers) - 1 else min(left, width)
            weight += price * factor * part
            left -= part
        return weight


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


def _band_faults(
    problem: Problem, schedule: Schedule, number: int, tolerance: float
) -> Iterator[str]:
    """Yield where a band is missed by something else than what the schedule tells."""
    band = problem.bands[number]
    for step, hours in enumerate(problem.hours.tolist()):
        power = float(band.base_kw[step])
        for car in range(len(problem.sessions)):
            moved = schedule.charge_kwh[car, step] - schedule.discharge_kwh[car, step]
            power += float(band.weight[car] * moved) / hours
        above = max(0.0, power - float(band.high_kw[step]))
        below = max(0.0, float(band.low_kw[step]) - power)
        told = float(schedule.missed_kwh[number, step])
        if abs(told - (above - below) * hours) > tolerance * (1 + len(problem.sessions)):
            yield (
                f"band {band.name} step {step}: is at {power:.6f} kW, "
                f"{band.low_kw[step]:.6f}..{band.high_kw[step]:.6f} is wanted, {told:.6f} kWh are told"
            )


def _pool_faults(problem: Problem, schedule: Schedule, tolerance: float) -> Iterator[str]:
    """Yield where the reserve of all cars lacks something else than what the schedule tells."""
    assert problem.reserve is not None
    for way, (name, wanted, held) in enumerate(
        (
            ("up", problem.reserve.up_kw, schedule.reserve_up_kw),
            ("down", problem.reserve.down_kw, schedule.reserve_down_kw),
        )
    ):
        for step in range(len(problem.hours)):
            lacks = max(0.0, float(wanted[step]) - float(held[:, step].sum()))
            told = float(schedule.lacking_kw[way, step])
            if abs(told - lacks) > tolerance * (1 + len(problem.sessions)):
                yield f"reserve {name} step {step}: lacks {lacks:.6f} kW, {told:.6f} are told"


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
