"""The network in memory: named addresses, frame links with latency, and its faults.

Faults come from outside by calls (``partition``, ``reset``, ``delay`` ...), so that a seed can
decide them. A link behaves like a connection over TCP: whole frames, in order, none lost while
it is open; a partition stalls it and, when it lasts, ends it.
"""

from collections.abc import Callable, Mapping
from math import fsum
from typing import Any, Final

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Accept, Clock, Knock, LinkEnd, Timer, Wire
from sterna.runtime.trace import Tap, Trace

LATENCY_S: Final = 0.010
"""One way, the same for every link unless set: equal delays let frames of one instant arrive together."""
STALL_S_MAX: Final = 30.0
"""How long a partition may last before both ends give the link up, as keep-alives would notice it."""
ABNORMAL: Final = 1006
"""The close code of a link that ended without a goodbye (RFC 6455)."""
NO_SUBPROTOCOL: Final = 1002
"""The close code when the two ends have no subprotocol in common."""


class MemoryLink:
    """One end of a link in memory."""

    __slots__ = ("_end", "_forth", "_last_due", "_line", "open", "other", "peer", "subprotocol")

    def __init__(
        self, line: "_Line", end: LinkEnd, peer: str, subprotocol: str | None, *, forth: bool
    ) -> None:
        """Be the end of *line* that *end* holds; *forth* is the end that opened it."""
        self.peer = peer
        self.subprotocol = subprotocol
        self.open = False
        self.other: MemoryLink = self
        self._line = line
        self._end = end
        self._forth = forth
        self._last_due = 0.0

    def send(self, frame: bytes) -> None:
        """Send one frame; it arrives after the link's latency."""
        line = self._line
        if not self.open:
            line.tap.sent(frame, forth=self._forth, status="dropped")
            return
        line.tap.sent(frame, forth=self._forth)
        self._carry(self.other.arrive, frame)
        if line.repeat_next:
            line.repeat_next -= 1
            self._carry(self.other.arrive, frame)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close this end at once; the peer learns of it after the frames sent before."""
        if self.open:
            self.open = False
            self._carry(self.other.end, (code, reason))

    def arrive(self, frame: bytes) -> None:
        """Take a frame from the peer."""
        if self.open:
            self._end.received(frame)

    def begin(self, _nothing: object = None) -> None:
        """Become open."""
        if not self._line.over:
            self.open = True
            self._end.opened(self)

    def end(self, why: tuple[int, str]) -> None:
        """Become closed because of the peer or the network."""
        self._line.finish()
        if self.open:
            self.open = False
            self._end.closed(*why)

    def _carry(self, call: Callable[[Any], None], what: Any) -> None:
        """Let *what* travel, never overtaking what this end sent before."""
        line = self._line
        if line.stalled:
            line.held.append((self, call, what))
            return
        network = line.network
        due = network.clock.now() + line.latency_s + line.late_next_s
        line.late_next_s = 0.0
        due = max(due, self._last_due)
        self._last_due = due
        network.deliver(due, call, what)


class _Line:
    """What the two ends of a link share."""

    __slots__ = (
        "far", "held", "late_next_s", "latency_s", "near", "network", "over", "patience", "repeat_next", "stalled", "tap", "wire"
    )  # fmt: skip

    def __init__(self, network: "MemoryNetwork", wire: Wire, tap: Tap) -> None:
        self.network = network
        self.wire = wire
        self.tap = tap
        self.latency_s = network.latency_of(wire.protocol, wire.src, wire.dst)
        self.late_next_s = 0.0
        self.repeat_next = 0
        self.stalled = False
        self.patience: Timer | None = None
        self.over = False
        self.held: list[tuple[MemoryLink, Callable[[Any], None], Any]] = []
        self.near: MemoryLink
        self.far: MemoryLink

    def finish(self) -> None:
        """Leave the network."""
        self.over = True
        self.network.lines.pop(self, None)

    def cut(self, reason: str) -> None:
        """End the link at both ends now; what is on the way is lost."""
        if not self.over:
            self.held.clear()
            self.near.end((ABNORMAL, reason))
            self.far.end((ABNORMAL, reason))

    def stall(self) -> None:
        """Hold everything back, and give up when that lasts too long."""
        clock = self.network.clock
        self.stalled = True
        due = Instant(clock.now() + STALL_S_MAX)
        self.patience = clock.call_at(due, lambda: self.cut("nobody answers"))

    def resume(self) -> None:
        """Let go what a partition held back."""
        self.stalled = False
        assert self.patience is not None
        self.patience.cancel()
        held, self.held = self.held, []
        for link, call, what in held:
            link._carry(call, what)  # noqa: SLF001  # the two ends and the line are one thing


class _Listener:
    """Who takes links at an address."""

    def __init__(self, accept: Accept, subprotocols: tuple[str, ...]) -> None:
        self.accept = accept
        self.subprotocols = subprotocols

    def agreed(self, offered: tuple[str, ...]) -> str | None:
        """Return the caller's first choice that is known here."""
        return next((name for name in offered if name in self.subprotocols), None)


class MemoryNetwork:
    """Carries frames between the rooms of one process, and asks nobody's permission to fail."""

    def __init__(
        self,
        clock: Clock,
        trace: Trace,
        *,
        latency_s: float = LATENCY_S,
        latencies_s: Mapping[str, float] | None = None,
    ) -> None:
        """Deliver after *latency_s*, or after what *latencies_s* says for a link's protocol."""
        self.clock = clock
        self.trace = trace
        self.lines: dict[_Line, None] = {}
        self._latency_s = latency_s
        self._latencies_s = dict(latencies_s or {})
        self._listeners: dict[str, _Listener] = {}
        self._due: dict[float, list[tuple[Callable[[Any], None], Any]]] = {}
        self._partitions: dict[tuple[str, str], None] = {}
        self._delays_s: dict[tuple[str, str], float] = {}
        self._repeats: dict[tuple[str, str], int] = {}

    async def listen(
        self,
        address: str,
        accept: Accept,
        *,
        subprotocols: tuple[str, ...] = (),
        wire: Callable[[Knock], Wire] | None = None,
    ) -> None:
        """Take links at *address*; the caller's names stand in the trace, so *wire* is not needed."""
        del wire
        assert address not in self._listeners, address
        self._listeners[address] = _Listener(accept, subprotocols)

    def leave(self, address: str) -> None:
        """Take no more links at *address*; open ones stay."""
        del self._listeners[address]

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
        """Open a link; ``end`` learns the outcome one round trip later."""
        knock = Knock(identity=identity, subprotocols=subprotocols, credentials=credentials)
        if self.parted(wire.src, wire.dst):
            self._tell_closed(STALL_S_MAX, end, "nobody answers")
            return
        latency_s = self.latency_of(wire.protocol, wire.src, wire.dst)

        def knocking(_nothing: object) -> None:
            self._knock(address, end, wire, knock, latency_s)

        self.deliver(self.clock.now() + latency_s, knocking, None)

    def deliver(self, due: float, call: Callable[[Any], None], what: Any) -> None:
        """Run ``call(what)`` at *due*; what is due at one instant goes in the order of sending."""
        batch = self._due.get(due)
        if batch is None:
            batch = self._due[due] = []
            self.clock.call_at(Instant(due), lambda: self._arrive(due))
        batch.append((call, what))

    def latency_of(self, protocol: str, src: str, dst: str) -> float:
        """Return how long anything takes one way between the two components, in s."""
        added = fsum(s for pair, s in self._delays_s.items() if _touches(pair, src, dst))
        return self._latencies_s.get(protocol, self._latency_s) + added

    def parted(self, src: str, dst: str) -> bool:
        """Tell whether a partition stands between the two components."""
        return any(_touches(pair, src, dst) for pair in self._partitions)

    def partition(self, one: str, other: str) -> None:
        """Let nothing pass between *one* and *other*: components, or all units of one (``CS_C``)."""
        self._partitions[one, other] = None
        for line in self._between(one, other):
            if not line.stalled:
                line.stall()

    def heal(self, one: str, other: str) -> None:
        """Let everything pass again; links that have not been given up deliver what they held."""
        del self._partitions[one, other]
        for line in self._between(one, other):
            if line.stalled and not self.parted(line.wire.src, line.wire.dst):
                line.resume()

    def reset(self, one: str, other: str) -> None:
        """End the open links between the two now, without a goodbye."""
        for line in self._between(one, other):
            line.cut("reset")

    def delay(self, one: str, other: str, added_s: float) -> None:
        """Add *added_s* to every way between the two from now on; 0 takes it back."""
        self._delays_s[one, other] = added_s
        for line in self._between(one, other):
            line.latency_s = self.latency_of(line.wire.protocol, line.wire.src, line.wire.dst)

    def late_next(self, one: str, other: str, added_s: float) -> None:
        """Hold the next frame of each link between the two for *added_s*; later ones queue behind it."""
        for line in self._between(one, other):
            line.late_next_s = added_s

    def repeat_next(self, one: str, other: str) -> None:
        """Deliver the next frame of each link between the two twice; without links, the next request."""
        lines = self._between(one, other)
        for line in lines:
            line.repeat_next += 1
        if not lines:
            self._repeats[one, other] = self._repeats.get((one, other), 0) + 1

    def takes_repeat(self, src: str, dst: str) -> bool:
        """Tell, once per fault, whether the next request from *src* to *dst* is sent twice."""
        for pair, count in self._repeats.items():
            if count and _touches(pair, src, dst):
                self._repeats[pair] = count - 1
                return True
        return False

    def _between(self, one: str, other: str) -> list[_Line]:
        return [line for line in self.lines if _touches((one, other), line.wire.src, line.wire.dst)]

    def _arrive(self, due: float) -> None:
        for call, what in self._due.pop(due):
            call(what)

    def _knock(
        self, address: str, end: LinkEnd, wire: Wire, knock: Knock, latency_s: float
    ) -> None:
        """Ask the listener; it opens its end now, the caller one latency later."""
        listener = self._listeners.get(address)
        if listener is None:
            self._tell_closed(latency_s, end, f"nobody listens at {address}")
            return
        try:
            there = listener.accept(knock)
        except Refused as refused:
            self._tell_closed(latency_s, end, f"refused: {refused}")
            return
        agreed = listener.agreed(knock.subprotocols)
        line = self._join(wire, end, there, address, knock.identity or wire.src, agreed)
        if listener.subprotocols and agreed is None:
            line.far.open = True
            self.deliver(self.clock.now() + latency_s, line.near.begin, None)
            line.far.close(NO_SUBPROTOCOL, "no common subprotocol")
            return
        self.deliver(self.clock.now() + latency_s, line.near.begin, None)
        line.far.begin()

    def _join(
        self, wire: Wire, near: LinkEnd, far: LinkEnd, address: str, caller: str, agreed: str | None
    ) -> _Line:
        line = _Line(self, wire, self.trace.open(wire.protocol, wire.src, wire.dst, wire.describe))
        line.near = MemoryLink(line, near, address, agreed, forth=True)
        line.far = MemoryLink(line, far, caller, agreed, forth=False)
        line.near.other, line.far.other = line.far, line.near
        self.lines[line] = None
        return line

    def _tell_closed(self, after_s: float, end: LinkEnd, reason: str) -> None:
        def tell(_nothing: object) -> None:
            end.closed(ABNORMAL, reason)

        self.deliver(self.clock.now() + after_s, tell, None)


def _touches(pair: tuple[str, str], src: str, dst: str) -> bool:
    """Tell whether *pair* stands for the link between *src* and *dst*, in either direction."""
    one, other = pair
    return (_is(one, src) and _is(other, dst)) or (_is(one, dst) and _is(other, src))


def _is(pattern: str, name: str) -> bool:
    """Tell whether *name* is the component *pattern*, one of its units, or *pattern* is ``*``."""
    return pattern in ("*", name) or name.startswith(f"{pattern}/")
