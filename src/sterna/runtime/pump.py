"""Joins a sans-I/O machine to a link and a clock: the only place where bytes, time and events meet."""

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Clock, Link, Timer

E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")

POLICY_VIOLATION = 1008
"""The close code for a peer that broke its protocol (RFC 6455, registry of close codes)."""


class Machine(Protocol[E_co]):
    """The four verbs of every protocol machine."""

    def receive(self, now: Instant, data: bytes) -> Iterable[E_co]:
        """Take one frame from the peer and return what it means; BrokenPeer closes the link."""

    def tick(self, now: Instant) -> Iterable[E_co]:
        """Take the passing of time and return what came due."""

    @property
    def deadline(self) -> Instant | None:
        """When ``tick`` wants to be called next; None: not before something else happens."""

    def to_send(self) -> Iterable[bytes]:
        """Return, once, the frames that wait to be sent."""


class Pump(Generic[E]):
    """A link end that drives one machine and passes its events on."""

    def __init__(
        self,
        machine: Machine[E],
        clock: Clock,
        deliver: Callable[[E], None],
        *,
        on_open: Callable[[Link], None] | None = None,
        on_close: Callable[[int, str], None] | None = None,
    ) -> None:
        """Drive *machine*; hand each of its events to *deliver*."""
        self.machine = machine
        self.link: Link | None = None
        self._clock = clock
        self._deliver = deliver
        self._on_open = on_open
        self._on_close = on_close
        self._timer: Timer | None = None
        self._timer_due: Instant | None = None

    def opened(self, link: Link) -> None:
        """Take *link* and send what the machine has ready."""
        self.link = link
        if self._on_open is not None:
            self._on_open(link)
        self.flush()

    def received(self, frame: bytes) -> None:
        """Feed one frame to the machine."""
        try:
            events = self.machine.receive(self._clock.now(), frame)
        except BrokenPeer as broken:
            self.flush()  # The machine's own error answer goes out before the door closes.
            self._drop(POLICY_VIOLATION, str(broken))
            return
        self._pass_on(events)

    def closed(self, code: int, reason: str) -> None:
        """Forget the link; the machine's timers rest with it."""
        self.link = None
        self._set_timer(None)
        if self._on_close is not None:
            self._on_close(code, reason)

    def flush(self) -> None:
        """Send what waits and set the timer; call it after asking the machine for something."""
        if self.link is not None:
            for frame in self.machine.to_send():
                self.link.send(frame)
            self._set_timer(self.machine.deadline)

    def _pass_on(self, events: Iterable[E]) -> None:
        for event in events:
            self._deliver(event)
        self.flush()

    def _drop(self, code: int, reason: str) -> None:
        link = self.link
        if link is not None:
            link.close(code, reason)
            self.closed(code, reason)

    def _tick(self) -> None:
        self._timer = self._timer_due = None
        self._pass_on(self.machine.tick(self._clock.now()))

    def _set_timer(self, due: Instant | None) -> None:
        """Keep one timer, moved only when the deadline moves."""
        if due == self._timer_due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        self._timer = None if due is None else self._clock.call_at(due, self._tick)
