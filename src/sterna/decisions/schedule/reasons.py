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

from sterna.decisions.schedule.price_parts import (
    TINY_EUR,
    TINY_KW,
    TINY_KWH,
    PriceParts,
    price_parts,
    tie_of,
)
from sterna.decisions.schedule.problem import Flags, Floats, Ints, Plan, Problem
from sterna.decisions.schedule.slack import Slack, banded
from sterna.decisions.why import Reason, Why
from sterna.kernel.quantities import Instant, Kilowatts

DIGITS: Final = 4
"""Of the figures that are told, in EUR/kWh."""
REASONS: Final = tuple(Reason)
CODES: Final = {reason: code for code, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reasons:
    """Exactly one reason for each car and step."""

    codes: Ints
    """Shape (N, S) for S explained steps: positions in :data:`REASONS`."""
    then: Ints
    """Shape (N, S): the later step that the reason looks at, -1 where it looks at none."""
    band: Ints
    """Shape (N, S): the band that decides where the reason is `BAND`, else -1."""
    parts: PriceParts

    def at(self, car: int, step: int) -> Reason:
        """Return the reason of one car in one of the explained steps."""
        return REASONS[int(self.codes[car, step])]


def reasons(problem: Problem, plan: Plan, part: slice | None = None) -> Reasons:
    """Return why each car does in each step of *part* (all when absent) what *plan* says.

    *plan* has to be an answer to *problem*. Prices of bands and of a reserve are not part of a plan: where
    the price of the site does not explain a car and one of them is tight for it, that one is named.
    """
    part = slice(0, len(problem.hours)) if part is None else part
    slack, parts = Slack(problem, plan, part), price_parts(problem, plan)
    band, reserve = banded(problem, plan, part), problem.reserve
    otherwise = np.where(band >= 0, CODES[Reason.BAND], CODES[Reason.WHOLE])
    if reserve is not None:
        held = (reserve.up_kw > TINY_KW) | (reserve.down_kw > TINY_KW)
        otherwise = np.where((band < 0) & held[part], CODES[Reason.RESERVED], otherwise)
    pull = _Pull(
        energy=parts.energy[part], peak=parts.peak[part] > TINY_EUR,
        connection=parts.connection[part] > np.maximum(parts.peak[part], TINY_EUR),
        sunny=parts.energy[part] < problem.site.import_eur_per_kwh[part] - TINY_EUR,
    )  # fmt: skip
    codes, then = np.full(otherwise.shape, CODES[Reason.AWAY]), np.full(otherwise.shape, -1)
    for doing, choices_of in (
        (slack.charges, _why_charging),
        (slack.gives, _why_giving),
        (slack.waits, _why_waiting),
    ):
        if doing.any():
            choices = choices_of(problem, slack, pull, otherwise)
            _choose(doing, choices, otherwise, codes, then)
    return Reasons(
        codes=codes, then=np.where(then < slack.steps, then, -1),
        band=np.where(codes == CODES[Reason.BAND], band, -1), parts=parts,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pull:
    """What stands behind the site's price in each step in question, shape (S,)."""

    energy: Floats
    """The tariff alone, EUR/kWh."""
    peak: Flags
    """Whether the peak charge adds to it."""
    connection: Flags
    """Whether the import limit adds more than the peak charge."""
    sunny: Flags
    """Whether it is below that of import: sun is left over."""


Choices = list[tuple[Reason | Ints, Flags, Ints | None]]
"""(reason, where it holds, the later step that it looks at); the first that holds counts."""


def _choose(doing: Flags, choices: Choices, otherwise: Ints, codes: Ints, then: Ints) -> None:
    """Write reasons and later steps into *codes* and *then* where cars are *doing* what the *choices* explain."""
    left = doing.copy()
    for reason, holds, looks in choices:
        where = left & holds
        if not where.any():
            continue
        np.copyto(codes, CODES[reason] if isinstance(reason, Reason) else reason, where=where)
        if looks is not None:
            np.copyto(then, looks, where=where)
        left &= ~where
        if not left.any():
            return
    np.copyto(codes, otherwise, where=left)


def _why_charging(problem: Problem, slack: Slack, pull: _Pull, otherwise: Ints) -> Choices:
    """Return why a car charges, with the step at which it gives back, or the next best one to charge."""
    cars = problem.sessions
    floor = np.minimum(cars.floor_kwh, problem.ceilings())[:, None]
    partly = ~slack.flat_out
    even = slack.buys_last >= slack.worth
    wrong = (slack.buys_last > slack.dear) | (partly & ~even)
    back = slack.sells_at(slack.price_at(slack.will_give))
    stores = (slack.will_give < slack.steps) & (back >= slack.buys_last - TINY_EUR)
    dearer = slack.price_at(slack.idles_at) > slack.price + TINY_EUR
    enough = slack.at_end <= cars.target_kwh[:, None] + TINY_KWH
    return [
        (Reason.BELOW_FLOOR, slack.begin < floor - TINY_KWH, None),
        (Reason.UNREACHABLE, slack.to_the_end & slack.unmet, None),
        (Reason.DEADLINE, slack.to_the_end & enough, None),
        (otherwise, wrong, None),
        (Reason.AT_LIMIT, partly & pull.connection, None),
        (Reason.AT_PEAK, partly & pull.peak, None),
        (Reason.SUN, pull.sunny, None),
        (Reason.STORES, stores, slack.will_give),
        (Reason.TOPS_UP, partly, None),
        (Reason.CHEAP, slack.flat_out, np.where(dearer, slack.idles_at, -1)),
    ]


def _why_giving(problem: Problem, slack: Slack, pull: _Pull, otherwise: Ints) -> Choices:
    """Return why a car gives back, with the step at which it is refilled."""
    cars, refill = problem.sessions, slack.will_charge
    # What the site needs beyond the tariff decides where the tariff alone would not.
    forced = slack.sells_at(pull.energy) <= slack.dear_at(pull.energy)
    pays = slack.sells_last >= slack.buys_at(slack.price_at(refill)) - TINY_EUR
    high = slack.begin > cars.knee_kwh[:, None] + TINY_KWH
    return [
        (otherwise, slack.sells_last < slack.worth, None),
        (Reason.GIVES_LIMIT, forced & pull.connection, refill),
        (Reason.GIVES_PEAK, forced & pull.peak, refill),
        (Reason.GIVES_SPARE, refill >= slack.steps, None),
        (Reason.GIVES_DEAR, pays, refill),
        (Reason.RESTS, high & (cars.high_eur_per_kwh_h[:, None] > 0), refill),
    ]


def _why_waiting(problem: Problem, slack: Slack, pull: _Pull, otherwise: Ints) -> Choices:
    """Return why a car that is there does nothing, with the step that it waits for."""
    cars = problem.sessions
    charge, give = slack.will_charge, slack.will_give
    will_charge, will_give = charge < give, give < charge
    wants = slack.buys_first < slack.worth
    sells = slack.sells_first > slack.dear
    faint = (cars.worthwhile_kw[:, None] > 0) & (otherwise == CODES[Reason.WHOLE])
    blocked = np.where(faint, CODES[Reason.FAINT], otherwise)
    # At the tariff alone it would charge now: what the peak or the connection adds keeps it.
    lured = slack.buys_at(pull.energy) <= slack.dear_at(pull.energy)
    lured &= will_charge | slack.unmet
    cheaper = slack.price_at(charge) < slack.price - tie_of(slack.price)
    refill = slack.refills_at
    barely = slack.sells_first <= slack.buys_at(slack.price_at(refill)) + TINY_EUR
    floor = np.minimum(cars.floor_kwh, problem.ceilings())[:, None]
    spare = slack.at_end > cars.target_kwh[:, None] + TINY_KWH
    return [
        (Reason.CANNOT, wants & slack.takes_none, None),
        (blocked, (wants & ~slack.takes_none) | (sells & ~slack.one_way), None),
        (Reason.WAITS_LIMIT, lured & pull.connection, charge),
        (Reason.WAITS_PEAK, lured & pull.peak, charge),
        (Reason.WAITS_CHEAPER, will_charge & cheaper, charge),
        (Reason.WAITS, will_charge, charge),
        (Reason.KEEPS, will_give, give),
        (Reason.TOO_DEAR, slack.unmet, None),
        (Reason.FULL, slack.begin >= problem.ceilings()[:, None] - TINY_KWH, None),
        (Reason.AT_FLOOR, ~slack.one_way & (slack.begin <= floor + TINY_KWH), None),
        (Reason.ONE_WAY, slack.one_way & sells, None),
        (Reason.ENOUGH, slack.one_way, None),
        (Reason.NO_GAIN, barely & (refill < slack.steps), refill),
        (Reason.NO_GAIN, spare, None),
        (Reason.NEEDED, ~spare, None),
    ]


BY_CONNECTION: Final = frozenset({Reason.AT_LIMIT, Reason.GIVES_LIMIT, Reason.WAITS_LIMIT})
"""Reasons of the connection: the extra that they tell of is its scarcity, not the peak charge."""


def whys(problem: Problem, plan: Plan, step: int = 0) -> tuple[Why, ...]:
    """Return why each car does what it does in one *step*, with figures, in the order of the cars."""
    found = reasons(problem, plan, slice(step, step + 1))
    cars, price = problem.sessions, (plan.price_eur_per_kwh.round(DIGITS) + 0.0).tolist()
    peak = round(float(found.parts.peak[step]), DIGITS)
    connection = round(float(found.parts.connection[step]), DIGITS)
    wear = (2.0 * cars.wear_eur_per_kwh / cars.discharging[1][0]).round(DIGITS)
    edges = plan.edges.tolist()
    told: list[Why] = []
    for code, kw, looks, band, worn in zip(
        found.codes[:, 0].tolist(),
        (plan.power_kw[:, step].round(3) + 0.0).tolist(),  # Adding 0.0 turns -0.0 into 0.0.
        found.then[:, 0].tolist(),
        found.band[:, 0].tolist(),
        wear.tolist(),
        strict=True,
    ):
        reason = REASONS[code]
        told.append(
            Why(
                reason=reason,
                kw=Kilowatts(kw),
                now_eur=price[step],
                extra_eur=connection if reason in BY_CONNECTION else peak,
                then_at=Instant(0.0 if looks < 0 else edges[looks]),
                then_eur=0.0 if looks < 0 else price[looks],
                wear_eur=worn,
                place="" if band < 0 else problem.bands[band].name,
            )
        )
    return tuple(told)
