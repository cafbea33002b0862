"""A session through the CS EMS: started, steered, stopped, told."""

import json
from typing import Any

import pytest
from actors.charging_site import HOUR, START, Site, run

from sterna.actors.cs_ems.commands import SessionRow
from sterna.protocols import rest
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.wire import written
from sterna.runtime.ports import Wire


@pytest.mark.req("P-STEP-6", "P-STEP-7", "IF-WEBAPP-CSEMS", "IF-CSEMS-CSC")
def test_a_session_gets_its_transaction_its_profile_and_its_directions_in_this_order() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert station.names()[:5] == [
            "SetChargingProfile", "SetChargingProfile", "RequestStartTransaction", "SetChargingProfile",
            "NotifyAllowedEnergyTransfer",
        ]  # fmt: skip
        default, _, start, dynamic, allow = station.asked[:5]
        assert isinstance(default, v21.SetChargingProfileRequest)
        assert default.charging_profile.charging_profile_purpose == "TxDefaultProfile"
        assert isinstance(start, v21.RequestStartTransactionRequest)
        assert start.id_token.id_token == "ses-1"
        assert isinstance(dynamic, v21.SetChargingProfileRequest)
        profile = dynamic.charging_profile
        assert profile.transaction_id == station.bays[1].tx
        assert profile.max_offline_duration == 120
        assert profile.charging_schedule[0].charging_schedule_period[0].setpoint == 0.0
        assert isinstance(allow, v21.NotifyAllowedEnergyTransferRequest)
        assert allow.allowed_energy_transfer == ("DC_BPT", "DC")
        assert (await site.see()).state == "running"

    run(work)


@pytest.mark.req("P-STEP-10.2", "IF-CSEMS-BEMS")
def test_the_station_follows_what_the_building_asks_for() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        await site.building.request(12.0)
        await site.later(1)
        assert station.bays[1].kw == 12.0
        await site.building.request(-8.0)
        await site.later(1)
        assert station.bays[1].kw == -8.0
        assert site.building.reports[-1]["porto-01-1"].v2x

    run(work)


@pytest.mark.req("P-STEP-12", "P-STEP-13", "P-STEP-15", "P-STEP-16", "DF-P-16")
def test_a_stopped_session_ends_with_equal_totals_everywhere() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        await site.building.request(12.0)
        for _ in range(4):
            await site.later(900)
            await site.building.request(12.0)
            station.sample(1)
        assert (await site.stop_session()).status == 204
        await site.later(5)
        statistics = site.told_app("statistics")[0]
        record = site.told_cpo(rest.RECORD_CHARGE)[0]
        assert statistics.reason == "driver"
        assert statistics.charged_wh == record.charged_wh == round(station.bays[1].charged_wh)
        assert sum(part.charged_wh for part in statistics.intervals) == statistics.charged_wh
        charges = [part.soc for part in statistics.intervals if part.soc is not None]
        assert len(charges) >= 4
        assert charges == sorted(charges)
        assert statistics.capacity_kwh
        assert statistics.transaction == record.transaction
        assert [row.missing for row in site.transactions()] == [0]
        station.unplug(1)
        await site.later(1)
        assert [told.session for told in site.told_app("unplugged")] == ["ses-1"]
        row = site.ports.journal.rows(SessionRow)[0]
        assert (row.phase, row.charged_wh) == ("ended", statistics.charged_wh)

    run(work)


def test_a_cable_that_is_out_before_the_transaction_has_ended_loses_no_energy() -> None:
    """A station that was cut off tells its states before the messages that it had to keep."""

    async def work(site: Site) -> None:
        station = await site.charging()
        assert site.building is not None
        await site.building.request(12.0)
        await site.later(900)
        available = v21.StatusNotificationRequest(
            timestamp=written(site.clock.now()), connector_status="Available", evse_id=1, connector_id=1
        )  # fmt: skip
        station.ask(available)
        await site.later(1)
        station.end(1)
        await site.later(5)
        statistics = site.told_app("statistics")
        assert [told.charged_wh for told in statistics] == [round(station.bays[1].charged_wh)]
        assert statistics[0].charged_wh > 2_000
        assert [told.session for told in site.told_app("unplugged")] == ["ses-1"]

    run(work)


@pytest.mark.parametrize(
    ("plugged", "evse", "why"),
    [
        (False, "porto-01-1", b"no car is plugged"),
        (True, "porto-09-1", b"there is no EVSE"),
    ],
)
def test_a_session_that_cannot_start_is_refused_with_the_reason(
    *, plugged: bool, evse: str, why: bytes
) -> None:
    async def work(site: Site) -> None:
        station = await site.open()
        if plugged:
            station.plug(1)
        await site.later(61)
        answer = await site.start_session(evse=evse)
        assert answer.status == 409
        assert why in answer.body

    run(work)


def test_a_start_that_comes_before_the_station_has_told_of_the_car_may_be_asked_again() -> None:
    async def work(site: Site) -> None:
        station = await site.open()
        await site.later(1)
        early = await site.start_session()
        assert early.status == 503
        assert b"no car is plugged" in early.body
        station.plug(1)
        await site.later(1)
        assert (await site.start_session()).status == 201
        assert (await site.start_session("ses-9", evse="porto-09-1")).status == 409

    run(work)


def test_an_evse_has_one_session_and_a_repeated_start_is_the_same_one() -> None:
    async def work(site: Site) -> None:
        await site.charging()
        await site.later(60)
        assert (await site.start_session()).status == 201
        taken = await site.start_session("ses-2")
        assert taken.status == 409
        assert b"taken" in taken.body
        assert site.clock.now() < START + 120

    run(work)


@pytest.mark.req("IF-CSEMS-CSC")
def test_a_station_of_2_0_1_is_charged_by_limits_and_never_asked_to_give() -> None:
    async def work(site: Site) -> None:
        await site.csms.start()
        await site.cs_ems.start()
        station = OldStation(site)
        await site.later(2)
        station.says("TransactionEvent", OLD_START)
        await site.later(1)
        assert (await site.start_session(floor=0.1)).status == 201
        await site.later(2)
        assert site.building is not None
        await site.building.request(6.0)
        await site.later(2)
        await site.building.request(-6.0)
        await site.later(2)
        assert station.limits[-2:] == [6000.0, 0.0]
        assert "UpdateDynamicSchedule" not in station.actions
        assert "NotifyAllowedEnergyTransfer" not in station.actions
        assert (await site.see()).state == "running"
        assert not site.building.reports[-1]["porto-01-1"].gives_now_kw

    run(work)


OLD_START = (
    '{"eventType":"Started","timestamp":"2025-07-01T00:00:02Z","triggerReason":"CablePluggedIn","seqNo":0,'
    '"transactionInfo":{"transactionId":"old-1","chargingState":"EVConnected"},"evse":{"id":1,"connectorId":1},'
    '"meterValue":[{"timestamp":"2025-07-01T00:00:02Z","sampledValue":[{"value":5.0}]}]}'
)


class OldStation:
    """A station of OCPP 2.0.1, written by hand."""

    def __init__(self, site: Site) -> None:
        self.actions: list[str] = []
        self.limits: list[float] = []
        self.link: Any = None
        known = Wire(protocol="OCPP", src="CS_C/porto-01", dst="CS_EMS", describe=lambda _f: None)
        site.ports.network.dial(
            "cs_ems", self, wire=known, identity="porto-01", subprotocols=("ocpp2.0.1",)
        )

    def says(self, action: str, payload: str) -> None:
        self.link.send(f'[2,"s-{len(self.actions)}","{action}",{payload}]'.encode())

    def opened(self, link: Any) -> None:
        self.link = link
        boot = '{"reason":"PowerUp","chargingStation":{"model":"old","vendorName":"V"}}'
        link.send(f'[2,"b-1","BootNotification",{boot}]'.encode())

    def received(self, frame: bytes) -> None:
        kind, uid, *rest_of = json.loads(frame)
        if kind != 2:
            return
        action, payload = rest_of
        self.actions.append(action)
        answer: dict[str, str] = {"status": "Accepted"}
        if action == "RequestStartTransaction":
            answer["transactionId"] = "old-1"
        if action == "SetChargingProfile":
            schedule = payload["chargingProfile"]["chargingSchedule"][0]
            self.limits.append(schedule["chargingSchedulePeriod"][0]["limit"])
        self.link.send(json.dumps([3, uid, answer]).encode())

    def closed(self, code: int, reason: str) -> None:
        raise AssertionError((code, reason))


def test_a_stop_waits_for_a_station_out_of_reach_and_tells_what_it_kept() -> None:
    async def work(site: Site) -> None:
        station = await site.charging(soc=0.4, target=0.9)
        assert site.building is not None
        await site.building.request(*[10.0] * 12)
        await site.later(900)
        station.redial_s = HOUR
        assert station.pump.link is not None
        station.pump.link.close(1001, "going away")
        station.lost(1001, "the line is cut")
        assert (await site.stop_session()).status == 204
        await site.later(HOUR - 10)
        assert (await site.see()).state == "stopping"
        assert site.told_app("statistics") == []
        await site.later(60)
        (told,) = site.told_app("statistics")
        assert (told.reason, told.charged_wh > 10_000) == ("driver", True)

    run(work)
