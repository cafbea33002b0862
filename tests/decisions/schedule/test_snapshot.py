"""From a live site to arrays: the grid, the means, the stays."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import (
    Grid,
    Snapshot,
    problem_of,
    remaining,
)
from sterna.decisions.schedule.stay import Stay
from sterna.decisions.schedule.steps import lows, means
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds
from sterna.kernel.series import Series

NOW = Instant(1_751_328_000.0)


def flat(value: float) -> Series:
    return Series(start=NOW, step=Seconds(900.0), values=np.full(400, value), unit="kW")


def stay(key: str = "a", arrives_h: float = -1, leaves_h: float = 10, energy: float = 20) -> Stay:
    return Stay(
        key=key,
        arrival=Instant(NOW + arrives_h * 3600),
        departure=Instant(NOW + leaves_h * 3600),
        energy_kwh=KilowattHours(energy),
        floor_kwh=KilowattHours(10),
        target_kwh=KilowattHours(40),
        capacity_kwh=KilowattHours(50),
        charge_kw=Kilowatts(11),
        discharge_kw=Kilowatts(11),
        may_discharge=True,
    )


def snapshot(*stays: Stay, now: float = 0, price: float = 0.2) -> Snapshot:
    return Snapshot(
        now=Instant(NOW + now),
        stays=stays,
        load_kw=flat(20),
        pv_kw=flat(5),
        import_eur_per_kwh=flat(price),
        export_eur_per_kwh=flat(0.1),
        import_limit_kw=flat(60),
        export_limit_kw=flat(30),
        peak_eur_per_kw=0.5,
        peak_so_far_kw=Kilowatts(10),
    )


@given(st.floats(0, 1e6))
def test_the_grid_is_fine_soon_and_coarse_later_and_stands_on_the_clock(after: float) -> None:
    now = Instant(NOW + after)
    edges = Grid().edges(now)
    lengths = np.diff(edges)
    assert edges[0] <= now < edges[1]
    assert edges[-1] >= now + 71 * 3600
    assert np.all(np.isin(lengths, [900, 3600, 10800]))
    assert np.all(np.diff(lengths) >= 0)
    assert np.all(edges[:-1] % lengths == 0)


def test_means_and_lows_of_a_series_over_uneven_steps() -> None:
    series = Series(start=NOW, step=Seconds(900.0), values=np.array([1.0, 3, 5, 7]), unit="kW")
    edges = NOW + np.array([300.0, 900, 2700, 3600])
    assert means(series, edges) == pytest.approx([1, 4, 7])
    assert lows(series, edges) == pytest.approx([1, 3, 7])


@pytest.mark.parametrize("shift", [-900, 3600 * 40])
def test_a_series_that_does_not_cover_the_steps_is_a_bug(shift: float) -> None:
    edges = NOW + shift + np.array([0.0, 3600 * 80])
    for average in (means, lows):
        with pytest.raises(AssertionError, match="the series"):
            average(flat(1), edges)


def test_a_car_that_stays_beyond_the_horizon_has_to_be_on_its_way() -> None:
    edges = Grid().edges(NOW)
    problem = problem_of(snapshot(stay(leaves_h=144, energy=20)), edges)
    assert problem.sessions.target_kwh[0] == pytest.approx(20 + 20 * 72 / 144, abs=0.5)
    assert problem.sessions.last[0] == len(edges) - 1


def test_a_car_without_consent_is_never_planned_to_discharge() -> None:
    silent = structs.replace(stay(), may_discharge=False)
    assert problem_of(snapshot(silent), Grid().edges(NOW)).sessions.discharge_kw[0] == 0


def test_an_overstaying_car_is_urgent() -> None:
    plan = Rolling().solve(snapshot(stay(leaves_h=-0.5)))
    assert plan.power_kw[0, 0] == pytest.approx(11)


def test_booked_and_far_away_cars_wait_for_their_arrival() -> None:
    rolling = Rolling()
    cars = (stay("soon", arrives_h=2), stay("far", arrives_h=100, leaves_h=120))
    plan = rolling.solve(snapshot(*cars))
    here = plan.edges[:-1] >= NOW + 2 * 3600
    assert np.all(plan.power_kw[0, ~here] == 0)
    assert np.all(plan.power_kw[1] == 0)


def test_a_set_point_for_a_period_is_the_mean_of_its_steps() -> None:
    plan = Rolling().solve(snapshot(stay(energy=5), stay("b", arrives_h=-2), now=800))
    assert plan.edges[1] == NOW + 900
    expected = (plan.power_kw[:, 0] * 100 + plan.power_kw[:, 1] * 200) / 300
    assert plan.next_kw(Seconds(300.0)) == pytest.approx(expected)


def test_the_last_second_of_a_step_counts_to_the_next() -> None:
    edges = Grid().edges(NOW)
    step, left = remaining(edges, Instant(NOW + 899.5))
    assert step == 1
    assert left[:2] == pytest.approx([NOW + 899.5, NOW + 1800])
    rolled(snapshot(stay()), snapshot(stay(), now=899.999), snapshot(stay(), now=900))


def test_no_peak_price_makes_a_driver_miss_the_target() -> None:
    dear = replace(snapshot(stay(leaves_h=3)), peak_eur_per_kw=20.0)
    assert Rolling().solve(dear).unmet_kwh[0] == pytest.approx(0, abs=1e-6)


def rolled(*steps: Snapshot) -> None:
    """Solve *steps* one after the other, each compared with a solve from scratch."""
    rolling = Rolling()
    for step in steps:
        plan = rolling.solve(step)
        _, edges = remaining(rolling.edges, step.now)
        fresh = solve(problem_of(step, edges))
        assert plan.cost_eur == pytest.approx(fresh.cost_eur, rel=1e-6)


def test_drivers_may_change_their_minds_and_leave_early() -> None:
    crowd = [stay(str(number), leaves_h=30 + number) for number in range(6)]
    longer = [structs.replace(one, departure=Instant(one.departure + 7200 * 4)) for one in crowd]
    shorter = [structs.replace(one, departure=Instant(NOW + 7200)) for one in crowd]
    rolled(
        snapshot(*crowd),
        snapshot(*longer, now=300),
        snapshot(*shorter, now=600),
        snapshot(*crowd[:1], now=900),
        snapshot(now=1200),
        snapshot(*crowd, now=1500),
        snapshot(*crowd, now=9000),
        snapshot(*crowd, now=8000),
    )


def test_a_price_at_which_a_car_could_burn_energy_gets_binaries() -> None:
    full = structs.replace(stay(energy=50), target_kwh=KilowattHours(50), wear_eur_per_kwh=0.0)
    plan = Rolling().solve(
        snapshot(structs.replace(full, departure=Instant(NOW + 1800)), price=-0.6)
    )
    assert plan.solver == "milp"
    both = np.minimum(plan.schedule.charge_kwh, plan.schedule.discharge_kwh)
    assert np.all(both <= 1e-6)
