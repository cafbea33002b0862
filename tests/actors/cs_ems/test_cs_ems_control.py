"""Power: floor, consent, limits, silence of the BEMS, and the run without control."""

import pytest
from actors.charging_site import HOUR, START, Site, run
from actors.ocpp_station import Station

from sterna.actors.cs_ems.commands import WhyRow
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols import openadr, rest
from sterna.protocols.ocpp import v21
from sterna.protocols.openadr import storage
from sterna.runtime.ports import Request


def orders(station: Station) -> list[v21.UpdateDynamicScheduleRequest]:
    return [one for one in station.asked if isinstance(one, v21.UpdateDynamicScheduleRequest)]


@pytest.mark.req("AT-06")
def test_no_set_point_is_negative_once_the_floor_is_reached_and_the_building_is_told() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.35, floor=0.3, target=0.3)
        assert site.building is not None
        await site.building.request(*[-12.0] * 12)
        await site.later(1)
        assert station.bays[1].kw == -12.0
        assert site.building.reports[-1]["porto-01-1"].gives_now_kw == 20.0
        await site.later(899)  # 3 kWh, 95 % of what the car has above its floor
        bay = station.bays[1]
        bay.settle(site.clock.now())
        bay.kw, bay.soc = 0.0, 0.3  # the car has stopped by itself
        station.tell(bay, "Updated", "SoCLimitReached", "SuspendedEV")
        before = len(orders(station))
        await site.later(10)
        assert site.building.reports[-1]["porto-01-1"].gives_now_kw == 0.0
        for _ in range(6):
            await site.building.request(*[-12.0] * 12)
            await site.later(300)
        moved = [one.schedule_update.setpoint for one in orders(station)[before:]]
        assert moved
        assert all(watts == 0.0 for watts in moved)

    run(work)


def test_a_car_below_its_floor_is_charged_whatever_the_building_asks() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.2, floor=0.3)
        assert site.building is not None
        await site.building.request(-12.0)
        await site.later(1)
        assert station.bays[1].kw == 20.0

    run(work)


@pytest.mark.req("CH-PRIV-GDPR")
def test_a_withdrawn_consent_ends_discharging_within_a_second() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.8)
        assert site.building is not None
        await site.building.request(*[-10.0] * 12)
        await site.later(60)
        assert station.bays[1].kw == -10.0
        station.asked.clear()
        assert (await site.start_session(change=True, v2x=False)).status == 200
        await site.later(1)
        assert station.bays[1].kw >= 0.0
        allowed = [
            one for one in station.asked if isinstance(one, v21.NotifyAllowedEnergyTransferRequest)
        ]
        assert [one.allowed_energy_transfer for one in allowed] == [("DC",)]
        for _ in range(3):
            await site.building.request(*[-10.0] * 12)
            await site.later(300)
            assert station.bays[1].kw >= 0.0
        assert not site.building.known["porto-01-1"].v2x
        await site.start_session(change=True, v2x=True)
        await site.later(2)
        await site.building.request(-10.0)
        await site.later(1)
        assert station.bays[1].kw == -10.0

    run(work)


def test_without_consent_the_profile_only_charges() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(v2x=False)
        profile = next(
            one.charging_profile
            for one in station.asked
            if isinstance(one, v21.SetChargingProfileRequest)
            and one.charging_profile.charging_profile_purpose == "TxProfile"
        )
        period = profile.charging_schedule[0].charging_schedule_period[0]
        assert period.operation_mode == "ChargingOnly"
        assert site.building is not None
        await site.building.request(9.0)
        await site.later(1)
        assert orders(station)[-1].schedule_update.limit == 9000.0
        await site.building.request(-9.0)
        await site.later(1)
        assert station.bays[1].kw == 0.0

    run(work)


def test_nobody_gives_less_than_a_converter_loses() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.8)
        assert site.building is not None
        await site.building.request(-0.4)
        await site.later(1)
        assert station.bays[1].kw == 0.0
        await site.building.request(-0.6)
        await site.later(1)
        assert station.bays[1].kw == -0.6

    run(work)


def test_a_car_next_to_its_floor_stands_at_it_and_is_not_charged_for_a_rounding() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.2990, floor=0.3, target=0.3)
        assert site.building is not None
        await site.building.request(*[-5.0] * 12)
        await site.later(1)
        assert station.bays[1].kw == 0.0

    run(work)


def test_what_the_building_lets_all_cars_draw_binds_also_a_car_in_a_hurry() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.2, floor=0.3)
        assert site.building is not None
        await site.building.request(20.0, limits=(4.0, 0.0))
        await site.later(1)
        assert station.bays[1].kw == 4.0
        await site.building.request(20.0, limits=(0.0, 0.0))
        await site.later(1)
        assert station.bays[1].kw == 0.0

    run(work)


def test_a_set_point_that_hardly_moves_is_not_worth_a_message() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        await site.building.request(10.0)
        await site.later(1)
        before = len(orders(station))
        await site.building.request(10.1)
        await site.later(1)
        assert len(orders(station)) == before
        await site.building.request(10.4)
        await site.later(1)
        assert len(orders(station)) == before + 1

    run(work)


def test_an_order_is_said_again_every_hour_unless_it_is_rest_and_the_meter_shows_it() -> None:
    async def hours(site: Site, station: Station, kw: float) -> int:
        """Return how many orders four hours of the same wish bring, the first one aside."""
        assert site.building is not None
        await site.building.request(kw)
        await site.later(1)
        before = len(orders(station))
        for _ in range(48):
            await site.later(300)
            await site.building.request(kw)
        return len(orders(station)) - before

    async def work(site: Site) -> None:
        station = await site.charging(soc=0.5)
        assert await hours(site, station, 2.0) == 4
        assert await hours(site, station, 0.0) == 0
        station.bays[1].kw = 3.0  # Nobody asked for this.
        station.sample(1)
        before = len(orders(station))
        await site.later(300)
        assert site.building is not None
        await site.building.request(0.0)
        await site.later(1)
        assert [one.schedule_update.setpoint for one in orders(station)[before:]] == [0.0]

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS")
def test_a_silent_building_is_followed_to_the_end_of_its_plan_then_cars_charge_to_their_targets() -> (
    None
):
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.5, target=0.6)
        assert site.building is not None
        await site.building.request(*[-6.0] * 6, *[3.0] * 6)
        await site.later(1500)
        assert station.bays[1].kw == -6.0
        await site.later(600)
        assert station.bays[1].kw == 3.0
        station.sample(1)
        await site.later(1700)
        assert station.bays[1].kw == 20.0
        for _ in range(12):
            await site.later(300)
            station.sample(1)
        assert station.bays[1].kw == 0.0
        assert 0.6 <= station.bays[1].soc < 0.65

    run(work)


def test_without_any_building_cars_charge_to_their_targets_inside_the_known_limit() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.5)
        station.plug(2)
        await site.later(1)
        await site.start_session("ses-2", "porto-01-2")
        await site.later(2)
        station.charge(2, "ses-2")
        await site.later(30)
        assert station.bays[1].kw + station.bays[2].kw == pytest.approx(24.0)

    run(work, bems=False, alone_kw=(Kilowatts(24.0),))


def test_without_control_every_car_charges_on_arrival_and_never_gives() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.5)
        assert station.bays[1].kw == 20.0
        assert site.building is not None
        await site.building.request(-20.0)
        await site.later(5)
        assert station.bays[1].kw == 20.0
        allowed = station.of(v21.NotifyAllowedEnergyTransferRequest)[0]
        assert isinstance(allowed, v21.NotifyAllowedEnergyTransferRequest)
        assert allowed.allowed_energy_transfer == ("DC",)

    run(work, mode="uncontrolled")


def test_two_cars_under_one_cable_stay_inside_it() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        station.plug(2)
        await site.later(1)
        await site.start_session("ses-2", "porto-01-2")
        await site.later(2)
        station.charge(2, "ses-2")
        await site.later(2)
        assert site.building is not None
        await site.building.request(40.0)
        await site.later(1)
        assert station.bays[1].kw + station.bays[2].kw == pytest.approx(25.0)

    run(work, station_kw=(("porto-01", 25.0),))


@pytest.mark.parametrize(
    "refused", [v21.SetChargingProfileRequest, v21.UpdateDynamicScheduleRequest]
)
def test_a_refused_profile_or_set_point_is_said_again(refused: type) -> None:
    async def work(site: Site) -> None:
        station = await site.open()
        station.plug(1)
        station.refuse = (refused,)
        await site.later(1)
        await site.start_session()
        await site.later(2)
        station.charge(1, "ses-1")
        await site.later(60)
        station.refuse = ()
        assert site.building is not None
        await site.later(60)
        await site.building.request(7.0)
        await site.later(60)
        assert station.bays[1].kw == 7.0

    run(work)


def test_a_station_that_refuses_the_car_fails_the_session_and_the_driver_is_told() -> None:
    async def work(site: Site) -> None:
        station = await site.open()
        station.plug(1)
        station.refuse = (v21.RequestStartTransactionRequest,)
        await site.later(1)
        await site.start_session()
        await site.later(5)
        assert (await site.see()).state == "failed"
        assert [told.reason for told in site.told_app("statistics")] == ["fault"]
        station.unplug(1)
        await site.later(1)
        assert [told.session for told in site.told_app("unplugged")] == []

    run(work)


def test_a_station_that_never_answers_is_asked_again_and_then_given_up() -> None:
    async def work(site: Site) -> None:
        station = await site.open()
        station.plug(1)
        station.mute = (v21.RequestStartTransactionRequest,)
        await site.later(1)
        await site.start_session()
        await site.later(600)
        assert len(station.of(v21.RequestStartTransactionRequest)) > 2
        assert (await site.see()).state == "failed"

    run(work)


def test_a_car_that_refuses_to_give_is_only_charged() -> None:
    async def work(site: Site) -> None:
        station = await site.open()
        station.plug(1)
        station.refuse = (v21.NotifyAllowedEnergyTransferRequest,)
        await site.later(1)
        await site.start_session()
        await site.later(2)
        station.charge(1, "ses-1")
        await site.later(2)
        assert site.building is not None
        await site.building.request(-7.0)
        await site.later(2)
        assert station.bays[1].kw == 0.0

    run(work)


def test_the_cycle_limit_of_the_driver_ends_discharging() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.9, discharge_kwh_max=1.0)
        assert site.building is not None
        await site.building.request(*[-12.0] * 12)
        await site.later(600)
        station.sample(1)
        await site.building.request(*[-12.0] * 12)
        await site.later(1)
        assert station.bays[1].kw == 0.0

    run(work)


def test_a_car_that_ends_by_itself_is_told_as_such() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        station.end(1, "StoppedByEV")
        await site.later(2)
        station.unplug(1)
        await site.later(2)
        assert [told.reason for told in site.told_app("statistics")] == ["vehicle"]
        assert [told.evse for told in site.told_app("unplugged")] == ["porto-01-1"]
        assert (await site.stop_session()).status == 404

    run(work)


def test_a_changed_departure_counts_at_once() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.5, target=0.6)
        assert site.building is not None
        await site.building.request(*[0.0] * 12)
        await site.later(5)
        assert station.bays[1].kw == 0.0
        soon = Instant(site.clock.now() + 0.33 * HOUR)
        await site.start_session(change=True, target=0.6, departure=soon)
        await site.later(2)
        assert station.bays[1].kw > 10.0
        assert site.building.reports[-1]["porto-01-1"].departure == soon
        assert soon > START

    run(work)


@pytest.mark.req("IF-PMS-CSEMS")
def test_planned_slots_are_kept_and_given_back() -> None:
    async def work(site: Site) -> None:
        await site.open()
        pms = site.ports.http("PMS")
        for state in ("booked", "booked", "cancelled"):
            plan = rest.SlotPlanned(
                reservation="r-1", slot="porto-01-1", start=Instant(START + HOUR), end=Instant(START + 2 * HOUR),
                state=state, v2b_kw=10.0, v2b_kwh=20.0,
            )  # fmt: skip
            request = rest.PLAN_SLOT
            answer = await pms.ask(
                "cs_ems",
                Request(
                    method="POST", path=request.path, headers=request.headers("k"), body=request.written(plan)
                ),
            )  # fmt: skip
            assert answer.status == 204
            assert len(site.cs_ems.actor.state.planned) == (0 if state == "cancelled" else 1)

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS")
def test_reports_go_on_over_lapsed_tokens_a_cut_and_a_building_that_forgot_everything() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        building = site.building
        assert building is not None
        for _ in range(15):  # a token holds an hour
            before = len(building.reports)
            await site.later(300)
            assert len(building.reports) > before
        site.ports.network.partition("CS_EMS", "BEMS")
        await site.later(60)
        site.ports.network.heal("CS_EMS", "BEMS")
        await site.later(300)
        fresh = type(building)(site.ports)
        site.building = fresh
        await site.later(300)
        assert "porto-01-1" in fresh.reports[-1]
        await fresh.request(11.0)
        await site.later(1)
        assert station.bays[1].kw == 11.0

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS")
def test_reports_list_what_is_news_and_everything_after_an_hour_or_a_lost_one() -> None:
    async def work(site: Site) -> None:
        await site.charging(soc=0.5)
        building = site.building
        assert building is not None
        await building.request(*[0.0] * 12)
        await site.later(300)
        building.reports.clear()
        building.names.clear()
        await site.later(600)
        assert building.reports == [{}, {}], "a car that stands still is no news"
        await building.request(*[11.0] * 12)
        await site.later(300)
        assert building.reports[-1].keys() == {"porto-01-1"}
        assert set(building.names) == {storage.CHANGES_REPORT}
        await site.later(3600)
        assert building.names.count(storage.WHOLE_REPORT) == 1
        building.vtn.state.tokens.clear()  # It started anew, and gives the same names to its events.
        await site.later(300)
        assert building.names[-1] == storage.WHOLE_REPORT
        await site.later(300)
        assert building.names[-1] == storage.CHANGES_REPORT
        building.away = True
        await site.later(300)
        building.away = False
        await site.later(300)
        assert building.names[-1] == storage.WHOLE_REPORT

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS")
def test_what_was_changed_and_changed_back_between_two_reports_is_told() -> None:
    async def work(site: Site) -> None:
        await site.charging(soc=0.8)
        building = site.building
        assert building is not None
        await site.later(300)
        for wanted in (False, True):
            await site.start_session(change=True, v2x=wanted)
            await site.later(2)
            assert building.known["porto-01-1"].v2x == wanted
        await site.later(600)
        assert building.known["porto-01-1"].v2x
        assert building.names[-1] == storage.CHANGES_REPORT

    run(work)


@pytest.mark.parametrize("sample_first", [False, True])
def test_the_capacity_is_learnt_from_the_energy_that_fills_the_battery(
    *, sample_first: bool
) -> None:
    async def work(site: Site) -> None:
        station = await site.open()
        bay = station.bays[1]
        station.plug(1, soc=0.6)
        await site.later(1)
        await site.start_session()
        await site.later(2)
        bay.charging = True
        needs = v21.NotifyEVChargingNeedsRequest(
            evse_id=1,
            charging_needs=v21.ChargingNeedsType(
                requested_energy_transfer="AC_BPT",
                ac_charging_parameters=v21.ACChargingParametersType(
                    energy_amount=10_000, ev_min_current=6, ev_max_current=16, ev_max_voltage=230
                ),
                v2x_charging_parameters=v21.V2XChargingParametersType(
                    max_charge_power=11_000, max_discharge_power=11_000, ev_max_energy_request=32_000
                ),
            ),
        )  # fmt: skip
        if sample_first:
            station.tell(bay, "Updated", "Authorized", "Charging", token="ses-1")
            await site.later(2)
        station.ask(needs)
        await site.later(2)
        station.tell(bay, "Updated", "ChargingStateChanged", "Charging")
        await site.later(2)
        assert site.building is not None
        told = site.building.reports[-1]["porto-01-1"]
        assert told.capacity_kwh == pytest.approx(80.0, rel=0.01)
        assert told.soc == pytest.approx(0.6, abs=0.005)
        assert told.charge_kw_max == 11.0

    run(work)


def test_a_sample_from_before_an_order_does_not_hide_what_flows_since() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.5, target=0.6)
        assert site.building is not None
        await site.building.request(*[20.0] * 12)
        await site.later(60)
        await site.building.request(*[2.0] * 12)
        await site.later(0.5)
        bay = station.bays[1]
        assert bay.kw == 2.0
        bay.kw = 20.0  # As the meter showed it a moment ago, in a message that comes only now.
        station.sample(1)
        bay.kw = 2.0
        await site.later(900)
        await site.building.request(*[2.0] * 12)
        await site.later(400)
        bay.settle(site.clock.now())
        told = site.building.reports[-1]["porto-01-1"]
        assert told.soc == pytest.approx(bay.soc, abs=0.01)

    run(work)


def test_a_driver_reads_what_the_plan_had_in_mind_and_every_new_reason_is_a_row() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.6, target=0.65)
        assert site.building is not None
        told = openadr.Explained(
            evse="porto-01-1", reason="GIVES_DEAR", kw=Kilowatts(-12.0), now_eur=0.31, extra_eur=0.0,
            then_at=Instant(START + 6 * HOUR), then_eur=0.12, wear_eur=0.02, place="",
        )  # fmt: skip
        strange = openadr.Explained(
            evse="porto-02-1", reason="DANCES", kw=Kilowatts(0.0), now_eur=0.0, extra_eur=0.0, then_at=Instant(0.0),
            then_eur=0.0, wear_eur=0.0, place="",
        )  # fmt: skip
        for _ in range(3):
            await site.building.request(-12.0, why=(told, strange))
            await site.later(30)
        assert station.bays[1].kw == -12.0
        seen = await site.see()
        assert seen.plan == (
            "Gives 12.0 kW back: the building would pay 0.31 EUR/kWh now; refilled at 0.12 after 06:00; wear 0.02."
        )
        rows = [row for row in site.ports.journal.rows(WhyRow) if row.reason == "GIVES_DEAR"]
        assert len(rows) == 1, "the same reason is no news"
        await site.building.request(0.0)
        await site.later(5)
        assert (await site.see()).plan.startswith("Waits: there is time until ")
        assert site.cs_ems.actor.state.whys == {}

    run(work)
