"""Why each car charges, waits or gives back in each step of a plan: the binding constraint, by its prices.

A plan is optimal, so each thing it does is explained by complementary slackness. With the price
lambda of a metered kWh in the step, the value v of a kWh stored at its end, wear kappa per kWh of
throughput and a levy on what is charged:

    a car charges  only where  (lambda + levy) / eta_c + kappa <= v,  and below full power only where both are equal;
    it gives back  only where  lambda eta_d - kappa >= v,             likewise.

What follows names for each car and step the constraint that makes it so, and only where it is found
binding: a reason is a claim that can be checked (tests do). Where no claim holds, because steps were
closed or decided by binaries, the reason is `WHOLE`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.price_parts import (
    TINY_EUR,
    TINY_KW,
    TINY_KWH,
    PriceParts,
    price_parts,
    tie_of,
)
from sterna.decisions.schedule.problem import Floats, Ints, Plan, Problem
from sterna.decisions.why import Reason, Why
from sterna.kernel.quantities import Instant, Kilowatts

Flags = NDArray[np.bool_]
"""An array of truths."""
DIGITS: Final = 4
"""Of the figures that are told, in EUR/kWh."""
NOWHERE: Final = np.array(-1)
"""The step that a reason looks at which looks at none."""
REASONS: Final = tuple(Reason)
CODES: Final = {reason: code for code, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reasons:
    """Exactly one reason for each car and step."""

    codes: Ints
    """Shape (N, T): positions in :data:`REASONS`."""
    then: Ints
    """Shape (N, T): the later step that the reason looks at, -1 where it looks at none."""
    band: Ints
    """Shape (N, T): the band that decides where the reason is `BAND`, else -1."""
    parts: PriceParts

    def at(self, car: int, step: int) -> Reason:
        """Return the reason of one car in one step."""
        return REASONS[int(self.codes[car, step])]


class _Slack:
    """What a plan's cars do and what it is worth to them, as arrays of shape (N, T)."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        """Work out energies, bounds and both sides of the optimality conditions."""
        cars, flows = problem.sessions, plan.schedule
        steps = np.arange(len(problem.hours))
        self.here = (steps >= cars.first[:, None]) & (steps < cars.last[:, None])
        self.here &= cars.present_h > 0
        (up, gains), (down, shares) = cars.charging, cars.discharging
        charge_most = up.sum(axis=0)[:, None] * cars.present_h
        give_most = down.sum(axis=0)[:, None] * cars.present_h
        self.charges, self.gives = flows.charge_kwh > TINY_KWH, flows.discharge_kwh > TINY_KWH
        self.waits = self.here & ~self.charges & ~self.gives
        self.takes_none = charge_most <= TINY_KWH
        self.one_way = give_most <= TINY_KWH
        self.flat_out = flows.charge_kwh >= charge_most - TINY_KWH
        before = np.concatenate((cars.energy_kwh[:, None], plan.energy_kwh[:, :-1]), axis=1)
        self.begin = np.where(steps == cars.first[:, None], cars.energy_kwh[:, None], before)
        self.end = plan.energy_kwh
        self.at_end = plan.energy_kwh[np.arange(len(cars)), cars.last - 1][:, None]
        self.target = cars.target_kwh[:, None]
        self.unmet = plan.unmet_kwh[:, None] > TINY_KWH
        price, wear = plan.price_eur_per_kwh, cars.wear_eur_per_kwh[:, None]
        levy = 0.0 if cars.levy_eur_per_kwh is None else cars.levy_eur_per_kwh[:, None]
        first, last = _used(up, gains, cars.present_h, flows.charge_kwh)
        self.buys_first, self.buys_last = (
            (price + levy) / first + wear,
            (price + levy) / last + wear,
        )
        self.tariff_first = levy / first + wear
        """What buying costs beside the price itself; see :meth:`tariff`."""
        self._gain = first
        first, last = _used(down, shares, cars.present_h, flows.discharge_kwh)
        self.sells_first, self.sells_last = price * first - wear, price * last - wear
        self._share = last
        self._wear = wear
        self.value = plan.value_eur_per_kwh
        self.tie = tie_of(price) + 1e-6 * np.abs(self.value)
        self.high = cars.high_eur_per_kwh_h[:, None] * (
            self.begin > cars.knee_kwh[:, None] + TINY_KWH
        )

    def buys_at(self, tariff: Floats) -> Floats:
        """Return what a stored kWh would cost at *tariff* alone, (T,), at the best efficiency."""
        found: Floats = tariff / self._gain + self.tariff_first
        return found

    def sells_at(self, tariff: Floats) -> Floats:
        """Return what a stored kWh would bring at *tariff* alone."""
        found: Floats = tariff * self._share - self._wear
        return found


def _used(powers: Floats, ratios: Floats, here: Floats, moved: Floats) -> tuple[Floats, Floats]:
    """Return the efficiency of the first piece of a curve, (N, 1), and of the last one in use, (N, T)."""
    first = ratios[0][:, None]
    if len(powers) == 1:
        return first, np.broadcast_to(first, moved.shape)
    filled = np.cumsum(powers, axis=0)[:, :, None] * here
    piece = np.minimum(np.sum(filled < moved - TINY_KWH, axis=0), len(powers) - 1)
    return first, ratios[piece, np.arange(len(moved))[:, None]]


def _following(happens: Flags) -> Ints:
    """Return for each car and step the first later step in which it *happens*; T where none."""
    steps = happens.shape[1]
    marked = np.where(happens, np.arange(steps), steps)
    first = np.minimum.accumulate(marked[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate((first[:, 1:], np.full((len(happens), 1), steps)), axis=1)


def _cheapest_later(cost: Floats) -> tuple[Floats, Ints]:
    """Return the least *cost* of all later steps and the step that has it; inf and T where none is left."""
    count = len(cost)
    least = np.minimum.accumulate(cost[:, ::-1], axis=1)[:, ::-1]
    later = np.concatenate((least[:, 1:], np.full((count, 1), np.inf)), axis=1)
    return later, _following(np.isfinite(cost) & (cost == least))


def _banded(problem: Problem, plan: Plan) -> Ints:
    """Return for each car and step a band at one of its limits in which the car counts, else -1."""
    found = np.full(plan.power_kw.shape, -1)
    moved = plan.schedule.charge_kwh - plan.schedule.discharge_kwh
    for number, band in enumerate(problem.bands):
        total = band.base_kw + band.weight @ moved / problem.hours
        tight = (total >= band.high_kw - TINY_KW) | (total <= band.low_kw + TINY_KW)
        found = np.where((band.weight > 0)[:, None] & tight, number, found)
    return found


def reasons(problem: Problem, plan: Plan) -> Reasons:
    """Return why each car does in each step what *plan* says.

    *plan* has to be an answer to *problem*. Prices of bands and of a reserve are not part of a plan: where
    the price of the site does not explain a car and one of them is tight for it, that one is named.
    """
    slack, parts = _Slack(problem, plan), price_parts(problem, plan)
    band = _banded(problem, plan)
    reserve = problem.reserve
    held = np.zeros(len(problem.hours), dtype=bool)
    if reserve is not None:
        held = (reserve.up_kw > TINY_KW) | (reserve.down_kw > TINY_KW)
    otherwise = np.where(band >= 0, CODES[Reason.BAND], CODES[Reason.WHOLE])
    otherwise = np.where((band < 0) & held, CODES[Reason.RESERVED], otherwise)
    charging, charging_then = _why_charging(problem, plan, slack, parts, otherwise)
    giving, giving_then = _why_giving(plan, slack, parts, otherwise)
    waiting, waiting_then = _why_waiting(problem, plan, slack, parts, otherwise)
    kinds = [slack.charges, slack.gives, slack.waits]
    codes = np.select(kinds, [charging, giving, waiting], CODES[Reason.AWAY])
    then = np.select(kinds, [charging_then, giving_then, waiting_then], -1)
    return Reasons(
        codes=codes, then=np.where(then < len(problem.hours), then, -1),
        band=np.where(codes == CODES[Reason.BAND], band, -1), parts=parts,
    )  # fmt: skip


Choices = list[tuple[Reason | Ints, Flags, Ints | None]]
"""(reason, where it holds, the later step that it looks at), the first that holds counts."""


def _chosen(choices: Choices, otherwise: Ints) -> tuple[Ints, Ints]:
    """Return codes and later steps, shape (N, T) each."""
    holds = [where for _, where, _ in choices]
    codes = [
        np.array(CODES[reason]) if isinstance(reason, Reason) else reason
        for reason, _, _ in choices
    ]
    looks = [NOWHERE if step is None else step for _, _, step in choices]
    return np.select(holds, codes, otherwise), np.select(holds, looks, NOWHERE)


def _why_charging(
    problem: Problem, plan: Plan, slack: _Slack, parts: PriceParts, otherwise: Ints
) -> tuple[Ints, Ints]:
    """Return why a car that charges does, and the step at which it will give back, or the next best one."""
    cars, price, steps = problem.sessions, plan.price_eur_per_kwh, len(problem.hours)
    to_the_end = np.logical_and.accumulate((slack.flat_out | ~slack.here)[:, ::-1], axis=1)[:, ::-1]
    floor = np.minimum(cars.floor_kwh, problem.ceilings())[:, None]
    pays = slack.buys_last <= slack.value + slack.tie
    even = pays & (slack.buys_last >= slack.value - slack.tie)
    sunny = parts.energy < problem.site.import_eur_per_kwh - TINY_EUR
    gives = _following(slack.gives)
    back = np.take_along_axis(slack.sells_last, np.minimum(gives, steps - 1), axis=1)
    stores = (gives < steps) & (back >= slack.buys_last - slack.tie)
    partly = ~slack.flat_out
    idle = np.where(slack.waits, price, np.inf)
    dearer, later = _cheapest_later(idle)
    dearer_at = np.where((dearer > price + TINY_EUR) & np.isfinite(dearer), later, -1)
    return _chosen(
        [
            (Reason.BELOW_FLOOR, slack.begin < floor - TINY_KWH, None),
            (Reason.UNREACHABLE, to_the_end & slack.unmet, None),
            (Reason.DEADLINE, to_the_end & (slack.at_end <= slack.target + TINY_KWH), None),
            (otherwise, ~pays | (partly & ~even), None),
            (Reason.AT_LIMIT, partly & (parts.connection > TINY_EUR), None),
            (Reason.AT_PEAK, partly & (parts.peak > TINY_EUR), None),
            (Reason.SUN, np.broadcast_to(sunny, partly.shape), None),
            (Reason.STORES, stores, gives),
            (Reason.TOPS_UP, partly, None),
            (Reason.CHEAP, ~partly, dearer_at),
        ],
        otherwise,
    )


def _why_giving(plan: Plan, slack: _Slack, parts: PriceParts, otherwise: Ints) -> tuple[Ints, Ints]:
    """Return why a car that gives back does, and the step at which it will be refilled."""
    steps = len(plan.price_eur_per_kwh)
    refill = _following(slack.charges)
    # What the site needs beyond the tariff decides where the tariff alone would not.
    forced = slack.sells_at(parts.energy) <= slack.value + slack.tie
    at = np.minimum(refill, steps - 1)
    cost = np.take_along_axis(slack.buys_last, at, axis=1)
    pays = slack.sells_last >= cost - slack.tie
    return _chosen(
        [
            (otherwise, slack.sells_last < slack.value - slack.tie, None),
            (
                Reason.GIVES_LIMIT,
                forced & (parts.connection > np.maximum(parts.peak, TINY_EUR)),
                None,
            ),
            (Reason.GIVES_PEAK, forced & (parts.peak > TINY_EUR), None),
            (Reason.GIVES_SPARE, refill >= steps, None),
            (Reason.GIVES_DEAR, pays, refill),
            (Reason.RESTS, slack.high > 0, refill),
        ],
        otherwise,
    )


def _why_waiting(
    problem: Problem, plan: Plan, slack: _Slack, parts: PriceParts, otherwise: Ints
) -> tuple[Ints, Ints]:
    """Return why a car that is there does nothing, and the step that it waits for."""
    cars, steps = problem.sessions, len(problem.hours)
    price = plan.price_eur_per_kwh
    charges, gives = _following(slack.charges), _following(slack.gives)
    will_charge, will_give = (charges < gives), (gives < charges)
    idle = ~will_charge & ~will_give
    then_price = price[np.minimum(charges, steps - 1)]
    wants = slack.buys_first < slack.value - slack.tie
    would_give = ~slack.one_way & (slack.sells_first > slack.value + slack.tie)
    faint = np.broadcast_to(cars.worthwhile_kw[:, None] > 0, wants.shape)
    blocked = np.where(faint & (otherwise == CODES[Reason.WHOLE]), CODES[Reason.FAINT], otherwise)
    # At the tariff alone it would charge now: what the peak or the connection adds keeps it.
    lured = slack.buys_at(parts.energy) <= slack.value + slack.tie
    lured &= will_charge | slack.unmet
    refill = np.where(slack.here & ~slack.takes_none, slack.buys_first, np.inf)
    least, cheapest = _cheapest_later(refill)
    ceiling, floor = problem.ceilings()[:, None], problem.floors()
    spare = slack.at_end > slack.target + TINY_KWH
    barely = slack.sells_first <= least + slack.tie
    return _chosen(
        [
            (Reason.CANNOT, wants & slack.takes_none, None),
            (blocked, (wants & ~slack.takes_none) | would_give, None),
            (
                Reason.WAITS_LIMIT,
                lured & (parts.connection > np.maximum(parts.peak, TINY_EUR)),
                charges,
            ),
            (Reason.WAITS_PEAK, lured & (parts.peak > TINY_EUR), charges),
            (Reason.WAITS_CHEAPER, will_charge & (then_price < price - tie_of(price)), charges),
            (Reason.WAITS, will_charge, charges),
            (Reason.KEEPS, will_give, gives),
            (Reason.TOO_DEAR, slack.unmet & idle, None),
            (Reason.FULL, slack.begin >= ceiling - TINY_KWH, None),
            (Reason.AT_FLOOR, ~slack.one_way & (slack.begin <= floor + TINY_KWH), None),
            (Reason.ONE_WAY, slack.one_way & (slack.sells_first > slack.value + slack.tie), None),
            (Reason.ENOUGH, slack.one_way, None),
            (Reason.NO_GAIN, barely & (cheapest < steps), cheapest),
            (Reason.NO_GAIN, spare, None),
            (Reason.NEEDED, ~spare, None),
        ],
        otherwise,
    )


HELD: Final = frozenset(
    {
        Reason.AT_LIMIT, Reason.AT_PEAK, Reason.GIVES_LIMIT, Reason.GIVES_PEAK, Reason.WAITS_LIMIT,
        Reason.WAITS_PEAK,
    }
)  # fmt: skip
"""Reasons in which the tariff and what peak or connection add to it are told apart."""


def whys(problem: Problem, plan: Plan, step: int = 0) -> tuple[Why, ...]:
    """Return why each car does what it does in one *step*, with figures, in the order of the cars."""
    found = reasons(problem, plan)
    price = float(plan.price_eur_per_kwh[step])
    more = float(found.parts.peak[step] + found.parts.connection[step])
    wear = 2.0 * problem.sessions.wear_eur_per_kwh / problem.sessions.discharging[1][0]
    told: list[Why] = []
    for car, (kw, looks, band, worn) in enumerate(
        zip(
            plan.power_kw[:, step].tolist(),
            found.then[:, step].tolist(),
            found.band[:, step].tolist(),
            wear.tolist(),
            strict=True,
        )
    ):
        reason = found.at(car, step)
        extra = more if reason in HELD else 0.0
        told.append(
            Why(
                reason=reason,
                kw=Kilowatts(round(kw, 3) + 0.0),  # Adding 0.0 turns -0.0 into 0.0.
                now_eur=round(price - extra, DIGITS),
                extra_eur=round(extra, DIGITS),
                then_at=Instant(0.0 if looks < 0 else float(plan.edges[looks])),
                then_eur=0.0 if looks < 0 else round(float(plan.price_eur_per_kwh[looks]), DIGITS),
                wear_eur=round(worn, DIGITS),
                place="" if band < 0 else problem.bands[band].name,
            )
        )
    return tuple(told)
