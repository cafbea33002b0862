"""EXI: what a message becomes, what comes back, and what happens to bytes that are none."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json as msgspec_json
from msgspec.structs import replace
from protocols.iso15118.any_message import any_of, typical

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.iso15118.exi import ExiError, decode, encode, fragment, prepare
from sterna.protocols.iso15118.exi.reading import reader
from sterna.protocols.iso15118.exi.schema_sets import COMMON_SET, DC_SET, SET_OF, SETS
from sterna.protocols.iso15118.exi.writing import writer
from sterna.protocols.iso15118.framing import framed
from sterna.protocols.iso15118.messages import (
    ALL,
    BY_NAME,
    app_protocol,
    certificates,
    dc,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import Code, NegotiationCode, Processing, StopMode
from sterna.protocols.iso15118.messages.signature import SignatureType
from sterna.protocols.iso15118.messages.values import (
    DisplayParametersType,
    MessageHeader,
    RationalNumber,
)
from sterna.protocols.iso15118.schema import Element, element_name
from sterna.protocols.iso15118.wire import ExiWire, ObjectWire, Wire, overheard

HEAD = MessageHeader(SessionID=bytes(range(1, 9)), TimeStamp=1_750_000_000)
CASES = Path(__file__).parents[2] / "cases" / "iso15118_20_exi.json"
VECTORS = json.loads(CASES.read_text(encoding="utf-8"))


def message_of(case: dict[str, Any]) -> Element:
    kind = BY_NAME[case["message"]["_"]]
    return msgspec_json.decode(msgspec_json.encode(case["message"]), type=kind)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_message_becomes_the_bytes_that_were_checked_with_another_codec(
    case: dict[str, Any],
) -> None:
    message = message_of(case)
    assert encode(message).hex() == case["exi"]
    assert decode(bytes.fromhex(case["exi"]), SET_OF[type(message)]) == message


def test_every_message_has_such_bytes() -> None:
    assert {case["message"]["_"] for case in VECTORS} == {element_name(kind) for kind in ALL}


def test_the_worked_example_of_the_design() -> None:
    answer = app_protocol.SupportedAppProtocolRes(ResponseCode=NegotiationCode.OK, SchemaID=1)
    assert encode(answer).hex() == "80400040"


@pytest.mark.parametrize("kind", ALL, ids=element_name)
@settings(max_examples=20)
@given(data=st.data())
def test_any_message_comes_back_as_it_went(kind: type[Element], data: st.DataObject) -> None:
    message = data.draw(any_of(kind))
    written = encode(message)
    assert decode(written, SET_OF[kind]) == message
    assert encode(decode(written, SET_OF[kind])) == written


@given(data=st.data())
def test_whatever_follows_the_first_octet_it_is_a_message_or_the_peers_fault(
    data: st.DataObject,
) -> None:
    rubbish = data.draw(st.binary(max_size=120))
    for schema_set in SETS:
        try:
            message = decode(b"\x80" + rubbish, schema_set)
        except ExiError:
            continue
        assert decode(encode(message), schema_set) == message


STOP = session.SessionStopReq(Header=HEAD, ChargingSession=StopMode.PAUSE)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not begin with 0x80"),
        (b"\x80", "does not begin with 0x80"),
        (b"$EXI" + encode(STOP), "does not begin with 0x80"),
        (b"\xa0" + encode(STOP)[1:], "does not begin with 0x80"),
        (encode(STOP)[:-1], "ends early"),
        (encode(STOP)[:3], "ends early"),
        (encode(typical(session.AuthorizationReq, full=True))[:-10], "ends within its octets"),
        (encode(STOP) + b"\x00", "1 octets behind the end"),
        (b"\x80" + bytes([46 << 2, 0, 0]), "SignedMeteringData is no message"),
        (b"\x80" + bytes([63 << 2, 0, 0]), "element 63 is no message"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(ExiError, match=why):
        decode(data, COMMON_SET)


def bits(*pieces: tuple[int, int]) -> bytes:
    """Return octets made of (width, value) pieces, filled up with zeros."""
    number = width = 0
    for wide, value in pieces:
        number, width = number << wide | value, width + wide
    return (number << -width % 8).to_bytes((width + 7) // 8, "big")


HEADER = (8, 0x80)
SETUP = (6, COMMON_SET.elements.index("SessionSetupReq"))
TIME = ((1, 0), (2, 1))
"""The end of a time stamp, and that no signature follows."""
START = ((1, 0), (1, 0), (1, 0), (8, 8), (64, 5), (1, 0), (1, 0), (1, 0))
"""A session's number up to where its time stamp stands."""


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([(1, 1)], "an event that may not come here"),
        ([(1, 0), (1, 0), (1, 0), (8, 7)], "SessionID: not 8 octets"),
        ([*START, *[(8, 0xFF)] * 40], "an integer of more than 32 octets"),
        ([*START, *[(8, 0xFF)] * 10, (8, 1)], "TimeStamp: out of its range"),
        ([*START, (8, 5), (1, 0), (2, 3)], "event 5 instead of its end"),
        ([*START, (8, 5), *TIME, (2, 0), (8, 1)], "EVCCID: an entry of a string table"),
        ([*START, (8, 5), *TIME, (2, 0), (16, 0x8203)], "EVCCID: 384 characters, more than 255"),
        ([*START, (8, 5), *TIME, (2, 0), (8, 60)], "ends within the string"),
        ([*START, (8, 5), *TIME, (2, 0), (8, 3), (24, 0x80B003)], "0xd800 is no character"),
        ([*START, (8, 5), *TIME, (2, 0), (8, 3), (8, 65), (2, 1)], "an event that may not come"),
    ],
)
def test_what_the_grammar_does_not_allow_is_refused_with_the_place(
    pieces: list[tuple[int, int]], why: str
) -> None:
    with pytest.raises(ExiError, match=why):
        decode(bits(HEADER, SETUP, *pieces, (128, 0)), COMMON_SET)


def test_a_value_out_of_its_range_is_refused_wherever_it_comes_from() -> None:
    shown = dc_turn(PresentSOC=100)
    frame = encode(shown)
    assert decode(frame, DC_SET) == shown
    with pytest.raises(ValueError, match="PresentSOC is out of its range"):
        encode(dc_turn(PresentSOC=101))
    reasons = []
    for place in range(8 * len(frame)):
        flipped = bytearray(frame)
        flipped[place // 8] ^= 1 << place % 8
        try:
            decode(bytes(flipped), DC_SET)
        except ExiError as refused:
            reasons.append(str(refused))
    assert "DisplayParametersType.PresentSOC: out of its range" in reasons
    assert "RationalNumber.Value: out of its range" in reasons


def dc_turn(**shown: int) -> dc.DcChargeLoopReq:
    return dc.DcChargeLoopReq(
        Header=HEAD,
        DisplayParameters=DisplayParametersType(**shown),  # type: ignore[arg-type]  # by name
        MeterInfoRequested=False,
        EVPresentVoltage=RationalNumber(Exponent=0, Value=400),
        CLReqControlMode=dc.ScheduledDcRequest(
            EVTargetCurrent=RationalNumber(Exponent=0, Value=-30),
            EVTargetVoltage=RationalNumber(Exponent=0, Value=400),
        ),
    )


def test_a_message_that_its_declaration_does_not_allow_is_not_written() -> None:
    two = schedule.ScheduleExchangeReq(Header=HEAD, MaximumSupportingPoints=12)
    with pytest.raises(ValueError, match="none of Dynamic_SEReqControlMode, Scheduled"):
        encode(two)
    with pytest.raises(ValueError, match="AppProtocol stands 1 to 20 times"):
        encode(app_protocol.SupportedAppProtocolReq(AppProtocol=()))


def plan(entries: int) -> schedule.ScheduleExchangeRes:
    """Return a plan of so many quarter hours."""
    watts = [RationalNumber(Exponent=0, Value=7 * place % 22000) for place in range(entries)]
    steps = tuple(schedule.PowerScheduleEntryType(Duration=900, Power=each) for each in watts)
    power = schedule.PowerScheduleType(
        TimeAnchor=1_750_000_000,
        PowerScheduleEntries=schedule.PowerScheduleEntryListType(PowerScheduleEntry=steps),
    )
    offered = schedule.ScheduleTupleType(
        ScheduleTupleID=1, ChargingSchedule=schedule.ChargingScheduleType(PowerSchedule=power)
    )
    return schedule.ScheduleExchangeRes(
        Header=HEAD,
        ResponseCode=Code.OK,
        EVSEProcessing=Processing.FINISHED,
        Scheduled_SEResControlMode=schedule.ScheduledSEResType(ScheduleTuple=(offered,)),
    )


@pytest.mark.parametrize("entries", [1, 2, 1023, 1024])
def test_a_list_may_fill_its_bound(entries: int) -> None:
    assert decode(encode(plan(entries)), COMMON_SET) == plan(entries)


def test_a_list_ends_at_its_bound() -> None:
    with pytest.raises(ValueError, match="PowerScheduleEntry stands 1 to 1024 times"):
        encode(plan(1025))


PNC_FRAGMENT = "804b815a590c410000000000000000000000000000000000046c65616600373756224680"


def test_a_fragment_begins_and_ends_with_the_codes_of_its_schema_set() -> None:
    mode = session.PnCAReqType(
        Id="id1",
        GenChallenge=bytes(16),
        ContractCertificateChain=certificates.ContractCertificateChainType(
            Certificate=b"leaf",
            SubCertificates=certificates.SubCertificatesType(Certificate=(b"sub",)),
        ),
    )
    written = fragment("PnC_AReqAuthorizationMode", mode)
    assert written.hex() == PNC_FRAGMENT
    with pytest.raises(ValueError, match="tuple"):
        fragment("Nonsense", mode)


def test_a_signature_comes_back_as_it_went() -> None:
    signature = typical(SignatureType, full=True)
    message = replace(STOP, Header=replace(HEAD, Signature=signature))
    assert decode(encode(message), COMMON_SET) == message
    assert fragment("SignedInfo", signature.SignedInfo)[0] == 0x80


@pytest.mark.parametrize("wire", [ExiWire(), ObjectWire()])
def test_both_wires_carry_the_same_messages(wire: Wire) -> None:
    for case in VECTORS:
        message = message_of(case)
        assert wire.decode(bytes(wire.encode(message))) == message
        assert overheard(wire, wire.encode(message)) is message
    with pytest.raises(BrokenPeer, match="0x9000"):
        wire.decode(framed(0x9000, b""))


def test_all_that_can_be_said_can_be_built_beforehand() -> None:
    prepare()
    built = writer.cache_info().misses, reader.cache_info().misses
    for kind in SET_OF:
        writer(kind)
        reader(kind)
    assert (writer.cache_info().misses, reader.cache_info().misses) == built
