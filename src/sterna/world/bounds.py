"""The limits of a setting, written beside its type: ``Annotated[Kilowatts, AT_LEAST_ZERO]``."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a number may lie; None: no limit on that side."""

    least: float | None = None
    most: float | None = None
    above: float | None = None
    """Like *least*, but the limit itself is refused."""

    def complaint(self, value: float) -> str | None:
        """Return what is wrong with *value*, or None when nothing is."""
        if self.above is not None and not value > self.above:
            return f"must be above {self.above:g}, not {value:g}"
        if self.least is not None and not value >= self.least:
            return f"must be at least {self.least:g}, not {value:g}"
        if self.most is not None and not value <= self.most:
            return f"must be at most {self.most:g}, not {value:g}"
        return None


ABOVE_ZERO: Final = Bounds(above=0)
AT_LEAST_ZERO: Final = Bounds(least=0)
SHARE: Final = Bounds(least=0, most=1)
"""A part of a whole: 0.8, not 80."""
