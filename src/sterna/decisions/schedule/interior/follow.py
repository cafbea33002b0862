"""From a wished trajectory of stored energy to a schedule that every car and the site can keep.

Cars follow their wish within their powers, floors and capacities; where all together would draw more
than the connection or a band allows, what they want is scaled down in that step, and who fell
behind catches up later by himself, because he follows stored energy and not power.
"""

import ctypes
from dataclasses import replace
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.built import ADDRESS, WHOLE, library
from sterna.decisions.schedule.interior.layout import Layout
from sterna.decisions.schedule.problem import Floats, Problem

BANDS_MAX: Final = 64
"""More bands than these are followed in numpy."""


class _Follow(ctypes.Structure):
    """The record that `sterna_follow` reads."""

    _fields_ = [
        ("steps", WHOLE),
        ("bands", WHOLE),
        *((name, ADDRESS) for name in ("begins", "car", "slot")),
        *((name, ADDRESS) for name in ("most_in", "most_out", "floor", "ceiling", "wish")),
        *((name, WHOLE) for name in ("ups", "downs", "slots")),
        *((name, ADDRESS) for name in ("up", "down", "gain", "drain")),
        *((name, ADDRESS) for name in ("room", "least", "weight", "band")),
        *((name, ADDRESS) for name in ("now", "stored", "wanted")),
    ]


class Follower:
    """Makes schedules of one problem out of wishes."""

    def __init__(self, problem: Problem, layout: Layout) -> None:
        """Hold ready what every slot allows."""
        self._problem, self._layout, bounds = problem, layout, layout.bounds
        self._library = library() if len(problem.bands) <= BANDS_MAX else None
        weight = np.zeros((len(layout.count), len(problem.bands)))
        for number, one in enumerate(problem.bands):
            weight[:, number] = one.weight
        given = {
            "begins": layout.begins, "car": layout.car_by_step, "slot": layout.by_step,
            "most_in": bounds.most_in, "most_out": bounds.most_out,
            "floor": bounds.floor, "ceiling": bounds.ceiling, "up": bounds.up, "down": bounds.down,
            "gain": layout.gain, "drain": layout.drain, "weight": weight,
            "wanted": np.empty(len(layout.count)),
        }  # fmt: skip
        self._given = {name: np.ascontiguousarray(array) for name, array in given.items()}

    def followed(self, wish: Floats, *, most_kw: float = np.inf, limited: bool = True) -> Floats:
        """Return stored energy at the end of each slot, shape (M,), as near to *wish* (M,) as can be.

        *most_kw*: import that is not exceeded by choice, like the connection's limit: a peak that is
        worth more than catching up later. Not *limited*: connection and bands are left to the
        wish. Where limits contradict each other, a wish that knows what each costs may do better.
        """
        problem, layout = self._problem, self._layout
        if not limited:
            problem = _unlimited(problem)
        elif most_kw < np.inf:
            problem = _peaked(problem, most_kw)
        if self._library is None:
            return followed_in_numpy(problem, layout, wish)
        room, least, band = _rooms(problem)
        stored = np.empty(len(wish))
        kept = self._given | {
            "now": np.array(problem.sessions.energy_kwh, dtype=np.float64), "wish": np.ascontiguousarray(wish),
            "room": room, "least": least, "band": np.ascontiguousarray(band), "stored": stored,
        }  # fmt: skip
        record = _Follow(
            steps=len(problem.hours), bands=len(problem.bands), ups=layout.ups, downs=layout.downs,
            slots=len(wish), **{name: array.ctypes.data for name, array in kept.items()},
        )  # fmt: skip
        self._library.sterna_follow(ctypes.byref(record))
        return stored


def _peaked(problem: Problem, most_kw: float) -> Problem:
    """Return *problem* with no more import than *most_kw*."""
    limit = np.minimum(problem.site.import_limit_kw, most_kw)
    return replace(problem, site=replace(problem.site, import_limit_kw=limit))


def _unlimited(problem: Problem) -> Problem:
    """Return *problem* without limits of import and bands; export has no excess to go to."""
    endless = np.full(len(problem.hours), np.inf)
    site = replace(problem.site, import_limit_kw=endless)
    return replace(problem, site=site, bands=())


def _rooms(problem: Problem) -> tuple[Floats, Floats, Floats]:
    """Return the most and the least energy of all cars (T,) each, and the most of each band (B, T)."""
    site, hours = problem.site, problem.hours
    net = (site.load_kw - site.pv_kw) * hours
    most = site.import_limit_kw * hours - net
    least = -(site.export_limit_kw + site.pv_kw) * hours - net
    bands = [(band.high_kw - band.base_kw) * hours for band in problem.bands]
    return most, least, np.array(bands).reshape(len(bands), len(hours))


def followed_in_numpy(problem: Problem, layout: Layout, wish: Floats) -> Floats:
    """Return the same as `Follower.followed`, step by step over all cars at once."""
    cars, bounds = problem.sessions, layout.bounds
    room, least, bands = _rooms(problem)
    stored, now = np.empty(len(wish)), cars.energy_kwh.copy()
    for step in range(len(problem.hours)):
        here = slice(layout.begins[step], layout.begins[step + 1])
        at, car = layout.by_step[here], layout.car_by_step[here]
        before = now[car]
        must = np.clip(bounds.floor[here] - before, 0.0, bounds.most_in[here])
        wanted = np.clip(wish[at] - before, -bounds.most_out[here], bounds.most_in[here])
        wanted = np.clip(before + wanted, bounds.floor[here], bounds.ceiling[here]) - before
        wanted = np.where(must > 0, np.maximum(wanted, must), wanted)
        up, down = np.maximum(wanted, 0.0), np.maximum(-wanted, 0.0)
        gain, drain = layout.gain[car].T, layout.drain[car].T
        into, needed = (_at_meter(part, bounds.up[:, here], gain) for part in (up, must))
        out = _at_meter(down, bounds.down[:, here], drain)
        share = np.full(
            len(car), _part(room[step] + float(np.sum(out - needed)), float(np.sum(into - needed)))
        )
        for band, allowed in zip(problem.bands, bands[:, step], strict=True):
            if np.isfinite(allowed):
                weight = band.weight[car]
                left = float(allowed) + float(weight @ (out - needed))
                mine = _part(left, float(weight @ (into - needed)))
                share = np.where(weight > 0, np.minimum(share, mine), share)
        moved = np.where(up > 0, must + (up - must) * share, 0.0)
        drawn = float(np.sum(_at_meter(moved, bounds.up[:, here], gain)))
        back = _part(drawn - float(least[step]), float(np.sum(out)))
        if back < 1.0:
            down = _at_cells(out * back, bounds.down[:, here], drain)
        now[car] = stored[at] = before + moved - down
    return stored


def _at_meter(stored: Floats, most: Floats, ratio: Floats) -> Floats:
    """Return the metered energy of *stored* kWh, the best piece first; *most*, *ratio*: (P, n)."""
    metered, rest = np.zeros(len(stored)), stored
    for piece in range(len(most)):
        last = piece == len(most) - 1
        part = rest if last else np.minimum(rest, most[piece] * ratio[piece])
        metered = metered + part / ratio[piece]
        rest = rest - part
    return metered


def _at_cells(metered: Floats, most: Floats, ratio: Floats) -> Floats:
    """Return the stored energy of *metered* kWh, the best piece first; *most*, *ratio*: (P, n)."""
    stored, rest = np.zeros(len(metered)), metered
    for piece in range(len(most)):
        last = piece == len(most) - 1
        part = rest if last else np.minimum(rest, most[piece])
        stored = stored + part * ratio[piece]
        rest = rest - part
    return stored


def _part(room: float, wanted: float) -> float:
    """Return the part of *wanted* that fits into *room*, between 0 and 1."""
    left = max(room, 0.0)
    return 1.0 if wanted <= left else left / wanted
