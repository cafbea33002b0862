"""Settings of the parking room."""

from dataclasses import dataclass
from typing import Final

from sterna.kernel.money import MicroEuro, euros

DAY_FEE_DEFAULT: Final = euros("18.00")
"""A long-stay day at a European airport in the order of what published tariffs ask; a setting, not a quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingSettings:
    """How the car park is run."""

    slots: tuple[str, ...]
    """Parking slots, each named like the EVSE beside it."""
    slot_kw: tuple[float, ...]
    """What V2B can take from the EVSE at each slot, in kW, in the order of *slots*."""
    zone: str = "Europe/Lisbon"
    """The car park's time zone, for pages."""
    day_fee: MicroEuro = DAY_FEE_DEFAULT
    """Price of each started day, in micro-euro."""
    v2b_usable_share: float = 0.4
    """Part of a battery that V2B is expected to be able to use, before the driver has said more."""
    battery_kwh_default: float = 50.0
    """Capacity assumed where the driver does not state one, in kWh."""
