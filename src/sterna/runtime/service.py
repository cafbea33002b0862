"""The serving side of HTTP: routes of a room bound to plain functions, errors answered as problems.

The three kinds of error have one answer each: a message that cannot be read is 400, a
request that is understood and refused is 409, a room that waits for somebody else in
vain is 503. A bug is none of these: the server answers 500 and the owner hears of it.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette import responses
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as Asked
from starlette.routing import Route

from sterna.kernel.errors import BrokenPeer, Refused, Unreachable
from sterna.runtime.ports import Response

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
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


class Service:
    """The routes of one room. *crashed* learns of bugs, e.g. ``Actor.crashed``."""

    def __init__(self, crashed: Callable[[BaseException], None]) -> None:
        """Start without routes."""
        self._crashed = crashed
        self._routes: list[Route] = []

    def on(self, method: str, template: str, answer: Answer) -> None:
        """Let *answer* answer *method* requests for *template*, e.g. ``/sessions/v1/{session}``."""

        async def endpoint(asked: Asked) -> responses.Response:
            return _sent(await self._answered(asked, answer))

        self._routes.append(Route(template, endpoint, methods=[method]))

    @property
    def app(self) -> Starlette:
        """The routes as an ASGI application."""
        return Starlette(routes=self._routes, exception_handlers={HTTPException: _no_route})

    async def _answered(self, asked: Asked, answer: Answer) -> Response:
        try:
            answered = answer(await _call(asked))
            return await answered if inspect.isawaitable(answered) else answered
        except BrokenPeer as error:
            return problem(400, str(error))
        except Refused as error:
            return problem(409, str(error))
        except Unreachable as error:
            return problem(503, str(error))
        except Exception as bug:  # noqa: BLE001  # the supervisor's: a bug ends the actor, not the server
            self._crashed(bug)
            return problem(500, "the request ran into a fault of ours; it has been recorded")


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
