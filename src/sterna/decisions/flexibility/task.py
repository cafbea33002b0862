"""What a fleet is asked, and what the answer says."""

from dataclasses import dataclass

import numpy as np

from sterna.decisions.flexibility.course import Course, powers, site_room_kw
from sterna.decisions.schedule.problem import Floats, Problem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """What the fleet is asked, and within what. It follows the course until step *begin*."""

    begin: int
    sign: Floats
    """Shape (T,): +1 where the fleet draws q more than the course, -1 where less, 0 elsewhere."""
    low_kw: Floats
    """Shape (T,): least fleet power, on top of the volume."""
    high_kw: Floats
    least_kwh: Floats
    """Shape (N, T): least energy at each car's meter."""
    most_kwh: Floats
    volume_kw: float = float("inf")
    """No more than this is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """An answer: a volume, the course that gives it, and a bound on the volume of all courses."""

    volume_kw: float
    bound_kw: float
    course: Course


def task_of(problem: Problem, course: Course, begin: int) -> Task:
    """Return the task without a volume: every car within its power, the fleet within the connection."""
    least, most = powers(problem)
    low, high = site_room_kw(problem, course)
    return Task(
        begin=begin,
        sign=np.zeros(len(problem.hours)),
        low_kw=low,
        high_kw=high,
        least_kwh=least,
        most_kwh=most,
    )
