"""What holds at a charging station whatever happens: floor, consent, faults, cuts, ends."""

import pytest
from actors.charging_yard import Yard, car, lived

from sterna.protocols.ocpp import v21


def triggers(yard: Yard) -> list[str]:
    return [event.trigger_reason for event in yard.controller.events]


@pytest.mark.req("DF-P-08", "P-STEP-8")
@pytest.mark.parametrize("direct", [True, False], ids=["DC_BPT", "AC_BPT"])
def test_at_06_discharge_ends_at_the_floor_and_the_report_follows(direct: bool) -> None:  # noqa: FBT001
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.35, floor=0.30))
        yard.controller.aim(-11.0)
        await yard.later(1200)
        yard.controller.aim(-5.0)
        await yard.later(600)
        yard.controller.aim(-11.0)
        await yard.later(600)
        assert yard.bays[0].power_kw == 0.0
        assert yard.bays[0].soc >= 0.299

    yard = lived(story, direct=direct)
    kw = yard.bays[0].stays[0].kw
    began = next(at for at, power in kw if power == pytest.approx(-11.0))
    over = next(at for at, power in kw if at > began and power == 0.0)
    assert over - began == pytest.approx(933.0, abs=1.0)
    assert all(power == 0.0 for at, power in kw if at >= over)
    told = [one for one in yard.controller.meter() if one.at >= over and one.kw == 0.0]
    assert told[0].at - over <= 10.0
    soc = [line.fields["soc"] for line in yard.said("VEHICLE battery_status")]
    assert soc[-1] == pytest.approx(0.30, abs=0.001)


def test_a_car_below_its_floor_never_discharges() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.25, floor=0.30), kw=-11.0)
        await yard.later(1800)
        assert yard.bays[0].soc == pytest.approx(0.25)
        yard.controller.aim(11.0)
        await yard.later(900)
        assert yard.bays[0].power_kw == 11.0

    lived(story)


@pytest.mark.parametrize(
    ("transfers", "car_kw"),
    [(("DC",), 11.0), ((), 11.0), (("DC_BPT", "DC"), 0.0)],
    ids=["declined", "nobody said", "car of one way"],
)
def test_without_consent_or_ability_power_is_never_negative(
    transfers: tuple[v21.EnergyTransferModeEnumType, ...], car_kw: float
) -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6, discharge_kw=car_kw), kw=-11.0, transfers=transfers)
        await yard.later(600)
        yard.controller.aim(-3.0)
        await yard.later(600)
        yard.controller.aim(7.0)
        await yard.later(600)

    yard = lived(story)
    power = [kw for _, kw in yard.bays[0].stays[0].kw]
    assert min(power) == 0.0
    assert max(power) == 7.0


def test_consent_withdrawn_ends_discharging_within_a_minute_and_charging_goes_on() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6), kw=-11.0)
        await yard.later(300)
        assert yard.bays[0].power_kw == -11.0
        yard.controller.allow("DC")
        await yard.later(60)
        assert yard.bays[0].power_kw == 0.0
        yard.controller.aim(5.0)
        await yard.later(60)
        assert yard.bays[0].power_kw == 5.0

    yard = lived(story)
    withdrawn = yard.said("OCPP NotifyAllowedEnergyTransfer")[-1].t
    after = [kw for at, kw in yard.bays[0].stays[0].kw if at > withdrawn + 1.0]
    assert min(after) >= 0.0


@pytest.mark.req("SYS-P-EVSE_C")
def test_a_lost_pilot_at_full_discharge_opens_the_contactor_at_once() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6), kw=-11.0)
        await yard.later(300)
        yard.bays[0].lose_pilot()
        await yard.later(0.1)
        assert yard.bays[0].power_kw == 0.0
        assert not yard.bays[0].closed
        await yard.later(60)
        yard.controller.aim(-5.0)
        await yard.later(60)
        assert yard.bays[0].power_kw == 0.0
        yard.evs[0].unplug()
        await yard.later(30)

    yard = lived(story)
    assert yard.controller.kinds()[-1] == "Ended"
    assert yard.controller.kinds().count("Ended") == 1
    status = [line.fields["status"] for line in yard.said("OCPP StatusNotification")]
    assert status == ["Available", "Occupied", "Faulted", "Available"]


def test_a_plug_pulled_too_early_ends_the_transaction_and_frees_the_bay() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6), kw=-11.0)
        await yard.later(300)
        yard.evs[0].unplug()
        await yard.later(30)
        again = car(soc=0.4)
        await yard.begin(again, kw=8.0)
        await yard.later(60)
        assert yard.bays[0].power_kw == 8.0

    yard = lived(story)
    ended = [event for event in yard.controller.events if event.event_type == "Ended"]
    assert [event.transaction_info.stopped_reason for event in ended] == ["EVDisconnected"]
    ids = {event.transaction_info.transaction_id for event in yard.controller.events}
    assert len(ids) == 2, "one transaction per plug"


@pytest.mark.req("IF-CSEMS-CSC")
def test_half_an_hour_without_link_loses_nothing_and_falls_back() -> None:
    async def story(yard: Yard) -> None:
        yard.controller.set_default(3.0)
        await yard.begin(car(soc=0.5), kw=-11.0)
        await yard.until(900)
        yard.ports.network.partition("CS_C", "CS_EMS")
        await yard.later(1800)
        assert yard.bays[0].power_kw == 3.0, "the dynamic profile has lapsed, the default rules"
        yard.ports.network.heal("CS_C", "CS_EMS")
        await yard.later(300)
        assert yard.bays[0].power_kw == -11.0
        yard.controller.stop()
        await yard.later(30)

    yard = lived(story)
    tx = yard.controller.tx
    events = yard.tx_events(tx)
    assert [event.seq_no for event in events] == list(range(len(events)))
    assert any(event.offline is True for event in events)
    import_wh, export_wh = yard.bays[0].registers()
    assert yard.booked_wh(tx) == (import_wh, export_wh)
    lapse = next(at for at, kw in yard.bays[0].stays[0].kw if kw == 3.0)
    cut = 1_751_328_000.0 + 900
    assert lapse - cut <= 30 + 120 + 1, "the link's silence, then maxOfflineDuration"


@pytest.mark.req("IF-EVCC-BMS", "SYS-P-EVCC")
@pytest.mark.parametrize("direct", [True, False], ids=["DC", "AC"])
def test_a_car_may_end_its_session_itself_at_its_target(direct: bool) -> None:  # noqa: FBT001
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5, target_soc=0.52, stops_itself=True), kw=11.0)
        await yard.later(900)
        assert yard.bays[0].soc == pytest.approx(0.52, abs=0.001)
        assert not yard.bays[0].locked

    yard = lived(story, direct=direct)
    names = ["STATION ended", "STATION unlatched", "OCPP TransactionEvent Ended"]
    at = [yard.first(name).t for name in names]
    assert at == sorted(at)
    assert not yard.said("STATION stop")
    assert yard.controller.events[-1].transaction_info.stopped_reason == "StoppedByEV"


def test_a_session_that_never_began_can_be_stopped() -> None:
    async def story(yard: Yard) -> None:
        yard.evs[0].plug(car())
        await yard.later(60)
        yard.controller.stop()
        await yard.later(30)
        yard.evs[0].unplug()
        await yard.later(5)

    yard = lived(story)
    assert yard.controller.kinds() == ["Started", "Ended"]


def test_the_link_to_the_car_breaks_and_the_session_comes_back() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=-11.0)
        await yard.later(60)
        yard.ports.network.reset("EVCC", "EVSE_C")
        await yard.later(1)
        assert yard.bays[0].power_kw == 0.0
        assert not yard.bays[0].closed
        await yard.later(60)
        assert yard.bays[0].power_kw == -11.0

    yard = lived(story)
    assert yard.controller.kinds().count("Started") == 1
    assert "Ended" not in yard.controller.kinds()


def test_a_car_that_never_comes_back_frees_the_bay() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=-11.0)
        yard.ports.network.partition("EVCC", "EVSE_C")
        await yard.later(3000)
        assert not yard.bays[0].locked

    yard = lived(story)
    assert yard.controller.kinds()[-1] == "Ended"


def test_without_its_station_an_evse_stops_discharging_when_the_set_point_is_too_old() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.9), kw=-11.0)
        yard.ports.network.partition("EVSE_C", "CS_C")
        await yard.later(2000)
        assert yard.bays[0].power_kw == -11.0
        await yard.later(120)
        assert yard.bays[0].power_kw == 0.0
        yard.ports.network.heal("EVSE_C", "CS_C")
        await yard.later(120)
        assert yard.bays[0].power_kw == -11.0

    lived(story)


def test_an_older_version_of_ocpp_only_charges() -> None:
    async def story(yard: Yard) -> None:
        yard.controller.set_default(6.0)
        yard.evs[0].plug(car(soc=0.6))
        await yard.later(2)
        yard.controller.start()
        await yard.later(60)
        assert yard.bays[0].power_kw == 6.0
        yard.controller.stop()
        await yard.later(30)

    yard = lived(story, versions=("ocpp2.0.1",), proofread=True)
    assert yard.controller.kinds()[0] == "Started"
    assert yard.controller.kinds()[-1] == "Ended"
