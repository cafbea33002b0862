"""Wires: how a message becomes a frame and a frame a message, behind one interface.

A frame is a V2GTP header and a payload. On the *exi* wire the payload is the
message's EXI stream, as every car and charger speaks it. On the *object* wire it
is the message's MessagePack form, and a peer in the same process takes the message
itself, which the frame carries along: for very large runs.
"""

from collections.abc import Mapping
from typing import Final, Protocol, Union

import msgspec

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.iso15118 import exi
from sterna.protocols.iso15118.exi.schema_sets import SET_OF, SchemaSet
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


SCHEMA_SETS: Final[Mapping[int, SchemaSet]] = {
    number: SET_OF[kinds[0]] for number, kinds in PAYLOADS.items()
}
"""V2GTP payload type -> the schema set of its EXI streams."""


class Wire(Protocol):
    """A way to write messages as payloads and to read them back."""

    def encode(self, message: Element) -> bytes:
        """Return the whole frame of *message*."""

    def decode(self, frame: bytes) -> Element:
        """Return the message of a whole *frame*; raises BrokenPeer for anything else."""


class Carrying(bytes):
    """A frame that carries its message by reference; to everybody else it is plain bytes."""

    message: Element


def overheard(wire: Wire, frame: bytes) -> Element:
    """Return the message of *frame* for a listener beside the link, who need not read it again.

    Raises BrokenPeer as :meth:`Wire.decode` does.
    """
    return frame.message if isinstance(frame, Carrying) else wire.decode(frame)


def _carrying(message: Element, payload: bytes) -> Carrying:
    """Return the frame of *payload*, with *message* along."""
    frame = Carrying(framed(PAYLOAD_TYPE[type(message)], payload))
    frame.message = message
    return frame


class ExiWire:
    """Messages as the bytes of the standard; a hearer reads the bytes and nothing else."""

    def encode(self, message: Element) -> bytes:
        """Return the frame of *message*; raises ValueError for one that may not be sent."""
        return _carrying(message, exi.encode(message))

    def decode(self, frame: bytes) -> Element:
        """Return the message of *frame*; raises BrokenPeer."""
        payload_type, payload = unframed(frame)
        schema_set = SCHEMA_SETS.get(payload_type)
        if schema_set is None:
            raise BrokenPeer(f"unknown V2GTP payload type {payload_type:#06x}")
        return exi.decode(payload, schema_set)


class ObjectWire:
    """Messages by reference within a process, with a stable byte form for traces and journals."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder(order="deterministic")
        self._json = msgspec.json.Encoder(order="deterministic")
        unions = {
            number: Union[kinds]  # noqa: UP007  # built from a tuple
            for number, kinds in PAYLOADS.items()
        }
        self._decoders = {
            number: msgspec.msgpack.Decoder(union) for number, union in unions.items()
        }
        self._json_decoders = {
            number: msgspec.json.Decoder(union) for number, union in unions.items()
        }

    def encode(self, message: Element) -> bytes:
        """Return the frame of *message*; equal messages have equal bytes."""
        try:
            payload = self._encoder.encode(message)
        except (
            OverflowError
        ):  # A certificate's serial number has 160 bits, MessagePack's integers 64.
            payload = self._json.encode(message)
        return _carrying(message, payload)

    def decode(self, frame: bytes) -> Element:
        """Return the message of *frame*, by reference where it still has it."""
        if isinstance(frame, Carrying):
            return frame.message
        payload_type, payload = unframed(frame)
        json = payload.startswith(b"{")  # No message begins so in MessagePack.
        decoder = (self._json_decoders if json else self._decoders).get(payload_type)
        if decoder is None:
            raise BrokenPeer(f"unknown V2GTP payload type {payload_type:#06x}")
        try:
            message: Element = decoder.decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
            raise BrokenPeer(f"not a message of ISO 15118-20: {wrong}") from wrong
        check_choices(message)
        return message


WIRES: Final[Mapping[str, type[ExiWire] | type[ObjectWire]]] = {
    "exi-mem": ExiWire,
    "object": ObjectWire,
}
"""The wires of a simulation by the names that a scenario gives them."""


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
