"""SDP over UDP: the charger that answers, and the car that searches."""

import asyncio
from ipaddress import IPv6Address

from sterna.kernel.errors import Refused, Unreachable
from sterna.protocols.iso15118.sdp import GROUP, PORT, Answering, Response, Searching, Security
from sterna.runtime.capture import Capture
from sterna.runtime.datagrams import ANYWHERE, Datagrams, open_datagrams
from sterna.runtime.ports import Clock
from sterna.runtime.tcp_link import Place


async def answer(
    here: Place,
    security: Security,
    *,
    interface: str = "",
    host: str = ANYWHERE,
    port: int = PORT,
    capture: Capture | None = None,
) -> Datagrams:
    """Answer every car's search with *here* until the returned socket is closed; raises Refused.

    With *interface* the searches to all nodes of its link are heard; without, those to *host* and
    *port* alone.
    """
    try:
        address = IPv6Address(here[0].partition("%")[0])
    except ValueError as wrong:
        raise Refused(f"SDP tells IPv6 addresses only, and not {here[0]}") from wrong
    answering = Answering(Response(address=address, port=here[1], security=security))

    def heard(data: bytes, sender: Place) -> None:
        reply = answering.answer(data)
        if reply is None:
            return
        if capture is not None:
            target = GROUP if interface else box.place[0]
            capture.datagram(sender, (target, box.place[1]), data)
            capture.datagram((here[0], box.place[1]), sender, reply)
        box.send(reply, sender)

    box = await open_datagrams(
        heard, host=host, port=port, interface=interface, group=GROUP if interface else ""
    )
    return box


async def search(
    clock: Clock,
    security: Security,
    *,
    interface: str = "",
    to: Place = (GROUP, PORT),
    capture: Capture | None = None,
) -> Place:
    """Return host and port of the charger that answers first; raises Unreachable when none does.

    An address of the link alone is returned with *interface* as its scope.
    """
    searching = Searching(clock.now(), security)
    woken = asyncio.Event()

    def heard(data: bytes, sender: Place) -> None:
        if capture is not None:
            capture.datagram(sender, box.place, data)
        searching.receive(data)
        if searching.over:
            woken.set()

    box = await open_datagrams(heard, host=ANYWHERE if ":" in to[0] else "0.0.0.0", interface=interface)  # noqa: S104  # a car hears answers from anywhere  # fmt: skip
    try:
        while (due := searching.deadline) is not None:
            for datagram in searching.to_send():
                if capture is not None:
                    capture.datagram(box.place, to, datagram)
                box.send(datagram, to)
            timer = clock.call_at(due, woken.set)
            await woken.wait()
            woken.clear()
            timer.cancel()
            searching.tick(clock.now())
    finally:
        box.close()
    if searching.found is None:
        raise Unreachable(f"SDP: {searching.failure}")
    address = searching.found.address
    scope = f"%{interface}" if interface and address.is_link_local else ""
    return f"{address}{scope}", searching.found.port
