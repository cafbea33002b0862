"""Price against volume: what each step of an offer costs the fleet, from the plans that deliver it.

The fleet's power is held at its plan less (UP) or more (DOWN) the volume in the product's window, and
within the recovery outside of it: one band of the problem. Solved for rising volumes q, the plan's
cost C(q) is convex, because a mix of two plans is a plan at no more than the mix of their costs. So

    price of step k = (C(q_k) - C(q_k-1)) / (q_k - q_k-1) / hours of the window

rises from step to step, steps can be accepted in that order, and a part of a step at the step's price
pays at least what it costs. Wear, recovery, peak and prices at every hour are in C. Prices are whole
micro-euro per kWh, rounded up to the market's grain: no step is sold below its cost. Where binaries
or a solver's gap bend C, prices are lifted until they rise; they are never lowered.

The first step is the market's least volume and can only be taken as a whole: it is solved with and
without. Its price is the mean over its volume.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np

from sterna.decisions.flexibility.course import course_of
from sterna.decisions.flexibility.delivery import Offer, offer
from sterna.decisions.flexibility.product import Call, Product
from sterna.decisions.schedule.lp import solve as solve_exactly
from sterna.decisions.schedule.problem import Band, Floats, Plan, Problem, Schedule
from sterna.kernel.money import MICRO_PER_EURO, MicroEuro, MicroEuroPerKilowattHour

Solver = Callable[[Problem], Plan]
"""Any function that plans: the exact one, or a faster one that proves how near it is."""
STEPS: Final = 8
"""Steps of a curve unless the caller wants more; each costs one solve."""
PRICE_GRAIN: Final = MicroEuroPerKilowattHour(10)
"""0.01 EUR/MWh, the usual tick of power markets."""
SLACK_KW: Final = 1e-6
"""How far the fleet may be from the volume: below what any meter sees, above the solver's tolerance."""
NEED_KWH: Final = 1e-4
"""A target missed by less more than without the offer is the solver's noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One step of a curve: what is added to the steps before it, and the plan that delivers all of them."""

    kw: float
    """Volume added, > 0."""
    total_kw: float
    """Volume of this step and all before it."""
    energy_kwh: float
    """Energy sold with this step: its volume over the window."""
    cost_eur: float
    """What the step costs the fleet: the plan's cost above that of the step before."""
    price: MicroEuroPerKilowattHour
    """What is asked, per kWh sold; may be negative where drawing more saves money."""
    plan: Plan
    """Delivers `total_kw`: the proof, for `schedule.check`."""
    recovery_kw: Floats
    """Shape (T,): fleet power less the committed plan's outside of the window; positive draws more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """An additive ladder of offers: steps in the order in which they are taken, prices never falling."""

    product: Product
    steps: tuple[Step, ...]
    base: Plan
    """The best plan without the offer: what costs are counted from."""
    sure: Offer
    """The greatest volume, and why no more is offered."""

    @property
    def kw(self) -> float:
        """The volume of all steps."""
        return self.steps[-1].total_kw if self.steps else 0.0

    def taken(self, pay: MicroEuroPerKilowattHour) -> int:
        """Return how many steps are worth selling at *pay*, the first ones; 0: better without."""
        return sum(step.price <= pay for step in self.steps)

    def asked(self, steps: int) -> MicroEuro:
        """Return what the first *steps* steps cost together, rounded up; energy in kWh at each step's price."""
        return MicroEuro(
            sum(ceil(step.price * step.energy_kwh - 1e-6) for step in self.steps[:steps])
        )

    def least_factor(self, steps: int) -> float:
        """Return the smallest part of the first *steps* steps that the market may call, in hundredths, rounded up.

        The activation factor of USEF's protocol: by convexity any larger part costs no more than
        the same part of what is asked.
        """
        return ceil(100 * self.product.least_kw / self.steps[steps - 1].total_kw - 1e-9) / 100

    def change_w(self, steps: int) -> tuple[int, ...]:
        """Return the change of consumption in each step of the window, whole watts; positive draws more."""
        watts = round(1000 * self.steps[steps - 1].total_kw) * int(self.product.sign)
        return (watts,) * (self.product.last - self.product.first)


def curve(
    problem: Problem,
    plan: Schedule,
    product: Product,
    *,
    solver: Solver = solve_exactly,
    steps: int = STEPS,
    grain: MicroEuroPerKilowattHour = PRICE_GRAIN,
    probability: Floats | None = None,
    confidence: float = 0.95,
) -> Curve:
    """Return the offers of *product* against the committed *plan*, in at most so many *steps*.

    *probability*, *confidence*: as for `offer`; they bound the volume. Costs are those of a fleet that stays.
    """
    assert product.call is Call.WHOLE, "who is called step by step sells a reserve"
    sure = offer(problem, plan, product, probability=probability, confidence=confidence)
    base = at_volume(problem, plan, product, 0.0, solver)
    found: list[Step] = []
    before = base
    for total in volumes(product, sure.kw, steps):
        then = at_volume(problem, plan, product, total, solver)
        if not _delivers(problem, plan, product, total, base, then):
            break
        found.append(_step(problem, product, plan, found, before, then, total, grain))
        before = then
    return Curve(product=product, steps=tuple(found), base=base, sure=sure)


def volumes(product: Product, most_kw: float, steps: int) -> list[float]:
    """Return rising volumes that the market takes: its least, then about equal steps up to *most_kw*."""
    units = round(product.saleable(most_kw) / product.step_kw)
    if units == 0:
        return []
    first = max(1, ceil(product.least_kw / product.step_kw - 1e-9))
    marks = np.round(np.linspace(first, units, steps)).astype(np.int64)
    return [unit * product.step_kw for unit in np.unique(marks).tolist()]


def at_volume(
    problem: Problem, plan: Schedule, product: Product, kw: float, solver: Solver = solve_exactly
) -> Plan:
    """Return the best plan that gives *kw* of *product* against *plan*.

    What sun *plan* curtails in the window stays curtailed: who draws it instead gives the grid nothing.
    """
    unused = plan.curtailed_kwh * product.window(len(problem.hours))
    site = replace(problem.site, pv_kw=np.maximum(problem.site.pv_kw - unused / problem.hours, 0.0))
    bands = (*problem.bands, band(problem, plan, product, kw))
    found = solver(replace(problem, site=site, bands=bands))
    curtailed = found.schedule.curtailed_kwh + unused
    return replace(found, schedule=replace(found.schedule, curtailed_kwh=curtailed))


def band(problem: Problem, plan: Schedule, product: Product, kw: float) -> Band:
    """Return the band that holds the fleet at *kw* of *product*, and within its recovery outside of the window."""
    steps = len(problem.hours)
    fleet = course_of(problem, plan).fleet_kw
    free = product.recovery_kw(steps) + SLACK_KW
    aim = fleet + product.sign * kw * product.window(steps)
    return Band(
        name="offer",
        weight=np.ones(len(problem.sessions)),
        base_kw=np.zeros(steps),
        low_kw=aim - free,
        high_kw=aim + free,
    )


def _delivers(
    problem: Problem, plan: Schedule, product: Product, kw: float, base: Plan, then: Plan
) -> bool:
    """Return whether *then* gives *kw* at the grid, with all drivers served and all limits kept as in *base*.

    At the grid: giving back what sun is curtailed for in the same step moves nothing there.
    """
    fleet = course_of(problem, then.schedule).fleet_kw - course_of(problem, plan).fleet_kw
    curtailed = (then.schedule.curtailed_kwh - plan.curtailed_kwh) / problem.hours
    window = product.window(len(problem.hours)) > 0
    given = product.sign * (fleet + curtailed)[window]
    return bool(
        np.all(given >= kw - NEED_KWH - SLACK_KW)
        and np.all(then.unmet_kwh <= base.unmet_kwh + NEED_KWH)
        and np.sum(then.schedule.over_kwh) <= np.sum(base.schedule.over_kwh) + NEED_KWH
        and np.sum(np.abs(then.schedule.missed_kwh))
        <= np.sum(np.abs(base.schedule.missed_kwh)) + NEED_KWH
    )


def _step(
    problem: Problem,
    product: Product,
    plan: Schedule,
    so_far: list[Step],
    before: Plan,
    then: Plan,
    total: float,
    grain: int,
) -> Step:
    """Return the step from the plan *before* to *then*."""
    steps = len(problem.hours)
    window = product.window(steps)
    kw = total - (so_far[-1].total_kw if so_far else 0.0)
    energy = kw * float(problem.hours @ window)
    cost = then.cost_eur - before.cost_eur
    price = ceil(cost / energy * MICRO_PER_EURO / grain) * grain
    if so_far:
        price = max(price, so_far[-1].price)
    change = course_of(problem, then.schedule).fleet_kw - course_of(problem, plan).fleet_kw
    return Step(
        kw=kw,
        total_kw=total,
        energy_kwh=energy,
        cost_eur=cost,
        price=MicroEuroPerKilowattHour(price),
        plan=then,
        recovery_kw=change * (1.0 - window),
    )
