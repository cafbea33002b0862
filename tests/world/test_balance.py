"""The site's balance closes at every moment, and its registers count exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.series import Series
from sterna.world.balance import Balance

STEP = Seconds(900.0)


class Time:
    now = Instant(0.0)

    def read(self) -> Instant:
        return self.now


def site(load: list[float], pv: list[float], export_kw: float = 1000.0) -> tuple[Time, Balance]:
    time = Time()

    def series(values: list[float]) -> Series:
        return Series(start=Instant(0), step=STEP, values=np.array(values), unit="kW")

    return time, Balance(
        clock_now=time.read,
        start=Instant(0),
        steps=len(load),
        step=STEP,
        load=series(load),
        pv=series(pv),
        export_kw=export_kw,
    )


def test_grid_is_load_less_pv_plus_cars() -> None:
    time, balance = site([100, 200], [30, 0])
    balance.set_car("a", Kilowatts(-20.0))
    assert balance.powers().grid_kw == pytest.approx(50.0)
    time.now = Instant(900.0)
    assert balance.powers().grid_kw == pytest.approx(180.0)


def test_pv_is_curtailed_where_the_connection_takes_no_more() -> None:
    _, balance = site([10], [100], export_kw=50)
    here = balance.powers()
    assert (here.pv_kw, here.grid_kw) == (60.0, -50.0)


def test_the_meter_is_told_of_every_change_of_the_cars() -> None:
    _, balance = site([10], [0])
    told: list[float] = []
    balance.changed = lambda: told.append(balance.powers().cars_kw)
    balance.set_car("a", Kilowatts(5.0))
    balance.set_car("b", Kilowatts(-2.0))
    assert told == [5.0, 3.0]


@given(st.lists(st.tuples(st.floats(1, 500), st.floats(-22, 22)), min_size=1, max_size=20))
def test_registers_are_the_integral_of_the_means(changes: list[tuple[float, float]]) -> None:
    time, balance = site([50.0] * 12, [20.0] * 12)
    for seconds, kw in changes:
        time.now = Instant(min(12 * STEP, time.now + seconds))
        balance.set_car("a", Kilowatts(kw))
    time.now = Instant(12 * STEP)
    imported, exported = balance.registers_wh()
    cars, pv = balance.means()
    net_wh = float((50.0 - pv + cars).sum()) * STEP / 3.6
    assert imported - exported == pytest.approx(net_wh, abs=1e-6)
    assert exported == pytest.approx(0.0, abs=1e-6)
