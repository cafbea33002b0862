"""What the management system asks of the station, pure; answers are commands like all others."""

from collections.abc import Sequence

from sterna.actors.station.records import (
    AllowedSaid,
    Answer,
    ByOcpp,
    OperativeSaid,
    Outlet,
    ProfileKept,
    ProfilesDropped,
    Reboot,
    ResetAsked,
    StartAsked,
    State,
    Steered,
    StopAsked,
    TellStatus,
    Triggered,
    VariablesSet,
)
from sterna.actors.station.transaction import (
    authorize,
    renewed,
    report,
    stop_evse,
    switched,
)
from sterna.kernel.quantities import later
from sterna.kernel.records import Command, Forget, WakeAt


def by_ocpp(state: State, event: ByOcpp) -> Sequence[Command]:
    """Take one request, or what it changed."""
    match event:
        case StartAsked():
            return start_asked(state, event)
        case StopAsked():
            return stop_asked(state, event)
        case AllowedSaid():
            return allowed_said(state, event)
        case OperativeSaid():
            return operative_said(state, state.outlets[event.evse], event)
        case ResetAsked():
            return reset_asked(state, event)
        case Triggered():
            return triggered(state, event)
        case _:
            return kept(state, event)


def kept(
    state: State, event: Steered | ProfileKept | ProfilesDropped | VariablesSet
) -> Sequence[Command]:
    """Take note of what the links have found fit: profiles, what they ask for, variables."""
    match event:
        case Steered():
            return steered(state, state.outlets[event.evse], event)
        case ProfileKept(id=number, kept=kept):
            state.profiles[number] = kept
            return ()
        case ProfilesDropped(ids=ids):
            for number in ids:
                state.profiles.pop(number, None)
            return ()
        case VariablesSet(values=values):
            state.variables.update(values)
            return ()


def steered(state: State, outlet: Outlet, event: Steered) -> Sequence[Command]:
    """Take another set-point, and pass it on to a session that runs."""
    if event.kept is not None:
        state.profiles[event.profile] = event.kept
    outlet.wish_kw, outlet.until, outlet.origin = event.kw, event.until, event.origin
    return renewed(state, outlet, event.at)


def start_asked(state: State, event: StartAsked) -> Sequence[Command]:
    """Accept the start of a plugged car's session, once; the same request again is accepted again."""
    found = _startable(state, event)
    if found is None:
        return (Answer(uid=event.uid, what="start", accepted=False, reason="NotPlugged"),)
    if found.remote_start == event.remote_start:
        return (Answer(uid=event.uid, what="start", accepted=True, tx=found.tx),)
    if found.remote_start is not None or found.stopping or not found.operative:
        return (Answer(uid=event.uid, what="start", accepted=False, reason="Occupied"),)
    found.remote_start = event.remote_start
    found.token, found.token_type = event.token, event.token_type
    accepted = Answer(uid=event.uid, what="start", accepted=True, tx=found.tx)
    if not state.speaks_v2x or found.allowed is not None:
        return (accepted, *authorize(state, found, event.at))
    due = later(event.at, state.allowed_s)
    return (accepted, WakeAt(due=due, key=f"allowed/{found.number}"))


def _startable(state: State, event: StartAsked) -> Outlet | None:
    """Return the EVSE that is meant, if a car is plugged there: the named one, or the only one."""
    if event.evse:
        outlet = state.outlets.get(event.evse)
        return outlet if outlet is not None and outlet.tx else None
    waiting = [outlet for outlet in state.outlets.values() if outlet.tx]
    return waiting[0] if len(waiting) == 1 else None


def _of(state: State, tx: str) -> Outlet | None:
    """Return the EVSE on which *tx* runs."""
    return next((outlet for outlet in state.outlets.values() if tx and outlet.tx == tx), None)


def stop_asked(state: State, event: StopAsked) -> Sequence[Command]:
    """Begin to end a transaction; its end is reported when the port is unlatched."""
    outlet = _of(state, event.tx)
    if outlet is None:
        unknown = Answer(uid=event.uid, what="stop", accepted=False, reason="TxNotFound")
        return (unknown,) if event.uid else ()
    answer = (Answer(uid=event.uid, what="stop", accepted=True),) if event.uid else ()
    if outlet.stopping:
        return answer
    outlet.stopping = event.reason
    outlet.trigger = "RemoteStop" if event.reason == "Remote" else "ResetCommand"
    return (*answer, Forget(key=f"allowed/{outlet.number}"), *stop_evse(outlet))


def allowed_said(state: State, event: AllowedSaid) -> Sequence[Command]:
    """Take the word on discharging: it begins a session that waits for it, or changes a running one."""
    outlet = _of(state, event.tx)
    if outlet is None:
        return (Answer(uid=event.uid, what="allowed", accepted=False, reason="TxNotFound"),)
    changed = outlet.allowed != event.discharge
    outlet.allowed = event.discharge
    answer = Answer(uid=event.uid, what="allowed", accepted=True)
    if outlet.remote_start is None or outlet.stopping or (outlet.permitted and not changed):
        return (answer,)
    return (
        answer, Forget(key=f"allowed/{outlet.number}"), *authorize(state, outlet, event.at)
    )  # fmt: skip


def operative_said(state: State, outlet: Outlet, event: OperativeSaid) -> Sequence[Command]:
    """Switch an EVSE out of service or back into it; what runs there may come to its end."""
    outlet.retiring = not event.operative and bool(outlet.tx)
    if outlet.retiring:
        return ()
    return switched(state, outlet, operative=event.operative)


def triggered(state: State, event: Triggered) -> Sequence[Command]:
    """Say again what was asked for."""
    outlets = [state.outlets[number] for number in event.evses]
    if event.message == "StatusNotification":
        return [TellStatus(evse=one.number, status=one.status) for one in outlets]
    running = [one for one in outlets if one.tx and not one.stopping]
    return [report(state, one, "Updated", "Trigger", event.at) for one in running]


def reset_asked(state: State, event: ResetAsked) -> Sequence[Command]:
    """Reset now, or after the transactions that run; *Immediate* ends them first."""
    running = [outlet for outlet in state.outlets.values() if outlet.tx]
    if not running or event.kind == "ImmediateAndResume":
        return (Reboot(kind=event.kind),)
    state.reset = event.kind
    commands: list[Command] = []
    if event.kind == "Immediate":
        for outlet in running:
            stop = StopAsked(at=event.at, uid="", tx=outlet.tx, reason="ImmediateReset")
            commands += stop_asked(state, stop)
    return commands
