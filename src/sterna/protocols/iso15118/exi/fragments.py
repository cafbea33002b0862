"""The bytes that a signature covers: one element alone, by the fragment grammar.

A fragment may begin with any element that its schema set declares anywhere,
sorted by local name and then name space; two codes more stand for any element and
for the end (EXI 1.0, 8.5.2).
"""

from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import Final

from msgspec import Struct

from sterna.protocols.iso15118.exi.codec import BEGIN, closed
from sterna.protocols.iso15118.exi.schema_sets import COMMON_SET, HEADS
from sterna.protocols.iso15118.exi.writing import writer
from sterna.protocols.iso15118.messages import (
    certificates,
    metering,
    positioning,
    prices,
    schedule,
    session,
    signature,
    values,
)
from sterna.protocols.iso15118.schema import Element, Particle, particles

COMMON_TYPES: Final = (values,)
COMMON_MESSAGES: Final = (session, schedule, prices, metering, certificates, positioning)
UNUSED: Final = ("TargetOffsetX", "TargetOffsetY")
"""The messages' schema declares them in a type that no message has."""
Name = tuple[str, int]
"""A local name, and the place of its name space among those of the set, sorted."""


def fragment(name: str, value: Struct) -> bytes:
    """Return the EXI fragment of the element *name* with the content *value*.

    SignedInfo is written by the signature schema alone, everything else by that
    of the common messages. Raises ValueError for a name that is not declared.
    """
    names = signature_names() if name == "SignedInfo" else common_names()
    width = (len(names) + 1).bit_length()
    out = bytearray()
    bits = BEGIN << width | names.index(name)
    bits = writer(type(value))(bits, value, out)
    return closed(bits << width | len(names) + 1, out)


@cache
def signature_names() -> tuple[str, ...]:
    """Return the elements of the signature schema in the order of their codes."""
    return tuple(sorted((*signature.SIGNATURE_ELEMENTS, *signature.SIGNATURE_PARTS)))


@cache
def common_names() -> tuple[str, ...]:
    """Return the elements of the common messages' schema set in the order of their codes.

    A name that several name spaces declare stands there once for each. The spaces
    sort as the signature's (``http:``), the messages', the types' (``urn:``).
    """
    own = {each for each in COMMON_SET.elements if each not in (*HEADS, *signature_names())}
    found: set[Name] = {(each, 0) for each in signature_names()}
    found |= {(each, 1) for each in (*own, *UNUSED, *_parts(COMMON_MESSAGES))}
    found |= {(each, 2) for each in (*HEADS, *_parts(COMMON_TYPES))}
    return tuple(each for each, _ in sorted(found))


def _parts(modules: Iterable[ModuleType]) -> set[str]:
    """Return the elements that the types of *modules* declare themselves."""
    return {
        particle.name
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Struct)
        and kind.__module__ == module.__name__
        for particle in particles(kind)
        if particle.role == "element"
        and particle.name in kind.__annotations__
        and not _is_global(particle)
    }


def _is_global(particle: Particle) -> bool:
    """Whether the field stands for a global element, which belongs to its own name space."""
    return isinstance(particle.value, type) and issubclass(particle.value, Element)
