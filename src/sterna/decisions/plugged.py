"""What dispatch is told about the plugged cars, and what it answers."""

from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from sterna.decisions.why import Reason
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share

USUAL_EFFICIENCY: Final = Share(0.95)
NONE_KW: Final = Kilowatts(0.0)


class Plugged(Struct, frozen=True, kw_only=True, gc=False):
    """One plugged car as dispatch sees it. Powers at the meter, as numbers >= 0."""

    evse: str
    departure: Instant
    energy_kwh: KilowattHours
    floor_kwh: KilowattHours
    target_kwh: KilowattHours
    capacity_kwh: KilowattHours
    charge_limits_kw: tuple[float, ...]
    """Most charging power by EVSE, car, cable, phase ...: the least counts; empty means 0."""
    discharge_limits_kw: tuple[float, ...]
    """The same for discharging. A car that cannot discharge has a 0 here."""
    may_discharge: bool
    """The driver's consent."""
    charge_now: bool = False
    """The driver wants energy at once, whatever the plan."""
    now_kw: Kilowatts = NONE_KW
    """The present set-point, positive charges; 0 for a new car."""
    charge_min_kw: Kilowatts = NONE_KW
    """Least charging power other than 0 (6 A of a three-phase car: 4.14 kW)."""
    discharge_min_kw: Kilowatts = NONE_KW
    charge_efficiency: Share = USUAL_EFFICIENCY
    discharge_efficiency: Share = USUAL_EFFICIENCY
    under: tuple[int, ...] = ()
    """Positions of the shared limits (station, feeder, phase) that this car counts under."""


class Limit(Struct, frozen=True, kw_only=True, gc=False):
    """What some cars together may draw and give. Both >= 0; 0 means none at all."""

    name: str
    """Where it comes from, for people: ``station porto-03``, ``capacity of the grid operator``."""
    import_kw: Kilowatts
    export_kw: Kilowatts


class SetPoint(Struct, frozen=True, kw_only=True, gc=False):
    """What one EVSE is told, and why."""

    evse: str
    power_kw: Kilowatts
    reason: Reason
    limit: str = ""
    """The name of the limit that cut it, if one did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A car that will miss its target, and by how much in the battery."""

    evse: str
    missing_kwh: KilowattHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """The set-points, in the order of the cars, and what could not be done."""

    set_points: tuple[SetPoint, ...]
    total_kw: Kilowatts
    shortfall_kw: Kilowatts
    """Request less total: positive when the cars draw less than asked (or give back more),
    negative when drivers' needs draw more than asked or less could be given back."""
    unserved_kw: Kilowatts
    """What cars need now and limits do not let them have, >= 0."""
    late: tuple[Late, ...]
    """Cars that will miss their target even with everything done for them."""
