"""What a kind of cell shows and stands: voltage at rest, and power that cold, heat and depth take away.

Simple on purpose. Voltage at rest is a broken line over the state of charge; a pack is N cells in
series. A pack's temperature is one number with one heat capacity and one way to the outside:

    C dT/dt = heat - (T - T_outside) / R          tau = R C

With constant heat T goes exponentially to ``T_outside + R heat``, so that every instant has a
closed form. Heat is what the cells lose: |P| (1 - eta), or |P| (1/eta - 1) when discharging.

Sources. Voltages: computed by us from published half-cell fits, NMC532 from Mohtat et al. 2020 and
LFP from Afshar et al. 2017 (arXiv:1709.03970) against the graphite of Chen et al. 2020
(J. Electrochem. Soc. 167 080534), all as given in PyBaMM's parameter sets; the papers
themselves were not read. Derating, heat capacity and cooling: our assumptions, of the size that
cars show; nobody should plan a pack with them.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from types import MappingProxyType
from typing import Final

from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import SECONDS_PER_HOUR, KilowattHours, Seconds, Share, Volts

Points = tuple[tuple[float, float], ...]
"""A broken line: (x, y) by rising x; level beyond its ends."""

MILD_CELSIUS: Final = 25.0
"""What parameters are measured at, and what a pack has that nobody knows better."""


def along(line: Points, x: float) -> float:
    """Return the value of the broken *line* at *x*."""
    at = bisect_right(line, (x, float("inf")))
    if at == 0:
        return line[0][1]
    if at == len(line):
        return line[-1][1]
    (x0, y0), (x1, y1) = line[at - 1], line[at]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One chemistry."""

    volts: Points
    """Open-circuit voltage of one cell over the state of charge."""
    source: str
    charging: Points = ((-20.0, 0.0), (0.0, 0.25), (15.0, 1.0), (45.0, 1.0), (60.0, 0.0))
    """Part of the charging power that is left over the temperature in degrees Celsius."""
    discharging: Points = ((-30.0, 0.0), (-20.0, 0.3), (5.0, 1.0), (50.0, 1.0), (65.0, 0.0))

    def pack_volts(self, soc: Share, in_series: int) -> Volts:
        """Return the voltage at rest of a pack of *in_series* cells."""
        return Volts(in_series * along(self.volts, soc))


def _cells(source: str, *volts: float) -> Cells:
    """Return cells with voltages at 0, 5, 10, 20, ... 100 %."""
    shares = (0.0, 0.05, *(tenth / 10 for tenth in range(1, 11)))
    return Cells(volts=tuple(zip(shares, volts, strict=True)), source=source)


CELLS: Final[Mapping[Chemistry, Cells]] = MappingProxyType(
    {
        Chemistry.NMC: _cells(
            "half-cell fits of Mohtat et al. 2020 (NMC532, graphite), computed by us",
            2.81, 3.46, 3.51, 3.59, 3.64, 3.67, 3.72, 3.80, 3.88, 3.97, 4.08, 4.20,
        ),
        Chemistry.LFP: _cells(
            "half-cell fits of Afshar et al. 2017 (LFP) and Chen et al. 2020 (graphite), balanced by us",
            2.50, 2.90, 3.07, 3.18, 3.23, 3.26, 3.27, 3.27, 3.30, 3.31, 3.31, 3.43,
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermal:
    """How warm a pack gets. Defaults: ours, for a car's pack with its liquid cooling at rest."""

    kwh_per_kelvin: KilowattHours
    """Heat that one kelvin takes; about 1 kJ/(kg K) and 160 Wh/kg give 1.7 Wh/K for each kWh of pack."""
    kelvin_per_kw: float = 15.0
    """Rise over the outside in the end, for one kW of heat held for ever."""
    outside_celsius: float = MILD_CELSIUS

    @property
    def tau(self) -> Seconds:
        """Time constant: after it 63 % of a change are done."""
        return Seconds(self.kwh_per_kelvin * self.kelvin_per_kw * SECONDS_PER_HOUR)

    def rest(self, heat_kw: float) -> float:
        """Return the temperature that constant *heat_kw* leads to."""
        return self.outside_celsius + self.kelvin_per_kw * heat_kw

    def after(self, celsius: float, heat_kw: float, duration: Seconds) -> float:
        """Return the temperature after *duration* of constant *heat_kw*: exact."""
        rest = self.rest(heat_kw)
        return rest + (celsius - rest) * exp(-duration / self.tau)

    def time_to(self, goal: float, celsius: float, heat_kw: float) -> Seconds:
        """Return when *goal* is reached; infinite where it never is, 0 where it is passed already."""
        rest = self.rest(heat_kw)
        if (goal - celsius) * (rest - celsius) <= 0.0:
            return Seconds(0.0 if goal == celsius else float("inf"))
        if abs(rest - celsius) <= abs(goal - celsius):
            return Seconds(float("inf"))
        return Seconds(self.tau * log((celsius - rest) / (goal - rest)))


WH_PER_KELVIN_PER_KWH: Final = 1.7


def thermal_of(capacity_kwh: KilowattHours, outside_celsius: float = MILD_CELSIUS) -> Thermal:
    """Return the thermal side of a pack of *capacity_kwh* that stands at *outside_celsius*."""
    return Thermal(
        kwh_per_kelvin=KilowattHours(capacity_kwh * WH_PER_KELVIN_PER_KWH / 1000.0),
        outside_celsius=outside_celsius,
    )
