"""The generated decoders accept what the official schemas accept, and nothing else.

Payloads are drawn from the schemas themselves, half of them then spoilt, and judged by the
decoder and by jsonschema. One difference is known and wanted: ``1.0`` for an integer, which
draft-06 allows, is refused unless numbers are taken leniently.
"""

import importlib.util
import random  # noqa: TID251  # a test draws its own cases, from a seed
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import jsonschema
import msgspec
import pytest

from sterna.protocols.ocpp import generate, wire

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ocpp") is None,
    reason="the PyPI package ocpp carries the schemas (group `schemas`)",
)

ROUNDS = 40
"""Payloads per message; all messages of a version take about two seconds."""
DATES = ("2025-07-01T00:00:00Z", "2025-07-01T02:00:00.123+02:00")
NOT_DATES = ("2025-07-01T00:00:00", "yesterday", "2025-13-01T00:00:00Z")
SPOILERS: tuple[Any, ...] = (None, "x", "", 5, -5, 1.5, True, [], {}, "x" * 3000, {"a": 1}, [1])

Files = dict[str, dict[str, Any]]


@cache
def files(name: str) -> Files:
    return generate.schemas(generate.schema_folder(name))


def checker() -> jsonschema.FormatChecker:
    formats = jsonschema.FormatChecker(formats=())

    @formats.checks("date-time")
    def is_moment(value: object) -> bool:
        if not isinstance(value, str):
            return True
        try:
            moment = msgspec.convert(value, datetime)
        except msgspec.ValidationError:
            return False
        return moment.tzinfo is not None

    return formats


class Draw:
    """Draws payloads of one schema, the same ones every time."""

    def __init__(self, schema: dict[str, Any], seed: str) -> None:
        self.definitions = schema.get("definitions", {})
        self.dice = random.Random(seed)  # noqa: S311  # no secret

    def value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        if "$ref" in schema:
            return self.value(self.definitions[schema["$ref"].rsplit("/", 1)[1]], depth)
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        drawn: dict[str, Callable[[], Any]] = {
            "object": lambda: self.record(schema, depth),
            "array": lambda: self.list(schema, depth),
            "string": lambda: self.text(schema),
            "integer": lambda: self.number(schema, whole=True),
            "number": lambda: self.number(schema, whole=self.dice.random() < 0.3),
            "boolean": lambda: self.dice.random() < 0.5,
        }
        return drawn[schema["type"]]() if "type" in schema else self.dice.choice(SPOILERS)

    def record(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        chance = 0.5 / (depth + 1)
        required = schema.get("required", ())
        return {
            name: self.value(part, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in required or self.dice.random() < chance
        }

    def list(self, schema: dict[str, Any], depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        count = self.dice.randint(least, min(schema.get("maxItems", 3), least + 2))
        return [self.value(schema["items"], depth + 1) for _ in range(count)]

    def text(self, schema: dict[str, Any]) -> str:
        if schema.get("format") == "date-time":
            return self.dice.choice(DATES)
        return "é" * self.dice.randint(0, min(schema.get("maxLength", 5), 40))

    def number(self, schema: dict[str, Any], *, whole: bool) -> float:
        low = int(schema.get("minimum", min(-5, schema.get("maximum", 0) - 5)))
        high = int(schema.get("maximum", low + 10))
        return self.dice.randint(low, high) if whole else self.dice.uniform(low, high)

    def spoilt(self, value: Any) -> Any:
        """Return *value* with one place changed at random."""
        if isinstance(value, dict) and value and self.dice.random() < 0.8:
            name = self.dice.choice(sorted(value))
            changed = {key: part for key, part in value.items() if key != name}
            if self.dice.random() < 0.8:
                changed[name] = self.spoilt(value[name])
            return changed
        if isinstance(value, list) and value and self.dice.random() < 0.8:
            return self.dice.choice([[], value * 12, [*value[1:], self.spoilt(value[0])]])
        if isinstance(value, dict):
            return {**value, "unknown": 1}
        return self.dice.choice((*SPOILERS, *NOT_DATES))


def accepted(decoder: msgspec.json.Decoder[msgspec.Struct], payload: Any) -> bool:
    frame = wire.ENCODER.encode(payload)
    try:
        message = wire.leniently(decoder, frame, frame)
    except wire.DECODE_ERRORS:
        return False
    # What was decoded is what stood there: nothing lost, no name changed.
    again = wire.decoded(decoder, wire.ENCODER.encode(message), frame)
    assert again == message
    return True


@pytest.mark.req("IP-P-OCPP")
@pytest.mark.parametrize("name", ["v21", "v201"])
def test_decoders_and_schemas_agree(name: str) -> None:
    dialect = {"v21": wire.V21, "v201": wire.V201}[name]
    seen = {True: 0, False: 0}
    for message, schema in files(name).items():
        judge = jsonschema.Draft6Validator(schema, format_checker=checker())
        draw = Draw(schema, message)
        decoder = decoder_of(dialect, message)
        for turn in range(ROUNDS):
            payload = draw.value(schema)
            if turn % 2:
                payload = draw.spoilt(payload)
            valid = judge.is_valid(payload)
            assert accepted(decoder, payload) == valid, (message, payload)
            seen[valid] += 1
    assert min(seen.values()) > 100, "the drawn payloads show too little"


def decoder_of(dialect: wire.Dialect, message: str) -> msgspec.json.Decoder[msgspec.Struct]:
    if message.endswith("Request"):
        return dialect.requests[message.removesuffix("Request")]
    if message.endswith("Response"):
        return dialect.responses[message.removesuffix("Response")]
    return dialect.sends[message]
