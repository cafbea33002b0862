"""One sentence for a car and a moment: what it does, and why, with the figures that decide.

The same words stand on the driver's page and in the report of a run. Prices are EUR per kWh at the
meter; times are those of the site's clock.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from sterna.decisions.why import Reason, Why, way
from sterna.kernel.quantities import Instant, Share

DIGITS: Final = 2
"""Of prices in EUR/kWh."""
CLOSE_DIGITS: Final = 3
"""Where two prices would else read the same."""
LEAST_KW: Final = 0.05
"""Less is shown as 0.0 kW."""


class Wish(Struct, frozen=True, kw_only=True, gc=False):
    """What the driver said, as far as a sentence speaks of it."""

    departure: Instant
    target: Share
    floor: Share


class _Told:
    """The figures of one sentence as words."""

    def __init__(self, why: Why, wish: Wish, at: Instant, zone: ZoneInfo) -> None:
        """*at*: when it is said; moments of another day get their weekday."""
        self._zone = zone
        self._day = datetime.fromtimestamp(at, zone).date()
        price = 0.0 if why.now_eur is None else why.now_eur
        close = _cents(price) == _cents(why.then_eur) and bool(why.then_at)
        digits = CLOSE_DIGITS if close else DIGITS
        self.priced = why.now_eur is not None
        self.bare = f"{price - why.extra_eur:.2f} EUR/kWh"
        self.extra = f"{why.extra_eur:.{DIGITS if _cents(why.extra_eur) else CLOSE_DIGITS}f}"
        for_peak = f" ({self.extra} of it for the peak)" if _cents(why.extra_eur) > 0 else ""
        self.now = f"{price:.{digits}f} EUR/kWh{for_peak}"
        self.later = bool(why.then_at)
        self.then_at = self.clock(why.then_at)
        self.then_eur = f"{why.then_eur:.{digits}f}"
        self.leaves = self.clock(wish.departure)
        self.target, self.floor = f"{wish.target * 100:.0f} %", f"{wish.floor * 100:.0f} %"
        self.wear = f"wear {why.wear_eur:.2f}" if _cents(why.wear_eur) else "hardly any wear"
        self.place = why.place or "a limit"
        self.refilled = f"refilled at {self.then_eur} after {self.then_at}" if self.later else ""

    def clock(self, moment: Instant) -> str:
        """Return the time of *moment*, with its weekday when that is another one."""
        local = datetime.fromtimestamp(moment, self._zone)
        return local.strftime("%H:%M" if local.date() == self._day else "%a %H:%M")


def _cents(eur: float) -> int:
    return round(eur * 100)


def _listed(*parts: str) -> str:
    """Return those of *parts* that say something, one after the other."""
    return "; ".join(part for part in parts if part)


Phrase = Callable[[_Told], str]
PHRASES: Final[dict[Reason, Phrase]] = {
    Reason.CHARGE_NOW: lambda _: "the driver asked for it",
    Reason.BELOW_FLOOR: lambda t: f"it holds less than the driver's minimum of {t.floor}",
    Reason.UNREACHABLE: lambda t: f"even so it will not quite reach {t.target} by {t.leaves}",
    Reason.DEADLINE: lambda t: f"it needs all the time until {t.leaves} for {t.target}",
    Reason.SUN: lambda t: f"there is sun to spare, and the grid would pay {t.now} for it",
    Reason.STORES: lambda t: (
        f"electricity costs {t.now} now; it can give back at {t.then_at}, when it costs {t.then_eur}"
    ),
    Reason.CHEAP: lambda t: (
        f"electricity costs {t.now} now; "
        + (
            f"the next best is {t.then_eur} at {t.then_at}"
            if t.later
            else "no hour that is left costs less"
        )
    ),
    Reason.TOPS_UP: lambda t: (
        f"electricity costs {t.now} now, and the rest that it needs fits in here"
    ),
    Reason.AT_PEAK: lambda t: (
        f"more would raise the month's peak, which costs {t.extra} on top of {t.bare}"
    ),
    Reason.AT_LIMIT: lambda t: (
        f"more does not fit through the connection; the energy costs {t.bare}"
    ),
    Reason.LIMITED: lambda t: f"it should have more, but {t.place} is at its limit",
    Reason.ASKED: lambda t: (
        (f"the site takes in energy at {t.now}" if t.priced else "the site takes in energy")
        + ", and this car is among the first to need it"
    ),
    Reason.GIVES_DEAR: lambda t: _listed(f"the building would pay {t.now} now", t.refilled, t.wear),
    Reason.GIVES_SPARE: lambda t: _listed(
        f"the building would pay {t.now} now", f"{t.target} by {t.leaves} stays sure", t.wear
    ),
    Reason.GIVES_PEAK: lambda t: _listed(
        f"it holds the month's peak down, worth {t.extra} on top of {t.bare}", t.refilled, t.wear
    ),
    Reason.GIVES_LIMIT: lambda t: _listed("the connection is full without it", t.refilled, t.wear),
    Reason.RESTS: lambda t: _listed("its cells age less when it is less full", t.refilled),
    Reason.GIVES_BACK: lambda t: (
        (f"the building would pay {t.now} now" if t.priced else "the building asks for it")
        + ", and this car has energy to spare"
    ),
    Reason.WAITS_CHEAPER: lambda t: (
        f"electricity costs {t.now} now and {t.then_eur} at {t.then_at}; there is time until {t.leaves}"
    ),
    Reason.WAITS_PEAK: lambda t: (
        f"more load now would raise the month's peak, which costs {t.extra} on top of {t.bare}; "
        f"there is time until {t.leaves}"
    ),
    Reason.WAITS_LIMIT: lambda t: (
        f"the connection is full with cars that need it more; there is time until {t.leaves}"
    ),
    Reason.WAITS: lambda t: _listed(
        f"there is time until {t.leaves}",
        f"electricity costs no more at {t.then_at}, and cells age less when less full"
        if t.later
        else "",
    ),
    Reason.OTHERS_FIRST: lambda t: (
        f"what the site asks for is done by other cars; there is time until {t.leaves}"
    ),
    Reason.KEEPS: lambda t: (
        f"it keeps its energy, which is worth as much at {t.then_at}: {t.now}"
        if t.now.startswith(t.then_eur)
        else f"it keeps its energy for {t.then_at}, when electricity costs {t.then_eur}; now it is {t.now}"
    ),
    Reason.FULL: lambda _: "it is full",
    Reason.ENOUGH: lambda t: f"it has what it needs for {t.leaves}",
    Reason.NO_GAIN: lambda t: (
        f"giving back at {t.now} would not pay: {t.wear}"
        + (
            f", losses, and refilling at {t.then_eur} from {t.then_at}"
            if t.later
            else " and losses"
        )
    ),
    Reason.ONE_WAY: lambda t: (
        f"electricity is worth {t.now} now, but this car can only charge here"
    ),
    Reason.NO_CONSENT: lambda t: (
        (f"electricity is worth {t.now} now, but " if t.priced else "")
        + "the driver did not agree to giving back"
    ),
    Reason.AT_FLOOR: lambda t: f"it is at the driver's minimum of {t.floor} and gives no more",
    Reason.NEEDED: lambda t: f"its energy is needed for {t.target} at {t.leaves}",
    Reason.TOO_DEAR: lambda t: f"electricity costs {t.now}, more than the missing energy is worth",
    Reason.FAINT: lambda _: "at so little power the charger would lose more than it gains",
    Reason.CANNOT: lambda _: "car or charger takes no power",
    Reason.AWAY: lambda _: "it is not there",
    Reason.BAND: lambda t: f"{t.place} decides",
    Reason.RESERVED: lambda _: "it holds power ready for the grid",
    Reason.WHOLE: lambda _: "the plan as a whole costs least so",
}
"""The words after the colon."""


def sentence(why: Why, wish: Wish, at: Instant, zone: ZoneInfo, kw: float | None = None) -> str:
    """Return what a car does and why as one English sentence, said at the instant *at* on the clock of *zone*.

    *kw*: the power to speak of, if it is not that of *why* (a mean over some time).
    """
    told = _Told(why, wish, at, zone)
    return f"{_does(why.kw if kw is None else kw)}: {PHRASES[why.reason](told)}."


def _does(kw: float) -> str:
    """Return what a car does in three words."""
    if abs(kw) < LEAST_KW:
        return "Waits"
    return f"Charges at {kw:.1f} kW" if way(kw) > 0 else f"Gives {-kw:.1f} kW back"
