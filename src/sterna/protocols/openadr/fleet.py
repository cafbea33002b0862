"""What a CS EMS reports of each EVSE to the building's VTN, as OpenADR report payloads.

Standard payload types where the enumeration has one; private strings (the
Definition's extension mechanism) for the driver's promise, which it does not know.
The resource's name is the EVSE's id: no session, no car, no person.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share

LEVEL: Final = "STORAGE_CHARGE_LEVEL"
"""State of charge as a share: the official enumeration bounds it to 0..1."""
CAPACITY: Final = "STORAGE_USABLE_CAPACITY"
"""In kWh."""
CHARGE_MAX: Final = "STORAGE_MAX_CHARGE_POWER"
"""In kW, a magnitude."""
DISCHARGE_MAX: Final = "STORAGE_MAX_DISCHARGE_POWER"
"""In kW, a magnitude; 0 without consent or ability."""
POWER: Final = "READING"
"""Present power at the EVSE's meter in kW; positive charges."""
PLUGGED_AT: Final = "STERNA_PLUGGED_AT"
DEPARTURE: Final = "STERNA_DEPARTURE"
"""Instants, in seconds since 1970."""
FLOOR: Final = "STERNA_FLOOR"
TARGET: Final = "STERNA_TARGET"
"""Shares, like the level."""
WEAR: Final = "STERNA_WEAR_EUR_PER_KWH"
"""Cost of a kWh of throughput."""


class ParkedCar(Struct, frozen=True, kw_only=True, gc=False):
    """A car at an EVSE as the building's energy management may know it."""

    plugged_at: Instant
    departure: Instant
    soc: Share
    floor: Share
    target: Share
    capacity_kwh: KilowattHours
    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts
    """A magnitude; 0 where V2B is declined or impossible."""
    kw: Kilowatts
    wear_eur_per_kwh: float = 0.0


def payloads(car: ParkedCar) -> dict[str, float | str | bool]:
    """Return *car* as values by payload type."""
    return {
        LEVEL: round(car.soc, 5),
        CAPACITY: car.capacity_kwh,
        CHARGE_MAX: car.charge_kw_max,
        DISCHARGE_MAX: car.discharge_kw_max,
        POWER: car.kw,
        PLUGGED_AT: car.plugged_at,
        DEPARTURE: car.departure,
        FLOOR: round(car.floor, 5),
        TARGET: round(car.target, 5),
        WEAR: car.wear_eur_per_kwh,
    }


def parked_car(values: Mapping[str, float | str | bool]) -> ParkedCar:
    """Return the car that *values* by payload type describe; BrokenPeer names what is missing."""

    def number(kind: str) -> float:
        value = values.get(kind)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BrokenPeer(f"the report lacks a number for {kind}")
        return float(value)

    return ParkedCar(
        plugged_at=Instant(number(PLUGGED_AT)),
        departure=Instant(number(DEPARTURE)),
        soc=Share(number(LEVEL)),
        floor=Share(number(FLOOR)),
        target=Share(number(TARGET)),
        capacity_kwh=KilowattHours(number(CAPACITY)),
        charge_kw_max=Kilowatts(number(CHARGE_MAX)),
        discharge_kw_max=Kilowatts(number(DISCHARGE_MAX)),
        kw=Kilowatts(number(POWER)),
        wear_eur_per_kwh=number(WEAR),
    )
