"""The CSMS on the wire: OCPP 2.1 and 2.0.1 towards stations, REST towards the operator's system."""

import asyncio
import hmac
from functools import partial
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType

from sterna.actors.csms import core, messages, records
from sterna.actors.csms.settings import CsmsSettings
from sterna.kernel.errors import Refused, Unreachable
from sterna.kernel.records import Command
from sterna.protocols import rest
from sterna.protocols.ocpp import handshake, v21, versions, wire
from sterna.protocols.ocpp.events import Answered, Asked, Event, Failed, TimedOut
from sterna.protocols.ocpp.rpc import Peer
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import (
    Clock,
    Ids,
    Knock,
    Link,
    LinkEnd,
    Links,
    Request,
    Response,
    Unauthorized,
)
from sterna.runtime.pump import Pump
from sterna.runtime.supervisor import Supervisor

SUPPORTED: Final = frozenset(
    {
        "Authorize", "BootNotification", "ClearedChargingLimit", "FirmwareStatusNotification", "Heartbeat", "LogStatusNotification",
        "MeterValues", "NotifyChargingLimit", "NotifyEVChargingNeeds", "NotifyEVChargingSchedule", "NotifyEvent",
        "NotifyMonitoringReport", "NotifyReport", "ReportChargingProfiles", "SecurityEventNotification", "StatusNotification",
        "TransactionEvent",
    }
)  # fmt: skip
"""What a station may ask; anything else is answered NotSupported."""


class Connection:
    """One connection of one station."""

    def __init__(self, station: str, peer: Peer, pump: Pump[Event]) -> None:
        """Speak with *station* through *peer*."""
        self.station = station
        self.peer = peer
        self.pump = pump
        self.open: dict[str, asyncio.Future[Struct]] = {}
        """Calls of ours that wait for an answer."""


class Csms:
    """The room: its actor, its stations and its messages."""

    def __init__(
        self,
        *,
        settings: CsmsSettings,
        clock: Clock,
        ids: Ids,
        journal: Journal,
        supervisor: Supervisor,
        links: Links,
        courier: Courier,
    ) -> None:
        """*courier* sends in the name of CSMS."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._links = links
        self._courier = courier
        self._stations = frozenset(settings.stations)
        self._passwords = dict(settings.passwords)
        self._tokens = frozenset(settings.tokens)
        self._connections: dict[str, Connection] = {}
        self.actor = Actor(
            "csms",
            core.decide,
            core.first(settings),
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )

    async def start(self) -> None:
        """Recover, and take stations at ``csms``."""
        self.actor.start()
        await self._links.listen("csms", self._accept, subprotocols=handshake.SUBPROTOCOLS)

    def stop(self) -> None:
        """Close every link and rest."""
        for connection in tuple(self._connections.values()):
            if connection.pump.link is not None:
                connection.pump.link.close(1001, "going away")
            self._gone(connection, 1001, "going away")
        self.actor.stop()

    async def ask(self, station: str, request: Struct) -> Struct:
        """Return a station's answer to the operator's *request*, both in 2.1.

        Raises Unreachable when it is not connected or silent, Refused when it answers with an
        error or its version has no such message.
        """
        connection = self._connections.get(station)
        if connection is None:
            raise Unreachable(f"{station} is not connected")
        message = request if connection.peer.dialect is wire.V21 else versions.to_201(request)
        uid = connection.peer.call(self._clock.now(), message)
        waiting: asyncio.Future[Struct] = asyncio.get_running_loop().create_future()
        connection.open[uid] = waiting
        connection.pump.flush()
        return await waiting

    # -- stations ---------------------------------------------------------------------------

    def _accept(self, knock: Knock) -> LinkEnd:
        name = knock.identity
        if name not in self._stations:
            raise Refused(f"no station {name} is known")
        password = self._passwords.get(name)
        if password is not None and not _shown(knock, password):
            raise Unauthorized(f"the credentials are not those of {name}")
        dialect = wire.DIALECTS.get(handshake.chosen(knock.subprotocols) or "", wire.V21)
        peer = Peer(dialect, lambda: self._ids.new("ocpp"), supported=SUPPORTED)
        connection: Connection

        def heard(event: Event) -> None:
            self._heard(connection, event)

        def opened(_link: Link) -> None:
            before = self._connections.get(name)
            if before is not None and before.pump.link is not None:
                before.pump.link.close(1001, "the station has come anew")
                self._gone(before, 1001, "the station has come anew")
            self._connections[name] = connection

        def closed(code: int, reason: str) -> None:
            self._gone(connection, code, reason)

        pump = Pump(peer, self._clock, heard, on_open=opened, on_close=closed)
        connection = Connection(name, peer, pump)
        return pump

    def _gone(self, connection: Connection, _code: int, reason: str) -> None:
        if self._connections.get(connection.station) is connection:
            del self._connections[connection.station]
        for waiting in connection.open.values():
            if not waiting.done():
                waiting.set_exception(Unreachable(f"{connection.station}: {reason}"))
        connection.open.clear()

    def _heard(self, connection: Connection, event: Event) -> None:
        match event:
            case Asked(uid=uid, request=request):
                self._asked(connection, uid, _in_21(connection, request))
            case Answered(uid=uid, response=response):
                self._settled(connection, uid, _in_21(connection, response))
            case Failed(uid=uid, code=code, text=text):
                self._settled(connection, uid, Refused(f"{code}: {text}"))
            case TimedOut(uid=uid):
                self._settled(connection, uid, Unreachable(f"{connection.station} does not answer"))
            case _:
                pass  # What broke a rule has been answered by the peer.

    def _settled(self, connection: Connection, uid: str, result: Struct | Exception) -> None:
        waiting = connection.open.pop(uid, None)
        if waiting is None or waiting.done():
            return
        if isinstance(result, Exception):
            waiting.set_exception(result)
        else:
            waiting.set_result(result)

    def _asked(self, connection: Connection, uid: str, request: Struct) -> None:
        """Take a call of a station; a transaction message is answered when it is durable."""
        now = self._clock.now()
        event = messages.event_of(connection.station, uid, request, now)
        if event is not None:
            self.actor.tell(event)
        if not isinstance(request, v21.TransactionEventRequest):
            self._answer(connection, uid, self._answer_to(request))

    def _answer_to(self, request: Struct) -> Struct:
        if isinstance(request, v21.AuthorizeRequest):
            return v21.AuthorizeResponse(id_token_info=self._judged(request.id_token))
        return messages.answer(request, self._clock.now(), self._settings.heartbeat_s)

    def _judged(self, token: v21.IdTokenType) -> v21.IdTokenInfoType:
        fits = token.type in self._settings.token_types or token.id_token in self._tokens
        return v21.IdTokenInfoType(status="Accepted" if fits else "Unknown")

    def _answer(self, connection: Connection, uid: str, response: Struct) -> None:
        if connection.peer.in_work(uid):
            old = connection.peer.dialect is not wire.V21
            connection.peer.answer(uid, versions.to_201(response) if old else response)
            connection.pump.flush()

    # -- commands ---------------------------------------------------------------------------

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case records.Confirm():
                self._confirm(command)
            case records.TellSession():
                body = rest.UPDATE_SESSION.written(messages.update_of(command))
                self._tell(rest.UPDATE_SESSION, body, command_id, "")
            case records.TellFault():
                body = rest.REPORT_FAULT.written(messages.fault_of(command))
                self._tell(rest.REPORT_FAULT, body, command_id, "")
            case records.TellRecord(key=key):
                body = rest.RECORD_CHARGE.written(messages.record_of(command))
                self._tell(rest.RECORD_CHARGE, body, command_id, key)
            case _:
                raise AssertionError(command)

    def _confirm(self, command: records.Confirm) -> None:
        connection = self._connections.get(command.station)
        if connection is None:
            return  # Its station asks again when it is back.
        info: v21.IdTokenInfoType | UnsetType = UNSET
        if command.token:
            token = v21.IdTokenType(id_token=command.token, type=command.token_type)
            info = self._judged(token)
        self._answer(connection, command.uid, v21.TransactionEventResponse(id_token_info=info))

    def _tell(
        self, message: rest.Message[Any, Any], body: bytes, command_id: str, key: str
    ) -> None:
        """Tell the operator's system until it answers."""
        request = Request(
            method=message.method,
            path=message.path_for(),
            headers=message.headers(command_id),
            body=body,
        )
        self._courier.deliver("cpo", request, partial(self._delivered, command_id, key))

    def _delivered(self, command_id: str, key: str, _answer: Response) -> None:
        if key:
            self.actor.tell(records.CdrTaken(at=self._clock.now(), key=key))
        self.actor.acknowledge(command_id)


def _shown(knock: Knock, password: str) -> bool:
    user, given = knock.credentials or ("", "")
    return user == knock.identity and hmac.compare_digest(given.encode(), password.encode())


def _in_21(connection: Connection, message: Struct) -> Struct:
    return message if connection.peer.dialect is wire.V21 else versions.to_21(message)
