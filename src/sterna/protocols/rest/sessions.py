"""Bodies between the session web app and the CS EMS: requirements, progress, statistics."""

from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta
from typing_extensions import override

from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, Kilowatts, WattHours
from sterna.protocols.rest.body import Amount, Body, Energy, Fraction, Name

StopReason = Literal["driver", "vehicle", "departure", "fault", "operator"]
"""Who or what ended a session: the driver's button, the car, the stated departure, …"""
INTERVALS_MAX = 4 * 24 * 31 * 2
"""Two months of quarter hours: longer than any stay that a parking operator books."""


class EnergyInterval(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Metered energy of one interval, cut at the quarter hours of UTC for pricing."""

    start: Instant
    end: Instant
    charged_wh: Energy
    """Into the car, as the EVSE's meter counts it."""
    discharged_wh: Energy
    """Out of the car."""
    soc: Fraction | None = None
    """State of charge at *end*, where the car told it around then."""

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it starts."""
        if self.end <= self.start:
            raise ValueError(f"the interval ends at {self.end}, not after {self.start}")


def totals(intervals: tuple[EnergyInterval, ...]) -> tuple[WattHours, WattHours]:
    """Return the energy charged and discharged over all *intervals*."""
    charged = sum(interval.charged_wh for interval in intervals)
    return WattHours(charged), WattHours(sum(interval.discharged_wh for interval in intervals))


def consistent(
    intervals: tuple[EnergyInterval, ...], charged_wh: int, discharged_wh: int, *, who: str
) -> None:
    """Raise ValueError when *intervals* overlap or do not add up to the totals of *who*."""
    for earlier, later in pairwise(intervals):
        if later.start < earlier.end:
            raise ValueError(f"{who}: the interval at {later.start} begins inside the one before")
    if intervals and totals(intervals) != (charged_wh, discharged_wh):
        raise ValueError(
            f"{who}: intervals sum to {totals(intervals)} Wh, totals say {(charged_wh, discharged_wh)}"
        )


Intervals = Annotated[tuple[EnergyInterval, ...], Meta(max_length=INTERVALS_MAX)]


class SessionRequirements(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What the driver wants and allows (web app -> CS EMS); no name, no plate.

    The CS EMS starts the transaction with *session* as its id token, so that
    stations and their management see a pseudonym.
    """

    session: Name
    evse: Name
    departure: Instant
    target: Fraction
    """State of charge promised at *departure*."""
    floor: Fraction
    """State of charge below which V2B never discharges."""
    v2x: bool
    """Consent to discharging. False: the power is never below 0."""
    reservation: Name | None = None
    capacity_kwh: Amount | None = None
    """The battery's capacity as the driver knows it: a hint until the car tells its own."""
    charge_kw_max: Amount | None = None
    discharge_kw_max: Amount | None = None
    discharge_kwh_max: Amount | None = None
    """The most energy that V2B may take out over the whole stay (the driver's cycle limit)."""
    chemistry: Literal["NMC", "LFP"] | None = None
    """The battery's cells as far as the driver knows: they decide what wear a plan reckons with."""

    @override
    def keys(self) -> tuple[str, ...]:
        booked = () if self.reservation is None else (f"res:{self.reservation}",)
        return (f"ses:{self.session}", f"evse:{self.evse}", *booked)

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {
            "departure": self.departure,
            "target": self.target,
            "floor": self.floor,
            "v2x": self.v2x,
        }


class SessionAccepted(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The CS EMS has taken the requirements and starts the session."""

    session: Name
    evse: Name
    state: Literal["accepted", "starting", "running"] = "accepted"

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}", f"evse:{self.evse}")


class SessionProgress(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """How a session stands, for the driver's page."""

    session: Name
    evse: Name
    at: Instant
    state: Literal["accepted", "starting", "running", "stopping", "ended", "failed"]
    kw: Kilowatts
    """Present power; positive charges."""
    charged_wh: Energy
    discharged_wh: Energy
    soc: Fraction | None = None
    """At *at*, reckoned from what the car told last; absent when it does not tell."""
    start: Instant | None = None
    """When energy could first flow."""
    soc_start: Fraction | None = None
    """As the car told it first."""
    capacity_kwh: Amount | None = None
    """Of the battery, as the car tells it or as the charger reckons with."""
    plan: str = ""
    """What the car does now and why, in words; empty while nothing is planned."""
    intervals: Intervals = ()
    """Metered energy both ways per quarter hour so far; sums to the two totals."""

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}", f"evse:{self.evse}")


class SessionStatistics(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What a session did, once, after its end (CS EMS -> web app)."""

    session: Name
    evse: Name
    start: Instant
    """When the charge loop began."""
    end: Instant
    reason: StopReason
    charged_wh: Energy
    discharged_wh: Energy
    intervals: Intervals = ()
    """Energy both ways per quarter hour; sums to the two totals."""
    soc_start: Fraction | None = None
    soc_end: Fraction | None = None
    capacity_kwh: Amount | None = None
    """Of the battery, as the car tells it or as the charger reckons with."""
    wear_cost: MicroEuro = MicroEuro(0)
    """What the discharged energy is reckoned to have worn off the battery, not a payment."""
    earned: MicroEuro | None = None
    """What V2B is reckoned to earn the driver, where the sender knows prices."""
    co2_g: float | None = None
    """Carbon of the energy charged less that of the energy given back, in g CO2-equivalent."""
    transaction: Name | None = None

    def __post_init__(self) -> None:
        """Refuse statistics whose parts do not add up."""
        if self.end < self.start:
            raise ValueError(f"the session ends at {self.end}, before its start {self.start}")
        consistent(self.intervals, self.charged_wh, self.discharged_wh, who=self.session)

    @override
    def keys(self) -> tuple[str, ...]:
        started = () if self.transaction is None else (f"tx:{self.transaction}",)
        return (f"ses:{self.session}", f"evse:{self.evse}", *started)

    @override
    def fields(self) -> dict[str, float | str | bool]:
        known: dict[str, float | str | bool] = {
            "kwh_in": self.charged_wh / 1000,
            "kwh_out": self.discharged_wh / 1000,
        }
        if self.soc_start is not None:
            known["soc_start"] = self.soc_start
        if self.soc_end is not None:
            known["soc_end"] = self.soc_end
        return known
