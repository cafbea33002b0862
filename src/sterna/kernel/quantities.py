"""Physical quantities as distinct types.

Sign convention, everywhere: positive power charges the vehicle or is drawn from
the grid, negative power discharges it or is fed into the grid. A module whose
standard says otherwise converts at its own edge.
"""

from typing import Final, NewType

Kilowatts = NewType("Kilowatts", float)
"""Active power in kW; positive charges."""
Kilovars = NewType("Kilovars", float)
"""Reactive power in kvar; positive is inductive."""
KilowattHours = NewType("KilowattHours", float)
"""Energy in kWh."""
WattHours = NewType("WattHours", int)
"""Energy in whole Wh: what meter registers and bills count in."""
Share = NewType("Share", float)
"""A part of a whole, 0..1. State of charge is a share, never a percentage."""
Volts = NewType("Volts", float)
Amperes = NewType("Amperes", float)
Hertz = NewType("Hertz", float)
Seconds = NewType("Seconds", float)
"""A duration in s."""
Instant = NewType("Instant", float)
"""A point in time: seconds since 1970-01-01T00:00:00Z."""

SECONDS_PER_HOUR: Final = 3600.0
NO_POWER: Final = Kilowatts(0.0)
"""0 kW: a limit of this means nothing may flow."""
UNLIMITED_POWER: Final = Kilowatts(1e9)
"""Said by a source that sets no limit, and never written as 0. A terawatt, because JSON has no infinity."""
NO_ENERGY: Final = WattHours(0)
EMPTY: Final = Share(0.0)
FULL: Final = Share(1.0)


def energy(power: Kilowatts, duration: Seconds) -> KilowattHours:
    """Return the energy that constant *power* moves in *duration*."""
    return KilowattHours(power * duration / SECONDS_PER_HOUR)


def hours(count: float) -> Seconds:
    """Return *count* hours as a duration."""
    return Seconds(count * SECONDS_PER_HOUR)


def minutes(count: float) -> Seconds:
    """Return *count* minutes as a duration."""
    return Seconds(count * 60.0)


def later(moment: Instant, duration: float) -> Instant:
    """Return the instant *duration* seconds after *moment*."""
    return Instant(moment + duration)


def between(start: Instant, end: Instant) -> Seconds:
    """Return the duration from *start* to *end* (negative when *end* is earlier)."""
    return Seconds(end - start)
