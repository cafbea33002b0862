"""The cards of the rooms fit together, and fit the use case: a link has two ends that know of each other."""

import pytest

from sterna.emsa import documents, usecase
from sterna.runtime.card import Card, Interface

CARDS = {card.room: card for card in documents.cards()}
ROOM_OF = {component: card for card in CARDS.values() for component in card.components}
PORTO = usecase.packaged("porto")
RELAYED = {("CS_EMS", "CSMS"): "CS_C"}
"""(caller, called) -> the component under whose name it calls: stations are passed on as themselves."""
PEOPLE = "EV_USER"


def spoken(one: str, other: str) -> set[str]:
    """Return the protocols that the use case allows between two components."""
    return {
        PORTO.protocols[stack.partition(" / ")[0]]
        for link in PORTO.links
        if {link.a, link.b} == {one, other}
        for stack in link.stacks
    }


def sides(kind: str) -> list[tuple[Card, Interface]]:
    """Return every side of that kind, with its card."""
    return [(card, side) for card in CARDS.values() for side in getattr(card, kind)]


def name(what: object) -> str:
    """Return the name of a test case."""
    return what.room if isinstance(what, Card) else getattr(what, "peer", str(what))


@pytest.mark.parametrize(("card", "side"), sides("requires"), ids=name)
def test_what_a_room_requires_its_peer_provides_at_that_host(card: Card, side: Interface) -> None:
    callers = {RELAYED.get((own, side.peer), own) for own in card.components}
    assert any(
        there.protocol == side.protocol and there.peer in callers and there.host == side.host
        for there in ROOM_OF[side.peer].provides
    )


@pytest.mark.parametrize(("card", "side"), sides("provides"), ids=name)
def test_what_a_room_provides_somebody_requires(card: Card, side: Interface) -> None:
    if side.peer == PEOPLE or side.peer in card.components:
        return  # People have no cards, and a room needs none towards itself.
    asked = {
        (here.protocol, RELAYED.get((own, here.peer), own))
        for here_card, here in sides("requires")
        for own in here_card.components
        if here.peer in card.components
    }
    assert (side.protocol, side.peer) in asked


@pytest.mark.parametrize(("card", "side"), sides("provides") + sides("requires"), ids=name)
def test_the_use_case_declares_every_side(card: Card, side: Interface) -> None:
    assert any(
        side.protocol in spoken(RELAYED.get((own, side.peer), own), side.peer)
        for own in card.components
    )
