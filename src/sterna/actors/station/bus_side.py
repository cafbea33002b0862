"""The station's bus: a line to each EVSE, and the alarm for one that does not acknowledge commands."""

from collections.abc import Callable
from functools import partial

from sterna.actors.station.settings import StationSettings
from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import Kilowatts
from sterna.protocols.iec61851 import bus
from sterna.runtime.ports import Clock, Knock, Link, LinkEnd, Timer
from sterna.runtime.pump import POLICY_VIOLATION


class BusSide:
    """The lines of one station to its EVSEs."""

    def __init__(
        self,
        settings: StationSettings,
        clock: Clock,
        heard: Callable[[int, bus.Up], None],
        deaf: Callable[[int, str], None],
    ) -> None:
        """Hand what EVSEs say to *heard*; *deaf* learns the reason why one counts as out of order, then ""."""
        self.up = False
        """Whether the station has power."""
        self.aimed: dict[int, Kilowatts] = {}
        """The power that each EVSE was told last, since it joined."""
        self._identity = settings.identity
        self._numbers = {one.evse_id: k for k, one in enumerate(settings.outlets, start=1)}
        self._clock = clock
        self._tell = heard
        self._tell_deaf = deaf
        self._lines: dict[int, BusEnd] = {}
        self._commands: dict[int, bus.Commands] = {}
        self._alarms: dict[int, Timer] = {}
        self._deaf: dict[int, None] = {}
        """EVSEs that did not acknowledge a command and have not been heard since."""

    def accept(self, knock: Knock) -> LinkEnd:
        """Take the line of an EVSE of this station. Raises Refused."""
        number = self._numbers.get(knock.identity)
        if number is None or not self.up:
            raise Refused(f"{self._identity} has no {knock.identity} now")
        return BusEnd(number, self._joined, self._heard)

    def down(self) -> None:
        """Lose the power: all lines, and what was expected of them."""
        self.up = False
        for line in list(self._lines.values()):
            line.hang_up("the station is down")
        for alarm in self._alarms.values():
            alarm.cancel()
        for kept in (self._lines, self._commands, self._alarms, self._deaf, self.aimed):
            kept.clear()

    def say(self, number: int, frame: bus.Down) -> None:
        """Send *frame* to an EVSE, if it is there, and expect that it says so."""
        self._commands.setdefault(number, bus.Commands()).sent(frame, self._clock.now())
        line = self._lines.get(number)
        if line is not None:
            line.say(frame)
        self._watch(number)

    def _joined(self, line: "BusEnd") -> None:
        before = self._lines.get(line.number)
        self._lines[line.number] = line
        self.aimed.pop(line.number, None)  # What it has missed is a command again.
        if before is not None:
            before.hang_up("another took its place")

    def _heard(self, number: int, frame: bus.Up) -> None:
        if number in self._deaf:
            del self._deaf[number]
            self._tell_deaf(number, "")
        if isinstance(frame, bus.Done):
            self._commands.setdefault(number, bus.Commands()).done(frame.command)
        self._tell(number, frame)

    def _watch(self, number: int) -> None:
        """Look at an EVSE's acknowledgements when the next is due."""
        due = self._commands[number].deadline
        if due is not None and number not in self._alarms:
            self._alarms[number] = self._clock.call_at(due, partial(self._look, number))

    def _look(self, number: int) -> None:
        """Raise the alarm for an EVSE that did not acknowledge a command in time."""
        del self._alarms[number]
        late = self._commands[number].late(self._clock.now())
        if late and number not in self._deaf:
            self._deaf[number] = None
            self._tell_deaf(number, "does not acknowledge " + ", ".join(late))
        self._watch(number)


class BusEnd:
    """The station's end of the bus to one EVSE."""

    def __init__(
        self,
        number: int,
        joined: Callable[["BusEnd"], None],
        heard: Callable[[int, bus.Up], None],
    ) -> None:
        """Hand what EVSE *number* says to *heard*, each frame once."""
        self.number = number
        self._joined = joined
        self._heard = heard
        self._link: Link | None = None
        self._inbox = bus.Inbox()

    def opened(self, link: Link) -> None:
        """Speak on *link* from now on."""
        self._link = link
        self._joined(self)

    def received(self, frame: bytes) -> None:
        """Hear one frame; rubbish costs its sender the link."""
        if self._link is None:
            return
        try:
            heard = bus.decode_up(frame)
        except BrokenPeer as broken:
            self.hang_up(str(broken), code=POLICY_VIOLATION)
            return
        if self._inbox.fresh(heard):
            self._heard(self.number, heard)

    def closed(self, _code: int, _reason: str) -> None:
        """Wait for the EVSE to join again."""
        self._link = None

    def say(self, frame: bus.Down) -> None:
        """Send *frame*, if the EVSE is there; what it misses it is told when it joins."""
        if self._link is not None:
            self._link.send(bus.encode(frame))

    def hang_up(self, reason: str, *, code: int = 1006) -> None:
        """Close the link."""
        link, self._link = self._link, None
        if link is not None:
            link.close(code, reason)
