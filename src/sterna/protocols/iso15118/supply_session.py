"""What one session of the supply's side knows, and how it speaks: the ground under :mod:`secc`.

The functions of :mod:`dialogue` work on this; nothing here decides which
messages may come.
"""

from typing import Final

from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilowatts, Volts
from sterna.protocols.iso15118 import states
from sterna.protocols.iso15118.answers import PlanStep, Reading
from sterna.protocols.iso15118.events import (
    Happened,
    PowerOff,
    PowerTarget,
    Resumable,
    Stopped,
    VehicleNeeds,
)
from sterna.protocols.iso15118.identity import Verdict
from sterna.protocols.iso15118.limits import SupplyLimits, energy_until_change, permitted
from sterna.protocols.iso15118.messages.codes import Authorization, Code, Notification
from sterna.protocols.iso15118.messages.session import PnCAReqType
from sterna.protocols.iso15118.messages.values import EVSEStatusType, MessageHeader
from sterna.protocols.iso15118.offer import NEVER, Grant, SeccSettings, SetPoint
from sterna.protocols.iso15118.refusals import refusal
from sterna.protocols.iso15118.schema import Element, element_name
from sterna.protocols.iso15118.services import ControlMode
from sterna.protocols.iso15118.states import State

NO_SESSION: Final = bytes(8)
NO_CHALLENGE: Final = bytes(16)
NOTIFY_WITHIN_S: Final = 60
"""How long a car may take to follow a notification, as it is told."""


class SupplySession:
    """The state of one session, and the few ways in which it changes."""

    def __init__(
        self,
        now: Instant,
        settings: SeccSettings,
        *,
        session_id: bytes,
        paused: Resumable | None = None,
        challenge: bytes = NO_CHALLENGE,
    ) -> None:
        """Wait for the first request of a car that has just connected at *now*.

        *session_id* (8 bytes, not all zero) names the session unless the car
        resumes *paused*. *challenge* (16 bytes nobody can foresee) is what a
        contract signs; without Plug and Charge it is not needed.
        """
        assert settings.gate is None or challenge != NO_CHALLENGE, "a contract signs something"
        assert len(session_id) == 8, session_id
        assert session_id != NO_SESSION
        self.settings = settings
        self.state = State.PROTOCOL
        self.session_id = session_id
        self.paused = paused
        self.grant = Grant(authorized=False)
        if paused is not None:
            self.grant = Grant(authorized=paused.authorized, consent_v2x=paused.consent_v2x)
        self.supply = settings.supply
        self.wish = SetPoint()
        self.steps: tuple[PlanStep, ...] = ()
        self.alternatives: tuple[tuple[PlanStep, ...], ...] = ()
        self.offered: dict[int, tuple[PlanStep, ...]] = {}
        self.offered_at = now
        self.plan_anchor = now
        self.planned = not settings.await_plan
        self.asked_kw = 0.0
        self.planned_kw = 0.0
        self.needs: VehicleNeeds | None = None
        self.target_kw = Kilowatts(0.0)
        self.reading = Reading(power_kw=Kilowatts(0.0), volts=Volts(0.0))
        self.grid_code_passed = True
        self.isolated = not settings.isolation_by_hardware
        self.notification: Notification | None = None
        self.leaving = False
        self.profile: tuple[PlanStep, ...] = ()
        self.violating_since: Instant | None = None
        self.wanted_v: Volts | None = None
        self.ways_in: tuple[Authorization, ...] = (Authorization.EIM,)
        self.challenge = challenge
        self.contract: Verdict | None = None
        self.shown: PnCAReqType | None = None
        self.now = now
        self._asked: Element | None = None
        self._due = False
        self._told_kw = 0.0
        self._told_target = 0.0
        self._hold_until = NEVER
        self._setup_by = self._silence_at = now + settings.timing.setup_s
        self._out: list[Element] = []
        self._header: MessageHeader | None = None
        self._events: list[Happened] = []
        self._over = False

    @property
    def scheduled(self) -> bool:
        """Whether the car plans for itself."""
        return self.needs is not None and self.needs.control_mode is ControlMode.SCHEDULED

    @property
    def may_discharge(self) -> bool:
        """Whether consent, service and grid code allow discharge; the energies are judged apart."""
        return (
            self.grant.consent_v2x
            and self.grid_code_passed
            and self.needs is not None
            and self.needs.service.bidirectional
        )

    @property
    def limits(self) -> SupplyLimits:
        """What the supply can do in this session: in AC, on the phases that it uses."""
        needs = self.needs
        if needs is None or needs.service.direct:
            return self.supply
        return self.supply.on(needs.phases)

    @property
    def header(self) -> MessageHeader:
        """The header of an answer given now."""
        stamp, header = int(self.now), self._header
        if header is None or header.TimeStamp != stamp or header.SessionID != self.session_id:
            header = MessageHeader(SessionID=self.session_id, TimeStamp=stamp)
            self._header = header
        return header

    @property
    def status(self) -> EVSEStatusType | None:
        """What the site wants of the car, if anything; asked for only while it is sent."""
        if self.notification is None:
            return None
        return EVSEStatusType(
            NotificationMaxDelay=NOTIFY_WITHIN_S, EVSENotification=self.notification
        )

    def say(self, event: Happened) -> None:
        """Report *event* to the station."""
        self._events.append(event)

    def hold(self, seconds: float) -> None:
        """Keep the answer back for at most *seconds*, unless there is news already."""
        self._hold_until = self.now + seconds

    def answer(self, answer: Element) -> None:
        """Send *answer* to the outstanding request and go where the pair of them leads."""
        assert self._asked is not None, "every answer has a request"
        self.state = states.after(self.state, self._asked, answer)
        self._asked = None
        self._due = False
        self._hold_until = NEVER
        self._out.append(answer)
        self._silence_at = self._silent_from(self.now)

    def _silent_from(self, now: Instant) -> float:
        """Return when a car that says nothing more counts as silent."""
        timing = self.settings.timing
        if self.state is State.SETUP:
            return self._setup_by
        return now + (timing.sequence_loop_s if self.state in states.LOOPS else timing.sequence_s)

    def refuse(self, message: Element, code: Code, reason: str = "") -> None:
        """Answer *message* with a failure and close the session, power first."""
        self._out.append(refusal(type(message), self.header, code))
        self.end(reason or f"{element_name(type(message))}: {code.value}", failed=True)

    def forget_paused(self) -> None:
        """Open a session of its own; what a sleeping one was granted does not count."""
        if self.paused is not None and self.grant.authorized:
            self.grant = Grant(site=self.grant.site)
        self.paused = None

    def back_to_services(self) -> None:
        """Let the car choose its service again."""
        self.notification = None
        self.needs = None
        self.steps = ()

    def want(self, notification: Notification) -> None:
        """Tell the car what the site wants of it, with the next answer, which goes out now."""
        self.notification = notification
        self._due = True

    def answer_when(self, *, ready: bool) -> None:
        """Answer at once when *ready* or when nothing may be held back; otherwise hold."""
        hold_s = self.settings.timing.hold_s
        if ready or hold_s == 0.0:
            self.hurry()
        else:
            self.hold(hold_s)

    def let_in(self) -> None:
        """Authorise the driver, who has not been asked for more than that."""
        self.grant = replace(self.grant, authorized=True, denied=False)

    def hurry(self) -> None:
        """Let the next answer go out at once."""
        self._due = True

    def retarget(self) -> None:
        """Compute the permitted power anew; tell converter and car if it changed."""
        target = Kilowatts(0.0)
        if self.state in states.LOOPS and self.needs is not None and not self.leaving:
            wish: float = self.wish.at(self.now)
            if self.scheduled:
                wish = _within(self.asked_kw, wish)
            target = permitted(wish, self.needs, self.limits, discharge=self.may_discharge)
        if target != self.target_kw:
            self.target_kw = target
            self.reading = replace(self.reading, power_kw=target)
            self._events.append(PowerTarget(power_kw=target))
        changed = abs(target - self._told_target) > self.settings.dead_band_kw
        # Less is told at once, however little: a limit may ask for it.
        if changed or abs(target) < abs(self._told_target):
            self._due = True

    def told(self) -> None:
        """Remember what the car has just been told."""
        self._told_kw = self.reading.power_kw
        self._told_target = self.target_kw
        if self.notification is Notification.EXIT_STANDBY and self.state in states.LOOPS:
            self.notification = None  # Whoever does not rest has nothing to come back from.

    def next_turn(self) -> None:
        """Decide how long the answer to this turn of the loop may wait."""
        timing = self.settings.timing
        wait = timing.loop_hold_s
        assert self.needs is not None
        ahead = energy_until_change(self.reading.power_kw, self.needs)
        if ahead is not None:
            wait = min(wait, max(timing.loop_hold_min_s, ahead / abs(self.reading.power_kw) * 3600))
        if self.violating_since is not None:
            wait = min(wait, self.settings.violation_s_max)
        edge = self.plan_anchor
        for step in self.profile:
            edge = Instant(edge + step.duration_s)
            if edge > self.now:
                wait = min(wait, edge - self.now)
                break
        self.hold(wait)

    def end(self, reason: str, *, failed: bool = False, resumable: bool = False) -> None:
        """Close the session: power off first, then the report."""
        if self._over:
            return
        self._over = True
        self._power_off(reason)
        self.state = State.PAUSED if resumable else State.ENDED
        self._asked = None
        kept = self.resumable() if resumable else None
        self._events.append(Stopped(reason=reason, resumable=kept, failed=failed))

    def resumable(self) -> Resumable:
        """Return what a later connection may join."""
        return Resumable(
            session_id=self.session_id,
            service=None if self.needs is None else self.needs.service,
            control_mode=None if self.needs is None else self.needs.control_mode,
            authorized=self.grant.authorized,
            consent_v2x=self.grant.consent_v2x,
        )

    def _power_off(self, reason: str) -> None:
        """Bring the power to zero and let the contactor open."""
        if self.target_kw != 0.0:
            self.target_kw = Kilowatts(0.0)
            self._events.append(PowerTarget(power_kw=Kilowatts(0.0)))
        self.reading = replace(self.reading, power_kw=Kilowatts(0.0))
        self._events.append(PowerOff(reason=reason))

    def _taken(self) -> tuple[Happened, ...]:
        """Return the events since the last call."""
        if not self._events:
            return ()
        events = tuple(self._events)
        self._events.clear()
        return events

    def replan(self) -> None:
        """Ask a car that plans for itself for another profile where the wish left the plan."""
        if not self.scheduled or self.state not in states.LOOPS or self.notification is not None:
            return
        assert self.needs is not None
        wish = permitted(
            self.wish.at(self.now), self.needs, self.limits, discharge=self.may_discharge
        )
        if abs(wish - self.planned_kw) > self.settings.dead_band_kw:
            self.steps = ()
            self.want(Notification.SCHEDULE_RENEGOTIATION)


def _within(asked_kw: float, wish_kw: float) -> float:
    """Return the power between zero and *asked_kw* that goes no further than *wish_kw*."""
    if asked_kw * wish_kw <= 0.0:
        return 0.0
    return min(asked_kw, wish_kw) if wish_kw > 0.0 else max(asked_kw, wish_kw)
