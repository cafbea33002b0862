"""What all cars can do together: a linear program over the rest of the horizon.

Per car and step the energy at the meter in the pieces of its loss curve, and the stored energy e,
chained as in `schedule.columns`; per step one row of the fleet; per band one row a step; and one
column for the volume q (kW), which a window of steps gives or takes:

    sum_i (c_it - d_it) - sign_t hours_t q  within  [least_t, most_t]

The program may let a car charge and discharge in one step, or fill a worse piece of its curve
first: both waste energy, which helps nobody but a full battery. So what comes out is put right at
the meter (the same power, the best pieces first): the grid sees the same, batteries hold as much or
more. Only a capacity can then be broken. The cars for which it is get binaries for each step (one
direction at a time, the best pieces first), and the program is solved again, as `schedule.lp` does.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.flexibility.course import (
    Course,
    band_room_kw,
    filled,
    followed,
    here,
    kept_kwh,
)
from sterna.decisions.flexibility.task import Found, Task
from sterna.decisions.schedule.columns import Values
from sterna.decisions.schedule.entries import Entries
from sterna.decisions.schedule.problem import Floats, Ints, Problem
from sterna.decisions.schedule.program import Program, RowEntries

ROUNDS_MAX: Final = 6
"""Putting right one car may move the waste to another; two rounds are usual."""
TINY_KWH: Final = 1e-6
"""The solver's tolerance is 1e-7 in each row; a capacity broken by less is noise."""
CHOICES_MAX: Final = 1000
"""Pairs of car and step that may get binaries for an edge of energy."""
CALM: Final = 1e-5
"""Weight of a moved kWh beside one that is asked for: settles ties, and never more than a ten-thousandth."""
TINY_KW: Final = 1e-8
"""The volume is held this much below the greatest while the calmest course is looked for."""


def greatest(problem: Problem, course: Course, task: Task) -> Found:
    """Return the greatest volume of *task*, and among the courses that give it one that moves least.

    *course* itself gives the volume 0, so that there always is an answer.
    """
    room = Room(problem, course, task)
    bound = room.raise_volume()
    for _ in range(ROUNDS_MAX):
        volume = room.volume
        calm = room.calm(volume - TINY_KW)
        full = room.overfull(calm)
        if not len(full):
            return Found(volume_kw=max(0.0, min(room.volume, volume)), bound_kw=bound, course=calm)
        if not np.all(np.isin(full, room.decided)):
            room = Room(problem, course, task, np.union1d(room.decided, full))
            bound = min(bound, room.raise_volume())
        elif room.hold(calm):
            room.raise_volume()
        else:
            break
    return Found(volume_kw=0.0, bound_kw=bound, course=course)


class Room:
    """The program of one task; `course` is what the rest is counted from."""

    def __init__(
        self, problem: Problem, course: Course, task: Task, decided: Ints | None = None
    ) -> None:
        """Write the program; the cars *decided* have one direction at a time, by binaries."""
        self.decided = np.zeros(0, dtype=np.int64) if decided is None else decided
        self.problem, self.course, self.task = problem, course, task
        inside = here(problem) > 0
        inside[:, : task.begin] = False
        self.car, self.step = np.nonzero(inside)
        self.least = np.minimum(task.least_kwh, course.moved_kwh)
        self.most = np.maximum(task.most_kwh, course.moved_kwh)
        self.program = Program()
        self._rows()
        self.choices = np.flatnonzero(np.isin(self.car, self.decided))
        self.values = self._values()
        flows = self._values(choices=False)
        self.program.add_columns(flows, self._entries())
        self._choose()

    @property
    def count(self) -> int:
        """The number K of pairs (car, step) that are open."""
        return len(self.car)

    @property
    def volume(self) -> float:
        """The volume of the last solution, kW."""
        return float(self.program.values()[self.last])

    @property
    def last(self) -> int:
        """The column of the volume."""
        return (sum(self._kinds()) + 1) * self.count

    def raise_volume(self) -> float:
        """Find the greatest volume; return a bound on it, kW: itself, unless binaries stopped short."""
        cost = np.zeros(self.program.columns)
        cost[self.last] = -1.0
        if not len(self.choices):
            self._run(replace(self.values, cost=cost))
            return self.volume
        self.program.set_columns(replace(self.values, cost=cost))
        columns = np.arange(self.last + 1, self.program.columns)
        bound = -self.program.run_whole(columns)
        picked = np.round(self.program.values()[columns])
        lower, upper = self.values.lower.copy(), self.values.upper.copy()
        lower[columns] = upper[columns] = picked
        self.values = replace(self.values, lower=lower, upper=upper)
        return max(bound, self.volume)

    def calm(self, volume: float) -> Course:
        """Return the course that moves least energy and gives *volume* or more."""
        ups, downs = self._kinds()
        cost = np.zeros(self.program.columns)
        cost[: (ups + downs) * self.count] = 1.0
        lower = self.values.lower.copy()
        lower[self.last] = max(0.0, volume)
        self._run(replace(self.values, cost=cost, lower=lower))
        return self._read()

    def stored_most(self, step: int) -> Course:
        """Return a course that stores the most energy in all batteries by the end of *step*.

        A car that has left holds what it left with. Waste stores nothing, so that none is looked for.
        """
        ups, downs = self._kinds()
        ends = np.minimum(step, self.problem.sessions.last - 1)
        at = (ups + downs) * self.count + np.flatnonzero(self.step == ends[self.car])
        cost = np.zeros(self.program.columns)
        cost[: (ups + downs) * self.count] = CALM
        cost[at] = -1.0
        return self._cheapest(cost)

    def drawn_least(self, step: int) -> Course:
        """Return a course that draws the least energy at all meters by the end of *step*.

        Counted at the meters, because waste draws more, so that none is looked for.
        """
        ups, downs = self._kinds()
        soon = np.where(self.step <= step, 1.0, 0.0)
        cost = np.zeros(self.program.columns)
        cost[: ups * self.count] = CALM + np.tile(soon, ups)
        cost[ups * self.count : (ups + downs) * self.count] = CALM - np.tile(soon, downs)
        return self._cheapest(cost)

    def _cheapest(self, cost: Floats) -> Course:
        """Return a course of least *cost* that overfills no battery; the ground where none is found.

        Overfilled cars get binaries while those are few; many are held to the directions that they have.
        """
        self._run(replace(self.values, cost=cost))
        found = self._read()
        full = self.overfull(found)
        if not len(full):
            return found
        decided = np.union1d(self.decided, full)
        if len(decided) > len(self.decided) and np.isin(self.car, decided).sum() <= CHOICES_MAX:
            room = Room(self.problem, self.course, self.task, decided)
            return room._decided_by(cost[: self.last])
        return self._held(cost)

    def _decided_by(self, cost: Floats) -> Course:
        """Return the course of least *cost* (of what comes before the volume), binaries decided with it."""
        whole = np.zeros(self.program.columns)
        whole[: len(cost)] = cost
        self.program.set_columns(replace(self.values, cost=whole))
        self.program.run_whole(np.arange(self.last + 1, self.program.columns))
        found = self._read()
        return found if not len(self.overfull(found)) else self._cheapest(whole)

    def _held(self, cost: Floats) -> Course:
        """Return a course of small *cost* whose overfilled cars keep the directions that they had."""
        before = self.least, self.most, self.values
        try:
            for _ in range(ROUNDS_MAX):
                self._run(replace(self.values, cost=cost))
                found = self._read()
                if not len(self.overfull(found)):
                    return found
                if not self.hold(found):
                    break
            return self.course
        finally:
            self.least, self.most, self.values = before  # The next question is another one.

    def overfull(self, course: Course) -> Ints:
        """Return the cars that *course* fills beyond their capacity."""
        ceiling = np.maximum(self.problem.ceilings()[:, None], self.course.stored_kwh)
        return np.flatnonzero(np.any(course.stored_kwh > ceiling + TINY_KWH, axis=1))

    def hold(self, course: Course) -> bool:
        """Hold cars that *course* overfills to its direction and piece, step by step; False: nothing is left to hold."""
        full = np.isin(np.arange(len(course.moved_kwh)), self.overfull(course))[:, None]
        cars, time = self.problem.sessions, here(self.problem)
        up = np.cumsum(cars.charging[0], axis=0)[:, :, None] * time
        moved = course.moved_kwh
        edge = np.min(np.where(up >= moved - TINY_KWH, up, np.inf), axis=0)
        most = np.where(full, np.minimum(self.most, np.where(moved > 0, edge, 0.0)), self.most)
        least = np.where(full & (moved >= 0), np.maximum(self.least, 0.0), self.least)
        most = np.maximum(most, self.course.moved_kwh)
        least = np.minimum(least, self.course.moved_kwh)
        if np.array_equal(most, self.most) and np.array_equal(least, self.least):
            return False
        self.least, self.most = least, most
        fresh, flows = self._values(), self.last
        lower = np.concatenate((fresh.lower[:flows], self.values.lower[flows:]))
        upper = np.concatenate((fresh.upper[:flows], self.values.upper[flows:]))
        self.values = replace(self.values, lower=lower, upper=upper)
        return True

    def _run(self, values: Values) -> None:
        """Solve with *values*."""
        self.program.set_columns(values)
        if not self.program.run():
            self.program.forget_basis()
            assert self.program.run(), "the course itself is an answer"

    def _kinds(self) -> tuple[int, int]:
        """Return how many pieces charging and discharging have."""
        cars = self.problem.sessions
        return len(cars.charging[0]), len(cars.discharging[0])

    def _read(self) -> Course:
        """Return the solution as a course: the same power at every meter, the best pieces first."""
        ups, downs = self._kinds()
        flows = self.program.values()[: (ups + downs) * self.count].reshape(-1, self.count)
        net = flows[:ups].sum(axis=0) - flows[ups:].sum(axis=0)
        moved = self.course.moved_kwh.copy()
        low, high = self.least[self.car, self.step], self.most[self.car, self.step]
        moved[self.car, self.step] = np.clip(net, low, high)
        return followed(self.problem, moved, self.course.curtailed_kwh)

    def _rows(self) -> None:
        """Add the rows: K chains, the fleet's T, T of each band."""
        problem, task, hours = self.problem, self.task, self.problem.hours
        start = np.zeros(self.count)
        first = np.maximum(problem.sessions.first, task.begin)[self.car] == self.step
        start[first] = self.course.before(task.begin, problem)[self.car[first]]
        self.program.add_rows(start, start)
        fleet = self.course.fleet_kw
        later = np.arange(len(hours)) >= task.begin
        low = np.where(later, np.minimum(task.low_kw, fleet), -np.inf)
        high = np.where(later, np.maximum(task.high_kw, fleet), np.inf)
        self.program.add_rows(low * hours, high * hours)
        for band in problem.bands:
            low, high = band_room_kw(problem, band, self.course)
            low, high = np.where(later, low, -np.inf), np.where(later, high, np.inf)
            self.program.add_rows(low * hours, high * hours)

    def _choose(self) -> None:
        """Add the binaries: one for the direction (1 charges), one for each bend of a curve (1 is beyond it)."""
        many, (ups, downs) = len(self.choices), self._kinds()
        if not many:
            return
        kinds = ups + downs - 1
        zeros, none = np.zeros(many * kinds), np.zeros(0, dtype=np.int64)
        first = self.program.add_columns(
            Values(cost=zeros, lower=zeros, upper=np.ones(many * kinds)),
            Entries(starts=np.zeros(many * kinds, dtype=np.int64), rows=none, values=np.zeros(0)),
        )
        way, *bends = first + np.arange(many * kinds).reshape(kinds, many)
        pieces = np.arange(ups + downs)[:, None] * self.count + self.choices
        for piece in pieces[:ups]:
            self._switched(piece, way, on=1.0)
        for piece in pieces[ups:]:
            self._switched(piece, way, on=0.0)
        rising = [k for k in range(ups + downs - 1) if k != ups - 1]
        for k, bend in zip(rising, bends, strict=True):
            self._switched(pieces[k + 1], bend, on=1.0)
            self._switched(pieces[k], bend, on=1.0, full=True)

    def _switched(self, columns: Ints, switch: Ints, *, on: float, full: bool = False) -> None:
        """Let *columns* be above 0 only where their *switch* is *on*; or be *full* where it is."""
        most = self.program.upper(columns)
        sides, endless = most * (1.0 - on), np.full(len(columns), np.inf)
        self.program.add_rows(
            sides if full else -endless,
            endless if full else sides,
            RowEntries(
                starts=2 * np.arange(len(columns)),
                columns=np.stack((columns, switch), axis=1).ravel(),
                values=np.stack((np.ones(len(columns)), most * (1.0 - 2.0 * on)), axis=1).ravel(),
            ),
        )

    def _values(self, *, choices: bool = True) -> Values:
        """Return bounds of the columns: pieces of charging and discharging, stored energy, volume, binaries."""
        cars, car, step = self.problem.sessions, self.car, self.step
        time = here(self.problem)[car, step]
        least, most = self.least[car, step], self.most[car, step]
        up, down = cars.charging[0][:, car] * time, cars.discharging[0][:, car] * time
        floor = np.minimum(self.problem.floors(), self.course.stored_kwh)[car, step]
        kept = np.where(step == cars.last[car] - 1, kept_kwh(self.problem, self.course)[car], floor)
        ceiling = np.maximum(self.problem.ceilings()[car], self.course.stored_kwh[car, step])
        many = len(self.choices) * (sum(self._kinds()) - 1) if choices else 0
        lower = (
            filled(np.maximum(least, 0.0), up),
            filled(np.maximum(-most, 0.0), down),
            np.maximum(floor, kept),
            np.zeros(1 + many),
        )
        upper = (
            filled(np.maximum(most, 0.0), up),
            filled(np.maximum(-least, 0.0), down),
            ceiling,
            np.array([self.task.volume_kw if np.any(self.task.sign) else 0.0]),
            np.ones(many),
        )
        return Values(
            cost=np.zeros(sum(part.size for part in lower)),
            lower=np.concatenate([part.ravel() for part in lower]),
            upper=np.concatenate([part.ravel() for part in upper]),
        )

    def _entries(self) -> Entries:
        """Return the non-zeros of the columns."""
        cars, car, count = self.problem.sessions, self.car, self.count
        chain, ones = np.arange(count), np.ones(count)
        fleet = count + self.step
        bands = [band.weight[car] for band in self.problem.bands]
        steps = len(self.problem.hours)
        rows = [chain, fleet, *(fleet + (k + 1) * steps for k in range(len(bands)))]
        gains, shares = cars.charging[1][:, car], cars.discharging[1][:, car]
        last = np.append(car[1:] != car[:-1], True) if count else np.zeros(0, dtype=bool)
        open_rows = np.concatenate(([], *([np.stack(rows, axis=1).ravel()] * sum(self._kinds()))))
        flows = [(-gain, ones) for gain in gains] + [(1.0 / share, -ones) for share in shares]
        parts = [
            np.stack((into, way, *(way * weight for weight in bands)), axis=1).ravel()
            for into, way in flows
        ]
        onward: Ints = np.stack((chain, chain + 1), axis=1)
        carried = np.stack((ones, -ones), axis=1)
        both: NDArray[np.bool_] = np.stack((np.ones(count, dtype=bool), ~last), axis=1)
        window = np.flatnonzero(self.task.sign)
        counts = np.concatenate(
            (
                np.full(len(flows) * count, 2 + len(bands)),
                np.where(last, 1, 2),
                [len(window)],
            )
        )
        return Entries(
            starts=np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64),
            rows=np.concatenate((open_rows, onward[both], count + window)).astype(np.int64),
            values=np.concatenate(
                (
                    *parts,
                    carried[both],
                    -self.task.sign[window] * self.problem.hours[window],
                )
            ),
        )
