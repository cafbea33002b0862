"""Settings of the EMME."""

from dataclasses import dataclass
from typing import Literal

from sterna.kernel.quantities import Seconds, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A party that is connected to the hub."""

    country: str
    party: str
    """Its address in OCPI."""
    host: str
    """Its name in the deployment's directory."""
    shows: str
    """The token by which it is let in."""
    wants: str
    """The token that it wants to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmmeSettings:
    """How the EMME works."""

    peers: tuple[Peer, ...] = (
        Peer(country="PT", party="STC", host="cpo", shows="cpo-to-emme", wants="emme-to-cpo"),
        Peer(country="PT", party="STE", host="emsp", shows="emsp-to-emme", wants="emme-to-emsp"),
    )
    country: str = "PT"
    party: str = "STH"
    """The hub's own address."""
    profile: Literal["legacy", "post2027"] = "legacy"
    """Whose rules hold in Portugal.

    ``legacy``, until 31 December 2026: the platform is central; besides passing records on
    it allocates the energy of each record to its operator per quarter of an hour, for
    suppliers and network operators. ``post2027`` (DL 93/2025): operators sell themselves and
    roaming goes from party to party; the platform passes on and reports aggregates, and
    allocates nothing.
    """
    report_every_s: Seconds = Seconds(60.0)  # a float
    """At most so often the market is told of one operator's volume."""
    battery_kwh: float = 50.0
    """Capacity assumed of a car, which OCPI does not tell; for the flexibility reported."""
    floor: Share = Share(0.3)  # a float
    """State of charge assumed to be kept, for the flexibility reported."""
