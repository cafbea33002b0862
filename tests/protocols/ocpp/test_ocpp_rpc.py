"""The RPC engine: two peers wired together, and one peer against rubbish."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import envelope, v21, v201, wire
from sterna.protocols.ocpp.events import (
    Answered,
    AnswerRefused,
    Asked,
    Event,
    Failed,
    Late,
    Opaque,
    TimedOut,
    Told,
    Violation,
)
from sterna.protocols.ocpp.rpc import IN_WORK_MAX, WAITING_CALLS_MAX, Peer

T0 = Instant(1_751_328_000.0)
HEARTBEAT = v21.HeartbeatRequest()
BEATEN = v21.HeartbeatResponse(current_time=wire.written(T0))


def ids(prefix: str) -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: f"{prefix}{next(count)}"


def peer(prefix: str = "a", dialect: wire.Dialect = wire.V21, **options: Any) -> Peer:
    return Peer(dialect, ids(prefix), proofread=True, **options)


def said(frames: list[bytes]) -> list[Any]:
    return [json.loads(frame) for frame in frames]


def take(to: Peer, *frame: Any, now: Instant = T0) -> tuple[Event, ...]:
    return to.receive(now, json.dumps(list(frame), separators=(",", ":")).encode())


def passed(source: Peer, target: Peer, now: Instant = T0) -> list[Event]:
    return [event for frame in source.to_send() for event in target.receive(now, frame)]


def test_a_call_is_answered() -> None:
    station, csms = peer("s"), peer("c")
    uid = station.call(T0, HEARTBEAT)
    assert station.deadline == T0 + 30
    [asked] = passed(station, csms)
    assert isinstance(asked, Asked)
    assert (asked.uid, asked.action, asked.request) == (uid, "Heartbeat", HEARTBEAT)
    assert csms.in_work(uid)
    csms.answer(uid, BEATEN)
    [answered] = passed(csms, station)
    assert isinstance(answered, Answered)
    assert (answered.request, answered.response) == (HEARTBEAT, BEATEN)
    assert station.deadline is None
    assert station.idle


def test_one_call_is_open_and_the_others_wait_in_order() -> None:
    station, csms = peer("s"), peer("c")
    uids = [station.call(T0, HEARTBEAT) for _ in range(3)]
    for uid in uids:
        [asked] = passed(station, csms)
        assert isinstance(asked, Asked)
        assert asked.uid == uid
        assert station.to_send() == []
        csms.answer(uid, BEATEN)
        passed(csms, station)
    assert station.idle


def test_calls_may_cross() -> None:
    station, csms = peer("x"), peer("x")  # the two ends may use the same ids
    station.call(T0, HEARTBEAT)
    csms.call(T0, v21.ClearCacheRequest())
    [at_csms], [at_station] = passed(station, csms), passed(csms, station)
    assert isinstance(at_csms, Asked)
    assert isinstance(at_station, Asked)
    station.answer(at_station.uid, v21.ClearCacheResponse(status="Accepted"))
    csms.answer(at_csms.uid, BEATEN)
    assert isinstance(passed(station, csms)[0], Answered)
    assert isinstance(passed(csms, station)[0], Answered)


def test_urgent_calls_go_first_and_the_newest_of_a_key_wins() -> None:
    csms = peer("c")
    csms.call(T0, HEARTBEAT)
    first = csms.call(T0, v21.GetTransactionStatusRequest(transaction_id="old"), key="k")
    second = csms.call(T0, v21.GetTransactionStatusRequest(transaction_id="new"), key="k")
    csms.call(T0, v21.ClearCacheRequest(), urgent=True)
    assert first == second
    sent = said(csms.to_send())
    for _ in range(2):
        take(csms, 4, sent[-1][1], "GenericError", "", {})
        sent += said(csms.to_send())
    assert [frame[2] for frame in sent] == ["Heartbeat", "ClearCache", "GetTransactionStatus"]
    assert sent[2][3] == {"transactionId": "new"}


def test_a_full_queue_refuses_and_loses_nothing() -> None:
    station = peer()
    for _ in range(WAITING_CALLS_MAX + 1):
        station.call(T0, HEARTBEAT)
    with pytest.raises(Unreachable):
        station.call(T0, HEARTBEAT)
    assert len(station.unanswered()) == WAITING_CALLS_MAX + 1


def test_silence_ends_a_call_and_a_late_answer_is_dropped() -> None:
    station = peer()
    first = station.call(T0, HEARTBEAT, timeout_s=5)
    second = station.call(T0, HEARTBEAT)
    assert station.tick(Instant(T0 + 4.9)) == ()
    [timed_out] = station.tick(Instant(T0 + 5))
    assert timed_out == TimedOut(uid=first, action="Heartbeat", request=HEARTBEAT)
    assert [frame[1] for frame in said(station.to_send())] == [first, second]
    assert station.deadline == T0 + 5 + 30
    [late] = take(station, 3, first, {"currentTime": "2025-07-01T00:00:00Z"})
    assert isinstance(late, Late)
    assert isinstance(take(station, 4, first, "GenericError", "", {})[0], Late)
    assert not station.idle


def test_a_retry_may_use_its_id_again() -> None:
    station = peer()
    assert station.call(T0, HEARTBEAT, uid="again") == "again"
    assert said(station.to_send()) == [[2, "again", "Heartbeat", {}]]


def test_a_call_sent_twice_is_answered_once() -> None:
    csms = peer()
    assert isinstance(take(csms, 2, "1", "Heartbeat", {})[0], Asked)
    assert isinstance(take(csms, 2, "1", "Heartbeat", {})[0], Violation)
    assert csms.to_send() == []
    csms.answer("1", BEATEN)
    assert len(csms.to_send()) == 1


def test_an_error_answer_fails_the_call() -> None:
    station, csms = peer("s"), peer("c")
    uid = station.call(T0, HEARTBEAT)
    passed(station, csms)
    csms.fail(uid, "InternalError", "x" * 300)
    frames = csms.to_send()
    assert len(json.loads(frames[0])[3]) == 255
    [failed] = station.receive(T0, frames[0])
    assert isinstance(failed, Failed)
    assert (failed.code, failed.request) == ("InternalError", HEARTBEAT)


def test_an_answer_that_is_not_valid_fails_the_call_and_21_says_so() -> None:
    station, csms = peer("s"), peer("c")
    uid = station.call(T0, HEARTBEAT)
    passed(station, csms)
    [failed] = take(station, 3, uid, {})
    assert isinstance(failed, Failed)
    assert failed.code == "OccurrenceConstraintViolation"
    [refused] = passed(station, csms)
    assert isinstance(refused, AnswerRefused)
    assert (refused.uid, refused.code) == (uid, "OccurrenceConstraintViolation")


@pytest.mark.parametrize("frame", [[3, "a1"], [3, "a1", {}, {}], [4, "a1", 7, "", {}]])
def test_a_misshapen_answer_fails_the_call(frame: list[Any]) -> None:
    station = peer()
    station.call(T0, HEARTBEAT)
    station.to_send()
    [failed] = take(station, *frame)
    assert isinstance(failed, Failed)
    assert failed.code == "FormatViolation"
    assert [sent[0] for sent in said(station.to_send())] == [5]


def test_201_has_no_way_to_refuse_an_answer() -> None:
    station = peer(dialect=wire.V201)
    uid = station.call(T0, v201.HeartbeatRequest())
    station.to_send()
    [failed] = take(station, 3, uid, {})
    assert isinstance(failed, Failed)
    assert station.to_send() == []
    with pytest.raises(AssertionError, match=r"since OCPP 2\.1"):
        station.send(v201.HeartbeatRequest())


def test_201_spells_one_code_in_its_own_way() -> None:
    station, csms = peer("s", wire.V201), peer("c", wire.V201)
    uid = station.call(T0, v201.HeartbeatRequest())
    passed(station, csms)
    csms.fail(uid, "OccurrenceConstraintViolation")
    frames = csms.to_send()
    assert json.loads(frames[0])[2] == "OccurenceConstraintViolation"
    [failed] = station.receive(T0, frames[0])
    assert isinstance(failed, Failed)
    assert failed.code == "OccurrenceConstraintViolation"


def test_a_send_arrives_while_a_call_is_open_and_has_no_answer() -> None:
    station, csms = peer("s"), peer("c")
    station.call(T0, HEARTBEAT)
    point = v21.StreamDataElementType(t=0.0, v="50.01")
    message = v21.NotifyPeriodicEventStream(
        id=1, pending=0, basetime=wire.written(T0), data=(point,)
    )
    uid = station.send(message)
    [asked, told] = passed(station, csms)
    assert isinstance(asked, Asked)
    assert isinstance(told, Told)
    assert (told.uid, told.message) == (uid, message)
    assert csms.to_send() == []


@pytest.mark.parametrize(
    "frame", [[6, "1", "Heartbeat", {}], [6, "1", "NotifyPeriodicEventStream", {}]]
)
def test_a_bad_send_is_reported_and_not_answered(frame: list[Any]) -> None:
    csms = peer()
    assert isinstance(take(csms, *frame)[0], Violation)
    assert csms.to_send() == []


BOOT = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
LONG = "x" * 37

REFUSED: list[tuple[bytes, str, str]] = [
    (b"", "-1", "RpcFrameworkError"),
    (b"{", "-1", "RpcFrameworkError"),
    (b"\xff\xfe", "-1", "RpcFrameworkError"),
    (b"{}", "-1", "RpcFrameworkError"),
    (b"[]", "-1", "RpcFrameworkError"),
    (b"[2]", "-1", "RpcFrameworkError"),
    (b'["2","1","Heartbeat",{}]', "1", "RpcFrameworkError"),
    (b'[2,1,"Heartbeat",{}]', "-1", "RpcFrameworkError"),
    (b'[2,"","Heartbeat",{}]', "-1", "RpcFrameworkError"),
    (f'[2,"{LONG}","Heartbeat",{{}}]'.encode(), "-1", "RpcFrameworkError"),
    (b'[2,"1","Heartbeat",{', "1", "FormatViolation"),
    (b'[2,"1","Heartbeat",{"a":}]', "1", "FormatViolation"),
    (b'[2,"1"]', "1", "FormatViolation"),
    (b'[2,"1",["x"],{}]', "1", "FormatViolation"),
    (b'[2,"1","Heartbeat",{},{}]', "1", "FormatViolation"),
    (b'[2,"1","Heartbeat",[]]', "1", "ProtocolError"),
    (b'[2,"1","Heartbeat",null]', "1", "ProtocolError"),
    (b'[2,"1","MakeCoffee",{}]', "1", "NotImplemented"),
    (b'[2,"1","heartbeat",{}]', "1", "NotImplemented"),
    (b'[2,"1","Heartbeat",{"a":1}]', "1", "FormatViolation"),
    (b'[7,"1","Heartbeat",{}]', "1", "MessageTypeNotSupported"),
    (b"[7]", "-1", "MessageTypeNotSupported"),
    (b'[2,"1","BootNotification",{}]', "1", "OccurrenceConstraintViolation"),
    (b'[2,"1","GetVariables",{"getVariableData":[]}]', "1", "OccurrenceConstraintViolation"),
    (b'[2,"1","GetTransactionStatus",{"transactionId":7}]', "1", "TypeConstraintViolation"),
    (b'[2,"1","GetTransactionStatus",{"transactionId":null}]', "1", "TypeConstraintViolation"),
    (f'[2,"1","GetTransactionStatus",{{"transactionId":"{LONG}"}}]'.encode(), "1", "PropertyConstraintViolation"),
    (b'[2,"1","Reset",{"type":"Never"}]', "1", "PropertyConstraintViolation"),
    (b'[2,"1","UnlockConnector",{"evseId":-1,"connectorId":1}]', "1", "PropertyConstraintViolation"),
    (b'[2,"1","UnlockConnector",{"evseId":1.0,"connectorId":1}]', "1", "TypeConstraintViolation"),
    (b'[2,"1","AFRRSignal",{"timestamp":"yesterday","signal":1}]', "1", "PropertyConstraintViolation"),
    (b'[2,"1","AFRRSignal",{"timestamp":"2025-07-01T00:00:00","signal":1}]', "1", "PropertyConstraintViolation"),
    (b'[2,"1","Heartbeat",{"customData":{}}]', "1", "PropertyConstraintViolation"),
    (b'[2,"1","Heartbeat",{"custom\\u0044ata":{"vendorId":1}}]', "1", "PropertyConstraintViolation"),
    (b'[2,"1","Heartbeat",{"customData":{"vendorId":"%s"}}]' % (b"v" * 256), "1", "PropertyConstraintViolation"),
    (b'[2,"1","Heartbeat",{"a":"\xff"}]', "1", "FormatViolation"),
    (b"[" * 100_000, "-1", "RpcFrameworkError"),
    (b" " * (envelope.FRAME_BYTES_MAX + 1), "-1", "RpcFrameworkError"),
]  # fmt: skip


@pytest.mark.req("IP-P-OCPP")
@pytest.mark.parametrize(("frame", "uid", "code"), REFUSED, ids=lambda value: str(value)[:60])
def test_rubbish_is_answered_with_its_error_code(frame: bytes, uid: str, code: str) -> None:
    csms = peer()
    [violation] = csms.receive(T0, frame)
    assert isinstance(violation, Violation)
    assert (violation.uid, violation.code) == (uid, code)
    [[kind, sent_uid, sent_code, text, details]] = said(csms.to_send())
    assert (kind, sent_uid, sent_code, details) == (4, uid, code, {})
    assert len(text) <= 255


def test_201_does_not_know_the_message_types_of_21() -> None:
    csms = peer(dialect=wire.V201)
    [violation] = take(csms, 6, "1", "NotifyPeriodicEventStream", {})
    assert isinstance(violation, Violation)
    assert violation.code == "MessageTypeNotSupported"


def test_a_known_action_outside_of_the_supported_ones_is_not_supported() -> None:
    csms = peer(supported=frozenset({"Heartbeat"}))
    [violation] = take(csms, 2, "1", "BootNotification", BOOT)
    assert isinstance(violation, Violation)
    assert violation.code == "NotSupported"
    assert isinstance(take(csms, 2, "2", "Heartbeat", {})[0], Asked)


def test_a_flood_of_calls_is_refused_beyond_a_bound() -> None:
    csms = peer()
    for number in range(IN_WORK_MAX):
        assert isinstance(take(csms, 2, str(number), "Heartbeat", {})[0], Asked)
    [violation] = take(csms, 2, "more", "Heartbeat", {})
    assert isinstance(violation, Violation)
    assert violation.code == "GenericError"


@pytest.mark.parametrize("code", ["SecurityError", "InternalError", "GenericError"])
def test_codes_that_only_the_user_knows_can_be_sent(code: wire.Code) -> None:
    csms = peer()
    take(csms, 2, "1", "Heartbeat", {})
    csms.fail("1", code, "why")
    assert said(csms.to_send()) == [[4, "1", code, "why", {}]]


def test_every_code_has_been_seen() -> None:
    seen = {code for _, _, code in REFUSED}
    by_user = {"SecurityError", "InternalError", "GenericError", "NotSupported"}
    assert seen | by_user == set(wire.Code.__args__)  # type: ignore[attr-defined]


def test_unusual_spacing_is_read() -> None:
    csms = peer()
    [asked] = csms.receive(
        T0, b' [ 2 , "1", "Heartbeat", { "customData": {"vendorId": "v", "x": 1} } ] '
    )
    assert isinstance(asked, Asked)
    station = peer()
    uid = station.call(T0, HEARTBEAT)
    [answered] = station.receive(
        T0, f'[3, "{uid}", {{"currentTime": "2025-07-01T00:00:00Z"}}]'.encode()
    )
    assert isinstance(answered, Answered)
    station.call(T0, HEARTBEAT)
    assert isinstance(
        station.receive(T0, b'[ 3,"a2",{"currentTime":"2025-07-01T00:00:00Z"}]')[0], Answered
    )


def test_whole_floats_pass_for_integers_when_asked_to() -> None:
    strict, lenient = peer(), peer(lenient_numbers=True)
    payload = {"evseId": 1.0, "connectorId": 2.0}
    assert isinstance(take(strict, 2, "1", "UnlockConnector", payload)[0], Violation)
    [asked] = take(lenient, 2, "1", "UnlockConnector", payload)
    assert isinstance(asked, Asked)
    assert asked.request == v21.UnlockConnectorRequest(evse_id=1, connector_id=2)
    assert isinstance(
        take(lenient, 2, "2", "UnlockConnector", {"evseId": 1.5, "connectorId": 2})[0], Violation
    )
    assert isinstance(take(lenient, 2, "3", "UnlockConnector", {})[0], Violation)
    boot = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
    data = {
        "getVariableData": [
            {"component": {"name": "C", "evse": {"id": 1.0}}, "variable": {"name": "V"}}
        ]
    }
    assert isinstance(take(lenient, 2, "4", "GetVariables", data)[0], Asked)
    assert isinstance(take(lenient, 2, "5", "BootNotification", boot)[0], Asked)


def test_a_wrong_message_of_ours_is_a_bug() -> None:
    station = peer()
    with pytest.raises(AssertionError, match="GetTransactionStatus"):
        station.call(T0, v21.GetTransactionStatusRequest(transaction_id=LONG))
    take(station, 2, "1", "Heartbeat", {})
    with pytest.raises(AssertionError):
        station.answer("1", v21.ClearCacheResponse(status="Accepted"))


# --- a relay: a station in front, the management system behind ---


class Relay:
    """A local controller between the two ends, forwarding everything."""

    def __init__(self) -> None:
        self.station, self.csms = peer("s"), peer("c")
        self.south, self.north = peer("r", transparent=True), peer("r", transparent=True)

    def run(self) -> list[Event]:
        """Carry frames until all is quiet; return what the two ends learned."""
        learned: list[Event] = []
        for _ in range(20):
            for event in passed(self.station, self.south):
                self.north.forward(T0, event)
            for event in passed(self.csms, self.north):
                self.south.forward(T0, event)
            learned += passed(self.south, self.station) + passed(self.north, self.csms)
        return learned


def test_a_relay_carries_calls_and_answers_both_ways() -> None:
    relay = Relay()
    relay.station.call(T0, HEARTBEAT)
    [asked] = relay.run()
    assert isinstance(asked, Asked)
    relay.csms.answer(asked.uid, BEATEN)
    assert isinstance(relay.run()[0], Answered)
    relay.csms.call(T0, v21.ClearCacheRequest())
    [asked] = relay.run()
    assert isinstance(asked, Asked)
    relay.station.fail(asked.uid, "NotSupported")
    assert isinstance(relay.run()[0], Failed)


def test_a_relay_carries_what_it_cannot_read() -> None:
    relay = Relay()
    [opaque] = relay.south.receive(T0, b'[2,"s9","VendorThing",{}]')
    assert isinstance(opaque, Opaque)
    relay.north.forward(T0, opaque)
    [violation] = passed(relay.north, relay.csms)
    assert isinstance(violation, Violation)
    assert violation.code == "NotImplemented"
    relay.run()
    assert relay.north.idle
    assert not relay.south.in_work("s9")


def test_a_relay_carries_an_opaque_result_a_bad_result_and_its_refusal() -> None:
    relay = Relay()
    [opaque] = relay.south.receive(T0, b'[2,"s9","VendorThing",{}]')
    relay.north.forward(T0, opaque)
    relay.north.to_send()
    [result] = relay.north.receive(T0, b'[3,"s9",{"any":1}]')
    relay.south.forward(T0, result)
    assert relay.south.to_send() == [b'[3,"s9",{"any":1}]']

    relay.station.call(T0, HEARTBEAT)
    [asked] = relay.run()
    assert isinstance(asked, Asked)
    [failed] = relay.north.receive(T0, f'[3,"{asked.uid}",{{}}]'.encode())
    relay.south.forward(T0, failed)
    [at_station] = passed(relay.south, relay.station)
    assert isinstance(at_station, Failed)
    assert isinstance(relay.run()[0], AnswerRefused)


def test_a_relay_forgets_a_call_that_nobody_answers() -> None:
    relay = Relay()
    relay.station.call(T0, HEARTBEAT)
    relay.run()
    [timed_out] = relay.north.tick(Instant(T0 + 30))
    relay.south.forward(T0, timed_out)
    assert not relay.south.in_work("s1")
    [late] = relay.north.receive(T0, b'[3,"s1",{}]')
    relay.south.forward(T0, late)
    assert relay.south.to_send() == []


def test_a_relay_carries_a_send() -> None:
    relay = Relay()
    message = v21.NotifyPeriodicEventStream(
        id=1, pending=0, basetime=wire.written(T0), data=(v21.StreamDataElementType(t=0.0, v="1"),)
    )
    relay.station.send(message)
    [told] = relay.run()
    assert isinstance(told, Told)


# --- laws ---

MOVES = st.lists(
    st.tuples(st.sampled_from(["call", "carry", "answer", "fail", "wait"]), st.booleans()),
    max_size=60,
)


class Pair:
    """Two peers, the frames between them in flight, and what is open in each direction."""

    def __init__(self) -> None:
        self.peers = (peer("a"), peer("b"))
        self.flight: tuple[list[bytes], list[bytes]] = ([], [])
        self.asked: tuple[list[str], list[str]] = ([], [])
        self.ended: tuple[list[str], list[str]] = ([], [])
        self.calls: tuple[list[str], list[str]] = ([], [])
        self.sent: tuple[list[str], list[str]] = ([], [])
        self.now = T0

    def learn(self, side: int, events: tuple[Event, ...]) -> None:
        for event in events:
            match event:
                case Asked(uid=uid):
                    self.asked[side].append(uid)
                case Answered(uid=uid) | Failed(uid=uid) | TimedOut(uid=uid):
                    self.ended[side].append(uid)
                case Late():
                    pass
                case other:
                    raise AssertionError(other)

    def move(self, what: str, side: int) -> None:
        me = self.peers[side]
        if what == "call":
            self.calls[side].append(me.call(self.now, HEARTBEAT))
        elif what == "carry" and self.flight[side]:
            self.learn(1 - side, self.peers[1 - side].receive(self.now, self.flight[side].pop(0)))
        elif what == "answer" and self.asked[side]:
            me.answer(self.asked[side].pop(0), BEATEN)
        elif what == "fail" and self.asked[side]:
            me.fail(self.asked[side].pop(), "GenericError")
        elif what == "wait":
            self.now = Instant(self.now + 16)
            self.learn(side, me.tick(self.now))
        for end in (0, 1):
            frames = self.peers[end].to_send()
            self.sent[end].extend(call[1] for call in said(frames) if call[0] == 2)
            self.flight[end].extend(frames)


@given(MOVES)
@settings(deadline=None)
def test_any_interleaving_keeps_one_call_open_and_ends_each_once_in_order(
    moves: list[tuple[str, bool]],
) -> None:
    pair = Pair()
    for what, side in moves:
        pair.move(what, int(side))
        for end in (0, 1):
            called, sent, ended = pair.calls[end], pair.sent[end], pair.ended[end]
            # In order, none twice, none lost; and never more than one open.
            assert sent == called[: len(sent)]
            assert ended == sent[: len(ended)]
            assert len(sent) <= len(ended) + 1


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_bytes_never_raise(data: bytes) -> None:
    csms = peer()
    csms.receive(T0, data)
    csms.receive(T0, b"[2," + data)
    csms.receive(T0, b'[3,"' + data)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)
FRAMES = st.tuples(
    st.sampled_from([2, 3, 4, 5, 6]) | JSON,
    st.text(max_size=38) | JSON,
    st.sampled_from(list(v21.REQUESTS)) | JSON,
    JSON,
    JSON,
)


@given(frame=FRAMES, length=st.integers(1, 5), transparent=st.booleans())
@settings(deadline=None)
def test_json_never_raises_and_an_error_is_never_answered_with_an_error(
    frame: tuple[Any, ...], length: int, *, transparent: bool
) -> None:
    csms = peer(transparent=transparent)
    take(csms, *frame[:length])
    if transparent or (type(frame[0]) is int and frame[0] in (3, 4, 5, 6)):
        assert csms.to_send() == []


def messages() -> list[Struct]:
    return [HEARTBEAT, v21.GetTransactionStatusRequest(transaction_id="tx")]


@pytest.mark.parametrize("message", messages())
def test_messages_come_back_as_they_were(message: Struct) -> None:
    station, csms = peer("s"), peer("c")
    station.call(T0, message)
    [asked] = passed(station, csms)
    assert isinstance(asked, Asked)
    assert asked.request == message
