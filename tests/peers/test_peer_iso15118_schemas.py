"""Our declarations give the event grammars that the official schemas give: docs/peers.md."""

from enum import Enum

import pytest
from msgspec import Struct
from peers.iso15118_schemas import FOLDER, PEERS, Name, Official, Place, Simple

from sterna.protocols.iso15118.exi import fragments
from sterna.protocols.iso15118.exi.grammar import Branch, Slot, coding, content
from sterna.protocols.iso15118.exi.schema_sets import (
    AC_SET,
    APP_PROTOCOL_SET,
    COMMON_SET,
    DC_SET,
    SIGNATURE_SET,
    SchemaSet,
)
from sterna.protocols.iso15118.schema import Xs, element_name

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        FOLDER is None, reason=f"no {PEERS.name}: docs/peers.md says how to make it"
    ),
]
SETS = {
    "V2G_CI_AppProtocol.xsd": APP_PROTOCOL_SET,
    "iso15118_20/V2G_CI_CommonMessages.xsd": COMMON_SET,
    "iso15118_20/V2G_CI_DC.xsd": DC_SET,
    "iso15118_20/V2G_CI_AC.xsd": AC_SET,
    "xmldsig-core-schema.xsd": SIGNATURE_SET,
}
each_set = pytest.mark.parametrize(("file", "ours"), SETS.items(), ids=list(SETS))


def official(file: str) -> Official:
    assert FOLDER is not None
    return Official(FOLDER).read(FOLDER / file)


@each_set
def test_messages_begin_with_the_codes_of_the_official_schema(file: str, ours: SchemaSet) -> None:
    assert list(ours.elements) == [name for name, _ in sorted(official(file).elements)]


@each_set
def test_each_type_has_the_grammar_of_the_official_schema(file: str, ours: SchemaSet) -> None:
    schema = official(file)
    seen: dict[type[Struct], Name] = {}
    for message in ours.messages:
        (declared,) = (
            one for name, one in schema.elements.items() if name[0] == element_name(message)
        )
        name = schema.type_of(declared)
        assert isinstance(name, tuple)
        compare(schema, message, name, seen)
    assert len(seen) > len(ours.messages)


def compare(schema: Official, kind: type[Struct], name: Name, seen: dict[type, Name]) -> None:
    """Assert that *kind* has the grammar of the type *name*, and so has all below it."""
    if kind in seen:
        assert seen[kind] == name, kind
        return
    seen[kind] = name
    ours, (theirs, mixed) = content(kind), schema.content(name)
    assert ours.mixed is mixed, kind
    if mixed:  # A repeated choice with any element stands as two places, with the same codes.
        assert ours.productions(0) == sum(len(place.arms) for place in theirs[:1]), kind
        assert ours.productions(1) == 2 + sum(len(place.arms) for place in theirs[1:]), kind
        theirs = theirs[: len([slot for slot in ours.slots if slot.branches[0].value])]
    for slot, place in zip(ours.slots, theirs, strict=not mixed):
        assert (slot.minimum, slot.maximum) == (place.minimum, place.maximum), (kind, place)
        compare_places(schema, kind, slot, place, seen)


def compare_places(
    schema: Official, kind: type, slot: Slot, place: Place, seen: dict[type, Name]
) -> None:
    """Assert that *slot* has the arms of *place*, in their order."""
    ours = [(one.event, one.name if one.event != "text" else "") for one in slot.branches]
    assert ours == [(arm.event, arm.name) for arm in place.arms], kind
    for branch, arm in zip(slot.branches, place.arms, strict=True):
        value = branch.value
        if value is None:
            continue
        if isinstance(value, type) and issubclass(value, Struct):
            assert isinstance(arm.type, tuple), branch
            compare(schema, value, arm.type, seen)
        else:
            assert isinstance(arm.type, Simple), branch
            compare_simple(branch, value, arm.type)


def compare_simple(branch: Branch, ours: Xs | type[Enum], theirs: Simple) -> None:
    """Assert that a simple type is written the same way and allows the same."""
    assert coding(ours) == theirs.coding, branch
    assert branch.lengths == (theirs.shortest, theirs.longest), branch
    if isinstance(ours, Xs):
        assert (ours.name, ours.low, ours.high) == (theirs.base, theirs.low, theirs.high), branch
    else:
        assert tuple(member.value for member in ours) == theirs.values, branch


def test_a_fragment_begins_with_the_codes_of_the_official_schema() -> None:
    common = official("iso15118_20/V2G_CI_CommonMessages.xsd")
    assert list(fragments.common_names()) == [name for name, _ in sorted(common.everywhere)]
    signature = official("xmldsig-core-schema.xsd")
    assert list(fragments.signature_names()) == [name for name, _ in sorted(signature.everywhere)]
