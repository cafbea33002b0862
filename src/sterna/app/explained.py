"""Why the cars of a run did what they did, as the report and the terminal show it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from sterna.app.outcome import Outcome, Phase, SessionOutcome
from sterna.decisions.why import Reason, way
from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant

KINDS: Final = {1: "charge", -1: "discharge", 0: "wait"}
"""What a car does -> the colour variable and class of its phases."""
WAITING: Final = frozenset(
    reason.value
    for reason in Reason
    if reason.value.startswith("waits") or reason is Reason.FULL
)  # fmt: skip
"""Reasons of cars that stand still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one car did at a moment, and why."""

    evse: str
    car: str
    soc: str
    kind: str
    reason: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment that tells something, with what every plugged car did then."""

    at: Instant
    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """One reason, with how long it decided over all cars."""

    reason: str
    kind: str
    hours: float
    sessions: int
    example: str


def kind(phase: Phase) -> str:
    """Return what a car does in *phase*, as a class of the report."""
    return "wait" if phase.reason in WAITING else KINDS[way(phase.kw)]


def moments(run: Outcome, base: Outcome, zone: ZoneInfo) -> tuple[Moment, ...]:
    """Return when the site without control draws most, when energy costs most, and when the sun is highest."""
    load, sun, price = base.site.grid_kw, run.site.pv_kw, run.site.import_price_eur_per_kwh
    step = run.site.step
    found: dict[int, str] = {}
    if len(load):
        top = int(np.argmax(load))
        found[top] = (
            f"the cars' charging on arrival would bring the site to {load[top]:,.0f} kW here; it draws {run.site.grid_kw[top]:,.0f} kW"
        )
    if len(price):
        dear = int(np.argmax(price))
        found.setdefault(
            dear, f"energy and network cost most, {price[dear]:.2f} EUR/kWh before peak power"
        )
    if len(sun) and sun.max() > 0:
        noon = int(np.argmax(sun))
        found.setdefault(noon, f"the sun is highest, {sun[noon]:,.0f} kW")
    return tuple(
        moment(run, Instant(run.site.start + (k + 0.5) * step), words, zone)
        for k, words in found.items()
    )


def moment(run: Outcome, at: Instant, words: str, zone: ZoneInfo) -> Moment:
    """Return what each plugged car does at the instant *at*."""
    clock = datetime.fromtimestamp(at, zone).strftime("%a %d %b, %H:%M")
    said = [
        Said(
            evse=session.evse, car=session.car_model, soc=f"{soc(session, at):.0%}", kind=kind(phase), reason=phase.reason, says=phase.says
        )
        for session in run.sessions
        for phase in session.told
        if phase.start <= at < phase.end
    ]  # fmt: skip
    rank = list(KINDS.values())
    said.sort(key=lambda each: (rank.index(each.kind), each.evse))
    return Moment(at=at, title=f"{clock}: {words}", said=tuple(said))


def soc(session: SessionOutcome, at: Instant) -> float:
    """Return the state of charge of a car at *at*."""
    if not len(session.soc_times):
        return session.soc_at_plug
    return float(np.interp(at, session.soc_times, session.soc_shares))


def deciders(sessions: Sequence[SessionOutcome]) -> tuple[Decider, ...]:
    """Return the reasons by how long they decided over all *sessions*, each with its longest phase as an example."""
    phases: defaultdict[str, list[tuple[str, Phase]]] = defaultdict(list)
    for session in sessions:
        for phase in session.phases:
            phases[phase.reason].append((session.evse, phase))
    found = []
    for reason, those in phases.items():
        evse, longest = max(those, key=lambda each: each[1].end - each[1].start)
        hours = fsum(phase.end - phase.start for _, phase in those) / SECONDS_PER_HOUR
        found.append(
            Decider(
                reason=reason, kind=kind(longest), hours=hours, sessions=len({(evse, phase.start) for evse, phase in those}),
                example=f"{evse}: {longest.says}",
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.hours, each.reason)))
