"""The station bus: every frame survives the wire, repetitions and rubbish do no harm."""

import math
import typing

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts, Share, WattHours
from sterna.protocols.iec61851 import bus

SET = bus.SetPoint(
    id="m-1", evse="porto-03-1", power_kw=Kilowatts(-7.0), expires=Instant(1_750_000_600.0)
)
METER = bus.Meter(
    id="m-2",
    evse="porto-03-1",
    at=Instant(1_750_000_000.0),
    power_kw=Kilowatts(-7.0),
    import_wh=WattHours(10),
    export_wh=WattHours(20),
    soc=Share(0.5),
)


def finite(frame: bus.Frame) -> bool:
    """Return whether JSON can carry the numbers of *frame*."""
    numbers = [value for value in msgspec.structs.astuple(frame) if isinstance(value, float)]
    return all(math.isfinite(number) for number in numbers)


@pytest.mark.parametrize("kind", typing.get_args(bus.Down))
@settings(max_examples=20)
@given(data=st.data())
def test_what_the_station_says_arrives(kind: type, data: st.DataObject) -> None:
    frame = data.draw(st.from_type(kind).filter(finite))
    assert bus.decode_down(bus.encode(frame)) == frame


@pytest.mark.parametrize("kind", typing.get_args(bus.Up))
@settings(max_examples=20)
@given(data=st.data())
def test_what_an_evse_says_arrives(kind: type, data: st.DataObject) -> None:
    frame = data.draw(st.from_type(kind).filter(finite))
    assert bus.decode_up(bus.encode(frame)) == frame


def test_a_repeated_frame_is_dropped_and_memory_is_bounded() -> None:
    inbox = bus.Inbox()
    assert inbox.fresh(SET)
    assert not inbox.fresh(SET)
    for number in range(bus.IDS_REMEMBERED):
        assert inbox.fresh(bus.Stop(id=f"s-{number}", evse="porto-03-1"))
    assert inbox.fresh(SET), "long forgotten"


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b'{"type":"setpoint"}', b"\xff", b" " * 9000, bus.encode(METER)],
)
def test_rubbish_on_the_bus_is_the_peers_fault(data: bytes) -> None:
    with pytest.raises(BrokenPeer):
        bus.decode_down(data)


@pytest.mark.parametrize(
    ("frame", "msg", "fields"),
    [
        (SET, "STATION setpoint", {"kw": -7.0}),
        (METER, "STATION meter", {"kw": -7.0, "soc": 0.5}),
        (bus.Unlatched(id="u", evse="porto-03-1", at=Instant(0.0)), "STATION unlatched", {}),
        (
            bus.Limits(id="l", evse="porto-03-1", max_charge_kw=Kilowatts(11.0)),
            "STATION limits",
            {"max_charge_kw": 11.0, "max_discharge_kw": 0.0},
        ),
        (
            bus.Ended(id="e", evse="porto-03-1", at=Instant(0.0), reason="stopped"),
            "STATION ended",
            {"reason": "stopped"},
        ),
    ],
)
def test_the_trace_reads_the_bus(
    frame: bus.Down | bus.Up, msg: str, fields: dict[str, object]
) -> None:
    said = bus.describe(bus.encode(frame))
    assert said is not None
    assert said.msg == msg
    assert said.keys == ("evse:porto-03-1",)
    assert said.fields == fields


@pytest.mark.req("P-STEP-8")
def test_an_authorisation_names_session_and_transaction() -> None:
    frame = bus.Authorize(
        id="a", evse="porto-03-1", session="s1", transaction="17", consent_v2x=True
    )
    said = bus.describe(bus.encode(frame))
    assert said is not None
    assert said.msg == "STATION authorize"
    assert said.keys == ("evse:porto-03-1", "ses:s1", "tx:17")
    stop = bus.describe(bus.encode(bus.Stop(id="b", evse="porto-03-1", transaction="17")))
    assert stop is not None
    assert stop.keys == ("evse:porto-03-1", "tx:17")


def test_a_command_that_is_not_acknowledged_in_time_is_late_once() -> None:
    commands = bus.Commands()
    commands.sent(SET, Instant(100.0))
    commands.sent(msgspec.structs.replace(SET, id="m-3", answer=False), Instant(101.0))
    commands.sent(bus.Stop(id="m-4", evse=SET.evse), Instant(102.0))
    assert commands.deadline == 105.0
    commands.done("m-1")
    commands.done("never sent")
    assert commands.deadline == 107.0, "a renewal is not waited for"
    assert commands.late(Instant(106.9)) == ()
    assert commands.late(Instant(107.0)) == ("stop",)
    assert commands.deadline is None
    assert commands.late(Instant(999.0)) == ()
