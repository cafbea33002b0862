"""A link that its owner opens, and opens again after a pause whenever it is gone."""

from collections.abc import Callable
from typing import Final

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Seconds, later
from sterna.runtime.ports import Clock, Link, Links, Wire
from sterna.runtime.pump import POLICY_VIOLATION

REASON_LETTERS_MAX: Final = 100
"""A WebSocket's close frame has room for 123 bytes of reason."""
DOUBLINGS_MAX: Final = 10
"""Pauses grow a thousandfold at most, so that the power stays a number."""


class StandingLink:
    """The dialling end of a link that is meant to stand for good.

    A frame that cannot be read (:class:`BrokenPeer`) costs the peer the link, which is then dialled
    again like any other that is lost.
    """

    __slots__ = (
        "_address", "_again_s", "_again_s_max", "_attempts", "_clock", "_hear", "_identity", "_joined", "_link", "_links", "_wanted",
        "_wire",
    )  # fmt: skip

    def __init__(
        self,
        *,
        clock: Clock,
        links: Links,
        address: str,
        wire: Wire,
        identity: str,
        again_s: Seconds,
        again_s_max: Seconds | None = None,
        hear: Callable[[bytes], None] | None = None,
        joined: Callable[[], None] | None = None,
    ) -> None:
        """Dial *address* as *identity* once :meth:`dial` is called.

        The pause before each new attempt is *again_s*; with *again_s_max* it doubles up to that with
        every failure in a row. Frames go to *hear*, which raises BrokenPeer for rubbish; without it
        the peer is not listened to. *joined* is called whenever the link is there (again).
        """
        self._clock = clock
        self._links = links
        self._address = address
        self._wire = wire
        self._identity = identity
        self._again_s = again_s
        self._again_s_max = again_s if again_s_max is None else again_s_max
        self._hear = hear
        self._joined = joined
        self._link: Link | None = None
        self._attempts = 0
        self._wanted = True

    def dial(self) -> None:
        """Open the link, unless it was stopped meanwhile."""
        if self._wanted:
            self._links.dial(self._address, self, wire=self._wire, identity=self._identity)

    def stop(self) -> None:
        """Close the link and leave it closed."""
        self._wanted = False
        self._hang_up(1000, "")

    def say(self, frame: bytes) -> None:
        """Send *frame*; while there is no link it is lost."""
        if self._link is not None:
            self._link.send(frame)

    # What the link tells.

    def opened(self, link: Link) -> None:
        """Speak on *link* from now on."""
        if not self._wanted:
            link.close()
            return
        self._link = link
        self._attempts = 0
        if self._joined is not None:
            self._joined()

    def received(self, frame: bytes) -> None:
        """Hand *frame* on; rubbish costs its sender the link."""
        if self._hear is None:
            return
        try:
            self._hear(frame)
        except BrokenPeer as broken:
            reason = str(broken)[:REASON_LETTERS_MAX]
            self._hang_up(POLICY_VIOLATION, reason)
            self.closed(POLICY_VIOLATION, reason)

    def closed(self, _code: int, _reason: str) -> None:
        """Dial again after the pause."""
        self._link = None
        if not self._wanted:
            return
        grown = self._again_s * 2.0 ** min(self._attempts, DOUBLINGS_MAX)
        self._attempts += 1
        pause = min(grown, self._again_s_max)
        self._clock.call_at(later(self._clock.now(), pause), self.dial)

    def _hang_up(self, code: int, reason: str) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close(code, reason)
