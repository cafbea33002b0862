"""The short lines inside and around a car: one end speaks, the other hears."""

from collections.abc import Callable
from typing import Final

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import later
from sterna.runtime.ports import Clock, Link, Links, Wire

POLICY_VIOLATION: Final = 1008
AGAIN_S: Final = 1.0
"""Pause before a broken line is opened again: both ends are in the same car."""


class Listening:
    """The hearing end: each frame goes to one function; who talks rubbish loses the line."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        """Hand every frame to *hear*, which raises BrokenPeer for what is none."""
        self._hear = hear
        self._link: Link | None = None

    def opened(self, link: Link) -> None:
        """Keep *link*, to be able to close it."""
        self._link = link

    def received(self, frame: bytes) -> None:
        """Hear *frame*."""
        try:
            self._hear(frame)
        except BrokenPeer as broken:
            if self._link is not None:
                self._link.close(POLICY_VIOLATION, str(broken))
                self._link = None

    def closed(self, _code: int, _reason: str) -> None:
        """Forget the link."""
        self._link = None


class Line:
    """The speaking end: it opens itself again when it breaks."""

    def __init__(self, links: Links, clock: Clock, address: str, wire: Wire) -> None:
        """Speak to *address* once :meth:`dial` was called."""
        self._links = links
        self._clock = clock
        self._address = address
        self._wire = wire
        self._link: Link | None = None

    def dial(self) -> None:
        """Open the line; who speaks is told by the name of its component."""
        speaker = self._wire.src.partition("/")[0]
        self._links.dial(self._address, self, wire=self._wire, identity=speaker)

    def opened(self, link: Link) -> None:
        """Speak on *link* from now on."""
        self._link = link

    def received(self, _frame: bytes) -> None:
        """Hear nothing: nobody speaks in this direction."""

    def closed(self, _code: int, _reason: str) -> None:
        """Open the line again."""
        self._link = None
        self._clock.call_at(later(self._clock.now(), AGAIN_S), self.dial)

    def say(self, frame: bytes) -> None:
        """Send *frame*; without a link it is lost, and the next one says more."""
        if self._link is not None:
            self._link.send(frame)
