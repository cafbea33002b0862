"""Parking on the wire: booking pages, REST to web app, CS EMS and BEMS, the barrier at the entry."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Literal
from urllib.parse import parse_qsl

from starlette.applications import Starlette

from sterna.actors.parking import core
from sterna.actors.parking.pages import booked_page, booking_page, read_form
from sterna.actors.parking.settings import ParkingSettings
from sterna.domain.reservation import Board
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command
from sterna.protocols import rest
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Http, Ids, Request, Response
from sterna.runtime.replies import Replies
from sterna.runtime.service import Call, Service
from sterna.runtime.supervisor import Supervisor
from sterna.ui.pages import HTML, Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the barrier tells a car: its slot, or why it stays closed."""

    slot: str | None
    reservation: str
    reason: str = ""


class Parking:
    """The room: its actor, its pages and its messages."""

    def __init__(
        self,
        *,
        settings: ParkingSettings,
        clock: Clock,
        ids: Ids,
        journal: Journal,
        supervisor: Supervisor,
        ui_http: Http,
        courier: Courier,
    ) -> None:
        """*ui_http* is the booking page's client towards the management system; *courier* the latter's own."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._ui_http = ui_http
        self._courier = courier
        self._pages = Pages(settings.zone)
        self._replies = Replies()
        self._admissions: dict[str, Callable[[Admission], None]] = {}
        first = core.State(
            board=Board(slots=settings.slots),
            hour_fee=settings.hour_fee,
            fee_most=settings.fee_most,
        )
        self.actor = Actor(
            "parking",
            core.decide,
            first,
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )
        service = Service(self.actor.crashed)
        service.on("GET", "/", self._empty_form)
        service.on("POST", "/book", self._book)
        service.on("POST", rest.RESERVE.path, self._reserve)
        service.on("POST", rest.FREE_SLOT.path, self._free)
        self.app: Starlette = service.app

    def start(self) -> None:
        """Recover and go on."""
        self.actor.start()

    def arrive(
        self,
        reservation: str | None,
        until: Instant,
        admitted: Callable[[Admission], None],
        *,
        supply: Literal["AC", "DC"] | None = None,
        slot: str | None = None,
        ticket: str | None = None,
    ) -> None:
        """Take note that a car stands at the barrier; *admitted* learns its slot.

        Whoever comes again with the same *ticket* is the same car, and gets the slot that it has.

        *reservation* is None for a car without booking that wants to stay *until*, at a
        charger with *supply* or at a certain *slot*.
        """
        key = ticket or self._ids.new("arrival")
        self._admissions[key] = admitted
        self.actor.tell(
            core.Arrived(
                at=self._clock.now(), key=key, among=self._fitting(supply, slot), booked=reservation is not None, until=until,
                reservation=reservation or self._ids.new("reservation"),
            )
        )  # fmt: skip

    def _fitting(self, supply: str | None, slot: str | None) -> tuple[str, ...] | None:
        """Return the slots that fit, or None when all do."""
        settings = self._settings
        if slot is not None:
            return (slot,)
        if supply is None or not settings.supplies:
            return None
        return tuple(
            s for s, kind in zip(settings.slots, settings.supplies, strict=True) if kind == supply
        )

    def leave(self, slot: str) -> None:
        """Take note that the barrier saw the car of *slot* leave."""
        self.actor.tell(core.Left(at=self._clock.now(), slot=slot))

    def _empty_form(self, _call: Call) -> Response:
        return self._form("")

    def _form(self, problem: str, status: int = 200) -> Response:
        page = booking_page(
            self._pages, now=self._clock.now(), hour_fee=self._settings.hour_fee, fee_most=self._settings.fee_most,
            key=self._ids.new("booking"), payment=self._ids.new("payment"), problem=problem,
        )  # fmt: skip
        return Response(status=status, headers=(("Content-Type", HTML),), body=page)

    async def _book(self, call: Call) -> Response:
        """Turn a filled-in form into a request to the parking management system, as its page."""
        form = read_form(dict(parse_qsl(call.body.decode(), keep_blank_values=True)), self._pages)
        if form.departure <= form.arrival:
            return self._form("The return is not after the arrival.", 422)
        asked = rest.ReservationRequest(
            arrival=form.arrival, departure=form.departure, driver=form.name, payment=form.payment,
            plate_hash=sha256(form.plate.encode()).hexdigest()[:32], v2b=form.v2b, battery_kwh=form.battery_kwh, supply=form.supply, slot=form.slot,
            paid=core.price(self.actor.state, form.arrival, form.departure),
        )  # fmt: skip
        answer = await self._ui_http.ask(
            "pms",
            Request(
                method=rest.RESERVE.method, path=rest.RESERVE.path_for(),
                headers=rest.RESERVE.headers(form.key), body=rest.RESERVE.written(asked),
            ),
        )  # fmt: skip
        try:
            reservation = rest.RESERVE.read_answer(answer.status, answer.body)
        except Refused as refused:
            return self._form(str(refused), 409)
        page = booked_page(self._pages, reservation)
        return Response(status=200, headers=(("Content-Type", HTML),), body=page)

    async def _reserve(self, call: Call) -> Response:
        key = rest.idempotency_key(call.headers)
        body = rest.RESERVE.read(call.body)
        waiting = self._replies.wait_for(key)
        self.actor.tell(
            core.Asked(
                at=self._clock.now(), key=key, among=self._fitting(body.supply, body.slot), reservation=self._ids.new("reservation"),
                arrival=body.arrival, departure=body.departure, driver=body.driver, plate_hash=body.plate_hash,
                payment=body.payment, paid=body.paid, v2b=body.v2b, battery_kwh=body.battery_kwh,
            )
        )  # fmt: skip
        return await waiting

    def _free(self, call: Call) -> Response:
        rest.idempotency_key(call.headers)
        body = rest.FREE_SLOT.read(call.body)
        self.actor.tell(core.Freed(at=self._clock.now(), slot=body.slot))
        return Response(status=rest.FREE_SLOT.status)

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case core.Confirmed(key=key, booking=booking):
                body = rest.written(reservation_of(booking))
                self._replies.give(
                    key, Response(status=rest.RESERVE.status, headers=JSON, body=body)
                )
                self.actor.acknowledge(command_id)
            case core.Declined(key=key, reason=reason):
                refusal = rest.written(rest.problem(409, reason))
                self._replies.give(key, Response(status=409, headers=PROBLEM, body=refusal))
                self._let_in(key, Admission(slot=None, reservation="", reason=reason))
                self.actor.acknowledge(command_id)
            case core.Admitted(key=key, slot=slot, reservation=reservation):
                self._let_in(key, Admission(slot=slot, reservation=reservation))
                self.actor.acknowledge(command_id)
            case core.Announce():
                self._announce(command, command_id)
            case _:
                raise AssertionError(command)

    def _let_in(self, key: str, admission: Admission) -> None:
        admitted = self._admissions.pop(key, None)
        if admitted is not None:
            admitted(admission)

    def _announce(self, announce: core.Announce, command_id: str) -> None:
        """Tell the web app, the CS EMS and the BEMS; done when all three have taken it."""
        left = ["session_app", "cs_ems", "bems"]

        def taken(host: str, _answer: Response) -> None:
            left.remove(host)
            if not left:
                self.actor.acknowledge(command_id)

        notice = Request(
            method=rest.ANNOUNCE.method, path=rest.ANNOUNCE.path_for(),
            headers=rest.ANNOUNCE.headers(command_id), body=rest.ANNOUNCE.written(notice_of(announce.booking)),
        )  # fmt: skip
        if announce.cancelled:
            left.remove("session_app")
        else:
            self._courier.deliver("session_app", notice, partial(taken, "session_app"))
        plan = self._plan(announce)
        for host in ("cs_ems", "bems"):
            planned = Request(
                method=rest.PLAN_SLOT.method, path=rest.PLAN_SLOT.path_for(),
                headers=rest.PLAN_SLOT.headers(command_id), body=rest.PLAN_SLOT.written(plan),
            )  # fmt: skip
            self._courier.deliver(host, planned, partial(taken, host))

    def _plan(self, announce: core.Announce) -> rest.SlotPlanned:
        """Return the booking without the person, with the V2B that may be expected of it."""
        booking, settings = announce.booking, self._settings
        kw = settings.slot_kw[settings.slots.index(booking.slot)] if booking.v2b else 0.0
        battery = booking.battery_kwh or settings.battery_kwh_default
        return rest.SlotPlanned(
            reservation=booking.reservation, slot=booking.slot, start=booking.arrival, end=booking.departure,
            state="cancelled" if announce.cancelled else "booked",
            v2b_kw=kw, v2b_kwh=battery * settings.v2b_usable_share if booking.v2b else 0.0,
        )  # fmt: skip


JSON = (("Content-Type", rest.MEDIA_TYPE),)
PROBLEM = (("Content-Type", rest.PROBLEM_MEDIA_TYPE),)


def reservation_of(booking: core.Booking) -> rest.Reservation:
    """Return the confirmation of *booking*."""
    return rest.Reservation(
        reservation=booking.reservation, slot=booking.slot, arrival=booking.arrival, departure=booking.departure,
        plate_hash=booking.plate_hash, payment=booking.payment, price=booking.price,
    )  # fmt: skip


def notice_of(booking: core.Booking) -> rest.ReservationNotice:
    """Return what the web app learns of *booking*."""
    return rest.ReservationNotice(
        reservation=booking.reservation, slot=booking.slot, driver=booking.driver, plate_hash=booking.plate_hash,
        arrival=booking.arrival, departure=booking.departure, price=booking.price, v2b=booking.v2b,
        battery_kwh=booking.battery_kwh,
    )  # fmt: skip
