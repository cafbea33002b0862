"""The station's bus: limits, pauses, forced stops, and an EVSE that waits for its station."""

import pytest
from actors.charging_yard import EVSE, Yard, car, lived

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iec61851 import bus


def say(yard: Yard, frame: bus.Down) -> None:
    """Send *frame* to the first EVSE as its station would."""
    yard.station._bus.say(1, frame)


def test_limits_bound_every_set_point_and_never_widen_the_plate() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=11.0)
        say(yard, bus.Limits(id="l1", evse=EVSE, max_charge_kw=Kilowatts(4.0)))
        await yard.later(2)
        assert yard.bays[0].power_kw == 4.0
        yard.controller.aim(-11.0)
        await yard.later(2)
        assert yard.bays[0].power_kw == 0.0, "a limit of 0 means 0"
        wide = bus.Limits(
            id="l2", evse=EVSE, max_charge_kw=Kilowatts(99.0), max_discharge_kw=Kilowatts(99.0)
        )
        say(yard, wide)
        await yard.later(2)
        assert yard.bays[0].power_kw == -11.0

    lived(story)


def test_a_frame_that_comes_twice_or_is_for_another_counts_once_or_never() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=11.0)
        limit = bus.Limits(id="l1", evse=EVSE, max_charge_kw=Kilowatts(4.0))
        say(yard, limit)
        await yard.later(2)
        say(yard, bus.Limits(id="l2", evse=EVSE, max_charge_kw=Kilowatts(6.0)))
        say(yard, limit)
        say(yard, bus.Limits(id="l3", evse="porto-09-9", max_charge_kw=Kilowatts(1.0)))
        await yard.later(2)
        assert yard.bays[0].power_kw == 6.0

    lived(story)


def test_a_session_may_sleep() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=11.0)
        say(yard, bus.Pause(id="p1", evse=EVSE))
        await yard.later(20)
        assert yard.bays[0].power_kw == 0.0
        assert not yard.bays[0].closed
        say(yard, bus.Pause(id="p2", evse=EVSE, wake=True))
        await yard.later(2)

    lived(story)


def test_a_car_that_does_not_stop_is_cut_off_in_time() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=11.0)
        yard.ports.network.partition("EVCC", "EVSE_C")
        await yard.later(1)
        asked = yard.now
        yard.controller.stop()
        await yard.later(29)
        assert not yard.bays[0].locked
        assert yard.bays[0].power_kw == 0.0
        unlatched = yard.first("STATION unlatched").t
        assert unlatched - asked <= 30.0

    lived(story)


def test_a_set_point_that_is_never_renewed_runs_out() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.9), kw=-11.0)
        soon = Instant(yard.now + 10.0)
        short = bus.SetPoint(id="s1", evse=EVSE, power_kw=Kilowatts(-5.0), expires=soon)
        say(yard, short)
        await yard.later(5)
        assert yard.bays[0].power_kw == -5.0
        await yard.later(10)
        assert yard.bays[0].power_kw == 0.0

    lived(story)


def test_an_evse_out_of_service_takes_no_car() -> None:
    async def story(yard: Yard) -> None:
        say(yard, bus.Availability(id="a1", evse=EVSE, operative=False))
        await yard.later(2)
        yard.evs[0].plug(car())
        await yard.later(30)
        assert yard.controller.kinds() == []
        yard.evs[0].unplug()
        await yard.later(2)

    lived(story)


def test_a_car_is_asked_before_every_reading_where_energy_flows_and_once_an_hour_at_rest() -> None:
    async def story(yard: Yard) -> None:
        async def turns(quarters: int) -> int:
            before = len(yard.said("ISO15118-20 DC_ChargeLoopReq"))
            await yard.later(900.0 * quarters)
            return len(yard.said("ISO15118-20 DC_ChargeLoopReq")) - before

        await yard.begin(car(soc=0.5), kw=11.0)
        readings = len(yard.controller.meter())
        assert await turns(4) == 4
        assert len(yard.controller.meter()) == readings + 4
        yard.controller.aim(0.0)
        await yard.later(900)
        assert await turns(16) == 4
        assert yard.controller.meter()[-1].soc == pytest.approx(yard.bays[0].soc, abs=1e-4)

    lived(story)
