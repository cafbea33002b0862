"""``sterna ev`` and ``sterna evse`` without their terminals: real machines, real TCP bytes, virtual time."""

import asyncio
from pathlib import Path

import pytest
from app.alone.cable import Cable, lived

from sterna.app.alone.car import CarWish
from sterna.app.alone.lives import _secured
from sterna.app.alone.reading import power
from sterna.app.alone.supply import Offer
from sterna.app.pki import write_tree
from sterna.kernel.quantities import Instant, Kilowatts, Seconds, Share
from sterna.protocols.iso15118.framing import PayloadType, framed
from sterna.protocols.iso15118.messages import session
from sterna.protocols.iso15118.messages.codes import StopMode
from sterna.protocols.iso15118.messages.values import MessageHeader
from sterna.protocols.iso15118.security.certificates import Curve
from sterna.protocols.iso15118.security.tree import Names
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.wire import ExiWire
from sterna.runtime.system import SystemClock

STEPS = ((Seconds(60.0), Kilowatts(-7.0)), (Seconds(120.0), Kilowatts(0.0)))
EVERY = [(service, mode) for service in Service for mode in ControlMode]


@pytest.mark.parametrize(("service", "mode"), EVERY, ids=lambda each: each.name.lower())
def test_every_service_charges_then_discharges_where_it_may(
    service: Service, mode: ControlMode
) -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        car = cable.call()
        await cable.wait(170.0)
        assert car.stop()
        await cable.wait(2.0)
        car.look()
        cable.supply.look()
        assert car.seen.state == "ENDED"
        for seen in (car.seen, cable.supply.seen):
            # Both count for themselves: 11 kW for 60 s, then -7 kW for 60 s where it may be.
            assert seen.charged_wh == pytest.approx(11_000 / 60, rel=0.01)
            out = 7_000 / 60 if service.bidirectional else 0.0
            assert seen.discharged_wh == pytest.approx(out, rel=0.01)
            assert (seen.service, seen.mode) == (service.name, mode.name.capitalize())
        assert car.seen.loops == pytest.approx(4 * 170, rel=0.02)

    cable = lived(
        story,
        offer=Offer(steps=STEPS),
        wish=CarWish(services=(service,), modes=(mode,)),
    )
    assert [ending.failed for ending in cable.endings] == [False]
    assert cable.supply.failures == []
    assert cable.supply.sessions == 1
    assert "session ended: the driver stopped" in cable.car_log
    assert "session ended: the driver stopped" in cable.supply_log


def test_ac_and_dc_lose_energy_on_different_sides() -> None:
    socs: dict[Service, float] = {}

    async def story(cable: Cable) -> None:
        await cable.listen()
        car = cable.call()
        await cable.wait(360.0)
        car.look()
        assert car.seen.soc is not None
        socs[cable.wish.services[0]] = car.seen.soc
        grid = cable.supply.seen.grid_kw
        if cable.wish.services[0].direct:
            # The supply converts: what it takes from the grid is more than what it gives.
            assert grid is not None
            assert 11.5 < grid < 11.8
        else:
            assert grid is None

    for service in (Service.DC, Service.AC):
        lived(story, wish=CarWish(services=(service,), target_soc=Share(0.9)))
    assert socs[Service.DC] == pytest.approx(0.5 + 1.1 / 60, abs=1e-4)
    assert socs[Service.AC] == pytest.approx(0.5 + 0.95 * 1.1 / 60, abs=1e-4)


def test_the_charger_stops_a_car_and_serves_the_next() -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        assert not cable.supply.stop()
        for _ in range(2):
            cable.call()
            await cable.wait(5.0)
            assert cable.supply.busy
            assert cable.supply.stop()
            await cable.wait(2.0)
            assert not cable.supply.busy

    cable = lived(story)
    assert [(e.failed, e.reason) for e in cable.endings] == [(False, "the site stopped")] * 2
    assert cable.supply.sessions == 2
    assert cable.supply.failures == []


def test_one_car_at_a_time() -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        first = cable.call()
        await cable.wait(5.0)
        cable.call()
        await cable.wait(5.0)
        assert first.ended is None
        first.stop()
        await cable.wait(2.0)

    cable = lived(story)
    assert "one car at a time" in cable.sent_away[0]
    assert [ending.failed for ending in cable.endings] == [True, False]


def test_a_car_stops_at_its_target_and_at_its_floor() -> None:
    async def to_target(cable: Cable) -> None:
        await cable.listen()
        car = cable.call()
        await cable.wait(240.0)
        assert car.ended is not None
        car.look()
        assert car.seen.soc == pytest.approx(0.51, abs=1e-4)

    wish = CarWish(services=(Service.DC_BPT,), target_soc=Share(0.51), until_target=True)
    cable = lived(to_target, wish=wish)
    assert [ending.failed for ending in cable.endings] == [False]
    assert "the target is reached" in cable.car_log

    async def to_floor(cable: Cable) -> None:
        await cable.listen()
        car = cable.call()
        await cable.wait(240.0)
        assert car.seen.power_kw == 0.0
        car.look()
        assert car.seen.soc == pytest.approx(0.49, abs=1e-4)
        car.stop()
        await cable.wait(2.0)

    wish = CarWish(services=(Service.DC_BPT,), minimum_soc=Share(0.49))
    lived(to_floor, wish=wish, offer=Offer(wish_kw=Kilowatts(-11.0)))


def test_without_consent_nothing_discharges_and_a_withdrawn_one_ends_it() -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        cable.call()
        await cable.wait(5.0)
        assert cable.supply.seen.power_kw == 0.0
        assert cable.supply.order("consent", power) == ""
        await cable.wait(5.0)
        assert cable.supply.seen.power_kw == -7.0
        assert cable.supply.order("withdraw", power) == ""
        await cable.wait(5.0)
        assert cable.supply.seen.power_kw == 0.0
        cable.supply.stop()
        await cable.wait(2.0)

    lived(story, offer=Offer(wish_kw=Kilowatts(-7.0), consent_v2x=False))


def test_orders_that_are_typed_are_obeyed_or_explained() -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        assert cable.supply.order("stop", power) == "stop: there is no car"
        assert "is no power and none of" in cable.supply.order("faster", power)
        car = cable.call()
        await cable.wait(3.0)
        assert cable.supply.order("-5 kW", power) == ""
        await cable.wait(1.0)
        assert car.seen.power_kw == -5.0
        assert cable.supply.order("meter", power) == ""
        assert car.order("standby") == ""
        await cable.wait(2.0)
        assert car.seen.power_kw == 0.0
        assert car.order("resume") == ""
        await cable.wait(2.0)
        assert car.seen.power_kw == -5.0
        assert "is none of" in car.order("faster")
        assert car.order("pause") == ""
        await cable.wait(2.0)
        assert car.ended is not None
        assert not car.ended.failed
        # The next car of that name may take the session up again; here it is a new one.
        again = cable.call()
        await cable.wait(2.0)
        assert cable.supply.order("pause", power) == ""
        await cable.wait(2.0)
        assert again.ended is not None
        third = cable.call()
        await cable.wait(2.0)
        assert cable.supply.order("stop", power) == ""
        await cable.wait(2.0)
        assert third.order("stop") == ""

    cable = lived(story)
    assert any(text.startswith("the car confirms") for text in cable.supply_log)
    assert not any(ending.failed for ending in cable.endings)


def test_a_driver_who_takes_a_minute_is_waited_for() -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        car = cable.call()
        await cable.wait(59.0)
        assert car.seen.power_kw == 0.0
        assert "waiting for authorisation" in cable.car_log
        await cable.wait(5.0)
        assert car.seen.power_kw == 11.0

    lived(story, offer=Offer(authorize_s=Seconds(60.0)))


@pytest.mark.parametrize("side", ["car", "charger"])
def test_a_connection_that_breaks_takes_the_power_away_on_both_sides(side: str) -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        car = cable.call()
        await cable.wait(5.0)
        assert car.seen.power_kw == 11.0
        await (cable.calling[0] if side == "car" else cable.served).close()
        await cable.wait(1.0)
        assert car.seen.power_kw == cable.supply.seen.power_kw == 0.0

    cable = lived(story)
    gone, stayed = (cable.supply.failures, cable.endings) if side == "car" else (cable.endings, cable.supply.failures)  # fmt: skip
    assert len(gone) == 1
    del stayed


def test_mutual_tls_carries_a_whole_session(tmp_path: Path) -> None:
    # OpenSSL judges dates by the machine's clock, so the tree is dated by it.
    now = SystemClock().now()
    write_tree(tmp_path, now, days=1, curve=Curve.SECP521R1, names=Names(), force=False)
    charger = _secured(tmp_path, "secc", "OEM")
    vehicle = _secured(tmp_path, "vehicle", "CPO")
    assert charger is not None
    assert vehicle is not None

    async def story(cable: Cable) -> None:
        await cable.listen()
        car = cable.call()
        await cable.wait(5.0)
        assert "TLSv1.3" in car.seen.link
        assert "STNTESTVEHICLE0001" in cable.supply.seen.link
        car.stop()
        await cable.wait(2.0)

    cable = lived(story, tls=(charger, vehicle))
    assert [ending.failed for ending in cable.endings] == [False]


def test_nobody_at_home_fails_with_the_reason() -> None:
    async def story(cable: Cable) -> None:
        await cable.listen()
        await cable.served.close()
        car = cable.call()
        await cable.wait(6.0)
        assert car.ended is not None
        assert "127.0.0.1" in car.ended.reason

    assert [ending.failed for ending in lived(story).endings] == [True]


# Strangers.


async def stranger(cable: Cable) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = await cable.listen()
    return await asyncio.open_connection(host, port)


def test_a_stranger_who_says_nothing_is_left_and_the_next_car_is_served() -> None:
    async def story(cable: Cable) -> None:
        reader, writer = await stranger(cable)
        began = cable.clock.now()
        assert await reader.read() == b""
        assert cable.clock.now() - began == pytest.approx(20.0, abs=0.1)
        writer.close()
        cable.call()
        await cable.wait(5.0)
        assert cable.supply.seen.power_kw == 11.0

    cable = lived(story)
    assert cable.supply.failures[0] == "the car fell silent"


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00" * 100,
        framed(PayloadType.COMMON, b"\xff" * 50),
        framed(PayloadType.ACDP, b""),
        framed(PayloadType.APP_PROTOCOL, b"\x80"),
        b"\x01\xfe\x80\x02\xff\xff\xff\xff",
    ],
)
def test_rubbish_ends_the_connection_and_nothing_else(rubbish: bytes) -> None:
    async def story(cable: Cable) -> None:
        reader, writer = await stranger(cable)
        writer.write(rubbish)
        assert await reader.read() == b""
        writer.close()
        await cable.wait(1.0)
        assert not cable.supply.busy
        cable.call()
        await cable.wait(5.0)
        assert cable.supply.seen.power_kw == 11.0

    cable = lived(story)
    assert (
        len(cable.supply.failures) == 2
    )  # the stranger, and the car that the end of the story cut


def test_endless_good_frames_end_with_the_first_that_may_not_come() -> None:
    header = MessageHeader(SessionID=bytes(8), TimeStamp=1)
    frame = ExiWire().encode(session.SessionStopReq(Header=header, ChargingSession=StopMode.PAUSE))

    async def story(cable: Cable) -> None:
        reader, writer = await stranger(cable)
        writer.write(frame * 5_000)
        answer = await reader.read()
        assert answer != b""
        assert len(answer) < 200, "one refusal, and not one per frame"
        writer.close()
        await cable.wait(Seconds(1.0))
        assert not cable.supply.busy

    cable = lived(story)
    assert cable.supply.failures == ["SessionStopReq: FAILED_SequenceError"]


def test_a_charger_that_talks_rubbish_loses_the_car() -> None:
    async def story(cable: Cable) -> None:
        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        await cable.listen()
        await cable.served.close()
        server = await asyncio.start_server(serve, *cable.place)
        car = cable.call()
        await cable.wait(Instant(1.0))
        assert car.ended is not None
        assert car.ended.failed
        server.close()

    cable = lived(story)
    assert any("not V2GTP" in text for text in cable.car_log)
