"""How often an idle charge loop turns in virtual time changes neither energies nor steps."""

from dataclasses import replace
from pathlib import Path

import pytest

from sterna.app.outcome import Outcome
from sterna.app.scenario import Scenario, load
from sterna.app.simulate import simulate

SMALL = Path(__file__).parent.parent / "scenarios" / "at-07.toml"
TOLERANCE = 1e-3


def paced(scenario: Scenario, stride_s: float) -> Outcome:
    """Return the run of *scenario* with a turn of the charge loop at least every *stride_s*."""
    settings = scenario.settings
    wire = replace(settings.wire, stride_s=stride_s)
    return simulate(replace(scenario, settings=replace(settings, wire=wire)))


def steps(outcome: Outcome) -> list[tuple[str, int, int, tuple[tuple[str, str, int, int], ...]]]:
    """Return how often each step of each scenario was taken, and how often as it should be."""
    assert outcome.conformance is not None
    return [
        (one.id, one.sessions, one.conforming, one.step_counts)
        for one in outcome.conformance.scenarios
    ]


def assert_same(often: Outcome, rarely: Outcome) -> None:
    """Assert that energies agree within a thousandth and steps exactly."""
    turns = "ISO15118-20"
    assert often.frames[turns] > 10 * rarely.frames[turns]
    (one,), (other,) = often.sessions, rarely.sessions
    assert one.charged_wh > 20_000
    assert other.charged_wh == pytest.approx(one.charged_wh, rel=TOLERANCE)
    assert other.discharged_wh == pytest.approx(one.discharged_wh, rel=TOLERANCE)
    assert other.soc_at_end == pytest.approx(one.soc_at_end, rel=TOLERANCE)
    assert steps(often) == steps(rarely)


@pytest.mark.parametrize("stride_s", [300.0, 3600.0])
def test_a_day_is_the_same_at_ten_seconds_and_at_minutes_or_hours(stride_s: float) -> None:
    scenario = load(str(SMALL))
    assert_same(paced(scenario, 10.0), paced(scenario, stride_s))


@pytest.mark.slow
def test_a_day_is_the_same_at_one_second_and_at_five_minutes() -> None:
    scenario = load(str(SMALL))
    assert_same(paced(scenario, 1.0), paced(scenario, 300.0))
