"""Drivers with browsers against the real pages of car park and session app; the charger is a counterpart."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from actors.ports_in_memory import Inbox, Ports

from sterna.actors.parking.core import ReservationRow
from sterna.actors.parking.links import Parking
from sterna.actors.parking.settings import ParkingSettings
from sterna.actors.session_app.links import SessionApp
from sterna.actors.session_app.records import ConsentRow
from sterna.actors.session_app.settings import EvsePlate, SessionAppSettings
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.station import Coupler
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.domain.wear import Chemistry
from sterna.kernel.errors import Refused
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols import rest
from sterna.runtime import virtual
from sterna.runtime.ports import Request, Response
from sterna.runtime.service import Call
from sterna.runtime.virtual import VirtualClock
from sterna.world.drivers import Drivers, Visit
from sterna.world.people import Itinerary

START = 1_751_328_000.0
HOUR = 3600.0
BAYS = ("porto-01-1", "porto-01-2")
MODEL = VehicleModel(
    name="any", capacity_kwh=KilowattHours(60.0), inlet=Coupler.TYPE_2, chemistry=Chemistry.NMC,
    ac=PowerAbility(charge_kw_max=Kilowatts(11.0), discharge_kw_max=Kilowatts(11.0)),
)  # fmt: skip


def itinerary(number: int = 17, **changes: Any) -> Itinerary:
    """Return a booked driver who comes after two hours and stays for six."""
    plain = Itinerary(
        driver=f"driver-{number:03}", car=f"car-{number:03}", model=MODEL, coupling="AC", booked=True,
        books=Instant(START + 60), announced_arrival=Instant(START + 2 * HOUR),
        announced_departure=Instant(START + 8 * HOUR), arrives=Instant(START + 2 * HOUR + 100),
        opens_page=Instant(START + 2 * HOUR + 300), returns=Instant(START + 8 * HOUR),
        unplugs=Instant(START + 8 * HOUR + 200), leaves=Instant(START + 8 * HOUR + 320),
        soc_at_arrival=Share(0.5), soc_target=Share(0.8), soc_floor=Share(0.3), consents=True,
    )  # fmt: skip
    return replace(plain, **changes)


class Charger:
    """CS EMS and EMSP of somebody else: takes sessions, ends them, bills them. Notes what hands do."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.refusals = 0
        self.done: list[tuple[str, str, float]] = []
        self.sessions: dict[str, str] = {}
        self.fits = True
        self.inbox = Inbox()

    def app(self) -> Any:
        service = self.inbox.service(
            ("POST", "/slots/v1"), ("PUT", rest.CONTRACT.path), ("PUT", "/sessions/v1/{session}")
        )
        service.on("POST", "/sessions/v1", self.accept)
        service.on("DELETE", "/sessions/v1/{session}", self.stop)
        service.on("POST", rest.CLOSE.path, self.bill)
        return service.app

    def accept(self, call: Call) -> Response:
        if self.refusals:
            self.refusals -= 1
            return Response(status=409, body=rest.written(rest.problem(409, "no car is plugged")))
        body = rest.START_SESSION.read(call.body)
        self.sessions[body.evse] = body.session
        accepted = rest.SessionAccepted(session=body.session, evse=body.evse)
        return Response(status=201, body=rest.written(accepted))

    def stop(self, call: Call) -> Response:
        self.ends(call.parameters["session"], "driver")
        return Response(status=204)

    def ends(self, session: str, reason: Any) -> None:
        now = self.ports.clock.now()
        bay = next(bay for bay, known in self.sessions.items() if known == session)
        statistics = rest.SessionStatistics(
            session=session, evse=bay, start=Instant(now - HOUR), end=now, reason=reason, charged_wh=0, discharged_wh=0,
        )  # fmt: skip
        self.say("CS_EMS", rest.STATISTICS, session, statistics)

    def bill(self, call: Call) -> Response:
        session = call.parameters["session"]
        bill = rest.Bill(session=session, cdr="cdr-1", lines=(), total=MicroEuro(0))
        self.say("EMSP_SYS", rest.BILL, session, bill)
        return Response(status=204)

    def say(self, src: str, message: rest.Message[Any, Any], session: str, body: rest.Body) -> None:
        request = Request(
            method=message.method, path=message.path_for(session=session), headers=message.headers("k"), body=rest.written(body)
        )  # fmt: skip
        self.ports.courier(src).deliver("session_app", request, lambda _answer: None)

    # hands

    def note(self, what: str, bay: str) -> None:
        self.done.append((what, bay, self.ports.clock.now() - START))

    def plug(self, bay: str, visit: Itinerary) -> None:
        assert visit.car
        if not self.fits:
            raise Refused("the plug is of another kind")
        self.note("plug", bay)

    def plugged(self, _bay: str, _visit: Itinerary) -> bool:
        return False

    def end_in_car(self, bay: str) -> None:
        self.note("end", bay)
        self.ends(self.sessions[bay], "vehicle")

    def unplug(self, bay: str) -> None:
        self.note("unplug", bay)
        if bay in self.sessions:
            unplugged = rest.Unplugged(
                session=self.sessions[bay], evse=bay, at=self.ports.clock.now()
            )
            self.say("CS_EMS", rest.UNPLUGGED, self.sessions[bay], unplugged)

    def leave(self, bay: str) -> None:
        self.note("leave", bay)

    def whats(self) -> list[str]:
        return [what for what, _, _ in self.done]


class Site:
    """A car park of two bays."""

    def __init__(self, clock: VirtualClock, itineraries: tuple[Itinerary, ...]) -> None:
        self.ports = ports = Ports(clock, [LedgerRow, ReservationRow, ConsentRow])
        self.charger = Charger(ports)
        common: dict[str, Any] = {
            "clock": clock, "ids": ports.ids, "journal": ports.journal, "supervisor": ports.supervisor,
        }  # fmt: skip
        self.parking = Parking(
            settings=ParkingSettings(slots=BAYS, slot_kw=(11.0, 11.0), supplies=("AC", "AC")),
            ui_http=ports.http("BOOKING_UI"), courier=ports.courier("PMS"), **common,
        )  # fmt: skip
        plates = tuple(EvsePlate(evse=bay, charge_kw=11.0, discharge_kw=11.0) for bay in BAYS)
        self.app = SessionApp(
            settings=SessionAppSettings(evses=plates),
            courier=ports.courier("WEBAPP"),
            http=ports.http("WEBAPP"),
            **common,
        )
        self.parking.start()
        self.app.start()
        pages = (rest.pages.asked, rest.pages.answered)
        plain = (rest.asked, rest.answered)
        ports.host("parking", "BOOKING_UI", "HTTPS", self.parking.app, *pages)
        ports.host("pms", "PMS", "REST", self.parking.app, *plain)
        ports.host("session_app", "WEBAPP", "REST", self.app.app, *plain)
        ports.host("webapp", "WEBAPP", "HTTPS", self.app.app, *pages)
        ports.host("adhoc", "ADHOC_UI", "HTTPS", self.app.app, *pages)
        taker = self.charger.app()
        for name, component in (("cs_ems", "CS_EMS"), ("bems", "BEMS"), ("emsp", "EMSP_SYS")):
            ports.host(name, component, "REST", taker, *plain)
        self.drivers = Drivers(
            itineraries, clock=clock, chance=ports.chance, tasks=ports.tasks, http_of=ports.http,
            barrier=self.parking, hands=self.charger, zone=ZoneInfo("Europe/Lisbon"),
        )  # fmt: skip

    @property
    def visit(self) -> Visit:
        return self.drivers.visits[0]

    async def until(self, hours_after: float) -> None:
        await self.ports.clock.sleep_until(Instant(START + hours_after * HOUR))

    def said(self) -> list[tuple[str, str]]:
        """Return the forms that were sent."""
        return [(line.src, line.msg) for line in self.ports.lines if "HTTPS POST" in line.msg]


def run(work: Callable[[Site], Awaitable[None]], *itineraries: Itinerary) -> None:
    async def main(clock: VirtualClock) -> None:
        site = Site(clock, itineraries or (itinerary(),))
        await work(site)
        await site.ports.tasks.close()

    virtual.run(main, start=START)


@pytest.mark.req("P-STEP-1", "P-STEP-2", "P-STEP-3", "P-STEP-4", "P-STEP-5", "P-STEP-11", "P-STEP-17", "P-STEP-18", "P-STEP-20")  # fmt: skip
def test_a_driver_books_charges_stops_reads_and_leaves() -> None:
    async def work(site: Site) -> None:
        site.drivers.start()
        await site.until(9)
        at, user = f"ADHOC_UI/{BAYS[0]}", f"EV_USER/{BAYS[0]}"
        assert site.said() == [
            ("EV_USER", "HTTPS POST /book"),
            (at, "HTTPS POST /s"),
            (at, "HTTPS POST /s/{session}/consent"),
            (at, "HTTPS POST /s/{session}/preferences"),
            (at, "HTTPS POST /s/{session}/start"),
            (at, "HTTPS POST /s/{session}/stop"),
        ]
        shown = [(line.dst, line.msg) for line in site.ports.lines if "HTTPS 200" in line.msg]
        assert shown == [(at, "HTTPS 200 /s/{session}/report"), (user, "HTTPS 200 /s/{session}/bill")]  # fmt: skip
        assert site.charger.whats() == ["plug", "unplug", "leave"]
        assert [at for _, _, at in site.charger.done] == [
            2 * HOUR + 100,
            8 * HOUR + 200,
            8 * HOUR + 320,
        ]
        assert site.visit.fate == "left"
        assert (site.visit.saw_report, site.visit.saw_bill) == (True, True)
        assert site.drivers.counts() == {"left": 1}

    run(work)


@pytest.mark.req("P-STEP-3.1")
@pytest.mark.parametrize("consents", [True, False])
def test_consent_is_given_or_declined_as_the_driver_wants(consents: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    async def work(site: Site) -> None:
        site.drivers.start()
        await site.until(9)
        (line,) = [line for line in site.ports.lines if line.msg == "REST POST /sessions/v1"]
        assert line.fields["v2x"] is consents
        assert site.visit.fate == "left"

    run(work, itinerary(consents=consents))


def test_a_walk_in_asks_at_the_barrier() -> None:
    async def work(site: Site) -> None:
        site.drivers.start()
        await site.until(9)
        assert "HTTPS POST /book" not in site.ports.messages()
        assert site.visit.fate == "left"
        assert site.visit.reservation

    run(work, itinerary(booked=False, books=Instant(START + 2 * HOUR + 100)))


def test_who_finds_the_car_park_full_drives_on() -> None:
    async def work(site: Site) -> None:
        site.drivers.start()
        await site.until(9)
        fates = [visit.fate for visit in site.drivers.visits]
        assert fates == ["left", "left", "no booking", "turned away"]
        assert "promised" in site.drivers.visits[2].reason
        assert site.drivers.counts() == {"left": 2, "no booking": 1, "turned away": 1}

    late = Instant(START + 2 * HOUR + 500)
    run(
        work, itinerary(1), itinerary(2), itinerary(3, books=Instant(START + 120)),
        itinerary(4, booked=False, books=late, arrives=late, opens_page=later_by(late, 60)),
    )  # fmt: skip


def later_by(moment: Instant, seconds: float) -> Instant:
    """Return the moment *seconds* later."""
    return Instant(moment + seconds)


def test_the_car_ends_the_session_and_nobody_presses_stop() -> None:
    async def work(site: Site) -> None:
        site.drivers.start()
        await site.until(9)
        assert "HTTPS POST /s/{session}/stop" not in site.ports.messages()
        assert site.charger.whats() == ["plug", "end", "unplug", "leave"]
        assert (site.visit.saw_report, site.visit.saw_bill) == (True, True)

    run(work, itinerary(ends="vehicle"))


@pytest.mark.parametrize(("refusals", "starts", "fate"), [(2, 3, "charging"), (99, 5, "parked")])
def test_a_refused_start_is_tried_again_a_few_times(refusals: int, starts: int, fate: str) -> None:
    async def work(site: Site) -> None:
        site.charger.refusals = refusals
        site.drivers.start()
        await site.until(5)
        assert site.ports.messages().count("HTTPS POST /s/{session}/start") == starts
        assert site.visit.fate == fate
        if fate == "parked":
            assert "no car is plugged" in site.visit.reason
        await site.until(9)
        assert site.visit.fate == "left"

    run(work)


def test_pages_that_do_not_come_are_loaded_again() -> None:
    async def work(site: Site) -> None:
        site.ports.network.partition("EV_USER", "BOOKING_UI")
        site.ports.network.partition("ADHOC_UI", "WEBAPP")
        site.drivers.start()
        await site.until(0.2)
        site.ports.network.heal("EV_USER", "BOOKING_UI")
        await site.until(2.5)
        site.ports.network.heal("ADHOC_UI", "WEBAPP")
        await site.until(9)
        assert site.visit.fate == "left"
        assert site.visit.saw_bill

    run(work)


def test_a_session_page_that_never_comes_leaves_a_car_that_only_parked() -> None:
    async def work(site: Site) -> None:
        site.ports.network.partition("ADHOC_UI", "WEBAPP")
        site.drivers.start()
        await site.until(10)
        assert site.visit.fate == "left"
        assert site.visit.started_at is None
        assert site.visit.reason == "the session's page did not come"

    run(work)


def test_a_car_that_does_not_fit_gives_its_slot_back() -> None:
    async def work(site: Site) -> None:
        site.charger.fits = False
        site.drivers.start()
        await site.until(3)
        assert (site.visit.fate, site.visit.reason) == (
            "does not fit",
            "the plug is of another kind",
        )
        assert site.parking.actor.state.board.occupant(BAYS[0]) is None

    run(work)


def test_a_booking_that_has_lapsed_becomes_a_walk_in() -> None:
    async def work(site: Site) -> None:
        site.drivers.start()
        await site.until(9)
        assert site.visit.fate == "left"

    late = Instant(START + 7 * HOUR)
    run(work, itinerary(arrives=late, opens_page=later_by(late, 100)))


@pytest.mark.req("CH-PRIV-LOC")
def test_names_and_plates_go_to_car_park_and_session_app_alone() -> None:
    async def work(site: Site) -> None:
        named: dict[tuple[str, str], None] = {}

        def watch(_t: float, src: str, dst: str, data: bytes) -> None:
            if any(marker.encode() in data for marker in site.drivers.markers()):
                named[src.partition("/")[0], dst.partition("/")[0]] = None

        site.ports.trace.watcher = watch
        site.drivers.start()
        await site.until(9)
        personal = {
            ("EV_USER", "BOOKING_UI"), ("BOOKING_UI", "PMS"), ("PMS", "WEBAPP"), ("ADHOC_UI", "WEBAPP"),
            ("WEBAPP", "ADHOC_UI"), ("WEBAPP", "EMSP_SYS"), ("PMS", "BOOKING_UI"), ("BOOKING_UI", "EV_USER"),
            ("ADHOC_UI", "EV_USER"),
        }  # fmt: skip
        assert set(named) <= personal
        assert ("EV_USER", "BOOKING_UI") in named

    run(work)


def test_the_same_seed_gives_the_same_messages() -> None:
    told: list[list[tuple[float, str, str]]] = []
    for _ in range(2):

        async def work(site: Site) -> None:
            site.drivers.start()
            await site.until(9)
            told.append([(line.t, line.src, line.msg) for line in site.ports.lines])

        run(work, itinerary(1), itinerary(2))
    assert told[0] == told[1]
