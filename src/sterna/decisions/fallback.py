"""What a receiver of set-points does when their sender is silent.

Hold the schedule to its end, then charge to the driver's target inside the
limit that is known, and never discharge. What is known without word from the
building is what its load has always left of the connection at that time of day.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts
from sterna.kernel.series import Series

HOURS: Final = 24
HOUR_S: Final = 3600.0


class Phase(Enum):
    """How far the silence has gone."""

    SCHEDULE = "holds the last schedule"
    TARGET = "charges to the driver's target without a schedule"
    REST = "rests: the target is reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The last schedule received: (start, power) pieces in order, valid until *until*."""

    pieces: tuple[tuple[Instant, Kilowatts], ...]
    until: Instant

    def at(self, moment: Instant) -> Kilowatts | None:
        """Return the power planned for *moment*, or None before its start or after its end."""
        if moment >= self.until:
            return None
        power = None
        for start, kw in self.pieces:
            if start > moment:
                break
            power = kw
        return power


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """The power to use without orders, and the phase that explains it."""

    power_kw: Kilowatts
    phase: Phase


def fallback(
    held: Held | None,
    *,
    now: Instant,
    energy_kwh: KilowattHours,
    floor_kwh: KilowattHours,
    target_kwh: KilowattHours,
    charge_kw: Kilowatts,
    limit_kw: Kilowatts,
    may_discharge: bool,
) -> Safe:
    """Return what one EVSE does at *now* while nobody sends set-points.

    *charge_kw*: most that EVSE, cable and car can take. *limit_kw*: this EVSE's part of the
    known limit, >= 0; 0 means 0. Inside a held schedule discharging goes on only with consent
    and above the floor.
    """
    most = max(0.0, min(charge_kw, limit_kw))
    planned = held.at(now) if held is not None else None
    if planned is not None and energy_kwh >= floor_kwh:
        spare = may_discharge and energy_kwh > floor_kwh
        return Safe(
            power_kw=Kilowatts(min(planned if spare else max(planned, 0.0), most)),
            phase=Phase.SCHEDULE,
        )
    if energy_kwh < max(target_kwh, floor_kwh):
        return Safe(power_kw=Kilowatts(most), phase=Phase.TARGET)
    return Safe(power_kw=Kilowatts(0.0), phase=Phase.REST)


def always_free(connection_kw: Kilowatts, load: Series) -> tuple[Kilowatts, ...]:
    """Return what *load* (kW) has left of a connection, at the least, in each hour of the UTC day.

    An hour counts with its neighbours, so that a change of the clocks changes nothing. An hour of
    the day that *load* does not cover has nothing free; nor has one in which the load was higher.
    """
    hour = ((load.start + load.step * np.arange(len(load.values))) % 86_400.0 // HOUR_S).astype(int)
    most = np.full(HOURS, -np.inf)
    np.maximum.at(most, hour, load.values)
    most[np.isneginf(most)] = np.inf
    highest = np.max([np.roll(most, by) for by in (-1, 0, 1)], axis=0)
    return tuple(Kilowatts(max(0.0, connection_kw - kw)) for kw in highest.tolist())
