"""Links in memory: order, latency, refusal, and every fault that can be called in."""

from dataclasses import dataclass

import pytest
from runtime.counting import WIRE, Remembers, Site, says

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.memory import STALL_S_MAX
from sterna.runtime.ports import Knock, Link
from sterna.runtime.trace import Record
from sterna.runtime.virtual import VirtualClock


@dataclass
class Pair:
    """Two ends with an open link between them."""

    site: Site
    here: Remembers
    there: Remembers

    @property
    def near(self) -> Link:
        assert self.here.link is not None
        return self.here.link

    @property
    def far(self) -> Link:
        assert self.there.link is not None
        return self.there.link

    async def pause(self, seconds: float) -> None:
        await self.site.clock.sleep_until(Instant(self.site.clock.now() + seconds))


async def joined(clock: VirtualClock, *offered: str) -> Pair:
    """Return two ends joined by a link to a listener that speaks OCPP 2.0.1 and 2.1."""
    site = Site(clock)
    pair = Pair(site, Remembers(), Remembers())
    subprotocols = ("ocpp2.0.1", "ocpp2.1")
    await site.network.listen("cs_ems", lambda _knock: pair.there, subprotocols=subprotocols)
    site.network.dial(
        "cs_ems",
        pair.here,
        wire=WIRE,
        identity="porto-03",
        subprotocols=offered or ("ocpp2.1", "ocpp2.0.1"),
    )
    await pair.pause(1.0)
    return pair


def test_frames_arrive_whole_in_order_after_the_latency() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        for frame in (b"one", b"two", b"three"):
            pair.near.send(frame)
        await pair.pause(0.009)
        assert pair.there.frames == []
        await pair.pause(0.002)
        assert pair.there.frames == [b"one", b"two", b"three"]
        pair.far.send(b"answer")
        await pair.pause(0.02)
        assert pair.here.frames == [b"answer"]

    virtual.run(work)


def test_the_callers_preference_decides_the_subprotocol() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        assert (pair.near.subprotocol, pair.far.subprotocol) == ("ocpp2.1", "ocpp2.1")
        assert (pair.near.peer, pair.far.peer) == ("cs_ems", "porto-03")

    virtual.run(work)


def test_without_a_common_subprotocol_the_link_opens_and_closes_at_once() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock, "ocpp1.6")
        assert pair.near.subprotocol is None
        assert pair.here.closings == [(1002, "no common subprotocol")]
        assert pair.there.link is None

    virtual.run(work)


def test_a_listener_can_refuse() -> None:
    def refuse(knock: Knock) -> Remembers:
        raise Refused(f"unknown identity {knock.identity}")

    async def work(clock: VirtualClock) -> list[tuple[int, str]]:
        site, end = Site(clock), Remembers()
        await site.network.listen("cs_ems", refuse)
        site.network.dial("cs_ems", end, wire=WIRE, identity="x")
        site.network.dial("nowhere", end, wire=WIRE)
        await clock.sleep_until(Instant(1.0))
        assert end.link is None
        return end.closings

    assert virtual.run(work) == [
        (1006, "refused: unknown identity x"),
        (1006, "nobody listens at nowhere"),
    ]


def test_a_goodbye_comes_after_the_frames_sent_before() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.near.send(b"last")
        pair.near.close(1000, "done")
        pair.near.send(b"too late")
        await pair.pause(1.0)
        assert pair.there.frames == [b"last"]
        assert pair.there.closings == [(1000, "done")]
        assert pair.here.closings == []

    virtual.run(work)


def test_what_is_sent_after_the_end_is_traced_as_dropped() -> None:
    async def work(clock: VirtualClock) -> list[str]:
        pair = await joined(clock)
        seen: list[Record] = []
        pair.site.trace.listen(seen.append)
        pair.near.send(b"heard")
        pair.near.close()
        pair.near.send(b"unheard")
        return [f"{record.msg} {record.status}".strip() for record in seen]

    assert virtual.run(work) == ["OCPP heard", "OCPP unheard dropped"]


def test_a_reset_ends_both_sides_and_loses_what_is_on_the_way() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.near.send(b"lost")
        pair.site.network.reset("CS_C", "CS_EMS")
        await pair.pause(1.0)
        assert pair.there.frames == []
        assert pair.here.closings == pair.there.closings == [(1006, "reset")]

    virtual.run(work)


def test_a_short_partition_only_delays() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.site.network.partition("CS_EMS", "CS_C/porto-03")
        pair.near.send(b"one")
        pair.near.send(b"two")
        await pair.pause(STALL_S_MAX / 2)
        assert pair.there.frames == []
        pair.site.network.heal("CS_EMS", "CS_C/porto-03")
        await pair.pause(STALL_S_MAX)
        assert pair.there.frames == [b"one", b"two"]
        assert pair.here.closings == pair.there.closings == []

    virtual.run(work)


def test_a_long_partition_ends_the_link_and_refuses_new_ones() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.site.network.partition("CS_C", "CS_EMS")
        pair.near.send(b"lost")
        again = Remembers()
        pair.site.network.dial("cs_ems", again, wire=WIRE, identity="porto-03")
        await pair.pause(STALL_S_MAX + 1)
        assert pair.here.closings == pair.there.closings == [(1006, "nobody answers")]
        assert again.closings == [(1006, "nobody answers")]
        pair.site.network.heal("CS_C", "CS_EMS")
        await pair.pause(STALL_S_MAX)
        assert pair.there.frames == []

    virtual.run(work)


def test_a_partition_leaves_other_pairs_alone() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.site.network.partition("CS_C/porto-04", "CS_EMS")
        pair.near.send(b"one")
        await pair.pause(1.0)
        assert pair.there.frames == [b"one"]

    virtual.run(work)


@pytest.mark.parametrize("late_s", [0.5, 20.0])
def test_a_late_frame_holds_up_those_behind_it(late_s: float) -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.site.network.late_next("CS_C", "CS_EMS", late_s)
        pair.near.send(b"late")
        pair.near.send(b"behind")
        await pair.pause(late_s)
        assert pair.there.frames == []
        await pair.pause(0.02)
        assert pair.there.frames == [b"late", b"behind"]

    virtual.run(work)


def test_a_frame_can_arrive_twice() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.site.network.repeat_next("CS_C", "CS_EMS")
        pair.near.send(b"twice")
        pair.near.send(b"once")
        await pair.pause(1.0)
        assert pair.there.frames == [b"twice", b"twice", b"once"]

    virtual.run(work)


def test_a_delay_holds_until_it_is_taken_back() -> None:
    async def work(clock: VirtualClock) -> None:
        pair = await joined(clock)
        pair.site.network.delay("CS_C", "CS_EMS", 3.0)
        pair.near.send(b"slow")
        await pair.pause(3.0)
        assert pair.there.frames == []
        await pair.pause(0.02)
        pair.site.network.delay("CS_C", "CS_EMS", 0.0)
        pair.near.send(b"quick")
        await pair.pause(0.02)
        assert pair.there.frames == [b"slow", b"quick"]

    virtual.run(work)


def test_equal_runs_have_equal_traces_and_another_frame_makes_another() -> None:
    def digest(frame: bytes) -> str:
        async def work(clock: VirtualClock) -> str:
            pair = await joined(clock)
            pair.near.send(frame)
            pair.far.send(b"ack")
            await pair.pause(1.0)
            assert pair.site.trace.frames() == {"OCPP": 2}
            return pair.site.trace.digest()

        return virtual.run(work)

    assert digest(b"a") == digest(b"a")
    assert digest(b"a") != digest(b"b")
    assert says(b"ack") is None
