"""Settings of the charging station EMS."""

from dataclasses import dataclass
from typing import Literal

from sterna.kernel.quantities import KilowattHours, Kilowatts, Seconds, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """What stands on the name plate of an EVSE."""

    evse: str
    """Its id: the station's id, a dash and the number that OCPP knows it by, e.g. ``porto-03-1``."""
    station: str
    number: int
    """OCPP's evseId within the station, from 1."""
    supply: Literal["AC", "DC"]
    charge_kw: Kilowatts
    discharge_kw: Kilowatts
    """What it can give back, as a magnitude; 0 for an EVSE that only charges."""
    minimum_kw: Kilowatts = Kilowatts(0.0)
    """Least charging power other than 0."""
    efficiency: Share = Share(0.95)
    """One way between its meter and a battery's stored energy, at full power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsEmsSettings:
    """How the EVSEs of one site are steered."""

    evses: tuple[Plate, ...]
    import_kw: Kilowatts
    """Most that all cars together may ever draw: the connection."""
    export_kw: Kilowatts = Kilowatts(0.0)
    """Most that all cars together may give while the BEMS says nothing else, as a magnitude."""
    alone_kw: tuple[Kilowatts, ...] = ()
    """Most that all cars together may draw while nobody says what the building draws, for equal parts
    of the UTC day (24 values: one for each hour). Empty: as much as ever."""
    station_kw: tuple[tuple[str, float], ...] = ()
    """(station, kW) for stations whose cable carries less than their EVSEs together."""
    mode: Literal["optimised", "uncontrolled"] = "optimised"
    """``uncontrolled``: every car charges on arrival as fast as it can, and never discharges."""
    csms_lost: Literal["transparent", "island"] = "island"
    """What happens to stations while the CSMS is away: the link is closed, or this room answers for it."""
    boot_alone: Literal["Accepted", "Pending"] = "Accepted"
    """What a station is told that boots while the CSMS is away (``island`` only)."""
    period_s: Seconds = Seconds(300.0)
    """The rhythm of the BEMS: one set-point per period, aligned to the clock."""
    csms_answer_s: Seconds = Seconds(25.0)
    """How long the CSMS may take to answer before it counts as lost (``island`` only)."""
    max_offline_s: Seconds = Seconds(120.0)
    """How long a station keeps a set-point after it lost this room."""
    capacity_kwh_default: KilowattHours = KilowattHours(50.0)
    """Capacity of a battery that neither car nor driver tells."""
    soc_default: Share = Share(0.2)
    """State of charge at plug-in of a car that does not tell: low, so that it is charged."""
    zone: str = "UTC"
    """The site's time zone, for what is told to drivers in words."""
    heartbeat_s: int = 3600
    """Heartbeat interval told to a station that boots in ``island``."""
    bems_client: str = "cs_ems"
    """OpenADR client id at the BEMS."""
    bems_secret: str = ""
    callback_url: str = "https://cs_ems/openadr3/callbacks"
    """Where the BEMS posts its events; the host part is a name of the directory."""
    callback_token: str = "cs_ems-callback"  # noqa: S105  # a default for one process; operation sets its own
    """What the BEMS has to show when it posts an event."""
