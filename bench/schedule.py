"""How long a schedule takes: cold on the reference instances, rolling on a site over days.

Usage: python bench/schedule.py [--days 1]. CPU milliseconds on one core.
"""

import argparse
import time
from itertools import pairwise

import numpy as np

from sterna.decisions.schedule.days import Run, fleet, site_series
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.rolling import Rolling


def cold(count: int) -> str:
    """Solve the reference instance of *count* cars from scratch; return a table row."""
    problem = reference(count)
    begin = time.process_time()
    plan = solve(problem)
    spent = (time.process_time() - begin) * 1e3
    return (
        f"cold    N={count:<4d} T=96  {spent:8.1f} ms  cost {plan.cost_eur:.5f}  gap {plan.gap:.1e}"
    )


def rolling(bays: int, days: float) -> str:
    """Follow a site of *bays* over *days*, a solve each 300 s and arrival; return a table row."""
    draw = np.random.Generator(np.random.PCG64(7))
    run = Run(fleet(bays, days, draw), site_series(days, float(bays), draw), draw)
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
        f"rolling N={np.mean(plugged):<4.0f} T={steps:<3d} {np.mean(spent):8.2f} ms mean, "
        f"{np.median(spent):.2f} median, {np.quantile(spent, 0.95):.2f} p95, "
        f"{np.max(spent):.1f} worst, {np.sum(spent) / 1e3:.2f} s for {len(spent)} solves"
    )


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=float, default=1.0)
    days = options.parse_args().days
    for count in (10, 100):
        print(cold(count), flush=True)
    for bays in (20, 40, 57):
        print(rolling(bays, days), flush=True)


if __name__ == "__main__":
    main()
