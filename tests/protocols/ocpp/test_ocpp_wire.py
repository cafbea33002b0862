"""Error codes for what msgspec says, instants, and the table of versions."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21, wire


class Sample(msgspec.Struct, forbid_unknown_fields=True):
    """One field of every kind that messages have."""

    a: Annotated[int, Meta(ge=0, le=3)] = 0
    b: Annotated[float, Meta(ge=0, le=3)] = 0.0
    c: Annotated[str, Meta(max_length=2)] = ""
    d: Annotated[datetime, Meta(tz=True)] | None = None
    e: Literal["x", "y"] = "x"
    f: Annotated[tuple[int, ...], Meta(min_length=1, max_length=2)] = (1,)
    g: bool = False


class Needed(msgspec.Struct):
    """A field that has to be there."""

    a: int


PROPERTY = "PropertyConstraintViolation"
TYPE = "TypeConstraintViolation"
OCCURRENCE = "OccurrenceConstraintViolation"

TEXTS: list[tuple[bytes, type[msgspec.Struct], str, str]] = [
    (b"{", Sample, "Input data was truncated", "RpcFrameworkError"),
    (b'{"a":}', Sample, "JSON is malformed", "RpcFrameworkError"),
    (b"[]", Sample, "Expected `object`, got `array`", "ProtocolError"),
    (b'{"h":1}', Sample, "Object contains unknown field `h`", "FormatViolation"),
    (b"{}", Needed, "Object missing required field `a`", OCCURRENCE),
    (b'{"f":[]}', Sample, "Expected `array` of length >= 1", OCCURRENCE),
    (b'{"f":[1,2,3]}', Sample, "Expected `array` of length <= 2", OCCURRENCE),
    (b'{"a":-1}', Sample, "Expected `int` >= 0", PROPERTY),
    (b'{"a":4}', Sample, "Expected `int` <= 3", PROPERTY),
    (b'{"b":-1}', Sample, "Expected `float` >= 0", PROPERTY),
    (b'{"b":4}', Sample, "Expected `float` <= 3", PROPERTY),
    (b'{"b":1e999}', Sample, "Number out of range", PROPERTY),
    (b'{"c":"abc"}', Sample, "Expected `str` of length <= 2", PROPERTY),
    (b'{"d":"2025-07-01T00:00:00"}', Sample, "Expected `datetime` with a timezone", PROPERTY),
    (b'{"d":"now"}', Sample, "Invalid RFC3339", PROPERTY),
    (b'{"e":"z"}', Sample, "Invalid enum value 'z'", PROPERTY),
    (b'{"a":"1"}', Sample, "Expected `int`, got `str`", TYPE),
    (b'{"a":1.0}', Sample, "Expected `int`, got `float`", TYPE),
    (b'{"e":1}', Sample, "Expected `str`, got `int`", TYPE),
    (b'{"g":0}', Sample, "Expected `bool`, got `int`", TYPE),
    (b'{"c":null}', Sample, "Expected `str`, got `null`", TYPE),
    (b'{"f":{}}', Sample, "Expected `array`, got `object`", TYPE),
]


@pytest.mark.parametrize(("payload", "cls", "text", "code"), TEXTS)
def test_the_texts_of_msgspec_are_as_they_were(
    payload: bytes, cls: type[msgspec.Struct], text: str, code: str
) -> None:
    with pytest.raises(wire.DECODE_ERRORS) as caught:
        msgspec.json.decode(payload, type=cls)
    assert str(caught.value).startswith(text)
    assert wire.code_for(caught.value) == code


def test_an_object_that_stands_in_the_wrong_place_is_a_wrong_type() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        wire.V21.requests["BootNotification"].decode(b'{"reason":"PowerUp","chargingStation":1}')
    assert wire.code_for(caught.value) == TYPE


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "RpcFrameworkError"),
        (RecursionError("maximum recursion depth exceeded"), "GenericError"),
        (msgspec.ValidationError("something new"), "GenericError"),
    ],
)
def test_other_errors_have_a_code_too(error: Exception, code: str) -> None:
    assert wire.code_for(error) == code


@pytest.mark.parametrize("moment", [0.0, 1_751_328_000.0, 1_751_328_000.123456])
def test_instants_survive_the_wire(moment: float) -> None:
    message = v21.HeartbeatResponse(current_time=wire.written(Instant(moment)))
    frame = wire.ENCODER.encode(message)
    again: Any = wire.V21.responses["Heartbeat"].decode(frame)
    assert wire.instant(again.current_time) == pytest.approx(moment, abs=1e-6)
    assert frame.endswith(b'Z"}')


def test_custom_data_is_checked_wherever_it_stands() -> None:
    payload = b'{"idToken":{"idToken":"1","type":"t","additionalInfo":[{"additionalIdToken":"1","type":"t","customData":%s}]}}'
    decoder = wire.V21.requests["Authorize"]
    good, bad = payload % b'{"vendorId":"v","more":{"any":1}}', payload % b'{"more":1}'
    assert isinstance(wire.decoded(decoder, good, good), v21.AuthorizeRequest)
    with pytest.raises(msgspec.ValidationError, match="vendorId"):
        wire.decoded(decoder, bad, bad)


def test_the_preferred_version_comes_first() -> None:
    assert list(wire.DIALECTS) == ["ocpp2.1", "ocpp2.0.1"]
