"""The EMSP's settlement, pure: statistics and charge record meet, agree, and pay once.

A session is settled when both are there and say the same. A record that says something
else is disputed with the reason and waits for a corrected one; whatever is sent again
changes nothing, and whatever is sent again in another form is refused and reported.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Any, Final

import msgspec

from sterna.actors.emsp.records import (
    Agreed,
    Agreement,
    Answer,
    BillRow,
    Case,
    Claimed,
    Closed,
    DisputeRow,
    Measures,
    Record,
    SendBill,
    State,
    TakesIn,
    WearRow,
)
from sterna.domain.ledger import AccountId, Posting, Transaction
from sterna.domain.ledger_rows import rows
from sterna.domain.settlement import (
    Bill,
    Kind,
    MeteredInterval,
    bill_transaction,
    charge_on_arrival,
    charge_only_need,
    settle,
)
from sterna.domain.tariff import EnergyPrices
from sterna.domain.wear import Receipt, assessed
from sterna.kernel.money import MicroEuro, cost
from sterna.kernel.quantities import Instant, Kilowatts, Seconds, WattHours
from sterna.kernel.records import Command, Woke

CASES_MAX: Final = 20_000
"""Cases and records kept for repetitions: months of a site; the rows have the older ones."""
STAY_LEAST_S: Final = 1.0
"""In less no battery ages; a site that tells of such a stay is paid by throughput."""
CENT: Final = 10_000
"""Micro-euro. Operators round their records to cents."""


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Agreed():
            return state, agreed(state, event)
        case Closed():
            return state, closed(state, event)
        case Claimed():
            return state, claimed(state, event)
        case Woke():
            return state, ()


def agreed(state: State, event: Agreed) -> Sequence[Command]:
    """Open the case; until it is closed the driver may agree anew."""
    case = state.cases.get(event.session)
    if case is None:
        remember(state.cases, event.session, Case(agreement=event.agreement))
    elif case.measures is None:
        case.agreement = event.agreement
    return ()


def closed(state: State, event: Closed) -> Sequence[Command]:
    """Take the statistics, once."""
    case = state.cases.get(event.session)
    if case is None:
        return (Answer(key=event.key, refusal=f"there is no session {event.session}"),)
    if case.measures is not None:
        if case.statistics_digest == event.digest:
            return (Answer(key=event.key),)
        return refuse(event, event.session, event.session, "other statistics were taken before")
    case.measures, case.prices = event.measures, event.prices
    case.statistics_digest = event.digest
    flagged: Sequence[Command] = ()
    if event.measures.discharged_wh and not event.measures.v2x:
        # Paid all the same: it is not the driver who has to explain it.
        flagged = (dispute(event, event.session, event.session, "discharged without consent"),)
    return (Answer(key=event.key), *flagged, *settled_if_complete(state, event.session, event.at))


def claimed(state: State, event: Claimed) -> Sequence[Command]:
    """Take a charge record, or say why not."""
    cdr = event.record.cdr
    first = state.seen.get(cdr)
    if first is not None and first != event.record.digest:
        return refuse(event, cdr, event.session, "it came before with another content")
    if first is not None:
        return (Answer(key=event.key, refusal=state.refused.get(cdr, "")),)
    reason = why_not(state, event)
    remember(state.seen, cdr, event.record.digest)
    if reason:
        remember(state.refused, cdr, reason)
        return refuse(event, cdr, event.session, reason)
    if event.credits_record:
        return (Answer(key=event.key),)
    case = state.cases[event.session]
    case.record = event.record
    return (Answer(key=event.key), *settled_if_complete(state, event.session, event.at))


def why_not(state: State, event: Claimed) -> str:
    """Return why a record cannot be taken, or nothing."""
    if event.credits_record:
        disputed = event.credits_record in state.refused
        return "" if disputed else f"{event.credits_record} is not disputed: nothing to take back"
    if event.objections:
        return "; ".join(event.objections)
    case = state.cases.get(event.session)
    if case is None:
        return f"there is no session {event.session}"
    if case.record is not None:
        return f"session {event.session} has the record {case.record.cdr} already"
    return disagreement(case, event.record) if case.measures is not None else ""


def disagreement(case: Case, record: Record) -> str:
    """Return in what *record* differs from what was measured and agreed, or nothing."""
    measured = case.measures
    assert measured is not None
    ours = (measured.charged_wh, measured.discharged_wh)
    theirs = (record.charged_wh, record.discharged_wh)
    if any(
        abs(one - other) > case.agreement.tolerance_wh
        for one, other in zip(ours, theirs, strict=True)
    ):
        return f"energies: it says {theirs} Wh in and out, the site measured {ours}"
    due = cost(measured.charged_wh, case.agreement.terms.operator_fee)
    if abs(record.cost - due) > CENT:
        return f"price: it asks {record.cost} micro-euro, agreed is {due}"
    return ""


def refuse(event: Claimed | Closed, subject: str, session: str, reason: str) -> tuple[Command, ...]:
    """Say no and report it."""
    return (Answer(key=event.key, refusal=reason), dispute(event, subject, session, reason))


def dispute(event: Claimed | Closed, subject: str, session: str, reason: str) -> DisputeRow:
    """Return the row that a person will look at."""
    return DisputeRow(subject=subject, reason=reason, session=session, at=event.at)


def settled_if_complete(state: State, session: str, at: Instant) -> Sequence[Command]:
    """Settle a session when both sides are there and agree; a record that disagrees is disputed."""
    case = state.cases[session]
    if case.settled or case.measures is None or case.record is None:
        return ()
    record = case.record
    reason = disagreement(case, record)
    if reason:
        case.record = None
        remember(state.refused, record.cdr, reason)
        return (DisputeRow(subject=record.cdr, reason=reason, session=session, at=at),)
    receipt = worn(session, case)
    bill = billed(session, case, receipt)
    case.settled = True
    paid = by_way_of(
        case.agreement.parties.emsp, bill_transaction(bill, case.agreement.parties, at)
    )
    return (
        *rows(paid),
        bill_row(bill, case, record.cdr, at),
        *(() if receipt is None else (wear_row(receipt, at),)),
        SendBill(cdr=record.cdr, bill=bill, terms=case.agreement.terms, receipt=receipt),
    )


def by_way_of(emsp: AccountId, bill: Transaction) -> Transaction:
    """Return *bill* with every payment going through the EMSP, the only one all the others deal with.

    Nobody's balance changes by it. The postings come in pairs: who pays, who receives.
    """
    postings: list[Posting] = []
    for one, other in zip(bill.postings[::2], bill.postings[1::2], strict=True):
        payer, payee = (one, other) if one.amount < 0 else (other, one)
        postings.append(payer)
        if emsp not in (payer.account, payee.account):
            postings.append(replace(payee, account=emsp))
            postings.append(replace(payer, account=emsp))
        postings.append(payee)
    return replace(bill, postings=tuple(postings))


def worn(session: str, case: Case) -> Receipt | None:
    """Return what discharging cost the battery by its model.

    None where the car did not discharge, a price was agreed, or its state of charge is not known.
    """
    measured, agreement = case.measures, case.agreement
    assert measured is not None
    terms = agreement.terms.wear
    if not measured.discharged_wh or terms.agreed is not None:
        return None
    if measured.soc_start is None or not measured.capacity_kwh or agreement.charge_kw_max <= 0:
        return None
    start = measured.intervals[0].start
    told = [
        (Seconds(each.end - start), each.soc) for each in measured.intervals if each.soc is not None
    ]
    if not told or told[-1][0] < STAY_LEAST_S:
        return None
    return assessed(
        session=session, terms=terms, capacity=measured.capacity_kwh, start=start,
        battery_kw=Kilowatts(agreement.charge_kw_max * sqrt(agreement.round_trip)),
        measured=[(Seconds(0.0), measured.soc_start), *told],
    )  # fmt: skip


def wear_row(receipt: Receipt, at: Instant) -> WearRow:
    """Return a receipt as people ask for it."""
    return WearRow(
        session=receipt.session, at=at, model=receipt.model.name, version=receipt.model.version,
        fade_with_v2x=receipt.fade_with_v2x, fade_alone=receipt.fade_alone, cost=receipt.cost,
        receipt=msgspec.json.encode(receipt).decode(),
    )  # fmt: skip


def billed(session: str, case: Case, receipt: Receipt | None) -> Bill:
    """Return the bill of a complete case."""
    measured, prices, agreement = case.measures, case.prices, case.agreement
    assert measured is not None
    assert prices is not None
    need = charge_only_need(
        WattHours(measured.charged_wh), WattHours(measured.discharged_wh), agreement.round_trip
    )
    # Whoever stays beyond the announced departure could have charged until the end as well.
    alone = charge_on_arrival(
        plugged=plugged(case), departure=max(measured.departure, measured.end),
        need=WattHours(max(0, need)), power=agreement.charge_kw_max, price_at=prices.import_at,
    )  # fmt: skip
    return settle(
        session_id=session, intervals=priced(measured, prices), charge_only=alone,
        given_away=WattHours(max(0, -need)), terms=agreement.terms,
        worn=None if receipt is None else receipt.paid,
    )  # fmt: skip


DUE: Final = (Kind.ENERGY, Kind.SERVICE, Kind.OPERATOR, Kind.TAX)
EARNED: Final = (Kind.REWARD, Kind.WEAR)


def so_far(
    session: str, agreement: Agreement, measures: Measures, prices: EnergyPrices
) -> tuple[MicroEuro, MicroEuro]:
    """Return what a running session costs so far and what it has earned, as its bill will reckon them.

    The guarantee is left out: what charging alone would have cost is known at the end.
    """
    case = Case(agreement=agreement, measures=measures, prices=prices)
    bill = billed(session, case, worn(session, case))
    due = sum(bill.amount(kind) for kind in DUE)
    return MicroEuro(due), MicroEuro(-sum(bill.amount(kind) for kind in EARNED))


def plugged(case: Case) -> Instant:
    """Return since when charging alone could have charged."""
    assert case.measures is not None
    return min(case.agreement.plugged_at, case.measures.start)


def priced(measured: Measures, prices: EnergyPrices) -> tuple[MeteredInterval, ...]:
    """Return the metered intervals with the prices that held in them."""
    return tuple(
        MeteredInterval(
            charged_wh=WattHours(each.charged_wh), discharged_wh=WattHours(each.discharged_wh),
            price=prices.import_at(each.start), reward_price=prices.export_at(each.start),
        )
        for each in measured.intervals
    )  # fmt: skip


EARNING: Final = (Kind.REWARD, Kind.WEAR, Kind.GUARANTEE)


def bill_row(bill: Bill, case: Case, cdr: str, at: Instant) -> BillRow:
    """Return the bill in sums."""
    assert case.measures is not None
    reward = -sum(bill.amount(kind) for kind in EARNING)
    return BillRow(
        session=bill.session_id, evse=case.agreement.evse, cdr=cdr, at=at,
        charged_wh=case.measures.charged_wh, discharged_wh=case.measures.discharged_wh,
        energy_cost=bill.paid + reward, reward=reward, wear=bill.wear_cost,
        guarantee=MicroEuro(-bill.amount(Kind.GUARANTEE)), charge_only=bill.charge_only, total=bill.paid,
    )  # fmt: skip


def remember(kept: dict[str, Any], key: str, value: object) -> None:
    """Keep *value*, forgetting the oldest beyond the bound."""
    kept[key] = value
    if len(kept) > CASES_MAX:
        del kept[next(iter(kept))]
