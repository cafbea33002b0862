"""The DSO as OSCP capacity provider of one building: what is said arrives in order, or not at all."""

from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from sterna.actors.dso.capacity import profiles
from sterna.actors.dso.records import Complained, PartyKept, PeerChanged
from sterna.actors.dso.settings import DsoSettings
from sterna.kernel.quantities import Instant
from sterna.protocols import oscp
from sterna.runtime.courier import Courier
from sterna.runtime.ports import Clock, Request, Response, Timer
from sterna.runtime.service import Call, problem

HERE: Final = "https://dso" + oscp.ROOT
PEER: Final = "https://bems" + oscp.ROOT
WAITING_MAX: Final = 100
"""Messages that wait for the building: two days of rounds. It shakes hands again if it lost more."""
HEARTBEAT: Final = oscp.path_of(oscp.Heartbeat(offline_mode_at="1970-01-01T00:00:00Z"))
Told = Complained | PartyKept | PeerChanged


class BuildingSide:
    """The capacity provider's end, with one message under way at a time."""

    def __init__(
        self,
        *,
        settings: DsoSettings,
        clock: Clock,
        courier: Courier,
        tell: Callable[[Told], None],
    ) -> None:
        """*tell* learns of the building's coming and going, and of what is to be stored."""
        self._settings = settings
        self._clock = clock
        self._courier = courier
        self._tell = tell
        self._party = self._provider(None)
        self._waiting: deque[oscp.Post] = deque()
        self._under_way = False
        self._timer: Timer | None = None
        self._kept = b""

    def _provider(self, state: oscp.PartyState | None) -> oscp.CapacityProvider:
        settings = self._settings
        return oscp.CapacityProvider(
            "dso", base_url=HERE, token=settings.token, peer_url=PEER, peer_token=settings.peer_token,
            heartbeat_interval_s=settings.heartbeat_s, state=state,
        )  # fmt: skip

    def start(self, kept: bytes) -> None:
        """Go on with the party as it was *kept*; empty: nobody has registered yet."""
        if kept:
            self._party = self._provider(msgspec.msgpack.decode(kept, type=oscp.PartyState))
            self._tick()

    def stop(self) -> None:
        """Beat no more; the building notices the silence."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._waiting.clear()

    def answer(self, call: Call) -> Response:
        """Take a message of the building."""
        scheme, _, token = dict(call.headers).get("authorization", "").partition(" ")
        got = self._party.receive(
            self._clock.now(),
            "/" + call.parameters["path"],
            call.body,
            token if scheme == "Token" else None,
        )
        self._carry()
        for event in got.events:
            self._heard(event)
        return Response(status=204) if got.status == 204 else problem(got.status, got.reason)

    def forecast(self, start: Instant) -> None:
        """Tell the building what it may draw and feed in from *start* on."""
        if self._party.online:
            for kind, blocks in profiles(self._settings, start).items():
                self._party.forecast(self._settings.group, kind, blocks)
            self._carry()

    def _heard(self, event: object) -> None:
        """Tell the core what matters to it."""
        now = self._clock.now()
        match event:
            case oscp.Online():
                self._tell(PeerChanged(at=now, online=True))
            case oscp.Offline():
                self._tell(PeerChanged(at=now, online=False))
            case oscp.GroupCapacityComplianceError(group_id=group, message=why):
                self._tell(Complained(at=now, group=group, why=why))
            case _:
                pass  # Registration is followed by the handshake; measurements come from the meter.

    def _tick(self) -> None:
        """Beat, and notice silence."""
        self._timer = None
        events = self._party.tick(self._clock.now())
        self._carry()
        for event in events:
            self._heard(event)

    def _carry(self) -> None:
        """Queue what the party wants to say, store its state, and set its timer."""
        for post in self._party.to_send():
            self._queue(post)
        self._tell(PartyKept(at=self._clock.now(), party=msgspec.msgpack.encode(self._party.state)))
        if self._timer is not None:
            self._timer.cancel()
        due = self._party.deadline
        self._timer = None if due is None else self._clock.call_at(due, self._tick)
        self._send_next()

    def _keep(self) -> None:
        """Store the party's state, where it has changed: a stranger's knocking changes nothing."""
        state = msgspec.msgpack.encode(self._party.state)
        if state != self._kept:
            self._kept = state
            self._tell(PartyKept(at=self._clock.now(), party=state))

    def _queue(self, post: oscp.Post) -> None:
        """Let *post* wait its turn; a heartbeat replaces one that waits, which says less."""
        if post.path == HEARTBEAT:
            self._waiting = deque(each for each in self._waiting if each.path != HEARTBEAT)
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popleft()
        self._waiting.append(post)

    def _send_next(self) -> None:
        if self._under_way or not self._waiting:
            return
        self._under_way = True
        post = self._waiting.popleft()
        host, _, path = post.base_url.removeprefix("https://").partition("/")
        request = Request(
            method="POST", path=f"/{path}{post.path}", headers=post.headers(), body=post.body
        )
        self._courier.deliver(host, request, self._arrived, given_up=self._given_up)

    def _arrived(self, _answer: Response) -> None:
        self._under_way = False
        self._send_next()

    def _given_up(self, _why: str) -> None:
        """Go on with the next message: what the lost one said is outdated by days."""
        self._under_way = False
        self._send_next()
