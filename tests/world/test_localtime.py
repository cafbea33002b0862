"""The wall clock: one instant for most times, none or two on two days of the year."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.quantities import Instant
from sterna.world.localtime import instant, instants, local, utc_written, zone_named

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.mark.parametrize(
    ("wall", "count"),
    [
        ("2026-07-15T12:00", 1),
        ("2026-03-29T01:30", 0),
        ("2026-10-25T01:30", 2),
        ("2026-10-25T01:30+01:00", 1),
    ],
)
def test_a_wall_time_is_none_one_or_two_instants(wall: str, count: int) -> None:
    assert len(instants(datetime.fromisoformat(wall), LISBON)) == count


@given(st.integers(0, 2_000_000_000))
def test_every_instant_is_found_again_from_its_wall_time(second: int) -> None:
    moment = Instant(float(second))
    assert moment in instants(local(moment, LISBON).replace(tzinfo=None), LISBON)


def test_a_skipped_and_a_doubled_hour_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"^2026-03-29 01:30 does not exist in Europe/Lisbon: "):
        instant(datetime(2026, 3, 29, 1, 30), LISBON)  # noqa: DTZ001  # a wall clock has no zone
    with pytest.raises(ValueError, match=r"comes twice in Europe/Lisbon; add the offset, e\.g\. "):
        instant(datetime(2026, 10, 25, 1, 30), LISBON)  # noqa: DTZ001  # a wall clock has no zone


@pytest.mark.parametrize("name", ["Lisbon", "", "../etc", "Europe"])
def test_a_zone_that_does_not_exist_is_refused_in_words(name: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        zone_named(name)


def test_instants_are_written_in_utc() -> None:
    assert utc_written(Instant(0.0)) == "1970-01-01 00:00 UTC"
