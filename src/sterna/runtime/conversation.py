"""Joins a link to a sans-I/O machine whose owner acts on what it reports before it speaks again.

A :class:`~sterna.runtime.pump.Pump` suits machines that speak frames and want nothing of their
owner. Here the owner does things in the world between hearing and speaking (sets a power, reads
a meter), and calls verbs of the machine while it does so.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Clock, Link, Timer
from sterna.runtime.pump import POLICY_VIOLATION

M = TypeVar("M")
E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class Speaker(Protocol[M, E_co]):
    """What a machine of messages *M* and events offers; ``lost`` ends it."""

    def receive(self, now: Instant, message: M, /) -> Iterable[E_co]:
        """Take one message from the peer; raises BrokenPeer for what is none."""

    def tick(self, now: Instant, /) -> Iterable[E_co]:
        """Let time pass."""

    def lost(self, now: Instant, /) -> Iterable[E_co]:
        """Learn that the link is gone."""

    def to_send(self) -> Iterable[M]:
        """Return, once, the messages that wait; they are composed only now."""

    @property
    def deadline(self) -> Instant | None:
        """When ``tick`` is due."""


class Conversation(Generic[M, E]):
    """A link end that hears, lets its owner act on every event, and only then speaks."""

    def __init__(
        self,
        machine: Speaker[M, E],
        clock: Clock,
        *,
        encode: Callable[[M], bytes],
        decode: Callable[[bytes], M],
        happened: Callable[[E], None],
        on_open: Callable[[], None] | None = None,
        on_close: Callable[[str], None] | None = None,
    ) -> None:
        """Drive *machine*; *happened* acts on one event, *on_close* learns why the link ended."""
        self.machine = machine
        self._clock = clock
        self._encode = encode
        self._decode = decode
        self._happened = happened
        self._on_open = on_open
        self._on_close = on_close
        self._link: Link | None = None
        self._events: deque[E] = deque()
        self._acting = False
        self._leaving = False
        self._timer: Timer | None = None
        self._due: Instant | None = None

    @property
    def open(self) -> bool:
        """Whether there is a link."""
        return self._link is not None

    def opened(self, link: Link) -> None:
        """Take *link* and speak."""
        self._link = link
        if self._on_open is not None:
            self._on_open()
        self.act(())

    def received(self, frame: bytes) -> None:
        """Hear one frame; a peer that breaks its protocol loses the link."""
        if self._link is None:
            return
        try:
            events = self.machine.receive(self._clock.now(), self._decode(frame))
        except BrokenPeer as broken:
            self._speak()
            self._break(POLICY_VIOLATION, str(broken))
            return
        self.act(events)

    def closed(self, _code: int, reason: str) -> None:
        """Forget the link and tell the machine."""
        self._end(reason)

    def act(self, events: Iterable[E]) -> None:
        """Act on *events* of a verb, in order, then speak; verbs called meanwhile only add events."""
        self._events.extend(events)
        if self._acting:
            return
        self._acting = True
        try:
            while self._events:
                self._happened(self._events.popleft())
        finally:
            self._acting = False
        self._speak()

    def leave(self) -> None:
        """Close the link once what waits has been said."""
        self._leaving = True
        if not self._acting:
            self._speak()

    def _speak(self) -> None:
        link = self._link
        if link is None:
            return
        for message in self.machine.to_send():
            link.send(self._encode(message))
        if self._leaving:
            self._break(1000, "done")
            return
        self._set_timer(self.machine.deadline)

    def _break(self, code: int, reason: str) -> None:
        link = self._link
        if link is not None:
            link.close(code, reason)
            self._end(reason)

    def _end(self, reason: str) -> None:
        self._link = None
        self._set_timer(None)
        self.act(self.machine.lost(self._clock.now()))
        if self._on_close is not None:
            self._on_close(reason)

    def _tick(self) -> None:
        self._timer = self._due = None
        self.act(self.machine.tick(self._clock.now()))

    def _set_timer(self, due: Instant | None) -> None:
        if due == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = None if due is None else self._clock.call_at(due, self._tick)
