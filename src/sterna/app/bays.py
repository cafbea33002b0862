"""The bays of a site: true hardware, EVSE and car at each, and the stations above them; the drivers' hands."""

from collections.abc import Callable

from sterna.actors.ev.links import Ev
from sterna.actors.ev.settings import EvSettings
from sterna.actors.evse.links import Evse as EvseRoom
from sterna.actors.evse.settings import EvseSettings
from sterna.actors.station.links import Station as StationRoom
from sterna.actors.station.settings import OutletSettings, StationSettings
from sterna.app.chargers import conversion_of, pace_of
from sterna.app.ports import MemoryPorts
from sterna.app.scenario import Scenario
from sterna.domain.station import Evse, Station, Supply
from sterna.domain.vehicle import compatibility
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Seconds
from sterna.protocols.iso15118.wire import WIRES
from sterna.world.balance import Balance
from sterna.world.hardware import Bay
from sterna.world.outlet import Make
from sterna.world.people import Itinerary
from sterna.world.stays import Car


class Bays:
    """Everything at the kerb. Also the drivers' hands: plug, unplug, leave."""

    def __init__(
        self, scenario: Scenario, ports: MemoryPorts, balance: Balance, air: Callable[[], float]
    ) -> None:
        """Build stations, EVSEs and the electronics of whatever car stands at each, in *air* of some temperature."""
        self._ports = ports
        self._frames = WIRES[scenario.settings.wire.iso15118]()
        self._stride_s = Seconds(scenario.settings.wire.stride_s)
        self.hardware: dict[str, Bay] = {}
        self.evses: dict[str, EvseRoom] = {}
        self.cars: dict[str, Ev[Car]] = {}
        self.stations: dict[str, StationRoom] = {}
        groups = scenario.groups()
        for station in scenario.stations:
            self.stations[station.station_id] = self._station(station)
            for evse in station.evses:
                group = groups[evse.evse_id]
                make = Make(
                    conversion=conversion_of(group), pace=pace_of(group),
                    chance=ports.chance.stream(f"converter {evse.evse_id}"), outside=air,
                )  # fmt: skip
                self._bay(station, evse, make, balance)

    def _station(self, station: Station) -> StationRoom:
        ports = self._ports
        return StationRoom(
            settings=StationSettings(
                identity=station.station_id,
                outlets=tuple(
                    OutletSettings(
                        evse_id=evse.evse_id, direct=evse.supply is Supply.DC, charge_kw_max=evse.charge_kw_max,
                        discharge_kw_max=evse.discharge_kw_max, phases=evse.phases,
                    )
                    for evse in station.evses
                ),
            ), clock=ports.clock, ids=ports.ids,
            chance=ports.chance.stream(station.station_id), journal=ports.journal, supervisor=ports.supervisor, links=ports.network,
        )  # fmt: skip

    def _bay(self, station: Station, evse: Evse, make: Make, balance: Balance) -> None:
        ports, name = self._ports, evse.evse_id
        bay = self.hardware[name] = Bay(evse, ports.clock, make)
        bay.metered = balance.set_car
        self.evses[name] = EvseRoom(
            settings=EvseSettings(
                evse_id=name, station_id=station.station_id, direct=evse.supply is Supply.DC,
                charge_kw_max=evse.charge_kw_max, discharge_kw_max=evse.discharge_kw_max, minimum_kw=evse.minimum_kw,
                stride_s=self._stride_s, phases=evse.phases,
                cable_amperes=evse.conductor_amperes if evse.supply is Supply.AC else None,
            ),
            clock=ports.clock, ids=ports.ids, links=ports.network, outlet=bay,
            frames=self._frames,
        )  # fmt: skip
        self.cars[name] = Ev(
            settings=EvSettings(bay=name, stride_s=self._stride_s), clock=ports.clock, links=ports.network,
            inlet=bay, frames=self._frames,
        )  # fmt: skip

    async def start(self) -> None:
        """Start stations, then what hangs on their bus."""
        for station in self.stations.values():
            await station.listen()
            station.start()
        for name, evse in self.evses.items():
            await evse.start()
            await self.cars[name].start()
            car = self.hardware[name].car
            if car is not None:  # It has been there since before a power cut.
                self.cars[name].wake(car)

    # -- what drivers do --------------------------------------------------------------------

    def plug(self, bay: str, visit: Itinerary) -> None:
        """Put the cable into the driver's car; Refused when it does not fit."""
        car = car_of(visit)
        fit = compatibility(visit.model, self.hardware[bay].evse)
        if not fit.fits:
            raise Refused("; ".join(fit.reasons))
        self.cars[bay].plug(car)

    def plugged(self, bay: str, visit: Itinerary) -> bool:
        """Return whether the car of *visit* is plugged in at *bay*, or was in an earlier stay."""
        return any(stay.car.evcc_id == visit.car for stay in self.hardware[bay].stays)

    def end_in_car(self, bay: str) -> None:
        """Press the unlock button in the car."""
        self.cars[bay].stop()

    def unplug(self, bay: str) -> None:
        """Pull the cable."""
        self.cars[bay].unplug()

    def leave(self, bay: str) -> None:
        """Drive away."""
        self.cars[bay].leave()


def car_of(visit: Itinerary) -> Car:
    """Return the car of *visit*, as it arrives."""
    return Car.arriving(
        visit.car, visit.model, visit.soc_at_arrival, target_soc=visit.soc_target, floor_soc=visit.soc_floor,
        departure=visit.announced_departure, stops_itself=False,
    )  # fmt: skip
