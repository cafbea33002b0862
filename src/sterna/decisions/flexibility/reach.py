"""What each car could do alone, in closed form: no solver, any number of cars, losses included.

Stored energy is what decides. A car can still keep its floor and reach what it has to store at its
end if its energy lies between two lines, found backwards from its end:

    L_t = max(floor_t, L_t+1 - most stored in t+1),   L_end = max(floor, what is to be kept)
    H_t = min(capacity, H_t+1 + most taken out in t+1)

Between them every move within its power leads on. That is exact for a car alone, for any losses;
for a fleet it is exact as long as no limit that cars share binds.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.flexibility.course import (
    Course,
    followed,
    here,
    kept_kwh,
    metered,
    powers,
    stored,
)
from sterna.decisions.schedule.problem import Floats, Problem

EQUAL_KWH: Final = 1e-12
"""A move that differs by less is the same move."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Stored energy between which a car is free, at the end of each step; shape (N, T), kWh."""

    low: Floats
    high: Floats


def lines(problem: Problem, course: Course) -> Lines:
    """Return the lines of each car; outside a stay they are what lies next to them inside.

    Where *course* itself is outside of a floor or a capacity, the line is moved to it.
    """
    cars = problem.sessions
    least, most = powers(problem)
    into, out = stored(problem, most), -stored(problem, least)
    floor = np.minimum(problem.floors(), course.stored_kwh)
    ceiling = np.maximum(problem.ceilings()[:, None], course.stored_kwh)
    kept = kept_kwh(problem, course)
    low, high = np.empty_like(floor), np.empty_like(ceiling)
    step = len(problem.hours) - 1
    low[:, step], high[:, step] = np.maximum(floor[:, step], kept), ceiling[:, step]
    while step > 0:
        step -= 1
        stays = cars.last > step + 1
        comes = cars.first > step
        low[:, step] = np.where(
            stays,
            np.maximum(floor[:, step], low[:, step + 1] - into[:, step + 1]),
            np.maximum(floor[:, step], kept),
        )
        high[:, step] = np.where(
            stays,
            np.minimum(ceiling[:, step], high[:, step + 1] + out[:, step + 1]),
            ceiling[:, step],
        )
        low[:, step] = np.where(comes, cars.energy_kwh, low[:, step])
        high[:, step] = np.where(comes, cars.energy_kwh, high[:, step])
    return Lines(low=low, high=high)


def power_range(problem: Problem, course: Course) -> tuple[Floats, Floats]:
    """Return the least and the most that each car can move in each step, shape (N, T), kWh at the meter.

    Each step by itself: the car follows *course* until the step begins, and may do what it likes
    after it, as long as its floor and its target hold.
    """
    found = lines(problem, course)
    least, most = powers(problem)
    begin = np.concatenate(
        (problem.sessions.energy_kwh[:, None], course.stored_kwh[:, :-1]), axis=1
    )
    up = np.minimum(stored(problem, most), found.high - begin)
    down = np.maximum(stored(problem, least), found.low - begin)
    inside = here(problem) > 0
    return (
        np.where(inside, np.minimum(metered(problem, down), course.moved_kwh), 0.0),
        np.where(inside, np.maximum(metered(problem, up), course.moved_kwh), 0.0),
    )


def thereafter(problem: Problem, course: Course, found: Lines, moves: Floats, begin: int) -> Course:
    """Return the course of *moves* (N, T) before step *begin*, and then of what *course* moves, as long as it can.

    A car leaves *course* only where it has to: at the last moment for its target, and where it is full.
    """
    least, most = powers(problem)
    into, out = stored(problem, most), stored(problem, least)
    wanted = stored(problem, course.moved_kwh)
    moved = np.where(np.arange(len(problem.hours)) < begin, moves, course.moved_kwh)
    changes = stored(problem, moved)
    now = problem.sessions.energy_kwh + changes[:, :begin].sum(axis=1)
    for later in range(begin, len(problem.hours)):
        change = np.clip(wanted[:, later], found.low[:, later] - now, found.high[:, later] - now)
        changes[:, later] = np.clip(change, out[:, later], into[:, later])
        now = now + changes[:, later]
    off = np.abs(changes - wanted) > EQUAL_KWH
    off[:, :begin] = False
    moved = np.where(off, metered(problem, changes), moved)
    return followed(problem, moved, course.curtailed_kwh)


def earliest(problem: Problem, course: Course) -> Course:
    """Return the course in which each car holds at every moment the most that it could hold."""
    return _along(problem, course, high=True)


def latest(problem: Problem, course: Course) -> Course:
    """Return the course in which each car holds at every moment the least that it may hold."""
    return _along(problem, course, high=False)


def _along(problem: Problem, course: Course, *, high: bool) -> Course:
    """Return the course along the upper or the lower edge of what can be reached."""
    found = lines(problem, course)
    least, most = powers(problem)
    into, out = stored(problem, most), stored(problem, least)
    now, changes = problem.sessions.energy_kwh, []
    for step in range(len(problem.hours)):
        change = np.clip(
            into[:, step] if high else out[:, step],
            found.low[:, step] - now,
            found.high[:, step] - now,
        )
        change = np.clip(change, out[:, step], into[:, step])
        changes.append(change)
        now = now + change
    moved = metered(problem, np.stack(changes, axis=1))
    return followed(problem, moved, course.curtailed_kwh)
