"""A battery stays within its bounds, closes its energy balance and knows its instants."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.battery import FOREVER, Battery, BatteryRating
from sterna.domain.converter import MeteredBattery, constant
from sterna.kernel.quantities import KilowattHours, Kilowatts, Seconds, Share


def kw(power: float) -> Kilowatts:
    return Kilowatts(power)


def s(duration: float) -> Seconds:
    return Seconds(duration)


@st.composite
def ratings(draw: st.DrawFn) -> BatteryRating:
    least = draw(st.floats(0, 0.3))
    return BatteryRating(
        capacity_kwh=KilowattHours(draw(st.floats(5, 120))),
        charge_kw_max=kw(draw(st.floats(0, 150))),
        discharge_kw_max=kw(draw(st.floats(0, 150))),
        least=Share(least),
        most=Share(draw(st.floats(0.7, 1))),
        efficiency=Share(draw(st.floats(0.8, 1))),
        taper_from=Share(draw(st.floats(0.5, 1))),
    )


@st.composite
def batteries(draw: st.DrawFn) -> Battery:
    reserve = Share(draw(st.floats(0, 0.9)))
    return Battery.at_share(draw(ratings()), Share(draw(st.floats(0, 1))), reserve)


@pytest.mark.req("DF-P-08", "APP-V2L-FLOOR")
def test_at_06_the_floor_is_reached_after_933_seconds() -> None:
    rating = BatteryRating(
        capacity_kwh=KilowattHours(60), charge_kw_max=kw(150), discharge_kw_max=kw(150)
    )
    battery = Battery.at_share(rating, Share(0.35), reserve=Share(0.30))
    converter = constant(Share(0.95), charge_kw_max=kw(11), discharge_kw_max=kw(11))
    car = MeteredBattery(battery=battery, converter=converter)
    assert converter.battery_kw(kw(-11)) == pytest.approx(-11.58, abs=0.005)
    ends = car.held_for(kw(-11))
    assert ends == pytest.approx(933, abs=0.5)
    assert ends == car.time_to(Share(0.30), kw(-11))
    at_floor = car.after(kw(-11), ends)
    assert at_floor.soc == pytest.approx(0.30, abs=1e-12)
    assert at_floor.limits(s(10))[0] == 0.0


@given(batteries(), st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 7200)), max_size=30))
def test_no_legal_use_leaves_the_bounds(
    battery: Battery, wishes: list[tuple[float, float]]
) -> None:
    for wish, duration in wishes:
        least, most = battery.limits(s(duration))
        assert least <= 0 <= most
        power = kw(-wish * least if wish < 0 else wish * most)
        after = battery.after(power, s(duration))
        top = max(battery.soc, battery.rating.most)
        bottom = min(battery.soc, battery.floor)
        assert bottom - 1e-9 <= after.soc <= top + 1e-9
        battery = after


@given(batteries(), st.floats(0, 1), st.floats(1, 7200))
def test_the_energy_balance_closes(battery: Battery, wish: float, duration: float) -> None:
    eta, seconds = battery.rating.efficiency, duration / 3600
    least, most = battery.limits(s(duration))
    charged = battery.after(kw(wish * most), s(duration))
    assert charged.stored_kwh - battery.stored_kwh == pytest.approx(
        wish * most * seconds * eta, abs=1e-8
    )
    emptied = battery.after(kw(wish * least), s(duration))
    assert emptied.stored_kwh - battery.stored_kwh == pytest.approx(
        wish * least * seconds / eta, abs=1e-8
    )


@given(batteries(), st.floats(1, 7200))
def test_two_halves_of_a_step_are_the_step(battery: Battery, duration: float) -> None:
    for power in battery.limits(s(duration)):
        half = battery.after(power, s(duration / 2)).after(power, s(duration / 2))
        assert half.stored_kwh == pytest.approx(battery.after(power, s(duration)).stored_kwh)


@given(batteries(), st.floats(0.01, 1))
def test_a_power_holds_exactly_as_long_as_it_says(battery: Battery, part: float) -> None:
    for limit in battery.limits(s(0)):
        power = kw(limit * part)
        held = battery.held_for(power)
        if abs(power) <= 1e-3 or not 0.1 < held < inf:
            continue  # A full or an empty battery holds nothing; the other direction is looked at.
        battery.after(power, held)
        least, most = battery.limits(s(held * 1.01 + 1))
        assert power < least or power > most


@given(batteries(), st.floats(0, 1), st.floats(-50, 50))
def test_the_instant_of_a_state_of_charge_is_exact(
    battery: Battery, soc: float, power: float
) -> None:
    when = battery.time_to(Share(soc), kw(power))
    assert when >= 0
    if when < inf:
        reached = battery.stored_kwh + battery.rate_kw(kw(power)) * when / 3600
        assert reached == pytest.approx(soc * battery.rating.capacity_kwh, abs=1e-6)


def tapering() -> BatteryRating:
    return BatteryRating(
        capacity_kwh=KilowattHours(60),
        charge_kw_max=kw(100),
        discharge_kw_max=kw(10),
        taper_from=Share(0.8),
        taper_end=Share(0.1),
    )


@pytest.mark.parametrize(("soc", "most"), [(0.5, 100), (0.8, 100), (0.9, 55), (0.99, 14.5)])
def test_fast_charging_slows_down_near_full(soc: float, most: float) -> None:
    battery = Battery.at_share(tapering(), Share(soc))
    assert battery.limits(s(0))[1] == pytest.approx(most)
    assert battery.rating.charge_kw_at(Share(soc)) == pytest.approx(most)


def test_a_power_under_the_taper_holds_until_the_taper_meets_it() -> None:
    battery = Battery.at_share(tapering(), Share(0.8))
    held = battery.held_for(kw(55))
    assert battery.after(kw(55), held).soc == pytest.approx(0.9)
    assert battery.held_for(kw(5)) == battery.time_to(Share(1), kw(5))


def test_what_will_not_happen_is_forever_away() -> None:
    battery = Battery.at_share(tapering(), Share(0.5))
    assert battery.time_to(Share(0.6), kw(-5)) == FOREVER
    assert battery.time_to(Share(0.6), kw(0)) == FOREVER
    assert battery.time_to(Share(0.5), kw(0)) == 0.0
    assert battery.held_for(kw(0)) == FOREVER
    assert battery.held_for(kw(101)) == 0.0


def test_a_battery_that_arrives_below_the_floor_only_charges() -> None:
    battery = Battery.at_share(tapering(), Share(0.1), reserve=Share(0.3))
    assert battery.limits(s(60))[0] == 0.0
    assert battery.limits(s(60))[1] == 100.0
    assert battery.after(kw(0), s(3600)) == battery


def test_a_full_battery_takes_nothing() -> None:
    assert Battery.at_share(tapering(), Share(1)).limits(s(0)) == (-10.0, 0.0)


def test_a_breach_of_the_limits_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Battery.at_share(tapering(), Share(0.5)).after(kw(-11), s(60))


@given(batteries(), st.floats(-200, 200))
def test_following_a_wish_ends_at_a_bound_in_few_steps(battery: Battery, wish: float) -> None:
    left = 48 * 3600.0
    for _ in range(4000):
        power, held = battery.follow(kw(wish), s(left))
        assert power * wish >= 0
        assert held > 0 or left == 0.0
        battery = battery.after(power, held)
        left -= held
        if left <= 0:
            break
    assert left <= 1e-6


def test_a_car_charges_full_along_its_taper() -> None:
    car = MeteredBattery(
        battery=Battery.at_share(tapering(), Share(0.5)),
        converter=constant(Share(0.95), charge_kw_max=kw(100), discharge_kw_max=kw(10)),
    )
    powers, spent = [], 0.0
    while car.soc < 1:
        power, held = car.follow(kw(100), s(300))
        car = car.after(power, held)
        powers.append(power)
        spent += held
    assert powers == sorted(powers, reverse=True)
    assert 0.4 * 3600 < spent < 0.8 * 3600
    assert car.follow(kw(100), s(300)) == (0.0, 300.0)
    power, held = car.follow(kw(-50), s(300))
    assert power == pytest.approx(-9.5)
    assert held == 300.0


def test_a_wish_that_the_battery_has_is_followed_until_it_ends() -> None:
    car = MeteredBattery(
        battery=Battery.at_share(tapering(), Share(0.5), reserve=Share(0.5 - 1 / 60)),
        converter=constant(Share(0.5), charge_kw_max=kw(5), discharge_kw_max=kw(5)),
    )
    power, held = car.follow(kw(-5), s(9999))
    assert power == -5.0
    assert held == pytest.approx(360)
    assert car.follow(kw(5), s(60)) == (5.0, 60.0)
