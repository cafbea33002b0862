"""The life of a session: from the web app's wish over start, profile and consent to its statistics."""

from collections.abc import Sequence
from typing import Final

from sterna.actors.cs_ems import battery, caution
from sterna.actors.cs_ems.caution import OVER
from sterna.actors.cs_ems.commands import (
    AllowTransfer,
    Reply,
    SetProfile,
    StartTransaction,
    StopTransaction,
)
from sterna.actors.cs_ems.control import DEAD_BAND_KW, soon
from sterna.actors.cs_ems.records import (
    Asked,
    Bay,
    CableOut,
    Connected,
    Metered,
    NeedsKnown,
    Plug,
    Session,
    State,
    StepDone,
    StopAsked,
)
from sterna.actors.cs_ems.statistics import ended, unplugged
from sterna.domain.registers import follows
from sterna.kernel.quantities import Instant, Kilowatts, Share, later
from sterna.kernel.records import Command, Forget, WakeAt

STEP_PAUSE_S: Final = 35.0
"""A step without an outcome is tried again after this: an OCPP call is given up after 30 s."""
STEP_TRIES_MAX: Final = 10
"""Then the session has failed; some minutes are more than a driver waits at the charger."""
FOLLOWS_S: Final = 6.0
"""An order has reached station, EVSE and car by then, and the power has ramped from end to end."""
ECHO_KW: Final = 0.12
"""A car that draws what it was told, to this, follows its set-point; converters have steps of 100 W."""
READINGS_MAX: Final = 20_000
"""Readings kept per plug: more than half a year of quarter hours."""


def asked(state: State, event: Asked) -> Sequence[Command]:
    """Start a session, or change one; say why not."""
    session = state.sessions.get(event.session)
    if event.change:
        return changed(state, session, event)
    if session is not None:
        return (answer(event.key, session, created=True),)
    reason = never(state, event)
    if reason:
        return (refused(event, reason),)
    reason = not_now(state, event)
    if reason:
        # What is known of the EVSE of a station out of touch is old: the web app asks again.
        return (refused(event, reason, later=not event.in_touch),)
    bay = state.bays[event.evse]
    assert bay.plug is not None
    state.remote_id += 1
    session = Session(
        session=event.session,
        evse=event.evse,
        wish=event.wish,
        accepted_at=event.at,
        remote_id=state.remote_id,
        tx=bay.plug.tx,
    )
    state.sessions[event.session] = session
    bay.session = event.session
    return (
        answer(event.key, session, created=True),
        *step(state, session, event.at),
    )


def never(state: State, event: Asked) -> str:
    """Return why a session can never start, or nothing."""
    if event.evse not in state.bays:
        return f"there is no EVSE {event.evse} here"
    if event.wish.departure <= event.at:
        return "the departure has passed"
    return ""


def not_now(state: State, event: Asked) -> str:
    """Return why no session can start at an EVSE as it stands, or nothing."""
    bay = state.bays[event.evse]
    holder = state.sessions.get(bay.session) if bay.session else None
    if holder is not None and holder.phase not in OVER:
        return f"{event.evse} is taken by another session"
    if bay.plug is None or bay.plug.left_at is not None:
        return f"no car is plugged at {event.evse}"
    if bay.plug.ended:
        return f"the transaction at {event.evse} is over: unplug and plug in again"
    return ""


def changed(state: State, session: Session | None, event: Asked) -> Sequence[Command]:
    """Take a driver's new wish; a withdrawn consent counts at once."""
    if session is None:
        return (refused(event, f"there is no session {event.session}", unknown=True),)
    if session.phase in (*OVER, "stopping"):
        return (refused(event, f"the session {event.session} is over"),)
    both_ways = session.wish.v2x != event.wish.v2x
    session.wish = event.wish
    told = answer(event.key, session)
    if not both_ways or session.phase == "starting":
        return (told, *soon(state, session.evse, event.at))
    session.phase, session.tries = "profiling", 0
    bay = state.bays[session.evse]
    if bay.plug is not None:
        battery.settle(bay.plate, bay.plug, event.at)
        session.told_kw = bay.plug.kw = max(0.0, session.told_kw)
    return (told, *step(state, session, event.at), *soon(state, session.evse, event.at))


def stop_asked(state: State, event: StopAsked) -> Sequence[Command]:
    """End a session; one that is over already stays over."""
    session = state.sessions.get(event.session)
    if session is None:
        unknown = f"there is no session {event.session}"
        return (
            Reply(
                key=event.key, session=event.session, evse="", phase="", refusal=unknown,
                unknown=True,
            ),
        )  # fmt: skip
    told = answer(event.key, session)
    if session.phase in (*OVER, "stopping"):
        return (told,)
    session.stop_reason = event.reason
    return (told, *stop(state, session, event.at))


def stop(state: State, session: Session, now: Instant) -> Sequence[Command]:
    """Begin to end a session."""
    session.phase, session.tries = "stopping", 0
    return step(state, session, now)


def step(state: State, session: Session, now: Instant) -> tuple[Command, ...]:
    """Return the command of the session's present step, and the timer that tries it again."""
    timer = WakeAt(due=later(now, STEP_PAUSE_S), key=f"step:{session.session}")
    plate = state.bays[session.evse].plate
    session.tries += 1
    match session.phase:
        case "starting":
            start = StartTransaction(
                session=session.session, station=plate.station, number=plate.number,
                remote_id=session.remote_id,
            )  # fmt: skip
            return (start, timer)
        case "profiling":
            return (profile(state, session), timer)
        case "allowing":
            allow = AllowTransfer(
                session=session.session, station=plate.station, tx=session.tx,
                supply=plate.supply, both_ways=session.bidirectional,
            )  # fmt: skip
            return (allow, timer)
        case "stopping":
            ending = StopTransaction(session=session.session, station=plate.station, tx=session.tx)
            return (ending, timer)
        case _:
            return ()


def profile(state: State, session: Session) -> SetProfile:
    """Return the profile for a transaction: both ways only where driver, site and EVSE allow it."""
    bay = state.bays[session.evse]
    plate, wish = bay.plate, session.wish
    session.bidirectional = state.controlled and wish.v2x and plate.discharge_kw > 0
    limits = [plate.discharge_kw]
    if wish.discharge_kw_max is not None:
        limits.append(wish.discharge_kw_max)
    session.sure = True
    return SetProfile(
        session=session.session,
        station=plate.station,
        number=plate.number,
        tx=session.tx,
        kw=Kilowatts(session.told_kw),
        charge_kw=Kilowatts(battery.charge_kw(bay, session)),
        discharge_kw=Kilowatts(min(limits) if session.bidirectional else 0.0),
    )


def step_due(state: State, name: str, now: Instant) -> Sequence[Command]:
    """Try a step again that has come to nothing."""
    session = state.sessions.get(name)
    if session is None or session.phase in (*OVER, "running"):
        return ()
    if session.phase == "stopping" and state.bays[session.evse].plate.station in state.away:
        return ()  # What it charged is known to the station alone: its return goes on with this.
    if session.tries < STEP_TRIES_MAX:
        return step(state, session, now)
    if session.phase in ("profiling", "allowing"):
        session.stop_reason = "fault"
        return stop(state, session, now)
    return failed(state, session, now)


def step_done(state: State, event: StepDone) -> Sequence[Command]:
    """Go on to the next step, or deal with a refusal."""
    session = state.sessions.get(event.session)
    if session is None or session.phase in OVER:
        return ()
    match event.step, event.outcome:
        case "start", "accepted" if session.phase == "starting":
            session.tx = event.tx or session.tx
            session.phase, session.tries = "profiling", 0
            return step(state, session, event.at)
        case "start", "rejected" if session.phase == "starting":
            return failed(state, session, event.at)
        case "profile", "accepted" if session.phase == "profiling":
            caution.confirmed(session)
            session.phase, session.tries = "allowing", 0
            return step(state, session, event.at)
        case "allow", ("accepted" | "rejected") if session.phase == "allowing":
            session.bidirectional = session.bidirectional and event.outcome == "accepted"
            session.phase, session.tries = "running", 0
            quiet = Forget(key=f"step:{session.session}")
            return (quiet, *soon(state, session.evse, event.at))
        case "awaited", "accepted":
            freed = caution.confirmed(session)
            # Less would let nobody rise by more than a dead band, and every look costs messages.
            worth = state.waiting and freed >= DEAD_BAND_KW
            return soon(state, session.evse, event.at) if worth else ()
        case (("setpoint" | "awaited"), ("rejected" | "failed")) if session.phase == "running":
            return not_set(state, session, event)
        case _:
            return ()  # The timer of the step tries again.


def not_set(state: State, session: Session, event: StepDone) -> Sequence[Command]:
    """Deal with a set-point that a station refused or did not confirm."""
    session.sure = False
    if event.outcome == "failed":
        return ()
    # The station does not know the profile (any more): give it anew.
    session.phase, session.tries = "profiling", 0
    return step(state, session, event.at)


def failed(state: State, session: Session, now: Instant) -> Sequence[Command]:
    """Give a session up; the driver hears of it by its statistics."""
    session.stop_reason = session.stop_reason or "fault"
    return ended(state, session, now, "failed")


def connected(state: State, event: Connected) -> Sequence[Command]:
    """Go on with the sessions of a station that is back."""
    state.away.pop(event.station, None)
    going: list[Command] = []
    for bay in state.bays.values():
        session = state.sessions.get(bay.session) if bay.session else None
        if bay.plate.station != event.station or session is None or session.phase in OVER:
            continue
        if session.phase == "running":
            # Its dynamic profile may have lapsed while it was away.
            session.phase = "profiling"
        session.tries = 0
        going += step(state, session, event.at)
    return going


def metered(state: State, event: Metered) -> Sequence[Command]:
    """Take what a station says about a transaction."""
    bay = state.bays.get(event.evse)
    if bay is None:
        return ()
    before: Sequence[Command] = ()
    if bay.plug is None or bay.plug.tx != event.tx:
        if event.kind == "Ended" and bay.plug is not None:
            return ()  # A transaction that was over when this one began.
        before = forgotten(state, bay, event.at)
        bay.plug = Plug(tx=event.tx, since=event.time)
        bay.plug.car.pushed_at = event.time
    plug = bay.plug
    if event.seq <= plug.seq or plug.ended:
        return before
    plug.seq = event.seq
    known = plug.car.soc >= 0 and plug.car.capacity_kwh > 0
    session = state.sessions.get(bay.session) if bay.session else None
    # A sample from before the last order took effect says nothing of the power that flows since.
    older = session is not None and event.time < session.set_at + FOLLOWS_S
    taken(bay, plug, event, None if older else event.kw)
    if session is not None and not older:
        battery.follows(plug, session.told_kw, event.kw)
    if session is not None and event.energised and session.running_since is None:
        session.running_since = event.time
    if event.kind == "Ended":
        plug.ended, plug.end = True, event.time
        return (*before, *over(state, bay, session, event))
    if event.clocked or session is None or (known and is_echo(session, event)):
        return before
    return (*before, *soon(state, event.evse, event.at))


def is_echo(session: Session, event: Metered) -> bool:
    """Return whether the car just follows its set-point, which is no news to anybody."""
    return (
        session.phase == "running"
        and session.sure
        and event.kw is not None
        and abs(event.kw - session.told_kw) < ECHO_KW
    )


def taken(bay: Bay, plug: Plug, event: Metered, kw: Kilowatts | None) -> None:
    """Keep the readings and the sample of a TransactionEvent; *kw* as far as it says what flows now."""
    battery.sampled(bay.plate, plug, event.soc, kw, event.time)
    for reading in event.readings:
        if not plug.readings or follows(plug.readings[-1], reading):
            plug.readings.append(reading)
    if len(plug.readings) > READINGS_MAX:
        del plug.readings[1]


def forgotten(state: State, bay: Bay, now: Instant) -> Sequence[Command]:
    """End what was at an EVSE whose next transaction begins: its end never came."""
    session = state.sessions.get(bay.session) if bay.session else None
    if bay.plug is None:
        return ()
    if session is None or session.phase in OVER:
        return unplugged(state, bay, now) if bay.session else ()
    session.stop_reason = session.stop_reason or "fault"
    return (*ended(state, session, now, "ended"), *unplugged(state, bay, now))


def over(state: State, bay: Bay, session: Session | None, event: Metered) -> Sequence[Command]:
    """Close the session of a transaction that has ended."""
    done: Sequence[Command] = ()
    if session is not None and session.phase not in OVER:
        session.stop_reason = session.stop_reason or event.stopped
        done = (
            *ended(state, session, event.time, "ended"),
            *soon(state, session.evse, event.at),
        )
    if bay.plug is None or bay.plug.left_at is None:
        return done
    # The statistics come from the plug's readings: the bay is emptied after them.
    return (*done, *unplugged(state, bay, event.at))


def needs_known(state: State, event: NeedsKnown) -> Sequence[Command]:
    """Take what the car tells of itself."""
    bay = state.bays.get(event.evse)
    if bay is None or bay.plug is None:
        return ()
    car = bay.plug.car
    car.charge_kw = event.charge_kw if event.charge_kw >= 0 else car.charge_kw
    car.discharge_kw = event.discharge_kw if event.discharge_kw >= 0 else car.discharge_kw
    car.least_kw = event.least_kw if event.least_kw >= 0 else car.least_kw
    car.capacity_kwh = event.capacity_kwh if event.capacity_kwh > 0 else car.capacity_kwh
    session = state.sessions.get(bay.session) if bay.session else None
    if event.soc >= 0:
        battery.sampled(bay.plate, bay.plug, Share(event.soc), None, event.at)
    if event.until_full_kwh >= 0 and session is not None:
        battery.settle(bay.plate, bay.plug, event.at)
        battery.needed(state, bay.plug, session, event.until_full_kwh)
    return soon(state, event.evse, event.at) if session is not None else ()


def cable_out(state: State, event: CableOut) -> Sequence[Command]:
    """Take note that the cable is out; the session may still wait for its end."""
    bay = state.bays.get(event.evse)
    if bay is None or bay.plug is None or bay.plug.left_at is not None:
        return ()
    bay.plug.left_at = event.at
    return unplugged(state, bay, event.at) if bay.plug.ended or not bay.session else ()


def answer(key: str, session: Session, *, created: bool = False) -> Reply:
    """Return the answer that a session stands as it does."""
    return Reply(
        key=key, session=session.session, evse=session.evse, phase=session.phase, created=created
    )


def refused(event: Asked, reason: str, *, unknown: bool = False, later: bool = False) -> Reply:
    """Return the answer that it cannot be done."""
    return Reply(
        key=event.key, session=event.session, evse=event.evse, phase="", refusal=reason,
        unknown=unknown, later=later,
    )  # fmt: skip
