"""V2GTP: the eight bytes before every message, and how frames are found in a stream of bytes.

TCP keeps order and nothing else: one message may come in many pieces and many
messages in one. Only the length in the header says where a message ends.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from sterna.kernel.errors import BrokenPeer

VERSION: Final = 0x01
INVERSE_VERSION: Final = 0xFE
HEADER: Final = struct.Struct(">BBHI")
PAYLOAD_BYTES_MAX: Final = 65536
"""A schedule of 1,024 entries has 7 kB in EXI and 60 kB as an object; nothing longer is honest."""


class PayloadType(IntEnum):
    """What a frame carries, by its number in the header."""

    APP_PROTOCOL = 0x8001
    """supportedAppProtocol, request and response."""
    COMMON = 0x8002
    AC = 0x8003
    DC = 0x8004
    ACDP = 0x8005
    WPT = 0x8006
    SCHEDULE_RENEGOTIATION = 0x8101
    METERING_CONFIRMATION = 0x8102
    ACDP_STATUS = 0x8103
    PARKING_STATUS = 0x8104
    SDP_REQUEST = 0x9000
    """By UDP alone, like the response."""
    SDP_RESPONSE = 0x9001


DATAGRAMS: Final = frozenset({PayloadType.SDP_REQUEST, PayloadType.SDP_RESPONSE})
STREAM: Final = frozenset(PayloadType) - DATAGRAMS
"""What may come over TCP."""


def framed(payload_type: int, payload: bytes) -> bytes:
    """Return *payload* behind its V2GTP header."""
    return HEADER.pack(VERSION, INVERSE_VERSION, payload_type, len(payload)) + payload


def unframed(frame: bytes) -> tuple[int, bytes]:
    """Return payload type and payload of a whole *frame*; raises BrokenPeer."""
    if len(frame) < HEADER.size:
        raise BrokenPeer(f"a V2GTP frame of {len(frame)} bytes has no header")
    version, inverse, payload_type, length = HEADER.unpack_from(frame)
    if (version, inverse) != (VERSION, INVERSE_VERSION):
        raise BrokenPeer(f"not V2GTP: version bytes {version:#04x} {inverse:#04x}")
    if length > PAYLOAD_BYTES_MAX or length != len(frame) - HEADER.size:
        raise BrokenPeer(f"a V2GTP frame says {length} bytes and has {len(frame) - HEADER.size}")
    return payload_type, frame[HEADER.size :]


class Framer:
    """Finds whole frames in a stream that comes in pieces of any size.

    A header is judged as soon as its eight bytes are there, and wrong version bytes even before:
    nothing is kept for a frame that will be refused. So at most one frame and one piece are ever
    held.
    """

    def __init__(self, allowed: frozenset[PayloadType] = STREAM) -> None:
        """Take frames of the *allowed* types."""
        self._allowed = allowed
        self._held = bytearray()

    @property
    def waiting(self) -> bool:
        """Whether part of a frame is here: its sender owes the rest."""
        return bool(self._held)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next piece of the stream and yield every frame that is whole now, header included.

        Go through all of them before the next call. Raises BrokenPeer, after the
        frames before it, for what cannot be a frame; the stream has no meaning from
        there on, so close it.
        """
        self._held += data
        return self._whole()

    def _whole(self) -> Iterator[bytes]:
        held = self._held
        while held:
            length = self._length()
            if length is None or len(held) < HEADER.size + length:
                return
            frame = bytes(memoryview(held)[: HEADER.size + length])
            del held[: HEADER.size + length]
            yield frame

    def _length(self) -> int | None:
        """Return the payload's length that the header says; None while it is not whole."""
        held = self._held
        for byte, name, right in zip(held, ("version", "inverse version"), (VERSION, INVERSE_VERSION), strict=False):  # fmt: skip
            if byte != right:
                raise BrokenPeer(f"not V2GTP: {name} byte {byte:#04x} where {right:#04x} belongs")
        if len(held) < HEADER.size:
            return None
        _, _, number, length = HEADER.unpack_from(held)
        if number not in self._allowed:
            raise BrokenPeer(f"unknown V2GTP payload type {number:#06x}")
        if length > PAYLOAD_BYTES_MAX:
            raise BrokenPeer(f"a V2GTP frame of {length} bytes; {PAYLOAD_BYTES_MAX} are the most")
        return int(length)
