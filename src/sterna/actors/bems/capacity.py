"""The BEMS as flexibility provider of the DSO: registers, lives within capacity, complains.

What the DSO told is in the actor's journal; after a restart it is laid into a new machine,
which registers again.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from sterna.actors.bems.records import CapacityTold, Complain, Span
from sterna.actors.bems.settings import BemsSettings
from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Kilowatts, later
from sterna.protocols import oscp
from sterna.runtime.courier import Courier
from sterna.runtime.ports import Clock, Http, Request, Response, Tasks, Timer
from sterna.runtime.service import Call, problem

HOST: Final = "dso"
HERE: Final = "https://bems" + oscp.ROOT
HEARTBEAT: Final = "/heartbeat"
SILENT_PERIODS: Final = 3
"""A DSO that has not shaken hands so long after the start counts as silent, as one that
missed its heartbeats."""
REGISTER_AGAIN_S: Final = 60.0
"""No second registration within this time: the first one's answer may be on its way."""
HEARTBEAT_TIMEOUT_S: Final = 10.0
COMPLAINTS_MAX: Final = 100
"""Complaints that wait for a DSO that is not there; the oldest are about the past."""
NO_CONTENT: Final = Response(status=204)
REFUSALS: Final = (401, 403, 404)
"""What a DSO answers that does not know this building (any more)."""


class CapacityLink:
    """One OSCP relation, with the DSO of the connection."""

    def __init__(
        self,
        *,
        settings: BemsSettings,
        clock: Clock,
        http: Http,
        courier: Courier,
        tasks: Tasks,
        tell: Callable[[CapacityTold], None],
        acknowledge: Callable[[str], None],
    ) -> None:
        """*tell* learns what the DSO allows; *acknowledge* that a complaint has arrived."""
        self._settings = settings
        self._clock = clock
        self._http = http
        self._courier = courier
        self._tasks = tasks
        self._tell = tell
        self._acknowledge = acknowledge
        self._party = oscp.FlexibilityProvider(
            "bems", base_url=HERE, token=settings.dso_token, peer_url=f"https://{HOST}{oscp.ROOT}",
            peer_token=settings.own_dso_token, heartbeat_interval_s=round(settings.period_s),
        )  # fmt: skip
        self._timer: Timer | None = None
        self._patience: Timer | None = None
        self._again: Timer | None = None
        self._refused = False
        self._complaints: dict[str, Complain] = {}
        self._stopped = False

    def start(self, known: Mapping[str, tuple[Span, ...]], *, silent: bool) -> None:
        """Register, knowing what the DSO told in a life before, and whether it was silent."""
        self._party.profiles[self._settings.group] = {
            kind: tuple(
                oscp.Block(start=span.start, end=span.end, kw=Kilowatts(span.value))
                for span in spans
            )
            for kind, spans in known.items()
        }
        self._party.state.offline = silent
        patience_s = SILENT_PERIODS * self._settings.period_s
        self._patience = self._clock.call_at(later(self._clock.now(), patience_s), self._waited)
        self._register()

    def stop(self) -> None:
        """Say and take nothing more."""
        self._stopped = True
        for timer in (self._timer, self._patience, self._again):
            if timer is not None:
                timer.cancel()

    def answer(self, call: Call) -> Response:
        """Take an OSCP message of the DSO."""
        scheme, _, token = dict(call.headers).get("authorization", "").partition(" ")
        got = self._party.receive(
            self._clock.now(), "/" + call.parameters["path"], call.body, token if scheme == "Token" else None
        )  # fmt: skip
        self._happened(got.events)
        self._carry()
        return NO_CONTENT if got.status == 204 else problem(got.status, got.reason)

    def complain(self, command: Complain, command_id: str) -> None:
        """Tell the DSO which limits cannot be kept, as soon as it can be told anything."""
        if len(self._complaints) >= COMPLAINTS_MAX:
            self._acknowledge(next(iter(self._complaints)))
            del self._complaints[next(iter(self._complaints))]
        self._complaints[command_id] = command
        self._carry()

    def _happened(self, events: tuple[oscp.party.Event, ...]) -> None:
        """Tell the core what holds now when something was said about it."""
        about_it = (oscp.UpdateGroupCapacityForecast, oscp.Online, oscp.Offline)
        if self._stopped or not any(isinstance(event, about_it) for event in events):
            return
        now = self._clock.now()
        self._party.forget_before(now)
        profiles = self._party.profiles.get(self._settings.group, {})
        told = {
            kind: tuple(Span(start=b.start, end=b.end, value=b.kw) for b in blocks)
            for kind, blocks in sorted(profiles.items())
        }
        self._tell(CapacityTold(at=now, capacity=told, silent=self._party.state.offline))

    def _waited(self) -> None:
        """Count a DSO that never answered as silent: its fallback capacity holds."""
        state = self._party.state
        if state.stage != "online" and not state.offline:
            state.offline = True
            self._happened((oscp.Offline(since=self._clock.now()),))

    def _register(self) -> None:
        """Register with the DSO; not again within a minute, but then."""
        if self._stopped or self._again is not None:
            return
        self._party.initiate()
        due = later(self._clock.now(), REGISTER_AGAIN_S)
        self._again = self._clock.call_at(due, self._registered_long_ago)
        self._carry()

    def _registered_long_ago(self) -> None:
        """Let the next refusal be answered with a registration; one that came meanwhile is, now."""
        self._again = None
        if self._refused:
            self._refused = False
            self._register()

    def _tick(self) -> None:
        self._happened(self._party.tick(self._clock.now()))
        self._carry()

    def _carry(self) -> None:
        """Send what there is to say, and wake when the next thing is due."""
        if self._stopped:
            return
        self._post(self._party.to_send(), self._answered)
        if self._party.online:
            self._post_complaints()
        if self._timer is not None:
            self._timer.cancel()
        due = self._party.deadline
        self._timer = None if due is None else self._clock.call_at(due, self._tick)

    def _post_complaints(self) -> None:
        waiting, self._complaints = self._complaints, {}
        for command_id, complaint in waiting.items():
            blocks = tuple(
                oscp.Block(start=over.start, end=over.end, kw=Kilowatts(over.value))
                for over in complaint.over
            )
            why = "load that cannot be shifted or shed exceeds this capacity"
            self._party.complain(self._settings.group, why, blocks)
            self._post(self._party.to_send(), partial(self._arrived, command_id))

    def _arrived(self, command_id: str, response: Response) -> None:
        """Forget a complaint that the DSO has answered."""
        self._acknowledge(command_id)
        self._answered(response)

    def _post(self, posts: tuple[oscp.Post, ...], answered: Callable[[Response], None]) -> None:
        for post in posts:
            path = "/" + post.base_url.removeprefix("https://").partition("/")[2] + post.path
            request = Request(method="POST", path=path, headers=post.headers(), body=post.body)
            if post.path == HEARTBEAT:
                self._tasks.start(self._beat(request), name="OSCP heartbeat")
            else:
                self._courier.deliver(HOST, request, answered)

    async def _beat(self, request: Request) -> None:
        """Send one heartbeat; the next one replaces it, so it is never repeated."""
        try:
            self._answered(await self._http.ask(HOST, request, timeout_s=HEARTBEAT_TIMEOUT_S))
        except Unreachable:
            return  # The DSO's own heartbeats will be missing too: then its fallback holds.

    def _answered(self, response: Response) -> None:
        """Register again with a DSO that has forgotten this building."""
        if response.status in REFUSALS:
            self._refused = self._again is not None
            self._register()
