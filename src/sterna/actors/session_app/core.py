"""The session web app, pure: what a driver said and what came of it, one visit per session."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sterna.actors.session_app.records import (
    Agreed,
    Announced,
    AskStart,
    AskStop,
    Billed,
    ConsentRow,
    FreeSlot,
    Measured,
    Opened,
    PlugOut,
    Preferred,
    ReportReady,
    Show,
    StartPressed,
    State,
    StopPressed,
    Taken,
    TakesIn,
    TellClosing,
    TellContract,
    V2bStopped,
    Visit,
)
from sterna.actors.session_app.settings import NOTICE_VERSION
from sterna.domain.consent import ConsentRecord, Decision, Purpose
from sterna.domain.session import Wish, objections
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command, Woke

VISITS_MAX: Final = 20_000
"""Visits kept for their bills and consents: months of a site; the store has the older ones."""

IDLE_S_MAX: Final = 1800.0
"""After so long a page that was opened and not started is the page of whoever comes next."""


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Announced():
            state.reserved[event.reserved.reservation] = event.reserved
            return state, ()
        case Opened():
            return state, opened(state, event)
        case Woke():
            return state, ()
        case _:
            visit = state.visits.get(event.session)
            if visit is None:
                key = getattr(event, "key", None)
                return state, (
                    Show(key=key, session=event.session, problem="no such session"),
                ) if key else ()
            return state, visited(state, visit, event)


def visited(state: State, visit: Visit, event: TakesIn) -> Sequence[Command]:
    """Take an event of one visit."""
    match event:
        case Agreed():
            return agreed(visit, event)
        case Preferred():
            return preferred(visit, event)
        case StartPressed():
            return start_pressed(visit, event)
        case StopPressed():
            return stop_pressed(visit, event)
        case V2bStopped():
            return v2b_stopped(visit, event)
        case Taken():
            return taken(visit, event)
        case Measured():
            return measured(visit, event)
        case PlugOut():
            return plug_out(state, visit)
        case Billed():
            visit.bill, visit.bill_total, visit.wear = event.lines, event.total, event.wear
            return (ReportReady(session=visit.session, what="bill"),)
        case _:
            return ()


def opened(state: State, event: Opened) -> Sequence[Command]:
    """Open a visit; whoever opens the page of an EVSE again comes back to the same visit."""
    current = state.visits.get(state.at_evse.get(event.evse, ""))
    if current is not None and is_same_driver(state, current, event):
        return (Show(key=event.key, session=current.session),)
    reserved = state.reserved.pop(event.reservation or "", None)
    visit = Visit(
        session=event.session,
        evse=event.evse,
        opened_at=event.at,
        reservation=reserved.reservation if reserved else None,
    )
    if reserved is not None:
        visit.driver = reserved.driver
    if len(state.visits) >= VISITS_MAX:
        del state.visits[next(iter(state.visits))]
    state.visits[event.session] = visit
    state.at_evse[event.evse] = event.session
    return (Show(key=event.key, session=event.session),)


def is_same_driver(state: State, visit: Visit, event: Opened) -> bool:
    """Return whether *event* is the driver of *visit* again, and not the next one at the same EVSE.

    A visit that never started has no unplug that ends it: another booking or some time does.
    """
    another = event.reservation in state.reserved and event.reservation != visit.reservation
    if another or visit.stage in ("ended", "unplugged"):
        return False
    idle = visit.stage in ("opened", "refused")
    return not idle or event.at - visit.opened_at < IDLE_S_MAX


def agreed(visit: Visit, event: Agreed) -> Sequence[Command]:
    """Record what the driver agreed to; refusing V2B never blocks plain charging."""
    visit.driver = event.driver or visit.driver
    rows = [record(visit, Purpose.TERMS, event.at, granted=event.terms)]
    if event.v2b or visit.consents.stands(Purpose.V2X, event.at):
        rows.append(record(visit, Purpose.V2X, event.at, granted=event.v2b))
    problem = "" if event.terms else "Without the terms we cannot charge your car."
    return (*rows, Show(key=event.key, session=visit.session, problem=problem))


def record(visit: Visit, purpose: Purpose, at: Instant, *, granted: bool) -> ConsentRow:
    """Append a consent record to *visit* and return it as a row."""
    decision = Decision.GRANTED if granted else Decision.WITHDRAWN
    visit.consents = visit.consents.with_record(
        ConsentRecord(purpose=purpose, decision=decision, notice_version=NOTICE_VERSION, at=at)
    )
    return ConsentRow(
        session=visit.session, number=len(visit.consents.records), driver=visit.driver, purpose=purpose.value,
        decision=decision.value, notice_version=NOTICE_VERSION, at=at,
    )  # fmt: skip


def preferred(visit: Visit, event: Preferred) -> Sequence[Command]:
    """Take the driver's wish; a running session follows it at once."""
    wish = Wish(
        departure=event.departure,
        target=event.target,
        floor=event.floor,
        v2x=visit.consents.allows_discharge(event.at),
        cells=event.cells,
    )
    wrong = objections(wish, event.at)
    if wrong:
        return (Show(key=event.key, session=visit.session, problem="; ".join(wrong)),)
    visit.wish = wish
    changed = (asking(visit, wish, changed=True),) if visit.stage in ("starting", "running") else ()
    return (Show(key=event.key, session=visit.session), *changed)


def asking(visit: Visit, wish: Wish, *, changed: bool = False) -> AskStart:
    """Return the request to the CS EMS."""
    return AskStart(
        session=visit.session,
        evse=visit.evse,
        reservation=visit.reservation,
        wish=wish,
        changed=changed,
    )


def start_pressed(visit: Visit, event: StartPressed) -> Sequence[Command]:
    """Start once terms and wish are there; a second press changes nothing."""
    show = Show(key=event.key, session=visit.session)
    if visit.stage not in ("opened", "refused"):
        return (show,)
    if not visit.consents.stands(Purpose.TERMS, event.at):
        return (
            Show(key=event.key, session=visit.session, problem="Please agree to the terms first."),
        )
    if visit.wish is None:
        return (Show(key=event.key, session=visit.session, problem="Please say when you leave."),)
    visit.stage, visit.refusal = "starting", ""
    contract = TellContract(
        session=visit.session, evse=visit.evse, driver=visit.driver, opened_at=visit.opened_at,
        reservation=visit.reservation, wish=visit.wish,
    )  # fmt: skip
    return (show, asking(visit, visit.wish), contract)


def stop_pressed(visit: Visit, event: StopPressed) -> Sequence[Command]:
    """Stop what runs; pressing twice asks once."""
    show = Show(key=event.key, session=visit.session)
    if visit.stage not in ("starting", "running"):
        return (show,)
    visit.stage = "stopping"
    return (show, AskStop(session=visit.session))


def v2b_stopped(visit: Visit, event: V2bStopped) -> Sequence[Command]:
    """Withdraw the consent to discharging: the CS EMS is told at once, charging goes on."""
    show = Show(key=event.key, session=visit.session)
    if not visit.consents.stands(Purpose.V2X, event.at):
        return (show,)
    row = record(visit, Purpose.V2X, event.at, granted=False)
    if visit.wish is None:
        return (row, show)
    visit.wish = replace(visit.wish, v2x=False)
    if visit.stage in ("starting", "running"):
        return (row, show, asking(visit, visit.wish, changed=True))
    return (row, show)


def taken(visit: Visit, event: Taken) -> Sequence[Command]:
    """Take note whether the CS EMS started."""
    if visit.stage == "starting":
        visit.stage = "refused" if event.refusal else "running"
    visit.refusal = event.refusal
    return ()


def measured(visit: Visit, event: Measured) -> Sequence[Command]:
    """Keep the statistics for the report and hand them on for the bill; a repetition changes nothing."""
    if visit.closing is not None:
        return ()
    visit.charged_wh, visit.discharged_wh = event.charged_wh, event.discharged_wh
    visit.soc_start, visit.soc_end = event.soc_start, event.soc_end
    visit.closing = event.body
    if visit.stage != "unplugged":
        visit.stage = "ended"
    assert visit.wish is not None, "a session that ended was started with a wish"
    v2x = any(
        r.purpose is Purpose.V2X and r.decision is Decision.GRANTED for r in visit.consents.records
    )
    return (
        ReportReady(session=visit.session, what="report"),
        TellClosing(
            session=visit.session, departure=visit.wish.departure, v2x=v2x, statistics=event.body
        ),
    )


def plug_out(state: State, visit: Visit) -> Sequence[Command]:
    """Report the slot free, once."""
    if visit.stage == "unplugged":
        return ()
    visit.stage = "unplugged"
    if state.at_evse.get(visit.evse) == visit.session:
        del state.at_evse[visit.evse]
    return (FreeSlot(session=visit.session, evse=visit.evse, reservation=visit.reservation),)
