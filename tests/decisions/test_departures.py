"""What is known of drivers' departures: probabilities that add up, and a hazard that behaves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.decisions.departures import (
    BIN_S,
    EARLY_SHARE,
    SPAN_BINS,
    Departures,
    Law,
    assumed,
    hazard,
)
from sterna.decisions.schedule.problem import Floats
from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.series import Series

HOUR = 3600.0
NOON = Instant(1_752_580_800.0)


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


def grid(steps: int, step: float = 900.0, start: Instant = NOON) -> Series:
    return Series(start=start, step=Seconds(step), values=np.zeros(steps), unit="kW")


@given(histories(), st.floats(-15 * HOUR, 15 * HOUR), st.floats(60.0, 7200.0))
def test_probabilities_of_leaving_are_no_more_than_certain(
    past: Departures, ahead_s: float, step: float
) -> None:
    law = past.law("day")
    edges = every(step, 39)
    leaving = law.leaving(Instant(NOON + ahead_s), NOON, edges)
    assert np.all(leaving >= -1e-12)
    assert leaving.sum() <= 1.0 + 1e-9


@given(histories(), st.floats(0.0, 11 * HOUR))
def test_who_stays_for_a_day_beyond_the_announced_time_has_left_for_certain(
    past: Departures, ahead_s: float
) -> None:
    edges = every(900.0, 199)
    assert past.law("days").leaving(Instant(NOON + ahead_s), NOON, edges).sum() == pytest.approx(1)


@given(histories(), st.floats(0.0, 11 * HOUR), st.floats(0.0, 11 * HOUR))
def test_the_longer_a_car_stays_the_less_is_left_of_leaving_early(
    past: Departures, first_s: float, second_s: float
) -> None:
    law, announced = past.law("day"), Instant(NOON + 11 * HOUR)
    early, late = sorted((first_s, second_s))

    def ahead(now_s: float) -> float:
        now = Instant(NOON + now_s)
        return float(law.early(announced, now, every(900.0, 59, now)).sum())

    # Given that the car is still here the part before the announced time has shrunk.
    assert ahead(late) <= ahead(early) + 1e-9


@given(histories(), st.floats(0.0, 11 * HOUR))
def test_finer_steps_ask_the_same_probability(past: Departures, ahead_s: float) -> None:
    law, announced = past.law("day"), Instant(NOON + ahead_s)
    coarse = law.early(announced, NOON, every(3600.0, 12))
    fine = law.early(announced, NOON, every(900.0, 48))
    assert coarse == pytest.approx(fine.reshape(12, 4).sum(axis=1), abs=1e-9)


@given(histories(), st.floats(0.0, 11 * HOUR))
def test_hazards_multiply_to_the_probability_of_staying(past: Departures, ahead_s: float) -> None:
    edges = every(900.0, 29)
    leaving = past.law("day").leaving(Instant(NOON + ahead_s), NOON, edges)
    rates = hazard(leaving)
    assert np.all((rates >= 0) & (rates <= 1))
    assert np.prod(1.0 - rates) == pytest.approx(1.0 - leaving.sum(), abs=1e-5)


@given(histories(), st.floats(0.0, 11 * HOUR), st.sampled_from([0.006, 0.5, 1.0]))
def test_the_schedule_s_hazard_gives_back_the_probability_times_the_part(
    past: Departures, ahead_s: float, part: float
) -> None:
    law, announced, steps = past.law("day"), Instant(NOON + ahead_s), grid(60)
    rates = law.hazard(announced, steps, NOON, part).values
    gone = 1.0 - np.exp(-np.cumsum(rates) * 0.25)
    edges = every(900.0, 60)
    wanted = np.cumsum(law.early(announced, NOON, edges))
    assert np.all(rates >= 0)
    assert gone == pytest.approx(part * wanted, abs=2e-6)


def test_nobody_leaves_early_after_the_announced_time() -> None:
    law = assumed()
    edges = every(900.0, 9)
    assert law.early(Instant(NOON - 60.0), NOON, edges).sum() == 0.0
    ahead = law.early(Instant(NOON + 1000.0), NOON, edges)
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

    def early(user_class: str) -> float:
        return float(past.law(user_class).before(np.array([0.0]))[0])

    assert early("punctual") < 0.02
    assert early("punctual") < early("rare") < 0.15
    for _ in range(396):
        past = past.seen("rare", -3 * HOUR)
    assert early("rare") > 0.9


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
    assert assumed().leaving(Instant(NOON - 13 * HOUR), NOON, edges) == pytest.approx([1, 0, 0])
