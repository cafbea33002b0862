"""Amperes: from duty cycles and resistors, and the least of all that have a say, phase by phase."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.quantities import Instant, Volts
from sterna.protocols.iec61851 import currents


@pytest.mark.parametrize(
    ("duty", "amperes"),
    [
        (0.05, 0.0),
        (0.09, 6.0),
        (0.10, 6.0),
        (0.266666, 16.0),
        (0.5, 30.0),
        (0.85, 51.0),
        (0.9, 65.0),
        (0.965, 80.0),
        (0.99, 0.0),
    ],
)
def test_duty_cycles_mean_amperes(duty: float, amperes: float) -> None:
    assert currents.amperes_of(duty) == pytest.approx(amperes, abs=0.01)


@given(st.floats(min_value=6.0, max_value=80.0))
def test_a_current_survives_its_duty_cycle(amperes: float) -> None:
    allowed = currents.amperes_of(currents.duty_of(amperes))
    assert allowed <= amperes + 1e-9
    assert allowed == pytest.approx(amperes, abs=1.51 if 51.0 < amperes < 52.6 else 0.01)


def test_the_least_limit_counts() -> None:
    assert currents.least(32.0, None, currents.cable_amperes(680), 63.0) == 20.0
    assert currents.least(-5.0) == 0.0
    assert currents.cable_amperes(1550) == 13.0
    assert currents.cable_amperes(400) == 0.0
    assert currents.duty_of(5.0) == 1.0
    assert currents.digital(0.05)
    assert not currents.digital(0.1)
    assert currents.power(16.0, Volts(230.0), 3) == pytest.approx(11.04)


def test_a_car_has_five_seconds_to_follow_a_lower_duty_cycle_and_none_to_wait_for_a_higher() -> (
    None
):
    pilot = currents.Modulation(duty=0.5)
    lower = pilot.changed(0.2, Instant(100.0))
    assert lower.bearable(Instant(104.9)) == pytest.approx(30.0)
    assert lower.bearable(Instant(105.0)) == pytest.approx(12.0)
    assert lower.changed(0.2, Instant(200.0)) is lower
    higher = lower.changed(0.4, Instant(300.0))
    assert higher.bearable(Instant(300.0)) == pytest.approx(24.0)


@pytest.mark.parametrize(
    ("how", "each"),
    [
        ({}, (16.0, 16.0, 16.0)),
        ({"vehicle": (32.0,)}, (16.0, 0.0, 0.0)),
        ({"cable": 13.0}, (13.0, 13.0, 13.0)),
        ({"duty": 0.1}, (6.0, 6.0, 6.0)),
        ({"session": 10.0}, (10.0, 10.0, 10.0)),
        ({"session": 0.0}, (0.0, 0.0, 0.0)),
        ({"duty": 0.1, "session": 16.0}, (6.0, 6.0, 6.0)),
        ({"duty": 1.0}, (0.0, 0.0, 0.0)),
    ],
    ids=["EVSE", "one-phase car", "cable", "duty", "session", "session says 0", "pulses win", "no pulses"],
)  # fmt: skip
def test_the_effective_current_is_the_least_of_all_phase_by_phase(
    how: dict[str, float], each: tuple[float, ...]
) -> None:
    said = {
        "supply": (16.0, 16.0, 16.0), "vehicle": (32.0, 32.0, 32.0), "duty": currents.DIGITAL_DUTY,
        "session": None, "cable": 32.0, **how,
    }  # fmt: skip
    assert currents.effective(**said) == each  # type: ignore[arg-type]  # a table of keywords
