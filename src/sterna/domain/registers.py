"""Readings of an EVSE's two energy registers, and the energy between them.

A car that tells its state of charge has it in the same samples, and it travels with them.

A meter counts energy into the car and out of it in two registers that only ever grow. Whoever
bills or reports needs the energy per quarter hour; the readings come when they come.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import floor
from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Instant, Seconds, Share, WattHours

QUARTER_S: Final = Seconds(900.0)
"""The settlement interval of the European electricity markets."""


class RegisterReading(Struct, frozen=True, kw_only=True, gc=False):
    """What the two registers showed at one moment."""

    at: Instant
    charged_wh: WattHours
    """Register of energy into the car."""
    discharged_wh: WattHours
    """Register of energy out of the car."""
    soc: Share | None = None
    """The car's state of charge at that moment, where it tells it."""


class IntervalEnergy(Struct, frozen=True, kw_only=True, gc=False):
    """Energy that flowed from *start* to *end*."""

    start: Instant
    end: Instant
    charged_wh: WattHours
    discharged_wh: WattHours
    soc: Share | None = None
    """State of charge at *end*: told then, or on the line between the readings before and after."""


def follows(earlier: RegisterReading, later: RegisterReading) -> bool:
    """Return whether *later* can come after *earlier*: time passed, and no register ran backwards."""
    return (
        later.at > earlier.at
        and later.charged_wh >= earlier.charged_wh
        and later.discharged_wh >= earlier.discharged_wh
    )


def per_interval(
    readings: Iterable[RegisterReading], step: Seconds = QUARTER_S
) -> tuple[IntervalEnergy, ...]:
    """Return the energy between the first and the last of *readings*, cut at multiples of *step*.

    Between two readings power is taken as constant. Every Wh is counted exactly once, so that
    the intervals sum to the difference of the registers. A reading that cannot follow the one
    before is left out.
    """
    found: dict[float, IntervalEnergy] = {}
    for earlier, later in pairwise(_plausible(readings)):
        for piece in _pieces(earlier, later, step):
            slot = floor(piece.start / step)
            before = found.get(slot)
            found[slot] = piece if before is None else _joined(before, piece)
    return tuple(found.values())


def _plausible(readings: Iterable[RegisterReading]) -> Iterator[RegisterReading]:
    last: RegisterReading | None = None
    for reading in readings:
        if last is None or follows(last, reading):
            last = reading
            yield reading


def _joined(one: IntervalEnergy, other: IntervalEnergy) -> IntervalEnergy:
    return IntervalEnergy(
        start=one.start,
        end=other.end,
        charged_wh=WattHours(one.charged_wh + other.charged_wh),
        discharged_wh=WattHours(one.discharged_wh + other.discharged_wh),
        soc=other.soc,
    )


def _pieces(
    earlier: RegisterReading, later: RegisterReading, step: Seconds
) -> Iterator[IntervalEnergy]:
    """Yield the energy between two readings, one piece per interval that they touch."""
    start, charged, discharged = earlier.at, earlier.charged_wh, earlier.discharged_wh
    while start < later.at:
        end = Instant(min((floor(start / step) + 1) * step, later.at))
        passed = (end - earlier.at) / (later.at - earlier.at)
        up = _between(earlier.charged_wh, later.charged_wh, passed)
        down = _between(earlier.discharged_wh, later.discharged_wh, passed)
        yield IntervalEnergy(
            start=start,
            end=end,
            charged_wh=WattHours(up - charged),
            discharged_wh=WattHours(down - discharged),
            soc=_charge(earlier.soc, later.soc, passed),
        )
        start, charged, discharged = end, up, down


def _charge(earlier: Share | None, later: Share | None, passed: float) -> Share | None:
    """Return the state of charge after the share *passed* of the time; None where one end is unknown."""
    if earlier is None or later is None:
        return later if passed == 1.0 else None
    return Share(earlier + (later - earlier) * passed)


def _between(low: WattHours, high: WattHours, share: float) -> WattHours:
    return WattHours(low + round((high - low) * share))
