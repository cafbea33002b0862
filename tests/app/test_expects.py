"""What a scenario expects becomes gates with figures, and fails the run when it is broken."""

from dataclasses import replace

import numpy as np
import pytest
from app.outcomes import outcome, session

from sterna.app.expects import chosen, judged, objection, title
from sterna.app.gates import gates
from sterna.app.outcome import Outcome, Posting
from sterna.app.settings import ExpectSettings
from sterna.kernel.money import MicroEuro, euros
from sterna.kernel.quantities import Kilowatts, Share, WattHours

BASE = outcome(controlled=False)
FLAWED = session(
    2, soc_at_end=Share(0.7), soc_lowest=Share(0.2), ended_by="open", wear=euros("9.00")
)


def with_sessions(*sessions: object) -> Outcome:
    return outcome(sessions=sessions)


def unlike(run: Outcome) -> Outcome:
    """Return *run* with one session fewer that conforms."""
    seen = run.conformance
    assert seen is not None
    return replace(
        run,
        conformance=replace(seen, scenarios=(replace(seen.scenarios[0], conforming=1),)),
    )


@pytest.mark.parametrize("every", ["departure", "session"])
@pytest.mark.parametrize(
    "check",
    ["soc_at_least_target", "floor_kept", "no_discharge", "session_done", "cost_below_baseline"],
)
def test_a_promise_to_drivers_counts_the_sessions_that_keep_it(check: str, every: str) -> None:
    expect = ExpectSettings(check=check, every=every)  # type: ignore[arg-type]
    good = session(1, discharged_wh=WattHours(0))
    assert judged(expect, with_sessions(good), BASE) == (True, "1 of 1")
    holds, figures = judged(expect, with_sessions(good, FLAWED), BASE) or (None, "")
    assert holds is False
    assert figures.startswith("1 of 2; s-2: ")


@pytest.mark.parametrize(
    ("check", "broken", "figures"),
    [
        ("soc_at_least_target", with_sessions(FLAWED), "0 of 1; s-2: 70.0 % of 80 %"),
        ("floor_kept", with_sessions(FLAWED), "0 of 1; s-2: down to 20.0 %, floor 30 %"),
        ("no_discharge", outcome(), "0 of 2; s-1: 10000 Wh given"),
        ("session_done", with_sessions(FLAWED), "0 of 1; s-2: not over"),
        ("steps_conform", unlike(outcome()), "1 of 2 sessions"),
        (
            "ledger_closes",
            outcome(ledger=(Posting(transaction="t", at=session().plugged_at, account="a", amount=MicroEuro(3), why=""),)),
            "3 micro-EUR",
        ),
        ("cost_below_baseline", outcome(building_bill=euros("1100")), "1,100.00 EUR against 1,100.00 EUR"),
        ("peak_below_baseline", outcome(peak_kw=Kilowatts(651.0)), "651.0 kW against 650.0 kW"),
        (
            "limits_kept",
            outcome(site=replace(outcome().site, limit_kw=outcome().site.grid_kw - np.eye(1, len(outcome().site.grid_kw))[0] * 5)),
            "1 quarter hours above the limit, by 5.0 kW at most",
        ),
    ],
)  # fmt: skip
def test_each_promise_is_broken_with_its_figures(check: str, broken: Outcome, figures: str) -> None:
    expect = ExpectSettings(check=check)  # type: ignore[arg-type]
    assert judged(expect, broken, BASE) == (False, figures)


@pytest.mark.parametrize(
    "check",
    ["steps_conform", "ledger_closes", "cost_below_baseline", "peak_below_baseline", "limits_kept"],
)
def test_a_good_run_keeps_what_is_promised_of_the_whole(check: str) -> None:
    found = judged(ExpectSettings(check=check), outcome(), BASE)  # type: ignore[arg-type]
    assert found is not None
    assert found[0]


def test_without_a_run_to_compare_with_a_comparison_is_left_out() -> None:
    run = outcome()
    for check in ("cost_below_baseline", "peak_below_baseline"):
        assert judged(ExpectSettings(check=check), run, run) is None
    names = [gate.name for gate in gates(run, run, [ExpectSettings(check="peak_below_baseline")])]
    assert not any(name.startswith("expected") for name in names)


def test_a_promise_to_one_driver_looks_at_that_driver_alone() -> None:
    run = with_sessions(session(1), FLAWED)
    floor = ExpectSettings(check="floor_kept", every="session", driver="driver-001")
    assert judged(floor, run, BASE) == (True, "1 of 1")
    assert not (judged(replace(floor, driver="driver-002"), run, BASE) or (True, ""))[0]


def test_a_driver_who_never_came_breaks_the_promise() -> None:
    nobody = ExpectSettings(check="session_done", driver="driver-099")
    assert judged(nobody, outcome(), BASE) == (False, "driver-099 had no such session")


def test_a_departure_is_of_a_car_that_stayed_as_announced() -> None:
    early, short, there = (
        session(1, announced_kept=False),
        session(2, target_reachable=False),
        session(3, ended_at=None),
    )
    run = with_sessions(early, short, there, session(4))
    due = chosen(ExpectSettings(check="floor_kept", every="departure"), run)
    assert [each.session for each in due] == ["s-4"]
    assert chosen(ExpectSettings(check="soc_at_least_target"), run) == list(due)
    assert len(chosen(ExpectSettings(check="floor_kept", every="session"), run)) == 4


@pytest.mark.parametrize(
    ("expect", "key"),
    [
        (ExpectSettings(check="limits_kept", every="session"), "every"),
        (ExpectSettings(check="ledger_closes", driver="driver-001"), "driver"),
    ],
)
def test_a_promise_of_the_run_cannot_be_asked_of_a_driver(expect: ExpectSettings, key: str) -> None:
    found = objection(expect)
    assert found is not None
    assert found[0] == key
    assert objection(ExpectSettings(check="floor_kept", driver="driver-001")) is None


def test_promises_are_the_last_gates_and_named_by_what_they_say() -> None:
    expected = [
        ExpectSettings(check="ledger_closes"),
        ExpectSettings(check="no_discharge", every="session", driver="driver-001"),
    ]
    last = gates(outcome(), BASE, expected)[-2:]
    assert [(gate.name, gate.holds) for gate in last] == [
        ("expected: ledger closes", True),
        ("expected: no discharge, every session, driver-001", False),
    ]
    assert [title(each) for each in expected] == [gate.name for gate in last]
