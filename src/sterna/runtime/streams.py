"""Byte streams in memory for the virtual loop, so that real protocol libraries run over it.

A connection is a pair of transports; bytes written to one arrive at the other after the
loop's stream latency, in order, with flow control, half-close and reset.
"""

import asyncio
import socket  # noqa: TID251  # only the constants that resolvers return; no socket is opened
from asyncio import base_events, sslproto, transports
from collections import deque
from collections.abc import Callable, Iterable
from ssl import SSLContext
from typing import Any, Final, cast

from typing_extensions import Buffer, override

Address = tuple[str, int]

FIRST_FREE_PORT: Final = 50_000
"""Ports handed out to whoever does not name one: above all registered services."""


class MemoryTransport(transports._FlowControlMixin, transports.Transport):  # noqa: SLF001  # asyncio's own flow control
    """One end of a stream in memory."""

    _maybe_pause_protocol: Callable[[], None]
    _maybe_resume_protocol: Callable[[], None]

    def __init__(self, loop: "StreamLoop", own: Address, peer: Address) -> None:
        """Belong to *loop*; connect the two ends by setting ``other`` on both."""
        extra = {"sockname": own, "peername": peer, "socket": _Socket(own, peer)}
        super().__init__(extra, cast("asyncio.AbstractEventLoop", loop))
        self.other: MemoryTransport = self
        self._loop_here = loop
        self._protocol: asyncio.BaseProtocol | None = None
        self._waiting: deque[bytes | None] = deque()
        self._in_flight = 0
        self._last_due = 0.0
        self._closing = self._ended = self._paused_reading = self._lost = False

    def start(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the stream to *protocol*."""
        self._protocol = protocol
        self._as_loop().call_soon(protocol.connection_made, self)

    @override
    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Let *protocol* take over."""
        self._protocol = protocol

    @override
    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return who listens here."""
        assert self._protocol is not None
        return self._protocol

    @override
    def get_write_buffer_size(self) -> int:
        """Return how many bytes the peer has not taken yet."""
        return self._in_flight

    @override
    def is_closing(self) -> bool:
        """Tell whether this end is closed or about to be."""
        return self._closing

    @override
    def is_reading(self) -> bool:
        """Tell whether bytes are handed to the protocol as they come."""
        return not self._paused_reading and not self._closing

    @override
    def write(self, data: Buffer) -> None:
        """Send *data*; after the end of the stream it is dropped, as a socket does."""
        frozen = bytes(data)
        if self._closing or self._ended or not frozen:
            return
        self._in_flight += len(frozen)
        self._maybe_pause_protocol()
        self._later(self.other.arrive, frozen)

    @override
    def writelines(self, list_of_data: Iterable[Buffer]) -> None:
        """Send several pieces as one."""
        self.write(b"".join(list_of_data))

    @override
    def can_write_eof(self) -> bool:
        """Say that a half-close is possible."""
        return True

    @override
    def write_eof(self) -> None:
        """Close the sending direction."""
        if not self._ended and not self._closing:
            self._ended = True
            self._later(self.other.arrive, None)

    @override
    def pause_reading(self) -> None:
        """Keep what arrives until reading resumes."""
        self._paused_reading = True

    @override
    def resume_reading(self) -> None:
        """Hand over what was kept, and what comes from now on."""
        self._paused_reading = False
        if self._waiting:
            # Not at once: like a socket's, bytes never come while the protocol still asks for them.
            self._as_loop().call_soon(self._hand_over)

    @override
    def close(self) -> None:
        """Close both directions once everything written has gone."""
        if self._closing:
            return
        self._closing = True
        if not self._ended:
            self._ended = True
            self._later(self.other.arrive, None)
        self._as_loop().call_soon(self._lose, None)

    @override
    def abort(self) -> None:
        """Drop the connection; the peer sees a reset."""
        self._closing = True
        self._as_loop().call_soon(self._lose, None)
        self._later(self.other.reset)

    def arrive(self, data: bytes | None) -> None:
        """Take bytes (None: the end) from the peer."""
        if self._lost:
            self._credit(data)
        elif self._paused_reading or self._waiting:
            self._waiting.append(data)
        else:
            self._take(data)

    def reset(self) -> None:
        """Lose the connection because the other side dropped it."""
        self._closing = True
        self._lose(ConnectionResetError(104, "reset by peer"))

    def _hand_over(self) -> None:
        while self._waiting and not self._paused_reading and not self._lost:
            self._take(self._waiting.popleft())

    def _take(self, data: bytes | None) -> None:
        self._credit(data)
        protocol = self._protocol
        if data is None:
            if not cast("asyncio.Protocol", protocol).eof_received():
                self.close()
        elif isinstance(protocol, asyncio.BufferedProtocol):
            _fill(protocol, data)
        else:
            cast("asyncio.Protocol", protocol).data_received(data)

    def _credit(self, data: bytes | None) -> None:
        """Tell the sender that its bytes have been taken."""
        if data is not None:
            self.other._in_flight -= len(data)  # noqa: SLF001  # the two ends are one thing
            self.other._maybe_resume_protocol()  # noqa: SLF001

    def _lose(self, error: Exception | None) -> None:
        if self._lost:
            return
        self._lost = True
        if self._protocol is not None:
            self._protocol.connection_lost(error)

    def _later(self, call: Callable[..., None], *args: Any) -> None:
        """Run *call* after the latency, never before an earlier one of this stream."""
        loop = self._as_loop()
        due = max(self._last_due, loop.time() + self._loop_here.stream_latency_s)
        self._last_due = due
        if due <= loop.time():
            loop.call_soon(call, *args)
        else:
            loop.call_at(due, call, *args)

    def _as_loop(self) -> asyncio.AbstractEventLoop:
        return cast("asyncio.AbstractEventLoop", self._loop_here)


def _fill(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    """Copy *data* into the buffers of *protocol*."""
    while data:
        buffer = memoryview(protocol.get_buffer(len(data)))
        count = min(len(buffer), len(data))
        buffer[:count] = data[:count]
        data = data[count:]
        protocol.buffer_updated(count)


class _Socket:
    """What libraries ask a transport's socket for."""

    family = socket.AF_INET
    type = socket.SOCK_STREAM
    proto = socket.IPPROTO_TCP

    def __init__(self, own: Address, peer: Address | None) -> None:
        self._own = own
        self._peer = peer

    def getsockname(self) -> Address:
        return self._own

    def getpeername(self) -> Address | None:
        return self._peer

    def fileno(self) -> int:
        return -1

    def setsockopt(self, *_args: object) -> None:
        """Accept every option: memory has none."""

    def getsockopt(self, *_args: object) -> int:
        return 0


class MemoryServer(asyncio.AbstractServer):
    """A listener on the virtual loop."""

    def __init__(
        self, loop: "StreamLoop", factory: Callable[[], Any], at: Address, tls: SSLContext | None
    ) -> None:
        """Make a protocol with *factory* for every connection to *at*."""
        self._loop = loop
        self._at = at
        self.factory = factory
        self.tls = tls

    @property
    def sockets(self) -> tuple[_Socket, ...]:
        """The address as the one socket that libraries look at."""
        return (_Socket(self._at, None),) if self.is_serving() else ()

    @override
    def is_serving(self) -> bool:
        """Tell whether connections are taken."""
        return self._loop.listeners.get(self._at[1]) is self

    @override
    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop."""
        return cast("asyncio.AbstractEventLoop", self._loop)

    @override
    def close(self) -> None:
        """Take no more connections; open ones stay."""
        if self.is_serving():
            del self._loop.listeners[self._at[1]]

    @override
    async def start_serving(self) -> None:
        """Take connections."""
        self._loop.listeners[self._at[1]] = self

    @override
    async def serve_forever(self) -> None:
        """Take connections until cancelled."""
        await self.start_serving()
        await self.get_loop().create_future()

    @override
    async def wait_closed(self) -> None:
        """Return at once: nothing lingers."""


class StreamLoop:
    """The part of an event loop that makes connections, in memory."""

    def __init__(self) -> None:
        """Start with no listeners and no latency."""
        self.listeners: dict[int, MemoryServer] = {}
        self.unreachable: set[int] = set()
        """Ports that refuse connections now (a fault)."""
        self.stream_latency_s = 0.0
        self._port = FIRST_FREE_PORT

    async def getaddrinfo(self, host: Any, port: Any, **_kind: Any) -> list[Any]:
        """Resolve every name to itself: the memory network is flat."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host or "127.0.0.1", port))]

    async def create_server(
        self,
        protocol_factory: Callable[[], Any],
        host: Any = None,
        port: Any = None,
        *,
        ssl: SSLContext | None = None,
        start_serving: bool = True,
        **_options: Any,
    ) -> MemoryServer:
        """Listen on *port*, or on a free one."""
        name = host[0] if isinstance(host, (list, tuple)) else host
        at = (name or "127.0.0.1", port or self._free_port())
        if at[1] in self.listeners:
            raise OSError(98, f"port {at[1]} is in use")
        server = MemoryServer(self, protocol_factory, at, ssl)
        if start_serving:
            self.listeners[at[1]] = server
        return server

    async def create_connection(
        self,
        protocol_factory: Callable[[], Any],
        host: Any = None,
        port: Any = None,
        *,
        ssl: Any = None,
        server_hostname: str | None = None,
        **_options: Any,
    ) -> tuple[Any, Any]:
        """Connect to the listener on *port*; ``connection_made`` has run when this returns."""
        loop = cast("base_events.BaseEventLoop", self)
        await self._pause(self.stream_latency_s)
        server = self.listeners.get(port)
        if server is None or port in self.unreachable:
            raise ConnectionRefusedError(111, f"nothing listens on {host}:{port}")
        here, there = self._pair((host, port))
        served = server.factory()
        if server.tls is not None:
            served = sslproto.SSLProtocol(
                loop, served, server.tls, loop.create_future(), server_side=True
            )
        there.start(served)
        protocol = protocol_factory()
        if ssl is None:
            here.start(protocol)
            await self._pause(0.0)
            return here, protocol
        ready: asyncio.Future[None] = loop.create_future()
        secure = sslproto.SSLProtocol(
            loop,
            protocol,
            ssl,
            ready,
            server_side=False,
            server_hostname=server_hostname or host,
        )
        here.start(secure)
        await ready
        return secure._app_transport, protocol  # noqa: SLF001  # as asyncio does

    def _pair(self, to: Address) -> tuple[MemoryTransport, MemoryTransport]:
        own = ("127.0.0.1", self._free_port())
        here, there = MemoryTransport(self, own, to), MemoryTransport(self, to, own)
        here.other, there.other = there, here
        return here, there

    def _free_port(self) -> int:
        self._port += 1
        return self._port

    async def _pause(self, seconds: float) -> None:
        """Let *seconds* and at least one turn of the loop pass."""
        loop = cast("asyncio.AbstractEventLoop", self)
        woken = loop.create_future()
        loop.call_at(loop.time() + seconds, woken.set_result, None)
        await woken
