"""Any message of ISO 15118-20 that its declaration allows, as hypothesis strategies.

Texts and binary values have at least one character or octet: codecs that come from
XML know no other, and write an element without text as another event.
"""

from enum import Enum
from functools import cache
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

from sterna.protocols.iso15118.exi.grammar import Branch, Slot, coding, content
from sterna.protocols.iso15118.schema import Xs

ITEMS_MAX = 4
"""Longer lists repeat the same state; those that fill their bound have tests of their own."""
OCTETS_MAX = 200
letters = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cn", "Co"])


@cache
def any_of(kind: type[Struct]) -> st.SearchStrategy[Any]:
    """Return any value of the complex type *kind*."""
    return st.tuples(*(_filled(slot) for slot in content(kind).slots)).map(
        lambda parts: kind(**{name: value for part in parts for name, value in part.items()})
    )


def _filled(slot: Slot) -> st.SearchStrategy[dict[str, Any]]:
    """Return any way to fill *slot*: the fields that it sets."""
    sent = [branch for branch in slot.branches if branch.value is not None]
    if not sent:
        return st.just({})
    if slot.maximum != 1:
        most = ITEMS_MAX if slot.maximum is None else min(ITEMS_MAX, slot.maximum)
        items = st.lists(_value(sent[0]), min_size=slot.minimum, max_size=most)
        return items.map(lambda found: {sent[0].field: tuple(found)})
    ways = [st.fixed_dictionaries({branch.field: _value(branch)}) for branch in sent]
    return st.one_of(*ways) if slot.minimum else st.one_of(st.just({}), *ways)


def _value(branch: Branch) -> st.SearchStrategy[Any]:
    """Return any value that *branch* may carry."""
    kind = branch.value
    if isinstance(kind, type) and issubclass(kind, Struct):
        return any_of(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert isinstance(kind, Xs)
    least, most = branch.lengths
    match coding(kind).kind:
        case "boolean":
            return st.booleans()
        case "string":
            return st.text(letters, min_size=max(1, least), max_size=min(most or 40, 40))
        case "octets":
            return st.binary(
                min_size=max(1, least), max_size=max(1, least, min(most or 40, OCTETS_MAX))
            )
        case _:
            low = -(2**70) if kind.low is None else kind.low
            high = 2**70 if kind.high is None else kind.high
            return st.integers(low, high)


def typical(kind: type[Struct], *, full: bool) -> Any:
    """Return one fixed value of *kind*: with all that may stand in it, or with the least."""
    fields: dict[str, Any] = {}
    for slot in content(kind).slots:
        sent = [branch for branch in slot.branches if branch.value is not None]
        if not sent or not (full or slot.minimum):
            continue
        branch = sent[-1 if full else 0]
        value = _typical(branch, full=full)
        if slot.maximum != 1:
            most = 2 if slot.maximum is None else min(2, slot.maximum)
            value = (value,) * (most if full else slot.minimum)
        fields[branch.field] = value
    return kind(**fields)


def _typical(branch: Branch, *, full: bool) -> Any:
    kind = branch.value
    if isinstance(kind, type) and issubclass(kind, Struct):
        return typical(kind, full=full)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1 if full else 0]
    assert isinstance(kind, Xs)
    least, most = branch.lengths
    match coding(kind).kind:
        case "boolean":
            return full
        case "string":
            return ("Évora 1" if full else "P")[:most]
        case "octets":
            size = max(1, least, min(most or 40, 40)) if full else max(1, least)
            return bytes(range(size))
        case _:
            low = -(10**9) if kind.low is None else kind.low
            high = 10**9 if kind.high is None else kind.high
            return (low + 3 * high) // 4 if full else max(low, min(high, 1))
