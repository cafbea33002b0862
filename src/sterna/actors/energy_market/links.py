"""The energy market on the wire: OpenADR prices out; REST for prices, volumes and meter data."""

from functools import partial
from math import ceil, floor
from typing import Final

from starlette.applications import Starlette

from sterna.actors.energy_market import core
from sterna.actors.energy_market.settings import PRICE_STEP, EnergyMarketSettings
from sterna.actors.energy_market.vtn import PriceVtn
from sterna.domain.ledger import Party, account
from sterna.kernel.errors import BrokenPeer
from sterna.kernel.money import price_per_kwh
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command
from sterna.kernel.trace import Said
from sterna.protocols import openadr, rest
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Http, Ids, Response
from sterna.runtime.replies import Replies
from sterna.runtime.service import Call, Service
from sterna.runtime.supervisor import Supervisor

JSON: Final = (("Content-Type", rest.MEDIA_TYPE),)
PROBLEM: Final = (("Content-Type", rest.PROBLEM_MEDIA_TYPE),)
PRICES_MAX: Final = 24 * 14
"""Two weeks of hours in one answer; who wants more asks again."""


class EnergyMarket:
    """The room: its actor, its VTN and its REST side."""

    def __init__(
        self,
        *,
        settings: EnergyMarketSettings,
        clock: Clock,
        ids: Ids,
        journal: Journal,
        supervisor: Supervisor,
        http: Http,
        courier: Courier,
    ) -> None:
        """*http* and *courier* ask and deliver in the market's name."""
        self._settings = settings
        self._clock = clock
        self._replies = Replies()
        self._vtn = PriceVtn(settings=settings, clock=clock, ids=ids, http=http, courier=courier)
        first = core.State(
            zone=settings.zone,
            publish_hour=settings.publish_hour,
            building=account(Party.BUILDING, settings.building),
        )
        self.actor = Actor(
            "energy_market",
            partial(core.decide, settings.energy_prices()),
            first,
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )
        self.app: Starlette = self._service().app

    def start(self) -> None:
        """Recover, and publish the prices that are known."""
        self.actor.start()
        self.actor.tell(core.Started(at=self._clock.now()))

    def _service(self) -> Service:
        service = Service(self.actor.crashed)
        for method in ("GET", "POST", "PUT", "DELETE"):
            service.on(method, openadr.ROOT + "/{path:path}", self._vtn.answer)
        service.on("GET", rest.ASK_PRICES.path, self._prices)
        service.on("POST", rest.REPORT_VOLUME.path, self._volume)
        service.on("PUT", rest.REPORT_METERED.path, self._metered)
        return service

    def _prices(self, call: Call) -> Response:
        """Answer the prices that are published, in the span that was asked for."""
        start, end = span(call)
        series = self._settings.import_price
        first = Instant(
            max(floor(start / PRICE_STEP), ceil(series.start / PRICE_STEP)) * PRICE_STEP
        )
        known = floor(min(series.end, self.actor.state.known_until) / PRICE_STEP) * PRICE_STEP
        count = min(PRICES_MAX, max(0, ceil((min(end, known) - first) / PRICE_STEP)))
        body = rest.Prices(
            intervals=tuple(
                rest.PriceInterval(
                    start=Instant(first + k * PRICE_STEP), end=Instant(first + (k + 1) * PRICE_STEP),
                    buy=price_per_kwh(buy), sell=price_per_kwh(sell),
                )
                for k, (buy, sell) in enumerate(zip(*self._sampled(first, count), strict=True))
            )
        )  # fmt: skip
        return Response(status=rest.ASK_PRICES.status, headers=JSON, body=rest.written(body))

    def _sampled(self, start: Instant, count: int) -> tuple[list[float], list[float]]:
        """Return what energy costs and earns in *count* steps from *start*, EUR/kWh."""
        if not count:
            return [], []
        imports = self._settings.import_price.sampled(start, PRICE_STEP, count)
        exports = self._settings.export_price.sampled(start, PRICE_STEP, count)
        # A tenth of a micro-euro: the noise of averaging would make every price a long number.
        return [round(float(v), 7) for v in imports], [round(float(v), 7) for v in exports]

    def _volume(self, call: Call) -> Response:
        rest.idempotency_key(call.headers)
        body = rest.REPORT_VOLUME.read(call.body)
        self.actor.tell(
            core.VolumeReported(
                at=self._clock.now(), operator=body.operator, start=body.start, end=body.end,
                charged_wh=body.charged_wh, discharged_wh=body.discharged_wh,
                up_kwh=body.up_kwh, down_kwh=body.down_kwh,
            )
        )  # fmt: skip
        return Response(status=rest.REPORT_VOLUME.status)

    async def _metered(self, call: Call) -> Response:
        body = rest.REPORT_METERED.read(call.body)
        event = core.Metered(
            at=self._clock.now(), connection=body.connection, start=body.start,
            imported_wh=body.imported_wh, exported_wh=body.exported_wh,
        )  # fmt: skip
        waiting = self._replies.wait_for(event.name)
        self.actor.tell(event)
        return await waiting

    def _perform(self, command: Command, _command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case core.Publish(start=start, end=end):
                self._publish(start, end)
            case core.Taken(name=name, refusal=refusal):
                self._replies.give(name, answer_to(refusal))
            case _:
                raise AssertionError(command)

    def _publish(self, start: Instant, end: Instant) -> None:
        """Publish a day, as far as prices are known for it."""
        until = min(end, self._settings.import_price.end)
        count = int((until - start) // PRICE_STEP)
        if count > 0:
            self._vtn.publish(start, *self._sampled(start, count))


def span(call: Call) -> tuple[Instant, Instant]:
    """Return what a request for prices asks for. Raises BrokenPeer when that is no span."""
    try:
        start, end = float(call.query["from"]), float(call.query["to"])
    except KeyError as missing:
        raise BrokenPeer(f"the query lacks {missing}") from None
    except ValueError as wrong:
        raise BrokenPeer(f"the query cannot be read: {wrong}") from None
    if not 0 <= start < end < 1e11:
        raise BrokenPeer(f"{start}..{end} is no span of time in seconds")
    return Instant(start), Instant(end)


def answer_to(refusal: str) -> Response:
    """Return the answer to meter data."""
    if not refusal:
        return Response(status=rest.REPORT_METERED.status)
    return Response(status=409, headers=PROBLEM, body=rest.written(rest.problem(409, refusal)))


def asked(method: str, path: str, data: bytes) -> Said | None:
    """Return what a request to the market says, for the trace."""
    return openadr.asked(method, path, data) or rest.asked(method, path, data)


def answered(method: str, path: str, status: int, data: bytes) -> Said | None:
    """Return what an answer of the market says, for the trace."""
    return openadr.answered(method, path, status, data) or rest.answered(method, path, status, data)
