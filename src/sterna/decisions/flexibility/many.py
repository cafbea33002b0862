"""A sure offer of any number of cars without a solver: in each step all give in proportion to what they can.

What a car can give in a step follows from its lines (`reach`) and from what it gave before; what is
asked is shared in proportion. The greatest volume is found by halving. The proof is that of
`Call.ANY` in `delivery`: a car gives no more than what lets it go on with its plan for the rest of
the window; afterwards it goes back to the plan's energy as the room of the site allows, and at the
last moment in any case. It is less than what an optimum gives, which
looks ahead at who leaves when; the bound is unknown. Where limits that cars share stand in the way
afterwards, the volume is halved on until they hold. Ten thousand cars take seconds.
"""

from collections.abc import Callable
from math import inf
from typing import Final

import numpy as np

from sterna.decisions.flexibility import reach
from sterna.decisions.flexibility.course import (
    SLACK_KW,
    Course,
    course_of,
    followed,
    here,
    keeps_shared,
    metered,
    powers,
    schedule_of,
    site_room_kw,
    stored,
)
from sterna.decisions.flexibility.delivery import Offer
from sterna.decisions.flexibility.product import Product
from sterna.decisions.schedule.problem import Floats, Problem, Schedule

HALVINGS: Final = 24
"""The last bit is a ten-millionth of the fleet's power."""
SHARED_HALVINGS: Final = 12
"""Looking at shared limits takes a walk through the whole horizon: to a four-thousandth."""


def offer_of_many(problem: Problem, plan: Schedule, product: Product) -> Offer:
    """Return a sure offer of *product* against *plan*; its bound is unknown (infinite).

    Every car is taken to stay as long as it said.
    """
    assert problem.reserve is None, "an offer beside a reserve is not worked out"
    assert product.before_kw == 0.0, "who makes room before is asked of `delivery`"
    ground = course_of(problem, plan)
    crowd = _Crowd(problem, ground, product)
    top = crowd.top_kw()
    volume = _largest(0.0, top, HALVINGS, lambda kw: crowd.given(kw) is not None)
    if not crowd.kept(crowd.full(volume)):
        volume = _largest(0.0, volume, SHARED_HALVINGS, lambda kw: crowd.kept(crowd.full(kw)))
    full = crowd.full(volume)
    assert full is not None, "a smaller volume takes less from everybody"
    outside = 1.0 - product.window(len(problem.hours))
    return Offer(
        product=product,
        kw=product.saleable(volume),
        sure_kw=volume,
        full_kw=volume,
        bound_kw=inf,
        plan=ground,
        full=full,
        schedule=schedule_of(problem, full),
        recovery_kw=(full.fleet_kw - ground.fleet_kw) * outside,
    )


def _largest(low: float, high: float, halvings: int, good: Callable[[float], bool]) -> float:
    """Return the largest value found between *low*, which is taken to be good, and *high*."""
    if good(high):
        return high
    for _ in range(halvings):
        middle = (low + high) / 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return low


class _Crowd:
    """All cars, and what they are asked."""

    def __init__(self, problem: Problem, ground: Course, product: Product) -> None:
        """Reckon once what all volumes have in common."""
        self.problem, self.ground, self.product = problem, ground, product
        self.lines = reach.lines(problem, ground)
        self.time = here(problem)
        self.edges = powers(problem)
        self.out, self.into = (stored(problem, edge, self.time) for edge in self.edges)
        self.wanted = stored(problem, ground.moved_kwh, self.time)
        self.room = site_room_kw(problem, ground)
        self.free = product.recovery_kw(len(problem.hours))

    def top_kw(self) -> float:
        """Return more than what can be given in every step of the window, kW."""
        edge = self.edges[0 if self.product.sign < 0 else 1]
        free = np.abs(edge - self.ground.moved_kwh).sum(axis=0) / self.problem.hours
        return float(np.min(free[self.product.first : self.product.last]))

    def ends(self) -> Floats:
        """Return the energy beyond which no car may go in each step of the window, shape (N, K), kWh.

        From there it can still follow its plan to the window's end.
        """
        window = slice(self.product.first, self.product.last)
        line = self.lines.low if self.product.sign < 0 else self.lines.high
        spare = np.abs(line - self.ground.stored_kwh)[:, window]
        ahead = np.minimum.accumulate(spare[:, ::-1], axis=1)[:, ::-1]
        found: Floats = self.ground.stored_kwh[:, window] + self.product.sign * ahead
        return found

    def given(self, kw: float) -> Floats | None:
        """Return what the cars move when *kw* are called in every step, shape (N, T); None: they cannot."""
        problem, product, sign = self.problem, self.product, self.product.sign
        time, ends = self.time, self.ends()
        edge = self.edges[0 if sign < 0 else 1]
        moves = self.ground.moved_kwh.copy()
        now = self.ground.before(product.first, problem)
        for step in range(product.first, product.last):
            open_h = time[:, step : step + 1]
            reached = now[:, None] + stored(problem, edge[:, step : step + 1], open_h)
            end = ends[:, step - product.first, None]
            aim = np.maximum(reached, end) if sign < 0 else np.minimum(reached, end)
            moved = metered(problem, aim - now[:, None], open_h)[:, 0]
            free = np.maximum(sign * (moved - moves[:, step]), 0.0)
            asked = kw * float(problem.hours[step])
            if free.sum() < asked - SLACK_KW:
                return None
            share = min(1.0, asked / max(float(free.sum()), SLACK_KW))
            moves[:, step] += sign * share * free
            now = now + stored(problem, moves[:, step : step + 1], open_h)[:, 0]
        return moves

    def full(self, kw: float) -> Course | None:
        """Return the course of a full call of *kw*; None where there is none."""
        moves = self.given(kw)
        if moves is None:
            return None
        last = self.product.last
        done = stored(self.problem, moves, self.time)[:, :last].sum(axis=1)
        now = self.problem.sessions.energy_kwh + done
        for step in range(last, len(self.problem.hours)):
            moves[:, step] = self._back(step, now)
            open_h = self.time[:, step : step + 1]
            now = now + stored(self.problem, moves[:, step : step + 1], open_h)[:, 0]
        return followed(self.problem, moves, self.ground.curtailed_kwh)

    def _back(self, step: int, now: Floats) -> Floats:
        """Return what the cars move in *step* after the window when they store *now*; shape (N,), kWh.

        First what each needs by then, else its plan; with the room that is left all go back to the
        plan's energy, in proportion to how far they can.
        """
        problem, ground, way = self.problem, self.ground, -self.product.sign
        open_h = self.time[:, step : step + 1]
        into, out = self.into[:, step], self.out[:, step]
        low, high = self.lines.low[:, step] - now, self.lines.high[:, step] - now
        need = np.clip(np.clip(self.wanted[:, step], low, high), out, into)
        home = np.clip(ground.stored_kwh[:, step] - now, out, into)
        least = metered(problem, need[:, None], open_h)[:, 0]
        more = np.maximum(way * (metered(problem, home[:, None], open_h)[:, 0] - least), 0.0)
        edge = self.room[1 if way > 0 else 0][step]
        room = min(way * float(edge - ground.fleet_kw[step]), float(self.free[step]))
        room = room * problem.hours[step] - way * float(np.sum(least - ground.moved_kwh[:, step]))
        share = float(np.clip(room / max(float(more.sum()), SLACK_KW), 0.0, 1.0))
        return least + way * share * more

    def kept(self, course: Course | None) -> bool:
        """Return whether *course* keeps shared limits and the recovery that is allowed."""
        if course is None:
            return False
        outside = self.product.window(len(self.problem.hours)) == 0
        off = np.abs(course.fleet_kw - self.ground.fleet_kw)[outside]
        free = self.free[outside] + SLACK_KW
        return bool(np.all(off <= free)) and keeps_shared(self.problem, self.ground, course)
