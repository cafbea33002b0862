"""Where the Newton steps begin: at straight lines to the targets, or at prices that are known.

Prices come from the last plan, or from the same problem with every twentieth car and a site that is
as much smaller. Given prices, every car finds its own centre; nothing has to be feasible together.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.layout import Layout
from sterna.decisions.schedule.interior.site import Around, Surround
from sterna.decisions.schedule.problem import Band, Floats, Problem

IDLE: Final = 0.05
"""Part of the smaller power that runs both ways at a start: an inside has both."""
SITE_PART: Final = 0.85
"""Part of the connection that straight lines may fill."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prices:
    """The duals of a site's rows."""

    rows: Floats
    """Shape (1+B, T): EUR per kWh of the balance and of each band."""
    peak: Floats
    """Shape (T,): EUR per kWh, of the rows that hold import below the peak."""


def sampled(problem: Problem, count: int) -> Problem:
    """Return *problem* with *count* of its cars, evenly from those ordered by departure, and less site."""
    cars, site = problem.sessions, problem.site
    order = np.lexsort((cars.first, cars.last))
    which = np.sort(order[np.linspace(0, len(cars) - 1, count).astype(np.int64)])
    less, part = len(which) / len(cars), problem.chosen(which)
    return replace(
        part,
        site=replace(
            site,
            load_kw=site.load_kw * less,
            pv_kw=site.pv_kw * less,
            import_limit_kw=site.import_limit_kw * less,
            export_limit_kw=site.export_limit_kw * less,
            peak_so_far_kw=site.peak_so_far_kw * less,
        ),
        bands=tuple(_smaller(band, less) for band in part.bands),
    )


def _smaller(band: Band, less: float) -> Band:
    """Return *band* with its powers times *less*."""
    return replace(
        band,
        base_kw=band.base_kw * less,
        low_kw=band.low_kw * less,
        high_kw=band.high_kw * less,
    )


def around_at(around: Surround, prices: Prices, product: float) -> Around:
    """Return the site's variables at the centre that *prices* and *product* (of a car) define."""
    live, part = around.live, product * around.weight
    width = np.where(live, around.width, 1.0)
    x, room = by_itself(around.reduced(prices.rows, prices.peak), width, part)
    return Around(
        x=np.where(live, x, 0.0),
        lower=np.where(live, part / x, 0.0),
        upper=np.where(live, part / room, 0.0),
        price=prices.rows.copy(),
        peak=prices.peak.copy(),
    )


def by_itself(reduced: Floats, width: Floats, product: float) -> tuple[Floats, Floats]:
    """Return where variables stand between 0 and *width* at their own centre, and what is left to *width*.

    There x times its multiplier is *product* (EUR) at either bound, and the multipliers differ by *reduced*.
    """
    slope, both = np.abs(reduced) * width, 2.0 * product
    near = both * width / (slope + both + np.hypot(slope, both))
    far = np.maximum(width - near, 0.5 * width)  # `near` is how far the nearer bound is away.
    return np.where(reduced >= 0, near, far), np.where(reduced >= 0, far, near)


def straight(problem: Problem, layout: Layout) -> Floats:
    """Return an inner start (F,): cars on straight lines to their targets, as far as the site allows."""
    cars, where, hours = problem.sessions, layout.where, problem.hours
    bounds = layout.bounds
    gain, drain = layout.gain[:, 0], layout.drain[:, 0]
    net = (problem.site.load_kw - problem.site.pv_kw) * hours
    room = np.maximum(SITE_PART * problem.site.import_limit_kw * hours - net, 0.0)
    slots = len(where.car)
    stored, up, down = np.empty(slots), np.empty(slots), np.empty(slots)
    now = cars.energy_kwh.copy()
    least, most = now.copy(), now.copy()
    for step in range(len(hours)):
        here = slice(layout.begins[step], layout.begins[step + 1])
        at, car = layout.by_step[here], layout.car_by_step[here]
        in_most, out_most, before = bounds.most_in[here], bounds.most_out[here], now[car]
        low = np.maximum(bounds.floor[here], least[car] - out_most)
        high = np.maximum(np.minimum(bounds.ceiling[here], most[car] + in_most), low)
        least[car], most[car] = low, high
        left = np.maximum(cars.last[car] - step, 1)
        want = np.clip((np.maximum(cars.target_kwh[car], before) - before) / left, 0, 0.8 * in_most)
        drawn = float(np.sum(want / gain[car]))
        if drawn > room[step]:
            want = want * (room[step] / drawn)
        margin = 0.1 * np.minimum(high - low, 5.0)
        then = np.clip(before + want, low + margin, high - margin)
        gained = np.clip(then - before, -0.9 * out_most, 0.9 * in_most)
        idle = IDLE * np.minimum(in_most, out_most)
        up[at] = (np.maximum(gained, 0.0) + idle) / gain[car]
        down[at] = (np.maximum(-gained, 0.0) + idle) / drain[car]
        now[car] = stored[at] = before + gained
    x = np.zeros(layout.flat[-1])
    for rest, begin, kinds in ((up, 0, layout.ups), (down, layout.ups, layout.downs)):
        for kind in range(begin, begin + kinds):
            at = layout.position(kind)
            x[at] = np.minimum(rest, 0.98 * layout.width[at])
            np.subtract(rest, x[at], out=rest)  # What is beyond this piece goes to the next one.
    _spread_stored(layout, x, stored)
    return np.where(layout.width > 0, np.clip(x, 0.02 * layout.width, 0.98 * layout.width), 0.0)


def _spread_stored(layout: Layout, x: Floats, stored: Floats) -> None:
    """Fill all pieces of stored energy to the same part, so that they sum to *stored* (M,)."""
    kinds = [layout.position(layout.ups + layout.downs + kind) for kind in range(layout.stores)]
    whole = np.sum([layout.width[at] for at in kinds], axis=0)
    tails = [layout.tail(kind) for kind in range(layout.lasts)]
    for at in tails:
        whole[layout.where.end] += layout.width[at]
    part = np.where(whole > 0, (stored - layout.base_kwh) / np.where(whole > 0, whole, 1.0), 0.0)
    for at in kinds:
        x[at] = part * layout.width[at]
    for at in tails:
        x[at] = part[layout.where.end] * layout.width[at]
