"""The battery management: floors, reports, and the end at the target."""

import pytest

from sterna.actors.ev import core
from sterna.kernel.quantities import Instant, Kilowatts, Share

NOW = Instant(1_751_328_000.0)


def connected(**how: object) -> core.State:
    """Return the state after a plug."""
    wish: dict[str, object] = {"least": 0.1, "floor": 0.3, "target": 0.8, "stops_itself": False}
    event = core.Connected(at=NOW, **{**wish, **how})  # type: ignore[arg-type]
    return core.decide(core.State(), event)[0]


@pytest.mark.req("IF-EVCC-BMS", "SYS-P-BMS")
@pytest.mark.parametrize(
    ("site", "floor"), [(None, 0.3), (0.2, 0.3), (0.5, 0.5)], ids=["none", "lower", "higher"]
)
def test_the_highest_floor_counts(site: float | None, floor: float) -> None:
    state = connected()
    told = None if site is None else Share(site)
    state, _ = core.decide(state, core.Turned(at=NOW, soc=Share(0.6), site_floor=told))
    assert state.minimum == floor


def test_the_makers_minimum_holds_where_the_driver_wants_less() -> None:
    assert connected(floor=0.0).minimum == 0.1


@pytest.mark.parametrize(
    ("seconds", "soc", "measured"),
    [(300.0, 0.611, True), (299.0, 0.65, False), (900.0, 0.605, False)],
    ids=["due and moved", "too soon", "unmoved"],
)
def test_the_battery_is_reported_when_it_has_moved_and_not_too_often(
    seconds: float, soc: float, measured: bool  # noqa: FBT001  # the table's column
) -> None:  # fmt: skip
    state = connected()
    state, _ = core.decide(state, core.Chosen(at=NOW))
    state, _ = core.decide(state, core.Sensed(at=NOW, soc=Share(0.6), kw=Kilowatts(0.0)))
    turn = core.Turned(at=Instant(NOW + seconds), soc=Share(soc))
    _, commands = core.decide(state, turn)
    assert list(commands) == ([core.Measure()] if measured else [])


@pytest.mark.parametrize(
    ("alone", "soc", "kw", "ends"),
    [
        (True, 0.8, 11.0, True),
        (True, 0.79, 11.0, False),
        (True, 0.9, -11.0, False),  # above its target, but giving back
        (False, 0.9, 11.0, False),
    ],
)
def test_only_a_car_that_charges_alone_ends_at_its_target(
    alone: bool, soc: float, kw: float, ends: bool  # noqa: FBT001  # the table's columns
) -> None:  # fmt: skip
    state = connected(stops_itself=alone)
    event = core.Sensed(at=NOW, soc=Share(soc), kw=Kilowatts(kw))
    state, commands = core.decide(state, event)
    assert (core.EndSession() in commands) is ends
    _, again = core.decide(state, event)
    assert core.EndSession() not in again
