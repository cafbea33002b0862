"""HTTP between rooms: a directory of hosts, and the client that calls the peer's ASGI app directly.

Every request is recorded when it is sent and every response when it is answered, from the
client's side, in the words that the host's API gives.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.runtime.memory import MemoryNetwork
from sterna.runtime.ports import DescribeRequest, DescribeResponse, Request, Response, Said
from sterna.runtime.trace import Tap, Trace

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
"""An ASGI application, e.g. a Starlette."""
Direct = Callable[[Request, str], Response | Awaitable[Response] | None]
"""``answer`` of an application that can be asked without ASGI: request, host; None: ask by ASGI."""

BODY_BYTES_MAX: Final = 8 * 1024 * 1024
"""The largest body that a client takes: the biggest of ours, a year of prices, has under 2 MiB."""
GATEWAY_TIMEOUT: Final = "no answer"
INTERNAL_ERROR: Final = 500


def says_nothing(_method: str, _path: str, _status: int, _body: bytes) -> Said | None:
    """Describe no response: an acknowledgement is not worth a line."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """An entry of the deployment's directory."""

    component: str
    """Who answers, as the use case names it, e.g. ``PMS``. One app may stand under several hosts."""
    protocol: str
    """How its links are named, e.g. ``REST``."""
    describe_request: DescribeRequest
    describe_response: DescribeResponse = says_nothing
    app: App | None = None
    """The application, when it runs in this process."""
    url: str = ""
    """Where it is reached over sockets, e.g. ``https://parking.example``."""


class Directory:
    """The hosts of a deployment, by name."""

    def __init__(self) -> None:
        """Start empty."""
        self._hosts: dict[str, Host] = {}

    def add(self, name: str, host: Host) -> None:
        """Enter *host* under *name*; a restarted room enters itself again."""
        self._hosts[name] = host

    def remove(self, name: str) -> None:
        """Take *name* out: its room is down."""
        self._hosts.pop(name, None)

    def find(self, name: str) -> Host:
        """Return the host *name*; raises Unreachable when there is none."""
        host = self._hosts.get(name)
        if host is None:
            raise Unreachable(f"no host {name} in the directory")
        return host


class HttpTaps:
    """The taps of one client, one for each host that it talks to."""

    def __init__(self, trace: Trace, src: str) -> None:
        """Record what *src* asks."""
        self._trace = trace
        self._src = src
        self._taps: dict[tuple[str, str], Tap] = {}

    def asked(self, host: Host, request: Request) -> Tap:
        """Record *request* and return the tap for its answer."""
        data = f"{request.method} {request.path}\n".encode() + request.body
        said = host.describe_request(request.method, request.path, request.body)
        # One host may speak several protocols, e.g. REST and OSCP; the message says which one it is.
        protocol = host.protocol if said is None else said.msg.split(" ", 1)[0]
        tap = self._taps.get((protocol, host.component))
        if tap is None:
            tap = self._trace.open(protocol, self._src, host.component, _undescribed)
            self._taps[protocol, host.component] = tap
        tap.said(data, said, forth=True)
        return tap


def record_answer(tap: Tap, host: Host, request: Request, response: Response) -> None:
    """Record *response* on *tap*."""
    said = host.describe_response(request.method, request.path, response.status, response.body)
    data = f"{response.status}\n".encode() + response.body
    tap.said(data, said, forth=False, status=str(response.status))


def _arrive(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


def _undescribed(_data: bytes) -> Said | None:
    return None


class MemoryHttp:
    """The HTTP port in memory: one caller's client."""

    def __init__(self, network: MemoryNetwork, directory: Directory, src: str) -> None:
        """Ask as the component *src*, over *network*, whom *directory* knows."""
        self._network = network
        self._directory = directory
        self._src = src
        self._taps = HttpTaps(network.trace, src)
        self._serving: dict[asyncio.Task[Response], None] = {}
        """What servers work on for this client; the loop alone would not keep it alive."""

    async def ask(self, host: str, request: Request, *, timeout_s: float = 10.0) -> Response:
        """Send *request* to *host* and return the answer, one round trip later at least."""
        found = self._directory.find(host)
        network, clock = self._network, self._network.clock
        tap = self._taps.asked(found, request)
        give_up = clock.now() + timeout_s
        latency_s = network.latency_of(found.protocol, self._src, found.component)
        if network.parted(self._src, found.component) or found.app is None:
            await clock.sleep_until(Instant(give_up))
            raise Unreachable(f"{host}: {GATEWAY_TIMEOUT}")
        await self._travelled(latency_s)
        if network.takes_repeat(self._src, found.component):
            # As a client does that has lost the first answer.
            first = await self._served(host, found, request, give_up)
            record_answer(tap, found, request, first)
            self._taps.asked(found, request)
        response = await self._served(host, found, request, give_up)
        record_answer(tap, found, request, response)
        await self._travelled(latency_s)
        if clock.now() > give_up or network.parted(self._src, found.component):
            raise Unreachable(f"{host}: {GATEWAY_TIMEOUT}")
        return response

    async def _travelled(self, latency_s: float) -> None:
        """Return when a frame sent now has arrived, together with all frames of that instant."""
        network = self._network
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        network.deliver(network.clock.now() + latency_s, _arrive, arrived)
        await arrived

    async def _served(self, name: str, host: Host, request: Request, give_up: float) -> Response:
        """Let the app answer; the server goes on when its client gives up, as over a socket."""
        direct: Direct | None = getattr(host.app, "answer", None)
        answered = None if direct is None else direct(request, name)
        if isinstance(answered, Response):
            return answered
        if answered is None:
            assert host.app is not None
            answered = call(host.app, request, name)
        work = asyncio.ensure_future(answered)
        self._serving[work] = None
        work.add_done_callback(lambda _: self._ended(work, host))
        done, _ = await asyncio.wait((work,), timeout=max(0.0, give_up - self._network.clock.now()))
        if not done:
            raise Unreachable(f"{name}: {GATEWAY_TIMEOUT}")
        return Response(status=INTERNAL_ERROR) if work.exception() else work.result()

    def _ended(self, work: "asyncio.Task[Response]", host: Host) -> None:
        """Report a bug of the server where it belongs: its client sees only the status."""
        del self._serving[work]
        bug = None if work.cancelled() else work.exception()
        if bug is not None:
            fields: dict[str, float | str | bool] = {"bug": f"{type(bug).__name__}: {bug}"}
            self._network.trace.report(host.component, "SUPERVISOR crash", fields=fields)


async def call(app: App, request: Request, host: str) -> Response:
    """Return what the ASGI *app* answers to *request*."""
    path, _, query = request.path.partition("?")
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", host.encode()),
            (b"content-length", str(len(request.body)).encode()),
            *((name.lower().encode(), value.encode()) for name, value in request.headers),
        ],
        "client": ("127.0.0.1", 1),
        "server": (host, 80),
        "state": {},
    }
    exchange = _Exchange(request.body)
    await app(scope, exchange.receive, exchange.send)
    return exchange.response()


class _Exchange:
    """One request and its response, as ASGI messages."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status = 0
        self._headers: tuple[tuple[str, str], ...] = ()
        self._parts: list[bytes] = []

    async def receive(self) -> Message:
        """Give the body once; then the client is gone."""
        if self._body is None:
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        """Take a part of the response."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = tuple((k.decode(), v.decode()) for k, v in message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def response(self) -> Response:
        """Return what was sent."""
        assert self._status, "the app ended without an answer"
        return Response(status=self._status, headers=self._headers, body=b"".join(self._parts))
