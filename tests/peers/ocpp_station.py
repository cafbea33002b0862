"""A charging station on the PyPI library ``ocpp``: says what each answer was, as JSON lines.

Runs in the peers' own environment, see docs/peers.md: ``python ocpp_station.py URL``.
"""

import asyncio
import json
import sys
from typing import Any

import websockets
from ocpp.v21 import ChargePoint, call
from websockets.typing import Subprotocol

NOW = "2026-07-15T10:00:00Z"
RUBBISH = ("", "x", "[]", "[2]", '[9,"c",{}]', '[2,"a","Nope",{}]', '[2,"d","TransactionEvent",{}]')


def say(*what: str | None) -> None:
    """Tell the test one line."""
    sys.stdout.write(json.dumps(what) + "\n")


def event(kind: str, number: int, trigger: str, **more: Any) -> Any:
    """Return a TransactionEvent."""
    return call.TransactionEvent(
        event_type=kind, timestamp=NOW, trigger_reason=trigger, seq_no=number,
        transaction_info={"transaction_id": "t1"}, **more,
    )  # fmt: skip


def requests() -> list[Any]:
    """Return a short life: boot, a session with one reading, its end."""
    reading = {
        "value": 1.5,
        "measurand": "Energy.Active.Import.Register",
        "unit_of_measure": {"unit": "kWh"},
    }
    plate = {"model": "m", "vendor_name": "v"}
    return [
        call.BootNotification(charging_station=plate, reason="PowerUp"),
        call.Heartbeat(),
        call.StatusNotification(
            timestamp=NOW, connector_status="Occupied", evse_id=1, connector_id=1
        ),
        call.Authorize(id_token={"id_token": "x", "type": "Central"}),
        event("Started", 0, "CablePluggedIn", evse={"id": 1, "connector_id": 1}),
        event("Updated", 1, "MeterValueClock", meter_value=[{"timestamp": NOW, "sampled_value": [reading]}]),
        event("Ended", 2, "EVCommunicationLost"),
    ]  # fmt: skip


async def main(url: str) -> None:
    """Live once, then send rubbish, then be well again."""
    async with websockets.connect(url, subprotocols=[Subprotocol("ocpp2.1")]) as socket:
        station = ChargePoint("porto-01", socket)
        hearing = asyncio.create_task(station.start())
        for request in requests():
            answer = await asyncio.wait_for(station.call(request, suppress=False), 5)
            say(type(request).__name__, getattr(answer, "status", None))
        hearing.cancel()
        for rubbish in RUBBISH:
            await socket.send(rubbish)
            answer = json.loads(await asyncio.wait_for(socket.recv(), 5))
            say(rubbish, answer[2])
        await socket.send('[2,"last","Heartbeat",{}]')
        say("last", json.loads(await socket.recv())[1])


asyncio.run(main(sys.argv[1]))
