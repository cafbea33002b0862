"""Parking slots: who was promised which slot, from when until when.

Rules. Two promises on one slot never overlap. A booked slot is held for a late
car for the hold time (4 h); until then it is promised, also to a walk-in's
eyes. A walk-in gets only a slot that nobody was promised during its stay.
A slot is free only after the car has unplugged *and* left, whatever the booking
says: a car that overstays keeps its slot, and who was promised it next gets
another one or a clear refusal.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Seconds, hours, later

HOLD: Final = hours(4)
"""How long a booked slot waits for its car: flights are late by hours, not by days."""
STAY_MAX: Final = hours(24 * 90)
"""Longest stay that is promised; a slot blocked for longer is a contract, not a booking."""


class Use(StrEnum):
    """What has become of a promise."""

    PROMISED = "promised"
    ARRIVED = "arrived"
    """The car stands on the slot, not plugged."""
    PLUGGED = "plugged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A slot promised to one car for one stay, from *start* until before *end*."""

    promise_id: str
    slot: str
    start: Instant
    end: Instant
    walk_in: bool = False
    use: Use = Use.PROMISED

    def __post_init__(self) -> None:
        """Check that the stay has a length."""
        assert self.start < self.end, self

    def overlaps(self, start: Instant, end: Instant) -> bool:
        """Return whether it shares time with the stay from *start* until *end*."""
        return self.start < end and start < self.end

    def lapsed(self, now: Instant) -> bool:
        """Return whether its car did not come within the hold time, or before its end."""
        return self.use is Use.PROMISED and now > min(later(self.start, HOLD), self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The slots and all promises that are not over."""

    slots: tuple[str, ...]
    promises: tuple[Promise, ...] = ()

    def promise(self, promise_id: str) -> Promise:
        """Return the promise called *promise_id*; Refused when there is none (any more)."""
        for promise in self.promises:
            if promise.promise_id == promise_id:
                return promise
        raise Refused(f"no reservation {promise_id}")

    def occupant(self, slot: str) -> Promise | None:
        """Return whose car stands on *slot*, or None."""
        for promise in self.promises:
            if promise.slot == slot and promise.use is not Use.PROMISED:
                return promise
        return None

    def on(self, slot: str) -> tuple[Promise, ...]:
        """Return the promises on *slot*, earliest first."""
        found = [promise for promise in self.promises if promise.slot == slot]
        return tuple(sorted(found, key=lambda promise: promise.start))

    def without_lapsed(self, now: Instant) -> "Board":
        """Return the board without bookings whose hold time is over at *now*."""
        kept = tuple(promise for promise in self.promises if not promise.lapsed(now))
        return self if len(kept) == len(self.promises) else replace(self, promises=kept)

    def free_slots(
        self, start: Instant, end: Instant, now: Instant, *, but: str = ""
    ) -> tuple[str, ...]:
        """Return the slots that nobody has from *start* until *end*, in the board's order.

        A car that has overstayed its end has its slot for as long as it stands
        there: its slot is taken from *now* on. *but* is a promise that does not count.
        """
        taken = {
            promise.slot
            for promise in self.promises
            if promise.promise_id != but
            and not promise.lapsed(now)
            and (promise.overlaps(start, end) or _overstays(promise, start, now))
        }
        return tuple(slot for slot in self.slots if slot not in taken)

    def _with(self, promise: Promise) -> "Board":
        """Return the board with *promise* in place of the one with its id, or appended."""
        others = tuple(held for held in self.promises if held.promise_id != promise.promise_id)
        return replace(self, promises=(*others, promise))


def _overstays(promise: Promise, start: Instant, now: Instant) -> bool:
    """Return whether the car still stands there past its end, when a stay begins at once."""
    return promise.use is not Use.PROMISED and promise.end <= now and start <= now


def book(
    board: Board,
    promise_id: str,
    *,
    start: Instant,
    end: Instant,
    now: Instant,
    among: Iterable[str] | None = None,
) -> tuple[Board, Promise]:
    """Promise a slot from *start* until *end*; Refused with the reason when there is none.

    The same booking again gets the first answer. *among* restricts the slots,
    e.g. to those whose connector fits. Of the free slots the one that leaves
    the shortest gap before the stay is taken, so that long gaps stay whole.
    """
    for held in board.promises:
        if held.promise_id == promise_id:
            return _again(board, held, start, end)
    if start < now:
        raise Refused("the stay begins in the past")
    return _promised(
        board, Promise(promise_id=promise_id, slot="", start=start, end=end), now, among
    )


def _again(board: Board, held: Promise, start: Instant, end: Instant) -> tuple[Board, Promise]:
    if (held.start, held.end) != (start, end):
        raise Refused(f"reservation {held.promise_id} exists for another stay")
    return board, held


def walk_in(
    board: Board,
    promise_id: str,
    *,
    now: Instant,
    end: Instant,
    among: Iterable[str] | None = None,
) -> tuple[Board, Promise]:
    """Give a car that came without a booking a slot that nobody was promised until *end*.

    Refused with the reason, and with the longest stay that would be possible, otherwise.
    """
    board = board.without_lapsed(now)
    if any(held.promise_id == promise_id for held in board.promises):
        raise Refused(f"reservation {promise_id} exists")
    asked = Promise(
        promise_id=promise_id, slot="", start=now, end=end, walk_in=True, use=Use.ARRIVED
    )
    return _promised(board, asked, now, among)


def _promised(
    board: Board, asked: Promise, now: Instant, among: Iterable[str] | None
) -> tuple[Board, Promise]:
    if asked.end - asked.start > STAY_MAX:
        raise Refused(f"a stay of more than {STAY_MAX / 86400:.0f} days is not promised")
    board = board.without_lapsed(now)
    wanted = board.slots if among is None else tuple(among)
    free = [slot for slot in board.free_slots(asked.start, asked.end, now) if slot in wanted]
    if not free:
        raise Refused(_why_none(board, asked.start, now, wanted))
    slot = min(free, key=lambda name: _gap_before(board, name, asked.start))
    promise = replace(asked, slot=slot)
    return board._with(promise), promise  # noqa: SLF001  # same module, same concept


def _gap_before(board: Board, slot: str, start: Instant) -> float:
    """Return how long *slot* would stand idle before *start*."""
    ends = [promise.end for promise in board.on(slot) if promise.end <= start]
    return start - max(ends, default=Instant(float("-inf")))


def _why_none(board: Board, start: Instant, now: Instant, wanted: tuple[str, ...]) -> str:
    stay = longest_stay(board, start, now, among=wanted)
    if stay <= 0:
        return "every slot that fits is promised or occupied at that time"
    return (
        f"every slot that fits is promised to a booking; possible is a stay of {stay / 3600:.1f} h"
    )


def longest_stay(
    board: Board, start: Instant, now: Instant, *, among: Iterable[str] | None = None
) -> Seconds:
    """Return how long a stay from *start* can be on the best slot; 0 when none is free."""
    instant_after = later(start, 1e-3)
    stays = [0.0]
    wanted = board.slots if among is None else tuple(among)
    for slot in board.free_slots(start, instant_after, now):
        if slot in wanted:
            nexts = [held.start for held in board.on(slot) if held.start >= start]
            stays.append(min(min(nexts, default=later(start, STAY_MAX)) - start, STAY_MAX))
    return Seconds(max(stays))


def arrive(
    board: Board, promise_id: str, now: Instant, *, among: Iterable[str] | None = None
) -> tuple[Board, Promise]:
    """Take note that the car of *promise_id* has come; it may be early or late.

    Its slot is its own until the hold time is over. When somebody else still
    stands there, or the car is so early that the slot is promised to another
    until its start, the car gets another slot for its stay, one of *among* if
    that is given. Refused when the hold time is over or no slot is free.
    """
    board = board.without_lapsed(now)
    promise = board.promise(promise_id)
    if promise.use is not Use.PROMISED:
        return board, promise
    start = min(promise.start, now)
    free = board.free_slots(start, max(promise.end, later(now, 1e-3)), now, but=promise_id)
    wanted = board.slots if among is None else tuple(among)
    fitting = [promise.slot, *(slot for slot in wanted if slot != promise.slot)]
    slot = next((slot for slot in fitting if slot in free), None)
    if slot is None:
        raise Refused("the slot is still occupied and no other is free for the stay")
    here = replace(promise, slot=slot, start=start, use=Use.ARRIVED)
    return board._with(here), here  # noqa: SLF001  # same module, same concept


def occupying(board: Board, promise_id: str) -> Promise | None:
    """Return the promise *promise_id* while its car is there; None before, after, and for an unknown one."""
    held = next((held for held in board.promises if held.promise_id == promise_id), None)
    return None if held is None or held.use is Use.PROMISED else held


def plug(board: Board, promise_id: str) -> Board:
    """Take note that the car is plugged in; it stands on its slot already."""
    promise = board.promise(promise_id)
    if promise.use is Use.PROMISED:
        raise Refused(f"the car of {promise_id} has not arrived")
    return board._with(replace(promise, use=Use.PLUGGED))  # noqa: SLF001  # same module


def unplug(board: Board, promise_id: str) -> Board:
    """Take note that the car is unplugged; the slot stays occupied until it leaves."""
    promise = board.promise(promise_id)
    if promise.use is Use.PROMISED:
        raise Refused(f"the car of {promise_id} has not arrived")
    return board._with(replace(promise, use=Use.ARRIVED))  # noqa: SLF001  # same module


def leave(board: Board, promise_id: str) -> Board:
    """Free the slot; Refused while the car is plugged or was never there."""
    promise = board.promise(promise_id)
    if promise.use is not Use.ARRIVED:
        raise Refused(f"the slot {promise.slot} is not free: the car is {promise.use}")
    return _dropped(board, promise_id)


def cancel(board: Board, promise_id: str) -> Board:
    """Give a booked slot back before the car came; Refused afterwards."""
    if board.promise(promise_id).use is not Use.PROMISED:
        raise Refused("the car is there; the slot is freed when it leaves")
    return _dropped(board, promise_id)


def _dropped(board: Board, promise_id: str) -> Board:
    return replace(
        board, promises=tuple(held for held in board.promises if held.promise_id != promise_id)
    )
