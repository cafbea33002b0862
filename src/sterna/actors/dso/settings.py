"""Settings of the distribution system operator."""

from dataclasses import dataclass

from sterna.domain.tariff import NetworkTariff
from sterna.kernel.quantities import Instant, Kilowatts, Seconds, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time in which the grid cannot carry what the connection could."""

    start: Instant
    end: Instant
    import_kw: Kilowatts
    """The most that may be drawn, >= 0."""
    export_kw: Kilowatts
    """The most that may be fed in, as a magnitude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DsoSettings:
    """One connection, its limits, its tariff, and whom to tell."""

    import_kw: Kilowatts
    """What the connection may draw."""
    export_kw: Kilowatts
    """What it may feed in, as a magnitude."""
    tariff: NetworkTariff
    contract_start: Instant
    """When the contract began: both registers showed 0 then. Its quarter hour is the first that is billed."""
    contracted_kw: Kilowatts | None = None
    """Contracted power; None bills the highest quarter."""
    share: Share = Share(1.0)
    """How much of the connection is granted in ordinary times."""
    fallback_share: Share = Share(0.9)
    """How much of the granted capacity holds while the DSO is silent."""
    windows: tuple[Window, ...] = ()
    """Reduced capacity; where two overlap, the tighter one holds."""
    group: str = "porto"
    """The OSCP group, and the name of the connection in meter data."""
    token: str
    """What the building must say to the DSO (OSCP)."""
    peer_token: str
    """What the DSO says to the building until it is given another token (OSCP)."""
    heartbeat_s: int = 300
    """How often the building shall show that it lives."""
    round_s: Seconds = Seconds(6 * 3600.0)
    """How often prices are asked for and capacity is forecast."""
    ahead_s: Seconds = Seconds(48 * 3600.0)
    """How far forecasts and asked prices reach."""
    building: str = ""
    """Owner of the building's account in the ledger; empty: the role's only account."""
    zone: str = "Europe/Lisbon"
    """Time zone of the billing day."""
