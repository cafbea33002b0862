"""One function for every fleet: picks the method by size and always returns a plan with its proof.

Up to twenty cars go to the simplex method (`lp`), whose plans stand in a corner of what is possible:
few cars move at a time. Beyond, the interior-point method takes over. What it
cannot hold (a reserve; prices at which burning energy would pay) goes back to `lp`, which can.
"""

from typing import Final

import numpy as np

from sterna.decisions.schedule import lp
from sterna.decisions.schedule.interior.flows import flows_of
from sterna.decisions.schedule.interior.solve import Found, solve_interior
from sterna.decisions.schedule.interior.start import Prices as Duals
from sterna.decisions.schedule.plan import Prices, Settled, costs_of, plan_of
from sterna.decisions.schedule.problem import OVER_EUR_PER_KWH, Floats, Plan, Problem
from sterna.decisions.schedule.refusal import refuse

SIMPLEX_CARS_MAX: Final = 20
"""Up to here the simplex method is as fast as anything."""
EXACT: Final = 1e-7
"""A relative gap that counts as none: HiGHS itself promises no more."""
EXACT_CARS_MAX: Final = 200
"""Up to here the optimum costs milliseconds more than a tolerance, so that it is always found."""
PRICE_MOST: Final = 10.0 * OVER_EUR_PER_KWH
"""EUR per kWh. What a plan prices higher, or by no number, is no price to start at."""
LOST_FROM: Final = 2.0
"""A warm start that ends this many times above the tolerance was none: the problem is solved without it."""
AGAIN_CARS_MAX: Final = 400
"""A plan that misses its tolerance is solved again by `lp` up to this size; beyond, it takes too long."""


def solve(
    problem: Problem,
    *,
    tolerance: float = EXACT,
    threads: int = 2,
    warm: Plan | None = None,
    edges: Floats | None = None,
) -> Plan:
    """Return a plan of *problem* with a proven relative gap of at most *tolerance*, where that can be had.

    Fleets of up to `EXACT_CARS_MAX` are solved to the optimum whatever the tolerance.
    *warm*: the last plan of the same site, whose prices are a start, no more: where they lead nowhere the
    problem is solved without them. *edges*: the steps' limits in
    seconds, from 0 when absent. The plan tells the gap that was reached: it may be larger where a
    fleet is large and its prices make a car want to charge and give back at once. Equal calls give
    equal bytes, whatever *threads*. Raises ValueError for what is no problem (`refusal`), and for a
    *tolerance* below 0 or less than one thread.
    """
    if not tolerance >= 0.0 or threads < 1:
        raise ValueError(f"tolerance {tolerance}, threads {threads}: at least 0 and at least 1")
    refuse(problem)
    if len(problem.sessions) <= SIMPLEX_CARS_MAX or problem.reserve is not None:
        return lp.solve(problem, edges)
    start = None if warm is None else known(problem, warm, edges)
    wanted = EXACT if len(problem.sessions) <= EXACT_CARS_MAX else max(tolerance, EXACT)
    found = solve_interior(problem, tolerance=wanted, threads=threads, prices=start)
    if start is not None and not found.gap <= LOST_FROM * wanted:
        # The last plan's prices have led astray; where they were rubbish, nowhere at all.
        again = solve_interior(problem, tolerance=wanted, threads=threads)
        found = min(found, again, key=lambda one: (not one.gap <= wanted, one.cost_eur))
    plan = laid_out(problem, found, edges)
    if plan.gap > LOST_FROM * wanted and len(problem.sessions) <= AGAIN_CARS_MAX:
        return lp.solve(problem, edges)
    return plan


def laid_out(problem: Problem, found: Found, edges: Floats | None) -> Plan:
    """Return what the interior-point method *found* as a plan."""
    where = found.where
    flows = flows_of(problem, where, found.stored_kwh)
    none = np.zeros(0, dtype=np.int64)
    settled = Settled(
        flows=flows,
        costs=costs_of(problem, where, flows),
        slots_overlapping=none,
        steps_overlapping=none,
    )
    rows = found.prices.rows
    return plan_of(
        problem,
        where,
        settled,
        prices=Prices(
            site=rows[0],
            stored=found.value,
            bands=rows[1:],
            reserve=np.zeros((0, len(problem.hours))),
        ),
        edges=edges,
        bound=found.bound_eur,
        solver="interior",
        iterations=found.steps,
    )


def known(problem: Problem, warm: Plan, edges: Floats | None) -> Duals | None:
    """Return the prices of the plan *warm* on the steps of *problem*; None where they do not fit or are none."""
    bands, steps = len(problem.bands), len(problem.hours)
    if len(warm.band_price_eur_per_kwh) != bands:
        return None
    limits = np.concatenate(([0.0], np.cumsum(problem.hours) * 3600.0)) if edges is None else edges
    middles = (limits[1:] + limits[:-1]) / 2
    source = np.searchsorted(warm.edges, middles, side="right") - 1
    source = np.clip(source, 0, len(warm.edges) - 2)
    before = len(warm.price_eur_per_kwh)
    banded = warm.band_price_eur_per_kwh.reshape(bands, before)
    rows = np.concatenate((warm.price_eur_per_kwh[None], banded))[:, source]
    if not np.all(np.abs(rows) <= PRICE_MOST):
        return None
    above = np.maximum(rows[0] - problem.site.import_eur_per_kwh, 0.0)
    paid = float(problem.hours @ above)
    most = problem.site.peak_eur_per_kw
    peak = above * min(1.0, most / paid) if paid > 0 else np.zeros(steps)
    left = max(0.0, most - float(problem.hours @ peak)) / float(np.sum(problem.hours))
    return Duals(rows=rows, peak=peak + left)
