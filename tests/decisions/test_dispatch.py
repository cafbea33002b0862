"""Dispatch inside every limit at once: the promises as properties, the claims as a table."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sterna.decisions.deadlines import urgency
from sterna.decisions.dispatch import dispatch
from sterna.decisions.plugged import Dispatched, Limit, Plugged
from sterna.decisions.why import Reason
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds

NOW = Instant(1_751_328_000.0)
PERIOD = Seconds(300.0)
PERIOD_H = 300 / 3600


def car(name: str = "a", **changes: Any) -> Plugged:
    usual: dict[str, Any] = {
        "evse": name,
        "departure": Instant(NOW + 10 * 3600),
        "energy_kwh": KilowattHours(30),
        "floor_kwh": KilowattHours(15),
        "target_kwh": KilowattHours(40),
        "capacity_kwh": KilowattHours(60),
        "charge_limits_kw": (11.0,),
        "discharge_limits_kw": (11.0,),
        "may_discharge": True,
    }
    return Plugged(**{**usual, **changes})


def limit(import_kw: float, export_kw: float = 1000.0, name: str = "connection") -> Limit:
    return Limit(name=name, import_kw=Kilowatts(import_kw), export_kw=Kilowatts(export_kw))


def at(hours: float) -> Instant:
    return Instant(NOW + hours * 3600)


def share(
    request_kw: float, *cars: Plugged, site: Limit | None = None, shared: tuple[Limit, ...] = ()
) -> Dispatched:
    return dispatch(
        request_kw, cars, now=NOW, period=PERIOD, site=(site or limit(1000),), shared=shared
    )


def powers(result: Dispatched) -> list[float]:
    return [point.power_kw for point in result.set_points]


DEADLINE_NEAR = {"departure": at(1), "target_kwh": KilowattHours(30 + 0.95 * 11)}


@pytest.mark.parametrize(
    ("changes", "request_kw", "power_kw", "reason"),
    [
        ({}, 0, 0, Reason.WAITS),
        ({}, 6, 6, Reason.ASKED),
        ({}, -6, -6, Reason.GIVES_BACK),
        ({}, -60, -11, Reason.GIVES_BACK),
        ({"may_discharge": False}, -6, 0, Reason.NO_CONSENT),
        ({"charge_now": True}, -6, 11, Reason.CHARGE_NOW),
        ({"energy_kwh": KilowattHours(5)}, -6, 11, Reason.BELOW_FLOOR),
        ({"energy_kwh": KilowattHours(60)}, 6, 0, Reason.FULL),
        ({"energy_kwh": KilowattHours(15)}, -6, 0, Reason.NEEDED),
        (DEADLINE_NEAR, -6, 11, Reason.DEADLINE),
        ({"departure": at(0.5)}, 0, 11, Reason.UNREACHABLE),
        ({"departure": at(-1)}, 0, 11, Reason.UNREACHABLE),
        ({"discharge_limits_kw": (11.0, 0.0)}, -6, 0, Reason.NEEDED),
        ({"charge_limits_kw": (22.0, 3.7)}, 20, 3.7, Reason.ASKED),
        ({"charge_limits_kw": ()}, 20, 0, Reason.FULL),
        ({"charge_min_kw": Kilowatts(4.14)}, 3, 0, Reason.WAITS),
        ({"discharge_min_kw": Kilowatts(4.14)}, -3, 0, Reason.WAITS),
    ],
)
def test_one_car_gets_what_its_driver_and_the_site_ask(
    changes: dict[str, Any], request_kw: float, power_kw: float, reason: Reason
) -> None:
    result = share(request_kw, car(**changes))
    assert result.set_points[0].power_kw == pytest.approx(power_kw)
    assert result.set_points[0].reason is reason
    assert result.shortfall_kw == pytest.approx(request_kw - power_kw)


def test_nobody_plugged_leaves_the_whole_request() -> None:
    assert share(-5).shortfall_kw == pytest.approx(-5)


def test_charging_goes_to_the_car_that_can_wait_least() -> None:
    late, early = car("late", departure=at(20)), car("early", departure=at(3))
    assert powers(share(8, late, early)) == pytest.approx([0, 8])


def test_discharging_comes_from_the_car_with_most_to_spare() -> None:
    rich, poor = car("rich", energy_kwh=KilowattHours(55)), car("poor")
    assert powers(share(-8, poor, rich)) == pytest.approx([0, -8])


def test_a_car_that_already_charges_is_not_replaced_for_a_few_minutes() -> None:
    first, second = car("a", now_kw=Kilowatts(8)), car("b", departure=at(9.5))
    assert powers(share(8, first, second)) == pytest.approx([8, 0])
    first, second = car("a", now_kw=Kilowatts(-8)), car("b", energy_kwh=KilowattHours(31))
    assert powers(share(-8, first, second)) == pytest.approx([-8, 0])


def test_the_tightest_of_several_limits_counts_and_is_named() -> None:
    hungry = car(charge_now=True)
    result = dispatch(
        50,
        (hungry,),
        now=NOW,
        period=PERIOD,
        site=(limit(90), limit(4, name="capacity of the grid operator")),
    )
    assert result.set_points[0].power_kw == pytest.approx(4)
    assert result.set_points[0].limit == "capacity of the grid operator"
    assert result.set_points[0].reason is Reason.LIMITED
    assert result.unserved_kw == pytest.approx(7)


def test_two_cars_under_one_limit_start_early_enough_for_both() -> None:
    # Each needs 5 h at full power within 10 h, and only one can charge at a time.
    needs = {"target_kwh": KilowattHours(30 + 0.95 * 55), "capacity_kwh": KilowattHours(90)}
    pair = (car("a", under=(0,), **needs), car("b", under=(0,), **needs))
    result = share(0, *pair, shared=(limit(11, name="station"),))
    assert result.total_kw == pytest.approx(11)
    assert result.late == ()


def test_two_cars_that_cannot_both_make_it_are_told_which_one() -> None:
    full = KilowattHours(100)
    urgent = car("a", under=(0,), target_kwh=KilowattHours(30 + 0.95 * 55), capacity_kwh=full)
    greedy = replace(urgent, evse="b", target_kwh=KilowattHours(30 + 0.95 * 66))
    result = share(0, urgent, greedy, shared=(limit(11, name="station"),))
    assert result.total_kw == pytest.approx(11)
    assert sum(late.missing_kwh for late in result.late) == pytest.approx(0.95 * 11)


def test_a_car_alone_that_cannot_make_it_is_named_with_what_it_will_lack() -> None:
    result = share(0, car(departure=at(0.5)))
    assert result.late[0].missing_kwh == pytest.approx(10 - 0.95 * 5.5)


def test_a_floor_before_a_deadline_and_a_driver_before_both() -> None:
    cars = (
        car("deadline", **DEADLINE_NEAR),
        car("floor", energy_kwh=KilowattHours(5)),
        car("driver", charge_now=True),
    )
    assert powers(share(0, *cars, site=limit(11))) == pytest.approx([0, 0, 11])
    assert powers(share(0, *cars, site=limit(22))) == pytest.approx([0, 11, 11])


@st.composite
def sites(draw: st.DrawFn) -> tuple[tuple[Plugged, ...], Limit, tuple[Limit, ...], float]:
    """Draw up to six cars at up to three stations, their limits and a request."""
    numbers = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**32))))
    count = draw(st.integers(1, 6))
    cars = []
    for number in range(count):
        capacity = float(numbers.uniform(20, 90))
        cars.append(
            car(
                f"e{number}",
                departure=at(float(numbers.choice([-1, 0.05, 0.5, 2, 8, 30]))),
                capacity_kwh=KilowattHours(capacity),
                energy_kwh=KilowattHours(capacity * float(numbers.choice([0, 0.2, 0.5, 0.9, 1]))),
                floor_kwh=KilowattHours(capacity * float(numbers.uniform(0, 0.5))),
                target_kwh=KilowattHours(capacity * float(numbers.uniform(0, 1.1))),
                charge_limits_kw=(float(numbers.choice([0, 3.7, 11, 22])), 11.0),
                discharge_limits_kw=(float(numbers.choice([0, 11, 22])),),
                may_discharge=bool(numbers.random() < 0.7),
                charge_now=bool(numbers.random() < 0.2),
                now_kw=Kilowatts(float(numbers.choice([-5, 0, 5]))),
                charge_min_kw=Kilowatts(float(numbers.choice([0, 1.38, 4.14]))),
                under=(number // 2,),
            )
        )
    shared = tuple(
        limit(float(numbers.choice([0, 5, 11, 30])), float(numbers.choice([0, 5, 30])), f"s{k}")
        for k in range(3)
    )
    site = limit(float(numbers.choice([0, 8, 30, 100])), float(numbers.choice([0, 8, 100])))
    return tuple(cars), site, shared, float(numbers.uniform(-60, 60))


@settings(max_examples=300, deadline=None)
@given(sites())
def test_no_promise_breaks(
    drawn: tuple[tuple[Plugged, ...], Limit, tuple[Limit, ...], float],
) -> None:
    cars, site, shared, request_kw = drawn
    result = share(request_kw, *cars, site=site, shared=shared)
    kw = powers(result)
    assert -site.export_kw - 1e-6 <= sum(kw) <= site.import_kw + 1e-6
    for station, bound in enumerate(shared):
        below = sum(p for p, one in zip(kw, cars, strict=True) if station in one.under)
        assert -bound.export_kw - 1e-6 <= below <= bound.import_kw + 1e-6
    for power, one in zip(kw, cars, strict=True):
        assert -min(one.discharge_limits_kw) <= power <= min(one.charge_limits_kw) + 1e-9
        assert power >= 0 or request_kw < 0
        if not one.may_discharge or one.charge_now:
            assert power >= 0
        assert abs(power) < 1e-6 or power < 0 or power >= one.charge_min_kw - 1e-6
        flow = power * (0.95 if power > 0 else 1 / 0.95)
        after = one.energy_kwh + flow * PERIOD_H
        assert after >= min(one.floor_kwh, one.energy_kwh) - 1e-9
        assert after <= max(one.capacity_kwh, one.energy_kwh) + 1e-9
        if power < 0:  # Giving back never costs the target.
            left_h = max(0.0, (one.departure - NOW) / 3600 - PERIOD_H)
            reach = after + 0.95 * min(one.charge_limits_kw) * left_h
            assert reach >= min(one.target_kwh, one.capacity_kwh) - 1e-6


@settings(max_examples=100, deadline=None)
@given(sites())
def test_charge_now_wins_over_every_request(
    drawn: tuple[tuple[Plugged, ...], Limit, tuple[Limit, ...], float],
) -> None:
    cars, site, shared, request_kw = drawn
    eager = replace(
        cars[0], charge_now=True, charge_limits_kw=(7.0,), energy_kwh=KilowattHours(0), under=()
    )
    eager = replace(eager, charge_min_kw=Kilowatts(0))
    others = tuple(replace(other, charge_now=False) for other in cars[1:])
    result = share(request_kw, eager, *others, site=site, shared=shared)
    assert result.set_points[0].power_kw == pytest.approx(min(7.0, site.import_kw))


def group_missing(cars: tuple[Plugged, ...], station: Limit, after_h: float) -> float:
    """Return the least energy that *cars* at one station will lack, kWh at the meter."""
    left = np.array([max(0.0, (one.departure - NOW) / 3600 - after_h) for one in cars])
    need = np.array([max(0.0, one.target_kwh - one.energy_kwh) / 0.95 for one in cars])
    power = np.array([min(one.charge_limits_kw) for one in cars])
    return float(urgency(need, power, left, station.import_kw, PERIOD_H).missing_kwh.sum())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_waiting_for_a_period_never_makes_a_group_later(seed: int) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    cars = tuple(
        car(
            f"e{number}",
            departure=at(float(draw.choice([0.5, 1, 2, 4, 8]))),
            energy_kwh=KilowattHours(20),
            target_kwh=KilowattHours(20 + float(draw.uniform(0, 35))),
            under=(0,),
        )
        for number in range(int(draw.integers(1, 5)))
    )
    station = limit(float(draw.choice([8.0, 11.0, 16.0, 30.0])), name="station")
    before = group_missing(cars, station, 0.0)
    result = share(0, *cars, shared=(station,))
    later = tuple(
        replace(one, energy_kwh=KilowattHours(one.energy_kwh + 0.95 * point.power_kw * PERIOD_H))
        for one, point in zip(cars, result.set_points, strict=True)
    )
    assert group_missing(later, station, PERIOD_H) == pytest.approx(before, abs=1e-6)
    assert bool(result.late) == (before > 1e-6)
