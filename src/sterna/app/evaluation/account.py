"""One account for all strategies, perfect foresight included: what was paid, and what was promised.

Energy is counted per quarter hour, as the bill does: net import at the import price with network and
ponta charge, net export at its pay. The run is one billing period with one peak. Wear is throughput
inside the battery times its price. A kWh that a driver misses at the real departure costs what a
public fast charger takes for it, whoever is to blame; so nobody saves by not charging.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.app.evaluation.days import Days
from sterna.app.evaluation.lived import Lived
from sterna.app.wiring import EARLY_EUR_PER_KWH

Floats = NDArray[np.float64]

MISSING_EUR_PER_KWH: Final = EARLY_EUR_PER_KWH
"""What a kWh costs on the road instead: about the price of public fast charging."""
TOLERANCE: Final = 0.01
"""A target is met within 1 % of the capacity (KPI-01)."""
FLOOR_TOLERANCE: Final = 0.001
"""A floor is kept within a thousandth of the capacity (KPI-01)."""
ANNOUNCED_S: Final = 60.0
"""Who stays to the minute has kept what was announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a strategy came to."""

    name: str
    energy_eur: float
    """Energy and network per kWh, without the charge on ponta hours."""
    ponta_eur: float
    peak_eur: float
    wear_eur: float
    missing_eur: float
    missing_kwh: float
    """Below target at the real departure, of all cars."""
    early_kwh: float
    """The part of that of drivers who left before they said."""
    unmet_kwh: float
    """What cars that stayed as announced lack and could have had."""
    short: int
    """How many of those lack more than 1 % of their capacity."""
    floors: int
    """Cars that were discharged below their floor."""
    over_minutes: int
    """Minutes beyond a limit of the connection."""
    over_kwh: float
    peak_kw: float
    cycles: float
    """Equivalent full cycles of all cars."""
    given_kwh: float
    """Net energy that cars gave back, summed over quarter hours in which they did."""

    @property
    def total_eur(self) -> float:
        """All of it."""
        return self.energy_eur + self.ponta_eur + self.peak_eur + self.wear_eur + self.missing_eur

    def above(self, foresight: "Account") -> float:
        """Return by what share this costs more than *foresight*."""
        return self.total_eur / foresight.total_eur - 1.0


def account(name: str, days: Days, life: Lived, reachable_kwh: Floats) -> Account:
    """Count *life*. *reachable_kwh*: shape (N,), what each car would hold had it charged from the first minute."""
    drivers = days.drivers
    drawn, fed = np.maximum(life.site_kwh, 0.0), np.maximum(-life.site_kwh, 0.0)
    peak_kw = 4.0 * float(drawn.max(initial=0.0))
    ponta = float(days.ponta_eur_per_kwh @ drawn)
    energy = float(days.import_eur_per_kwh @ drawn - days.export_eur_per_kwh @ fed) - ponta
    missing = np.maximum(drivers.target_kwh - life.left_kwh, 0.0)
    avoidable = np.maximum(np.minimum(drivers.target_kwh, reachable_kwh) - life.left_kwh, 0.0)
    stayed = drivers.goes >= drivers.announced - ANNOUNCED_S
    capacity = drivers.plates.capacity_kwh
    least = np.minimum(drivers.floor_kwh, drivers.arrival_kwh) - FLOOR_TOLERANCE * capacity
    return Account(
        name=name, energy_eur=energy, ponta_eur=ponta, peak_eur=days.peak_eur_per_kw * peak_kw,
        wear_eur=float(drivers.wear_eur_per_kwh @ life.moved_kwh),
        missing_eur=MISSING_EUR_PER_KWH * float(missing.sum()), missing_kwh=float(missing.sum()),
        early_kwh=float(missing[~stayed].sum()), unmet_kwh=float(avoidable[stayed].sum()),
        short=int(np.count_nonzero((avoidable > TOLERANCE * capacity) & stayed)),
        floors=int(np.count_nonzero(life.lowest_kwh < least)), over_minutes=life.over_minutes,
        over_kwh=life.over_kwh, peak_kw=peak_kw, cycles=float((life.moved_kwh / (2.0 * capacity)).sum()),
        given_kwh=float(np.maximum(-life.cars_kwh, 0.0).sum()),
    )  # fmt: skip
