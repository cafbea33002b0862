"""The pump: bytes, time and events meet, and a peer that breaks its protocol loses only its link."""

from collections.abc import Iterable

from runtime.counting import WIRE, Remembers, Site

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.pump import Pump
from sterna.runtime.virtual import VirtualClock


class Echo:
    """Answers what it hears, and says ``hello?`` after ten seconds of silence."""

    def __init__(self) -> None:
        self.deadline: Instant | None = Instant(10.0)
        self._out: list[bytes] = [b"hello"]

    def receive(self, now: Instant, data: bytes) -> Iterable[str]:
        if data == b"rubbish":
            self._out.append(b"error")
            raise BrokenPeer("rubbish")
        self.deadline = Instant(now + 10)
        self._out.append(b"echo " + data)
        return [data.decode()]

    def tick(self, now: Instant) -> Iterable[str]:
        self.deadline = Instant(now + 10)
        self._out.append(b"hello?")
        return ["silence"]

    def to_send(self) -> Iterable[bytes]:
        out, self._out = self._out, []
        return out


class Ends:
    """An echoing pump at a listener, and a caller that remembers."""

    def __init__(self, clock: VirtualClock) -> None:
        self.site = Site(clock)
        self.here = Remembers()
        self.events: list[str] = []
        self.opened: list[str] = []
        self.closings: list[tuple[int, str]] = []
        self.pump = Pump(
            Echo(),
            clock,
            self.events.append,
            on_open=lambda link: self.opened.append(link.peer),
            on_close=lambda code, reason: self.closings.append((code, reason)),
        )

    async def join(self) -> None:
        await self.site.network.listen("echo", lambda _knock: self.pump)
        self.site.network.dial("echo", self.here, wire=WIRE, identity="porto-03")
        await self.site.clock.sleep_until(Instant(1.0))


def test_frames_become_events_and_answers_go_out() -> None:
    async def work(clock: VirtualClock) -> None:
        ends = Ends(clock)
        await ends.join()
        assert ends.here.link is not None
        ends.here.link.send(b"a")
        await clock.sleep_until(Instant(5.0))
        assert ends.events == ["a"]
        assert ends.here.frames == [b"hello", b"echo a"]
        assert ends.opened == ["porto-03"]

    virtual.run(work)


def test_the_deadline_ticks_at_its_instant_and_moves() -> None:
    async def work(clock: VirtualClock) -> None:
        ends = Ends(clock)
        await ends.join()
        assert ends.here.link is not None
        ends.here.link.send(b"a")
        await clock.sleep_until(Instant(11.0))
        assert ends.events == ["a"]
        await clock.sleep_until(Instant(32.0))
        assert ends.events == ["a", "silence", "silence", "silence"]

    virtual.run(work)


def test_rubbish_gets_the_machines_answer_and_then_the_door() -> None:
    async def work(clock: VirtualClock) -> None:
        ends = Ends(clock)
        await ends.join()
        assert ends.here.link is not None
        ends.here.link.send(b"rubbish")
        await clock.sleep_until(Instant(100.0))
        assert ends.here.frames == [b"hello", b"error"]
        assert ends.here.closings == ends.closings == [(1008, "rubbish")]
        assert ends.events == []

    virtual.run(work)


def test_after_the_end_the_machine_is_left_alone() -> None:
    async def work(clock: VirtualClock) -> None:
        ends = Ends(clock)
        await ends.join()
        assert ends.here.link is not None
        ends.here.link.close(1000, "bye")
        await clock.sleep_until(Instant(100.0))
        ends.pump.flush()
        assert ends.events == []
        assert ends.closings == [(1000, "bye")]

    virtual.run(work)
