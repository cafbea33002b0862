"""Settings of the parking room."""

from dataclasses import dataclass
from typing import Final, Literal

from sterna.kernel.money import MicroEuro, euros

HOUR_FEE_DEFAULT: Final = euros("0.50")
FEE_MOST_DEFAULT: Final = euros("60.00")
"""Assumptions in the order of a long-stay car park; settings, not a quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingSettings:
    """How the car park is run."""

    slots: tuple[str, ...]
    """Parking slots, each named like the EVSE beside it."""
    slot_kw: tuple[float, ...]
    """What V2B can take from the EVSE at each slot, in kW, in the order of *slots*."""
    zone: str = "Europe/Lisbon"
    """The car park's time zone, for pages."""
    supplies: tuple[Literal["AC", "DC"], ...] = ()
    """What the EVSE at each slot supplies, in the order of *slots*; empty: everything fits everywhere."""
    hour_fee: MicroEuro = HOUR_FEE_DEFAULT
    """Price of each started hour, in micro-euro."""
    fee_most: MicroEuro = FEE_MOST_DEFAULT
    """The most that one stay costs, in micro-euro."""
    v2b_usable_share: float = 0.4
    """Part of a battery that V2B is expected to be able to use, before the driver has said more."""
    battery_kwh_default: float = 50.0
    """Capacity assumed where the driver does not state one, in kWh."""
