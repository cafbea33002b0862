"""The gates of a run: what must hold, or the run has failed.

KPI-14 (trace), KPI-18 (money) and KPI-19 (privacy) are gates by the use case; the
driver's floor and target are the promises that never break. What a scenario expects on
top comes last, e.g. a lower peak: not every site is rewarded for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sterna.app import expects
from sterna.app.kpis import floor_violations, ledger_sum, target_satisfaction
from sterna.app.outcome import Outcome
from sterna.app.settings import ExpectSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One condition, whether it holds, and the figures it was judged by."""

    name: str
    holds: bool
    figures: str


def gates(run: Outcome, base: Outcome, expected: Sequence[ExpectSettings] = ()) -> tuple[Gate, ...]:
    """Judge *run*, a controlled run, beside *base*, the same seed without control.

    *expected* are the promises of the scenario; one that needs a run without control is left out
    where there is none (*base* is *run*).
    """
    judged: list[Gate] = []

    def gate(name: str, figures: str, *, holds: bool) -> None:
        judged.append(Gate(name=name, holds=holds, figures=figures))

    seen = run.conformance
    assert seen is not None, "a controlled run is held against its use case"
    sessions = sum(scenario.sessions for scenario in seen.scenarios)
    conforming = sum(scenario.conforming for scenario in seen.scenarios)
    gate(
        "every session conforms to its scenario",
        f"{conforming} of {sessions}",
        holds=conforming == sessions,
    )
    gate(
        "no message on an undeclared link",
        f"{seen.undeclared_links}",
        holds=seen.undeclared_links == 0,
    )
    gate(
        "no message with an undeclared protocol",
        f"{seen.wrong_protocol}",
        holds=seen.wrong_protocol == 0,
    )
    gate("no step late", f"{seen.late}", holds=seen.late == 0)
    gate(
        "no personal marker outside its rooms",
        f"{seen.personal_markers}",
        holds=seen.personal_markers == 0,
    )
    total = ledger_sum(run)
    gate("the ledger sums to zero", f"{total} micro-EUR", holds=total == 0)
    met, count = target_satisfaction(run)
    gate(
        "the target is met by every car that stayed as announced",
        f"{met or 0:.1f} % of {count}",
        holds=met is None or met >= 100.0,
    )
    broken, count = floor_violations(run)
    gate("no car was discharged below its floor", f"{broken:.0f} of {count}", holds=broken == 0)
    for expect in expected:
        found = expects.judged(expect, run, base)
        if found is not None:
            gate(expects.title(expect), found[1], holds=found[0])
    return tuple(judged)
