"""Who comes when, with which car, and what they want: the drivers of a run, drawn from the seed.

Cars come in a wave shaped by flights and stay 12 hours to several days. All come within the run,
so that every session shows all its steps; the site is empty at the start. A car that leaves
after the end is still there when the run ends: its session is reported as open and not judged.
"""

from dataclasses import dataclass
from math import fsum
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from sterna.domain.vehicle import VehicleModel
from sterna.kernel.quantities import Instant, Seconds, Share, hours
from sterna.runtime.ports import Chance
from sterna.world.bounds import AT_LEAST_ZERO, SHARE, Bounds
from sterna.world.cars import CarModel, Coupling, packaged_cars
from sterna.world.localtime import local
from sterna.world.packaged import dataset

TURNAROUND: Final = hours(1.0)
"""Between two cars on one place, beyond what the first one's delay takes (assumption)."""
ARRIVALS_MAX: Final = 100_000
"""Drivers in one run: ten years of a site like Porto. More is a slip of the keyboard."""
FIRST_AFTER: Final = hours(1.0)
"""Nobody comes in the first hour of a run, so that everybody can book within the run."""
LEAD_HOURS_MOST: Final = 36.0
"""Nobody books earlier than this before arriving; shortened to what the run has (assumption)."""
STAY_LEAST: Final = hours(0.5)
"""A driver who comes back early has at least been away for this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSettings:
    """How many synthetic drivers come and what they are like. Laws of stay and return are packaged."""

    arrivals_per_day: Annotated[float, AT_LEAST_ZERO] = 50.0
    """Drivers who want a place on an ordinary day; those who find the site full drive on."""
    occupancy_most: Annotated[float, SHARE] = 0.9
    """The part of the EVSEs that may be taken at once; the rest is kept for late cars."""
    booked_share: Annotated[float, SHARE] = 0.85
    """Drivers who booked; the others come as walk-ins."""
    decline_share: Annotated[float, SHARE] = 0.12
    """Drivers who charge but do not let their car discharge."""
    as_announced_share: Annotated[float, SHARE] = 0.7
    """Drivers who come back when they said; the others follow the law of early and late returns."""
    vehicle_ends_share: Annotated[float, SHARE] = 0.04
    """Sessions that end from the car (unlock button), not from the page."""
    stay_hours_most: Annotated[float, Bounds(least=12)] = 60.0
    """Longer stays of the law are cut to this, so that a short run sees them end."""
    quiet_hours: Annotated[float, AT_LEAST_ZERO] = 12.0
    """No car comes in the last hours of the run (at most its second half): none could leave again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """What one driver does and wants; all that the world knows of one visit."""

    driver: str
    """``driver-017``; known to parking, session app and EMSP alone."""
    car: str
    """``car-017``; known to the car and its EVSE alone."""
    model: VehicleModel
    coupling: Coupling
    """Which kind of EVSE the driver asks for."""
    evse: str | None = None
    """A certain EVSE, in small exact cases; None: parking assigns one."""
    booked: bool
    """False: a walk-in, who asks for a place at *arrives*."""
    books: Instant
    """When the booking page is used; a walk-in's is *arrives*."""
    announced_arrival: Instant
    announced_departure: Instant
    arrives: Instant
    """When the car stands on its place and is plugged in."""
    opens_page: Instant
    """When the driver opens the session's page."""
    returns: Instant
    """When the session is ended, by the driver's page or by the car."""
    unplugs: Instant
    leaves: Instant
    soc_at_arrival: Share
    soc_target: Share
    """To be reached at *announced_departure*."""
    soc_floor: Share
    """Never to be gone below, once reached."""
    consents: bool
    """Whether V2B is allowed; charging goes on without."""
    ends: Literal["driver", "vehicle"] = "driver"

    @property
    def as_announced(self) -> bool:
        """Whether the car stayed at least as long as announced (to the minute)."""
        return self.returns >= self.announced_departure - 60.0


@dataclass(slots=True)
class _Site:
    """How many EVSEs of each coupling are taken, and until when."""

    places: dict[Coupling, int]
    taken: dict[Coupling, list[Instant]]

    def take(self, coupling: Coupling, arrives: Instant, until: Instant) -> bool:
        """Take a place if one is free at *arrives*; cars come in order of time."""
        still = [end for end in self.taken[coupling] if end > arrives]
        free = len(still) < self.places[coupling]
        self.taken[coupling] = [*still, until] if free else still
        return free


def itineraries(
    settings: PeopleSettings,
    places: dict[Coupling, int],
    zone: ZoneInfo,
    start: Instant,
    end: Instant,
    chance: Chance,
    *,
    first_number: int = 1,
) -> tuple[Itinerary, ...]:
    """Return the drivers of a run from *start* to *end*, by time of arrival.

    They are numbered from *first_number*. *places* is the number of EVSEs by coupling; whoever finds all taken is not in the result.
    """
    site = _Site(
        places={
            coupling: int(count * settings.occupancy_most) for coupling, count in places.items()
        },
        taken={coupling: [] for coupling in places},
    )
    found: list[Itinerary] = []
    for number, arrives in enumerate(_arrivals(settings, zone, start, end, chance)):
        own = chance.stream(f"driver-{number}")
        visit = _visit(
            settings, number=len(found) + first_number, arrives=arrives, start=start, chance=own
        )
        if _finds_a_place(visit, site):
            found.append(visit)
    return tuple(found)


def _arrivals(
    settings: PeopleSettings, zone: ZoneInfo, start: Instant, end: Instant, chance: Chance
) -> list[Instant]:
    """Return when drivers come, in order: a Poisson process shaped by the wave of flights."""
    if settings.arrivals_per_day == 0:
        return []
    weights = [float(row["weight"]) for row in dataset("arrival_wave").rows()]
    most = max(weights)
    mean_gap = hours(24.0 / settings.arrivals_per_day * fsum(weights) / (24 * most))
    wave = chance.stream("arrivals")
    last = end - min(hours(settings.quiet_hours), (end - start) / 2)
    found: list[Instant] = []
    moment = start + FIRST_AFTER
    while len(found) < ARRIVALS_MAX:
        moment += mean_gap * -float(np.log1p(-wave.uniform(0.0, 1.0)))
        if moment >= last:
            return found
        if wave.uniform(0.0, most) < weights[local(Instant(moment), zone).hour]:
            found.append(Instant(float(round(moment))))
    return found


def drawn(law: str, column: str, chance: Chance) -> float:
    """Return a value drawn from the quantiles of the packaged *law*, in the unit of *column*."""
    rows = dataset(law).rows()
    level = chance.uniform(0.0, 1.0)
    probabilities = [float(row["probability"]) for row in rows]
    return float(np.interp(level, probabilities, [float(row[column]) for row in rows]))


def _visit(
    settings: PeopleSettings, *, number: int, arrives: Instant, start: Instant, chance: Chance
) -> Itinerary:
    """Return one driver's visit; every driver draws from a stream of their own."""
    model = _model(chance.stream("car"))
    booked = chance.uniform(0, 1) < settings.booked_share
    stay = min(drawn("stay_law", "hours", chance.stream("stay")), settings.stay_hours_most)
    announced_departure = _to_quarter(arrives + hours(stay))
    returns = _returns(settings, arrives, announced_departure, chance.stream("return"))
    lead = min(hours(chance.uniform(1.0, LEAD_HOURS_MOST)), 0.9 * (arrives - start))
    unplugs = returns + chance.uniform(120, 420)
    soc = round(min(max(chance.normal(0.52, 0.16), 0.15), 0.92), 2)
    target = (0.7, 0.8, 0.8, 0.8, 0.9, 0.9)[chance.below(6)]
    floor = (0.2, 0.3, 0.3, 0.4)[chance.below(4)]
    return Itinerary(
        driver=f"driver-{number:03d}",
        car=f"car-{number:03d}",
        model=model.vehicle,
        coupling=_wish(model, chance.stream("coupling")),
        booked=booked,
        books=Instant(float(round(arrives - lead))) if booked else arrives,
        announced_arrival=_quarter_before(arrives) if booked else arrives,
        announced_departure=announced_departure,
        arrives=arrives,
        opens_page=Instant(float(round(arrives + chance.uniform(60, 600)))),
        returns=returns,
        unplugs=Instant(float(round(unplugs))),
        leaves=Instant(float(round(unplugs + chance.uniform(60, 300)))),
        soc_at_arrival=Share(soc),
        soc_target=Share(target),
        soc_floor=Share(floor),
        consents=chance.uniform(0, 1) >= settings.decline_share,
        ends="vehicle" if chance.uniform(0, 1) < settings.vehicle_ends_share else "driver",
    )


def _to_quarter(moment: float) -> Instant:
    """Return *moment* to the quarter hour: people announce round times."""
    return Instant(round(moment / 900.0) * 900.0)


def _quarter_before(moment: float) -> Instant:
    """Return the quarter hour at or before *moment*: who booked comes a few minutes late."""
    return Instant(moment // 900.0 * 900.0)


def _returns(
    settings: PeopleSettings, arrives: Instant, announced: Instant, chance: Chance
) -> Instant:
    """Return when the driver is back: as announced, or by the law of early and late returns."""
    if chance.uniform(0, 1) < settings.as_announced_share:
        late: Seconds = Seconds(chance.uniform(0, 900))
    else:
        late = hours(drawn("return_law", "hours_after_announced", chance))
    return Instant(float(round(max(announced + late, arrives + STAY_LEAST))))


def _model(chance: Chance) -> CarModel:
    """Return a packaged model, drawn by weight."""
    cars = packaged_cars()
    left = chance.uniform(0.0, fsum(weight for _, weight in cars))
    for model, weight in cars:
        left -= weight
        if left < 0:
            return model
    return cars[-1][0]


def _wish(model: CarModel, chance: Chance) -> Coupling:
    """Return which EVSE a driver asks for: one that lets the car discharge, if it can."""
    if model.v2x == "ac":
        return "AC"
    if model.v2x == "dc":
        return "DC"
    return "DC" if chance.uniform(0, 1) < 0.3 else "AC"


def _finds_a_place(visit: Itinerary, site: _Site) -> bool:
    """Return whether the site has a place for *visit*, counting delays of cars before it."""
    until = Instant(max(visit.leaves, visit.announced_departure) + TURNAROUND)
    if not site.places.get(visit.coupling, 0):
        return False
    return site.take(visit.coupling, visit.arrives, until)
