"""How a converter follows a set-point: after a while, along a ramp, in steps, and a little off.

Field figures are those of the design notes: below a second of delay (field test of real -20 cars,
DTU and Monta 2025, abstract), 10 kW/s, steps of 1 A or 100 W, 1 % of error.
"""

from dataclasses import dataclass
from math import copysign, floor, inf
from typing import Final

from sterna.kernel.quantities import NO_POWER, Kilowatts, Seconds, Share

STEP_NOISE: Final = 1e-6
"""A wish this near below a step (in steps) is that step: 11.0 kW are 110 steps of 0.1 kW."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """One converter's manner. The default is the ideal one: at once, to any power."""

    delay_s: Seconds = Seconds(0.0)
    """From the set-point until the power begins to move."""
    ramp_kw_per_s: float = inf
    step_kw: Kilowatts = Kilowatts(0.0)
    """Granularity of what it can be set to; 0: none."""
    error: Share = Share(0.0)
    """Most that the power is off the set-point, as a part of it, either way."""

    def __post_init__(self) -> None:
        """Check that it moves at all."""
        assert self.delay_s >= 0, self
        assert self.ramp_kw_per_s > 0, self
        assert self.step_kw >= 0, self
        assert 0 <= self.error < 1, self

    @property
    def at_once(self) -> bool:
        """Whether every power is there in the instant in which it is asked for."""
        return not self.delay_s and self.ramp_kw_per_s == inf

    def stepped(self, kw: Kilowatts, least: Kilowatts = NO_POWER) -> Kilowatts:
        """Return the step at *kw* or next to it towards 0: rounding never exceeds what was allowed.

        *least*, the least power that the converter runs at, is a step too: a wish that it can run
        at is never rounded to one that it cannot.
        """
        size = abs(kw)
        if not self.step_kw:
            return kw
        steps = floor(size / self.step_kw + STEP_NOISE) * self.step_kw
        if steps < least <= size:
            steps = least
        return Kilowatts(copysign(steps, kw) if steps else 0.0)

    def ramp_s(self, from_kw: Kilowatts, to_kw: Kilowatts) -> Seconds:
        """Return how long the power takes from one value to the other, the delay not counted."""
        return Seconds(abs(to_kw - from_kw) / self.ramp_kw_per_s)


AT_ONCE: Final = Pace()
FIELD: Final = Pace(delay_s=Seconds(0.5), ramp_kw_per_s=10.0, step_kw=Kilowatts(0.1))
"""A CCS or -20 AC car of today."""
OLD_CHADEMO: Final = Pace(delay_s=Seconds(5.0), ramp_kw_per_s=10.0, step_kw=Kilowatts(0.4))
"""Older CHAdeMO: 4 to 7 s, and whole amperes at some 400 V."""


def meter_kws(from_kw: float, to_kw: float, duration: float) -> tuple[float, float]:
    """Return what a ramp moves in each direction in kW s: (drawn, given), both >= 0; exact."""
    if from_kw * to_kw >= 0:
        moved = (from_kw + to_kw) / 2.0 * duration
        return max(moved, 0.0), max(-moved, 0.0)
    turn = duration * from_kw / (from_kw - to_kw)
    first, last = from_kw / 2.0 * turn, to_kw / 2.0 * (duration - turn)
    return max(first, last), max(-first, -last)
