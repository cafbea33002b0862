"""A car and a charger in real time: every part put together from the options, and taken apart again."""

import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO, cast

from rich.console import Console

from sterna.app.alone import finding, reading, wired
from sterna.app.alone.car import CarAlone, CarWish
from sterna.app.alone.life import ENDED_WELL, FAILED, Life, obey, typing
from sterna.app.alone.seen import Seen
from sterna.app.alone.supply import Offer, SupplyAlone
from sterna.app.alone.terminal import Behind
from sterna.app.alone.view import View
from sterna.kernel.errors import BadInput, Refused, Unreachable
from sterna.kernel.quantities import Seconds
from sterna.protocols.iso15118 import exi
from sterna.protocols.iso15118.sdp import Security
from sterna.protocols.iso15118.security.tree import (
    SECC_DOMAIN,
    VEHICLE_DOMAIN,
    chain_file,
    key_file,
    trust_file,
)
from sterna.protocols.iso15118.wire import ExiWire, ObjectWire
from sterna.protocols.iso15118.wire import Wire as Frames
from sterna.runtime.capture import Capture
from sterna.runtime.datagrams import link_local
from sterna.runtime.ports import Clock
from sterna.runtime.system import SystemClock, SystemIds
from sterna.runtime.tcp_link import Place
from sterna.runtime.tls import Secure, TlsFiles, secure
from sterna.world.stays import Car

PORT: Final = 64_109
"""Where a charger listens unless it is told otherwise; the standard leaves the port to SDP."""
LOG_COLUMNS: Final = 160
FRAMES: Final[Mapping[str, type[Frames]]] = {"exi": ExiWire, "object": ObjectWire}


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What both sides are told."""

    wire: str = "exi"
    tls: Path | None = None
    """The folder of certificates."""
    interface: str | None = None
    """The network interface for SDP."""
    capture: Path | None = None
    seconds: Seconds | None = None
    """When to leave by itself."""
    plain: bool = False


async def drive(common: Common, car: Car, wish: CarWish, place: Place | None) -> int:
    """Be *car*: call the charger at *place*, or the one that SDP finds; return the exit code.

    Raises BadInput for a file that cannot be used.
    """
    exi.prepare()
    clock, seen = SystemClock(), Seen(side="EV")
    tls = _secured(common.tls, "vehicle", SECC_DOMAIN)
    alone = CarAlone(clock=clock, frames=FRAMES[common.wire](), car=car, wish=wish, seen=seen)
    async with AsyncExitStack() as stack:
        capture = _captured(stack, common.capture, clock, "sterna ev")
        _shown(stack, common, View(seen, clock, alone.look))
        life = Life(clock, alone.stop)
        alone.over = lambda ending: life.end(FAILED if ending.failed else ENDED_WELL)
        stack.callback(obey(typing(), alone.order, lambda wrong: seen.note(clock.now(), wrong)))
        try:
            if place is None:
                place = await _found(common, clock, seen, capture)
        except (Refused, Unreachable) as no:
            seen.note(clock.now(), f"session FAILED: {no}")
            return FAILED
        network = wired.links(clock, place, dial_tls=tls, capture=capture)
        stack.push_async_callback(network.close)
        alone.call(network)
        if common.seconds is not None:
            life.leave_after(common.seconds)
        return await life.lived()


async def serve(common: Common, offer: Offer, place: Place | None, *, once: bool) -> int:
    """Be a charger at *place*, or at the interface's own address; return the exit code.

    Raises BadInput for a file that cannot be used.
    """
    exi.prepare()
    clock, seen = SystemClock(), Seen(side="EVSE")
    tls = _secured(common.tls, "secc", VEHICLE_DOMAIN)
    alone = SupplyAlone(
        clock=clock, ids=SystemIds(), frames=FRAMES[common.wire](), offer=offer, seen=seen
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        capture = _captured(stack, common.capture, clock, "sterna evse")
        _shown(stack, common, View(seen, clock, alone.look))
        life = Life(clock, alone.stop)

        def code() -> int:
            waited = once or common.seconds is not None
            nobody = waited and not alone.sessions
            return FAILED if alone.failures or nobody else ENDED_WELL

        alone.session_over = lambda: life.end(code()) if once or life.leaving else None
        life.nothing_left = code
        stack.callback(obey(typing(), lambda line: alone.order(line, reading.power), lambda wrong: seen.note(clock.now(), wrong)))  # fmt: skip
        try:
            network = wired.links(
                clock, place or _home(common.interface), listen_tls=tls, capture=capture,
                refused=lambda peer, why: seen.note(clock.now(), f"sent {peer} away: {why}"),
            )  # fmt: skip
            stack.push_async_callback(network.close)
            here = await alone.listen(network)
            if common.interface is not None:
                security = Security.NONE if tls is None else Security.TLS
                box = await finding.answer(here, security, interface=common.interface, capture=capture)  # fmt: skip
                stack.callback(box.close)
                seen.note(clock.now(), f"answering SDP on {common.interface}")
        except (Refused, OSError) as no:
            seen.note(clock.now(), f"cannot listen: {no}")
            return FAILED
        if common.seconds is not None:
            life.leave_after(common.seconds)
        return await life.lived()


async def _found(common: Common, clock: Clock, seen: Seen, capture: Capture | None) -> Place:
    """Return the charger that SDP finds; raises Unreachable or Refused."""
    assert common.interface is not None, "a car has a place or an interface"
    seen.note(clock.now(), f"searching on {common.interface}")
    security = Security.NONE if common.tls is None else Security.TLS
    place = await finding.search(clock, security, interface=common.interface, capture=capture)
    seen.note(clock.now(), f"found a charger at {place[0]} port {place[1]}")
    return place


def _home(interface: str | None) -> Place:
    """Return where a charger listens that was told no place."""
    if interface is None:
        return reading.LOOPBACK, PORT
    return f"{link_local(interface)}%{interface}", PORT


def _secured(folder: Path | None, name: str, domain: str) -> Secure | None:
    """Return TLS as *name* of the tree in *folder*, towards a peer of *domain*."""
    if folder is None:
        return None
    files = TlsFiles(
        chain=folder / chain_file(name), key=folder / key_file(name),
        trust=folder / trust_file(name),
    )  # fmt: skip
    return secure(files, server=name == "secc", domain=domain)


def _captured(
    stack: AsyncExitStack, path: Path | None, clock: Clock, interface: str
) -> Capture | None:
    if path is None:
        return None
    try:
        capture = Capture(path, clock, interface=interface)
    except OSError as error:
        raise BadInput(path, "", f"cannot be written: {error.strerror}") from error
    stack.callback(capture.close)
    return capture


def _shown(stack: AsyncExitStack, common: Common, view: View) -> None:
    """Begin to show, in lines where nobody watches."""
    screen = Behind(sys.stdout)
    stack.callback(screen.finish)
    width = None if screen.isatty() else LOG_COLUMNS
    console = Console(file=cast("TextIO", screen), width=width)
    view.begin(console, plain=common.plain or not screen.isatty())
    stack.callback(view.close)
