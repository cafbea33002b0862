"""The four sides of a BEMS: market, DSO, CS EMS and meter, small and obedient unless told otherwise."""

from collections.abc import Awaitable, Callable

import numpy as np
from actors.ports_in_memory import Ports

from sterna.actors.bems.links import Bems, answered, asked
from sterna.actors.bems.records import PlanRow
from sterna.actors.bems.settings import BemsSettings
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share, later
from sterna.kernel.series import Series
from sterna.protocols import iec61850, openadr, oscp
from sterna.protocols.openadr import storage
from sterna.runtime import virtual
from sterna.runtime.ports import Knock, Link, LinkEnd, Request, Response, Timer
from sterna.runtime.service import Call, Service
from sterna.runtime.virtual import VirtualClock

START = 1_782_864_000.0  # 2026-07-01T00:00:00Z
DAY = 86_400.0
GROUP = "porto"


def flat(value: float, days_before: float = 28, days_after: float = 0, unit: str = "kW") -> Series:
    count = round((days_before + days_after) * 96)
    start = Instant(START - days_before * DAY)
    return Series(start=start, step=Seconds(900), values=np.full(count, value), unit=unit)


def settings(**changes: object) -> BemsSettings:
    usual: dict[str, object] = {
        "connection_kw": Kilowatts(400), "export_kw": Kilowatts(100), "load_history": flat(100),
        "pv_history": flat(0), "network_eur_per_kwh": flat(0.0, 0, 14, "EUR/kWh"), "peak_eur_per_kw": 0.0,
        "market_secret": "m", "cs_ems_secret": "c",
    }  # fmt: skip
    return BemsSettings(**{**usual, **changes})  # type: ignore[arg-type]


def car(**changes: object) -> openadr.StorageStatus:
    usual: dict[str, object] = {
        "present": True, "soc": Share(0.5), "capacity_kwh": KilowattHours(60), "charge_kw_max": Kilowatts(11),
        "discharge_kw_max": Kilowatts(11), "plugged_since": Instant(START), "departure": Instant(START + DAY),
        "floor": Share(0.2), "target": Share(0.5), "v2x": True, "wear_class": "LFP",
    }  # fmt: skip
    return openadr.StorageStatus(**{**usual, **changes})  # type: ignore[arg-type]


def crashed(error: BaseException) -> None:
    raise error


def rest_of(call: Call) -> str:
    path = "/" + call.parameters["path"]
    return f"{path}?{call.query_string}" if call.query_string else path


def token_of(call: Call, scheme: str) -> str | None:
    said, _, token = dict(call.headers).get("authorization", "").partition(" ")
    return token if said == scheme else None


class Market:
    """A VTN with one program of hourly prices."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.courier = ports.courier("EMKT")
        self.asked: list[str] = []
        self.renew()
        service = Service(crashed)
        for method in ("GET", "POST", "DELETE"):
            service.on(method, openadr.ROOT + "/{path:path}", self.answer)
        ports.host("energy_market", "EMKT", "OpenADR", service.app, openadr.asked, openadr.answered)

    def renew(self) -> None:
        """Forget everybody, as after a restart."""
        client = openadr.Client(id="bems", secret="m", role="VEN")
        self.vtn = openadr.Vtn([client], self.ports.ids.new)
        offered = openadr.ProgramRequest(program_name="day-ahead")
        self.program = self.vtn.offer(offered, self.ports.clock.now()).id

    def answer(self, call: Call) -> Response:
        self.asked.append(f"{call.method} {rest_of(call)}")
        answer = self.vtn.answer(
            call.method, rest_of(call), call.body, self.ports.clock.now(), bearer=token_of(call, "Bearer")
        )  # fmt: skip
        return Response(
            status=answer.status, headers=(("Content-Type", answer.media_type),), body=answer.body
        )

    def publish(self, start: float, hourly: list[float]) -> None:
        columns = {"PRICE": hourly, "EXPORT_PRICE": [0.0] * len(hourly)}
        request = openadr.event(self.program, Instant(start), 3600, columns)
        for delivery in self.vtn.publish(request, self.ports.clock.now())[1]:
            headers = (("Authorization", f"Bearer {delivery.token}"),)
            path = "/" + delivery.url.removeprefix("https://bems/")
            wish = Request(method="POST", path=path, headers=headers, body=delivery.body)
            self.courier.try_once("bems", wish)


class Dso:
    """A capacity provider with one peer."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.courier = ports.courier("GMS")
        self.told: list[object] = []
        self.beating = True
        self.refusing = False
        self.timer: Timer | None = None
        self.renew()
        service = Service(crashed)
        service.on("POST", oscp.ROOT + "/{path:path}", self.answer)
        nothing = lambda *_: None  # noqa: E731
        ports.host("dso", "GMS", "OSCP", service.app, oscp.asked, nothing)

    def renew(self) -> None:
        """Forget everybody, as after a restart."""
        self.party = oscp.CapacityProvider(
            "dso", base_url="https://dso/oscp/2.0", token="bems", peer_url="https://bems/oscp/2.0",
            peer_token="dso", heartbeat_interval_s=300,
        )  # fmt: skip

    def answer(self, call: Call) -> Response:
        if self.refusing:
            return Response(status=401)
        got = self.party.receive(
            self.ports.clock.now(), rest_of(call), call.body, token_of(call, "Token")
        )
        self.told += got.events
        self.send()
        return Response(status=got.status)

    def allow(self, start: float, end: float, kw: float, kind: oscp.messages.ForecastType = "CONSUMPTION") -> None:  # fmt: skip
        block = oscp.Block(start=Instant(start), end=Instant(end), kw=Kilowatts(kw))
        self.party.forecast(GROUP, kind, (block,))
        self.send()

    def send(self) -> None:
        for post in self.party.to_send():
            if self.beating or post.path != "/heartbeat":
                wish = Request(
                    method="POST", path=oscp.ROOT + post.path, headers=post.headers(), body=post.body
                )  # fmt: skip
                self.courier.try_once("bems", wish)
        due = self.party.state.next_beat
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None if due is None else self.ports.clock.call_at(due, self.tick)

    def tick(self) -> None:
        self.told += self.party.tick(self.ports.clock.now())
        self.send()

    def complaints(self) -> list[oscp.GroupCapacityComplianceError]:
        return [one for one in self.told if isinstance(one, oscp.GroupCapacityComplianceError)]


class CsEms:
    """A VEN that joins, keeps what it is asked for, and reports its cars each period."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.http = ports.http("CS_EMS")
        self.cars: dict[str, openadr.StorageStatus] = {}
        self.events: list[openadr.Event] = []
        self.silent = False
        self.name: str | None = None
        self.token = ""
        self.reports_event = ""
        self.refused: list[int] = []
        service = Service(crashed)
        service.on("POST", openadr.CALLBACKS, self.notified)
        ports.host("cs_ems", "CS_EMS", "OpenADR", service.app, openadr.asked, openadr.answered)

    def notified(self, call: Call) -> Response:
        assert token_of(call, "Bearer") == "callback"
        note = openadr.read(openadr.Notification, call.body)
        self.events.append(openadr.read(openadr.Event, bytes(note.object)))
        return Response(status=200)

    async def ask(self, ask: openadr.Ask) -> Response:
        wish = Request(
            method=ask.method, path=openadr.ROOT + ask.path, headers=ask.headers(self.token), body=ask.body
        )  # fmt: skip
        return await self.http.ask("bems", wish)

    async def join(self, url: str = "https://cs_ems/openadr3/callbacks") -> int:
        answer = await self.ask(openadr.ask_token("cs_ems", "c"))
        self.token = openadr.read(openadr.TokenAnswer, answer.body).access_token
        mine = await self.ask(openadr.find("subscriptions"))
        status = mine.status
        if not openadr.read(list[openadr.Subscription], mine.body):
            wish = openadr.subscription("cs_ems", url, "callback")
            status = (await self.ask(openadr.create(wish))).status
        found = openadr.read(list[openadr.Event], (await self.ask(openadr.find("events"))).body)
        self.reports_event = next(e.id for e in found if e.event_name == storage.REPORTS_EVENT)
        return status

    async def report(self, cars: dict[str, openadr.StorageStatus]) -> int:
        now = self.ports.clock.now()
        values = {evse: status.values() for evse, status in cars.items()}
        ask = openadr.create(
            openadr.report(self.reports_event, "cs_ems", now, 300, values, name=self.name)
        )
        status = (await self.ask(ask)).status
        if status >= 300:
            self.refused.append(status)
            await self.join()
            return await self.report(cars)
        return status

    async def work(self) -> None:
        """Join, and report a second before each boundary."""
        await self.join()
        while True:
            now = self.ports.clock.now()
            await self.ports.clock.sleep_until(Instant(((now + 1) // 300 + 1) * 300 - 1))
            if not self.silent and (self.cars or self.name == storage.CHANGES_REPORT):
                await self.report(self.cars)

    def request_kw(self) -> float:
        """Return the set-point that holds first in the newest event."""
        kw = openadr.setpoint_kw(self.events[-1].intervals[0])
        assert kw is not None
        return kw

    def room_kw(self) -> float:
        now = self.ports.clock.now()
        return openadr.spans(self.events[-1], "IMPORT_CAPACITY_LIMIT", now)[0].value


class Meter:
    """Sensors that report two seconds before each boundary to whoever has dialled."""

    def __init__(self, ports: Ports, load_kw: float = 100.0) -> None:
        self.ports = ports
        self.load_kw, self.pv_kw = load_kw, 0.0
        self.silent = False
        self.links: list[Link] = []
        self.closed_with: list[int] = []
        self.server = iec61850.Server(
            ports.clock.now(), iec61850.building_model(), (iec61850.BUILDING,)
        )
        self.server.enable(ports.clock.now(), iec61850.BUILDING.rpt_id)

    async def work(self) -> None:
        await self.ports.network.listen("meter:pcc", self.accept)
        while True:
            now = self.ports.clock.now()
            await self.ports.clock.sleep_until(Instant(((now + 2) // 300 + 1) * 300 - 2))
            if not self.silent:
                self.send(self.frame())

    def accept(self, knock: Knock) -> LinkEnd:
        if knock.identity != "building":
            raise Refused(knock.identity)
        return MeterEnd(self)

    def frame(self) -> bytes:
        now = self.ports.clock.now()
        values = iec61850.building_values(Kilowatts(self.load_kw), Kilowatts(self.pv_kw))
        self.server.update(now, values)
        return iec61850.written(self.server.interrogate(now, iec61850.BUILDING.rpt_id)[0])

    def send(self, frame: bytes) -> None:
        for link in self.links:
            link.send(frame)


class MeterEnd:
    """The meter's end of one link."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.link: Link | None = None

    def opened(self, link: Link) -> None:
        self.link = link
        self.meter.links.append(link)

    def received(self, frame: bytes) -> None:
        raise AssertionError(frame)

    def closed(self, code: int, reason: str) -> None:
        del reason
        self.meter.closed_with.append(code)
        assert self.link is not None
        self.meter.links.remove(self.link)


class Building:
    """A BEMS among its counterparts."""

    def __init__(self, clock: VirtualClock, **changes: object) -> None:
        self.ports = Ports(clock, [PlanRow])
        self.settings = settings(**changes)
        self.market, self.dso = Market(self.ports), Dso(self.ports)
        self.cs_ems, self.meter = CsEms(self.ports), Meter(self.ports)
        self.bems = self.built()

    def built(self) -> Bems:
        ports = self.ports
        bems = Bems(
            settings=self.settings, clock=ports.clock, ids=ports.ids, journal=ports.journal,
            supervisor=ports.supervisor, http=ports.http("BEMS"), courier=ports.courier("BEMS"),
            links=ports.network, tasks=ports.tasks,
        )  # fmt: skip
        ports.host("bems", "BEMS", "REST", bems.app, asked, answered)
        return bems

    async def begin(self) -> None:
        """Start all five, and let them find each other."""
        self.ports.tasks.start(self.meter.work(), name="meter")
        self.bems.start()
        self.ports.tasks.start(self.cs_ems.work(), name="CS EMS")
        await self.later(5)

    def restart(self) -> None:
        """Let the process of the BEMS end and another one begin on the same journal."""
        self.bems.stop()
        self.bems = self.built()
        self.bems.start()

    async def until(self, seconds: float) -> None:
        """Return *seconds* after the start."""
        await self.ports.clock.sleep_until(Instant(START + seconds))

    async def later(self, seconds: float) -> None:
        await self.ports.clock.sleep_until(later(self.ports.clock.now(), seconds))

    def plans(self) -> list[PlanRow]:
        return self.ports.journal.rows(PlanRow)

    async def post(self, path: str, body: bytes, *headers: tuple[str, str]) -> Response:
        """Let a stranger post something to the BEMS."""
        wish = Request(method="POST", path=path, headers=headers, body=body)
        return await self.ports.http("STRANGER").ask("bems", wish)


def run(work: Callable[[Building], Awaitable[None]], **changes: object) -> None:
    """Let *work* happen to a building with settings *changes*, in virtual time."""

    async def main(clock: VirtualClock) -> None:
        building = Building(clock, **changes)
        await building.begin()
        await work(building)
        assert not building.ports.trace.problems, building.ports.trace.problems

    virtual.run(main, start=START)
