"""The EVSE on the wire: ISO 15118-20 towards the car, the station's bus, and its own hardware."""

from functools import partial
from typing import Final

from sterna.actors.evse import core
from sterna.actors.evse.alarms import Alarms
from sterna.actors.evse.coupling import Coupling, Told
from sterna.actors.evse.hardware import Outlet
from sterna.actors.evse.offering import bounded, challenge, offer_of, plate_of, session_name
from sterna.actors.evse.reporting import frame_of, planned_by, soc_now
from sterna.actors.evse.settings import EvseSettings
from sterna.actors.evse.sleep import Sleep
from sterna.actors.evse.station_line import StationLine
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Kilowatts, later
from sterna.kernel.records import Command
from sterna.protocols.iec61851 import bus, pilot
from sterna.protocols.iso15118 import events
from sterna.protocols.iso15118.answers import SitePlan
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.secc import Secc
from sterna.protocols.iso15118.wire import ExiWire
from sterna.protocols.iso15118.wire import Wire as Frames
from sterna.runtime.conversation import Conversation
from sterna.runtime.ports import Clock, Ids, Knock, LinkEnd, Links

NO_POWER: Final = Kilowatts(0.0)
FRESH_S: Final = 1.0
"""Where energy has flowed the car is asked this long before the meter is read, so that its state of charge is of that moment."""
Talk = Conversation[Element, events.Happened]
"""The dialogue with one car."""


class Evse:
    """One EVSE controller. Its hardware calls it, the station's bus and the car speak with it."""

    def __init__(
        self,
        *,
        settings: EvseSettings,
        clock: Clock,
        ids: Ids,
        links: Links,
        outlet: Outlet,
        frames: Frames | None = None,
    ) -> None:
        """Control *outlet*; *frames* writes ISO 15118 messages (default: EXI)."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._links = links
        self._outlet = outlet
        self._frames: Frames = ExiWire() if frames is None else frames
        self._state = core.State(dead_band_kw=settings.dead_band_kw)
        self._coupling = Coupling(
            outlet, clock,
            Told(
                occupied=self._occupied, free=self._free, end_session=self._cut_off,
                alarm=self._alarm, restored=self._restored, unlatched=self._unlatched,
            ),
        )  # fmt: skip
        self._leaving: tuple[events.Stopped, Talk | None] | None = None
        self._secc: Secc | None = None
        self._talk: Talk | None = None
        self._resume: events.Resumable | None = None
        self._grant: bus.Authorize | None = None
        self._wish: bus.SetPoint | None = None
        self._limits = plate_of(settings)
        self._said: events.VehicleNeeds | None = None
        self._said_wh = (0, 0)
        self._alarms = Alarms(clock)
        self._sleep = Sleep(
            settings, outlet, after=self._alarms.after, cancel=self._alarms.cancel, pause=self._pause,
            waking=self._await_return,
        )  # fmt: skip
        self._station = StationLine(
            settings=settings, clock=clock, links=links, heard=self._heard, joined=self._joined
        )

    async def start(self) -> None:
        """Listen for the car and join the station's bus."""
        self._state.used = self._outlet.plugged_since is not None
        self._outlet.watch_outlet(self)
        await self._links.listen(f"iso15118:{self._settings.evse_id}", self._accept)
        self._station.dial()

    @property
    def state(self) -> core.State:
        """What the station was told, for status pages."""
        return self._state

    @property
    def coupler(self) -> pilot.Coupler:
        """Pilot, lock and contactor, for status pages."""
        return self._coupling.coupler

    # What the hardware tells.

    def signalled(self, signal: pilot.Signal) -> None:
        """Follow the control pilot."""
        if signal is pilot.Signal.UNPLUGGED:
            self._forget_session_of_plug()
        elif signal in (pilot.Signal.READY, pilot.Signal.VENTILATION) and self._sleep.asleep:
            # No session, no permit: the old one sleeps.
            self._coupling.happened(pilot.Signal.WITHDRAWN)
        self._coupling.happened(signal)
        if signal is pilot.Signal.UNPLUGGED and self.coupler.pilot is pilot.Pilot.E:
            self._tell(core.PluggedOut(at=self._clock.now()))
            healed = partial(self.signalled, pilot.Signal.CLEARED)
            self._alarms.after("recheck", self._settings.recheck_s, healed)

    def failed(self, fault: pilot.Fault) -> None:
        """Switch off at once and report."""
        self._coupling.happened(fault)

    def power_changed(self, kw: Kilowatts) -> None:
        """Tell the car's dialogue and, if it is news, the station."""
        if self._secc is not None and self._talk is not None:
            self._talk.act(self._secc.measured(self._clock.now(), kw))
        self._tell(core.Metered(at=self._clock.now(), kw=kw))
        if kw == 0.0:
            self._left()

    def nudged(self) -> None:
        """Answer a car that shows that it has news."""
        if self._secc is not None and self._talk is not None:
            self._talk.act(self._secc.nudge(self._clock.now()))

    # What the coupling tells.

    def _occupied(self) -> None:
        since = self._outlet.plugged_since  # Long ago, when the controller starts anew.
        now = self._clock.now()
        self._tell(core.PluggedIn(at=now if since is None else since))
        self._arm_meter()

    def _free(self) -> None:
        self._tell(core.PluggedOut(at=self._clock.now()))

    def _restored(self) -> None:
        self._tell(core.Healed(at=self._clock.now()))

    def _alarm(self, fault: pilot.Fault) -> None:
        now = self._clock.now()
        self._tell(core.Failed(at=now, component=fault.value, reason=fault.name.lower()))

    def _unlatched(self) -> None:
        self._tell(core.LockOpened(at=self._clock.now()))

    def _cut_off(self, fault: pilot.Fault | None) -> None:
        """End the dialogue because the coupler cannot carry it any more."""
        reason = "the plug is out" if fault is None else fault.name.lower()
        if self._secc is not None and self._talk is not None:
            self._talk.act(self._secc.fault(self._clock.now(), reason))
        elif fault is not None:
            self._tell(core.SessionGone(at=self._clock.now(), reason=reason))

    def _forget_session_of_plug(self) -> None:
        """Let no permit of one plug reach the next."""
        self._resume = self._grant = self._wish = self._said = None
        self._sleep.over()
        for key in ("stop", "return", "meter", "fresh"):
            self._alarms.cancel(key)

    # The car.

    def _accept(self, knock: Knock) -> LinkEnd:
        """Take the car's connection; without a plug, or after the session's end, there is none."""
        if self.coupler.pilot not in pilot.CONNECTED or self._state.ended:
            raise Refused(f"{self._settings.evse_id} expects no car now ({knock.identity})")
        if self._talk is not None:
            self._talk.leave()
        if self._sleep.asleep:
            self._sleep.over()
            self.signalled(pilot.Signal.WITHDRAWN)  # The handshake of the woken car gives it anew.
        now, settings = self._clock.now(), self._settings
        name, drawn = session_name(self._ids.new("iso15118")), self._ids.new("challenge")
        secc = Secc(
            now, offer_of(settings, self._limits), session_id=name, paused=self._resume,
            challenge=challenge(drawn),
        )  # fmt: skip
        self._secc = secc
        self._talk = Conversation(
            secc, self._clock, encode=self._frames.encode, decode=self._frames.decode,
            happened=partial(self._happened, secc), on_open=partial(self._opened, secc),
        )  # fmt: skip
        self._alarms.cancel("return")
        return self._talk

    def _opened(self, secc: Secc) -> None:
        """Give a new dialogue what the station has said before."""
        now = self._clock.now()
        if self._grant is not None:
            self._allow(secc, self._grant, now)
        if self._wish is not None:
            self._aim(secc, self._wish, now)

    def _happened(self, secc: Secc, event: events.Happened) -> None:
        """Act on one event of the supply's machine."""
        if secc is not self._secc:
            return  # The last words of a dialogue that another has replaced.
        now = self._clock.now()
        match event:
            case events.PowerTarget(power_kw=kw):
                self._convert(kw)
            case events.LoopReport(needs=needs):
                self._remember(needs)
            case events.VehicleNeeds():
                self._remember(event)
                self._tell(core.NeedsSaid(at=now, figures=planned_by(event)))
            case events.SessionOpened(peer_id=peer):
                self._tell(core.Named(at=now, evcc_id=peer))
            case events.HandshakeDone():
                self.signalled(pilot.Signal.PERMITTED)
                self._tell(core.Permitted(at=now))
                self._convert(secc.target_kw)  # It was named before the contactor closed.
            case events.PowerOff():
                self._outlet.set_power(NO_POWER)
            case events.Stopped():
                self._stopped(event)
            case _:
                pass  # The machine goes on by itself.

    def _convert(self, kw: Kilowatts) -> None:
        """Let the converter follow, where it is the EVSE's and the power path is closed."""
        if self._settings.direct:
            self._outlet.set_power(kw if self.coupler.powered else NO_POWER)

    def _stopped(self, event: events.Stopped) -> None:
        """Leave the session, once the power has come down; after a failure at once."""
        leaving, self._talk, self._secc = (event, self._talk), None, None
        self._resume = event.resumable
        self._alarms.cancel("stop")
        self._leaving = leaving
        if event.failed or self._outlet.power_kw == 0.0:
            self._left()
        else:
            self._alarms.after("ramp", self._settings.ramp_s_max, self._left)

    def _left(self) -> None:
        """Report the end, open, unlatch, hang up; a session that only sleeps keeps its plug."""
        if self._leaving is None:
            return
        (event, talk), self._leaving = self._leaving, None
        self._alarms.cancel("ramp")
        now, kept = self._clock.now(), event.resumable is not None
        asleep = kept and not event.failed and not self._state.stopping
        if self._outlet.power_kw != 0.0:
            self._outlet.open_contactor()  # The last reading comes after the last energy.
        self._gone(
            core.SessionGone(
                at=now, reason=event.reason, resumable=kept and event.failed, asleep=asleep
            )
        )
        if talk is not None:
            talk.leave()
        if asleep:
            self._sleep.fell(self._wish, now)

    def _gone(self, gone: core.SessionGone) -> None:
        """Report that a session has no dialogue any more, and take its permit back unless it sleeps."""
        locked = self.coupler.locked
        self._tell(gone)
        if gone.asleep:
            return
        self.signalled(pilot.Signal.WITHDRAWN)
        if not locked:
            self._unlatched()

    def _remember(self, needs: events.VehicleNeeds) -> None:
        self._said = needs
        self._said_wh = self._outlet.registers()

    # The station.

    def _joined(self) -> None:
        self._tell(core.Joined(at=self._clock.now()))

    def _heard(self, frame: bus.Down) -> None:
        """Do what the station says."""
        now, secc = self._clock.now(), self._secc
        match frame:
            case bus.SetPoint():
                self._wish = frame
                self._tell(core.Asked(at=now, kw=frame.power_kw))
                if secc is not None:
                    self._aim(secc, frame, now)
                self._sleep.wished(frame, now)
            case bus.Authorize():
                self._authorized(frame, now)
            case bus.Stop():
                self._tell(core.StopAsked(at=now))
            case bus.Limits():
                self._limit(frame, now)
            case bus.Pause(wake=True):
                self._sleep.wake()
            case bus.Pause():
                self._sleep.ordered()
            case bus.Availability(operative=operative):
                signals = pilot.Signal
                self.signalled(signals.ENABLED if operative else signals.DISABLED)

    def _authorized(self, frame: bus.Authorize, now: Instant) -> None:
        """Take a permit, as long as there is a session that it can be for."""
        if self._state.plugged_at is not None and not self._state.ended:
            self._grant = frame
            if self._secc is not None:
                self._allow(self._secc, frame, now)

    def _allow(self, secc: Secc, grant: bus.Authorize, now: Instant) -> None:
        site = SitePlan(
            departure=grant.departure, minimum_soc=grant.minimum_soc, target_soc=grant.target_soc
        )
        if self._talk is not None:
            self._talk.act(secc.authorize(now, consent_v2x=grant.consent_v2x, site=site))

    def _aim(self, secc: Secc, wish: bus.SetPoint, now: Instant) -> None:
        expires = min(wish.expires, later(now, self._settings.set_point_s_max))
        fallback = max(NO_POWER, wish.fallback_kw)
        if self._talk is not None:
            self._talk.act(
                secc.set_point(now, wish.power_kw, expires=expires, fallback_kw=fallback)
            )

    def _limit(self, frame: bus.Limits, now: Instant) -> None:
        """Take limits of the station, never beyond the plate."""
        self._limits = bounded(self._settings, frame)
        if self._secc is not None and self._talk is not None:
            self._talk.act(self._secc.set_limits(now, self._limits))

    # The core.

    def _tell(self, event: core.TakesIn) -> None:
        self._state, commands = core.decide(self._state, event)
        for command in commands:
            self._perform(command)

    def _perform(self, command: Command) -> None:
        match command:
            case core.Tell():
                soc = soc_now(self._said, self._said_wh, self._outlet.registers())
                self._station.say(
                    frame_of(
                        command, self._ids.new("bus"), self._settings.evse_id, self._state,
                        self._clock.now(), self._outlet, self._said, soc,
                    )
                )  # fmt: skip
            case core.StopSession():
                self._stop_session()
            case core.AwaitReturn():
                self._await_return()
            case _:
                raise AssertionError(command)

    def _stop_session(self) -> None:
        """Ask the car to stop; whoever does not is cut off."""
        now = self._clock.now()
        if self._secc is None or self._talk is None:
            self._end_alone("the station stopped")
            return
        self._alarms.after("stop", self._settings.stop_s_max, self._force)
        self._talk.act(self._secc.stop(now))

    def _force(self) -> None:
        if self._secc is not None and self._talk is not None:
            self._talk.act(self._secc.fault(self._clock.now(), "the car did not stop"))

    def _pause(self) -> None:
        """Let the session sleep."""
        if self._secc is not None and self._talk is not None:
            self._talk.act(self._secc.pause(self._clock.now()))

    def _await_return(self) -> None:
        """Give the car some time to come back."""
        call = partial(self._end_alone, "the car did not come back")
        self._alarms.after("return", self._settings.resume_s_max, call)

    def _end_alone(self, reason: str) -> None:
        """End a session that has no dialogue: the car is away, asleep, or was never there."""
        self._sleep.over()
        self._gone(core.SessionGone(at=self._clock.now(), reason=reason))

    # Time.

    def _arm_meter(self) -> None:
        period = self._settings.meter_s
        due = Instant((self._clock.now() // period + 1) * period)
        self._alarms.at("meter", due, self._read_meter)
        self._alarms.at("fresh", Instant(due - FRESH_S), self._freshen)

    def _freshen(self) -> None:
        if self._outlet.registers() != self._said_wh:  # Else nothing has changed since it spoke.
            self.nudged()

    def _read_meter(self) -> None:
        if self._state.plugged_at is not None:
            self._tell(core.Metered(at=self._clock.now(), kw=self._outlet.power_kw, due=True))
            self._arm_meter()
