"""A station that others wrote, against our CSMS over a WebSocket on the loopback: docs/peers.md."""

import asyncio
import json
from pathlib import Path

import pytest
from actors.charging_site import ROWS
from actors.ports_in_memory import Ports
from typing_extensions import override

from sterna.actors.csms.links import Csms
from sterna.actors.csms.settings import CsmsSettings
from sterna.runtime.ports import Accept, Knock, Wire
from sterna.runtime.system import SystemClock, SystemIds
from sterna.runtime.websocket import WebSocketLinks

HERE = Path(__file__).parent
PEER = HERE.parents[1] / ".peers" / "bin" / "python"
URL = "ws://127.0.0.1:9917/ocpp"


class NamedLinks(WebSocketLinks):
    """WebSockets of stations; a room in one process with them needs no names."""

    @override
    async def listen(
        self,
        address: str,
        accept: Accept,
        *,
        subprotocols: tuple[str, ...] = (),
        wire: object = None,
    ) -> None:
        await super().listen(address, accept, subprotocols=subprotocols, wire=named)


def named(knock: Knock) -> Wire:
    return Wire(protocol="OCPP", src=f"CS_C/{knock.identity}", dst="CSMS", describe=lambda _: None)


async def talked() -> list[tuple[str, str | None]]:
    """Return what the peer heard."""
    clock = SystemClock()
    ports = Ports(clock, ROWS)  # type: ignore[arg-type]  # here time is real
    links = NamedLinks(ports.trace, {"csms": URL})
    csms = Csms(
        settings=CsmsSettings(stations=("porto-01",)), clock=clock, ids=SystemIds(), journal=ports.journal,
        supervisor=ports.supervisor, links=links, courier=ports.courier("CSMS"),
    )  # fmt: skip
    await csms.start()
    peer = await asyncio.create_subprocess_exec(
        PEER, HERE / "ocpp_station.py", f"{URL}/porto-01", stdout=asyncio.subprocess.PIPE
    )
    heard, _ = await asyncio.wait_for(peer.communicate(), 30)
    csms.stop()
    await links.close()
    assert ports.trace.problems == []
    assert peer.returncode == 0
    return [(name, said) for name, said in map(json.loads, heard.splitlines())]


@pytest.mark.peer
@pytest.mark.skipif(not PEER.exists(), reason="no .peers: docs/peers.md says how to make it")
def test_a_station_on_the_library_ocpp_lives_with_our_csms() -> None:
    heard = asyncio.run(talked())
    assert heard[0] == ("BootNotification", "Accepted")
    assert [name for name, _ in heard].count("TransactionEvent") == 3
    answers = dict(heard)
    assert answers["x"] == "RpcFrameworkError"
    assert answers['[9,"c",{}]'] == "MessageTypeNotSupported"
    assert answers['[2,"a","Nope",{}]'] == "NotImplemented"
    assert answers['[2,"d","TransactionEvent",{}]'] == "OccurrenceConstraintViolation"
    assert answers["last"] == "last"
