"""A parked car survives the way through an OpenADR report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.openadr import fleet

CAR = fleet.ParkedCar(
    plugged_at=Instant(1000), departure=Instant(9000), soc=Share(0.5), floor=Share(0.3), target=Share(0.8),
    capacity_kwh=KilowattHours(60), charge_kw_max=Kilowatts(11), discharge_kw_max=Kilowatts(0), kw=Kilowatts(-3.5),
    wear_eur_per_kwh=0.02,
)  # fmt: skip


@given(st.integers(0, 1000), st.floats(-22, 22))
def test_what_is_reported_is_what_is_read(soc: int, kw: float) -> None:
    car = fleet.ParkedCar(
        **{
            **{f: getattr(CAR, f) for f in CAR.__struct_fields__},
            "soc": Share(soc / 1000),
            "kw": Kilowatts(kw),
        }
    )
    read = fleet.parked_car(fleet.payloads(car))
    assert read.soc == pytest.approx(car.soc)
    assert read.kw == car.kw


@pytest.mark.parametrize("kind", [fleet.LEVEL, fleet.DEPARTURE, fleet.WEAR])
@pytest.mark.parametrize("value", [None, "much", True])
def test_a_report_with_a_hole_is_refused_by_name(kind: str, value: object) -> None:
    values = fleet.payloads(CAR)
    if value is None:
        del values[kind]
    else:
        values[kind] = value  # type: ignore[assignment]
    with pytest.raises(BrokenPeer, match=kind):
        fleet.parked_car(values)
