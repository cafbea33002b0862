"""Perfect foresight: one linear program over all days, which knows every stay, load, price and departure.

Its optimum is a lower bound for every strategy under the same account, because it is allowed more
than any of them: means over quarter hours (losses are convex), the best efficiency of each converter
at every power, no taper, no least power, no floor trajectory for a car that arrives below its floor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sterna.app.evaluation.account import MISSING_EUR_PER_KWH
from sterna.app.evaluation.days import Days
from sterna.app.evaluation.lived import Lived
from sterna.decisions.schedule.lp import build, read
from sterna.decisions.schedule.plan import settled
from sterna.decisions.schedule.problem import Problem, Sessions, Site
from sterna.decisions.schedule.program import Program
from sterna.domain.tariff import QUARTER
from sterna.world.fleet import Plates

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Foreseen:
    """What perfect foresight does, and the bound that it proves."""

    life: Lived
    bound_eur: float
    """No strategy costs less than this, whatever it knows."""


def problem_of(days: Days) -> Problem:
    """Return the whole of *days* as one problem in quarter hours."""
    drivers, plates = days.drivers, days.drivers.plates
    edges = days.start + QUARTER * np.arange(days.quarters + 1)
    begin, end = edges[:-1], edges[1:]
    first = np.searchsorted(edges, drivers.comes, side="right") - 1
    last = np.maximum(np.searchsorted(edges, drivers.goes, side="left"), first + 1)
    here = np.minimum(end, drivers.goes[:, None]) - np.maximum(begin, drivers.comes[:, None])
    into, out = best_efficiency(plates)
    by_quarter = (days.quarters, -1)
    return Problem(
        hours=np.full(days.quarters, QUARTER / 3600.0),
        sessions=Sessions(
            first=first, last=np.minimum(last, days.quarters), present_h=np.maximum(here, 0.0) / 3600.0,
            energy_kwh=drivers.arrival_kwh, floor_kwh=np.minimum(drivers.floor_kwh, drivers.arrival_kwh),
            capacity_kwh=plates.capacity_kwh, target_kwh=drivers.target_kwh,
            unmet_eur_per_kwh=np.full(len(drivers), MISSING_EUR_PER_KWH), charge_kw=plates.charge_kw,
            discharge_kw=np.where(drivers.consents, plates.discharge_kw, 0.0), charge_efficiency=into,
            discharge_efficiency=out, wear_eur_per_kwh=drivers.wear_eur_per_kwh, knee_kwh=plates.capacity_kwh,
            high_eur_per_kwh_h=np.zeros(len(drivers)),
        ),
        site=Site(
            load_kw=days.load_kw.reshape(by_quarter).mean(axis=1), pv_kw=days.pv_kw.reshape(by_quarter).mean(axis=1),
            import_eur_per_kwh=days.import_eur_per_kwh, export_eur_per_kwh=days.export_eur_per_kwh,
            import_limit_kw=np.full(days.quarters, days.import_limit_kw),
            export_limit_kw=np.full(days.quarters, days.export_limit_kw),
            peak_eur_per_kw=days.peak_eur_per_kw, peak_so_far_kw=0.0,
        ),
    )  # fmt: skip


def best_efficiency(plates: Plates) -> tuple[Floats, Floats]:
    """Return the best one-way efficiencies of charging and giving back at any power, cells included."""
    found = []
    for most, sign in ((plates.charge_kw, -1.0), (plates.discharge_kw, 1.0)):
        with np.errstate(divide="ignore", invalid="ignore"):
            best = np.where(plates.square > 0, np.sqrt(plates.fixed_kw / plates.square), most)
        at = np.clip(best, 1e-3, np.maximum(most, 1e-3))
        part = (plates.fixed_kw + at * (plates.linear + at * plates.square)) / at
        found.append(plates.cells * (1.0 - part if sign < 0 else 1.0 / (1.0 + part)))
    return found[0], found[1]


def foreseen(days: Days) -> Foreseen:
    """Solve *days* with everything known."""
    problem, program = problem_of(days), Program()
    layout = build(problem, program)
    solved = program.run_by_interior_point()
    assert solved, "every problem has a schedule: what does not fit is over_kwh or unmet_kwh"
    bound = program.objective
    where = layout.where
    flows = settled(problem, where, read(problem, program.values(), layout), bound).flows
    drivers = days.drivers
    left, lowest = drivers.arrival_kwh.copy(), drivers.arrival_kwh.copy()
    np.add.at(left, where.car, flows.into - flows.out)
    np.minimum.at(lowest, where.car, flows.stored)
    net: Floats = np.zeros(days.quarters)
    np.add.at(net, where.step, flows.charge - flows.discharge)
    through: Floats = np.zeros(len(drivers))
    np.add.at(through, where.car, flows.into + flows.out)
    life = Lived(
        site_kwh=flows.imported + flows.over - flows.exported, cars_kwh=net, curtailed_kwh=flows.curtailed,
        left_kwh=left, lowest_kwh=lowest,
        moved_kwh=through,
        over_minutes=15 * int(np.count_nonzero(flows.over > 1e-6)), over_kwh=float(flows.over.sum()),
    )  # fmt: skip
    return Foreseen(life=life, bound_eur=bound)
