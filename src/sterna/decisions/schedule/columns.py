"""The linear program as columns: which variable stands in which row, with bounds and prices.

Per session and step: charge c_p and discharge d_p (kWh at the meter) in P pieces of the loss
curve's hull, stored energy in parts e_s (up to the knee, above it; three where a driver may leave
early), one row that carries the energy on:

    sum_s e_st - sum_s e_s(t-1) - sum_p (eta_cp c_pt - d_pt / eta_dp) = 0

Per session: the energy at the start (a fixed column), the unmet energy u_k in tiers, one
row ``sum_s e_s + sum_k u_k >= target`` at the last step. Per step of the site: import,
export, curtailment, excess (kWh), one row of balance and one of the peak:

    import - export - curtailed + over - sum(c - d) = (load - pv) hours
    hours * peak - import >= 0

Per band and step two columns by which it is missed, and one row; with a reserve two columns
per step of what is lacking (kW), and rows for the pool:

    (low - base) hours <= sum w (c - d) + below - above <= (high - base) hours
    sum r_up + lacking >= up                                            (down likewise)

and per session and step the reserve r (kW) with six rows, h = hold_h:

    d - c + hours r_up <= discharge_kw present      c - d + hours r_down <= charge_kw present
    sum_s e_s - h r_up / eta_d >= floor             sum_s e_s + h eta_c r_down <= ceiling

the energies both at the end and at the begin of the step.

Because stored energy is split, time at high charge and an early departure need no row,
and because every column of a session is boxed, the dual simplex always has a
feasible start, whatever changes between two solves. What a problem does not have has no column.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import OVER_EUR_PER_KWH, Flags, Floats, Ints, Problem

NO_LIMIT: Final = float("inf")
HELD_ROWS: Final = 6
"""Rows per session and step that a reserve needs: two of power, two of energy at each end."""


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

    def only(self, which: Flags) -> "Values":
        """Return those of the columns *which*."""
        return Values(cost=self.cost[which], lower=self.lower[which], upper=self.upper[which])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CarValues:
    """What the columns of the sessions are worth and where they may be."""

    charge: Values
    """Shape (P, K), as `discharge`: piece by piece."""
    discharge: Values
    stored: Values
    """Stored energy part by part from the empty battery up: shape (S, K)."""
    reserve: Values
    """Shape (2, K): up and down; (0, K) without a reserve."""
    start: Values
    """Shape (N,)."""
    unmet: Values
    """Shape (F, N): tier by tier."""
    target: Floats
    """Shape (N,): least of the target's row, kWh."""
    held: Values
    """Shape (6, K): the sides of the reserve's rows; (0, K) without. They have no cost."""

    def stacked(self) -> Values:
        """Return all columns in the order charge, discharge, stored, reserve, start, unmet."""
        parts = (
            self.charge, self.discharge, self.stored, self.reserve, self.start, self.unmet,
        )  # fmt: skip
        return Values(
            cost=np.concatenate([part.cost.ravel() for part in parts]),
            lower=np.concatenate([part.lower.ravel() for part in parts]),
            upper=np.concatenate([part.upper.ravel() for part in parts]),
        )

    def sides(self) -> tuple[Floats, Floats]:
        """Return the sides of all rows in the order chain, target, held."""
        nothing = np.zeros(self.stored.cost.shape[1])
        endless = np.full(len(self.target), NO_LIMIT)
        return (
            np.concatenate((nothing, self.target, self.held.lower.ravel())),
            np.concatenate((nothing, endless, self.held.upper.ravel())),
        )


def car_values(problem: Problem, where: Slots) -> CarValues:
    """Return prices and bounds of the sessions' columns."""
    cars, car, step = problem.sessions, where.car, where.step
    here = cars.present_h[car, step]
    floors = problem.floors()[car, step]
    wear = cars.wear_eur_per_kwh
    start = cars.energy_kwh
    (up, gains), (down, shares) = cars.charging, cars.discharging
    widths, prices = cars.tiers
    wanted = np.maximum(cars.target_kwh, 0.0)
    reserve, held = _reserve(problem, where, floors)
    return CarValues(
        charge=Values(
            cost=(wear * gains + cars.levies)[:, car],
            lower=np.zeros((len(up), len(car))),
            upper=up[:, car] * here,
        ),
        discharge=Values(
            cost=(wear / shares)[:, car],
            lower=np.zeros((len(down), len(car))),
            upper=down[:, car] * here,
        ),
        stored=_stored(problem, where, floors),
        reserve=reserve,
        start=Values(cost=np.zeros(len(cars)), lower=start, upper=start),
        unmet=Values(cost=prices, lower=np.zeros(prices.shape), upper=np.minimum(widths, wanted)),
        target=cars.target_kwh,
        held=held,
    )


def stored_limits(problem: Problem) -> Floats:
    """Return the limits of the parts of stored energy, from the empty battery to the full one, shape (S+1, N), kWh.

    It is cut at the knee, and once more where an early leaver is short.
    """
    cars, ceilings = problem.sessions, problem.ceilings()
    nothing, knee = np.zeros(len(cars)), np.clip(cars.knee_kwh, 0.0, ceilings)
    if cars.early_eur_per_kwh is None:
        return np.stack((nothing, knee, ceilings))
    early = np.minimum(cars.leaving_early[0], ceilings)
    return np.stack((nothing, np.minimum(early, knee), np.maximum(early, knee), ceilings))


def in_use(problem: Problem) -> Flags:
    """Return which of its columns a session can ever use, shape (1 + S, N): giving back, and each part of stored energy.

    The first part counts as used, however narrow: a battery at rest holds its energy there.
    """
    gives = np.any(problem.sessions.discharging[0] > 0.0, axis=0)
    wide: Flags = np.diff(stored_limits(problem), axis=0) > 0.0
    wide[0] = True
    return np.concatenate((gives[None, :], wide))


def _stored(problem: Problem, where: Slots, floors: Floats) -> Values:
    """Return the parts of stored energy.

    Below `early_kwh` a stored kWh is worth its price. The constant that this leaves out is `left_out`.
    """
    cars, car, step = problem.sessions, where.car, where.step
    limits = stored_limits(problem)
    widths = np.diff(limits, axis=0)[:, car]
    lower = np.clip(floors - limits[:-1, car], 0.0, widths)
    dear = cars.high_eur_per_kwh_h[car] * problem.hours[step]
    if cars.early_eur_per_kwh is None:
        cost = np.stack((np.zeros(len(car)), dear))
        return Values(cost=cost, lower=lower, upper=widths)
    missing = cars.leaving_early[1][car, step]
    # The middle part is both, or neither: up to what an early leaver wants, or below the knee.
    both = limits[1] == np.clip(cars.knee_kwh, 0.0, limits[-1])
    middle = np.where(both[car], dear - missing, 0.0)
    return Values(cost=np.stack((-missing, middle, dear)), lower=lower, upper=widths)


def left_out(problem: Problem, where: Slots) -> float:
    """Return the cost that the columns leave out, EUR: of an empty battery to whom leaves early."""
    if problem.sessions.early_eur_per_kwh is None:
        return 0.0
    wanted, price = problem.sessions.leaving_early
    return float(wanted[where.car] @ price[where.car, where.step])


def worst(problem: Problem) -> tuple[Floats, Floats]:
    """Return stored kWh per kWh of reserve delivered, shape (N,) each: taken out up, put in down, at the most."""
    (_, gains), (_, shares) = problem.sessions.charging, problem.sessions.discharging
    return 1.0 / np.min(shares, axis=0), np.max(gains, axis=0)


def _reserve(problem: Problem, where: Slots, floors: Floats) -> tuple[Values, Values]:
    """Return the columns of the reserve and the sides of its rows."""
    cars, car, step, reserve = problem.sessions, where.car, where.step, problem.reserve
    if reserve is None:
        none = np.zeros((0, len(car)))
        return (Values(cost=none, lower=none, upper=none),) * 2
    here = cars.present_h[car, step]
    free = (cars.charge_kw + cars.discharge_kw)[car] * (here >= problem.hours[step] - 1e-9)
    most = np.stack((free * (reserve.up_kw[step] > 0), free * (reserve.down_kw[step] > 0)))
    begun, ceilings = problem.begin_floors()[car, step], problem.ceilings()[car]
    endless = np.full(len(car), NO_LIMIT)
    columns = Values(cost=np.zeros(most.shape), lower=np.zeros(most.shape), upper=most)
    sides = Values(
        cost=np.zeros((HELD_ROWS, len(car))),
        lower=np.stack((-endless, -endless, floors, begun, -endless, -endless)),
        upper=np.stack(
            (
                cars.discharge_kw[car] * here,
                cars.charge_kw[car] * here,
                endless,
                endless,
                ceilings,
                ceilings,
            )
        ),
    )
    return columns, sides


def site_values(problem: Problem) -> Values:
    """Return prices and bounds of import, export, curtailment, excess (T each) and the peak.

    Then what bands are missed by, above (B T) and below (B T), and the reserve lacking, up and down (T
    each). An infinite limit is replaced by what could ever flow: every column has two bounds.
    """
    site, hours, cars = problem.site, problem.hours, problem.sessions
    count = len(hours)
    most_in = site.load_kw + float(np.sum(cars.charge_kw))
    most_out = site.pv_kw + float(np.sum(cars.discharge_kw))
    zeros = np.zeros(count)
    missed = np.full(2 * count * len(problem.bands), OVER_EUR_PER_KWH)
    lacking = np.tile(OVER_EUR_PER_KWH * hours, 0 if problem.reserve is None else 2)
    more = len(missed) + len(lacking)
    return Values(
        cost=np.concatenate(
            (
                site.import_eur_per_kwh,
                -site.export_eur_per_kwh,
                zeros,
                np.full(count, OVER_EUR_PER_KWH),
                [site.peak_eur_per_kw],
                missed,
                lacking,
            )
        ),
        lower=np.concatenate((np.zeros(4 * count), [site.peak_so_far_kw], np.zeros(more))),
        upper=np.concatenate(
            (
                np.minimum(site.import_limit_kw, most_in + most_out) * hours,
                np.minimum(site.export_limit_kw, most_in + most_out) * hours,
                site.pv_kw * hours,
                np.full(count, NO_LIMIT),
                [NO_LIMIT],
                np.full(more, NO_LIMIT),
            )
        ),
    )


def net_load(problem: Problem) -> Floats:
    """Return the right side of the balance: load less PV, shape (T,), kWh."""
    net: Floats = (problem.site.load_kw - problem.site.pv_kw) * problem.hours
    return net


def site_sides(problem: Problem) -> tuple[Floats, Floats]:
    """Return the sides of the site's rows: balance, peak (T each), bands (B T), reserve up and down (T each)."""
    net, hours, bands = net_load(problem), problem.hours, problem.bands
    count = len(hours)
    lower = [net, np.zeros(count), *((band.low_kw - band.base_kw) * hours for band in bands)]
    upper = [net, np.full(count, NO_LIMIT)]
    upper += [(band.high_kw - band.base_kw) * hours for band in bands]
    if problem.reserve is not None:
        lower += [problem.reserve.up_kw, problem.reserve.down_kw]
        upper += [np.full(2 * count, NO_LIMIT)]
    return np.concatenate(lower), np.concatenate(upper)
