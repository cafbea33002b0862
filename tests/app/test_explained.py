"""What a run shows of why its cars did what they did: phases, moments, what decided."""

import io
import re
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from app.outcomes import START, outcome, session
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from sterna.actors.cs_ems.commands import WhyRow
from sterna.app.explained import deciders, kind, moment, moments
from sterna.app.gates import gates
from sterna.app.kpis import kpis
from sterna.app.outcome import Outcome, Phase
from sterna.app.phases import SHORT_S, chief_reasons, phases
from sterna.app.report import report
from sterna.app.summary import sessions_csv
from sterna.app.terminal import why
from sterna.decisions.why import way
from sterna.kernel.quantities import Instant, Kilowatts

LISBON = ZoneInfo("Europe/Lisbon")
MINUTE = 60.0


def row(minute: float, reason: str, kw: float = 0.0, **figures: float) -> WhyRow:
    told = {
        "now_eur": 0.2,
        "extra_eur": 0.0,
        "then_at": 0.0,
        "then_eur": 0.0,
        "wear_eur": 0.0,
    } | figures
    return WhyRow(
        session="s-1", at=Instant(START + minute * MINUTE), evse="porto-01-1", reason=reason, kw=kw, priced=True,
        place="", departure=START + 40 * 3600, target=0.8, floor=0.3, **told,
    )  # fmt: skip


def after(minute: float) -> Instant:
    return Instant(START + minute * MINUTE)


def lived(*rows: WhyRow, minutes: float = 120) -> tuple[Phase, ...]:
    powers = [(each.at, Kilowatts(each.kw)) for each in rows]
    return phases(rows, powers, after(minutes), LISBON)


def test_a_car_that_stands_in_for_five_minutes_has_no_phase_of_its_own() -> None:
    found = lived(row(0, "WAITS"), row(60, "ASKED", 11), row(65, "WAITS_PEAK", extra_eur=0.1))
    assert [(p.start, p.end) for p in found] == [(after(0), after(120))]
    assert found[0].reason == "waits: there is time until departure"


def test_what_goes_on_for_another_reason_is_one_phase_with_the_reason_that_held_longest() -> None:
    found = lived(row(0, "CHEAP", 11), row(20, "DEADLINE", 11), row(90, "FULL"))
    assert [p.reason for p in found] == ["charges: no time to lose until departure", "is full"]
    assert found[0].says.startswith("Charges at 11.0 kW: it needs all the time until ")


def test_a_phase_speaks_of_the_mean_power_that_the_meter_saw() -> None:
    rows = (row(0, "GIVES_DEAR", -11), row(60, "WAITS"))
    powers = [
        (after(0), Kilowatts(-11.0)),
        (after(30), Kilowatts(-5.0)),
        (after(60), Kilowatts(0.0)),
    ]
    found = phases(rows, powers, after(120), LISBON)
    assert found[0].kw == pytest.approx(-8.0)
    assert found[0].says.startswith("Gives 8.0 kW back: ")


@given(
    st.lists(
        st.tuples(
            st.floats(0.5, 60),
            st.sampled_from([("WAITS", 0.0), ("CHEAP", 11.0), ("GIVES_DEAR", -7.0), ("FULL", 0.0)]),
        ),
        min_size=1,
        max_size=30,
    )
)
@example(
    [
        (15.0, ("GIVES_DEAR", -7.0)),
        (10.0, ("WAITS", 0.0)),
        (60.0, ("WAITS", 0.0)),
        (0.5, ("GIVES_DEAR", -7.0)),
    ]
)
def test_phases_cover_the_stay_without_gap_and_neighbours_differ(
    steps: list[tuple[float, tuple[str, float]]],
) -> None:
    edges = np.cumsum([length for length, _ in steps]).tolist()
    rows = [row(edge - length, *said) for edge, (length, said) in zip(edges, steps, strict=True)]
    found = lived(*rows, minutes=float(edges[-1]))
    assert found[0].start == rows[0].at
    assert found[-1].end == after(float(edges[-1]))
    for one, other in pairwise(found):
        assert one.end == other.start
        # A page shows tenths of a kilowatt: what rounds to nothing is waiting.
        assert way(round(one.kw, 1)) != way(round(other.kw, 1))
    assert len(found) == 1 or all(p.end - p.start >= SHORT_S for p in found)


def test_each_row_is_kept_where_every_moment_counts() -> None:
    rows = (row(0, "WAITS"), row(60, "ASKED", 11), row(65, "WAITS_PEAK", extra_eur=0.1))
    told = phases(rows, [(after(0), Kilowatts(0.0))], after(120), LISBON, whole=False)
    assert [p.end - p.start for p in told] == [3600, 300, 3300]


def explained_run() -> Outcome:
    told = lived(
        row(0, "WAITS_CHEAPER", then_at=START + 7200, then_eur=0.1), row(60, "GIVES_DEAR", -7.4, wear_eur=0.02), minutes=40 * 60
    )  # fmt: skip
    other = lived(row(0, "FULL"), minutes=40 * 60)
    cars = (session(1, phases=told, told=told), session(2, phases=other, told=other))
    return outcome(sessions=cars)


def test_at_a_telling_moment_every_plugged_car_says_its_sentence() -> None:
    run, base = explained_run(), outcome(controlled=False)
    seen = moments(run, base, LISBON)
    assert seen[0].title.endswith("it draws 620 kW") or "would bring the site to" in seen[0].title
    for each in seen:
        assert [said.evse for said in each.said] == ["porto-01-1", "porto-02-1"] or not each.said
    first = moment(run, after(70), "", LISBON)
    assert [said.kind for said in first.said] == ["discharge", "wait"]
    assert first.said[0].says.startswith("Gives 7.4 kW back: ")
    assert moment(run, Instant(START + 50 * 3600), "", LISBON).said == ()


def test_the_terminal_shows_one_car_for_each_reason_and_how_many_there_are_besides() -> None:
    run = explained_run()
    crowd = tuple(replace(run.sessions[1], evse=f"porto-{n:02d}-2") for n in range(5))
    seen = moment(replace(run, sessions=run.sessions + crowd), after(70), "a moment", LISBON)
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(why(seen))
    text = console.export_text()
    assert "Gives 7.4 kW back" in text
    assert text.count("it is full") == 1
    assert "and 5 more cars" in text


def test_what_decided_is_summed_over_all_cars_longest_first() -> None:
    found = deciders(explained_run().sessions)
    assert found[0].reason == "is full"
    assert sum(each.hours for each in found) == pytest.approx(80.0)
    gives = next(each for each in found if each.kind == "discharge")
    assert gives.example.startswith("porto-01-1: Gives 7.4 kW back")


def test_what_a_car_does_is_told_by_its_reason_where_no_power_flows() -> None:
    still = lived(row(0, "FULL"))[0]
    assert kind(still) == "wait"
    assert (
        kind(replace(still, reason="charges: energy is cheap now", kw=Kilowatts(3.0))) == "charge"
    )


def test_report_and_table_of_sessions_say_why() -> None:
    run, base = explained_run(), outcome(controlled=False)
    page = report(run, base, kpis(run, base), gates(run, base), LISBON)
    lines = re.findall(r'<svg class="bar".*?</svg>', page, re.DOTALL)
    assert len(lines) == 2
    assert lines[0].count("<rect") == 2
    assert 'class="discharge"' in lines[0]
    assert page.count("Waits: it is full.") >= 3, "in its phases, as a title, among what decided"
    assert "<script" not in page
    assert (
        "gives back: energy is dear now (39.0 h); waits for a cheaper hour (1.0 h)"
        in sessions_csv(run)
    )
    assert chief_reasons(()) == ""
