"""What cars may draw and give beside what this room orders now: out of reach, or not confirmed yet.

Limits hold at every moment, not only when every order has arrived. So cars that take no orders
are counted with the most that they may do, and a car rises only into room that is surely free.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from sterna.actors.cs_ems.records import Bay, Session, State
from sterna.actors.cs_ems.settings import Plate
from sterna.kernel.quantities import Instant, Kilowatts

DAY_S: Final = 86_400.0
OVER: Final = ("ended", "failed")
"""Phases of a session that is no more."""
TINY_KW: Final = 1e-6
"""Noise of sums."""


class Reserve(Struct, frozen=True, kw_only=True, gc=False):
    """What the cars that take no orders now may do, all together."""

    told_kw: float
    """What they were told last."""
    draw_kw: float
    """The most that they may draw, >= 0."""
    give_kw: float
    """The most that they may give, as a magnitude."""


def alone_kw(state: State, now: Instant) -> Kilowatts:
    """Return what all cars together may draw at *now* while nobody tells what the building draws."""
    parts = state.alone_kw
    return min(state.import_kw, parts[int(now % DAY_S * len(parts) // DAY_S)])


def defaults_kw(state: State, plate: Plate) -> tuple[Kilowatts, ...]:
    """Return what one EVSE may draw without orders, for equal parts of the UTC day.

    Every EVSE of the site may do so at once: together they stay inside what is known to be free.
    """
    count = len(state.bays)
    return tuple(
        Kilowatts(max(0.0, min(plate.charge_kw, min(state.import_kw, part) / count)))
        for part in state.alone_kw
    )


def unordered(state: State) -> Iterator[tuple[Bay, Session]]:
    """Yield the sessions that have power and take no set-points now: out of reach, or between two profiles."""
    for bay in state.bays.values():
        session = state.sessions.get(bay.session) if bay.session else None
        if session is None or bay.plug is None or session.phase in OVER:
            continue
        if session.phase != "running" or bay.plate.station in state.away:
            yield bay, session


def reserve(state: State, now: Instant) -> Reserve:
    """Return what the cars that take no orders at *now* may do at most."""
    told = draw = give = 0.0
    for bay, session in unordered(state):
        default = 0.0
        if bay.plate.station in state.away:
            default = min(bay.plate.charge_kw, alone_kw(state, now) / len(state.bays))
        told += session.told_kw
        draw += max(session.high_kw, default)
        give -= session.low_kw
    return Reserve(told_kw=told, draw_kw=draw, give_kw=give)


def is_confirmed(session: Session) -> bool:
    """Return whether the station is known to have the set-point that it was told last."""
    told = session.told_kw
    return session.high_kw == max(0.0, told) and session.low_kw == min(0.0, told)


def confirmed(session: Session) -> float:
    """Take note that the station has the set-point that it was told last; return the room that this frees."""
    high, low = max(0.0, session.told_kw), min(0.0, session.told_kw)
    freed = (session.high_kw - high) + (low - session.low_kw)
    session.high_kw, session.low_kw = high, low
    return freed


def told(session: Session, kw: Kilowatts) -> None:
    """Take note of a new set-point: until it is confirmed the old one may hold as well."""
    session.told_kw = kw
    session.high_kw, session.low_kw = max(session.high_kw, kw), min(session.low_kw, kw)


class Room:
    """How much the cars under orders may still rise and fall while nothing more is confirmed."""

    def __init__(self, sessions: Iterable[Session], draw_kw: float, give_kw: float) -> None:
        """*draw_kw*, *give_kw*: what all *sessions* together may draw and give, >= 0."""
        self.short = False
        """Whether somebody could not move as far as wished."""
        up, down = draw_kw, give_kw
        for session in sessions:
            up -= session.high_kw
            down += session.low_kw
        self.overfull = up < -TINY_KW or down < -TINY_KW
        """Whether a limit is passed until somebody falls."""
        self._up, self._down = max(0.0, up), max(0.0, down)

    def allowed_kw(self, session: Session, kw: Kilowatts, least_kw: Kilowatts) -> Kilowatts:
        """Return the set-point next to *kw* that *session* may be told at once, and count with it.

        A charging power below *least_kw* is none.
        """
        rise, fall = kw - session.high_kw, session.low_kw - kw
        if rise > self._up + TINY_KW:
            self.short = True
            kw = whole_watts(session.high_kw + self._up)
            kw = Kilowatts(session.high_kw) if kw < least_kw else kw
            rise = kw - session.high_kw
        elif fall > self._down + TINY_KW:
            self.short = True
            kw = whole_watts(session.low_kw - self._down)
            fall = session.low_kw - kw
        self._up -= max(0.0, rise)
        self._down -= max(0.0, fall)
        return kw


def whole_watts(kw: float) -> Kilowatts:
    """Return a power cut to whole watts, towards 0: no limit is passed, and dust is nothing."""
    return Kilowatts(int(kw * 1000.0) / 1000.0)
