"""The bytes of a pcapng file whose packets are made up around what was said over a connection.

Pure. Blocks as in the IETF draft "PCAP Now Generic (pcapng) Capture File Format"; headers as in
RFC 8200 (IPv6), RFC 9293 (TCP) and RFC 768 (UDP). Everything is IPv6 over Ethernet;
an IPv4 address appears as its IPv4-mapped one.
"""

import struct
from dataclasses import dataclass
from enum import IntFlag
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from sterna.kernel.quantities import Instant

ETHERNET: Final = 1
"""The link type of the interface."""
MICROSECONDS: Final = 1_000_000
PROGRAM: Final = "sterna"
SEGMENT_BYTES: Final = 1440
"""What fits into an Ethernet frame behind the headers of IPv6 and TCP."""
TCP: Final = 6
UDP: Final = 17
HOPS: Final = 64
WINDOW: Final = 65_535

_END, _COMMENT, _NAME, _RESOLUTION, _PROGRAM = 0, 1, 2, 9, 4


class Flag(IntFlag):
    """What a TCP segment says beside its bytes."""

    FIN = 0x01
    SYN = 0x02
    PUSH = 0x08
    ACK = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One end of a flow."""

    address: IPv6Address
    port: int
    mac: bytes


def endpoint(host: str, port: int, *, number: int) -> Endpoint:
    """Return the end at *host* (a literal; a scope is left out) with the made-up MAC *number*."""
    read = ip_address(host.partition("%")[0])
    address = IPv6Address(b"\0" * 10 + b"\xff\xff" + read.packed) if isinstance(read, IPv4Address) else read  # fmt: skip
    return Endpoint(address=address, port=port, mac=b"\x02\x00\x00\x00\x00" + bytes((number,)))


def head(interface: str) -> bytes:
    """Return what a file begins with: the section, and its one interface."""
    section = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _option(_PROGRAM, PROGRAM.encode())
    link = struct.pack("<HHI", ETHERNET, 0, 0)
    options = _option(_NAME, interface.encode()) + _option(_RESOLUTION, b"\x06")
    return _block(0x0A0D0D0A, section + _option(_END, b"")) + _block(
        1, link + options + _option(_END, b"")
    )


def packet(at: Instant, data: bytes, comment: str = "") -> bytes:
    """Return the block of one packet that was seen *at*."""
    high, low = divmod(round(at * MICROSECONDS), 1 << 32)
    body = struct.pack("<IIIII", 0, high, low, len(data), len(data)) + _padded(data)
    if comment:
        body += _option(_COMMENT, comment.encode()) + _option(_END, b"")
    return _block(6, body)


def segment(
    source: Endpoint, target: Endpoint, *, number: int, acknowledged: int, flags: Flag, data: bytes
) -> bytes:
    """Return the Ethernet frame of one TCP segment; *number* and *acknowledged* as in RFC 9293."""
    body = struct.pack(
        ">HHIIBBHHH", source.port, target.port, number % (1 << 32), acknowledged % (1 << 32),
        5 << 4, flags, WINDOW, 0, 0,
    ) + data  # fmt: skip
    total = checksum(source, target, TCP, body)
    return _carried(source, target, TCP, body[:16] + struct.pack(">H", total) + body[18:])


def datagram(source: Endpoint, target: Endpoint, data: bytes) -> bytes:
    """Return the Ethernet frame of one UDP datagram."""
    body = struct.pack(">HHHH", source.port, target.port, 8 + len(data), 0) + data
    # RFC 768: a sum of zero is sent as all ones, because zero means that there is none.
    total = checksum(source, target, UDP, body) or 0xFFFF
    return _carried(source, target, UDP, body[:6] + struct.pack(">H", total) + body[8:])


def checksum(source: Endpoint, target: Endpoint, protocol: int, body: bytes) -> int:
    """Return the checksum over the pseudo header of RFC 8200 (section 8.1) and *body*."""
    pseudo = source.address.packed + target.address.packed
    data = pseudo + struct.pack(">II", len(body), protocol) + body
    if len(data) % 2:
        data += b"\0"
    total = int(sum(struct.unpack(f">{len(data) // 2}H", data)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _carried(source: Endpoint, target: Endpoint, protocol: int, body: bytes) -> bytes:
    ethernet = target.mac + source.mac + b"\x86\xdd"
    header = struct.pack(">IHBB", 6 << 28, len(body), protocol, HOPS)
    return ethernet + header + source.address.packed + target.address.packed + body


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _block(kind: int, body: bytes) -> bytes:
    total = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + total + body + total


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
