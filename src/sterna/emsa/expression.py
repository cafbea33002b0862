"""A tiny expression language for predicates and invariants: safe, pure, without calls to Python.

Numbers, texts, ``true``/``false``, names (fields of the message, then variables of the
session), comparisons, ``and``/``or``/``not``, ``+ - * /``, and the functions ``min``, ``max``
and ``abs``. Nothing else can be written, so a use case file can never run code.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

Value = float | str | bool
Values = Mapping[str, Value]
Meaning = Callable[[Values], Value]

EXPRESSION_LENGTH_MAX: Final = 500
"""Longer than any sentence a reader would check; keeps the parser's depth small."""

COMPARISONS: Final[dict[type[ast.cmpop], Callable[..., bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
ARITHMETIC: Final[dict[type[ast.operator], Callable[..., float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: Final[dict[str, Callable[..., float]]] = {"min": min, "max": max, "abs": abs}
WORDS: Final[dict[str, bool]] = {"true": True, "false": False}


class Unknown(Exception):
    """A name has no value, or values do not go together: the expression says nothing here."""


class Malformed(Exception):
    """The text is no expression of this language; the message says why."""


class Expression:
    """One expression, read once and evaluated often."""

    __slots__ = ("_meaning", "names", "text")

    def __init__(self, text: str) -> None:
        """Read *text*. Raises :class:`Malformed`."""
        self.text = text
        names: set[str] = set()
        self._meaning = read(text, names)
        self.names = frozenset(names)
        """The names that it reads."""

    def value(self, values: Values) -> Value:
        """Evaluate over *values*. Raises :class:`Unknown` when a name is missing or of a wrong kind."""
        try:
            return self._meaning(values)
        except (KeyError, TypeError, ZeroDivisionError) as error:
            raise Unknown(f"{self.text}: {error}") from error


def read(text: str, names: set[str]) -> Meaning:
    """Return what *text* means and add the names it reads to *names*. Raises :class:`Malformed`."""
    if len(text) > EXPRESSION_LENGTH_MAX:
        raise Malformed(f"longer than {EXPRESSION_LENGTH_MAX} characters")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Malformed(f"cannot read {text!r}: {error}") from error
    return meaning(tree.body, names)


def meaning(node: ast.expr, names: set[str]) -> Meaning:  # one return per construct
    """Return what one *node* means. Raises :class:`Malformed` for what the language has not."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return partial(_constant, value)
        case ast.Name(id=name) if name in WORDS:
            return partial(_constant, WORDS[name])
        case ast.Name(id=name):
            names.add(name)
            return operator.itemgetter(name)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return partial(_not, meaning(inner, names))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return partial(_apply, operator.neg, (meaning(inner, names),))
        case ast.BoolOp(op=how, values=parts):
            every = isinstance(how, ast.And)
            return partial(_joined, every, tuple(meaning(part, names) for part in parts))
        case ast.Compare(left=left, ops=ops, comparators=rights) if all(
            type(op) in COMPARISONS for op in ops
        ):
            terms = tuple(meaning(term, names) for term in (left, *rights))
            return partial(_compared, tuple(COMPARISONS[type(op)] for op in ops), terms)
        case ast.BinOp(left=left, op=how, right=right) if type(how) in ARITHMETIC:
            pair = (meaning(left, names), meaning(right, names))
            return partial(_apply, ARITHMETIC[type(how)], pair)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS and args:
            return partial(_apply, FUNCTIONS[name], tuple(meaning(arg, names) for arg in args))
        case _:
            raise Malformed(f"{ast.unparse(node)!r} is not part of the language")


def _constant(value: Value, _values: Values) -> Value:
    return value


def _not(inner: Meaning, values: Values) -> bool:
    return not inner(values)


def _joined(every: bool, parts: tuple[Meaning, ...], values: Values) -> bool:  # noqa: FBT001  # bound by partial
    return (all if every else any)(part(values) for part in parts)


def _apply(how: Callable[..., float], parts: tuple[Meaning, ...], values: Values) -> float:
    return how(*[part(values) for part in parts])


def _compared(
    ops: tuple[Callable[..., bool], ...], terms: tuple[Meaning, ...], values: Values
) -> bool:
    found = [term(values) for term in terms]
    return all(op(found[k], found[k + 1]) for k, op in enumerate(ops))
