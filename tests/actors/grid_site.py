"""Meter, DSO and energy market of one building, wired together, with the building's side of each wire."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from actors.ports_in_memory import Ports

from sterna.actors.dso.links import Dso
from sterna.actors.dso.records import ComplaintRow, QuarterRow
from sterna.actors.dso.settings import DsoSettings, Window
from sterna.actors.energy_market.core import VolumeRow
from sterna.actors.energy_market.links import EnergyMarket, answered, asked
from sterna.actors.energy_market.settings import EnergyMarketSettings
from sterna.actors.meter.core import SiteRow
from sterna.actors.meter.links import Meter
from sterna.actors.meter.settings import MeterSettings
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.tariff import NetworkTariff, network_tariff
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.records import Row
from sterna.kernel.series import Series
from sterna.kernel.trace import Said
from sterna.protocols import iec61850, openadr, oscp
from sterna.runtime.http import App
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Link, Request, Response, Wire
from sterna.runtime.service import Call, Service, problem
from sterna.runtime.virtual import VirtualClock

START = 1_784_156_400.0  # 2026-07-16T00:00:00 in Lisbon, a Thursday
DAY = 86_400.0
ROWS: list[type[Row]] = [VolumeRow, QuarterRow, ComplaintRow, SiteRow, LedgerRow]
WINDOW = Window(
    start=Instant(START + 18 * 3600), end=Instant(START + 20 * 3600), import_kw=Kilowatts(300), export_kw=Kilowatts(0)
)  # fmt: skip
PERIODS = {
    season: {
        "0": {
            "PONTA": [["09:00", "12:00"]], "CHEIAS": [["07:00", "09:00"], ["12:00", "00:00"]],
            "VAZIO_NORMAL": [["00:00", "02:00"], ["06:00", "07:00"]], "SUPER_VAZIO": [["02:00", "06:00"]],
        }
    }
    for season in ("Verão", "Inverno")
}  # fmt: skip
TARIFF: NetworkTariff = network_tariff(
    {
        "network_access": {
            "MT": {
                "ponta": 0.04, "cheias": 0.03, "vazio_normal": 0.02, "super_vazio": 0.01,
                "peak_power_eur_kw_day": 0.2, "contracted_power_eur_kw_day": 0.05,
            }
        },
        "periods": {"Ciclo_Semanal": {"periods": PERIODS}},
    }
)  # fmt: skip


def hourly(first: float, swing: float) -> Series:
    """Return four days of prices in quarter hours: *first* and, from noon UTC on, *swing* more."""
    values = np.array([first + swing * (k // 48 % 2) for k in range(4 * 96)])
    return Series(start=Instant(START), step=Seconds(900), values=values, unit="EUR/kWh")


IMPORT_PRICE, EXPORT_PRICE = hourly(0.10, 0.08), hourly(0.04, 0.02)


@dataclass
class Powers:
    """What the sensors of the tests show."""

    load_kw: Kilowatts = Kilowatts(0.0)
    pv_kw: Kilowatts = Kilowatts(0.0)
    cars_kw: Kilowatts = Kilowatts(0.0)

    @property
    def grid_kw(self) -> Kilowatts:
        return Kilowatts(self.load_kw - self.pv_kw + self.cars_kw)


class Hardware:
    """Sensors of a site whose power changes only when a test says so."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now, self._since = now, now()
        self._powers = Powers()
        self.imported_kws = self.exported_kws = 0.0

    def set(self, load: float, pv: float = 0.0, cars: float = 0.0) -> None:
        """Let these powers hold from now on."""
        self.registers_wh()
        self._powers = Powers(Kilowatts(load), Kilowatts(pv), Kilowatts(cars))

    def powers(self) -> Powers:
        return self._powers

    def registers_wh(self) -> tuple[float, float]:
        passed, self._since = self._now() - self._since, self._now()
        kws = self._powers.grid_kw * passed
        self.imported_kws += max(0.0, kws)
        self.exported_kws += max(0.0, -kws)
        return self.imported_kws / 3.6, self.exported_kws / 3.6


@dataclass
class Listener:
    """A reader of the meter that keeps what it is sent."""

    frames: list[bytes] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    link: Link | None = None

    def opened(self, link: Link) -> None:
        self.link = link

    def received(self, frame: bytes) -> None:
        self.frames.append(frame)

    def closed(self, code: int, reason: str) -> None:
        del reason
        self.ends.append(code)
        self.link = None


class Building:
    """The BEMS as its neighbours know it: OSCP flexibility provider, OpenADR VEN, reader of its sensors."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.http = ports.http("BEMS")
        self.courier = ports.courier("BEMS")
        self.capacity = oscp.FlexibilityProvider(
            "bems", base_url="https://bems" + oscp.ROOT, token="dso-says", peer_url="https://dso" + oscp.ROOT,
            peer_token="bems-says", heartbeat_interval_s=300,
        )  # fmt: skip
        self.happened: list[object] = []
        self.notes: list[openadr.Event] = []
        self.sensors = Listener()
        service = Service(self._crashed)
        service.on("POST", oscp.ROOT + "/{path:path}", self._oscp)
        service.on("POST", openadr.CALLBACKS, self._noted)
        service.on("GET", openadr.CALLBACKS, self._echo)
        ports.host("bems", "BEMS", "OpenADR", service.app, self._said, openadr.answered)

    @staticmethod
    def _said(method: str, path: str, body: bytes) -> Said | None:
        return openadr.asked(method, path, body) or oscp.asked(method, path, body)

    @staticmethod
    def _crashed(error: BaseException) -> None:
        raise error

    # -- OSCP

    def register(self) -> None:
        self.capacity.initiate()
        self.carry()

    def carry(self) -> None:
        for post in self.capacity.to_send():
            path = "/" + post.base_url.removeprefix("https://").partition("/")[2] + post.path
            request = Request(method="POST", path=path, headers=post.headers(), body=post.body)
            self.courier.deliver("dso", request, lambda _answer: None)
        due = self.capacity.deadline
        if due is not None:
            self.ports.clock.call_at(due, self.tick)

    def tick(self) -> None:
        due = self.capacity.deadline
        if due is not None and due <= self.ports.clock.now():
            self.happened += self.capacity.tick(self.ports.clock.now())
            self.carry()

    def _oscp(self, call: Call) -> Response:
        token = dict(call.headers)["authorization"].removeprefix("Token ")
        path = "/" + call.parameters["path"]
        got = self.capacity.receive(self.ports.clock.now(), path, call.body, token)
        self.happened += got.events
        self.carry()
        return Response(status=204) if got.status == 204 else problem(got.status, got.reason)

    def heard(self, kind: type) -> int:
        return sum(isinstance(each, kind) for each in self.happened)

    # -- OpenADR

    async def ask(self, ask: openadr.Ask, token: str | None) -> Response:
        request = Request(method=ask.method, path=openadr.ROOT + ask.path, headers=ask.headers(token), body=ask.body)  # fmt: skip
        return await self.http.ask("energy_market", request)

    async def enrol(self, callback: str = "https://bems" + openadr.CALLBACKS) -> Response:
        """Log in and subscribe; return the answer to the subscription."""
        answer = await self.ask(openadr.ask_token("bems", "market-secret"), None)
        self.token = openadr.read(openadr.TokenAnswer, answer.body).access_token
        found = await self.ask(openadr.find("programs"), self.token)
        (program,) = openadr.read(list[openadr.Program], found.body)
        assert program.program_name == "day-ahead"
        wish = openadr.subscription("bems", callback, "callback-token", program_id=program.id)
        return await self.ask(openadr.create(wish), self.token)

    async def events(self) -> list[openadr.Event]:
        answer = await self.ask(openadr.find("events"), self.token)
        return openadr.read(list[openadr.Event], answer.body)

    def _noted(self, call: Call) -> Response:
        assert dict(call.headers)["authorization"] == "Bearer callback-token"
        note = openadr.read(openadr.Notification, call.body)
        self.notes.append(openadr.read(openadr.Event, bytes(note.object)))
        return Response(status=200)

    @staticmethod
    def _echo(call: Call) -> Response:
        return Response(status=200, body=(openadr.echoed(call.query_string) or "").encode())

    def turned_away(self) -> App:
        """Return a market that refuses to tell prices."""
        service = Service(self._crashed)
        service.on("GET", "/prices/v1", lambda _call: problem(409, "not today"))
        return service.app

    # -- sensors

    def read_sensors(self) -> None:
        wire = Wire(
            protocol="METER", src="BEMS", dst="BLD_SENSORS", describe=iec61850.describe_building
        )
        self.ports.network.dial("meter:pcc", self.sensors, wire=wire, identity="building")

    def readings(self) -> list[iec61850.Building]:
        return [iec61850.building(iec61850.read(frame)) for frame in self.sensors.frames]


class GridSite:
    """The three rooms and the building."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.ports = Ports(clock, ROWS)
        self.hardware = Hardware(clock.now)
        self.building = Building(self.ports)
        self.open_market()
        self.open_dso()
        self.open_meter()

    def open_market(self) -> None:
        ports = self.ports
        self.market = EnergyMarket(
            settings=EnergyMarketSettings(
                import_price=IMPORT_PRICE, export_price=EXPORT_PRICE, client_secret="market-secret"
            ),
            clock=self.clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
            http=ports.http("EMKT"), courier=ports.courier("EMKT"),
        )  # fmt: skip
        ports.host("energy_market", "EMKT", "REST", self.market.app, asked, answered)

    def open_dso(self) -> None:
        ports = self.ports
        self.dso = Dso(
            settings=DsoSettings(
                import_kw=Kilowatts(1000), export_kw=Kilowatts(200), tariff=TARIFF, contract_start=Instant(START),
                windows=(WINDOW,), token="bems-says", peer_token="dso-says",
            ),
            clock=self.clock, journal=ports.journal, supervisor=ports.supervisor,
            courier=ports.courier("GMS"), links=ports.network,
        )  # fmt: skip
        ports.host("dso", "GMS", "OSCP", self.dso.app, oscp.asked, lambda *_: None)

    def open_meter(self) -> None:
        ports = self.ports
        self.meter = Meter(
            settings=MeterSettings(), clock=self.clock, journal=ports.journal, supervisor=ports.supervisor,
            links=ports.network, sensors=self.hardware,
        )  # fmt: skip

    async def start(self) -> None:
        await self.meter.start()
        self.market.start()
        self.dso.start()

    async def later(self, seconds: float) -> None:
        await self.clock.sleep_until(Instant(self.clock.now() + seconds))

    def journal_again(self) -> None:
        """Go on with what the store holds, as a new process would."""
        self.ports.journal = Journal(self.ports.database, self.clock)

    def balance(self, name: str) -> int:
        rows = self.ports.journal.rows(LedgerRow)
        return sum(row.amount for row in rows if row.account == name)

    def paid(self, what: str) -> int:
        """Return what the building paid for *what*."""
        rows = self.ports.journal.rows(LedgerRow)
        return -sum(row.amount for row in rows if row.account == "building" and row.what == what)
