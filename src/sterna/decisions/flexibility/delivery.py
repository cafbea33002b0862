"""The greatest offer that can surely be delivered, and who delivers it.

For `Call.WHOLE` the offer is the optimum of one linear program: the fleet gives the volume in every
step of the window, keeps floors, limits and what targets the plan keeps, and recovers within what
the product allows.

For `Call.ANY` nobody knows in advance which part is called in which step. Two courses carry the
proof: the idle course (nothing is called; the fleet's power is the plan's) and the full course (all
is called), with three conditions car by car: the same until the window; in it, the full course moves
in the offer's direction or not at all; after it, the other way or not at all. Then each car answers a
call for the share a of a step with

    p = p_idle - a (p_idle - p_full)                                                        (1)

and whatever shares come, its stored energy stays between those of the two courses, because stored
energy grows with power, whatever the losses: floors and capacities hold. After the window a car that
stands at the part l between the two energies keeps that part l of the way to the end: its power is
then between the two courses' powers, so that all limits hold, and the recovery is at most the
declared one. No foresight is needed, and the answer is a car's own: who has left drops out.

The conditions cost something at times: the volume for `ANY` may be below that for `WHOLE`, which
bounds it (a full call is one of the calls). `Offer.bound_kw` says so; where both agree the offer is
the greatest there is.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.flexibility import chance
from sterna.decisions.flexibility.course import SLACK_KW, Course, course_of, metered, schedule_of
from sterna.decisions.flexibility.product import Call, Product
from sterna.decisions.flexibility.room import TINY_KWH, greatest
from sterna.decisions.flexibility.task import Found, Task, task_of
from sterna.decisions.schedule.problem import Floats, Problem, Schedule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offer:
    """A volume that can surely be delivered in every step of the product's window, with the proof."""

    product: Product
    kw: float
    """What is offered: a volume that the market takes, or 0."""
    sure_kw: float
    """What can surely be delivered, before the market's grain: with the confidence asked for."""
    full_kw: float
    """What can be delivered when every car stays as long as it said."""
    bound_kw: float
    """No offer above this can be delivered, however cleverly, when every car stays."""
    plan: Course
    """What every car does when nothing is called. The fleet's power is the committed plan's; for
    `Call.ANY` the cars may share it in another way."""
    full: Course
    """What every car does when `full_kw` is called in every step."""
    schedule: Schedule
    """The whole site under `full`: the proof for `schedule.check`."""
    recovery_kw: Floats
    """Shape (T,): fleet power under `full` less the plan's, outside of the window; the declaration.
    Positive draws more. With a smaller volume it is smaller in proportion."""

    @property
    def exact(self) -> bool:
        """Whether no greater volume could be delivered when every car stays (to 1 part in a million)."""
        return self.full_kw >= self.bound_kw * (1.0 - 1e-6) - 1e-6

    @property
    def parts_kw(self) -> Floats:
        """What each car gives in each step when all of `full_kw` is called, shape (N, T), kW; 0 outside of the window."""
        steps = len(self.plan.hours)
        change = (self.full.moved_kwh - self.plan.moved_kwh) / self.plan.hours
        found: Floats = self.product.sign * change * self.product.window(steps)
        return found

    def answer(self, step: int, kw: float, present: NDArray[np.bool_] | None = None) -> Floats:
        """Return each car's mean power when *kw* of the offer is called in *step*, shape (N,), kW.

        *present*: which cars are still there; the others' parts fall to those that are, up to
        what each can surely give. A step before the window is the plan's.
        """
        plan = self.plan.moved_kwh[:, step] / self.plan.hours[step]
        parts = self.parts_kw[:, step]
        if present is not None:
            plan, parts = np.where(present, plan, 0.0), np.where(present, parts, 0.0)
        total = float(parts.sum())
        share = min(1.0, kw / total) if total > 0 else 0.0
        answered: Floats = plan + self.product.sign * share * parts
        return answered


def offer(
    problem: Problem,
    plan: Schedule,
    product: Product,
    *,
    probability: Floats | None = None,
    confidence: float = 0.95,
) -> Offer:
    """Return the greatest offer of *product* against *plan*.

    *probability*: shape (N, T), that each car is there in each step (still, or already), never
    rising once it is there; None: every car keeps its word. With it the offer holds in all steps of
    the window at once with *confidence*; such an offer is always answered as `Call.ANY`, because a
    car that leaves changes what the others have to give.
    """
    assert problem.reserve is None, "an offer beside a reserve is not worked out"
    risky = probability is not None
    assert not (risky and product.before_kw > 0), "a plan that changes is no baseline"
    ground = course_of(problem, plan)
    whole = greatest(problem, ground, task(problem, ground, product))
    found, idle = whole, ground
    if risky or product.call is Call.ANY:
        found, idle = _apart(problem, ground, product, whole)
    schedule = schedule_of(problem, found.course)
    outside = 1.0 - product.window(len(problem.hours))
    made = Offer(
        product=product,
        kw=0.0,
        sure_kw=found.volume_kw,
        full_kw=found.volume_kw,
        bound_kw=whole.bound_kw,
        plan=idle,
        full=found.course,
        schedule=schedule,
        recovery_kw=(found.course.fleet_kw - ground.fleet_kw) * outside,
    )
    sure = made.sure_kw if probability is None else _surely(made, probability, confidence)
    return replace(made, sure_kw=sure, kw=product.saleable(sure))


def _apart(
    problem: Problem, ground: Course, product: Product, whole: Found
) -> tuple[Found, Course]:
    """Return a full and an idle course that keep the conditions of `Call.ANY`, with the greatest volume found.

    First the full course stays as it is for a whole call, and an idle one is looked for beside it: the
    same fleet power as the plan's in every step, shared among the cars in another way. Where there is
    none, the plan is the idle one and a full one is looked for beside it.
    """
    if whole.volume_kw <= SLACK_KW:
        return whole, ground
    full = whole.course
    off = (ground.fleet_kw - full.fleet_kw) / whole.volume_kw
    back = beside(problem, full, product, -product.sign)
    asked = replace(
        back, sign=off, low_kw=full.fleet_kw, high_kw=full.fleet_kw, volume_kw=whole.volume_kw
    )
    idle = greatest(problem, full, asked)
    if idle.volume_kw >= whole.volume_kw - SLACK_KW:
        return whole, idle.course
    return greatest(problem, ground, task(problem, ground, product, follow=True)), ground


def beside(problem: Problem, course: Course, product: Product, sign: float) -> Task:
    """Return the task in which each car moves to one side of *course* in the window and to the other after it.

    *sign*: +1 draws no less in the window and no more after it, -1 the other way.
    """
    blank = task_of(problem, course, product.first)
    more = (np.arange(len(problem.hours)) < product.last) == (sign > 0)
    return replace(
        blank,
        least_kwh=np.where(more, np.maximum(blank.least_kwh, course.moved_kwh), blank.least_kwh),
        most_kwh=np.where(more, blank.most_kwh, np.minimum(blank.most_kwh, course.moved_kwh)),
    )


def task(problem: Problem, ground: Course, product: Product, *, follow: bool = False) -> Task:
    """Return what the fleet is asked when *product* is sold against *ground*.

    *follow*: each car moves to one side of *ground* only, as `Call.ANY` needs it.
    """
    steps = len(problem.hours)
    window, free = product.window(steps), product.recovery_kw(steps)
    begin = 0 if product.before_kw > 0 else product.first
    blank = task_of(problem, ground, begin)
    if follow:
        blank = beside(problem, ground, product, product.sign)
    fleet, sign = ground.fleet_kw, product.sign
    room = np.where(sign < 0, fleet - blank.low_kw, blank.high_kw - fleet)[window > 0]
    everything = float(np.max(np.sum(blank.most_kwh - blank.least_kwh, axis=0) / problem.hours))
    return replace(
        blank,
        sign=sign * window,
        low_kw=np.maximum(blank.low_kw, fleet - free),
        high_kw=np.minimum(blank.high_kw, fleet + free),
        volume_kw=max(0.0, min(float(room.min()), everything)),
    )


def recovered(problem: Problem, made: Offer, step: int, stored_kwh: Floats) -> Floats:
    """Return each car's mean power in a *step* after the window, shape (N,), kW, whatever was called before.

    *stored_kwh*: what each car holds when the step begins, shape (N,). It keeps its place between the
    plan and the full course.
    """
    plan, full = made.plan, made.full
    at_plan, at_full = plan.before(step, problem), full.before(step, problem)
    apart = at_full - at_plan
    some = np.abs(apart) > TINY_KWH
    part = np.clip((stored_kwh - at_plan) / np.where(some, apart, 1.0), 0.0, 1.0) * some
    aim = (1.0 - part) * plan.stored_kwh[:, step] + part * full.stored_kwh[:, step]
    change = np.zeros_like(plan.moved_kwh)
    change[:, step] = aim - stored_kwh
    found: Floats = metered(problem, change)[:, step] / problem.hours[step]
    return found


def _surely(made: Offer, probability: Floats, confidence: float) -> float:
    """Return what is left of an offer when each car is there with some *probability*, kW.

    A car that has left gives nothing. If the plan lets it move power against the offer's direction
    that is lost (it does not go on giving back); that it stops what the offer wants less of is not counted.
    """
    product = made.product
    window = slice(product.first, product.last)
    parts = made.parts_kw[:, window]
    plan = product.sign * made.plan.moved_kwh[:, window] / made.plan.hours[window]
    given = np.maximum(parts, 0.0)
    lost = -np.maximum(plan, 0.0)
    return max(0.0, chance.surely(given, lost, probability[:, window], confidence))
