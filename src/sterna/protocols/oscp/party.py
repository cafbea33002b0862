"""Registration, handshake and heartbeats: what both OSCP parties have in common.

A pure machine: :meth:`Party.receive` takes a request and gives its answer,
:meth:`Party.tick` lets time pass, :meth:`Party.to_send` gives what is to be posted.
"""

from typing import Final, Literal

from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, later
from sterna.kernel.timestamps import instant, stamp
from sterna.protocols.oscp.messages import (
    AdjustGroupCapacityForecast,
    GroupCapacityComplianceError,
    Handshake,
    HandshakeAcknowledge,
    Heartbeat,
    Message,
    Register,
    RequiredBehaviour,
    UpdateGroupCapacityForecast,
    UpdateGroupMeasurements,
    VersionUrl,
    path_of,
    read,
    written,
)

VERSION: Final = "2.0"
HEARTBEATS_MISSED: Final = 2
"""Heartbeats that may be lost before the sender counts as offline."""
WAITING_MAX: Final = 1000
"""Messages that wait to be posted: far more than one round makes. Beyond it the peer is
not being served at all, and the oldest are of no use to it any more."""

Stage = Literal["new", "registered", "online"]


class Registered(Struct, frozen=True, kw_only=True, gc=False):
    """The peer told where it is reached."""

    base_url: str


class Online(Struct, frozen=True, kw_only=True, gc=False):
    """The handshake is done, or the peer was offline and is back."""


class Offline(Struct, frozen=True, kw_only=True, gc=False):
    """The peer has been silent beyond its own offline_mode_at."""

    since: Instant


Business = (
    UpdateGroupCapacityForecast
    | AdjustGroupCapacityForecast
    | GroupCapacityComplianceError
    | UpdateGroupMeasurements
)
Event = Registered | Online | Offline | Business


class Post(Struct, frozen=True, kw_only=True, gc=False):
    """A request to the peer: to its base URL + *path*, with ``Authorization: Token …``."""

    base_url: str
    path: str
    token: str
    request_id: str
    body: bytes

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of the request."""
        return (
            ("Content-Type", "application/json"),
            ("Authorization", f"Token {self.token}"),
            ("X-Request-ID", self.request_id),
        )


class Received(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a request (204 when all is well) and what it meant."""

    status: int
    events: tuple[Event, ...] = ()
    reason: str = ""


class PartyState(Struct, kw_only=True):
    """What a party knows of its peer: plain data, to be stored."""

    stage: Stage = "new"
    peer_url: str
    peer_token: str
    """What we say to the peer: first the token given out of band, then the registered one."""
    interval_s: float | None = None
    """How often the peer wants heartbeats."""
    next_beat: Instant | None = None
    peer_offline_at: Instant | None = None
    offline: bool = False
    sent: int = 0
    initiated: bool = False
    """We registered first, so the peer's registration is the answer to ours."""


class Party:
    """One end of an OSCP relation with one peer.

    *token* is what the peer has to say to us. The party that *initiates* registers
    first; the other registers back when it is registered.
    """

    takes: tuple[type[Business], ...] = ()
    """The business messages that this role accepts."""

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        token: str,
        peer_url: str,
        peer_token: str,
        heartbeat_interval_s: int,
        state: PartyState | None = None,
    ) -> None:
        self.state = state or PartyState(peer_url=peer_url, peer_token=peer_token)
        self._name = name
        self._base_url = base_url
        self._token = token
        self._interval_s = heartbeat_interval_s
        self._waiting: list[Post] = []

    @property
    def online(self) -> bool:
        """Whether the handshake is done and the peer is not silent."""
        return self.state.stage == "online" and not self.state.offline

    @property
    def deadline(self) -> Instant | None:
        """When :meth:`tick` is due, or None."""
        beat = self.state.next_beat
        silent = None if self.state.offline else self.state.peer_offline_at
        return min((due for due in (beat, silent) if due is not None), default=None)

    def initiate(self) -> None:
        """Register with the peer; call once, on the side that begins."""
        self.state.initiated = True
        self._post(self._registration())

    def receive(self, now: Instant, path: str, data: bytes, token: str | None) -> Received:
        """Take one request of the peer, which said *token*."""
        if token != self._token:
            return Received(status=401, reason="unknown token")
        try:
            message = read(path, data)
        except BrokenPeer as broken:
            return Received(status=400, reason=str(broken))
        match message:
            case Register():
                return self._registered(message)
            case Handshake() | HandshakeAcknowledge():
                return self._shaken(now, message)
            case Heartbeat():
                return self._alive(message)
            case _:
                return self._business(message)

    def tick(self, now: Instant) -> tuple[Event, ...]:
        """Let time pass: send the heartbeat that is due, notice a silent peer."""
        state = self.state
        if state.next_beat is not None and state.next_beat <= now:
            self._beat(now)
        if state.peer_offline_at is None or state.offline or state.peer_offline_at > now:
            return ()
        state.offline = True
        return (Offline(since=state.peer_offline_at),)

    def to_send(self) -> tuple[Post, ...]:
        """Return the requests to be posted now, in order; each is given out once."""
        waiting, self._waiting = tuple(self._waiting), []
        return waiting

    # -- what requests mean ------------------------------------------------------------

    def _registered(self, message: Register) -> Received:
        """Learn where the peer is reached; register back if it began, then shake hands."""
        ours = [each for each in message.version_url if each.version == VERSION]
        if not ours:
            return Received(status=400, reason=f"no common version, we speak {VERSION}")
        self.state.peer_url = ours[0].base_url
        self.state.peer_token = message.token
        self.state.stage = "registered"
        if self.state.initiated:
            self._post(Handshake(required_behaviour=self._required()))
        else:
            self._post(self._registration())
        return Received(status=204, events=(Registered(base_url=self.state.peer_url),))

    def _shaken(self, now: Instant, message: Handshake | HandshakeAcknowledge) -> Received:
        """Learn what the peer requires, and begin to send heartbeats."""
        if self.state.stage == "new":
            return Received(status=403, reason="register first")
        wanted = message.required_behaviour.heartbeat_interval
        self.state.stage = "online"
        self.state.interval_s = None if wanted is None else float(wanted)
        if isinstance(message, Handshake):
            self._post(HandshakeAcknowledge(required_behaviour=self._required()))
        if wanted is not None:
            self._beat(now)
        # Until the first heartbeat comes, our own interval says how long silence may last.
        self.state.peer_offline_at = later(now, self._interval_s * (HEARTBEATS_MISSED + 1))
        return Received(status=204, events=(self._back(),))

    def _alive(self, message: Heartbeat) -> Received:
        """Believe that the peer lives until the moment it names."""
        if self.state.stage != "online":
            return Received(status=403, reason="shake hands first")
        self.state.peer_offline_at = instant(message.offline_mode_at)
        return Received(status=204, events=(self._back(),) if self.state.offline else ())

    def _business(self, message: Business) -> Received:
        """Take a forecast, a wish, a complaint or a measurement, if this role takes it."""
        if self.state.stage != "online":
            return Received(status=403, reason="shake hands first")
        if not isinstance(message, self.takes):
            return Received(status=404, reason=f"{type(message).__name__} is not taken here")
        self.taken(message)
        return Received(status=204, events=(message,))

    def taken(self, message: Business) -> None:
        """Let the role keep what *message* says before it becomes an event."""

    # -- what is sent ------------------------------------------------------------------

    def _back(self) -> Online:
        """Note that the peer is there."""
        self.state.offline = False
        return Online()

    def _required(self) -> RequiredBehaviour:
        """Return what we want of the peer."""
        return RequiredBehaviour(heartbeat_interval=self._interval_s)

    def _registration(self) -> Register:
        """Return our registration."""
        here = VersionUrl(version=VERSION, base_url=self._base_url)
        return Register(token=self._token, version_url=(here,))

    def _beat(self, now: Instant) -> None:
        """Send a heartbeat and plan the next one."""
        assert self.state.interval_s is not None
        offline_at = later(now, self.state.interval_s * (HEARTBEATS_MISSED + 1))
        self._post(Heartbeat(offline_mode_at=stamp(offline_at)))
        self.state.next_beat = later(now, self.state.interval_s)

    def say(self, message: Business) -> None:
        """Post a business message; it waits for :meth:`to_send`."""
        assert self.state.stage == "online", "the handshake is not done"
        self._post(message)

    def _post(self, message: Message) -> None:
        """Queue *message* for the peer."""
        self.state.sent += 1
        if len(self._waiting) >= WAITING_MAX:
            del self._waiting[0]
        self._waiting.append(
            Post(
                base_url=self.state.peer_url,
                path=path_of(message),
                token=self.state.peer_token,
                request_id=f"{self._name}-{self.state.sent}",
                body=written(message),
            )
        )
