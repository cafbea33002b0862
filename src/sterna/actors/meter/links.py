"""The meters on the wire: two IEC 61850 devices, one reader each."""

from collections.abc import Callable, Iterable
from math import floor
from typing import Final

from msgspec.structs import replace

from sterna.actors.meter import ADDRESS, core
from sterna.actors.meter.settings import MeterSettings, SiteSensors
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, later
from sterna.kernel.records import Command
from sterna.protocols import iec61850
from sterna.protocols.iec61850.model import TOT_W
from sterna.runtime.actor import Actor
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Knock, Link, LinkEnd, Links, Timer, Wire
from sterna.runtime.supervisor import Supervisor

GRID: Final = "grid"
BUILDING: Final = "building"
GOING_AWAY: Final = 1001
"""The close code for a reader whose place a newer one takes."""
WIRES: Final = {
    GRID: Wire(protocol="IEC61850", src="GMS", dst="METERS", describe=iec61850.describe),
    BUILDING: Wire(
        protocol="METER", src="BEMS", dst="BLD_SENSORS", describe=iec61850.describe_building
    ),
}
"""How the links stand in the trace; who dials one of them names it alike."""


class Meter:
    """The room: its actor, its two devices and their readers."""

    def __init__(
        self,
        *,
        settings: MeterSettings,
        clock: Clock,
        journal: Journal,
        supervisor: Supervisor,
        links: Links,
        sensors: SiteSensors,
    ) -> None:
        """*links* is where readers dial; *sensors* is the hardware."""
        self._settings = settings
        self._clock = clock
        self._links = links
        self._sensors = sensors
        now = clock.now()
        measurements = replace(
            iec61850.MEASUREMENTS,
            refs=(TOT_W,),
            triggers=frozenset({"dchg", "integrity", "gi"}),
            integrity_s=settings.period_s,
        )
        self._grid = iec61850.Server(
            now,
            iec61850.pcc(dead_band_w=settings.dead_band_kw * 1000.0),
            blocks=(measurements, iec61850.ENERGY),
        )
        # Asked on the clock of the site instead of reporting on its own: see ahead_s.
        asked = replace(iec61850.BUILDING, triggers=frozenset({"gi"}), integrity_s=None)
        self._building = iec61850.Server(now, iec61850.building_model(), blocks=(asked,))
        self._readers = {GRID: Reader(self._grid_open), BUILDING: Reader(self._building_open)}
        self._timers: dict[str, Timer] = {}
        self.actor = Actor(
            "meter",
            core.decide,
            core.State(imported=core.Register(), exported=core.Register()),
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )

    async def start(self) -> None:
        """Recover, take readers, and read the sensors on the clock from now on."""
        self.actor.start()
        await self._links.listen(ADDRESS, self._accept, wire=lambda knock: WIRES[knock.identity])
        self._on_boundary()
        self._wait_for_building()

    def stop(self) -> None:
        """Read the sensors no more; a next start goes on from the journal."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for reader in self._readers.values():
            reader.leave()
        self.actor.stop()

    def changed(self) -> None:
        """Take note that the site's power has changed; cheap, and merged with what follows soon."""
        if "change" not in self._timers:
            due = later(self._clock.now(), self._settings.buffer_s)
            self._wake("change", due, self._after_change)

    def _wake(self, name: str, due: Instant, call: Callable[[], None]) -> None:
        self._timers[name] = self._clock.call_at(due, call)

    def _accept(self, knock: Knock) -> LinkEnd:
        reader = self._readers.get(knock.identity)
        if reader is None:
            raise Refused(f"the meter has no data for {knock.identity}")
        return Seat(reader)

    def _boundary(self, moment: Instant) -> Instant:
        """Return the first boundary of a period after *moment*."""
        period = self._settings.period_s
        return Instant((floor(moment / period) + 1) * period)

    # -- reading on the clock ---------------------------------------------------------------

    def _on_boundary(self) -> None:
        """Read everything, at the start and whenever integrity reports of the grid meter are due."""
        self._measure()
        self._wake("boundary", self._boundary(self._clock.now()), self._on_boundary)

    def _before_boundary(self) -> None:
        """Report the building, shortly before the boundary that plans begin at."""
        self._tell_building()
        self._wait_for_building()

    def _wait_for_building(self) -> None:
        ahead = self._settings.ahead_s
        due = later(self._boundary(later(self._clock.now(), ahead)), -ahead)
        self._wake("building", due, self._before_boundary)

    def _measure(self) -> None:
        """Read power and registers into the journal."""
        powers, (imported, exported) = self._sensors.powers(), self._sensors.registers_wh()
        self.actor.tell(
            core.Measured(
                at=self._clock.now(), load_kw=powers.load_kw, pv_kw=powers.pv_kw,
                cars_kw=powers.cars_kw, grid_kw=powers.grid_kw,
                imported_wh=imported, exported_wh=exported,
            )
        )  # fmt: skip

    def _perform(self, command: Command, _command_id: str) -> None:
        """Put what was measured into the grid meter's model."""
        assert isinstance(command, core.Show), command
        now = self._clock.now()
        values = iec61850.registers(command.imported, command.exported)
        values |= iec61850.measurement(command.grid_kw)
        reports = self._grid.update(now, values)
        self._readers[GRID].send((*reports, *self._grid.tick(now)))

    def _after_change(self) -> None:
        """Report the connection's power, if it has left the dead band."""
        self._timers.pop("change", None)
        values = iec61850.measurement(self._sensors.powers().grid_kw)
        self._readers[GRID].send(self._grid.update(self._clock.now(), values))

    def _tell_building(self) -> None:
        """Report load and PV as they are now."""
        reader, now = self._readers[BUILDING], self._clock.now()
        if reader.link is not None:
            powers = self._sensors.powers()
            self._building.update(now, iec61850.building_values(powers.load_kw, powers.pv_kw))
            reader.send(self._building.interrogate(now, iec61850.BUILDING.rpt_id))

    # -- readers ----------------------------------------------------------------------------

    def _grid_open(self, is_open: bool) -> None:  # noqa: FBT001  # a state, told by Reader
        """Give a new reader what was kept for it, and the present power; keep energies for an absent one."""
        now = self._clock.now()
        for block in (iec61850.MEASUREMENTS, iec61850.ENERGY):
            if is_open:
                self._readers[GRID].send(self._grid.enable(now, block.rpt_id))
            else:
                self._grid.disable(block.rpt_id)
        if is_open:
            self._after_change()

    def _building_open(self, is_open: bool) -> None:  # noqa: FBT001  # as above
        """Tell a new reader at once what it would else learn within a period."""
        if is_open:
            self._building.enable(self._clock.now(), iec61850.BUILDING.rpt_id)
            self._tell_building()
        else:
            self._building.disable(iec61850.BUILDING.rpt_id)


class Reader:
    """Whoever reads one device: at most one link; a newer one replaces it."""

    def __init__(self, is_open: Callable[[bool], None]) -> None:
        """Tell *is_open* when a link opens or the last one goes."""
        self._is_open = is_open
        self.link: Link | None = None

    def send(self, reports: Iterable[iec61850.Report]) -> None:
        """Send *reports*, if anybody listens."""
        if self.link is not None:
            for report in reports:
                self.link.send(iec61850.written(report))

    def sits(self, link: Link) -> None:
        """Take *link* as the reader's."""
        before, self.link = self.link, link
        if before is not None:
            before.close(GOING_AWAY, "another reader took this place")
        self._is_open(True)

    def leave(self) -> None:
        """Close the reader's link: the meter goes away."""
        link = self.link
        if link is not None:
            self.leaves(link)
            link.close(GOING_AWAY, "the meter stops")

    def leaves(self, link: Link | None) -> None:
        """Let *link* go; a link that was replaced has no place to lose."""
        if link is not None and link is self.link:
            self.link = None
            self._is_open(False)


class Seat:
    """The meter's end of one link."""

    def __init__(self, reader: Reader) -> None:
        """Serve *reader* once the link is open."""
        self._reader = reader
        self._link: Link | None = None

    def opened(self, link: Link) -> None:
        """Begin to report."""
        self._link = link
        self._reader.sits(link)

    def received(self, frame: bytes) -> None:
        """Ignore what a reader says: it asks for its data by its identity."""

    def closed(self, code: int, reason: str) -> None:
        """Stop reporting to this link."""
        del code, reason
        self._reader.leaves(self._link)
