"""The card of a room: which components it plays, what it provides and what it requires.

The composition root checks the cards against the wiring at start, and the architecture
views draw the component layer from them.
"""

from dataclasses import dataclass
from typing import Literal

Placement = Literal["business", "function", "information", "communication", "component"]
"""The layers of the electric mobility system architecture (EMSA)."""


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

    def speaks(self) -> frozenset[str]:
        """Return the protocols of all interfaces."""
        return frozenset(side.protocol for side in (*self.provides, *self.requires))
