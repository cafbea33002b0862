"""What a kilowatt-hour through a battery costs in wear, by chemistry.

Equivalent full cycles  EFC = (kWh_in + kWh_out) / (2 * capacity).
A pack that has lost its usable fade (20 %) is worth nothing for driving, so a
kWh of capacity lost costs  pack price / usable fade  (150 / 0.2 = 750 EUR), and
a kWh of throughput costs  fade per EFC * 750 / 2. Per kWh *discharged* it is
twice that, because each kWh out has to come in again.

The fade per extra EFC differs about fifteenfold between cells, so that one
constant cannot be defended: there is one parameter record per chemistry, with
its source and version, and every receipt names the one that was used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour, cost, euros
from sterna.kernel.quantities import KilowattHours, WattHours


class Chemistry(StrEnum):
    """Families of cells that age differently."""

    NMC = "NMC"
    """Nickel manganese cobalt, graphite; stands for a 75 Ah cell that dislikes cycling."""
    NMC811 = "NMC811"
    """Nickel-rich NMC with silicon in the anode, as in recent cars."""
    LFP = "LFP"
    """Lithium iron phosphate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WearParameters:
    """How one chemistry wears, and who says so."""

    chemistry: Chemistry
    fade_per_cycle: Decimal
    """Share of the capacity lost per extra equivalent full cycle."""
    pack_eur_per_kwh: Decimal = Decimal(150)
    usable_fade: Decimal = Decimal("0.2")
    """Share of the capacity whose loss ends the pack's life in a car."""
    source: str
    version: str

    def __post_init__(self) -> None:
        """Check that the parameters describe a battery."""
        assert self.fade_per_cycle >= 0, self
        assert self.pack_eur_per_kwh >= 0, self
        assert 0 < self.usable_fade <= 1, self

    @property
    def throughput_price(self) -> MicroEuroPerKilowattHour:
        """Marginal wear cost of one kWh through the terminals, either way."""
        per_capacity = self.pack_eur_per_kwh / self.usable_fade
        return MicroEuroPerKilowattHour(euros(self.fade_per_cycle * per_capacity / 2))

    @property
    def discharge_price(self) -> MicroEuroPerKilowattHour:
        """Wear cost of one extra kWh discharged, the charging that replaces it included."""
        return MicroEuroPerKilowattHour(2 * self.throughput_price)


_SOURCE: Final = (
    "ten years of daily 30 % V2G against plain charging, simulated with blast-lite; "
    "fade difference per extra equivalent full cycle; pack price and usable fade assumed"
)

WEAR: Final[Mapping[Chemistry, WearParameters]] = MappingProxyType(
    {
        chemistry: WearParameters(
            chemistry=chemistry, fade_per_cycle=Decimal(fade), source=_SOURCE, version="2026-11"
        )
        for chemistry, fade in (
            (Chemistry.NMC, "0.000080"),
            (Chemistry.NMC811, "0.000009"),
            (Chemistry.LFP, "0.000030"),
        )
    }
)
"""Default parameters. Fade per cycle: NMC 0.0080 %, NMC811 0.0009 %, LFP 0.0030 %."""


def stated(discharge_price: MicroEuroPerKilowattHour, chemistry: Chemistry) -> WearParameters:
    """Return parameters that give *discharge_price* per kWh discharged, as a contract states it."""
    fade = Decimal(discharge_price) / 1_000_000 / 750
    return WearParameters(
        chemistry=chemistry, fade_per_cycle=fade, source="stated by contract", version="contract"
    )


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


def wear_cost(parameters: WearParameters, throughput: WattHours) -> MicroEuro:
    """Return what *throughput* (in and out added up, at the battery) costs in wear."""
    assert throughput >= 0, throughput
    return cost(throughput, parameters.throughput_price)
