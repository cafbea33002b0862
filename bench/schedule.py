"""How long a rolling schedule takes, and what knowing the converter's loss curve is worth to a small site.

Rolling on a site over days, with one efficiency and with curves. Schedules from scratch, beside those
of others, are measured by ``sterna bench schedule``.

Usage: python bench/schedule.py [--days 1]. CPU milliseconds on one core.
"""

import argparse
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sterna.decisions.schedule.days import Run, fleet, site_series
from sterna.decisions.schedule.dribble import lived
from sterna.decisions.schedule.hull import curve_of
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import Stay
from sterna.domain.converter import Conversion


def knowing(stay: Stay) -> Stay:
    """Return *stay* with the loss curve of its converter."""
    kind = Conversion(size_kw=stay.charge_kw)
    converter = kind.converter(stay.charge_kw, stay.discharge_kw)
    return replace(stay, curve=curve_of(converter, kind.cells), least_kw=converter.worthwhile_kw)


def rolling(bays: int, days: float, *, curves: bool) -> str:
    """Follow a site of *bays* over *days*, a solve each 300 s and arrival; return a table row."""
    draw = np.random.Generator(np.random.PCG64(7))
    stays = fleet(bays, days, draw)
    if curves:
        stays = [knowing(stay) for stay in stays]
    run = Run(stays, site_series(days, float(bays), draw), draw)
    kept, spent, plugged, steps = Rolling(), [], [], 0
    for now, until in pairwise(run.moments(days)):
        snapshot = run.snapshot(now)
        begin = time.process_time()
        plan = kept.solve(snapshot)
        spent.append((time.process_time() - begin) * 1e3)
        plugged.append(len(snapshot.stays))
        steps = len(plan.site_kw)
        run.follow(snapshot, plan, until)
    return (
        f"{'curves ' if curves else 'rolling'} N={np.mean(plugged):<4.0f} T={steps:<3d} {np.mean(spent):8.2f} ms mean, "
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
        for curves in (False, True):
            print(rolling(bays, days, curves=curves), flush=True)
    for load in (0.25, 0.35, 5.0):
        print(dribbled(load), flush=True)


if __name__ == "__main__":
    main()
