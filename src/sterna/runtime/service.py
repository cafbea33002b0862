"""The serving side of HTTP: routes of a room bound to plain functions, errors answered as problems.

The three kinds of error have one answer each: a message that cannot be read is 400, a
request that is understood and refused is 409, a room that waits for somebody else in
vain is 503. A bug is none of these: the server answers 500 and the owner hears of it.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, unquote

from msgspec import Struct
from starlette import responses
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as Asked
from starlette.routing import Route

from sterna.kernel.errors import BrokenPeer, Refused, Unreachable
from sterna.runtime.ports import Request, Response

PROBLEM: Final = "application/problem+json"
BODY_BYTES_MAX: Final = 1 << 20
"""The largest request body that is read: a charge record of a month has a third of it."""
TITLES: Final = {
    400: "The message cannot be read",
    404: "Not found",
    405: "Method not allowed",
    409: "Refused",
    413: "Too large",
    500: "Our fault",
    503: "Temporarily unable",
}

REST: Final = ":path}"
"""How a template ends that takes all that follows, e.g. ``/openadr/{path:path}``."""
BODILESS: Final = frozenset({204, 304})
"""Answers that have no length (RFC 9110 sections 15.3.5 and 15.4.5)."""


class Call(Struct, frozen=True, kw_only=True):
    """One request that a route has matched."""

    method: str
    path: str
    parameters: Mapping[str, str]
    """Values of the braces in the route's template, e.g. ``{"session": "s-1"}``."""
    query: Mapping[str, str]
    query_string: str
    """The query as it was sent, for protocols that repeat names."""
    headers: tuple[tuple[str, str], ...]
    body: bytes


Answer = Callable[[Call], Response | Awaitable[Response]]


def problem(status: int, detail: str) -> Response:
    """Return a problem detail in the terms of RFC 9457."""
    body = {"title": TITLES.get(status, "Problem"), "status": status, "detail": detail}
    return Response(
        status=status, headers=(("Content-Type", PROBLEM),), body=json.dumps(body).encode()
    )


class Application(Starlette):
    """The routes of a service as an ASGI application; in its own process it is asked directly."""

    def __init__(self, service: "Service", routes: list[Route]) -> None:
        """Serve *routes*, the same that ``service.answer`` knows."""
        super().__init__(routes=routes, exception_handlers={HTTPException: _no_route})
        self.answer = service.answer


class Service:
    """The routes of one room. *crashed* learns of bugs, e.g. ``Actor.crashed``."""

    def __init__(self, crashed: Callable[[BaseException], None]) -> None:
        """Start without routes."""
        self._crashed = crashed
        self._routes: list[Route] = []
        self._table: dict[str, list[tuple[tuple[str, ...], Answer]]] = {}
        """Method -> the segments of its templates, in the order in which they were given."""

    def on(self, method: str, template: str, answer: Answer) -> None:
        """Let *answer* answer *method* requests for *template*, e.g. ``/sessions/v1/{session}``."""

        async def endpoint(asked: Asked) -> responses.Response:
            return _sent(await self._answered(asked, answer))

        self._routes.append(Route(template, endpoint, methods=[method]))
        self._table.setdefault(method, []).append((tuple(template.split("/")), answer))

    @property
    def app(self) -> Application:
        """The routes as an ASGI application."""
        return Application(self, self._routes)

    def answer(self, request: Request, host: str) -> Response | Awaitable[Response] | None:
        """Answer a *request* to *host* without ASGI, at once where the room does so.

        The answer is the one that the application gives. None: no route fits, ask the application,
        which has its own answers for that.
        """
        place, _, query = request.path.partition("?")
        path = unquote(place) if "%" in place else place
        segments = path.split("/")
        for template, handler in self._table.get(request.method, ()):
            parameters = _fitted(template, segments)
            if parameters is not None:
                called = partial(_called, request, host, path, parameters, query)
                return self._direct(called, handler)
        return None

    def _direct(
        self, called: Callable[[], Call], handler: Answer
    ) -> Response | Awaitable[Response]:
        try:
            answered = handler(called())
        except Exception as error:  # noqa: BLE001  # sorted below; a bug is the supervisor's
            return _closed(self._failed(error))
        return _closed(answered) if isinstance(answered, Response) else self._later(answered)

    async def _later(self, answered: Awaitable[Response]) -> Response:
        try:
            return _closed(await answered)
        except Exception as error:  # noqa: BLE001  # as above
            return _closed(self._failed(error))

    async def _answered(self, asked: Asked, answer: Answer) -> Response:
        try:
            answered = answer(await _call(asked))
            return await answered if inspect.isawaitable(answered) else answered
        except Exception as error:  # noqa: BLE001  # sorted below; a bug is the supervisor's
            return self._failed(error)

    def _failed(self, error: Exception) -> Response:
        """Return the answer for *error*; a bug ends the actor, not the server."""
        if isinstance(error, BrokenPeer):
            return problem(400, str(error))
        if isinstance(error, Refused):
            return problem(409, str(error))
        if isinstance(error, Unreachable):
            return problem(503, str(error))
        self._crashed(error)
        return problem(500, "the request ran into a fault of ours; it has been recorded")


def _fitted(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    """Return the values of the braces of *template*, or None when *segments* do not fit it."""
    values: dict[str, str] = {}
    if template[-1].endswith(REST):
        template, last = template[:-1], template[-1]
        length = len(template)
        if len(segments) <= length:
            return None
        values[last[1 : -len(REST)]] = "/".join(segments[length:])
    elif len(segments) != len(template):
        return None
    for wanted, found in zip(template, segments, strict=False):
        if wanted != found:
            if wanted[:1] != "{" or not found:
                return None
            values[wanted[1:-1]] = found
    return values


def _called(request: Request, host: str, path: str, parameters: dict[str, str], query: str) -> Call:
    """Return *request* as a handler sees it, with the headers that a socket would add."""
    body = request.body
    if len(body) > BODY_BYTES_MAX:
        raise BrokenPeer(f"a body of {len(body)} bytes is larger than {BODY_BYTES_MAX}")
    return Call(
        method=request.method,
        path=path,
        parameters=parameters,
        query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
        query_string=query,
        headers=(
            ("host", host),
            ("content-length", str(len(body))),
            *((name.lower(), value) for name, value in request.headers),
        ),
        body=body,
    )


def _closed(response: Response) -> Response:
    """Return *response* with its headers as they stand on the wire."""
    headers = tuple([(name.lower(), value) for name, value in response.headers])
    if response.status not in BODILESS:
        headers += (("content-length", str(len(response.body))),)
    return Response(status=response.status, headers=headers, body=response.body)


async def _call(asked: Asked) -> Call:
    body = await asked.body()
    if len(body) > BODY_BYTES_MAX:
        raise BrokenPeer(f"a body of {len(body)} bytes is larger than {BODY_BYTES_MAX}")
    return Call(
        method=asked.method,
        path=asked.url.path,
        parameters={name: str(value) for name, value in asked.path_params.items()},
        query=dict(asked.query_params),
        query_string=asked.url.query,
        headers=tuple(asked.headers.items()),
        body=body,
    )


def _sent(response: Response) -> responses.Response:
    return responses.Response(response.body, response.status, dict(response.headers))


async def _no_route(_asked: Asked, error: Exception) -> responses.Response:
    assert isinstance(error, HTTPException)
    return _sent(problem(error.status_code, error.detail))
