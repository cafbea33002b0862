"""Published models of how cells lose capacity, as records of one formula.

A cell loses lithium with time t (days) and with throughput n (equivalent full cycles, EFC):

    fade = k_t t^p_t + k_n n^p_n
    k_t  = a exp(E / T) exp(U u(s) / T)
    k_n  = (b + c d + r C) exp(F / T) exp(g exp(d^2))

with the temperature T in K, the state of charge s, the anode's potential u(s) against lithium in V,
the depth of cycle d (a share) and the C-rate C (1/h). A cell that a paper describes with fewer terms
has zeros for the others. The equations and figures were read in the source of BLAST-Lite 1.1.1 (NREL),
in the file that each record names, which cites the paper; the papers' own numbering was not seen.

Not taken over: the NMC cell's second mode, loss of active material, which limits its capacity only
after some thousands of full cycles; and the term exp(-155000 / T) of the LFP cell's k_n, nil below 1000 K.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, tanh
from types import MappingProxyType
from typing import Final

ZERO_CELSIUS_K: Final = 273.15
NORMAL_K: Final = 308.15
"""The temperature (35 deg C) by which the NMC cell's paper divides all others."""
NORMAL_V: Final = 0.123
"""The anode's potential by which it divides all others: that of about half charge."""
POWER_MIN: Final = 0.1
POWER_MAX: Final = 5.0
RATE_MAX: Final = 1.0
"""Bounds of what a model may say: nothing loses all of its capacity in a day or in a cycle."""


class Chemistry(StrEnum):
    """Families of cells that age differently."""

    NMC = "NMC"
    """Nickel manganese cobalt, graphite."""
    LFP = "LFP"
    """Lithium iron phosphate, graphite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellModel:
    """How one cell fades: the parameters of the formula above, and who says so."""

    name: str
    version: str
    """Changes whenever a figure or the way of reckoning changes."""
    source: str
    calendar_scale: float
    """a, in 1/day^p_t."""
    calendar_k: float
    """E, in K."""
    anode_k_per_v: float
    """U, in K/V; negative: a fuller cell, whose anode is nearer to lithium, fades faster."""
    calendar_power: float
    """p_t."""
    cycle_base: float
    """b, in 1/EFC^p_n."""
    cycle_per_depth: float
    """c, in 1/EFC^p_n per full depth."""
    cycle_per_c_rate: float
    """r, in h/EFC^p_n."""
    cycle_k: float
    """F, in K."""
    cycle_depth_growth: float
    """g."""
    cycle_power: float
    """p_n."""

    def works_at(self, celsius: float) -> bool:
        """Return whether the parameters give rates that a cell can have at *celsius*."""
        if not all(POWER_MIN <= p <= POWER_MAX for p in (self.calendar_power, self.cycle_power)):
            return False
        try:
            # Both rates are largest and smallest at the ends of what they depend on.
            rates = [self.calendar_rate(celsius, soc) for soc in (0.0, 1.0)]
            rates += [self.cycle_rate(celsius, depth, 0.0) for depth in (0.0, 1.0)]
        except OverflowError:
            return False
        return min(rates) > 0 and max(rates) < RATE_MAX and self.cycle_per_c_rate >= 0

    def calendar_rate(self, celsius: float, soc: float) -> float:
        """Return k_t, in 1/day^p_t, of a cell that rests at *soc*."""
        kelvin = celsius + ZERO_CELSIUS_K
        heat = self.calendar_k + self.anode_k_per_v * anode_potential(soc)
        return self.calendar_scale * exp(heat / kelvin)

    def cycle_rate(self, celsius: float, depth: float, c_rate: float) -> float:
        """Return k_n, in 1/EFC^p_n, of cycles of *depth* (a share) at *c_rate* (1/h)."""
        kelvin = celsius + ZERO_CELSIUS_K
        stress = self.cycle_base + self.cycle_per_depth * depth + self.cycle_per_c_rate * c_rate
        return stress * exp(self.cycle_k / kelvin + self.cycle_depth_growth * exp(depth * depth))


def anode_potential(soc: float) -> float:
    """Return the potential of a graphite anode against lithium at *soc*, in V.

    Source: M. Safari and C. Delacourt, J. Electrochem. Soc. 158 (2011) A562, with the lithiation
    x = 0.0085 at empty to 0.78 at full, as in BLAST-Lite 1.1.1 (degradation_model.py).
    """
    x = 0.0085 + soc * (0.78 - 0.0085)
    return (
        0.6379
        + 0.5416 * exp(-305.5309 * x)
        + 0.044 * tanh(-(x - 0.1958) / 0.1088)
        - 0.1978 * tanh((x - 1.0571) / 0.0854)
        - 0.6875 * tanh((x + 0.0117) / 0.0529)
        - 0.0175 * tanh((x - 0.5692) / 0.0875)
    )


MODELS: Final[Mapping[Chemistry, CellModel]] = MappingProxyType(
    {
        Chemistry.NMC: CellModel(
            name="NMC-Gr Kokam 75 Ah", version="1",
            source="K. Smith, A. Saxon, M. Keyser et al., Life prediction model for grid-connected Li-ion battery "
            "energy storage system, American Control Conference 2017 (IEEE Xplore 7963578), as in BLAST-Lite 1.1.1, "
            "nmc111_gr_Kokam75Ah_2017.py (tested at 0 to 55 deg C, mostly 80 % depth, 1C)",
            calendar_scale=2.66e7, calendar_k=-17.8 * NORMAL_K, anode_k_per_v=-5.21 * NORMAL_K / NORMAL_V,
            calendar_power=0.357,
            cycle_base=3.80e3, cycle_per_depth=0.0, cycle_per_c_rate=0.0, cycle_k=-18.4 * NORMAL_K,
            cycle_depth_growth=1.04, cycle_power=0.778,
        ),
        Chemistry.LFP: CellModel(
            name="LFP-Gr prismatic 250 Ah", version="1",
            source="P. Gasper et al., J. Energy Storage 2023, doi 10.1016/j.est.2023.109042, as in BLAST-Lite 1.1.1, "
            "lfp_gr_250AhPrismatic_2019.py (tested at 10 to 45 deg C, charged at up to 0.65C)",
            calendar_scale=8.37e4, calendar_k=-5.21e3, anode_k_per_v=-3.56e3, calendar_power=0.526,
            cycle_base=4.38e-8, cycle_per_depth=1.55e-8, cycle_per_c_rate=1.68e-7, cycle_k=2.19e3,
            cycle_depth_growth=0.0, cycle_power=0.828,
        ),
    }
)  # fmt: skip
"""One cell for each chemistry. Real cells of one chemistry differ several-fold: see decision 31."""
