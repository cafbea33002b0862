"""Who will come: rates learnt by hour of the week, and the energy that those cars will ask for.

The count of an hour of the week shrinks to the mean of that hour over all days, and that to the
mean of the site: a few weeks of history say little about Thursdays at three. Whoever is booked is
known already; expected beyond them are walk-ins, and bookings that are still to come.

What may come stands in a plan as ghosts: aggregated sessions that charge and never give back. So
the price of the peak is right today; a ghost gets no set-point, and nothing it could give is
counted as flexibility.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Floats
from sterna.decisions.schedule.stay import Stay
from sterna.kernel.quantities import FULL, Instant, KilowattHours, Kilowatts, Seconds

HOUR: Final = 3600.0
HOURS: Final = 24
DAYS: Final = 7
WEEK_S: Final = 7 * 86_400.0
MONDAY_S: Final = 4 * 86_400.0
"""The epoch began on a Thursday."""
HOUR_WEEKS: Final = 2.0
"""How many weeks the mean of an hour over all days weighs as much as, against the hour of the week."""
SITE_DAYS: Final = 2.0
"""How many days the mean over all hours weighs as much as, against an hour of the day."""
BLOCK_S: Final = Seconds(3 * HOUR)
"""Cars that come within three hours are one ghost."""
LEAST_CARS: Final = 0.05
"""Fewer expected cars than this are not worth a ghost."""
GHOST: Final = "ghost"
"""How keys of ghosts begin."""


def hour_of_week(moment: Instant) -> int:
    """Return the hour of the week (UTC) of *moment*, 0 on Monday from midnight to one."""
    return int((moment - MONDAY_S) % WEEK_S // HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How many cars came in each hour of the week, and how often that hour was watched.

    Both have 168 values, from Monday midnight UTC. Immutable: `passed` returns the next one.
    """

    came: tuple[float, ...] = (0.0,) * (DAYS * HOURS)
    watched: tuple[float, ...] = (0.0,) * (DAYS * HOURS)

    def passed(self, start: Instant, cars: int) -> "Rates":
        """Return the rates with one more hour from *start*, in which so many *cars* came."""
        at = hour_of_week(start)
        return Rates(came=_plus(self.came, at, cars), watched=_plus(self.watched, at, 1))

    def per_hour(self) -> Floats:
        """Return the expected arrivals of each hour of the week, shape (168,)."""
        came, watched = (np.array(each).reshape(DAYS, HOURS) for each in (self.came, self.watched))
        # A morning's rush is no mean of a day: what was not watched of the first one counts as quiet.
        mean = came.sum() / max(watched.sum(), float(HOURS))
        daily = (came.sum(axis=0) + SITE_DAYS * mean) / (watched.sum(axis=0) + SITE_DAYS)
        found: Floats = (came + HOUR_WEEKS * daily) / (watched + HOUR_WEEKS)
        return found.ravel()


def expected(per_hour: Sequence[float], start: Instant, end: Instant) -> float:
    """Return how many cars come between *start* and *end* where so many come in each hour of the week."""
    total, moment = 0.0, start
    while moment < end:
        until = min(end, Instant((moment // HOUR + 1.0) * HOUR))
        total += per_hour[hour_of_week(moment)] * (until - moment) / HOUR
        moment = until
    return total


def _plus(values: tuple[float, ...], at: int, more: float) -> tuple[float, ...]:
    """Return *values* with *more* added to one of them."""
    return (*values[:at], values[at] + more, *values[at + 1 :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A stay that is known before it begins."""

    arrival: Instant
    departure: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The mean car of a site: running means over those that came."""

    count: int = 0
    need_kwh: float = 0.0
    """Energy in the battery between arrival and target, >= 0."""
    stay_s: float = 0.0
    """From arrival to the announced departure."""
    charge_kw: float = 0.0

    def seen(self, need_kwh: float, stay_s: float, charge_kw: float) -> "Usual":
        """Return the means with one more car."""
        part = 1.0 / (self.count + 1)
        return Usual(
            count=self.count + 1,
            need_kwh=self.need_kwh + part * (max(need_kwh, 0.0) - self.need_kwh),
            stay_s=self.stay_s + part * (stay_s - self.stay_s),
            charge_kw=self.charge_kw + part * (charge_kw - self.charge_kw),
        )


def ghosts(
    now: Instant, ahead: Seconds, bookings: Sequence[Booking], rates: Rates, usual: Usual
) -> tuple[Stay, ...]:
    """Return the sessions that may begin within *ahead*, one for each block of three hours.

    In each block as many cars as are booked, or as are expected where those are more. Nothing where
    no car was ever seen: a need that nobody knows cannot be planned.
    """
    if not usual.count:
        return ()
    found, per_hour = [], rates.per_hour().tolist()
    begin = Instant((now // BLOCK_S) * BLOCK_S)
    while begin < now + ahead:
        end, start = Instant(begin + BLOCK_S), max(begin, now)
        booked = [each for each in bookings if start <= each.arrival < end]
        cars = max(float(len(booked)), expected(per_hour, start, end))
        if cars >= LEAST_CARS:
            found.append(_ghost(start, end, cars, booked, usual))
        begin = end
    return tuple(found)


def _ghost(
    start: Instant, end: Instant, cars: float, booked: Sequence[Booking], usual: Usual
) -> Stay:
    """Return *cars* that come between *start* and *end* as one session."""
    arrival = Instant((start + end) / 2)
    stays = [each.departure - each.arrival for each in booked]
    others = cars - len(stays)
    stay_s = (fsum(stays) + others * usual.stay_s) / cars
    need = KilowattHours(cars * usual.need_kwh)
    return Stay(
        key=f"{GHOST}@{end:.0f}", arrival=arrival, departure=Instant(arrival + max(stay_s, HOUR)),
        energy_kwh=KilowattHours(0.0), floor_kwh=KilowattHours(0.0), target_kwh=need, capacity_kwh=need,
        charge_kw=Kilowatts(cars * usual.charge_kw), discharge_kw=Kilowatts(0.0), may_discharge=False,
        knee_share=FULL,
    )  # fmt: skip


def is_ghost(stay: Stay) -> bool:
    """Return whether *stay* is of a car that has not come: it gets no set-point."""
    return stay.key.startswith(GHOST)
