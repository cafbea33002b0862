"""The hearing end of the short lines inside and around a car; the speaking end is a standing link."""

from collections.abc import Callable

from sterna.kernel.errors import BrokenPeer
from sterna.runtime.ports import Link
from sterna.runtime.pump import POLICY_VIOLATION


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
