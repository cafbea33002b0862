"""What the connections of stations tell their room, and ask of it."""

from typing import Protocol

from msgspec import Struct

from sterna.actors.cs_ems.records import Withheld
from sterna.actors.cs_ems.replay import Debts

Tag = tuple[str, str]
"""What a call of ours is about: (step, session)."""


class Room(Debts, Protocol):
    """What a relay tells its room and asks of it."""

    def heard(self, station: str, request: Struct) -> Struct | None:
        """Learn what a station says, in 2.1; an answer returned here is given at once and stays here."""

    def passed(self, station: str, request: Struct, response: Struct) -> None:
        """Learn that one side has answered a call of the other."""

    def outcome(self, tag: Tag, response: Struct | None, reason: str) -> None:
        """Learn what became of a call of ours; *response* None: nothing, because of *reason*."""

    def keep(self, station: str, message: Withheld) -> None:
        """Keep a message for the CSMS and answer it when it is safe."""

    def tokens(self) -> frozenset[str]:
        """Return the tokens of the sessions that were started here."""

    def connected(self, station: str) -> None:
        """Learn that a station is there."""

    def gone(self, relay: object) -> None:
        """Learn that a station is not there any more."""
