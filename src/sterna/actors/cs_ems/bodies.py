"""Between the REST bodies of the web app and the core's records."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from sterna.actors.cs_ems import battery, commands, records, statistics
from sterna.actors.cs_ems.explaining import said
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols import rest

PROGRESS: Final = {"profiling": "starting", "allowing": "starting"}
"""Phases that a driver need not tell apart."""


def wish_of(body: rest.SessionRequirements) -> records.Wish:
    """Return what the driver wants."""
    return records.Wish(
        departure=body.departure,
        target=Share(body.target),
        floor=Share(body.floor),
        v2x=body.v2x,
        capacity_kwh=_kwh(body.capacity_kwh),
        charge_kw_max=_kw(body.charge_kw_max),
        discharge_kw_max=_kw(body.discharge_kw_max),
        discharge_kwh_max=_kwh(body.discharge_kwh_max),
        cells=body.chemistry or "",
    )


def progress_of(
    state: records.State, name: str, now: Instant, zone: ZoneInfo
) -> rest.SessionProgress | None:
    """Return how a session stands, or None when there is none of that name; words with times in *zone*."""
    session = state.sessions.get(name)
    if session is None:
        return None
    plug = state.bays[session.evse].plug
    charged, discharged = statistics.totals(plug)
    phase: Any = PROGRESS.get(session.phase, session.phase)
    return rest.SessionProgress(
        session=name,
        evse=session.evse,
        at=now,
        state=phase,
        kw=Kilowatts(plug.kw if plug is not None else 0.0),
        charged_wh=charged,
        discharged_wh=discharged,
        soc=battery.soc_at(state, plug, session, now) if plug is not None else None,
        start=session.running_since,
        soc_start=statistics.known(plug.soc_start) if plug is not None else None,
        capacity_kwh=battery.capacity(state, plug, session) if plug is not None else None,
        plan=said(session, now, zone) if phase == "running" else "",
        intervals=told_intervals(statistics.intervals(plug)),
    )


def told_intervals(found: tuple[commands.Energy, ...]) -> tuple[rest.EnergyInterval, ...]:
    """Return energies per quarter hour as they are told."""
    return tuple(
        rest.EnergyInterval(
            start=one.start,
            end=one.end,
            charged_wh=one.charged_wh,
            discharged_wh=one.discharged_wh,
            soc=one.soc,
        )
        for one in found
    )


def statistics_of(told: commands.TellStatistics) -> rest.SessionStatistics:
    """Return what a session did."""
    reason: Any = told.reason
    return rest.SessionStatistics(
        session=told.session,
        evse=told.evse,
        start=told.start,
        end=told.end,
        reason=reason,
        charged_wh=told.charged_wh,
        discharged_wh=told.discharged_wh,
        intervals=told_intervals(told.intervals),
        soc_start=told.soc_start,
        soc_end=told.soc_end,
        capacity_kwh=told.capacity_kwh,
        wear_cost=MicroEuro(told.wear_cost),
        transaction=told.transaction,
    )


def _kw(value: float | None) -> Kilowatts | None:
    return None if value is None else Kilowatts(value)


def _kwh(value: float | None) -> KilowattHours | None:
    return None if value is None else KilowattHours(value)
