"""The driver's web app: consent, wishes, start, stop, report and bill, the slot reported free."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from actors.ports_in_memory import Inbox, Ports

from sterna.actors.session_app.links import SessionApp
from sterna.actors.session_app.records import ConsentRow
from sterna.actors.session_app.settings import EvsePlate, SessionAppSettings
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant
from sterna.protocols import rest
from sterna.runtime import virtual
from sterna.runtime.ports import Request, Response
from sterna.runtime.service import Call
from sterna.runtime.virtual import VirtualClock

START = 1_751_328_000.0  # 2025-07-01T00:00:00Z, 01:00 in Lisbon
BAY = "porto-01-1"
WISH = {"departure": "2025-07-02T20:00", "target": "80", "floor": "30", "cells": "LFP"}
CONSENT = {"name": "driver-001", "terms": "yes", "v2b": "yes"}


class Site:
    """The web app beside a CS EMS, an EMSP and a parking management that keep what they are told."""

    def __init__(self, clock: VirtualClock) -> None:
        self.ports = ports = Ports(clock, [ConsentRow])
        self.inbox = Inbox()
        self.refusal = ""
        self.app = SessionApp(
            settings=SessionAppSettings(evses=(EvsePlate(evse=BAY, charge_kw=11.0, discharge_kw=11.0),)),
            clock=clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor, courier=ports.courier("WEBAPP"), http=ports.http("WEBAPP"),
        )  # fmt: skip
        self.app.start()
        ports.host("session_app", "WEBAPP", "REST", self.app.app, rest.asked, rest.answered)
        ports.host("webapp", "WEBAPP", "HTTPS", self.app.app, rest.pages.asked, rest.pages.answered)
        ports.host(
            "adhoc", "ADHOC_UI", "HTTPS", self.app.app, rest.pages.asked, rest.pages.answered
        )
        taker = self.inbox.service(
             ("DELETE", "/sessions/v1/{session}"), ("PUT", rest.CONTRACT.path),
            ("POST", rest.CLOSE.path), ("POST", rest.FREE_SLOT.path),
        )  # fmt: skip
        taker.on("POST", "/sessions/v1", self.accept)
        taker.on("PUT", "/sessions/v1/{session}", self.accept)
        for name, component in (("cs_ems", "CS_EMS"), ("emsp", "EMSP_SYS"), ("pms", "PMS")):
            ports.host(name, component, "REST", taker.app, rest.asked, rest.answered)
        self.phone = ports.http(f"ADHOC_UI/{BAY}")

    def accept(self, call: Call) -> Response:
        self.inbox.taken.append(call)
        if self.refusal:
            return Response(status=409, body=rest.written(rest.problem(409, self.refusal)))
        body = rest.START_SESSION.read(call.body)
        return Response(
            status=201 if call.method == "POST" else 200,
            body=rest.written(rest.SessionAccepted(session=body.session, evse=body.evse)),
        )

    async def send(self, path: str, **form: str) -> Response:
        return await self.phone.ask(
            "webapp", Request(method="POST", path=path, body=urlencode(form).encode())
        )

    async def open(self) -> str:
        answer = await self.send("/s", evse=BAY)
        assert answer.status == 303
        return dict(answer.headers)["location"]

    async def begin(self, consent: dict[str, str] = CONSENT) -> str:
        page = await self.open()
        await self.send(f"{page}/consent", **consent)
        await self.send(f"{page}/preferences", **WISH)
        await self.send(f"{page}/start")
        await self.later(1)
        return page

    async def tell(self, message: rest.Message[Any, Any], session: str, body: rest.Body) -> int:
        request = Request(
            method=message.method, path=message.path_for(session=session), headers=message.headers(f"k-{message.name}"),
            body=rest.written(body),
        )  # fmt: skip
        return (await self.ports.http("CS_EMS").ask("session_app", request)).status

    async def later(self, seconds: float) -> None:
        await self.ports.clock.sleep_until(Instant(self.ports.clock.now() + seconds))

    def sent(self, path: str) -> list[Call]:
        return [call for call in self.inbox.taken if call.path.startswith(path)]


def statistics(session: str) -> rest.SessionStatistics:
    return rest.SessionStatistics(
        session=session, evse=BAY, start=Instant(START), end=Instant(START + 3600), reason="driver",
        charged_wh=5000, discharged_wh=2000, soc_start=0.5, soc_end=0.55,
    )  # fmt: skip


def run(work: Callable[[Site], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        await work(Site(clock))

    virtual.run(main, start=START)


@pytest.mark.req(
    "P-STEP-3",
    "P-STEP-3.1",
    "P-STEP-4",
    "P-STEP-5",
    "P-STEP-6",
    "IF-ADHOC-WEBAPP",
    "IF-WEBAPP-CSEMS",
    "IF-WEBAPP-EMSP",
)
def test_a_driver_consents_wishes_and_starts() -> None:
    async def work(site: Site) -> None:
        page = await site.begin()
        asked = rest.START_SESSION.read(site.sent("/sessions/v1")[0].body)
        assert (asked.evse, asked.target, asked.floor, asked.v2x) == (BAY, 0.8, 0.3, True)
        contract = rest.CONTRACT.read(site.sent("/emsp")[0].body)
        assert (contract.driver, contract.v2x) == ("driver-001", True)
        assert asked.chemistry == contract.chemistry == "LFP"
        assert site.ports.messages()[:6] == [
            "HTTPS POST /s", "HTTPS 303 /s/{session}", "HTTPS POST /s/{session}/consent",
            "HTTPS POST /s/{session}/preferences", "HTTPS POST /s/{session}/start", "REST POST /sessions/v1",
        ]  # fmt: skip
        assert [row.purpose for row in site.ports.journal.rows(ConsentRow)] == ["terms", "v2x"]
        assert page.startswith("/s/")

    run(work)


@pytest.mark.req("AT-03", "CH-PRIV-GDPR")
def test_who_declines_v2b_charges_just_the_same() -> None:
    async def work(site: Site) -> None:
        await site.begin({"name": "driver-001", "terms": "yes"})
        assert rest.START_SESSION.read(site.sent("/sessions/v1")[0].body).v2x is False

    run(work)


def test_who_does_not_know_the_battery_says_nothing_of_it() -> None:
    async def work(site: Site) -> None:
        page = await site.open()
        await site.send(f"{page}/consent", **CONSENT)
        await site.send(f"{page}/preferences", **{**WISH, "cells": ""})
        await site.send(f"{page}/start")
        await site.later(1)
        assert rest.START_SESSION.read(site.sent("/sessions/v1")[0].body).chemistry is None
        assert rest.CONTRACT.read(site.sent("/emsp")[0].body).chemistry is None

    run(work)


def test_without_the_terms_nothing_starts() -> None:
    async def work(site: Site) -> None:
        page = await site.begin({"name": "driver-001", "v2b": "yes"})
        assert site.sent("/sessions/v1") == []
        answer = await site.send(f"{page}/start")
        assert (answer.status, b"terms" in answer.body) == (422, True)

    run(work)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"departure": "2025-06-30T20:00"}, b"past"),
        ({"target": "20"}, b"floor is above the target"),
        ({"target": "120"}, b"between 0 and 100"),
        ({"departure": "tomorrow"}, b"not a date"),
        ({"floor": ""}, b"lacks floor"),
        ({"cells": "lead"}, b"cells is none of NMC, LFP"),
    ],
)
def test_a_wish_that_cannot_be_is_explained(wish: dict[str, str], why: bytes) -> None:
    async def work(site: Site) -> None:
        page = await site.open()
        await site.send(f"{page}/consent", **CONSENT)
        answer = await site.send(f"{page}/preferences", **{**WISH, **wish})
        assert answer.status in {400, 422}
        assert why in answer.body

    run(work)


@pytest.mark.req("P-STEP-11", "P-STEP-12")
def test_stop_pressed_twice_stops_once() -> None:
    async def work(site: Site) -> None:
        page = await site.begin()
        for _ in range(2):
            await site.send(f"{page}/stop")
        await site.later(1)
        assert [call.method for call in site.sent("/sessions/v1/")] == ["DELETE"]
        assert site.sent("/sessions/v1/")[0].query == {"reason": "driver"}

    run(work)


@pytest.mark.req("CH-PRIV-GDPR")
def test_a_withdrawn_consent_reaches_the_cs_ems_within_a_second() -> None:
    async def work(site: Site) -> None:
        page = await site.begin()
        await site.send(f"{page}/v2b", v2b="no")
        await site.later(1)
        (changed,) = site.sent("/sessions/v1/")
        assert changed.method == "PUT"
        assert rest.CHANGE_SESSION.read(changed.body).v2x is False
        last = site.ports.journal.rows(ConsentRow)[-1]
        assert (last.purpose, last.decision) == ("v2x", "withdrawn")

    run(work)


@pytest.mark.req("P-STEP-16", "P-STEP-17", "P-STEP-18", "P-STEP-18.1", "P-STEP-19", "IF-USER-ADHOC")
def test_report_and_bill_are_shown_as_soon_as_they_are_there_and_the_slot_is_freed_once() -> None:
    async def work(site: Site) -> None:
        page = await site.begin()
        session = page.removeprefix("/s/")
        await site.send(f"{page}/stop")
        site.ports.tasks.start(report_late(site, session), name="CS EMS")
        report = await site.phone.ask(
            "webapp", Request(method="GET", path=f"{page}/report"), timeout_s=90
        )
        assert b"2.0 kWh" in report.body
        await site.later(1)
        assert rest.CLOSE.read(site.sent("/emsp")[1].body).statistics.discharged_wh == 2000
        line = rest.BillLine(
            kind="energy",
            label="Energy",
            quantity=5.0,
            unit="kWh",
            price=MicroEuro(100_000),
            amount=MicroEuro(500_000),
        )
        bill = rest.Bill(session=session, cdr="c-1", lines=(line,), total=MicroEuro(500_000))
        await site.tell(rest.BILL, session, bill)
        shown = await site.ports.http(f"EV_USER/{BAY}").ask(
            "adhoc", Request(method="GET", path=f"{page}/bill")
        )
        assert b"0.50 EUR" in shown.body
        gone = rest.Unplugged(session=session, evse=BAY, at=Instant(START + 4000))
        for _ in range(2):
            await site.tell(rest.UNPLUGGED, session, gone)
        await site.later(1)
        assert len(site.sent("/parking")) == 1

    run(work)


async def report_late(site: Site, session: str) -> None:
    """Send the statistics 20 s after the stop."""
    await site.later(20)
    await site.tell(rest.STATISTICS, session, statistics(session))


def test_a_refusal_of_the_charger_is_shown_and_the_driver_can_try_again() -> None:
    async def work(site: Site) -> None:
        site.refusal = "no car is plugged in"
        page = await site.begin()
        shown = await site.phone.ask("webapp", Request(method="GET", path=page))
        assert b"no car is plugged in" in shown.body
        site.refusal = ""
        await site.send(f"{page}/start")
        await site.later(1)
        assert len(site.sent("/sessions/v1")) == 2

    run(work)


@pytest.mark.req("CH-PRIV-LOC")
def test_the_next_driver_does_not_see_a_visit_that_never_started() -> None:
    async def work(site: Site) -> None:
        first = await site.open()
        await site.send(f"{first}/consent", **CONSENT)
        assert await site.open() == first, "the same driver, a minute later"
        await site.later(3600)
        second = await site.open()
        assert second != first
        page = await site.phone.ask("webapp", Request(method="GET", path=second))
        assert b"driver-001" not in page.body

    run(work)


def test_another_booking_opens_another_visit() -> None:
    async def work(site: Site) -> None:
        first = await site.begin()
        notice = rest.ReservationNotice(
            reservation="res-2", slot=BAY, driver="driver-002", plate_hash="h", arrival=Instant(START),
            departure=Instant(START + 3600), price=MicroEuro(0), v2b=True, battery_kwh=None,
        )  # fmt: skip
        request = Request(
            method="POST", path=rest.ANNOUNCE.path_for(), headers=rest.ANNOUNCE.headers("a"), body=rest.written(notice)
        )  # fmt: skip
        assert (await site.ports.http("PMS").ask("session_app", request)).status == 204
        again = await site.send("/s", evse=BAY, reservation="res-1")
        assert dict(again.headers)["location"] == first, (
            "a booking that nobody knows changes nothing"
        )
        other = await site.send("/s", evse=BAY, reservation="res-2")
        assert dict(other.headers)["location"] != first

    run(work)


def test_an_unknown_charger_or_session_is_refused_with_a_reason() -> None:
    async def work(site: Site) -> None:
        assert (await site.send("/s", evse="nowhere")).status == 409
        assert (await site.send("/s/none/start")).status == 404
        assert (await site.phone.ask("webapp", Request(method="GET", path="/s/none"))).status == 409

    run(work)


def test_the_web_app_remembers_everything_after_a_crash() -> None:
    async def work(site: Site) -> None:
        page = await site.begin()
        before = site.app.actor.state.visits
        site.app.actor.crashed(RuntimeError("a task failed"))
        assert site.app.actor.state.visits.keys() == before.keys()
        await site.send(f"{page}/stop")
        await site.later(1)
        assert [call.method for call in site.sent("/sessions/v1/")] == ["DELETE"]

    run(work)
