"""The card of a room: which components it plays, what it provides and what it requires.

``docs/cards.md`` is made from the cards; a test holds them against each other and against the links
of the use case.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One side of a connection between two components."""

    protocol: str
    """As the use case files name it, e.g. ``OCPP``, ``REST``, ``ISO15118-20``."""
    peer: str
    """The component id at the other end, e.g. ``CS_EMS``; ``*`` when any may call."""
    purpose: str
    """One clause: what goes over it."""
    host: str = ""
    """The name in the deployment's directory at which it is reached; empty for frame links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a room says about itself."""

    room: str
    """The folder's name, e.g. ``cs_ems``."""
    components: tuple[str, ...]
    """Ids of the components of the thesis' figures that the room plays, e.g. ``("BOOKING_UI", "PMS")``."""
    figure: str
    """Where the thesis draws it, e.g. ``Figure 6: charging station EMS``."""
    provides: tuple[Interface, ...] = ()
    """What others open to this room."""
    requires: tuple[Interface, ...] = ()
    """What this room opens to others."""
    keeps_personal_data: bool = False
    """Whether persons may be known here; everywhere else ids are pseudonyms."""
