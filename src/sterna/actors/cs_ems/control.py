"""Set-points: the BEMS's request shared among the running sessions, inside every limit."""

from collections.abc import Sequence
from math import floor, fsum
from typing import Final

from sterna.actors.cs_ems import battery, caution
from sterna.actors.cs_ems.commands import Report, SetDefault, SetPoint, Status
from sterna.actors.cs_ems.explaining import explained
from sterna.actors.cs_ems.records import Bay, Limited, Piece, Requested, Session, State
from sterna.decisions.dispatch import dispatch
from sterna.decisions.fallback import fallback
from sterna.decisions.plugged import Dispatched, Limit, Plugged
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share, later
from sterna.kernel.records import Command, WakeAt

DEAD_BAND_SHARE: Final = 0.01
DEAD_BAND_KW: Final = 0.1
"""A set-point that moves by less than 1 % of the rating or 100 W is not worth a message."""
REPORT_AHEAD_S: Final = 1.0
"""The BEMS plans at the full period; a report shall be there a moment before."""
CHECK_AFTER_S: Final = 20.0
"""When a period is this old and the BEMS has said nothing, this room looks for itself."""
SILENT_PERIODS: Final = 2.0
"""After so many periods without a word the BEMS counts as silent; until then its last request holds."""
LOOK_AFTER_S: Final = 0.2
"""Events of one moment (a hall full of cars waking up) cause one look, not hundreds."""
RENEWED_S: Final = Seconds(3600.0)
"""A set-point that still holds is said again after this time: no order lives on unnoticed. Rest is seen on the meter."""
LIMITS_MAX: Final = 64
"""Operator's profiles remembered per place; a CSMS uses a handful of stack levels."""

Car = tuple[Bay, Session]


def opened(state: State, now: Instant) -> Sequence[Command]:
    """Begin the rhythm of the periods."""
    state.looking = True
    return (*rhythm(state, now), WakeAt(due=later(now, LOOK_AFTER_S), key="look"))


def rhythm(state: State, now: Instant) -> tuple[WakeAt, WakeAt]:
    """Return the timers of the next report and of the next check."""
    period = state.period_s
    report = (floor((now + REPORT_AHEAD_S) / period) + 1) * period - REPORT_AHEAD_S
    check = (floor((now - CHECK_AFTER_S) / period) + 1) * period + CHECK_AFTER_S
    return WakeAt(due=Instant(report), key="report"), WakeAt(due=Instant(check), key="check")


def requested(state: State, event: Requested) -> Sequence[Command]:
    """Follow the BEMS."""
    state.plan = event.pieces
    state.whys = {evse: why for evse, why in event.whys.items() if evse in state.bays}
    state.heard_at = event.at
    return set_points(state, event.at)


def report_due(state: State, now: Instant) -> Sequence[Command]:
    """Tell the BEMS how all cars stand, before it plans."""
    for _, session in running(state):
        bay = state.bays[session.evse]
        assert bay.plug is not None
        battery.settle(bay.plate, bay.plug, now)
    statuses = tuple(status(state, bay) for bay in state.bays.values() if bay.session)
    for done in statuses:
        state.changed.pop(done.evse, None)
    said = (Report(statuses=statuses, whole=True),) if statuses else ()
    return (rhythm(state, now)[0], *said)


def check_due(state: State, now: Instant) -> Sequence[Command]:
    """Look after the cars when the BEMS has not done so in this period."""
    timer = rhythm(state, now)[1]
    if now - state.dispatched_at < state.period_s / 2:
        return (timer,)
    return (timer, *set_points(state, now))


def soon(state: State, evse: str, now: Instant) -> tuple[Command, ...]:
    """Ask for a look because something changed at *evse*."""
    state.changed[evse] = None
    if state.looking:
        return ()
    state.looking = True
    return (WakeAt(due=later(now, LOOK_AFTER_S), key="look"),)


def look(state: State, now: Instant) -> Sequence[Command]:
    """Share again after a change, and tell the BEMS what changed."""
    state.looking = False
    moved = set_points(state, now)
    changed, state.changed = state.changed, {}
    statuses = tuple(status(state, state.bays[evse]) for evse in changed)
    return (*moved, *((Report(statuses=statuses),) if statuses else ()))


def limited(state: State, event: Limited) -> Sequence[Command]:
    """Respect a limit of the operator that a station has accepted."""
    known = state.limits.setdefault(event.place, {})
    if event.limit is not None and len(known) < LIMITS_MAX:
        known[event.profile] = event.limit
    elif event.profile:
        known.pop(event.profile, None)
    else:
        known.clear()
    return set_points(state, event.at)


def defaults(state: State, station: str) -> Sequence[Command]:
    """Give each EVSE of a station that has booted what rules without set-points."""
    return tuple(
        SetDefault(
            station=station,
            number=bay.plate.number,
            limits_kw=caution.defaults_kw(state, bay.plate),
        )
        for bay in state.bays.values()
        if bay.plate.station == station
    )


def running(state: State) -> list[Car]:
    """Return the sessions within reach that take set-points, in the order of the EVSEs."""
    found: list[Car] = []
    for bay in state.bays.values():
        session = state.sessions.get(bay.session) if bay.session else None
        if (
            session is not None
            and session.phase == "running"
            and bay.plug is not None
            and bay.plate.station not in state.away
        ):
            found.append((bay, session))
    return found


def set_points(state: State, now: Instant) -> tuple[Command, ...]:
    """Share the request of the moment among the running sessions; return what moved."""
    state.dispatched_at = now
    cars = running(state)
    if not cars:
        return ()
    for bay, _ in cars:
        assert bay.plug is not None
        battery.settle(bay.plate, bay.plug, now)
    piece = piece_now(state, now)
    others = caution.reserve(state, now)
    site = site_limit(state, piece, others, now)
    request = 0.0 if piece is None else piece.kw - others.told_kw
    result = shared(state, cars, request, site, now, alone=state.controlled and piece is None)
    room = caution.Room((session for _, session in cars), site.import_kw, site.export_kw)
    late = {each.evse: each.missing_kwh for each in result.late}
    if piece is None:
        state.whys = {}  # The plan is over, and with it what it had in mind.
    moved: list[Command] = []
    for (bay, session), point in zip(cars, result.set_points, strict=True):
        kw = room.allowed_kw(session, caution.whole_watts(point.power_kw), battery.least_kw(bay))
        tight = room.overfull or point.limit not in ("", site.name)
        if overdue(bay, session, kw, now) or worth_saying(bay, session, kw, tight=tight):
            moved.append(ordered(bay, session, kw, now))
        moved.extend(explained(state, bay, session, point, late.get(bay.plate.evse, 0.0)))
    state.waiting = room.short
    return tuple(moved)


def piece_now(state: State, now: Instant) -> Piece | None:
    """Return the BEMS's interval that holds, or None when it is silent and its plan is over."""
    for piece in state.plan:
        if piece.start <= now < piece.end:
            return piece
    silent = now - state.heard_at > SILENT_PERIODS * state.period_s
    return None if silent or not state.plan else state.plan[-1]


def shared(
    state: State, cars: list[Car], request: float, limit: Limit, now: Instant, *, alone: bool
) -> Dispatched:
    """Return the set-points for *cars*, which may draw and give *limit* together.

    *alone*: nobody asks for anything, so they charge to their targets.
    """
    site = (limit,)
    groups, under = station_limits(state, cars)
    plugged = tuple(
        as_plugged(state, bay, session, under.get(bay.plate.station, ())) for bay, session in cars
    )
    period = Seconds(state.period_s)
    result = dispatch(request, plugged, now=now, period=period, site=site, shared=groups)
    if not alone:
        return result
    wanted = fsum(max(safe_kw(car, limit, now), 0.0) for car in plugged)
    return dispatch(
        Kilowatts(wanted), full_at_target(plugged), now=now, period=period, site=site, shared=groups
    )


def safe_kw(car: Plugged, limit: Limit, now: Instant) -> float:
    """Return what a car draws while nobody sends requests: to its target, never discharging."""
    return fallback(
        None,
        now=now,
        energy_kwh=car.energy_kwh,
        floor_kwh=car.floor_kwh,
        target_kwh=car.target_kwh,
        charge_kw=Kilowatts(min(car.charge_limits_kw)),
        limit_kw=limit.import_kw,
        may_discharge=False,
    ).power_kw


def full_at_target(cars: tuple[Plugged, ...]) -> tuple[Plugged, ...]:
    """Return *cars* that take nothing beyond their target: without orders nobody stores for others."""
    return tuple(
        Plugged(
            evse=car.evse,
            departure=car.departure,
            energy_kwh=car.energy_kwh,
            floor_kwh=car.floor_kwh,
            target_kwh=car.target_kwh,
            capacity_kwh=KilowattHours(
                min(car.capacity_kwh, max(car.target_kwh, car.floor_kwh, car.energy_kwh))
            ),
            charge_limits_kw=car.charge_limits_kw,
            discharge_limits_kw=(0.0,),
            may_discharge=False,
            now_kw=car.now_kw,
            charge_min_kw=car.charge_min_kw,
            under=car.under,
        )
        for car in cars
    )


def site_limit(state: State, piece: Piece | None, others: caution.Reserve, now: Instant) -> Limit:
    """Return what all cars under orders may draw and give: as the BEMS says, or alone; less what the others may do."""
    draw = caution.alone_kw(state, now) if piece is None else state.import_kw
    give = state.export_kw
    if piece is not None:
        draw = draw if piece.import_kw is None else piece.import_kw
        give = give if piece.export_kw is None else piece.export_kw
    return Limit(
        name="connection" if piece is None else "building",
        import_kw=Kilowatts(max(0.0, draw - others.draw_kw)),
        export_kw=Kilowatts(max(0.0, give - others.give_kw)),
    )


def station_limits(
    state: State, cars: list[Car]
) -> tuple[tuple[Limit, ...], dict[str, tuple[int, ...]]]:
    """Return the limits that the EVSEs of a station share, and which of them concern a station."""
    found: list[Limit] = []
    under: dict[str, tuple[int, ...]] = {}
    for station in dict.fromkeys(bay.plate.station for bay, _ in cars):
        operator = state.limits.get(station, {}).values()
        cable = state.station_kw.get(station)
        charge = [limit.charge_kw for limit in operator] + ([] if cable is None else [cable])
        give = [limit.discharge_kw for limit in operator] + ([] if cable is None else [cable])
        if charge:
            under[station] = (len(found),)
            found.append(
                Limit(
                    name=f"station {station}",
                    import_kw=Kilowatts(min(charge)),
                    export_kw=Kilowatts(min(give)),
                )
            )
    return tuple(found), under


def as_plugged(state: State, bay: Bay, session: Session, under: tuple[int, ...]) -> Plugged:
    """Return a running session as dispatch sees it."""
    plug, wish = bay.plug, session.wish
    assert plug is not None
    kwh = battery.capacity(state, plug, session)
    operator = state.limits.get(bay.plate.evse, {}).values()
    least = battery.least_kw(bay)
    return Plugged(
        evse=bay.plate.evse,
        departure=wish.departure,
        energy_kwh=battery.stored(state, plug, session, kwh),
        floor_kwh=KilowattHours(wish.floor * kwh),
        target_kwh=KilowattHours(min(1.0, wish.target + battery.TARGET_MARGIN) * kwh),
        capacity_kwh=kwh,
        charge_limits_kw=(battery.charge_kw(bay, session), *[each.charge_kw for each in operator]),
        discharge_limits_kw=(
            battery.discharge_kw(bay, session),
            *[each.discharge_kw for each in operator],
        ),
        may_discharge=battery.may_discharge(state, bay, session),
        charge_now=not state.controlled,
        now_kw=Kilowatts(session.told_kw),
        charge_min_kw=least,
        discharge_min_kw=least,
        charge_efficiency=bay.plate.efficiency,
        discharge_efficiency=bay.plate.efficiency,
        under=under,
    )


def overdue(bay: Bay, session: Session, kw: Kilowatts, now: Instant) -> bool:
    """Return whether a set-point has to be said again although it has not moved; rest that the meter shows need not."""
    assert bay.plug is not None
    resting = kw == 0.0 and session.told_kw == 0.0 and abs(bay.plug.kw) < DEAD_BAND_KW
    return now - session.set_at >= RENEWED_S and not resting


def worth_saying(bay: Bay, session: Session, kw: Kilowatts, *, tight: bool = False) -> bool:
    """Return whether the station has to hear of a set-point: it moved, or a limit or a 0 asks for it.

    *tight*: a limit is passed, or shared with others: a lower power makes room for theirs.
    """
    told = session.told_kw
    if not session.sure:
        return True
    if kw == told:
        return False
    if told < 0.0 <= kw or kw == 0.0:
        return True  # Nobody goes on giving, however little, once it is not asked for.
    band = max(DEAD_BAND_KW, DEAD_BAND_SHARE * bay.plate.charge_kw)
    return abs(kw - told) >= band or (tight and kw < told)


def ordered(bay: Bay, session: Session, kw: Kilowatts, now: Instant) -> SetPoint:
    """Take note of a new set-point and return it as a command."""
    assert bay.plug is not None
    caution.told(session, kw)
    bay.plug.kw = kw
    session.sure = True
    session.set_at = now
    return SetPoint(
        session=session.session,
        station=bay.plate.station,
        number=bay.plate.number,
        tx=session.tx,
        kw=kw,
        charge_kw=Kilowatts(battery.charge_kw(bay, session)),
        both_ways=session.bidirectional,
        awaited=not caution.is_confirmed(session),
    )


def status(state: State, bay: Bay) -> Status:
    """Return how an EVSE stands, for the BEMS."""
    plug = bay.plug
    session = state.sessions.get(bay.session) if bay.session else None
    if plug is None or plug.ended or session is None:
        return Status(evse=bay.plate.evse, present=False)
    kwh = battery.capacity(state, plug, session)
    held = battery.stored(state, plug, session, kwh)
    allowed = session.wish.v2x and state.controlled
    gives = battery.discharge_kw(bay, session) if allowed else 0.0
    spare = held / kwh - session.wish.floor > battery.AT_FLOOR_SHARE
    now_gives = spare and battery.may_discharge(state, bay, session)
    return Status(
        evse=bay.plate.evse,
        present=True,
        kw=Kilowatts(plug.kw),
        soc=Share(held / kwh),
        capacity_kwh=kwh,
        charge_kw=Kilowatts(battery.charge_kw(bay, session)),
        discharge_kw=Kilowatts(gives),
        gives_now_kw=Kilowatts(gives if now_gives else 0.0),
        since=plug.since,
        departure=session.wish.departure,
        floor=session.wish.floor,
        target=session.wish.target,
        v2x=allowed and gives > 0,
        cells=session.wish.cells,
    )
