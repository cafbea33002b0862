"""Amperes from duty cycles and resistors, and the least of all limits.

Figures as in the design notes for IEC 61851-1; the standard itself was not read.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Amperes, Instant, Kilowatts, Volts

DIGITAL_DUTY: Final = 0.05
"""The duty cycle that says: ask me by ISO 15118."""
DIGITAL_DUTIES: Final = (0.03, 0.07)
"""What a car takes for it."""
PROXIMITY_AMPERES: Final[Mapping[int, Amperes]] = MappingProxyType(
    {1500: Amperes(13.0), 680: Amperes(20.0), 220: Amperes(32.0), 100: Amperes(63.0)}
)
"""Resistor of a Type 2 cable in ohm -> what the cable carries, three-phase."""
RESISTOR_TOLERANCE: Final = 0.2
"""Relative; the coded values lie a factor of two apart at least."""


PHASES: Final = 3
DUTY_FOLLOWED_WITHIN_S: Final = 5.0
"""How long a car may take to follow a lower duty cycle."""


class Modulation(Struct, frozen=True, kw_only=True, gc=False):
    """The duty cycle on a pilot, and the one before it."""

    duty: float = 1.0
    since: Instant = Instant(0.0)
    before: float = 1.0

    def changed(self, duty: float, now: Instant) -> "Modulation":
        """Return the pilot with *duty* from *now* on; the same again changes nothing."""
        if duty == self.duty:
            return self
        return Modulation(duty=duty, since=now, before=self.duty)

    def bearable(self, now: Instant) -> Amperes:
        """Return what a car may draw in each phase now: a lower duty cycle counts after 5 s."""
        allowed = amperes_of(self.duty)
        if now - self.since >= DUTY_FOLLOWED_WITHIN_S:
            return allowed
        return max(allowed, amperes_of(self.before))


def digital(duty: float) -> bool:
    """Return whether *duty* (0..1) demands digital communication."""
    return DIGITAL_DUTIES[0] <= duty <= DIGITAL_DUTIES[1]


def amperes_of(duty: float) -> Amperes:
    """Return the current per phase that a *duty* cycle (0..1) allows; zero where it allows none."""
    percent = duty * 100.0
    if percent < 8.0:
        return Amperes(0.0)
    if percent < 10.0:
        return Amperes(6.0)
    if percent <= 85.0:
        return Amperes(0.6 * percent)
    if percent <= 96.0:
        return Amperes(2.5 * (percent - 64.0))
    return Amperes(80.0 if percent <= 97.0 else 0.0)


def duty_of(amperes: float) -> float:
    """Return the duty cycle (0..1) that allows *amperes* per phase; 1.0 (no pulses) below 6 A.

    Between 51 A and 52.5 A no duty cycle exists; the one for 51 A stands in.
    """
    if amperes < 6.0:
        return 1.0
    if amperes < 52.5:
        return min(amperes, 51.0) / 60.0
    return min(0.96, amperes / 250.0 + 0.64)


def cable_amperes(ohm: float) -> Amperes:
    """Return what a Type 2 cable with this proximity resistor carries; zero for an unknown one."""
    for coded, amperes in PROXIMITY_AMPERES.items():
        if abs(ohm - coded) <= RESISTOR_TOLERANCE * coded:
            return amperes
    return Amperes(0.0)


def least(*limits: float | None) -> Amperes:
    """Return the least of all *limits* in A; None is no limit. At least one must be given."""
    known = [limit for limit in limits if limit is not None]
    assert known, "a coupler without any limit does not exist"
    return Amperes(max(0.0, min(known)))


def effective(
    *,
    supply: tuple[float, ...],
    duty: float,
    session: float | None,
    cable: float | None,
    vehicle: tuple[float, ...],
) -> tuple[Amperes, ...]:
    """Return the current that each phase may carry: the least of all that have a say, in A.

    *supply* and *vehicle*: their ratings phase by phase, shorter where they have fewer phases.
    *duty*: of the pilot, 0..1; where it asks for digital communication, *session* is its limit
    (None: none), otherwise its own amperes. *cable*: as its resistor codes it; None without one.
    """
    pilot = session if digital(duty) else amperes_of(duty)
    return tuple(
        least(
            supply[phase] if phase < len(supply) else 0.0,
            vehicle[phase] if phase < len(vehicle) else 0.0,
            pilot,
            cable,
        )
        for phase in range(PHASES)
    )


def power(amperes: float, volts: Volts, phases: int) -> Kilowatts:
    """Return the power of *amperes* per phase at *volts* between phase and neutral."""
    return Kilowatts(amperes * volts * phases / 1000.0)
