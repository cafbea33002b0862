"""Drivers written out in a scenario, for small exact cases: no chance is in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sterna.kernel.quantities import Instant, Share
from sterna.world.cars import CarModel, Coupling
from sterna.world.localtime import utc_written
from sterna.world.people import Itinerary

PAGE_AFTER_S: Final = 120.0
"""An exact driver opens the page two minutes after the plug."""
UNPLUG_AFTER_S: Final = 180.0
"""An exact driver unplugs three minutes after ending the session."""
LEAVE_AFTER_S: Final = 120.0
"""An exact driver leaves two minutes after the unplug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """One driver as the scenario says."""

    coupling: Coupling
    evse: str | None
    walk_in: bool
    books: Instant
    booked_arrival: Instant
    arrives: Instant
    departs: Instant
    """As announced."""
    returns: Instant
    soc_at_arrival: float
    soc_target: float
    soc_floor: float
    consents: bool
    ends: Literal["driver", "vehicle"]
    car: CarModel

    def objections(self, start: Instant, end: Instant) -> Iterator[tuple[str, str]]:
        """Yield (setting, what is wrong with it) in a run from *start* to *end*."""
        if not start <= self.arrives < end:
            yield (
                "arrival",
                (
                    f"{utc_written(self.arrives)} is outside of the run, which lasts from "
                    f"{utc_written(start)} to {utc_written(end)}"
                ),
            )
        if self.departs <= self.arrives:
            yield (
                "departure",
                (
                    f"{utc_written(self.departs)} is not after the arrival at "
                    f"{utc_written(self.arrives)}"
                ),
            )
        if self.returns <= self.arrives:
            yield "returns", f"{utc_written(self.returns)} is not after the arrival"
        if not self.walk_in and not start <= self.books <= self.arrives:
            yield "books", "must lie between the start of the run and the arrival"
        if self.soc_floor > self.soc_target:
            yield (
                "floor_soc",
                f"{self.soc_floor:g} is above the target of {self.soc_target:g}",
            )


def explicit(wished: Wished, *, number: int) -> Itinerary:
    """Return the visit of driver *number* of the scenario."""
    unplugs = Instant(wished.returns + UNPLUG_AFTER_S)
    return Itinerary(
        driver=f"driver-{number:03d}",
        car=f"car-{number:03d}",
        model=wished.car.vehicle,
        coupling=wished.coupling,
        evse=wished.evse,
        booked=not wished.walk_in,
        books=wished.arrives if wished.walk_in else wished.books,
        announced_arrival=wished.booked_arrival,
        announced_departure=wished.departs,
        arrives=wished.arrives,
        opens_page=Instant(wished.arrives + PAGE_AFTER_S),
        returns=wished.returns,
        unplugs=unplugs,
        leaves=Instant(unplugs + LEAVE_AFTER_S),
        soc_at_arrival=Share(wished.soc_at_arrival),
        soc_target=Share(wished.soc_target),
        soc_floor=Share(wished.soc_floor),
        consents=wished.consents,
        ends=wished.ends,
    )
