"""The linear program as columns: which variable stands in which row, with bounds and prices.

Per session and step: charge c_p and discharge d_p (kWh at the meter) in P pieces of the loss
curve's hull, stored energy up to the knee e and above it h (kWh), one row that carries the energy on:

    e_t + h_t - e_(t-1) - h_(t-1) - sum_p (eta_cp c_pt - d_pt / eta_dp) = 0

Per session: the energy at the start (a fixed column), the unmet energy u, one
row ``e + h + u >= target`` at the last step. Per step of the site: import,
export, curtailment, excess (kWh), one row of balance and one of the peak:

    import - export - curtailed + over - sum(c - d) = (load - pv) hours
    hours * peak - import >= 0

Because stored energy is split at the knee, time at high charge needs no row,
and because every column of a session is boxed, the dual simplex always has a
feasible start, whatever changes between two solves.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.problem import OVER_EUR_PER_KWH, Floats, Ints, Problem

NO_LIMIT: Final = float("inf")
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slots:
    """The pairs (session, step) in which a car is plugged, session by session. Shape (K,)."""

    car: Ints
    step: Ints
    begin: Ints
    """Shape (N,): the position of each session's first slot."""
    end: Ints
    """Shape (N,): the position of each session's last slot."""


def slots(problem: Problem) -> Slots:
    """Return the slots of all sessions of *problem*."""
    cars = problem.sessions
    counts = cars.last - cars.first
    ends = np.cumsum(counts)
    car = np.repeat(np.arange(len(cars)), counts)
    step = np.arange(len(car)) - np.repeat(ends - counts, counts) + cars.first[car]
    return Slots(car=car, step=step, begin=ends - counts, end=ends - 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """Price (EUR/kWh) and bounds (kWh) of columns. All of one shape."""

    cost: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CarValues:
    """What the columns of the sessions are worth and where they may be."""

    charge: Values
    """Shape (P, K), as `discharge`: piece by piece."""
    discharge: Values
    low: Values
    """Energy up to the knee: shape (K,), as `high` (above)."""
    high: Values
    start: Values
    """Shape (N,), as `unmet`."""
    unmet: Values
    target: Floats
    """Shape (N,): right side of the target's row, kWh."""

    def stacked(self) -> Values:
        """Return all columns in the order charge, discharge, low, high, start, unmet."""
        parts = (self.charge, self.discharge, self.low, self.high, self.start, self.unmet)
        return Values(
            cost=np.concatenate([part.cost.ravel() for part in parts]),
            lower=np.concatenate([part.lower.ravel() for part in parts]),
            upper=np.concatenate([part.upper.ravel() for part in parts]),
        )


def car_values(problem: Problem, where: Slots) -> CarValues:
    """Return prices and bounds of the sessions' columns."""
    cars, car, step = problem.sessions, where.car, where.step
    here = cars.present_h[car, step]
    floor = problem.floors()[car, step]
    knee = np.clip(cars.knee_kwh, 0.0, problem.ceilings())
    zeros = np.zeros(len(car))
    wear = cars.wear_eur_per_kwh
    start = cars.energy_kwh
    (up, gains), (down, shares) = cars.charging, cars.discharging
    return CarValues(
        charge=Values(
            cost=(wear * gains)[:, car],
            lower=np.zeros((len(up), len(car))),
            upper=up[:, car] * here,
        ),
        discharge=Values(
            cost=(wear / shares)[:, car],
            lower=np.zeros((len(down), len(car))),
            upper=down[:, car] * here,
        ),
        low=Values(cost=zeros, lower=np.minimum(floor, knee[car]), upper=knee[car]),
        high=Values(
            cost=cars.high_eur_per_kwh_h[car] * problem.hours[step],
            lower=np.maximum(floor - knee[car], 0.0),
            upper=(problem.ceilings() - knee)[car],
        ),
        start=Values(cost=np.zeros(len(cars)), lower=start, upper=start),
        unmet=Values(
            cost=cars.unmet_eur_per_kwh,
            lower=np.zeros(len(cars)),
            upper=np.maximum(cars.target_kwh, 0.0),
        ),
        target=cars.target_kwh,
    )


def site_values(problem: Problem) -> Values:
    """Return prices and bounds of import, export, curtailment, excess (T each) and the peak.

    An infinite limit is replaced by what could ever flow: every column has two bounds.
    """
    site, hours, cars = problem.site, problem.hours, problem.sessions
    count = len(hours)
    most_in = site.load_kw + float(np.sum(cars.charge_kw))
    most_out = site.pv_kw + float(np.sum(cars.discharge_kw))
    zeros = np.zeros(count)
    return Values(
        cost=np.concatenate(
            (
                site.import_eur_per_kwh,
                -site.export_eur_per_kwh,
                zeros,
                np.full(count, OVER_EUR_PER_KWH),
                [site.peak_eur_per_kw],
            )
        ),
        lower=np.concatenate((np.zeros(4 * count), [site.peak_so_far_kw])),
        upper=np.concatenate(
            (
                np.minimum(site.import_limit_kw, most_in + most_out) * hours,
                np.minimum(site.export_limit_kw, most_in + most_out) * hours,
                site.pv_kw * hours,
                np.full(count, NO_LIMIT),
                [NO_LIMIT],
            )
        ),
    )


def net_load(problem: Problem) -> Floats:
    """Return the right side of the balance: load less PV, shape (T,), kWh."""
    net: Floats = (problem.site.load_kw - problem.site.pv_kw) * problem.hours
    return net


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entries:
    """The non-zeros of columns in compressed form: *starts* per column, *rows*, *values*."""

    starts: Ints
    rows: Ints
    values: Floats


def _compressed(counts: Ints, rows: list[Ints], values: list[Floats]) -> Entries:
    """Return the entries of columns with *counts* non-zeros each."""
    return Entries(
        starts=np.concatenate(([0], np.cumsum(counts)[:-1])),
        rows=np.concatenate(rows),
        values=np.concatenate(values),
    )


def _pairs(first: NDArray[Number], second: NDArray[Number]) -> NDArray[Number]:
    """Return *first* and *second* interleaved: first[0], second[0], first[1], ..."""
    return np.stack((first, second), axis=1).ravel()


def car_entries(problem: Problem, where: Slots, *, balance: Ints, row: int) -> Entries:
    """Return the entries of the sessions' columns, in the order of `CarValues.stacked`.

    *balance*: the row of each step's balance, shape (T,). *row*: the first of the K rows
    that carry the energy on, followed by the N rows of the targets.
    """
    cars, car = problem.sessions, where.car
    count = len(car)
    chain = row + np.arange(count)
    site = balance[where.step]
    ones = np.ones(count)
    is_last = np.zeros(count, dtype=bool)
    is_last[where.end] = True
    onward = np.where(is_last, row + count + car, chain + 1)
    carried = np.where(is_last, 1.0, -1.0)
    gains, shares = cars.charging[1][:, car], cars.discharging[1][:, car]
    flows = len(gains) + len(shares)
    return _compressed(
        np.concatenate((np.full((flows + 2) * count, 2), np.ones(2 * len(cars), dtype=np.int64))),
        [
            *[_pairs(chain, site)] * flows,
            _pairs(chain, onward),
            _pairs(chain, onward),
            chain[where.begin],
            row + count + np.arange(len(cars)),
        ],
        [
            *(_pairs(-gain, -ones) for gain in gains),
            *(_pairs(1.0 / share, ones) for share in shares),
            _pairs(ones, carried),
            _pairs(ones, carried),
            -np.ones(len(cars)),
            np.ones(len(cars)),
        ],
    )


def site_entries(hours: Floats) -> Entries:
    """Return the entries of the site's columns; rows 0..T-1 balance, T..2T-1 peak."""
    count = len(hours)
    balance = np.arange(count)
    ones = np.ones(count)
    counts = np.concatenate((np.full(count, 2), np.ones(3 * count, dtype=np.int64), [count]))
    return _compressed(
        counts,
        [_pairs(balance, count + balance), balance, balance, balance, count + balance],
        [_pairs(ones, -ones), -ones, -ones, ones, hours],
    )
