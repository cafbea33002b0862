"""The station's connection: it dials, boots, beats, and delivers transaction messages in order."""

from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from sterna.actors.station.settings import StationSettings
from sterna.kernel.errors import Refused, Unreachable
from sterna.kernel.quantities import Instant, Seconds, later
from sterna.protocols.ocpp import offline, v21, versions, wire
from sterna.protocols.ocpp.describe import Describer
from sterna.protocols.ocpp.events import Answered, Asked, Event, Failed, TimedOut
from sterna.protocols.ocpp.handshake import BackOff, back_off
from sterna.protocols.ocpp.rpc import Peer
from sterna.runtime.ports import Chance, Clock, Ids, Link, Links, Timer, Wire
from sterna.runtime.pump import Pump

BOOT_AGAIN_S: Final = 60.0
"""Pause before the next BootNotification when the answer names none."""


class Owner(Protocol):
    """Whom the uplink tells what happens."""

    def accepted(self, *, speaks_v2x: bool, after_boot: bool) -> None:
        """Learn that messages may be sent."""

    def cut_off(self) -> None:
        """Learn that the connection is gone."""

    def asked(self, uid: str, request: Struct) -> None:
        """Take a call, in the words of 2.1."""

    def delivered(self, command_id: str, response: v21.TransactionEventResponse | None) -> None:
        """Learn that a transaction message was answered; None: it was given up."""


class Uplink:
    """OCPP towards the management system, over one connection after the other."""

    def __init__(
        self,
        *,
        settings: StationSettings,
        clock: Clock,
        ids: Ids,
        chance: Chance,
        links: Links,
        owner: Owner,
        proofread: bool = False,
    ) -> None:
        """Speak for *owner*; *proofread* checks every message that goes out against its schema."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._chance = chance
        self._links = links
        self._owner = owner
        self._proofread = proofread
        self._peer: Peer | None = None
        self._pump: Pump[Event] | None = None
        self._dialect = wire.V21
        self._accepted = False
        self._booted = False
        self._boot_reason: v21.BootReasonEnumType = "PowerUp"
        self._attempt = 0
        self._timers: dict[str, Timer] = {}
        self._heartbeat_s = settings.heartbeat_s
        self._queue = offline.Queue()
        self._requests: dict[str, v21.TransactionEventRequest] = {}
        self._in_flight = ""
        self._rule = offline.Rule(
            attempts=settings.attempts, interval_s=settings.attempt_s, timeout_s=settings.answer_s
        )
        self._back_off = BackOff(
            wait_s_min=settings.back_off_s, random_s_range=settings.back_off_random_s,
            repeat_times=settings.back_off_repeats,
        )  # fmt: skip
        self._running = False

    @property
    def speaks_v2x(self) -> bool:
        """Whether the connection speaks a version that knows discharging."""
        return self._dialect is wire.V21

    @property
    def queue(self) -> offline.Queue:
        """The transaction messages that wait."""
        return self._queue

    def start(self) -> None:
        """Connect, and stay connected."""
        self._running = True
        self._dial()

    def stop(self) -> None:
        """Hang up without a word, and forget what was in memory: the station has crashed."""
        self._running = False
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._hang_up(1006, "the station is down")
        self._queue, self._in_flight = offline.Queue(), ""
        self._requests.clear()
        self._booted = self._accepted = False
        self._boot_reason = "Watchdog"

    def reboot(self, reason: v21.BootReasonEnumType) -> None:
        """Connect anew and boot, for *reason*."""
        self._boot_reason, self._booted = reason, False
        self._hang_up(1000, "reboot")
        self._lost()

    def boot_again(self) -> None:
        """Send BootNotification because somebody asked for it."""
        self._boot_reason = "Triggered"
        self._boot()

    def _hang_up(self, code: int, reason: str) -> None:
        pump, self._pump, self._peer = self._pump, None, None
        if pump is not None and pump.link is not None:
            pump.link.close(code, reason)
            pump.link = None

    # The connection.

    def _dial(self) -> None:
        settings = self._settings
        describe = Describer(settings.identity)
        line = Wire(
            protocol="OCPP", src=f"CS_C/{settings.identity}",
            dst="CS_EMS" if settings.csms == "cs_ems" else settings.csms.upper(),
            describe=describe,
        )  # fmt: skip
        end = _End(self._opened, self._closed)
        self._links.dial(
            settings.csms, end, wire=line, identity=settings.identity,
            subprotocols=settings.versions,
            credentials=(settings.identity, settings.password) if settings.password else None,
        )  # fmt: skip

    def _opened(self, end: "_End", link: Link) -> None:
        """Greet: a station that has not booted boots, another goes on where it was."""
        self._dialect = wire.DIALECTS.get(link.subprotocol or "", wire.V21)
        self._peer = Peer(
            self._dialect, lambda: self._ids.new("ocpp"), timeout_s=self._settings.answer_s,
            proofread=self._proofread,
        )  # fmt: skip
        self._pump = end.pump = Pump(self._peer, self._clock, self._take)
        self._pump.opened(link)
        self._attempt = 0
        if self._booted:
            self._welcome(after_boot=False)
        else:
            self._boot()

    def _closed(self, end: "_End") -> None:
        if end.pump is not None and end.pump is not self._pump:
            return  # A connection that was given up before.
        self._pump = self._peer = None
        self._lost()

    def _lost(self) -> None:
        """Keep what was in flight, tell the owner, and dial again later."""
        self._queue = offline.cut_off(self._queue)
        self._in_flight = ""
        for key in ("heartbeat", "boot", "queue"):
            self._cancel(key)
        if self._accepted:
            self._accepted = False
            self._owner.cut_off()
        self._attempt += 1
        pause = back_off(self._attempt, self._chance.uniform(0.0, 1.0), self._back_off)
        self._after("dial", pause, self._dial)

    def _boot(self) -> None:
        settings = self._settings
        self.ask(
            v21.BootNotificationRequest(
                reason=self._boot_reason,
                charging_station=v21.ChargingStationType(
                    model=settings.model, vendor_name=settings.vendor
                ),
            )
        )

    def _welcome(self, *, after_boot: bool) -> None:
        self._accepted = True
        self._after("heartbeat", self._heartbeat_s, self._beat)
        self._owner.accepted(speaks_v2x=self.speaks_v2x, after_boot=after_boot)
        self._deliver()

    def _beat(self) -> None:
        self.ask(v21.HeartbeatRequest())
        self._after("heartbeat", self._heartbeat_s, self._beat)

    # Calls of ours.

    def ask(self, request: Struct, *, uid: str = "") -> str:
        """Send *request* if there is a connection; what 2.0.1 does not know stays unsaid."""
        peer, pump = self._peer, self._pump
        if peer is None or pump is None:
            return ""
        try:
            message = request if self.speaks_v2x else versions.to_201(request)
            sent = peer.call(self._clock.now(), message, uid=uid)
        except (Refused, Unreachable):
            return ""
        pump.flush()
        return sent

    def _answered(self, event: Answered) -> None:
        match versions.to_21(event.response) if not self.speaks_v2x else event.response:
            case v21.BootNotificationResponse(status=status, interval=interval):
                self._boot_answered(status, interval)
            case v21.TransactionEventResponse() as response if event.uid == self._in_flight:
                self._in_flight = ""
                self._queue = offline.delivered(self._queue)
                self._owner.delivered(self._first_gone(), response)
                self._deliver()
            case _:
                pass  # A status or heartbeat was taken note of.

    def _boot_answered(self, status: str, interval: int) -> None:
        if status == "Accepted":
            self._booted = True
            if interval > 0:
                self._heartbeat_s = Seconds(float(interval))
            if not self._accepted:
                self._welcome(after_boot=True)
        else:
            self._after("boot", float(interval) if interval > 0 else BOOT_AGAIN_S, self._boot)

    def _failed(self, event: Failed | TimedOut) -> None:
        if event.uid == self._in_flight:
            self._in_flight = ""
            timed_out = isinstance(event, TimedOut)
            before = self._queue.dropped
            self._queue = offline.failed(
                self._queue, self._rule, self._clock.now(), timed_out=timed_out
            )
            if self._queue.dropped > before:
                self._owner.delivered(self._first_gone(), None)
            self._deliver()
        elif event.action == "BootNotification":
            self._after("boot", BOOT_AGAIN_S, self._boot)

    # Transaction messages.

    def store(self, command_id: str, request: v21.TransactionEventRequest) -> None:
        """Put one transaction message at the end of the queue, once."""
        if command_id in self._requests:
            return
        if len(self._requests) >= offline.KEPT_MAX:
            self._make_room()
        message = offline.Stored(
            tx=request.transaction_info.transaction_id, seq=request.seq_no,
            kind=request.event_type, offline=bool(request.offline), payload=b"",
        )  # fmt: skip
        self._queue = replace(self._queue, messages=(*self._queue.messages, message))
        self._requests[command_id] = request
        self._deliver()

    def _make_room(self) -> None:
        """Give up the oldest update, else the oldest message; never the one that is in flight."""
        messages = self._queue.messages
        first = 1 if self._queue.in_flight else 0
        places = range(first, len(messages))
        place = next((k for k in places if messages[k].kind == "Updated"), first)
        command_id = list(self._requests)[place]
        del self._requests[command_id]
        kept = (*messages[:place], *messages[place + 1 :])
        self._queue = replace(self._queue, messages=kept, dropped=self._queue.dropped + 1)
        self._owner.delivered(command_id, None)

    def _first_gone(self) -> str:
        """Forget the first message; return its command's id."""
        command_id = next(iter(self._requests))
        del self._requests[command_id]
        return command_id

    def _deliver(self) -> None:
        """Send the oldest message when it is due."""
        due = offline.due(self._queue, online=self._accepted)
        if due is None:
            return
        now = self._clock.now()
        if due > now:
            self._timer("queue", due, self._deliver)
            return
        command_id = next(iter(self._requests))
        uid = self.ask(self._requests[command_id], uid=command_id)
        if uid:
            self._queue = offline.transmitted(self._queue)
            self._in_flight = uid

    # Calls of the other side.

    def _take(self, event: Event) -> None:
        match event:
            case Asked(uid=uid, request=request):
                self._asked(uid, request)
            case Answered():
                self._answered(event)
            case Failed() | TimedOut():
                self._failed(event)
            case _:
                pass  # The engine has answered what broke a rule.

    def _asked(self, uid: str, request: Struct) -> None:
        try:
            known = request if self.speaks_v2x else versions.to_21(request)
        except Refused as refused:
            self.fail(uid, "PropertyConstraintViolation", str(refused))
            return
        self._owner.asked(uid, known)

    def answer(self, uid: str, response: Struct) -> None:
        """Answer the call *uid*, if its connection still stands."""
        if self._peer is not None and self._pump is not None and self._peer.in_work(uid):
            self._peer.answer(uid, response if self.speaks_v2x else versions.to_201(response))
            self._pump.flush()

    def fail(self, uid: str, code: wire.Code, text: str = "") -> None:
        """Answer the call *uid* with an error."""
        if self._peer is not None and self._pump is not None and self._peer.in_work(uid):
            self._peer.fail(uid, code, text)
            self._pump.flush()

    # Time.

    def _after(self, key: str, pause_s: float, call: Callable[[], None]) -> None:
        self._timer(key, later(self._clock.now(), pause_s), call)

    def _timer(self, key: str, due: Instant, call: Callable[[], None]) -> None:
        self._cancel(key)
        if self._running:
            self._timers[key] = self._clock.call_at(due, call)

    def _cancel(self, key: str) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()


class _End:
    """A link end of one attempt to connect; its pump begins with the version that was agreed."""

    def __init__(
        self, opened: Callable[["_End", Link], None], closed: Callable[["_End"], None]
    ) -> None:
        self.pump: Pump[Event] | None = None
        self._opened = opened
        self._closed = closed

    def opened(self, link: Link) -> None:
        """Begin to speak."""
        self._opened(self, link)

    def received(self, frame: bytes) -> None:
        """Pass one frame to the machine."""
        if self.pump is not None:
            self.pump.received(frame)

    def closed(self, code: int, reason: str) -> None:
        """Learn that the link is gone, or never was."""
        if self.pump is not None:
            self.pump.closed(code, reason)
        self._closed(self)
