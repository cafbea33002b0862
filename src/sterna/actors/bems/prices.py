"""The BEMS as VEN of the energy market: enrols, subscribes, reads prices."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from sterna.actors.bems.records import Priced, Span
from sterna.actors.bems.settings import BemsSettings
from sterna.kernel.errors import BrokenPeer, Refused, Unreachable
from sterna.kernel.quantities import later
from sterna.protocols import openadr
from sterna.runtime.ports import Clock, Http, Ids, Request, Response, Tasks
from sterna.runtime.service import Call, problem

HOST: Final = "energy_market"
CALLBACK: Final = "https://bems" + openadr.CALLBACKS
CLIENT_NAME: Final = "bems"
AGAIN_S: Final = 60.0
"""Pause after a round that failed: the market may start after the building."""
ROUND_S: Final = 3 * 3600.0
"""How often enrolment and prices are looked at besides the notifications, in case one was lost."""


class PriceVen:
    """One VEN with one subscription."""

    def __init__(
        self,
        *,
        settings: BemsSettings,
        clock: Clock,
        ids: Ids,
        http: Http,
        tasks: Tasks,
        tell: Callable[[Priced], None],
    ) -> None:
        """*tell* learns of prices."""
        self._settings = settings
        self._clock = clock
        self._http = http
        self._tasks = tasks
        self._tell = tell
        self._callback_token = ids.new("callback")
        self._stopped = False

    def start(self) -> None:
        """Enrol, and stay enrolled."""
        self._tasks.start(self._stay(), name="price VEN")

    def stop(self) -> None:
        """Take nothing more; the task ends at its next step."""
        self._stopped = True

    async def _stay(self) -> None:
        while not self._stopped:
            pause_s = ROUND_S
            try:
                await self._round()
            except (Unreachable, Refused, BrokenPeer):
                pause_s = AGAIN_S  # All of it is tried again; prices known so far stay in use.
            await self._clock.sleep_until(later(self._clock.now(), pause_s))

    async def _round(self) -> None:
        """See to it that there is one subscription, and read what the market says now."""
        login = openadr.ask_token(self._settings.market_id, self._settings.market_secret)
        token = openadr.read(openadr.TokenAnswer, await self._ask(login, None)).access_token
        found = await self._ask(openadr.find("programs"), token)
        program = chosen(openadr.read(list[openadr.Program], found), self._settings.market_program)
        await self._subscribe(program.id, token)
        query = {"programID": program.id, "active": "true"}
        events = await self._ask(openadr.find("events", query), token)
        for event in openadr.read(list[openadr.Event], events):
            self._take(event)

    async def _subscribe(self, program: str, token: str) -> None:
        """Leave exactly one subscription: this life's; one of a life before calls with an old token."""
        body = await self._ask(openadr.find("subscriptions", {"programID": program}), token)
        subscribed = False
        for known in openadr.read(list[openadr.Subscription], body):
            if all(wish.bearer_token == self._callback_token for wish in known.object_operations):
                subscribed = True
            else:
                await self._ask(
                    openadr.Ask(method="DELETE", path=f"/subscriptions/{known.id}"), token
                )
        if not subscribed:
            wish = openadr.subscription(
                CLIENT_NAME, CALLBACK, self._callback_token, program_id=program
            )
            await self._ask(openadr.create(wish), token)

    async def _ask(self, ask: openadr.Ask, token: str | None) -> bytes:
        """Return the body of the market's answer. Raises Refused when it says no."""
        path = openadr.ROOT + ask.path
        request = Request(method=ask.method, path=path, headers=ask.headers(token), body=ask.body)
        answer = await self._http.ask(HOST, request)
        if answer.status >= 400:
            raise Refused(f"{ask.method} {ask.path}: status {answer.status}")
        return answer.body

    def called_back(self, call: Call) -> Response:
        """Take a notification, or answer the market's challenge of this address."""
        if call.method == "GET":
            echo = openadr.echoed(call.query_string)
            if echo is None:
                return problem(400, "there is nothing to echo")
            return Response(
                status=200, headers=(("Content-Type", "text/plain"),), body=echo.encode()
            )
        if dict(call.headers).get("authorization") != f"Bearer {self._callback_token}":
            return problem(401, "not what was subscribed with")
        note = openadr.read(openadr.Notification, call.body)
        if note.object_type == "EVENT" and note.operation != "DELETE":
            self._take(openadr.read(openadr.Event, bytes(note.object)))
        return Response(status=200)

    def _take(self, event: openadr.Event) -> None:
        now = self._clock.now()
        imports = told(openadr.spans(event, "PRICE", now))
        exports = told(openadr.spans(event, "EXPORT_PRICE", now))
        if (imports or exports) and not self._stopped:
            self._tell(Priced(at=now, imports=imports, exports=exports))


def chosen(programs: Sequence[openadr.Program], name: str) -> openadr.Program:
    """Return the program *name*, or the only one there is. Raises Refused when neither exists."""
    named = [program for program in programs if program.program_name == name]
    found = named or list(programs)
    if len(found) != 1:
        raise Refused(f"the market offers no program {name}")
    return found[0]


def told(spans: Sequence[openadr.Span]) -> tuple[Span, ...]:
    """Return prices in order. Raises BrokenPeer for one that is no number or overlaps another."""
    ordered = sorted(spans, key=lambda span: span.start)
    for one in ordered:
        if not math.isfinite(one.value):
            raise BrokenPeer(f"the price {one.value} is no number")
    for one, following in pairwise(ordered):
        if following.start < one.end:
            raise BrokenPeer(f"two prices for the time from {following.start}")
    return tuple(Span(start=one.start, end=one.end, value=one.value) for one in ordered)
