"""The days that all strategies live through: cars with their drivers' wishes, load, sun, prices."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.app.chargers import conversion_of
from sterna.app.scenario import Prepared, Scenario, prepared
from sterna.domain.converter import Conversion
from sterna.domain.site_bill import peak_energy_price
from sterna.domain.station import Evse
from sterna.domain.tariff import QUARTER
from sterna.domain.vehicle import compatibility
from sterna.domain.wear import by_model
from sterna.kernel.errors import BadInput
from sterna.kernel.money import MICRO_PER_EURO
from sterna.kernel.quantities import Instant, Seconds
from sterna.runtime.ports import Chance
from sterna.runtime.seeded import SeededChance
from sterna.world.fleet import Plates, plates
from sterna.world.noise import remembered
from sterna.world.outlet import converter_of
from sterna.world.people import Itinerary

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MINUTE: Final = Seconds(60.0)
DAY_H: Final = 24.0
MINUTES: Final = 15
"""Of a quarter hour."""
LATE_H_MOST: Final = 12.0
"""Nobody comes back later than this after the announced time (the packaged law of returns)."""
WITHIN_SHARE: Final = 0.02
"""Standard deviation of a minute's load from the mean of its quarter hour, as a part of the load (assumption)."""
WITHIN_MEMORY: Final = 0.8
"""Correlation of one minute's deviation with the next (assumption)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drivers:
    """The cars that come, by time of arrival, and what their drivers want. Arrays have shape (N,)."""

    visits: tuple[Itinerary, ...]
    evses: tuple[str, ...]
    """Where each one stands."""
    conversions: tuple[Conversion, ...]
    plates: Plates
    """`discharge_kw` is what car and EVSE could do; consent is in `consents`."""
    comes: Floats
    """Instant from which the car is plugged, on a whole minute."""
    goes: Floats
    """Instant at which it is unplugged, on a whole minute."""
    announced: Floats
    arrival_kwh: Floats
    floor_kwh: Floats
    target_kwh: Floats
    wear_eur_per_kwh: Floats
    """Of a kWh of throughput inside the battery."""
    consents: Flags

    def __len__(self) -> int:
        """Return how many cars come."""
        return len(self.visits)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Days:
    """All that happens, whoever decides. Arrays of quarter hours have shape (Q,), of minutes (15 Q,)."""

    scenario: Scenario
    feed: Prepared
    start: Instant
    drivers: Drivers
    load_kw: Floats
    """Per minute; its mean over a quarter hour is the quarter's load."""
    pv_kw: Floats
    import_eur_per_kwh: Floats
    """Per quarter: energy, network, and what a kWh in ponta hours adds to their charge."""
    export_eur_per_kwh: Floats
    ponta_eur_per_kwh: Floats
    """Per quarter: the part of `import_eur_per_kwh` that is the charge on ponta hours."""
    peak_eur_per_kw: float
    import_limit_kw: float
    export_limit_kw: float

    @property
    def quarters(self) -> int:
        """How many quarter hours there are."""
        return len(self.import_eur_per_kwh)

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.scenario.zone.key


def fading(scenario: Scenario, days: int) -> Scenario:
    """Return *scenario* with *days* days of arrivals, and as many more as the last car needs to leave.

    So no strategy gains by what it leaves in batteries at the end. Raises BadInput without [people].
    """
    people = scenario.settings.people
    if people is None:
        raise BadInput(scenario.source, "people", "an evaluation needs drivers who come day by day")
    tail_h = np.ceil((people.stay_hours_most + LATE_H_MOST) / DAY_H) * DAY_H
    settings = replace(
        scenario.settings,
        hours=days * DAY_H + tail_h,
        people=replace(people, quiet_hours=min(tail_h, (days * DAY_H + tail_h) / 2)),
    )
    return scenario.with_settings(settings)


def drawn(scenario: Scenario, days: int, seed: int | None = None) -> Days:
    """Return the days of *scenario* with so many days of arrivals, drawn from its seed or *seed*."""
    chosen = fading(scenario.changed(seed=seed), days)
    chance = SeededChance(chosen.settings.seed)
    feed = prepared(chosen, chance)
    start, step = Instant(chosen.start // QUARTER * QUARTER), Seconds(QUARTER)
    count = round((chosen.end - start) / QUARTER)
    inputs, place = feed.inputs, chosen.settings.site
    adder = np.array(peak_energy_price(inputs.tariff, start, count)) / MICRO_PER_EURO
    ponta = inputs.ponta.sampled(start, step, count) * adder
    bought = inputs.import_price.sampled(start, step, count)
    return Days(
        scenario=chosen, feed=feed, start=start, drivers=_drivers(chosen, feed),
        load_kw=_by_minute(inputs.load.sampled(start, step, count), chance.stream("minutes")),
        pv_kw=np.repeat(inputs.pv.sampled(start, step, count), MINUTES),
        import_eur_per_kwh=bought + inputs.network_price.sampled(start, step, count) + ponta,
        export_eur_per_kwh=inputs.export_price.sampled(start, step, count),
        ponta_eur_per_kwh=ponta, peak_eur_per_kw=inputs.month_peak_eur_per_kw,
        import_limit_kw=place.connection_kw * place.oscp_share, export_limit_kw=place.export_kw,
    )  # fmt: skip


def _by_minute(quarters_kw: Floats, chance: Chance) -> Floats:
    """Return a load by minute whose means over quarter hours are *quarters_kw*."""
    noise = remembered(chance, len(quarters_kw) * MINUTES, memory=WITHIN_MEMORY).reshape(
        -1, MINUTES
    )
    noise -= noise.mean(axis=1, keepdims=True)
    found: Floats = (quarters_kw[:, None] * (1.0 + WITHIN_SHARE * noise)).ravel()
    return found


def _drivers(scenario: Scenario, feed: Prepared) -> Drivers:
    """Return the drivers with a place each: the first free EVSE of the kind that they ask for."""
    groups = scenario.groups()
    free_from = {evse.evse_id: -np.inf for evse in scenario.evses}
    rows, cars, visits, places, conversions = [], [], [], [], []
    for visit in feed.itineraries:
        evse = _place(scenario, visit, free_from)
        if evse is None:
            continue
        free_from[evse.evse_id] = visit.leaves
        conversion = conversion_of(groups[evse.evse_id])
        fit = compatibility(visit.model, evse)
        cars.append((converter_of(conversion, evse, visit.model, fit), visit.model.battery))
        visits.append(visit)
        places.append(evse.evse_id)
        conversions.append(conversion)
        capacity, cells = visit.model.capacity_kwh, by_model(visit.model.chemistry)
        comes = np.ceil(visit.arrives / MINUTE) * MINUTE
        rows.append((
            comes, max(np.floor(visit.returns / MINUTE) * MINUTE, comes + MINUTE), visit.announced_departure,
            visit.soc_at_arrival * capacity, visit.soc_floor * capacity, visit.soc_target * capacity,
            cells.throughput_price / MICRO_PER_EURO,
        ))  # fmt: skip
    table = np.array(rows, dtype=np.float64).reshape(-1, 7).T
    comes, goes, announced, arrival, floor, target, wear = (row.copy() for row in table)
    return Drivers(
        visits=tuple(visits), evses=tuple(places), conversions=tuple(conversions), plates=plates(cars),
        comes=comes, goes=goes, announced=announced, arrival_kwh=arrival, floor_kwh=floor,
        target_kwh=target, wear_eur_per_kwh=wear,
        consents=np.array([visit.consents for visit in visits], dtype=bool),
    )  # fmt: skip


def _place(scenario: Scenario, visit: Itinerary, free_from: dict[str, float]) -> Evse | None:
    """Return a free EVSE that fits *visit*; None where there is none."""
    for evse in scenario.evses:
        wanted = evse.evse_id == visit.evse if visit.evse else evse.supply.value == visit.coupling
        if (
            wanted
            and free_from[evse.evse_id] <= visit.arrives
            and compatibility(visit.model, evse).fits
        ):
            return evse
    return None
