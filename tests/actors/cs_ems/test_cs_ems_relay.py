"""The CS EMS between station and CSMS: what is lost, doubled or mixed up when something breaks (nothing)."""

import asyncio

import pytest
from actors.charging_site import Site, run
from actors.ocpp_station import Station

from sterna.actors.csms.records import MeterValueRow
from sterna.kernel.errors import Unreachable
from sterna.protocols import rest
from sterna.protocols.ocpp import v21


async def metered_through(site: Site, station: Station, seconds: int) -> None:
    """Let time pass with a sample every minute."""
    for _ in range(seconds // 60):
        await site.later(60)
        station.sample(1)


def ledger_is_whole(site: Site, station: Station) -> None:
    """Show that the CSMS has every message of the station's transaction exactly once."""
    (row,) = [row for row in site.transactions() if row.ended]
    assert (row.expected, row.missing) == (station.bays[1].seq, 0)
    numbers = [value.seq for value in site.ports.journal.rows(MeterValueRow)]
    assert sorted(numbers) == list(range(station.bays[1].seq))
    (record,) = site.told_cpo(rest.RECORD_CHARGE)
    (statistics,) = site.told_app("statistics")
    own = (round(station.bays[1].charged_wh), round(station.bays[1].discharged_wh))
    assert (record.charged_wh, record.discharged_wh) == own
    assert (statistics.charged_wh, statistics.discharged_wh) == own
    assert not station.queue


@pytest.mark.req("IF-CSC-CSMS", "DF-P-05", "DF-P-16", "IF-CSEMS-CSC")
@pytest.mark.parametrize("mode", ["island", "transparent"])
@pytest.mark.parametrize("kind", ["stalled", "reset", "flapping"])
def test_a_minute_without_csms_neither_loses_nor_doubles_a_message(mode: str, kind: str) -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        await site.building.request(12.0)
        await metered_through(site, station, 180)
        network = site.ports.network
        for _ in range(3 if kind == "flapping" else 1):
            network.partition("CS_C", "CSMS")
            if kind != "stalled":
                network.reset("CS_C", "CSMS")
            await site.later(1)
            if station.up:
                station.sample(1)
            await site.later(59)
            network.heal("CS_C", "CSMS")
            await metered_through(site, station, 120)
        await metered_through(site, station, 240)
        assert (await site.stop_session()).status == 204
        await site.later(400)
        ledger_is_whole(site, station)

    run(work, csms_lost=mode)


@pytest.mark.req("AT-07")
def test_half_an_hour_without_csms_is_told_afterwards_and_control_goes_on() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        await site.building.request(*[-8.0] * 12)
        await site.later(60)
        station.sample(1)
        before = station.bays[1].discharged_wh
        site.ports.network.partition("CS_C", "CSMS")
        for _ in range(6):
            await site.later(300)
            station.sample(1)
        assert station.closed == []
        given = station.bays[1].discharged_wh - before
        assert given == pytest.approx(4000, abs=20)
        site.ports.network.heal("CS_C", "CSMS")
        await site.later(300)
        await site.stop_session()
        await site.later(60)
        ledger_is_whole(site, station)
        told = [
            line for line in site.ports.lines
            if line.msg.startswith("OCPP TransactionEvent") and line.dst == "CSMS" and line.status == ""
        ]  # fmt: skip
        assert any(line.fields["offline"] for line in told)
        numbers = [line.fields["seq_no"] for line in told if line.fields["offline"]]
        assert numbers == sorted(numbers)

    run(work, csms_lost="island")


def test_in_island_mode_a_station_boots_and_charges_without_csms_and_the_csms_hears_of_it_later() -> (
    None
):
    async def work(site: Site) -> None:
        site.ports.network.partition("CS_C", "CSMS")
        await site.cs_ems.start()
        station = await site.station("porto-01")
        await site.later(120)
        boot = station.answered[0]
        assert isinstance(boot, v21.BootNotificationResponse)
        assert boot.status == "Accepted"
        station.plug(1)
        await site.later(1)
        assert (await site.start_session()).status == 201
        await site.later(2)
        station.charge(1, "ses-1")
        await site.later(2)
        assert (await site.see()).state == "running"
        await site.csms.start()
        site.ports.network.heal("CS_C", "CSMS")
        await site.later(300)
        assert site.csms.actor.state.stations["porto-01"].boots == 1
        assert [row.missing for row in site.transactions()] == [0]
        assert site.cs_ems.actor.state.withheld == {}

    run(work, csms_lost="island")


def test_in_transparent_mode_a_station_without_csms_is_sent_away_and_comes_again() -> None:
    async def work(site: Site) -> None:
        await site.cs_ems.start()
        station = await site.station("porto-01")
        await site.later(100)
        assert station.closed
        await site.csms.start()
        await site.later(30)
        assert station.up
        assert site.csms.actor.state.stations["porto-01"].boots == 1

    run(work, csms_lost="transparent")


def test_calls_of_both_ends_cross_and_each_gets_its_own_answer() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        wanted = v21.GetVariablesRequest(
            get_variable_data=(
                v21.GetVariableDataType(
                    component=v21.ComponentType(name="C"), variable=v21.VariableType(name="V")
                ),
            )
        )
        station.sample(1)
        asks = [asyncio.ensure_future(site.csms.ask("porto-01", wanted)) for _ in range(3)]
        await site.building.request(5.0)
        station.ask(v21.HeartbeatRequest())
        await site.later(2)
        for ask in asks:
            answer = ask.result()
            assert isinstance(answer, v21.GetVariablesResponse)
            assert answer.get_variable_result[0].attribute_value == "42"
        assert station.bays[1].kw == 5.0
        assert isinstance(station.answered[-1], v21.HeartbeatResponse)

    run(work)


def test_answers_to_our_own_calls_never_reach_the_csms() -> None:
    async def work(site: Site) -> None:
        await site.charging()
        assert site.building is not None
        uids = {tag: uid for uid, tag in site.cs_ems._relays["porto-01"]._own.items()}
        assert uids == {}, "every own call has come back"
        frames = {tap.link: tap.frames for tap in site.ports.trace._taps}
        await site.building.request(7.0)
        await site.later(2)
        told = [tap.link for tap in site.ports.trace._taps if tap.frames > frames.get(tap.link, 0)]
        assert "OCPP CS_C/porto-01 CS_EMS" in told
        assert "OCPP CS_C/porto-01 CSMS" not in told

    run(work)


RUBBISH = [
    (b"nonsense", "RpcFrameworkError"),
    (b'[2,"x-1","Dance",{}]', "NotImplemented"),
    (b'[2,"x-2","Heartbeat",{"beat":1}]', "FormatViolation"),
    (b'[2,"x-3","StatusNotification",{}]', "OccurrenceConstraintViolation"),
    (b'[2,"x-4","BootNotification",[]]', "ProtocolError"),
]


@pytest.mark.parametrize(("frame", "code"), RUBBISH)
@pytest.mark.parametrize("mode", ["island", "transparent"])
def test_rubbish_from_a_station_gets_the_protocols_error_and_harms_nobody(
    frame: bytes, code: str, mode: str
) -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        other = await site.station("porto-02")
        station.raw(frame)
        await site.later(2)
        assert any(code.encode() in data for data in station.frames)
        assert (await site.see()).state == "running"
        other.plug(1)
        await site.later(1)
        assert len(site.transactions()) == 2
        assert site.ports.trace.problems == []

    run(work, csms_lost=mode)


def test_a_station_that_nobody_knows_is_turned_away() -> None:
    async def work(site: Site) -> None:
        await site.open()
        stranger = await site.station("porto-77")
        assert not stranger.up
        assert "no station porto-77" in stranger.closed[0][1]

    run(work)


def test_a_station_that_comes_anew_takes_the_place_of_its_old_connection() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        first = station.pump
        station.dial()
        await site.later(2)
        assert first.link is None
        station.sample(1)
        await site.later(2)
        assert (await site.see()).state == "running"
        assert [row.missing for row in site.transactions()] == [0]

    run(work)


def test_a_limit_of_the_operator_is_seen_passing_and_binds() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        await site.building.request(15.0)
        await site.later(1)
        profile = v21.ChargingProfileType(
            id=7, stack_level=0, charging_profile_purpose="ChargingStationMaxProfile", charging_profile_kind="Absolute",
            charging_schedule=(
                v21.ChargingScheduleType(
                    id=1, charging_rate_unit="W",
                    charging_schedule_period=(v21.ChargingSchedulePeriodType(start_period=0, limit=6000.0),),
                ),
            ),
        )  # fmt: skip
        limit = v21.SetChargingProfileRequest(evse_id=0, charging_profile=profile)
        answer = await site.csms.ask("porto-01", limit)
        assert isinstance(answer, v21.SetChargingProfileResponse)
        await site.later(1)
        assert station.bays[1].kw == 6.0
        await site.csms.ask("porto-01", v21.ClearChargingProfileRequest(charging_profile_id=7))
        await site.later(1)
        assert station.bays[1].kw == 15.0

    run(work)


def test_the_operator_hears_that_a_station_is_not_there() -> None:
    async def work(site: Site) -> None:
        await site.open()
        with pytest.raises(Unreachable):
            await site.csms.ask("porto-02", v21.ResetRequest(type="OnIdle"))

    run(work)
