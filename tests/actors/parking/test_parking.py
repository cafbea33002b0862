"""The parking room: pages, promises, the barrier, the fee."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import pytest
from actors.ports_in_memory import Inbox, Ports

from sterna.actors.parking.core import ReservationRow
from sterna.actors.parking.links import Admission, Parking
from sterna.actors.parking.settings import ParkingSettings
from sterna.domain.ledger_rows import LedgerRow
from sterna.kernel.quantities import Instant, hours
from sterna.protocols import rest
from sterna.runtime import virtual
from sterna.runtime.ports import Request, Response
from sterna.runtime.virtual import VirtualClock

START = 1_751_328_000.0  # 2025-07-01T00:00:00Z, 01:00 in Lisbon
FORM = {
    "arrival": "2025-07-01T08:00", "departure": "2025-07-02T20:00", "name": "driver-001", "plate": "AA-01-BB",
    "v2b": "yes", "battery_kwh": "60", "key": "k-1", "payment": "p-1",
}  # fmt: skip


class Site:
    """A car park of two slots, with counterparts that keep what they are told."""

    def __init__(self, clock: VirtualClock) -> None:
        self.ports = ports = Ports(clock, [LedgerRow, ReservationRow])
        self.inbox = Inbox()
        self.parking = Parking(
            settings=ParkingSettings(slots=("porto-01-1", "porto-01-2"), slot_kw=(11.0, 11.0)),
            clock=clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
            ui_http=ports.http("BOOKING_UI"), courier=ports.courier("PMS"),
        )  # fmt: skip
        self.parking.start()
        nothing = lambda *_: None  # noqa: E731
        ports.host("parking", "BOOKING_UI", "HTTPS", self.parking.app, rest.pages.asked, nothing)
        ports.host("pms", "PMS", "REST", self.parking.app, rest.asked, rest.answered)
        others = self.inbox.service(
            ("POST", "/slots/v1"), ("POST", "/sessions/v1/reservations")
        ).app
        for name, component in (("cs_ems", "CS_EMS"), ("bems", "BEMS"), ("session_app", "WEBAPP")):
            ports.host(name, component, "REST", others, rest.asked, rest.answered)
        self.driver = ports.http("EV_USER/porto-01-1")

    async def book(self, **changes: str) -> Response:
        body = urlencode({**FORM, **changes}).encode()
        return await self.driver.ask("parking", Request(method="POST", path="/book", body=body))

    async def later(self, seconds: float) -> None:
        await self.ports.clock.sleep_until(Instant(self.ports.clock.now() + seconds))

    def balance(self, account: str) -> int:
        rows = self.ports.journal.rows(LedgerRow)
        return sum(row.amount for row in rows if row.account == account)


def run(work: Callable[[Site], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        await work(Site(clock))

    virtual.run(main, start=START)


@pytest.mark.req(
    "P-STEP-1",
    "P-STEP-1.1",
    "IF-USER-BOOKING",
    "IF-BOOKING-PMS",
    "IF-PMS-WEBAPP",
    "IF-PMS-CSEMS",
    "IF-PMS-BEMS",
)
def test_a_booking_is_paid_confirmed_and_passed_on() -> None:
    async def work(site: Site) -> None:
        page = await site.book()
        assert page.status == 200
        assert b"porto-01-1" in page.body
        await site.later(2)
        assert site.ports.messages()[:3] == [
            "HTTPS POST /book", "REST POST /parking/v1/reservations", "REST 201 /parking/v1/reservations",
        ]  # fmt: skip
        assert sorted(site.ports.messages()[3:]) == [
            "REST POST /sessions/v1/reservations", "REST POST /slots/v1", "REST POST /slots/v1",
        ]  # fmt: skip
        assert site.balance("parking") == 18_000_000  # 36 started hours at 0.50

    run(work)


@pytest.mark.req("IF-PMS-BEMS", "CH-PRIV-GDPR")
def test_the_building_learns_the_stay_but_not_the_person() -> None:
    async def work(site: Site) -> None:
        await site.book()
        await site.later(2)
        told = [call.body for call in site.inbox.taken if call.path == "/slots/v1"]
        assert len(told) == 2
        assert all(b"driver-001" not in body and b"AA-01-BB" not in body for body in told)

    run(work)


def test_a_form_sent_twice_books_once_and_pays_once() -> None:
    async def work(site: Site) -> None:
        first, second = await site.book(), await site.book()
        assert first.body == second.body
        assert site.balance("parking") == 18_000_000

    run(work)


def test_a_full_car_park_says_so_on_the_page() -> None:
    async def work(site: Site) -> None:
        for number in range(2):
            assert (await site.book(key=f"k-{number}")).status == 200
        refused = await site.book(key="k-3")
        assert refused.status == 409
        assert b"promised" in refused.body

    run(work)


@pytest.mark.parametrize("missing", ["plate", "arrival", "key"])
def test_a_form_with_a_hole_is_answered_with_the_field_that_lacks(missing: str) -> None:
    async def work(site: Site) -> None:
        body = urlencode({name: value for name, value in FORM.items() if name != missing}).encode()
        answer = await site.driver.ask("parking", Request(method="POST", path="/book", body=body))
        assert answer.status == 400
        assert missing.encode() in answer.body

    run(work)


@pytest.mark.req("AT-02", "P-DET-MSS-PRE", "FN-P-3")
def test_a_walk_in_gets_only_a_slot_that_nobody_was_promised() -> None:
    async def work(site: Site) -> None:
        await site.book()
        answers: list[Admission] = []
        now = site.ports.clock.now()
        for _ in range(2):
            site.parking.arrive(None, Instant(now + hours(48)), answers.append)
        await site.later(2)
        assert [answer.slot for answer in answers] == ["porto-01-2", None]
        assert "possible is a stay of" in answers[1].reason

    run(work)


@pytest.mark.req("P-STEP-19", "P-STEP-20")
def test_a_slot_is_free_again_only_when_the_car_has_left() -> None:
    async def work(site: Site) -> None:
        answers: list[Admission] = []
        until = Instant(site.ports.clock.now() + hours(5))
        for _ in range(2):
            site.parking.arrive(None, until, answers.append)
        await site.later(2)
        freed = rest.SlotFreed(slot="porto-01-1", session="s-1", at=site.ports.clock.now())
        request = Request(
            method="POST", path=rest.FREE_SLOT.path_for(slot="porto-01-1"),
            headers=rest.FREE_SLOT.headers("f-1"), body=rest.FREE_SLOT.written(freed),
        )  # fmt: skip
        assert (await site.ports.http("WEBAPP").ask("pms", request)).status == 204
        site.parking.arrive(None, until, answers.append)
        await site.later(2)
        assert answers[-1].slot is None, "unplugged is not gone"
        site.parking.leave("porto-01-1")
        site.parking.arrive(None, until, answers.append)
        await site.later(2)
        assert answers[-1].slot == "porto-01-1"

    run(work)
