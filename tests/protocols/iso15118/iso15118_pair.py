"""Both machines wired together in virtual time, as the bytes of the standard, without any loop."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.iso15118.car_session import EvccSettings
from sterna.protocols.iso15118.evcc import Evcc
from sterna.protocols.iso15118.events import Happened, LoopTarget, PowerOff, PowerTarget
from sterna.protocols.iso15118.limits import CarBattery, SupplyLimits
from sterna.protocols.iso15118.offer import SeccSettings
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.secc import Secc
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.timing import Timing, virtual
from sterna.protocols.iso15118.wire import ExiWire

START = Instant(1_750_000_000.0)
SESSION = bytes(range(1, 9))
CHALLENGE = bytes(range(16))
NOTHING: Mapping[str, object] = {}
FRAMES_MAX = 20_000
"""A test that needs more is spinning."""


@dataclass
class Pair:
    """A car and a supply, the physics between them, and what each said and heard."""

    secc: Secc
    evcc: Evcc
    now: Instant = START
    wire: ExiWire = field(default_factory=ExiWire)
    supply_events: list[Happened] = field(default_factory=list)
    car_events: list[Happened] = field(default_factory=list)
    said: list[Element] = field(default_factory=list)
    moved_kwh: float = 0.0
    power_kw: float = 0.0
    since: Instant = START
    agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Do *action* at START + *seconds*."""
        heapq.heappush(
            self.agenda, (START + seconds, len(self.agenda), lambda: (action(), None)[1])
        )

    def supply(self, events: tuple[Happened, ...]) -> None:
        """Let the station react to the supply's events: the converter follows at once."""
        self.supply_events.extend(events)
        for event in events:
            if isinstance(event, PowerTarget):
                self.flow(event.power_kw)

    def car(self, events: tuple[Happened, ...]) -> None:
        """Let the car react to its machine's events."""
        self.car_events.extend(events)
        for event in events:
            if isinstance(event, LoopTarget | PowerOff):
                self.flow(self.power_kw)
                self.car_events.extend(self.evcc.update(self.now, self.evcc.battery))

    def flow(self, power_kw: float) -> None:
        """Move energy at the old power until now, then flow at *power_kw*."""
        moved = self.power_kw * (self.now - self.since) / 3600
        battery = self.evcc.battery
        self.moved_kwh += moved
        self.since = self.now
        self.power_kw = power_kw
        soc = Share(battery.soc + moved / battery.capacity_kwh)
        self.evcc.battery = replace(battery, soc=soc, power_kw=Kilowatts(power_kw))

    def exchange(self) -> None:
        """Carry messages until both sides wait."""
        for _ in range(FRAMES_MAX):
            asked = self.evcc.to_send()
            for message in asked:
                self.said.append(message)
                frame = self.wire.encode(message)
                self.supply(self.secc.receive(self.now, self.wire.decode(frame)))
            answers = self.secc.to_send()
            for message in answers:
                self.said.append(message)
                frame = self.wire.encode(message)
                self.car(self.evcc.receive(self.now, self.wire.decode(frame)))
            if not asked and not answers:
                return
        raise AssertionError("the two machines spin")

    def plug(self, **options: object) -> None:
        """Connect."""
        self.car(self.evcc.plugged(self.now, **options))  # type: ignore[arg-type]
        self.exchange()

    def run(self, seconds: float) -> None:
        """Let *seconds* pass, jumping from deadline to deadline."""
        end = Instant(self.now + seconds)
        for _ in range(FRAMES_MAX):
            dues = [due for due in (self.secc.deadline, self.evcc.deadline) if due is not None]
            if self.agenda:
                dues.append(Instant(self.agenda[0][0]))
            due = min((due for due in dues), default=end)
            if due > end:
                break
            self.now = Instant(max(self.now, due))
            while self.agenda and self.agenda[0][0] <= self.now:
                heapq.heappop(self.agenda)[2]()
            self.supply(self.secc.tick(self.now))
            self.car(self.evcc.tick(self.now))
            self.exchange()
            if not dues:
                break
        else:
            raise AssertionError("time stands still")
        self.now = end
        self.flow(self.power_kw)

    def do(self, events: tuple[Happened, ...]) -> None:
        """Take the events of a verb called on the supply, then carry what follows."""
        self.supply(events)
        self.exchange()

    def tell(self, events: tuple[Happened, ...]) -> None:
        """Take the events of a verb called on the car, then carry what follows."""
        self.car(events)
        self.exchange()

    def heard(self, kind: type[Happened], *, by_car: bool = False) -> list[Happened]:
        """Return the events of one *kind*."""
        events = self.car_events if by_car else self.supply_events
        return [event for event in events if isinstance(event, kind)]

    def names(self) -> list[str]:
        """Return the wire names of everything said, in order."""
        return [str(type(message).__struct_config__.tag) for message in self.said]


BATTERY = CarBattery(
    soc=Share(0.6),
    capacity_kwh=KilowattHours(60.0),
    minimum_soc=Share(0.3),
    target_soc=Share(0.8),
    maximum_soc=Share(1.0),
    v2x_low_soc=Share(0.35),
    v2x_high_soc=Share(0.9),
    max_charge_kw=Kilowatts(11.0),
    max_discharge_kw=Kilowatts(11.0),
    departure=Instant(START + 12 * 3600),
)
SUPPLY = SupplyLimits(max_charge_kw=Kilowatts(22.0), max_discharge_kw=Kilowatts(22.0))


def make_pair(
    service: Service = Service.DC_BPT,
    mode: ControlMode = ControlMode.DYNAMIC,
    *,
    timing: Timing | None = None,
    battery: CarBattery = BATTERY,
    car: Mapping[str, object] = NOTHING,
    **supply: object,
) -> Pair:
    """Return a car that speaks *service* alone and a supply that speaks everything; *car* and *supply* change settings."""
    timing = virtual(300.0) if timing is None else timing
    offer = replace(SeccSettings(evse_id="porto-03-1", supply=SUPPLY, timing=timing), **supply)
    vehicle = EvccSettings(evcc_id="EV1", services=(service,), control_modes=(mode,), timing=timing)
    secc = Secc(START, offer, session_id=SESSION, challenge=CHALLENGE)
    return Pair(secc=secc, evcc=Evcc(replace(vehicle, **car), battery))
