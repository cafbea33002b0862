"""The operator on the wire: REST from the CSMS, OCPI to the EMME."""

from functools import partial

from starlette.applications import Starlette

from sterna.actors.cpo import core
from sterna.actors.cpo.documents import objections, record_of, session_of
from sterna.actors.cpo.settings import CpoSettings
from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.money import euros
from sterna.kernel.records import Command
from sterna.protocols import ocpi, rest
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Request, Response
from sterna.runtime.replies import Replies
from sterna.runtime.service import Call, Service, problem
from sterna.runtime.supervisor import Supervisor


class Cpo:
    """The room: its actor and its messages."""

    def __init__(
        self,
        *,
        settings: CpoSettings,
        clock: Clock,
        journal: Journal,
        supervisor: Supervisor,
        courier: Courier,
    ) -> None:
        """*courier* sends in the operator's name (``CSOS``)."""
        self._settings = settings
        self._clock = clock
        self._courier = courier
        self._replies = Replies()
        self._newest: dict[str, core.Progress] = {}
        """Transaction -> what is still to be published of it; one delivery each is in flight."""
        self._publishing: dict[str, core.Progress] = {}
        self._operator = ocpi.Party(country_code=settings.country, party_id=settings.party)
        self.actor = Actor(
            "cpo",
            core.decide,
            core.State(publish_every=settings.publish_every_s),
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )
        service = Service(self.actor.crashed)
        service.on("PUT", rest.UPDATE_SESSION.path, self._told)
        service.on("POST", rest.RECORD_CHARGE.path, self._recorded)
        service.on("POST", rest.REPORT_FAULT.path, self._fault_told)
        self.app: Starlette = service.app

    def start(self) -> None:
        """Recover and go on."""
        self.actor.start()

    def _told(self, call: Call) -> Response:
        body = rest.UPDATE_SESSION.read(call.body)
        progress = core.Progress(
            transaction=body.transaction, session=body.session, evse=body.evse, start=body.start, at=body.at,
            phase=body.state, charged_wh=body.charged_wh, discharged_wh=body.discharged_wh, soc=body.soc,
        )  # fmt: skip
        self.actor.tell(core.Told(at=self._clock.now(), progress=progress))
        return Response(status=rest.UPDATE_SESSION.status)

    async def _recorded(self, call: Call) -> Response:
        key = rest.idempotency_key(call.headers)
        body = rest.RECORD_CHARGE.read(call.body)
        now = self._clock.now()
        try:
            cdr = record_of(body, self._settings, now)
        except KeyError:
            raise Refused(f"there is no EVSE {body.evse} of ours") from None
        except ValueError as wrong:
            raise BrokenPeer(f"no charge record can be made of {body.record}: {wrong}") from None
        waiting = self._replies.wait_for(key)
        self.actor.tell(
            core.Recorded(
                at=now, key=key, record=body.record, transaction=body.transaction, session=body.session,
                evse=body.evse, start=body.start, end=body.end, charged_wh=body.charged_wh,
                discharged_wh=body.discharged_wh, cost=euros(cdr.total_cost.before_taxes), said=call.body,
                document=ocpi.written(cdr), objections=objections(cdr, body, now),
            )
        )  # fmt: skip
        return await waiting

    def _fault_told(self, call: Call) -> Response:
        body = rest.REPORT_FAULT.read(call.body)
        if all(socket.evse != body.evse for socket in self._settings.sockets):
            raise Refused(f"there is no EVSE {body.evse} of ours")
        self.actor.tell(
            core.FaultTold(
                at=self._clock.now(), station=body.station, evse=body.evse, since=body.at,
                cleared=body.cleared, reason=body.reason,
            )
        )  # fmt: skip
        return Response(status=rest.REPORT_FAULT.status)

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case core.Publish(progress=progress):
                self._newest[progress.transaction] = progress
                if progress.transaction not in self._publishing:
                    self._publish(progress.transaction)
            case core.Bill():
                self._bill(command, command_id)
            case core.Noted(key=key, refusal=refusal):
                answer = problem(409, refusal) if refusal else Response(status=204)
                self._replies.give(key, answer)
            case _:
                raise AssertionError(command)

    def _publish(self, transaction: str) -> None:
        """Send the newest word on *transaction*; what comes meanwhile waits, and only the last of it."""
        progress = self._newest.pop(transaction)
        self._publishing[transaction] = progress
        place = f"{self._settings.country}/{self._settings.party}/{progress.session}"
        request = Request(
            method="PUT", path=f"{ocpi.ROOT}/sessions/{place}",
            headers=self._headers(f"{transaction}.{progress.at}", self._hub()),
            body=ocpi.written(session_of(progress, self._settings)),
        )  # fmt: skip
        self._courier.deliver(
            "emme", request, partial(self._published, transaction), given_up=partial(self._published, transaction)
        )  # fmt: skip

    def _published(self, transaction: str, _answer: Response | str) -> None:
        """Go on with what came meanwhile; a session that is refused does no harm, its record counts."""
        del self._publishing[transaction]
        if transaction in self._newest:
            self._publish(transaction)

    def _bill(self, bill: core.Bill, command_id: str) -> None:
        def known(refusal: str) -> None:
            self.actor.tell(
                core.Answered(at=self._clock.now(), record=bill.record, refusal=refusal)
            )
            self.actor.acknowledge(command_id)

        def answered(answer: Response) -> None:
            known(refusal_in(answer))

        request = Request(
            method="POST", path=f"{ocpi.ROOT}/cdrs", headers=self._headers(command_id, self._emsp()),
            body=bill.document,
        )  # fmt: skip
        # A record that nobody takes for days is a matter for a person, with the exceptions.
        self._courier.deliver("emme", request, answered, given_up=known)

    def _headers(self, key: str, receiver: ocpi.Party) -> tuple[tuple[str, str], ...]:
        return ocpi.headers(
            self._settings.token, request_id=key, correlation_id=key, sender=self._operator, receiver=receiver
        )  # fmt: skip

    def _hub(self) -> ocpi.Party:
        return ocpi.Party(
            country_code=self._settings.hub_country, party_id=self._settings.hub_party
        )

    def _emsp(self) -> ocpi.Party:
        return ocpi.Party(
            country_code=self._settings.emsp_country, party_id=self._settings.emsp_party
        )


def refusal_in(answer: Response) -> str:
    """Return why a record was not taken, or nothing."""
    try:
        ocpi.answered(object, answer.body)
    except (Refused, BrokenPeer) as no:
        return str(no)
    return ""
