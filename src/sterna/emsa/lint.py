"""Rules that a use case file keeps by itself, before any system runs.

Errors make the file unusable; warnings say what a reader would stumble over. Each rule
has a number, so that tests and documents can name it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from sterna.emsa.derive import Underivable, composed, lineage
from sterna.emsa.expression import Expression, Malformed
from sterna.emsa.model import (
    DOMAINS,
    ROOMS,
    ZONES,
    Actor,
    Component,
    Exchange,
    Function,
    Link,
    Scenario,
    Step,
    UseCase,
    places,
    top,
)


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach of a rule: which rule, where in the file, and what is wrong."""

    rule: str
    severity: Severity
    where: str
    text: str


Found = Iterator[tuple[str, str, str]]
"""Rule, place, text."""

WARNINGS = frozenset({"C14", "C15", "C16", "C17", "C18"})
"""Rules whose breach leaves the file usable."""


def lint(use_case: UseCase) -> tuple[Finding, ...]:
    """Return every breach of the rules in *use_case*, in the order of the rules' topics."""
    found = [*_participants(use_case), *_links(use_case), *_layers(use_case)]
    derived = [*_derivations(use_case)]
    found += derived
    if not derived:
        found += [*_scenarios(use_case), *_unused(use_case)]
    return tuple(
        Finding(
            rule=rule,
            severity=Severity.WARNING if rule in WARNINGS else Severity.ERROR,
            where=where,
            text=text,
        )
        for rule, where, text in dict.fromkeys(found)
    )


def _participants(use_case: UseCase) -> Found:
    """C01, C02 known zone and domain; C19 known room; C20 ids are unique; C21 kinds of keys."""
    kinds = {*use_case.correlation.lasting, *use_case.correlation.passing}
    placed: list[Actor | Component | Function] = [*use_case.components, *use_case.actors]
    placed += use_case.functions
    for place in placed:
        if place.zone not in ZONES:
            yield "C01", place.id, f"unknown zone {place.zone}"
        if place.domain not in DOMAINS:
            yield "C02", place.id, f"unknown domain {place.domain}"
    for known in places(use_case).values():
        if known.known_by is not None and known.known_by not in kinds:
            yield "C21", known.id, f"known_by names no kind of key: {known.known_by}"
    for kind in use_case.correlation.apart:
        if kind not in kinds:
            yield "C21", "correlation", f"unknown kind of key {kind}"
    for component in use_case.components:
        if component.module not in ROOMS:
            yield "C19", component.id, f"unknown room {component.module}"
    yield from _doubles(use_case)


def _doubles(use_case: UseCase) -> Found:
    """C20: no id is given twice."""
    named: tuple[Iterable[str], ...] = (
        [*(one.id for one in use_case.components), *(one.id for one in use_case.actors)],
        (one.id for one in use_case.links),
        (one.id for one in use_case.functions),
        (one.id for one in use_case.information_objects),
        (one.id for one in use_case.scenarios),
        (one.id for one in use_case.business_relations),
    )
    for ids in named:
        for name, count in Counter(ids).items():
            if count > 1:
                yield "C20", name, f"the id is given {count} times"


def _links(use_case: UseCase) -> Found:
    """C03 ends exist; C04, C05 protocols named; C23 one link per pair."""
    known = places(use_case)
    pairs: set[frozenset[str]] = set()
    for link in use_case.links:
        for end in (link.a, link.b):
            if end not in known:
                yield "C03", link.id, f"unknown end {end}"
        if not link.info:
            yield "C04", link.id, "no information protocol"
        if not link.comm:
            yield "C05", link.id, "no communication protocol"
        pair = frozenset((link.a, link.b))
        if pair in pairs:
            yield "C23", link.id, "a second link between the same two"
        pairs.add(pair)
        yield from _stacks(use_case, link)


def _stacks(use_case: UseCase, link: Link) -> Found:
    """C22 stacks are known; C24 support messages are of a protocol of the link."""
    if not link.stacks:
        yield "C22", link.id, "no protocol stack"
    for stack in link.stacks:
        if top(stack) not in use_case.protocols:
            yield "C22", link.id, f"unknown protocol {top(stack)}"
    words = use_case.words(link)
    for message in link.support:
        if message.split()[0] not in words:
            yield "C24", link.id, f"{message!r} is of no protocol of the link"


def _layers(use_case: UseCase) -> Found:
    """C06 relations and C07 functions refer to what exists."""
    actors = {actor.id for actor in use_case.actors}
    components = {component.id for component in use_case.components}
    for relation in use_case.business_relations:
        for end in (relation.giver, relation.to):
            if end not in actors:
                yield "C06", relation.id, f"unknown actor {end}"
    for function in use_case.functions:
        for component in function.components:
            if component not in components:
                yield "C07", function.id, f"unknown component {component}"
    for actor in use_case.actors:
        for component in actor.operates:
            if component not in components:
                yield "C07", actor.id, f"operates unknown component {component}"


def _derivations(use_case: UseCase) -> Found:
    """C25: every derivation finds its parent and its steps; a root has steps, a child has none."""
    for scenario in use_case.scenarios:
        try:
            line = lineage(use_case, scenario)
            composed(use_case, [scenario])
        except Underivable as error:
            yield "C25", scenario.id, str(error)
            continue
        if not line[0].steps or any(one.steps for one in line[1:]):
            yield "C25", scenario.id, "has steps of its own and derives, or has neither"
        if (scenario.derive is None) != (scenario.chosen is None):
            yield "C26", scenario.id, "a derived scenario, and no other, says when it is chosen"


def _scenarios(use_case: UseCase) -> Found:
    """Judge the steps of every scenario as it is after derivation."""
    for scenario in use_case.scenarios:
        whole = composed(use_case, [scenario])
        yield from _chosen(use_case, scenario)
        yield from _steps(use_case, scenario.id, whole)
        yield from _expressions(use_case, scenario.id, whole)


def _chosen(use_case: UseCase, scenario: Scenario) -> Found:
    """C26: the facts that choose a scenario name steps that exist, and can be read."""
    if scenario.chosen is None:
        return
    parents = {step.step for one in lineage(use_case, scenario)[:-1] for step in one.steps}
    own = {step.step for step in composed(use_case, [scenario]).steps}
    for number in scenario.chosen.absent:
        if number not in parents:
            yield "C26", scenario.id, f"chosen.absent names no step of the parent: {number}"
    for number in scenario.chosen.present:
        if number not in own:
            yield "C26", scenario.id, f"chosen.present names no step: {number}"
    if scenario.chosen.when:
        yield from _expression(scenario.chosen.when, f"{scenario.id}.chosen.when")


def _steps(use_case: UseCase, name: str, scenario: Scenario) -> Found:
    """C08, C09 steps are numbered once and say something; C27 what they refer to is there."""
    numbers = [step.step for step in scenario.steps]
    for number, count in Counter(numbers).items():
        if count > 1:
            yield "C08", f"{name}.{number}", f"the step stands there {count} times"
    before: set[str] = {""}
    for step in scenario.steps:
        where = f"{name}.{step.step}"
        if not step.exchanges:
            yield "C09", where, "the step has no exchange"
        if step.anytime_after is not None and step.anytime_after not in before:
            yield "C27", where, f"anytime_after names no earlier step: {step.anytime_after}"
        before.add(step.step)
        for exchange in step.exchanges:
            yield from _exchange(use_case, where, step, exchange)
            if exchange.until is not None and exchange.until not in numbers:
                yield "C27", where, f"until names no step: {exchange.until}"


def _exchange(use_case: UseCase, where: str, step: Step, exchange: Exchange) -> Found:
    """C10 ends, C11 link, C12 objects, C13 messages, C28 personal data, C29 protocols."""
    ends = (exchange.sender, exchange.to)
    for end in sorted(set(ends) - places(use_case).keys()):
        yield "C10", where, f"unknown participant {end}"
    if not exchange.obs:
        yield "C13", where, f"{ends[0]} -> {ends[1]} has no observation"
    objects = {one.id: one for one in use_case.information_objects}
    for name in exchange.info:
        if name not in objects:
            yield "C12", where, f"unknown information object {name}"
    link = use_case.link_between(*ends)
    if link is None:
        yield "C11", where, f"no link {ends[0]} - {ends[1]}"
        return
    for name in exchange.info:
        if name in objects and objects[name].personal_data and not link.personal:
            yield "C28", where, f"{name} is of a person and {link.id} is not marked personal"
    for message in exchange.obs:
        if message.split()[0] not in use_case.words(link):
            yield "C29", where, f"{message!r} is of no protocol of {link.id}"
    yield from _repetition(where, step, exchange)


def _repetition(where: str, step: Step, exchange: Exchange) -> Found:
    """C30 what goes together in an exchange; C31 an unordered step can be told apart."""
    if exchange.min is None and (exchange.period_s is not None or exchange.until is not None):
        yield "C30", where, "period_s and until need min: only a repeated exchange has them"
    if exchange.min is not None and exchange.min < 1:
        yield "C30", where, "min is at least 1; what may be absent is optional"
    if exchange.valid_s and not exchange.shared:
        yield "C30", where, "valid_s needs shared"
    if exchange.shared and (exchange.where or exchange.keep):
        yield "C30", where, "a shared exchange knows no session's variables"
    if exchange.waits and step.exchanges[-1].waits:
        yield "C30", where, "an exchange that waits is followed by one that does not"
    same = [one for one in step.exchanges if one is not exchange and one.sender == exchange.sender]
    if step.unordered and any(
        one.to == exchange.to and set(one.obs) & set(exchange.obs) for one in same
    ):
        yield "C31", where, "an unordered step holds the same message twice"


def _expressions(use_case: UseCase, name: str, scenario: Scenario) -> Found:
    """C32 expressions can be read; C12 invariants name objects that exist."""
    objects = {one.id for one in use_case.information_objects}
    for step in scenario.steps:
        for exchange in step.exchanges:
            for text in (*([exchange.where] if exchange.where else []), *exchange.keep.values()):
                yield from _expression(text, f"{name}.{step.step}")
    for rule in scenario.invariants:
        yield from _expression(rule.that, rule.id)
        for thing in rule.info:
            if thing not in objects:
                yield "C12", rule.id, f"unknown information object {thing}"


def _expression(text: str, where: str) -> Found:
    """C32: *text* is an expression."""
    try:
        Expression(text)
    except Malformed as error:
        yield "C32", where, str(error)


def _unused(use_case: UseCase) -> Found:
    """C14-C18: what stands in the file and is never used."""
    steps = [step for one in use_case.scenarios for step in composed(use_case, [one]).steps]
    exchanges = [exchange for step in steps for exchange in step.exchanges]
    objects = {name for exchange in exchanges for name in exchange.info}
    pairs = {frozenset((exchange.sender, exchange.to)) for exchange in exchanges}
    ends = frozenset().union(*pairs)
    functional = {name for function in use_case.functions for name in function.components}
    operated = {name for actor in use_case.actors for name in actor.operates}
    for one in use_case.information_objects:
        if one.id not in objects:
            yield "C14", one.id, "never exchanged"
    for link in use_case.links:
        if frozenset((link.a, link.b)) not in pairs:
            yield "C15", link.id, "used by no step"
    for component in use_case.components:
        if component.id not in ends:
            yield "C16", component.id, "takes part in no step"
        if component.id not in functional:
            yield "C17", component.id, "carries no function"
        if component.id not in operated:
            yield "C18", component.id, "is operated by no actor"
