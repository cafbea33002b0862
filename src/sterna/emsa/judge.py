"""Judging one stay by one scenario: which step is missing, out of order, late or interrupted.

Which message fills which exchange is found by :mod:`sterna.emsa.reading`.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sterna.emsa.correlate import Stay, Track
from sterna.emsa.plan import Check, Plan, Slot, Stage
from sterna.emsa.reading import Hit, Reading, Seen, moved
from sterna.emsa.routes import Kind

STEP_FINDINGS: Final = frozenset({"missing", "out-of-order", "late", "missing-repeat", "violated"})
"""Findings by which a step does not conform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach by one stay: what kind, in which step, when, and in a clear sentence."""

    kind: str
    step: str
    t: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One stay as judged by its scenario."""

    scenario: str
    session: str
    opened_at: float | None
    complete: bool
    """The car has left; an unfinished stay is judged as far as it went."""
    steps: tuple[str, ...]
    broken: tuple[str, ...]
    """The steps that do not conform."""
    findings: tuple[Finding, ...]
    unproven: int
    """Messages that did not say enough to judge a predicate or invariant."""

    @property
    def conforming(self) -> bool:
        """Tell whether all steps conform and no invariant is broken."""
        return not any(finding.kind in STEP_FINDINGS for finding in self.findings)


class Judgement:
    """The judging of one stay; makes its findings as it goes."""

    def __init__(
        self,
        plan: Plan,
        stay: Stay,
        *,
        shared: Mapping[int, Track],
        checks: Sequence[Check],
        kinds: Sequence[Kind],
        now: float,
    ) -> None:
        """Prepare to judge *stay* at *now* by *plan*, with the *shared* messages of the site."""
        self._kinds = kinds
        self._plan = plan
        self._stay = stay
        self._seen = Seen(stay, shared, now)
        self._checks = checks
        self._findings: list[Finding] = []
        self._hits: dict[int, Hit | None] = {}
        self._base: dict[str, Hit] = {}
        self._end: dict[str, Hit] = {"": self._seen.beginning}

    def result(self) -> Judged:
        """Judge and return all findings."""
        self._hits = Reading(self._plan, self._seen).hits()
        for slot in self._plan.slots:
            hit = self._hits.get(id(slot))
            if hit is not None:
                self._seen.take(slot, hit)
        self._walk()
        for stage in self._plan.stages:
            for slot in stage.slots:
                self._slot(slot)
        self._violations()
        self._leftovers()
        steps = tuple(stage.step.step for stage in self._plan.stages)
        bad = {finding.step for finding in self._findings if finding.kind in STEP_FINDINGS}
        return Judged(
            scenario=self._plan.scenario.id,
            session=self._stay.name,
            opened_at=self._stay.opened_at,
            complete=self._stay.closed_at is not None,
            steps=steps,
            broken=tuple(step for step in steps if step in bad),
            findings=tuple(self._findings),
            unproven=sum(self._stay.unproven.get(check.number, 0) for check in self._checks),
        )

    def _walk(self) -> None:
        """Find where each step begins and ends, and fill branches and what runs beside."""
        main = self._seen.beginning
        for stage in self._plan.stages:
            branch = stage.step.anytime_after
            base = main if branch is None else self._end.get(branch, self._seen.beginning)
            self._base[stage.step.step] = base
            if branch is not None:
                self._branch(stage, base)
            end = base
            for slot in stage.held:
                hit = self._hits.get(id(slot))
                end = end if hit is None else moved(end, hit)
            for slot in stage.beside:
                self._fill(slot, base)
            self._end[stage.step.step] = end
            if branch is None:
                main = end

    def _branch(self, stage: Stage, base: Hit) -> None:
        cursor = base
        for slot in stage.held:
            hit = self._fill(slot, base if stage.step.unordered else cursor)
            cursor = cursor if hit is None else moved(cursor, hit)

    def _fill(self, slot: Slot, base: Hit) -> Hit | None:
        hit = self._seen.first(slot, base)
        self._hits[id(slot)] = hit
        if hit is not None:
            self._seen.take(slot, hit)
        return hit

    def _slot(self, slot: Slot) -> None:
        hit = self._hits.get(id(slot))
        if hit is None:
            if not slot.optional:
                self._absent(slot)
            return
        base = self._base[slot.step]
        if slot.within_s is not None and base.order >= 0 and hit.t - base.t > slot.within_s:
            took = f"{hit.t - base.t:.1f} s after the step before, allowed are {slot.within_s:g} s"
            self._say("late", slot.step, hit.t, f"{slot.words} came {took}")
        if slot.exchange.period_s is not None:
            self._period(slot, hit)
        if slot.exchange.min is not None and slot.exchange.min > 1:
            count = sum(1 for t in self._seen.times(slot) if t >= hit.t)
            if count < slot.exchange.min:
                self._say(
                    "missing-repeat", slot.step, hit.t,
                    f"{slot.words} was seen {count} times, at least {slot.exchange.min} are due",
                )  # fmt: skip

    def _absent(self, slot: Slot) -> None:
        base = self._base[slot.step]
        stray = self._seen.unused(slot)
        if stray is not None and slot.repeats and stray.order > base.order:
            stray = None
        if self._stay.closed_at is None and (stray is None) and self._pending(slot):
            return
        if stray is None:
            self._say("missing", slot.step, base.t, f"{slot.words} was not seen")
            return
        self._seen.take(slot, stray)
        self._say("out-of-order", slot.step, stray.t, f"{slot.words} came at the wrong place")

    def _pending(self, slot: Slot) -> bool:
        """Tell whether an unfinished stay may still come to *slot*."""
        steps = [stage.step.step for stage in self._plan.stages]
        here = steps.index(slot.step)
        branch = self._plan.stages[here].step.anytime_after
        upto = here if branch is None else steps.index(branch) + 1 if branch else 0
        if any(self._open_end(stage) for stage in self._plan.stages[:upto]):
            return True
        if slot.exchange.meanwhile or slot.exchange.shared or branch is not None:
            waited = self._seen.now - self._base[slot.step].t
            return slot.within_s is None or waited <= slot.within_s
        later = [one for stage in self._plan.stages[here:] for one in stage.held]
        rest = later[later.index(slot) :]
        return all(self._hits.get(id(one)) is None or one.exchange.shared for one in rest)

    def _open_end(self, stage: Stage) -> bool:
        """Tell whether a step of the main chain still waits for one of its messages."""
        return stage.step.anytime_after is None and any(
            self._hits.get(id(slot)) is None and not slot.optional for slot in stage.held
        )

    def _period(self, slot: Slot, hit: Hit) -> None:
        period = slot.exchange.period_s
        assert period is not None
        allowed = period + slot.exchange.jitter_s
        end = self._beginning(slot.exchange.until)
        stop = self._seen.now if end is None else end
        if stop - hit.t <= allowed:
            return
        times = self._seen.times(slot)
        inside = [hit.t, *times[bisect_left(times, hit.t) : bisect_left(times, stop)], stop]
        gaps = [
            (start, later) for start, later in pairwise(inside)
            if later - start > allowed + 1e-6
        ]  # fmt: skip
        if gaps:
            start, later = gaps[0]
            self._say(
                "missing-repeat", slot.step, start,
                f"{slot.words} paused for {later - start:.0f} s, at most {allowed:.0f} s are allowed"
                + (f" ({len(gaps)} such pauses)" if len(gaps) > 1 else ""),
            )  # fmt: skip

    def _beginning(self, step: str | None) -> float | None:
        """Return when the first message of *step* was seen, None when it was not."""
        hits = [self._hits.get(id(slot)) for slot in self._plan.slots if slot.step == step]
        return min((hit.t for hit in hits if hit is not None), default=None)

    def _violations(self) -> None:
        for check in self._checks:
            breach = self._stay.breaches.get(check.number)
            if breach is not None:
                more = f", {breach.count} times" if breach.count > 1 else ""
                self._say(
                    "violated", check.step, breach.t,
                    f"{check.id}: {check.text} does not hold{more}; first with {breach.values}",
                )  # fmt: skip

    def _leftovers(self) -> None:
        """Report what no slot explains: the same message once more, or one of another scenario."""
        for kind, track in self._stay.tracks.items():
            if kind in self._plan.repeating:
                continue
            used = self._seen.used.get(kind, set())
            rest = [k for k, order in enumerate(track.orders) if order not in used]
            if rest:
                why = "beyond what" if kind in self._plan.kinds else "which is nothing that"
                self._say(
                    "unexplained", "", track.times[rest[0]],
                    f"{self._kinds[kind].words} was seen {len(rest)} times {why} the scenario has",
                )  # fmt: skip

    def _say(self, kind: str, step: str, t: float, text: str) -> None:
        self._findings.append(Finding(kind=kind, step=step, t=t, text=text))
