"""Models of cars that the synthetic drivers come with."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from sterna.world.bounds import ABOVE_ZERO, AT_LEAST_ZERO, Bounds
from sterna.world.packaged import dataset

Coupling = Literal["AC", "DC"]
"""Which connector a car is plugged into."""
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
    efficiency: Annotated[float, Bounds(above=0, most=1)] = 0.95
    """One way, between the meter of the EVSE and the battery."""

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
            ),
            float(row["weight"]),
        )
        for row in dataset("car_models").rows()
    )


def _ways(text: str) -> Ways:
    """Return *text* of the packaged table as the ways of discharging."""
    known: tuple[Ways, ...] = ("ac", "dc", "both", "none")
    return known[known.index(text)]
