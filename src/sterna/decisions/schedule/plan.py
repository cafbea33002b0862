"""From the solver's numbers to a plan: net what runs both ways, price it, lay it out."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.columns import Slots
from sterna.decisions.schedule.problem import (
    OVER_EUR_PER_KWH,
    Floats,
    Ints,
    Plan,
    Problem,
    Schedule,
)

TINY_KWH: Final = 1e-6
"""Energies below this are the solver's noise (its feasibility tolerance is 1e-7)."""
TINY_EUR: Final = 1e-6
"""Costs nearer than this, per EUR of the plan, are equal."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """A solution by slots (K,) for the cars and by steps (T,) for the site, all in kWh."""

    charge: Floats
    discharge: Floats
    into: Floats
    """What of `charge` is stored."""
    out: Floats
    """What `discharge` takes from the cells."""
    stored: Floats
    """Stored energy at the end of each slot."""
    unmet: Floats
    """Shape (N,)."""
    imported: Floats
    exported: Floats
    curtailed: Floats
    over: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """Flows in which nothing runs both ways, and where that made them dearer."""

    flows: Flows
    cost_eur: float
    slots_overlapping: Ints
    """Positions of the slots that need a binary for the plan to be optimal."""
    steps_overlapping: Ints
    """Steps at which import and export need one."""

    @property
    def exact(self) -> bool:
        """Return whether nothing is left to be decided."""
        return len(self.slots_overlapping) == 0 and len(self.steps_overlapping) == 0


def settled(problem: Problem, where: Slots, flows: Flows, objective: float) -> Settled:
    """Net charge against discharge and import against export; see where that costs something.

    *objective* is what the solver says that *flows* cost, EUR.
    """
    both = (flows.charge > TINY_KWH) & (flows.discharge > TINY_KWH)
    two_way = np.minimum(flows.imported, flows.exported) > TINY_KWH
    netted, homeless = _netted(problem, where, flows)
    cost = cost_of(problem, where, netted)
    dearer = cost > objective + TINY_EUR * max(1.0, abs(objective)) or bool(homeless.any())
    none = np.zeros(0, dtype=np.int64)
    return Settled(
        flows=netted,
        cost_eur=cost,
        slots_overlapping=np.flatnonzero(both) if dearer else none,
        steps_overlapping=np.flatnonzero(two_way) if dearer else none,
    )


def _netted(problem: Problem, where: Slots, flows: Flows) -> tuple[Flows, NDArray[np.bool_]]:
    """Return flows with one direction each, and the steps that cannot take the difference.

    A car keeps its stored energy, so it draws less from the meter: the site imports less,
    else exports more where that is paid, else curtails more.
    """
    cars, site = problem.sessions, problem.site
    gained = flows.into - flows.out
    into, out = np.maximum(gained, 0.0), np.maximum(-gained, 0.0)
    here = cars.present_h[where.car, where.step]
    charge = _metered(into, here, *cars.charging, where.car, charging=True)
    discharge = _metered(out, here, *cars.discharging, where.car, charging=False)
    spared = flows.charge - flows.discharge - charge + discharge
    rest = np.bincount(where.step, weights=spared, minlength=len(problem.hours))
    circle = np.minimum(flows.imported, flows.exported)
    imported, exported = flows.imported - circle, flows.exported - circle
    less = np.minimum(imported, rest)
    imported, rest = imported - less, rest - less
    room = np.maximum(site.export_limit_kw * problem.hours - exported, 0.0)
    more = np.where(site.export_eur_per_kwh > 0, np.minimum(room, rest), 0.0)
    exported, rest = exported + more, rest - more
    cut = np.minimum(site.pv_kw * problem.hours - flows.curtailed, rest)
    curtailed, rest = flows.curtailed + cut, rest - cut
    found = replace(
        flows,
        charge=charge,
        discharge=discharge,
        into=into,
        out=out,
        imported=imported,
        exported=exported,
        curtailed=curtailed,
    )
    return found, rest > TINY_KWH * 10


def _metered(
    moved: Floats, here: Floats, powers: Floats, shares: Floats, car: Ints, *, charging: bool
) -> Floats:
    """Return the metered energy of *moved* kWh at the battery, shape (K,), the best piece first.

    *shares*: efficiency of each piece: what is stored of a metered kWh when *charging*, what is
    metered of a stored one when not.
    """
    rest, metered = moved, np.zeros(len(moved))
    ratios = 1.0 / shares[:, car] if charging else shares[:, car]
    for power, ratio in zip(powers, ratios, strict=True):
        part = np.minimum(rest, power[car] * here / ratio)
        metered = metered + part * ratio
        rest = rest - part
    whole: Floats = metered + rest * ratios[-1]  # What is beyond all pieces is the solver's noise.
    return whole


def cost_of(problem: Problem, where: Slots, flows: Flows) -> float:
    """Return what *flows* cost, EUR: the objective of the problem."""
    cars, site, car = problem.sessions, problem.site, where.car
    moved = flows.into + flows.out
    high = np.maximum(flows.stored - cars.knee_kwh[car], 0.0) * problem.hours[where.step]
    peak = max(site.peak_so_far_kw, float(np.max(flows.imported / problem.hours)))
    return float(
        cars.wear_eur_per_kwh[car] @ moved
        + cars.high_eur_per_kwh_h[car] @ high
        + cars.unmet_eur_per_kwh @ flows.unmet
        + site.import_eur_per_kwh @ flows.imported
        - site.export_eur_per_kwh @ flows.exported
        + OVER_EUR_PER_KWH * np.sum(flows.over)
        + site.peak_eur_per_kw * peak
    )


def plan_of(
    problem: Problem,
    where: Slots,
    found: Settled,
    *,
    prices: Floats,
    values: Floats,
    edges: Floats | None,
    bound: float,
    solver: str,
    iterations: int,
) -> Plan:
    """Lay *found* out by sessions and steps. *values*: of a stored kWh at the end of each slot, shape (K,)."""
    flows = found.flows
    cars, hours = problem.sessions, problem.hours
    shape = (len(cars), len(hours))
    charge, discharge, stored, worth = (np.zeros(shape) for _ in range(4))
    charge[where.car, where.step] = flows.charge
    discharge[where.car, where.step] = flows.discharge
    stored[where.car, where.step] = flows.stored
    worth[where.car, where.step] = values
    here = np.maximum(cars.present_h, 1e-9)
    schedule = Schedule(
        charge_kwh=charge,
        discharge_kwh=discharge,
        import_kwh=flows.imported,
        export_kwh=flows.exported,
        curtailed_kwh=flows.curtailed,
        over_kwh=flows.over,
    )
    return Plan(
        edges=np.concatenate(([0.0], np.cumsum(hours) * 3600.0)) if edges is None else edges,
        power_kw=(charge - discharge) / here,
        energy_kwh=stored,
        site_kw=(flows.imported + flows.over - flows.exported) / hours,
        unmet_kwh=flows.unmet,
        price_eur_per_kwh=prices,
        value_eur_per_kwh=worth,
        peak_kw=max(problem.site.peak_so_far_kw, float(np.max(flows.imported / hours))),
        schedule=schedule,
        cost_eur=found.cost_eur,
        lower_bound_eur=min(bound, found.cost_eur),
        solver=solver,
        iterations=iterations,
    )
