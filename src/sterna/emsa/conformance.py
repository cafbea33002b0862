"""Holding a use case against the trace of a run, message by message, in both directions.

Model to trace: is each step of each session seen, between the named components, in order, in
time? Trace to model: does each message lie on a declared link, with a declared protocol,
and does a step explain it? The checker is fed in the order of the trace and remembers one
stay of a car from its first message until an hour after it left.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sterna.emsa.correlate import Breach, Stay, Stays, Track
from sterna.emsa.derive import composed
from sterna.emsa.expression import Expression, Unknown, Value
from sterna.emsa.judge import Finding, Judged, Judgement
from sterna.emsa.model import Scenario, UseCase
from sterna.emsa.plan import Check, Plan, checks, planned
from sterna.emsa.results import Result, ScenarioResult, counted
from sterna.emsa.routes import Kind, Route, Routes, Verdict
from sterna.runtime.trace import Record

FINDINGS_MAX: Final = 200
"""Findings kept in words per kind: nobody reads more, and the counts go on."""
DUE_EVERY: Final = 256
"""Messages between two looks for stays that are over: often enough, and hardly ever."""
WAITING_MAX: Final = 1000
"""Messages without a key that wait for one; more at once than drivers book in a minute."""
WAITED_S_MAX: Final = 60.0
"""A request that has no answer by then was refused."""
UNHEARD: Final = frozenset({"problem", "dropped"})
"""States of a trace line that is no message, or one that the link dropped."""
NO_FIELDS: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One message as the trace recorded it at the transport."""

    t: float
    """When it was sent, in s since the epoch."""
    seq: int
    src: str
    """Component and unit, e.g. ``CS_C/porto-03``."""
    dst: str
    msg: str
    """Protocol and message, e.g. ``OCPP TransactionEvent Ended``."""
    keys: tuple[str, ...] = ()
    link: str = ""
    fields: Mapping[str, Value] = field(default_factory=dict)


class Checker:
    """The online checker of one use case."""

    def __init__(self, use_case: UseCase) -> None:
        """Make *use_case*, which has passed its lint, ready to judge a trace."""
        self._use_case = use_case
        self._routes = Routes(use_case)
        self._stays = Stays(use_case.correlation)
        self._root = next(one for one in use_case.scenarios if one.derive is None)
        self._variants = [one for one in use_case.scenarios if one.derive is not None]
        wholes = tuple(composed(use_case, [one]) for one in use_case.scenarios)
        self._checks = checks(wholes, self._routes)
        self._variables = {k: v for whole in wholes for k, v in whole.variables.items()}
        self._plans: dict[str, tuple[Plan, tuple[Check, ...]]] = {}
        self._own = self._plan([self._root])[0]
        self._shared: dict[int, Track] = {
            kind.number: Track() for kind in self._routes.kinds if kind.shared
        }
        kinds = range(len(self._routes.kinds))
        self._judging = [tuple(c for c in self._checks if kind in c.kinds) for kind in kinds]
        self._keeping = self._kept(wholes)
        self._reads = [bool(self._judging[kind] or self._keeping[kind]) for kind in kinds]
        self._adopts = self._adopting(wholes)
        self._waiting: dict[int, deque[tuple[float, int]]] = {
            kind.number: deque() for kind in self._routes.kinds if kind.waits
        }
        self._unanswered = 0
        self._when = {
            one.id: Expression(one.chosen.when)
            for one in self._variants
            if one.chosen is not None and one.chosen.when
        }
        self._before = self._booking_kinds()
        self._order = 0
        self._now = float("-inf")
        self._counts: Counter[Verdict] = Counter()
        self._strays: list[Finding] = []
        self._judged: list[Judged] = []
        self._never_arrived = 0

    def feed(self, seen: Observed) -> None:
        """Take the next message of the trace."""
        self.take(seen.t, seen.src, seen.dst, seen.msg, seen.keys, seen.fields)

    def take(
        self,
        t: float,
        src: str,
        dst: str,
        msg: str,
        keys: tuple[str, ...],
        fields: Mapping[str, Value] = NO_FIELDS,
    ) -> None:
        """Take the next message of the trace, without a record around it (the fast way in)."""
        self._order = order = self._order + 1
        self._now = t
        route = self._routes.of(src, dst, msg)
        route.tally[0] += 1
        kind = route.kind
        if kind is None:
            self._aside(route, t, src, dst, msg, keys)
        elif kind.shared:
            self._shared[kind.number].add_rolling(t, order)
        else:
            stay = None if kind.each else self._stays.place(route, keys, t)
            if stay is not None:
                stay.saw(kind.number, t, order)
                if self._reads[kind.number]:
                    self._read(stay, kind.number, t, fields)
                if kind.number in self._adopts:
                    self._adopt(stay, kind.number, t)
            else:
                self._unplaced(kind, t, src, dst, msg, keys)
        if not order % DUE_EVERY:
            self._settle(self._stays.due(t))

    def recorded(self, record: Record) -> None:
        """Take a line of the runtime's trace: ``trace.listen(checker.recorded)``.

        Lines that nobody sent (problems) or nobody could hear (dropped) are left out.
        """
        if record.status not in UNHEARD:
            self.take(record.t, record.src, record.dst, record.msg, record.keys, record.fields)

    def finish(self) -> Result:
        """Judge what is left and return the result; the checker is used up."""
        self._settle(sorted(self._stays, key=lambda stay: stay.number))
        return self._result()

    def _aside(
        self, route: Route, t: float, src: str, dst: str, msg: str, keys: tuple[str, ...]
    ) -> None:
        """Take a message that no step names: it may still join two keys."""
        if route.verdict is Verdict.SUPPORT:
            if len(keys) > 1:
                self._stays.join(route, keys)
            return
        reasons = {
            Verdict.UNDECLARED_LINK: "there is no link between the two",
            Verdict.WRONG_PROTOCOL: "the link does not speak this protocol",
            Verdict.UNEXPLAINED: "no step and no support pattern explains it",
        }
        self._stray(route.verdict, t, src, dst, msg, reasons[route.verdict])

    def _unplaced(
        self, kind: Kind, t: float, src: str, dst: str, msg: str, keys: tuple[str, ...]
    ) -> None:
        """Take a step's message that names no stay, or several."""
        if kind.each:
            for one in self._stays.each(keys):
                one.saw(kind.number, t, self._order)
        elif kind.waits and len(self._waiting[kind.number]) < WAITING_MAX:
            self._waiting[kind.number].append((t, self._order))
        elif not kind.idle:
            self._stray(Verdict.UNEXPLAINED, t, src, dst, msg, "it belongs to no stay of a car")

    def _stray(self, verdict: Verdict, t: float, src: str, dst: str, msg: str, why: str) -> None:
        self._counts[verdict] += 1
        if self._counts[verdict] <= FINDINGS_MAX:
            text = f"{src} -> {dst} {msg}: {why}"
            self._strays.append(Finding(kind=verdict.value, step="", t=t, text=text))

    def _read(self, stay: Stay, kind: int, t: float, fields: Mapping[str, Value]) -> None:
        """Evaluate the predicates and invariants of a message, then keep what it says."""
        values = {**self._variables, **stay.variables, **fields}
        for check in self._judging[kind]:
            try:
                holds = bool(check.expression.value(values))
            except Unknown:
                stay.unproven[check.number] = stay.unproven.get(check.number, 0) + 1
                continue
            if not holds:
                _breached(stay, check, t, values)
        for variable, expression in self._keeping[kind]:
            try:
                stay.variables[variable] = expression.value(values)
            except Unknown:
                continue  # The message does not say it; the variable stays as it was.

    def _adopt(self, stay: Stay, kind: int, t: float) -> None:
        """Give *stay* the oldest messages that waited for one of *kind*."""
        for waiting in self._adopts[kind]:
            queue = self._waiting[waiting]
            while queue and t - queue[0][0] > WAITED_S_MAX:
                queue.popleft()
                self._unanswered += 1
            if queue:
                stay.saw(waiting, *queue.popleft())

    def _adopting(self, wholes: Iterable[Scenario]) -> dict[int, tuple[int, ...]]:
        """Return for each kind the kinds that wait for it."""
        found: dict[int, dict[int, None]] = {}
        for whole in wholes:
            for step in whole.steps:
                waiting: dict[int, None] = {}
                for exchange in step.exchanges:
                    numbers = [kind.number for kind in self._routes.kinds_of(exchange)]
                    if exchange.waits:
                        waiting |= dict.fromkeys(numbers)
                    elif waiting:
                        for number in numbers:
                            found.setdefault(number, {}).update(waiting)
                        waiting = {}
        return {kind: tuple(waiting) for kind, waiting in found.items()}

    def _settle(self, stays: Iterable[Stay]) -> None:
        """Judge *stays*, which are over or as far as they will come."""
        for stay in stays:
            if stay.opened_at is None and stay.tracks.keys() <= self._before:
                self._never_arrived += bool(stay.tracks)
            else:
                self._judged.append(self._verdict(stay))

    def _verdict(self, stay: Stay) -> Judged:
        plan, its_checks = self._plan(self._chosen(stay))
        return Judgement(
            plan,
            stay,
            shared=self._shared,
            checks=its_checks,
            kinds=self._routes.kinds,
            now=self._now,
        ).result()

    def _chosen(self, stay: Stay) -> list[Scenario]:
        """Return the derivations that the facts of *stay* choose, or the root scenario."""
        chosen = [one for one in self._variants if self._follows(stay, one)]
        return chosen or [self._root]

    def _follows(self, stay: Stay, variant: Scenario) -> bool:
        facts = variant.chosen
        assert facts is not None, "the lint has seen to it"
        if any(stay.tracks.keys() & self._own.kinds_of(step) for step in facts.absent):
            return False
        if facts.present:
            plan = self._plan([variant])[0]
            new = frozenset().union(*(plan.kinds_of(step) for step in facts.present))
            if not stay.tracks.keys() & (new - self._own.kinds):
                return False
        if facts.when:
            try:
                return bool(self._when[variant.id].value({**self._variables, **stay.variables}))
            except Unknown:
                return False
        return True

    def _plan(self, chosen: list[Scenario]) -> tuple[Plan, tuple[Check, ...]]:
        """Return the plan of *chosen* derivations, composed, and the checks that apply to it."""
        name = "+".join(one.id for one in chosen)
        found = self._plans.get(name)
        if found is None:
            whole = composed(self._use_case, chosen)
            texts = {(check.id, check.text) for check in checks((whole,), self._routes)}
            apply = tuple(check for check in self._checks if (check.id, check.text) in texts)
            found = self._plans[name] = (planned(whole, self._routes), apply)
        return found

    def _kept(self, wholes: Iterable[Scenario]) -> list[tuple[tuple[str, Expression], ...]]:
        kept: list[dict[str, Expression]] = [{} for _ in self._routes.kinds]
        for whole in wholes:
            for step in whole.steps:
                for exchange in step.exchanges:
                    for kind in self._routes.kinds_of(exchange):
                        kept[kind.number] |= {k: Expression(v) for k, v in exchange.keep.items()}
        return [tuple(one.items()) for one in kept]

    def _booking_kinds(self) -> frozenset[int]:
        """Return the kinds of the steps before the one with which a stay begins."""
        found: frozenset[int] = frozenset()
        for stage in self._own.stages:
            if any(self._use_case.correlation.opens in slot.exchange.obs for slot in stage.slots):
                break
            found |= self._own.kinds_of(stage.step.step)
        return found

    def _result(self) -> Result:
        judged = tuple(self._judged)
        leftovers = sum(f.kind == "unexplained" for one in judged for f in one.findings)
        numbers: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        steps = self._steps_of_kinds()
        for (src, dst, kind), (count,) in self._routes.tallies.items():
            pairs[src, dst] += count
            if kind >= 0:
                numbers[steps[kind]] += count
        return Result(
            scenarios=self._rows(judged),
            sessions=judged,
            messages=self._order,
            undeclared_links=self._counts[Verdict.UNDECLARED_LINK],
            wrong_protocol=self._counts[Verdict.WRONG_PROTOCOL],
            unexplained=self._counts[Verdict.UNEXPLAINED] + leftovers,
            late=sum(f.kind == "late" for one in judged for f in one.findings),
            unproven=sum(one.unproven for one in judged),
            never_arrived=self._never_arrived,
            unanswered=self._unanswered + sum(len(queue) for queue in self._waiting.values()),
            strays=tuple(self._strays),
            per_step=dict(numbers),
            per_link=dict(pairs),
        )

    def _steps_of_kinds(self) -> dict[int, str]:
        """Return the step that names each kind first."""
        found: dict[int, str] = {}
        for one in self._use_case.scenarios:
            for slot in self._plan([one])[0].slots:
                for kind in slot.kinds:
                    found.setdefault(kind, slot.step)
        return found

    def _rows(self, judged: tuple[Judged, ...]) -> tuple[ScenarioResult, ...]:
        """Return one row per scenario of the file, and one per composition that was seen."""
        plans = {
            self._plan([one])[0].scenario.id: self._plan([one])[0]
            for one in self._use_case.scenarios
        }
        for plan, _ in self._plans.values():
            plans.setdefault(plan.scenario.id, plan)
        rows = []
        for name, plan in plans.items():
            its = [one for one in judged if one.scenario == name]
            if its or "+" not in name:
                rows.append(counted(plan, its))
        return tuple(rows)


def _breached(stay: Stay, check: Check, t: float, values: Mapping[str, Value]) -> None:
    """Note that *check* does not hold, with what it read when it was first so."""
    breach = stay.breaches.get(check.number)
    if breach is None:
        read = ", ".join(f"{name} = {values[name]}" for name in sorted(check.expression.names))
        stay.breaches[check.number] = Breach(count=1, t=t, values=read)
    else:
        breach.count += 1
