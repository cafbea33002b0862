"""The DSO's reading of the grid meter: reports in, power and registers out."""

from collections.abc import Callable
from typing import Final

from sterna.actors.dso.records import Measured, Read
from sterna.domain.registers import RegisterReading
from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import later
from sterna.protocols import iec61850
from sterna.runtime.ports import Clock, Link, Links, Wire

ADDRESS: Final = "meter:pcc"
IDENTITY: Final = "grid"
AGAIN_S: Final = 10.0
"""Pause before the meter is dialled again."""
PROTOCOL_ERROR: Final = 1002


class GridMeter:
    """The DSO's end of the link to the grid meter; opened again whenever it is lost."""

    def __init__(
        self, *, clock: Clock, links: Links, tell: Callable[[Measured | Read], None]
    ) -> None:
        """*tell* learns of what the meter reports."""
        self._clock = clock
        self._links = links
        self._tell = tell
        self._link: Link | None = None
        self._wanted = True

    def dial(self) -> None:
        """Open the link, unless the room has stopped."""
        if not self._wanted:
            return
        wire = Wire(protocol="IEC61850", src="GMS", dst="METERS", describe=iec61850.describe)
        self._links.dial(ADDRESS, self, wire=wire, identity=IDENTITY)

    def stop(self) -> None:
        """Close the link and leave it closed."""
        self._wanted = False
        if self._link is not None:
            self._link.close()
            self._link = None

    def opened(self, link: Link) -> None:
        """Keep the link."""
        self._link = link

    def received(self, frame: bytes) -> None:
        """Hand on what a report says; one that cannot be read closes the link."""
        try:
            metered = iec61850.metered(iec61850.read(frame))
        except BrokenPeer as broken:
            assert self._link is not None
            self._link.close(PROTOCOL_ERROR, str(broken)[:100])
            self._lost()
            return
        if metered.quality != "invalid":
            self._take(metered)

    def _take(self, metered: iec61850.Metered) -> None:
        now = self._clock.now()
        if metered.kw is not None:
            self._tell(Measured(at=now, kw=metered.kw))
        if metered.imported is not None and metered.exported is not None:
            reading = RegisterReading(
                at=metered.at, charged_wh=metered.imported, discharged_wh=metered.exported
            )
            self._tell(Read(at=now, reading=reading))

    def closed(self, code: int, reason: str) -> None:
        """Dial again."""
        del code, reason
        self._lost()

    def _lost(self) -> None:
        self._link = None
        self._clock.call_at(later(self._clock.now(), AGAIN_S), self.dial)
