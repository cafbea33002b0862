"""A conversation hears, lets its owner act, and only then speaks."""

from collections.abc import Callable

from runtime_echo import BAD, Echo

from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.conversation import Conversation
from sterna.runtime.virtual import VirtualClock


class Wire:
    """A link that keeps what is sent on it."""

    peer = "peer"
    subprotocol: str | None = None

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed: tuple[int, str] | None = None

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.closed = (code, reason)


def lived(story: Callable[[VirtualClock, Echo, Wire], None], *, seconds: float = 0.0) -> Echo:
    """Run *story* with a fresh machine, then let *seconds* pass."""
    kept: list[Echo] = []

    async def work(clock: VirtualClock) -> None:
        machine = Echo()
        kept.append(machine)
        story(clock, machine, Wire())
        await clock.sleep_until(Instant(clock.now() + seconds))

    virtual.run(work, start=1000.0)
    return kept[0]


def talk(
    clock: VirtualClock, machine: Echo, happened: Callable[[str], None]
) -> Conversation[str, str]:
    return Conversation(machine, clock, encode=str.encode, decode=bytes.decode, happened=happened)


def test_what_the_owner_does_while_it_hears_is_said_in_the_same_breath() -> None:
    def story(clock: VirtualClock, machine: Echo, wire: Wire) -> None:
        heard: list[str] = []

        def happened(event: str) -> None:
            heard.append(event)
            if event == "heard one":
                conversation.act(machine.add("two"))
                assert wire.sent == [], "not before everything was acted on"

        conversation = talk(clock, machine, happened)
        conversation.opened(wire)
        conversation.received(b"one")
        assert heard == ["heard one", "added two"]
        assert wire.sent == [b"one", b"two"]

    lived(story)


def test_a_peer_that_breaks_its_protocol_loses_the_link_and_the_machine_learns_it() -> None:
    def story(clock: VirtualClock, machine: Echo, wire: Wire) -> None:
        heard: list[str] = []
        conversation = talk(clock, machine, heard.append)
        conversation.opened(wire)
        conversation.received(BAD.encode())
        assert wire.closed is not None
        assert wire.closed[0] == 1008
        assert heard == ["lost"]
        conversation.received(b"late")
        assert heard == ["lost"]
        assert not conversation.open

    lived(story)


def test_who_leaves_says_the_last_words_first() -> None:
    def story(clock: VirtualClock, machine: Echo, wire: Wire) -> None:
        conversation = talk(clock, machine, lambda _event: conversation.leave())
        conversation.opened(wire)
        conversation.received(b"bye")
        assert wire.sent == [b"bye"]
        assert wire.closed == (1000, "done")

    lived(story)


def test_the_machine_is_woken_at_its_deadline_and_never_after_the_end() -> None:
    heard: list[str] = []

    def story(clock: VirtualClock, machine: Echo, wire: Wire) -> None:
        machine.due = Instant(clock.now() + 5.0)
        conversation = talk(clock, machine, heard.append)
        conversation.opened(wire)

    lived(story, seconds=20.0)
    assert heard == ["woken"]
