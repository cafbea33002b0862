"""Money is neither made nor lost, nobody pays twice, and taking part never costs the driver."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.ledger import (
    CONTRADICTIONS_MAX,
    Ledger,
    Party,
    Posting,
    Transaction,
    account,
    payment,
)
from sterna.domain.settlement import (
    Bill,
    Kind,
    MeteredInterval,
    Parties,
    Terms,
    bill_transaction,
    charge_on_arrival,
    charge_only_need,
    parking_fee,
    settle,
)
from sterna.domain.tariff import Taxation
from sterna.domain.wear import Chemistry, by_model, stated
from sterna.kernel.errors import Refused
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour, euros
from sterna.kernel.quantities import Instant, Kilowatts, Share, WattHours

DRIVER = account(Party.DRIVER, "driver-001")
PARTIES = Parties(
    driver=DRIVER,
    seller=account(Party.BUILDING, "porto"),
    beneficiary=account(Party.BUILDING, "porto"),
    emsp=account(Party.EMSP),
    cpo=account(Party.CPO),
    state=account(Party.STATE),
)
NOON = Instant(1_782_907_200.0)


def eur_per_kwh(amount: str) -> MicroEuroPerKilowattHour:
    return MicroEuroPerKilowattHour(euros(amount))


def moved(charged: int, discharged: int, price: str, reward: str = "0") -> MeteredInterval:
    return MeteredInterval(
        charged_wh=WattHours(charged),
        discharged_wh=WattHours(discharged),
        price=eur_per_kwh(price),
        reward_price=eur_per_kwh(reward),
    )


def intervals() -> st.SearchStrategy[MeteredInterval]:
    return st.builds(
        lambda charged, discharged, price, reward: MeteredInterval(
            charged_wh=WattHours(charged),
            discharged_wh=WattHours(discharged),
            price=MicroEuroPerKilowattHour(price),
            reward_price=MicroEuroPerKilowattHour(reward),
        ),
        st.integers(0, 5000),
        st.integers(0, 5000),
        st.integers(-50_000, 1_000_000),
        st.integers(0, 1_000_000),
    )


def all_terms() -> st.SearchStrategy[Terms]:
    return st.builds(
        lambda wear, weights, rate, taxation, service, operator: Terms(
            wear=by_model(wear),
            reward_weights=weights,
            tax_rate=MicroEuroPerKilowattHour(rate),
            taxation=taxation,
            service_fee=MicroEuro(service),
            operator_fee=MicroEuroPerKilowattHour(operator),
        ),
        st.sampled_from(Chemistry),
        st.tuples(st.integers(1, 100), st.integers(0, 100), st.integers(0, 100)),
        st.integers(0, 100_000),
        st.sampled_from(Taxation),
        st.integers(0, 1_000_000),
        st.integers(0, 100_000),
    )


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    return settle(
        session_id="ses-1",
        intervals=draw(st.lists(intervals(), max_size=20)),
        charge_only=draw(st.lists(intervals(), max_size=20)),
        given_away=WattHours(draw(st.integers(0, 20_000))),
        worn=draw(st.none() | st.integers(0, 2_000_000).map(MicroEuro)),
        terms=draw(all_terms()),
    )


@pytest.mark.req("CH-INCENT")
@given(bills())
def test_nobody_pays_more_for_taking_part_than_for_charging_alone(bill: Bill) -> None:
    assert bill.paid + bill.wear_cost <= bill.charge_only
    assert bill.earned >= 0
    assert bill.paid == bill.charge_only - bill.earned - bill.wear_cost
    assert bill.amount(Kind.REWARD) <= 0
    assert -bill.amount(Kind.REWARD) - bill.amount(Kind.WEAR) - bill.wear_cost >= 0


@given(bills())
def test_what_the_bill_shows_is_what_the_ledger_says(bill: Bill) -> None:
    ledger = Ledger()
    ledger.post(bill_transaction(bill, PARTIES, NOON))
    assert ledger.balance(DRIVER) == -bill.paid
    assert ledger.total() == 0
    shown = {line.kind: -line.amount for line in bill.lines}
    paid = {posting.what: posting.amount for posting in ledger.lines(DRIVER)}
    assert paid == shown


@given(bills())
def test_the_parts_of_a_reward_are_the_reward(bill: Bill) -> None:
    assert all(part >= 0 for part in bill.reward_split)
    assert bill.reward_split[0] == -bill.amount(Kind.REWARD)
    ledger = Ledger()
    ledger.post(bill_transaction(bill, PARTIES, NOON))
    flows = ledger.flows()
    rewards = [flows.get((party, "reward"), 0) for party in ("driver", "emsp", "cpo")]
    assert sum(rewards) == sum(bill.reward_split) == -flows.get(("building", "reward"), 0)


def test_a_bill_can_be_reckoned_by_hand() -> None:
    bill = settle(
        session_id="ses-1",
        intervals=[
            moved(20_000, 0, "0.10"),
            moved(0, 10_000, "0.30", "0.30"),
        ],
        charge_only=[moved(9_000, 0, "0.18")],
        terms=Terms(
            wear=stated(eur_per_kwh("0.05"), Chemistry.NMC),
            tax_rate=eur_per_kwh("0.0227"),
            service_fee=euros("0.50"),
            operator_fee=eur_per_kwh("0.02"),
        ),
    )
    shown = {line.kind: line.amount for line in bill.lines}
    assert shown == {
        Kind.ENERGY: euros("2.00"),
        Kind.SERVICE: euros("0.50"),
        Kind.OPERATOR: euros("0.40"),
        Kind.TAX: euros("0.227"),
        Kind.REWARD: euros("-2.10"),
        Kind.WEAR: euros("-0.525"),  # 21 kWh beyond the 9 of charging alone, 0.025 each
    }
    assert bill.charge_only == euros("1.62") + euros("0.50") + euros("0.18") + euros("0.2043")
    assert bill.reward_split == (euros("2.10"), euros("0.90"), 0)
    tax = next(line for line in bill.lines if line.kind is Kind.TAX)
    assert tax.base_wh == 10_000


def test_the_guarantee_makes_up_for_a_bad_deal() -> None:
    bill = settle(
        session_id="ses-1",
        intervals=[moved(20_000, 10_000, "1.00", "0.01")],
        charge_only=[moved(10_000, 0, "0.10")],
        terms=Terms(wear=by_model(Chemistry.NMC)),
    )
    assert bill.earned == 0
    assert bill.amount(Kind.GUARANTEE) == -(20_000_000 - 70_000 - 1_000_000)


@pytest.mark.req("P-STEP-3.1")
def test_who_declines_v2b_has_no_reward_line_and_no_wear() -> None:
    bill = settle(
        session_id="ses-1",
        intervals=[moved(9_000, 0, "0.10", "0.30")],
        charge_only=[moved(8_000, 0, "0.18")],
        terms=Terms(wear=by_model(Chemistry.NMC)),
    )
    assert [line.kind for line in bill.lines] == [Kind.ENERGY]
    assert bill.wear_cost == 0


def test_energy_that_left_for_good_is_paid_for() -> None:
    bill = settle(
        session_id="ses-1",
        intervals=[moved(0, 5_000, "0.20", "0.10"), moved(0, 0, "0.30")],
        charge_only=[],
        given_away=WattHours(6_000),
        terms=Terms(wear=by_model(Chemistry.LFP)),
    )
    assert bill.charge_only == -euros("1.50")
    assert bill.paid <= -euros("1.50") - bill.wear_cost


def test_a_session_without_energy_costs_nothing() -> None:
    terms = Terms(wear=by_model(Chemistry.NMC), service_fee=euros(1))
    bill = settle(session_id="ses-1", intervals=[], charge_only=[], terms=terms)
    assert (bill.lines, bill.paid, bill.earned) == ((), 0, 0)


@given(st.floats(0, 100_000), st.integers(0, 50_000), st.floats(0.5, 22), st.floats(0, 200_000))
def test_charging_on_arrival_buys_the_need_and_no_more(
    plugged: float, need: int, power: float, stay: float
) -> None:
    bought = charge_on_arrival(
        plugged=Instant(plugged),
        departure=Instant(plugged + stay),
        need=WattHours(need),
        power=Kilowatts(power),
        price_at=lambda _: MicroEuroPerKilowattHour(1),
    )
    total = sum(each.charged_wh for each in bought)
    assert total == min(need, round(power * 1000 * stay / 3600))
    assert all(each.charged_wh <= power * 250 + 1 for each in bought)


def test_charging_on_arrival_pays_the_prices_of_its_quarters() -> None:
    bought = charge_on_arrival(
        plugged=Instant(600),
        departure=Instant(7200),
        need=WattHours(4000),
        power=Kilowatts(12),
        price_at=lambda at: MicroEuroPerKilowattHour(int(at)),
    )
    assert [(each.charged_wh, each.price) for each in bought] == [(1000, 600), (3000, 900)]


@pytest.mark.parametrize(
    ("charged", "discharged", "need"),
    [(20_000, 0, 20_000), (20_000, 9_025, 10_000), (0, 9025, -10_000)],
)
def test_the_need_is_what_would_have_been_drawn_without_discharging(
    charged: int, discharged: int, need: int
) -> None:
    round_trip = Share(0.9025)
    assert charge_only_need(WattHours(charged), WattHours(discharged), round_trip) == need


@pytest.mark.parametrize(("seconds", "fee"), [(0, 0), (1, 2), (3600, 2), (3601, 4), (10**7, 40)])
def test_parking_is_paid_by_the_started_hour(seconds: float, fee: int) -> None:
    assert parking_fee(seconds, per_hour=euros(2), at_most=euros(40)) == euros(fee)


def pay(key: str, amount: int, at: float = 0) -> Transaction:
    return payment(
        key,
        Instant(at),
        payer=account(Party.DSO),
        payee=DRIVER,
        amount=MicroEuro(amount),
        what="reward",
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1000), st.floats(0, 9)), max_size=40))
def test_any_replay_pays_once_and_the_ledger_stays_at_zero(
    messages: list[tuple[int, int, float]],
) -> None:
    ledger, first = Ledger(), dict[int, int]()
    for key, amount, at in messages:
        message = pay(str(key), amount, at)
        if first.setdefault(key, amount) == amount:
            assert ledger.post(message).same_body(message)
        else:
            with pytest.raises(Refused):
                ledger.post(message)
            assert ledger.contradictions[-1] == message
        assert ledger.total() == 0
        assert ledger.balance(DRIVER) == sum(first.values())
        assert ledger.party(Party.DSO) == -sum(first.values())


def test_a_storm_of_changed_replays_is_refused_and_bounded() -> None:
    ledger = Ledger()
    ledger.post(pay("a", 1))
    for amount in range(2, CONTRADICTIONS_MAX + 10):
        with pytest.raises(Refused, match="posted before"):
            ledger.post(pay("a", amount))
    assert len(ledger.contradictions) == CONTRADICTIONS_MAX


def test_money_cannot_be_made() -> None:
    with pytest.raises(AssertionError):
        Transaction(
            key="a",
            at=NOON,
            postings=(Posting(account=DRIVER, amount=MicroEuro(1), what="reward"),),
        )


def test_an_account_without_postings_is_at_zero() -> None:
    assert Ledger().balance(DRIVER) == 0
    assert list(Ledger().lines()) == []
