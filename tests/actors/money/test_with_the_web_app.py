"""The money chain behind the real web app: what the driver's bill page shows is what the ledger says."""

from urllib.parse import urlencode

import msgspec
import pytest
from actors.money.money_chain import BAY, HOUR, ROWS, START, Chain, eur, record
from actors.ports_in_memory import Inbox

from sterna.actors.emsp.records import BillRow
from sterna.actors.session_app.links import SessionApp
from sterna.actors.session_app.records import ConsentRow
from sterna.actors.session_app.settings import EvsePlate, SessionAppSettings
from sterna.kernel.quantities import Instant
from sterna.protocols import rest
from sterna.runtime import virtual
from sterna.runtime.ports import Request, Response
from sterna.runtime.service import Call
from sterna.runtime.virtual import VirtualClock


def accept(call: Call) -> Response:
    """Take a session, as a CS EMS does."""
    body = rest.START_SESSION.read(call.body)
    accepted = rest.SessionAccepted(session=body.session, evse=body.evse)
    return Response(status=201, body=rest.written(accepted))


@pytest.mark.req("P-STEP-18", "P-STEP-18.1", "IF-WEBAPP-EMSP", "SYS-P-EMSP_SYS")
def test_the_bill_page_shows_what_the_ledger_says() -> None:
    async def main(clock: VirtualClock) -> None:
        chain = Chain(clock, rows=[*ROWS, ConsentRow])
        ports = chain.ports
        plate = EvsePlate(evse=BAY, charge_kw=10.0, discharge_kw=10.0)
        app = SessionApp(
            settings=SessionAppSettings(evses=(plate,)), clock=clock, ids=ports.ids, journal=ports.journal,
            supervisor=ports.supervisor, courier=ports.courier("WEBAPP"), http=ports.http("WEBAPP"),
        )  # fmt: skip
        app.start()
        ports.host("session_app", "WEBAPP", "REST", app.app, rest.asked, rest.answered)
        ports.host("webapp", "WEBAPP", "HTTPS", app.app, rest.pages.asked, rest.pages.answered)
        service = Inbox().service()
        service.on("POST", "/sessions/v1", accept)
        ports.host("cs_ems", "CS_EMS", "REST", service.app, rest.asked, rest.answered)
        phone = ports.http(f"ADHOC_UI/{BAY}")

        async def send(path: str, **form: str) -> Response:
            body = urlencode(form).encode()
            return await phone.ask("webapp", Request(method="POST", path=path, body=body))

        place = dict((await send("/s", evse=BAY)).headers)["location"]
        session = place.rsplit("/", 1)[-1]
        await send(f"{place}/consent", name="driver-017", terms="yes", v2b="yes")
        await send(f"{place}/preferences", departure="2025-07-01T21:00", target="80", floor="30")
        await send(f"{place}/start")
        await chain.later(21 * HOUR)
        made = msgspec.structs.replace(record(session=session), end=Instant(clock.now()))
        statistics = rest.SessionStatistics(
            session=session, evse=BAY, start=made.start, end=made.end, reason="driver", intervals=made.intervals,
            charged_wh=made.charged_wh, discharged_wh=made.discharged_wh,
        )  # fmt: skip
        await chain.send(
            "CS_EMS", "session_app", rest.STATISTICS, statistics, key="s", session=session
        )
        await chain.charge(made)
        page = await phone.ask("webapp", Request(method="GET", path=f"{place}/bill"), timeout_s=70)
        assert b"You pay" in page.body
        assert b"0.50 EUR" in page.body
        assert b"Pay for battery wear" in page.body
        (row,) = chain.rows(BillRow)
        assert (row.session, row.total) == (session, eur("0.50"))
        assert chain.balances()["driver/driver-017"] == -row.total
        # The web app's session is the pseudonym all the way; the driver's name went only to the EMSP.
        assert {line.msg for line in ports.lines} >= {
            "REST PUT /emsp/v1/sessions/{session}", "REST POST /emsp/v1/sessions/{session}/closing",
            "REST POST /ocpi/cdrs", "REST POST /s/{session}/bill", "HTTPS 200 /s/{session}/bill",
        }  # fmt: skip

    virtual.run(main, start=START)
