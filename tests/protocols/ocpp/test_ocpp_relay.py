"""A local controller between station and management system: nothing lost, doubled or mixed up."""

import itertools
import json
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21, wire
from sterna.protocols.ocpp.events import Answered, Asked, Event
from sterna.protocols.ocpp.rpc import Peer

T0 = Instant(1_751_328_000.0)
HEARTBEAT = v21.HeartbeatRequest()
CLEAR = v21.ClearCacheRequest()
STATUS = v21.GetTransactionStatusRequest(transaction_id="tx")
ANSWERS = {
    "Heartbeat": v21.HeartbeatResponse(current_time=wire.written(T0)),
    "ClearCache": v21.ClearCacheResponse(status="Accepted"),
    "GetTransactionStatus": v21.GetTransactionStatusResponse(messages_in_queue=False),
}


def ids(prefix: str) -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: f"{prefix}{next(count)}"


class Site:
    """Station, relay (two peers) and management system, with frames in flight between them."""

    def __init__(self) -> None:
        self.station = Peer(wire.V21, ids("s"))
        self.south = Peer(wire.V21, ids("own"), transparent=True)
        self.north = Peer(wire.V21, ids("own"), transparent=True)
        self.csms = Peer(wire.V21, ids("c"))
        self.peers = (self.station, self.south, self.north, self.csms)
        self.flight: dict[int, list[bytes]] = {0: [], 1: [], 2: [], 3: []}
        self.to_answer: list[tuple[Peer, Asked]] = []
        self.own: set[str] = set()
        self.called: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.own_answered: Counter[str] = Counter()
        self.seen_by_csms: list[bytes] = []

    def call(self, who: int) -> None:
        if who == 1:
            uid = self.south.call(T0, STATUS)
            self.own.add(uid)
        else:
            uid = self.peers[who].call(T0, HEARTBEAT if who == 0 else CLEAR)
        self.called[uid] += 1
        self.collect()

    def answer(self) -> None:
        if self.to_answer:
            peer, asked = self.to_answer.pop(0)
            peer.answer(asked.uid, ANSWERS[asked.action])
            self.collect()

    def collect(self) -> None:
        for number, peer in enumerate(self.peers):
            self.flight[number] += peer.to_send()

    def carry(self, source: int) -> None:
        """Carry one frame of peer *source* to the peer at the other end of its link."""
        if not self.flight[source]:
            return
        frame = self.flight[source].pop(0)
        target = source ^ 1
        if target == 3:
            self.seen_by_csms.append(frame)
        for event in self.peers[target].receive(T0, frame):
            self.learn(target, event)
        self.collect()

    def learn(self, target: int, event: Event) -> None:
        if target == 1 and isinstance(event, Answered) and event.uid in self.own:
            self.own_answered[event.uid] += 1
        elif target == 1:
            self.north.forward(T0, event)
        elif target == 2:
            self.south.forward(T0, event)
        elif isinstance(event, Asked):
            self.to_answer.append((self.peers[target], event))
        else:
            assert isinstance(event, Answered), event
            self.answered[event.uid] += 1

    def drain(self) -> None:
        while self.to_answer or any(self.flight.values()):
            for source in range(4):
                self.carry(source)
            self.answer()


MOVES = st.lists(
    st.tuples(st.sampled_from(["call", "carry", "answer"]), st.integers(0, 3)), max_size=80
)


@pytest.mark.req("IF-CSEMS-CSC", "IF-CSC-CSMS")
@given(MOVES)
@settings(deadline=None)
def test_every_call_through_a_relay_is_answered_once_and_own_answers_stay(
    moves: list[tuple[str, int]],
) -> None:
    site = Site()
    for what, number in moves:
        if what == "call":
            site.call((0, 1, 3, 3)[number])
        elif what == "carry":
            site.carry(number)
        else:
            site.answer()
    site.drain()
    assert site.answered + site.own_answered == site.called
    assert set(site.own_answered) == site.own
    assert not any(json.loads(frame)[1] in site.own for frame in site.seen_by_csms)
    assert all(peer.idle for peer in site.peers)
