"""The bill of a session with V2B, and the one transaction that pays it.

The driver's lines (positive is paid by the driver, negative is received):

    energy      sum over intervals of charged Wh * import price             to the seller
    service     a fee per session, as agreed                                to the EMSP
    operator    fee per kWh charged                                         to the CPO
    tax         base * rate, base by the country's taxation                 to the state
    reward      - the driver's part of  sum of discharged Wh * reward price
    wear        - what discharging cost the battery: by its model, against charging on arrival, or
                  by a price for the extra throughput, metered at the EVSE
    guarantee   - what is missing to the promise below; 0 as a rule

The reward is split among driver, EMSP and CPO by fixed weights, to the last
micro-euro. Wear is a line of its own and never hidden in the split. Both, and
the guarantee, are paid by the beneficiary, who used the energy.

The promise: nobody pays more with V2X than for charging alone, wear included.

    earned = charge-only cost - (paid + wear cost)  >= 0

Charge-only is the counterfactual in which the same net energy is bought from
arrival on at full power, at the prices of those times, with the same fees and
taxes. Where the sum would come out below zero the guarantee line lifts it to zero,
so that "paid = charge-only - earned - wear" holds for every session, and what is
shown is what the ledger says. Energy that left the car for good (it departs
emptier than it came) is valued at the mean import price of the stay, as what it
costs to buy it back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from sterna.domain.ledger import AccountId, Posting, Transaction
from sterna.domain.tariff import QUARTER, Taxation, energy_tax
from sterna.domain.wear import WearTerms, extra_throughput, wear_cost
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour, cost, split
from sterna.kernel.quantities import (
    NO_ENERGY,
    SECONDS_PER_HOUR,
    Instant,
    Kilowatts,
    Share,
    WattHours,
)

USER_SHARE: Final = (70, 30, 0)
"""Default split of a reward: driver, EMSP, CPO."""


class Kind(StrEnum):
    """What a line of the bill is for."""

    ENERGY = "energy"
    SERVICE = "service"
    OPERATOR = "operator"
    TAX = "tax"
    REWARD = "reward"
    WEAR = "wear"
    GUARANTEE = "guarantee"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredInterval:
    """One interval at the EVSE's meter with the prices that held in it."""

    charged_wh: WattHours
    discharged_wh: WattHours = NO_ENERGY
    price: MicroEuroPerKilowattHour
    """What a charged kWh costs the driver."""
    reward_price: MicroEuroPerKilowattHour = MicroEuroPerKilowattHour(0)  # an int
    """What a discharged kWh brings, before the split."""

    def __post_init__(self) -> None:
        """Check the magnitudes; a reward below zero would be a fine."""
        assert self.charged_wh >= 0, self
        assert self.discharged_wh >= 0, self
        assert self.reward_price >= 0, self


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed before the session."""

    wear: WearTerms
    reward_weights: tuple[int, int, int] = USER_SHARE
    """Parts of the reward for driver, EMSP and CPO."""
    tax_rate: MicroEuroPerKilowattHour = MicroEuroPerKilowattHour(0)  # an int
    taxation: Taxation = Taxation.SINGLE
    service_fee: MicroEuro = MicroEuro(0)  # an int
    """Per session that moved energy."""
    operator_fee: MicroEuroPerKilowattHour = MicroEuroPerKilowattHour(0)  # an int
    """Per kWh charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whose accounts a session's money flows between."""

    driver: AccountId
    seller: AccountId
    """Who sells the charged energy: at Porto the building, behind whose meter the EVSEs are."""
    beneficiary: AccountId
    """Who used the discharged energy and pays reward, wear and guarantee."""
    emsp: AccountId
    cpo: AccountId
    state: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the bill; *amount* is positive when the driver pays."""

    kind: Kind
    base_wh: WattHours
    """The energy that the amount is computed from; 0 where it is none."""
    amount: MicroEuro


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What the driver sees after the session."""

    session_id: str
    lines: tuple[Line, ...]
    charge_only: MicroEuro
    """What charging alone would have cost."""
    wear_cost: MicroEuro
    """What V2X cost the driver's battery, never negative; compensated by the wear line."""
    reward_split: tuple[MicroEuro, ...]
    """The reward as paid to driver, EMSP and CPO."""

    @property
    def paid(self) -> MicroEuro:
        """What the driver pays altogether; negative when the driver receives money."""
        return MicroEuro(sum(line.amount for line in self.lines))

    @property
    def earned(self) -> MicroEuro:
        """What taking part was worth to the driver, wear included; never negative."""
        return MicroEuro(self.charge_only - self.paid - self.wear_cost)

    def amount(self, kind: Kind) -> MicroEuro:
        """Return the amount of the line *kind*, 0 when the bill has none."""
        return MicroEuro(sum(line.amount for line in self.lines if line.kind is kind))


def charge_only_need(charged: WattHours, discharged: WattHours, round_trip: Share) -> int:
    """Return the Wh that charging alone would have drawn to end with the same stored energy.

    charged - discharged / round_trip, both at the meter, *round_trip* from meter
    to meter. Negative when the car leaves with less than it brought.
    """
    assert 0 < round_trip <= 1, round_trip
    # Rounded down: the smaller need is the cheaper counterfactual, in the driver's favour.
    return charged - ceil(discharged / round_trip)


def charge_on_arrival(
    *,
    plugged: Instant,
    departure: Instant,
    need: WattHours,
    power: Kilowatts,
    price_at: Callable[[Instant], MicroEuroPerKilowattHour],
) -> tuple[MeteredInterval, ...]:
    """Return how *need* Wh would have been bought from *plugged* on at constant *power*.

    Split at the quarters of an hour, because prices change there. What does not
    fit in before *departure* is not bought.
    """
    assert power > 0, power
    found: list[MeteredInterval] = []
    bought, at = 0, plugged
    while bought < need and at < departure:
        until = min(Instant((at // QUARTER + 1) * QUARTER), departure)
        so_far = round(power * 1000 * (until - plugged) / SECONDS_PER_HOUR)
        total = min(need, so_far)
        found.append(MeteredInterval(charged_wh=WattHours(total - bought), price=price_at(at)))
        bought, at = total, until
    return tuple(found)


def settle(
    *,
    session_id: str,
    intervals: Sequence[MeteredInterval],
    charge_only: Sequence[MeteredInterval],
    given_away: WattHours = NO_ENERGY,
    worn: MicroEuro | None = None,
    terms: Terms,
) -> Bill:
    """Return the bill of a session from its metered *intervals*.

    *charge_only* is the counterfactual of :func:`charge_on_arrival`; *given_away*
    the Wh by which the car leaves emptier than it came (a negative need, as a
    magnitude). *worn* is what discharging cost the battery by its model, >= 0; None where the
    battery's course is not known or a price was agreed: then the extra throughput is priced.
    """
    assert worn is None or worn >= 0, worn
    charged = _charged(intervals)
    discharged = WattHours(sum(each.discharged_wh for each in intervals))
    pool = sum(cost(each.discharged_wh, each.reward_price) for each in intervals)
    rewards = split(pool, terms.reward_weights)
    # Without discharging there is no wear beyond charging, whatever the counterfactual says.
    plain = _charged(charge_only) if discharged else charged
    if worn is None or not discharged:
        worn = wear_cost(terms.wear, extra_throughput(charged, discharged, plain))
    lines = [
        *_charging(intervals, discharged, terms),
        Line(kind=Kind.REWARD, base_wh=discharged, amount=MicroEuro(-rewards[0])),
        Line(kind=Kind.WEAR, base_wh=discharged, amount=MicroEuro(-worn)),
    ]
    compared = _compared(intervals, charge_only, given_away, terms)
    missing = sum(line.amount for line in lines) + worn - compared
    lines.append(Line(kind=Kind.GUARANTEE, base_wh=NO_ENERGY, amount=MicroEuro(-max(0, missing))))
    return Bill(
        session_id=session_id,
        lines=tuple(line for line in lines if line.amount != 0),
        charge_only=compared,
        wear_cost=worn,
        reward_split=rewards,
    )


def _charged(intervals: Sequence[MeteredInterval]) -> WattHours:
    return WattHours(sum(each.charged_wh for each in intervals))


def _charging(
    intervals: Sequence[MeteredInterval], discharged: WattHours, terms: Terms
) -> tuple[Line, ...]:
    """Return the lines that charging alone has too: energy, fees, tax."""
    charged = _charged(intervals)
    tax = energy_tax(
        charged=charged, discharged=discharged, rate=terms.tax_rate, taxation=terms.taxation
    )
    energy = sum(cost(each.charged_wh, each.price) for each in intervals)
    service = terms.service_fee if charged or discharged else 0
    return (
        Line(kind=Kind.ENERGY, base_wh=charged, amount=MicroEuro(energy)),
        Line(kind=Kind.SERVICE, base_wh=NO_ENERGY, amount=MicroEuro(service)),
        Line(kind=Kind.OPERATOR, base_wh=charged, amount=cost(charged, terms.operator_fee)),
        Line(kind=Kind.TAX, base_wh=tax.base_wh, amount=tax.amount),
    )


def _compared(
    intervals: Sequence[MeteredInterval],
    charge_only: Sequence[MeteredInterval],
    given_away: WattHours,
    terms: Terms,
) -> MicroEuro:
    """Return the charge-only cost, less the worth of the energy that left the car for good."""
    alone = sum(line.amount for line in _charging(charge_only, NO_ENERGY, terms))
    prices = [each.price for each in intervals]
    mean = round(sum(prices) / len(prices)) if prices else 0
    return MicroEuro(alone - cost(given_away, mean))


def bill_transaction(bill: Bill, parties: Parties, at: Instant) -> Transaction:
    """Return the one transaction that pays *bill*, keyed by its session.

    The driver's postings are the bill's lines with the sign turned, so that the
    ledger says what the bill shows.
    """
    payees = {
        Kind.ENERGY: parties.seller,
        Kind.SERVICE: parties.emsp,
        Kind.OPERATOR: parties.cpo,
        Kind.TAX: parties.state,
        Kind.REWARD: parties.beneficiary,
        Kind.WEAR: parties.beneficiary,
        Kind.GUARANTEE: parties.beneficiary,
    }
    postings: list[Posting] = []
    for line in bill.lines:
        postings += _moved(parties.driver, payees[line.kind], line.amount, line.kind)
    for partner, part in zip((parties.emsp, parties.cpo), bill.reward_split[1:], strict=True):
        if part:
            postings += _moved(parties.beneficiary, partner, part, Kind.REWARD)
    return Transaction(key=f"bill:{bill.session_id}", at=at, postings=tuple(postings))


def _moved(
    payer: AccountId, payee: AccountId, amount: MicroEuro, what: str
) -> tuple[Posting, Posting]:
    return (
        Posting(account=payer, amount=MicroEuro(-amount), what=str(what)),
        Posting(account=payee, amount=amount, what=str(what)),
    )


def parking_fee(stay_seconds: float, *, per_hour: MicroEuro, at_most: MicroEuro) -> MicroEuro:
    """Return the fee for the slot: every started hour, up to *at_most* for the whole stay.

    It is a document of its own, billed by the parking manager, and no part of
    the energy bill.
    """
    started = ceil(max(0.0, stay_seconds) / SECONDS_PER_HOUR)
    return MicroEuro(min(started * per_hour, at_most))
