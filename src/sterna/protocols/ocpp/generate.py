"""Write the message modules ``v21`` and ``v201`` from the official OCPP JSON schemas.

Run ``python -m sterna.protocols.ocpp.generate`` after a new version of the PyPI package
``ocpp`` (dependency group ``schemas``), which carries the schemas unchanged. The schemas
are (c) Open Charge Alliance, CC BY-ND 4.0; names, types and bounds are taken over, the
descriptions are not.

Wire names are data: each Python name is derived from a wire name here, once, and the
wire name is written beside it. Nothing computes a wire name at run time.
"""

import importlib.util
import json
import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
VERSIONS: Final = {"v21": "2.1", "v201": "2.0.1"}
"""Module name here, also the folder name in the package ``ocpp``, and OCPP version."""

OPEN: Final = "CustomDataType"
"""The one definition that allows unknown properties; its ``vendorId`` is checked in ``wire``."""

WORD: Final = re.compile(
    r"V2X|v2x|SoC|SoH|EMAIDs|[A-Z]+(?![a-z])[0-9]*|[A-Z][a-z]+[0-9]*|[a-z]+[0-9]*|[0-9]+"
)
READ: Final = frozenset(
    {"$ref", "type", "format", "enum", "properties", "required", "additionalProperties"}
    | {"items", "minItems", "maxItems", "additionalItems"}
    | {"minLength", "maxLength", "minimum", "maximum"}
)
"""Schema keywords that this generator turns into types, or may leave out on purpose."""
UNREAD: Final = frozenset(
    {"$schema", "$id", "comment", "description", "javaType", "definitions", "default"}
)
"""Keywords without effect on what is valid. A default is not filled in: absent stays absent."""

HEAD: Final = '''\
"""OCPP {version} messages as in the official schemas. Written by ``generate``; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

CustomDataType = dict[str, Any]


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The root of all messages and parts of messages of OCPP {version}."""

'''

Schema = Mapping[str, Any]


def python_name(wire: str) -> str:
    """Return the attribute name for the wire name *wire*, e.g. ``limit_l2`` for ``limit_L2``."""
    name = "_".join(word.lower() for word in WORD.findall(wire))
    return f"{name}_" if keyword.iskeyword(name) else name


def schema_folder(module: str) -> Path:
    """Return the folder of the official schemas for *module*.

    Raises FileNotFoundError when the package ``ocpp`` is not installed.
    """
    spec = importlib.util.find_spec("ocpp")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the PyPI package ocpp carries the schemas: install it first")
    return Path(spec.origin).parent / module / "schemas"


def schemas(folder: Path) -> dict[str, dict[str, Any]]:
    """Return every schema of *folder* by message name, in the order of the names."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8-sig"))
        for path in sorted(folder.glob("*.json"))
    }


def bare(schema: Schema) -> dict[str, Any]:
    """Return *schema* without the keywords that have no effect on what is valid."""
    unknown = schema.keys() - READ - UNREAD
    assert not unknown, f"schema keywords that nothing here reads: {sorted(unknown)}"
    kept = {key: value for key, value in schema.items() if key not in UNREAD}
    if "properties" in kept:
        kept["properties"] = {name: bare(part) for name, part in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = bare(kept["items"])
    return kept


def merged(files: Mapping[str, Schema]) -> dict[str, Any]:
    """Return the definitions of all *files* in one table; two of one name must be equal."""
    table: dict[str, Any] = {}
    for schema in files.values():
        for name, definition in schema.get("definitions", {}).items():
            kept = bare(definition)
            assert table.setdefault(name, kept) == kept, f"two definitions of {name}"
    return {name: table[name] for name in sorted(table)}


def bound(value: float | None) -> float | int | None:
    """Return a schema bound such as ``0.0`` as the integer it means."""
    return int(value) if value is not None and float(value).is_integer() else value


def bounded(base: str, **bounds: float | None) -> str:
    """Return *base* annotated with the bounds that are given."""
    given = ", ".join(f"{key}={value!r}" for key, value in bounds.items() if value is not None)
    return f"Annotated[{base}, Meta({given})]" if given else base


def annotation(schema: Schema) -> str:  # a table, one row per kind
    """Return the Python type that accepts what *schema* accepts."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
    match schema.get("type"):
        case "string" if schema.get("format") == "date-time":
            return "Annotated[datetime, Meta(tz=True)]"
        case "string":
            return bounded(
                "str", max_length=schema.get("maxLength"), min_length=schema.get("minLength")
            )
        case "integer" | "number" as kind:
            return bounded(
                "int" if kind == "integer" else "float",
                ge=bound(schema.get("minimum")),
                le=bound(schema.get("maximum")),
            )
        case "boolean":
            return "bool"
        case "array":
            return bounded(
                f"tuple[{annotation(schema['items'])}, ...]",
                min_length=schema.get("minItems"),
                max_length=schema.get("maxItems"),
            )
        case None:
            return "Any"
        case other:
            raise AssertionError(f"no Python type for the schema type {other}")


def attribute(wire: str, taken: set[str]) -> str:
    """Return the Python name for *wire* and note it in *taken*; two wire names never share one."""
    name = python_name(wire)
    assert name not in taken, f"two properties become {name}"
    taken.add(name)
    return name


def struct(name: str, schema: Schema) -> Iterator[str]:
    """Yield the lines of the class *name*; optional properties are absent by default."""
    yield f"class {name}(Message, frozen=True, kw_only=True, gc=False):"
    required = set(schema.get("required", ()))
    taken: set[str] = set()
    for wire, part in schema.get("properties", {}).items():
        python = attribute(wire, taken)
        kind = annotation(part)
        renamed = "" if python == wire else f"name={json.dumps(wire)}"
        if wire in required:
            yield f"    {python}: {kind}" + (f" = field({renamed})" if renamed else "")
        else:
            default = f"field({renamed}, default=UNSET)" if renamed else "UNSET"
            yield f"    {python}: {kind} | UnsetType = {default}"
    assert taken, f"{name} has no properties; every OCPP class has customData"
    yield "\n"


def table(name: str, messages: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a table from action to message class."""
    yield f"{name}: Final[dict[str, type[Message]]] = {{"
    yield from (f"    {json.dumps(action)}: {cls}," for action, cls in messages.items())
    yield "}\n"


def ending(files: Mapping[str, Schema], suffix: str) -> dict[str, str]:
    """Return the messages whose name ends with *suffix*, by action."""
    return {name.removesuffix(suffix): name for name in files if name.endswith(suffix)}


def module(version: str, files: Mapping[str, Schema]) -> str:
    """Return the text of the message module for OCPP *version* from its schema *files*."""
    lines = [HEAD.format(version=version)]
    definitions = merged(files)
    assert not definitions.keys() & files.keys(), "a definition has the name of a message"
    for name, schema in definitions.items():
        if schema["type"] != "object":
            lines.append(f"{name} = {annotation(schema)}")
    lines.append("\n")
    for name, schema in definitions.items():
        if schema["type"] == "object" and name != OPEN:
            lines.extend(struct(name, schema))
    for name, schema in files.items():
        lines.extend(struct(name, bare(schema)))
    requests, responses = ending(files, "Request"), ending(files, "Response")
    assert requests.keys() == responses.keys(), requests.keys() ^ responses.keys()
    calls = {*requests.values(), *responses.values()}
    lines.extend(table("REQUESTS", requests))
    lines.extend(table("RESPONSES", responses))
    lines.extend(table("SENDS", {name: name for name in files if name not in calls}))
    return "\n".join(lines)


def main() -> None:
    """Write both message modules into this folder."""
    for name, version in VERSIONS.items():
        text = module(version, schemas(schema_folder(name)))
        (HERE / f"{name}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
