"""Decoders: a declaration becomes straight-line Python that takes a message's bits apart.

Neighbouring bits whose number is known are read by one shift. After a place
where several events may come, ``event`` holds the number of the branch that came,
counted over all slots of the type.
"""

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, Final

from msgspec import Struct

from sterna.protocols.iso15118.exi import values
from sterna.protocols.iso15118.exi.grammar import (
    ELEMENT,
    Branch,
    Coding,
    Content,
    Slot,
    coding,
    content,
)
from sterna.protocols.iso15118.exi.source import Source
from sterna.protocols.iso15118.messages.values import RationalNumber
from sterna.protocols.iso15118.schema import Xs

Read = Callable[[int, int], tuple[Any, int]]
"""The message's bits, how many are left -> the value, how many are left behind it."""
NAMES: Final = {
    "ExiError": values.ExiError,
    "TRIM_BITS": values.TRIM_BITS,
    "read_more": values.read_more,
    "read_octets": values.read_octets,
    "read_string": values.read_string,
}
FIRST_BITS: Final = 22
"""Events, exponent, sign and the first octet of the value of a rational number."""
LONGER: Final = 1 << 30
"""Tells numbers with a second octet from those without; where it stands tells of a third."""
NUMBERS_KEPT: Final = 4096
_NUMBERS: Final[dict[int, RationalNumber]] = {}
"""A site uses few distinct limits, and powers repeat between changes."""
OCTETS_INLINE: Final = 64
"""Binary values of one length below it are read as bits of a known number."""
LENGTH_MAX: Final = 65536
"""No string or binary value is longer than a V2GTP frame may be."""


@cache
def reader(kind: type[Struct]) -> Read:
    """Return the function that reads the content of a *kind*, its end included.

    It raises ExiError for what is no such content, and ValueError where the
    message ends within it.
    """
    names = {**NAMES, "numbers": _NUMBERS, "read_number": read_number}
    source = Source("def read(bits, left):", names)
    _Reader(kind, content(kind), source).all()
    return source.compiled("read", f"<EXI reader of {kind.__name__}>")


NUMBER_LINES: Final = (
    f"end = left - {FIRST_BITS}",
    f"piece = bits >> end & {(1 << FIRST_BITS) - 1}",
    "if piece & 128:",
    "    end -= 8",
    f"    piece = {LONGER} | piece << 8 | bits >> end & 255",
    "    if piece & 128:",
    "        end -= 8",
    "        piece = piece << 8 | bits >> end & 255",
    "end -= 2",
    "{name} = numbers.get(piece)",
    "if {name} is None or bits >> end & 3:",
    "    {name}, left = read_number(bits, left, piece)",
    "else:",
    "    left = end",
)
"""Up to the last octet of its value a number has 22, 30 or 38 bits; two zeros end it."""


def read_number(bits: int, left: int, piece: int) -> tuple[RationalNumber, int]:
    """Read a rational number that has not come before, and remember it by its *piece* of the stream."""
    number, left = reader(RationalNumber)(bits, left)
    if len(_NUMBERS) >= NUMBERS_KEPT:
        _NUMBERS.clear()
    _NUMBERS[piece] = number
    return number, left


class _Reader:
    """One decoder in the making."""

    def __init__(self, kind: type[Struct], grammar: Content, source: Source) -> None:
        self.kind = kind
        self.grammar = grammar
        self.source = source
        self.state = (0, 0)
        self.loaded = False
        """Whether ``event`` holds what came in the present state."""
        self.pending: list[tuple[int, str, list[str]]] = []
        """Width, the variable (none: zero bits), and the lines that follow once it is read."""
        self.fields: dict[str, str] = {}

    def all(self) -> None:
        """Read every slot, then the end."""
        for place, slot in enumerate(self.grammar.slots):
            sent = [branch for branch in slot.branches if branch.value is not None]
            if not sent:
                continue
            for branch in sent:
                self.fields[branch.field] = f"f{len(self.fields)}"
            if slot.maximum != 1:
                self.several(place, slot, sent[0])
            elif slot.minimum:
                self.mandatory(place, slot)
            else:
                self.optional(place, slot)
        self.expect(self.grammar.first_code(len(self.grammar.slots)), "its end")
        self.flush()
        made = self.source.name("kind", self.kind)
        given = ", ".join(f"{field}={name}" for field, name in self.fields.items())
        self.source.line(f"return {made}({given}), left")

    # Bits of a known number.

    def take(self, width: int, name: str, *after: str) -> None:
        """Read *width* bits as *name*, then do *after*."""
        self.pending.append((width, name, list(after)))

    def zero(self, width: int) -> None:
        """Read *width* bits that have to be 0."""
        self.pending.append((width, "", []))

    def flush(self) -> None:
        """Read what is pending."""
        pending, self.pending = self.pending, []
        wide = sum(width for width, _, _ in pending)
        if not pending:
            return
        zeros, behind, places = 0, wide, []
        for width, name, _ in pending:
            behind -= width
            places.append(behind)
            if not name:
                zeros |= ((1 << width) - 1) << behind
        self.source.line(f"left -= {wide}")
        self.source.line(f"o = bits >> left & {(1 << wide) - 1}")
        if zeros:
            with self.source.block(f"if o & {zeros}:" if zeros != (1 << wide) - 1 else "if o:"):
                self.refuse("an event that may not come here")
        for (width, name, after), place in zip(pending, places, strict=True):
            if name:
                shifted = f"o >> {place}" if place else "o"
                top = place + width == wide
                self.source.line(f"{name} = {shifted}" + ("" if top else f" & {(1 << width) - 1}"))
            for line in after:
                self.source.line(line)

    # Events.

    def load(self) -> None:
        """Read the code of the next event into ``event``."""
        base = self.grammar.first_code(self.grammar.at(*self.state))
        self.take(self.grammar.width(*self.state), "event", *([f"event += {base}"] if base else []))
        self.flush()
        self.loaded = True

    def expect(self, number: int, name: str) -> None:
        """Read the event *number*, the only one that may come."""
        if not self.loaded and self.grammar.productions(*self.state) == 1:
            self.zero(1)
        else:
            if not self.loaded:
                self.load()
            with self.source.block(f"if event != {number}:"):
                self.refuse(f"event {{event}} instead of {name}")
        self.loaded = False

    # Slots.

    def mandatory(self, place: int, slot: Slot) -> None:
        """Read a field, a choice or a member of a group that must come."""
        first = self.grammar.first_code(place)
        if len(slot.branches) == 1:
            self.expect(first, slot.branches[0].name)
            self.value(slot.branches[0], self.fields[slot.branches[0].field])
        else:
            if not self.loaded:
                self.load()
            for field in sorted({branch.field for branch in slot.branches}):
                self.source.line(f"{self.fields[field]} = None")
            self.branches(first, slot, optional=False)
        self.state, self.loaded = (place + 1, 0), False

    def optional(self, place: int, slot: Slot) -> None:
        """Read a field or a choice that may be left out."""
        if not self.loaded:
            self.load()
        for branch in slot.branches:
            self.source.line(f"{self.fields[branch.field]} = None")
        self.state = (place + 1, 0)
        self.branches(self.grammar.first_code(place), slot, optional=True)
        self.loaded = True

    def branches(self, first: int, slot: Slot, *, optional: bool) -> None:
        """Read the branch of *slot* that came; behind an *optional* one comes another event."""
        word = "if"
        for number, branch in enumerate(slot.branches, first):
            if branch.value is None:
                continue
            with self.source.block(f"{word} event == {number}:"):
                self.value(branch, self.fields[branch.field])
                if optional:
                    self.load()
                self.flush()
            word = "elif"
        if not optional:
            with self.source.block("else:"):
                self.refuse("event {event} where one of a choice must come")

    def several(self, place: int, slot: Slot, branch: Branch) -> None:
        """Read the items of a list."""
        first = self.grammar.first_code(place)
        if not self.loaded:
            self.load()
        if slot.minimum:
            with self.source.block(f"if event != {first}:"):
                self.refuse(f"event {{event}} instead of {branch.name}")
        self.source.line("items = []")
        self.source.line("known = left")
        with self.source.block(f"while event == {first}:"):
            self.value(branch, "item")
            self.flush()
            self.source.line("items.append(item)")
            self.state = (place, 1)
            if slot.maximum is None:
                self.load()
            else:
                with self.source.block(f"if len(items) < {slot.maximum}:"):
                    self.load()
                with self.source.block("else:"):
                    self.state = (place + 1, 0)
                    self.load()
            with self.source.block("if known - left > TRIM_BITS:"):
                self.source.line("bits &= (1 << left) - 1; known = left")
        self.source.line(f"{self.fields[branch.field]} = tuple(items)")
        self.state, self.loaded = (place + 1, 0), True

    # Values.

    def value(self, branch: Branch, name: str) -> None:
        """Read what *branch* carries as *name*."""
        kind = branch.value
        assert kind is not None
        if isinstance(kind, type) and issubclass(kind, Struct):
            self.flush()
            if kind is RationalNumber:
                self.number(name)
                return
            read = self.source.name("read", reader(kind))
            self.source.line(f"{name}, left = {read}(bits, left)")
            return
        wrapped = branch.event == ELEMENT
        if wrapped:
            self.zero(1)
        self.simple(kind, coding(kind), branch, name)
        if wrapped:
            self.zero(1)

    def number(self, name: str) -> None:
        """Read a rational number: one that has come before without a call."""
        for line in NUMBER_LINES:
            self.source.line(line.format(name=name))

    def simple(self, kind: Xs | type[Enum], how: Coding, branch: Branch, name: str) -> None:
        """Read a simple value."""
        where = f"{self.kind.__name__}.{branch.name}"
        least, most = branch.lengths
        most = LENGTH_MAX if most is None else most
        match how.kind:
            case "enumeration":
                assert isinstance(kind, type)
                members = self.source.name("members", tuple(kind))
                known = f"if {name} >= {len(kind)}: {_raising(f'{where}: no such value')}"
                complete = len(kind) == 1 << how.width
                lines = ["" if complete else known, f"{name} = {members}[{name}]"]
                self.take(how.width, name, *filter(None, lines))
            case "boolean":
                self.take(1, name, f"{name} = {name} == 1")
            case "bits":
                assert isinstance(kind, Xs)
                self.take(how.width, name, *_ranged(kind, how, where, name))
            case "string":
                self.flush()
                call = f"read_string(bits, left, {most}, {where!r})"
                self.source.line(f"{name}, left = {call}")
            case "octets" if least == most < OCTETS_INLINE:
                wrong = f"if size != {most}: {_raising(f'{where}: not {most} octets')}"
                self.take(8, "size", wrong)
                self.take(8 * most, name, f"{name} = {name}.to_bytes({most}, 'big')")
            case "octets":
                self.flush()
                call = f"read_octets(bits, left, {(least, most)!r}, {where!r})"
                self.source.line(f"{name}, left = {call}")
            case _:
                assert isinstance(kind, Xs)
                self.integer(kind, where, name, signed=how.kind == "signed")

    def integer(self, kind: Xs, where: str, name: str, *, signed: bool) -> None:
        """Read an integer of any length and see that it is in its range."""
        if signed:
            self.take(1, "sign")
        self.take(8, name)
        self.flush()
        self.source.line(f"if {name} > 127: {name}, left = read_more(bits, left, {name})")
        if signed:
            self.source.line(f"if sign: {name} = ~{name}")
        low = 0 if kind.low == 0 and not signed else kind.low
        if kind.high is not None:
            bounds = f"{name} > {kind.high}" if low == 0 else f"not {low} <= {name} <= {kind.high}"
            self.source.line(f"if {bounds}: {_raising(f'{where}: out of its range')}")

    def refuse(self, why: str) -> None:
        """Raise ExiError; braces in *why* are filled when it happens."""
        self.source.line(f"raise ExiError(f{f'{self.kind.__name__}: {why}'!r})")


def _raising(why: str) -> str:
    """Return the statement that raises ExiError."""
    return f"raise ExiError({why!r})"


def _ranged(kind: Xs, how: Coding, where: str, name: str) -> list[str]:
    """Return the lines that move a small integer into its range and see that it is in it."""
    assert kind.low is not None
    assert kind.high is not None
    lines = []
    if kind.high - kind.low != (1 << how.width) - 1:
        most = kind.high - kind.low
        lines.append(f"if {name} > {most}: {_raising(f'{where}: out of its range')}")
    if how.low:
        lines.append(f"{name} += {how.low}" if how.low > 0 else f"{name} -= {-how.low}")
    return lines
