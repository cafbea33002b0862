"""Local days: where they begin, and that two of them a year are not 24 hours long."""

from zoneinfo import ZoneInfo

import pytest

from sterna.domain.local_day import clock_time, first_of_month, midnight
from sterna.kernel.quantities import Instant, later
from sterna.kernel.timestamps import instant

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.mark.parametrize(
    ("moment", "begins", "hours"),
    [
        ("2026-07-16T12:00:00Z", "2026-07-15T23:00:00Z", 24),
        ("2026-07-15T23:00:00Z", "2026-07-15T23:00:00Z", 24),
        ("2026-03-29T12:00:00Z", "2026-03-29T00:00:00Z", 23),
        ("2026-10-25T12:00:00Z", "2026-10-24T23:00:00Z", 25),
    ],
)
def test_a_day_goes_from_midnight_to_midnight_by_the_wall_clock(
    moment: str, begins: str, hours: int
) -> None:
    start, end = midnight(instant(moment), LISBON), midnight(instant(moment), LISBON, 1)
    assert start == instant(begins)
    assert end - start == hours * 3600


def test_one_o_clock_is_local() -> None:
    noon = instant("2026-07-16T12:00:00Z")
    assert clock_time(noon, LISBON, hour=13) == noon
    assert clock_time(noon, LISBON, hour=13, days=1) == later(noon, 86_400)


def test_a_month_begins_with_its_first_local_day() -> None:
    begin = instant("2026-07-31T23:00:00Z")
    assert first_of_month(begin, LISBON)
    assert not first_of_month(Instant(begin - 1), LISBON)
