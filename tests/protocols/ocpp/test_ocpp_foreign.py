"""Frames of somebody else's OCPP 2.1 library are understood, and ours by it."""

import importlib.util
from typing import Any

import pytest

from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21, wire
from sterna.protocols.ocpp.events import Answered, Asked
from sterna.protocols.ocpp.rpc import Peer

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ocpp") is None, reason="the PyPI package ocpp is not installed"
)

T0 = Instant(1_751_328_000.0)
BOOT = v21.BootNotificationRequest(
    reason="PowerUp", charging_station=v21.ChargingStationType(model="M", vendor_name="V")
)
BOOTED = v21.BootNotificationResponse(current_time=wire.written(T0), interval=60, status="Accepted")


def checked(frame: bytes, action: str) -> Any:
    """Return *frame* as the other library reads it, after its own check against the schemas."""
    from ocpp import messages  # noqa: PLC0415  # may be absent

    message = messages.unpack(frame.decode())
    message.action = action
    messages._validate_payload(message, "2.1")
    return message


@pytest.mark.req("IP-P-OCPP")
def test_a_foreign_station_is_answered_in_a_way_it_accepts() -> None:
    from ocpp.messages import Call  # noqa: PLC0415

    payload = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
    frame = Call("u-1", "BootNotification", payload).to_json().encode()
    csms = Peer(wire.V21, lambda: "c")
    [asked] = csms.receive(T0, frame)
    assert isinstance(asked, Asked)
    assert asked.request == BOOT
    csms.answer(asked.uid, BOOTED)
    [answer] = csms.to_send()
    assert checked(answer, "BootNotification").payload["interval"] == 60


@pytest.mark.req("IP-P-OCPP")
def test_a_foreign_management_system_accepts_our_call_and_is_understood() -> None:
    station = Peer(wire.V21, lambda: "s-1")
    station.call(T0, BOOT)
    [frame] = station.to_send()
    call = checked(frame, "BootNotification")
    result = call.create_call_result(
        {"currentTime": "2025-07-01T00:00:00Z", "interval": 60, "status": "Accepted"}
    )
    [answered] = station.receive(T0, result.to_json().encode())
    assert isinstance(answered, Answered)
    assert answered.response == BOOTED


def test_a_foreign_error_is_understood() -> None:
    from ocpp.exceptions import NotSupportedError  # noqa: PLC0415
    from ocpp.messages import Call  # noqa: PLC0415

    station = Peer(wire.V21, lambda: "s-1")
    station.call(T0, BOOT)
    station.to_send()
    error = Call("s-1", "BootNotification", {}).create_call_error(NotSupportedError("no"))
    [failed] = station.receive(T0, error.to_json().encode())
    assert getattr(failed, "code", "") == "NotSupported"
