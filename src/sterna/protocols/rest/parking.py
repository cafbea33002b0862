"""Bodies of the parking management system: reservations, planned slots, freed slots."""

from typing import Literal

from typing_extensions import override

from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant
from sterna.protocols.rest.body import Amount, Body, Name


def _in_order(start: Instant, end: Instant) -> None:
    """Refuse a stay that ends before it starts."""
    if end <= start:
        raise ValueError(f"ends at {end}, which is not after its start {start}")


class Stay(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A car's announced stay; the part that all reservation messages share."""

    arrival: Instant
    departure: Instant

    def __post_init__(self) -> None:
        """Refuse a stay that ends before it starts."""
        _in_order(self.arrival, self.departure)


class ReservationRequest(Stay, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A driver wants a slot and has paid for it (booking page -> parking management)."""

    driver: Name
    """Who books; personal, it stays with parking, session app and EMSP."""
    plate_hash: Name
    """A keyed hash of the number plate, never the plate."""
    payment: Name
    """The id of the payment at the payment service."""
    paid: MicroEuro
    """What was paid, to be the price that the parking management asks."""
    v2b: bool = False
    """The driver means to take part in V2B; what it allows is asked again at the session."""
    battery_kwh: Amount | None = None
    """The car's usable capacity as the driver states it, for the expected V2B capacity."""
    supply: Literal["AC", "DC"] | None = None
    """What the car charges with; None: any charger will do."""
    slot: Name | None = None
    """A certain slot that the driver asks for; None: any that fits."""

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"payment": self.payment, "v2b": self.v2b}


class Reservation(Stay, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The confirmation of a reservation (parking management -> booking page)."""

    reservation: Name
    slot: Name
    """The parking slot; its id is the id of the EVSE beside it."""
    plate_hash: Name
    payment: Name
    price: MicroEuro

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"res:{self.reservation}", f"evse:{self.slot}")

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"from": self.arrival, "to": self.departure, "slot": self.slot}


class ReservationNotice(Stay, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A confirmed reservation, told to the session web app, which will meet the driver."""

    reservation: Name
    slot: Name
    driver: Name
    plate_hash: Name
    price: MicroEuro
    """What the driver paid for parking, for the bill."""
    v2b: bool = False
    battery_kwh: Amount | None = None

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"res:{self.reservation}", f"evse:{self.slot}")

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"from": self.arrival, "to": self.departure, "slot": self.slot}


class SlotPlanned(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A slot is promised from *start* to *end*; told to CS EMS and BEMS, without any person."""

    reservation: Name
    """An opaque id that names this plan; a later message with the same id replaces it."""
    slot: Name
    start: Instant
    end: Instant
    state: Literal["booked", "cancelled"] = "booked"
    v2b_kw: Amount
    """Power that V2B is expected to give from this slot; 0 for a car that only charges."""
    v2b_kwh: Amount
    """Energy that V2B is expected to be able to move in this stay."""

    def __post_init__(self) -> None:
        """Refuse a stay that ends before it starts."""
        _in_order(self.start, self.end)

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"res:{self.reservation}", f"evse:{self.slot}")

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"from": self.start, "to": self.end, "kw": self.v2b_kw, "kwh": self.v2b_kwh}


class SlotFreed(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The session at a slot is over and the car unplugged (web app -> parking management)."""

    slot: Name
    session: Name
    at: Instant
    reservation: Name | None = None
    """None for a driver who came without booking."""

    @override
    def keys(self) -> tuple[str, ...]:
        booked = () if self.reservation is None else (f"res:{self.reservation}",)
        return (f"ses:{self.session}", f"evse:{self.slot}", *booked)

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"slot": self.slot, "at": self.at}
