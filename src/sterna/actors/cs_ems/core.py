"""The charging station EMS, pure: sessions, set-points, and what the CSMS has still to hear."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sterna.actors.cs_ems import caution, control, island, sessions
from sterna.actors.cs_ems.records import (
    Asked,
    Bay,
    Booted,
    CableOut,
    Connected,
    Kept,
    Limited,
    Lost,
    Metered,
    NeedsKnown,
    Opened,
    Replayed,
    Requested,
    SlotPlanned,
    State,
    StepDone,
    StopAsked,
    TakesIn,
)
from sterna.actors.cs_ems.settings import CsEmsSettings
from sterna.kernel.records import Command, Woke

PLANNED_MAX: Final = 10_000
"""Reservations kept; a long-stay car park of hundreds of slots has some thousands ahead."""


def first(settings: CsEmsSettings) -> State:
    """Return the state of a site that has seen nothing."""
    return State(
        bays={plate.evse: Bay(plate=plate) for plate in settings.evses},
        import_kw=settings.import_kw,
        export_kw=settings.export_kw,
        alone_kw=settings.alone_kw or (settings.import_kw,),
        station_kw=dict(settings.station_kw),
        controlled=settings.mode == "optimised",
        period_s=settings.period_s,
        capacity_kwh_default=settings.capacity_kwh_default,
        soc_default=settings.soc_default,
    )


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    return state, TAKEN[type(event)](state, event)


def woke(state: State, event: Woke) -> Sequence[Command]:
    """Do what the timer was for."""
    kind, _, session = event.key.partition(":")
    match kind:
        case "step":
            return sessions.step_due(state, session, event.at)
        case "report":
            return control.report_due(state, event.at)
        case "check":
            return control.check_due(state, event.at)
        case _:
            return control.look(state, event.at)


def slot_planned(state: State, event: SlotPlanned) -> Sequence[Command]:
    """Take note of a stay to come, or that it does not come."""
    if event.cancelled:
        state.planned.pop(event.reservation, None)
        return ()
    gone = [name for name, (_, _, end) in state.planned.items() if end <= event.at]
    for name in gone:
        del state.planned[name]
    if len(state.planned) < PLANNED_MAX:
        state.planned[event.reservation] = (event.slot, event.start, event.end)
    return ()


def opened(state: State, event: Opened) -> Sequence[Command]:
    """Begin the rhythm of the periods; no station is connected yet."""
    state.away = dict.fromkeys(bay.plate.station for bay in state.bays.values())
    return control.opened(state, event.at)


def booted(state: State, event: Booted) -> Sequence[Command]:
    """Give a station that has booted what rules without set-points."""
    return control.defaults(state, event.station)


def lost(state: State, event: Lost) -> Sequence[Command]:
    """Count with a station's defaults from now on, and share again what is left."""
    state.away[event.station] = None
    there = [
        bay.plate.evse for bay, _ in caution.unordered(state) if bay.plate.station == event.station
    ]
    return control.soon(state, there[0], event.at) if there else ()


TAKEN: Final[dict[type, Callable[[State, Any], Sequence[Command]]]] = {
    Opened: opened,
    Asked: sessions.asked,
    StopAsked: sessions.stop_asked,
    SlotPlanned: slot_planned,
    Booted: booted,
    Connected: sessions.connected,
    Lost: lost,
    Metered: sessions.metered,
    NeedsKnown: sessions.needs_known,
    CableOut: sessions.cable_out,
    StepDone: sessions.step_done,
    Requested: control.requested,
    Kept: island.kept,
    Replayed: island.replayed,
    Limited: control.limited,
    Woke: woke,
}
"""Who takes which event."""
