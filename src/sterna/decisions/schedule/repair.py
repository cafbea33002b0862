"""A plan's course that one step has changed, brought back to where it was going.

Who has more stored than planned charges less later, who has less charges more or gives back less:
first in pairs that count alike in every band, so that nothing changes outside; what is left takes
the room that site and bands have.
"""

from dataclasses import dataclass

import numpy as np

from sterna.decisions.schedule.plan import TINY_KWH
from sterna.decisions.schedule.problem import Flags, Floats, Ints, Plan, Problem


@dataclass(slots=True, kw_only=True, eq=False)
class Course:
    """What all cars do, kWh at the meter, shape (N, T) each. The tables are changed in place."""

    problem: Problem
    charge: Floats
    discharge: Floats
    planned: Floats
    """Stored energy as it was planned, at the end of each step."""
    floors: Floats

    @classmethod
    def of(cls, problem: Problem, plan: Plan) -> "Course":
        """Return the course of *plan*."""
        charge, discharge = plan.schedule.charge_kwh.copy(), plan.schedule.discharge_kwh.copy()
        found = cls(
            problem=problem, charge=charge, discharge=discharge,
            planned=plan.energy_kwh, floors=problem.floors(),
        )  # fmt: skip
        found.planned = found.stored()
        return found

    def chosen(self, which: Ints) -> "Course":
        """Return a copy of the course of the cars *which*."""
        return Course(
            problem=self.problem.chosen(which), charge=self.charge[which],
            discharge=self.discharge[which], planned=self.planned[which], floors=self.floors[which],
        )  # fmt: skip

    def is_here(self, step: int) -> Flags:
        """Return which cars are plugged in *step* for a part of it at least."""
        found: Flags = self.problem.sessions.present_h[:, step] > 0.0
        return found

    def into(self) -> Floats:
        """Return what is stored of the charge, shape (N, T)."""
        return np.stack([self.stored_of(self.charge[:, k], k) for k in self._steps], axis=1)

    def out(self) -> Floats:
        """Return what the discharge takes from the cells, shape (N, T)."""
        return np.stack([self.taken_of(self.discharge[:, k], k) for k in self._steps], axis=1)

    def stored(self) -> Floats:
        """Return the energy stored at the end of each step, shape (N, T)."""
        start = self.problem.sessions.energy_kwh[:, None]
        found: Floats = start + np.cumsum(self.into() - self.out(), axis=1)
        return found

    @property
    def _steps(self) -> range:
        return range(len(self.problem.hours))

    def spare(self, step: int) -> Floats:
        """Return by how much the stored energy from *step* on may be lower before a floor breaks, shape (N,), kWh."""
        cars = self.problem.sessions
        ahead = np.arange(len(self.problem.hours))
        counts = (ahead >= np.maximum(step, cars.first[:, None])) & (ahead < cars.last[:, None])
        above = np.where(counts, self.planned - self.floors, np.inf)
        least = above.min(axis=1)
        found: Floats = np.where(np.isfinite(least), np.maximum(least, 0.0), 0.0)
        return found

    def stored_of(self, metered: Floats, step: int) -> Floats:
        """Return what *metered* kWh of charge store, shape (N,), the best piece first."""
        powers, gains = self.problem.sessions.charging
        return self._along(metered, powers * self.problem.sessions.present_h[:, step], gains)

    def metered_of(self, stored: Floats, step: int) -> Floats:
        """Return the charge that stores *stored* kWh."""
        powers, gains = self.problem.sessions.charging
        widths = powers * self.problem.sessions.present_h[:, step] * gains
        return self._along(stored, widths, 1.0 / gains)

    def taken_of(self, given: Floats, step: int) -> Floats:
        """Return what giving back *given* kWh at the meter takes from the cells."""
        powers, shares = self.problem.sessions.discharging
        widths = powers * self.problem.sessions.present_h[:, step]
        return self._along(given, widths, 1.0 / shares)

    def given_of(self, taken: Floats, step: int) -> Floats:
        """Return what *taken* kWh from the cells are at the meter."""
        powers, shares = self.problem.sessions.discharging
        widths = powers * self.problem.sessions.present_h[:, step] / shares
        return self._along(taken, widths, shares)

    def _along(self, amount: Floats, widths: Floats, slopes: Floats) -> Floats:
        """Return the value at *amount* of lines joined: *widths* and *slopes*, shape (P, N); the last has no end."""
        rest, found = amount, np.zeros(len(amount))
        for number, (width, slope) in enumerate(zip(widths, slopes, strict=True)):
            part = rest if number == len(widths) - 1 else np.minimum(rest, width)
            found = found + part * slope
            rest = rest - part
        return found

    def less(self, step: int, surplus: Floats) -> Floats:
        """Return by how much each car can charge less in *step* to store up to *surplus* kWh less, at the meter."""
        charge = self.charge[:, step]
        inside = self.stored_of(charge, step)
        keeps = self.metered_of(np.maximum(inside - np.maximum(surplus, 0.0), 0.0), step)
        found: Floats = np.maximum(charge - keeps, 0.0) * self.is_here(step)
        return found

    def more(self, step: int, deficit: Floats) -> Floats:
        """Return by how much each car can draw more in *step* to store up to *deficit* kWh more, at the meter.

        Who gives back gives back less; who does not charges more.
        """
        cars, wanted = self.problem.sessions, np.maximum(deficit, 0.0)
        charge, discharge = self.charge[:, step], self.discharge[:, step]
        most = cars.charge_kw * cars.present_h[:, step]
        full = np.minimum(self.metered_of(self.stored_of(charge, step) + wanted, step), most)
        taken = np.maximum(self.taken_of(discharge, step) - wanted, 0.0)
        gives = discharge > TINY_KWH
        found: Floats = np.where(gives, discharge - self.given_of(taken, step), full - charge)
        return np.maximum(found, 0.0) * ((wanted > 0.0) & self.is_here(step))

    def draw(self, step: int, change: Floats) -> Floats:
        """Change what each car draws in *step* by *change* kWh at the meter; return what it stores more."""
        charge, discharge = self.charge[:, step], self.discharge[:, step]
        before = self.stored_of(charge, step) - self.taken_of(discharge, step)
        back = np.minimum(np.maximum(change, 0.0), discharge)
        self.discharge[:, step] = discharge - back
        self.charge[:, step] = np.maximum(charge + change - back, 0.0)
        after = self.stored_of(self.charge[:, step], step)
        found: Floats = after - self.taken_of(self.discharge[:, step], step) - before
        return found


def groups_of(problem: Problem) -> Ints:
    """Return the group of each car, shape (N,): cars of a group count alike in every band."""
    if not problem.bands:
        return np.zeros(len(problem.sessions), dtype=np.int64)
    weights = np.stack([band.weight for band in problem.bands], axis=1)
    _, found = np.unique(weights, axis=0, return_inverse=True)
    return found.reshape(-1).astype(np.int64)


def repaired(whole: Course, plan: Plan, groups: Ints, step: int) -> None:
    """Bring every car of *whole* back to its energy in *plan* in the steps after *step*, as far as can be.

    What no neighbour takes is moved where it costs least, below the plan's peak as long as that goes.
    """
    off = whole.stored()[:, step] - whole.planned[:, step]
    which = np.flatnonzero(np.abs(off) > TINY_KWH)
    if not len(which):
        return
    course, room = whole.chosen(which), _Room(whole)
    off = _paired(course, room, groups[which], off[which], step)
    cheap_first = np.argsort(plan.price_eur_per_kwh[step + 1 :], kind="stable") + step + 1
    for most_kw in (plan.peak_kw, np.inf):
        for then in cheap_first.tolist():
            wanted = course.more(then, -off)
            fits = room.fitting(course, then, wanted, most_kw)
            off = off + room.drawn(course, then, fits)
        for then in cheap_first[::-1].tolist():
            wanted = course.less(then, off)
            fits = room.fitting(course, then, wanted, most_kw, sign=-1.0)
            off = off + room.drawn(course, then, -fits)
    whole.charge[which], whole.discharge[which] = course.charge, course.discharge


def _paired(course: Course, room: "_Room", groups: Ints, off: Floats, step: int) -> Floats:
    """Let cars of a group exchange what they are *off* by; return what is left, shape (N,), kWh."""
    ceilings = course.problem.ceilings()
    many = int(groups.max(initial=0)) + 1
    for then in range(step + 1, len(course.problem.hours)):
        full = np.where(course.is_here(then), course.planned[:, then] + off - ceilings, 0.0)
        off = off + room.drawn(course, then, -course.less(then, full))
        less, more = course.less(then, off), course.more(then, -off)
        sums = [np.bincount(groups, weights=way, minlength=many) for way in (less, more)]
        moved = np.minimum(*sums)
        parts = [moved / np.maximum(total, TINY_KWH) for total in sums]
        change = more * parts[1][groups] - less * parts[0][groups]
        off = off + room.drawn(course, then, change)
    return off


class _Room:
    """What site and bands still take in each step beside what all cars do."""

    def __init__(self, course: Course) -> None:
        """Start with what *course* does."""
        problem, drawn = course.problem, course.charge - course.discharge
        site, hours = problem.site, problem.hours
        self._net = (site.load_kw - site.pv_kw) * hours + drawn.sum(axis=0)
        self._bands = [band.base_kw * hours + band.weight @ drawn for band in problem.bands]

    def drawn(self, course: Course, step: int, change: Floats) -> Floats:
        """Let the cars of *course* draw *change* kWh more in *step*; return what they store more."""
        self._net[step] += change.sum()
        for total, band in zip(self._bands, course.problem.bands, strict=True):
            total[step] += band.weight @ change
        return course.draw(step, change)

    def fitting(
        self, course: Course, step: int, wanted: Floats, most_kw: float, sign: float = 1.0
    ) -> Floats:
        """Return the part of *wanted* kWh, shape (N,), that fits when cars draw that much more (or less).

        Import stays below *most_kw* and the site's limit.
        """
        problem, site = course.problem, course.problem.site
        hours, total, net = float(problem.hours[step]), float(wanted.sum()), float(self._net[step])
        if total <= TINY_KWH:
            return np.zeros(len(wanted))
        if sign > 0.0:
            most = min(float(site.import_limit_kw[step]), most_kw)
            rooms = [(total, most * hours - net)]
        else:  # Sun that nobody takes can always be curtailed.
            least = -(float(site.export_limit_kw[step]) + float(site.pv_kw[step])) * hours
            rooms = [(total, net - least)]
        for power, band in zip(self._bands, problem.bands, strict=True):
            limit = float(band.high_kw[step] if sign > 0.0 else band.low_kw[step])
            rooms.append((float(band.weight @ wanted), sign * (limit * hours - float(power[step]))))
        shares = [max(0.0, room) / amount for amount, room in rooms if amount > TINY_KWH]
        found: Floats = wanted * min(1.0, *shares)
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteFlows:
    """What flows at the connection, shape (T,) each, kWh."""

    imported: Floats
    exported: Floats
    curtailed: Floats
    over: Floats


def site_of(course: Course, plan: Plan) -> SiteFlows | None:
    """Return the site's flows of *course*: those of *plan*, with the difference; None where nothing can take it.

    More load takes curtailed sun first, then what was fed in, then import. Less load is imported less,
    else fed in where that is paid for, else curtailed.
    """
    problem, site, before = course.problem, course.problem.site, plan.schedule
    drawn = (course.charge - course.discharge).sum(axis=0)
    change = drawn - (before.charge_kwh - before.discharge_kwh).sum(axis=0)
    more, less = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    imported, exported = before.import_kwh.copy(), before.export_kwh.copy()
    curtailed, over = before.curtailed_kwh.copy(), before.over_kwh.copy()
    for flow, sign, room in (
        (curtailed, -1.0, None),
        (exported, -1.0, None),
        (imported, 1.0, site.import_limit_kw * problem.hours),
        (over, 1.0, np.full(len(more), np.inf)),
    ):
        part = np.minimum(flow if room is None else np.maximum(room - flow, 0.0), more)
        flow[:] = flow + sign * part
        more = more - part
    paid = np.where(site.export_eur_per_kwh > 0.0, site.export_limit_kw, 0.0)
    for flow, sign, room in (
        (over, -1.0, None),
        (imported, -1.0, None),
        (exported, 1.0, paid * problem.hours),
        (curtailed, 1.0, site.pv_kw * problem.hours),
        (exported, 1.0, site.export_limit_kw * problem.hours),
    ):
        part = np.minimum(flow if room is None else np.maximum(room - flow, 0.0), less)
        flow[:] = flow + sign * part
        less = less - part
    if np.any(less > 10 * TINY_KWH):
        return None
    return SiteFlows(imported=imported, exported=exported, curtailed=curtailed, over=over)
