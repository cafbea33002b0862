"""Judging one stay by one scenario: which step is missing, out of order, late or interrupted.

Each exchange waits for the first message of its kind after the exchange before. Where that
leaves a gap, a search over all ways of skipping finds the reading with the fewest breaches, so
that one misplaced message is one finding and not a cascade.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sterna.emsa.correlate import Stay, Track
from sterna.emsa.plan import Check, Plan, Slot, Stage
from sterna.emsa.routes import Kind

SKIP_MANDATORY: Final = 1000
"""A mandatory exchange left out weighs more than any number of optional ones."""
SKIP_OPTIONAL: Final = 1
READINGS_MAX: Final = 20_000
"""States of the search in one stay; a stay of a hundred exchanges stays far below."""
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
class Hit:
    """The message that fills a slot: its time and its place in the trace."""

    t: float
    order: int


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


class Seen:
    """The messages of one stay and those that serve all, as the search looks at them."""

    def __init__(self, stay: Stay, shared: Mapping[int, Track], now: float) -> None:
        """Look at *stay* and *shared* as they are at *now*."""
        self.stay = stay
        self.now = now if stay.closed_at is None else stay.last_at
        self._shared = shared
        self.used: dict[int, set[int]] = {}
        self.beginning = Hit(t=stay.first_at, order=-1)

    def track(self, slot: Slot, kind: int) -> Track | None:
        """Return the sightings of *kind*, of the stay or of all."""
        return (self._shared if slot.exchange.shared else self.stay.tracks).get(kind)

    def first(self, slot: Slot, base: Hit) -> Hit | None:
        """Return the first unused message for *slot* after *base*."""
        best: Hit | None = None
        for kind in slot.kinds:
            track = self.track(slot, kind)
            if track is None:
                continue
            index = self._start(slot, track, base)
            taken = self.used.get(kind)
            while taken and index < len(track) and track.orders[index] in taken:
                index += 1
            if index < len(track) and (best is None or track.orders[index] < best.order):
                best = Hit(t=track.times[index], order=track.orders[index])
        return best

    def _start(self, slot: Slot, track: Track, base: Hit) -> int:
        if not slot.exchange.shared:
            return track.after(base.order)
        # What was published before and still holds serves the stay, too.
        earliest = max(base.t, self.stay.first_at) - slot.exchange.valid_s
        start = bisect_left(track.times, earliest)
        return start if slot.exchange.valid_s else max(start, track.after(base.order))

    def take(self, slot: Slot, hit: Hit) -> None:
        """Use up the message *hit*, unless *slot* repeats or serves all."""
        if slot.repeats or slot.exchange.shared:
            return
        for kind in slot.kinds:
            track = self.track(slot, kind)
            if track is not None:
                place = bisect_left(track.orders, hit.order)
                if place < len(track) and track.orders[place] == hit.order:
                    self.used.setdefault(kind, set()).add(hit.order)

    def unused(self, slot: Slot) -> Hit | None:
        """Return any unused message for *slot*, wherever it stands."""
        if slot.exchange.shared:
            return None
        return self.first(slot, Hit(t=float("-inf"), order=-1))

    def times(self, slot: Slot) -> list[float]:
        """Return the times of all messages for *slot*, in order."""
        tracks = [track for kind in slot.kinds if (track := self.track(slot, kind))]
        return sorted(t for track in tracks for t in track.times)


def moved(cursor: Hit, hit: Hit) -> Hit:
    """Return where the search stands after *hit*; what held already does not move it."""
    return hit if hit.order > cursor.order else cursor


Choice = tuple[int, tuple[Hit | None, ...]]
"""The cost of a reading, and the hit of every slot of the chain in order."""


class Reading:
    """The best way to read the main chain of a plan into a stay."""

    def __init__(self, plan: Plan, seen: Seen) -> None:
        """Prepare the main chain of *plan*; steps in branches are read later."""
        self._groups: list[tuple[Slot, ...]] = []
        self.slots: list[Slot] = []
        for stage in plan.stages:
            if stage.step.anytime_after is None:
                groups = [stage.held] if stage.step.unordered else [(slot,) for slot in stage.held]
                self._groups += groups
                self.slots += stage.held
        self._seen = seen
        self._memo: dict[tuple[int, int], Choice] = {}

    def hits(self) -> dict[int, Hit | None]:
        """Return the hit of every slot of the chain, by the slot's identity."""
        greedy = self._greedily()
        if any(
            hit is None and not slot.optional for slot, hit in zip(self.slots, greedy, strict=True)
        ):
            _, found = self._best(0, self._seen.beginning)
        else:
            found = greedy
        return {id(slot): hit for slot, hit in zip(self.slots, found, strict=True)}

    def _greedily(self) -> tuple[Hit | None, ...]:
        cursor = self._seen.beginning
        found: list[Hit | None] = []
        for group in self._groups:
            hits = [self._seen.first(slot, cursor) for slot in group]
            found += hits
            for hit in hits:
                cursor = cursor if hit is None else moved(cursor, hit)
        return tuple(found)

    def _best(self, index: int, cursor: Hit) -> Choice:
        if index == len(self._groups):
            return 0, ()
        key = (index, cursor.order)
        known = self._memo.get(key)
        if known is None:
            known = min(self._options(index, cursor), key=lambda choice: choice[0])
            if len(self._memo) < READINGS_MAX:
                self._memo[key] = known
        return known

    def _options(self, index: int, cursor: Hit) -> list[Choice]:
        """Return the ways to read one group: up to which of its first messages are accepted."""
        group = self._groups[index]
        hits = [self._seen.first(slot, cursor) for slot in group]
        cuts = sorted({hit.order for hit in hits if hit is not None}, reverse=True)
        options: list[Choice] = []
        for cut in (*cuts, -2):
            taken = tuple(hit if hit is not None and hit.order <= cut else None for hit in hits)
            after = cursor
            cost = 0
            for slot, hit in zip(group, taken, strict=True):
                if hit is not None:
                    after = moved(after, hit)
                else:
                    cost += SKIP_OPTIONAL if slot.optional else SKIP_MANDATORY
            rest, later = self._best(index + 1, after)
            options.append((cost + rest, taken + later))
        return options


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
