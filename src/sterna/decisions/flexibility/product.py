"""What a market buys: a window of steps, a direction, how it may be called, and in what grain.

UP is less import or more export of the fleet, DOWN is more import or less export, both against the
committed plan. (On the wire of USEF's flexibility trading protocol a positive power is consumption:
there an UP order has a negative change.)
"""

from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Floats


class Direction(Enum):
    """Which way the fleet's power moves; the value is the sign of that at the meter."""

    UP = -1
    """Less import, more export."""
    DOWN = 1
    """More import, less export: what relieves a reverse flow."""


class Call(Enum):
    """How an accepted offer may be used."""

    WHOLE = "whole"
    """All of it, in the whole window, known when the offer is accepted (activation factor 1)."""
    ANY = "any"
    """Any part of it, in each step another, known only when the step begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product: steps first..last-1 of a problem. All powers >= 0, kW."""

    direction: Direction
    first: int
    last: int
    call: Call = Call.WHOLE
    before_kw: float = 0.0
    """By how much the fleet may leave its plan before the window, to make room. Only for `Call.WHOLE`:
    an offer that may not be called at all leaves the plan as it is."""
    after_kw: float = inf
    """Largest recovery: how far from its plan the fleet may be after the window. 0: none, so that only
    energy is sold that nobody has to bring back."""
    quiet_steps: int = 0
    """Steps after the window in which there is no recovery at all; later `after_kw` holds."""
    least_kw: float = 1.0
    """Smallest volume that the market takes."""
    step_kw: float = 0.1
    """Volumes are multiples of this."""

    def __post_init__(self) -> None:
        """Refuse what no market sells: it would be a bug of the caller."""
        assert 0 <= self.first < self.last, (self.first, self.last)
        assert self.before_kw == 0.0 or self.call is Call.WHOLE, (
            "a plan that changes is no baseline"
        )
        assert self.step_kw > 0, self.step_kw

    @property
    def sign(self) -> float:
        """+1 where the fleet draws more, -1 where it draws less."""
        return float(self.direction.value)

    def window(self, steps: int) -> Floats:
        """Return 1 in the window and 0 elsewhere, shape (steps,)."""
        assert self.last <= steps, "the window ends after the horizon"
        found = np.zeros(steps)
        found[self.first : self.last] = 1.0
        return found

    def recovery_kw(self, steps: int) -> Floats:
        """Return how far from the plan the fleet may be in each step outside of the window, shape (steps,)."""
        found = np.full(steps, self.after_kw)
        found[: self.first] = self.before_kw
        found[self.first : self.last] = 0.0
        found[self.last : self.last + self.quiet_steps] = 0.0
        return found

    def saleable(self, kw: float) -> float:
        """Return the largest volume not above *kw* that the market takes; 0 when that is less than its least."""
        steps = int(np.floor(kw / self.step_kw + GRAIN))
        volume = steps * self.step_kw
        return volume if volume >= self.least_kw - GRAIN * self.step_kw and steps > 0 else 0.0


GRAIN: Final = 1e-5
"""Part of a step by which a volume may fall short of it: the solver's noise, 1 mW for a step of 0.1 kW."""
