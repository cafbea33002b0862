"""A problem solved by the interior-point method: the best schedule found and the proof of how good it is."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import Slots
from sterna.decisions.schedule.interior.around import surround_of
from sterna.decisions.schedule.interior.built import library
from sterna.decisions.schedule.interior.compiled import CompiledPasses
from sterna.decisions.schedule.interior.costs import Chains
from sterna.decisions.schedule.interior.fleet import Fleet, Passes
from sterna.decisions.schedule.interior.flows import cost_of_stored
from sterna.decisions.schedule.interior.follow import Follower
from sterna.decisions.schedule.interior.frame import frame_of
from sterna.decisions.schedule.interior.lay import layout_of
from sterna.decisions.schedule.interior.layout import Layout
from sterna.decisions.schedule.interior.memory import Room, borrowed
from sterna.decisions.schedule.interior.method import SITE_WEIGHT, STEPS_MAX, Interior, Progress
from sterna.decisions.schedule.interior.plain import PlainPasses
from sterna.decisions.schedule.interior.start import Prices, sampled
from sterna.decisions.schedule.problem import Floats, Problem

NEAR: Final = 20.0
"""A schedule is made from the inner point once its gap is below so many times the tolerance."""
EXACT: Final = 1e-9
"""Tolerances below this are out of reach of float64."""
NEAR_OF_MANY: Final = 4.0
"""The same for fleets in which a schedule costs as much as half a step."""
ROUGH: Final = 2e-3
"""From this tolerance on, large fleets are looked at as early as small ones: bound and schedule are both nearer than the gap."""
PEAK_SLACK: Final = 1.0001
"""A schedule may exceed the inner point's peak by this: what is lost in netting must not be lost twice."""
BOTH_CARS_MAX: Final = 500
"""Up to this size, and at the end, a schedule is also made without regard to limits: they may contradict each other."""
PATIENCE: Final = 12
"""After so many steps without getting closer no more is to be had."""
STUCK_GAP: Final = 1e-2
"""So far from the optimum a long way without gain is not the end."""
STANDING: Final = 3
"""So many steps to nowhere, near the optimum, say that the precision is at its end."""
SAMPLED_FROM: Final = 700
"""Fleets from this size on begin at the prices of a sample."""
SAMPLE: Final = (200, 30, 300)
"""Cars in a sample: every thirtieth, but at least 200 and at most 300."""
SAMPLE_TOLERANCE: Final = 2e-3
"""Gap at which a sample's prices are near enough: those of all cars differ by more."""
SINGLE_FROM: Final = 250
"""Fleets from this size on are solved in single precision, bounds and costs excepted."""
SINGLE_TOLERANCE: Final = 2e-4
"""Below this single precision does not come."""


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

    @property
    def gap(self) -> float:
        """The relative gap that was proven; infinite where nothing was."""
        if not np.isfinite(self.bound_eur):
            return np.inf
        return max(self.cost_eur - self.bound_eur, 0.0) / max(abs(self.cost_eur), 1e-9)


def solve_interior(
    problem: Problem,
    *,
    tolerance: float = 1e-3,
    threads: int = 2,
    prices: Prices | None = None,
    precise: bool = False,
) -> Found:
    """Return a schedule whose cost is proven to be within *tolerance* of the least, if it can be.

    *tolerance*: relative gap (cost - bound) / |cost|. *prices*: of a similar problem, to begin at;
    they must have its shape. *precise*: never in single precision. Equal calls give equal bytes,
    whatever *threads*.
    """
    if prices is None and len(problem.sessions) >= SAMPLED_FROM:
        least, every, most = SAMPLE
        some = sampled(problem, min(max(len(problem.sessions) // every, least), most))
        prices = prices_of(some, SAMPLE_TOLERANCE, threads)
    with borrowed() as room:
        return _solved(problem, tolerance, threads, prices, room, precise=precise)


def _solved(
    problem: Problem,
    tolerance: float,
    threads: int,
    prices: Prices | None,
    room: Room,
    *,
    precise: bool,
) -> Found:
    """Solve in *room*: what is returned has none of it."""
    layout = layout_of(problem, threads, room)
    wanted, many = max(tolerance, EXACT), len(problem.sessions)
    precise = precise or wanted < SINGLE_TOLERANCE or many < SINGLE_FROM or library() is None
    interior = _interior_of(problem, layout, threads, prices, room, precise=precise)
    best = Best(problem, layout, interior.chains)
    count, closest, since = 0, np.inf, 0
    near = NEAR if many <= BOTH_CARS_MAX or wanted >= ROUGH else NEAR_OF_MANY
    for count in range(STEPS_MAX):
        progress = interior.look()
        tired = count - since > PATIENCE or interior.standing > STANDING
        if (tired and progress.gap < STUCK_GAP) or not np.isfinite(progress.gap):
            break  # At the end of the precision: what was found stands.
        if progress.gap < 0.9 * closest:
            closest, since = progress.gap, count
        interior.foresee()
        if progress.gap < near * wanted:
            best.look(interior, progress, wanted)
        if best.proves(progress.dual, wanted):
            interior.prove()
        if best.proves(interior.proven, wanted):
            break
        interior.step(progress)
    interior.prove()
    if not precise and not best.proves(interior.proven, wanted):
        prices = interior.best_prices
        return solve_interior(
            problem, tolerance=tolerance, threads=threads, prices=prices, precise=True
        )
    if not np.isfinite(best.cost_eur):
        best.take(
            interior.wished()
        )  # Never near: what cars come to by themselves is a schedule, too.
    return Found(
        stored_kwh=best.stored_kwh,
        where=layout.where,
        cost_eur=best.cost_eur,
        bound_eur=interior.proven,
        prices=interior.best_prices,
        value=interior.fleet.value.astype(np.float64),
        steps=count,
    )


def prices_of(problem: Problem, tolerance: float, threads: int) -> Prices:
    """Return prices at which the inner point is within *tolerance* of the least cost; no schedule is made."""
    with borrowed() as room:
        layout = layout_of(problem, room=room)
        interior = _interior_of(problem, layout, threads, None, room, precise=False)
        prices = interior.best_prices
        for _ in range(STEPS_MAX):
            progress = interior.look()
            if not np.isfinite(progress.gap):
                break  # The last ones that were numbers stand.
            prices = interior.prices
            if progress.gap <= tolerance:
                break
            interior.foresee()
            interior.step(progress)
    return prices


def _interior_of(
    problem: Problem,
    layout: Layout,
    threads: int,
    prices: Prices | None,
    room: Room,
    *,
    precise: bool,
) -> Interior:
    """Return the method on *problem*, before its first step."""
    frame, steps = frame_of(problem, layout), len(problem.hours)
    precise = precise or library() is None
    fleet = Fleet(layout, frame.group, len(frame.weight), steps, precise=precise, room=room)
    around = surround_of(frame, max(1.0, SITE_WEIGHT * len(problem.sessions)))
    return Interior(problem, fleet, passes_of(fleet, threads), around, prices, threads=threads)


class Best:
    """The cheapest schedule so far."""

    def __init__(self, problem: Problem, layout: Layout, chains: Chains) -> None:
        """Have none yet."""
        self.cost_eur = np.inf
        self.stored_kwh = layout.base_kwh.copy()
        self._problem, self._layout, self._chains = problem, layout, chains
        self._follower = Follower(problem, layout)

    def look(self, interior: Interior, progress: Progress, tolerance: float) -> None:
        """Make schedules of where *interior* is and, where that is not enough, of where it leads to."""
        few = len(self._problem.sessions) <= BOTH_CARS_MAX
        peak_kw = interior.peak_kw * PEAK_SLACK
        for wish in (interior.stood, interior.wished):
            self.take(wish(), most_kw=peak_kw, unlimited=few and progress.gap < 2 * tolerance)
            if self.proves(progress.dual, tolerance):
                return

    def take(self, wish: Floats, *, most_kw: float = np.inf, unlimited: bool = False) -> None:
        """Make a schedule out of *wish* (M,), and one without regard to limits if *unlimited*; keep the best."""
        for limited in (True, False) if unlimited else (True,):
            made = self._follower.followed(wish, most_kw=most_kw, limited=limited)
            cost = cost_of_stored(self._problem, self._layout, self._chains, made)
            if cost < self.cost_eur:
                self.cost_eur, self.stored_kwh = cost, made

    def proves(self, bound: float, tolerance: float) -> bool:
        """Return whether *bound* (EUR) says that no schedule is cheaper by more than *tolerance*."""
        known = np.isfinite(self.cost_eur)
        return known and self.cost_eur - bound <= tolerance * abs(self.cost_eur)


def passes_of(fleet: Fleet, threads: int) -> Passes:
    """Return the fastest passes that this machine has."""
    found = library()
    return PlainPasses(fleet) if found is None else CompiledPasses(fleet, found, threads)
