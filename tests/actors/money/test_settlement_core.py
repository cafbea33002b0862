"""The settlement under any order, repetition and change of its messages; and after a crash."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from actors.money.money_chain import (
    BAY,
    EMSP,
    HOUR,
    START,
    Chain,
    closing_of,
    eur,
    record,
    run,
    update,
)
from hypothesis import given
from hypothesis import strategies as st

from sterna.actors.cpo.links import Cpo
from sterna.actors.cpo.settings import CpoSettings, Socket
from sterna.actors.emsp import core, records
from sterna.actors.emsp.links import Emsp, agreement
from sterna.actors.emsp.statement import statement
from sterna.domain.ledger import Ledger, Posting, Transaction
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.tariff import EnergyPrices
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour, cost
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command
from sterna.protocols import rest

CONTRACT = rest.Contract(
    session="ses-1", evse=BAY, driver="driver-017", plugged_at=Instant(START), v2x=True, charge_kw_max=11.0,
    departure=Instant(START + 20 * HOUR),
)  # fmt: skip
PRICES = st.integers(-50_000, 400_000)
ENERGIES = st.integers(0, 2_750)


@dataclass
class Books:
    """A state, and what its commands add up to."""

    state: records.State = field(default_factory=records.State)
    ledger: Ledger = field(default_factory=Ledger)
    bills: list[records.SendBill] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    disputes: list[str] = field(default_factory=list)

    def tell(self, event: records.TakesIn) -> None:
        self.state, commands = core.decide(self.state, event)
        self.post([each for each in commands if isinstance(each, LedgerRow)])
        self.bills += [each for each in commands if isinstance(each, records.SendBill)]
        self.refusals += [each.refusal for each in commands if isinstance(each, records.Answer) and each.refusal]  # fmt: skip
        self.disputes += [each.reason for each in commands if isinstance(each, records.DisputeRow)]

    def live(
        self, measured: records.Measures, prices: EnergyPrices, came: records.Claimed | None = None
    ) -> None:
        """Let a whole session happen; *came* instead of the record that agrees."""
        self.tell(agreed())
        self.tell(close(measured, prices))
        self.tell(came or claim(measured.charged_wh, measured.discharged_wh))

    def post(self, rows: list[LedgerRow]) -> None:
        postings = tuple(
            Posting(account=row.account, amount=MicroEuro(row.amount), what=row.what)  # type: ignore[arg-type]
            for row in rows
        )
        if rows:
            self.ledger.post(Transaction(key=rows[0].posting_key, at=rows[0].at, postings=postings))


def stay(energies: list[tuple[int, int]], prices: list[int]) -> tuple[records.Measures, EnergyPrices]:  # fmt: skip
    """Return measures and prices of a stay that moved *energies* (in, out) per quarter hour."""
    parts = tuple(
        records.Interval(
            start=Instant(START + 900 * k), end=Instant(START + 900 * (k + 1)),
            charged_wh=charged, discharged_wh=discharged,
        )
        for k, (charged, discharged) in enumerate(energies)
    )  # fmt: skip
    end = Instant(START + 900 * len(energies))
    measured = records.Measures(
        start=Instant(START), end=end, departure=end, intervals=parts, v2x=True,
        charged_wh=sum(each.charged_wh for each in parts), discharged_wh=sum(each.discharged_wh for each in parts),
    )  # fmt: skip
    buy = tuple(MicroEuroPerKilowattHour(price) for price in prices)
    reward = tuple(MicroEuroPerKilowattHour(max(0, price)) for price in prices)
    return measured, EnergyPrices(
        start=Instant(START), step=900.0, import_prices=buy, export_prices=reward  # type: ignore[arg-type]
    )  # fmt: skip


def agreed() -> records.Agreed:
    """Return the agreement of driver-017 under the usual terms."""
    return records.Agreed(at=Instant(START), session="ses-1", agreement=agreement(CONTRACT, EMSP))


def claim(charged_wh: int, discharged_wh: int, cdr: str = "cdr-1", digest: str = "") -> records.Claimed:  # fmt: skip
    """Return a charge record that asks for the agreed fee."""
    asked = records.Record(
        cdr=cdr, charged_wh=charged_wh, discharged_wh=discharged_wh, cost=cost(charged_wh, EMSP.operator_fee),
        digest=digest or cdr,
    )  # fmt: skip
    return records.Claimed(at=Instant(START), key=f"k-{cdr}", session="ses-1", record=asked)


def close(measured: records.Measures, prices: EnergyPrices, digest: str = "d") -> records.Closed:
    """Return the statistics."""
    return records.Closed(
        at=Instant(START), key="k-close", session="ses-1", measures=measured, prices=prices, digest=digest
    )  # fmt: skip


@given(st.lists(st.tuples(ENERGIES, ENERGIES), min_size=1, max_size=12), st.data())
def test_any_order_and_any_repetition_pays_once(
    energies: list[tuple[int, int]], data: st.DataObject
) -> None:
    prices = data.draw(st.lists(PRICES, min_size=len(energies) + 1, max_size=len(energies) + 1))
    measured, known = stay(energies, prices)
    told: list[records.TakesIn] = [
        close(measured, known),
        claim(measured.charged_wh, measured.discharged_wh),
    ]
    books = Books()
    books.tell(agreed())
    for event in data.draw(st.lists(st.sampled_from(told), max_size=6)):
        books.tell(event)
        assert books.ledger.total() == 0
    for event in told:
        books.tell(event)
    once = dict(books.ledger.balances)
    for event in data.draw(st.lists(st.sampled_from(told), max_size=6)):
        books.tell(event)
    assert len(books.bills) == 1
    assert books.refusals == books.disputes == []
    assert books.ledger.balances == once
    assert books.ledger.total() == 0


@given(st.lists(st.tuples(ENERGIES, ENERGIES), min_size=1, max_size=12), st.data())
def test_nobody_pays_more_than_for_charging_alone(
    energies: list[tuple[int, int]], data: st.DataObject
) -> None:
    prices = data.draw(st.lists(PRICES, min_size=len(energies) + 1, max_size=len(energies) + 1))
    measured, known = stay(energies, prices)
    books = Books()
    books.live(measured, known)
    (sent,) = books.bills
    assert sent.bill.paid + sent.bill.wear_cost <= sent.bill.charge_only
    shown = statement(sent)
    assert sum(line.amount for line in shown.lines if line.payable) == shown.total
    assert books.ledger.balance(agreed().agreement.parties.driver) == -shown.total
    assert rest.BILL.read(rest.written(shown)) == shown


@given(st.integers(-5_000, 5_000).filter(lambda wh: abs(wh) > EMSP.tolerance_wh), st.booleans())
def test_a_record_that_disagrees_never_pays(more: int, record_first: bool) -> None:  # noqa: FBT001  # drawn
    measured, known = stay([(8000, 0), (0, 6000)], [100_000] * 3)
    told: list[records.TakesIn] = [close(measured, known), claim(8000, 6000 + more)]
    books = Books()
    books.tell(agreed())
    for event in reversed(told) if record_first else told:
        books.tell(event)
    assert books.bills == []
    assert books.ledger.entries == {}
    assert len(books.disputes) == 1
    books.tell(claim(8000, 6000, cdr="cdr-2"))
    assert len(books.bills) == 1


def test_a_credit_takes_back_only_what_is_disputed() -> None:
    measured, known = stay([(8000, 0)], [100_000] * 2)
    books = Books()
    books.live(measured, known, claim(9000, 0))
    credit = claim(9000, 0, cdr="credit-1")
    books.tell(msgspec.structs.replace(credit, credits_record="cdr-1"))
    assert len(books.refusals) == 1, "the wrong record, not its credit"
    books.tell(claim(8000, 0, cdr="cdr-2"))
    assert len(books.bills) == 1
    other = claim(8000, 0, cdr="credit-2")
    books.tell(msgspec.structs.replace(other, credits_record="cdr-2"))
    assert books.refusals[-1] == "cdr-2 is not disputed: nothing to take back"


def test_the_driver_may_agree_anew_until_the_session_is_over() -> None:
    books = Books()
    measured, known = stay([(8000, 0)], [100_000] * 2)
    later = msgspec.structs.replace(CONTRACT, driver="driver-018")
    books.tell(agreed())
    books.tell(msgspec.structs.replace(agreed(), agreement=agreement(later, EMSP)))
    books.tell(close(measured, known))
    books.tell(agreed())
    books.tell(claim(8000, 0))
    assert "driver/driver-018" in books.ledger.balances
    assert "driver/driver-017" not in books.ledger.balances


@pytest.mark.req("ROLE-EMSP", "BR-P-04", "BR-P-06")
def test_all_money_goes_through_the_emsp_and_the_cents_add_up() -> None:
    measured, known = stay([(20_000, 0), (0, 10_000)], [100_000, 300_000, 0])
    books = Books()
    books.live(measured, known)
    flows = {
        (posting.account, posting.what, posting.amount)
        for posting in books.ledger.lines()
        if posting.account in ("emsp", "cpo")
    }
    assert ("emsp", "energy", 2_000_000) in flows
    assert ("emsp", "energy", -2_000_000) in flows
    assert ("emsp", "operator", -600_000) in flows
    assert ("cpo", "operator", 600_000) in flows
    # In: driver's part, operator's fee and reward; what stays is the service fee and 20 % of 3 EUR.
    assert books.ledger.balance(agreed().agreement.parties.emsp) == 500_000 + 600_000


def test_objections_of_the_protocol_are_disputes() -> None:
    books = Books()
    books.tell(agreed())
    books.tell(msgspec.structs.replace(claim(1, 0), objections=("currency: USD instead of EUR",)))
    assert books.disputes == books.refusals == ["currency: USD instead of EUR"]


def test_every_event_and_command_survives_the_journal() -> None:
    measured, known = stay([(8000, 100)], [100_000] * 2)
    events: tuple[Any, ...] = (agreed(), close(measured, known), claim(8000, 100))
    for event in events:
        kind: Any = type(event)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=kind) == event
    books = Books()
    books.live(measured, known)
    command: Command = books.bills[0]
    kept = msgspec.msgpack.encode(command)
    assert msgspec.msgpack.decode(kept, type=records.SendBill) == command
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(books.state), type=records.State)
    assert state == books.state


def test_after_a_crash_between_record_and_statistics_the_session_is_still_settled() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.charge()
        await chain.later(5)
        chain.emsp = Emsp(
            settings=EMSP, clock=chain.ports.clock, journal=chain.ports.journal, supervisor=chain.ports.supervisor,
            courier=chain.ports.courier("EMSP_SYS"),
        )  # fmt: skip
        chain.emsp.start()
        chain.host_emsp()
        await chain.close()
        await chain.charge()
        await chain.later(5)
        assert len(chain.bills()) == 1
        assert chain.balances()["driver/driver-017"] == -eur("0.50")

    run(work)


def test_a_bill_that_was_not_taken_is_sent_again_after_a_crash() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        chain.ports.directory.remove("session_app")
        await chain.close()
        await chain.charge()
        await chain.later(5)
        assert chain.bills() == []
        chain.host_webapp()
        emsp = Emsp(
            settings=EMSP, clock=chain.ports.clock, journal=chain.ports.journal, supervisor=chain.ports.supervisor,
            courier=chain.ports.courier("EMSP_SYS"),
        )  # fmt: skip
        emsp.start()
        await chain.later(2)
        assert [bill.total for bill in chain.bills()] == [eur("0.50")]

    run(work)


def test_an_operator_that_comes_back_still_knows_its_records() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        await chain.send("CSMS", "cpo", rest.UPDATE_SESSION, update(900.0, 10, 0), key="u")
        await chain.charge()
        await chain.later(5)
        chain.cpo = Cpo(
            settings=CpoSettings(sockets=(Socket(evse=BAY),)), clock=chain.ports.clock, journal=chain.ports.journal,
            supervisor=chain.ports.supervisor, courier=chain.ports.courier("CSOS"),
        )  # fmt: skip
        chain.cpo.start()
        chain.host_cpo()
        assert await chain.charge() == 204
        assert await chain.charge(record(charged_wh=1)) == 409
        assert len(chain.cpo.actor.state.sessions) == 1
        await chain.later(5)
        assert len(chain.bills()) == 1

    run(work)


def test_statistics_without_intervals_or_without_session_are_refused() -> None:
    async def work(chain: Chain) -> None:
        await chain.later(3 * HOUR)
        assert await chain.close() == 409, "nobody agreed to it, and nobody will any more"
        await chain.agree()
        closing = closing_of(record())
        bare = msgspec.structs.replace(
            closing, statistics=msgspec.structs.replace(closing.statistics, intervals=())
        )
        assert await chain.close(bare) == 409

    run(work)


def test_prices_that_are_not_public_yet_are_waited_for() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        made = record()
        late = msgspec.structs.replace(
            made, start=Instant(START + 30 * HOUR), end=Instant(START + 50 * HOUR),
            intervals=tuple(
                msgspec.structs.replace(each, start=Instant(each.start + 30 * HOUR), end=Instant(each.end + 30 * HOUR))
                for each in made.intervals
            ),
        )  # fmt: skip
        assert await chain.close(closing_of(late)) == 503

    run(work)


def test_a_departure_beyond_the_public_prices_is_compared_with_the_last_one() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        closing = closing_of(record())
        far = msgspec.structs.replace(closing, departure=Instant(START + 90 * HOUR))
        assert await chain.close(far) == 204
        await chain.charge()
        await chain.later(5)
        assert [bill.total for bill in chain.bills()] == [eur("0.50")]

    run(work)
