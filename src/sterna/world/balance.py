"""The site's true power balance: building, PV, cars and the grid connection, integrated exactly.

Load and PV are constant within their series' steps, the cars between two changes. PV is
curtailed where more than the connection may feed in would be left.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.series import Series

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """The site at one moment, in kW: ``grid = load - pv + cars``."""

    load_kw: Kilowatts
    pv_kw: Kilowatts
    """What the PV plant really gives, after curtailment."""
    cars_kw: Kilowatts
    grid_kw: Kilowatts
    """Positive is import."""


class Balance:
    """The site from *start* on; also the sensors of its meters."""

    def __init__(
        self,
        *,
        clock_now: Callable[[], Instant],
        start: Instant,
        steps: int,
        step: Seconds,
        load: Series,
        pv: Series,
        export_kw: float,
    ) -> None:
        """Keep means over *steps* steps of *step* seconds from *start*; *export_kw* may be fed in."""
        self._now = clock_now
        self._start = start
        self._step = step
        self._load = load
        self._pv = pv
        self._export_kw = export_kw
        self._cars: dict[str, Kilowatts] = {}
        self._cars_kw = 0.0
        self._seen = start
        self._cars_kws = np.zeros(steps)
        self._pv_kws = np.zeros(steps)
        self._imported_kws = 0.0
        self._exported_kws = 0.0
        self.changed: Callable[[], None] = lambda: None
        """Called after the cars' power has changed, e.g. by a meter that reports on change."""

    def set_car(self, evse: str, kw: Kilowatts) -> None:
        """Take note that the power at *evse* is *kw* from now on."""
        self._advance(self._now())
        self._cars[evse] = kw
        self._cars_kw = fsum(self._cars.values())
        self.changed()

    def relive(self, changes: Iterable[tuple[Instant, str, Kilowatts]]) -> None:
        """Integrate what was before: *changes* of the cars' power (when, EVSE, kW) in order of time."""
        for moment, evse, kw in changes:
            self._advance(moment)
            self._cars[evse] = kw
            self._cars_kw = fsum(self._cars.values())

    def powers(self) -> Powers:
        """Return the site at this moment."""
        now = self._now()
        self._advance(now)
        return self._powers(now)

    def _powers(self, moment: Instant) -> Powers:
        load, cars = self._load.at(moment), self._cars_kw
        pv = max(0.0, min(self._pv.at(moment), load + cars + self._export_kw))
        return Powers(
            load_kw=Kilowatts(load),
            pv_kw=Kilowatts(pv),
            cars_kw=Kilowatts(cars),
            grid_kw=Kilowatts(load - pv + cars),
        )

    def registers_wh(self) -> tuple[float, float]:
        """Return imported and exported energy at the connection since the start, in Wh."""
        self._advance(self._now())
        return self._imported_kws / 3.6, self._exported_kws / 3.6

    def _advance(self, now: Instant) -> None:
        """Integrate up to *now*, step by step, as load and PV change at their steps."""
        while self._seen < now:
            k = int((self._seen - self._start) // self._step)
            until = min(now, Instant(self._start + (k + 1) * self._step))
            seconds = until - self._seen
            here = self._powers(self._seen)
            if k < len(self._cars_kws):
                self._cars_kws[k] += here.cars_kw * seconds
                self._pv_kws[k] += here.pv_kw * seconds
            if here.grid_kw > 0:
                self._imported_kws += here.grid_kw * seconds
            else:
                self._exported_kws -= here.grid_kw * seconds
            self._seen = until

    def means(self) -> tuple[Floats, Floats]:
        """Return the cars' and the PV's mean power per step so far, in kW, shape (steps,) each."""
        self._advance(self._now())
        return self._cars_kws / self._step, self._pv_kws / self._step
