"""A car and a charger, each alone, joined by a TCP connection: in virtual time over streams in memory."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sterna.app.alone import wired
from sterna.app.alone.car import CarAlone, CarWish, Ending
from sterna.app.alone.seen import Seen
from sterna.app.alone.supply import Offer, SupplyAlone
from sterna.domain.station import Coupler
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.iso15118.services import Service
from sterna.protocols.iso15118.wire import ExiWire
from sterna.runtime import virtual
from sterna.runtime.capture import Capture
from sterna.runtime.ports import Clock
from sterna.runtime.seeded import SeededIds
from sterna.runtime.tcp import TcpLinks
from sterna.runtime.tls import Secure
from sterna.world.stays import Car

START = 1_790_000_000.0
ALL = (Service.DC_BPT, Service.AC_BPT, Service.DC, Service.AC)


@dataclass(kw_only=True)
class Cable:
    """Both sides, what each said for its log, and how it ended."""

    clock: Clock
    offer: Offer = field(default_factory=Offer)
    wish: CarWish = field(default_factory=lambda: CarWish(services=ALL))
    soc: float = 0.5
    discharge_kw: float = 11.0
    tls: tuple[Secure, Secure] | None = None
    """The charger's and the car's."""
    capture: Capture | None = None

    def __post_init__(self) -> None:
        self.supply_log: list[str] = []
        self.car_log: list[str] = []
        self.sent_away: list[str] = []
        self.endings: list[Ending] = []
        self.supply = SupplyAlone(
            clock=self.clock, ids=SeededIds(1), frames=ExiWire(), offer=self.offer,
            seen=Seen(side="EVSE", say=lambda _now, text: self.supply_log.append(text)),
        )  # fmt: skip
        self.served = wired.links(
            self.clock, ("127.0.0.1", 0), listen_tls=self.tls[0] if self.tls else None,
            capture=self.capture, refused=lambda _peer, why: self.sent_away.append(why),
        )  # fmt: skip
        self.calling: list[TcpLinks] = []
        self.place = ("", 0)

    async def listen(self) -> tuple[str, int]:
        self.place = await self.supply.listen(self.served)
        return self.place

    def call(self) -> CarAlone:
        """Return a new car that has called."""
        ability = PowerAbility(
            charge_kw_max=Kilowatts(11.0), discharge_kw_max=Kilowatts(self.discharge_kw)
        )
        model = VehicleModel(
            name="test", capacity_kwh=KilowattHours(60.0), inlet=Coupler.CCS_2, ac=ability, dc=ability
        )  # fmt: skip
        car = CarAlone(
            clock=self.clock, frames=ExiWire(), car=Car.arriving("STERNA0001", model, Share(self.soc)),
            wish=self.wish, seen=Seen(side="EV", say=lambda _now, text: self.car_log.append(text)),
            over=self.endings.append,
        )  # fmt: skip
        network = wired.links(self.clock, self.place, dial_tls=self.tls[1] if self.tls else None)
        self.calling.append(network)
        car.call(network)
        return car

    async def wait(self, seconds: float) -> None:
        await self.clock.sleep_until(Instant(self.clock.now() + seconds))

    async def close(self) -> None:
        for network in self.calling:
            await network.close()
        await self.served.close()


Story = Callable[[Cable], Awaitable[None]]


def lived(story: Story, **cable: object) -> Cable:
    """Return the cable after *story* in virtual time."""

    async def work(clock: Clock) -> Cable:
        joined = Cable(clock=clock, **cable)  # type: ignore[arg-type]  # fields of this record
        await story(joined)
        await joined.close()
        return joined

    return virtual.run(work, start=START)
