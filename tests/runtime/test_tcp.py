"""Frames over TCP, once over streams in memory in virtual time and once over loopback sockets.

Times are virtual where a peer is waited for: a slow peer costs a test nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from runtime.counting import Remembers, says

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Seconds
from sterna.protocols.iso15118.framing import PAYLOAD_BYTES_MAX, Framer, PayloadType, framed
from sterna.runtime import virtual
from sterna.runtime.ports import Clock, Knock, LinkEnd, Wire
from sterna.runtime.system import SystemClock
from sterna.runtime.tcp import TcpLinks
from sterna.runtime.tcp_link import Patience, TcpLink
from sterna.runtime.trace import Trace

WIRE = Wire(protocol="ISO15118-20", src="EVCC/1", dst="EVSE_C/1", describe=says)
HELLO = framed(PayloadType.APP_PROTOCOL, b"hello")
ANSWER = framed(PayloadType.APP_PROTOCOL, b"answer")


class Place:
    """A listener, a caller, and strangers who speak bytes."""

    def __init__(self, clock: Clock, patience: Patience | None = None) -> None:
        self.clock = clock
        self.trace = Trace(clock)
        self.sent_away: list[str] = []
        self.here, self.there = Remembers(), Remembers()
        self.refuse = ""
        self.served = TcpLinks(
            self.trace, clock, Framer, {"secc": ("127.0.0.1", 0)}, patience=patience,
            refused=lambda _peer, reason: self.sent_away.append(reason),
        )  # fmt: skip
        self.calling = TcpLinks(self.trace, clock, Framer, {}, patience=patience)

    def accept(self, _knock: Knock) -> LinkEnd:
        if self.refuse:
            raise Refused(self.refuse)
        return self.there

    async def listen(self) -> None:
        await self.served.listen("secc", self.accept, wire=lambda _knock: WIRE)
        self.calling = TcpLinks(
            self.trace, self.clock, Framer, {"secc": self.served.bound("secc"), "nobody": ("127.0.0.1", 9)},
        )  # fmt: skip

    async def joined(self) -> tuple[TcpLink, TcpLink]:
        await self.listen()
        self.calling.dial("secc", self.here, wire=WIRE)
        await self.until(lambda: self.here.link and self.there.link)
        assert isinstance(self.here.link, TcpLink)
        assert isinstance(self.there.link, TcpLink)
        return self.here.link, self.there.link

    async def stranger(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection of somebody who may send any bytes."""
        await self.listen()
        return await asyncio.open_connection(*self.served.bound("secc"))

    async def until(self, happened: Callable[[], object]) -> None:
        for _ in range(1000):
            if happened():
                return
            await self.clock.sleep_until(Instant(self.clock.now() + 0.01))
        raise AssertionError("it did not happen")

    async def close(self) -> None:
        await self.calling.close()
        await self.served.close()


Story = Callable[[Place], Awaitable[None]]
Stage = Callable[[Story], None]


def in_virtual_time(story: Story, patience: Patience | None = None) -> None:
    async def work(clock: Clock) -> None:
        place = Place(clock, patience)
        await story(place)
        await place.close()

    virtual.run(work)


def on_loopback(story: Story) -> None:
    async def work() -> None:
        place = Place(SystemClock())
        await story(place)
        await place.close()

    asyncio.run(work())


@pytest.fixture(params=[in_virtual_time, on_loopback], ids=["memory", "loopback"])
def stage(request: pytest.FixtureRequest) -> Stage:
    stage: Stage = request.param
    return stage


def test_frames_go_both_ways_whole_and_in_order(stage: Stage) -> None:
    async def story(place: Place) -> None:
        here, there = await place.joined()
        longest = framed(PayloadType.COMMON, b"x" * PAYLOAD_BYTES_MAX)
        for frame in (HELLO, longest, HELLO):
            here.send(frame)
        there.send(ANSWER)
        await place.until(lambda: len(place.there.frames) == 3 and place.here.frames)
        assert place.there.frames == [HELLO, longest, HELLO]
        assert place.here.frames == [ANSWER]
        assert here.secured == ""

    stage(story)


def test_a_close_reaches_the_peer_after_all_frames(stage: Stage) -> None:
    async def story(place: Place) -> None:
        here, _ = await place.joined()
        for _ in range(20):
            here.send(HELLO)
        here.close()
        here.close()
        here.send(HELLO)
        await place.until(lambda: place.there.closings)
        assert place.there.frames == [HELLO] * 20
        assert place.there.closings == [(1006, "the peer hung up")]
        assert place.here.closings == []

    stage(story)


def test_pieces_of_any_size_are_put_together(stage: Stage) -> None:
    async def story(place: Place) -> None:
        reader, writer = await place.stranger()
        for byte in HELLO:
            writer.write(bytes([byte]))
            await writer.drain()
        writer.write(HELLO + HELLO[:3])
        writer.write(HELLO[3:])
        await place.until(lambda: len(place.there.frames) == 3)
        assert place.there.link is not None
        place.there.link.send(ANSWER)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        writer.close()
        await place.until(lambda: place.there.closings)

    stage(story)


def test_garbage_costs_the_connection_and_says_why(stage: Stage) -> None:
    async def story(place: Place) -> None:
        reader, writer = await place.stranger()
        writer.write(HELLO + b"GET / HTTP/1.1\r\n\r\n" + HELLO)
        assert await reader.read() == b""
        writer.close()
        await place.until(lambda: place.there.closings)
        assert place.there.frames == [HELLO]
        assert place.there.closings == [
            (1008, "not V2GTP: version byte 0x47 where 0x01 belongs")
        ]  # fmt: skip

    stage(story)


def test_a_frame_that_drips_in_is_not_waited_for() -> None:
    async def story(place: Place) -> None:
        reader, writer = await place.stranger()
        began = place.clock.now()
        ended = asyncio.ensure_future(reader.read())
        for byte in framed(PayloadType.COMMON, b"x" * 100):
            if ended.done():
                break
            writer.write(bytes([byte]))
            await asyncio.wait((ended,), timeout=0.1)
        assert await ended == b""
        assert place.clock.now() - began == pytest.approx(2.0, abs=0.1)
        assert place.there.closings == [(1008, "the peer did not finish its frame in time")]
        writer.close()

    in_virtual_time(story)


def test_slow_but_whole_frames_are_nobody_s_fault() -> None:
    async def story(place: Place) -> None:
        _, writer = await place.stranger()
        await place.until(lambda: place.there.link)
        for _ in range(5):
            writer.write(HELLO[:5])
            await place.clock.sleep_until(Instant(place.clock.now() + 1.5))
            writer.write(HELLO[5:])
            await place.clock.sleep_until(Instant(place.clock.now() + 10.0))
        assert place.there.frames == [HELLO] * 5
        assert place.there.closings == []
        writer.close()

    in_virtual_time(story)


def test_who_hangs_up_in_the_middle_of_a_frame_is_named(stage: Stage) -> None:
    async def story(place: Place) -> None:
        _, writer = await place.stranger()
        writer.write(HELLO[:9])
        writer.close()
        await place.until(lambda: place.there.closings)
        assert place.there.closings == [(1006, "the peer hung up in the middle of a frame")]

    stage(story)


def test_a_peer_that_does_not_read_is_dropped(stage: Stage) -> None:
    async def story(place: Place) -> None:
        _, writer = await place.stranger()
        await place.until(lambda: place.there.link)
        assert place.there.link is not None
        big = framed(PayloadType.COMMON, bytes(PAYLOAD_BYTES_MAX))
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a stream's
        for _ in range(400):
            place.there.link.send(big)
            await place.clock.sleep_until(Instant(place.clock.now()))
            if place.there.closings:
                break
        assert place.there.closings == [(1013, "the peer does not take its frames")]
        writer.close()

    stage(story)


def test_a_peer_that_does_not_hang_up_is_left_after_a_while() -> None:
    async def story(place: Place) -> None:
        _, writer = await place.stranger()
        await place.until(lambda: place.there.link)
        assert place.there.link is not None
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        place.there.link.close()
        began = place.clock.now()
        await place.served.close()
        assert place.clock.now() - began == pytest.approx(2.0)
        writer.close()

    in_virtual_time(story)


def test_who_is_refused_and_who_is_too_many_are_sent_away(stage: Stage) -> None:
    async def story(place: Place) -> None:
        reader, first = await place.stranger()
        await place.until(lambda: place.there.link)
        place.refuse = "one car at a time"
        others = [await asyncio.open_connection(*place.served.bound("secc")) for _ in range(9)]
        ends = [await other.read() for other, _ in others]
        assert ends == [b""] * 9
        assert place.there.closings == []
        assert not reader.at_eof()
        reasons = set(place.sent_away)
        assert reasons <= {"one car at a time", "too many connections"}
        assert len(place.sent_away) == 9
        first.close()
        for _, writer in others:
            writer.close()

    stage(story)


def test_the_fifth_connection_is_one_too_many() -> None:
    async def story(place: Place) -> None:
        await place.listen()
        at = place.served.bound("secc")
        callers = [await asyncio.open_connection(*at) for _ in range(5)]
        assert await callers[4][0].read() == b""
        assert place.sent_away == ["too many connections"]
        for _, writer in callers:
            writer.close()

    in_virtual_time(story)


def test_nobody_at_home_is_an_answer(stage: Stage) -> None:
    async def story(place: Place) -> None:
        await place.listen()
        place.calling.dial("nobody", place.here, wire=WIRE)
        await place.until(lambda: place.here.closings)
        ((code, reason),) = place.here.closings
        assert code == 1006
        assert "127.0.0.1:9" in reason
        assert place.here.link is None

    stage(story)


def test_closing_while_dialling_ends_at_once() -> None:
    async def story(place: Place) -> None:
        await place.listen()
        place.calling.dial("secc", place.here, wire=WIRE)
        await place.calling.close()
        assert place.here.link is None

    in_virtual_time(story)


def test_patience_is_counted_on_the_clock_that_is_handed_in() -> None:
    patience = Patience(frame_s=Seconds(3600.0))

    async def story(place: Place) -> None:
        reader, writer = await place.stranger()
        began = place.clock.now()
        writer.write(HELLO[:5])
        assert await reader.read() == b""
        assert place.clock.now() - began == pytest.approx(3600.0)
        writer.close()

    in_virtual_time(story, patience)
