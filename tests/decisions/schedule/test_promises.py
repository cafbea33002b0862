"""Feeders, phases, volumes and reserve of a live site, a standing battery, early leavers, fair shares."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from schedule_problems import site_with_everything

from sterna.decisions.departures import assumed
from sterna.decisions.schedule.promises import (
    BandAhead,
    ReserveAhead,
    feeder,
    phase_weights,
    phases,
    volume,
)
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import Snapshot, Tier, problem_of
from sterna.decisions.schedule.standing import standing
from sterna.decisions.schedule.stay import Stay
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds
from sterna.kernel.series import Series

NOW = Instant(1_751_328_000.0)
HOUR = 3600.0
EDGES = NOW + np.array([0.0, 900.0, 3600.0, 3 * HOUR])


def series(*values: float, rest: float = 0.0) -> Series:
    """Return quarter hours from NOW: *values*, then *rest* for four days."""
    all_values = np.full(400, rest)
    all_values[: len(values)] = values
    return Series(start=NOW, step=Seconds(900.0), values=all_values, unit="kW")


def stay(key: str, *, leaves_h: float = 10, energy: float = 20) -> Stay:
    return Stay(
        key=key, arrival=NOW, departure=Instant(NOW + leaves_h * HOUR),
        energy_kwh=KilowattHours(energy), floor_kwh=KilowattHours(5), target_kwh=KilowattHours(40),
        capacity_kwh=KilowattHours(50), charge_kw=Kilowatts(11), discharge_kw=Kilowatts(11),
        may_discharge=True,
    )  # fmt: skip


def site(*stays: Stay, price: Series | None = None) -> Snapshot:
    return Snapshot(
        now=NOW, stays=stays, load_kw=series(rest=10), pv_kw=series(rest=0),
        import_eur_per_kwh=price or series(rest=0.2), export_eur_per_kwh=series(rest=0.05),
        import_limit_kw=series(rest=60), export_limit_kw=series(rest=60), peak_eur_per_kw=0.0,
        peak_so_far_kw=Kilowatts(0),
    )  # fmt: skip


def test_limits_count_by_their_tightest_value_in_a_step_and_loads_by_their_mean() -> None:
    band = BandAhead(
        name="f", base_kw=series(1, 2, 3, 4, rest=4), weights={"a": 1.0},
        low_kw=series(-9, -8, -9, -7, rest=-9), high_kw=series(9, 8, 9, 7, rest=9),
    ).on(["a", "b"], EDGES)  # fmt: skip
    assert band.weight.tolist() == [1.0, 0.0]
    assert band.base_kw == pytest.approx([1, 3, 4])
    assert band.low_kw == pytest.approx([-9, -7, -9])
    assert band.high_kw == pytest.approx([9, 7, 9])


def test_limits_that_exclude_each_other_within_a_long_step_meet_in_the_middle() -> None:
    band = BandAhead(
        name="f", base_kw=series(), weights={}, low_kw=series(0, 6, 0, 0), high_kw=series(9, 9, 2, 9, rest=9),
    ).on([], EDGES)  # fmt: skip
    assert band.low_kw == pytest.approx([0, 4, 0])
    assert band.high_kw == pytest.approx([9, 4, 9])


def test_a_volume_counts_by_its_mean_and_only_in_steps_that_are_sold_throughout() -> None:
    sold = series(5, 6, 8, 7, rest=np.nan)
    band = volume("market", base_kw=series(), sold_kw=sold).on(["a"], EDGES)
    assert band.weight.tolist() == [1.0]
    assert band.low_kw == pytest.approx([5, 7, -np.inf])
    assert band.high_kw == pytest.approx([5, 7, np.inf])


def test_a_feeder_without_a_lower_limit_has_none() -> None:
    band = feeder("f", ["b"], base_kw=series(), high_kw=series(rest=4)).on(["a", "b"], EDGES)
    assert np.all(band.low_kw == -np.inf)
    assert band.weight.tolist() == [0.0, 1.0]


def test_phases_share_a_cars_power_evenly() -> None:
    table = phase_weights([(1,), (2, 3), (1, 2, 3)])
    assert table == pytest.approx(np.array([[1, 0, 1 / 3], [0, 0.5, 1 / 3], [0, 0.5, 1 / 3]]))
    bands = phases({"a": (2,)}, base_kw=(series(), series(), series()), high_kw=series(rest=7))
    assert [band.name for band in bands] == ["L1", "L2", "L3"]
    assert [band.on(["a"], EDGES).weight[0] for band in bands] == [0.0, 1.0, 0.0]


def test_a_car_on_a_full_phase_waits_where_one_on_an_empty_phase_charges() -> None:
    loads = (series(rest=10.0), series(rest=1.0), series(rest=1.0))
    bands = phases({"full": (1,), "empty": (2,)}, base_kw=loads, high_kw=series(rest=11.0))
    cars = (stay("full", leaves_h=2), stay("empty", leaves_h=2))
    plan = Rolling().solve(replace(site(*cars), bands=bands))
    assert plan.within_limits
    assert np.all(plan.power_kw[0] <= 1.0 + 1e-6)
    assert plan.unmet_kwh[0] == pytest.approx(20 - 2 * 0.95, abs=1e-4)
    assert plan.unmet_kwh[1] == pytest.approx(20 - 20 * 0.95, abs=1e-4)


def test_reserve_counts_by_its_greatest_value_in_a_step() -> None:
    ahead = ReserveAhead(up_kw=series(1, 5, 2, 2), down_kw=series(rest=3.0), hold_h=1.0)
    assert ahead.on(EDGES).up_kw == pytest.approx([1, 5, 0])
    assert ahead.on(EDGES).down_kw == pytest.approx([3, 3, 3])


def battery(worth: float) -> Stay:
    return standing(
        "battery", energy_kwh=KilowattHours(15), capacity_kwh=KilowattHours(20),
        charge_kw=Kilowatts(5), discharge_kw=Kilowatts(5), worth_eur_per_kwh=worth,
        wear_eur_per_kwh=0.01,
    )  # fmt: skip


def test_a_standing_battery_is_not_emptied_at_the_horizons_end_for_nothing() -> None:
    kept = Rolling().solve(site(battery(worth=0.25)))
    emptied = Rolling().solve(site(battery(worth=0.0)))
    assert kept.energy_kwh[0, -1] == pytest.approx(15.0, abs=1e-4)
    assert emptied.energy_kwh[0, -1] == pytest.approx(0.0, abs=1e-4)


def test_a_standing_battery_moves_energy_to_the_dear_hours_and_is_there_at_every_roll() -> None:
    price = series(*([0.1] * 8), *([0.6] * 8), rest=0.2)
    rolling = Rolling()
    plan = rolling.solve(site(battery(worth=0.25), price=price))
    assert plan.power_kw[0, :8].max() > 0.5
    assert plan.power_kw[0, 8:10].min() < -2.0
    later = rolling.solve(replace(site(battery(worth=0.25), price=price), now=Instant(NOW + 4000)))
    assert later.energy_kwh.shape[0] == 1
    assert later.energy_kwh[0, -1] == pytest.approx(15.0, abs=1e-4)


def test_the_price_of_leaving_early_is_the_probability_of_it_times_the_value() -> None:
    leaver = structs.replace(stay("a", leaves_h=0.5), early_kwh=KilowattHours(30), hazard_per_h=0.1)
    problem = problem_of(site(leaver), EDGES)
    assert problem.sessions.early_kwh is not None
    assert problem.sessions.early_eur_per_kwh is not None
    until = np.exp(-0.1 * np.array([0.0, 0.25, 0.5]))
    expected = [*(-np.diff(until) * leaver.unmet_eur_per_kwh), 0.0]
    assert problem.sessions.early_eur_per_kwh[0] == pytest.approx(expected)
    by_clock = structs.replace(leaver, hazard_per_h=series(rest=0.1))
    again = problem_of(site(by_clock), EDGES).sessions.early_eur_per_kwh
    assert again == pytest.approx(problem.sessions.early_eur_per_kwh)


def test_a_habit_is_priced_at_what_a_kwh_is_worth_to_who_leaves_early() -> None:
    law = assumed()
    leaver = structs.replace(
        stay("a", leaves_h=4), early_kwh=KilowattHours(30), habit=law, hazard_per_h=9.0
    )
    usual, less = (
        problem_of(
            site(structs.replace(leaver, early_eur_per_kwh=worth)), EDGES
        ).sessions.early_eur_per_kwh
        for worth in (None, 0.6)
    )
    assert usual is not None
    assert less is not None
    now, end = law.before(np.array([-4 * HOUR, -1 * HOUR])).tolist()
    assert less.sum() == pytest.approx(0.6 * (end - now) / (1.0 - now))
    assert usual == pytest.approx(less / 0.6 * leaver.unmet_eur_per_kwh)


def test_who_may_leave_early_is_charged_before_the_cheap_hours() -> None:
    price = series(*([0.3] * 16), rest=0.1)
    late = Rolling().solve(site(stay("a"), price=price))
    likely = structs.replace(stay("a"), early_kwh=KilowattHours(38), hazard_per_h=0.05)
    soon = Rolling().solve(site(likely, price=price))
    assert late.energy_kwh[0, 7] < 25
    assert soon.energy_kwh[0, 7] > 37


def test_fair_tiers_share_what_is_too_little_among_equal_drivers() -> None:
    cars = tuple(stay(key, leaves_h=1) for key in "abc")
    tight = replace(site(*cars), import_limit_kw=series(rest=10 + 20))
    fair = tuple(Tier(kwh=2.0, factor=1 + 0.2 * number) for number in range(8))
    unmet = Rolling().solve(replace(tight, fair=fair)).unmet_kwh
    assert unmet.sum() == pytest.approx(60 - 20 * 0.95, abs=1e-3)
    assert unmet.max() - unmet.min() <= 2.0 + 1e-3


def test_a_site_without_promises_has_none_in_its_problem() -> None:
    problem = problem_of(site(stay("a")), EDGES)
    assert problem.bands == ()
    assert problem.reserve is None
    for name in ("levy_eur_per_kwh", "early_kwh", "early_eur_per_kwh", "fair_shares"):
        assert getattr(problem.sessions, name) is None
    assert site_with_everything(1, 2, 0.1).snapshot(NOW).bands
