"""The station, pure: one transaction per plug, its messages without a gap, and what EVSEs are told.

A transaction starts with the plug and ends when the power is off and the port unlatched. Every
TransactionEvent is a durable command: after a restart it is sent under its old id and number.
"""

from collections.abc import Sequence
from typing import Final

from sterna.actors.station.ocpp_side import by_ocpp
from sterna.actors.station.records import (
    ChargingBegan,
    Dropped,
    Faulted,
    Metered,
    NeedsKnown,
    Offline,
    OnBus,
    Online,
    Outlet,
    Phase,
    Plugged,
    SessionEnded,
    State,
    TakesIn,
    TellFault,
    TellNeeds,
    TellStatus,
    Unlatched,
    Unplugged,
)
from sterna.actors.station.transaction import (
    authorize,
    begun,
    ended,
    lasting,
    renewed,
    report,
    rested,
    status_of,
    stop_evse,
)
from sterna.kernel.quantities import Instant, Share
from sterna.kernel.records import Command, Woke

CLOCK_S: Final = 1.0
"""A reading this near to the meter clock is the clock's."""
RENEWED_AHEAD_S: Final = 60.0
"""A set-point is renewed so long before it would end between two readings of the meter clock."""
SURPRISE_KW: Final = 0.2
"""A power this far from its set-point is worth a message of its own."""
VEHICLE: Final = "StoppedByEV"


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Online():
            return state, online(state, event)
        case Offline():
            state.online = False
            return state, ()
        case Dropped():
            state.dropped += 1
            return state, ()
        case Woke():
            return state, woke(state, event)
        case (
            Plugged() | NeedsKnown() | ChargingBegan() | Metered() | SessionEnded() | Unlatched()
            | Unplugged() | Faulted()
        ):  # fmt: skip
            return state, on_bus(state, state.outlets[event.evse], event)
        case _:
            return state, by_ocpp(state, event)


def online(state: State, event: Online) -> Sequence[Command]:
    """Go on after a connection: what is not in the queue of transactions is told anew."""
    state.online = True
    state.speaks_v2x = event.speaks_v2x
    commands: list[Command] = []
    for outlet in state.outlets.values():
        if event.tell_all:
            commands.append(TellStatus(evse=outlet.number, status=outlet.status))
        if outlet.tx and outlet.needs and outlet.permitted:
            commands.append(TellNeeds(evse=outlet.number, body=outlet.needs))
    return commands


def woke(state: State, event: Woke) -> Sequence[Command]:
    """Nobody has said that discharging is allowed: the session only charges."""
    outlet = state.outlets[int(event.key.partition("/")[2])]
    if not outlet.tx or outlet.remote_start is None or outlet.permitted:
        return ()
    return authorize(state, outlet, event.at)


def on_bus(state: State, outlet: Outlet, event: OnBus) -> Sequence[Command]:
    """Take what an EVSE says; what it says again changes nothing."""
    match event:
        case Plugged():
            return plugged(state, outlet, event)
        case NeedsKnown(body=body):
            news = body != outlet.needs
            outlet.needs = body
            told = news and state.online and outlet.tx
            return (TellNeeds(evse=outlet.number, body=body),) if told else ()
        case ChargingBegan():
            return charging_began(state, outlet, event)
        case Metered():
            return metered(state, outlet, event)
        case SessionEnded(reason=reason):
            if outlet.tx and not outlet.stopping:
                outlet.stopping, outlet.trigger = why(reason)
            outlet.charging = False
            return ()
        case Unlatched():
            over = bool(outlet.tx and outlet.stopping)
            return ended(state, outlet, event.at) if over else ()
        case Unplugged():
            return unplugged(state, outlet, event)
        case Faulted():
            return faulted(state, outlet, event)


def plugged(state: State, outlet: Outlet, event: Plugged) -> Sequence[Command]:
    """Start the transaction of a new plug; repeat to a known one what it may have missed."""
    if outlet.since == event.since:
        return () if not outlet.tx else repeated(state, outlet, event)
    before = _left_open(state, outlet, event)
    begun(outlet, event.since, event.tx)
    started = report(state, outlet, "Started", "CablePluggedIn", event.at)
    return (*before, *status_of(state, outlet), started)


def _left_open(state: State, outlet: Outlet, event: Plugged) -> Sequence[Command]:
    """End a transaction whose car has gone unseen."""
    if not outlet.tx:
        return ()
    outlet.stopping, outlet.trigger = "EVDisconnected", "EVCommunicationLost"
    return ended(state, outlet, event.at)


def repeated(state: State, outlet: Outlet, event: Plugged) -> Sequence[Command]:
    """Tell an EVSE that joins the bus again what it does not seem to know."""
    if outlet.stopping:
        return stop_evse(outlet)
    return authorize(state, outlet, event.at) if outlet.permitted else ()


def charging_began(state: State, outlet: Outlet, event: ChargingBegan) -> Sequence[Command]:
    """Report the first time that power may flow, with whose word it does."""
    if not outlet.tx or outlet.charging or outlet.stopping:
        return ()
    outlet.charging = True
    outlet.phase = phase_of(outlet)
    return (report(state, outlet, "Updated", "Authorized", event.at),)


def metered(state: State, outlet: Outlet, event: Metered) -> Sequence[Command]:
    """Take a reading; report it by the clock, and when it tells a change of state."""
    outlet.kw = event.kw
    outlet.import_wh = max(outlet.import_wh, event.import_wh)
    outlet.export_wh = max(outlet.export_wh, event.export_wh)
    if event.soc >= 0.0:
        outlet.soc = Share(event.soc)
    if not outlet.tx or outlet.stopping:
        return ()
    before, outlet.phase = outlet.phase, phase_of(outlet)
    offset = (event.at + CLOCK_S) % state.meter_s
    if offset < 2 * CLOCK_S:
        clock = report(state, outlet, "Updated", "MeterValueClock", event.at)
        if not fades(state, outlet, event.at):
            return (clock,)
        return (clock, *renewed(state, outlet, event.at))
    if outlet.phase != before:
        return (report(state, outlet, "Updated", "ChargingStateChanged", event.at),)
    if outlet.charging and abs(outlet.kw - (outlet.wish_kw or 0.0)) > SURPRISE_KW:
        return (report(state, outlet, "Updated", "ChargingRateChanged", event.at),)
    return ()


def fades(state: State, outlet: Outlet, at: Instant) -> bool:
    """Return whether the set-point runs out before the next reading, and can be given anew.

    At its end an EVSE rests, so rest needs no renewal; nor has anything one that its profile does
    not let last longer.
    """
    if rested(outlet.wish_kw or 0.0):
        return False
    lasts = outlet.expires - at > state.meter_s + RENEWED_AHEAD_S
    return not lasts and lasting(state, outlet, at) > outlet.expires


def phase_of(outlet: Outlet) -> Phase:
    """Return the charging state as OCPP names it."""
    if not outlet.charging:
        return "EVConnected"
    if not rested(outlet.kw):
        return "Charging"
    return "SuspendedEVSE" if rested(outlet.wish_kw or 0.0) else "SuspendedEV"


def unplugged(state: State, outlet: Outlet, event: Unplugged) -> Sequence[Command]:
    """End what still runs: the car is gone."""
    if outlet.since is None:
        return ()
    commands: list[Command] = []
    if outlet.tx:
        if not outlet.stopping:
            outlet.stopping, outlet.trigger = "EVDisconnected", "EVCommunicationLost"
        commands += ended(state, outlet, event.at)
    outlet.since = None
    outlet.needs = b""
    return (*commands, *status_of(state, outlet))


def faulted(state: State, outlet: Outlet, event: Faulted) -> Sequence[Command]:
    """Report a fault, or its end; the end of one is not the end of another."""
    if not event.cleared:
        outlet.fault = event.component
    elif outlet.fault == event.component:
        outlet.fault = ""
    told = TellFault(
        evse=outlet.number, component=event.component, reason=event.reason, cleared=event.cleared
    )
    return (*((told,) if state.online else ()), *status_of(state, outlet))


def why(reason: str) -> tuple[str, str]:
    """Return OCPP's reason and trigger for how the EVSE says that a session ended."""
    if "plug" in reason or "pulled" in reason:
        return "EVDisconnected", "EVCommunicationLost"
    if "come back" in reason or "lost" in reason:
        return "Other", "EVCommunicationLost"
    if "stopped" in reason or "target" in reason or "driver" in reason or "terminate" in reason:
        return VEHICLE, "ChargingStateChanged"
    return "Other", "AbnormalCondition"
