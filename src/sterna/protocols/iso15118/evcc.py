"""The car's side: asks, one request at a time, and follows what the supply answers.

One machine per connection. In the charge loop its next request always follows
at once (or after the loop's pace in real time), so that the supply can answer
the moment it has something to say.
"""

from typing import Final

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.protocols.iso15118 import asking, states
from sterna.protocols.iso15118.answers import step_at
from sterna.protocols.iso15118.car_session import NEVER, CarSession
from sterna.protocols.iso15118.events import (
    Attention,
    AuthorizationAwaited,
    HandshakeDone,
    Happened,
    LoopTarget,
    Notified,
    PowerOff,
    Resumable,
    ServiceChosen,
    SessionOpened,
)
from sterna.protocols.iso15118.limits import CarBattery
from sterna.protocols.iso15118.messages import (
    ANSWER,
    ac,
    app_protocol,
    dc,
    metering,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    Code,
    Notification,
    Processing,
    Progress,
    StopMode,
)
from sterna.protocols.iso15118.messages.values import (
    ChargeLoopRes,
    DynamicResponse,
    Response,
)
from sterna.protocols.iso15118.schema import Element, element_name
from sterna.protocols.iso15118.services import offered_modes
from sterna.protocols.iso15118.states import State

ATTENTION_KW: Final = 0.05
"""Smaller changes of what the battery can do wait for the car's next turn."""


class Evcc(CarSession):
    """One session of one connection. Verbs as in :class:`~sterna.protocols.iso15118.secc.Secc`."""

    # What a link calls.

    def receive(self, now: Instant, message: Element) -> tuple[Happened, ...]:
        """Take one answer; raises BrokenPeer for what is no answer at all."""
        self.now = now
        if self.state in states.CLOSED:
            return ()
        asked = self._asked
        if not isinstance(message, Response | app_protocol.SupportedAppProtocolRes):
            raise BrokenPeer(f"{element_name(type(message))} is not an answer")
        if asked is None or type(message) is not ANSWER[type(asked)]:
            self.end(f"{element_name(type(message))} was not asked for", failed=True)
            return self._taken()
        self._asked = None
        before = self.state
        if isinstance(message, Response) and message.ResponseCode.failed:
            self.end(f"{element_name(type(message))}: {message.ResponseCode}", failed=True)
            return self._taken()
        self.state = states.after(before, asked, message)
        self._pace(message, before)
        self._hear(asked, message)
        return self._taken()

    def to_send(self) -> tuple[Element, ...]:
        """Return the request that has to go out now, if any."""
        if self._asked is not None or self.now < self._ask_at or self.state in states.CLOSED:
            return ()
        request = self.next_request()
        self._asked = request
        self._asked_at = self.now
        self._ask_at = NEVER
        return (request,)

    @property
    def deadline(self) -> Instant | None:
        """When :meth:`tick` has to be called next, or None."""
        if self.state in states.CLOSED:
            return None
        due = self._ask_at if self._asked is None else self._asked_at + self._patience()
        return None if due == NEVER else Instant(due)

    def tick(self, now: Instant) -> tuple[Happened, ...]:
        """Let time pass: the next poll comes due, or an answer is missing."""
        self.now = now
        if self.state in states.CLOSED or self._asked is None:
            return ()
        if now >= self._asked_at + self._patience():
            self.end(f"no answer to {element_name(type(self._asked))}", failed=True)
        return self._taken()

    # What the car calls.

    def plugged(self, now: Instant, *, resume: Resumable | None = None) -> tuple[Happened, ...]:
        """Begin: the connection to the supply is open. *resume* a session that slept."""
        assert self.state is State.PROTOCOL, self.state
        self.now = now
        if resume is not None:
            self.session_id = resume.session_id
        self._ask_at = now
        return ()

    def update(self, now: Instant, battery: CarBattery) -> tuple[Happened, ...]:
        """Take what the sensors say; Attention when the supply should hear of it at once."""
        self.now = now
        old, self.battery = self.battery, battery
        if self.state not in states.LOOPS or self._asked is None:
            return ()
        changed = (
            abs(old.max_charge_kw - battery.max_charge_kw) > ATTENTION_KW
            or abs(old.max_discharge_kw - battery.max_discharge_kw) > ATTENTION_KW
            or old.minimum_soc != battery.minimum_soc
            or old.target_soc != battery.target_soc
            or old.departure != battery.departure
        )
        return (Attention(),) if changed else ()

    def stop(self, now: Instant, reason: str = "the driver stopped") -> tuple[Happened, ...]:
        """End the session at the car's next turn."""
        return self._leave(now, StopMode.TERMINATE, reason)

    def pause(self, now: Instant) -> tuple[Happened, ...]:
        """Let the session sleep at the car's next turn."""
        return self._leave(now, StopMode.PAUSE, "the car paused")

    def renegotiate(self, now: Instant) -> tuple[Happened, ...]:
        """Choose the service again at the car's next turn."""
        return self._leave(now, StopMode.SERVICE_RENEGOTIATION, "another service")

    def standby(self, now: Instant, *, rest: bool) -> tuple[Happened, ...]:
        """Rest with closed contactors and no power, or come back from it."""
        self.now = now
        self._standby = rest
        return self._attention()

    def lost(self, now: Instant) -> tuple[Happened, ...]:
        """Learn that the connection is gone: power to zero, the session may be resumed."""
        self.now = now
        opened = self.state not in (State.PROTOCOL, State.SETUP)
        self.end("the connection was lost", failed=True, resumable=opened)
        return self._taken()

    # Inside.

    def _taken(self) -> tuple[Happened, ...]:
        """Return the events since the last call."""
        if not self._events:
            return ()
        events = tuple(self._events)
        self._events.clear()
        return events

    def _attention(self) -> tuple[Happened, ...]:
        """Ask for the supply's attention where the car's turn is over for now."""
        waiting = self.state in states.LOOPS | states.STANDBYS and self._asked is not None
        return (Attention(),) if waiting else ()

    def _leave(self, now: Instant, mode: StopMode, reason: str) -> tuple[Happened, ...]:
        """Remember how and why to leave; a stop outranks a pause."""
        self.now = now
        if self.state in states.CLOSED:
            return ()
        if self._leaving is not StopMode.TERMINATE:
            self._leaving, self._reason = mode, reason
        if self.state in (State.PROTOCOL, State.SETUP):
            self.end(reason)
            return self._taken()
        if self._asked is None:
            self._ask_at = min(self._ask_at, now)
        return self._attention()

    def _patience(self) -> float:
        """Return how long the car waits for the answer to what it has asked."""
        timing = self.settings.timing
        if isinstance(self._asked, dc.DcChargeLoopReq | ac.AcChargeLoopReq):
            return timing.loop_s
        if isinstance(self._asked, session.ServiceDetailReq):
            return timing.detail_s
        return timing.message_s

    def _pace(self, message: Element, before: State) -> None:
        """Decide when to ask next, and give up on a supply that is never ready."""
        timing = self.settings.timing
        if self.state is not before:
            self._ongoing_since = None
            self._ask_at = self.now
            return
        if self.state in states.LOOPS | states.STANDBYS:
            self._ask_at = max(self.now, self._asked_at + timing.loop_pace_s)
            return
        pace = timing.precharge_pace_s if self.state is State.PRE_CHARGE else timing.poll_s
        self._ask_at = max(self.now, self._asked_at + pace)
        waiting = getattr(message, "EVSEProcessing", None)
        if waiting is Processing.WAITING_FOR_CUSTOMER:
            self._ongoing_since = None
            return
        if self._ongoing_since is None:
            self._ongoing_since = self._asked_at
        if self.now - self._ongoing_since >= self._endurance():
            self.end(f"the supply was not ready in {self.state.name}", failed=True)

    def _endurance(self) -> float:
        """Return how long the car bears being told to ask again."""
        timing = self.settings.timing
        if self.state is State.CABLE_CHECK:
            return timing.cable_check_s
        return timing.precharge_s if self.state is State.PRE_CHARGE else timing.ongoing_s

    def _hear(self, asked: Element, message: Element) -> None:
        """Take what the answer says beside where it leads."""
        match message:
            case schedule.PowerDeliveryRes():
                self._hear_delivery(asked, message)
            case dc.DcChargeLoopRes() | ac.AcChargeLoopRes():
                self._hear_turn(message)
            case schedule.ScheduleExchangeRes():
                self._hear_plan(message)
            case dc.DcPreChargeRes():
                self._volts_seen = float(message.EVSEPresentVoltage)
            case metering.MeteringConfirmationRes():
                self._meter_wanted = False
            case session.SessionStopRes():
                self._hear_stop()
            case _:
                self._hear_opening(message)

    def _hear_opening(self, message: Element) -> None:
        """Take what an answer on the way to the service says; the rest only leads onward."""
        match message:
            case app_protocol.SupportedAppProtocolRes():
                if self.state is State.ENDED:
                    self.end("no protocol in common", failed=True)
            case session.SessionSetupRes():
                self._hear_setup(message)
            case session.AuthorizationRes():
                if self.state is State.AUTHORIZATION and not self._awaited:
                    self._awaited = True
                    self._events.append(AuthorizationAwaited())
            case session.ServiceDiscoveryRes():
                self._choose_service(message)
            case session.ServiceDetailRes():
                self._choose_mode(message)
            case session.ServiceSelectionRes():
                assert self.service is not None
                assert self.mode is not None
                self._events.append(ServiceChosen(service=self.service, control_mode=self.mode))
            case _:
                pass

    def _hear_setup(self, message: session.SessionSetupRes) -> None:
        """Learn the session's name."""
        joined = message.ResponseCode is Code.OK_OLD_SESSION_JOINED
        self.session_id = message.Header.SessionID
        self._events.append(
            SessionOpened(peer_id=message.EVSEID, session_id=self.session_id, resumed=joined)
        )

    def _choose_service(self, message: session.ServiceDiscoveryRes) -> None:
        """Take the favourite among the services on offer."""
        offered = {service.ServiceID for service in message.EnergyTransferServiceList.Service}
        fitting = [service for service in self.settings.services if service in offered]
        if fitting:
            self.service = fitting[0]
        elif self._leaving is None:
            self._leaving, self._reason = StopMode.TERMINATE, "no service in common"

    def _choose_mode(self, message: session.ServiceDetailRes) -> None:
        """Take the favourite among the control modes of the service."""
        offered = offered_modes(message.ServiceParameterList)
        fitting = [mode for mode in self.settings.control_modes if mode in offered]
        if fitting:
            self.mode = fitting[0]
            self._set_id = offered[self.mode]
        elif self._leaving is None:
            self._leaving, self._reason = StopMode.TERMINATE, "no control mode in common"

    def _hear_plan(self, message: schedule.ScheduleExchangeRes) -> None:
        """Take the site's plan; a car that plans for itself commits to the first schedule."""
        if message.EVSEProcessing is not Processing.FINISHED:
            return
        if message.GoToPause and self._leaving is None:
            self._leaving, self._reason = StopMode.PAUSE, "the site paused"
        offered = message.Scheduled_SEResControlMode
        if offered is not None:
            self._tuple_id = offered.ScheduleTuple[0].ScheduleTupleID
            self._anchor = Instant(
                float(offered.ScheduleTuple[0].ChargingSchedule.PowerSchedule.TimeAnchor)
            )
            self._profile = asking.offered_steps(offered)

    def _hear_delivery(self, asked: Element, message: schedule.PowerDeliveryRes) -> None:
        """Note that power is on, off, or resting."""
        assert isinstance(asked, schedule.PowerDeliveryReq)
        assert self.service is not None
        assert self.mode is not None
        progress = asked.ChargeProgress
        if progress is Progress.START:
            self._events.append(HandshakeDone(service=self.service, control_mode=self.mode))
        elif progress is Progress.STOP:
            self._events.append(PowerOff(reason=self._reason or "the session stops"))
        if message.EVSEStatus is not None:
            self._notified(message.EVSEStatus.EVSENotification)

    def _hear_turn(self, message: dc.DcChargeLoopRes | ac.AcChargeLoopRes) -> None:
        """Take the power of this turn, the site's plan, and what the site wants."""
        self._events.append(self._target(message))
        if message.MeterInfo is not None:
            self._meter = message.MeterInfo
        if message.EVSEStatus is not None:
            self._notified(message.EVSEStatus.EVSENotification)

    def _target(self, message: ChargeLoopRes) -> LoopTarget:
        """Return what one answer of the loop means for the battery."""
        charge = discharge = None
        if isinstance(message, dc.DcChargeLoopRes):
            mode: Element = message.CLResControlMode
            power_kw = float(message.EVSEPresentCurrent) * float(message.EVSEPresentVoltage) / 1000
            if isinstance(mode, dc.DynamicDcResponse):
                charge = Kilowatts(float(mode.EVSEMaximumChargePower) / 1000)
            if isinstance(mode, dc.BptDynamicDcResponse):
                discharge = Kilowatts(float(mode.EVSEMaximumDischargePower) / 1000)
        else:
            assert isinstance(message, ac.AcChargeLoopRes)
            mode = message.CLResControlMode
            power_kw = self._ac_power(message.CLResControlMode)
        if not isinstance(mode, DynamicResponse):
            return LoopTarget(power_kw=Kilowatts(power_kw))
        stay = mode.DepartureTime
        return LoopTarget(
            power_kw=Kilowatts(power_kw),
            max_charge_kw=charge,
            max_discharge_kw=discharge,
            departure=None if stay is None else Instant(self.now + stay),
            minimum_soc=None if mode.MinimumSOC is None else Share(mode.MinimumSOC / 100),
            target_soc=None if mode.TargetSOC is None else Share(mode.TargetSOC / 100),
        )

    def _ac_power(self, mode: ac.DynamicAcResponse | ac.ScheduledAcResponse) -> float:
        """Return the power in kW that the site asks for, summed over the phases."""
        phases = (
            mode.EVSETargetActivePower,
            mode.EVSETargetActivePower_L2,
            mode.EVSETargetActivePower_L3,
        )
        given = [float(phase) / 1000 for phase in phases if phase is not None]
        return sum(given) if given else step_at(self._profile, self._anchor, self.now)

    def _notified(self, notification: Notification) -> None:
        """Follow what the site wants, at the next request."""
        self._events.append(Notified(notification=notification))
        match notification:
            case Notification.TERMINATE:
                self._leaving, self._reason = StopMode.TERMINATE, "the site stopped"
            case Notification.PAUSE:
                self._leaving = self._leaving or StopMode.PAUSE
            case Notification.SERVICE_RENEGOTIATION:
                self._leaving = self._leaving or StopMode.SERVICE_RENEGOTIATION
            case Notification.SCHEDULE_RENEGOTIATION:
                self._again = True
            case Notification.EXIT_STANDBY:
                self._standby = False
            case Notification.METERING_CONFIRMATION:
                self._meter_wanted = True

    def _hear_stop(self) -> None:
        """End, sleep, or go back to the services, as was asked."""
        mode, self._leaving = self._leaving, None
        reason = self._reason or "the session was stopped"
        if mode is StopMode.SERVICE_RENEGOTIATION:
            self._reason = None
            return
        self.end(reason, resumable=mode is StopMode.PAUSE)
