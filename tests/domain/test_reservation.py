"""A slot is promised to one car at a time, kept for the late one, and freed only when empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.reservation import (
    HOLD,
    STAY_MAX,
    Board,
    Promise,
    Use,
    arrive,
    book,
    cancel,
    leave,
    longest_stay,
    plug,
    unplug,
    walk_in,
)
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant

HOUR = 3600.0


def t(hour: float) -> Instant:
    return Instant(hour * HOUR)


def board_of(slots: int) -> Board:
    return Board(slots=tuple(f"slot-{k:02}" for k in range(slots)))


@pytest.mark.req("P-DET-MSS-PRE", "FN-P-3")
def test_at_02_walk_in_and_late_booked_car() -> None:
    board = board_of(20)
    for k in range(19):
        board, _ = book(board, f"res-{k:02}", start=t(9), end=t(57), now=t(0))
    board, last = book(board, "res-last", start=t(10), end=t(58), now=t(0))
    with pytest.raises(Refused, match=r"promised to a booking; possible is a stay of 1\.0 h"):
        walk_in(board, "walk-1", now=t(9), end=t(57))
    board, short = walk_in(board, "walk-1", now=t(9), end=t(10))
    assert short.slot == last.slot
    board = leave(board, "walk-1")
    # Three hours late, and everybody else wanted the slot meanwhile.
    with pytest.raises(Refused, match="promised or occupied"):
        walk_in(board, "walk-2", now=t(12), end=t(60))
    board, came = arrive(board, "res-last", t(13))
    assert (came.slot, came.use) == (last.slot, Use.ARRIVED)


@pytest.mark.req("P-DET-MSS-PRE")
def test_at_02_a_walk_in_gets_a_slot_that_nobody_was_promised() -> None:
    board = board_of(20)
    booked = set()
    for k in range(19):
        board, promise = book(board, f"res-{k:02}", start=t(9), end=t(57), now=t(0))
        booked.add(promise.slot)
    board, walked = walk_in(board, "walk-1", now=t(9), end=t(57))
    assert walked.slot not in booked
    board, late = arrive(board, "res-07", t(9 + 3))
    assert late.slot in booked


def test_after_the_hold_time_the_slot_goes_to_somebody_else() -> None:
    board, _ = book(board_of(1), "res-1", start=t(10), end=t(40), now=t(0))
    with pytest.raises(Refused):
        walk_in(board, "walk-1", now=t(14), end=t(20))
    board, _ = walk_in(board, "walk-1", now=Instant(t(14) + 1), end=t(20))
    with pytest.raises(Refused, match="no reservation res-1"):
        arrive(board, "res-1", t(15))
    assert HOLD == 4 * HOUR


@pytest.mark.req("P-STEP-19")
def test_a_slot_is_free_only_after_unplug_and_leave() -> None:
    board, _ = walk_in(board_of(1), "walk-1", now=t(0), end=t(10))
    board = plug(board, "walk-1")
    with pytest.raises(Refused, match="the car is plugged"):
        leave(board, "walk-1")
    board = unplug(board, "walk-1")
    with pytest.raises(Refused):
        walk_in(board, "walk-2", now=t(5), end=t(6))
    assert board.occupant("slot-00") is not None
    assert board.occupant("slot-01") is None
    board = leave(board, "walk-1")
    assert board.occupant("slot-00") is None
    board, _ = walk_in(board, "walk-2", now=t(5), end=t(6))


def test_a_car_that_overstays_keeps_its_slot_and_the_next_gets_another() -> None:
    board, first = book(board_of(2), "res-1", start=t(0), end=t(10), now=t(0))
    board, _ = arrive(board, "res-1", t(0))
    board, second = book(board, "res-2", start=t(10), end=t(20), now=t(1))
    assert second.slot == first.slot
    with pytest.raises(Refused, match="still occupied"):
        arrive(board, "res-2", t(11), among=[first.slot])
    board, moved = arrive(board, "res-2", t(11))
    assert moved.slot != first.slot
    assert (moved.start, moved.end) == (t(10), t(20))
    with pytest.raises(Refused):
        walk_in(board, "walk-1", now=t(12), end=t(13))
    alone, _ = book(Board(slots=("a",)), "res-1", start=t(0), end=t(10), now=t(0))
    alone, _ = arrive(alone, "res-1", t(0))
    alone, _ = book(alone, "res-2", start=t(10), end=t(20), now=t(1))
    with pytest.raises(Refused, match="still occupied"):
        arrive(alone, "res-2", t(10))


def test_an_early_car_gets_a_slot_that_is_free_already() -> None:
    board, first = book(board_of(2), "res-1", start=t(5), end=t(10), now=t(0))
    board, _ = book(board, "res-0", start=t(0), end=t(5), now=t(0), among=[first.slot])
    board, _ = arrive(board, "res-0", t(0))
    board, early = arrive(board, "res-1", t(4))
    assert early.slot != first.slot
    assert early.start == t(4)


def test_the_same_booking_again_gets_the_first_answer() -> None:
    board, first = book(board_of(2), "res-1", start=t(5), end=t(10), now=t(0))
    again, second = book(board, "res-1", start=t(5), end=t(10), now=t(1))
    assert (again, second) == (board, first)
    with pytest.raises(Refused, match="another stay"):
        book(board, "res-1", start=t(5), end=t(11), now=t(0))
    board, arrived = arrive(board, "res-1", t(5))
    assert arrive(board, "res-1", t(6)) == (board, arrived)


def test_refusals_say_why() -> None:
    board = board_of(1)
    with pytest.raises(Refused, match="begins in the past"):
        book(board, "res-1", start=t(1), end=t(2), now=t(3))
    with pytest.raises(Refused, match="more than 90 days"):
        book(board, "res-1", start=t(1), end=Instant(t(1) + STAY_MAX + 1), now=t(0))
    board, _ = book(board, "res-1", start=t(1), end=t(2), now=t(0))
    for step in (plug, unplug, leave):
        with pytest.raises(Refused):
            step(board, "res-1")
    board, _ = arrive(board, "res-1", t(1))
    with pytest.raises(Refused, match="the car is there"):
        cancel(board, "res-1")
    with pytest.raises(Refused, match="exists"):
        walk_in(board, "res-1", now=t(1), end=t(2))


def test_a_cancelled_booking_frees_its_slot() -> None:
    board, _ = book(board_of(1), "res-1", start=t(1), end=t(2), now=t(0))
    assert cancel(board, "res-1").promises == ()


def test_the_shortest_gap_is_filled_first() -> None:
    board, _ = book(board_of(2), "res-1", start=t(0), end=t(5), now=t(0), among=["slot-01"])
    board, next_to = book(board, "res-2", start=t(6), end=t(7), now=t(0))
    assert next_to.slot == "slot-01"


def test_the_longest_stay_is_until_the_next_promise() -> None:
    board, _ = book(board_of(2), "res-1", start=t(5), end=t(9), now=t(0), among=["slot-00"])
    assert longest_stay(board, t(2), t(0), among=["slot-00"]) == 3 * HOUR
    assert longest_stay(board, t(2), t(0)) == STAY_MAX
    assert longest_stay(board, t(6), t(0), among=["slot-00"]) == 0.0


MOVES = ["book", "walk", "arrive", "plug", "unplug", "leave", "cancel"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(MOVES),
            st.integers(0, 9),
            st.floats(0, 12),
            st.floats(0.1, 30),
            st.floats(0, 3),
        ),
        max_size=60,
    )
)
def test_no_two_overlapping_promises_on_one_slot(
    moves: list[tuple[str, int, float, float, float]],
) -> None:
    board, now = board_of(3), 0.0
    for move, number, ahead, stay, passed in moves:
        now += passed
        try:
            board = after(board, move, f"res-{number}", now, ahead, stay)
        except Refused:
            continue
        check(board, t(now))


def after(board: Board, move: str, name: str, now: float, ahead: float, stay: float) -> Board:
    match move:
        case "book":
            return book(board, name, start=t(now + ahead), end=t(now + ahead + stay), now=t(now))[0]
        case "walk":
            return walk_in(board, name, now=t(now), end=t(now + stay))[0]
        case "arrive":
            return arrive(board, name, t(now))[0]
        case _:
            return {"plug": plug, "unplug": unplug, "leave": leave, "cancel": cancel}[move](
                board, name
            )


def check(board: Board, now: Instant) -> None:
    held = [promise for promise in board.promises if not promise.lapsed(now)]
    for k, one in enumerate(held):
        assert one.slot in board.slots
        for other in held[k + 1 :]:
            if one.slot == other.slot:
                assert not one.overlaps(other.start, other.end), (one, other)
                assert not (stands(one) and stands(other)), (one, other)


def stands(promise: Promise) -> bool:
    return promise.use is not Use.PROMISED
