"""Settings: a TOML table becomes a frozen dataclass, or one clear line says why not.

A field's docstring is its documentation: ``explain`` prints it. Fields are str, int, float, bool,
distinct types of them, literals, optional ones, tuples of them, or further dataclasses.
"""

import ast
import inspect
import math
import textwrap
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from sterna.kernel.errors import BadInput

T = TypeVar("T")


def read(kind: type[T], path: Path) -> T:
    """Return the settings in the TOML file *path* as a *kind*; raises BadInput for whatever is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(path, "", "there is no such file") from None
    except UnicodeDecodeError:
        raise BadInput(path, "", "not a text in UTF-8") from None
    except tomllib.TOMLDecodeError as wrong:
        raise BadInput(path, "", f"not TOML: {wrong}") from None
    return build(kind, table, source=str(path))


def build(kind: type[T], table: Mapping[str, Any], *, source: str, prefix: str = "") -> T:
    """Return *table* as a *kind*; *source* and *prefix* say in errors where it stands."""
    assert is_dataclass(kind), kind
    known = {field.name: field for field in fields(kind)}
    for name in table:
        if name not in known:
            raise BadInput(source, prefix + name, _unknown(name, list(known)))
    hints = get_type_hints(kind)
    values = {
        name: _value(hints[name], table[name], source, prefix + name)
        for name in known
        if name in table
    }
    for name, field in known.items():
        if name not in table and _required(field):
            raise BadInput(source, prefix + name, "is missing and has no default")
    try:
        return kind(**values)
    except ValueError as wrong:  # a dataclass's own check of what its fields mean together
        raise BadInput(source, prefix.rstrip("."), str(wrong)) from None


def explain(kind: type[Any], key: str) -> str:
    """Return what the setting *key* (dotted) of *kind* means: its docstring, type and default."""
    first, _, rest = key.partition(".")
    known = {field.name: field for field in fields(kind)}
    if first not in known:
        raise BadInput("settings", key, _unknown(first, list(known)))
    hint = get_type_hints(kind)[first]
    inner = _inner_dataclass(hint)
    if rest:
        if inner is None:
            raise BadInput("settings", key, f"{first} has no settings inside")
        return explain(inner, rest)
    text = documented(kind).get(first, "") or (inspect.getdoc(inner) if inner else "") or ""
    return f"{key} ({written(hint)}{_default(known[first])})\n{text}".rstrip()


def keys(kind: type[Any], prefix: str = "") -> list[str]:
    """Return every key that *kind* knows, dotted, in the order of the fields."""
    found: list[str] = []
    hints = get_type_hints(kind)
    for field in fields(kind):
        inner = _inner_dataclass(hints[field.name])
        found.append(prefix + field.name)
        if inner is not None:
            found.extend(keys(inner, f"{prefix}{field.name}."))
    return found


def documented(kind: type[Any]) -> dict[str, str]:
    """Return the docstrings that stand below the fields of *kind*."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for line, below in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(line, ast.AnnAssign)
            and isinstance(line.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[line.target.id] = inspect.cleandoc(str(below.value.value))
    return found


def written(hint: Any) -> str:
    """Return the type *hint* as a user reads it, e.g. ``number`` or ``one of dc, ac``."""
    kind = _plain(hint)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(map(str, args))
    if origin is tuple:
        return f"list of {written(args[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join(written(arg) for arg in args if arg is not type(None))
    if is_dataclass(kind):
        return "table"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    assert kind in names, f"{kind} cannot be a setting"
    return names[kind]


def _value(hint: Any, value: Any, source: str, key: str) -> Any:
    """Return *value* as *hint* wants it."""
    kind = _plain(hint)
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (kind,) = (arg for arg in args if arg is not type(None))
        return _value(kind, value, source, key)
    if origin is Literal:
        if value not in args:
            raise BadInput(source, key, _unknown(str(value), [str(arg) for arg in args]))
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise BadInput(source, key, f"is {value!r}, but must be a {written(kind)}")
        return tuple(_value(args[0], one, source, f"{key}[{k}]") for k, one in enumerate(value))
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise BadInput(source, key, f"is {value!r}, but must be a table")
        assert isinstance(kind, type)
        return build(kind, value, source=source, prefix=f"{key}.")
    return _scalar(kind, value, source, key)


def _scalar(kind: Any, value: Any, source: str, key: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise BadInput(source, key, f"is {value!r}, but must be a {written(kind)}")
    if kind is float and not math.isfinite(value):
        raise BadInput(source, key, f"is {value!r}, but must be finite")
    return value


def _plain(hint: Any) -> Any:
    """Return what stands behind a distinct type."""
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    return hint


def _inner_dataclass(hint: Any) -> type[Any] | None:
    """Return the dataclass that *hint* is, lists or allows, if any."""
    kind = _plain(hint)
    if isinstance(kind, type) and is_dataclass(kind):
        return kind
    inner = (_inner_dataclass(arg) for arg in get_args(kind) if arg is not Ellipsis)
    return next((found for found in inner if found is not None), None)


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _default(field: "Field[Any]") -> str:
    if field.default is MISSING:
        return ", required" if _required(field) else ""
    return f", default {field.default!r}"


def _unknown(name: str, known: list[str]) -> str:
    """Say that *name* is unknown, and which known one is nearest."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "known are " + ", ".join(known)
    return f"{name} is unknown; {hint}"
