"""Cars as arrays move the same energy as one car in the domain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.battery import Battery, BatteryRating
from sterna.domain.converter import Converter, MeteredBattery, field_fitted
from sterna.kernel.quantities import KilowattHours, Kilowatts, Seconds, Share
from sterna.world.fleet import moved, plates

RATING = BatteryRating(
    capacity_kwh=KilowattHours(60.0), charge_kw_max=Kilowatts(100.0), discharge_kw_max=Kilowatts(14.0),
    efficiency=Share(0.985), taper_from=Share(0.8), fade_below=Share(0.1),
)  # fmt: skip
CONVERTER = field_fitted(Kilowatts(11.0), minimum_kw=Kilowatts(4.14))


def one(
    soc: float, wish: float, seconds: float, rating: BatteryRating = RATING,
    converter: Converter = CONVERTER,
) -> tuple[float, float, float]:  # fmt: skip
    """Return power, state of charge and throughput of one car in the arrays."""
    stored = np.array([soc * rating.capacity_kwh])
    power, after, through = moved(plates([(converter, rating)]), stored, np.array([wish]), seconds)
    return float(power[0]), float(after[0]) / rating.capacity_kwh, float(through[0])


@given(st.floats(0.0, 1.0), st.floats(-15.0, 15.0), st.floats(1.0, 60.0))
def test_what_the_domain_allows_happens_in_the_arrays(
    soc: float, wish: float, seconds: float
) -> None:
    car = MeteredBattery(battery=Battery.at_share(RATING, Share(soc)), converter=CONVERTER)
    least, most = car.limits(Seconds(seconds))
    asked = CONVERTER.clipped(Kilowatts(wish))
    power, after, _ = one(soc, wish, seconds)
    if least <= asked <= most:
        exact = car.after(asked, Seconds(seconds))
        assert power == pytest.approx(asked, abs=1e-6)
        assert after == pytest.approx(exact.soc, abs=1e-9)
    assert power >= -CONVERTER.discharge_kw_max - 1e-9
    assert power <= CONVERTER.charge_kw_max + 1e-9
    assert -1e-12 <= after <= 1.0 + 1e-12


@given(st.floats(0.0, 1.0), st.floats(-15.0, 15.0))
def test_what_the_battery_refuses_is_what_the_domain_refuses(soc: float, wish: float) -> None:
    car = MeteredBattery(battery=Battery.at_share(RATING, Share(soc)), converter=CONVERTER)
    power, _, _ = one(soc, wish, 1.0)
    least, most = car.limits(Seconds(1.0))
    asked = CONVERTER.clipped(Kilowatts(wish))
    # Over a second the taper hardly moves: the arrays take its value at the step's beginning.
    assert power == pytest.approx(min(max(asked, least), most), abs=0.02)


def test_a_wish_below_the_least_power_is_none() -> None:
    assert one(0.5, 4.0, 60.0) == (0.0, 0.5, 0.0)
    assert one(0.5, -4.0, 60.0) == (0.0, 0.5, 0.0)


def test_a_step_that_fills_the_battery_ends_there() -> None:
    power, after, through = one(0.99999, 11.0, 3600.0)
    assert after == pytest.approx(1.0)
    assert through == pytest.approx(0.00001 * 60.0)
    assert 0 < power < 0.2


def test_losses_stand_between_meter_and_cells() -> None:
    power, after, through = one(0.5, 11.0, 3600.0)
    assert power == pytest.approx(11.0)
    assert after == pytest.approx(0.5 + 11.0 * 0.947 * 0.985 / 60.0, abs=1e-4)
    assert through == pytest.approx((after - 0.5) * 60.0)


def test_chosen_plates_are_those_of_the_chosen_cars() -> None:
    other = field_fitted(Kilowatts(22.0))
    both = plates([(CONVERTER, RATING), (other, RATING)])
    assert both.of(np.array([1, 0])).charge_kw.tolist() == [22.0, 11.0]
