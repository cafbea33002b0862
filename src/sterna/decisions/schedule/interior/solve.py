"""A problem solved by the interior-point method: the best schedule found and the proof of how good it is."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import Slots
from sterna.decisions.schedule.interior.built import library
from sterna.decisions.schedule.interior.compiled import CompiledPasses
from sterna.decisions.schedule.interior.fleet import Fleet, Passes
from sterna.decisions.schedule.interior.flows import cost_of_stored
from sterna.decisions.schedule.interior.follow import followed
from sterna.decisions.schedule.interior.layout import bounds_of, layout_of
from sterna.decisions.schedule.interior.method import SITE_WEIGHT, STEPS_MAX, Interior
from sterna.decisions.schedule.interior.plain import PlainPasses
from sterna.decisions.schedule.interior.site import Surround, frame_of
from sterna.decisions.schedule.interior.start import Prices, sampled
from sterna.decisions.schedule.problem import Floats, Problem

NEAR: Final = 20.0
"""A schedule is made from the inner point once its gap is below so many times the tolerance."""
EXACT: Final = 1e-9
"""Tolerances below this are out of reach of float64."""
NEAR_OF_MANY: Final = 10.0
"""The same for fleets in which a schedule costs as much as half a step."""
BOTH_CARS_MAX: Final = 500
"""Up to this size, and at the end, a schedule is also made without regard to limits: they may contradict each other."""
PATIENCE: Final = 12
"""After so many steps without getting closer no more is to be had."""
STUCK_GAP: Final = 1e-2
"""So far from the optimum a long way without gain is not the end."""
SAMPLED_FROM: Final = 1500
"""Fleets from this size on begin at the prices of a sample."""
SAMPLE: Final = 300
SAMPLE_TOLERANCE: Final = 2e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """The best schedule found, as stored energy, and what was proven."""

    stored_kwh: Floats
    """Shape (M,): at the end of each slot."""
    where: Slots
    cost_eur: float
    bound_eur: float
    prices: Prices
    """EUR per kWh, of the balance and of each band; a start for the next problem."""
    value: Floats
    """Shape (M,): EUR per stored kWh."""
    steps: int


def solve_interior(
    problem: Problem, *, tolerance: float = 1e-3, threads: int = 2, prices: Prices | None = None
) -> Found:
    """Return a schedule whose cost is proven to be within *tolerance* of the least, if it can be.

    *tolerance*: relative gap (cost - bound) / |cost|. *prices*: of a similar problem, to begin at;
    they must have its shape. Equal calls give equal bytes, whatever *threads*.
    """
    if prices is None and len(problem.sessions) >= SAMPLED_FROM:
        prices = solve_interior(
            sampled(problem, SAMPLE), tolerance=max(tolerance, SAMPLE_TOLERANCE), threads=threads
        ).prices
    layout = layout_of(problem)
    frame = frame_of(problem, layout)
    bounds = bounds_of(problem, layout.where)
    fleet = Fleet(layout, frame.group, len(frame.weight), len(problem.hours))
    around = Surround(frame, max(1.0, SITE_WEIGHT * len(problem.sessions)))
    interior = Interior(problem, fleet, passes_of(fleet, threads), around, bounds, prices)
    wanted = max(tolerance, EXACT)
    stored, best, count = layout.base_kwh, np.inf, 0
    closest, since = np.inf, 0
    near = NEAR if len(problem.sessions) <= BOTH_CARS_MAX else NEAR_OF_MANY
    for count in range(STEPS_MAX):
        progress = interior.look()
        stuck = count - since > PATIENCE and progress.gap < STUCK_GAP
        if stuck or not np.isfinite(progress.gap):
            break  # At the end of float64: what was found stands.
        if progress.gap < 0.9 * closest:
            closest, since = progress.gap, count
        interior.foresee()
        if progress.gap < near * wanted:
            wish = layout.stored_kwh(interior.foreseen)
            both = len(problem.sessions) <= BOTH_CARS_MAX and progress.gap < 2 * wanted
            for limited in (True, False) if both else (True,):
                made = followed(problem, layout, bounds, wish, limited=limited)
                cost = cost_of_stored(problem, layout.where, made)
                if cost < best:
                    best, stored = cost, made
        if np.isfinite(best) and best - interior.best <= wanted * abs(best):
            break
        interior.step(progress)
    if not np.isfinite(best):  # Never near: what the cars come to by themselves is a schedule, too.
        stored = followed(problem, layout, bounds, layout.stored_kwh(interior.foreseen))
        best = cost_of_stored(problem, layout.where, stored)
    return Found(
        stored_kwh=stored,
        where=layout.where,
        cost_eur=best,
        bound_eur=interior.best,
        prices=interior.best_prices,
        value=fleet.value.copy(),
        steps=count,
    )


def passes_of(fleet: Fleet, threads: int) -> Passes:
    """Return the fastest passes that this machine has."""
    found = library()
    return PlainPasses(fleet) if found is None else CompiledPasses(fleet, found, threads)
