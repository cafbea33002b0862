"""The car's side: asks, one request at a time, and follows what the supply answers.

One machine per connection. In the charge loop its next request always follows
at once (or after the loop's pace in real time), so that the supply can answer
the moment it has something to say.
"""

from typing import Final

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118 import states
from sterna.protocols.iso15118.car_hearing import CarHearing
from sterna.protocols.iso15118.car_session import NEVER
from sterna.protocols.iso15118.events import (
    Attention,
    Happened,
    Resumable,
)
from sterna.protocols.iso15118.limits import CarBattery
from sterna.protocols.iso15118.messages import (
    ANSWER,
    ac,
    app_protocol,
    certificates,
    dc,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    Processing,
    StopMode,
)
from sterna.protocols.iso15118.messages.values import (
    Response,
)
from sterna.protocols.iso15118.schema import Element, element_name
from sterna.protocols.iso15118.states import State

OPENING: Final = frozenset({State.PROTOCOL, State.SETUP})
"""The states before a session, which must not last longer than the communication's set-up."""
ATTENTION_KW: Final = 0.05
"""Smaller changes of what the battery can do wait for the car's next turn."""


class Evcc(CarHearing):
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
        due = min(due, self._give_up_at)
        if self.state in OPENING:
            due = min(due, self._setup_by)
        return None if due == NEVER else Instant(due)

    def tick(self, now: Instant) -> tuple[Happened, ...]:
        """Let time pass: the next poll comes due, or an answer is missing."""
        self.now = now
        if self.state in states.CLOSED:
            return ()
        if self._asked is not None and now >= self._asked_at + self._patience():
            self.end(f"no answer to {element_name(type(self._asked))}", failed=True)
        self._give_up()
        return self._taken()

    # What the car calls.

    def plugged(self, now: Instant, *, resume: Resumable | None = None) -> tuple[Happened, ...]:
        """Begin: the connection to the supply is open. *resume* a session that slept."""
        assert self.state is State.PROTOCOL, self.state
        self.now = now
        if resume is not None:
            self.session_id = resume.session_id
        self._ask_at = now
        self._setup_by = now + self.settings.timing.setup_s
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
        """Choose the service again at the car's next turn; nothing where the supply has said that it cannot."""
        if not self._switches:
            return ()
        return self._leave(now, StopMode.SERVICE_RENEGOTIATION, "another service")

    def reschedule(self, now: Instant) -> tuple[Happened, ...]:
        """Ask for another plan at the car's next turn."""
        self.now = now
        self._again = True
        return self._attention()

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
        if isinstance(
            self._asked, session.ServiceDetailReq | certificates.CertificateInstallationReq
        ):
            return timing.detail_s
        return timing.message_s

    def _pace(self, message: Element, before: State) -> None:
        """Decide when to ask next, and give up on a supply that is never ready."""
        timing = self.settings.timing
        if self.state is not before:
            self._give_up_at = NEVER
            self._ask_at = self.now
            return
        if self.state in states.LOOPS | states.STANDBYS:
            self._ask_at = max(self.now, self._asked_at + timing.loop_pace_s)
            return
        pace = timing.precharge_pace_s if self.state is State.PRE_CHARGE else timing.poll_s
        self._ask_at = max(self.now, self._asked_at + pace)
        if getattr(message, "EVSEProcessing", None) is Processing.WAITING_FOR_CUSTOMER:
            self._give_up_at = NEVER
        elif self._give_up_at == NEVER:
            self._give_up_at = self._asked_at + self._endurance()
        self._give_up()

    def _give_up(self) -> None:
        """End the session with a supply that has not been ready for too long."""
        if self.now >= self._give_up_at:
            self.end(f"the supply was not ready in {self.state.name}", failed=True)
        elif self.now >= self._setup_by and self.state in OPENING:
            self.end("the supply opened no session in time", failed=True)

    def _endurance(self) -> float:
        """Return how long the car bears being told to ask again."""
        timing = self.settings.timing
        if self.state is State.CABLE_CHECK:
            return timing.cable_check_s
        return timing.precharge_s if self.state is State.PRE_CHARGE else timing.ongoing_s
