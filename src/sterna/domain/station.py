"""Charging stations and their EVSEs: what hangs on the wall, and what it can do."""

from dataclasses import dataclass
from typing import Final

from sterna.domain.coupler import PHASE_VOLTS, Coupler, Supply, rating_of
from sterna.kernel.quantities import NO_POWER, Amperes, Kilowatts

__all__ = ["PHASES_MOST", "Coupler", "Evse", "Station", "Supply"]

PHASES_MOST: Final = 3


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
    cable_amperes: Amperes | None = None
    """What its cable carries in each conductor, as the proximity contact codes it; None: no less
    than the connector."""

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

    @property
    def phase_amperes(self) -> Amperes:
        """AC: current of each phase at full power."""
        most = max(self.charge_kw_max, self.discharge_kw_max)
        return Amperes(most * 1000.0 / self.phases / PHASE_VOLTS)

    @property
    def conductor_amperes(self) -> Amperes:
        """What connector and cable carry in each conductor; 0 for a connector without these pins."""
        rating = rating_of(self.connector, self.supply)
        if rating is None:
            return Amperes(0.0)
        carried = rating.carries(self.phases if self.supply is Supply.AC else 1)
        return carried if self.cable_amperes is None else min(carried, self.cable_amperes)


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
