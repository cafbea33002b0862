"""Wires: how a message becomes a frame and a frame a message, behind one interface.

A frame is a V2GTP header and a payload. On the *object* wire the payload is the
message's MessagePack form, and the frame carries the message itself along, so
that a peer in the same process need not decode. Bit-packed EXI stands behind
the same interface.
"""

from collections.abc import Mapping
from typing import Final, Protocol, Union

import msgspec

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.iso15118.framing import PayloadType, framed, unframed
from sterna.protocols.iso15118.messages import AC, APP_PROTOCOL, COMMON, DC
from sterna.protocols.iso15118.schema import Element, particles

PAYLOADS: Final[Mapping[int, tuple[type[Element], ...]]] = {
    PayloadType.APP_PROTOCOL: APP_PROTOCOL,
    PayloadType.COMMON: COMMON,
    PayloadType.AC: AC,
    PayloadType.DC: DC,
}
"""V2GTP payload type -> the messages that it carries."""
PAYLOAD_TYPE: Final[Mapping[type[Element], int]] = {
    kind: number for number, kinds in PAYLOADS.items() for kind in kinds
}


class Wire(Protocol):
    """A way to write messages as payloads and to read them back."""

    def encode(self, message: Element) -> bytes:
        """Return the whole frame of *message*."""

    def decode(self, frame: bytes) -> Element:
        """Return the message of a whole *frame*; raises BrokenPeer for anything else."""


class ObjectFrame(bytes):
    """A frame that carries its message by reference; to everybody else it is plain bytes."""

    message: Element


class ObjectWire:
    """Messages by reference within a process, with a stable byte form for traces and journals."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder(order="deterministic")
        self._decoders = {
            number: msgspec.msgpack.Decoder(Union[kinds])  # noqa: UP007  # built from a tuple
            for number, kinds in PAYLOADS.items()
        }

    def encode(self, message: Element) -> bytes:
        """Return the frame of *message*; equal messages have equal bytes."""
        payload = self._encoder.encode(message)
        frame = ObjectFrame(framed(PAYLOAD_TYPE[type(message)], payload))
        frame.message = message
        return frame

    def decode(self, frame: bytes) -> Element:
        """Return the message of *frame*, by reference where it still has it."""
        if isinstance(frame, ObjectFrame):
            return frame.message
        payload_type, payload = unframed(frame)
        decoder = self._decoders.get(payload_type)
        if decoder is None:
            raise BrokenPeer(f"unknown V2GTP payload type {payload_type:#06x}")
        try:
            message: Element = decoder.decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
            raise BrokenPeer(f"not a message of ISO 15118-20: {wrong}") from wrong
        check_choices(message)
        return message


def check_choices(message: msgspec.Struct) -> None:
    """Raise BrokenPeer where a choice in *message* has no branch or more than one."""
    present: dict[str, int] = {}
    for particle in particles(type(message)):
        value = getattr(message, particle.name)
        if particle.choice is not None:
            name = particle.choice.name if particle.choice.required else "?" + particle.choice.name
            present[name] = present.get(name, 0) + (value is not None)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, msgspec.Struct):
                check_choices(part)
    for name, count in present.items():
        if count > 1 or (count == 0 and not name.startswith("?")):
            raise BrokenPeer(f"{type(message).__name__}: {count} branches of {name.lstrip('?')}")
