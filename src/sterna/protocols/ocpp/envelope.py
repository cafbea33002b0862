"""The frame around a message: type, id, action, payload; and what is wrong with a bad one.

The engine reads well-formed frames on a fast path of its own. What comes here is unusual
spelling (spaces), an error answer, or rubbish, and rubbish gets a precise answer.
"""

import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from sterna.protocols.ocpp.wire import DECODE_ERRORS, Code

CALL: Final = 2
CALLRESULT: Final = 3
CALLERROR: Final = 4
CALLRESULTERROR: Final = 5
SEND: Final = 6

LENGTHS: Final = {CALL: 4, CALLRESULT: 3, CALLERROR: 5, CALLRESULTERROR: 5, SEND: 4}
"""How many elements a frame of each type has."""

UNREADABLE: Final = "-1"
"""The id in an error answer to a frame whose own id cannot be read (Part 4)."""

ID_CHARS_MAX: Final = 36
TEXT_CHARS_MAX: Final = 255
"""Longest description of an error (Part 4); longer ones are cut."""

FRAME_BYTES_MAX: Final = 1 << 20
"""Largest frame that is read. The greatest lawful one (3 x 1024 periods) is below 1 MiB."""

Id = Annotated[str, Meta(max_length=ID_CHARS_MAX)]

_ARRAY: Final[Decoder[list[Raw]]] = Decoder(list[Raw])
_INT: Final[Decoder[int]] = Decoder(int)
_ID: Final[Decoder[str]] = Decoder(Id)
_TEXT: Final[Decoder[str]] = Decoder(str)
_DETAILS: Final[Decoder[dict[str, Raw]]] = Decoder(dict[str, Raw])
_START: Final = re.compile(
    rb'\s*\[\s*([0-9]{1,3})\s*,\s*"([\x20\x21\x23-\x5b\x5d-\x7e]{1,36})"\s*,'
)


class Envelope(Struct, frozen=True, kw_only=True, gc=False):
    """A frame that was read as far as its payload."""

    kind: int
    uid: str
    name: str = ""
    """Action of a CALL or SEND, code of an error."""
    text: str = ""
    """Description of an error."""
    payload: Raw = Raw(b"{}")


class Fault(Struct, frozen=True, kw_only=True, gc=False):
    """A frame that cannot be read, and why."""

    kind: int
    """The message type as far as it could be read, else 0."""
    uid: str
    """The id as far as it could be read, else ``-1``."""
    code: Code
    text: str


def opened(  # one way out per way to be wrong, in the order of the frame
    frame: bytes, kinds: frozenset[int]
) -> Envelope | Fault:
    """Read *frame*, whose type must be one of *kinds*."""
    if len(frame) > FRAME_BYTES_MAX:
        return Fault(kind=0, uid=UNREADABLE, code="RpcFrameworkError", text="frame too large")
    try:
        parts = _ARRAY.decode(frame)
    except DECODE_ERRORS:
        return _malformed(frame)
    kind, uid = _number(parts), _id(parts)
    if kind is None:
        return Fault(kind=0, uid=uid, code="RpcFrameworkError", text="no message type")
    if kind not in kinds:
        return Fault(kind=kind, uid=uid, code="MessageTypeNotSupported", text=f"type {kind}")
    if uid == UNREADABLE and kind != CALLERROR:
        return Fault(kind=kind, uid=uid, code="RpcFrameworkError", text="id: text of 1-36 expected")
    if len(parts) != LENGTHS[kind]:
        return _misshapen(kind, uid, f"{LENGTHS[kind]} elements expected, got {len(parts)}")
    if kind == CALLRESULT:
        return Envelope(kind=kind, uid=uid, payload=parts[2])
    return _named(kind, uid, parts)


def _named(kind: int, uid: str, parts: list[Raw]) -> Envelope | Fault:
    try:
        name = _TEXT.decode(parts[2])
        if kind in (CALL, SEND):
            return Envelope(kind=kind, uid=uid, name=name, payload=parts[3])
        text = _TEXT.decode(parts[3])
        _DETAILS.decode(parts[4])
    except DECODE_ERRORS as error:
        return _misshapen(kind, uid, str(error))
    return Envelope(kind=kind, uid=uid, name=name, text=text, payload=parts[4])


def _misshapen(kind: int, uid: str, text: str) -> Fault:
    return Fault(kind=kind, uid=uid, code="FormatViolation", text=f"envelope: {text}")


def _malformed(frame: bytes) -> Fault:
    # The raw bytes are never quoted back (Part 4); a plain id at the start is safe and
    # tells the sender which of its messages was lost.
    start = _START.match(frame)
    if start is None:
        return Fault(kind=0, uid=UNREADABLE, code="RpcFrameworkError", text="not a JSON array")
    kind, uid = int(start[1]), start[2].decode("ascii")
    return Fault(kind=kind, uid=uid, code="FormatViolation", text="malformed JSON")


def _number(parts: list[Raw]) -> int | None:
    try:
        return _INT.decode(parts[0]) if parts else None
    except DECODE_ERRORS:
        return None


def _id(parts: list[Raw]) -> str:
    try:
        return (_ID.decode(parts[1]) if len(parts) > 1 else "") or UNREADABLE
    except DECODE_ERRORS:
        return UNREADABLE


FAST_CALL: Final[Decoder[tuple[int, Id, str, Raw]]] = Decoder(tuple[int, Id, str, Raw])
FAST_RESULT: Final[Decoder[tuple[int, Id, Raw]]] = Decoder(tuple[int, Id, Raw])


def cut(text: str) -> str:
    """Return *text* as short as the description of an error has to be."""
    return text[:TEXT_CHARS_MAX]


def error_frame(kind: int, uid: str, code: str, text: str) -> bytes:
    """Return a CALLERROR or CALLRESULTERROR frame, without details."""
    return msgspec.json.encode((kind, uid, code, cut(text), {}))
