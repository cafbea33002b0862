"""Parking management, pure: bookings, arrivals, freed slots, the parking fee.

A booking is paid before it is confirmed. Nobody is promised a slot that another was
promised; a slot is free again only when the car has left (see ``domain.reservation``).
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from msgspec import Struct, field

from sterna.domain import reservation as slots
from sterna.domain.ledger import Party, account, payment
from sterna.domain.ledger_rows import LedgerRow, rows
from sterna.domain.reservation import Board, Promise
from sterna.domain.settlement import parking_fee
from sterna.kernel.errors import Refused
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, later
from sterna.kernel.records import Command, Event, Row, WakeAt, Woke

ANNOUNCE_AFTER_S: Final = 1.0
"""The driver hears first; whoever plans with the booking has hours."""
REMEMBERED_MAX: Final = 10_000
"""Answered requests kept for repetitions, which come within minutes; a busy day has hundreds."""


class Booking(Struct, frozen=True, kw_only=True, gc=False):
    """What was booked, and by whom; personal."""

    reservation: str
    slot: str
    arrival: Instant
    departure: Instant
    driver: str
    plate_hash: str
    payment: str
    price: MicroEuro
    v2b: bool
    battery_kwh: float | None


class State(Struct, kw_only=True):
    """The board of slots, the bookings that are not over, and answers given."""

    board: Board
    hour_fee: MicroEuro
    fee_most: MicroEuro
    bookings: dict[str, Booking] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    """Idempotency key of a request, or ticket of a walk-in -> reservation."""


class Asked(Event, frozen=True, kw_only=True, gc=False):
    """A driver wants a slot and has paid *paid* for it."""

    key: str
    """The request's idempotency key."""
    reservation: str
    """A fresh id, used if the booking succeeds."""
    arrival: Instant
    departure: Instant
    driver: str
    plate_hash: str
    payment: str
    paid: MicroEuro
    v2b: bool
    battery_kwh: float | None
    among: tuple[str, ...] | None = None
    """The slots that fit the car; None: all."""


class Cancelled(Event, frozen=True, kw_only=True, gc=False):
    """The driver gives a booking back before coming; the fee is returned."""

    key: str
    reservation: str


class Arrived(Event, frozen=True, kw_only=True, gc=False):
    """A car stands at the barrier: with a reservation, or without and for a stay until *until*."""

    key: str
    reservation: str
    booked: bool
    until: Instant
    plate_hash: str = ""
    among: tuple[str, ...] | None = None
    """The slots that fit a car without booking; None: all."""


class Freed(Event, frozen=True, kw_only=True, gc=False):
    """The web app says that the session at *slot* is over and the car is unplugged."""

    slot: str


class Left(Event, frozen=True, kw_only=True, gc=False):
    """The barrier saw the car of *slot* leave."""

    slot: str


class Confirmed(Command, frozen=True, kw_only=True, gc=False):
    """Tell the asker that the slot is theirs."""

    key: str
    booking: Booking


class Declined(Command, frozen=True, kw_only=True, gc=False):
    """Tell the asker why not."""

    key: str
    reason: str


class Admitted(Command, frozen=True, kw_only=True, gc=False):
    """Open the barrier and show the way to *slot*."""

    key: str
    slot: str
    reservation: str


class Announce(Command, frozen=True, kw_only=True, gc=False):
    """Pass a new booking on: to the web app with the person, to CS EMS and BEMS without."""

    booking: Booking
    cancelled: bool = False


class ReservationRow(Row, frozen=True, kw_only=True, gc=False):
    """A reservation as people ask for it; walk-ins have one from their arrival on."""

    table: ClassVar[str] = "reservations"
    key: ClassVar[tuple[str, ...]] = ("reservation",)

    reservation: str
    slot: str
    arrival: Instant
    departure: Instant
    walk_in: bool
    state: str
    price: int


TakesIn = Asked | Cancelled | Arrived | Freed | Left | Woke


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    state.board = state.board.without_lapsed(event.at)
    match event:
        case Asked():
            return state, asked(state, event)
        case Cancelled():
            return state, cancelled(state, event)
        case Arrived():
            return state, arrived(state, event)
        case Freed():
            return state, freed(state, event)
        case Left():
            return state, left(state, event)
        case Woke():
            booking = state.bookings.get(event.key)
            return state, (() if booking is None else (Announce(booking=booking),))


def price(state: State, arrival: Instant, departure: Instant) -> MicroEuro:
    """Return the fee for a stay."""
    return parking_fee(departure - arrival, per_hour=state.hour_fee, at_most=state.fee_most)


def asked(state: State, event: Asked) -> Sequence[Command]:
    """Book a slot, or say why not; the same request again gets the first answer."""
    known = state.bookings.get(state.answered.get(event.key, ""))
    if known is not None:
        return (Confirmed(key=event.key, booking=known),)
    due = price(state, event.arrival, event.departure)
    if event.paid != due:
        return (
            Declined(
                key=event.key, reason=f"the stay costs {due} micro-euro, {event.paid} were paid"
            ),
        )
    try:
        state.board, promise = slots.book(
            state.board,
            event.reservation,
            start=event.arrival,
            end=event.departure,
            now=event.at,
            among=event.among,
        )
    except Refused as refused:
        return (Declined(key=event.key, reason=str(refused)),)
    booking = Booking(
        reservation=event.reservation, slot=promise.slot, arrival=event.arrival, departure=event.departure,
        driver=event.driver, plate_hash=event.plate_hash, payment=event.payment, price=due,
        v2b=event.v2b, battery_kwh=event.battery_kwh,
    )  # fmt: skip
    state.bookings[event.reservation] = booking
    remember(state, event.key, event.reservation)
    return (
        Confirmed(key=event.key, booking=booking),
        WakeAt(due=later(event.at, ANNOUNCE_AFTER_S), key=booking.reservation),
        *paid(booking.reservation, booking.driver, due, event.at),
        row(promise, "booked", due),
    )


def remember(state: State, key: str, reservation: str) -> None:
    """Keep the answer to *key*, forgetting the oldest."""
    if len(state.answered) >= REMEMBERED_MAX:
        del state.answered[next(iter(state.answered))]
    state.answered[key] = reservation


def cancelled(state: State, event: Cancelled) -> Sequence[Command]:
    """Give a booking back, and the fee with it."""
    booking = state.bookings.get(event.reservation)
    try:
        promise = state.board.promise(event.reservation)
        state.board = slots.cancel(state.board, event.reservation)
    except Refused as refused:
        return (Declined(key=event.key, reason=str(refused)),)
    assert booking is not None, "every promise that can be cancelled was booked"
    del state.bookings[event.reservation]
    return (
        Confirmed(key=event.key, booking=booking),
        Announce(booking=booking, cancelled=True),
        *refunded(booking, event.at),
        row(promise, "cancelled", MicroEuro(0)),
    )


def arrived(state: State, event: Arrived) -> Sequence[Command]:
    """Let a car in: to the slot it was promised, or to one that nobody was promised during its stay."""
    charged = MicroEuro(0)
    try:
        known = slots.occupying(state.board, state.answered.get(event.key, ""))
        if known is not None:
            return (Admitted(key=event.key, slot=known.slot, reservation=known.promise_id),)
        if event.booked:
            state.board, promise = slots.arrive(state.board, event.reservation, event.at)
        else:
            state.board, promise = slots.walk_in(
                state.board, event.reservation, now=event.at, end=event.until, among=event.among
            )
            charged = price(state, promise.start, promise.end)
    except Refused as refused:
        return (Declined(key=event.key, reason=str(refused)),)
    state.board = slots.plug(state.board, promise.promise_id)
    admitted = Admitted(key=event.key, slot=promise.slot, reservation=promise.promise_id)
    booking = state.bookings.get(promise.promise_id)
    if booking is not None:
        moved = booking.slot != promise.slot
        return (
            admitted,
            row(promise, "arrived", booking.price),
            *([reslotted(state, booking, promise.slot)] if moved else ()),
        )
    remember(state, event.key, promise.promise_id)
    fee = paid(promise.promise_id, f"walk-in-{promise.promise_id}", charged, event.at)
    return (admitted, *fee, row(promise, "arrived", charged))


def reslotted(state: State, booking: Booking, slot: str) -> Announce:
    """Tell the others that the car got another slot than the one it was promised."""
    changed = Booking(
        reservation=booking.reservation, slot=slot, arrival=booking.arrival, departure=booking.departure,
        driver=booking.driver, plate_hash=booking.plate_hash, payment=booking.payment, price=booking.price,
        v2b=booking.v2b, battery_kwh=booking.battery_kwh,
    )  # fmt: skip
    state.bookings[booking.reservation] = changed
    return Announce(booking=changed)


def freed(state: State, event: Freed) -> Sequence[Command]:
    """Take note that the car is unplugged; the slot is occupied until the car leaves."""
    promise = state.board.occupant(event.slot)
    if promise is None:
        return ()
    state.board = slots.unplug(state.board, promise.promise_id)
    return (row(promise, "unplugged", fee_of(state, promise)),)


def left(state: State, event: Left) -> Sequence[Command]:
    """Free the slot: the car is gone, whatever anybody reported before."""
    promise = state.board.occupant(event.slot)
    if promise is None:
        return ()
    fee = fee_of(state, promise)
    state.board = slots.leave(slots.unplug(state.board, promise.promise_id), promise.promise_id)
    state.bookings.pop(promise.promise_id, None)
    return (row(promise, "left", fee),)


def fee_of(state: State, promise: Promise) -> MicroEuro:
    """Return what was paid for the stay of *promise*."""
    booking = state.bookings.get(promise.promise_id)
    return booking.price if booking is not None else price(state, promise.start, promise.end)


def paid(transaction: str, driver: str, amount: MicroEuro, at: Instant) -> tuple[LedgerRow, ...]:
    """Return the postings of a parking fee."""
    fee = payment(
        f"parking:{transaction}", at, payer=account(Party.DRIVER, driver), payee=account(Party.PARKING),
        amount=amount, what="parking",
    )  # fmt: skip
    return rows(fee)


def refunded(booking: Booking, at: Instant) -> tuple[LedgerRow, ...]:
    """Return the postings that give a parking fee back."""
    back = payment(
        f"parking-refund:{booking.reservation}", at, payer=account(Party.PARKING),
        payee=account(Party.DRIVER, booking.driver), amount=booking.price, what="parking",
    )  # fmt: skip
    return rows(back)


def row(promise: Promise, state: str, fee: MicroEuro) -> ReservationRow:
    """Return the reservation as people ask for it."""
    return ReservationRow(
        reservation=promise.promise_id, slot=promise.slot, arrival=promise.start, departure=promise.end,
        walk_in=promise.walk_in, state=state, price=fee,
    )  # fmt: skip
