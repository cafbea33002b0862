"""Synthetic drivers: as many as told, possible in time and place, and the same every time."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.kernel.quantities import Instant, hours
from sterna.runtime.seeded import SeededChance
from sterna.world.cars import Coupling
from sterna.world.people import Itinerary, PeopleSettings, drawn, itineraries

LISBON = ZoneInfo("Europe/Lisbon")
START = Instant(datetime(2026, 7, 15, tzinfo=LISBON).timestamp())
PLACES: dict[Coupling, int] = {"AC": 30, "DC": 30}


def people(
    wishes: PeopleSettings | None = None,
    *,
    seed: int = 1,
    run_hours: float = 72,
    places: dict[Coupling, int] | None = None,
) -> tuple[Itinerary, ...]:
    return itineraries(
        wishes or PeopleSettings(arrivals_per_day=75),
        places or PLACES,
        LISBON,
        START,
        Instant(START + hours(run_hours)),
        SeededChance(seed),
    )


def test_the_same_seed_brings_the_same_people() -> None:
    assert people() == people()
    assert people() != people(seed=2)


@pytest.mark.parametrize("seed", range(1, 6))
def test_three_days_at_porto_hold_enough_complete_sessions(seed: int) -> None:
    found = people(seed=seed)
    done = [visit for visit in found if visit.leaves < START + hours(72)]
    main = [visit for visit in done if visit.booked and visit.consents and visit.ends == "driver"]
    assert len(main) >= 60
    assert any(not visit.booked for visit in done)
    assert any(not visit.consents for visit in done)
    assert any(visit.ends == "vehicle" for visit in done)
    assert any(not visit.as_announced for visit in done)


def test_a_month_brings_ten_times_the_people_of_three_days() -> None:
    assert len(people(run_hours=720)) == pytest.approx(10 * len(people()), rel=0.25)


def test_most_cars_come_in_the_morning() -> None:
    by_hour = Counter(
        datetime.fromtimestamp(visit.arrives, LISBON).hour for visit in people(run_hours=720)
    )
    assert sum(by_hour[hour] for hour in range(4, 10)) > 3 * sum(
        by_hour[hour] for hour in (22, 23, 0, 1, 2, 3)
    )


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    run_hours=st.floats(14, 200),
    ac=st.integers(0, 20),
    dc=st.integers(0, 20),
)
def test_every_visit_is_possible(seed: int, run_hours: float, ac: int, dc: int) -> None:
    found = people(seed=seed, run_hours=run_hours, places={"AC": ac, "DC": dc})
    assert [visit.arrives for visit in found] == sorted(visit.arrives for visit in found)
    assert len({visit.driver for visit in found}) == len(found)
    for visit in found:
        assert START <= visit.books <= visit.announced_arrival <= visit.arrives
        assert visit.arrives < visit.opens_page < visit.returns
        assert visit.returns < visit.unplugs < visit.leaves
        assert visit.announced_departure >= visit.arrives + hours(11)
        assert 0 < visit.soc_floor < visit.soc_target <= 1
        assert 0 <= visit.soc_at_arrival <= 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), ac=st.integers(1, 10))
def test_nobody_stands_where_somebody_else_stands(seed: int, ac: int) -> None:
    found = people(seed=seed, places={"AC": ac, "DC": 0})
    for visit in found:
        there = [
            one for one in found if one.arrives <= visit.arrives < max(one.leaves, one.arrives)
        ]
        assert len(there) <= ac


def test_a_short_run_still_sees_cars_come() -> None:
    found = people(run_hours=12)
    assert found
    assert all(visit.arrives < START + hours(6) for visit in found)


def test_nobody_comes_when_nobody_is_wanted() -> None:
    assert people(PeopleSettings(arrivals_per_day=0)) == ()


@pytest.mark.parametrize(
    ("share", "value"), [("booked_share", 0.0), ("booked_share", 1.0), ("decline_share", 1.0)]
)
def test_shares_are_kept_at_their_ends(share: str, value: float) -> None:
    found = people(replace(PeopleSettings(), **{share: value}))
    if share == "booked_share":
        assert {visit.booked for visit in found} == {bool(value)}
    else:
        assert not any(visit.consents for visit in found)


def test_all_return_as_announced_when_told_so() -> None:
    assert all(visit.as_announced for visit in people(PeopleSettings(as_announced_share=1.0)))


def test_stays_follow_their_law() -> None:
    chance = SeededChance(5)
    stays = sorted(drawn("stay_law", "hours", chance) for _ in range(4000))
    assert stays[0] >= 12.0
    assert stays[2000] == pytest.approx(16.4, abs=0.5)
    assert stays[3600] == pytest.approx(39.3, abs=3.0)
