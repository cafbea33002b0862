"""UDP over real sockets: to one place, or to all nodes of one link by IPv6 multicast."""

import asyncio
import socket  # noqa: TID251  # this is where datagrams come in
from collections.abc import Callable
from typing import Any, Final

from typing_extensions import override

from sterna.kernel.errors import Refused

ANYWHERE: Final = "::"
HOPS: Final = 1
"""What is for the link stays on it."""

Heard = Callable[[bytes, tuple[str, int]], None]
"""Told each datagram and who sent it: host (with its scope, e.g. ``fe80::1%eth0``) and port."""


class Datagrams(asyncio.DatagramProtocol):
    """One open socket."""

    def __init__(self, heard: Heard, interface: str) -> None:
        """Hand what comes to *heard*; with *interface* only what came over it."""
        self._heard = heard
        self._index = index_of(interface) if interface else 0
        self._transport: asyncio.DatagramTransport | None = None
        self.problems = 0
        """How often the network said that a datagram could not be delivered."""

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of this socket."""
        assert self._transport is not None
        name = self._transport.get_extra_info("sockname")
        return str(name[0]), int(name[1])

    def send(self, data: bytes, to: tuple[str, int]) -> None:
        """Send one datagram; nobody promises that it arrives."""
        assert self._transport is not None
        host, _, scope = to[0].partition("%")
        if ":" not in host:
            self._transport.sendto(data, (host, to[1]))
            return
        index = index_of(scope) if scope else self._index
        self._transport.sendto(data, (host, to[1], 0, index))

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = transport  # type: ignore[assignment]  # asyncio's own name for the same thing

    @override
    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Hand on what came over the right interface."""
        scope = addr[3] if len(addr) > 3 else 0
        if self._index and scope and scope != self._index:
            return
        host = str(addr[0]).split("%")[0]
        self._heard(data, (f"{host}%{socket.if_indextoname(scope)}" if scope else host, addr[1]))

    @override
    def error_received(self, exc: Exception) -> None:
        """Count it: whoever asks asks again."""
        self.problems += 1


async def open_datagrams(
    heard: Heard, *, host: str, port: int = 0, interface: str = "", group: str = ""
) -> Datagrams:
    """Return a socket at *host* and *port* (0: a free one).

    With *interface* multicasts go out over it; with *group* those to it are heard.
    Raises Refused when the interface is not there or the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    protocol = Datagrams(heard, interface)
    box = socket.socket(family, socket.SOCK_DGRAM)
    try:
        box.setblocking(False)
        if interface:
            index = index_of(interface)
            box.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            box.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, HOPS)
            if group:
                box.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                member = socket.inet_pton(socket.AF_INET6, group) + index.to_bytes(4, "little")
                box.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        box.bind((host, port))
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: protocol, sock=box)
    except OSError as error:
        box.close()
        raise Refused(f"UDP {host} port {port}: {error.strerror or error}") from error
    return protocol


def index_of(interface: str) -> int:
    """Return the number of *interface*; raises Refused when it is not there."""
    try:
        return socket.if_nametoindex(interface)
    except OSError as error:
        there = ", ".join(name for _, name in socket.if_nameindex())
        raise Refused(f"no network interface {interface!r}; there are {there}") from error


def link_local(interface: str) -> str:
    """Return the link-local IPv6 address of *interface*; raises Refused when it has none (yet)."""
    index = index_of(interface)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as box:
        try:
            # Connecting a datagram socket sends nothing; it only chooses the address to send from.
            box.connect(("fe80::1", 9, 0, index))
            address = str(box.getsockname()[0]).split("%")[0]
        except OSError as error:
            raise Refused(f"{interface} has no link-local IPv6 address: {error.strerror}") from error  # fmt: skip
    if not address.startswith("fe80:"):
        raise Refused(f"{interface} has no link-local IPv6 address")
    return address
