"""A car with its battery, and what the report wants to know of its stay at a bay."""

from dataclasses import dataclass, field
from typing import Final

from sterna.domain.battery import Battery
from sterna.domain.station import Supply
from sterna.domain.vehicle import VehicleModel
from sterna.kernel.quantities import FULL, Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.iso15118.identity import Wallet

POINTS_MAX: Final = 4000
"""Points of one curve of one stay; a set-point every five minutes for ten days is 2,880."""


@dataclass(kw_only=True)
class Car:
    """One car, and what its driver has told it; it outlives its stays."""

    evcc_id: str
    """A pseudonym, as the car names itself to chargers."""
    model: VehicleModel
    battery: Battery
    """As it is while the car is nowhere plugged; the bay brings it up to date at every unplug."""
    target_soc: Share = FULL
    floor_soc: Share = Share(0.0)
    """Below it the driver wants no discharge."""
    departure: Instant | None = None
    stops_itself: bool = False
    """Whether the car ends its session when it has reached its target."""
    wallet: Wallet | None = None
    """Its contract for Plug and Charge, or the means to get one."""

    @classmethod
    def arriving(cls, evcc_id: str, model: VehicleModel, soc: Share, **wish: object) -> "Car":
        """Return a car of *model* that arrives with *soc*; *wish* as in the fields above."""
        battery = Battery.at_share(model.battery, soc)
        return cls(evcc_id=evcc_id, model=model, battery=battery, **wish)  # type: ignore[arg-type]  # fields of this record

    @property
    def soc(self) -> Share:
        """State of charge when it was last unplugged."""
        return self.battery.soc

    @property
    def capacity_kwh(self) -> KilowattHours:
        """Usable energy of the battery."""
        return self.model.capacity_kwh

    @property
    def least_soc(self) -> Share:
        """The maker's minimum: nothing discharges below it."""
        return self.model.battery.least

    @property
    def services(self) -> tuple[str, ...]:
        """The energy services that it can take part in, bidirectional ones first."""
        return tuple(service.value for service in self.model.services)

    def power_kw(self, *, direct: bool) -> tuple[Kilowatts, Kilowatts]:
        """Return what it can charge and discharge over DC (*direct*) or AC, as magnitudes."""
        ability = self.model.over(Supply.DC if direct else Supply.AC)
        return ability.charge_kw_max, ability.discharge_kw_max


@dataclass(kw_only=True)
class Stay:
    """What happened to one car between plug and unplug: the true curves, for the report."""

    evse_id: str
    car: Car
    plugged: Instant
    import_wh: float
    """The meter's register of energy into cars when the car was plugged."""
    export_wh: float
    unplugged: Instant | None = None
    soc: list[tuple[Instant, Share]] = field(default_factory=list)
    """State of charge at every change of power; in a straight line between."""
    kw: list[tuple[Instant, Kilowatts]] = field(default_factory=list)
    """Power at the meter from each instant on; a ramp stands as the step in its middle, which moves as much."""

    def note(self, at: Instant, soc: Share, kw: Kilowatts) -> None:
        """Add one point to both curves; a later one of the same instant replaces it."""
        if self.kw and self.kw[-1][0] == at:
            self.kw[-1], self.soc[-1] = (at, kw), (at, soc)
            return
        if len(self.kw) >= POINTS_MAX:
            del self.kw[1::2], self.soc[1::2]  # coarser, but never without end
        self.kw.append((at, kw))
        self.soc.append((at, soc))
