"""A site for tests: CS EMS and CSMS as they are, stations, web app, operator and BEMS of somebody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from actors.ocpp_station import Station
from actors.ports_in_memory import Inbox, Ports

from sterna.actors.cs_ems.commands import SessionRow, WhyRow
from sterna.actors.cs_ems.links import CsEms
from sterna.actors.cs_ems.settings import CsEmsSettings, Plate
from sterna.actors.csms.links import Csms
from sterna.actors.csms.records import MeterValueRow, StationRow, TransactionRow
from sterna.actors.csms.settings import CsmsSettings
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.kernel.records import Row
from sterna.protocols import openadr, rest
from sterna.protocols.openadr import storage
from sterna.runtime import virtual
from sterna.runtime.http import says_nothing
from sterna.runtime.ports import Request, Response
from sterna.runtime.service import Call, Service
from sterna.runtime.virtual import VirtualClock

START = 1_751_328_000.0
HOUR = 3600.0
ROWS: list[type[Row]] = [SessionRow, WhyRow, MeterValueRow, StationRow, TransactionRow]


def settings(**changes: Any) -> CsEmsSettings:
    plates = tuple(
        Plate(
            evse=f"{station}-{number}", station=station, number=number, supply="DC",
            charge_kw=Kilowatts(20.0), discharge_kw=Kilowatts(20.0),
        )
        for station in ("porto-01", "porto-02")
        for number in (1, 2)
    )  # fmt: skip
    usual = CsEmsSettings(evses=plates, import_kw=Kilowatts(100.0), export_kw=Kilowatts(100.0))
    return replace(usual, **changes)


@dataclass
class Building:
    """A BEMS that only hosts a VTN, and says what a test wants said."""

    ports: Ports
    reports: list[dict[str, openadr.StorageStatus]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    known: dict[str, openadr.StorageStatus] = field(default_factory=dict)
    """How the EVSEs stand, by all reports together."""
    away: bool = False
    secret: str = ""

    def __post_init__(self) -> None:
        ports = self.ports
        client = openadr.Client(id="cs_ems", secret=self.secret, role="VEN")
        self.vtn = openadr.Vtn([client], ports.ids.new)
        now = ports.clock.now()
        program = openadr.ProgramRequest(program_name=storage.DISPATCH_PROGRAM)
        self.program = self.vtn.offer(program, now)
        asks = openadr.event(
            self.program.id, now, 86_400.0 * 365, {"SIMPLE": [0.0]}, name=storage.REPORTS_EVENT
        )
        self.vtn.publish(asks, now)
        self.event = ""

        def crashed(error: BaseException) -> None:
            raise error

        service = Service(crashed)
        for method in ("GET", "POST", "PUT"):
            service.on(method, openadr.ROOT + "/{rest:path}", self.answer)
        ports.host("bems", "BEMS", "OpenADR", service.app, openadr.asked, openadr.answered)
        self.http = ports.http("BEMS")

    def answer(self, call: Call) -> Response:
        if self.away:
            return Response(status=503)
        query = "&".join(f"{key}={value}" for key, value in call.query.items())
        path = call.path.removeprefix(openadr.ROOT) + (f"?{query}" if query else "")
        bearer = dict(call.headers).get("authorization", "").removeprefix("Bearer ") or None
        answer = self.vtn.answer(
            call.method, path, call.body, self.ports.clock.now(), bearer=bearer
        )
        if isinstance(answer.stored, openadr.Report):
            told = openadr.reported(answer.stored)
            report = {evse: openadr.storage_status(v) for evse, v in told.items()}
            self.reports.append(report)
            self.names.append(answer.stored.report_name)
            self.known = (
                report if self.names[-1] == storage.WHOLE_REPORT else {**self.known, **report}
            )
        return Response(
            status=answer.status, headers=(("Content-Type", answer.media_type),), body=answer.body
        )

    async def request(
        self,
        *kw: float,
        limits: tuple[float, float] | None = None,
        why: tuple[openadr.Explained, ...] = (),
    ) -> None:
        """Ask all cars together for *kw*, in 300 s intervals from now on, and say *why*."""
        now = self.ports.clock.now()
        wish = openadr.setpoints(self.program.id, now, 300.0, list(kw))
        if limits is not None or why:
            columns = {
                "DISPATCH_SETPOINT": [max(0.0, k) for k in kw],
                openadr.FEED_IN_SETPOINT: [max(0.0, -k) for k in kw],
            }
            if limits is not None:
                columns["IMPORT_CAPACITY_LIMIT"] = [limits[0]] * len(kw)
                columns["EXPORT_CAPACITY_LIMIT"] = [limits[1]] * len(kw)
            beside = tuple(each.payload() for each in why)
            wish = openadr.event(self.program.id, now, 300.0, columns, beside=beside)
        if self.event:
            _, deliveries = self.vtn.revise(self.event, wish, now)
        else:
            event, deliveries = self.vtn.publish(wish, now)
            self.event = event.id
        for one in deliveries:
            path = one.url.removeprefix("https://cs_ems")
            headers = (("Authorization", f"Bearer {one.token}"),)
            ask = Request(method="POST", path=path, headers=headers, body=one.body)
            assert (await self.http.ask("cs_ems", ask)).status == 204


class Site:
    """Everything between the web app and the operator's system."""

    def __init__(self, clock: VirtualClock, chosen: CsEmsSettings, *, bems: bool = True) -> None:
        self.ports = ports = Ports(clock, ROWS)
        self.clock = clock
        self.settings = chosen
        self.app_inbox, self.cpo_inbox = Inbox(), Inbox()
        app = self.app_inbox.service(("POST", rest.STATISTICS.path), ("POST", rest.UNPLUGGED.path))
        cpo = self.cpo_inbox.service(
            ("PUT", rest.UPDATE_SESSION.path), ("POST", rest.RECORD_CHARGE.path)
        )
        ports.host("session_app", "WEBAPP", "REST", app.app, rest.asked, rest.answered)
        ports.host("cpo", "CSOS", "REST", cpo.app, rest.asked, rest.answered)
        self.building = Building(ports) if bems else None
        self.csms = self.new_csms()
        self.cs_ems = self.new_cs_ems()
        self.http = ports.http("WEBAPP")
        self.stations: dict[str, Station] = {}

    def new_csms(self) -> Csms:
        ports = self.ports
        return Csms(
            settings=CsmsSettings(stations=("porto-01", "porto-02")), clock=self.clock, ids=ports.ids,
            journal=ports.journal, supervisor=ports.supervisor, links=ports.network, courier=ports.courier("CSMS"),
        )  # fmt: skip

    def new_cs_ems(self) -> CsEms:
        ports = self.ports
        room = CsEms(
            settings=self.settings, clock=self.clock, ids=ports.ids, chance=ports.chance.stream("cs_ems"),
            journal=ports.journal, supervisor=ports.supervisor, links=ports.network, http=ports.http("CS_EMS"),
            courier=ports.courier("CS_EMS"), tasks=ports.tasks,
        )  # fmt: skip
        ports.host("cs_ems", "CS_EMS", "REST", room.app, asked, says_nothing)
        return room

    async def open(self) -> Station:
        """Start both rooms and one station; return the station."""
        await self.csms.start()
        await self.cs_ems.start()
        return await self.station("porto-01")

    async def station(self, name: str) -> Station:
        station = self.stations[name] = Station(self.ports, name)
        station.dial()
        await self.later(1)
        return station

    async def later(self, seconds: float) -> None:
        await self.clock.sleep_until(Instant(self.clock.now() + seconds))

    async def start_session(
        self, session: str = "ses-1", evse: str = "porto-01-1", **changes: Any
    ) -> Response:
        message = rest.CHANGE_SESSION if changes.pop("change", False) else rest.START_SESSION
        parameters = {"session": session} if message is rest.CHANGE_SESSION else {}
        wanted: dict[str, Any] = {
            "departure": Instant(START + 10 * HOUR), "target": 0.6, "floor": 0.3, "v2x": True,
        } | changes  # fmt: skip
        body = rest.SessionRequirements(session=session, evse=evse, **wanted)
        request = Request(
            method=message.method, path=message.path_for(**parameters),
            headers=message.headers(self.ports.ids.new("key")), body=message.written(body),
        )  # fmt: skip
        return await self.http.ask("cs_ems", request)

    async def stop_session(self, session: str = "ses-1") -> Response:
        path = rest.STOP_SESSION.path_for({"reason": "driver"}, session=session)
        return await self.http.ask("cs_ems", Request(method="DELETE", path=path))

    async def see(self, session: str = "ses-1") -> rest.SessionProgress:
        path = rest.SEE_SESSION.path_for(session=session)
        answer = await self.http.ask("cs_ems", Request(method="GET", path=path))
        return rest.SEE_SESSION.read_answer(answer.status, answer.body)

    async def charging(self, **changes: Any) -> Station:
        """Plug a car in at porto-01-1, start its session and let energy flow."""
        station = await self.open()
        station.plug(1, soc=changes.pop("soc", 0.5))
        await self.later(1)
        assert (await self.start_session(**changes)).status == 201
        await self.later(2)
        station.charge(1, "ses-1")
        await self.later(2)
        return station

    def told_app(self, path_end: str) -> list[Any]:
        message: Any = rest.STATISTICS if path_end == "statistics" else rest.UNPLUGGED
        return [message.read(c.body) for c in self.app_inbox.taken if c.path.endswith(path_end)]

    def told_cpo(self, message: Any) -> list[Any]:
        return [message.read(c.body) for c in self.cpo_inbox.taken if c.path == message.path]

    def transactions(self) -> list[TransactionRow]:
        return self.ports.journal.rows(TransactionRow)


def asked(method: str, path: str, body: bytes) -> Any:
    known = openadr.asked if path.startswith(openadr.CALLBACKS) else rest.asked
    return known(method, path, body)


def run(work: Callable[[Site], Awaitable[None]], *, bems: bool = True, **changes: Any) -> None:
    """Run *work* on a fresh site in virtual time."""

    async def main(clock: VirtualClock) -> None:
        await work(Site(clock, settings(**changes), bems=bems))

    virtual.run(main, start=START)
