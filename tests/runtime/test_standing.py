"""A link that its owner opens, and opens again whenever it is gone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from runtime.counting import WIRE, Remembers, Site

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Seconds
from sterna.runtime import virtual
from sterna.runtime.standing import StandingLink
from sterna.runtime.virtual import VirtualClock


@dataclass
class House:
    """A doubling standing link, and the far ends that it reached, one per time it was opened."""

    site: Site
    reached: list[Remembers] = field(default_factory=list)
    reached_at: list[float] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    joined: int = 0

    def __post_init__(self) -> None:
        self.link = StandingLink(
            clock=self.site.clock, links=self.site.network, address="bus", wire=WIRE, identity="evse-1",
            again_s=Seconds(5.0), again_s_max=Seconds(60.0), hear=self.hear, joined=self.join,
        )  # fmt: skip

    def hear(self, frame: bytes) -> None:
        if frame == b"rubbish":
            raise BrokenPeer("no frame " * 50)
        self.heard.append(frame)

    def join(self) -> None:
        self.joined += 1

    async def listen(self) -> None:
        await self.site.network.listen("bus", lambda _knock: self.far())

    def far(self) -> Remembers:
        end = Remembers()
        self.reached.append(end)
        self.reached_at.append(self.site.clock.now())
        return end

    async def until(self, moment: float) -> None:
        await self.site.clock.sleep_until(Instant(moment))

    def send(self, frame: bytes) -> None:
        link = self.reached[-1].link
        assert link is not None
        link.send(frame)


def lived(story: Callable[[House], Awaitable[None]]) -> None:
    """Run *story* in virtual time from 0."""

    async def work(clock: VirtualClock) -> None:
        await story(House(Site(clock)))

    virtual.run(work, start=Instant(0.0))


def test_it_speaks_and_hears_and_says_when_it_is_there() -> None:
    async def story(house: House) -> None:
        await house.listen()
        house.link.say(b"too early")
        house.link.dial()
        await house.until(1)
        house.link.say(b"hello")
        house.send(b"there")
        await house.until(2)
        assert house.reached[0].frames == [b"hello"]
        assert (house.heard, house.joined) == ([b"there"], 1)

    lived(story)


def test_pauses_double_up_to_the_longest_until_somebody_answers() -> None:
    async def story(house: House) -> None:
        house.link.dial()
        await house.until(300)
        await house.listen()
        await house.until(400)
        (first,) = house.reached_at
        assert 300 < first <= 360
        house.site.network.reset("CS_C", "CS_EMS")
        await house.until(410)
        assert 5 <= house.reached_at[-1] - 400 < 6, "an opened link forgets the failures before"

    lived(story)


def test_rubbish_costs_the_peer_the_link_which_is_opened_again_once() -> None:
    async def story(house: House) -> None:
        await house.listen()
        house.link.dial()
        await house.until(1)
        house.send(b"rubbish")
        house.send(b"lost with the link")
        await house.until(100)
        ((code, reason),) = house.reached[0].closings
        assert code == 1008
        assert len(reason) <= 100, "a close frame has room for no more"
        assert (len(house.reached), house.joined, house.heard) == (2, 2, [])

    lived(story)


def test_a_stopped_link_stays_closed_even_when_it_was_being_opened_or_paused() -> None:
    async def story(house: House) -> None:
        await house.listen()
        house.link.dial()
        house.link.stop()
        await house.until(1)
        assert [end.closings for end in house.reached] == [[(1000, "")]]
        assert house.joined == 0
        house.link.closed(1006, "late")
        house.link.dial()
        await house.until(100)
        assert len(house.reached) == 1

    lived(story)


def test_an_open_link_that_is_stopped_says_goodbye() -> None:
    async def story(house: House) -> None:
        await house.listen()
        house.link.dial()
        await house.until(1)
        house.link.stop()
        house.link.say(b"after the end")
        await house.until(100)
        assert [end.closings for end in house.reached] == [[(1000, "")]]
        assert house.reached[0].frames == []

    lived(story)


def test_without_ears_frames_pass_unheard() -> None:
    async def story(house: House) -> None:
        await house.listen()
        line = StandingLink(
            clock=house.site.clock, links=house.site.network, address="bus", wire=WIRE,
            identity="bms", again_s=Seconds(1.0),
        )  # fmt: skip
        line.dial()
        await house.until(1)
        house.send(b"rubbish")
        await house.until(2)
        assert house.reached[0].closings == []

    lived(story)
