"""The supply's side: answers a car's requests, and permits power only under every rule.

One machine per connection. It holds back an answer of the charge loop until
there is something to say (see ``docs/decisions``), so that the car's next
request is always outstanding and a new set-point reaches it at once.
"""

from typing import Final

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts, Volts, WattHours
from sterna.protocols.iso15118 import states
from sterna.protocols.iso15118.answers import PlanStep, Reading, SitePlan
from sterna.protocols.iso15118.dialogue import DIALOGUE
from sterna.protocols.iso15118.events import Happened, SetPointExpired
from sterna.protocols.iso15118.limits import SupplyLimits
from sterna.protocols.iso15118.messages import ANSWER, app_protocol, session
from sterna.protocols.iso15118.messages.codes import Code, Notification
from sterna.protocols.iso15118.messages.values import Request
from sterna.protocols.iso15118.offer import NEVER, Grant, SetPoint
from sterna.protocols.iso15118.plans import PLANS_MAX
from sterna.protocols.iso15118.power_dialogue import release
from sterna.protocols.iso15118.schema import Element, element_name
from sterna.protocols.iso15118.services import Service
from sterna.protocols.iso15118.states import State
from sterna.protocols.iso15118.supply_session import SupplySession

NO_FALLBACK: Final = Kilowatts(0.0)
BEFORE: Final = (
    frozenset(State)
    - states.LOOPS
    - states.STANDBYS
    - {
        State.PRE_CHARGE,
        State.READY_AC,
        State.READY_DC,
        State.WELDING,
        State.STOPPING,
    }
)
"""The states in which a site that wants to stop can only refuse."""
RESCHEDULES: Final = frozenset({State.RESCHEDULE_AC, State.RESCHEDULE_DC})
NOTIFIABLE: Final = states.LOOPS | states.STANDBYS | {State.READY_AC, State.READY_DC}
"""The states whose next answer carries an EVSEStatus."""


class Secc(SupplySession):
    """One session of one connection, from supportedAppProtocol to SessionStop.

    Verbs take the present instant and return what it means; afterwards fetch
    what has to be sent with :meth:`to_send`, and call :meth:`tick` at
    :attr:`deadline`.
    """

    # What a link calls.

    def receive(self, now: Instant, message: Element) -> tuple[Happened, ...]:
        """Take one request; raises BrokenPeer for what is no request at all."""
        self.now = now
        if self.state in states.CLOSED:
            return ()
        kind = type(message)
        if kind not in ANSWER:
            raise BrokenPeer(f"{element_name(kind)} is not a request")
        code = self._objection(message)
        if code is not None:
            self.refuse(message, code)
            return self._taken()
        self._asked = message
        self._hold_until = NEVER
        self._silence_at = NEVER
        DIALOGUE[kind](self, message)
        return self._taken()

    def to_send(self) -> tuple[Element, ...]:
        """Return the messages that have to go out now, oldest first."""
        if self._due and self._asked is not None and self.state not in states.CLOSED:
            self._due = False
            release(self, self._asked)
        if not self._out:
            return ()
        out = tuple(self._out)
        self._out.clear()
        return out

    @property
    def deadline(self) -> Instant | None:
        """When :meth:`tick` has to be called next, or None."""
        if self.state in states.CLOSED:
            return None
        due = min(self._hold_until, self._silence_at)
        if self.wish.expires > self.now:
            due = min(due, self.wish.expires)
        return None if due == NEVER else Instant(due)

    def tick(self, now: Instant) -> tuple[Happened, ...]:
        """Let time pass: give held answers, notice silence, let a set-point expire."""
        expired = self.now < self.wish.expires <= now
        self.now = now
        if self.state in states.CLOSED:
            return ()
        if now >= self._silence_at:
            self.end("the car fell silent", failed=True)
            return self._taken()
        if expired:
            self._events.append(SetPointExpired())
            self.retarget()
        if now >= self._hold_until:
            self._hold_until = NEVER
            self._due = True
        return self._taken()

    # What a station calls.

    def authorize(
        self, now: Instant, *, consent_v2x: bool, site: SitePlan | None = None
    ) -> tuple[Happened, ...]:
        """Let the session begin; *consent_v2x* says whether the driver allows discharge.

        A consent that changes within a session makes the car choose its
        service again. *site* is what the driver wants, where the car may not know.
        """
        self.now = now
        before = self.grant
        self.grant = Grant(
            authorized=True, consent_v2x=consent_v2x, site=before.site if site is None else site
        )
        if self.state is State.AUTHORIZATION or self.grant.site != before.site:
            self._due = True
        if before.authorized and before.consent_v2x != consent_v2x and self._could_switch():
            self.want(Notification.SERVICE_RENEGOTIATION)
        self.retarget()
        return self._taken()

    def deny(self, now: Instant) -> tuple[Happened, ...]:
        """Say no to the driver: the car is told so, and may try another way in or leave."""
        self.now = now
        self.grant = Grant(denied=True, site=self.grant.site)
        self._due = self._due or self.state is State.AUTHORIZATION
        self.retarget()
        return self._taken()

    def set_point(
        self,
        now: Instant,
        power_kw: Kilowatts,
        *,
        expires: Instant,
        fallback_kw: Kilowatts = NO_FALLBACK,
        reactive_kvar: float | None = None,
    ) -> tuple[Happened, ...]:
        """Wish for *power_kw* until *expires*; what of it is permitted comes as PowerTarget.

        *reactive_kvar* is passed on to a car that charges by AC. No wish counts
        longer than the settings say.
        """
        assert fallback_kw >= 0.0, "without a set-point nobody discharges"
        self.now = now
        self._due = self._due or reactive_kvar != self.wish.reactive_kvar
        self.wish = SetPoint(
            power_kw=power_kw,
            expires=min(expires, Instant(now + self.settings.set_point_s_max)),
            fallback_kw=fallback_kw,
            reactive_kvar=reactive_kvar,
        )
        self.retarget()
        self.replan()
        return self._taken()

    def set_limits(self, now: Instant, supply: SupplyLimits) -> tuple[Happened, ...]:
        """Change what the supply can give and take from now on."""
        self.now = now
        self._due = self._due or supply != self.supply
        self.supply = supply
        self.retarget()
        return self._taken()

    def plan(
        self,
        now: Instant,
        steps: tuple[PlanStep, ...] = (),
        *,
        alternatives: tuple[tuple[PlanStep, ...], ...] = (),
    ) -> tuple[Happened, ...]:
        """Let ScheduleExchange finish, for a car that plans for itself within *steps* from now.

        At most two *alternatives* give it a choice.
        """
        assert len(alternatives) < PLANS_MAX, alternatives
        self.now = now
        self.planned = True
        self.steps, self.alternatives = steps, alternatives
        self._due = True
        if steps and self.state in states.LOOPS and self.scheduled:
            self.want(Notification.SCHEDULE_RENEGOTIATION)
        return self._taken()

    def measured(
        self,
        now: Instant,
        power_kw: Kilowatts,
        *,
        volts: Volts | None = None,
        charged_wh: WattHours | None = None,
        discharged_wh: WattHours | None = None,
    ) -> tuple[Happened, ...]:
        """Take what the supply's meter shows; a surprise is told to the car at once."""
        self.now = now
        old = self.reading
        self.reading = Reading(
            power_kw=power_kw,
            volts=old.volts if volts is None else volts,
            charged_wh=old.charged_wh if charged_wh is None else charged_wh,
            discharged_wh=old.discharged_wh if discharged_wh is None else discharged_wh,
        )
        self._due = self._due or abs(power_kw - self._told_kw) > self.settings.dead_band_kw
        return self._taken()

    def isolation(self, now: Instant, *, passed: bool) -> tuple[Happened, ...]:
        """Report the isolation test that IsolationTestWanted asked for."""
        self.now = now
        if not passed:
            return self.fault(now, "the isolation test failed")
        self.isolated = True
        self._due = True
        return self._taken()

    def grid_code(self, now: Instant, *, passed: bool) -> tuple[Happened, ...]:
        """Report whether feeding into the grid is allowed here; without it nobody discharges."""
        self.now = now
        self.grid_code_passed = passed
        self.retarget()
        return self._taken()

    def nudge(self, now: Instant) -> tuple[Happened, ...]:
        """Answer the outstanding request now: something physical says that the car has news."""
        self.now = now
        self._due = True
        return self._taken()

    def notify(self, now: Instant, notification: Notification) -> tuple[Happened, ...]:
        """Tell the car what the site wants of it, with the next answer, which goes out now."""
        self.now = now
        self.want(notification)
        self.retarget()
        return self._taken()

    def stop(self, now: Instant, reason: str = "the site stopped") -> tuple[Happened, ...]:
        """End the session: by notification in the loop, by refusing the next request before it."""
        return self._leave(now, Notification.TERMINATE, reason)

    def pause(self, now: Instant) -> tuple[Happened, ...]:
        """Let the session sleep; the car may resume it over a later connection."""
        return self._leave(now, Notification.PAUSE, "the site paused")

    def fault(self, now: Instant, reason: str) -> tuple[Happened, ...]:
        """Power off at once and end the session: a fault, the control pilot is gone."""
        self.now = now
        if self._asked is not None and self.state not in states.CLOSED:
            self.refuse(self._asked, Code.FAILED_CONTACTOR_ERROR, reason)
        self.end(reason, failed=True)
        return self._taken()

    def lost(self, now: Instant) -> tuple[Happened, ...]:
        """Learn that the connection is gone: power to zero, the session may be resumed."""
        self.now = now
        self.end("the connection was lost", failed=True, resumable=self.state is not State.PROTOCOL)
        return self._taken()

    # Inside.

    def _objection(self, message: Element) -> Code | None:
        """Return why *message* cannot be taken: unasked, out of order, or of another session."""
        if self._asked is not None or not states.expected(self.state, type(message)):
            return Code.FAILED_SEQUENCE_ERROR
        stopping = isinstance(message, session.SessionStopReq)
        if self.notification is Notification.TERMINATE and self.state in BEFORE and not stopping:
            return self._no
        if isinstance(message, app_protocol.SupportedAppProtocolReq | session.SessionSetupReq):
            return None
        assert isinstance(message, Request)
        if message.Header.SessionID != self.session_id:
            return Code.FAILED_UNKNOWN_SESSION
        return None

    @property
    def _no(self) -> Code:
        """How a request is refused because the site wants to stop."""
        waiting = self.state in RESCHEDULES
        return Code.FAILED_SCHEDULE_RENEGOTIATION if waiting else Code.FAILED

    def _leave(self, now: Instant, notification: Notification, reason: str) -> tuple[Happened, ...]:
        """Leave the session by *notification*; before the loop there is only refusal."""
        self.now = now
        if self.state in states.CLOSED:
            return ()
        self.notification = notification
        self.leaving = True
        self.retarget()
        if self.state in NOTIFIABLE:
            self._due = True
            return self._taken()
        if self._asked is not None and notification is Notification.TERMINATE:
            self.refuse(self._asked, self._no, reason)
        return self._taken()

    def _could_switch(self) -> bool:
        """Whether the driver's word about V2X changes which service fits."""
        if self.needs is None or self.state not in NOTIFIABLE:
            return False
        service = self.needs.service
        if service.bidirectional:
            return not self.grant.consent_v2x
        twin = Service.DC_BPT if service.direct else Service.AC_BPT
        return self.grant.consent_v2x and twin in self.settings.services
