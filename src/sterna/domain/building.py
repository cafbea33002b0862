"""A building behind one grid connection: load, PV and EVSEs must balance with the grid.

    grid = load - pv + evses          (kW, positive is drawn from the grid)

*load* and *pv* are magnitudes, *evses* is the sum at the EVSE meters, positive
charges.
"""

from dataclasses import dataclass
from typing import Final

from sterna.kernel.quantities import Kilowatts

BALANCE_TOLERANCE: Final = 1e-3
"""Energy closes at every node within 0.1 %."""
METER_NOISE_KW: Final = Kilowatts(0.01)
"""What meters of a kilowatt-sized node may differ by although they are right: their last digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The contracted grid connection, both directions as magnitudes."""

    import_kw_max: Kilowatts
    export_kw_max: Kilowatts

    def __post_init__(self) -> None:
        """Check the magnitudes."""
        assert self.import_kw_max >= 0, self
        assert self.export_kw_max >= 0, self

    def carries(self, grid_kw: Kilowatts) -> bool:
        """Return whether *grid_kw* is within the connection."""
        return -self.export_kw_max <= grid_kw <= self.import_kw_max


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What the meters of a building say for one moment or one interval."""

    load_kw: Kilowatts
    pv_kw: Kilowatts
    evses_kw: Kilowatts
    grid_kw: Kilowatts

    @property
    def gap_kw(self) -> Kilowatts:
        """What the grid meter shows beyond the sum of the others; 0 when all is right."""
        balance = grid_power(load_kw=self.load_kw, pv_kw=self.pv_kw, evses_kw=self.evses_kw)
        return Kilowatts(self.grid_kw - balance)

    @property
    def closes(self) -> bool:
        """Whether the meters agree within 0.1 % of the largest flow."""
        largest = max(abs(self.load_kw), abs(self.pv_kw), abs(self.evses_kw), abs(self.grid_kw))
        return abs(self.gap_kw) <= max(METER_NOISE_KW, BALANCE_TOLERANCE * largest)


def grid_power(*, load_kw: Kilowatts, pv_kw: Kilowatts, evses_kw: Kilowatts) -> Kilowatts:
    """Return what the grid connection carries: load - pv + evses."""
    return Kilowatts(load_kw - pv_kw + evses_kw)


def headroom(
    connection: Connection, *, load_kw: Kilowatts, pv_kw: Kilowatts
) -> tuple[Kilowatts, Kilowatts]:
    """Return the least and the most total EVSE power that the connection carries.

    The most is negative when the load alone overloads the import: then the
    cars must discharge, or somebody must shed load. The least is positive when
    PV alone overloads the export.
    """
    residual = load_kw - pv_kw
    return (
        Kilowatts(-connection.export_kw_max - residual),
        Kilowatts(connection.import_kw_max - residual),
    )
