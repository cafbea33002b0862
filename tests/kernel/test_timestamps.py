"""Moments survive the wire to the millisecond, and what is no moment is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.quantities import Instant
from sterna.kernel.timestamps import instant, stamp


@given(st.integers(0, 4 * 10**12))
def test_a_moment_survives(milliseconds: int) -> None:
    moment = Instant(milliseconds / 1000)
    assert instant(stamp(moment)) == pytest.approx(moment, abs=1e-6)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (0.5, "1970-01-01T00:00:00.500Z"),
        (59.9996, "1970-01-01T00:01:00Z"),
    ],
)
def test_a_moment_is_written_in_utc(moment: float, text: str) -> None:
    assert stamp(Instant(moment)) == text


def test_a_zone_counts_and_none_means_utc() -> None:
    assert instant("1970-01-01T01:00:00+01:00") == 0.0
    assert instant("1970-01-01T00:00:00") == 0.0
    with pytest.raises(ValueError, match="soon"):
        instant("soon")
