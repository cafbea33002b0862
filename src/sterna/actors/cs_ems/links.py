"""The CS EMS on the wire: stations and CSMS by OCPP, web app and parking by REST, BEMS by OpenADR."""

from typing import Final
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct
from starlette.applications import Starlette

from sterna.actors.cs_ems import commands, core, island, messages, records
from sterna.actors.cs_ems.bodies import progress_of, wish_of
from sterna.actors.cs_ems.orders import Orders
from sterna.actors.cs_ems.relay import Relay
from sterna.actors.cs_ems.room import Tag
from sterna.actors.cs_ems.settings import CsEmsSettings
from sterna.actors.cs_ems.ven import Ven
from sterna.decisions.why import Why
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols import openadr, rest
from sterna.protocols.ocpp import handshake, v21
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import (
    Chance,
    Clock,
    Http,
    Ids,
    Knock,
    LinkEnd,
    Links,
    Response,
    Tasks,
)
from sterna.runtime.replies import Replies
from sterna.runtime.service import Call, Service, problem
from sterna.runtime.supervisor import Supervisor

SETTLED_S: Final = 60.0
"""A station that comes back has told what it kept by then, also after two lost answers of 30 s."""
JSON: Final = (("Content-Type", rest.MEDIA_TYPE),)
PROBLEM: Final = (("Content-Type", rest.PROBLEM_MEDIA_TYPE),)


class CsEms:
    """The room: its actor, its stations and its messages."""

    def __init__(
        self,
        *,
        settings: CsEmsSettings,
        clock: Clock,
        ids: Ids,
        chance: Chance,
        journal: Journal,
        supervisor: Supervisor,
        links: Links,
        http: Http,
        courier: Courier,
        tasks: Tasks,
    ) -> None:
        """*http* and *courier* send in the name of CS_EMS, *tasks* carries the reports."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._chance = chance
        self._links = links
        self._courier = courier
        self._replies = Replies()
        self._plates = {(plate.station, plate.number): plate.evse for plate in settings.evses}
        self._stations = frozenset(plate.station for plate in settings.evses)
        self._relays: dict[str, Relay] = {}
        self._zone = ZoneInfo(settings.zone)
        self._stopping = False
        self._since: dict[str, Instant] = {}
        """When each connected station came."""
        self._orders = Orders(
            settings=settings,
            clock=clock,
            courier=courier,
            relays=self._relays,
            replies=self._replies,
            report=self._report,
            outcome=self.outcome,
            acknowledge=self._acknowledge,
        )
        self.actor = Actor(
            "cs_ems",
            core.decide,
            core.first(settings),
            perform=self._orders.perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )
        self._ven = Ven(settings=settings, http=http, clock=clock, tasks=tasks, taken=self._planned)
        self.app: Starlette = self._service().app

    async def start(self) -> None:
        """Recover, and take stations at ``cs_ems``."""
        self.actor.start()
        self.actor.tell(records.Opened(at=self._clock.now()))
        self._ven.join()
        await self._links.listen("cs_ems", self._accept, subprotocols=handshake.SUBPROTOCOLS)

    def stop(self) -> None:
        """Close every link and rest."""
        self._stopping = True
        for relay in tuple(self._relays.values()):
            relay.close(1001, "going away")
        self.actor.stop()

    def _service(self) -> Service:
        service = Service(self.actor.crashed)
        service.on("POST", rest.START_SESSION.path, self._start_session)
        service.on("PUT", rest.CHANGE_SESSION.path, self._change_session)
        service.on("GET", rest.SEE_SESSION.path, self._see_session)
        service.on("DELETE", rest.STOP_SESSION.path, self._stop_session)
        service.on("POST", rest.PLAN_SLOT.path, self._plan_slot)
        service.on("GET", openadr.CALLBACKS, self._challenged)
        service.on("POST", openadr.CALLBACKS, self._called_back)
        return service

    # -- stations ---------------------------------------------------------------------------

    def _accept(self, knock: Knock) -> LinkEnd:
        if knock.identity not in self._stations:
            raise Refused(f"no station {knock.identity} belongs to this site")
        before = self._relays.get(knock.identity)
        if before is not None:
            before.close(1001, "the station has come anew")
        relay = Relay(
            knock.identity,
            handshake.chosen(knock.subprotocols) or "",
            self,
            settings=self._settings,
            clock=self._clock,
            links=self._links,
            chance=self._chance,
            new_id=lambda: self._ids.new("ocpp"),
        )
        self._relays[knock.identity] = relay
        return relay.end

    def connected(self, station: str) -> None:
        """Go on with the sessions of a station that is there (again)."""
        self._since[station] = self._clock.now()
        self.actor.tell(records.Connected(at=self._clock.now(), station=station))

    def gone(self, relay: object) -> None:
        """Forget a connection."""
        for station, present in tuple(self._relays.items()):
            if present is relay:
                del self._relays[station]
                if self._since.pop(station, None) is not None and not self._stopping:
                    self.actor.tell(records.Lost(at=self._clock.now(), station=station))

    def heard(self, station: str, request: Struct) -> Struct | None:
        """Learn from what a station says; answer only what concerns our own profiles."""
        now = self._clock.now()
        match request:
            case v21.TransactionEventRequest(evse=place):
                evse = self._place(station, request.transaction_info.transaction_id, place)
                self.actor.tell(messages.metered_event(evse, request, now))
            case v21.NotifyEVChargingNeedsRequest(evse_id=number):
                evse = self._plates.get((station, number), "")
                self.actor.tell(messages.needs_event(evse, request, now))
            case v21.StatusNotificationRequest(connector_status="Available", evse_id=number):
                evse = self._plates.get((station, number), "")
                self.actor.tell(records.CableOut(at=now, evse=evse))
            case v21.PullDynamicScheduleUpdateRequest(charging_profile_id=number):
                return self._pulled(station, number - messages.DYNAMIC_PROFILE)
            case _:
                pass
        return None

    def _place(self, station: str, tx: str, place: v21.EVSEType | object) -> str:
        """Return the EVSE of a transaction message; only its first one has to name it."""
        if isinstance(place, v21.EVSEType):
            return self._plates.get((station, place.id), "")
        for bay in self.actor.state.bays.values():
            if bay.plug is not None and bay.plug.tx == tx:
                return bay.plate.evse
        return ""

    def _pulled(self, station: str, number: int) -> Struct | None:
        """Return the present set-point when a station asks for it."""
        bay = self.actor.state.bays.get(self._plates.get((station, number), ""))
        session = self.actor.state.sessions.get(bay.session) if bay is not None else None
        if bay is None or session is None:
            return None
        point = commands.SetPoint(
            session=session.session, station=station, number=number, tx=session.tx,
            kw=Kilowatts(session.told_kw), charge_kw=bay.plate.charge_kw, both_ways=session.bidirectional,
        )  # fmt: skip
        return v21.PullDynamicScheduleUpdateResponse(
            status="Accepted", schedule_update=messages.update(point).schedule_update
        )

    def passed(self, station: str, request: Struct, response: Struct) -> None:
        """Learn from an answer that went by."""
        now = self._clock.now()
        match request:
            case v21.BootNotificationRequest() if messages.accepted(response):
                self.actor.tell(records.Booted(at=now, station=station))
            case v21.SetChargingProfileRequest() if messages.accepted(response):
                profile = request.charging_profile
                place = self._plates.get((station, request.evse_id), station)
                limit = messages.operator_limit(profile)
                self.actor.tell(
                    records.Limited(at=now, place=place, profile=str(profile.id), limit=limit)
                )
            case v21.ClearChargingProfileRequest() if messages.accepted(response):
                self._cleared(station, request)
            case _:
                pass

    def _cleared(self, station: str, request: v21.ClearChargingProfileRequest) -> None:
        """Forget limits that the operator took back."""
        number = "" if request.charging_profile_id is UNSET else str(request.charging_profile_id)
        places = [evse for (owner, _), evse in self._plates.items() if owner == station]
        for place in (station, *places):
            self.actor.tell(records.Limited(at=self._clock.now(), place=place, profile=number))

    def outcome(self, tag: Tag, response: Struct | None, reason: str) -> None:
        """Tell the core what became of one of our calls, where it matters."""
        step, session = tag
        done = (
            "failed"
            if response is None
            else ("accepted" if messages.accepted(response) else "rejected")
        )
        if step == "default" or (step == "setpoint" and done == "accepted"):
            return
        tx = getattr(response, "transaction_id", UNSET)
        self.actor.tell(
            records.StepDone(
                at=self._clock.now(), session=session, step=step, outcome=done,
                tx=tx if isinstance(tx, str) else "", detail=reason,
            )
        )  # fmt: skip

    def keep(self, station: str, message: records.Withheld) -> None:
        """Keep a message for the CSMS; the station is answered after the commit."""
        self.actor.tell(records.Kept(at=self._clock.now(), station=station, message=message))

    def owed(self, station: str) -> records.Withheld | None:
        """Return the oldest message that the CSMS has still to get."""
        return island.owed(self.actor.state, station)

    def paid(self, station: str, message: records.Withheld, *, refused: bool) -> None:
        """Forget a message that the CSMS has got, or refuses for good."""
        self.actor.tell(
            records.Replayed(
                at=self._clock.now(), station=station, tx=message.tx, seq=message.seq,
                refused=refused,
            )
        )  # fmt: skip

    def tokens(self) -> frozenset[str]:
        """Return the tokens of the sessions that were started here."""
        return frozenset(self.actor.state.sessions)

    # -- REST -------------------------------------------------------------------------------

    async def _start_session(self, call: Call) -> Response:
        body = rest.START_SESSION.read(call.body)
        rest.idempotency_key(call.headers)
        return await self._told(body, change=False)

    async def _change_session(self, call: Call) -> Response:
        body = rest.CHANGE_SESSION.read(call.body)
        if body.session != call.parameters["session"]:
            raise Refused("the session in the path is not the one in the body")
        return await self._told(body, change=True)

    async def _told(self, body: rest.SessionRequirements, *, change: bool) -> Response:
        key = self._ids.new("call")
        waiting = self._replies.wait_for(key)
        self.actor.tell(
            records.Asked(
                at=self._clock.now(), key=key, session=body.session, evse=body.evse,
                wish=wish_of(body), change=change, in_touch=self._in_touch(body.evse),
            )
        )  # fmt: skip
        return await waiting

    def _in_touch(self, evse: str) -> bool:
        """Return whether what is known of *evse* is no older than a moment."""
        station = next((owner for (owner, _), known in self._plates.items() if known == evse), "")
        since = self._since.get(station)
        return since is not None and self._clock.now() - since >= SETTLED_S

    async def _stop_session(self, call: Call) -> Response:
        key = self._ids.new("call")
        waiting = self._replies.wait_for(key)
        self.actor.tell(
            records.StopAsked(
                at=self._clock.now(), key=key, session=call.parameters["session"],
                reason=call.query.get("reason", "driver"),
            )
        )  # fmt: skip
        answer = await waiting
        return Response(status=204) if answer.status < 300 else answer

    def _see_session(self, call: Call) -> Response:
        progress = progress_of(
            self.actor.state, call.parameters["session"], self._clock.now(), self._zone
        )
        if progress is None:
            return problem(404, "there is no such session")
        return Response(status=200, headers=JSON, body=rest.written(progress))

    def _plan_slot(self, call: Call) -> Response:
        body = rest.PLAN_SLOT.read(call.body)
        self.actor.tell(
            records.SlotPlanned(
                at=self._clock.now(), reservation=body.reservation, slot=body.slot,
                start=body.start, end=body.end, cancelled=body.state == "cancelled",
            )
        )  # fmt: skip
        return Response(status=204)

    # -- BEMS -------------------------------------------------------------------------------

    def _challenged(self, call: Call) -> Response:
        return Response(status=200, body=call.query.get("echo", "").encode())

    def _called_back(self, call: Call) -> Response:
        shown = dict(call.headers).get("authorization", "")
        if shown != f"Bearer {self._settings.callback_token}":
            return problem(401, "the token is not the one of the subscription")
        self._ven.notified(call.body)
        return Response(status=204)

    def _planned(self, pieces: tuple[records.Piece, ...], whys: dict[str, Why]) -> None:
        self.actor.tell(records.Requested(at=self._clock.now(), pieces=pieces, whys=whys))

    def _report(self, report: commands.Report) -> None:
        self._ven.report(report.statuses, whole=report.whole)

    def _acknowledge(self, command_id: str) -> None:
        self.actor.acknowledge(command_id)
