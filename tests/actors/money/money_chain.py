"""The whole way of the money in memory: operator, EMME, EMSP, and counterparts at both ends."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
from actors.ports_in_memory import Inbox, Ports

from sterna.actors.cpo.core import CdrFateRow, CdrRow, OperatorSessionRow, TicketRow
from sterna.actors.cpo.links import Cpo
from sterna.actors.cpo.settings import CpoSettings, Socket
from sterna.actors.emme.core import AllocationRow, VolumeRow
from sterna.actors.emme.links import Emme
from sterna.actors.emme.settings import EmmeSettings
from sterna.actors.emsp.links import Emsp
from sterna.actors.emsp.links import asked as emsp_asked
from sterna.actors.emsp.records import BillRow, DisputeRow
from sterna.actors.emsp.settings import EmspSettings, public_tariff
from sterna.domain.ledger_rows import LedgerRow
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour
from sterna.kernel.quantities import Instant, Seconds, Share
from sterna.kernel.records import Row
from sterna.protocols import ocpi, rest
from sterna.runtime import virtual
from sterna.runtime.ports import Request
from sterna.runtime.virtual import VirtualClock

START = 1_751_328_000.0  # 2025-07-01T00:00:00Z
BAY = "porto-01-1"
HOUR = 3600.0
ROWS: list[type[Row]] = [
    LedgerRow, CdrRow, CdrFateRow, TicketRow, OperatorSessionRow, VolumeRow, AllocationRow, BillRow, DisputeRow,
]  # fmt: skip
CHEAP, DEAR = 0.10, 0.30
"""EUR/kWh in the first 12 h and after."""
EMSP = EmspSettings(
    tariff=public_tariff(Instant(START), [CHEAP] * 48 + [DEAR] * 48),
    operator_fee=MicroEuroPerKilowattHour(30_000), service_fee=MicroEuro(500_000),
    wear_price=MicroEuroPerKilowattHour(50_000), round_trip=Share(1.0), reward_weights=(70, 20, 10),
)  # fmt: skip


class Chain:
    """CSMS and web app are counterparts; everything between them is ours."""

    def __init__(
        self,
        clock: VirtualClock,
        emsp: EmspSettings = EMSP,
        emme: EmmeSettings | None = None,
        cpo_publishes_s: float = 900.0,
        rows: list[type[Row]] = ROWS,
    ) -> None:
        self.ports = ports = Ports(clock, rows)
        common: dict[str, Any] = {
            "clock": clock, "journal": ports.journal, "supervisor": ports.supervisor,
        }  # fmt: skip
        self.market, self.webapp = Inbox(), Inbox()
        self.cpo = Cpo(
            settings=CpoSettings(sockets=(Socket(evse=BAY),), publish_every_s=Seconds(cpo_publishes_s)), courier=ports.courier("CSOS"), **common
        )  # fmt: skip
        self.emme = Emme(
            settings=emme or EmmeSettings(), ids=ports.ids, http=ports.http("EMME_SYS"),
            courier=ports.courier("EMME_SYS"), **common,
        )  # fmt: skip
        self.emsp = Emsp(settings=emsp, courier=ports.courier("EMSP_SYS"), **common)
        for room in (self.cpo, self.emme, self.emsp):
            room.start()
        market = self.market.service(("POST", rest.REPORT_VOLUME.path)).app
        ports.host("emme", "EMME_SYS", "REST", self.emme.app, ocpi.asked, rest.answered)
        ports.host("energy_market", "EMKT", "REST", market, rest.asked, rest.answered)
        self.host_cpo()
        self.host_emsp()
        self.host_webapp()

    def host_cpo(self) -> None:
        self.ports.host("cpo", "CSOS", "REST", self.cpo.app, rest.asked, rest.answered)

    def host_emsp(self) -> None:
        self.ports.host("emsp", "EMSP_SYS", "REST", self.emsp.app, emsp_asked, rest.answered)

    def host_webapp(self) -> None:
        webapp = self.webapp.service(("POST", rest.BILL.path)).app
        self.ports.host("session_app", "WEBAPP", "REST", webapp, rest.asked, rest.answered)

    async def send(
        self, src: str, host: str, message: rest.Message[Any, Any], body: rest.Body, key: str = "k-1", **path: str
    ) -> int:  # fmt: skip
        request = Request(
            method=message.method, path=message.path_for(**path), headers=message.headers(key),
            body=rest.written(body),
        )  # fmt: skip
        return (await self.ports.http(src).ask(host, request)).status

    async def agree(self, session: str = "ses-1", **changes: Any) -> int:
        contract = rest.Contract(
            session=session, evse=BAY, driver="driver-017", plugged_at=Instant(START),
            departure=Instant(START + 20 * HOUR), v2x=True, charge_kw_max=10.0,
        )  # fmt: skip
        contract = msgspec.structs.replace(contract, **changes)
        return await self.send("WEBAPP", "emsp", rest.CONTRACT, contract, session=session)

    async def close(self, closing: rest.Closing | None = None) -> int:
        closing = closing or closing_of(record())
        session = closing.statistics.session
        return await self.send(
            "WEBAPP", "emsp", rest.CLOSE, closing, key=f"close-{session}", session=session
        )

    async def charge(self, made: rest.ChargeRecord | None = None) -> int:
        made = made or record()
        return await self.send("CSMS", "cpo", rest.RECORD_CHARGE, made, key=f"charge-{made.record}")

    async def later(self, seconds: float) -> None:
        await self.ports.clock.sleep_until(Instant(self.ports.clock.now() + seconds))

    def rows(self, kind: type[Any]) -> list[Any]:
        return list(self.ports.journal.rows(kind))

    def balances(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.rows(LedgerRow):
            found[row.account] = found.get(row.account, 0) + row.amount
        return found

    def bills(self) -> list[rest.Bill]:
        return [rest.BILL.read(call.body) for call in self.webapp.taken]

    def fate(self, cdr: str = "cdr-1") -> tuple[str, str]:
        row = next(row for row in self.rows(CdrFateRow) if row.cdr == cdr)
        return row.fate, row.reason


def intervals(charged_wh: int, discharged_wh: int) -> tuple[rest.EnergyInterval, ...]:
    """Return all charging in the first quarter, all discharging in the first dear one."""
    one, other = Instant(START), Instant(START + 12 * HOUR)
    return (
        rest.EnergyInterval(start=one, end=Instant(one + 900), charged_wh=charged_wh, discharged_wh=0),
        rest.EnergyInterval(start=other, end=Instant(other + 900), charged_wh=0, discharged_wh=discharged_wh),
    )  # fmt: skip


def record(
    name: str = "cdr-1", session: str = "ses-1", charged_wh: int = 20_000, discharged_wh: int = 10_000
) -> rest.ChargeRecord:  # fmt: skip
    """Return a record: 20 kWh in at 0.10, 10 kWh out at 0.30 EUR/kWh."""
    return rest.ChargeRecord(
        record=name, transaction=f"tx-{session}", evse=BAY, session=session, start=Instant(START),
        end=Instant(START + 20 * HOUR), reason="driver", charged_wh=charged_wh, discharged_wh=discharged_wh,
        intervals=intervals(charged_wh, discharged_wh),
    )  # fmt: skip


def closing_of(made: rest.ChargeRecord, *, v2x: bool = True) -> rest.Closing:
    """Return the statistics that agree with the record *made*."""
    statistics = rest.SessionStatistics(
        session=made.session, evse=made.evse, start=made.start, end=made.end, reason="driver",
        charged_wh=made.charged_wh, discharged_wh=made.discharged_wh, intervals=made.intervals,
    )  # fmt: skip
    return rest.Closing(statistics=statistics, departure=made.end, v2x=v2x)


def update(
    at: float, charged_wh: int, discharged_wh: int, state: str = "updated", session: str = "ses-1"
) -> rest.SessionUpdate:
    """Return how the session stands *at* seconds after the start."""
    return rest.SessionUpdate(
        transaction=f"tx-{session}", evse=BAY, session=session, start=Instant(START), at=Instant(START + at),
        state=state, charged_wh=charged_wh, discharged_wh=discharged_wh, soc=0.6,  # type: ignore[arg-type]
    )  # fmt: skip


def run(work: Callable[[Chain], Awaitable[None]], **settings: Any) -> None:
    """Run *work* with a fresh chain in virtual time."""

    async def main(clock: VirtualClock) -> None:
        await work(Chain(clock, **settings))

    virtual.run(main, start=START + 20 * HOUR)


def emsp(**changes: Any) -> EmspSettings:
    """Return the usual terms with *changes*."""
    return replace(EMSP, **changes)


def eur(text: str) -> int:
    """Return the micro-euro of a decimal."""
    return int(Decimal(text) * 1_000_000)
