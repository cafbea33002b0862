"""From a declaration to its event grammar: which events may come next, and their codes.

A type's content is a row of *slots*, attributes first. In each state the
productions are numbered from 0 in the order of the slots that may come next, up
to and including the first that must; then the end of the element, then, where
text is allowed between elements, that text. A code has ``n.bit_length()`` bits
for *n* productions, because one more value is the escape to events that a valid
V2G stream never uses (EXI 1.0, 8.4.3 and 8.5.4).
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import groupby
from typing import Final

from msgspec import Struct

from sterna.protocols.iso15118.schema import Mixed, Particle, Xs, particles

SMALL_RANGE: Final = 4096
"""Integers with at most this many values take a fixed number of bits (EXI 1.0, 7.1.5)."""
ATTRIBUTE: Final = "attribute"
ELEMENT: Final = "element"
TEXT: Final = "text"
ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Coding:
    """How a simple value stands in the stream."""

    kind: str
    """``bits``, ``unsigned``, ``signed``, ``boolean``, ``enumeration``, ``string`` or ``octets``."""
    width: int = 0
    """Bits of ``bits``, ``boolean`` and ``enumeration``."""
    low: int = 0
    """What 0 stands for in ``bits``."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One production of a slot: an event, and what it carries."""

    event: str
    """``attribute``, ``element``, ``text`` or ``*`` (any element)."""
    name: str
    """The element's or attribute's name on the wire."""
    field: str
    """The field of the declaration that holds the value."""
    value: Xs | type[Enum] | type[Struct] | None
    """None: the grammar has the event, V2G never sends it."""
    lengths: tuple[int, int | None] = (0, None)
    """Bounds of a string's characters or a binary value's octets; they take no part in the code."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the content, filled *minimum* to *maximum* times by any of its branches."""

    branches: tuple[Branch, ...]
    minimum: int
    maximum: int | None

    def full(self, times: int) -> bool:
        """Return whether nothing more fits after *times*."""
        return self.maximum is not None and times >= self.maximum


def coding(value: Xs | type[Enum]) -> Coding:
    """Return how values of the simple type *value* are written (EXI 1.0, 7.1)."""
    if not isinstance(value, Xs):
        return Coding("enumeration", width=(len(value) - 1).bit_length())
    if value.name == "boolean":
        return Coding("boolean", width=1)
    if value.name in ("hexBinary", "base64Binary"):
        return Coding("octets")
    if value.name in ("string", "anyURI", "ID", "NCName"):
        return Coding("string")
    low, high = value.low, value.high
    if low is not None and high is not None and high - low < SMALL_RANGE:
        return Coding("bits", width=(high - low).bit_length(), low=low)
    return Coding("unsigned" if low is not None and low >= 0 else "signed")


@dataclass(frozen=True, slots=True)
class Content:
    """The grammar of one type."""

    slots: tuple[Slot, ...]
    mixed: bool
    """Whether text may stand between the elements; it takes a code and is never sent."""

    def first_code(self, slot: int) -> int:
        """Return the number of the first branch of *slot*, counted over all slots.

        ``first_code(len(slots))`` is that of the element's end. The code of a
        branch in a state is its number less that of the slot where the state stands.
        """
        return sum(len(each.branches) for each in self.slots[:slot])

    def productions(self, slot: int, times: int = 0) -> int:
        """Return how many productions there are at *slot* when it is filled *times* already."""
        here, count = self.at(slot, times), 0
        filled = times if here == slot else 0
        for each in self.slots[here:]:
            count += len(each.branches)
            if filled < each.minimum:
                return count
            filled = 0
        return count + 1 + self.mixed

    def at(self, slot: int, times: int) -> int:
        """Return the slot where the grammar really stands: past one that is full."""
        return slot + 1 if slot < len(self.slots) and self.slots[slot].full(times) else slot

    def width(self, slot: int, times: int = 0) -> int:
        """Return the bits of an event code at *slot* when it is filled *times* already."""
        return self.productions(slot, times).bit_length()


@cache
def content(kind: type[Struct]) -> Content:
    """Return the grammar of the complex type *kind*."""
    declared = particles(kind)
    attributes = sorted(
        (each for each in declared if each.role == ATTRIBUTE), key=lambda each: each.name
    )
    rest = [each for each in declared if each.role != ATTRIBUTE]
    slots = [_slot([each]) for each in attributes]
    for _, group in groupby(enumerate(rest), key=_same_choice):
        slots.append(_slot([each for _, each in group]))
    return Content(tuple(slots), issubclass(kind, Mixed))


def _same_choice(placed: tuple[int, Particle]) -> object:
    """Return what the branches of one choice have in common and nothing else has."""
    place, particle = placed
    return place if particle.choice is None else particle.choice.name


def _slot(arms: list[Particle]) -> Slot:
    """Return the slot of one particle, or of the arms of one choice."""
    first = arms[0]
    if first.choice is not None:
        branches = tuple(
            Branch(ELEMENT, arm.name, arm.name, arm.value, arm.lengths) for arm in arms
        )
        return Slot(branches, int(first.choice.required), 1)
    if first.head is not None:
        members: dict[str, type[Struct] | None] = {first.head.head: None, **dict(first.members)}
        # Members of one group differ in their local names, by which they are sorted.
        branches = tuple(
            Branch(ELEMENT, name, first.name, members[name]) for name in sorted(members)
        )
        return Slot(branches, first.minimum, first.maximum)
    event = {"wildcard": ANY}.get(first.role, first.role)
    branch = Branch(event, first.name, first.name, first.value, first.lengths)
    return Slot((branch,), first.minimum, first.maximum)
