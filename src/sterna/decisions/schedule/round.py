"""On or off for the step about to be applied, in fleets of any size: small powers are bundled.

A linear program likes to give each of a hundred cars 0.3 kW; a charger runs at its least power or
not at all. In a step, the cars that would run below it are put in the order of what a stored kWh is
worth to them. As many as fit run at their least power or above, the others stand still. The sum
stays: cars that count alike in every band form a group, and energy moves only within one. What a car
got too much or too little is made good in later steps, again within its group as far as may be, so
that the site's flows change as little as they can. What that costs is in the plan's gap.

Only what no group can hold changes the sum: a rest below one least power. It is dropped or
filled up, whichever is cheaper.
"""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import slots
from sterna.decisions.schedule.plan import (
    TINY_KWH,
    Flows,
    Prices,
    Settled,
    costs_of,
    kept,
    plan_of,
)
from sterna.decisions.schedule.problem import Flags, Floats, Ints, Plan, Problem
from sterna.decisions.schedule.repair import Course, groups_of, repaired, site_of

NONE: Final = np.zeros(0, dtype=np.int64)


def rounded(problem: Problem, plan: Plan, step: int = 0) -> Plan:
    """Return *plan* of *problem* with every car at rest or at its least power or above in *step*.

    An exception stays as it is: a car that its floor makes run and no neighbour can spare the rest for.
    The lower bound stays the plan's, so that the gap tells what rounding costs.
    """
    ways = _faint(problem, plan, step)
    if not ways.any():
        return plan
    choices = [(False, True) if way.any() else (False,) for way in ways]
    tried = [_with(problem, plan, step, fills=fills) for fills in product(*choices)]
    found = [one for one in tried if one is not None]
    return min(found, key=lambda one: one.cost_eur) if found else plan


def _faint(problem: Problem, plan: Plan, step: int) -> Flags:
    """Return which cars run below their least power in *step*, charging and giving back, shape (2, N)."""
    least = problem.sessions.worthwhile_kw * problem.sessions.present_h[:, step]
    moved = np.stack((plan.schedule.charge_kwh[:, step], plan.schedule.discharge_kwh[:, step]))
    faint: Flags = (moved > TINY_KWH) & (moved < least - TINY_KWH)
    return faint


def _with(problem: Problem, plan: Plan, step: int, *, fills: tuple[bool, ...]) -> Plan | None:
    """Return the rounded plan, or None where the site cannot take the difference.

    *fills*: whether rests of charging, and of giving back, are filled up.
    """
    course = Course.of(problem, plan)
    groups = groups_of(problem)
    for charging, fill in zip((True, False), fills, strict=True):
        table = course.charge if charging else course.discharge
        side = _side(course, plan, step, charging=charging)
        for group in np.unique(groups[side.faint]):
            member = np.flatnonzero(groups == group)
            table[member, step] = _bundled(side, member, fills=fill)
    repaired(course, plan, groups, step)
    site = site_of(course, plan)
    if site is None:
        return None
    where = slots(problem)
    at = (where.car, where.step)
    promised = problem.reserve is not None
    held = (plan.schedule.reserve_up_kw, plan.schedule.reserve_down_kw) if promised else ()
    into, out, stored = course.into(), course.out(), course.stored()
    flows = Flows(
        charge=course.charge[at],
        discharge=course.discharge[at],
        into=into[at],
        out=out[at],
        stored=stored[at],
        reserve=np.array([kw[at] for kw in held]).reshape(len(held), len(where.car)),
        unmet=np.maximum(problem.sessions.target_kwh - stored[at][where.end], 0.0),
        imported=site.imported,
        exported=site.exported,
        curtailed=site.curtailed,
        over=site.over,
        missed=plan.schedule.missed_kwh,
        lacking=plan.schedule.lacking_kw,
    )
    flows = kept(problem, where, flows)
    costs = costs_of(problem, where, flows)
    return plan_of(
        problem,
        where,
        Settled(flows=flows, costs=costs, slots_overlapping=NONE, steps_overlapping=NONE),
        prices=Prices(
            site=plan.price_eur_per_kwh,
            stored=plan.value_eur_per_kwh[at],
            bands=plan.band_price_eur_per_kwh,
            reserve=plan.reserve_price_eur_per_kw,
        ),
        edges=plan.edges,
        bound=plan.lower_bound_eur,
        solver=plan.solver,
        iterations=plan.iterations,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """One direction of a step, car by car: kWh at the meter, shape (N,) each."""

    moved: Floats
    least: Floats
    most: Floats
    needed: Floats
    """Less would break a floor later on."""
    rank: Floats
    """Who runs first: the lower, the sooner."""
    faint: Flags
    """Which cars run too low."""


def _side(course: Course, plan: Plan, step: int, *, charging: bool) -> _Side:
    """Return what the cars can do in *step* in one direction."""
    problem, cars = course.problem, course.problem.sessions
    here = cars.present_h[:, step]
    table = course.charge if charging else course.discharge
    moved = table[:, step].copy()
    least = cars.worthwhile_kw * here
    spare = course.spare(step)
    rests = (course.discharge if charging else course.charge)[:, step] <= TINY_KWH
    value = plan.value_eur_per_kwh[:, step]
    if charging:
        inside = course.stored_of(moved, step)
        room = problem.ceilings() - course.stored()[:, step]
        most = np.minimum(cars.charge_kw * here, course.metered_of(inside + room, step))
        needed = course.metered_of(np.maximum(inside - spare, 0.0), step)
        rank = -value
    else:
        inside = course.taken_of(moved, step)
        most = np.minimum(cars.discharge_kw * here, course.given_of(inside + spare, step))
        needed = np.zeros(len(cars))
        rank = value
    faint = (moved > TINY_KWH) & (moved < least - TINY_KWH)
    return _Side(
        moved=moved,
        least=least,
        most=np.where(rests, np.maximum(most, moved), 0.0),
        needed=np.where(needed > TINY_KWH, needed, 0.0),
        rank=rank,
        faint=faint,
    )


def _bundled(side: _Side, member: Ints, *, fills: bool) -> Floats:
    """Return what the cars *member* of one group move, kWh: the same sum on fewer cars, if it can be."""
    moved, least, most = side.moved[member], side.least[member], side.most[member]
    faint, needed = side.faint[member], side.needed[member] > 0.0
    able = faint & (most >= least - TINY_KWH)
    order = np.lexsort((-moved, side.rank[member], ~needed))
    order = order[able[order]]
    stuck = faint & needed & ~able  # Has to run and cannot run properly: stays as it is.
    found = np.where(faint & ~stuck, 0.0, moved)
    rest = float(moved.sum() - found.sum())
    runs = np.cumsum(least[order]) <= rest + TINY_KWH
    runs |= needed[order]
    if fills and not runs.any():
        runs[:1] = True
    found[order[runs]] = least[order[runs]]
    rest = float(moved.sum() - found.sum())
    running = np.flatnonzero((found > TINY_KWH) & ~stuck)
    by_rank = running[np.argsort(side.rank[member][running], kind="stable")]
    if rest >= 0.0:
        room = np.maximum(most[by_rank] - found[by_rank], 0.0)
        found[by_rank] += _poured(rest, room)
    else:  # What needs to run takes from those that run above their least power, the last ones first.
        last = by_rank[::-1]
        floor = np.maximum(least, side.needed[member])[last]
        found[last] -= _poured(-rest, np.maximum(found[last] - floor, 0.0))
    return found


def _poured(amount: float, rooms: Floats) -> Floats:
    """Return *amount* poured into *rooms*, one after the other, as far as they hold."""
    before = np.cumsum(rooms) - rooms
    return np.clip(amount - before, 0.0, rooms)
