"""The life of one transaction: what is reported of it, and what its EVSE is told."""

from typing import Final

from sterna.actors.station.records import (
    Authorize,
    Forgotten,
    Kind,
    Outlet,
    Reboot,
    Report,
    SetPoint,
    State,
    StopEvse,
    SwitchEvse,
    TellStatus,
)
from sterna.kernel.quantities import Instant, Kilowatts, Seconds, later
from sterna.kernel.records import Command, Forget

REST_KW: Final = 0.01
"""Less than this is no power."""

OVERLAP_S: Final = Seconds(1.0)
"""A set-point outlives its profile by this moment, so that a car need not rest until the next one comes."""


def rested(kw: float) -> bool:
    """Return whether *kw* is no power at all."""
    return abs(kw) < REST_KW


def begun(outlet: Outlet, since: Instant, tx: str) -> None:
    """Begin the transaction *tx* of a plug that is in *since*."""
    outlet.since, outlet.tx, outlet.seq = since, tx, 0
    outlet.remote_start = outlet.allowed = outlet.wish_kw = None
    outlet.token = outlet.token_type = outlet.stopping = outlet.trigger = outlet.origin = ""
    outlet.permitted = outlet.charging = False
    outlet.phase, outlet.needs = "EVConnected", b""
    outlet.kw = Kilowatts(0.0)
    outlet.soc = NOBODY_KNOWS
    outlet.expires = outlet.until = Instant(0.0)


NOBODY_KNOWS: Final = Outlet(number=0, name="").soc


def report(state: State, outlet: Outlet, kind: Kind, trigger: str, at: Instant) -> Report:
    """Return the next message of the transaction, and count it."""
    seq, outlet.seq = outlet.seq, outlet.seq + 1
    named = trigger == "Authorized" or kind == "Ended"
    return Report(
        evse=outlet.number, tx=outlet.tx, seq=seq, kind=kind, trigger=trigger, at=at,
        offline=not state.online, phase=outlet.phase, kw=outlet.kw, import_wh=outlet.import_wh,
        export_wh=outlet.export_wh, soc=outlet.soc, wish_kw=outlet.wish_kw,
        stopped=outlet.stopping if kind == "Ended" else "",
        remote_start=outlet.remote_start if named else None,
        token=outlet.token if named else "", token_type=outlet.token_type if named else "",
    )  # fmt: skip


def authorize(state: State, outlet: Outlet, at: Instant) -> list[Command]:
    """Let the session begin with what is allowed, and give it its set-point."""
    outlet.permitted = True
    word = Authorize(
        evse=outlet.number, tx=outlet.tx, session=str(outlet.remote_start),
        consent=bool(outlet.allowed) and state.speaks_v2x,
    )  # fmt: skip
    return [word, *renewed(state, outlet, at)]


def lasting(state: State, outlet: Outlet, at: Instant) -> Instant:
    """Return until when a set-point holds that is given *at* this moment: what follows it has to be there by then."""
    usual = later(at, state.set_point_s)
    return min(later(outlet.until, OVERLAP_S), usual) if outlet.until else usual


def renewed(state: State, outlet: Outlet, at: Instant) -> list[Command]:
    """Give the EVSE its set-point again, with a new expiry."""
    if not outlet.permitted or outlet.wish_kw is None or not outlet.tx or outlet.stopping:
        return []
    outlet.expires = lasting(state, outlet, at)
    return [
        SetPoint(
            evse=outlet.number, kw=outlet.wish_kw, expires=outlet.expires, origin=outlet.origin
        )
    ]


def stop_evse(outlet: Outlet) -> list[Command]:
    """Tell the EVSE to end the session."""
    return [StopEvse(evse=outlet.number, tx=outlet.tx)]


def ended(state: State, outlet: Outlet, at: Instant) -> list[Command]:
    """End the transaction; its profiles go with it, and a reset that waited for it may happen."""
    outlet.charging = False
    outlet.phase = "EVConnected"
    outlet.kw = Kilowatts(0.0)
    last = report(state, outlet, "Ended", outlet.trigger, at)
    gone = outlet.tx
    outlet.tx, outlet.permitted, outlet.stopping, outlet.wish_kw = "", False, "", None
    state.profiles = {key: kept for key, kept in state.profiles.items() if kept.tx != gone}
    commands: list[Command] = [last, Forget(key=f"allowed/{outlet.number}")]
    commands.append(Forgotten(evse=outlet.number, tx=gone))
    if outlet.retiring:
        outlet.retiring = False
        commands += switched(state, outlet, operative=False)
    if state.reset and not any(other.tx for other in state.outlets.values()):
        commands.append(Reboot(kind=state.reset))
        state.reset = ""
    return commands


def switched(state: State, outlet: Outlet, *, operative: bool) -> list[Command]:
    """Switch an EVSE out of service or back into it, if that is news."""
    if outlet.operative == operative:
        return []
    outlet.operative = operative
    switch = SwitchEvse(evse=outlet.number, operative=operative)
    return [switch, *status_of(state, outlet)]


def status_of(state: State, outlet: Outlet) -> list[Command]:
    """Return the word on a connector's status, if it has changed and somebody listens."""
    status = "Available" if outlet.since is None else "Occupied"
    if outlet.fault:
        status = "Faulted"
    elif not outlet.operative:
        status = "Unavailable"
    if status == outlet.status:
        return []
    outlet.status = status
    return [TellStatus(evse=outlet.number, status=status)] if state.online else []
