"""AT-02, walk-in and late booked car: 20 slots, 19 booked, one booked car three hours late."""

import pytest
from acceptance.lived import Lived, live, site

from sterna.actors.parking.core import ReservationRow

pytestmark = pytest.mark.xdist_group("at-02")

WALK_IN, LATE, REFUSED = 1, 2, 3


@pytest.fixture(scope="module")
def day() -> Lived:
    return live(site("at-02"))


def promised(day: Lived, driver: int) -> str:
    """Return the slot that the booking page promised to a driver, as the building was told then."""
    reservation = f"res:{day.visit(driver).reservation}"
    told = next(line for line in day.said("REST POST /slots/v1") if reservation in line.keys)
    return next(key for key in told.keys if key.startswith("evse:")).removeprefix("evse:")


def test_at_02_there_are_20_slots_and_19_bookings(day: Lived) -> None:
    assert len(day.scenario.evses) == 20
    booked = [row for row in day.rows(ReservationRow) if not row.walk_in]
    assert len(booked) == 19
    assert len({row.slot for row in booked}) == 19


@pytest.mark.req("P-DET-MSS-PRE", "FN-P-3")
def test_at_02_the_walk_in_gets_a_slot_that_nobody_was_promised(day: Lived) -> None:
    walk_in = day.visit(WALK_IN)
    assert walk_in.fate == "left"
    assert walk_in.arrived_at == pytest.approx(day.at("09:00"), abs=1.0)
    others = {
        promised(day, number) for number in range(1, 22) if day.visit(number).itinerary.booked
    }
    assert len(others) == 19
    assert walk_in.bay not in others


@pytest.mark.req("P-DET-MSS-PRE", "FN-P-3")
def test_at_02_the_next_walk_in_is_clearly_refused(day: Lived) -> None:
    refused = day.visit(REFUSED)
    assert (refused.fate, refused.bay) == ("turned away", "")
    assert "slot" in refused.reason


@pytest.mark.req("P-DET-MSS-PRE", "FN-P-3")
def test_at_02_the_late_car_finds_its_slot_within_the_hold_time(day: Lived) -> None:
    late = day.visit(LATE)
    assert late.arrived_at == pytest.approx(day.at("11:00"), abs=1.0)
    assert late.bay == promised(day, LATE)
    assert late.fate == "left"
    assert day.session(LATE).booked


def test_at_02_the_walk_in_goes_through_23_of_23_steps(day: Lived) -> None:
    walk_in = day.use_case("SC-P-WALKIN")
    assert (walk_in.steps, walk_in.sessions, walk_in.conforming) == (23, 1, 1)
    main = day.use_case("SC-P-MAIN")
    assert (main.sessions, main.conforming) == (19, 19)
    assert day.gathered.problems == ()
