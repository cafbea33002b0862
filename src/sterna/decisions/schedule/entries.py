"""The non-zeros of the linear program: which column stands in which row, and with what.

`columns` says what the columns and rows mean.
"""

from dataclasses import dataclass

import numpy as np

from sterna.decisions.schedule.columns import Slots, worst
from sterna.decisions.schedule.problem import Flags, Floats, Ints, Problem


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entries:
    """The non-zeros of columns in compressed form: *starts* per column, *rows*, *values*."""

    starts: Ints
    rows: Ints
    values: Floats

    def only(self, which: Flags) -> "Entries":
        """Return the entries of the columns *which*."""
        lengths = np.diff(self.starts, append=len(self.rows))
        kept = np.repeat(which, lengths)
        starts = np.concatenate(([0], np.cumsum(lengths[which])[:-1]))
        return Entries(starts=starts, rows=self.rows[kept], values=self.values[kept])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Where the rows stand that columns of sessions reach into."""

    balance: Ints
    """Shape (T,): each step's balance."""
    bands: Ints
    """Shape (B, T)."""
    pool: Ints
    """Shape (2, T): reserve up and down; (0, T) without."""
    first: int
    """The first of the K rows that carry the energy on; the N rows of the targets follow, and with
    a reserve its 6 K rows."""


Part = tuple[list[Ints], list[Floats]]
"""Rows and values of equal columns: each entry of the lists is an array over the columns."""


def site_rows(count: int, bands: int, *, reserve: bool, first: int = 0, step: int = 0) -> Rows:
    """Return the rows of a program of *count* steps, from *step* on; *first*: see `Rows`."""
    starts = 2 * count + count * np.arange(bands + (2 if reserve else 0))
    more = (starts[:, None] + np.arange(step, count)).astype(np.int64)
    return Rows(balance=np.arange(step, count), bands=more[:bands], pool=more[bands:], first=first)


def site_entries(hours: Floats, bands: int, *, reserve: bool) -> Entries:
    """Return the entries of the site's columns, in the order of `columns.site_values`."""
    count = len(hours)
    where = site_rows(count, bands, reserve=reserve)
    steps, ones = where.balance, np.ones(count)
    band = where.bands.ravel()
    return _columns(
        [
            ([steps, count + steps], [ones, -ones]),
            *[([steps], [sign * ones]) for sign in (-1.0, -1.0, 1.0)],
        ],
        [
            ([band], [-np.ones(len(band))]),
            ([band], [np.ones(len(band))]),
            ([where.pool.ravel()], [np.ones(where.pool.size)]),
        ],
        between=(count + steps, hours),
    )


def car_entries(problem: Problem, where: Slots, rows: Rows) -> Entries:
    """Return the entries of the sessions' columns, in the order of `CarValues.stacked`."""
    cars, car, step = problem.sessions, where.car, where.step
    count = len(car)
    chain = rows.first + np.arange(count)
    target = rows.first + count + np.arange(len(cars))
    is_last = np.zeros(count, dtype=bool)
    is_last[where.end] = True
    onward = np.where(is_last, target[car], chain + 1)
    ones = np.ones(count)
    carried = np.where(is_last, 1.0, -1.0)
    site = [rows.balance[step], *(rows.bands[:, step])]
    drawn = [-ones, *(band.weight[car] for band in problem.bands)]
    stored: Part = [chain, onward], [ones, carried]
    start: Part = [chain[where.begin]], [-np.ones(len(cars))]
    powers: Part = [], []
    reserve: list[Part] = []
    if problem.reserve is not None:
        held = rows.first + count + len(cars) + np.arange(6 * count).reshape(6, -1)
        powers = [held[0], held[1]], [-ones, ones]
        after = np.minimum(np.arange(count) + 1, count - 1)
        later = np.where(is_last, 0.0, 1.0)
        stored[0].extend((held[2], held[3][after], held[4], held[5][after]))
        stored[1].extend((ones, later, ones, later))
        begins = [held[3][where.begin], held[5][where.begin]]
        start = start[0] + begins, start[1] + [np.ones(len(cars))] * 2
        out, into = (problem.reserve.hold_h * most[car] for most in worst(problem))
        hours = problem.hours[step]
        reserve = [
            ([held[0], held[2], held[3], rows.pool[0][step]], [hours, -out, -out, ones]),
            ([held[1], held[4], held[5], rows.pool[1][step]], [hours, into, into, ones]),
        ]
    gains, shares = cars.charging[1][:, car], cars.discharging[1][:, car]
    back = [-value for value in (*drawn, *powers[1])]
    parts: list[Part] = [
        *(([chain, *site, *powers[0]], [-gain, *drawn, *powers[1]]) for gain in gains),
        *(([chain, *site, *powers[0]], [1.0 / share, *back]) for share in shares),
        *[stored] * stored_parts(problem),
        *reserve,
        start,
        *[([target], [np.ones(len(cars))])] * len(cars.tiers[0]),
    ]
    return _columns(parts)


def stored_parts(problem: Problem) -> int:
    """Return into how many parts stored energy is split."""
    return 2 if problem.sessions.early_eur_per_kwh is None else 3


def _columns(
    parts: list[Part], more: list[Part] | None = None, between: tuple[Ints, Floats] | None = None
) -> Entries:
    """Return the entries of all columns of *parts*, of one column *between*, and of *more*."""
    counts: list[Ints] = []
    rows: list[Ints] = []
    values: list[Floats] = []
    for part in parts:
        _append(part, counts, rows, values)
    if between is not None:
        counts.append(np.array([len(between[0])]))
        rows.append(between[0])
        values.append(between[1])
    for part in more or ():
        _append(part, counts, rows, values)
    return Entries(
        starts=np.concatenate(([0], np.cumsum(np.concatenate(counts))[:-1])),
        rows=np.concatenate(rows),
        values=np.concatenate(values),
    )


def _append(part: Part, counts: list[Ints], rows: list[Ints], values: list[Floats]) -> None:
    """Append the columns of *part*, each with the entries that are not 0."""
    where, value = np.stack(part[0], axis=1), np.stack(part[1], axis=1)
    real = value != 0.0
    if real.all():
        counts.append(np.full(len(where), where.shape[1]))
        rows.append(where.ravel())
        values.append(value.ravel())
        return
    counts.append(np.count_nonzero(real, axis=1))
    rows.append(where[real])
    values.append(value[real])
