"""Plans for a car: what the supply offers, what a car reads and chooses, and whether its profile keeps to it.

What is discharged counts negative inside; on the wire each direction is a schedule of magnitudes.
"""

from math import fsum
from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import SECONDS_PER_HOUR, Kilowatts
from sterna.protocols.iso15118 import phases
from sterna.protocols.iso15118.answers import PlanStep, SitePlan, percent, seconds_to, step_at
from sterna.protocols.iso15118.messages import prices, schedule
from sterna.protocols.iso15118.messages.codes import Code, Processing
from sterna.protocols.iso15118.messages.values import MessageHeader, rational

PLANS_MAX: Final = 3
"""The schema has room for three schedules to choose from."""
ROUNDING_KW: Final = 0.002
"""Three phases in whole watts are together less than this away from the power that was meant."""
ROUNDING_SHARE: Final = 2e-4
"""And a number of 16 bits is this exact, whatever its size."""

DURATION_MAX_S: Final = 2**32 - 1


def dynamic_plan(site: SitePlan, now: float) -> schedule.DynamicSEResType:
    """Return the site's plan for a car that follows it."""
    return schedule.DynamicSEResType(
        DepartureTime=seconds_to(site.departure, now),
        MinimumSOC=percent(site.minimum_soc),
        TargetSOC=percent(site.target_soc),
    )


class PlanForm(Struct, frozen=True, kw_only=True, gc=False):
    """How a plan is written for one session."""

    bidirectional: bool
    phases: int = 1
    tolerance_kw: Kilowatts | None = None


def _power_schedule(
    steps: tuple[PlanStep, ...], sign: float, now: float, form: PlanForm
) -> schedule.ChargingScheduleType:
    """Return the part of *steps* in one direction, as magnitudes."""
    tolerance = form.tolerance_kw
    return schedule.ChargingScheduleType(
        PowerSchedule=schedule.PowerScheduleType(
            TimeAnchor=int(now),
            PowerTolerance=None if tolerance is None else rational(tolerance * 1000),
            PowerScheduleEntries=schedule.PowerScheduleEntryListType(
                PowerScheduleEntry=tuple(
                    schedule.PowerScheduleEntryType(
                        Duration=step.duration_s,
                        **phases.fields(form.phases, Power=max(0.0, sign * step.power_kw)),
                    )
                    for step in steps
                )
            ),
        ),
        PriceLevelSchedule=_one_level(steps, now),
    )


def _one_level(steps: tuple[PlanStep, ...], now: float) -> prices.PriceLevelScheduleType:
    """Return price levels that make no difference: a schedule without prices is refused by some cars."""
    whole = min(sum(step.duration_s for step in steps), DURATION_MAX_S)
    entry = prices.PriceLevelScheduleEntryType(Duration=whole, PriceLevel=0)
    return prices.PriceLevelScheduleType(
        TimeAnchor=int(now),
        PriceScheduleID=1,
        NumberOfPriceLevels=1,
        PriceLevelScheduleEntries=prices.PriceLevelScheduleEntryListType(
            PriceLevelScheduleEntry=(entry,)
        ),
    )


def scheduled_plan(
    plans: tuple[tuple[PlanStep, ...], ...], now: float, form: PlanForm
) -> schedule.ScheduledSEResType:
    """Return the schedules that the site offers to a car that plans for itself; ids from 1."""
    return schedule.ScheduledSEResType(
        ScheduleTuple=tuple(
            schedule.ScheduleTupleType(
                ScheduleTupleID=place,
                ChargingSchedule=_power_schedule(steps, 1.0, now, form),
                DischargingSchedule=(
                    _power_schedule(steps, -1.0, now, form) if form.bidirectional else None
                ),
            )
            for place, steps in enumerate(plans, start=1)
        )
    )


def schedule_answer(
    header: MessageHeader,
    processing: Processing,
    mode: schedule.DynamicSEResType | schedule.ScheduledSEResType,
    *,
    go_to_pause: bool,
) -> schedule.ScheduleExchangeRes:
    """Return the answer to a request for a plan."""
    return schedule.ScheduleExchangeRes(
        Header=header,
        ResponseCode=Code.OK,
        EVSEProcessing=processing,
        GoToPause=True if go_to_pause else None,
        Dynamic_SEResControlMode=mode if isinstance(mode, schedule.DynamicSEResType) else None,
        Scheduled_SEResControlMode=None if isinstance(mode, schedule.DynamicSEResType) else mode,
    )


def offered(mode: schedule.ScheduledSEResType) -> dict[int, tuple[PlanStep, ...]]:
    """Return the schedules on offer by their id, as signed powers.

    The discharging part may have steps of its own; both are laid over each other.
    """
    return {one.ScheduleTupleID: _signed(one) for one in mode.ScheduleTuple}


def _signed(offer: schedule.ScheduleTupleType) -> tuple[PlanStep, ...]:
    """Return both directions of one schedule as one."""
    charge = _entries(offer.ChargingSchedule)
    discharge = _entries(offer.DischargingSchedule) if offer.DischargingSchedule else []
    edges = sorted({edge for edge, _ in charge} | {edge for edge, _ in discharge})
    steps, start = [], 0
    for edge in edges:
        power = Kilowatts(_power_at(charge, start) - _power_at(discharge, start))
        steps.append(PlanStep(duration_s=edge - start, power_kw=power))
        start = edge
    return tuple(steps)


def _entries(part: schedule.ChargingScheduleType) -> list[tuple[int, float]]:
    """Return (end in s from the anchor, magnitude in kW) of each entry."""
    edge, found = 0, []
    for entry in part.PowerSchedule.PowerScheduleEntries.PowerScheduleEntry:
        edge += entry.Duration
        found.append((edge, abs(fsum(phases.heard(entry, "Power")))))
    return found


def _power_at(entries: list[tuple[int, float]], second: int) -> float:
    """Return the magnitude that holds at *second* from the anchor; zero after the last."""
    return next((power for edge, power in entries if second < edge), 0.0)


def energy_of(steps: tuple[PlanStep, ...]) -> float:
    """Return the net energy of *steps* in kWh; positive charges."""
    return fsum(step.power_kw * step.duration_s for step in steps) / SECONDS_PER_HOUR


def best(plans: dict[int, tuple[PlanStep, ...]], wanted_kwh: float) -> int:
    """Return the id of the plan whose energy comes nearest to *wanted_kwh*; of equals, the first."""
    return min(plans, key=lambda number: abs(energy_of(plans[number]) - wanted_kwh))


def keeps_to(
    profile: tuple[PlanStep, ...], start: float, plan: tuple[PlanStep, ...], anchor: float
) -> bool:
    """Return whether *profile* from *start* never asks for more than *plan* from *anchor*, in its direction."""
    edge = start
    for step in profile:
        moments = [edge] + [
            cut for cut in _edges(plan, anchor) if edge < cut < edge + step.duration_s
        ]
        if not all(within(step.power_kw, step_at(plan, anchor, at)) for at in moments):
            return False
        edge += step.duration_s
    return True


def within(power_kw: float, bound_kw: float, slack_kw: float = 0.0) -> bool:
    """Return whether *power_kw* lies between zero and *bound_kw*, give or take *slack_kw* and what the wire rounds."""
    slack_kw += ROUNDING_KW + ROUNDING_SHARE * max(abs(power_kw), abs(bound_kw))
    return min(0.0, bound_kw) - slack_kw <= power_kw <= max(0.0, bound_kw) + slack_kw


def _edges(plan: tuple[PlanStep, ...], anchor: float) -> list[float]:
    """Return the instants at which *plan* changes."""
    edges = [anchor]
    for step in plan:
        edges.append(edges[-1] + step.duration_s)
    return edges
