"""How the messages of ISO 15118-20 are declared: value types, markers, particles.

A message is a frozen ``msgspec.Struct`` whose fields carry the exact element
names in schema order. What Python's types cannot say (integer width, attribute,
choice, substitution) stands beside the type as ``Annotated`` metadata, so that
a codec derives its grammar from the declaration alone, through :func:`particles`.
"""

import types
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct


@dataclass(frozen=True, slots=True)
class Xs:
    """The XML schema type of a simple value, with its range where it is an integer."""

    name: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Marks a field as one branch of a choice; branches with the same *name* exclude each other.

    A choice that is not *required* may be left out as a whole.
    """

    name: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Substitution:
    """Marks a field whose element is any member of the group named *head*.

    The members are the tagged types of the field's union; the head counts as
    one of them, also where it is *abstract* and never sent.
    """

    head: str
    abstract: bool


@dataclass(frozen=True, slots=True)
class NeverSent:
    """Marks what the grammar allows and V2G never carries: its value is always ``None``.

    *wildcard* says that any element may stand there, otherwise it is the one
    the field is named after.
    """

    minimum: int = 0
    maximum: int | None = 1
    wildcard: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """Where a field stands when it is no child element: ``attribute`` or ``text``."""

    kind: str


ATTRIBUTE: Final = Role("attribute")
TEXT: Final = Role("text")

UnsignedByte = Annotated[int, Meta(ge=0, le=255), Xs("unsignedByte", 0, 255)]
Byte = Annotated[int, Meta(ge=-128, le=127), Xs("byte", -128, 127)]
UnsignedShort = Annotated[int, Meta(ge=0, le=65535), Xs("unsignedShort", 0, 65535)]
Short = Annotated[int, Meta(ge=-32768, le=32767), Xs("short", -32768, 32767)]
Int = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1), Xs("int", -(2**31), 2**31 - 1)]
UnsignedInt = Annotated[int, Meta(ge=0, le=2**32 - 1), Xs("unsignedInt", 0, 2**32 - 1)]
UnsignedLong = Annotated[int, Meta(ge=0), Xs("unsignedLong", 0, 2**64 - 1)]
Integer = Annotated[int, Xs("integer")]
NumericID = Annotated[int, Meta(ge=1, le=2**32 - 1), Xs("unsignedInt", 1, 2**32 - 1)]
PercentValue = Annotated[int, Meta(ge=0, le=100), Xs("byte", 0, 100)]
PriorityValue = Annotated[int, Meta(ge=1, le=20), Xs("unsignedByte", 1, 20)]
SupportingPoints = Annotated[int, Meta(ge=12, le=1024), Xs("unsignedShort", 12, 1024)]

Identifier = Annotated[str, Meta(max_length=255), Xs("string")]
ShortName = Annotated[str, Meta(max_length=80), Xs("string")]
Description = Annotated[str, Meta(max_length=160), Xs("string")]
MeterName = Annotated[str, Meta(max_length=32), Xs("string")]
Letters3 = Annotated[str, Meta(max_length=3), Xs("string")]
Namespace = Annotated[str, Meta(max_length=100), Xs("anyURI")]
Uri = Annotated[str, Xs("anyURI")]
Text = Annotated[str, Xs("string")]
XmlID = Annotated[str, Xs("ID")]

SessionIDType = Annotated[bytes, Meta(min_length=8, max_length=8), Xs("hexBinary")]
MeterSignatureType = Annotated[bytes, Meta(max_length=64), Xs("base64Binary")]
Challenge = Annotated[bytes, Meta(min_length=16, max_length=16), Xs("base64Binary")]
CertificateBytes = Annotated[bytes, Meta(max_length=1600), Xs("base64Binary")]
PublicKeyBytes = Annotated[bytes, Meta(min_length=133, max_length=133), Xs("base64Binary")]
Secp521KeyBytes = Annotated[bytes, Meta(min_length=94, max_length=94), Xs("base64Binary")]
X448KeyBytes = Annotated[bytes, Meta(min_length=84, max_length=84), Xs("base64Binary")]
TpmKeyBytes = Annotated[bytes, Meta(min_length=206, max_length=206), Xs("base64Binary")]
Base64 = Annotated[bytes, Xs("base64Binary")]

ELEMENT_KEY: Final = "_"
"""The key that carries an element's name in the object form (JSON, MessagePack)."""


class Element(Struct, frozen=True, kw_only=True, gc=False, tag_field=ELEMENT_KEY):
    """A global element: its ``tag`` is the element's name on the wire."""


class Mixed(Struct, frozen=True, kw_only=True, gc=False):
    """A type that allows text between its elements; V2G sends none, but the event has a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particle:
    """One field of a declaration in the words of a schema."""

    name: str
    value: Xs | type[Enum] | type[Struct] | None
    """Simple type, enumeration or complex type; None for groups and for what is never sent."""
    minimum: int = 1
    maximum: int | None = 1
    """None: unbounded."""
    role: str = "element"
    """``element``, ``attribute``, ``text`` or ``wildcard``."""
    choice: Choice | None = None
    members: tuple[tuple[str, type[Struct]], ...] = ()
    """Element name and type of each member of a substitution group, without an abstract head."""
    head: Substitution | None = None
    lengths: tuple[int, int | None] = (0, None)
    """Least and most characters of a string, octets of a binary value; None: unbounded."""


@cache
def particles(kind: type[Struct]) -> tuple[Particle, ...]:
    """Return the particles of *kind* in schema order, those of its base types first."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_particle(name, hints[name]) for name in kind.__struct_fields__)


def element_name(kind: type[Struct]) -> str:
    """Return the wire name of the global element *kind*."""
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str), f"{kind.__name__} is no global element"
    return tag


def _unwrapped(hint: Any) -> tuple[Any, list[Any]]:
    """Take the ``Annotated`` layers off *hint*; return what is inside and all metadata."""
    notes: list[Any] = []
    while get_origin(hint) is Annotated:
        inner, *metadata = get_args(hint)
        notes.extend(metadata)
        hint = inner
    return hint, notes


def _noted(notes: list[Any], kind: type[Any]) -> Any:
    """Return the first of *notes* that is a *kind*, or None."""
    return next((note for note in notes if isinstance(note, kind)), None)


def _particle(name: str, hint: Any) -> Particle:
    """Read one field's annotation."""
    inner, notes = _unwrapped(hint)
    optional = False
    arms: tuple[Any, ...] = (inner,)
    if get_origin(inner) in (Union, types.UnionType):
        arms = tuple(arm for arm in get_args(inner) if arm is not types.NoneType)
        optional = len(arms) < len(get_args(inner))
    head: Substitution | None = _noted(notes, Substitution)
    unsent: NeverSent | None = _noted(notes, NeverSent)
    if unsent is not None:
        role = "wildcard" if unsent.wildcard else "element"
        return Particle(
            name=name, value=None, minimum=unsent.minimum, maximum=unsent.maximum, role=role
        )
    if head is not None:
        members = tuple((element_name(arm), arm) for arm in arms)
        return Particle(name=name, value=None, members=members, head=head)
    (arm,) = arms
    return _single(name, arm, notes, optional=optional)


def _single(name: str, arm: Any, notes: list[Any], *, optional: bool) -> Particle:
    """Read a field with one type: simple, complex, or a list of either."""
    inner, more = _unwrapped(arm)
    notes = notes + more
    minimum = 0 if optional else 1
    maximum: int | None = 1
    if get_origin(inner) is tuple:
        bounds: Meta | None = _noted(notes, Meta)
        minimum = (bounds.min_length if bounds else None) or 0
        maximum = bounds.max_length if bounds else None
        inner, notes = _unwrapped(get_args(inner)[0])
    if inner is bool:
        value: Any = Xs("boolean")
    else:
        value = _noted(notes, Xs) or inner
    role = _noted(notes, Role)
    measure = next((note for note in notes if isinstance(note, Meta)), None)
    lengths: tuple[int, int | None] = (0, None)
    if inner in (str, bytes) and measure is not None:
        lengths = (measure.min_length or 0, measure.max_length)
    return Particle(
        name=name,
        value=value,
        minimum=minimum,
        maximum=maximum,
        role=role.kind if role else "element",
        choice=_noted(notes, Choice),
        lengths=lengths,
    )
