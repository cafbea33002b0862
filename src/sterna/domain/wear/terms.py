"""What wear costs: by a contract's price, or by a cell's model.

Equivalent full cycles  EFC = (kWh_in + kWh_out) / (2 * capacity).
A pack that has lost its usable fade (20 %) is worth nothing for driving, so a
kWh of capacity lost costs  pack price / usable fade  (150 / 0.2 = 750 EUR), and
a kWh of throughput costs  fade per EFC * 750 / 2. Per kWh *discharged* it is
twice that, because each kWh out has to come in again.

The fade per EFC is the slope of the cell's own model at the end of a reference life: it is what the
schedule weighs before a stay. After the stay the settlement does not use it but runs the model.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from sterna.domain.wear.ageing import REFERENCE_LIFE, grown
from sterna.domain.wear.models import MODELS, CellModel, Chemistry
from sterna.kernel.money import MICRO_PER_EURO, MicroEuro, MicroEuroPerKilowattHour, cost
from sterna.kernel.quantities import KilowattHours, WattHours

CELSIUS_DEFAULT: Final = 25.0
"""Temperature of the cells, where a contract says nothing else: nobody tells a charger."""
STEP_CYCLES: Final = 0.1
"""Over so many full cycles to either side the slope is taken: a stay's throughput."""
PACK_EUR_PER_KWH: Final = Decimal(150)
"""What a kWh of a new pack costs (assumption)."""
USABLE_FADE: Final = Decimal("0.2")
"""Share of the capacity whose loss ends the pack's life in a car (assumption)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WearTerms:
    """How wear is valued in one contract."""

    chemistry: Chemistry
    """Of the cells, or what they are taken for: decides the model."""
    celsius: float = CELSIUS_DEFAULT
    """Temperature of the cells during the stay."""
    pack_eur_per_kwh: Decimal = PACK_EUR_PER_KWH
    usable_fade: Decimal = USABLE_FADE
    agreed: MicroEuroPerKilowattHour | None = None
    """A price per kWh discharged that was agreed on instead; the model then decides nothing."""

    def __post_init__(self) -> None:
        """Check that the terms describe a battery."""
        assert self.pack_eur_per_kwh >= 0, self
        assert 0 < self.usable_fade <= 1, self
        assert self.agreed is None or self.agreed >= 0, self

    @property
    def cell(self) -> CellModel:
        """The model of the cells."""
        return MODELS[self.chemistry]

    @property
    def eur_per_kwh_lost(self) -> float:
        """What a kWh of capacity lost costs, in EUR."""
        return float(self.pack_eur_per_kwh / self.usable_fade)

    @property
    def throughput_price(self) -> MicroEuroPerKilowattHour:
        """Marginal wear cost of one kWh through the terminals, either way."""
        if self.agreed is not None:
            return MicroEuroPerKilowattHour(round(self.agreed / 2))
        fade = fade_per_cycle(self.chemistry, self.celsius)
        return MicroEuroPerKilowattHour(round(fade * self.eur_per_kwh_lost / 2 * MICRO_PER_EURO))

    @property
    def discharge_price(self) -> MicroEuroPerKilowattHour:
        """Wear cost of one extra kWh discharged, the charging that replaces it included."""
        return MicroEuroPerKilowattHour(2 * self.throughput_price)


def by_model(chemistry: Chemistry, celsius: float = CELSIUS_DEFAULT) -> WearTerms:
    """Return terms that value wear by the model of *chemistry*."""
    return WearTerms(chemistry=chemistry, celsius=celsius)


def stated(discharge_price: MicroEuroPerKilowattHour, chemistry: Chemistry) -> WearTerms:
    """Return terms with *discharge_price* per kWh discharged, as a contract states it."""
    return WearTerms(chemistry=chemistry, agreed=discharge_price)


@cache
def fade_per_cycle(chemistry: Chemistry, celsius: float) -> float:
    """Return the share of capacity that one more equivalent full cycle costs at *celsius*.

    The central difference of the model's loss by throughput, at the end of the reference life and
    with that life's cycles.
    """
    cell, life = MODELS[chemistry], REFERENCE_LIFE
    lost = life.ageing(cell, celsius).cycling
    rate = cell.cycle_rate(celsius, life.depth, life.c_rate)
    more, less = (grown(lost, rate, cell.cycle_power, way * STEP_CYCLES) for way in (1, -1))
    return (more - less) / (2 * STEP_CYCLES)


def dearest(celsius: float = CELSIUS_DEFAULT) -> Chemistry:
    """Return the chemistry that wears most per cycle: what cells are taken for that nobody tells."""
    return max(MODELS, key=lambda each: fade_per_cycle(each, celsius))


def equivalent_full_cycles(
    charged: KilowattHours, discharged: KilowattHours, capacity: KilowattHours
) -> float:
    """Return EFC = (kWh_in + kWh_out) / (2 * capacity); both energies are magnitudes."""
    assert capacity > 0, capacity
    return (charged + discharged) / (2 * capacity)


def extra_throughput(
    charged: WattHours, discharged: WattHours, charge_only: WattHours
) -> WattHours:
    """Return the throughput beyond what plain charging of *charge_only* would have caused.

    Never negative: saved wear is the driver's gain and nobody's claim.
    """
    return WattHours(max(0, charged + discharged - charge_only))


def wear_cost(terms: WearTerms, throughput: WattHours) -> MicroEuro:
    """Return what *throughput* (in and out added up, at the battery) costs in wear."""
    assert throughput >= 0, throughput
    return cost(throughput, terms.throughput_price)
