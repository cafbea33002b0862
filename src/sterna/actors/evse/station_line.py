"""The EVSE's end of the station's bus: it dials, hears each frame once, and dials again."""

from collections.abc import Callable

from sterna.actors.evse.settings import EvseSettings
from sterna.protocols.iec61851 import bus
from sterna.runtime.ports import Clock, Links, Wire
from sterna.runtime.standing import StandingLink


class StationLine:
    """A place on the bus of one station."""

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
        self._evse = settings.evse_id
        self._heard = heard
        self._inbox = bus.Inbox()
        station = settings.station_id
        wire = Wire(
            protocol="STATION", src=f"EVSE_C/{self._evse}", dst=f"CS_C/{station}",
            describe=bus.describe,
        )  # fmt: skip
        self._link = StandingLink(
            clock=clock, links=links, address=f"bus:{station}", wire=wire, identity=self._evse,
            again_s=settings.again_s, again_s_max=settings.again_s_max, hear=self._hear,
            joined=joined,
        )  # fmt: skip

    def dial(self) -> None:
        """Join the bus; set-points run out while it is away."""
        self._link.dial()

    def say(self, frame: bus.Up) -> None:
        """Send *frame*; without the bus it is dropped, and told anew after the next joining."""
        self._link.say(bus.encode(frame))

    def _hear(self, frame: bytes) -> None:
        """Take a frame that is for this EVSE and new."""
        heard = bus.decode_down(frame)
        if heard.evse != self._evse:
            return
        if self._inbox.fresh(heard):
            self._heard(heard)
        if bus.is_answered(heard):
            self.say(bus.Done(id=f"done {heard.id}", evse=self._evse, command=heard.id))
