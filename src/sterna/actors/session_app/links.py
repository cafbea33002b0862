"""The session web app on the wire: forms and pages, REST to CS EMS, EMSP and parking."""

import asyncio
from typing import Any, Final

from starlette.applications import Starlette

from sterna.actors.session_app import core, records
from sterna.actors.session_app.pages import (
    LIVE,
    Live,
    bill_page,
    cells_of,
    form_of,
    moment_of,
    receipt_of,
    report_page,
    share_of,
    visit_page,
    wanted,
    wear_file,
)
from sterna.actors.session_app.settings import SessionAppSettings
from sterna.domain.session import Wish
from sterna.kernel.errors import BrokenPeer, Refused, Unreachable
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

NO_CONTENT: Final = Response(status=204)
AnyMessage = rest.Message[Any, Any]


class SessionApp:
    """The room: its actor, its pages and its messages."""

    def __init__(
        self,
        *,
        settings: SessionAppSettings,
        clock: Clock,
        ids: Ids,
        journal: Journal,
        supervisor: Supervisor,
        courier: Courier,
        http: Http,
    ) -> None:
        """*courier* and *http* send in the web app's name."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._courier = courier
        self._http = http
        self._pages = Pages(settings.zone)
        self._plates = {plate.evse: plate for plate in settings.evses}
        self._replies = Replies()
        self._ready: dict[tuple[str, str], asyncio.Event] = {}
        self.actor = Actor(
            "session_app",
            core.decide,
            records.State(),
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )
        self.app: Starlette = self._service().app

    def start(self) -> None:
        """Recover and go on."""
        self.actor.start()

    def _service(self) -> Service:
        service = Service(self.actor.crashed)
        service.on("POST", "/s", self._open)
        service.on("GET", "/s/{session}", self._page)
        service.on("POST", "/s/{session}/consent", self._consent)
        service.on("POST", "/s/{session}/preferences", self._preferences)
        service.on("POST", "/s/{session}/start", self._start)
        service.on("POST", "/s/{session}/stop", self._stop)
        service.on("POST", "/s/{session}/v2b", self._stop_v2b)
        service.on("GET", "/s/{session}/report", self._report)
        service.on("GET", "/s/{session}/bill", self._bill)
        service.on("GET", "/s/{session}/wear.json", self._wear)
        service.on("POST", rest.ANNOUNCE.path, self._announced)
        service.on("POST", rest.STATISTICS.path, self._statistics)
        service.on("POST", rest.UNPLUGGED.path, self._unplugged)
        service.on("POST", rest.BILL.path, self._billed)
        return service

    # -- pages ------------------------------------------------------------------------------

    async def _open(self, call: Call) -> Response:
        form = form_of(call.body)
        evse = wanted(form, "evse")
        if evse not in self._plates:
            raise Refused(f"there is no charger {evse}")
        key = self._ids.new("form")
        opened = records.Opened(
            at=self._clock.now(), key=key, session=self._ids.new("session"), evse=evse,
            reservation=form.get("reservation") or None,
        )  # fmt: skip
        await self._told(key, opened)
        place = f"/s/{self.actor.state.at_evse[evse]}"
        note = f'<a href="{place}">Your charging session</a>'.encode()
        return Response(
            status=303, headers=(("Content-Type", HTML), ("Location", place)), body=note
        )

    async def _consent(self, call: Call) -> Response:
        form, key = form_of(call.body), self._ids.new("form")
        return await self._told(
            key,
            records.Agreed(
                at=self._clock.now(), key=key, session=call.parameters["session"], driver=form.get("name", "").strip(),
                terms=form.get("terms") == "yes", v2b=form.get("v2b") == "yes",
            ),
        )  # fmt: skip

    async def _preferences(self, call: Call) -> Response:
        form, key = form_of(call.body), self._ids.new("form")
        return await self._told(
            key,
            records.Preferred(
                at=self._clock.now(), key=key, session=call.parameters["session"],
                departure=moment_of(form, "departure", self._pages),
                target=share_of(form, "target"), floor=share_of(form, "floor"), cells=cells_of(form),
            ),
        )  # fmt: skip

    async def _start(self, call: Call) -> Response:
        key = self._ids.new("form")
        return await self._told(
            key,
            records.StartPressed(at=self._clock.now(), key=key, session=call.parameters["session"]),
        )

    async def _stop(self, call: Call) -> Response:
        key = self._ids.new("form")
        return await self._told(
            key,
            records.StopPressed(at=self._clock.now(), key=key, session=call.parameters["session"]),
        )

    async def _stop_v2b(self, call: Call) -> Response:
        key = self._ids.new("form")
        return await self._told(
            key,
            records.V2bStopped(at=self._clock.now(), key=key, session=call.parameters["session"]),
        )

    async def _told(self, key: str, event: records.TakesIn) -> Response:
        """Tell the actor and return the page that its answer shows."""
        waiting = self._replies.wait_for(key)
        self.actor.tell(event)
        return await waiting

    async def _page(self, call: Call) -> Response:
        visit = self._visit(call)
        live = await self._live(visit) if visit.stage in LIVE else None
        return html(visit_page(self._pages, visit, self._settings, self._clock.now(), "", live))

    async def _live(self, visit: records.Visit) -> Live | None:
        """Return how a session stands this moment; None when the charger does not say."""
        try:
            path = rest.SEE_SESSION.path_for(session=visit.session)
            answer = await self._ask("cs_ems", Request(method="GET", path=path))
            progress = rest.SEE_SESSION.read_answer(answer.status, answer.body)
        except (Unreachable, BrokenPeer, Refused):
            return None
        return Live(progress=progress, earnings=await self._earnings(visit, progress))

    async def _earnings(
        self, visit: records.Visit, progress: rest.SessionProgress
    ) -> rest.Earnings | None:
        """Return what the session comes to so far; None before it moved energy, or when nobody says."""
        if not progress.intervals or progress.start is None or visit.wish is None:
            return None
        message = rest.SEE_EARNINGS
        body = rest.SoFar(
            session=visit.session, start=progress.start, at=progress.at, departure=visit.wish.departure,
            charged_wh=progress.charged_wh, discharged_wh=progress.discharged_wh, intervals=progress.intervals,
            soc_start=progress.soc_start, capacity_kwh=progress.capacity_kwh,
        )  # fmt: skip
        path = message.path_for(session=visit.session)
        asked = Request(
            method=message.method, path=path, headers=message.headers(), body=message.written(body)
        )
        try:
            answer = await self._ask("emsp", asked)
            return message.read_answer(answer.status, answer.body)
        except (Unreachable, BrokenPeer, Refused):
            return None

    async def _ask(self, host: str, request: Request) -> Response:
        return await self._http.ask(host, request, timeout_s=self._settings.live_within_s)

    async def _report(self, call: Call) -> Response:
        visit = self._visit(call)
        if visit.closing is None:
            await self._wait_for(visit.session, "report")
        return html(report_page(self._pages, self._visit(call)))

    async def _bill(self, call: Call) -> Response:
        visit = self._visit(call)
        if visit.bill is None:
            await self._wait_for(visit.session, "bill")
        return html(bill_page(self._pages, self._visit(call)))

    def _wear(self, call: Call) -> Response:
        """Give the driver all figures behind the wear on the bill."""
        body = wear_file(self._visit(call))
        return Response(status=200, headers=(("Content-Type", rest.MEDIA_TYPE),), body=body)

    def _visit(self, call: Call) -> records.Visit:
        visit = self.actor.state.visits.get(call.parameters["session"])
        if visit is None:
            raise Refused("no such session")
        return visit

    async def _wait_for(self, session: str, what: str) -> None:
        """Wait until *what* is ready, at most as long as a page may."""
        ready = self._ready.setdefault((session, what), asyncio.Event())
        try:
            async with asyncio.timeout(self._settings.answer_within_s):
                await ready.wait()
        except TimeoutError:
            return

    # -- REST -------------------------------------------------------------------------------

    def _announced(self, call: Call) -> Response:
        body = rest.ANNOUNCE.read(call.body)
        reserved = records.Reserved(
            reservation=body.reservation,
            evse=body.slot,
            driver=body.driver,
            arrival=body.arrival,
            departure=body.departure,
        )
        self.actor.tell(records.Announced(at=self._clock.now(), reserved=reserved))
        return NO_CONTENT

    def _statistics(self, call: Call) -> Response:
        body = rest.STATISTICS.read(call.body)
        self.actor.tell(
            records.Measured(
                at=self._clock.now(), session=body.session, charged_wh=body.charged_wh, discharged_wh=body.discharged_wh,
                soc_start=body.soc_start, soc_end=body.soc_end, body=call.body,
            )
        )  # fmt: skip
        return NO_CONTENT

    def _unplugged(self, call: Call) -> Response:
        body = rest.UNPLUGGED.read(call.body)
        self.actor.tell(records.PlugOut(at=self._clock.now(), session=body.session))
        return NO_CONTENT

    def _billed(self, call: Call) -> Response:
        body = rest.BILL.read(call.body)
        lines = tuple(
            records.BillLine(
                label=line.label, quantity=line.quantity, unit=line.unit, amount=line.amount
            )
            for line in body.lines
            if line.payable
        )
        self.actor.tell(
            records.Billed(
                at=self._clock.now(),
                session=body.session,
                lines=lines,
                total=body.total,
                wear=receipt_of(body),
            )
        )
        return NO_CONTENT

    # -- commands ---------------------------------------------------------------------------

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the records."""
        match command:
            case records.Show():
                self._show(command)
            case records.ReportReady(session=session, what=what):
                ready = self._ready.pop((session, what), None)
                if ready is not None:
                    ready.set()
            case records.AskStart():
                self._ask_start(command, command_id)
            case records.AskStop(session=session):
                path = rest.STOP_SESSION.path_for({"reason": "driver"}, session=session)
                self._send("cs_ems", rest.STOP_SESSION, path, b"", command_id)
            case records.TellContract():
                contract = self._contract(command)
                path = rest.CONTRACT.path_for(session=command.session)
                self._send("emsp", rest.CONTRACT, path, rest.written(contract), command_id)
            case records.TellClosing():
                closing = rest.Closing(
                    statistics=rest.STATISTICS.read(command.statistics),
                    departure=command.departure,
                    v2x=command.v2x,
                )
                path = rest.CLOSE.path_for(session=command.session)
                self._send("emsp", rest.CLOSE, path, rest.written(closing), command_id)
            case records.FreeSlot():
                freed = rest.SlotFreed(
                    slot=command.evse,
                    session=command.session,
                    at=self._clock.now(),
                    reservation=command.reservation,
                )
                path = rest.FREE_SLOT.path_for(slot=command.evse)
                self._send("pms", rest.FREE_SLOT, path, rest.written(freed), command_id)
            case _:
                raise AssertionError(command)

    def _show(self, show: records.Show) -> None:
        visit = self.actor.state.visits.get(show.session)
        if visit is None:
            refusal = rest.written(rest.problem(404, show.problem))
            self._replies.give(show.key, Response(status=404, headers=PROBLEM, body=refusal))
            return
        page = visit_page(self._pages, visit, self._settings, self._clock.now(), show.problem)
        self._replies.give(show.key, html(page, 422 if show.problem else 200))

    def _ask_start(self, ask: records.AskStart, command_id: str) -> None:
        """Ask the CS EMS; its refusal goes back to the core as an event."""
        message = rest.CHANGE_SESSION if ask.changed else rest.START_SESSION
        parameters = {"session": ask.session} if ask.changed else {}
        request = Request(
            method=message.method, path=message.path_for(**parameters), headers=message.headers(command_id),
            body=message.written(requirements(ask.session, ask.evse, ask.reservation, ask.wish)),
        )  # fmt: skip

        def answered(answer: Response) -> None:
            refusal = ""
            try:
                message.read_answer(answer.status, answer.body)
            except Refused as refused:
                refusal = str(refused)
            self.actor.tell(
                records.Taken(at=self._clock.now(), session=ask.session, refusal=refusal)
            )
            self.actor.acknowledge(command_id)

        self._courier.deliver("cs_ems", request, answered)

    def _contract(self, told: records.TellContract) -> rest.Contract:
        return rest.Contract(
            session=told.session, evse=told.evse, driver=told.driver or "guest", plugged_at=told.opened_at,
            departure=told.wish.departure, v2x=told.wish.v2x, charge_kw_max=self._plates[told.evse].charge_kw,
            reservation=told.reservation, chemistry=None if told.wish.cells is None else told.wish.cells.value,
        )  # fmt: skip

    def _send(
        self, host: str, message: AnyMessage, path: str, body: bytes, command_id: str
    ) -> None:
        """Send what must arrive; any answer ends it, a refusal is the receiver's last word."""
        request = Request(
            method=message.method, path=path, headers=message.headers(command_id), body=body
        )

        def answered(_answer: Response) -> None:
            self.actor.acknowledge(command_id)

        self._courier.deliver(host, request, answered)


PROBLEM: Final = (("Content-Type", rest.PROBLEM_MEDIA_TYPE),)


def html(page: bytes, status: int = 200) -> Response:
    """Return *page* as an answer."""
    return Response(status=status, headers=(("Content-Type", HTML),), body=page)


def requirements(
    session: str, evse: str, reservation: str | None, wish: Wish
) -> rest.SessionRequirements:
    """Return what the CS EMS learns of a driver's wish."""
    return rest.SessionRequirements(
        session=session, evse=evse, departure=wish.departure, target=wish.target, floor=wish.floor, v2x=wish.v2x,
        reservation=reservation, chemistry=None if wish.cells is None else wish.cells.value,
    )  # fmt: skip
