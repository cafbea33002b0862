"""Settings of the session web app."""

from dataclasses import dataclass
from typing import Final

from sterna.kernel.quantities import Share

NOTICE_VERSION: Final = "2025-07"
"""Version of the texts that a driver agrees to; it stands in every consent record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvsePlate:
    """What the page must know of an EVSE."""

    evse: str
    charge_kw: float
    discharge_kw: float
    """0 where it only charges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAppSettings:
    """How the driver's pages behave."""

    evses: tuple[EvsePlate, ...]
    zone: str = "Europe/Lisbon"
    """The site's time zone, for pages and forms."""
    target_default: Share = Share(0.8)
    """Target proposed where the driver enters none."""
    floor_default: Share = Share(0.3)
    """Floor proposed where the driver enters none."""
    live_within_s: float = 3.0
    """How long a page waits for the charger's present figures, before it is shown without them."""
    refresh_s: int = 10
    """A page of a running session asks for itself again after this."""
    answer_within_s: float = 60.0
    """How long a page waits for a report or a bill that is being made, before it says so."""
