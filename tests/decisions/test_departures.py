"""What is known of drivers' departures: probabilities that add up, for one car and for many at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.decisions.departures import (
    BIN_S,
    EARLY_SHARE,
    SPAN_BINS,
    Departures,
    Floats,
    Law,
    assumed,
)

HOUR = 3600.0
NOON = 1_752_580_800.0


def histories() -> st.SearchStrategy[Departures]:
    """Return histories of up to forty stays in two classes."""
    stays = st.tuples(st.sampled_from(["day", "days"]), st.floats(-20 * HOUR, 20 * HOUR))

    def seen(drawn: list[tuple[str, float]]) -> Departures:
        found = Departures()
        for user_class, late_s in drawn:
            found = found.seen(user_class, late_s)
        return found

    return st.lists(stays, max_size=40).map(seen)


def every(step: float, count: int, start: float = NOON) -> Floats:
    """Return the limits of *count* steps."""
    return np.asarray(start + step * np.arange(count + 1), dtype=np.float64)


def leaving(law: Law, announced: float, edges: Floats, now: float = NOON) -> Floats:
    """Return the probabilities of leaving of one car that is here at *now*."""
    found: Floats = law.leaving(np.array([announced]), np.array([now]), edges[None])[0]
    return found


def early(law: Law, announced: float, edges: Floats, now: float = NOON) -> Floats:
    """Likewise, before the announced time."""
    found: Floats = law.early(np.array([announced]), np.array([now]), edges)[0]
    return found


@given(histories(), st.floats(-15 * HOUR, 15 * HOUR), st.floats(60.0, 7200.0))
def test_probabilities_of_leaving_are_no_more_than_certain(
    past: Departures, ahead_s: float, step: float
) -> None:
    law = past.law("day")
    edges = every(step, 39)
    found = leaving(law, NOON + ahead_s, edges)
    assert np.all(found >= -1e-12)
    assert found.sum() <= 1.0 + 1e-9


@given(histories(), st.floats(0.0, 11 * HOUR))
def test_who_stays_for_a_day_beyond_the_announced_time_has_left_for_certain(
    past: Departures, ahead_s: float
) -> None:
    edges = every(900.0, 199)
    assert leaving(past.law("days"), NOON + ahead_s, edges).sum() == pytest.approx(1)


@given(histories(), st.floats(0.0, 11 * HOUR), st.floats(0.0, 11 * HOUR))
def test_the_longer_a_car_stays_the_less_is_left_of_leaving_early(
    past: Departures, first_s: float, second_s: float
) -> None:
    law, announced = past.law("day"), NOON + 11 * HOUR
    soon, late = sorted((first_s, second_s))

    def ahead(now_s: float) -> float:
        now = NOON + now_s
        return float(early(law, announced, every(900.0, 59, now), now).sum())

    # Given that the car is still here the part before the announced time has shrunk.
    assert ahead(late) <= ahead(soon) + 1e-9


@given(histories(), st.floats(0.0, 11 * HOUR))
def test_finer_steps_ask_the_same_probability(past: Departures, ahead_s: float) -> None:
    law, announced = past.law("day"), NOON + ahead_s
    coarse = early(law, announced, every(3600.0, 12))
    fine = early(law, announced, every(900.0, 48))
    assert coarse == pytest.approx(fine.reshape(12, 4).sum(axis=1), abs=1e-9)


@given(histories(), st.lists(st.floats(-2 * HOUR, 20 * HOUR), min_size=1, max_size=8))
def test_many_cars_at_once_are_the_same_as_each_alone(
    past: Departures, ahead_s: list[float]
) -> None:
    law, edges = past.law("day"), every(900.0, 60)
    announced = np.array([NOON + ahead for ahead in ahead_s])
    since = every(60.0, len(ahead_s) - 1)
    together = law.early(announced, since, edges)
    for car, (one, now) in enumerate(zip(announced.tolist(), since.tolist(), strict=True)):
        assert np.array_equal(together[car], early(law, one, edges, now))


def test_nobody_leaves_before_he_is_there() -> None:
    arrival = NOON + 1800.0
    found = early(assumed(), NOON + 4 * HOUR, every(900.0, 20), arrival)
    assert np.all(found[:2] == 0.0)
    assert np.all(found[2:16] > 0.0)


def test_nobody_leaves_early_after_the_announced_time() -> None:
    law = assumed()
    edges = every(900.0, 9)
    assert early(law, NOON - 60.0, edges).sum() == 0.0
    ahead = early(law, NOON + 1000.0, edges)
    assert ahead[0] > 0
    assert ahead[1] > 0
    assert ahead[2:].sum() == 0.0


def test_without_history_the_assumed_part_leaves_early() -> None:
    law = Departures().law("anybody")
    assert law.before(np.array([0.0]))[0] == pytest.approx(EARLY_SHARE)
    assert law.mass.sum() == pytest.approx(1.0)


def test_a_class_with_few_stays_follows_the_site_and_one_with_many_itself() -> None:
    past = Departures()
    for _ in range(400):
        past = past.seen("punctual", 60.0)
    for _ in range(4):
        past = past.seen("rare", -3 * HOUR)

    def too_soon(user_class: str) -> float:
        return float(past.law(user_class).before(np.array([0.0]))[0])

    assert too_soon("punctual") < 0.02
    assert too_soon("punctual") < too_soon("rare") < 0.15
    for _ in range(396):
        past = past.seen("rare", -3 * HOUR)
    assert too_soon("rare") > 0.9


def test_a_deviation_beyond_the_span_counts_as_the_span() -> None:
    past = Departures().seen("day", -40 * HOUR).seen("day", 40 * HOUR)
    counts = past.counts["day"]
    assert (counts[0], counts[-1], sum(counts)) == (1.0, 1.0, 2.0)
    assert len(counts) == 2 * SPAN_BINS


def test_the_law_is_a_straight_line_within_a_bin() -> None:
    mass = np.zeros(2 * SPAN_BINS)
    mass[SPAN_BINS] = 1.0
    law = Law(mass=mass)
    assert law.before(np.array([0.0, BIN_S / 3, BIN_S])) == pytest.approx([0.0, 1 / 3, 1.0])


def test_a_car_that_has_outstayed_everybody_leaves_now() -> None:
    edges = every(900.0, 3)
    assert leaving(assumed(), NOON - 13 * HOUR, edges) == pytest.approx([1, 0, 0])
