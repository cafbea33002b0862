"""The EVSE's book-keeping, pure: what its station has to be told, when, and in which order.

Nothing is kept over a restart: an EVSE that starts has its contactor open and no session. What
power may flow is decided by the machines of ISO 15118 and of the control pilot; this core tells.
"""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.kernel.records import Command, Event

FLOWING_KW = 0.01
"""Less than this is no power: what a meter shows for a converter at rest."""


class State(Struct, kw_only=True):
    """The car at the outlet, as far as the station has to know."""

    dead_band_kw: Kilowatts
    used: bool = False
    """Whether there ever was a car: otherwise a station can have missed nothing."""
    plugged_at: Instant | None = None
    evcc_id: str = ""
    permitted: bool = False
    """Whether the handshake is done and power may flow."""
    ended: str = ""
    """Why the session of this plug is over; empty while it is not."""
    stopping: bool = False
    """Whether the station asked for the end."""
    unlatched: bool = False
    wish_kw: Kilowatts = Kilowatts(0.0)
    """The station's last set-point."""
    told_kw: Kilowatts = Kilowatts(0.0)
    """The power of the last report."""
    needs: tuple[float, ...] = ()
    """What of the car's needs a planner cares for, as last reported."""
    fault: str = ""
    """The component that is faulty; empty while none is."""


class PluggedIn(Event, frozen=True, kw_only=True, gc=False):
    """A car is connected."""


class Named(Event, frozen=True, kw_only=True, gc=False):
    """The car has said its name."""

    evcc_id: str


class NeedsSaid(Event, frozen=True, kw_only=True, gc=False):
    """The car has said what it needs and can; *figures* are those that a plan depends on."""

    figures: tuple[float, ...]


class Permitted(Event, frozen=True, kw_only=True, gc=False):
    """The handshake is done, the contactor is closed."""


class Asked(Event, frozen=True, kw_only=True, gc=False):
    """The station asks for a power."""

    kw: Kilowatts


class Metered(Event, frozen=True, kw_only=True, gc=False):
    """The power has changed, or it is time to read the meter (*due*)."""

    kw: Kilowatts
    due: bool = False


class StopAsked(Event, frozen=True, kw_only=True, gc=False):
    """The station wants the session to end."""


class SessionGone(Event, frozen=True, kw_only=True, gc=False):
    """The dialogue with the car is over; it may come back where *resumable*."""

    reason: str
    resumable: bool = False
    asleep: bool = False
    """Whether it only sleeps: it was ended in good order, to be joined later."""


class LockOpened(Event, frozen=True, kw_only=True, gc=False):
    """The plug can be pulled."""


class PluggedOut(Event, frozen=True, kw_only=True, gc=False):
    """No car is connected."""


class Failed(Event, frozen=True, kw_only=True, gc=False):
    """Something broke."""

    component: str
    reason: str


class Healed(Event, frozen=True, kw_only=True, gc=False):
    """The fault is gone."""


class Joined(Event, frozen=True, kw_only=True, gc=False):
    """The station is there (again): it may have missed anything."""


class Tell(Command, frozen=True, kw_only=True, gc=False):
    """Send the station one frame: *what* is its type."""

    durable: ClassVar[bool] = False
    what: str
    component: str = ""
    reason: str = ""
    asleep: bool = False
    cleared: bool = False


class StopSession(Command, frozen=True, kw_only=True, gc=False):
    """End the dialogue with the car, by force if it does not follow."""

    durable: ClassVar[bool] = False


class AwaitReturn(Command, frozen=True, kw_only=True, gc=False):
    """Give the car some time to come back."""

    durable: ClassVar[bool] = False


TakesIn = (
    PluggedIn | Named | NeedsSaid | Permitted | Asked | Metered | StopAsked | SessionGone
    | LockOpened | PluggedOut | Failed | Healed | Joined
)  # fmt: skip


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Asked(kw=kw):
            state.wish_kw = kw
            return state, ()
        case Metered():
            return state, metered(state, event)
        case PluggedIn():
            return fresh(state, event.at), (Tell(what="plugged"),)
        case Named(evcc_id=evcc_id):
            state.evcc_id = evcc_id
            return state, (Tell(what="plugged"),)
        case NeedsSaid(figures=figures):
            news = figures != state.needs
            state.needs = figures
            return state, (Tell(what="needs"),) if news else ()
        case Permitted():
            state.permitted = True
            return state, (Tell(what="charging"),)
        case PluggedOut():
            return state, plugged_out(state)
        case Joined():
            return state, everything(state)
        case _:
            return state, ending(state, event)


def ending(
    state: State, event: StopAsked | SessionGone | LockOpened | Failed | Healed
) -> Sequence[Command]:
    """Take one of the events that lead out of a session."""
    match event:
        case StopAsked():
            if state.ended:
                return (Tell(what="unlatched"),) if state.unlatched else ()
            state.stopping = True
            return (StopSession(),)
        case SessionGone():
            return session_gone(state, event)
        case LockOpened():
            if not state.ended or state.unlatched:
                return ()
            state.unlatched = True
            return (Tell(what="unlatched"),)
        case Failed(component=component, reason=reason):
            state.fault = component
            return (Tell(what="fault", component=component, reason=reason),)
        case Healed():
            component, state.fault = state.fault, ""
            healed = Tell(
                what="fault", component=component, reason="the self test passed", cleared=True
            )
            return (healed,) if component else ()


def fresh(state: State, at: Instant) -> State:
    """Return the state of a plug that has just gone in."""
    return State(dead_band_kw=state.dead_band_kw, used=True, plugged_at=at, fault=state.fault)


def flow(kw: float) -> int:
    """Return 1 while charging, -1 while discharging, 0 at rest."""
    return 0 if abs(kw) < FLOWING_KW else (1 if kw > 0.0 else -1)


def metered(state: State, event: Metered) -> Sequence[Command]:
    """Report the meter when that is due, or when the power is not what the station expects."""
    if state.plugged_at is None:
        return ()
    turned = flow(event.kw) != flow(state.told_kw)
    surprise = abs(event.kw - state.wish_kw) > state.dead_band_kw
    news = surprise and abs(event.kw - state.told_kw) > state.dead_band_kw
    if not (event.due or turned or news):
        return ()
    state.told_kw = event.kw
    return (Tell(what="meter"),)


def session_gone(state: State, event: SessionGone) -> Sequence[Command]:
    """Report the end of a session, unless the car may come back or the station asked for it."""
    state.permitted = False
    state.needs = ()
    if state.ended or state.plugged_at is None:
        return ()
    if event.resumable and not state.stopping:
        return (AwaitReturn(),)
    if event.asleep and not state.stopping:
        return (Tell(what="meter"), Tell(what="ended", reason=event.reason, asleep=True))
    state.ended = event.reason
    ended = () if state.stopping else (Tell(what="ended", reason=event.reason),)
    return (Tell(what="meter"), *ended)


def plugged_out(state: State) -> Sequence[Command]:
    """Report the end of a plug, with the last reading before it."""
    if state.plugged_at is None:
        return ()
    state.plugged_at = None
    state.permitted = False
    return (Tell(what="meter"), Tell(what="unplugged"))


def everything(state: State) -> Sequence[Command]:
    """Tell a station that has missed something how things stand; it knows what is new to it."""
    was = Tell(what="fault", component=state.fault, reason="since before")
    fault = (was,) if state.fault else ()
    if state.plugged_at is None:
        empty = (Tell(what="meter"), Tell(what="unplugged")) if state.used else ()
        return (*fault, *empty)
    frames = [Tell(what="plugged"), Tell(what="meter")]
    if state.needs:
        frames.append(Tell(what="needs"))
    if state.permitted:
        frames.append(Tell(what="charging"))
    if state.ended and not state.stopping:
        frames.append(Tell(what="ended", reason=state.ended))
    if state.unlatched:
        frames.append(Tell(what="unlatched"))
    return (*fault, *frames)
