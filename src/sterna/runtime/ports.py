"""The ports through which time, randomness, identity, bytes and storage come in.

Each port is the size of one ability. Simulation and operation hand in different
ones; nothing else in Sterna knows the difference.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec import Struct

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.kernel.trace import Describe, Said

__all__ = [
    "Accept",
    "Chance",
    "Clock",
    "Describe",
    "DescribeRequest",
    "DescribeResponse",
    "Http",
    "Ids",
    "Knock",
    "Link",
    "LinkEnd",
    "Links",
    "Request",
    "Response",
    "Said",
    "Tasks",
    "Timer",
    "Unauthorized",
    "Wire",
]


class Timer(Protocol):
    """A callback that waits for its time."""

    def cancel(self) -> None:
        """Never run the callback; harmless when it has run."""


class Clock(Protocol):
    """What time it is, and a way to be called later."""

    def now(self) -> Instant:
        """Return the present instant (virtual or real)."""

    def call_at(self, due: Instant, callback: Callable[[], None]) -> Timer:
        """Run *callback* at *due*, or as soon as possible when that has passed."""

    async def sleep_until(self, due: Instant) -> None:
        """Return at *due*."""


class Ids(Protocol):
    """A source of identifiers, never repeated within a deployment."""

    def new(self, kind: str) -> str:
        """Return a fresh id, at most 36 characters, e.g. for *kind* ``"session"``.

        In simulation it is derived from the seed, *kind* and a counter.
        """


class Chance(Protocol):
    """A source of randomness of its own stream, so that one user never disturbs another."""

    def uniform(self, low: float, high: float) -> float:
        """Return a number drawn evenly from [low, high)."""

    def normal(self, mean: float, deviation: float) -> float:
        """Return a number drawn from the normal distribution."""

    def below(self, count: int) -> int:
        """Return an integer drawn evenly from 0..count-1."""

    def stream(self, name: str) -> "Chance":
        """Return an independent source, a function of the seed and *name* alone."""


class Tasks(Protocol):
    """The only way to start a coroutine: in a task group that outlives the caller."""

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run *work*; an exception in it ends the actor that owns the group."""


class Link(Protocol):
    """One end of an open connection that carries whole frames, in order."""

    peer: str
    """Who is at the other end, e.g. the station's identity."""
    subprotocol: str | None
    """What the two ends agreed on, e.g. ``ocpp2.1``."""

    def send(self, frame: bytes) -> None:
        """Send one frame; after the link has closed it is dropped (and traced as dropped)."""

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close this end; the peer learns of it after the link's latency."""


class LinkEnd(Protocol):
    """What an actor attaches to a link to learn what happens on it."""

    def opened(self, link: Link) -> None:
        """Learn that *link* is open; called once, before anything else."""

    def received(self, frame: bytes) -> None:
        """Learn one whole frame that the peer sent."""

    def closed(self, code: int, reason: str) -> None:
        """Learn that the link is gone; nothing comes after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """Somebody who wants to open a link."""

    identity: str
    """Who it says it is, e.g. a station's identity (the last part of a WebSocket's path)."""
    subprotocols: tuple[str, ...] = ()
    """What it offers, by its preference."""
    credentials: tuple[str, str] | None = None
    """User and password (HTTP Basic), when it sent some."""


class Unauthorized(Refused):
    """The identity is known, but the credentials are not its own."""


Accept = Callable[[Knock], LinkEnd]
"""Returns who takes the link; raises Refused for an unknown identity, or Unauthorized."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How a link appears in the trace."""

    protocol: str
    """As the use case files name it, e.g. ``OCPP``; the class by which latencies are set."""
    src: str
    """The component that opens it, e.g. ``CS_C/porto-03``."""
    dst: str
    """The component that it is opened to, e.g. ``CS_EMS``."""
    describe: Describe


class Links(Protocol):
    """A network that carries frames."""

    async def listen(
        self,
        address: str,
        accept: Accept,
        *,
        subprotocols: tuple[str, ...] = (),
        wire: Callable[[Knock], Wire] | None = None,
    ) -> None:
        """Take links at *address*, a name of the deployment's directory.

        With *subprotocols*, the first one of the caller's list that stands there too is agreed on;
        when there is none, the link opens without one and is closed at once (code 1002). *wire*
        names the link in the trace where the caller is not of this process.
        """

    def dial(
        self,
        address: str,
        end: LinkEnd,
        *,
        wire: Wire,
        identity: str = "",
        subprotocols: tuple[str, ...] = (),
        credentials: tuple[str, str] | None = None,
    ) -> None:
        """Open a link to *address* for *end*.

        When nobody answers or the answer is no, ``end.closed`` is called without ``opened``, with
        code 1006 and the reason.
        """


class Request(Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP request."""

    method: str
    path: str
    """With the query string, if any, e.g. ``/prices/v1?from=...``."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Response(Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


DescribeRequest = Callable[[str, str, bytes], Said | None]
"""An API's way to tell the trace what a request says: method, path with query, body."""
DescribeResponse = Callable[[str, str, int, bytes], Said | None]
"""The same for a response: method and path of its request, status, body; most say nothing."""


class Http(Protocol):
    """An HTTP client that belongs to one caller."""

    async def ask(self, host: str, request: Request, *, timeout_s: float = 10.0) -> Response:
        """Send *request* to *host* (a name of the deployment's directory) and return the answer.

        Raises Unreachable when there is none in time.
        """
