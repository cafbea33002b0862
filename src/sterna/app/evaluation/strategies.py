"""What a site does without a plan: charge on arrival, or by rules that an electrician could write."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.app.evaluation.days import Days
from sterna.app.evaluation.lived import Seen

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HOUR: Final = 3600.0
MINUTE_H: Final = 1.0 / 60.0
CHARGES: Final = 0.93
"""What the rules take for stored of a metered kWh."""
GIVES: Final = 1.10
"""What they take for taken out of the cells per metered kWh."""
HASTE: Final = 1.25
"""A car charges whatever the hour when the time that is left is less than this times what it needs."""
GUARD_H: Final = 0.5
"""And half an hour before that."""
NIGHTLY: Final = 0.4
"""The cheapest part of the day's hours in which the rules charge."""


class OnArrival:
    """Every car charges at full power until its target is reached, and never discharges."""

    def __init__(self, days: Days) -> None:
        """Serve the drivers of *days*."""
        self._drivers = days.drivers

    def powers(self, seen: Seen) -> Floats:
        """Return full power for all that are below their target."""
        plates, target = self._drivers.plates, self._drivers.target_kwh[seen.here]
        wish = np.where(seen.stored_kwh < target, plates.charge_kw[seen.here], 0.0)
        return _to_target(wish, seen.stored_kwh, target, plates.least_kw[seen.here])


def _to_target(wish: Floats, stored: Floats, target: Floats, least: Floats) -> Floats:
    """Return *wish* without charging beyond the target within the minute, but for the least power."""
    need = np.maximum(target - stored, 0.0) / CHARGES / MINUTE_H
    found: Floats = np.where(wish > 0.0, np.minimum(wish, np.maximum(need, least)), wish)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Which quarter hours of the days a rule book calls cheap and dear."""

    cheap: Flags
    dear: Flags


def hours_of(days: Days) -> Hours:
    """Return the dear hours of the tariff (ponta), and the cheapest part of each day by its known prices."""
    prices = days.import_eur_per_kwh
    cheap = np.zeros(len(prices), dtype=bool)
    for first in range(0, len(prices), 96):
        day = slice(first, first + 96)
        cheap[day] = prices[day] <= np.quantile(prices[day], NIGHTLY)
    return Hours(cheap=cheap, dear=days.ponta_eur_per_kwh > 0.0)


class ByRules:
    """Charge in the day's cheap hours below the peak so far, give back in ponta hours, hurry when it is late."""

    def __init__(self, days: Days) -> None:
        """Serve the drivers of *days*, whose prices are known a day ahead."""
        self._days = days
        self._drivers = days.drivers
        self._hours = hours_of(days)
        history = days.feed.inputs
        before = history.load.values - history.pv.sampled(
            history.load.start, history.load.step, len(history.load.values)
        )
        known = round((days.start - history.load.start) / history.load.step)
        self._peak_kw = float(before[:known].max(initial=0.0))
        """What the building alone drew at most in the weeks before: until more is paid for, the cap."""

    def powers(self, seen: Seen) -> Floats:
        """Return what the rules say, within the connection's limits."""
        here, stored = seen.here, seen.stored_kwh
        drivers, plates = self._drivers, self._drivers.plates
        most, least = plates.charge_kw[here], plates.least_kw[here]
        target, floor = drivers.target_kwh[here], drivers.floor_kwh[here]
        left_h = np.maximum(drivers.announced[here] - seen.now, 0.0) / HOUR
        need_h = np.maximum(target - stored, 0.0) / CHARGES / np.maximum(most, 0.1)
        must = (need_h * HASTE + GUARD_H >= left_h) & (stored < target) | (stored < floor)
        wish = np.where(must, most, 0.0)
        others = seen.load_kw - seen.pv_kw
        if self._hours.dear[seen.quarter]:
            back = np.where(drivers.consents[here], plates.discharge_kw[here], 0.0)
            later_h = need_h + back * MINUTE_H * GIVES / CHARGES / np.maximum(most, 0.1)
            may = ~must & (later_h * HASTE + GUARD_H < left_h)
            may &= stored - back * MINUTE_H * GIVES > floor
            give = np.where(may, back, 0.0)
            room = max(0.0, others + float(wish.sum()) + self._days.export_limit_kw)
            wish = wish - np.where(np.cumsum(give) <= room, give, 0.0)
        elif self._hours.cheap[seen.quarter]:
            wants = ~must & (stored < target)
            cap = min(max(self._peak_kw, seen.peak_kw), self._days.import_limit_kw)
            order = np.argsort(left_h - need_h, kind="stable")
            asked = np.where(wants, most, 0.0)[order]
            fits = np.cumsum(asked) <= cap - others - float(wish.sum())
            wish[order] += np.where(fits, asked, 0.0)
        over = others + float(wish.sum()) - self._days.import_limit_kw
        if over > 0.0:
            charging = np.maximum(wish, 0.0)
            part = max(0.0, 1.0 - over / max(float(charging.sum()), 1e-9))
            wish = np.where(wish > 0.0, wish * part, wish)
        return _to_target(wish, stored, target, least)
