"""Real WebSockets, once over streams in memory in virtual time and once over loopback sockets."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from runtime.counting import Remembers, says
from websockets.asyncio.client import connect

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.ports import Clock, Knock, Link, Unauthorized, Wire
from sterna.runtime.system import SystemClock
from sterna.runtime.trace import Trace
from sterna.runtime.websocket import FRAME_BYTES_MAX, FRAMES_WAITING_MAX, WebSocketLinks

PASSWORD = "a password of some length"


def wire_of(knock: Knock) -> Wire:
    return Wire(protocol="OCPP", src=f"CS_C/{knock.identity}", dst="CS_EMS", describe=says)


class Place:
    """A listener that knows porto-03, and a caller."""

    def __init__(self, clock: Clock, port: int) -> None:
        self.clock = clock
        self.trace = Trace(clock)
        self.links = WebSocketLinks(self.trace, {"cs_ems": f"ws://127.0.0.1:{port}/ocpp"})
        self.here, self.there = Remembers(), Remembers()
        self.knocks: list[Knock] = []

    def accept(self, knock: Knock) -> Remembers:
        self.knocks.append(knock)
        if knock.identity not in ("porto-03", "ü/1"):
            raise Refused(f"unknown identity {knock.identity}")
        if knock.credentials not in (None, (knock.identity, PASSWORD)):
            raise Unauthorized("wrong password")
        return self.there

    async def listen(self) -> None:
        subprotocols = ("ocpp2.0.1", "ocpp2.1")
        await self.links.listen("cs_ems", self.accept, subprotocols=subprotocols, wire=wire_of)

    def dial(
        self,
        identity: str = "porto-03",
        *offered: str,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.links.dial(
            "cs_ems",
            self.here,
            wire=wire_of(Knock(identity=identity)),
            identity=identity,
            subprotocols=offered or ("ocpp2.1", "ocpp2.0.1"),
            credentials=credentials,
        )

    async def until(self, happened: Callable[[], object]) -> None:
        for _ in range(500):
            if happened():
                return
            await self.clock.sleep_until(Instant(self.clock.now() + 0.01))
        raise AssertionError("it did not happen")

    async def joined(self) -> tuple[Link, Link]:
        await self.listen()
        self.dial()
        await self.until(lambda: self.here.link and self.there.link)
        assert self.here.link is not None
        assert self.there.link is not None
        return self.here.link, self.there.link


Story = Callable[[Place], Awaitable[None]]
Stage = Callable[[Story], None]


def in_virtual_time(story: Story) -> None:
    async def work(clock: virtual.VirtualClock) -> None:
        place = Place(clock, 9000)
        await story(place)
        await place.links.close()

    virtual.run(work, start=1_751_328_000.0)


def over_loopback(story: Story) -> None:
    async def work() -> None:
        place = Place(SystemClock(), await free_port())
        await story(place)
        await place.links.close()

    asyncio.run(work())


async def free_port() -> int:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


@pytest.fixture(params=[in_virtual_time, over_loopback])
def stage(request: pytest.FixtureRequest) -> Stage:
    chosen: Stage = request.param
    return chosen


def test_frames_cross_in_both_directions_in_order(stage: Stage) -> None:
    async def story(place: Place) -> None:
        near, far = await place.joined()
        for k in range(50):
            near.send(b"frame %d" % k)
            far.send(b"answer %d" % k)
        await place.until(lambda: len(place.here.frames) + len(place.there.frames) == 100)
        assert place.there.frames == [b"frame %d" % k for k in range(50)]
        assert place.here.frames == [b"answer %d" % k for k in range(50)]
        assert (near.subprotocol, far.subprotocol, far.peer) == ("ocpp2.1", "ocpp2.1", "porto-03")
        assert place.trace.frames() == {"OCPP": 100}

    stage(story)


def test_the_goodbye_arrives_with_code_and_reason_after_the_frames(stage: Stage) -> None:
    async def story(place: Place) -> None:
        near, _ = await place.joined()
        near.send(b"last")
        near.close(4001, "done")
        near.send(b"too late")
        await place.until(lambda: place.there.closings)
        assert place.there.frames == [b"last"]
        assert place.there.closings == [(4001, "done")]
        assert place.here.closings == []

    stage(story)


def test_without_a_common_subprotocol_the_handshake_completes_and_the_link_closes(
    stage: Stage,
) -> None:
    async def story(place: Place) -> None:
        await place.listen()
        place.dial("porto-03", "ocpp1.6")
        await place.until(lambda: place.here.closings)
        assert place.here.link is not None
        assert place.here.link.subprotocol is None
        assert place.here.closings == [(1002, "no common subprotocol")]
        assert place.there.link is None

    stage(story)


def test_an_unknown_identity_gets_404_and_a_wrong_password_401(stage: Stage) -> None:
    async def story(place: Place) -> None:
        await place.listen()
        place.dial("nobody")
        await place.until(lambda: len(place.here.closings) == 1)
        place.dial("porto-03", credentials=("porto-03", "guess"))
        await place.until(lambda: len(place.here.closings) == 2)
        assert [code for code, _ in place.here.closings] == [1006, 1006]
        assert "404" in place.here.closings[0][1]
        assert "401" in place.here.closings[1][1]
        assert place.knocks[1].credentials == ("porto-03", "guess")

    stage(story)


def test_identities_are_percent_encoded_and_passwords_may_contain_colons(stage: Stage) -> None:
    async def story(place: Place) -> None:
        await place.listen()
        place.dial("ü/1", credentials=("ü/1", PASSWORD))
        await place.until(lambda: place.there.link)
        assert place.knocks[0].identity == "ü/1"
        assert place.knocks[0].credentials == ("ü/1", PASSWORD)

    stage(story)


def test_nobody_there_is_told_as_closed(stage: Stage) -> None:
    async def story(place: Place) -> None:
        place.dial()
        await place.until(lambda: place.here.closings)
        assert place.here.closings[0][0] == 1006

    stage(story)


def test_a_frame_above_the_limit_closes_with_1009(stage: Stage) -> None:
    async def story(place: Place) -> None:
        near, _ = await place.joined()
        near.send(b"x" * (FRAME_BYTES_MAX + 1))
        await place.until(lambda: place.here.closings)
        assert place.here.closings[0][0] == 1009
        assert place.there.frames == []

    stage(story)


def test_compression_is_agreed_on_and_other_paths_are_not_served() -> None:
    async def story(place: Place) -> None:
        await place.listen()
        async with connect(
            "ws://127.0.0.1:9000/ocpp/porto-03", subprotocols=["ocpp2.1"], proxy=None  # type: ignore[list-item]
        ) as peer:  # fmt: skip
            assert peer.response is not None
            assert "permessage-deflate" in peer.response.headers["Sec-WebSocket-Extensions"]
        place.links._urls["cs_ems"] = "ws://127.0.0.1:9000/elsewhere"
        place.dial()
        await place.until(lambda: place.here.closings)
        assert "404" in place.here.closings[0][1]

    in_virtual_time(story)


def test_a_peer_that_takes_nothing_is_cut_off() -> None:
    async def story(place: Place) -> None:
        near, _ = await place.joined()
        for _ in range(FRAMES_WAITING_MAX + 2):
            near.send(b"x")
        await place.until(lambda: place.here.closings)
        near.send(b"too late")

    in_virtual_time(story)


def test_a_pair_lives_for_a_day_of_virtual_time() -> None:
    async def story(place: Place) -> None:
        near, _ = await place.joined()
        for _ in range(288):
            near.send(b"beat")
            await place.clock.sleep_until(Instant(place.clock.now() + 300))
        assert len(place.there.frames) == 288

    in_virtual_time(story)
