"""Frame links over real WebSockets, on both sides.

The path's last part is the identity, percent-encoded. An unknown identity gets HTTP 404, wrong
credentials 401. Where the two ends have no subprotocol in common the handshake completes without
one and the link is closed at once, which OCPP 2.1 part 4 asks for (chapter 3).
"""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from ssl import SSLContext
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.http11 import Request as Handshake
from websockets.http11 import Response as Rejection
from websockets.typing import Subprotocol

from sterna.kernel.errors import Refused
from sterna.runtime.ports import Accept, Knock, LinkEnd, Unauthorized, Wire
from sterna.runtime.tasks import TaskCrew
from sterna.runtime.trace import Tap, Trace

FRAME_BYTES_MAX: Final = 1024 * 1024
"""After decompression. No OCPP message comes near it; a larger frame is closed with 1009."""
FRAMES_WAITING_MAX: Final = 1024
"""Frames queued for a peer that does not read; beyond it the peer is gone in all but name."""
TOO_SLOW: Final = 1013
"""Close code for a peer whose queue is full (try again later)."""
ABNORMAL: Final = 1006
NO_SUBPROTOCOL: Final = 1002
GOING_AWAY: Final = 1001


class SocketLink:
    """One end of a WebSocket: a queue out, calls in."""

    def __init__(
        self, connection: Connection, peer: str, tap: Tap, *, forth: bool, text: bool
    ) -> None:
        """Send over *connection*; *text* sends text frames, as OCPP wants, else binary ones."""
        self.peer = peer
        self.subprotocol: str | None = connection.subprotocol
        self._connection = connection
        self._tap = tap
        self._forth = forth
        self._text = text
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._open = True
        self._goodbye = (1000, "")
        self.left = False
        """Whether this end closed by itself, so that nobody needs to be told."""

    def send(self, frame: bytes) -> None:
        """Queue one frame; a peer that does not take its frames is closed."""
        if not self._open:
            self._tap.sent(frame, forth=self._forth, status="dropped")
            return
        self._tap.sent(frame, forth=self._forth)
        self._waiting.put_nowait(frame)
        if self._waiting.qsize() > FRAMES_WAITING_MAX:
            self._end(TOO_SLOW, "does not take its frames")
            self._connection.transport.abort()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close after what is queued has gone."""
        if self._open:
            self.left = True
            self._end(code, reason)

    def lost(self) -> None:
        """Learn that the connection has gone."""
        self._end(*self._goodbye)

    async def write(self) -> None:
        """Send what is queued until the end."""
        while (frame := await self._waiting.get()) is not None:
            await self._connection.send(frame, text=self._text)
        await self._connection.close(*self._goodbye)

    def _end(self, code: int, reason: str) -> None:
        if self._open:
            self._open = False
            self._goodbye = (code, reason)
            self._waiting.put_nowait(None)


class WebSocketLinks:
    """The links port over WebSockets."""

    def __init__(
        self,
        trace: Trace,
        urls: Mapping[str, str],
        *,
        tls_server: SSLContext | None = None,
        tls_client: SSLContext | None = None,
        ping_interval_s: float | None = None,
        text: bool = True,
    ) -> None:
        """Reach and serve the addresses of *urls*, e.g. ``{"cs_ems": "wss://127.0.0.1:9000/ocpp"}``.

        The TLS contexts decide about certificates, ours and theirs. Without *ping_interval_s* no
        pings are sent: the protocol above has its own heartbeat.
        """
        self._trace = trace
        self._urls = dict(urls)
        self._tls_server = tls_server
        self._tls_client = tls_client
        self._text = text
        self._pings: dict[str, Any] = {"ping_interval": ping_interval_s}
        self._crew = TaskCrew(self._failed)
        self._servers: list[Server] = []

    async def listen(
        self,
        address: str,
        accept: Accept,
        *,
        subprotocols: tuple[str, ...] = (),
        wire: Callable[[Knock], Wire] | None = None,
    ) -> None:
        """Serve the address; *wire* is needed here, because callers are of other processes."""
        assert wire is not None, "a socket's listener names its links"
        url = urlsplit(self._urls[address])
        door = _Door(self._trace, accept, subprotocols, wire, url.path, text=self._text)
        server = await serve(
            door.serve,
            url.hostname,
            url.port,
            process_request=door.admit,
            select_subprotocol=door.select if subprotocols else None,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            max_size=FRAME_BYTES_MAX,
            ssl=self._tls_server,
            **self._pings,
        )
        self._servers.append(server)

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
        """Open a WebSocket in the background."""
        work = self._dialled(address, end, wire, identity, subprotocols, credentials)
        self._crew.start(work, name=f"link {wire.src} {wire.dst}")

    async def close(self) -> None:
        """Close every link and every listener."""
        for server in self._servers:
            server.close()
        await self._crew.close()
        for server in self._servers:
            await server.wait_closed()

    async def _dialled(
        self,
        address: str,
        end: LinkEnd,
        wire: Wire,
        identity: str,
        subprotocols: tuple[str, ...],
        credentials: tuple[str, str] | None,
    ) -> None:
        url = self._urls[address].rstrip("/")
        secure: dict[str, Any] = {"ssl": self._tls_client} if url.startswith("wss:") else {}
        try:
            connection = await connect(
                f"{url}/{quote(identity, safe='')}" if identity else url,
                subprotocols=[Subprotocol(name) for name in subprotocols] or None,
                additional_headers=_authorization(credentials),
                max_size=FRAME_BYTES_MAX,
                proxy=None,
                **secure,
                **self._pings,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as no:
            end.closed(ABNORMAL, str(no))
            return
        tap = self._trace.open(wire.protocol, wire.src, wire.dst, wire.describe)
        link = SocketLink(connection, address, tap, forth=True, text=self._text)
        await carry(connection, link, end)

    def _failed(self, bug: BaseException) -> None:
        """Hand a bug in an end's callbacks to the loop: nobody else waits for it."""
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "a link's end failed", "exception": bug})


async def carry(connection: Connection, link: SocketLink, end: LinkEnd) -> None:
    """Join *connection* to *end* until one of them goes."""
    writing = asyncio.create_task(link.write(), name=f"write {link.peer}")
    try:
        end.opened(link)
        while True:
            end.received(await connection.recv(decode=False))
    except ConnectionClosed as closed:
        link.lost()
        if not link.left:
            received = closed.rcvd
            code, reason = (received.code, received.reason) if received else (ABNORMAL, str(closed))
            end.closed(code, reason)
    finally:
        link.lost()
        await asyncio.gather(writing, return_exceptions=True)


class _Door:
    """The server side of one address."""

    def __init__(
        self,
        trace: Trace,
        accept: Accept,
        subprotocols: tuple[str, ...],
        wire: Callable[[Knock], Wire],
        path: str,
        *,
        text: bool,
    ) -> None:
        self._trace = trace
        self._accept = accept
        self._subprotocols = subprotocols
        self._wire = wire
        self._path = path.rstrip("/")
        self._text = text
        self._admitted: dict[ServerConnection, tuple[Knock, LinkEnd]] = {}

    def admit(self, connection: ServerConnection, handshake: Handshake) -> Rejection | None:
        """Ask the listener whether it knows who knocks."""
        where, _, identity = handshake.path.partition("?")[0].rpartition("/")
        if where != self._path:
            return connection.respond(HTTPStatus.NOT_FOUND, "nothing here\n")
        knock = Knock(
            identity=unquote(identity),
            subprotocols=_offered(handshake),
            credentials=_credentials(handshake),
        )
        try:
            self._admitted[connection] = (knock, self._accept(knock))
        except Unauthorized as refused:
            rejection = connection.respond(HTTPStatus.UNAUTHORIZED, f"{refused}\n")
            rejection.headers["WWW-Authenticate"] = 'Basic realm="sterna"'
            return rejection
        except Refused as refused:
            return connection.respond(HTTPStatus.NOT_FOUND, f"{refused}\n")
        return None

    def select(
        self, _connection: ServerConnection, offered: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        """Return the caller's first choice that is known here; None completes without one."""
        return next((name for name in offered if name in self._subprotocols), None)

    async def serve(self, connection: ServerConnection) -> None:
        """Carry one link until it ends."""
        knock, end = self._admitted.pop(connection)
        if self._subprotocols and connection.subprotocol is None:
            await connection.close(NO_SUBPROTOCOL, "no common subprotocol")
            return
        wire = self._wire(knock)
        tap = self._trace.open(wire.protocol, wire.src, wire.dst, wire.describe)
        peer = knock.identity or wire.src
        await carry(
            connection, SocketLink(connection, peer, tap, forth=False, text=self._text), end
        )


def _offered(handshake: Handshake) -> tuple[str, ...]:
    lines = handshake.headers.get_all("Sec-WebSocket-Protocol")
    return tuple(name.strip() for line in lines for name in line.split(","))


def _authorization(credentials: tuple[str, str] | None) -> dict[str, str]:
    if credentials is None:
        return {}
    packed = base64.b64encode(":".join(credentials).encode()).decode()
    return {"Authorization": f"Basic {packed}"}


def _credentials(handshake: Handshake) -> tuple[str, str] | None:
    """Return user and password; None when there are none or they cannot be read."""
    scheme, _, packed = handshake.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(packed, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None
