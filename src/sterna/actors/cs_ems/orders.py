"""Carries out the core's commands: calls to stations, answers and reports over HTTP."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from sterna.actors.cs_ems import commands, messages
from sterna.actors.cs_ems.bodies import statistics_of
from sterna.actors.cs_ems.relay import Relay
from sterna.actors.cs_ems.room import Tag
from sterna.actors.cs_ems.settings import CsEmsSettings
from sterna.kernel.records import Command
from sterna.protocols import rest
from sterna.protocols.ocpp import v21
from sterna.runtime.courier import Courier
from sterna.runtime.ports import Clock, Request, Response
from sterna.runtime.replies import Replies

JSON: Final = (("Content-Type", rest.MEDIA_TYPE),)
PROBLEM: Final = (("Content-Type", rest.PROBLEM_MEDIA_TYPE),)


class Orders:
    """The hands of the room."""

    def __init__(
        self,
        *,
        settings: CsEmsSettings,
        clock: Clock,
        courier: Courier,
        relays: Mapping[str, Relay],
        replies: Replies,
        report: Callable[[commands.Report], None],
        outcome: Callable[[Tag, Struct | None, str], None],
        acknowledge: Callable[[str], None],
    ) -> None:
        """Call stations through *relays*; *outcome* learns what could not even be tried."""
        self._settings = settings
        self._clock = clock
        self._courier = courier
        self._relays = relays
        self._replies = replies
        self._outcome = outcome
        self._acknowledge = acknowledge
        self._hands: dict[type[Command], Callable[[Any], None]] = {
            commands.SetPoint: self._set_point,
            commands.AnswerKept: self._answer_kept,
            commands.Report: report,
            commands.Reply: self._reply,
            commands.SetDefault: self._set_default,
            commands.StartTransaction: self._start,
            commands.SetProfile: self._set_profile,
            commands.AllowTransfer: self._allow,
            commands.StopTransaction: self._stop,
        }

    def perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        if isinstance(command, commands.TellStatistics):
            body = rest.STATISTICS.written(statistics_of(command))
            self._tell_app(rest.STATISTICS, command.session, body, command_id)
        elif isinstance(command, commands.TellUnplugged):
            unplugged = rest.Unplugged(
                session=command.session, evse=command.evse, at=command.at, soc=command.soc
            )
            body = rest.UNPLUGGED.written(unplugged)
            self._tell_app(rest.UNPLUGGED, command.session, body, command_id)
        else:
            self._hands[type(command)](command)

    def _call(self, station: str, request: Struct, tag: Tag, *, key: str = "") -> None:
        relay = self._relays.get(station)
        if relay is None:
            self._outcome(tag, None, "the station is not connected")
        else:
            relay.call(request, tag, key=key)

    def _old(self, station: str) -> bool:
        relay = self._relays.get(station)
        return relay is not None and not relay.speaks_21

    def _set_point(self, point: commands.SetPoint) -> None:
        now = self._clock.now()
        request = (
            messages.absolute_profile(point, now)
            if self._old(point.station)
            else messages.update(point)
        )
        step = "awaited" if point.awaited else "setpoint"
        key = f"setpoint:{point.number}"
        self._call(point.station, request, (step, point.session), key=key)

    def _set_profile(self, command: commands.SetProfile) -> None:
        now = self._clock.now()
        if self._old(command.station):
            point = commands.SetPoint(
                session=command.session, station=command.station, number=command.number, tx=command.tx,
                kw=command.kw, charge_kw=command.charge_kw, both_ways=False,
            )  # fmt: skip
            request = messages.absolute_profile(point, now)
        else:
            request = messages.dynamic_profile(command, now, self._settings.max_offline_s)
        self._call(command.station, request, ("profile", command.session))

    def _allow(self, command: commands.AllowTransfer) -> None:
        """Say which ways energy may flow; a 2.0.1 station charges only, and is not asked."""
        tag = ("allow", command.session)
        if self._old(command.station):
            refused = v21.NotifyAllowedEnergyTransferResponse(status="Rejected")
            self._outcome(tag, refused, "OCPP 2.0.1")
        else:
            self._call(command.station, messages.allow(command), tag)

    def _reply(self, reply: commands.Reply) -> None:
        if reply.refusal:
            status = 404 if reply.unknown else 503 if reply.later else 409
            refusal = rest.written(rest.problem(status, reply.refusal))
            self._replies.give(reply.key, Response(status=status, headers=PROBLEM, body=refusal))
            return
        state: Any = "running" if reply.phase == "running" else "accepted"
        body = rest.written(
            rest.SessionAccepted(session=reply.session, evse=reply.evse, state=state)
        )
        status = 201 if reply.created else 200
        self._replies.give(reply.key, Response(status=status, headers=JSON, body=body))

    def _set_default(self, command: commands.SetDefault) -> None:
        self._call(
            command.station, messages.default_profile(command, self._clock.now()), ("default", "")
        )

    def _start(self, command: commands.StartTransaction) -> None:
        self._call(command.station, messages.start(command), ("start", command.session))

    def _stop(self, command: commands.StopTransaction) -> None:
        stop = v21.RequestStopTransactionRequest(transaction_id=command.tx)
        self._call(command.station, stop, ("stop", command.session))

    def _answer_kept(self, command: commands.AnswerKept) -> None:
        relay = self._relays.get(command.station)
        if relay is not None:
            relay.answer_kept(command.uid)

    def _tell_app(
        self, message: rest.Message[Any, Any], session: str, body: bytes, command_id: str
    ) -> None:
        """Tell the web app until it answers; a refusal is its last word."""
        request = Request(
            method=message.method,
            path=message.path_for(session=session),
            headers=message.headers(command_id),
            body=body,
        )

        def answered(_answer: Response) -> None:
            self._acknowledge(command_id)

        self._courier.deliver("session_app", request, answered)
