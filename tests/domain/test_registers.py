"""Energy between register readings: every Wh once, cut at the quarter hours."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sterna.domain.registers import IntervalEnergy, RegisterReading, follows, per_interval
from sterna.kernel.quantities import Instant, Share, WattHours

readings = st.lists(
    st.tuples(st.floats(0.5, 5000.0), st.integers(0, 9000), st.integers(0, 9000)), max_size=20
)


def reading(at: float, charged: int, discharged: int = 0) -> RegisterReading:
    return RegisterReading(
        at=Instant(at), charged_wh=WattHours(charged), discharged_wh=WattHours(discharged)
    )


def chain(steps: list[tuple[float, int, int]]) -> list[RegisterReading]:
    at, charged, discharged = 100.0, 0, 0
    found = [reading(at, charged, discharged)]
    for wait, up, down in steps:
        at, charged, discharged = at + wait, charged + up, discharged + down
        found.append(reading(at, charged, discharged))
    return found


@given(readings)
def test_intervals_sum_to_the_registers_and_do_not_cross_a_quarter_hour(
    steps: list[tuple[float, int, int]],
) -> None:
    given_readings = chain(steps)
    found = per_interval(given_readings)
    first, last = given_readings[0], given_readings[-1]
    assert sum(one.charged_wh for one in found) == last.charged_wh - first.charged_wh
    assert sum(one.discharged_wh for one in found) == last.discharged_wh - first.discharged_wh
    for one in found:
        assert one.start < one.end <= (one.start // 900 + 1) * 900
        assert one.charged_wh >= 0
        assert one.discharged_wh >= 0
    assert all(a.end == b.start for a, b in pairwise(found))


def test_constant_power_is_shared_by_time() -> None:
    found = per_interval([reading(600.0, 0), reading(1200.0, 600)])
    assert found == (
        IntervalEnergy(start=Instant(600.0), end=Instant(900.0), charged_wh=WattHours(300), discharged_wh=WattHours(0)),
        IntervalEnergy(start=Instant(900.0), end=Instant(1200.0), charged_wh=WattHours(300), discharged_wh=WattHours(0)),
    )  # fmt: skip


def test_a_reading_that_runs_backwards_is_left_out() -> None:
    first, broken, last = reading(0.0, 100), reading(10.0, 90), reading(20.0, 130)
    assert not follows(first, broken)
    assert not follows(first, reading(0.0, 100))
    assert [one.charged_wh for one in per_interval([first, broken, last])] == [30]


def test_one_reading_is_no_energy() -> None:
    assert per_interval([reading(0.0, 5)]) == ()


def test_the_charge_at_an_intervals_end_is_on_the_line_between_two_that_were_told() -> None:
    told = [
        structs.replace(reading(600.0, 0), soc=Share(0.5)),
        structs.replace(reading(1200.0, 600), soc=Share(0.6)),
    ]
    assert [one.soc for one in per_interval(told)] == [0.55, 0.6]
    came_late = [reading(0.0, 0), told[0], told[1]]
    assert [one.soc for one in per_interval(came_late)] == [0.55, 0.6]
    silent = [reading(0.0, 0), reading(900.0, 5)]
    assert [one.soc for one in per_interval(silent)] == [None]
