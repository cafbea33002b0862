"""A session lives by its table, its registers only count up, and wishes are checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.session import (
    TRANSITIONS,
    Energies,
    Session,
    SessionState,
    Step,
    Wish,
    moved,
    objections,
)
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Share, WattHours

NORMAL = (Step.PLUG, Step.AUTHORISE, Step.START, Step.STOP, Step.UNLATCH, Step.LEAVE)


def new() -> Session:
    return Session(session_id="ses-1", evse_id="porto-03-1")


@pytest.mark.parametrize("state", SessionState)
@pytest.mark.parametrize("step", Step)
def test_only_the_table_moves_a_session(state: SessionState, step: Step) -> None:
    if (state, step) in TRANSITIONS:
        assert moved(state, step) is TRANSITIONS[state, step]
    else:
        with pytest.raises(Refused, match="cannot"):
            moved(state, step)


def test_a_normal_stay_passes_all_states() -> None:
    session = new()
    for second, step in enumerate(NORMAL):
        session = session.after(step, Instant(second))
    assert session.state is SessionState.LEFT
    assert (session.plugged_at, session.ended_at, session.left_at) == (0.0, 4.0, 5.0)


@given(st.lists(st.sampled_from(Step)))
def test_every_start_can_still_end(steps: list[Step]) -> None:
    session = new()
    for step in steps:
        if (session.state, step) in TRANSITIONS:
            session = session.after(step, Instant(0))
    for step in (Step.PLUG, Step.UNPLUG, Step.LEAVE):
        if (session.state, step) in TRANSITIONS:
            session = session.after(step, Instant(1))
    assert session.state is SessionState.LEFT


@pytest.mark.parametrize(
    ("departure", "target", "floor", "said"),
    [
        (100, 0.8, 0.3, ()),
        (10, 0.8, 0.3, ("the departure is in the past",)),
        (100, 1.2, 0.3, ("the target is not between 0 and 100 %",)),
        (100, 0.8, -0.1, ("the floor is not between 0 and 100 %",)),
        (100, 0.3, 0.8, ("the floor is above the target",)),
    ],
)
@pytest.mark.req("P-STEP-4")
def test_a_wish_that_cannot_be_kept_is_refused(
    departure: float, target: float, floor: float, said: tuple[str, ...]
) -> None:
    wish = Wish(departure=Instant(departure), target=Share(target), floor=Share(floor), v2x=True)
    assert objections(wish, Instant(10)) == said
    if said:
        with pytest.raises(Refused, match=said[0]):
            new().wishing(wish, Instant(10))
    else:
        assert new().wishing(wish, Instant(10)).wish == wish


def test_energy_is_metered_only_while_it_may_flow() -> None:
    session = new()
    with pytest.raises(Refused, match="moves no energy"):
        session.metered(WattHours(1), WattHours(0))
    for step in NORMAL[:3]:
        session = session.after(step, Instant(0))
    session = session.metered(WattHours(500), WattHours(200))
    assert session.energies.net_wh == 300
    with pytest.raises(Refused, match="backwards"):
        session.metered(WattHours(499), WattHours(200))
    later = session.metered(WattHours(700), WattHours(200)).energies
    assert later.since(session.energies) == Energies(charged_wh=WattHours(200))
