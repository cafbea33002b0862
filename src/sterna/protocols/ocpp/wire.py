"""What the OCPP versions put on the wire: messages, decoders, instants, error codes.

A :class:`Dialect` is one version. Decoders are built when a message is first seen: all of
them at once would cost every start of the program a fifth of a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, UnsetType
from msgspec.json import Decoder, Encoder

from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21, v201

Code = Literal[
    "FormatViolation",
    "GenericError",
    "InternalError",
    "MessageTypeNotSupported",
    "NotImplemented",
    "NotSupported",
    "OccurrenceConstraintViolation",
    "PropertyConstraintViolation",
    "ProtocolError",
    "RpcFrameworkError",
    "SecurityError",
    "TypeConstraintViolation",
]
"""The error codes of the RPC layer, in the spelling of OCPP 2.1."""

DECODE_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding foreign bytes can raise; bad UTF-8 and deep nesting are not MsgspecErrors."""

VENDOR_CHARS_MAX: Final = 255
"""Longest ``vendorId`` of customData, as in the official schema."""

CAUSES: Final[tuple[tuple[str, Code], ...]] = (
    ("JSON is malformed", "RpcFrameworkError"),
    ("Input data was truncated", "RpcFrameworkError"),
    ("Object contains unknown field", "FormatViolation"),
    ("Object missing required field", "OccurrenceConstraintViolation"),
    ("Expected `array` of length", "OccurrenceConstraintViolation"),
    ("Expected `str` of length", "PropertyConstraintViolation"),
    ("Expected `int` >=", "PropertyConstraintViolation"),
    ("Expected `int` <=", "PropertyConstraintViolation"),
    ("Expected `float` >=", "PropertyConstraintViolation"),
    ("Expected `float` <=", "PropertyConstraintViolation"),
    ("Expected `datetime`", "PropertyConstraintViolation"),
    ("Invalid enum value", "PropertyConstraintViolation"),
    ("Invalid RFC3339", "PropertyConstraintViolation"),
    ("Number out of range", "PropertyConstraintViolation"),
    ("Integer value out of range", "PropertyConstraintViolation"),
    ("vendorId", "PropertyConstraintViolation"),
    ("Expected `", "TypeConstraintViolation"),
)
"""How msgspec begins to complain, and the code that says so; the first that fits counts.

Which code fits which cause is left open by OCPP; this is our choice. The texts are
not a promise of msgspec: a test pins each of them.
"""


def code_for(error: Exception) -> Code:
    """Return the error code for what decoding a payload raised."""
    text = str(error)
    if text.startswith("Expected `object`") and " - at `" not in text:
        return "ProtocolError"  # the payload itself is not an object
    if isinstance(error, UnicodeDecodeError):
        return "RpcFrameworkError"
    return next((code for start, code in CAUSES if text.startswith(start)), "GenericError")


class Decoders(dict[str, Decoder[Struct]]):
    """Decoders by action, each built when it is first asked for."""

    def __init__(self, classes: Mapping[str, type[Struct]]) -> None:
        """Decode the messages of *classes*, by action."""
        super().__init__()
        self.classes = classes

    def __missing__(self, action: str) -> Decoder[Struct]:
        decoder: Decoder[Struct] = Decoder(self.classes[action])
        self[action] = decoder
        return decoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One version of OCPP as the engine needs it."""

    name: str
    """The WebSocket subprotocol, e.g. ``ocpp2.1``."""
    requests: Decoders
    responses: Decoders
    sends: Decoders
    actions: Mapping[type[Struct], str]
    """The action of every request and SEND message, by class."""
    unconfirmed: bool
    """Whether CALLRESULTERROR and SEND exist (since 2.1)."""
    spelling: Mapping[str, str]
    """Error codes that this version spells in its own way, from the spelling of 2.1."""

    def spelt(self, code: Code) -> str:
        """Return *code* as this version writes it."""
        return self.spelling.get(code, code)

    def understood(self, code: str) -> str:
        """Return the code *code* of the wire in the spelling of 2.1."""
        return next((ours for ours, theirs in self.spelling.items() if theirs == code), code)


def _dialect(module: Any, name: str, *, unconfirmed: bool, spelling: dict[str, str]) -> Dialect:
    tables = (*module.REQUESTS.items(), *module.SENDS.items())
    return Dialect(
        name=name,
        requests=Decoders(module.REQUESTS),
        responses=Decoders(module.RESPONSES),
        sends=Decoders(module.SENDS),
        actions={cls: action for action, cls in tables},
        unconfirmed=unconfirmed,
        spelling=spelling,
    )


V21: Final = _dialect(v21, "ocpp2.1", unconfirmed=True, spelling={})
V201: Final = _dialect(
    v201,
    "ocpp2.0.1",
    unconfirmed=False,
    spelling={"OccurrenceConstraintViolation": "OccurenceConstraintViolation"},
)
DIALECTS: Final[Mapping[str, Dialect]] = {dialect.name: dialect for dialect in (V21, V201)}
"""The versions spoken here, the preferred one first."""

ENCODER: Final = Encoder()


def check_custom_data(message: object) -> None:
    """Check every customData in *message*: an object with a ``vendorId`` of at most 255 characters.

    The generated classes take customData as an open object, because it may hold any
    further property. Raises msgspec.ValidationError.
    """
    if isinstance(message, tuple):
        for part in message:
            check_custom_data(part)
    elif isinstance(message, Struct):
        for name in message.__struct_fields__:
            value = getattr(message, name)
            if name == "custom_data" and not isinstance(value, UnsetType):
                _check_vendor(value)
            elif isinstance(value, Struct | tuple):
                check_custom_data(value)


def _check_vendor(custom: Mapping[str, object]) -> None:
    vendor = custom.get("vendorId")
    if not isinstance(vendor, str) or len(vendor) > VENDOR_CHARS_MAX:
        raise msgspec.ValidationError("vendorId of customData: a text of at most 255 characters")


def decoded(decoder: Decoder[Struct], payload: msgspec.Raw | bytes, frame: bytes) -> Struct:
    """Return the validated message in *payload*, a part of *frame*. Raises DECODE_ERRORS."""
    message = decoder.decode(payload)
    # A name can be written with escapes, so that it is not found in the bytes.
    if b"customData" in frame or b"\\u" in frame:
        check_custom_data(message)
    return message


def integral(value: Any) -> Any:
    """Return the JSON *value* with every whole float as an integer, as draft-06 reads ``1.0``."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [integral(part) for part in value]
    if isinstance(value, dict):
        return {key: integral(part) for key, part in value.items()}
    return value


def leniently(decoder: Decoder[Struct], payload: msgspec.Raw | bytes, frame: bytes) -> Struct:
    """Return the message in *payload*, where ``1.0`` may stand for an integer.

    JSON schema allows it and Python peers write it. Raises DECODE_ERRORS.
    """
    try:
        return decoded(decoder, payload, frame)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise
    plain = ENCODER.encode(integral(msgspec.json.decode(payload)))
    return decoded(decoder, plain, frame)


def written(moment: Instant) -> datetime:
    """Return *moment* as messages carry it, in UTC, to the microsecond."""
    return datetime.fromtimestamp(moment, tz=UTC)


def instant(moment: datetime) -> Instant:
    """Return the instant that a message's date-time names."""
    return Instant(moment.timestamp())
