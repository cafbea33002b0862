"""Frame links over TCP, in the clear or with TLS.

It knows no protocol: a *framing* finds the frames in the bytes. It runs over sockets and over the
streams in memory of the virtual loop alike.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

from sterna.kernel.errors import Refused
from sterna.runtime.capture import Capture
from sterna.runtime.ports import Accept, Clock, Knock, LinkEnd, Wire
from sterna.runtime.tasks import TaskCrew
from sterna.runtime.tcp_link import ABNORMAL, Framing, Patience, Place, TcpLink, place_of
from sterna.runtime.tls import Secure
from sterna.runtime.trace import Trace


class TcpLinks:
    """The links port over TCP."""

    def __init__(
        self,
        trace: Trace,
        clock: Clock,
        framing: Callable[[], Framing],
        places: Mapping[str, Place],
        *,
        listen_tls: Secure | None = None,
        dial_tls: Secure | None = None,
        patience: Patience | None = None,
        capture: Capture | None = None,
        refused: Callable[[str, str], None] | None = None,
    ) -> None:
        """Reach and serve the addresses of *places*; *framing* makes a fresh finder of frames.

        *capture* sees every frame in the clear. *refused* is told the peer and the reason when a
        caller does not get as far as a link.
        """
        self.clock = clock
        self.framing = framing
        self.patience = Patience() if patience is None else patience
        self._trace = trace
        self._places = dict(places)
        self._listen_tls, self._dial_tls = listen_tls, dial_tls
        self._capture = capture
        self._refused = refused
        self._crew = TaskCrew(self._failed)
        self._servers: dict[str, asyncio.AbstractServer] = {}
        self._open: dict[TcpLink, None] = {}
        self._empty: asyncio.Future[None] | None = None

    async def listen(
        self,
        address: str,
        accept: Accept,
        *,
        subprotocols: tuple[str, ...] = (),
        wire: Callable[[Knock], Wire] | None = None,
    ) -> None:
        """Take links at the place of *address*; *wire* is needed, because callers are of other processes."""
        del subprotocols  # TCP has none.
        assert wire is not None, "a socket's listener names its links"
        name_wire = wire

        def begin(link: TcpLink) -> None:
            knock = Knock(identity=link.peer)
            try:
                end = accept(knock)
            except Refused as refused:
                self.report(link, str(refused))
                link.close()
                return
            self._join(link, end, name_wire(knock), callers=(link.peer_place, link.own_place))

        host, port = self._places[address]
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: self._new(TcpLink(self, forth=False, begin=begin)), host, port
        )
        self._servers[address] = server

    def bound(self, address: str) -> Place:
        """Return host and port at which *address* is served."""
        server = cast("asyncio.Server", self._servers[address])
        return place_of(server.sockets[0].getsockname())

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
        """Open a connection in the background."""
        del identity, subprotocols, credentials  # TCP has none; TLS shows a certificate.
        self._crew.start(self._dialled(address, end, wire), name=f"link {wire.src} {wire.dst}")

    async def close(self) -> None:
        """Close every link and every listener."""
        for server in self._servers.values():
            server.close()
        for link in list(self._open):
            link.close()
        await self._crew.close()
        if self._open:
            self._empty = asyncio.get_running_loop().create_future()
            await self._empty  # Every link has a timer that ends it.

    @property
    def crowded(self) -> bool:
        """Whether one caller more than is allowed is here."""
        return sum(not link.forth for link in self._open) > self.patience.connections_max

    def secured(self, *, forth: bool) -> Secure | None:
        """Return how connections are secured that we open (*forth*) or take."""
        return self._dial_tls if forth else self._listen_tls

    def report(self, link: TcpLink, reason: str) -> None:
        """Say that the caller behind *link* was sent away."""
        if self._refused is not None:
            self._refused(link.peer, reason)

    def gone(self, link: TcpLink) -> None:
        """Forget *link*."""
        self._open.pop(link, None)
        if self._empty is not None and not self._open and not self._empty.done():
            self._empty.set_result(None)

    def _new(self, link: TcpLink) -> TcpLink:
        self._open[link] = None
        return link

    def _join(self, link: TcpLink, end: LinkEnd, wire: Wire, callers: tuple[Place, Place]) -> None:
        link.tap = self._trace.open(wire.protocol, wire.src, wire.dst, wire.describe)
        if self._capture is not None:
            link.flow = self._capture.connection(*callers, wire.describe)
        link.end = end
        end.opened(link)

    async def _dialled(self, address: str, end: LinkEnd, wire: Wire) -> None:
        host, port = self._places[address]

        def begin(link: TcpLink) -> None:
            self._join(link, end, wire, callers=(link.own_place, link.peer_place))

        link = self._new(TcpLink(self, forth=True, begin=begin))
        link.end = end
        try:
            async with asyncio.timeout(self.patience.connect_s):
                await asyncio.get_running_loop().create_connection(lambda: link, host, port)
        except TimeoutError:
            self.gone(link)
            end.closed(ABNORMAL, f"nobody answered at {host}:{port} in {self.patience.connect_s} s")
        except ConnectionRefusedError:
            self.gone(link)
            end.closed(ABNORMAL, f"nobody listens at {host}:{port}")
        except OSError as no:
            self.gone(link)
            end.closed(ABNORMAL, f"{host}:{port}: {no.strerror or no}")

    def _failed(self, bug: BaseException) -> None:
        """Hand a bug in an end's callbacks to the loop: nobody else waits for it."""
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "a link's end failed", "exception": bug})
