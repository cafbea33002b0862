"""The booking pages: what they show, and what a filled-in form means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, hours, later
from sterna.protocols import rest
from sterna.ui.pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingForm:
    """A booking as the driver typed it."""

    arrival: Instant
    departure: Instant
    name: str
    plate: str
    battery_kwh: float | None
    v2b: bool
    supply: Literal["AC", "DC"] | None
    slot: str | None
    key: str
    payment: str


def read_form(form: Mapping[str, str], pages: Pages) -> BookingForm:
    """Return what *form* says; BrokenPeer names the first field that is missing or wrong."""
    try:
        return BookingForm(
            arrival=pages.moment(form["arrival"]),
            departure=pages.moment(form["departure"]),
            name=wanted(form, "name"),
            plate=wanted(form, "plate"),
            battery_kwh=float(form["battery_kwh"]) if form.get("battery_kwh") else None,
            v2b=form.get("v2b", "") == "yes",
            supply=supply_of(form.get("supply", "")),
            slot=form.get("slot") or None,
            key=wanted(form, "key"),
            payment=wanted(form, "payment"),
        )
    except KeyError as missing:
        raise BrokenPeer(f"the form lacks {missing}") from None
    except ValueError as wrong:
        raise BrokenPeer(f"the form cannot be read: {wrong}") from None


def supply_of(text: str) -> Literal["AC", "DC"] | None:
    """Return what the car charges with; ValueError for anything but AC, DC or nothing."""
    if text == "AC":
        return "AC"
    if text == "DC":
        return "DC"
    if text:
        raise ValueError(f"{text} is neither AC nor DC")
    return None


def wanted(form: Mapping[str, str], name: str) -> str:
    """Return a field that must not be empty."""
    value = form[name].strip()
    if not value:
        raise ValueError(f"{name} is empty")
    return value


def booking_page(
    pages: Pages,
    *,
    now: Instant,
    hour_fee: MicroEuro,
    fee_most: MicroEuro,
    key: str,
    payment: str,
    problem: str = "",
) -> bytes:
    """Return the empty form, with the reason when a booking was refused."""
    return pages.page(
        "parking/book.html", problem=problem, hour_fee=hour_fee, fee_most=fee_most, key=key, payment=payment,
        arrival=pages.field(later(now, hours(2))), departure=pages.field(later(now, hours(26))),
    )  # fmt: skip


def booked_page(pages: Pages, reservation: rest.Reservation) -> bytes:
    """Return the confirmation."""
    return pages.page("parking/booked.html", reservation=reservation)
