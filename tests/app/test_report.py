"""From a run to KPIs, gates, summary and report."""

import csv
import io
import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from app.outcomes import START, outcome, session

from sterna.app.gates import gates
from sterna.app.kpis import kpis
from sterna.app.outcome import Outcome, Posting
from sterna.app.report import report
from sterna.app.summary import sessions_csv, summary
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, Share, WattHours

LISBON = ZoneInfo("Europe/Lisbon")


def value(run: Outcome, name: str) -> float | None:
    return next(kpi.value for kpi in kpis(run, outcome(controlled=False)) if kpi.name == name)


def test_a_good_run_holds_all_gates() -> None:
    assert all(gate.holds for gate in gates(outcome(), outcome(controlled=False)))


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({"sessions": (session(soc_lowest=Share(0.29)),)}, "no car was discharged below its floor"),
        (
            {"sessions": (session(soc_at_end=Share(0.78)),)},
            "the target is met by every car that stayed as announced",
        ),
        (
            {
                "ledger": (
                    Posting(
                        transaction="t", at=Instant(0), account="a", amount=MicroEuro(1), why="x"
                    ),
                )
            },
            "the ledger sums to zero",
        ),
    ],
)
def test_a_broken_promise_breaks_its_gate_and_no_other(
    changes: dict[str, object], gate: str
) -> None:
    run = replace(outcome(), **changes)  # type: ignore[arg-type]
    broken = [g.name for g in gates(run, outcome(controlled=False)) if not g.holds]
    assert broken == [gate]


def test_a_car_that_left_early_is_not_judged_by_its_target() -> None:
    run = outcome(sessions=(session(soc_at_end=Share(0.4), announced_kept=False), session(2)))
    assert value(run, "SoC target met") == 100.0


def test_the_driver_is_better_off_by_what_charging_alone_would_have_cost() -> None:
    # 3.50 alone; with V2B 3.00 less 2.00 earned, and 0.50 of wear: 2.00 better.
    assert value(outcome(), "driver's net benefit, mean") == pytest.approx(2.0)


def test_full_cycles_count_both_directions() -> None:
    run = outcome(
        sessions=(session(charged_wh=WattHours(60_000), discharged_wh=WattHours(60_000)),)
    )
    assert value(run, "full cycles of all cars") == pytest.approx(1.0)


def test_losses_are_what_is_neither_in_the_battery_nor_came_out() -> None:
    # 30 in, 10 out, 0.3 x 60 = 18 more in the battery: 2 kWh lost in each of the two sessions.
    assert value(outcome(), "losses in chargers and batteries") == pytest.approx(4.0)


def test_what_is_offered_leaves_time_to_reach_the_target() -> None:
    times = START + np.array([0.0, 3600.0, 2 * 3600.0])
    shares = np.array([0.8, 0.8, 0.8])
    early = session(
        soc_times=times, soc_shares=shares, announced_departure=Instant(START + 1.5 * 3600)
    )
    # 11 kWh could be given in each hour; after the first there is half an hour left, 5.5 kWh: too little.
    assert value(outcome(sessions=(early,)), "flexibility offered of what is possible") == 0.0
    late = session(
        soc_times=times, soc_shares=shares, announced_departure=Instant(START + 9 * 3600)
    )
    assert value(outcome(sessions=(late,)), "flexibility offered of what is possible") == 100.0


def test_the_summary_holds_what_is_promised() -> None:
    run, base = outcome(), outcome(controlled=False)
    said = json.loads(summary(run, kpis(run, base), gates(run, base)))
    assert {"scenario", "seed", "hours", "evses", "trace_sha256", "wall_s", "cpu_s", "frames", "conformance", "kpis", "gates", "ledger_sum"} <= set(said)  # fmt: skip
    assert said["ledger_sum"] == 0
    assert said["conformance"]["scenarios"][0]["conforming_sessions"] == 2


def test_every_session_has_a_line_with_times_and_money() -> None:
    lines = list(csv.DictReader(io.StringIO(sessions_csv(outcome()))))
    assert len(lines) == 2
    assert lines[0]["plugged_at"] == "2025-06-30T22:00:00Z"
    assert lines[0]["reward_eur"] == "2"


def test_the_report_opens_offline_and_says_the_same_each_time() -> None:
    run, base = outcome(), outcome(controlled=False)
    page = report(run, base, kpis(run, base), gates(run, base), LISBON)
    assert "http" not in page.replace("http://www.w3.org", "")
    assert page == report(run, base, kpis(run, base), gates(run, base), LISBON)
    assert "SC-P-MAIN" in page
    assert "grid without control" in page
