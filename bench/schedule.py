"""How long a rolling schedule takes, and what knowing the converter's loss curve is worth to a small site.

Rolling on a site over days, with one efficiency, with curves, and with everything promised at once;
rounding of small powers in large fleets. Schedules from scratch, beside those of others, are measured
by ``sterna bench schedule``.

Usage: python bench/schedule.py [--days 1]. CPU milliseconds on one core.
"""

import argparse
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
from msgspec import structs

from sterna.decisions.schedule.days import Run, fleet, site_series
from sterna.decisions.schedule.dribble import lived
from sterna.decisions.schedule.hull import curve_of
from sterna.decisions.schedule.problem import Plan, Problem
from sterna.decisions.schedule.promises import ReserveAhead, feeder, phases
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.round import rounded
from sterna.decisions.schedule.snapshot import Snapshot, Tier
from sterna.decisions.schedule.solve import solve
from sterna.decisions.schedule.stay import Stay
from sterna.domain.converter import Conversion
from sterna.kernel.quantities import KilowattHours
from sterna.kernel.series import Series


def knowing(stay: Stay) -> Stay:
    """Return *stay* with the loss curve of its converter."""
    kind = Conversion(size_kw=stay.charge_kw)
    converter = kind.converter(stay.charge_kw, stay.discharge_kw)
    return structs.replace(
        stay, curve=curve_of(converter, kind.cells), least_kw=converter.worthwhile_kw
    )


def with_all(snapshot: Snapshot) -> Snapshot:
    """Return *snapshot* with three phases, a feeder, a reserve, fair shares, a levy and drivers who may leave early."""
    load, stays = snapshot.load_kw, snapshot.stays
    scale = float(load.values.mean())

    def flat(kw: float) -> Series:
        return replace(load, values=np.full(len(load.values), kw))

    third = replace(load, values=load.values / 3)
    used = {stay.key: (1 + number % 3,) for number, stay in enumerate(stays)}
    wing = [stay.key for stay in stays[::2]]
    return replace(
        snapshot,
        stays=tuple(
            structs.replace(
                stay,
                levy_eur_per_kwh=0.01,
                early_kwh=KilowattHours(0.8 * stay.target_kwh),
                hazard_per_h=0.005,
            )
            for stay in stays
        ),
        bands=(
            *phases(used, base_kw=(third, third, third), high_kw=flat(scale)),
            feeder("wing", wing, base_kw=flat(0.0), high_kw=flat(scale / 2)),
        ),
        reserve=ReserveAhead(up_kw=flat(scale / 10), down_kw=flat(scale / 10), hold_h=0.5),
        fair=tuple(Tier(kwh=2.0, factor=1.0 + 0.1 * number) for number in range(4)),
    )


def tiled(count: int) -> tuple[Problem, Plan]:
    """Return *count* hundred cars, the hundred of the reference again and again, and their plan."""
    problem = reference(100)
    plan, cars, site = solve(problem), problem.sessions, problem.site
    every = np.tile(np.arange(100), count)
    least = np.where(cars.charge_kw < 8.0, 1.4, 4.2)
    grown = replace(
        problem,
        sessions=replace(cars, least_kw=least).chosen(every),
        site=replace(
            site, load_kw=count * site.load_kw, pv_kw=count * site.pv_kw,
            import_limit_kw=count * site.import_limit_kw, peak_so_far_kw=count * site.peak_so_far_kw,
            export_limit_kw=count * site.export_limit_kw,
        ),
    )  # fmt: skip
    flows = plan.schedule
    schedule = replace(
        flows, charge_kwh=flows.charge_kwh[every], discharge_kwh=flows.discharge_kwh[every],
        import_kwh=count * flows.import_kwh, export_kwh=count * flows.export_kwh,
        curtailed_kwh=count * flows.curtailed_kwh, over_kwh=count * flows.over_kwh,
    )  # fmt: skip
    return grown, replace(
        plan, schedule=schedule, power_kw=plan.power_kw[every], energy_kwh=plan.energy_kwh[every],
        value_eur_per_kwh=plan.value_eur_per_kwh[every], unmet_kwh=plan.unmet_kwh[every],
        cost_eur=count * plan.cost_eur, lower_bound_eur=count * plan.lower_bound_eur,
        peak_kw=count * plan.peak_kw,
    )  # fmt: skip


def bundled(hundreds: int) -> str:
    """Round each twelfth step of *hundreds* of cars; return a table row."""
    problem, plan = tiled(hundreds)
    spent, gaps = [], []
    for step in range(0, len(problem.hours), 12):
        begin = time.process_time()
        then = rounded(problem, plan, step)
        spent.append((time.process_time() - begin) * 1e3)
        gaps.append(then.gap)
    return (
        f"rounding N={100 * hundreds} T=96: {np.median(spent):.0f} ms median, {np.max(spent):.0f} worst; "
        f"gap {np.median(gaps):.1e} median, {np.max(gaps):.1e} worst"
    )


def rolling(bays: int, days: float, kind: str) -> str:
    """Follow a site of *bays* over *days*, a solve each 300 s and arrival; return a table row."""
    draw = np.random.Generator(np.random.PCG64(7))
    stays = fleet(bays, days, draw)
    if kind == "curves":
        stays = [knowing(stay) for stay in stays]
    run = Run(stays, site_series(days, float(bays), draw), draw)
    kept, spent, plugged, steps = Rolling(), [], [], 0
    for now, until in pairwise(run.moments(days)):
        snapshot = run.snapshot(now) if kind != "all" else with_all(run.snapshot(now))
        begin = time.process_time()
        plan = kept.solve(snapshot)
        spent.append((time.process_time() - begin) * 1e3)
        plugged.append(len(snapshot.stays))
        steps = len(plan.site_kw)
        run.follow(snapshot, plan, until)
    return (
        f"{kind:7s} N={np.mean(plugged):<4.0f} T={steps:<3d} {np.mean(spent):8.2f} ms mean, "
        f"{np.median(spent):.2f} median, {np.quantile(spent, 0.95):.2f} p95, "
        f"{np.max(spent):.1f} worst, {np.sum(spent) / 1e3:.2f} s for {len(spent)} solves"
    )


def dribbled(load_kw: float) -> str:
    """Live a workshop's day with both planners; return a table row."""
    naive = lived(knows=False, load_kw=load_kw, spare_kw=load_kw)
    knows = lived(knows=True, load_kw=load_kw, spare_kw=load_kw)
    return (
        f"workshop {load_kw:4.2f} kW: one efficiency {naive.cost_eur:7.4f} EUR, {naive.faint_h:5.2f} h below 0.5 kW, "
        f"{naive.lost_kwh:.2f} kWh lost; loss curve {knows.cost_eur:7.4f} EUR, {knows.faint_h:.2f} h, {knows.lost_kwh:.2f} kWh"
    )


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=float, default=1.0)
    days = options.parse_args().days
    for bays in (20, 40, 57):
        for kind in ("rolling", "curves", "all"):
            print(rolling(bays, days, kind), flush=True)
    print(bundled(30), flush=True)
    for load in (0.25, 0.35, 5.0):
        print(dribbled(load), flush=True)


if __name__ == "__main__":
    main()
