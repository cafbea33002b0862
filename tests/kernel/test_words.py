"""The words that all floors share: money is exact, series do not guess, errors say where."""

from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel import money
from sterna.kernel.errors import BadInput, BrokenPeer, Refused, SternaError, Unreachable
from sterna.kernel.quantities import (
    UNLIMITED_POWER,
    Instant,
    Kilowatts,
    Seconds,
    between,
    energy,
    hours,
    later,
    minutes,
)
from sterna.kernel.records import Command, Event, Forget, Row, WakeAt, Woke
from sterna.kernel.series import Series


@pytest.mark.parametrize(
    ("amount", "micro"),
    [("0.1", 100_000), (3, 3_000_000), (Decimal("-0.0000005"), 0), ("0.0000015", 2)],
)
def test_euros_are_exact_and_round_half_to_even(amount: str | int | Decimal, micro: int) -> None:
    assert money.euros(amount) == micro


@given(st.integers(-(10**15), 10**15))
def test_euros_there_and_back_are_the_same(amount: int) -> None:
    assert money.euros(money.in_euros(amount)) == amount


@pytest.mark.parametrize(
    ("wh", "price", "micro"),
    [(1000, 227, 227), (500, 1, 0), (1500, 1, 2), (-500, 1, 0), (-1500, 1, -2), (501, 1, 1)],
)
def test_a_cost_rounds_half_to_even(wh: int, price: int, micro: int) -> None:
    assert money.cost(wh, price) == micro


@given(st.integers(-(10**9), 10**9), st.integers(-(10**7), 10**7))
def test_a_cost_is_symmetric_and_within_half_a_micro_euro(wh: int, price: int) -> None:
    cost = money.cost(wh, price)
    assert cost == -money.cost(-wh, price) == -money.cost(wh, -price)
    assert abs(2 * (cost * 1000 - wh * price)) <= 1000


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 1000), min_size=1).filter(lambda weights: sum(weights) > 0),
)
def test_the_parts_of_a_split_are_the_whole(amount: int, weights: list[int]) -> None:
    parts = money.split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part * amount >= 0
        assert abs(part - amount * weight / sum(weights)) <= 1 + abs(amount) * 1e-12


def test_money_is_written_for_people() -> None:
    assert money.written(-12_345_678) == "-12.35 EUR"
    assert money.price_per_kwh(0.0227) == 22_700


def test_quantities_add_up() -> None:
    assert energy(Kilowatts(-8), minutes(30)) == -4.0
    assert later(Instant(10), hours(1)) == 3610.0
    assert between(Instant(10), Instant(4)) == -6.0
    assert UNLIMITED_POWER > 0


def test_bad_input_says_file_key_and_reason() -> None:
    assert str(BadInput("a.toml", "site.kw", "is missing")) == "a.toml: site.kw: is missing"
    assert str(BadInput("a.toml", "", "is empty")) == "a.toml: is empty"
    for kind in (BadInput, BrokenPeer, Refused, Unreachable):
        assert issubclass(kind, SternaError)


class Plugged(Event, frozen=True, kw_only=True, gc=False):
    evse: str


class Shown(Command, frozen=True, kw_only=True, gc=False):
    text: str


def test_records_are_journalled_and_read_back() -> None:
    happened: list[Plugged | Woke] = [
        Plugged(at=Instant(1), evse="a"),
        Woke(at=Instant(2), key="b"),
    ]
    stored = msgspec.json.encode(happened)
    assert msgspec.json.decode(stored, type=list[Plugged | Woke]) == happened


def test_timers_and_rows_are_not_durable_but_commands_are() -> None:
    assert Shown(text="hello").durable
    assert not WakeAt(due=Instant(1), key="a").durable
    assert not Forget(key="a").durable
    assert not Row.durable


def series(*values: float) -> Series:
    return Series(start=Instant(900), step=Seconds(900), values=np.array(values), unit="kW")


def test_a_value_holds_until_the_next() -> None:
    load = series(1, 2, 3)
    assert load.end == 3600.0
    assert (load.at(Instant(900)), load.at(Instant(1799)), load.at(Instant(3599))) == (1, 1, 3)
    for outside in (899, 3600):
        with pytest.raises(IndexError):
            load.at(Instant(outside))


def test_means_are_weighted_by_time_and_nothing_is_extrapolated() -> None:
    load = series(1, 2, 3)
    assert load.mean(Instant(1350), Instant(2250)) == pytest.approx(1.5)
    assert load.sampled(Instant(900), Seconds(300), 9).tolist() == pytest.approx(
        [1, 1, 1, 2, 2, 2, 3, 3, 3]
    )
    for start, count in ((Instant(0), 1), (Instant(900), 4)):
        with pytest.raises(IndexError):
            load.sampled(start, Seconds(900), count)


def test_a_series_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        series(1).values[0] = 2


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20), st.integers(1, 10))
def test_resampling_keeps_the_energy(values: list[float], parts: int) -> None:
    load = series(*values)
    fine = load.sampled(load.start, Seconds(900 / parts), len(values) * parts)
    assert fine.sum() / parts == pytest.approx(sum(values), abs=1e-6)
