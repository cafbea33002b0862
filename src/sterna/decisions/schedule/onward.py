"""The problem that a site has one control step after a plan: what a warm start is measured on.

The first step was executed as planned. Forecasts are drawn anew around the old ones, some drivers
say another departure, and who has left is gone.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from sterna.decisions.schedule.problem import Floats, Ints, Plan, Problem, Sessions, Site
from sterna.decisions.schedule.reference import presence

LOAD_NOISE: Final = 0.03
"""Standard deviation of a forecast of load between two control steps, as a share; of sun twice that."""
CHANGING_SHARE: Final = 0.02
"""Drivers who change their departure in one step."""
CHANGED_STEPS_MAX: Final = 6
"""By how many steps they change it at most."""
REACH_SHARE: Final = 0.95
"""What of the energy that still fits into a changed stay may be wanted: as in `reference`."""
LIMIT_OVER_LOAD: Final = 1.02
"""The connection stays larger than the building alone, whatever the new forecast says."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Onward:
    """The next problem."""

    problem: Problem
    """One step shorter than the last one; its steps 0.. are the last one's steps 1.."""
    kept: Ints
    """The sessions of the last problem that are still there, in order, shape (N',)."""


def next_step(problem: Problem, plan: Plan, draw: np.random.Generator) -> Onward:
    """Return what is to be decided after the first step of *plan* was executed.

    *problem* needs two steps or more, and no promises beside the site itself (bands, reserve).
    """
    assert len(problem.hours) > 1, "after the last step there is nothing to decide"
    assert not problem.bands, "bands have no next step here"
    assert problem.reserve is None, "reserves have no next step here"
    kept = np.flatnonzero(problem.sessions.last > 1)
    hours = problem.hours[1:]
    cars = _executed(problem.sessions, plan, kept)
    peak = plan.schedule.import_kwh[0] / problem.hours[0]
    return Onward(
        problem=Problem(
            hours=hours,
            sessions=_changed(cars, hours, draw),
            site=_forecast(problem.site, float(peak), draw),
        ),
        kept=kept,
    )


def _executed(cars: Sessions, plan: Plan, kept: Ints) -> Sessions:
    """Return the sessions *kept*, with what they hold after the first step."""
    mine: dict[str, Any] = {}
    for field in fields(Sessions):
        values = getattr(cars, field.name)
        if values is None:
            mine[field.name] = None
        elif field.name in ("present_h", "early_eur_per_kwh"):
            mine[field.name] = values[kept, 1:]
        else:
            mine[field.name] = values[..., kept]
    here = cars.first[kept] == 0
    return replace(
        replace(cars, **mine),
        first=np.maximum(cars.first[kept] - 1, 0),
        last=cars.last[kept] - 1,
        energy_kwh=np.where(here, plan.energy_kwh[kept, 0], cars.energy_kwh[kept]),
    )


def _changed(cars: Sessions, hours: Floats, draw: np.random.Generator) -> Sessions:
    """Return *cars*, some of which leave earlier or later than they said."""
    count, steps = len(cars), len(hours)
    changes = draw.random(count) < CHANGING_SHARE
    moved = cars.last + draw.integers(-CHANGED_STEPS_MAX, CHANGED_STEPS_MAX + 1, count)
    last = np.where(changes, np.minimum(np.maximum(moved, cars.first + 2), steps), cars.last)
    present = np.where(changes[:, None], presence(cars.first, last, hours), cars.present_h)
    reach = cars.energy_kwh + REACH_SHARE * cars.fastest_kw * np.sum(present, axis=1)
    wanted = np.maximum(cars.floor_kwh, np.minimum(cars.target_kwh, reach))
    return replace(
        cars,
        last=last,
        present_h=present,
        target_kwh=np.where(changes, wanted, cars.target_kwh),
    )


def _forecast(site: Site, peak_kw: float, draw: np.random.Generator) -> Site:
    """Return the rest of the day of *site* as the next forecast sees it, after an import of *peak_kw*."""
    count = len(site.load_kw) - 1
    load = site.load_kw[1:] * np.maximum(1.0 + LOAD_NOISE * draw.normal(size=count), 0.0)
    sun = site.pv_kw[1:] * np.maximum(1.0 + 2 * LOAD_NOISE * draw.normal(size=count), 0.0)
    least = LIMIT_OVER_LOAD * max(float(np.max(load - sun)), 0.0)
    return Site(
        load_kw=load,
        pv_kw=sun,
        import_eur_per_kwh=site.import_eur_per_kwh[1:],
        export_eur_per_kwh=site.export_eur_per_kwh[1:],
        import_limit_kw=np.maximum(site.import_limit_kw[1:], least),
        export_limit_kw=site.export_limit_kw[1:],
        peak_eur_per_kw=site.peak_eur_per_kw,
        peak_so_far_kw=max(site.peak_so_far_kw, peak_kw),
    )
