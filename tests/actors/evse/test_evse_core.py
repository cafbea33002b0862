"""What an EVSE tells its station, and what it keeps to itself."""

import pytest

from sterna.actors.evse import core
from sterna.kernel.quantities import Instant, Kilowatts

NOW = Instant(1_751_328_000.0)


def plugged(**how: object) -> core.State:
    """Return the state of an EVSE with a car."""
    return core.State(
        dead_band_kw=Kilowatts(0.2), plugged_at=NOW, used=True, **how  # type: ignore[arg-type]
    )  # fmt: skip


def told(state: core.State, event: core.TakesIn) -> list[str]:
    """Return what the station is told because of *event*."""
    _, commands = core.decide(state, event)
    return [one.what for one in commands if isinstance(one, core.Tell)]


@pytest.mark.parametrize(
    ("wish", "last", "now", "due", "news"),
    [
        (7.0, 5.0, 7.0, False, False),  # it follows its set-point: no news
        (7.0, 5.0, 7.0, True, True),  # the clock
        (7.0, 0.0, 7.0, False, True),  # power begins to flow
        (-7.0, -7.0, 0.0, False, True),  # it ends: the floor
        (-7.0, 7.0, -7.0, False, True),  # it turns
        (22.0, 22.0, 15.0, False, True),  # the battery tapers
        (22.0, 15.1, 15.0, False, False),  # and goes on to taper by less than the dead band
    ],
)
def test_the_meter_is_reported_when_it_says_something(
    wish: float, last: float, now: float, due: bool, news: bool  # noqa: FBT001  # the table's columns
) -> None:  # fmt: skip
    state = plugged(wish_kw=Kilowatts(wish), told_kw=Kilowatts(last))
    event = core.Metered(at=NOW, kw=Kilowatts(now), due=due)
    assert told(state, event) == (["meter"] if news else [])


def test_without_a_car_the_meter_is_silent() -> None:
    state = core.State(dead_band_kw=Kilowatts(0.2))
    assert told(state, core.Metered(at=NOW, kw=Kilowatts(0.0), due=True)) == []
    assert told(state, core.PluggedOut(at=NOW)) == []
    assert told(state, core.Joined(at=NOW)) == []


def test_a_session_that_the_station_stops_has_no_other_end() -> None:
    state = plugged(permitted=True)
    assert told(state, core.StopAsked(at=NOW)) == []
    assert told(state, core.SessionGone(at=NOW, reason="stopped")) == ["meter"]
    assert told(state, core.LockOpened(at=NOW)) == ["unlatched"]
    assert told(state, core.LockOpened(at=NOW)) == []
    assert told(state, core.StopAsked(at=NOW)) == ["unlatched"]


def test_a_car_that_ends_the_session_is_told_to_have_done_so() -> None:
    state = plugged(permitted=True)
    assert told(state, core.SessionGone(at=NOW, reason="the target is reached")) == [
        "meter", "ended",
    ]  # fmt: skip
    assert told(state, core.LockOpened(at=NOW)) == ["unlatched"]


def test_a_lock_that_opens_while_the_car_may_come_back_is_not_the_end() -> None:
    state = plugged(permitted=True)
    _, commands = core.decide(state, core.SessionGone(at=NOW, reason="lost", resumable=True))
    assert commands == (core.AwaitReturn(),)
    assert told(state, core.LockOpened(at=NOW)) == []


def test_a_station_that_joins_again_is_told_how_things_stand() -> None:
    state = plugged(permitted=True, needs=(6.0,))
    assert told(state, core.Joined(at=NOW)) == ["plugged", "meter", "needs", "charging"]
    state = plugged(ended="the target is reached", unlatched=True, fault="RCD")
    assert told(state, core.Joined(at=NOW)) == ["fault", "plugged", "meter", "ended", "unlatched"]
    assert told(state, core.Healed(at=NOW)) == ["fault"]
    assert told(state, core.Healed(at=NOW)) == []
    assert told(state, core.PluggedOut(at=NOW)) == ["meter", "unplugged"]
    assert told(state, core.Joined(at=NOW)) == ["meter", "unplugged"]


def test_needs_are_told_when_a_plan_would_change() -> None:
    state = plugged()
    assert told(state, core.NeedsSaid(at=NOW, figures=(1.0, 2.0))) == ["needs"]
    assert told(state, core.NeedsSaid(at=NOW, figures=(1.0, 2.0))) == []
    assert told(state, core.NeedsSaid(at=NOW, figures=(1.0, 3.0))) == ["needs"]
