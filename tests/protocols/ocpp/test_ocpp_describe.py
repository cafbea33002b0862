"""What the trace learns from OCPP frames."""

import json
from typing import Any

import pytest

from sterna.protocols.ocpp.describe import PROFILES_MAX, Describer


def call(action: str, payload: Any) -> bytes:
    return json.dumps([2, "1", action, payload], separators=(",", ":")).encode()


def profile(number: int, tx: str = "17", unit: str = "W") -> dict[str, Any]:
    return {
        "id": number,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Dynamic",
        "transactionId": tx,
        "chargingSchedule": [
            {
                "id": 1,
                "chargingRateUnit": unit,
                "chargingSchedulePeriod": [{"startPeriod": 0, "setpoint": -5000, "limit": 11000}],
            }
        ],
    }


EVENT = {
    "eventType": "Ended",
    "timestamp": "2025-07-01T00:00:00Z",
    "triggerReason": "EVDeparted",
    "seqNo": 4,
    "transactionInfo": {"transactionId": "17"},
    "evse": {"id": 1},
}

SAID: list[tuple[str, Any, str, tuple[str, ...], dict[str, Any]]] = [
    ("TransactionEvent", EVENT, "OCPP TransactionEvent Ended", ("tx:17", "evse:porto-03-1"),
     {"trigger": "EVDeparted", "seq_no": 4, "offline": False}),
    ("SetChargingProfile", {"evseId": 2, "chargingProfile": profile(5)}, "OCPP SetChargingProfile",
     ("tx:17", "evse:porto-03-2"), {"purpose": "TxProfile", "setpoint_kw": -5.0, "limit_kw": 11.0}),
    ("SetChargingProfile", {"evseId": 2, "chargingProfile": profile(5, unit="A")},
     "OCPP SetChargingProfile", ("tx:17", "evse:porto-03-2"), {"purpose": "TxProfile"}),
    ("RequestStartTransaction", {"evseId": 1, "remoteStartId": 1}, "OCPP RequestStartTransaction",
     ("evse:porto-03-1",), {}),
    ("RequestStopTransaction", {"transactionId": "17"}, "OCPP RequestStopTransaction", ("tx:17",), {}),
    ("StatusNotification", {"connectorStatus": "Occupied", "evseId": 1, "connectorId": 1},
     "OCPP StatusNotification", ("evse:porto-03-1",), {"status": "Occupied"}),
    ("UpdateDynamicSchedule", {"chargingProfileId": 9, "scheduleUpdate": {"setpoint": 1000}},
     "OCPP UpdateDynamicSchedule", (), {"setpoint_kw": 1.0}),
    ("Heartbeat", {}, "OCPP Heartbeat", (), {}),
    ("TransactionEvent", {}, "OCPP TransactionEvent", (), {}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "payload", "msg", "keys", "fields"), SAID)
def test_a_call_says_its_message_keys_and_numbers(
    action: str, payload: Any, msg: str, keys: tuple[str, ...], fields: dict[str, Any]
) -> None:
    said = Describer("porto-03")(call(action, payload))
    assert said is not None
    assert (said.msg, said.keys, said.fields) == (msg, keys, fields)


def test_an_update_is_for_the_evse_and_transaction_of_its_profile() -> None:
    describe = Describer("porto-03")
    for number in range(PROFILES_MAX + 1):
        describe(call("SetChargingProfile", {"evseId": 1, "chargingProfile": profile(number)}))
    update = {"chargingProfileId": PROFILES_MAX, "scheduleUpdate": {"dischargeLimit": -2000}}
    said = describe(call("UpdateDynamicSchedule", update))
    assert said is not None
    assert said.keys == ("tx:17", "evse:porto-03-1")
    assert said.fields == {"discharge_limit_kw": -2.0}
    said = describe(call("UpdateDynamicSchedule", {**update, "chargingProfileId": 0}))
    assert said is not None
    assert said.keys == ()  # forgotten: bounded


@pytest.mark.parametrize("frame", [b'[3,"1",{}]', b'[5,"1","x","",{}]', b"rubbish", b"[4", b"[2,"])
def test_answers_and_rubbish_are_not_worth_a_line(frame: bytes) -> None:
    assert Describer("porto-03")(frame) is None


def test_an_error_says_its_code() -> None:
    said = Describer("porto-03")(b'[4,"1","NotSupported","why",{}]')
    assert said is not None
    assert said.msg == "OCPP CALLERROR NotSupported"


def test_a_send_says_its_message() -> None:
    said = Describer("porto-03")(b'[6,"1","NotifyPeriodicEventStream",{"id":1}]')
    assert said is not None
    assert said.msg == "OCPP NotifyPeriodicEventStream"
