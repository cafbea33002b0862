"""The queue of transaction messages keeps order and loses nothing silently."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.quantities import Instant, Seconds
from sterna.protocols.ocpp import offline
from sterna.protocols.ocpp.offline import Queue, Rule

T0 = Instant(1_751_328_000.0)
RULE = Rule(attempts=3, interval_s=Seconds(60.0), timeout_s=Seconds(30.0))


def filled(*kinds: offline.Kind, online: bool = True, tx: str = "tx") -> Queue:
    queue = Queue()
    for kind in kinds:
        queue, _ = offline.stored(queue, tx=tx, kind=kind, payload=b"{}", online=online)
    return queue


def test_messages_are_numbered_within_their_transaction() -> None:
    queue = filled("Started", "Updated", "Ended")
    queue, first = offline.stored(queue, tx="b", kind="Started", payload=b"{}", online=False)
    assert [(one.tx, one.seq, one.offline) for one in queue.messages] == [
        ("tx", 0, False), ("tx", 1, False), ("tx", 2, False), ("b", 0, True),
    ]  # fmt: skip
    assert first.offline
    assert offline.ongoing(queue, "b")
    assert not offline.ongoing(queue, "tx")


def test_one_message_is_in_flight_and_the_order_is_kept() -> None:
    queue = filled("Started", "Updated")
    assert offline.due(queue, online=True) == 0.0
    queue = offline.transmitted(queue)
    assert offline.due(queue, online=True) is None
    with pytest.raises(AssertionError):
        offline.transmitted(queue)
    queue = offline.delivered(queue)
    assert [one.kind for one in queue.messages] == ["Updated"]
    assert offline.due(queue, online=False) is None
    assert offline.due(filled(), online=True) is None


def test_retries_wait_longer_each_time_and_then_the_message_is_given_up_and_counted() -> None:
    queue = filled("Started", "Updated")
    now = T0
    waits = []
    while len(queue.messages) == 2:
        queue = offline.transmitted(queue)
        now = Instant(now + 30)
        queue = offline.failed(queue, RULE, now, timed_out=True)
        waits.append(queue.not_before - now if queue.not_before else None)
        now = Instant(max(now, queue.not_before))
    assert waits == [60, 120, None]
    assert queue.dropped == 1
    assert (queue.sent, queue.messages[0].kind) == (0, "Updated")


def test_after_an_error_the_rest_of_the_timeout_is_waited() -> None:
    queue = offline.failed(offline.transmitted(filled("Started")), RULE, T0, timed_out=False)
    assert offline.due(queue, online=True) == T0 + 60 + 30


def test_a_lost_connection_is_no_attempt_and_sends_again_at_once() -> None:
    sent = offline.transmitted(filled("Started"))
    assert offline.cut_off(sent) == filled("Started")
    waiting = offline.failed(sent, RULE, T0, timed_out=True)
    assert offline.due(offline.cut_off(waiting), online=True) == 0.0


def test_transaction_status_tells_what_waits() -> None:
    queue = filled("Started")
    assert offline.messages_in_queue(queue)
    assert offline.messages_in_queue(queue, "tx")
    assert not offline.messages_in_queue(queue, "other")


def test_a_full_queue_drops_updates_first_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "KEPT_MAX", 3)
    queue = filled("Started", "Updated", "Updated", "Ended")
    assert [(one.kind, one.seq) for one in queue.messages] == [
        ("Started", 0),
        ("Updated", 2),
        ("Ended", 3),
    ]
    assert queue.dropped == 1
    queue, _ = offline.stored(queue, tx="b", kind="Started", payload=b"{}", online=True)
    queue, _ = offline.stored(
        offline.transmitted(queue), tx="b", kind="Ended", payload=b"{}", online=True
    )
    assert [(one.tx, one.kind) for one in queue.messages] == [
        ("tx", "Started"),
        ("b", "Started"),
        ("b", "Ended"),
    ]
    queue = offline.cut_off(queue)
    queue, _ = offline.stored(queue, tx="c", kind="Started", payload=b"{}", online=True)
    assert queue.messages[0].tx == "b"


def test_the_queue_can_be_stored() -> None:
    queue = offline.transmitted(filled("Started", "Updated", online=False))
    assert msgspec.json.decode(msgspec.json.encode(queue), type=Queue) == queue


STEPS = st.lists(st.sampled_from(["store", "send", "answer", "lose", "cut"]), max_size=80)


@given(STEPS)
def test_what_arrives_is_in_order_and_nothing_is_missing(steps: list[str]) -> None:
    queue, arrived, told = Queue(), [], 0
    patient = Rule(attempts=10**9)
    for step in steps:
        if step == "store":
            kind: offline.Kind = "Updated" if told else "Started"
            queue, _ = offline.stored(queue, tx="t", kind=kind, payload=b"", online=True)
            told += 1
        elif step == "cut":
            queue = offline.cut_off(queue)
        elif step == "send" and offline.due(queue, online=True) is not None:
            queue = offline.transmitted(queue)
            arrived.append(queue.messages[0].seq)
        elif queue.in_flight and step == "answer":
            queue = offline.delivered(queue)
        elif queue.in_flight and step == "lose":
            queue = offline.failed(queue, patient, T0, timed_out=True)
    once = list(dict.fromkeys(arrived))  # the receiver drops doubles by (tx, seq)
    assert once == list(range(len(once)))
    assert sorted({*once, *(one.seq for one in queue.messages)}) == list(range(told))
