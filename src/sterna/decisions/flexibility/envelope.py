"""The limits of a fleet, step by step: power that it can surely reach, energy that it can surely move.

Power: the fleet follows its plan until a step, goes as far as it can in that step, and still keeps
every floor, every target that the plan keeps, and every limit after it. Each step stands for itself;
a volume that lasts is an offer (`delivery`). Energy: what can have been drawn from the grid by the
end of each step at the most and at the least; here no plan is followed.

Both come with the courses that reach them. Where no limit that cars share stands in the way, each
car's own edge (`reach`) is the fleet's, in closed form; where one does, a linear program (`room`)
finds what all can do together. Either way the figure is reached by a course and never too large.
"""

from dataclasses import dataclass, replace

import numpy as np

from sterna.decisions.flexibility import reach
from sterna.decisions.flexibility.course import (
    SLACK_KW,
    Course,
    course_of,
    keeps_shared,
    schedule_of,
    site_room_kw,
)
from sterna.decisions.flexibility.room import Room, greatest
from sterna.decisions.flexibility.task import Found, task_of
from sterna.decisions.schedule.problem import Floats, Problem, Schedule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PowerEnvelope:
    """Fleet power in a single step, positive draws. Arrays of shape (steps asked for,), kW."""

    plan_kw: Floats
    least_kw: Floats
    most_kw: Floats
    bound_least_kw: Floats
    """No course that follows the plan until the step goes below this; equal to `least_kw` where that is exact."""
    bound_most_kw: Floats
    least: tuple[Schedule, ...]
    """For each step the site's schedule that reaches `least_kw` in it."""
    most: tuple[Schedule, ...]

    @property
    def up_kw(self) -> Floats:
        """By how much the fleet can lower its power in each step, >= 0."""
        found: Floats = self.plan_kw - self.least_kw
        return found

    @property
    def down_kw(self) -> Floats:
        """By how much the fleet can raise its power in each step, >= 0."""
        found: Floats = self.most_kw - self.plan_kw
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnergyEnvelope:
    """Energy drawn from the grid since the first step began, by the end of each; shape (T,), kWh.

    Negative: given back. Waste is no flexibility: the most is what is drawn by the course that has
    *stored* the most by then, the least is the least. The sun is curtailed as in the plan: what more could
    be given back instead of it is not counted.
    """

    plan_kwh: Floats
    least_kwh: Floats
    most_kwh: Floats
    least: tuple[Schedule, ...]
    """One schedule for each step: what is given back early may have to be drawn again later."""
    most: tuple[Schedule, ...]
    """One schedule where it reaches all the most values (charging at once), else one for each step."""


def power_envelope(problem: Problem, plan: Schedule, until: int | None = None) -> PowerEnvelope:
    """Return the least and the most power of the fleet in each step before *until* (None: all), against *plan*."""
    assert problem.reserve is None, "an envelope beside a reserve is not worked out"
    ground = course_of(problem, plan)
    lines = reach.lines(problem, ground)
    down, up = reach.power_range(problem, ground)
    found = [
        [_step(problem, ground, lines, step, edge) for step in range(len(problem.hours))[:until]]
        for edge in (down, up)
    ]
    fleet = ground.fleet_kw[:until]
    least, most = (np.array([one.volume_kw for one in way]) for way in found)
    bounds = [np.array([one.bound_kw for one in way]) for way in found]
    schedules = [tuple(schedule_of(problem, one.course) for one in way) for way in found]
    return PowerEnvelope(
        plan_kw=fleet,
        least_kw=fleet - least,
        most_kw=fleet + most,
        bound_least_kw=fleet - bounds[0],
        bound_most_kw=fleet + bounds[1],
        least=schedules[0],
        most=schedules[1],
    )


def _step(problem: Problem, ground: Course, lines: reach.Lines, step: int, edge: Floats) -> Found:
    """Return how far the fleet can go in *step* towards the cars' own *edge*, shape (N, T)."""
    hours, fleet = problem.hours[step], ground.fleet_kw[step]
    change = (edge[:, step] - ground.moved_kwh[:, step]) / hours
    wanted = float(change.sum())
    low, high = site_room_kw(problem, ground)
    allowed = float(np.clip(wanted, low[step] - fleet, high[step] - fleet))
    share = allowed / wanted if abs(wanted) > SLACK_KW else 0.0
    moves = ground.moved_kwh.copy()
    moves[:, step] += share * change * hours
    course = reach.thereafter(problem, ground, lines, moves, step + 1)
    if keeps_shared(problem, ground, course):
        return Found(volume_kw=abs(allowed), bound_kw=abs(allowed), course=course)
    sign = np.zeros(len(problem.hours))
    sign[step] = np.sign(wanted)
    task = task_of(problem, ground, step)
    window = sign != 0
    task = replace(
        task,
        sign=sign,
        low_kw=np.where(window, fleet, task.low_kw),
        high_kw=np.where(window, fleet, task.high_kw),
        volume_kw=abs(allowed),
    )
    return greatest(problem, ground, task)


def energy_envelope(problem: Problem, plan: Schedule) -> EnergyEnvelope:
    """Return the least and the most energy drawn by the end of each step. *plan* says which targets are kept."""
    assert problem.reserve is None, "an envelope beside a reserve is not worked out"
    ground = course_of(problem, plan)
    high = reach.earliest(problem, ground)
    room = Room(problem, ground, task_of(problem, ground, 0))
    steps = range(len(problem.hours))
    most = (high,) if keeps_shared(problem, ground, high) else [room.stored_most(k) for k in steps]
    least = [room.drawn_least(k) for k in steps]
    return EnergyEnvelope(
        plan_kwh=_drawn([ground], len(steps)),
        least_kwh=_drawn(least, len(steps)),
        most_kwh=_drawn(most, len(steps)),
        least=tuple(schedule_of(problem, course) for course in least),
        most=tuple(schedule_of(problem, course) for course in most),
    )


def _drawn(courses: list[Course] | tuple[Course, ...], steps: int) -> Floats:
    """Return the energy drawn by the end of each step by the course that belongs to it, shape (steps,)."""
    sums = [np.cumsum(course.moved_kwh.sum(axis=0)) for course in courses]
    return np.array([sums[min(step, len(sums) - 1)][step] for step in range(steps)])
