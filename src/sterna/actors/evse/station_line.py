"""The EVSE's end of the station's bus: it dials, hears each frame once, and dials again."""

from collections.abc import Callable

from sterna.actors.evse.settings import EvseSettings
from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import later
from sterna.protocols.iec61851 import bus
from sterna.runtime.ports import Clock, Link, Links, Wire


class StationLine:
    """A link end on the bus of one station."""

    def __init__(
        self,
        *,
        settings: EvseSettings,
        clock: Clock,
        links: Links,
        heard: Callable[[bus.Down], None],
        joined: Callable[[], None],
    ) -> None:
        """Hand each frame to *heard*; *joined* is called whenever the bus is there (again)."""
        self._settings = settings
        self._clock = clock
        self._links = links
        self._heard = heard
        self._joined = joined
        self._link: Link | None = None
        self._inbox = bus.Inbox()
        self._attempts = 0

    def dial(self) -> None:
        """Join the bus."""
        evse, station = self._settings.evse_id, self._settings.station_id
        wire = Wire(
            protocol="STATION", src=f"EVSE_C/{evse}", dst=f"CS_C/{station}", describe=bus.describe
        )
        self._links.dial(f"bus:{station}", self, wire=wire, identity=evse)

    def opened(self, link: Link) -> None:
        """Speak on *link* from now on."""
        self._link = link
        self._attempts = 0
        self._joined()

    def received(self, frame: bytes) -> None:
        """Hear a frame that is for this EVSE and new; rubbish costs its sender the link."""
        try:
            heard = bus.decode_down(frame)
        except BrokenPeer as broken:
            if self._link is not None:
                self._link.close(1008, str(broken))
                self.closed(1008, str(broken))
            return
        if heard.evse == self._settings.evse_id and self._inbox.fresh(heard):
            self._heard(heard)

    def closed(self, _code: int, _reason: str) -> None:
        """Dial again, later and later; set-points run out meanwhile."""
        self._link = None
        settings = self._settings
        pause = min(settings.again_s * 2.0 ** min(self._attempts, 10), settings.again_s_max)
        self._attempts += 1
        self._clock.call_at(later(self._clock.now(), pause), self.dial)

    def say(self, frame: bus.Up) -> None:
        """Send *frame*; without the bus it is dropped, and told anew after the next joining."""
        if self._link is not None:
            self._link.send(bus.encode(frame))
