"""A live site at one moment, and the problem that follows from it.

Steps are short soon and long later: a quarter of an hour is what is applied
next, three hours are enough for the day after tomorrow. The grid stands on
absolute time (multiples of its steps since the epoch), so that it can stay in
place while the clock runs through its first steps.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.departures import Law
from sterna.decisions.schedule.problem import Floats, Problem, Sessions, Site
from sterna.decisions.schedule.promises import BandAhead, ReserveAhead
from sterna.decisions.schedule.stay import Stay
from sterna.decisions.schedule.stay_rows import StayRows
from sterna.decisions.schedule.steps import lows, means
from sterna.kernel.quantities import (
    Instant,
    Kilowatts,
    Seconds,
)
from sterna.kernel.series import Series

HOUR: Final = 3600.0
LAST_SECOND: Final = 1.0
QUARTER_HOUR: Final = Seconds(900.0)
ONE_HOUR: Final = Seconds(3600.0)
THREE_HOURS: Final = Seconds(10800.0)
OVERSTAY: Final = QUARTER_HOUR
"""A car still plugged after its stated departure is taken to leave within this time: its
target becomes urgent, and no plan relies on it later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A part of what a driver may miss, and how much dearer it is than the first kWh."""

    kwh: float
    """Width."""
    factor: float
    """>= 1, rising from tier to tier. Times `Stay.unmet_eur_per_kwh` it stays below `OVER_EUR_PER_KWH`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """All that a schedule depends on. The series cover the grid from *now* on."""

    now: Instant
    stays: tuple[Stay, ...]
    load_kw: Series
    """Forecast of the building without cars and PV."""
    pv_kw: Series
    import_eur_per_kwh: Series
    export_eur_per_kwh: Series
    import_limit_kw: Series
    """The tightest of connection and capacity limits, >= 0; within a step its minimum counts."""
    export_limit_kw: Series
    peak_eur_per_kw: float
    peak_so_far_kw: Kilowatts
    bands: tuple[BandAhead, ...] = ()
    reserve: ReserveAhead | None = None
    fair: tuple[Tier, ...] = ()
    """How drivers share what is too little; empty: as it comes. What is beyond all tiers costs as the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a program has columns and rows for."""

    pieces: int = 1
    """Of every loss curve, in each direction."""
    early: bool = False
    tiers: int = 1
    bands: tuple[str, ...] = ()
    reserve: bool = False


PLAIN: Final = Shape()


def shape_of(problem: Problem) -> Shape:
    """Return the shape that *problem* needs."""
    cars = problem.sessions
    return Shape(
        pieces=max(len(cars.charging[0]), len(cars.discharging[0])),
        early=cars.early_eur_per_kwh is not None,
        tiers=1 if cars.fair_shares is None else len(cars.fair_shares),
        bands=tuple(band.name for band in problem.bands),
        reserve=problem.reserve is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How long the steps are: *fine* for the first hours, *middle*, then *coarse*."""

    fine: Seconds = QUARTER_HOUR
    fine_hours: float = 2.0
    middle: Seconds = ONE_HOUR
    middle_hours: float = 24.0
    coarse: Seconds = THREE_HOURS
    hours: float = 72.0
    """The horizon. Cars that leave later have to be on a straight line to their target then."""

    def edges(self, now: Instant) -> Floats:
        """Return the steps' limits, the first step containing *now*: shape (T+1,), seconds."""
        start = now // self.fine * self.fine
        bend = _up(start + self.fine_hours * HOUR, self.middle)
        turn = max(bend, _up(start + self.middle_hours * HOUR, self.coarse))
        end = max(turn + self.coarse, _up(start + self.hours * HOUR, self.coarse))
        return np.concatenate(
            (
                np.arange(start, bend, self.fine),
                np.arange(bend, turn, self.middle),
                np.arange(turn, end + 1.0, self.coarse),
            )
        )


def _up(moment: float, step: float) -> float:
    """Return the first multiple of *step* at or after *moment*."""
    return float(np.ceil(moment / step) * step)


def remaining(edges: Floats, now: Instant) -> tuple[int, Floats]:
    """Return the step that contains *now*, and the limits of what is left from *now* on.

    The last second of a step counts to the next one: a shorter step has no power worth a name.
    """
    step = min(int(np.searchsorted(edges, now + LAST_SECOND, side="right")) - 1, len(edges) - 2)
    left = edges[step:].copy()
    left[0] = now
    return step, left


def problem_of(
    snapshot: Snapshot, edges: Floats, least: Shape = PLAIN, rows: StayRows | None = None
) -> Problem:
    """Return the problem of *snapshot* on steps with limits *edges*, which begin at its *now*.

    Its sessions get at least the *least* shape: empty pieces and tiers if need be. *rows* remember the stays
    of the snapshot before.
    """
    keys = [stay.key for stay in snapshot.stays]
    return Problem(
        hours=np.diff(edges) / HOUR,
        sessions=_sessions(snapshot, edges, least, rows or StayRows()),
        bands=tuple(band.on(keys, edges) for band in snapshot.bands),
        reserve=None if snapshot.reserve is None else snapshot.reserve.on(edges),
        site=Site(
            load_kw=means(snapshot.load_kw, edges),
            pv_kw=means(snapshot.pv_kw, edges),
            import_eur_per_kwh=means(snapshot.import_eur_per_kwh, edges),
            export_eur_per_kwh=means(snapshot.export_eur_per_kwh, edges),
            import_limit_kw=lows(snapshot.import_limit_kw, edges),
            export_limit_kw=lows(snapshot.export_limit_kw, edges),
            peak_eur_per_kw=snapshot.peak_eur_per_kw,
            peak_so_far_kw=snapshot.peak_so_far_kw,
        ),
    )


def _sessions(snapshot: Snapshot, edges: Floats, least: Shape, rows: StayRows) -> Sessions:
    """Return the stays as arrays, in the snapshot's order."""
    table, up, down = rows.of(snapshot.stays, least.pieces)
    energy, floor, target, capacity = table[2:6]
    arrival = np.maximum(table[0], snapshot.now)
    departure = np.where(np.isinf(table[1]), edges[-1], table[1])
    late = departure <= arrival
    departure = np.where(late, arrival + OVERSTAY, departure)
    # Who overstays has steps until the full hour, idle in the end: a kept program need not change every quarter.
    until = np.where(late, np.ceil(departure / HOUR) * HOUR, departure)
    steps = len(edges) - 1
    first = np.clip(np.searchsorted(edges, arrival, side="right") - 1, 0, steps - 1)
    last = np.clip(np.searchsorted(edges, until, side="left"), first + 1, steps)
    here = np.minimum(edges[1:], departure[:, None]) - np.maximum(edges[:-1], arrival[:, None])
    share = np.clip((edges[-1] - arrival) / (departure - arrival), 0.0, 1.0)
    aim = energy + np.maximum(target - energy, 0.0) * share
    early, price = _early(snapshot.stays, edges, arrival, departure, wanted=least.early)
    shares, factors = _tiers(snapshot, least.tiers)
    return Sessions(
        first=first,
        last=last,
        present_h=np.maximum(here, 0.0) / HOUR,
        energy_kwh=energy,
        floor_kwh=floor,
        capacity_kwh=capacity,
        target_kwh=np.where(share < 1.0, np.minimum(target, np.maximum(floor, aim)), target),
        charge_kw=table[6],
        discharge_kw=table[7],
        charge_efficiency=table[8],
        discharge_efficiency=table[9],
        wear_eur_per_kwh=table[10],
        unmet_eur_per_kwh=table[11],
        knee_kwh=table[12],
        high_eur_per_kwh_h=table[13],
        charge_pieces=up,
        discharge_pieces=down,
        least_kw=table[14],
        levy_eur_per_kwh=table[15] if table[15].any() else None,
        early_kwh=early,
        early_eur_per_kwh=price,
        fair_shares=shares,
        fair_factors=factors,
    )


def _early(
    stays: tuple[Stay, ...], edges: Floats, arrival: Floats, departure: Floats, *, wanted: bool
) -> tuple[Floats | None, Floats | None]:
    """Return what early leavers should find, shape (N,), and its price by step, shape (N, T).

    The price is the probability of leaving in the step, seen from now, times the value of a kWh missing.
    None for both where nobody leaves early, unless *wanted*.
    """
    leavers = [car for car, stay in enumerate(stays) if stay.early_kwh > 0 and not stay.stationary]
    if not leavers and not wanted:
        return None, None
    price = np.zeros((len(stays), len(edges) - 1))
    alike: dict[int, tuple[Law, list[int]]] = {}
    for car in leavers:
        stay = stays[car]
        if stay.habit is not None:
            alike.setdefault(id(stay.habit), (stay.habit, []))[1].append(car)
        else:
            moments = np.clip(edges, arrival[car], max(arrival[car], departure[car]))
            price[car] = -np.diff(np.exp(-_risk(stay.hazard_per_h, moments)))
    for law, cars in alike.values():
        announced = np.array([stays[car].departure for car in cars])
        price[cars] = law.early(announced, arrival[cars], edges)
    values = [
        stay.unmet_eur_per_kwh if stay.early_eur_per_kwh is None else stay.early_eur_per_kwh
        for stay in stays
    ]
    price *= np.array(values)[:, None]
    return np.array([max(stay.early_kwh, 0.0) for stay in stays]), price


def _risk(hazard: float | Series, moments: Floats) -> Floats:
    """Return the *hazard* gathered from the first of *moments* to each."""
    if not isinstance(hazard, Series):
        constant: Floats = hazard * (moments - moments[0]) / HOUR
        return constant
    gathered = np.concatenate(([0.0], np.cumsum(hazard.values * hazard.step / HOUR)))
    at = np.interp((moments - hazard.start) / hazard.step, np.arange(len(gathered)), gathered)
    risk: Floats = at - at[0]
    return risk


def _tiers(snapshot: Snapshot, least: int) -> tuple[Floats | None, Floats | None]:
    """Return width and factor of the tiers of each car, shape (K, N) each; None for both with one."""
    count = max(least, len(snapshot.fair))
    if count == 1 and not snapshot.fair:
        return None, None
    shares, factors = np.zeros((count, len(snapshot.stays))), np.ones((count, len(snapshot.stays)))
    promised = np.array([not stay.stationary for stay in snapshot.stays], dtype=bool)
    tiers = snapshot.fair
    for number in range(count if tiers else 0):
        tier = tiers[min(number, len(tiers) - 1)]
        shares[number, promised], factors[number, promised] = tier.kwh, tier.factor
    return shares, factors
