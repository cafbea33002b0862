"""Why a car has its set-point: what the BEMS had in mind for it, and what became of that when it was shared."""

from typing import Final
from zoneinfo import ZoneInfo

from sterna.actors.cs_ems import battery
from sterna.actors.cs_ems.commands import WhyRow
from sterna.actors.cs_ems.records import Bay, Session, State
from sterna.decisions import plugged, words
from sterna.decisions.why import Reason, Why, shared, way
from sterna.kernel.quantities import Instant, Kilowatts

NEWS_EUR: Final = 0.02
"""A price that moves by less is no news: forecasts move it a little with every plan."""


def explained(
    state: State, bay: Bay, session: Session, point: plugged.SetPoint, missing_kwh: float
) -> tuple[WhyRow, ...]:
    """Take note of why a car has the set-point that it has now; return a row where that is news.

    *missing_kwh*: what dispatch says that the car will lack, of a little more than its driver asked for.
    """
    reason, wish, before = point.reason, session.wish, session.told_why
    if reason is Reason.UNREACHABLE:
        assert bay.plug is not None
        margin = battery.TARGET_MARGIN * battery.capacity(state, bay.plug, session)
        reason = Reason.UNREACHABLE if missing_kwh > margin else Reason.DEADLINE
    why = session.why = shared(
        reason, Kilowatts(session.told_kw), state.whys.get(bay.plate.evse), consents=wish.v2x, place=point.limit
    )  # fmt: skip
    if before is not None and not is_news(before, why):
        return ()
    session.told_why = why
    return (
        WhyRow(
            session=session.session, at=state.dispatched_at, evse=bay.plate.evse, reason=why.reason.name, kw=why.kw,
            priced=why.now_eur is not None, now_eur=why.now_eur or 0.0, extra_eur=why.extra_eur, then_at=why.then_at,
            then_eur=why.then_eur, wear_eur=why.wear_eur, place=why.place, departure=wish.departure,
            target=wish.target, floor=wish.floor,
        ),
    )  # fmt: skip


def is_news(before: Why, why: Why) -> bool:
    """Return whether a reason differs from the one before it by more than its last cents."""
    if (before.reason, way(before.kw)) != (why.reason, way(why.kw)):
        return True
    return abs((before.now_eur or 0.0) - (why.now_eur or 0.0)) >= NEWS_EUR


def said(session: Session, now: Instant, zone: ZoneInfo) -> str:
    """Return in a sentence what a car does and why; nothing before its first set-point."""
    if session.why is None:
        return ""
    asked = session.wish
    wish = words.Wish(departure=asked.departure, target=asked.target, floor=asked.floor)
    return words.sentence(session.why, wish, now, zone)
