"""The supply alone: the SECC's machine, a converter, and a meter that counts both ways."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from math import floor
from typing import Final

from sterna.app.alone.seen import Seen
from sterna.app.alone.wired import ADDRESS, DONE, Talk, wire
from sterna.domain.converter import Converter, field_fitted
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import (
    NO_POWER,
    Amperes,
    Instant,
    Kilowatts,
    Seconds,
    WattHours,
    later,
)
from sterna.protocols.iso15118 import events
from sterna.protocols.iso15118.describe import fields_of
from sterna.protocols.iso15118.limits import SupplyLimits
from sterna.protocols.iso15118.messages import ac
from sterna.protocols.iso15118.messages.codes import Notification
from sterna.protocols.iso15118.offer import NEVER, SeccSettings
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.secc import Secc
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.timing import REAL, Timing
from sterna.protocols.iso15118.wire import Wire as Frames
from sterna.runtime.ports import Clock, Ids, Knock, LinkEnd, Timer
from sterna.runtime.tcp import TcpLinks

KILOWATT_SECONDS_PER_WATT_HOUR: Final = 3.6
ORDERS: Final = ("stop", "pause", "meter", "consent", "withdraw")
"""What may be typed beside a power."""
CABLE_A: Final = Amperes(500.0)
"""What a cooled cable carries; the limits in kW are the narrower ones."""
GIVE_UP_S: Final = Seconds(5.0)
"""A car that was asked to stop and has not by then is cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the charger offers, and what it does with a car."""

    evse_id: str = "STERNA-EVSE-1"
    services: tuple[Service, ...] = (Service.DC_BPT, Service.DC, Service.AC_BPT, Service.AC)
    modes: tuple[ControlMode, ...] = (ControlMode.DYNAMIC, ControlMode.SCHEDULED)
    charge_kw_max: Kilowatts = Kilowatts(22.0)
    discharge_kw_max: Kilowatts = Kilowatts(22.0)
    wish_kw: Kilowatts = Kilowatts(22.0)
    """The set-point of a session when its power goes on."""
    steps: tuple[tuple[Seconds, Kilowatts], ...] = ()
    """Later set-points: how long after power went on, and what."""
    consent_v2x: bool = True
    authorize_s: Seconds = Seconds(0.0)
    """How long the driver takes to say yes."""
    timing: Timing = REAL


@dataclass(kw_only=True)
class Meter:
    """Two registers at the coupler, which only rise."""

    since: Instant
    kw: Kilowatts = NO_POWER
    charged_wh: float = 0.0
    discharged_wh: float = 0.0

    def flow(self, now: Instant, kw: Kilowatts) -> None:
        """Count what has flowed until *now*; from now on it is *kw*."""
        moved = self.kw * max(0.0, now - self.since) / KILOWATT_SECONDS_PER_WATT_HOUR
        self.charged_wh += max(0.0, moved)
        self.discharged_wh += max(0.0, -moved)
        self.since, self.kw = now, kw


@dataclass(kw_only=True)
class SupplyAlone:
    """One outlet that serves one car at a time, as often as one calls."""

    clock: Clock
    ids: Ids
    frames: Frames
    offer: Offer
    seen: Seen
    sessions: int = 0
    """Sessions that have ended."""
    failures: list[str] = field(default_factory=list)
    """Why sessions failed."""
    session_over: Callable[[], None] = lambda: None
    """Called after every session."""
    _secc: Secc | None = field(default=None, init=False)
    _talk: Talk | None = field(default=None, init=False)
    _resume: events.Resumable | None = field(default=None, init=False)
    _timers: list[Timer] = field(default_factory=list, init=False)
    _steps: tuple[tuple[Seconds, Kilowatts], ...] = field(default=(), init=False)
    """Later set-points that this session has not begun yet."""
    _on: bool = field(default=False, init=False)
    _said_kw: Kilowatts = field(default=NO_POWER, init=False)
    """What the car says that flows."""

    def __post_init__(self) -> None:
        """Plug meter and converter in."""
        self.wish_kw = self.seen.wish_kw = self.offer.wish_kw
        self._meter = Meter(since=self.clock.now())
        rated = max(self.offer.charge_kw_max, self.offer.discharge_kw_max)
        self._converter: Converter = field_fitted(rated)

    async def listen(self, network: TcpLinks) -> tuple[str, int]:
        """Take cars from now on; return host and port."""
        await network.listen(ADDRESS, self._accept, wire=lambda _knock: wire(self.frames))
        host, port = network.bound(ADDRESS)
        self.seen.note(self.clock.now(), f"listening on {host} port {port}")
        return host, port

    @property
    def busy(self) -> bool:
        """Whether there is a session."""
        return self._secc is not None

    def stop(self) -> bool:
        """Ask the car to end the session, and cut it off when it does not; return whether there is one."""
        if self._secc is None:
            return False
        self.seen.note(self.clock.now(), "stopping")
        self._after(GIVE_UP_S, self._cut_off)
        self._act(self._secc.stop(self.clock.now()))
        return True

    def aim(self, kw: Kilowatts) -> None:
        """Set the power that the site wishes, from now on."""
        self.wish_kw = self.seen.wish_kw = kw
        self.seen.note(self.clock.now(), f"set-point {kw:+.2f} kW")
        if self._secc is not None:
            self._act(self._secc.set_point(self.clock.now(), kw, expires=Instant(NEVER)))

    def order(self, line: str, power: Callable[[str], Kilowatts]) -> str:
        """Do what somebody typed (*power* reads one); return what is wrong with it, or nothing."""
        if line not in ORDERS:
            try:
                self.aim(power(line))
            except ValueError:
                return f"{line!r} is no power and none of: {', '.join(ORDERS)}"
            return ""
        if self._secc is None:
            return f"{line}: there is no car"
        self._obey(self._secc, line)
        return ""

    def _obey(self, secc: Secc, order: str) -> None:
        """Do one of ORDERS."""
        now = self.clock.now()
        match order:
            case "stop":
                self.stop()
            case "pause":
                self._act(secc.pause(now))
            case "meter":
                self._act(secc.notify(now, Notification.METERING_CONFIRMATION))
            case _:
                self._act(secc.authorize(now, consent_v2x=order == "consent"))

    def look(self) -> None:
        """Bring the picture up to date."""
        self._meter.flow(self.clock.now(), self._meter.kw)
        seen = self.seen
        seen.charged_wh, seen.discharged_wh = self._meter.charged_wh, self._meter.discharged_wh
        seen.state = "waiting" if self._secc is None else self._secc.state.name

    # The car.

    def _accept(self, knock: Knock) -> LinkEnd:
        """Take a car's connection, one at a time."""
        if self._secc is not None:
            raise Refused(f"one car at a time; {knock.identity} is one too many")
        offer, now = self.offer, self.clock.now()
        settings = SeccSettings(
            evse_id=offer.evse_id, services=offer.services, control_modes=offer.modes,
            supply=SupplyLimits(
                max_charge_kw=offer.charge_kw_max, max_discharge_kw=offer.discharge_kw_max,
                max_current_a=CABLE_A,
            ),
            timing=offer.timing,
        )  # fmt: skip
        name = sha256(self.ids.new("iso15118").encode()).digest()[:8]
        secc = Secc(now, settings, session_id=name, paused=self._resume)
        self.seen.forget_session()
        self._secc, self._said_kw, self._steps = secc, NO_POWER, offer.steps
        self._talk = Talk(
            secc, self.clock, self.frames, self.seen, happened=partial(self._happened, secc),
            opened=partial(self._opened, secc), closed=partial(self._hung_up, secc),
            heard=self._heard,
        )  # fmt: skip
        return self._talk

    def _opened(self, secc: Secc) -> None:
        self._act(secc.set_point(self.clock.now(), self.wish_kw, expires=Instant(NEVER)))

    def _authorize(self) -> None:
        if self._secc is not None:
            consent = self.offer.consent_v2x
            self._act(self._secc.authorize(self.clock.now(), consent_v2x=consent))

    def _heard(self, message: Element) -> None:
        """Read the car's own meter where the car converts: no other stands between the processes."""
        if isinstance(message, ac.AcChargeLoopReq):
            kw = fields_of(message).get("kw")
            assert isinstance(kw, float), "every turn in AC says its power"
            self._said_kw = Kilowatts(kw)

    def _happened(self, secc: Secc, event: events.Happened) -> None:
        now, seen = self.clock.now(), self.seen
        match event:
            case events.SessionOpened():
                self._begun(event)
            case events.VehicleNeeds(service=service, control_mode=mode, soc=soc):
                seen.service, seen.mode = service.name, mode.name.capitalize()
                seen.soc = soc
            case events.LoopReport(needs=needs):
                seen.soc = needs.soc
                if not needs.service.direct:
                    self._measure(self._said_kw)
            case events.HandshakeDone(service=service, control_mode=mode):
                seen.note(now, f"power is on: {service.name}, {mode.name.capitalize()}")
                self._power_on()
            case events.PowerTarget(power_kw=kw):
                self._convert(secc, kw)
            case events.PowerOff(reason=reason):
                self._power_off(reason)
            case events.MeterConfirmed(charged_wh=into, discharged_wh=out):
                seen.note(now, f"the car confirms {into} Wh in, {out} Wh out")
            case events.Stopped():
                self._stopped(event)
            case _:
                pass  # The machine goes on by itself.

    def _begun(self, event: events.SessionOpened) -> None:
        """Learn the car's name, and let its driver decide."""
        seen = self.seen
        seen.peer, seen.session_id = event.peer_id, event.session_id.hex()
        word = "resumed" if event.resumed else "session of"
        seen.note(self.clock.now(), f"{word} {seen.peer}")
        # Only now: what was granted before belonged to a session that slept.
        if self.offer.authorize_s == 0.0:
            self._authorize()
        else:
            self._after(self.offer.authorize_s, self._authorize)

    def _power_on(self) -> None:
        """Set the later set-points out, once per session: a new plan also ends with power on."""
        self._on = True
        steps, self._steps = self._steps, ()
        for pause, kw in steps:
            self._after(pause, partial(self.aim, kw))

    def _power_off(self, reason: str) -> None:
        self._measure(NO_POWER)
        if self._on:
            self._on = False
            self.seen.note(self.clock.now(), f"power is off: {reason}")

    def _convert(self, secc: Secc, kw: Kilowatts) -> None:
        """Let the converter follow where it is ours; in AC the car's does, and says so."""
        if secc.needs is None or not secc.needs.service.direct:
            return
        self._measure(kw)

    def _measure(self, kw: Kilowatts) -> None:
        """Count what flows, and tell the car's dialogue."""
        now, meter = self.clock.now(), self._meter
        meter.flow(now, kw)
        direct = (
            self._secc is not None
            and self._secc.needs is not None
            and self._secc.needs.service.direct
        )
        self.seen.grid_kw = self._converter.meter_kw(kw) if direct else None
        self.seen.flows(now, kw)
        if self._secc is not None:
            self._act(
                self._secc.measured(
                    now, kw, charged_wh=WattHours(floor(meter.charged_wh)),
                    discharged_wh=WattHours(floor(meter.discharged_wh)),
                )
            )  # fmt: skip

    def _stopped(self, event: events.Stopped) -> None:
        self.look()
        talk, self._talk, self._secc = self._talk, None, None
        self._resume = event.resumable
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.sessions += 1
        if event.failed:
            self.failures.append(event.reason)
        word = "FAILED" if event.failed else "ended"
        self.seen.note(self.clock.now(), f"session {word}: {event.reason}")
        self.seen.state = "waiting"
        if talk is not None:
            talk.conversation.leave()
        self.session_over()

    def _hung_up(self, secc: Secc, reason: str) -> None:
        if secc is self._secc:
            self._act(secc.lost(self.clock.now()))
        if reason != DONE:
            self.seen.note(self.clock.now(), f"connection: {reason}")

    def _cut_off(self) -> None:
        if self._secc is not None:
            self._act(self._secc.fault(self.clock.now(), "the car did not stop"))

    def _act(self, events_of_verb: tuple[events.Happened, ...]) -> None:
        if self._talk is not None:
            self._talk.conversation.act(events_of_verb)

    def _after(self, pause_s: float, call: Callable[[], None]) -> None:
        self._timers.append(self.clock.call_at(later(self.clock.now(), pause_s), call))
