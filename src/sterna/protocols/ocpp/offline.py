"""The station's queue of transaction messages: stored first, sent in order, never lost silently.

Pure: the queue is a plain record that an actor can store; time comes in. One message is in
flight at a time. A retry waits ``MessageAttemptInterval`` times the number of transmissions
so far, after the timeout of the one before; after ``MessageAttempts`` the message is given up
and counted, because money depends on it.
"""

from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Seconds

KEPT_MAX: Final = 10_000
"""Messages that a station can keep: two EVSEs for a month at a message per quarter hour is
6,000. Beyond it updates are dropped, the oldest first, and started and ended ones last."""

Kind = Literal["Started", "Updated", "Ended"]


class Rule(Struct, frozen=True, kw_only=True, gc=False):
    """The variables of OCPPCommCtrlr for transaction messages."""

    attempts: int = 3
    """MessageAttempts(TransactionEvent)."""
    interval_s: Seconds = Seconds(60.0)
    """MessageAttemptInterval(TransactionEvent)."""
    timeout_s: Seconds = Seconds(30.0)
    """MessageTimeout(Default)."""


class Stored(Struct, frozen=True, kw_only=True, gc=False):
    """One TransactionEvent in the queue."""

    tx: str
    seq: int
    """Counts 0, 1, 2... within the transaction, without a gap."""
    kind: Kind
    offline: bool
    """Whether it happened while there was no connection."""
    payload: bytes
    """The request as JSON, apart from what the queue knows."""


class Queue(Struct, frozen=True, kw_only=True, gc=False):
    """What a station has to tell about transactions, oldest first, and how far it got."""

    messages: tuple[Stored, ...] = ()
    next_seq: dict[str, int] = {}
    """The next number of each running transaction."""
    sent: int = 0
    """How often the first message has been transmitted."""
    in_flight: bool = False
    not_before: Instant = Instant(0.0)
    """When the first message may be transmitted (again)."""
    dropped: int = 0
    """Messages that were given up since the station was new: raise an alarm."""


def stored(
    queue: Queue, *, tx: str, kind: Kind, payload: bytes, online: bool
) -> tuple[Queue, Stored]:
    """Return *queue* with one more message at its end, and that message with its number."""
    seq = queue.next_seq.get(tx, 0)
    message = Stored(tx=tx, seq=seq, kind=kind, offline=not online, payload=payload)
    numbers = {name: number for name, number in queue.next_seq.items() if name != tx}
    if kind != "Ended":
        numbers[tx] = seq + 1
    longer = replace(queue, messages=(*queue.messages, message), next_seq=numbers)
    return (longer if len(longer.messages) <= KEPT_MAX else _shortened(longer)), message


def due(queue: Queue, *, online: bool) -> Instant | None:
    """Return when the first message wants to be sent; None: nothing to do until something happens."""
    waits = online and not queue.in_flight and bool(queue.messages)
    return queue.not_before if waits else None


def transmitted(queue: Queue) -> Queue:
    """Return *queue* after its first message went out."""
    assert queue.messages, "nothing to transmit"
    assert not queue.in_flight, "one message at a time keeps the order"
    return replace(queue, sent=queue.sent + 1, in_flight=True)


def delivered(queue: Queue) -> Queue:
    """Return *queue* after its first message was answered."""
    assert queue.in_flight, "no message is in flight"
    return _without_first(queue)


def failed(queue: Queue, rule: Rule, now: Instant, *, timed_out: bool) -> Queue:
    """Return *queue* after its first message got an error, or no answer in time.

    The wait counts from the end of the timeout; an error comes before that, so the rest of
    the timeout is waited, too.
    """
    assert queue.in_flight, "no message is in flight"
    if queue.sent >= rule.attempts:
        return replace(_without_first(queue), dropped=queue.dropped + 1)
    wait_s = rule.interval_s * queue.sent + (0.0 if timed_out else rule.timeout_s)
    return replace(queue, in_flight=False, not_before=Instant(now + wait_s))


def cut_off(queue: Queue) -> Queue:
    """Return *queue* after the connection was lost: what was in flight is sent again.

    A transmission into a lost connection does not count as an attempt, and the message may
    go out at once when the connection is back. The receiver tells doubles by (tx, seq).
    """
    if not queue.in_flight:
        return replace(queue, not_before=Instant(0.0))
    return replace(queue, sent=queue.sent - 1, in_flight=False, not_before=Instant(0.0))


def messages_in_queue(queue: Queue, tx: str | None = None) -> bool:
    """Return whether messages (of *tx*, or any) wait; the answer to GetTransactionStatus."""
    return any(tx in (None, message.tx) for message in queue.messages)


def ongoing(queue: Queue, tx: str) -> bool:
    """Return whether *tx* has begun and not ended, as far as the queue was told."""
    return tx in queue.next_seq


def _without_first(queue: Queue) -> Queue:
    return replace(
        queue, messages=queue.messages[1:], sent=0, in_flight=False, not_before=Instant(0.0)
    )


def _shortened(queue: Queue) -> Queue:
    """Drop one message: the oldest update, else the oldest; never the one in flight."""
    first = 1 if queue.in_flight else 0
    places = range(first, len(queue.messages))
    place = next((k for k in places if queue.messages[k].kind == "Updated"), first)
    kept = (*queue.messages[:place], *queue.messages[place + 1 :])
    fresh = {"sent": 0, "not_before": Instant(0.0)} if place == 0 else {}
    return replace(queue, messages=kept, dropped=queue.dropped + 1, **fresh)
