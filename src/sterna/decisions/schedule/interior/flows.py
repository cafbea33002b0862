"""What a trajectory of stored energy means at the meters and at the grid, and what it costs."""

from math import fsum

import numpy as np

from sterna.decisions.schedule.columns import Slots
from sterna.decisions.schedule.interior.costs import Chains
from sterna.decisions.schedule.interior.layout import Layout
from sterna.decisions.schedule.plan import Flows, costs_at_the_grid, costs_of, kept, metered
from sterna.decisions.schedule.problem import Floats, Problem


def flows_of(problem: Problem, where: Slots, stored: Floats) -> Flows:
    """Return the cheapest flows with *stored* energy at the end of each slot, shape (M,)."""
    cars, count = problem.sessions, len(problem.hours)
    before = np.empty(len(stored))
    before[1:], before[where.begin] = stored[:-1], cars.energy_kwh
    gained = stored - before
    into, out = np.maximum(gained, 0.0), np.maximum(-gained, 0.0)
    charge = metered(cars, where, into, charging=True)
    discharge = metered(cars, where, out, charging=False)
    drawn = np.bincount(where.step, weights=charge - discharge, minlength=count)
    imported, exported, curtailed, over = _at_the_grid(problem, drawn.astype(np.float64))
    found = Flows(
        charge=charge,
        discharge=discharge,
        into=into,
        out=out,
        stored=stored,
        unmet=np.maximum(cars.target_kwh - stored[where.end], 0.0),
        imported=imported,
        exported=exported,
        curtailed=curtailed,
        over=over,
        reserve=np.zeros((0, len(stored))),
        missed=np.zeros((len(problem.bands), count)),
        lacking=np.zeros((0, count)),
    )
    return kept(problem, where, found)


def _at_the_grid(problem: Problem, power: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return import, export, curtailment and excess for the cars' *power*, (T,) each, kWh."""
    site, hours = problem.site, problem.hours
    net = (site.load_kw - site.pv_kw) * hours + power
    most, sun = site.import_limit_kw * hours, site.pv_kw * hours
    over = np.maximum(net - most, 0.0)
    imported = np.minimum(np.maximum(net, 0.0), most)
    spare = np.maximum(-net, 0.0)
    room = site.export_limit_kw * hours
    exported = np.where(site.export_eur_per_kwh > 0, np.minimum(spare, room), 0.0)
    curtailed = np.minimum(spare - exported, sun)
    exported = spare - curtailed  # What the sun does not cover has to leave, paid or not.
    peak = max(site.peak_so_far_kw, float(np.max(imported / hours, initial=0.0)))
    paid = (site.import_eur_per_kwh < 0) & (exported <= 0)  # Paid to draw: rather than use the sun.
    more = np.minimum(np.minimum(most, peak * hours) - imported, sun - curtailed)
    more = np.where(paid, np.maximum(more, 0.0), 0.0)
    return imported + more, exported, curtailed + more, over


def cost_of_stored(problem: Problem, layout: Layout, chains: Chains, stored: Floats) -> float:
    """Return what the flows of *stored* energy (M,) cost, EUR."""
    if problem.bands or not chains.compiled:
        where = layout.where
        return costs_of(problem, where, flows_of(problem, where, stored)).total
    cars, drawn = chains.priced(stored)
    imported, exported, _, over = _at_the_grid(problem, drawn)
    return cars + float(fsum(costs_at_the_grid(problem, imported, exported, over)))
