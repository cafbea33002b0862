"""The link to the building's sensors: dialled again and again, because planning waits for it."""

from collections.abc import Callable
from typing import Final

from sterna.actors.bems.records import Metered
from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import later
from sterna.protocols import iec61850
from sterna.runtime.ports import Clock, Link, Links, Wire

ADDRESS: Final = "meter:pcc"
DATA_SET: Final = "building"
AGAIN_S: Final = 5.0
"""Pause before the meter is dialled again: it is in the same building."""
PROTOCOL_ERROR: Final = 1002
WIRE: Final = Wire(
    protocol="METER", src="BEMS", dst="BLD_SENSORS", describe=iec61850.describe_building
)


class BuildingMeter:
    """The BEMS's end of the link."""

    def __init__(self, *, clock: Clock, links: Links, tell: Callable[[Metered], None]) -> None:
        """*tell* learns of every reading."""
        self._clock = clock
        self._links = links
        self._tell = tell
        self._link: Link | None = None
        self._stopped = False

    def dial(self) -> None:
        """Open the link."""
        if not self._stopped:
            self._links.dial(ADDRESS, self, wire=WIRE, identity=DATA_SET)

    def stop(self) -> None:
        """Close the link for good."""
        self._stopped = True
        if self._link is not None:
            self._link.close()
            self._link = None

    def opened(self, link: Link) -> None:
        """Keep the link."""
        self._link = link

    def received(self, frame: bytes) -> None:
        """Hand a reading on; one that cannot be read closes the link, which is dialled again."""
        try:
            read = iec61850.building(iec61850.read(frame))
        except BrokenPeer as broken:
            if self._link is not None:
                self._link.close(PROTOCOL_ERROR, str(broken)[:100])
            self.closed(PROTOCOL_ERROR, str(broken))
            return
        if not self._stopped:
            self._tell(Metered(at=self._clock.now(), load_kw=read.load_kw, pv_kw=read.pv_kw))

    def closed(self, code: int, reason: str) -> None:
        """Dial again after a pause."""
        del code, reason
        self._link = None
        self._clock.call_at(later(self._clock.now(), AGAIN_S), self.dial)
