"""Bodies between charging station management and charge point operator: session, record."""

from typing import Annotated, Literal

from msgspec import Meta
from typing_extensions import override

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.rest.body import Body, Energy, Fraction, Name
from sterna.protocols.rest.sessions import INTERVALS_MAX, Intervals, StopReason, consistent


class Reading(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A reading of the EVSE's two energy registers."""

    at: Instant
    import_wh: Energy
    """Register of energy from the grid into the car, since the meter was built in."""
    export_wh: Energy
    """Register of energy from the car into the grid."""
    signed: str | None = None
    """The meter's signed data as it came from the station, encoding and all."""
    context: Literal["begin", "periodic", "end", "other"] = "periodic"


Readings = Annotated[tuple[Reading, ...], Meta(max_length=INTERVALS_MAX)]


class SessionUpdate(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The state of a transaction (CSMS -> CPO); a later one with the same transaction replaces it."""

    transaction: Name
    evse: Name
    session: Name
    """The id token that the transaction was started with: a pseudonym."""
    start: Instant
    at: Instant
    state: Literal["started", "updated", "ended"]
    charged_wh: Energy
    """Since the transaction began."""
    discharged_wh: Energy
    kw: Kilowatts | None = None
    soc: Fraction | None = None

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}", f"tx:{self.transaction}", f"evse:{self.evse}")

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {
            "state": self.state,
            "kwh_in": self.charged_wh / 1000,
            "kwh_out": self.discharged_wh / 1000,
        }


class ChargeRecord(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The finished transaction with its interval readings (CSMS -> CPO), once, unchangeable."""

    record: Name
    transaction: Name
    evse: Name
    session: Name
    start: Instant
    end: Instant
    reason: StopReason
    charged_wh: Energy
    discharged_wh: Energy
    intervals: Intervals
    readings: Readings = ()
    """Register readings that the intervals were made from, oldest first."""

    def __post_init__(self) -> None:
        """Refuse a record whose parts do not add up."""
        if self.end < self.start:
            raise ValueError(f"the record ends at {self.end}, before its start {self.start}")
        consistent(self.intervals, self.charged_wh, self.discharged_wh, who=self.record)

    @override
    def keys(self) -> tuple[str, ...]:
        named = (f"ses:{self.session}", f"tx:{self.transaction}", f"evse:{self.evse}")
        return (*named, f"cdr:{self.record}")

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"kwh_in": self.charged_wh / 1000, "kwh_out": self.discharged_wh / 1000}


class StationFault(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An EVSE is out of order, or in order again (CSMS -> CPO); who maintains it wants to know."""

    station: Name
    evse: Name
    at: Instant
    cleared: bool = False
    reason: str = ""
    """What the station said of it, empty when it said no more than Faulted."""

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"evse:{self.evse}",)

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"cleared": self.cleared}
