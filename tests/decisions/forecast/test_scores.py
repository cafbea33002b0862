"""What error, pinball loss and coverage count, and what they leave out."""

import math

import numpy as np
import pytest

from sterna.decisions.forecast.scores import score, season_error


def test_a_perfect_band_has_no_error_and_holds_everything() -> None:
    actual = np.array([3.0, 5.0, 4.0])
    found = score(actual, np.stack([actual] * 3), 2.0)
    assert (found.mae, found.mase, found.pinball, found.coverage, found.width) == (0, 0, (0, 0, 0), 1, 0)  # fmt: skip


@pytest.mark.parametrize(
    ("actual", "pinball"),
    [(12.0, (0.1 * 4, 0.5 * 2, 0.9 * 1)), (7.0, (0.9 * 1, 0.5 * 3, 0.1 * 4)), (10.0, (0.1 * 2, 0, 0.1 * 1))],
)  # fmt: skip
def test_a_quantile_pays_by_how_seldom_it_should_be_missed(
    actual: float, pinball: tuple[float, float, float]
) -> None:
    found = score(np.array([actual]), np.array([[8.0], [10.0], [11.0]]), 1.0)
    assert found.pinball == pytest.approx(pinball)
    assert found.coverage == (1.0 if 8 <= actual <= 11 else 0.0)


def test_mase_is_the_error_over_what_repeating_the_season_was_off() -> None:
    past = np.array([1.0, 2.0, 3.0, 4.0, 4.0, np.nan])
    assert season_error(past, 2) == pytest.approx((2 + 2 + 1) / 3)
    found = score(np.array([10.0]), np.array([[0.0], [5.0], [20.0]]), season_error(past, 2))
    assert found.mase == pytest.approx(3.0)
    assert math.isnan(season_error(past, 6))


def test_steps_without_an_outcome_do_not_count() -> None:
    values = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    found = score(np.array([3.0, np.nan]), values, 1.0)
    assert (found.mae, found.coverage, found.steps) == (2.0, 0.0, 1)
    nothing = score(np.array([np.nan]), values[:, :1], 1.0)
    assert nothing.steps == 0
    assert math.isnan(nothing.mae)
    assert math.isnan(nothing.coverage)
