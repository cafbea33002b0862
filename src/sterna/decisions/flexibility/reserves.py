"""Power held ready for the frequency: what a fleet can hold beside its plan, and for what price.

A reserve is sold by the block (an hour, usually). The rules for reservoirs that last less than two
hours, which every fleet of cars is, ask for more power than is sold, to bring the energy back, and
for energy to last ("Technical Requirements for Frequency Containment Reserve Provision in the Nordic
Synchronous Area", the Nordic transmission operators, 26 May 2023, valid from 1 September 2023):

* FCR-N: 1.34 C each way, energy for 1 h of C each way;
* FCR-D: C in its direction and 0.20 C in the other one, energy for 20 min of C;
* aFRR: C in its direction; how long it has to last is not in that text, one hour is our reading.

Two answers. `held` keeps the plan as it is, and counts car by car what its power leaves free and what
its energy bears, with the target still within reach after a delivery of full length. `priced` plans
again with the reserve as a condition, at rising volumes: the cost above the plan without is the
price. What is called, and its wear, is not in it: that is for the market's energy price.
"""

from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np

from sterna.decisions.flexibility import reach
from sterna.decisions.flexibility.course import course_of, here, powers, stored
from sterna.decisions.flexibility.curve import NEED_KWH, STEPS, Solver
from sterna.decisions.flexibility.product import GRAIN
from sterna.decisions.schedule.lp import solve as solve_exactly
from sterna.decisions.schedule.problem import Floats, Plan, Problem, Reserve, Schedule
from sterna.kernel.money import MICRO_PER_EURO, MicroEuro

KW_PER_MW: Final = 1000.0
PRICE_GRAIN: Final = 10_000
"""Prices are per MW and block, in steps of 0.01 EUR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveProduct:
    """What a kW sold of a reserve asks of the fleet."""

    name: str
    up: float
    """kW of import that can be lowered, per kW sold."""
    down: float
    """kW by which import can be raised, per kW sold."""
    hold_h: float
    """For how long all of that must last; the energy of a kW sold over its share of power."""
    least_kw: float
    step_kw: float

    def reserve(self, kw: float, block: Floats) -> Reserve:
        """Return what has to be held for *kw* sold; *block* is 1 in the block's steps, shape (T,)."""
        return Reserve(
            up_kw=self.up * kw * block, down_kw=self.down * kw * block, hold_h=self.hold_h
        )

    def saleable(self, kw: float) -> float:
        """Return the largest volume not above *kw* that is sold; 0 below the least."""
        volume = int(np.floor(kw / self.step_kw + GRAIN)) * self.step_kw
        return volume if volume >= self.least_kw - GRAIN else 0.0


FCR_N: Final = ReserveProduct(
    name="FCR-N", up=1.34, down=1.34, hold_h=1.0 / 1.34, least_kw=100.0, step_kw=100.0
)
FCR_D_UP: Final = ReserveProduct(
    name="FCR-D up", up=1.0, down=0.2, hold_h=1.0 / 3.0, least_kw=1000.0, step_kw=1000.0
)
FCR_D_DOWN: Final = ReserveProduct(
    name="FCR-D down", up=0.2, down=1.0, hold_h=1.0 / 3.0, least_kw=1000.0, step_kw=1000.0
)
AFRR_UP: Final = ReserveProduct(
    name="aFRR up", up=1.0, down=0.0, hold_h=1.0, least_kw=1000.0, step_kw=1000.0
)
AFRR_DOWN: Final = ReserveProduct(
    name="aFRR down", up=0.0, down=1.0, hold_h=1.0, least_kw=1000.0, step_kw=1000.0
)
NORDIC: Final = (FCR_N, FCR_D_UP, FCR_D_DOWN, AFRR_UP, AFRR_DOWN)
"""The products, with the least volumes and steps of Fingrid's market (2024)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """What a fleet can hold in a block while it follows its plan."""

    product: ReserveProduct
    kw: float
    """What can be sold, or 0."""
    full_kw: float
    """What can be held, before the market's grain."""
    up_kw: Floats
    """Shape (N,): what each car can lower in every step of the block, for `hold_h` from any moment."""
    down_kw: Floats
    """Shape (N,): what each car can raise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReserveStep:
    """One step of a reserve's curve."""

    kw: float
    """Volume added."""
    total_kw: float
    cost_eur: float
    """Cost of the plan that holds `total_kw`, above the step before."""
    price: MicroEuro
    """What is asked per MW for the block, never below cost."""
    plan: Plan
    """Holds `total_kw`: the proof."""


def held(problem: Problem, plan: Schedule, product: ReserveProduct, first: int, last: int) -> Held:
    """Return how much of *product* the fleet can hold in the steps first..last-1 without leaving *plan*.

    Each car holds one share in the whole block. A car that is not plugged throughout holds nothing.
    Delivery starts at any moment of the block and lasts at most `hold_h` within it; afterwards the
    car still reaches what the plan keeps of its target, alone (limits that cars share are looked at
    for the delivery, not for the recovery).
    """
    ground = course_of(problem, plan)
    lines = reach.lines(problem, ground)
    cars, block = problem.sessions, slice(first, last)
    throughout = np.all(here(problem)[:, block] >= problem.hours[block] - 1e-9, axis=1)
    power = ground.moved_kwh[:, block] / problem.hours[block]
    begin = ground.before(first, problem)[:, None]
    energy = np.concatenate((begin, ground.stored_kwh[:, block]), axis=1)
    low, high = _edges(problem, lines, first, last)
    above = np.min(energy - low, axis=1)
    below = np.min(high - energy, axis=1)
    gain, share = np.max(cars.charging[1], axis=0), np.min(cars.discharging[1], axis=0)
    hold = product.hold_h
    up = np.minimum(np.min(power + cars.discharge_kw[:, None], axis=1), above * share / hold)
    down = np.minimum(np.min(cars.charge_kw[:, None] - power, axis=1), below / gain / hold)
    up = np.where(throughout, np.maximum(up, 0.0), 0.0)
    down = np.where(throughout, np.maximum(down, 0.0), 0.0)
    room_up, room_down = _connection(problem, plan, block)
    sums = (min(float(up.sum()), room_up), min(float(down.sum()), room_down))
    asked = (product.up, product.down)
    full = min(amount / part for amount, part in zip(sums, asked, strict=True) if part > 0)
    return Held(product=product, kw=product.saleable(full), full_kw=full, up_kw=up, down_kw=down)


def _edges(problem: Problem, found: reach.Lines, first: int, last: int) -> tuple[Floats, Floats]:
    """Return the lines at all limits of the block's steps, shape (N, K + 1) each.

    At the block's begin they are what one step at full power leads from.
    """
    cars, (least, most) = problem.sessions, powers(problem)
    into, out = stored(problem, most)[:, first], stored(problem, least)[:, first]
    floor = np.minimum(cars.floor_kwh, cars.energy_kwh if first == 0 else found.low[:, first])
    low = np.maximum(floor, found.low[:, first] - into)
    high = np.minimum(problem.ceilings(), found.high[:, first] - out)
    return (
        np.concatenate((low[:, None], found.low[:, first:last]), axis=1),
        np.concatenate((high[:, None], found.high[:, first:last]), axis=1),
    )


def _connection(problem: Problem, plan: Schedule, block: slice) -> tuple[float, float]:
    """Return by how much the connection lets the site lower and raise its import in the whole *block*, kW."""
    site, hours = problem.site, problem.hours
    power = (plan.import_kwh + plan.over_kwh - plan.export_kwh) / hours
    lower = np.min((power + site.export_limit_kw)[block])
    higher = np.min((site.import_limit_kw - power)[block])
    return max(0.0, float(lower)), max(0.0, float(higher))


def priced(
    problem: Problem,
    product: ReserveProduct,
    first: int,
    last: int,
    *,
    solver: Solver = solve_exactly,
    steps: int = STEPS,
) -> tuple[ReserveStep, ...]:
    """Return what it costs to hold rising volumes of *product* in the steps first..last-1, planning anew.

    The last step is the greatest volume that can be held. The first one is the least that is sold:
    it is taken as a whole or not at all.
    """
    block = np.zeros(len(problem.hours))
    block[first:last] = 1.0
    base = solver(problem)
    plans: dict[int, Plan | None] = {}

    def holding(units: int) -> Plan | None:
        if units not in plans:
            wanted = product.reserve(units * product.step_kw, block)
            plan = solver(holding_problem(problem, wanted))
            plans[units] = plan if _holds(problem, wanted, base, plan) else None
        return plans[units]

    least = max(1, ceil(product.least_kw / product.step_kw - GRAIN))
    if holding(least) is None:
        return ()
    most = least
    beyond = 1 + int(_everything(problem, block) / product.step_kw)
    while beyond - most > 1:  # What can be held at all shrinks with the volume: a bisection.
        middle = (most + beyond) // 2
        most, beyond = (middle, beyond) if holding(middle) is not None else (most, middle)
    marks = np.unique(np.round(np.linspace(least, most, steps)).astype(np.int64)).tolist()
    found: list[ReserveStep] = []
    before, reached = base, 0
    for units in marks:
        plan = holding(units)
        assert plan is not None, "what holds more holds less"
        kw = (units - reached) * product.step_kw
        cost = plan.cost_eur - before.cost_eur
        price = ceil(cost / kw * KW_PER_MW * MICRO_PER_EURO / PRICE_GRAIN) * PRICE_GRAIN
        price = max(price, found[-1].price) if found else price
        found.append(
            ReserveStep(
                kw=kw,
                total_kw=units * product.step_kw,
                cost_eur=cost,
                price=MicroEuro(price),
                plan=plan,
            )
        )
        before, reached = plan, units
    return tuple(found)


def holding_problem(problem: Problem, wanted: Reserve) -> Problem:
    """Return *problem* with a reserve, and with room for its delivery left at the connection."""
    site = problem.site
    return replace(
        problem,
        reserve=wanted,
        site=replace(
            site,
            import_limit_kw=np.maximum(site.import_limit_kw - wanted.down_kw, 0.0),
            export_limit_kw=np.maximum(site.export_limit_kw - wanted.up_kw, 0.0),
        ),
    )


def _holds(problem: Problem, wanted: Reserve, base: Plan, plan: Plan) -> bool:
    """Return whether *plan* holds all of *wanted*, serves all drivers and keeps all limits as *base* does."""
    done, was, site = plan.schedule, base.schedule, problem.site
    block = (wanted.up_kw + wanted.down_kw) > 0
    low = plan.site_kw - wanted.up_kw + site.export_limit_kw
    high = site.import_limit_kw - plan.site_kw - wanted.down_kw
    return bool(
        plan.holds_reserve
        and np.all(np.minimum(low, high)[block] >= -NEED_KWH)
        and np.all(plan.unmet_kwh <= base.unmet_kwh + NEED_KWH)
        and np.sum(done.over_kwh) <= np.sum(was.over_kwh) + NEED_KWH
        and np.sum(np.abs(done.missed_kwh)) <= np.sum(np.abs(was.missed_kwh)) + NEED_KWH
    )


def _everything(problem: Problem, block: Floats) -> float:
    """Return more than any fleet of these powers could hold in the *block*, kW."""
    cars = problem.sessions
    plugged = np.any(here(problem)[:, block > 0] > 0, axis=1)
    return float(np.sum((cars.charge_kw + cars.discharge_kw)[plugged]))
