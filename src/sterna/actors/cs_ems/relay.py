"""One station's connection through this room: bytes to the CSMS and back, with our own calls between.

Every frame of the other side goes on unchanged. Our own calls to the station wait their turn
behind the CSMS's, and their answers stay here. While the CSMS is away, the mode decides: the
station's link is closed (transparent), or this room answers in its place (island).
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec import Struct

from sterna.actors.cs_ems import alone
from sterna.actors.cs_ems.records import Withheld
from sterna.actors.cs_ems.replay import Replay
from sterna.actors.cs_ems.room import Room, Tag
from sterna.actors.cs_ems.settings import CsEmsSettings
from sterna.kernel.errors import Refused, Unreachable
from sterna.kernel.quantities import Instant, Seconds
from sterna.protocols.ocpp import envelope, v21, versions, wire
from sterna.protocols.ocpp.describe import Describer
from sterna.protocols.ocpp.events import (
    Answered,
    Asked,
    Event,
    Failed,
    Late,
    Opaque,
    TimedOut,
)
from sterna.protocols.ocpp.handshake import BackOff, back_off
from sterna.protocols.ocpp.rpc import CALL_TIMEOUT_S, Peer
from sterna.runtime.ports import Chance, Clock, Link, LinkEnd, Links, Timer, Wire
from sterna.runtime.pump import Pump

REDIAL: Final = BackOff(wait_s_min=Seconds(5.0), random_s_range=Seconds(5.0), repeat_times=4)
"""A CSMS that returns is met within minutes; hundreds of stations do not march in step."""
SERVICE_RESTART: Final = 1012
"""The close code that tells a station to come again (IANA's registry for RFC 6455)."""
PASSING_MAX: Final = 64
"""Calls of the CSMS watched on their way; more are never open (see rpc.WAITING_CALLS_MAX)."""
LEARNT: Final = (v21.SetChargingProfileRequest, v21.ClearChargingProfileRequest)


class Relay:
    """One connection of one station, and the one to the CSMS that belongs to it."""

    def __init__(
        self,
        station: str,
        subprotocol: str,
        room: Room,
        *,
        settings: CsEmsSettings,
        clock: Clock,
        links: Links,
        chance: Chance,
        new_id: Callable[[], str],
    ) -> None:
        """Wait for *station* to open its link; then open the one to the CSMS."""
        self.station = station
        self.alone = False
        """Whether the CSMS is away (after it was tried)."""
        self._room = room
        self._settings = settings
        self._clock = clock
        self._links = links
        self._chance = chance
        self._new_id = new_id
        self._dialect = wire.DIALECTS.get(subprotocol, wire.V21)
        self._island = settings.csms_lost == "island"
        self._south_peer = Peer(self._dialect, new_id, transparent=True)
        self._south: Pump[Event] = Pump(
            self._south_peer,
            clock,
            self._from_station,
            on_open=self._station_opened,
            on_close=self._station_closed,
        )
        self._north_peer, self._north = self._new_north()
        self._own: dict[str, Tag] = {}
        self._asked: dict[str, Asked | Opaque] = {}
        """Calls of the station that the CSMS has still to answer."""
        self._passing: dict[str, Struct] = {}
        self._untold: dict[tuple[str, int, int], Struct] = {}
        self._replay = Replay(station, room, clock, self._csms_silent)
        self._attempt = 0
        self._timer: Timer | None = None
        self._closed = False

    @property
    def end(self) -> LinkEnd:
        """The end that the station's link is attached to."""
        return self._south

    @property
    def speaks_21(self) -> bool:
        """Whether the station knows dynamic profiles and bidirectional charging."""
        return self._dialect is wire.V21

    # -- our own calls ----------------------------------------------------------------------

    def call(self, request: Struct, tag: Tag, *, key: str = "") -> None:
        """Ask the station in our own name; the room hears the outcome."""
        try:
            message = request if self.speaks_21 else versions.to_201(request)
            uid = self._south_peer.call(self._clock.now(), message, key=key)
        except (Refused, Unreachable) as error:
            self._room.outcome(tag, None, str(error))
            return
        self._own[uid] = tag
        self._south.flush()

    def answer_kept(self, uid: str) -> None:
        """Answer a transaction message that is safe in the journal."""
        asked = self._asked.pop(uid, None)
        if asked is None or not self._south_peer.in_work(uid) or isinstance(asked, Opaque):
            return
        request = self._in_21(asked.request)
        assert isinstance(request, v21.TransactionEventRequest)
        self._answer(uid, alone.transaction_answer(request, self._room.tokens()))
        self._replay_next()

    def close(self, code: int, reason: str) -> None:
        """End both connections."""
        for pump in (self._south, self._north):
            if pump.link is not None:
                pump.link.close(code, reason)
        self._station_closed(code, reason)

    # -- the station's side -----------------------------------------------------------------

    def _station_opened(self, _link: Link) -> None:
        self._room.connected(self.station)
        self._dial()

    def _station_closed(self, code: int, reason: str) -> None:
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._replay.rest()
        if self._north.link is not None:
            self._north.link.close(code, reason)
        own, self._own = self._own, {}
        self._room.gone(self)
        for tag in own.values():
            self._room.outcome(tag, None, "the station is gone")

    def _from_station(self, event: Event) -> None:
        match event:
            case Asked():
                self._station_asks(event)
            case Answered() | Failed() | TimedOut() if event.uid in self._own:
                self._own_outcome(event)
            case Answered() | Failed() | TimedOut():
                self._passed_back(event)
            case Opaque(uid=envelope.UNREADABLE):
                self._unreadable(event)
            case Opaque(kind=envelope.CALL, uid=uid):
                self._asked[uid] = event
                if self.alone:
                    self._answer_alone(event)
                else:
                    self._up(event)
            case _:
                self._north_peer.forward(self._clock.now(), event)
                self._north.flush()

    def _unreadable(self, event: Opaque) -> None:
        """Let the CSMS judge bytes that name no message, or judge them in its place."""
        if not self.alone and self._north.link is not None:
            self._north.link.send(event.frame)
        elif self._south.link is not None:
            code: wire.Code = "RpcFrameworkError"
            self._south.link.send(
                envelope.error_frame(envelope.CALLERROR, envelope.UNREADABLE, code, event.reason)
            )

    def _station_asks(self, event: Asked) -> None:
        request = self._in_21(event.request)
        ours = self._room.heard(self.station, request)
        if ours is not None:
            self._answer(event.uid, ours)
            return
        self._asked[event.uid] = event
        if isinstance(request, v21.TransactionEventRequest) and self._withholds():
            self._keep(event.uid, request)
        elif self.alone:
            self._answer_alone(event)
        else:
            self._up(event)

    def _withholds(self) -> bool:
        """Return whether transaction messages wait: for the CSMS, or behind those that do."""
        return self._island and (self.alone or self._room.owed(self.station) is not None)

    def _keep(self, uid: str, request: v21.TransactionEventRequest) -> None:
        message = Withheld(
            uid=uid,
            tx=request.transaction_info.transaction_id,
            seq=request.seq_no,
            offline=self.alone,
            payload=wire.ENCODER.encode(request),
        )
        self._room.keep(self.station, message)

    def _answer_alone(self, event: Asked | Opaque) -> None:
        """Answer in the CSMS's place, or say that nobody can."""
        del self._asked[event.uid]
        request = self._in_21(event.request) if isinstance(event, Asked) else None
        found = None
        if request is not None:
            now = self._clock.now()
            found = alone.answer(request, self._settings, self._room.tokens(), now)
        if found is None:
            self._south_peer.fail(event.uid, "GenericError", "the management system is away")
            self._south.flush()
            return
        if isinstance(request, alone.TOLD_LATER):
            self._untold[alone.place(request)] = request
        self._answer(event.uid, found)
        if isinstance(found, v21.BootNotificationResponse) and request is not None:
            self._room.passed(self.station, request, found)

    def _answer(self, uid: str, response: Struct) -> None:
        self._south_peer.answer(uid, response if self.speaks_21 else versions.to_201(response))
        self._south.flush()

    def _up(self, event: Asked | Opaque) -> None:
        try:
            self._north_peer.forward(self._clock.now(), event)
        except Unreachable as full:
            self._asked.pop(event.uid, None)
            self._south_peer.fail(event.uid, "GenericError", str(full))
            self._south.flush()
            return
        self._north.flush()

    def _own_outcome(self, event: Answered | Failed | TimedOut) -> None:
        tag = self._own.pop(event.uid)
        match event:
            case Answered(response=response):
                self._room.outcome(tag, self._in_21(response), "")
            case Failed(code=code, text=text):
                self._room.outcome(tag, None, f"{code}: {text}")
            case TimedOut():
                self._room.outcome(tag, None, "no answer in time")

    def _passed_back(self, event: Answered | Failed | TimedOut) -> None:
        """Carry the station's answer to the CSMS, learning from it on the way."""
        request = self._passing.pop(event.uid, None)
        if request is not None and isinstance(event, Answered):
            self._room.passed(self.station, request, self._in_21(event.response))
        self._north_peer.forward(self._clock.now(), event)
        self._north.flush()

    def _in_21(self, message: Struct) -> Struct:
        return message if self.speaks_21 else versions.to_21(message)

    # -- the CSMS's side --------------------------------------------------------------------

    def _new_north(self) -> tuple[Peer, Pump[Event]]:
        timeout_s = self._settings.csms_answer_s if self._island else CALL_TIMEOUT_S
        peer = Peer(self._dialect, self._new_id, transparent=True, timeout_s=timeout_s)
        pump: Pump[Event] = Pump(
            peer,
            self._clock,
            partial(self._from_csms, peer),
            on_open=partial(self._csms_opened, peer),
            on_close=partial(self._csms_closed, peer),
        )
        return peer, pump

    def _dial(self) -> None:
        self._timer = None
        if self._island:
            due = Instant(self._clock.now() + self._settings.csms_answer_s)
            self._timer = self._clock.call_at(due, partial(self._not_opened, self._north_peer))
        self._links.dial(
            "csms",
            self._north,
            wire=Wire(
                protocol="OCPP",
                src=f"CS_C/{self.station}",
                dst="CSMS",
                describe=Describer(self.station),
            ),
            identity=self.station,
            subprotocols=(self._dialect.name,),
        )

    def _not_opened(self, peer: Peer) -> None:
        """Give up a connection that does not come about."""
        if peer is self._north_peer and self._north.link is None:
            self._csms_closed(peer, SERVICE_RESTART, "nobody answers")

    def _csms_opened(self, peer: Peer, link: Link) -> None:
        if self._closed or peer is not self._north_peer:
            link.close()
            return
        self.alone = False
        self._attempt = 0
        untold, self._untold = self._untold, {}
        for request in untold.values():
            message = request if self.speaks_21 else versions.to_201(request)
            peer.call(self._clock.now(), message)
        self._replay_next()

    def _csms_closed(self, peer: Peer, _code: int, reason: str) -> None:
        if self._closed or peer is not self._north_peer:
            return
        if not self._island:
            self.close(SERVICE_RESTART, f"management system: {reason}")
            return
        self.alone = True
        if self._timer is not None:
            self._timer.cancel()
        self._replay.rest()
        self._passing.clear()
        self._north_peer, self._north = self._new_north()
        self._attempt += 1
        wait_s = back_off(self._attempt, self._chance.uniform(0.0, 1.0), REDIAL)
        self._timer = self._clock.call_at(Instant(self._clock.now() + wait_s), self._dial)
        for event in tuple(self._asked.values()):
            self._settle_alone(event)

    def _settle_alone(self, event: Asked | Opaque) -> None:
        """Deal with a call that the CSMS has perhaps got, and will not answer any more."""
        request = self._in_21(event.request) if isinstance(event, Asked) else None
        if isinstance(request, v21.TransactionEventRequest):
            self._keep(event.uid, request)
        else:
            self._answer_alone(event)

    def _from_csms(self, peer: Peer, event: Event) -> None:
        if peer is not self._north_peer or self._closed:
            return
        if self._replay.is_about(event):
            self._replay.outcome(event, self._replay_next)
            self._replay_next()
            return
        match event:
            case Asked():
                self._csms_asks(event)
                return
            case Late(uid=envelope.UNREADABLE, frame=frame) if self._south.link is not None:
                self._south.link.send(frame)
            case Answered(uid=uid, response=response) if asked := self._asked.pop(uid, None):
                if isinstance(asked, Asked) and asked.action == "BootNotification":
                    request = self._in_21(asked.request)
                    self._room.passed(self.station, request, self._in_21(response))
            case TimedOut() if self._island:
                self._csms_silent()
                return
            case Answered() | Failed() | Opaque() | TimedOut():
                self._asked.pop(event.uid, None)
            case _:
                pass
        self._south_peer.forward(self._clock.now(), event)
        self._south.flush()

    def _csms_asks(self, event: Asked) -> None:
        request = self._in_21(event.request)
        try:
            self._south_peer.forward(self._clock.now(), event)
        except Unreachable as full:
            self._north_peer.fail(event.uid, "GenericError", str(full))
            self._north.flush()
            return
        if isinstance(request, LEARNT) and len(self._passing) < PASSING_MAX:
            self._passing[event.uid] = request
        self._south.flush()

    def _csms_silent(self) -> None:
        """Give up a connection on which nobody answers."""
        peer, link = self._north_peer, self._north.link
        if link is not None:
            link.close(SERVICE_RESTART, "no answer in time")
        self._csms_closed(peer, SERVICE_RESTART, "no answer in time")

    def _replay_next(self) -> None:
        """Give the CSMS the oldest message that it has not got."""
        if not self.alone and not self._closed and self._north.link is not None:
            self._replay.next(self._north_peer)
            self._north.flush()
