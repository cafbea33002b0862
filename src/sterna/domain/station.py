"""Charging stations and their EVSEs: what hangs on the wall, and what it can do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sterna.kernel.quantities import NO_POWER, Kilowatts

PHASES_MOST: Final = 3


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evse:
    """One EVSE: it serves one car at a time. Ratings at the meter."""

    evse_id: str
    connector: Coupler
    supply: Supply
    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts = NO_POWER
    """Most power back to the grid, as a magnitude; 0 where it is one-way."""
    phases: int = 3
    minimum_kw: Kilowatts = NO_POWER
    """Least magnitude other than 0 that it can be set to."""

    def __post_init__(self) -> None:
        """Check the plate."""
        assert self.charge_kw_max >= 0, self
        assert self.discharge_kw_max >= 0, self
        assert 1 <= self.phases <= PHASES_MOST, self
        assert self.minimum_kw >= 0, self

    @property
    def bidirectional(self) -> bool:
        """Whether it can feed back at all."""
        return self.discharge_kw_max > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A charging station: EVSEs behind one supply cable and one controller."""

    station_id: str
    evses: tuple[Evse, ...]
    charge_kw_max: Kilowatts
    """What the supply cable carries, for all EVSEs together."""
    discharge_kw_max: Kilowatts

    def __post_init__(self) -> None:
        """Check that the EVSEs can be told apart."""
        assert len({evse.evse_id for evse in self.evses}) == len(self.evses), self.station_id

    def evse(self, evse_id: str) -> Evse:
        """Return the EVSE called *evse_id*; KeyError when it is another station's."""
        for evse in self.evses:
            if evse.evse_id == evse_id:
                return evse
        raise KeyError(evse_id)
