"""The EMSP on the wire: REST with the web app, OCPI charge records from the EMME."""

from decimal import Decimal
from hashlib import sha256
from typing import Final

from starlette.applications import Starlette

from sterna.actors.emsp import core, records
from sterna.actors.emsp.settings import EmspSettings
from sterna.actors.emsp.statement import statement
from sterna.domain.ledger import AccountId, Party, account
from sterna.domain.settlement import Parties, Terms
from sterna.domain.tariff import EnergyPrices
from sterna.domain.wear import Chemistry, WearTerms, by_model, dearest, stated
from sterna.kernel.errors import BrokenPeer, Refused, Unreachable
from sterna.kernel.money import euros
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.kernel.records import Command
from sterna.kernel.timestamps import instant, stamp
from sterna.kernel.trace import Said
from sterna.protocols import ocpi, rest
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Request, Response
from sterna.runtime.replies import Replies
from sterna.runtime.service import Call, Service, problem
from sterna.runtime.supervisor import Supervisor

JSON: Final = ("Content-Type", "application/json")
REST_JSON: Final = ("Content-Type", rest.MEDIA_TYPE)
STAY_QUARTERS_MAX: Final = 4 * 24 * 366
"""A year of prices: longer than any stay, and a bound for a departure that nobody can mean."""
CONTRACT_WAIT_S: Final = 7200.0
"""So long after a session's end its contract may still be on its way; the sender is asked to come again."""
OCPI: Final = "ocpi "
"""What a reply's key begins with where the answer goes into OCPI's envelope."""


class Emsp:
    """The room: its actor and its messages."""

    def __init__(
        self,
        *,
        settings: EmspSettings,
        clock: Clock,
        journal: Journal,
        supervisor: Supervisor,
        courier: Courier,
    ) -> None:
        """*courier* sends in the EMSP's name (``EMSP_SYS``)."""
        self._settings = settings
        self._clock = clock
        self._courier = courier
        self._replies = Replies()
        self.actor = Actor(
            "emsp",
            core.decide,
            records.State(),
            perform=self._perform,
            clock=clock,
            journal=journal,
            supervisor=supervisor,
        )
        service = Service(self.actor.crashed)
        service.on("PUT", rest.CONTRACT.path, self._agreed)
        service.on("POST", rest.CLOSE.path, self._closed)
        service.on("PUT", rest.SEE_EARNINGS.path, self._valued)
        service.on("POST", f"{ocpi.ROOT}/cdrs", self._claimed)
        self.app: Starlette = service.app

    def start(self) -> None:
        """Recover and go on."""
        self.actor.start()

    # -- the web app ------------------------------------------------------------------------

    def _agreed(self, call: Call) -> Response:
        body = rest.CONTRACT.read(call.body)
        self.actor.tell(
            records.Agreed(
                at=self._clock.now(), session=body.session, agreement=agreement(body, self._settings)
            )
        )  # fmt: skip
        return Response(status=rest.CONTRACT.status)

    async def _closed(self, call: Call) -> Response:
        key = rest.idempotency_key(call.headers)
        body = rest.CLOSE.read(call.body)
        found = body.statistics
        if not found.intervals and (found.charged_wh or found.discharged_wh):
            raise Refused(f"{found.session}: energy without intervals cannot be priced")
        case = self.actor.state.cases.get(found.session)
        self._expect(found.session, found.end)
        starts = [found.start, *(each.start for each in found.intervals[:1])]
        began = min(*starts, case.agreement.plugged_at if case else found.start)
        waiting = self._replies.wait_for(key)
        self.actor.tell(
            records.Closed(
                at=self._clock.now(), key=key, session=found.session, measures=measures(body),
                prices=self._prices(began, found.end, max(body.departure, found.end)),
                digest=sha256(call.body).hexdigest(),
            )
        )  # fmt: skip
        return await waiting

    def _valued(self, call: Call) -> Response:
        """Tell what a running session comes to so far."""
        body = rest.SEE_EARNINGS.read(call.body)
        case = self.actor.state.cases.get(body.session)
        if case is None or body.session != call.parameters["session"]:
            return problem(404, f"there is no session {body.session}")
        until = body.intervals[-1].end if body.intervals else body.start
        first = min(body.start, case.agreement.plugged_at, *(one.start for one in body.intervals))
        measured = records.Measures(
            start=body.start, end=until, departure=body.departure, charged_wh=body.charged_wh,
            discharged_wh=body.discharged_wh, v2x=True, intervals=intervals(body.intervals),
            soc_start=share(body.soc_start), capacity_kwh=kwh(body.capacity_kwh),
        )  # fmt: skip
        prices = self._prices(first, until, max(body.departure, until))
        due, earned = core.so_far(body.session, case.agreement, measured, prices)
        told = rest.Earnings(session=body.session, until=until, due=due, earned=earned)
        return Response(status=200, headers=(REST_JSON,), body=rest.written(told))

    def _expect(self, session: str, end: Instant) -> None:
        """Raise Unreachable while the contract of *session*, which ended at *end*, may still come."""
        unknown = session not in self.actor.state.cases
        if unknown and self._clock.now() - end < CONTRACT_WAIT_S:
            raise Unreachable(f"the contract of {session} has not come yet")

    def _prices(self, start: Instant, known_until: Instant, end: Instant) -> EnergyPrices:
        """Return the public prices from *start* to *end*.

        Where none are public yet after *known_until* the last one goes on, for a comparison with what
        might have been; Unreachable when a price is missing before: it will come; Refused for a stay
        that begins before the tariff or lasts for years.
        """
        tariff = self._settings.tariff
        first = int((start - tariff.start) // tariff.step)
        needed = int((known_until - tariff.start) // tariff.step) + 1
        wanted = int((end - tariff.start) // tariff.step) + 1
        known = len(tariff.import_prices)
        if first < 0:
            raise Refused(f"there are no prices before {stamp(tariff.start)}")
        if max(needed, wanted) - first > STAY_QUARTERS_MAX:
            raise Refused("a stay of more than a year cannot be priced")
        if needed > known:
            raise Unreachable(f"there are no prices for {stamp(start)} to {stamp(known_until)}")
        more = max(0, wanted - known)
        buy, reward = tariff.import_prices, tariff.export_prices
        return EnergyPrices(
            start=Instant(tariff.start + first * tariff.step), step=tariff.step,
            import_prices=buy[first:wanted] + buy[-1:] * more,
            export_prices=reward[first:wanted] + reward[-1:] * more,
        )  # fmt: skip

    # -- the EMME ---------------------------------------------------------------------------

    async def _claimed(self, call: Call) -> Response:
        """Take a charge record; the answer stands in OCPI's envelope."""
        try:
            cdr = self._let_in(call)
            self._expect(cdr.session_id or cdr.cdr_token.uid, instant(cdr.end_date_time))
        except BrokenPeer as error:
            return self._enveloped(400, ocpi.INVALID_PARAMETERS, str(error))
        except Unreachable as error:
            return self._enveloped(503, ocpi.SERVER_ERROR, str(error))
        key = f"{OCPI}{cdr.id.lower()} {sha256(call.body).hexdigest()}"
        waiting = self._replies.wait_for(key)
        session = cdr.session_id or cdr.cdr_token.uid
        self.actor.tell(
            records.Claimed(
                at=self._clock.now(), key=key, session=session, record=record_of(cdr, call.body),
                credits_record=(cdr.credit_reference_id or "?").lower() if cdr.credit else "",
                objections=self._objections(cdr, session),
            )
        )  # fmt: skip
        return await waiting

    def _let_in(self, call: Call) -> ocpi.Cdr:
        """Return the record that a known sender sent. Raises BrokenPeer for others."""
        if ocpi.token_in(call.headers) not in self._settings.tokens:
            raise BrokenPeer("the token is unknown")
        return ocpi.read(ocpi.Cdr, call.body)

    def _objections(self, cdr: ocpi.Cdr, session: str) -> tuple[str, ...]:
        """Return what OCPI's checks have against a record; credits are the core's."""
        case = self.actor.state.cases.get(session)
        if cdr.credit or case is None:
            return ()
        known = ocpi.Known(
            session=session_of(session, cdr, case.agreement.evse), currency="EUR", now=self._clock.now(),
            token=token_of(session, self._settings, case.agreement.plugged_at),
        )  # fmt: skip
        found = [
            f"{each.code}: {each.reason}" for each in ocpi.objections(cdr, known) if each.refuses
        ]
        if not ocpi.same(cdr.cdr_location.evse_uid, case.agreement.evse):
            found.append(f"location: {cdr.cdr_location.evse_uid} is not {case.agreement.evse}")
        return tuple(found)

    def _enveloped(self, status: int, code: int, why: str) -> Response:
        now = self._clock.now()
        body = ocpi.failure(code, why, now) if why else ocpi.success(None, now)
        return Response(status=status, headers=(JSON,), body=body)

    # -- commands ---------------------------------------------------------------------------

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case records.Answer(key=key, refusal=refusal) if key.startswith(OCPI):
                self._replies.give(key, self._verdict(key, refusal))
            case records.Answer(key=key, refusal=refusal):
                self._replies.give(key, problem(409, refusal) if refusal else Response(status=204))
            case records.SendBill():
                self._send(command, command_id)
            case _:
                raise AssertionError(command)

    def _verdict(self, key: str, refusal: str) -> Response:
        if refusal:
            return self._enveloped(200, ocpi.CLIENT_ERROR, refusal)
        place = f"{self._settings.base_url}{ocpi.ROOT}/cdrs/{key.split(' ')[1]}"
        body = ocpi.success(None, self._clock.now())
        return Response(status=200, headers=(JSON, ("Location", place)), body=body)

    def _send(self, send: records.SendBill, command_id: str) -> None:
        request = Request(
            method=rest.BILL.method, path=rest.BILL.path_for(session=send.bill.session_id),
            headers=rest.BILL.headers(command_id), body=rest.BILL.written(statement(send)),
        )  # fmt: skip

        def answered(_answer: Response) -> None:
            self.actor.acknowledge(command_id)

        self._courier.deliver("session_app", request, answered)


def asked(method: str, path: str, body: bytes) -> Said | None:
    """Return what a request to the EMSP says: OCPI from the EMME, REST from the web app."""
    return ocpi.asked(method, path, body) or rest.asked(method, path, body)


def agreement(contract: rest.Contract, settings: EmspSettings) -> records.Agreement:
    """Return what is agreed with a driver who charges now."""
    terms = Terms(
        wear=wear_of(contract, settings), reward_weights=settings.reward_weights, tax_rate=settings.tax_rate,
        taxation=settings.taxation, service_fee=settings.service_fee, operator_fee=settings.operator_fee,
    )  # fmt: skip
    parties = Parties(
        driver=account(Party.DRIVER, contract.driver), seller=AccountId(settings.seller),
        beneficiary=AccountId(settings.beneficiary), emsp=AccountId(settings.emsp), cpo=AccountId(settings.cpo),
        state=AccountId(settings.state),
    )  # fmt: skip
    return records.Agreement(
        evse=contract.evse, driver=contract.driver, plugged_at=contract.plugged_at,
        charge_kw_max=Kilowatts(contract.charge_kw_max), terms=terms, parties=parties,
        round_trip=settings.round_trip, tolerance_wh=settings.tolerance_wh,
    )  # fmt: skip


def wear_of(contract: rest.Contract, settings: EmspSettings) -> WearTerms:
    """Return how wear is valued: as agreed, or by the model of the cells; unknown ones are the dearest."""
    told, celsius = contract.chemistry, settings.battery_celsius
    chemistry = dearest(celsius) if told is None else Chemistry(told)
    if settings.wear_price is None:
        return by_model(chemistry, celsius)
    return stated(settings.wear_price, chemistry)


def measures(closing: rest.Closing) -> records.Measures:
    """Return what the settlement needs of the statistics."""
    found = closing.statistics
    return records.Measures(
        start=found.start, end=found.end, departure=closing.departure, charged_wh=found.charged_wh,
        discharged_wh=found.discharged_wh, v2x=closing.v2x,
        intervals=intervals(found.intervals), capacity_kwh=kwh(found.capacity_kwh),
        soc_start=share(found.soc_start),
    )  # fmt: skip


def intervals(told: tuple[rest.EnergyInterval, ...]) -> tuple[records.Interval, ...]:
    """Return metered energies as the settlement keeps them."""
    return tuple(
        records.Interval(
            start=each.start,
            end=each.end,
            charged_wh=each.charged_wh,
            discharged_wh=each.discharged_wh,
            soc=share(each.soc),
        )
        for each in told
    )


def share(told: float | None) -> Share | None:
    """Return a state of charge that may be missing."""
    return None if told is None else Share(told)


def kwh(amount: float | None) -> KilowattHours | None:
    """Return an energy that may be missing."""
    return None if amount is None else KilowattHours(amount)


def record_of(cdr: ocpi.Cdr, document: bytes) -> records.Record:
    """Return what the settlement needs of a charge record."""
    return records.Record(
        cdr=cdr.id.lower(), charged_wh=watt_hours(cdr.summed("ENERGY_IMPORT")),
        discharged_wh=watt_hours(cdr.summed("ENERGY_EXPORT")), cost=euros(cdr.total_cost.before_taxes),
        digest=sha256(document).hexdigest(),
    )  # fmt: skip


def watt_hours(kwh: Decimal) -> int:
    """Return *kwh* as whole Wh."""
    return round(kwh * 1000)


def token_of(session: str, settings: EmspSettings, at: Instant) -> ocpi.Token:
    """Return the token under which a session was started: a pseudonym that holds for one stay."""
    return ocpi.Token(
        country_code=settings.country, party_id=settings.party, uid=session, type="APP_USER", contract_id=session,
        issuer=settings.party, valid=True, whitelist="NEVER", last_updated=stamp(at),
    )  # fmt: skip


def session_of(session: str, cdr: ocpi.Cdr, evse: str) -> ocpi.Session:
    """Return the session as the EMSP knows it, to hold a record against."""
    return ocpi.Session(
        country_code=cdr.country_code, party_id=cdr.party_id, id=session, start_date_time=cdr.start_date_time,
        kwh=cdr.total_energy, cdr_token=cdr.cdr_token, auth_method="COMMAND", location_id=cdr.cdr_location.id,
        evse_uid=evse, connector_id=cdr.cdr_location.connector_id, currency="EUR", status="COMPLETED",
        last_updated=cdr.last_updated,
    )  # fmt: skip
