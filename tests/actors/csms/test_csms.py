"""The CSMS: every message once, gaps known, the operator told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from actors.charging_site import ROWS, START
from actors.ocpp_station import Station
from actors.ports_in_memory import Inbox, Ports
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from sterna.actors.csms import core
from sterna.actors.csms.links import Csms
from sterna.actors.csms.records import (
    Metered,
    MeterValueRow,
    StationRow,
    TellRecord,
    TransactionRow,
)
from sterna.actors.csms.settings import CsmsSettings
from sterna.domain.registers import RegisterReading
from sterna.kernel.errors import Refused, Unreachable
from sterna.kernel.quantities import Instant, WattHours
from sterna.protocols import rest
from sterna.protocols.ocpp import v21, wire
from sterna.protocols.ocpp.wire import written
from sterna.runtime import virtual
from sterna.runtime.ports import Wire
from sterna.runtime.virtual import VirtualClock

SETTINGS = CsmsSettings(stations=("porto-01", "porto-02"))


class Office:
    """A CSMS, an operator's system that keeps what it is told, and stations that dial directly."""

    def __init__(self, clock: VirtualClock, settings: CsmsSettings = SETTINGS) -> None:
        self.ports = Ports(clock, ROWS)
        self.clock = clock
        self.settings = settings
        self.inbox = Inbox()
        cpo = self.inbox.service(
            ("PUT", rest.UPDATE_SESSION.path), ("POST", rest.RECORD_CHARGE.path)
        )
        self.cpo = cpo.app
        self.ports.host("cpo", "CSOS", "REST", self.cpo, rest.asked, rest.answered)
        self.csms = self.new()

    def new(self) -> Csms:
        ports = self.ports
        return Csms(
            settings=self.settings, clock=self.clock, ids=ports.ids, journal=ports.journal,
            supervisor=ports.supervisor, links=ports.network, courier=ports.courier("CSMS"),
        )  # fmt: skip

    async def station(self, name: str = "porto-01", dialect: wire.Dialect = wire.V21) -> Station:
        station = Station(self.ports, name, address="csms", dst="CSMS", dialect=dialect)
        station.dial()
        await self.later(1)
        return station

    async def later(self, seconds: float) -> None:
        await self.clock.sleep_until(Instant(self.clock.now() + seconds))

    def told(self, message: Any) -> list[Any]:
        return [message.read(c.body) for c in self.inbox.taken if c.path == message.path]


def run(work: Callable[[Office], Awaitable[None]], settings: CsmsSettings = SETTINGS) -> None:
    async def main(clock: VirtualClock) -> None:
        office = Office(clock, settings)
        await office.csms.start()
        await work(office)

    virtual.run(main, start=START)


@pytest.mark.req("P-STEP-9", "IF-CSMS-CSOS", "IF-CSC-CSMS")
def test_the_operator_hears_of_a_session_when_charging_starts_and_then_every_hour() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        station.plug(1)
        await office.later(30)
        assert office.inbox.taken == [], "a plugged car is not a session yet"
        station.charge(1, "ses-1")
        await office.later(5)
        (first,) = office.told(rest.UPDATE_SESSION)
        assert (first.state, first.session, first.evse) == ("started", "ses-1", "porto-01-1")
        station.bays[1].kw = 12.0
        for _ in range(8):
            await office.later(900)
            station.sample(1)
        await office.later(1)
        updates = office.told(rest.UPDATE_SESSION)
        assert [one.state for one in updates] == ["started", *["updated"] * 2]
        station.end(1)
        await office.later(5)
        (record,) = office.told(rest.RECORD_CHARGE)
        assert record.charged_wh == round(station.bays[1].charged_wh)
        assert sum(part.charged_wh for part in record.intervals) == record.charged_wh
        assert office.told(rest.UPDATE_SESSION)[-1].state == "ended"
        assert len(record.readings) == station.bays[1].seq

    run(work)


def test_a_car_at_rest_is_no_news_and_one_that_moves_again_is_at_once() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        station.plug(1)
        station.charge(1, "ses-1")
        await office.later(5)
        assert len(office.told(rest.UPDATE_SESSION)) == 1
        station.bays[1].kw = 0.0
        for _ in range(12):
            await office.later(900)
            station.sample(1)
        await office.later(1)
        resting = len(office.told(rest.UPDATE_SESSION))
        assert resting <= 2, "what flowed before it rested may be told once"
        station.bays[1].kw = 12.0
        await office.later(900)
        station.sample(1)
        await office.later(1)
        news = office.told(rest.UPDATE_SESSION)[resting:]
        assert [one.charged_wh for one in news] == [round(station.bays[1].charged_wh)]

    run(work)


@pytest.mark.req("DF-P-05")
@budget(deadline=None, max_examples=60)
@given(order=st.lists(st.integers(0, 9), min_size=10, max_size=40), data=st.data())
def test_messages_in_any_order_and_number_count_once_each(order: list[int], data: Any) -> None:
    state = core.first(SETTINGS)
    sent = [*order, *data.draw(st.permutations(range(10)))]
    commands: list[Any] = []
    for seq in sent:
        kind = "Started" if seq == 0 else "Ended" if seq == 9 else "Updated"
        reading = RegisterReading(
            at=Instant(START + 60.0 * seq), charged_wh=WattHours(100 * seq), discharged_wh=WattHours(7 * seq)
        )  # fmt: skip
        event = Metered(
            at=Instant(START + 1000), uid=f"u-{len(commands)}", station="s", evse="s-1", tx="t", kind=kind, seq=seq,
            time=reading.at, token="ses-1", token_type="Central", energised=True, reason="driver", readings=(reading,),
        )  # fmt: skip
        state, more = core.decide(state, event)
        commands.extend(more)
    entry = state.transactions["s t"]
    assert (entry.expected, entry.beyond, core.missing(entry)) == (10, [], 0)
    assert core.totals(entry.readings) == (900, 63)
    assert state.doubled == len(sent) - 10
    values = [one for one in commands if isinstance(one, MeterValueRow)]
    assert sorted(one.seq for one in values) == list(range(10))
    records = [one for one in commands if isinstance(one, TellRecord)]
    assert len(records) == 1


def test_a_gap_is_reported_and_the_record_is_made_without_it_after_an_hour() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        station.plug(1)
        station.charge(1, "ses-1")
        await office.later(10)
        station.bays[1].seq += 2  # two messages that the station has lost
        station.end(1)
        await office.later(10)
        (row,) = office.ports.journal.rows(TransactionRow)
        assert (row.expected, row.missing) == (2, 2)
        assert office.told(rest.RECORD_CHARGE) == []
        await office.later(3700)
        assert len(office.told(rest.RECORD_CHARGE)) == 1

    run(work)


@pytest.mark.req("IF-CSMS-CSOS")
def test_an_operator_that_is_away_for_a_minute_gets_everything_once() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        office.ports.network.partition("CSMS", "CSOS")
        station.plug(1)
        station.charge(1, "ses-1")
        await office.later(20)
        station.end(1)
        await office.later(40)
        assert office.inbox.taken == []
        office.ports.network.heal("CSMS", "CSOS")
        await office.later(120)
        assert len({record.record for record in office.told(rest.RECORD_CHARGE)}) == 1
        assert office.csms.actor.waiting() == {}

    run(work)


@pytest.mark.req("SYS-P-CSMS", "IF-CSC-CSMS")
def test_a_csms_that_is_started_again_mid_session_knows_what_it_knew() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        station.plug(1)
        station.charge(1, "ses-1")
        await office.later(10)
        office.csms.stop()
        office.ports.network.leave("csms")
        station.sample(1)
        await office.later(30)
        office.csms = office.new()
        await office.csms.start()
        await office.later(60)
        station.end(1)
        await office.later(10)
        (row,) = office.ports.journal.rows(TransactionRow)
        assert (row.expected, row.missing, row.ended) == (station.bays[1].seq, 0, True)
        assert len(office.told(rest.RECORD_CHARGE)) == 1

    run(work)


@pytest.mark.req("IF-CSC-CSMS")
def test_a_station_of_2_0_1_is_served_as_well() -> None:
    async def work(office: Office) -> None:
        end = OldStation(office)
        await office.later(1)
        assert end.answers == [b'"status":"Accepted"']
        assert office.csms.actor.state.stations["porto-02"].model == "old"
        with pytest.raises(Refused):
            await office.csms.ask(
                "porto-02", v21.AFRRSignalRequest(signal=1, timestamp=written(office.clock.now()))
            )

    run(work)


class OldStation:
    """A station of OCPP 2.0.1 that boots."""

    def __init__(self, office: Office) -> None:
        self.answers: list[bytes] = []
        wire_name = Wire(protocol="OCPP", src="CS_C/porto-02", dst="CSMS", describe=lambda _f: None)
        office.ports.network.dial(
            "csms", self, wire=wire_name, identity="porto-02", subprotocols=("ocpp2.0.1",)
        )

    def opened(self, link: Any) -> None:
        link.send(
            b'[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"old","vendorName":"V"}}]'
        )

    def received(self, frame: bytes) -> None:
        self.answers.append(b'"status":"Accepted"' if b'"status":"Accepted"' in frame else frame)

    def closed(self, code: int, reason: str) -> None:
        self.answers.append(f"{code} {reason}".encode())


def test_tokens_are_judged_and_messages_without_judgement_are_answered() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        now = written(office.clock.now())
        asks = (
            v21.AuthorizeRequest(id_token=v21.IdTokenType(id_token="ses-1", type="Central")),
            v21.AuthorizeRequest(id_token=v21.IdTokenType(id_token="04AB", type="ISO14443")),
            v21.AuthorizeRequest(id_token=v21.IdTokenType(id_token="own", type="ISO14443")),
            v21.HeartbeatRequest(),
            v21.NotifyReportRequest(
                request_id=1, generated_at=now, seq_no=0,
                report_data=(
                    v21.ReportDataType(
                        component=v21.ComponentType(name="OCPPCommCtrlr"), variable=v21.VariableType(name="X"),
                        variable_attribute=(v21.VariableAttributeType(value="5"),),
                    ),
                ),
            ),
            v21.SecurityEventNotificationRequest(type="StartupOfTheDevice", timestamp=now),
            v21.NotifyEVChargingScheduleRequest(
                time_base=now, evse_id=1,
                charging_schedule=v21.ChargingScheduleType(
                    id=1, charging_rate_unit="W",
                    charging_schedule_period=(v21.ChargingSchedulePeriodType(start_period=0, limit=1.0),),
                ),
            ),
        )  # fmt: skip
        for ask in asks:
            station.ask(ask)
        await office.later(5)
        judged = [one for one in station.answered if isinstance(one, v21.AuthorizeResponse)]
        assert [one.id_token_info.status for one in judged] == ["Accepted", "Unknown", "Accepted"]
        assert len(station.answered) == 1 + len(asks)
        assert office.csms.actor.state.stations["porto-01"].variables == {"OCPPCommCtrlr.X": "5"}

    run(work, CsmsSettings(stations=("porto-01",), tokens=("own",)))


def test_an_unknown_station_and_a_wrong_password_are_turned_away() -> None:
    async def work(office: Office) -> None:
        stranger = await office.station("porto-77")
        guarded = await office.station("porto-01")
        assert "no station porto-77" in stranger.closed[0][1]
        assert "credentials" in guarded.closed[0][1]

    run(work, CsmsSettings(stations=("porto-01",), passwords=(("porto-01", "secret"),)))


def test_the_operators_calls_reach_the_station_and_come_back() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        wanted = v21.ClearChargingProfileRequest(charging_profile_id=1)
        answer = await office.csms.ask("porto-01", wanted)
        assert isinstance(answer, v21.ClearChargingProfileResponse)
        station.mute = (v21.ClearChargingProfileRequest,)
        with pytest.raises(Unreachable):
            await office.csms.ask("porto-01", wanted)
        waiting = asyncio.ensure_future(office.csms.ask("porto-01", wanted))
        await office.later(1)
        office.ports.network.reset("CS_C", "CSMS")
        with pytest.raises(Unreachable):
            await waiting

    run(work)


def test_rubbish_gets_the_protocols_error() -> None:
    async def work(office: Office) -> None:
        station = await office.station()
        station.raw(b"nonsense")
        station.raw(b'[2,"x","SetChargingProfile",{}]')
        await office.later(1)
        assert any(b"RpcFrameworkError" in frame for frame in station.frames)
        assert any(b"NotSupported" in frame for frame in station.frames)
        assert office.ports.trace.problems == []
        assert office.ports.journal.rows(StationRow)[0].boots == 1

    run(work)
