"""Models of cars that the synthetic drivers come with."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final, Literal

from sterna.domain.battery import USUAL_CELLS
from sterna.domain.station import Coupler
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import KilowattHours, Kilowatts, Share
from sterna.world.bounds import ABOVE_ZERO, AT_LEAST_ZERO, Bounds
from sterna.world.packaged import dataset

Coupling = Literal["AC", "DC"]
"""Which connector a car is plugged into."""
FADE_BELOW: Final = Share(0.1)
"""Where discharging slows down, so that nothing ends at once (assumption)."""
LEAST_THREE_PHASE_KW: Final = 11.0
"""An on-board charger below 11 kW is a one-phase one in the packaged table."""
Ways = Literal["ac", "dc", "both", "none"]
"""Over which coupling a car can discharge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarModel:
    """What a car can do. The defaults are the car of the acceptance tests."""

    model: str = "standard car"
    """A name for reports."""
    battery_kwh: Annotated[float, ABOVE_ZERO] = 60.0
    """Usable energy of the battery."""
    ac_kw: Annotated[float, ABOVE_ZERO] = 11.0
    """Largest charging power at an AC station."""
    dc_kw: Annotated[float, ABOVE_ZERO] = 100.0
    """Largest charging power at a DC station."""
    discharge_kw: Annotated[float, AT_LEAST_ZERO] = 11.0
    """Largest power that the car gives back, as a magnitude."""
    v2x: Ways = "both"
    """Over which coupling the car gives energy back; "none": it only charges."""
    chemistry: Literal["NMC", "LFP"] = "NMC"
    """Of the cells: decides what wear costs."""
    phases: Annotated[int, Bounds(least=1, most=3)] = 3
    """Of the on-board charger."""
    cell_efficiency: Annotated[float, Bounds(above=0, most=1)] = 1.0
    """One way, of the cells alone; packaged models have 0.985. 1: the charger's figure counts for both."""

    @property
    def vehicle(self) -> VehicleModel:
        """The model as the rest of Sterna knows it; its inlet is CCS 2."""
        return VehicleModel(
            name=self.model,
            capacity_kwh=KilowattHours(self.battery_kwh),
            inlet=Coupler.CCS_2,
            ac=self._ability(self.ac_kw, "AC"),
            dc=self._ability(self.dc_kw, "DC"),
            phases=self.phases,
            chemistry=Chemistry(self.chemistry),
            cell_efficiency=Share(self.cell_efficiency),
            fade_below=FADE_BELOW,
            warms=True,
        )

    def _ability(self, charge_kw: float, coupling: Coupling) -> PowerAbility:
        """Return what the car can do over *coupling*."""
        discharge_kw = self.discharge_kw if self.can_discharge(coupling) else 0.0
        return PowerAbility(
            charge_kw_max=Kilowatts(charge_kw), discharge_kw_max=Kilowatts(discharge_kw)
        )

    def can_discharge(self, coupling: Coupling) -> bool:
        """Return whether the car gives energy back over *coupling*."""
        return self.v2x in ("both", coupling.lower()) and self.discharge_kw > 0


@cache
def packaged_cars() -> tuple[tuple[CarModel, float], ...]:
    """Return the packaged models, each with its weight in the fleet."""
    return tuple(
        (
            CarModel(
                model=row["model"],
                battery_kwh=float(row["battery_kwh"]),
                ac_kw=float(row["ac_kw"]),
                dc_kw=float(row["dc_kw"]),
                discharge_kw=float(row["discharge_kw"]),
                v2x=_ways(row["v2x"]),
                chemistry="LFP" if row["chemistry"] == "LFP" else "NMC",
                cell_efficiency=USUAL_CELLS,
                phases=1 if float(row["ac_kw"]) < LEAST_THREE_PHASE_KW else 3,
            ),
            float(row["weight"]),
        )
        for row in dataset("car_models").rows()
    )


def _ways(text: str) -> Ways:
    """Return *text* of the packaged table as the ways of discharging."""
    known: tuple[Ways, ...] = ("ac", "dc", "both", "none")
    return known[known.index(text)]
