"""Rainflow counting: the standard's example, and what holds for every curve."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.wear.rainflow import cycles, reversals

curves = st.lists(st.integers(-50, 50), max_size=60)


def counted(values: list[float]) -> dict[float, float]:
    found: Counter[float] = Counter()
    for cycle in cycles(values):
        found[cycle.depth] += cycle.count  # type: ignore[assignment]  # halves
    return dict(found)


def test_the_example_of_astm_e1049_figure_6() -> None:
    """As other implementations quote it; the standard itself was not seen."""
    curve = [-2.0, 1.0, -3.0, 5.0, -1.0, 3.0, -4.0, 4.0, -2.0]
    assert counted(curve) == {3.0: 0.5, 4.0: 1.5, 8.0: 1.0, 9.0: 0.5, 6.0: 0.5}
    whole = [cycle for cycle in cycles(curve) if cycle.count == 1]
    assert [(cycle.depth, cycle.first, cycle.last) for cycle in whole] == [(4.0, 4, 5)]


@pytest.mark.parametrize("still", [[], [1.0], [1.0, 1.0, 1.0]])
def test_a_curve_that_never_moves_has_no_cycle(still: list[float]) -> None:
    assert cycles(still) == ()


def test_a_small_cycle_inside_a_large_one_is_counted_apart() -> None:
    assert counted([8.0, 4.0, 5.0, 2.0, 8.0]) == {1.0: 1.0, 6.0: 1.0}


def test_a_plateau_changes_nothing() -> None:
    assert counted([1.0, 3.0, 3.0, 3.0, 2.0, 2.0, 4.0]) == counted([1.0, 3.0, 2.0, 4.0])


@given(curves)
def test_no_way_is_lost_and_none_is_invented(curve: list[int]) -> None:
    way = sum(abs(other - one) for one, other in pairwise(curve))
    assert 2 * sum(cycle.count * cycle.depth for cycle in cycles(curve)) == way


@given(curves)
def test_the_deepest_cycle_is_the_whole_range(curve: list[int]) -> None:
    deepest = max((cycle.depth for cycle in cycles(curve)), default=0)
    assert deepest == (max(curve) - min(curve) if curve else 0)


@given(curves)
def test_a_mirrored_curve_has_the_same_cycles(curve: list[int]) -> None:
    assert counted([-each for each in curve]) == counted([*curve])


@given(curves)
def test_reversals_turn_and_keep_both_ends(curve: list[int]) -> None:
    turns = [curve[index] for index in reversals(curve)]
    steps = [other - one for one, other in pairwise(turns)]
    assert all(one * other < 0 for one, other in pairwise(steps))
    assert turns == [] or (turns[0], turns[-1]) == (curve[0], curve[-1])
