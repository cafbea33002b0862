"""From the solver's numbers to a plan: net what runs both ways, price it, lay it out."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sterna.decisions.schedule.columns import Slots, worst
from sterna.decisions.schedule.problem import (
    OVER_EUR_PER_KWH,
    Costs,
    Flags,
    Floats,
    Ints,
    Plan,
    Problem,
    Schedule,
    Sessions,
    nothing,
)

TINY_KWH: Final = 1e-6
"""Energies below this are the solver's noise (its feasibility tolerance is 1e-7)."""
TINY_EUR: Final = 1e-6
"""Costs nearer than this, per EUR of the plan, are equal."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """A solution by slots (K,) for the cars and by steps (T,) for the site, all in kWh."""

    charge: Floats
    discharge: Floats
    into: Floats
    """What of `charge` is stored."""
    out: Floats
    """What `discharge` takes from the cells."""
    stored: Floats
    """Stored energy at the end of each slot."""
    reserve: Floats
    """Shape (2, K), kW: up and down; (0, K) without a reserve."""
    unmet: Floats
    """Shape (N,)."""
    imported: Floats
    exported: Floats
    curtailed: Floats
    over: Floats
    missed: Floats
    """Shape (B, T): positive above the band."""
    lacking: Floats
    """Shape (2, T), kW; (0, T) without a reserve."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """Flows in which nothing runs both ways, and where that made them dearer."""

    flows: Flows
    costs: Costs
    slots_overlapping: Ints
    """Positions of the slots that need a binary for the plan to be optimal."""
    steps_overlapping: Ints
    """Steps at which import and export need one."""

    @property
    def exact(self) -> bool:
        """Return whether nothing is left to be decided."""
        return len(self.slots_overlapping) == 0 and len(self.steps_overlapping) == 0


def settled(problem: Problem, where: Slots, flows: Flows, objective: float) -> Settled:
    """Net charge against discharge and import against export; see where that costs something.

    *objective* is what the solver says that *flows* cost, EUR.
    """
    both = (flows.charge > TINY_KWH) & (flows.discharge > TINY_KWH)
    two_way = np.minimum(flows.imported, flows.exported) > TINY_KWH
    netted, homeless = _netted(problem, where, flows)
    drawn = flows.charge - flows.discharge
    both |= (
        drawn - (netted.charge - netted.discharge) > TINY_KWH
    )  # The worse piece of a curve first.
    netted = kept(problem, where, netted)
    costs = costs_of(problem, where, netted)
    dearer = costs.total > objective + TINY_EUR * max(1.0, abs(objective)) or bool(homeless.any())
    none = np.zeros(0, dtype=np.int64)
    return Settled(
        flows=netted,
        costs=costs,
        slots_overlapping=np.flatnonzero(both) if dearer else none,
        steps_overlapping=np.flatnonzero(two_way) if dearer else none,
    )


def _netted(problem: Problem, where: Slots, flows: Flows) -> tuple[Flows, Flags]:
    """Return flows with one direction each, and the steps that cannot take the difference.

    A car keeps its stored energy, so it draws less from the meter: the site imports less,
    else exports more where that is paid, else curtails more.
    """
    cars, site = problem.sessions, problem.site
    gained = flows.into - flows.out
    into, out = np.maximum(gained, 0.0), np.maximum(-gained, 0.0)
    charge = metered(cars, where, into, charging=True)
    discharge = metered(cars, where, out, charging=False)
    spared = flows.charge - flows.discharge - charge + discharge
    rest = np.bincount(where.step, weights=spared, minlength=len(problem.hours))
    circle = np.minimum(flows.imported, flows.exported)
    imported, exported = flows.imported - circle, flows.exported - circle
    less = np.minimum(imported, rest)
    imported, rest = imported - less, rest - less
    room = np.maximum(site.export_limit_kw * problem.hours - exported, 0.0)
    more = np.where(site.export_eur_per_kwh > 0, np.minimum(room, rest), 0.0)
    exported, rest = exported + more, rest - more
    cut = np.minimum(site.pv_kw * problem.hours - flows.curtailed, rest)
    curtailed, rest = flows.curtailed + cut, rest - cut
    found = replace(
        flows,
        charge=charge,
        discharge=discharge,
        into=into,
        out=out,
        imported=imported,
        exported=exported,
        curtailed=curtailed,
    )
    return found, rest > TINY_KWH * 10


def metered(cars: Sessions, where: Slots, moved: Floats, *, charging: bool) -> Floats:
    """Return the metered energy of *moved* kWh at the battery, shape (K,), the best piece first.

    What is beyond all pieces is the solver's noise and counts as the last one.
    """
    powers, shares = cars.charging if charging else cars.discharging
    ratios = (1.0 / shares if charging else shares)[:, where.car]
    if len(powers) == 1:
        return np.asarray(moved * ratios[0])
    found, rest, here = np.zeros(len(moved)), moved, cars.present_h[where.car, where.step]
    for power, ratio in zip(powers[:-1], ratios[:-1], strict=True):
        part = np.minimum(rest, power[where.car] * here / ratio)
        found = found + part * ratio
        rest = rest - part
    return np.asarray(found + rest * ratios[-1])


def kept(problem: Problem, where: Slots, flows: Flows) -> Flows:
    """Return *flows* with what their bands miss and their reserve lacks, where the cars' powers changed."""
    if not problem.bands and problem.reserve is None:
        return flows
    steps = len(problem.hours)
    missed = np.zeros((len(problem.bands), steps))
    for number, band in enumerate(problem.bands):
        drawn = band.weight[where.car] * (flows.charge - flows.discharge)
        power = np.bincount(where.step, weights=drawn, minlength=steps)
        above = power - (band.high_kw - band.base_kw) * problem.hours
        below = power - (band.low_kw - band.base_kw) * problem.hours
        missed[number] = np.maximum(above, 0.0) + np.minimum(below, 0.0)
    missed[np.abs(missed) <= TINY_KWH] = 0.0
    if problem.reserve is None:
        return replace(flows, missed=missed)
    most = held(problem, where, flows)
    reserve = np.where(flows.reserve > most + TINY_KWH, most, flows.reserve)
    sums = [np.bincount(where.step, weights=kw, minlength=steps) for kw in reserve]
    wanted = np.stack((problem.reserve.up_kw, problem.reserve.down_kw))
    lacking = np.maximum(wanted - np.array(sums), 0.0)
    lacking[lacking <= TINY_KWH] = 0.0
    return replace(flows, missed=missed, reserve=reserve, lacking=lacking)


def held(problem: Problem, where: Slots, flows: Flows) -> Floats:
    """Return the reserve that each slot could hold beside its *flows*, up and down, shape (2, K), kW."""
    assert problem.reserve is not None
    cars, car, step = problem.sessions, where.car, where.step
    hours = problem.hours[step]
    power = (flows.charge - flows.discharge) / hours
    begins = np.concatenate(([0.0], flows.stored[:-1]))
    begins[where.begin] = cars.energy_kwh
    above = np.minimum(
        begins - problem.begin_floors()[car, step], flows.stored - problem.floors()[car, step]
    )
    below = problem.ceilings()[car] - np.maximum(begins, flows.stored)
    out, into = (most[car] * max(problem.reserve.hold_h, 1e-9) for most in worst(problem))
    up = np.minimum(cars.discharge_kw[car] + power, above / out)
    down = np.minimum(cars.charge_kw[car] - power, below / np.maximum(into, 1e-9))
    whole = cars.present_h[car, step] >= hours - 1e-9
    most: Floats = np.maximum(np.stack((up, down)), 0.0) * whole
    return most


def costs_of(problem: Problem, where: Slots, flows: Flows) -> Costs:
    """Return what *flows* cost, part by part: the objective of the problem."""
    # Sums of products, not scalar products: those of BLAS depend on the number of its threads.
    cars, car = problem.sessions, where.car
    high = np.maximum(flows.stored - cars.knee_kwh[car], 0.0) * problem.hours[where.step]
    bought, peak, over = costs_at_the_grid(problem, flows.imported, flows.exported, flows.over)
    early = 0.0
    if cars.early_eur_per_kwh is not None:
        wanted, price = cars.leaving_early
        short = np.maximum(wanted[car] - flows.stored, 0.0)
        early = float(np.sum(price[car, where.step] * short))
    return Costs(
        energy=bought,
        peak=peak,
        levy=0.0
        if cars.levy_eur_per_kwh is None
        else float(np.sum(cars.levies[car] * flows.charge)),
        wear=float(np.sum(cars.wear_eur_per_kwh[car] * (flows.into + flows.out))),
        high=float(np.sum(cars.high_eur_per_kwh_h[car] * high)),
        unmet=unmet_cost(cars, flows.unmet),
        early=early,
        over=over,
        missed=OVER_EUR_PER_KWH * float(np.sum(np.abs(flows.missed))),
        lacking=OVER_EUR_PER_KWH * float(np.sum(flows.lacking @ problem.hours)),
    )


def costs_at_the_grid(
    problem: Problem, imported: Floats, exported: Floats, over: Floats
) -> tuple[float, float, float]:
    """Return what energy (T,) at the grid costs, EUR: energy, peak, and what is beyond the limit."""
    site = problem.site
    bought = site.import_eur_per_kwh @ imported - site.export_eur_per_kwh @ exported
    peak = max(site.peak_so_far_kw, float(np.max(imported / problem.hours)))
    return float(bought), site.peak_eur_per_kw * peak, OVER_EUR_PER_KWH * float(np.sum(over))


def unmet_cost(cars: Sessions, unmet: Floats) -> float:
    """Return what the missing energy *unmet*, shape (N,), weighs: tier after tier."""
    if cars.fair_shares is None:
        return float(np.sum(cars.unmet_eur_per_kwh * unmet))
    cost, rest = 0.0, unmet
    for width, price in zip(*cars.tiers, strict=True):
        part = np.minimum(rest, width)
        cost += float(np.sum(price * part))
        rest = rest - part
    return cost


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prices:
    """The duals of a solution: what one more of each would cost."""

    site: Floats
    """Shape (T,): a kWh of load."""
    stored: Floats
    """Shape (K,): what a kWh stored at the end of a slot would save."""
    bands: Floats
    """Shape (B, T): a kWh of load in the band."""
    reserve: Floats
    """Shape (2, T): a kW of reserve; (0, T) without."""


def plan_of(
    problem: Problem,
    where: Slots,
    found: Settled,
    *,
    prices: Prices,
    edges: Floats | None,
    bound: float,
    solver: str,
    iterations: int,
) -> Plan:
    """Lay *found* out by sessions and steps."""
    flows = found.flows
    cars, hours = problem.sessions, problem.hours

    at = where.car * len(hours) + where.step

    def laid(values: Floats) -> Floats:
        table = np.zeros(len(cars) * len(hours))
        table[at] = values
        return table.reshape(len(cars), len(hours))

    here = np.maximum(cars.present_h.ravel()[at], 1e-9)
    promised = problem.reserve is not None
    schedule = Schedule(
        charge_kwh=laid(flows.charge),
        discharge_kwh=laid(flows.discharge),
        import_kwh=flows.imported,
        export_kwh=flows.exported,
        curtailed_kwh=flows.curtailed,
        over_kwh=flows.over,
        missed_kwh=flows.missed,
        reserve_up_kw=laid(flows.reserve[0]) if promised else nothing(),
        reserve_down_kw=laid(flows.reserve[1]) if promised else nothing(),
        lacking_kw=flows.lacking,
    )
    cost = found.costs.total
    return Plan(
        edges=np.concatenate(([0.0], np.cumsum(hours) * 3600.0)) if edges is None else edges,
        power_kw=laid((flows.charge - flows.discharge) / here),
        energy_kwh=laid(flows.stored),
        site_kw=(flows.imported + flows.over - flows.exported) / hours,
        unmet_kwh=flows.unmet,
        price_eur_per_kwh=prices.site,
        value_eur_per_kwh=laid(prices.stored),
        peak_kw=max(problem.site.peak_so_far_kw, float(np.max(flows.imported / hours))),
        schedule=schedule,
        cost_eur=cost,
        lower_bound_eur=min(bound, cost),
        solver=solver,
        iterations=iterations,
        band_price_eur_per_kwh=prices.bands,
        reserve_price_eur_per_kw=prices.reserve,
        costs=found.costs,
    )
