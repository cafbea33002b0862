"""Charging on arrival: the run that everything is compared with."""

import pytest

from sterna.decisions.baseline import charge_on_arrival
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds


@pytest.mark.parametrize(
    ("departure", "target_kwh", "charge_kw", "expected"),
    [
        (7200.0, 19.0, 10.0, [0, 5, 10, 5, 0]),  # one hour of work, from 0.5 h on
        (3600.0, 19.0, 10.0, [0, 5, 0, 0, 0]),  # leaves after a quarter of an hour
        (7200.0, 9.5, 10.0, [0, 0, 0, 0, 0]),  # has enough
        (7200.0, 19.0, 0.0, [0, 0, 0, 0, 0]),  # cannot charge
    ],
)
def test_a_car_charges_from_arrival_to_its_target(
    departure: float, target_kwh: float, charge_kw: float, expected: list[float]
) -> None:
    found = charge_on_arrival(
        arrival=Instant(2700.0),
        departure=Instant(departure),
        energy_kwh=KilowattHours(9.5),
        target_kwh=KilowattHours(target_kwh),
        charge_kw=Kilowatts(charge_kw),
        charge_efficiency=0.95,
        start=Instant(0.0),
        step=Seconds(1800.0),
        count=5,
    )
    assert found.values == pytest.approx(expected)
    assert found.unit == "kW"
