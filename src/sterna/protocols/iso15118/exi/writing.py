"""Encoders: a declaration becomes straight-line Python that shifts its bits into one integer.

Neighbouring bits whose number is known are written by one shift. Where an
optional element may be left out, two variables say in which state the grammar
stands: ``base``, the number of its first branch, and ``wide``, the width of its codes.
"""

from collections.abc import Callable
from enum import Enum
from functools import cache, lru_cache
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

Write = Callable[[int, Any, bytearray], int]
"""Bits so far, a value, the output for whole octets -> bits."""
NAMES: Final = {
    "FLUSH_AT": values.FLUSH_AT,
    "flushed": values.flushed,
    "octets": values.octets,
    "string": values.string,
    "unsigned": values.unsigned,
}
NUMBERS_KEPT: Final = 4096
"""A site uses few distinct limits, and powers repeat between changes."""
State = tuple[int, int] | None
"""Slot and how often it is filled; None: held in ``base`` and ``wide``."""


@cache
def writer(kind: type[Struct]) -> Write:
    """Return the function that appends the content of a *kind*, its end included.

    It raises ValueError for a value that the declaration does not allow, and never
    writes bits that say something else.
    """
    source = Source("def write(bits, it, out):", {**NAMES, "packed": packed})
    _Writer(kind, content(kind), source).all()
    return source.compiled("write", f"<EXI writer of {kind.__name__}>")


@lru_cache(maxsize=NUMBERS_KEPT)
def packed(number: RationalNumber) -> tuple[int, int]:
    """Return how many bits *number* has, and the bits: most of a turn of the loop is numbers."""
    bits = writer(RationalNumber)(1, number, bytearray())
    width = bits.bit_length() - 1
    return width, bits ^ 1 << width


class _Writer:
    """One encoder in the making."""

    def __init__(self, kind: type[Struct], grammar: Content, source: Source) -> None:
        self.kind = kind
        self.grammar = grammar
        self.source = source
        self.state: State = (0, 0)
        self.pending: list[tuple[int, str | int]] = []

    def all(self) -> None:
        """Write every slot, then the end."""
        for place, slot in enumerate(self.grammar.slots):
            sent = [branch for branch in slot.branches if branch.value is not None]
            if not sent:
                assert slot.minimum == 0, "what must come can be sent"
            elif slot.maximum != 1:
                self.several(place, slot, sent[0])
            elif len({branch.field for branch in sent}) < len(slot.branches):
                self.group(place, slot, sent)
            else:
                self.one_of(place, slot, sent)
        self.code(self.grammar.first_code(len(self.grammar.slots)))
        self.flush()
        self.source.line("return bits")

    # Bits of a known number.

    def put(self, width: int, expression: str | int) -> None:
        """Append *width* bits; an expression has to fit them."""
        self.pending.append((width, expression))

    def flushing(self, room: int = 0) -> str:
        """Return the expression of all bits so far, with *room* zero bits behind them."""
        wide = sum(width for width, _ in self.pending)
        fixed, parts, behind = 0, [], wide
        for width, expression in self.pending:
            behind -= width
            if isinstance(expression, int):
                fixed |= expression << behind
            else:
                shift = behind + room
                parts.append(f"{expression} << {shift}" if shift else expression)
        self.pending.clear()
        shift = wide + room
        terms = [f"bits << {shift}" if shift else "bits", *parts]
        if fixed:
            terms.append(str(fixed << room))
        return " | ".join(terms)

    def flush(self) -> None:
        """Append what is pending."""
        if self.pending:
            self.source.line(f"bits = {self.flushing()}")

    # Event codes.

    def code(self, number: int) -> None:
        """Append the code of branch *number*, counted over all slots."""
        if self.state is None:
            self.flush()
            self.source.line(f"bits = bits << wide | {number} - base")
            return
        base, wide = self.standing(self.state)
        self.put(wide, number - base)

    def standing(self, state: tuple[int, int]) -> tuple[int, int]:
        """Return the number of the first branch in *state*, and the width of its codes."""
        return self.grammar.first_code(self.grammar.at(*state)), self.grammar.width(*state)

    def remember(self, state: State) -> None:
        """Hold *state* in the two variables; None: it is there already."""
        if state is not None:
            base, wide = self.standing(state)
            self.source.line(f"base = {base}; wide = {wide}")

    # Slots.

    def one_of(self, place: int, slot: Slot, sent: list[Branch]) -> None:
        """Write a field, or the one field of a choice that there is."""
        first, before = self.grammar.first_code(place), self.state
        if slot.minimum and len(sent) == 1:
            self.code(first)
            self.value(sent[0], f"it.{sent[0].field}")
            self.state = (place + 1, 0)
            return
        self.flush()
        after: State = (place + 1, 0)
        for number, branch in enumerate(slot.branches):
            word = "elif" if number else "if"
            with self.source.block(f"{word} it.{branch.field} is not None:"):
                self.state = before
                self.code(first + number)
                self.value(branch, f"it.{branch.field}")
                self.flush()
                if not slot.minimum:
                    self.remember(after)
        with self.source.block("else:"):
            if slot.minimum:
                self.refuse("none of " + ", ".join(branch.name for branch in sent))
            else:
                self.remember(before)
                self.source.line("pass")
        self.state = after if slot.minimum else None

    def group(self, place: int, slot: Slot, sent: list[Branch]) -> None:
        """Write a member of a substitution group, told by its type."""
        first = self.grammar.first_code(place)
        assert slot.minimum == 1, "V2G's groups are mandatory"
        codes = {
            branch.value: (first + number, writer(branch.value))
            for number, branch in enumerate(slot.branches)
            if isinstance(branch.value, type) and issubclass(branch.value, Struct)
        }
        self.source.line(f"x = it.{sent[0].field}")
        self.source.line(f"number, write = {self.source.name('group', codes)}[type(x)]")
        if self.state is None:
            self.flush()
            self.source.line("bits = bits << wide | number - base")
        else:
            base, wide = self.standing(self.state)
            self.put(wide, f"(number - {base})")
        self.source.line(f"bits = write({self.flushing()}, x, out)")
        self.state = (place + 1, 0)

    def several(self, place: int, slot: Slot, branch: Branch) -> None:
        """Write each item of a list."""
        most = "None" if slot.maximum is None else str(slot.maximum)
        self.flush()
        self.source.line(f"items = it.{branch.field}")
        within = f"{slot.minimum} <= len(items)" + ("" if most == "None" else f" <= {most}")
        with self.source.block(f"if not {within}:"):
            self.refuse(f"{branch.name} stands {slot.minimum} to {most} times")
        self.remember(self.state)
        self.state = None
        with self.source.block("for count, item in enumerate(items, 1):"):
            self.code(self.grammar.first_code(place))
            self.value(branch, "item")
            self.flush()
            self.remember((place, 1))
            if slot.maximum is not None:
                with self.source.block(f"if count == {most}:"):
                    self.remember((place + 1, 0))
            with self.source.block("if bits > FLUSH_AT:"):
                self.source.line("bits = flushed(bits, out)")

    # Values.

    def value(self, branch: Branch, expression: str) -> None:
        """Write what *branch* carries."""
        kind = branch.value
        assert kind is not None
        if isinstance(kind, type) and issubclass(kind, Struct):
            if kind is RationalNumber:
                self.source.line(f"span, piece = packed({expression})")
                self.source.line(f"bits = ({self.flushing()}) << span | piece")
                return
            write = self.source.name("write", writer(kind))
            self.source.line(f"bits = {write}({self.flushing()}, {expression}, out)")
            return
        wrapped = branch.event == ELEMENT
        if wrapped:
            self.put(1, 0)
        self.simple(kind, coding(kind), branch, expression)
        if wrapped:
            self.put(1, 0)

    def simple(self, kind: Xs | type[Enum], how: Coding, branch: Branch, expression: str) -> None:
        """Write a simple value."""
        match how.kind:
            case "enumeration":
                assert isinstance(kind, type)
                indices = {member.value: index for index, member in enumerate(kind)}
                self.put(how.width, f"{self.source.name('index', indices)}[{expression}._value_]")
            case "boolean":
                self.put(1, f"({expression} is True)")
            case "string" | "octets":
                self.source.line(f"bits = {how.kind}({self.flushing()}, {expression})")
            case _:
                assert isinstance(kind, Xs)
                self.integer(kind, how, branch, expression)

    def integer(self, kind: Xs, how: Coding, branch: Branch, expression: str) -> None:
        """Write an integer, within its range or not at all."""
        # A name of its own, because pending bits may still use the last one.
        x = f"x{len(self.pending)}"
        self.source.line(f"{x} = {expression}")
        if kind.low is not None and kind.high is not None:
            with self.source.block(f"if not {kind.low} <= {x} <= {kind.high}:"):
                self.refuse(f"{branch.name} is out of its range")
        if how.kind == "bits":
            self.put(how.width, f"({x} - {how.low})" if how.low else x)
            return
        if how.kind == "signed":
            self.source.line(f"sign = {x} < 0")
            with self.source.block("if sign:"):
                self.source.line(f"{x} = ~{x}")
            self.put(1, "sign")
        pending = list(self.pending)
        with self.source.block(f"if {x} < 128:"):
            self.source.line(f"bits = {self.flushing(8)} | {x}")
        self.pending = list(pending)
        with self.source.block(f"elif {x} < 16384:"):
            low, high = f"({x} & 127 | 128) << 8", f"{x} >> 7"
            self.source.line(f"bits = {self.flushing(16)} | {low} | {high}")
        self.pending = list(pending)
        with self.source.block("else:"):
            self.source.line(f"bits = unsigned({self.flushing()}, {x})")

    def refuse(self, why: str) -> None:
        """Raise ValueError: the caller made a message that the declaration does not allow."""
        self.source.line(f"raise ValueError({f'{self.kind.__name__}: {why}'!r})")
