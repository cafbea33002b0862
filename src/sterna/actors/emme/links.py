"""The EMME on the wire: an OCPI hub that passes on, and reports to the energy market."""

from decimal import Decimal
from typing import Final

from starlette.applications import Starlette

from sterna.actors.emme import core
from sterna.actors.emme.settings import EmmeSettings, Peer
from sterna.kernel.errors import BrokenPeer, Refused, Unreachable
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command
from sterna.kernel.timestamps import instant
from sterna.protocols import ocpi, rest
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Http, Ids, Request, Response
from sterna.runtime.service import Call, Service
from sterna.runtime.supervisor import Supervisor

JSON: Final = (("Content-Type", "application/json"),)
PASS_ON_TIMEOUT_S: Final = 8.0
"""Shorter than a sender waits (10 s), so that it hears from the hub what the matter is."""
CONNECTION_PROBLEM: Final = 4003
"""OCPI's status code of a hub whose receiver cannot be reached, as in the official list."""


class Emme:
    """The room: its actor and its messages."""

    def __init__(
        self,
        *,
        settings: EmmeSettings,
        clock: Clock,
        ids: Ids,
        journal: Journal,
        supervisor: Supervisor,
        http: Http,
        courier: Courier,
    ) -> None:
        """*http* and *courier* send in the EMME's name (``EMME_SYS``)."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._http = http
        self._courier = courier
        self._hub = ocpi.Party(country_code=settings.country, party_id=settings.party)
        first = core.State(
            report_every=settings.report_every_s, battery_kwh=settings.battery_kwh, floor=settings.floor,
            allocates=settings.profile == "legacy",
        )  # fmt: skip
        self.actor = Actor(
            "emme",
            core.decide,
            first,
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )
        service = Service(self.actor.crashed)
        service.on("PUT", f"{ocpi.ROOT}/sessions/{{country}}/{{party}}/{{session}}", self._take)
        service.on("POST", f"{ocpi.ROOT}/cdrs", self._take)
        self.app: Starlette = service.app

    def start(self) -> None:
        """Recover and go on."""
        self.actor.start()

    # -- the hub ----------------------------------------------------------------------------

    async def _take(self, call: Call) -> Response:
        """Take a message for ourselves, or pass it on to its receiver."""
        try:
            sender = self._let_in(call)
            _, receiver = ocpi.parties_in(call.headers)
            if receiver.is_same(self._hub):
                return self._watch(call, sender)
            return await self._pass_on(call, sender, receiver)
        except BrokenPeer as error:
            return self._no(400, ocpi.INVALID_PARAMETERS, str(error))

    def _let_in(self, call: Call) -> Peer:
        """Return who asks, by its token. Raises BrokenPeer when it is not who it says it is."""
        token = ocpi.token_in(call.headers)
        said, _ = ocpi.parties_in(call.headers)
        peer = self._peer(said)
        if peer is None or peer.shows != token:
            raise BrokenPeer("the token is not that of the sender")
        return peer

    def _peer(self, party: ocpi.Party) -> Peer | None:
        return next(
            (
                peer
                for peer in self._settings.peers
                if party.is_same(ocpi.Party(country_code=peer.country, party_id=peer.party))
            ),
            None,
        )

    def _watch(self, call: Call, sender: Peer) -> Response:
        """Take what an operator tells the hub itself: how its sessions stand."""
        if call.method != "PUT":
            return self._no(200, ocpi.CLIENT_ERROR, "the hub keeps no records of its own")
        session = ocpi.read(ocpi.Session, call.body)
        self.actor.tell(
            core.Changed(
                at=self._clock.now(), session=session.id.lower(), seen=seen_of(session, sender.party)
            )
        )  # fmt: skip
        return self._yes()

    async def _pass_on(self, call: Call, sender: Peer, receiver: ocpi.Party) -> Response:
        """Send a message on under the hub's own token and return the receiver's answer."""
        peer = self._peer(receiver)
        if peer is None:
            name = f"{receiver.country_code}*{receiver.party_id}"
            return self._no(200, ocpi.HUB_UNKNOWN_RECEIVER, f"{name} is not connected")
        cdr = ocpi.read(ocpi.Cdr, call.body) if call.method == "POST" else None
        correlation = rest.header(call.headers, "X-Correlation-ID") or self._ids.new("correlation")
        request = Request(
            method=call.method, path=call.path, body=call.body,
            headers=ocpi.headers(
                peer.wants, request_id=self._ids.new("request"), correlation_id=correlation,
                sender=ocpi.Party(country_code=sender.country, party_id=sender.party), receiver=receiver,
            ),
        )  # fmt: skip
        try:
            answer = await self._http.ask(peer.host, request, timeout_s=PASS_ON_TIMEOUT_S)
        except Unreachable as error:
            return self._no(503, CONNECTION_PROBLEM, str(error))
        if cdr is not None:
            self._count(cdr, answer)
        return Response(status=answer.status, headers=JSON, body=answer.body)

    def _count(self, cdr: ocpi.Cdr, answer: Response) -> None:
        """Take note of a record that its receiver accepted."""
        try:
            ocpi.answered(object, answer.body)
        except (Refused, BrokenPeer):
            return
        self.actor.tell(
            core.Passed(
                at=self._clock.now(), record=cdr.id.lower(), operator=cdr.party_id,
                periods=tuple(energies_of(period) for period in cdr.charging_periods),
            )
        )  # fmt: skip

    def _yes(self) -> Response:
        return Response(status=200, headers=JSON, body=ocpi.success(None, self._clock.now()))

    def _no(self, status: int, code: int, why: str) -> Response:
        return Response(
            status=status, headers=JSON, body=ocpi.failure(code, why, self._clock.now())
        )

    # -- the market -------------------------------------------------------------------------

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case core.Report():
                self._report(command, command_id)
            case _:
                raise AssertionError(command)

    def _report(self, report: core.Report, command_id: str) -> None:
        volume = rest.Volume(
            operator=report.operator, start=report.start, end=report.end, charged_wh=report.charged_wh,
            discharged_wh=report.discharged_wh, up_kwh=report.up_kwh, down_kwh=report.down_kwh,
        )  # fmt: skip
        request = Request(
            method=rest.REPORT_VOLUME.method, path=rest.REPORT_VOLUME.path_for(),
            headers=rest.REPORT_VOLUME.headers(command_id), body=rest.REPORT_VOLUME.written(volume),
        )  # fmt: skip

        def answered(_answer: Response | str) -> None:
            self.actor.tell(core.Delivered(at=self._clock.now(), operator=report.operator))
            self.actor.acknowledge(command_id)

        # A market that was away for two days misses a volume; the row has it.
        self._courier.deliver("energy_market", request, answered, given_up=answered)


def seen_of(session: ocpi.Session, operator: str) -> core.Seen:
    """Return what counts of a session: energies, whether it goes on, and the car's level if told."""
    sums = [energies_of(period) for period in session.charging_periods]
    levels = [period.volume("STATE_OF_CHARGE") for period in session.charging_periods]
    known = [level for level in levels if level is not None]
    return core.Seen(
        operator=operator, charged_wh=sum(each.charged_wh for each in sums),
        discharged_wh=sum(each.discharged_wh for each in sums), active=session.status == "ACTIVE",
        soc=float(known[-1]) / 100 if known else None,
    )  # fmt: skip


def energies_of(period: ocpi.ChargingPeriod) -> core.Energies:
    """Return the energy of *period* in both directions."""
    return core.Energies(
        start=Instant(instant(period.start_date_time)),
        charged_wh=watt_hours(period.volume("ENERGY_IMPORT")),
        discharged_wh=watt_hours(period.volume("ENERGY_EXPORT")),
    )


def watt_hours(kwh: Decimal | None) -> int:
    """Return *kwh* as whole Wh, 0 where it was not measured."""
    return round((kwh or Decimal(0)) * 1000)
