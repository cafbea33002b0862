"""One connection of TCP: whole frames in and out, in the clear or with TLS, and a bound for all that a peer may cost."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from typing_extensions import override

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Seconds, later
from sterna.runtime.capture import Flow
from sterna.runtime.ports import Clock, LinkEnd, Timer
from sterna.runtime.pump import POLICY_VIOLATION
from sterna.runtime.tls import Secure, TlsStream
from sterna.runtime.trace import Tap

ABNORMAL: Final = 1006
TOO_SLOW: Final = 1013
TOO_MANY: Final = "too many connections"

Place = tuple[str, int]
"""Host and port."""


class Framing(Protocol):
    """Finds frames in a stream."""

    @property
    def waiting(self) -> bool:
        """Whether part of a frame has come."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes and yield the frames that are whole; raises BrokenPeer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What a peer may cost: times on the clock that was handed in, and bytes."""

    connect_s: Seconds = Seconds(5.0)
    handshake_s: Seconds = Seconds(5.0)
    """For the whole of TLS. A handshake takes some 30 ms; a peer that needs longer does not mean it."""
    frame_s: Seconds = Seconds(2.0)
    """From the first byte of a frame to its last: the longest wait of a car for one message."""
    close_s: Seconds = Seconds(2.0)
    """For what is unsent, and for the peer's goodbye."""
    unsent_bytes_max: int = 262_144
    """Four of the longest frames: whoever has not taken them does not read."""
    connections_max: int = 4
    """At one listener: one car, its next attempt, and somebody who is lost."""


class Owner(Protocol):
    """What a connection needs of the network that it belongs to."""

    clock: Clock
    patience: Patience

    @property
    def framing(self) -> Callable[[], Framing]:
        """What makes a fresh finder of frames."""

    @property
    def crowded(self) -> bool:
        """Whether one caller more than is allowed is here."""

    def secured(self, *, forth: bool) -> Secure | None:
        """Return how connections are secured that we open (*forth*) or take."""

    def report(self, link: "TcpLink", reason: str, /) -> None:
        """Say that the caller behind *link* was sent away."""

    def gone(self, link: "TcpLink", /) -> None:
        """Forget *link*."""


class TcpLink(asyncio.Protocol):
    """One end of a connection: asyncio's protocol below, a link above."""

    def __init__(self, links: Owner, *, forth: bool, begin: Callable[["TcpLink"], None]) -> None:  # fmt: skip
        """Belong to *links*; *begin* is called once when the peer is there and known."""
        self.peer = ""
        self.subprotocol: str | None = None
        self.secured = ""
        """Version and cipher of TLS; empty in the clear."""
        self.end: LinkEnd | None = None
        self.tap: Tap | None = None
        self.flow: Flow | None = None
        self.own_place: Place = ("", 0)
        self.peer_place: Place = ("", 0)
        self._links = links
        self.forth = forth
        """Whether we opened it."""
        self._begin = begin
        self._framer = links.framing()
        self._tls: TlsStream | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: Timer | None = None
        self._open = True

    # What asyncio tells.

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, and begin with TLS where that is spoken."""
        self._transport = cast("asyncio.Transport", transport)
        if not self._open:
            self._transport.abort()
            return
        self.own_place = place_of(transport.get_extra_info("sockname"))
        self.peer_place = place_of(transport.get_extra_info("peername"))
        self.peer = f"{self.peer_place[0]}:{self.peer_place[1]}"
        if not self.forth and self._links.crowded:
            self._drop(ABNORMAL, TOO_MANY)
            return
        how = self._links.secured(forth=self.forth)
        if how is None:
            self._begin(self)
            return
        self._after(self._links.patience.handshake_s, self._unknown)
        self._tls = TlsStream(how, server=not self.forth)
        self._flush()

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes: hand on each frame that they complete."""
        if not self._open:
            return
        try:
            plain = data if self._tls is None else self._decrypted(self._tls, data)
            if plain:
                self._hear(plain)
        except BrokenPeer as broken:
            self._flush()
            self._drop(POLICY_VIOLATION, str(broken))
            return
        if self._tls is not None and self._tls.ended and self._open:
            self._drop(ABNORMAL, "the peer hung up")

    @override
    def eof_received(self) -> bool | None:
        """Hang up with the peer."""
        return None

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the connection is gone."""
        self._links.gone(self)
        self._cancel()
        if self._open:
            self._shut()
            within = " in the middle of a frame" if self._framer.waiting else ""
            self._tell_closed(ABNORMAL, f"the peer hung up{within}" if exc is None else str(exc))

    # What the end does.

    def send(self, frame: bytes) -> None:
        """Send one frame; a peer that does not take its frames is dropped."""
        assert self.tap is not None
        if not self._open or self._transport is None:
            self.tap.sent(frame, forth=self.forth, status="dropped")
            return
        self.tap.sent(frame, forth=self.forth)
        if self.flow is not None:
            self.flow.said(frame, forth=self.forth)
        if self._tls is None:
            self._transport.write(frame)
        else:
            self._tls.send(frame)
            self._flush()
        if self._transport.get_write_buffer_size() > self._links.patience.unsent_bytes_max:
            self._shut()
            self._transport.abort()
            self._tell_closed(TOO_SLOW, "the peer does not take its frames")

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close once everything has gone, or after the patience for that."""
        del code, reason  # TCP has no words for them.
        if self._open:
            self._leave()

    # Inside.

    def _decrypted(self, tls: TlsStream, data: bytes) -> bytes:
        ready = tls.ready
        plain = tls.receive(data)
        self._flush()
        if tls.ready and not ready:
            self._cancel()
            self.peer, self.secured = tls.name, tls.about
            self._begin(self)
        return plain

    def _hear(self, data: bytes) -> None:
        """Find the frames; whoever begins one has to end it in time."""
        whole = False
        for frame in self._framer.feed(data):
            whole = True
            if self.flow is not None:
                self.flow.said(frame, forth=not self.forth)
            if self.end is not None:
                self.end.received(frame)
            if not self._open:
                return
        if whole or not self._framer.waiting:
            self._cancel()
        if self._framer.waiting and self._timer is None:
            self._after(self._links.patience.frame_s, self._unfinished)

    def _flush(self) -> None:
        if self._tls is not None and self._transport is not None:
            waiting = self._tls.to_send()
            if waiting:
                self._transport.write(waiting)

    def _unknown(self) -> None:
        self._drop(ABNORMAL, "TLS: the peer did not finish its handshake in time")

    def _unfinished(self) -> None:
        self._drop(POLICY_VIOLATION, "the peer did not finish its frame in time")

    def _drop(self, code: int, reason: str) -> None:
        """Close and tell the end why."""
        if self._open:
            self._leave()
            self._tell_closed(code, reason)

    def _tell_closed(self, code: int, reason: str) -> None:
        if self.end is not None:
            self.end.closed(code, reason)
        else:
            self._links.report(self, reason)

    def _leave(self) -> None:
        """Let go of the connection, gently but not for ever.

        Only our direction is closed at first: closing both while bytes of the peer are on their way
        would reset the connection, and the peer might never read our last words.
        """
        self._shut()
        if self._transport is None:
            self._links.gone(self)  # It was still being dialled.
            return
        if self._tls is not None:
            self._tls.goodbye()
            self._flush()
        self._transport.write_eof()
        self._after(self._links.patience.close_s, self._transport.abort)

    def _shut(self) -> None:
        self._open = False
        self._cancel()
        if self.flow is not None:
            self.flow.ended(forth=self.forth)

    def _after(self, pause_s: float, call: Callable[[], None]) -> None:
        self._cancel()
        clock = self._links.clock
        self._timer = clock.call_at(later(clock.now(), pause_s), call)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def place_of(name: Any) -> Place:
    """Return host and port of a socket's name, which may hold more."""
    return (str(name[0]), int(name[1])) if name else ("", 0)
