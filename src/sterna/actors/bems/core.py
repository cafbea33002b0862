"""The building energy management system, pure: when to plan, and what was learned in between.

A plan is made at every period of the clock and, merged within half a minute, when a
car comes, goes or changes its wish, or when prices or capacity change. Without a first
reading of the building's meter there is no plan: nobody could say what is left for cars.
"""

from collections.abc import Sequence
from math import fsum
from typing import Final

from sterna.actors.bems import metering
from sterna.actors.bems.records import (
    CapacityTold,
    Car,
    Complain,
    Dispatch,
    Metered,
    Planned,
    PlanRow,
    Priced,
    Reported,
    SlotPlanned,
    Solve,
    Solved,
    Span,
    State,
    TakesIn,
)
from sterna.actors.bems.seeing import learn
from sterna.kernel.quantities import Instant, later
from sterna.kernel.records import Command, WakeAt, Woke

EARLY_S: Final = 30.0
"""Changes within this time are planned for together: 60 cars that plug in at once are one plan."""
EARLY_APART_S: Final = 120.0
"""No extra plan this close before the regular one, which sees the change anyhow."""
SILENT_PERIODS: Final = 3
"""A car that the CS EMS has not mentioned for longer is not planned with: it may have left. A token
that has run out and a short cut of the link may cost two reports in a row."""
DAY_S: Final = 86_400.0
TICK: Final = "tick"
EARLY: Final = "early"


def next_tick(state: State, now: Instant) -> Instant:
    """Return when the next regular plan is due, on the clock's grid."""
    return Instant((now // state.period_s + 1) * state.period_s)


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Woke():
            return state, woke(state, event)
        case Metered():
            return state, metered(state, event)
        case Reported():
            return state, reported(state, event)
        case Priced():
            return state, priced(state, event)
        case CapacityTold():
            return state, capacity_told(state, event)
        case SlotPlanned():
            return state, slot_planned(state, event)
        case Solved():
            return state, solved(state, event)


def woke(state: State, event: Woke) -> Sequence[Command]:
    """Plan, and set the next regular timer when it was one."""
    state.early_at = None
    if event.key == EARLY:
        return (Solve(moment=event.at),)
    count(state, event.at)
    oldest = told_from(state, event.at)
    state.cars = {evse: car for evse, car in state.cars.items() if car.reported_at >= oldest}
    return (Solve(moment=event.at), WakeAt(due=next_tick(state, event.at), key=TICK))


def told_from(state: State, now: Instant) -> Instant:
    """Return since when a car has to have been listed to be counted with at *now*: ever, while reports speak of all."""
    oldest = Instant(now - SILENT_PERIODS * state.period_s)
    return Instant(0.0) if state.confirmed_at >= oldest else oldest


def early(state: State, now: Instant) -> Sequence[Command]:
    """Ask for an extra plan soon, unless one is due anyhow or none can be made."""
    due = later(now, EARLY_S)
    if state.meter.load_kw is None or state.early_at is not None:
        return ()
    if next_tick(state, now) - due < EARLY_APART_S:
        return ()
    state.early_at = due
    return (WakeAt(due=due, key=EARLY),)


def count(state: State, now: Instant) -> None:
    """Count energy up to *now*, with what was read and reported last."""
    metering.count(state.meter, fsum(car.kw for car in state.cars.values()), now)


def metered(state: State, event: Metered) -> Sequence[Command]:
    """Take a reading; the first one of the load starts the rhythm of plans."""
    begins = state.meter.load_kw is None and event.load_kw is not None
    metering.read(state.meter, event.load_kw, event.pv_kw, event.at)
    return (WakeAt(due=next_tick(state, event.at), key=TICK),) if begins else ()


def reported(state: State, event: Reported) -> Sequence[Command]:
    """Take the cars; who came, left or changed the wish is worth a plan of its own."""
    old, before = state.cars, wishes(state.cars)
    kept = {} if event.whole else state.cars
    cars = {**kept, **event.cars}
    state.cars = {evse: car for evse, car in cars.items() if evse not in event.empty}
    learn(state.seen, old, state.cars, event.at, told_from(state, event.at))
    if event.whole or event.rest_stands:
        state.confirmed_at = event.at
    count(state, event.at)
    return early(state, event.at) if wishes(state.cars) != before else ()


def wishes(cars: dict[str, Car]) -> dict[str, tuple[float, ...]]:
    """Return what decides a plan and does not change by itself."""
    return {
        evse: (
            car.plugged_at,
            car.departure,
            car.floor,
            car.target,
            car.charge_kw_max,
            car.discharge_kw_max,
        )
        for evse, car in cars.items()
    }


def priced(state: State, event: Priced) -> Sequence[Command]:
    """Take prices: what is told anew replaces what was told for the same time."""
    state.priced_at = event.at
    imports = merged(state.import_prices, event.imports, event.at)
    exports = merged(state.export_prices, event.exports, event.at)
    if (imports, exports) == (state.import_prices, state.export_prices):
        return ()
    state.import_prices, state.export_prices = imports, exports
    return early(state, event.at)


def merged(known: tuple[Span, ...], told: tuple[Span, ...], now: Instant) -> tuple[Span, ...]:
    """Return *known* with *told* in its place between the ends of *told*, without what is long over.

    The last day is kept: it stands in for days that nobody has priced yet.
    """
    if not told:
        return known
    start, end = told[0].start, told[-1].end
    before = [
        Span(start=span.start, end=min(span.end, start), value=span.value)
        for span in known
        if span.start < start
    ]
    after = [
        Span(start=max(span.start, end), end=span.end, value=span.value)
        for span in known
        if span.end > end
    ]
    whole = (*before, *told, *after)
    oldest = min(now, whole[-1].end) - DAY_S
    return tuple(span for span in whole if span.end > oldest)


def capacity_told(state: State, event: CapacityTold) -> Sequence[Command]:
    """Take what the DSO allows; nothing to plan for when it is as before."""
    if not event.silent:
        state.capacity_at = event.at
    if (event.capacity, event.silent) == (state.capacity, state.dso_silent):
        return ()
    state.capacity, state.dso_silent = event.capacity, event.silent
    return early(state, event.at)


def slot_planned(state: State, event: SlotPlanned) -> Sequence[Command]:
    """Remember a booked stay, or forget it."""
    if event.planned is None:
        state.stays.pop(event.reservation, None)
    else:
        state.stays[event.reservation] = event.planned
    state.stays = {key: stay for key, stay in state.stays.items() if stay.end >= event.at}
    return ()


def solved(state: State, event: Solved) -> Sequence[Command]:
    """Ask the cars for what the plan says; tell the DSO of limits that nothing here can keep."""
    state.request_kw, state.requested_at = event.request_kw, event.start
    dispatch = Dispatch(
        start=event.start, request_kw=event.request_kw, import_room_kw=event.import_room_kw,
        export_room_kw=event.export_room_kw, whys=event.whys,
    )  # fmt: skip
    return (row(state, event), dispatch, *complaint(state, event))


def complaint(state: State, event: Solved) -> Sequence[Command]:
    """Return what the DSO has to be told: each limit once, until a plan keeps them all again."""
    new = tuple(
        over for over in event.over if not any(touch(over, told) for told in state.complained)
    )
    if not event.over:
        state.complained = ()
    if not new:
        return ()
    state.complained = (*(told for told in state.complained if told.end > event.at), *new)
    return (Complain(over=new),)


def touch(one: Span, other: Span) -> bool:
    """Return whether both speak of a time in common."""
    return one.start < other.end and other.start < one.end


def row(state: State, event: Solved) -> PlanRow:
    """Return the plan's line, with the age of what it was made from."""

    def age(heard_at: Instant) -> float:
        return event.at - heard_at if heard_at else -1.0

    return PlanRow(
        start=event.start, request_kw=event.request_kw[0], import_room_kw=event.import_room_kw[0],
        cars=len(state.cars), expected_kwh=fsum(stay.v2b_kwh for stay in expected(state, event.at)),
        unmet_kwh=event.unmet_kwh, over=bool(event.over), cost_eur=event.cost_eur, peak_kw=event.peak_kw,
        peak_so_far_kw=state.meter.peak_kw, price_age_s=age(state.priced_at),
        capacity_age_s=age(state.capacity_at), meter_age_s=age(state.meter.read_at),
    )  # fmt: skip


def expected(state: State, now: Instant) -> tuple[Planned, ...]:
    """Return the booked stays that begin within a day, earliest first: V2B to be expected.

    They are shown and not planned with: until a car is plugged nobody knows its energy, and
    what may never come must not be offered to anybody.
    """
    coming = [stay for stay in state.stays.values() if now < stay.start <= now + DAY_S]
    return tuple(sorted(coming, key=lambda stay: (stay.start, stay.slot)))
