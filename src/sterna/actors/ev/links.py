"""The car on the wire: the driver's hands, the vehicle bus, and ISO 15118-20 towards the EVSE."""

from functools import partial
from typing import Final, Generic, TypeVar

from msgspec.structs import replace

from sterna.actors.ev import core, vehicle
from sterna.actors.ev.hardware import CarFacts, Inlet
from sterna.actors.ev.lines import Listening
from sterna.actors.ev.settings import EvSettings
from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import Instant, Kilowatts, Seconds, later
from sterna.kernel.records import Command
from sterna.protocols.iso15118 import events, timing
from sterna.protocols.iso15118.car_session import EvccSettings
from sterna.protocols.iso15118.describe import describer
from sterna.protocols.iso15118.evcc import Evcc
from sterna.protocols.iso15118.limits import CarBattery
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import Service
from sterna.protocols.iso15118.wire import ExiWire
from sterna.protocols.iso15118.wire import Wire as Frames
from sterna.runtime.conversation import Conversation
from sterna.runtime.ports import Clock, Describe, Knock, LinkEnd, Links, Timer, Wire
from sterna.runtime.standing import StandingLink

DIRECT: Final = (Service.DC_BPT, Service.DC)
ALTERNATING: Final = (Service.AC_BPT, Service.AC)
LINE_AGAIN_S: Final = Seconds(1.0)
"""Pause before a broken line is opened again: both ends are in the same car."""

C = TypeVar("C", bound=CarFacts)


class Ev(Generic[C]):
    """Whatever car stands at one bay. ``plug`` and the like are what a driver does."""

    def __init__(
        self,
        *,
        settings: EvSettings,
        clock: Clock,
        links: Links,
        inlet: Inlet[C],
        frames: Frames | None = None,
    ) -> None:
        """Watch *inlet*; *frames* writes ISO 15118 messages (default: EXI)."""
        self._settings = settings
        self._clock = clock
        self._links = links
        self._inlet = inlet
        self._frames: Frames = ExiWire() if frames is None else frames
        self._state = core.State()
        self._car: C | None = None
        self._coming: C | None = None
        self._plugged = False
        self._talk: Conversation[Element, events.Happened] | None = None
        self._evcc: Evcc | None = None
        self._resume: events.Resumable | None = None
        self._attempts = 0
        self._again: Timer | None = None
        bay = settings.bay
        self._driver = self._line(f"evcc:{bay}", "PHYSICAL", "EV_USER", "EVCC")
        self._sensors = self._line(f"bms:{bay}", "VEHICLE", "EV_SENSORS", "BMS")
        self._bms = self._line(f"evcc:{bay}", "VEHICLE", "BMS", "EVCC")
        self.refusal = ""
        """Why the last plug was refused; empty when it was not."""
        self._asleep = False
        self._parting = ""
        """Why a car that slept has to end its session once it is awake; empty: it has not."""
        inlet.watch_battery(self._battery_changed)
        inlet.watch_wave(self._waved)

    # What the world's people do.

    async def start(self) -> None:
        """Open the links around and inside the car."""
        bay = self._settings.bay
        await self._links.listen(f"evcc:{bay}", self._accept_evcc)
        await self._links.listen(f"bms:{bay}", self._accept_bms)
        for line in (self._driver, self._sensors, self._bms):
            line.dial()

    def arrive(self, car: C) -> None:
        """Drive *car* into the bay."""
        self._coming = car
        self._do("arrive")

    def plug(self, car: C | None = None) -> None:
        """Put the plug into *car*, or into the car that has arrived."""
        if car is not None:
            self._coming = car
        assert self._coming is not None, "there is no car to plug"
        self._do("plug")

    def unplug(self) -> None:
        """Pull the plug, whether it is unlatched or not."""
        self._do("unplug")

    def leave(self) -> None:
        """Drive away."""
        self._do("leave")

    def stop(self, reason: str = "the driver stopped in the car") -> None:
        """End the session from inside the car."""
        self._state.over = True
        if self._asleep:
            self._parting = reason
            self.rouse()
        elif self._evcc is not None and self._talk is not None:
            self._talk.act(self._evcc.stop(self._clock.now(), reason))

    def rouse(self) -> None:
        """Wake a sleeping car from inside: it joins its old session."""
        if self._asleep:
            self._asleep = False
            self._call()

    @property
    def plugged(self) -> bool:
        """Whether a car is connected."""
        return self._plugged

    def _do(self, what: str) -> None:
        self._driver.say(vehicle.encode(vehicle.Hand(what=what)))

    # Links.

    def _line(self, address: str, protocol: str, src: str, dst: str) -> StandingLink:
        """Return the line from *src* to *dst* at this bay, not open yet."""
        bay = self._settings.bay
        describe: Describe = (
            partial(vehicle.describe_hand, bay)
            if protocol == "PHYSICAL"
            else vehicle.describe_vehicle
        )
        wire = Wire(protocol=protocol, src=f"{src}/{bay}", dst=f"{dst}/{bay}", describe=describe)
        return StandingLink(
            clock=self._clock, links=self._links, address=address, wire=wire, identity=src,
            again_s=LINE_AGAIN_S,
        )  # fmt: skip

    def _accept_evcc(self, knock: Knock) -> LinkEnd:
        if knock.identity == "EV_USER":
            return Listening(self._hand_felt)
        if knock.identity == "BMS":
            return Listening(self._status_heard)
        raise Refused(f"the EVCC does not know {knock.identity}")

    def _accept_bms(self, _knock: Knock) -> LinkEnd:
        return Listening(self._measured)

    def _hand_felt(self, frame: bytes) -> None:
        match vehicle.hand(frame).what:
            case "plug":
                self._plug_in()
            case "unplug":
                self._plug_out()
            case "leave":
                self._car = None
            case _:
                pass  # An arriving car has nothing to do until it is plugged.

    def _plug_in(self) -> None:
        if self._plugged or self._coming is None:
            return
        car, self._coming = self._coming, None
        try:
            self._inlet.plug(car)
        except Refused as refused:
            self.refusal = str(refused)
            return
        self.refusal = ""
        self.wake(car)

    def wake(self, car: C) -> None:
        """Begin a session with *car*, whose plug is in: it has just gone in, or power has come back."""
        self._car, self._plugged = car, True
        self._resume, self._attempts = None, 0
        self._asleep, self._parting = False, ""
        self._tell(
            core.Connected(
                at=self._clock.now(), least=car.least_soc, floor=car.floor_soc,
                target=car.target_soc, stops_itself=car.stops_itself,
            )
        )  # fmt: skip
        if car.stops_itself:
            self._inlet.mark(car.target_soc)
        self._call()

    def _plug_out(self) -> None:
        self._plugged = self._asleep = False
        if self._again is not None:
            self._again.cancel()
            self._again = None
        self._inlet.unplug()
        if self._talk is not None:
            talk, self._talk, self._evcc = self._talk, None, None
            talk.leave()

    # ISO 15118-20.

    def _call(self) -> None:
        """Open the connection to the supply."""
        self._again = None
        car, bay, settings = self._car, self._settings.bay, self._settings
        if not self._plugged or car is None:
            return
        wanted = DIRECT if self._inlet.direct else ALTERNATING
        services = tuple(service for service in wanted if service.name in car.services)
        pace = (
            timing.REAL
            if settings.real_time
            else timing.virtual(settings.stride_s, settings.poll_s)
        )
        machine = EvccSettings(
            evcc_id=car.evcc_id, services=services, timing=pace, wallet=car.wallet
        )
        self._evcc = evcc = Evcc(machine, self._battery(car))
        self._talk = Conversation(
            evcc, self._clock, encode=self._frames.encode, decode=self._frames.decode,
            happened=partial(self._happened, evcc), on_open=partial(self._opened, evcc),
            on_close=partial(self._hung_up, evcc),
        )  # fmt: skip
        wire = Wire(
            protocol="ISO15118-20", src=f"EVCC/{bay}", dst=f"EVSE_C/{bay}",
            describe=describer(self._frames, (f"evse:{bay}",)),
        )  # fmt: skip
        self._links.dial(f"iso15118:{bay}", self._talk, wire=wire)

    def _opened(self, evcc: Evcc) -> None:
        evcc.plugged(self._clock.now(), resume=self._resume)

    def _hung_up(self, evcc: Evcc, _reason: str) -> None:
        """Call again, later and later, while the plug is in and the session is not over."""
        if self._evcc is not evcc:
            return
        self._evcc = self._talk = None
        if self._plugged and not self._state.over and not self._asleep:
            pause = min(self._settings.again_s * 2.0**self._attempts, self._settings.again_s_max)
            self._attempts += 1
            self._again = self._clock.call_at(later(self._clock.now(), pause), self._call)

    def _happened(self, evcc: Evcc, event: events.Happened) -> None:
        """Act on one event of the car's machine."""
        if evcc is not self._evcc:
            return  # The last words of a connection that was given up.
        now = self._clock.now()
        match event:
            case events.LoopTarget():
                self._turned(evcc, event, now)
            case events.ServiceChosen():
                self._inlet.set_ready(ready=True)
                self._tell(core.Chosen(at=now))
            case events.Attention():
                self._inlet.call_attention()
            case events.PowerOff():
                if not self._inlet.direct:
                    self._inlet.set_power(Kilowatts(0.0))
                self._inlet.set_ready(ready=False)
            case events.Stopped(resumable=resumable, failed=failed):
                self._resume = resumable
                self._asleep = resumable is not None and not failed
                self._state.over = self._state.over or not (failed or self._asleep)
                if self._talk is not None:
                    self._talk.leave()
            case _:
                self._on_the_way(evcc, event, now)

    def _on_the_way(self, evcc: Evcc, event: events.Happened, now: Instant) -> None:
        """Act on the events between the plug and the charge loop; otherwise the machine goes on by itself."""
        match event:
            case events.HandshakeDone():
                self._attempts = 0
            case events.SessionOpened() if self._parting and self._talk is not None:
                self._talk.act(evcc.stop(now, self._parting))
            case events.ContractInstalled() if self._car is not None:
                self._car.wallet = evcc.wallet
            case _:
                pass

    def _waved(self, on: bool) -> None:  # noqa: FBT001  # the one thing that a pilot's wave can say
        """Follow the supply's call: a pilot that oscillates again wakes a sleeping car."""
        if on:
            self.rouse()

    def _turned(self, evcc: Evcc, turn: events.LoopTarget, now: Instant) -> None:
        """Follow one answer of the charge loop."""
        if not self._inlet.direct:
            self._inlet.set_power(turn.power_kw)
        self._tell(core.Turned(at=now, soc=self._inlet.soc, site_floor=turn.minimum_soc))
        self._refresh(evcc, now)

    def _refresh(self, evcc: Evcc, now: Instant) -> None:
        """Bring the machine's picture of the battery up to date."""
        assert self._car is not None
        battery = replace(
            evcc.battery, soc=self._inlet.soc, power_kw=self._inlet.power_kw,
            minimum_soc=self._state.minimum, v2x_low_soc=self._state.minimum,
        )  # fmt: skip
        assert self._talk is not None
        self._talk.act(evcc.update(now, battery))

    def _battery(self, car: CarFacts) -> CarBattery:
        """Return the battery as the car would tell it now."""
        able, offered = car.power_kw(direct=self._inlet.direct), self._inlet.offered_kw
        charge, discharge = (min(pair) for pair in zip(able, offered, strict=True))
        return CarBattery(
            soc=self._inlet.soc, capacity_kwh=car.capacity_kwh, minimum_soc=self._state.minimum,
            target_soc=max(car.target_soc, self._state.minimum), v2x_low_soc=self._state.minimum,
            max_charge_kw=charge, max_discharge_kw=discharge, min_charge_kw=self._inlet.least_kw,
            min_discharge_kw=self._inlet.least_kw, departure=car.departure, phases=self._inlet.phases,
        )  # fmt: skip

    # Battery management.

    def _battery_changed(self) -> None:
        """Learn that the battery has met a bound: it is measured, and the supply hears of it."""
        if self._plugged:
            self._tell(core.Changed(at=self._clock.now()))

    def _measured(self, frame: bytes) -> None:
        match vehicle.vehicle_frame(frame):
            case vehicle.Measured(soc=soc, power_kw=kw):
                self._tell(core.Sensed(at=self._clock.now(), soc=soc, kw=kw))
            case _:
                raise BrokenPeer("sensors have no battery status")

    def _status_heard(self, frame: bytes) -> None:
        """Let the supply hear of a bound that the battery has met."""
        if not isinstance(vehicle.vehicle_frame(frame), vehicle.BatteryStatus):
            raise BrokenPeer("the BMS measures nothing")
        if self._evcc is not None and self._plugged:
            self._refresh(self._evcc, self._clock.now())

    def _tell(self, event: core.TakesIn) -> None:
        self._state, commands = core.decide(self._state, event)
        for command in commands:
            self._perform(command)

    def _perform(self, command: Command) -> None:
        """Carry out one command of the battery management."""
        match command:
            case core.Measure():
                frame = vehicle.Measured(
                    at=self._clock.now(), soc=self._inlet.soc, power_kw=self._inlet.power_kw
                )
                self._sensors.say(vehicle.encode(frame))
            case core.Show(soc=soc, minimum=minimum, target=target):
                status = vehicle.BatteryStatus(
                    at=self._clock.now(), soc=soc, minimum_soc=minimum, target_soc=target
                )
                self._bms.say(vehicle.encode(status))
            case core.HoldFloor(soc=soc):
                self._inlet.hold_floor(soc)
            case core.EndSession():
                self.stop("the target is reached")
            case _:
                raise AssertionError(command)
