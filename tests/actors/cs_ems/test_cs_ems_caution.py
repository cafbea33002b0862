"""Limits hold also while stations are out of reach and while orders are on their way."""

from actors.charging_site import Site, run
from actors.ocpp_station import Station

from sterna.kernel.quantities import Kilowatts
from sterna.protocols.ocpp import v21

EVERY_HOUR = tuple(Kilowatts(8.0 * hour) for hour in range(24))


async def two_cars(site: Site) -> tuple[Station, Station]:
    """Let one car charge at each of two stations."""
    first = await site.charging(soc=0.4, target=0.9)
    second = await site.station("porto-02")
    second.plug(1, soc=0.4)
    await site.later(1)
    assert (await site.start_session("ses-2", "porto-02-1", target=0.9)).status == 201
    await site.later(2)
    second.charge(1, "ses-2")
    await site.later(2)
    return first, second


def test_what_rules_without_orders_is_what_the_building_has_always_left_shared_by_all_evses() -> (
    None
):
    async def work(site: Site) -> None:
        station = await site.open()
        defaults = [one for one in station.asked if isinstance(one, v21.SetChargingProfileRequest)]
        assert [one.evse_id for one in defaults] == [1, 2]
        profile = defaults[0].charging_profile
        assert profile.charging_profile_purpose == "TxDefaultProfile"
        assert (profile.charging_profile_kind, profile.recurrency_kind) == ("Recurring", "Daily")
        (schedule,) = profile.charging_schedule
        told = {one.start_period: one.limit for one in schedule.charging_schedule_period}
        shares = {hour: min(20.0, 8.0 * hour / 4) for hour in range(24)}
        assert told == {hour * 3600: kw * 1000.0 for hour, kw in shares.items() if hour <= 10}, (
            "the EVSE's rating from ten o'clock on"
        )

    run(work, alone_kw=EVERY_HOUR)


def test_a_station_out_of_reach_is_counted_with_its_default() -> None:
    async def work(site: Site) -> None:
        first, second = await two_cars(site)
        assert site.building is not None
        await site.building.request(*[24.0] * 12, limits=(24.0, 0.0))
        await site.later(2)
        assert first.bays[1].kw + second.bays[1].kw == 24.0
        assert first.pump.link is not None
        first.pump.link.close(1001, "going away")
        await site.later(2)
        # It may go on with its set-point, later with its part of what is always free: 32 kW / 4.
        assert second.bays[1].kw <= 24.0 - max(first.bays[1].kw, 8.0)
        assert second.bays[1].kw >= 24.0 - max(first.bays[1].kw, 8.0) - 0.2

    run(work, alone_kw=(Kilowatts(32.0),))


def test_a_car_rises_only_when_the_fall_of_another_is_confirmed() -> None:
    async def work(site: Site) -> None:
        first, second = await two_cars(site)
        assert site.building is not None
        await site.building.request(*[20.0] * 12, limits=(20.0, 0.0))
        await site.later(2)
        high, low = (first, second) if first.bays[1].kw > 10.0 else (second, first)
        assert (high.bays[1].kw, low.bays[1].kw) == (20.0, 0.0)
        # The driver of the other car is in a hurry now; the one that charges does not answer.
        high.mute = (v21.UpdateDynamicScheduleRequest,)
        session = "ses-2" if low is second else "ses-1"
        evse = "porto-02-1" if low is second else "porto-01-1"
        soon = site.clock.now() + 1800.0
        await site.start_session(session, evse, change=True, target=0.9, departure=soon)
        await site.later(20)
        assert high.bays[1].kw == 20.0
        assert low.bays[1].kw == 0.0, "the other's fall is not confirmed"
        high.mute = ()
        await site.later(20)  # The call is given up after 30 s.
        await site.building.request(*[20.0] * 12, limits=(20.0, 0.0))
        await site.later(2)
        assert low.bays[1].kw > 0.0
        assert first.bays[1].kw + second.bays[1].kw <= 20.0

    run(work)
