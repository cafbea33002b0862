"""What the BEMS expects of load and sun: comparable days, or trees where the scenario asks for them."""

from typing import Final

import numpy as np
import pytest
from actors.bems.bems_counterparts import DAY, START, settings
from forecast_extra import needs_extra
from hypothesis import given
from hypothesis import strategies as st

from sterna.actors.bems.expectation import LEARNT_FROM_S, Expectation, begun
from sterna.actors.bems.records import State
from sterna.actors.bems.series import HORIZON_QUARTERS, STEP
from sterna.decisions.forecast import Place, analog
from sterna.kernel.quantities import Instant, later
from sterna.kernel.series import Series

T0: Final = Instant(START)
WEEKS: Final = 10


def past(values: np.ndarray) -> Series:
    return Series(start=Instant(START - len(values) * STEP), step=STEP, values=values, unit="kW")


def restless() -> Series:
    """Return a load whose days go on as they began."""
    chance = np.random.Generator(np.random.PCG64(1))
    off = np.zeros(WEEKS * 7)
    for day in range(1, len(off)):
        off[day] = 0.7 * off[day - 1] + chance.normal(scale=15.0)
    slot = np.arange(WEEKS * 7 * 96)
    return past(100.0 + 40.0 * (slot % 96 > 32) + np.repeat(off, 96) + chance.normal(scale=2.0, size=len(slot)))  # fmt: skip


@given(st.integers(0, 400))
def test_past_forecasts_begin_every_six_hours_and_before_the_night(quarters: int) -> None:
    series = past(np.zeros(quarters))
    starts = begun(series, T0)
    assert all(T0 - start == LEARNT_FROM_S * k for k, start in enumerate(reversed(starts), 1))
    assert len(starts) == quarters // 24
    assert not begun(series, later(T0, 300))


def test_by_default_days_are_compared() -> None:
    load = restless()
    found = Expectation(settings(load_history=load)).usual(State(period_s=300.0), T0)
    assert found.load.rows().tolist() == analog(load, T0, HORIZON_QUARTERS).rows().tolist()


@pytest.mark.extra
class TestWithTrees:
    @pytest.fixture(autouse=True)
    def _trees(self) -> None:
        needs_extra()

    def expectation(self, zone: str = "UTC") -> Expectation:
        sun = np.tile(np.maximum(0.0, 50 * np.sin((np.arange(96) - 24) / 48 * np.pi)), WEEKS * 7)
        return Expectation(
            settings(
                load_history=restless(), pv_history=past(sun), forecast="quantiles", zone=zone,
                place=Place(latitude=41.2, longitude=-8.7),
            )
        )  # fmt: skip

    def test_trees_speak_for_a_load_that_they_can_learn(self) -> None:
        found = self.expectation().usual(State(period_s=300.0), T0)
        assert found.load.rows().tolist() != analog(restless(), T0, HORIZON_QUARTERS).rows().tolist()  # fmt: skip
        assert found.load.rows().shape == found.pv.rows().shape == (3, HORIZON_QUARTERS)
        assert np.all(np.diff(found.load.rows(), axis=0) >= 0)
        noon = later(T0, DAY / 2)
        assert found.pv.middle.at(noon) == pytest.approx(50, rel=0.1)
        assert found.pv.high.at(T0) == 0

    def test_after_a_restart_the_same_is_expected(self) -> None:
        state, old = State(period_s=300.0), self.expectation()
        for hour in (-30, -1, 5):
            old.usual(state, later(T0, hour * 3600))
        one, other = (each.usual(state, later(T0, 6 * 3600)) for each in (old, self.expectation()))
        assert one.load.rows().tobytes() == other.load.rows().tobytes()
        assert one.pv.rows().tobytes() == other.pv.rows().tobytes()
