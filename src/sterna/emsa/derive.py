"""Scenarios that come from others: drop, replace and add steps; several at once compose.

A walk-in who also declines V2B follows both derivations: they are applied to the root
scenario one after the other, in the order of the file, and the outcome is called
``SC-P-WALKIN+SC-P-UNIDIR``.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from sterna.emsa.model import Derive, Scenario, Step, UseCase

DERIVATIONS_MAX: Final = 8
"""More parents than this cannot be followed by a reader; also ends a circle of parents."""


class Underivable(Exception):
    """A derivation refers to a scenario or step that is not there."""


def lineage(use_case: UseCase, scenario: Scenario) -> list[Scenario]:
    """Return *scenario* and its parents, the root first. Raises :class:`Underivable`."""
    by_id = {one.id: one for one in use_case.scenarios}
    line = [scenario]
    while (derive := line[0].derive) is not None:
        if derive.parent not in by_id:
            raise Underivable(f"{line[0].id} derives from unknown {derive.parent}")
        if len(line) > DERIVATIONS_MAX:
            raise Underivable(f"{scenario.id} has more than {DERIVATIONS_MAX} parents, or a circle")
        line.insert(0, by_id[derive.parent])
    return line


def changed(steps: Sequence[Step], derive: Derive) -> tuple[Step, ...]:
    """Return *steps* after *derive*: replace, then drop, then add. Raises :class:`Underivable`."""
    known = {step.step for step in steps}
    new = {step.step: step for step in derive.replace}
    missing = [number for number in (*derive.drop, *new) if number not in known]
    if missing:
        raise Underivable(f"there is no step {missing[0]} to drop or replace")
    kept = [new.get(step.step, step) for step in steps if step.step not in derive.drop]
    for added in derive.add:
        numbers = [step.step for step in kept]
        if added.after is not None and added.after not in numbers:
            raise Underivable(f"there is no step {added.after} to add after")
        place = 0 if added.after is None else numbers.index(added.after) + 1
        kept[place:place] = added.steps
    return tuple(kept)


def composed(use_case: UseCase, chosen: Iterable[Scenario]) -> Scenario:
    """Return the root scenario with the derivations of all *chosen* ones applied in file order.

    A later derivation that drops or replaces what an earlier one dropped already finds it
    done. Raises :class:`Underivable`.
    """
    order = {one.id: place for place, one in enumerate(use_case.scenarios)}
    wanted = {one.id: one for leaf in chosen for one in lineage(use_case, leaf)}
    line = sorted(wanted.values(), key=lambda one: (one.derive is not None, order[one.id]))
    root, *variants = line
    steps = root.steps
    for variant in variants:
        assert variant.derive is not None, "one root alone"
        steps = changed(steps, _still_to_do(steps, root.steps, variant.derive))
    return msgspec.structs.replace(
        root,
        id="+".join(one.id for one in variants) or root.id,
        name="; ".join(one.name for one in variants) or root.name,
        steps=steps,
        variables={name: value for one in line for name, value in one.variables.items()},
        invariants=tuple(rule for one in line for rule in one.invariants),
    )


def _still_to_do(now: Sequence[Step], before: Sequence[Step], derive: Derive) -> Derive:
    """Return *derive* without what another derivation has dropped already."""
    gone = {step.step for step in before} - {step.step for step in now}
    return msgspec.structs.replace(
        derive,
        drop=tuple(number for number in derive.drop if number not in gone),
        replace=tuple(step for step in derive.replace if step.step not in gone),
    )
