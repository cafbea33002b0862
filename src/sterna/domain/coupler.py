"""Couplers of IEC 62196 and others as data: what goes into what, and how much each carries.

Figures as in the design notes, from secondary sources: the standards themselves were not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sterna.kernel.quantities import Amperes, Kilowatts, Volts

PHASE_VOLTS: Final = Volts(230.0)
"""Between phase and neutral in Europe."""


class Supply(StrEnum):
    """Which current flows through the coupler; it decides who owns the converter."""

    AC = "AC"
    """The car converts; set-point and losses are the car's."""
    DC = "DC"
    """The EVSE converts; set-point and losses are the EVSE's."""


class Coupler(StrEnum):
    """Connectors and inlets (IEC 62196 and others)."""

    TYPE_1 = "Type1"
    TYPE_2 = "Type2"
    CCS_1 = "CCS1"
    CCS_2 = "CCS2"
    CHADEMO = "CHAdeMO"
    GB_T = "GB/T"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What one connector carries."""

    standard: str
    volts_max: Volts
    """AC: between phases, or phase and neutral where there is one phase; DC: between the poles."""
    supply: Supply
    amperes: tuple[Amperes, ...]
    """AC: most current with one phase, two phases, ...; DC: one value."""
    latch: str
    """What holds the plug: ``lock``, which software moves, or ``hand``."""

    def carries(self, phases: int) -> Amperes:
        """Return the most current of each conductor when *phases* are used; 0 for too many."""
        return self.amperes[phases - 1] if phases <= len(self.amperes) else Amperes(0.0)

    def power(self, phases: int, volts: Volts) -> Kilowatts:
        """Return the most power at *volts*: AC between phase and neutral, DC between the poles."""
        conductors = phases if self.supply is Supply.AC else 1
        amperes = self.carries(conductors)
        if volts > self.volts_max:
            return Kilowatts(0.0)
        return Kilowatts(amperes * volts * conductors / 1000.0)


def _ac(standard: str, volts: float, *amperes: float, latch: str = "lock") -> Rating:
    return Rating(
        standard=standard, volts_max=Volts(volts), supply=Supply.AC,
        amperes=tuple(map(Amperes, amperes)), latch=latch,
    )  # fmt: skip


def _dc(standard: str, volts: float, amperes: float) -> Rating:
    return Rating(
        standard=standard, volts_max=Volts(volts), supply=Supply.DC, amperes=(Amperes(amperes),),
        latch="lock",
    )  # fmt: skip


RATINGS: Final[Mapping[Coupler, tuple[Rating, ...]]] = MappingProxyType(
    {
        Coupler.TYPE_1: (_ac("IEC 62196-2", 250.0, 32.0, latch="hand"),),
        Coupler.TYPE_2: (_ac("IEC 62196-2", 480.0, 70.0, 63.0, 63.0),),
        # 200 A without cooling; 500 A need thermal management, which no station here has.
        Coupler.CCS_1: (_dc("IEC 62196-3 EE", 1000.0, 200.0),),
        Coupler.CCS_2: (_dc("IEC 62196-3 FF", 1000.0, 200.0),),
        Coupler.CHADEMO: (_dc("IEC 62196-3 AA", 600.0, 200.0),),
        Coupler.GB_T: (_dc("IEC 62196-3 BB", 750.0, 250.0),),
    }
)
"""Connector -> what it carries, of each current that it carries."""

ACCEPTED: Final[Mapping[Coupler, tuple[Coupler, ...]]] = MappingProxyType(
    {
        Coupler.TYPE_1: (Coupler.TYPE_1,),
        Coupler.TYPE_2: (Coupler.TYPE_2,),
        # A combo inlet is a Type 1 or Type 2 inlet with two more pins.
        Coupler.CCS_1: (Coupler.CCS_1, Coupler.TYPE_1),
        Coupler.CCS_2: (Coupler.CCS_2, Coupler.TYPE_2),
        Coupler.CHADEMO: (Coupler.CHADEMO,),
        Coupler.GB_T: (Coupler.GB_T,),
    }
)
"""Inlet of the car -> connectors that fit into it."""


def rating_of(connector: Coupler, supply: Supply) -> Rating | None:
    """Return what *connector* carries of *supply*; None where it has no pins for it."""
    return next((each for each in RATINGS[connector] if each.supply is supply), None)
