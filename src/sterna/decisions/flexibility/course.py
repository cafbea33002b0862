"""What every car does over the steps, and what the site around it leaves free.

A course is the ground that flexibility is counted from: the committed plan, or what a car would do
by itself. It follows from a schedule's energies at the meter alone; what is stored is reckoned
here anew with the best pieces of each car's loss curve first, as `schedule.check` does.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Band, Floats, Problem, Schedule

SLACK_KW: Final = 1e-6
"""A limit missed by less is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """What every car does. Arrays of shape (N, T) unless they say otherwise."""

    moved_kwh: Floats
    """Energy at the meter in each step; positive charges."""
    stored_kwh: Floats
    """Stored at the end of each step: the energy at arrival before the stay, at departure after it."""
    curtailed_kwh: Floats
    """Shape (T,): PV not used. It stays as it is, so that what the fleet moves is what the grid sees."""
    hours: Floats
    """Shape (T,)."""

    @property
    def fleet_kw(self) -> Floats:
        """Mean power of all cars, shape (T,), kW; positive charges."""
        found: Floats = self.moved_kwh.sum(axis=0) / self.hours
        return found

    def before(self, step: int, problem: Problem) -> Floats:
        """Return what each car stores when *step* begins, shape (N,), kWh."""
        found: Floats = self.stored_kwh[:, step - 1] if step else problem.sessions.energy_kwh
        return found


def course_of(problem: Problem, schedule: Schedule) -> Course:
    """Return the course of *schedule*, held within the cars' powers to the last digit."""
    least, most = powers(problem)
    moved = np.clip(schedule.charge_kwh - schedule.discharge_kwh, least, most)
    return followed(problem, moved, schedule.curtailed_kwh)


def followed(problem: Problem, moved: Floats, curtailed: Floats) -> Course:
    """Return the course in which the cars move *moved* kWh at the meter, shape (N, T)."""
    gained = np.cumsum(stored(problem, moved), axis=1)
    return Course(
        moved_kwh=moved,
        stored_kwh=problem.sessions.energy_kwh[:, None] + gained,
        curtailed_kwh=curtailed,
        hours=problem.hours,
    )


def here(problem: Problem) -> Floats:
    """Return the hours of each step in which each car can be used, shape (N, T)."""
    cars, step = problem.sessions, np.arange(len(problem.hours))
    inside = (step >= cars.first[:, None]) & (step < cars.last[:, None])
    found: Floats = np.where(inside, cars.present_h, 0.0)
    return found


def powers(problem: Problem) -> tuple[Floats, Floats]:
    """Return the least and the most energy at each car's meter in each step, shape (N, T), kWh."""
    cars, time = problem.sessions, here(problem)
    most = np.minimum(cars.charging[0].sum(axis=0), cars.charge_kw)
    least = np.minimum(cars.discharging[0].sum(axis=0), cars.discharge_kw)
    return -least[:, None] * time, most[:, None] * time


def filled(total: Floats, sizes: Floats) -> Floats:
    """Return how much of *total* falls into each piece, the first first.

    *sizes*: shape (P, ...), *total*: shape (...), >= 0. What is beyond all pieces is left out.
    """
    edges = np.cumsum(sizes, axis=0) - sizes
    found: Floats = np.clip(total - edges, 0.0, sizes)
    return found


def stored(problem: Problem, moved: Floats, time: Floats | None = None) -> Floats:
    """Return the energy stored by *moved* kWh at the meter, shape (N, T); negative is taken out.

    *time*: hours in which each car can be used, of the shape of *moved*; None: those of all steps.
    """
    cars = problem.sessions
    time = here(problem) if time is None else time
    (up, gains), (down, shares) = cars.charging, cars.discharging
    into = filled(np.maximum(moved, 0.0), up[:, :, None] * time)
    out = filled(np.maximum(-moved, 0.0), down[:, :, None] * time)
    found: Floats = np.sum(into * gains[:, :, None], axis=0) - np.sum(
        out / shares[:, :, None], axis=0
    )
    return found


def metered(problem: Problem, change: Floats, time: Floats | None = None) -> Floats:
    """Return what has to be moved at the meter to store *change* kWh, shape (N, T): the inverse of `stored`."""
    cars = problem.sessions
    time = here(problem) if time is None else time
    (up, gains), (down, shares) = cars.charging, cars.discharging
    into = filled(np.maximum(change, 0.0), (up * gains)[:, :, None] * time)
    out = filled(np.maximum(-change, 0.0), (down / shares)[:, :, None] * time)
    found: Floats = np.sum(into / gains[:, :, None], axis=0) - np.sum(
        out * shares[:, :, None], axis=0
    )
    return found


def kept_kwh(problem: Problem, course: Course) -> Floats:
    """Return what each car has to store at its end, shape (N,): its target, or what *course* reaches of it."""
    cars = problem.sessions
    end: Floats = course.stored_kwh[np.arange(len(cars)), cars.last - 1]
    return np.minimum(cars.target_kwh, end)


def site_room_kw(problem: Problem, course: Course) -> tuple[Floats, Floats]:
    """Return the least and the most fleet power that the grid connection leaves, shape (T,), kW.

    Where *course* itself is beyond a limit, it may stay as far beyond.
    """
    site, fleet = problem.site, course.fleet_kw
    rest = site.load_kw - site.pv_kw + course.curtailed_kwh / problem.hours
    return (
        np.minimum(-site.export_limit_kw - rest, fleet),
        np.maximum(site.import_limit_kw - rest, fleet),
    )


def schedule_of(problem: Problem, course: Course) -> Schedule:
    """Return the whole site's schedule in which the cars follow *course*."""
    site, hours = problem.site, problem.hours
    net = (site.load_kw - site.pv_kw) * hours + course.curtailed_kwh + course.moved_kwh.sum(axis=0)
    drawn = np.minimum(np.maximum(net, 0.0), site.import_limit_kw * hours)
    return Schedule(
        charge_kwh=np.maximum(course.moved_kwh, 0.0),
        discharge_kwh=np.maximum(-course.moved_kwh, 0.0),
        import_kwh=drawn,
        export_kwh=np.maximum(-net, 0.0),
        curtailed_kwh=course.curtailed_kwh,
        over_kwh=np.maximum(net, 0.0) - drawn,
        missed_kwh=_missed(problem, course),
    )


def band_room_kw(problem: Problem, band: Band, course: Course) -> tuple[Floats, Floats]:
    """Return the least and the most that the cars under *band* may draw together, shape (T,), kW.

    Where *course* itself misses the band, it may miss it by as much.
    """
    now = band.weight @ course.moved_kwh / problem.hours
    return (
        np.minimum(band.low_kw - band.base_kw, now),
        np.maximum(band.high_kw - band.base_kw, now),
    )


def keeps_shared(problem: Problem, ground: Course, course: Course) -> bool:
    """Return whether *course* keeps the connection and all bands, where *ground* does."""
    low, high = site_room_kw(problem, ground)
    fleet = course.fleet_kw
    fine = bool(np.all(fleet >= low - SLACK_KW) and np.all(fleet <= high + SLACK_KW))
    for band in problem.bands:
        then = band.weight @ course.moved_kwh / problem.hours
        low, high = band_room_kw(problem, band, ground)
        fine &= bool(np.all(then >= low - SLACK_KW) and np.all(then <= high + SLACK_KW))
    return fine


def _missed(problem: Problem, course: Course) -> Floats:
    """Return by how much *course* misses each band, shape (B, T), kWh; positive is too much."""
    hours, found = problem.hours, np.zeros((len(problem.bands), len(problem.hours)))
    for number, band in enumerate(problem.bands):
        power = band.base_kw + band.weight @ course.moved_kwh / hours
        above = np.maximum(power - band.high_kw, 0.0)
        found[number] = (above - np.maximum(band.low_kw - power, 0.0)) * hours
    return found
