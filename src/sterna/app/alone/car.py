"""The car alone: the EVCC's machine, and the world's battery behind it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from sterna.app.alone.seen import Seen
from sterna.app.alone.wired import ADDRESS, DONE, Talk, wire
from sterna.domain.converter import Conversion
from sterna.domain.station import Coupler, Supply
from sterna.domain.station import Evse as Plate
from sterna.kernel.quantities import NO_POWER, Instant, Kilowatts, Share
from sterna.protocols.iso15118 import events
from sterna.protocols.iso15118.car_session import EvccSettings
from sterna.protocols.iso15118.evcc import Evcc
from sterna.protocols.iso15118.limits import CarBattery
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.timing import REAL, Timing
from sterna.protocols.iso15118.wire import Wire as Frames
from sterna.runtime.ports import Clock, Links
from sterna.world.hardware import Bay
from sterna.world.outlet import Make
from sterna.world.stays import Car

CONVERTER: Final = Share(0.95)
"""One-way efficiency of the car's own converter, which AC goes through."""
STRAIGHT: Final = Share(1.0)
"""DC comes from the supply's converter."""
EVERY_MODE: Final = (ControlMode.DYNAMIC, ControlMode.SCHEDULED)
FAR_KW: Final = Kilowatts(1000.0)
"""The plate of a supply that this process does not know: the messages carry its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarWish:
    """What the car speaks and its driver wants."""

    services: tuple[Service, ...]
    """The favourite first."""
    modes: tuple[ControlMode, ...] = EVERY_MODE
    minimum_soc: Share = Share(0.2)
    target_soc: Share = Share(0.8)
    departure: Instant | None = None
    until_target: bool = False
    """Whether the car ends the session when it has its target."""
    timing: Timing = REAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a session ended."""

    reason: str
    failed: bool


@dataclass(kw_only=True)
class CarAlone:
    """One car that calls one charger, once."""

    clock: Clock
    frames: Frames
    car: Car
    wish: CarWish
    seen: Seen
    over: Callable[[Ending], None] = lambda _ending: None
    """Told how the session ended, once."""
    ended: Ending | None = None
    """How it ended; None while it has not."""
    _bay: Bay | None = field(default=None, init=False)
    _on: bool = field(default=False, init=False)
    _talk: Talk | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Make the machine."""
        speaks = EvccSettings(
            evcc_id=self.car.evcc_id, services=self.wish.services,
            control_modes=self.wish.modes, timing=self.wish.timing,
        )  # fmt: skip
        self._evcc = Evcc(speaks, self._battery(direct=self.wish.services[0].direct))

    def call(self, network: Links) -> None:
        """Connect and begin."""
        self._talk = Talk(
            self._evcc, self.clock, self.frames, self.seen, happened=self._happened,
            opened=self._plugged, closed=self._hung_up,
        )  # fmt: skip
        network.dial(ADDRESS, self._talk, wire=wire(self.frames))

    def stop(self) -> bool:
        """End the session properly, at the car's next turn; return whether there is one."""
        if self._talk is None or self.ended is not None:
            return False
        self.seen.note(self.clock.now(), "stopping")
        self._act(self._evcc.stop(self.clock.now()))
        return True

    def order(self, line: str) -> str:
        """Do what somebody typed; return what is wrong with it, or nothing."""
        if line == "stop":
            self.stop()
        elif line == "pause":
            self._act(self._evcc.pause(self.clock.now()))
        elif line == "standby":
            self._act(self._evcc.standby(self.clock.now(), rest=True))
        elif line == "resume":
            self._act(self._evcc.standby(self.clock.now(), rest=False))
        else:
            return f"{line!r} is none of: stop, pause, standby, resume"
        return ""

    def look(self) -> None:
        """Bring the picture up to date."""
        seen, bay = self.seen, self._bay
        seen.state = self._evcc.state.name
        seen.soc = self.car.soc if bay is None else bay.soc
        if bay is not None:
            seen.charged_wh, seen.discharged_wh = bay.exact_registers()

    # What the connection tells.

    def _plugged(self) -> None:
        assert self._talk is not None
        self._talk.conversation.act(self._evcc.plugged(self.clock.now()))

    def _hung_up(self, reason: str) -> None:
        """Learn that the connection is gone; without a proper end before it that is a failure."""
        if reason != DONE:
            self.seen.note(self.clock.now(), f"connection: {reason}")
        self._end(reason, failed=True)

    def _happened(self, event: events.Happened) -> None:
        now, seen = self.clock.now(), self.seen
        match event:
            case events.SessionOpened(peer_id=peer, session_id=name):
                seen.peer, seen.session_id = peer, name.hex()
            case events.ServiceChosen(service=service, control_mode=mode):
                seen.service, seen.mode = service.name, mode.name.capitalize()
                seen.note(now, f"service {seen.service}, {seen.mode}")
                self._plug(direct=service.direct)
            case events.HandshakeDone():
                assert self._bay is not None
                self._on = True
                self._bay.close_contactor()
                seen.note(now, "power is on")
            case events.LoopTarget(power_kw=kw):
                self._follow(kw)
            case events.PowerOff(reason=reason):
                self._power_off(reason)
            case events.Notified(notification=wanted):
                seen.note(now, f"the charger wants {wanted.value}")
            case events.AuthorizationAwaited():
                seen.note(now, "waiting for authorisation")
            case events.Stopped(reason=reason, failed=failed):
                self._end(reason, failed=failed)
            case _:
                pass  # The machine goes on by itself.

    # The battery.

    def _plug(self, *, direct: bool) -> None:
        """Hold the battery to a supply of this kind, and tell what it can do over it."""
        bay = self._bay
        if bay is None or bay.direct is not direct:
            if bay is not None:
                bay.unplug()
            supply = Supply.DC if direct else Supply.AC
            plate = Plate(
                evse_id="far", connector=Coupler.CCS_2 if direct else Coupler.TYPE_2,
                supply=supply, charge_kw_max=FAR_KW, discharge_kw_max=FAR_KW,
            )  # fmt: skip
            make = Make(conversion=Conversion(efficiency=STRAIGHT if direct else CONVERTER))
            self._bay = bay = Bay(plate, self.clock, make)
            bay.plug(self.car)
            bay.hold_floor(self.wish.minimum_soc)
            bay.watch_battery(self._bound_met)
            if self.wish.until_target:
                bay.mark(self.wish.target_soc)
        self._refresh(direct=direct)

    def _follow(self, kw: Kilowatts) -> None:
        """Let the power of this turn flow, as far as the battery takes part."""
        bay = self._bay
        assert bay is not None, "the loop has a service"
        self.seen.flows(self.clock.now(), bay.set_power(kw))
        self._refresh(direct=bay.direct)

    def _bound_met(self) -> None:
        """Learn that the battery is full, empty, at its floor, or at its target."""
        bay = self._bay
        assert bay is not None
        self.seen.flows(self.clock.now(), bay.power_kw)
        self._refresh(direct=bay.direct)
        if self.wish.until_target and bay.soc >= self.wish.target_soc - 1e-6:
            self.seen.note(self.clock.now(), "the target is reached")
            self.stop()

    def _refresh(self, *, direct: bool) -> None:
        self._act(self._evcc.update(self.clock.now(), self._battery(direct=direct)))

    def _battery(self, *, direct: bool) -> CarBattery:
        """Return the battery as the car would tell it now."""
        wish, bay = self.wish, self._bay
        charge, discharge = self.car.power_kw(direct=direct)
        battery = CarBattery(
            soc=self.car.soc, capacity_kwh=self.car.capacity_kwh, minimum_soc=wish.minimum_soc,
            target_soc=max(wish.target_soc, wish.minimum_soc), v2x_low_soc=wish.minimum_soc,
            max_charge_kw=charge, max_discharge_kw=discharge, departure=wish.departure,
        )  # fmt: skip
        if bay is None:
            return battery
        return replace(battery, soc=bay.soc, power_kw=bay.power_kw)

    def _power_off(self, reason: str) -> None:
        """Open the contactor; without a plug there is none."""
        if self._bay is not None and self._on:
            self._on = False
            self._bay.open_contactor()
            self.seen.flows(self.clock.now(), NO_POWER)
            self.seen.note(self.clock.now(), f"power is off: {reason}")

    def _act(self, events_of_verb: tuple[events.Happened, ...]) -> None:
        if self._talk is not None:
            self._talk.conversation.act(events_of_verb)

    def _end(self, reason: str, *, failed: bool) -> None:
        if self.ended is not None:
            return
        self.ended = Ending(reason=reason, failed=failed)
        self.look()
        self.seen.note(self.clock.now(), f"session {'FAILED' if failed else 'ended'}: {reason}")
        if self._talk is not None:
            self._talk.conversation.leave()
        self.over(self.ended)
