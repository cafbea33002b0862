"""The clock and the physics: minute by minute a strategy says what each car shall do, and it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sterna.app.evaluation.days import MINUTE, MINUTES, Days
from sterna.kernel.quantities import Instant
from sterna.world.fleet import Plates, moved

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PER_HOUR: Final = 60.0
OVER_KW: Final = 0.01
"""Ten watts over a limit are rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What a strategy sees at the beginning of a minute."""

    now: Instant
    quarter: int
    left: int
    """Minutes of the quarter hour that are left, this one included."""
    here: Ints
    """Shape (P,): positions of the plugged cars among the drivers."""
    came: tuple[int, ...]
    """Who was plugged in just now."""
    went: tuple[int, ...]
    """Who was unplugged just now."""
    stored_kwh: Floats
    """Shape (P,), of those who are here."""
    power_kw: Floats
    """Shape (P,): what flowed in the minute before; 0 for who just came."""
    load_kw: float
    pv_kw: float
    drawn_kwh: float
    """Imported in this quarter hour so far, net of export."""
    peak_kw: float
    """Highest mean import of a quarter hour so far."""


class Strategy(Protocol):
    """Decides for all cars, every minute."""

    def powers(self, seen: Seen) -> Floats:
        """Return what the plugged cars shall do in this minute, shape (P,), kW at the meter."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lived:
    """What came of a strategy. Per quarter: shape (Q,); per car: shape (N,)."""

    site_kwh: Floats
    """Net import of each quarter hour, after what was curtailed; negative was fed in."""
    cars_kwh: Floats
    """Net energy into cars, at their meters."""
    curtailed_kwh: Floats
    left_kwh: Floats
    """Stored when the car was unplugged."""
    lowest_kwh: Floats
    """Least that was ever stored."""
    moved_kwh: Floats
    """Stored plus taken from the cells."""
    over_minutes: int
    """Minutes in which the site drew more, or fed in more, than it may."""
    over_kwh: float


def lived(days: Days, strategy: Strategy, progress: Callable[[float], None] | None = None) -> Lived:
    """Live through *days* with *strategy*; *progress* learns the share that is over."""
    return _Life(days).through(strategy, progress or (lambda _share: None))


class _Life:
    """The state of one life."""

    def __init__(self, days: Days) -> None:
        drivers = days.drivers
        self._days = days
        minute_of = {
            name: np.rint((moments - days.start) / MINUTE).astype(np.int64)
            for name, moments in (("comes", drivers.comes), ("goes", drivers.goes))
        }
        self._comes, self._goes = (_by_minute(minute_of[name]) for name in ("comes", "goes"))
        self._stored = drivers.arrival_kwh.copy()
        self._lowest = drivers.arrival_kwh.copy()
        self._moved = np.zeros(len(drivers))
        self._power = np.zeros(len(drivers))
        self._site, self._cars, self._curtailed = (np.zeros(days.quarters) for _ in range(3))
        self._over_minutes, self._over_kwh = 0, 0.0

    def through(self, strategy: Strategy, progress: Callable[[float], None]) -> Lived:
        """Live all minutes."""
        days = self._days
        here: Ints = np.zeros(0, dtype=np.int64)
        plates: Plates = days.drivers.plates.of(here)
        peak = drawn = 0.0
        for minute in range(days.quarters * MINUTES):
            quarter, at = divmod(minute, MINUTES)
            if at == 0 and quarter:
                peak, drawn = max(peak, drawn * PER_HOUR / MINUTES), 0.0
                if quarter % 96 == 0:
                    progress(quarter / days.quarters)
            came, went = self._comes.get(minute, ()), self._goes.get(minute, ())
            if came or went:
                kept = here[~np.isin(here, went)]
                here = np.concatenate((kept, np.array(came, dtype=np.int64)))
                plates = days.drivers.plates.of(here)
            seen = Seen(
                now=Instant(days.start + MINUTE * minute), quarter=quarter, left=MINUTES - at, here=here,
                came=came, went=went, stored_kwh=self._stored[here], power_kw=self._power[here],
                load_kw=float(days.load_kw[minute]), pv_kw=float(days.pv_kw[minute]), drawn_kwh=drawn, peak_kw=peak,
            )  # fmt: skip
            drawn += self._minute(strategy.powers(seen), here, plates, seen)
        return Lived(
            site_kwh=self._site, cars_kwh=self._cars, curtailed_kwh=self._curtailed, left_kwh=self._stored,
            lowest_kwh=self._lowest, moved_kwh=self._moved, over_minutes=self._over_minutes, over_kwh=self._over_kwh,
        )  # fmt: skip

    def _minute(self, wish: Floats, here: Ints, plates: Plates, seen: Seen) -> float:
        """Let one minute pass; return its net import in kWh."""
        cars_kw = 0.0
        if len(here):
            power, stored, through = moved(plates, self._stored[here], wish, MINUTE)
            self._stored[here], self._power[here] = stored, power
            self._lowest[here] = np.minimum(self._lowest[here], stored)
            self._moved[here] += through
            cars_kw = float(power.sum())
        days = self._days
        net = seen.load_kw - seen.pv_kw + cars_kw
        cut = min(max(0.0, -net - days.export_limit_kw), seen.pv_kw)
        net += cut
        over = max(net - days.import_limit_kw, -net - days.export_limit_kw)
        if over > OVER_KW:
            self._over_minutes += 1
            self._over_kwh += over / PER_HOUR
        self._site[seen.quarter] += net / PER_HOUR
        self._cars[seen.quarter] += cars_kw / PER_HOUR
        self._curtailed[seen.quarter] += cut / PER_HOUR
        return net / PER_HOUR


def _by_minute(minutes: Ints) -> dict[int, tuple[int, ...]]:
    """Return who belongs to each minute."""
    found: dict[int, list[int]] = {}
    for car, minute in enumerate(minutes.tolist()):
        found.setdefault(minute, []).append(car)
    return {minute: tuple(cars) for minute, cars in found.items()}
