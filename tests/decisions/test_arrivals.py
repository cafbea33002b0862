"""Who is expected: rates that shrink, bookings that count, ghosts that never give."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.decisions.arrivals import (
    Booking,
    Rates,
    Usual,
    expected,
    ghosts,
    hour_of_week,
    is_ghost,
)
from sterna.kernel.quantities import Instant, Seconds

HOUR = 3600.0
MONDAY = Instant(1_752_451_200.0)
"""2025-07-14 00:00 UTC."""
DAY = Seconds(86_400.0)
USUAL = Usual(count=10, need_kwh=20.0, stay_s=20 * HOUR, charge_kw=11.0)


def watched(weeks: int, cars_at_eight: int) -> Rates:
    """Return the rates of a site where cars come at eight on every day of so many *weeks*."""
    rates = Rates()
    for hour in range(weeks * 168):
        start = Instant(MONDAY + hour * HOUR)
        rates = rates.passed(start, cars_at_eight if hour % 24 == 8 else 0)
    return rates


def test_the_week_begins_on_monday() -> None:
    assert hour_of_week(MONDAY) == 0
    assert hour_of_week(Instant(MONDAY + 8.5 * HOUR)) == 8
    assert hour_of_week(Instant(MONDAY - 1.0)) == 167


def test_an_hour_of_the_week_that_was_never_watched_has_the_mean_of_its_hour() -> None:
    rates = Rates()
    for hour in range(5 * 24):
        rates = rates.passed(Instant(MONDAY + hour * HOUR), 6 if hour % 24 == 8 else 0)
    per_hour = rates.per_hour().reshape(7, 24)
    assert per_hour[6, 8] > 3.0
    assert per_hour[6, 8] == pytest.approx(per_hour[5, 8])
    assert per_hour[6, 3] < 0.2


@given(st.integers(1, 6), st.integers(0, 9))
def test_after_many_weeks_as_many_are_expected_as_came(weeks: int, cars: int) -> None:
    rates = watched(weeks, cars)
    whole = expected(rates.per_hour().tolist(), MONDAY, Instant(MONDAY + 7 * DAY))
    assert whole == pytest.approx(7 * cars, rel=0.02, abs=1e-9)
    assert np.all(rates.per_hour() >= 0)


def test_a_rush_in_the_first_hours_is_not_expected_all_day() -> None:
    rates = Rates()
    for hour in range(4):
        rates = rates.passed(Instant(MONDAY + hour * HOUR), 6)
    assert (
        expected(rates.per_hour().tolist(), Instant(MONDAY + 4 * HOUR), Instant(MONDAY + DAY))
        <= 24.0
    )


def test_parts_of_an_hour_add_up() -> None:
    rates = watched(2, 4)
    edges = [MONDAY, MONDAY + 8.25 * HOUR, MONDAY + 8.75 * HOUR, MONDAY + DAY]
    parts = [
        expected(rates.per_hour().tolist(), Instant(a), Instant(b)) for a, b in pairwise(edges)
    ]
    assert sum(parts) == pytest.approx(
        expected(rates.per_hour().tolist(), MONDAY, Instant(MONDAY + DAY))
    )


def test_nobody_is_expected_where_nobody_was_seen() -> None:
    booked = (Booking(arrival=Instant(MONDAY + HOUR), departure=Instant(MONDAY + DAY)),)
    assert ghosts(MONDAY, DAY, booked, Rates(), Usual()) == ()


def test_ghosts_only_charge_and_are_known_as_ghosts() -> None:
    found = ghosts(MONDAY, DAY, (), watched(3, 5), USUAL)
    assert found
    for ghost in found:
        assert is_ghost(ghost)
        assert not ghost.may_discharge
        assert float(ghost.discharge_kw) == 0.0
        assert ghost.pieces[1] == () or ghost.pieces[1][0][0] == 0
        assert MONDAY <= ghost.arrival < MONDAY + DAY + 3 * HOUR
        assert ghost.departure > ghost.arrival


def test_ghosts_carry_the_energy_of_the_cars_that_are_expected() -> None:
    rates = watched(4, 5)
    found = ghosts(MONDAY, DAY, (), rates, USUAL)
    cars = expected(rates.per_hour().tolist(), MONDAY, Instant(MONDAY + DAY))
    assert sum(ghost.target_kwh for ghost in found) == pytest.approx(20.0 * cars, rel=0.05)
    assert sum(ghost.charge_kw for ghost in found) == pytest.approx(11.0 * cars, rel=0.05)


def test_bookings_count_where_more_are_booked_than_usually_come() -> None:
    booked = tuple(
        Booking(arrival=Instant(MONDAY + 13 * HOUR), departure=Instant(MONDAY + 17 * HOUR))
        for _ in range(7)
    )
    (ghost,) = ghosts(MONDAY, DAY, booked, Rates(), USUAL)
    assert ghost.target_kwh == pytest.approx(140.0)
    assert ghost.departure - ghost.arrival == pytest.approx(4 * HOUR)


def test_means_of_cars_are_means() -> None:
    usual = Usual().seen(10.0, HOUR, 11.0).seen(30.0, 3 * HOUR, 22.0).seen(-5.0, 2 * HOUR, 11.0)
    assert usual.count == 3
    assert usual.need_kwh == pytest.approx(40 / 3)
    assert usual.stay_s == pytest.approx(2 * HOUR)
