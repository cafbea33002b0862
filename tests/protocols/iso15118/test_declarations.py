"""The declarations: numbers, choices, the byte form of objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.iso15118.messages import ALL, ANSWER, BY_NAME, dc, session
from sterna.protocols.iso15118.messages.codes import Code, Notification
from sterna.protocols.iso15118.messages.values import MessageHeader, RationalNumber, rational
from sterna.protocols.iso15118.refusals import refusal
from sterna.protocols.iso15118.schema import element_name, particles
from sterna.protocols.iso15118.wire import HEADER, PAYLOAD_TYPE, ObjectWire, framed, unframed

HEAD = MessageHeader(SessionID=bytes(range(1, 9)), TimeStamp=1_750_000_000)


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_a_number_survives_within_half_a_unit_in_its_last_place(number: float) -> None:
    written = rational(number)
    assert -32767 <= written.Value <= 32767
    assert abs(float(written) - number) <= 0.5 * 10.0**written.Exponent * (1 + 1e-9)


@given(st.integers(min_value=-32767, max_value=32767), st.integers(min_value=-3, max_value=6))
def test_what_the_wire_can_say_is_said_exactly(value: int, exponent: int) -> None:
    number = float(RationalNumber(Exponent=exponent, Value=value))
    assert float(rational(number)) == number


@pytest.mark.parametrize(
    ("number", "exponent", "value"),
    [(-17.5, -3, -17500), (400.0, -1, 4000), (11000.0, 0, 11000), (0.0, -3, 0), (50e6, 4, 5000)],
)
def test_the_finest_exponent_that_fits_is_taken(number: float, exponent: int, value: int) -> None:
    assert rational(number) == RationalNumber(Exponent=exponent, Value=value)


def test_infinity_is_no_number() -> None:
    with pytest.raises(OverflowError):
        rational(float("inf"))
    assert str(rational(2.5)) == "2.5"


@pytest.mark.parametrize("request_type", list(ANSWER), ids=element_name)
def test_each_refusal_survives_the_wire(request_type: type) -> None:
    wire = ObjectWire()
    answer = refusal(request_type, HEAD, Code.FAILED_SEQUENCE_ERROR)
    assert type(answer) is ANSWER[request_type]
    frame = wire.encode(answer)
    assert wire.decode(frame) is answer, "by reference"
    assert wire.decode(bytes(frame)) == answer, "from its bytes"
    assert wire.encode(wire.decode(bytes(frame))) == frame, "stable"
    assert unframed(frame)[0] == PAYLOAD_TYPE[type(answer)]


def test_a_choice_has_exactly_one_branch() -> None:
    wire = ObjectWire()
    answer = refusal(session.AuthorizationSetupReq, HEAD, Code.OK)
    assert isinstance(answer, session.AuthorizationSetupRes)
    none = replace(answer, EIM_ASResAuthorizationMode=None)
    both = replace(answer, PnC_ASResAuthorizationMode=session.PnCASResType(GenChallenge=bytes(16)))
    for wrong in (none, both):
        with pytest.raises(BrokenPeer, match="branches"):
            wire.decode(bytes(wire.encode(wrong)))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x01\xfe\x80",
        HEADER.pack(2, 0xFD, 0x8002, 0),
        HEADER.pack(1, 0xFE, 0x8002, 9),
        HEADER.pack(1, 0xFE, 0x8002, 10**9),
        framed(0x9000, b"{}"),
        framed(0x8002, b""),
        framed(0x8002, b"\x81\xa1_\xa4Nope"),
        framed(0x8004, b"\xc1"),
    ],
)
def test_rubbish_is_the_peers_fault(frame: bytes) -> None:
    with pytest.raises(BrokenPeer):
        ObjectWire().decode(frame)


@given(st.binary(max_size=60), st.sampled_from([0x8001, 0x8002, 0x8003, 0x8004]))
def test_no_payload_does_more_than_break_the_peer(payload: bytes, kind: int) -> None:
    try:
        ObjectWire().decode(framed(kind, payload))
    except BrokenPeer:
        return


def test_notifications_stand_in_schema_order() -> None:
    assert [one.value for one in Notification][:3] == ["Pause", "ExitStandby", "Terminate"]
    assert len(Code) == 40
    assert len(ALL) == len(BY_NAME) == 42


def test_a_substitution_group_knows_its_members() -> None:
    (mode,) = (one for one in particles(dc.DcChargeLoopReq) if one.name == "CLReqControlMode")
    assert mode.head is not None
    assert mode.head.abstract
    assert [name for name, _ in mode.members] == [
        "Scheduled_DC_CLReqControlMode",
        "BPT_Scheduled_DC_CLReqControlMode",
        "Dynamic_DC_CLReqControlMode",
        "BPT_Dynamic_DC_CLReqControlMode",
    ]
