"""The kVA circle of an inverter: how much active and reactive power it can have together.

P^2 + Q^2 <= S_max^2, and |Q| at most 0.44 S_max (a power factor of 0.9 at full load): the range
that EN 50549-1 asks for as far as secondary sources tell; the standard itself was not read.
"""

from dataclasses import dataclass
from math import copysign, sqrt
from typing import Final

from sterna.kernel.quantities import Kilovars, Kilowatts

Q_SHARE_MAX: Final = 0.44


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """One inverter's circle."""

    s_kva_max: float
    """1.0 to 1.1 times the rated active power."""
    reactive_first: bool = False
    """Which power gives way where both do not fit: the active one if True."""

    def __post_init__(self) -> None:
        """Check the size."""
        assert self.s_kva_max > 0, self

    def within(self, kw: Kilowatts, kvar: Kilovars) -> tuple[Kilowatts, Kilovars]:
        """Return the powers that can be had of the two wishes; no sign ever turns."""
        size = self.s_kva_max
        most_q = Q_SHARE_MAX * size
        if self.reactive_first:
            q = min(abs(kvar), most_q)
            p = min(abs(kw), _other(size, q))
        else:
            p = min(abs(kw), size)
            q = min(abs(kvar), most_q, _other(size, p))
        return Kilowatts(copysign(p, kw)), Kilovars(copysign(q, kvar))


def _other(size: float, one: float) -> float:
    """Return the cathetus that is left of the circle beside *one*."""
    return sqrt(max(0.0, size * size - one * one))
