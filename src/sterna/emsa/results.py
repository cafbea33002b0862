"""What the checker found: per step, per scenario, and over a whole run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sterna.emsa.judge import Finding, Judged
from sterna.emsa.plan import Plan

FINDINGS_MAX: Final = 50
"""Findings in words per scenario: more are not read, and every stay has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCount:
    """How one step of a scenario did: sessions in which it conforms, of those judged."""

    step: str
    name: str
    conforming: int
    judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """How the sessions of one scenario, or of several composed, did."""

    id: str
    """``SC-P-MAIN``, or joined by ``+`` when a session followed several derivations."""
    name: str
    sessions: int
    """Stays that are over."""
    conforming: int
    open: int
    """Stays that went on when the trace ended; judged as far as they went, counted apart."""
    open_broken: int
    findings: tuple[str, ...]
    """The first findings of its stays in words."""
    steps: tuple[StepCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A use case held against a whole trace."""

    scenarios: tuple[ScenarioResult, ...]
    sessions: tuple[Judged, ...]
    messages: int
    undeclared_links: int
    wrong_protocol: int
    unexplained: int
    """Messages on declared links that no step and no support pattern explains, duplicates too."""
    late: int
    unproven: int
    """Messages that did not hold the fields which a predicate or invariant reads."""
    never_arrived: int
    """Bookings whose car never came."""
    unanswered: int
    """Requests without a key that nobody answered within a minute: refused bookings."""
    strays: tuple[Finding, ...]
    """The first messages that belong to no session: on no link, of no protocol, of no step."""
    per_step: dict[str, int]
    """Messages of the run by step number, for the drawing."""
    per_link: dict[tuple[str, str], int]
    """Messages of the run by (sender, receiver), without units."""

    @property
    def holds(self) -> bool:
        """Tell whether every session conforms and every message is where it may be."""
        apart = self.undeclared_links + self.wrong_protocol + self.unexplained
        return apart == 0 and all(judged.conforming for judged in self.sessions)


def counted(plan: Plan, its: Sequence[Judged]) -> ScenarioResult:
    """Return how *its* stays did by *plan*."""
    over = [one for one in its if one.complete]
    going = [one for one in its if not one.complete]
    return ScenarioResult(
        id=plan.scenario.id,
        name=plan.scenario.name,
        sessions=len(over),
        conforming=sum(one.conforming for one in over),
        open=len(going),
        open_broken=sum(not one.conforming for one in going),
        findings=tuple(
            f"{one.session}, step {finding.step or '-'}: {finding.kind}: {finding.text}"
            for one in its
            for finding in one.findings
        )[:FINDINGS_MAX],
        steps=tuple(
            StepCount(
                step=stage.step.step,
                name=stage.step.name,
                conforming=sum(stage.step.step not in one.broken for one in over),
                judged=len(over),
            )
            for stage in plan.stages
        ),
    )
