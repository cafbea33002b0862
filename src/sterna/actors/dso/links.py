"""The DSO on the wire: OSCP to the building, REST to the market, reports from the grid meter."""

from functools import partial

from starlette.applications import Starlette

from sterna.actors.dso import core, records
from sterna.actors.dso.building import BuildingSide
from sterna.actors.dso.capacity import granted
from sterna.actors.dso.grid_meter import grid_meter
from sterna.actors.dso.pages import loading_page
from sterna.actors.dso.settings import DsoSettings
from sterna.domain.ledger import Party, account
from sterna.domain.registers import RegisterReading
from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import NO_ENERGY, later
from sterna.kernel.records import Command
from sterna.protocols import oscp, rest
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Links, Request, Response
from sterna.runtime.service import Call, Service
from sterna.runtime.supervisor import Supervisor
from sterna.ui.pages import HTML, Pages

MARKET = "energy_market"


class Dso:
    """The room: its actor, its OSCP side, its meter and its page."""

    def __init__(
        self,
        *,
        settings: DsoSettings,
        clock: Clock,
        journal: Journal,
        supervisor: Supervisor,
        courier: Courier,
        links: Links,
    ) -> None:
        """*courier* delivers in the DSO's name; *links* reaches the grid meter."""
        self._settings = settings
        self._clock = clock
        self._courier = courier
        self._pages = Pages(settings.zone)
        opening = RegisterReading(
            at=settings.contract_start, charged_wh=NO_ENERGY, discharged_wh=NO_ENERGY
        )
        first_quarter = core.quarter_of(settings.contract_start)
        first = records.State(
            connection=settings.group, zone=settings.zone, building=account(Party.BUILDING, settings.building),
            contracted_kw=settings.contracted_kw, round_s=settings.round_s,
            account_start=first_quarter, settled_until=first_quarter, last=opening,
        )  # fmt: skip
        self.actor = Actor(
            "dso", partial(core.decide, settings.tariff), first, perform=self._perform, clock=clock,
            journal=journal, supervisor=supervisor,
        )  # fmt: skip
        self._building = BuildingSide(
            settings=settings, clock=clock, courier=courier, tell=self.actor.tell
        )
        self._meter = grid_meter(clock=clock, links=links, tell=self.actor.tell)
        service = Service(self.actor.crashed)
        service.on("POST", oscp.ROOT + "/{path:path}", self._building.answer)
        service.on("GET", "/", self._page)
        self.app: Starlette = service.app

    def start(self) -> None:
        """Recover, read the meter, ask for prices; the building registers by itself."""
        self.actor.start()
        self._building.start(self.actor.state.party)
        self._meter.dial()
        self.actor.tell(records.Started(at=self._clock.now()))

    def stop(self) -> None:
        """Fall silent; a next start goes on from the journal."""
        self._building.stop()
        self._meter.stop()
        self.actor.stop()

    def close_accounts(self) -> None:
        """Bill what is metered up to now, as soon as the meter's last report is there."""
        self.actor.tell(records.Closing(at=self._clock.now()))

    def _page(self, _call: Call) -> Response:
        page = loading_page(
            self._pages, self.actor.state, granted(self._settings, self._clock.now())
        )
        return Response(status=200, headers=(("Content-Type", HTML),), body=page)

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case records.AskPrices():
                self._ask_prices(command)
            case records.Forecast(start=start):
                self._building.forecast(start)
            case records.SendMetered():
                self._send_metered(command, command_id)
            case _:
                raise AssertionError(command)

    def _ask_prices(self, command: records.AskPrices) -> None:
        end = later(command.start, self._settings.ahead_s)
        message = rest.ASK_PRICES
        path = message.path_for({"from": str(command.start), "to": str(end)})

        def answered(answer: Response) -> None:
            try:
                body = message.read_answer(answer.status, answer.body)
            except (Refused, BrokenPeer):
                return  # The trace shows the answer; the next round asks again.
            prices = tuple(
                records.PriceSpan(start=each.start, end=each.end, buy=each.buy)
                for each in body.intervals
            )
            self.actor.tell(records.Priced(at=self._clock.now(), prices=prices))

        request = Request(method=message.method, path=path, headers=message.headers())
        self._courier.deliver(MARKET, request, answered)

    def _send_metered(self, command: records.SendMetered, command_id: str) -> None:
        """Pass meter data on until the market has answered; a refusal is its last word, and in the trace."""
        message = rest.REPORT_METERED
        body = rest.MeteredEnergy(
            connection=self._settings.group, start=command.start,
            imported_wh=command.imported_wh, exported_wh=command.exported_wh,
        )  # fmt: skip
        request = Request(
            method=message.method, path=message.path_for(), headers=message.headers(command_id),
            body=message.written(body),
        )  # fmt: skip

        def answered(_answer: Response) -> None:
            self.actor.acknowledge(command_id)

        self._courier.deliver(MARKET, request, answered)
