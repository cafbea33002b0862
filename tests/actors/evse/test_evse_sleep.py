"""A parked car that nobody wants sleeps for hours; a set-point, its station, its driver or itself wakes it."""

from typing import Any

from actors.charging_yard import EVSE, Yard, car, lived

from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.protocols.iec61851 import bus
from sterna.protocols.iec61851.pilot import Signal

HOUR = 3600.0
SLEEPY: dict[str, Any] = {"evse": {"sleep_after_s": Seconds(900.0)}}


def say(yard: Yard, frame: bus.Down) -> None:
    """Send *frame* to the first EVSE as its station would."""
    yard.station._bus.say(1, frame)


def point(yard: Yard, kw: float, lives_s: float = 9e4, **more: Any) -> bus.SetPoint:
    """Return a set-point of its own id."""
    return bus.SetPoint(
        id=f"s {yard.now} {kw}", evse=EVSE, power_kw=Kilowatts(kw),
        expires=Instant(yard.now + lives_s), **more,
    )  # fmt: skip


async def asleep(yard: Yard, **wish: Any) -> None:
    """Bring a car to sleep: it has nothing to do for a quarter of an hour."""
    await yard.begin(car(soc=0.6, **wish))
    say(yard, point(yard, 0.0))
    await yard.later(1000)
    assert yard.evses[0]._sleep.asleep
    assert not yard.bays[0].wave
    assert not yard.bays[0].closed


def test_a_car_without_power_falls_asleep_and_a_set_point_hours_later_wakes_it() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        before = len(yard.said("ISO15118-20 DC_ChargeLoopReq"))
        await yard.later(5 * HOUR)
        assert len(yard.said("ISO15118-20 DC_ChargeLoopReq")) == before, "nothing is said"
        assert yard.bays[0].locked, "the plug stays where it is"
        assert yard.controller.kinds().count("Ended") == 0, "the transaction goes on"
        yard.controller.aim(-7.0)
        await yard.later(10)
        assert yard.bays[0].wave
        assert yard.bays[0].power_kw == -7.0
        assert yard.bays[0].locked

    made = lived(story, **SLEEPY)
    assert len(made.said("ISO15118-20 SessionSetupReq")) == 2
    assert made.said("STATION ended") != []


def test_the_old_session_is_joined_and_nobody_is_asked_again() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        yard.controller.aim(5.0)
        await yard.later(10)
        assert yard.bays[0].power_kw == 5.0

    made = lived(story, **SLEEPY)
    setups = made.said("ISO15118-20 SessionSetupRes")
    assert len(setups) == 2
    waits = [one.fields["waiting"] for one in made.said("ISO15118-20 AuthorizationRes")]
    assert waits[-1] is False


def test_a_set_point_that_runs_out_wakes_a_car_for_what_holds_after_it() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        say(yard, point(yard, 0.0, lives_s=2000.0, fallback_kw=Kilowatts(3.0)))
        await yard.later(1900)
        assert yard.evses[0]._sleep.asleep
        await yard.later(110)
        assert not yard.evses[0]._sleep.asleep
        assert yard.bays[0].closed

    lived(story, **SLEEPY)


def test_the_station_may_let_it_sleep_and_wake_it() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5))
        say(yard, point(yard, 0.0))
        say(yard, bus.Pause(id="p1", evse=EVSE))
        await yard.later(20)
        assert yard.evses[0]._sleep.asleep
        say(yard, bus.Pause(id="p2", evse=EVSE, wake=True))
        await yard.later(20)
        assert not yard.evses[0]._sleep.asleep
        assert yard.bays[0].closed

    lived(story)


def test_power_that_is_wished_for_while_it_falls_asleep_wakes_it_at_once() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5))
        say(yard, bus.Pause(id="p1", evse=EVSE))
        yard.controller.aim(6.0)
        await yard.later(30)
        assert yard.bays[0].power_kw == 6.0

    made = lived(story)
    assert len(made.said("ISO15118-20 SessionSetupReq")) == 2


def test_a_car_may_wake_by_itself() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        yard.evs[0].rouse()
        await yard.later(10)
        assert not yard.evses[0]._sleep.asleep
        assert yard.bays[0].wave
        assert yard.bays[0].closed
        yard.evs[0].rouse()

    lived(story, **SLEEPY)


def test_the_driver_ends_a_sleeping_session_from_the_car() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        yard.evs[0].stop()
        await yard.later(30)
        assert yard.evses[0].state.ended
        assert not yard.bays[0].locked
        assert yard.controller.kinds()[-1] == "Ended"

    lived(story, **SLEEPY)


def test_the_station_ends_a_sleeping_session_without_waking_anybody() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        yard.controller.stop()
        await yard.later(30)
        assert not yard.bays[0].locked
        assert yard.controller.kinds()[-1] == "Ended"
        yard.evs[0].unplug()
        await yard.later(5)
        assert yard.bays[0].wave, "the next car is expected"

    made = lived(story, **SLEEPY)
    assert len(made.said("ISO15118-20 SessionSetupReq")) == 1


def test_a_car_that_does_not_wake_loses_its_session_in_the_end() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        yard.ports.network.partition("EVCC", "EVSE_C")
        yard.controller.aim(5.0)
        await yard.later(2 * HOUR)
        assert yard.evses[0].state.ended == "the car did not come back"
        assert not yard.bays[0].locked

    lived(story, **SLEEPY)


def test_a_switch_that_closes_in_its_sleep_gets_no_power() -> None:
    async def story(yard: Yard) -> None:
        await asleep(yard)
        yard.evses[0].signalled(Signal.READY)
        assert not yard.evses[0].coupler.closed
        assert not yard.bays[0].closed

    lived(story, **SLEEPY)


def test_an_evse_that_is_not_told_to_lets_nobody_sleep() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5))
        say(yard, point(yard, 0.0))
        await yard.later(5 * HOUR)
        assert not yard.evses[0]._sleep.asleep
        assert yard.bays[0].closed

    lived(story)
