"""The end of a session: what it did, from the meter's registers, told once."""

from collections.abc import Sequence

from sterna.actors.cs_ems.battery import capacity
from sterna.actors.cs_ems.commands import Energy, SessionRow, TellStatistics, TellUnplugged
from sterna.actors.cs_ems.records import Bay, Plug, Session, State
from sterna.domain.registers import per_interval
from sterna.domain.wear import Chemistry, by_model, dearest
from sterna.kernel.money import cost
from sterna.kernel.quantities import NO_ENERGY, Instant, Share, WattHours
from sterna.kernel.records import Command, Forget


def ended(state: State, session: Session, now: Instant, phase: str) -> Sequence[Command]:
    """Close *session* as *phase* and tell what it did."""
    bay = state.bays[session.evse]
    plug = bay.plug
    session.phase = phase
    session.told_kw = 0.0
    state.changed[session.evse] = None
    start = session.running_since or session.accepted_at
    end = Instant(max(now, start))
    charged, discharged = totals(plug)
    # The usual price of the cells that the driver told; the EMSP's bill has the last word on wear.
    cells = Chemistry(session.wish.cells) if session.wish.cells else dearest()
    wear = cost(discharged, by_model(cells).discharge_price)
    told = TellStatistics(
        session=session.session,
        evse=session.evse,
        start=start,
        end=end,
        reason=session.stop_reason,
        charged_wh=charged,
        discharged_wh=discharged,
        intervals=intervals(plug),
        soc_start=known(plug.soc_start) if plug is not None else None,
        soc_end=known(plug.car.soc) if plug is not None else None,
        capacity_kwh=capacity(state, plug, session) if plug is not None else None,
        wear_cost=wear,
        transaction=session.tx or None,
    )
    row = SessionRow(
        session=session.session,
        evse=session.evse,
        tx=session.tx,
        phase=phase,
        start=start,
        end=end,
        charged_wh=charged,
        discharged_wh=discharged,
        soc_lowest=plug.soc_lowest if plug is not None else 1.0,
        floor=session.wish.floor,
        wear_cost=wear,
    )
    return (Forget(key=f"step:{session.session}"), told, row)


def unplugged(state: State, bay: Bay, now: Instant) -> Sequence[Command]:
    """Empty the bay; tell the web app when a session was there."""
    plug = bay.plug
    assert plug is not None
    session = state.sessions.pop(bay.session, None) if bay.session else None
    bay.plug, bay.session = None, ""
    if session is None:
        return ()
    left = now if plug.left_at is None else plug.left_at
    return (
        TellUnplugged(session=session.session, evse=session.evse, at=left, soc=known(plug.car.soc)),
    )


def totals(plug: Plug | None) -> tuple[WattHours, WattHours]:
    """Return the energy into and out of the car since it was plugged."""
    if plug is None or not plug.readings:
        return NO_ENERGY, NO_ENERGY
    first, last = plug.readings[0], plug.readings[-1]
    return (
        WattHours(last.charged_wh - first.charged_wh),
        WattHours(last.discharged_wh - first.discharged_wh),
    )


def intervals(plug: Plug | None) -> tuple[Energy, ...]:
    """Return the energy per quarter hour."""
    readings = [] if plug is None else plug.readings
    return tuple(
        Energy(
            start=one.start,
            end=one.end,
            charged_wh=one.charged_wh,
            discharged_wh=one.discharged_wh,
            soc=one.soc,
        )
        for one in per_interval(readings)
    )


def known(soc: float) -> Share | None:
    """Return a state of charge, or None for one that was not told."""
    return Share(soc) if soc >= 0 else None
