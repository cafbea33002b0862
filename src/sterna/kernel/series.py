"""Regular time series: one value per step, constant within the step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.quantities import Instant, Seconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Values on a regular grid; value *k* holds from ``start + k*step`` until the next.

    *values* has shape (n,), float64, in the unit named by *unit*.
    """

    start: Instant
    step: Seconds
    values: NDArray[np.float64]
    unit: str

    def __post_init__(self) -> None:
        """Freeze the values, so that a series can be shared."""
        assert self.step > 0, self.step
        assert self.values.ndim == 1, self.values.shape
        self.values.flags.writeable = False

    @property
    def end(self) -> Instant:
        """The instant at which the last value ends."""
        return Instant(self.start + self.step * len(self.values))

    def at(self, moment: Instant) -> float:
        """Return the value that holds at *moment*.

        Raises IndexError outside of the series: an unnoticed extrapolation would be a wrong result.
        """
        k = int((moment - self.start) // self.step)
        if not 0 <= k < len(self.values):
            raise IndexError(f"{moment} is outside of {self.start}..{self.end}")
        return float(self.values[k])

    def mean(self, start: Instant, end: Instant) -> float:
        """Return the time-weighted mean over [*start*, *end*), which lies in the series."""
        return float(self.sampled(start, Seconds(end - start), 1)[0])

    def sampled(self, start: Instant, step: Seconds, count: int) -> NDArray[np.float64]:
        """Return *count* time-weighted means over steps of *step* from *start*, shape (count,)."""
        edges = (start - self.start) / self.step + np.arange(count + 1) * (step / self.step)
        if edges[0] < -1e-9 or edges[-1] > len(self.values) + 1e-9:
            raise IndexError(f"{start} + {count} x {step} s is outside of {self.start}..{self.end}")
        total = np.concatenate(([0.0], np.cumsum(self.values)))
        summed = np.interp(edges, np.arange(len(total)), total)
        means: NDArray[np.float64] = np.diff(summed) / (step / self.step)
        return means
