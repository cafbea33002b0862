"""What every car does between two plans: charge below one price, give back above another.

A plan says more than powers. Its duals say what a stored kWh is worth to each car (mu). The car
charges while a kWh at the meter costs less than ``up = gain (mu - wear)`` and gives back while it
earns more than ``down = ratio (mu + wear)``; in between it waits. What a kWh costs the site is a
rising staircase over its import (`Supply`): the pay for export, the price of import, from the paid
peak on the price of a higher one, beyond the limit more than any threshold can say.

When the measured site is off the plan, cars move in the order of their thresholds until the
staircase has met the next one, and no further: nothing moves where nothing deviates, and nothing
moves while the site stays on the plan's own stair. Limits are the highest stair, so that they clip
before anything else; what battery and floor allow clips last. All is one sort and a few sums.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.problem import Floats, Ints, Plan
from sterna.decisions.schedule.snapshot import Snapshot
from sterna.decisions.schedule.steps import means
from sterna.kernel.quantities import Instant, Seconds

HOUR: Final = 3600.0
TIE_EUR: Final = 1e-6
"""Prices nearer than this are equal: a solver's duals are no better."""
NOISE_KW: Final = 1e-9
"""Smaller powers are rounding."""
BEYOND_EUR: Final = 1e6
"""EUR/kWh beyond a limit: dearer than anything a threshold can say."""
FLOOR_EUR: Final = 1e5
"""What a car below its floor pays for charging: it gives way to limits alone."""
LATE_EUR: Final = 1e4
"""What a car pays that would miss its target by waiting: it gives way to floors and limits."""
NEAR_TARGET: Final = 0.9
"""Part of its power with which a car is sure to charge to its target: losses and the taper take the rest."""
Flags = NDArray[np.bool_]
"""An array of truths."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cars:
    """The plugged cars as they are now. Every array has shape (N,); powers are at the meter, >= 0."""

    stored_kwh: Floats
    floor_kwh: Floats
    """Never discharged below; while below, the car charges at full power as far as limits allow."""
    target_kwh: Floats
    capacity_kwh: Floats
    charge_kw: Floats
    discharge_kw: Floats
    """0 without consent or ability."""
    gain: Floats
    """Most that a metered kWh charged may store, in (0, 1]."""
    ratio: Floats
    """Most that a metered kWh given back may take out of the cells, >= 1."""
    least_kw: Floats
    """Least power other than 0, in either direction."""
    left_s: Floats
    """Until the announced departure; negative where that is over."""

    def late(self, period: Seconds) -> Flags:
        """Return who can no longer wait for *period* and reach the target at full power."""
        need_kwh = np.maximum(self.target_kwh - self.stored_kwh, 0.0)
        need_s = need_kwh / np.maximum(self.charge_kw * self.gain * NEAR_TARGET, 1e-9) * HOUR
        found: Flags = (need_kwh > 0.0) & (need_s + period > self.left_s)
        return found

    def room(self, period: Seconds) -> tuple[Floats, Floats]:
        """Return what can be charged, and given back, for all of *period* within capacity and floor."""
        hours = period / HOUR
        space = np.maximum(self.capacity_kwh - self.stored_kwh, 0.0) / self.gain / hours
        spare = np.maximum(self.stored_kwh - self.floor_kwh, 0.0) / self.ratio / hours
        return np.minimum(self.charge_kw, space), np.minimum(self.discharge_kw, spare)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Supply:
    """What one more kWh costs the site, by its import in kW: a staircase that rises."""

    import_eur: float
    export_eur: float
    """Pay for a kWh fed in; above `import_eur` it counts as that."""
    free_kw: float
    """Up to this import the peak is paid or planned already."""
    peak_eur: float
    """What a kWh beyond `free_kw` costs on top."""
    import_limit_kw: float
    export_limit_kw: float
    """Most export, >= 0."""
    slope: float = 0.0
    """EUR/kWh by which a stair rises per kW of deviation from the plan, >= 0."""

    def stairs(self) -> tuple[Floats, Floats]:
        """Return the upper ends of the five stairs in kW, and their prices in EUR/kWh."""
        limit = self.import_limit_kw
        ends = (-self.export_limit_kw, 0.0, min(max(0.0, self.free_kw), limit), limit, np.inf)
        out = min(self.export_eur, self.import_eur)
        prices = (-BEYOND_EUR, out, self.import_eur, self.import_eur + self.peak_eur, BEYOND_EUR)
        return np.array(ends), np.array(prices)

    def reach(self, levels: Floats, planned_kw: float, *, falling: bool) -> Floats:
        """Return the import at which the price meets each of *levels* (EUR/kWh), kW.

        *falling*: the greatest import that costs no more than the level; else the least that costs
        no less. *planned_kw*: where the slope is at zero.
        """
        ends, prices = self.stairs()
        begins = np.concatenate(([-np.inf], ends[:-1]))
        tie = TIE_EUR if falling else -TIE_EUR
        spare = levels[:, None] + tie - prices
        slope = np.zeros(len(ends))
        slope[1:-1] = self.slope
        with np.errstate(divide="ignore", invalid="ignore"):
            along = planned_kw + spare / slope
        level_at = np.where(slope > 0, along, np.where(spare >= 0, np.inf, -np.inf))
        inside = np.clip(level_at, begins, ends)
        found: Floats = (
            np.max(np.where(level_at >= begins, inside, -np.inf), axis=1)
            if falling
            else np.min(np.where(level_at <= ends, inside, np.inf), axis=1)
        )
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """What a plan leaves behind for the time until the next one."""

    begins: Instant
    ends: Floats
    """Shape (K,): until when each of K steps holds, seconds since the epoch."""
    power_kw: Floats
    """Shape (N, K): planned powers; positive charges."""
    up_eur: Floats
    """Shape (N, K): below this price, EUR/kWh, the car charges."""
    down_eur: Floats
    """Shape (N, K): above this price it gives back; never below `up_eur`."""
    price_eur: Floats
    """Shape (K,): the site's price in the plan."""
    others_kw: Floats
    """Shape (K,): load less sun, as the plan expected it."""

    def of(self, rows: Ints) -> "Held":
        """Return what is left behind for the cars in *rows*; -1: a car that the plan did not know, and that waits."""
        count = self.power_kw.shape[1]
        found = np.stack((self.power_kw, self.up_eur, self.down_eur))
        waits = np.repeat(np.array([0.0, -BEYOND_EUR, BEYOND_EUR])[:, None, None], count, axis=2)
        power, up, down = np.concatenate((found, waits), axis=1)[:, rows]
        return replace(self, power_kw=power, up_eur=up, down_eur=down)

    def step(self, now: Instant) -> int | None:
        """Return the step that holds at *now*; None where the schedule has ended."""
        k = int(np.searchsorted(self.ends, now, side="right"))
        return k if k < len(self.ends) and now >= self.begins else None


def held(snapshot: Snapshot, plan: Plan, steps: int) -> Held:
    """Return what the first *steps* of *plan*, an answer to *snapshot*, leave behind for all its stays."""
    count = min(steps, len(plan.edges) - 1)
    into = [ratios[0] for ratios in (stay.pieces[0] for stay in snapshot.stays)]
    out = [
        ratios[0] if ratios else (0.0, 1.0)
        for ratios in (stay.pieces[1] for stay in snapshot.stays)
    ]
    gain = np.array([ratio for _, ratio in into])[:, None]
    taken = np.array([ratio for _, ratio in out])[:, None]
    wear = np.array([stay.wear_eur_per_kwh for stay in snapshot.stays])[:, None]
    worth, edges = plan.value_eur_per_kwh[:, :count], plan.edges[: count + 1]
    up = gain * (worth - wear)
    return Held(
        begins=Instant(float(edges[0])),
        ends=edges[1:],
        power_kw=plan.power_kw[:, :count],
        up_eur=up,
        down_eur=np.maximum(up, taken * (worth + wear)),
        price_eur=plan.price_eur_per_kwh[:count],
        others_kw=means(snapshot.load_kw, edges) - means(snapshot.pv_kw, edges),
    )


def answer(
    now: Instant, plan: Held, cars: Cars, supply: Supply, others_kw: float, period: Seconds
) -> Floats:
    """Return every car's power for the next *period*, shape (N,), kW; positive charges.

    *others_kw*: load less sun, as measured now. After the end of the schedule cars charge to
    their targets inside the limit and never discharge.
    """
    most_kw, back_kw = cars.room(period)
    k = plan.step(now)
    if k is None:
        return alone(cars, supply.import_limit_kw - others_kw, period)
    short = cars.stored_kwh < cars.floor_kwh
    late = cars.late(period)
    back_kw = np.where(late, 0.0, back_kw)
    wish = np.where(short | late, most_kw, np.clip(plan.power_kw[:, k], -back_kw, most_kw))
    up = np.where(short, FLOOR_EUR, np.where(late, LATE_EUR, plan.up_eur[:, k]))
    planned_kw = float(plan.others_kw[k] + plan.power_kw[:, k].sum())
    site_kw = others_kw + float(wish.sum())
    if abs(site_kw - planned_kw) > NOISE_KW or site_kw > supply.import_limit_kw:
        levels = (up, plan.down_eur[:, k], float(plan.price_eur[k]))
        wish = met(wish, levels, (most_kw, back_kw), supply, site_kw, planned_kw)
    chosen = bundled(wish, cars.least_kw, most_kw, back_kw)
    spare_kw = supply.import_limit_kw - others_kw - float(chosen.sum())
    return chosen if spare_kw >= 0.0 else lowered(chosen, -spare_kw, up, cars.least_kw)


def met(
    wish: Floats,
    levels: tuple[Floats, Floats, float],
    room: tuple[Floats, Floats],
    supply: Supply,
    site_kw: float,
    planned_kw: float,
) -> Floats:
    """Return the powers, shape (N,), with which the site's price meets the cars' thresholds.

    *levels*: thresholds to charge and to give back, shape (N,) each, and the plan's price. *site_kw*:
    import if all cars did as they *wish*. Cars fall where that is more than *planned_kw* or than the
    limit, the lowest threshold first, and rise where it is less, the highest first.
    """
    up, down, price = levels
    charging, giving = np.maximum(wish, 0.0), np.maximum(-wish, 0.0)
    falling = site_kw > min(planned_kw, supply.import_limit_kw)
    if falling:
        sizes = np.concatenate((charging, room[1] - giving))
        wanted = np.maximum(np.concatenate((up, down)), price)
        order = np.argsort(wanted, kind="stable")
    else:
        sizes = np.concatenate((giving, room[0] - charging))
        wanted = np.minimum(np.concatenate((down, up)), price)
        order = np.argsort(-wanted, kind="stable")
    sizes, meets = sizes[order], supply.reach(wanted[order], planned_kw, falling=falling)
    before = np.cumsum(sizes) - sizes
    gap = site_kw - meets - before if falling else meets - site_kw - before
    moved = np.zeros(len(sizes))
    moved[order] = np.clip(gap, 0.0, sizes)
    total = moved[: len(wish)] + moved[len(wish) :]
    found: Floats = wish - total if falling else wish + total
    return found


def bundled(wish: Floats, least_kw: Floats, most_kw: Floats, back_kw: Floats) -> Floats:
    """Return powers that converters can run at: what is below their least is bundled on some of them.

    The sum of charging below the least is not exceeded, that of giving back is reached: so the site
    never imports more than was wished, as far as cars have room.
    """
    found = np.where(np.abs(wish) < NOISE_KW, 0.0, wish)
    for sign, room in ((1.0, most_kw), (-1.0, back_kw)):
        faint = np.flatnonzero((sign * found > 0.0) & (sign * found < least_kw - NOISE_KW))
        if not len(faint):
            continue
        asked = sign * found[faint]
        total = float(asked.sum())
        found[faint] = 0.0
        able = room[faint] >= least_kw[faint]
        faint, asked = faint[able], asked[able]
        order = faint[np.argsort(-asked, kind="stable")]
        runs = np.cumsum(least_kw[order])
        count = int(np.searchsorted(runs, total + NOISE_KW, side="right"))
        count += sign < 0 and count < len(order) and (runs[count - 1] if count else 0.0) < total
        found[order[:count]] = sign * least_kw[order[:count]]
    return found


def lowered(power: Floats, by_kw: float, up: Floats, least_kw: Floats) -> Floats:
    """Return *power* with charging lowered by *by_kw* in all, the lowest threshold first."""
    charging = np.maximum(power, 0.0)
    order = np.argsort(up, kind="stable")
    before = np.cumsum(charging[order]) - charging[order]
    cut = np.zeros(len(power))
    cut[order] = np.clip(by_kw - before, 0.0, charging[order])
    left = charging - cut
    left = np.where((cut > 0.0) & (left < least_kw), 0.0, left)
    found: Floats = np.where(power > 0.0, left, power)
    return found


def alone(cars: Cars, room_kw: float, period: Seconds) -> Floats:
    """Return the powers of cars that nobody plans for: to their targets, nearest to the floor first.

    They draw no more than *room_kw* together and never discharge.
    """
    most_kw, _ = cars.room(period)
    goal = np.maximum(cars.target_kwh, cars.floor_kwh)
    need = np.maximum(goal - cars.stored_kwh, 0.0) / cars.gain / (period / HOUR)
    # What ends the charge within the period may be less than a converter's least: it stops itself.
    wish = np.where(need > 0.0, np.minimum(most_kw, np.maximum(need, cars.least_kw)), 0.0)
    held_back = float(wish.sum()) - max(room_kw, 0.0)
    if held_back <= 0.0:
        return wish
    return lowered(wish, held_back, cars.floor_kwh - cars.stored_kwh, cars.least_kw)
