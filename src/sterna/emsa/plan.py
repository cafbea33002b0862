"""A scenario made ready for judging: steps as slots that wait for kinds of messages."""

from dataclasses import dataclass
from functools import cached_property

from sterna.emsa.expression import Expression
from sterna.emsa.model import Exchange, Scenario, Step
from sterna.emsa.routes import Kind, Routes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slot:
    """One exchange of a step, and the kinds of messages that fill it."""

    step: str
    kinds: tuple[int, ...]
    words: str
    exchange: Exchange
    optional: bool
    within_s: float | None

    @property
    def repeats(self) -> bool:
        """Tell whether it may be seen more than once."""
        return self.exchange.min is not None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """One step: the slots that the next step waits for, and those that run beside."""

    step: Step
    held: tuple[Slot, ...]
    beside: tuple[Slot, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All its slots."""
        return (*self.held, *self.beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A predicate or an invariant, and the messages that it judges."""

    number: int
    id: str
    step: str
    text: str
    expression: Expression
    kinds: frozenset[int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A whole scenario, ready to judge stays by."""

    scenario: Scenario
    stages: tuple[Stage, ...]

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The slots of all steps."""
        return tuple(slot for stage in self.stages for slot in stage.slots)

    @cached_property
    def repeating(self) -> frozenset[int]:
        """Kinds of which any number is explained."""
        return frozenset(kind for slot in self.slots if slot.repeats for kind in slot.kinds)

    @cached_property
    def kinds(self) -> frozenset[int]:
        """All kinds that the scenario knows."""
        return frozenset(kind for slot in self.slots for kind in slot.kinds)

    def kinds_of(self, step: str) -> frozenset[int]:
        """Return the kinds of one step, none when it is not there."""
        return frozenset(kind for slot in self.slots if slot.step == step for kind in slot.kinds)


def planned(scenario: Scenario, routes: Routes) -> Plan:
    """Return *scenario*, which has steps of its own, as a plan over the kinds of *routes*."""
    return Plan(scenario=scenario, stages=tuple(_stage(step, routes) for step in scenario.steps))


def _stage(step: Step, routes: Routes) -> Stage:
    slots = [_slot(step, exchange, routes) for exchange in step.exchanges]
    return Stage(
        step=step,
        held=tuple(slot for slot in slots if not slot.exchange.meanwhile),
        beside=tuple(slot for slot in slots if slot.exchange.meanwhile),
    )


def _slot(step: Step, exchange: Exchange, routes: Routes) -> Slot:
    kinds = routes.kinds_of(exchange)
    return Slot(
        step=step.step,
        kinds=tuple(kind.number for kind in kinds),
        words=f"{exchange.sender} -> {exchange.to} {' or '.join(exchange.obs)}",
        exchange=exchange,
        optional=bool(step.optional or exchange.optional),
        within_s=step.within_s if exchange.within_s is None else exchange.within_s,
    )


def checks(scenarios: tuple[Scenario, ...], routes: Routes) -> tuple[Check, ...]:
    """Return the predicates and invariants of all *scenarios*, each once."""
    found: dict[tuple[str, str, str], Check] = {}
    for scenario in scenarios:
        for step in scenario.steps:
            for exchange in step.exchanges:
                if exchange.where:
                    kinds = frozenset(kind.number for kind in routes.kinds_of(exchange))
                    _note(found, f"step {step.step}", step.step, exchange.where, kinds)
        for rule in scenario.invariants:
            _note(found, rule.id, "", rule.that, _judged(rule.info, routes.kinds))
    return tuple(found.values())


def _judged(info: tuple[str, ...], kinds: list[Kind]) -> frozenset[int]:
    """Return the kinds of a session that carry one of the objects *info*."""
    return frozenset(kind.number for kind in kinds if not kind.shared and kind.info & set(info))


def _note(
    found: dict[tuple[str, str, str], Check], name: str, step: str, text: str, kinds: frozenset[int]
) -> None:
    key = (name, step, text)
    if key not in found:
        found[key] = Check(
            number=len(found),
            id=name,
            step=step,
            text=text,
            expression=Expression(text),
            kinds=kinds,
        )
