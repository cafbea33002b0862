"""The market as OpenADR VTN: one program, one event per day, notifications to subscribers.

Programs, subscriptions and tokens live in memory alone, so that no bearer token reaches the
store. After a restart a VEN meets 401 at its next request and enrols again; the prices that
are known are published again at once, and a VEN that missed a notification polls ``GET /events``.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from sterna.actors.energy_market.settings import PRICE_STEP, PROGRAM, EnergyMarketSettings
from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.kernel.timestamps import stamp
from sterna.protocols import openadr
from sterna.runtime.courier import Courier
from sterna.runtime.ports import Clock, Http, Ids, Request, Response
from sterna.runtime.service import Call, problem

EVENTS_KEPT: Final = 8
"""Days of prices that can be asked for: a week back and tomorrow."""


class PriceVtn:
    """One VTN with the program of day-ahead prices."""

    def __init__(
        self,
        *,
        settings: EnergyMarketSettings,
        clock: Clock,
        ids: Ids,
        http: Http,
        courier: Courier,
    ) -> None:
        """*http* challenges callbacks, *courier* delivers to them."""
        self._hosts = settings.callback_hosts
        self._clock = clock
        self._ids = ids
        self._http = http
        self._courier = courier
        client = openadr.Client(id=settings.client_id, secret=settings.client_secret, role="VEN")
        self._vtn = openadr.Vtn([client], ids.new, callback_allowed=self._allowed)
        offered = openadr.ProgramRequest(program_name=PROGRAM)
        self._program = self._vtn.offer(offered, clock.now()).id
        self._events: dict[str, str] = {}

    def _allowed(self, url: str) -> bool:
        return openadr.https_only(url) and urlsplit(url).hostname in self._hosts

    async def answer(self, call: Call) -> Response:
        """Answer a request of a VEN."""
        place = "/" + call.parameters["path"]
        for url in openadr.to_challenge(call.method, place, call.body):
            if self._allowed(url) and not await self._proved(url):
                return problem(400, "callbackUrl: it does not answer the challenge")
        scheme, _, token = dict(call.headers).get("authorization", "").partition(" ")
        answer = self._vtn.answer(
            call.method,
            f"{place}?{call.query_string}" if call.query_string else place,
            call.body,
            self._clock.now(),
            bearer=token if scheme == "Bearer" else None,
        )
        self._deliver(answer.deliveries)
        return Response(
            status=answer.status, headers=(("Content-Type", answer.media_type),), body=answer.body
        )

    async def _proved(self, url: str) -> bool:
        """Return whether whoever is at *url* knows that it is being subscribed."""
        nonce = self._ids.new("nonce")
        host, path = addressed(openadr.challenged(url, nonce))
        try:
            echo = await self._http.ask(host, Request(method="GET", path=path))
        except Unreachable:
            return False
        return (echo.status, echo.body) == (200, nonce.encode())

    def publish(self, start: Instant, imports: Sequence[float], exports: Sequence[float]) -> None:
        """Publish prices in EUR/kWh in steps of PRICE_STEP from *start*, or replace those of before."""
        now, name = self._clock.now(), f"{PROGRAM} {stamp(start)}"
        columns = {"PRICE": imports, "EXPORT_PRICE": exports}
        request = openadr.event(self._program, start, PRICE_STEP, columns, name=name)
        known = self._events.get(name)
        if known is None:
            event, deliveries = self._vtn.publish(request, now)
            self._events[name] = event.id
            self._drop_oldest()
        else:
            _, deliveries = self._vtn.revise(known, request, now)
        self._deliver(deliveries)

    def _drop_oldest(self) -> None:
        """Forget the oldest day without a word: its prices have been used."""
        while len(self._events) > EVENTS_KEPT:
            del self._vtn.state.events[self._events.pop(next(iter(self._events)))]

    def _deliver(self, deliveries: Sequence[openadr.Delivery]) -> None:
        """Post each notification once per address: a VEN that enrolled again has an older subscription too."""
        newest = {delivery.url: delivery for delivery in deliveries}
        for delivery in newest.values():
            host, path = addressed(delivery.url)
            headers = (
                ("Content-Type", "application/json"),
                ("Authorization", f"Bearer {delivery.token}"),
            )
            request = Request(method="POST", path=path, headers=headers, body=delivery.body)
            self._courier.deliver(host, request, lambda _answer: None)


def addressed(url: str) -> tuple[str, str]:
    """Return the directory's host and the path, with its query, of an https *url*."""
    host, _, path = url.removeprefix("https://").partition("/")
    return host, f"/{path}"
