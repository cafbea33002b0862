"""Bands, reserve, levy, early leavers and fair shares, alone and all at once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from schedule_problems import everything, site_with_everything, tame

from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Band, Plan, Problem, Reserve
from sterna.decisions.schedule.reference import presence, reference
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import problem_of, remaining
from sterna.kernel.quantities import Share

seeds = st.integers(0, 10_000)
few = settings(max_examples=25, deadline=None)


def assert_sound(problem: Problem, plan: Plan) -> None:
    """Check *plan* from outside: feasible, priced right, above its lower bound."""
    verdict = check(problem, plan.schedule)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(plan.cost_eur, rel=1e-5, abs=1e-3)
    assert plan.lower_bound_eur <= plan.cost_eur + 1e-9
    assert verdict.unmet_kwh == pytest.approx(plan.unmet_kwh, abs=1e-4)
    assert plan.costs is not None
    assert plan.costs.total == pytest.approx(plan.cost_eur)


def assert_not_dearer(less: Problem, more: Problem) -> None:
    """Compare the optimum of *less* with the one of *more*."""
    cheap, dear = solve(less).cost_eur, solve(more).cost_eur
    assert cheap <= dear + 1e-6 * max(1.0, abs(dear))


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_any_problem_with_anything_gets_a_sound_plan(seed: int) -> None:
    problem = everything(seed)
    plan = solve(problem)
    assert_sound(problem, plan)
    assert plan.gap < 1e-3


@few
@given(seeds, st.floats(0.0, 5.0))
def test_a_tighter_band_is_never_cheaper(seed: int, by: float) -> None:
    problem = everything(seed)
    tight = tuple(
        replace(band, high_kw=np.maximum(band.high_kw - by, band.low_kw)) for band in problem.bands
    )
    assert_not_dearer(tame(problem), tame(replace(problem, bands=tight)))


@few
@given(seeds)
def test_a_reserve_is_never_cheaper_than_none(seed: int) -> None:
    problem = tame(everything(seed))
    assert_not_dearer(replace(problem, reserve=None), problem)


@few
@given(seeds, st.floats(0.0, 0.2))
def test_a_levy_is_never_cheaper_and_a_levy_of_0_is_none(seed: int, levy: float) -> None:
    problem = tame(everything(seed))
    cars = len(problem.sessions)

    def levied(eur: float) -> Problem:
        sessions = replace(problem.sessions, levy_eur_per_kwh=np.full(cars, eur))
        return replace(problem, sessions=sessions)

    none = replace(problem, sessions=replace(problem.sessions, levy_eur_per_kwh=None))
    assert_not_dearer(none, levied(levy))
    assert solve(none).power_kw.tobytes() == solve(levied(0.0)).power_kw.tobytes()


@few
@given(seeds)
def test_who_may_leave_early_never_costs_less_and_stores_no_less_at_first(seed: int) -> None:
    problem = tame(everything(seed))
    sessions = replace(problem.sessions, early_kwh=None, early_eur_per_kwh=None)
    assert_not_dearer(replace(problem, sessions=sessions), problem)


def calm(cars: int, *, limit_kw: float, target_kwh: float = 30.0) -> Problem:
    """Return *cars* equal cars over four hours: empty at first, 10 kW each, under one import limit."""
    ones, hours = np.ones(cars), np.ones(4)
    first, last = np.zeros(cars, dtype=np.int64), np.full(cars, 4)
    base = reference(1, 96)
    sessions = replace(
        base.sessions, first=first, last=last, present_h=presence(first, last, hours),
        energy_kwh=0 * ones, floor_kwh=0 * ones, capacity_kwh=50 * ones, target_kwh=target_kwh * ones,
        unmet_eur_per_kwh=100 * ones, charge_kw=10 * ones, discharge_kw=10 * ones,
        charge_efficiency=0.9 * ones, discharge_efficiency=0.9 * ones, wear_eur_per_kwh=0 * ones,
        knee_kwh=50 * ones, high_eur_per_kwh_h=0 * ones,
    )  # fmt: skip
    site = replace(
        base.site, load_kw=np.zeros(4), pv_kw=np.zeros(4), import_eur_per_kwh=np.full(4, 0.2),
        export_eur_per_kwh=np.full(4, 0.1), import_limit_kw=np.full(4, limit_kw),
        export_limit_kw=np.full(4, limit_kw), peak_eur_per_kw=0.0, peak_so_far_kw=0.0,
    )  # fmt: skip
    return Problem(hours=hours, sessions=sessions, site=site)


@pytest.mark.parametrize("cars", [2, 3, 5])
@pytest.mark.parametrize("lacking", [3.0, 11.0, 40.0])
def test_equal_drivers_lack_equally_much_up_to_the_width_of_a_tier(
    cars: int, lacking: float
) -> None:
    width, tiers = 2.0, 15
    problem = calm(cars, limit_kw=(30.0 * cars - lacking) / 0.9 / 4)
    fair = replace(
        problem.sessions,
        fair_shares=np.full((tiers, cars), width),
        fair_factors=np.repeat(1 + 0.1 * np.arange(tiers)[:, None], cars, axis=1),
    )
    unmet = solve(replace(problem, sessions=fair)).unmet_kwh
    assert unmet.sum() == pytest.approx(lacking, abs=1e-4)
    assert unmet.max() - unmet.min() <= width + 1e-4
    assert solve(problem).unmet_kwh.sum() == pytest.approx(lacking, abs=1e-4)


def held_to(problem: Problem, low: float, high: float, weight: float = 1.0) -> Problem:
    """Return *problem* with one band over all cars."""
    steps, cars = len(problem.hours), len(problem.sessions)
    band = Band(
        name="feeder", weight=np.full(cars, weight), base_kw=np.full(steps, 2.0),
        low_kw=np.full(steps, low), high_kw=np.full(steps, high),
    )  # fmt: skip
    return replace(problem, bands=(band,))


def test_a_band_that_can_be_kept_is_kept() -> None:
    problem = held_to(calm(3, limit_kw=100.0), -np.inf, 7.0, weight=1 / 3)
    plan = solve(problem)
    assert plan.within_limits
    assert plan.power_kw.sum(axis=0).max() == pytest.approx(15.0)  # a third of it fills 5 kW
    assert plan.unmet_kwh.sum() == pytest.approx(3 * 30 - 0.9 * 60)


def test_what_runs_in_a_band_without_cars_is_missed_and_said() -> None:
    problem = calm(1, limit_kw=100.0, target_kwh=0.0)
    over = solve(held_to(problem, -np.inf, 1.5, weight=0.0))
    under = solve(held_to(problem, 5.0, 9.0, weight=0.0))
    assert over.schedule.missed_kwh == pytest.approx(np.full((1, 4), 0.5))
    assert under.schedule.missed_kwh == pytest.approx(np.full((1, 4), -3.0))
    assert not over.within_limits
    assert not under.within_limits


def test_a_sold_volume_is_delivered_and_recovered_as_declared() -> None:
    problem = calm(2, limit_kw=100.0, target_kwh=20.0)
    problem = replace(
        problem, sessions=replace(problem.sessions, energy_kwh=np.array([25.0, 25.0]))
    )
    sold = np.array([-10.0, np.nan, 12.0, np.nan])
    is_sold = np.isfinite(sold)
    band = Band(
        name="market", weight=np.ones(2), base_kw=np.zeros(4),
        low_kw=np.where(is_sold, sold, -np.inf), high_kw=np.where(is_sold, sold, np.inf),
    )  # fmt: skip
    plan = solve(replace(problem, bands=(band,)))
    assert plan.power_kw.sum(axis=0)[is_sold] == pytest.approx([-10.0, 12.0])
    assert plan.within_limits


def reserving(problem: Problem, up: float = 0.0, down: float = 0.0, hold_h: float = 1.0) -> Problem:
    steps = len(problem.hours)
    reserve = Reserve(up_kw=np.full(steps, up), down_kw=np.full(steps, down), hold_h=hold_h)
    return replace(problem, reserve=reserve)


def test_reserve_down_needs_room_in_the_battery_at_the_end_of_the_step_too() -> None:
    full = calm(1, limit_kw=100.0, target_kwh=50.0)
    full = replace(full, sessions=replace(full.sessions, energy_kwh=np.array([50.0])))
    plan = solve(reserving(full, down=5.0))
    begun = np.concatenate(([50.0], plan.energy_kwh[0, :-1]))
    most = np.maximum(begun, plan.energy_kwh[0])
    assert np.all(plan.schedule.reserve_down_kw[0] * 0.9 <= 50.0 - most + 1e-6)
    assert plan.schedule.lacking_kw[1, 0] == pytest.approx(5.0)  # it begins full
    assert not plan.holds_reserve


def test_reserve_up_needs_energy_above_the_floor() -> None:
    problem = calm(1, limit_kw=100.0, target_kwh=0.0)
    cars = replace(problem.sessions, floor_kwh=np.array([10.0]), energy_kwh=np.array([10.0]))
    plan = solve(reserving(replace(problem, sessions=cars), up=5.0))
    assert plan.schedule.lacking_kw[0, 0] == pytest.approx(5.0)
    assert np.all(plan.schedule.lacking_kw[0, 1:] <= 1e-6)
    assert np.all(plan.energy_kwh[0, :-1] >= 10.0 + 5.0 / 0.9 - 1e-6)


def test_a_car_that_comes_or_goes_within_a_step_holds_nothing_in_it() -> None:
    problem = calm(1, limit_kw=100.0)
    here = problem.sessions.present_h.copy()
    here[0, 3] = 0.5
    cars = replace(problem.sessions, present_h=here, energy_kwh=np.array([25.0]))
    plan = solve(reserving(replace(problem, sessions=cars), up=3.0))
    assert plan.schedule.reserve_up_kw[0, 3] == 0.0
    assert plan.schedule.lacking_kw[0] == pytest.approx([0, 0, 0, 3.0], abs=1e-6)


def test_a_full_car_burns_nothing_for_a_volume_but_misses_it() -> None:
    """The linear program would charge and discharge at once to consume what was sold."""
    problem = calm(1, limit_kw=100.0, target_kwh=50.0)
    full = replace(problem, sessions=replace(problem.sessions, energy_kwh=np.array([50.0])))
    sold = held_to(full, 7.0, 7.0)
    plan = solve(sold)
    assert plan.solver == "milp"
    assert_sound(sold, plan)
    assert np.all(np.minimum(plan.schedule.charge_kwh, plan.schedule.discharge_kwh) <= 1e-6)


def test_the_worse_piece_of_a_curve_is_not_used_first_to_burn_energy() -> None:
    problem = calm(1, limit_kw=100.0, target_kwh=10.0)
    pieces = np.array([[[5.0], [5.0]], [[0.95], [0.6]]])
    cars = replace(problem.sessions, charge_pieces=pieces, discharge_kw=np.zeros(1))
    cars = replace(cars, capacity_kwh=np.array([10.0]), target_kwh=np.array([10.0]))
    paid = replace(problem.site, import_eur_per_kwh=np.full(4, -0.5))
    paid = replace(paid, export_eur_per_kwh=np.full(4, -0.5))
    burning = replace(problem, sessions=cars, site=paid)
    plan = solve(burning)
    assert plan.solver == "milp"
    assert_sound(burning, plan)


def test_a_kwh_in_a_band_costs_its_price() -> None:
    """15 kW fit: the cheapest two steps are full, the third one sets the price."""
    problem = calm(3, limit_kw=100.0, target_kwh=12.0)
    prices = np.array([0.1, 0.3, 0.2, 0.4])
    site = replace(problem.site, import_eur_per_kwh=prices, export_eur_per_kwh=prices - 0.1)
    problem = held_to(replace(problem, site=site), -np.inf, 17.0)
    found = solve(problem).band_price_eur_per_kwh[0]
    assert found == pytest.approx([0.2, 0.0, 0.1, 0.0], abs=1e-6)
    for step in range(4):
        slope = slope_of(problem, partial(loaded, problem, step))
        assert slope == pytest.approx(found[step], abs=1e-4)


def loaded(problem: Problem, step: int, kwh: float) -> Problem:
    band = problem.bands[0]
    base = band.base_kw.copy()
    base[step] += kwh / problem.hours[step]
    return replace(problem, bands=(replace(band, base_kw=base),))


def slope_of(problem: Problem, changed: Callable[[float], Problem], eps: float = 1e-3) -> float:
    """Return how much dearer *problem* becomes per unit, by central difference."""
    assert solve(problem).cost_eur == pytest.approx(solve(changed(0.0)).cost_eur)
    return (solve(changed(eps)).cost_eur - solve(changed(-eps)).cost_eur) / (2 * eps)


@pytest.mark.parametrize(("low", "high", "sign"), [(-99.0, 5.0, 1.0), (8.0, 99.0, -1.0)])
def test_the_price_of_a_band_is_positive_at_its_high_limit_and_negative_at_its_low_one(
    low: float, high: float, sign: float
) -> None:
    problem = calm(2, limit_kw=100.0, target_kwh=8.0)
    plan = solve(held_to(problem, low, high))
    prices = plan.band_price_eur_per_kwh[0]
    assert np.all(sign * prices >= -1e-9)
    assert np.any(sign * prices > 1e-3)


def test_a_kw_of_reserve_costs_its_price() -> None:
    """The first kW of reserve down comes for nothing, the last one has cars wait for it."""
    problem = reserving(calm(2, limit_kw=16.0, target_kwh=26.0), down=12.0, hold_h=0.5)
    plan = solve(problem)
    assert plan.reserve_price_eur_per_kw.shape == (2, 4)
    step = int(np.argmax(plan.reserve_price_eur_per_kw[1]))
    assert plan.reserve_price_eur_per_kw[1, step] > 1e-3

    def more(eps: float) -> Problem:
        assert problem.reserve is not None
        down = problem.reserve.down_kw.copy()
        down[step] += eps
        return replace(problem, reserve=replace(problem.reserve, down_kw=down))

    ahead = (solve(more(1e-3)).cost_eur - plan.cost_eur) / 1e-3
    behind = (plan.cost_eur - solve(more(-1e-3)).cost_eur) / 1e-3
    assert behind - 1e-3 <= plan.reserve_price_eur_per_kw[1, step] <= ahead + 1e-3


@pytest.mark.parametrize("seed", [1, 2])
def test_a_kept_program_honours_all_that_comes_and_goes(seed: int) -> None:
    run, rolling, bound = site_with_everything(seed, 4, 0.6), Rolling(), 0
    for number, (now, until) in enumerate(pairwise(run.moments(0.6)[::4])):
        snapshot = run.snapshot(now)
        plan = rolling.solve(snapshot)
        if number % 3 == 0:
            problem = problem_of(snapshot, remaining(rolling.edges, snapshot.now)[1])
            assert_sound(problem, plan)
            assert plan.cost_eur == pytest.approx(solve(problem).cost_eur, rel=1e-6, abs=1e-3)
            bound += int(np.any(np.abs(plan.band_price_eur_per_kwh) > 1e-6))
        run.follow(snapshot, plan, until)
    assert bound > 0


def test_a_car_whose_losses_change_gets_a_block_with_the_new_ones() -> None:
    run, rolling = site_with_everything(1, 4, 0.3), Rolling()
    moments = run.moments(0.3)
    for number, now in enumerate(moments[:6]):
        snapshot = run.snapshot(now)
        stays = tuple(
            structs.replace(stay, charge_efficiency=Share(0.95 - 0.02 * number))
            for stay in snapshot.stays
        )
        changed = replace(snapshot, stays=stays)
        plan = rolling.solve(changed)
        problem = problem_of(changed, remaining(rolling.edges, changed.now)[1])
        assert_sound(problem, plan)
        assert plan.cost_eur == pytest.approx(solve(problem).cost_eur, rel=1e-6, abs=1e-3)
