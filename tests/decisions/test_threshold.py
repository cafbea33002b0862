"""Between two plans: nothing moves without a reason, limits first, floors always."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.schedule.problem import Floats
from sterna.decisions.threshold import BEYOND_EUR, Cars, Held, Supply, answer, bundled, met
from sterna.kernel.quantities import Instant, Seconds

MINUTE = Seconds(60.0)
NOW = Instant(1_752_580_800.0)
PRICE = 0.12
SUPPLY = Supply(
    import_eur=PRICE, export_eur=0.05, free_kw=400.0, peak_eur=5.0, import_limit_kw=500.0,
    export_limit_kw=100.0,
)  # fmt: skip


def cars(count: int, **changes: object) -> Cars:
    """Return equal cars, half full, with hours to go."""
    usual = {
        "stored_kwh": 30.0, "floor_kwh": 15.0, "target_kwh": 40.0, "capacity_kwh": 60.0, "charge_kw": 11.0,
        "discharge_kw": 11.0, "gain": 0.95, "ratio": 1.08, "least_kw": 1.4, "left_s": 10 * 3600.0,
    }  # fmt: skip
    arrays = {name: np.full(count, value) for name, value in usual.items()}
    return Cars(**{**arrays, **{name: np.asarray(value, float) for name, value in changes.items()}})


def plan(power: list[float], up: list[float], others_kw: float, price: float = PRICE) -> Held:
    """Return a plan of one quarter hour."""
    levels = np.asarray(up)[:, None]
    return Held(
        begins=NOW, ends=np.array([NOW + 900.0]), power_kw=np.asarray(power)[:, None], up_eur=levels,
        down_eur=1.2 * np.abs(levels) + 0.02, price_eur=np.array([price]), others_kw=np.array([others_kw]),
    )  # fmt: skip


@st.composite
def situations(draw: st.DrawFn) -> tuple[Held, Cars, Supply, float]:
    """Return any plan, any cars, any limits and any measured power."""
    count = draw(st.integers(1, 12))

    def some(low: float, high: float) -> Floats:
        return np.array(draw(st.lists(st.floats(low, high), min_size=count, max_size=count)))

    capacity = some(20, 100)
    charge, discharge = some(3, 22), some(0, 22)
    found = cars(
        count, capacity_kwh=capacity, stored_kwh=capacity * some(0, 1), floor_kwh=capacity * some(0, 0.6),
        target_kwh=capacity * some(0.3, 1), charge_kw=charge, discharge_kw=discharge, gain=some(0.85, 1),
        ratio=some(1, 1.2), least_kw=np.minimum(some(0, 4.2), charge), left_s=some(-3600, 40_000),
    )  # fmt: skip
    up, others = some(-0.5, 2.0), draw(st.floats(-200, 600))
    made = plan(
        np.array(some(-22, 22)).tolist(), up.tolist(), others, price=draw(st.floats(-0.1, 5))
    )
    supply = Supply(
        import_eur=draw(st.floats(-0.05, 0.4)), export_eur=draw(st.floats(-0.1, 0.4)), free_kw=draw(st.floats(0, 500)),
        peak_eur=draw(st.floats(0, 6)), import_limit_kw=draw(st.floats(0, 600)),
        export_limit_kw=draw(st.floats(0, 300)), slope=draw(st.sampled_from([0.0, 1e-3, 0.01])),
    )  # fmt: skip
    return made, found, supply, others + draw(st.floats(-300, 300))


@settings(max_examples=50)
@given(situations(), st.sampled_from([0.0, 1000.0]))
def test_no_car_goes_below_its_floor_or_beyond_what_it_can(
    situation: tuple[Held, Cars, Supply, float], later_s: float
) -> None:
    made, fleet, supply, others = situation
    power = answer(Instant(NOW + later_s), made, fleet, supply, others, MINUTE)
    stored = fleet.stored_kwh + np.where(power > 0, power * fleet.gain, power * fleet.ratio) / 60.0
    assert np.all(stored >= np.minimum(fleet.floor_kwh, fleet.stored_kwh) - 1e-6)
    assert np.all(stored <= np.maximum(fleet.capacity_kwh, fleet.stored_kwh) + 0.1)
    assert np.all(power <= fleet.charge_kw + 1e-9)
    assert np.all(power >= -fleet.discharge_kw - 1e-9)
    runs = np.abs(power) > 1e-6
    assert np.all(np.abs(power[runs]) >= fleet.least_kw[runs] - 1e-6)


@settings(max_examples=50)
@given(situations(), st.sampled_from([0.0, 1000.0]))
def test_the_limit_holds_or_nobody_charges(
    situation: tuple[Held, Cars, Supply, float], later_s: float
) -> None:
    made, fleet, supply, others = situation
    power = answer(Instant(NOW + later_s), made, fleet, supply, others, MINUTE)
    over = others + power.sum() - supply.import_limit_kw
    assert over <= 1e-6 or np.all(power <= 1e-9)


@settings(max_examples=50)
@given(situations())
def test_after_the_schedule_nobody_discharges_and_targets_are_charged_to(
    situation: tuple[Held, Cars, Supply, float],
) -> None:
    made, fleet, _, others = situation
    free = replace(SUPPLY, import_limit_kw=1e5)
    power = answer(Instant(NOW + 900.0), made, fleet, free, others, MINUTE)
    most, _ = fleet.room(MINUTE)
    below = fleet.stored_kwh < np.maximum(fleet.target_kwh, fleet.floor_kwh) - 1e-9
    assert np.all(power >= 0.0)
    assert np.all(power[~below] == 0.0)
    assert np.all((power > 0) | ~below | (most < fleet.least_kw + 1e-9))


@given(st.lists(st.floats(-0.5, 2.0), min_size=1, max_size=9), st.floats(-50, 350), st.data())
def test_the_plan_is_kept_where_nothing_deviates(
    up: list[float], others: float, data: st.DataObject
) -> None:
    powers = st.sampled_from([0.0, -11.0, -5.0, 1.4, 7.0, 11.0])
    wanted = data.draw(st.lists(powers, min_size=len(up), max_size=len(up)))
    made = plan(wanted, up, others)
    found = answer(NOW, made, cars(len(up)), SUPPLY, others, MINUTE)
    assert found == pytest.approx(wanted)


def test_nothing_moves_while_the_site_stays_on_its_stair() -> None:
    made = plan([11.0, 11.0, 0.0, -11.0], [0.3, 0.15, 0.1, 0.05], 300.0)
    for measured in (250.0, 300.0, 380.0):
        found = answer(NOW, made, cars(4), SUPPLY, measured, MINUTE)
        assert found == pytest.approx(made.power_kw[:, 0])


def test_above_the_peak_the_car_with_the_lowest_threshold_stops_first() -> None:
    made = plan([11.0, 11.0, 11.0], [0.3, 0.15, 0.18], 360.0)
    found = answer(NOW, made, cars(3), SUPPLY, 374.0, MINUTE)
    assert found == pytest.approx([11.0, 4.0, 11.0])
    found = answer(NOW, made, cars(3), SUPPLY, 382.0, MINUTE)
    assert found == pytest.approx([11.0, 0.0, 7.0])


def test_above_the_peak_cars_give_back_when_that_is_cheaper_than_a_higher_peak() -> None:
    made = plan([0.0, 0.0], [0.1, 0.2], 395.0)
    found = answer(NOW, made, cars(2), SUPPLY, 411.0, MINUTE)
    assert found == pytest.approx([-11.0, 0.0])
    dear = plan([0.0, 0.0], [5.0, 5.0], 395.0)  # giving back is worth more than 6 EUR/kWh
    assert answer(NOW, dear, cars(2), SUPPLY, 411.0, MINUTE) == pytest.approx([0.0, 0.0])


def test_room_below_the_peak_goes_to_whom_the_peak_had_held_back() -> None:
    made = plan([0.0, 5.0, 0.0], [0.9, 1.5, 0.1], 395.0, price=1.5)
    found = answer(NOW, made, cars(3), SUPPLY, 385.0, MINUTE)
    assert found == pytest.approx([4.0, 11.0, 0.0])


def test_beyond_the_limit_even_a_dear_car_gives_way() -> None:
    made = plan([11.0, 11.0], [80.0, 90.0], 470.0)
    found = answer(NOW, made, cars(2), SUPPLY, 485.0, MINUTE)
    assert found == pytest.approx([4.0, 11.0])


def test_a_car_below_its_floor_charges_at_full_power_inside_the_limit() -> None:
    made = plan([0.0, 11.0], [0.1, 0.5], 300.0)
    fleet = cars(2, stored_kwh=[10.0, 30.0])
    assert answer(NOW, made, fleet, SUPPLY, 300.0, MINUTE) == pytest.approx([11.0, 11.0])
    paid = replace(SUPPLY, free_kw=500.0)
    assert answer(NOW, made, fleet, paid, 489.0, MINUTE) == pytest.approx([11.0, 0.0])


def test_a_car_that_would_miss_its_target_by_waiting_charges_now() -> None:
    made = plan([-11.0, 0.0], [0.1, 0.1], 300.0)
    need_s = 10.0 / (11.0 * 0.95 * 0.9) * 3600.0
    fleet = cars(2, left_s=[need_s + 30.0, need_s + 90.0])
    assert answer(NOW, made, fleet, SUPPLY, 300.0, MINUTE) == pytest.approx([11.0, 0.0])


def test_a_rising_stair_moves_cars_only_as_far_as_prices_meet() -> None:
    slope = replace(SUPPLY, slope=0.001)
    made = plan([11.0, 11.0], [0.125, 0.4], 300.0)
    found = answer(NOW, made, cars(2), slope, 310.0, MINUTE)
    assert found == pytest.approx([6.0, 11.0], abs=0.01)  # 5 kW off is 0.005 EUR/kWh dearer


@settings(max_examples=50)
@given(situations(), st.floats(0, 100))
def test_more_load_never_lets_cars_draw_more(
    situation: tuple[Held, Cars, Supply, float], more: float
) -> None:
    made, fleet, supply, others = situation
    room, wish = fleet.room(MINUTE), np.clip(made.power_kw[:, 0], *(
        sign * part for sign, part in zip((-1, 1), reversed(fleet.room(MINUTE)), strict=True)
    ))  # fmt: skip
    levels = (made.up_eur[:, 0], made.down_eur[:, 0], float(made.price_eur[0]))
    planned = float(made.others_kw[0] + made.power_kw.sum())
    low, high = (
        met(wish, levels, room, supply, others + load + float(wish.sum()), planned)
        for load in (0.0, more)
    )
    assert high.sum() <= low.sum() + 1e-6


@given(
    st.lists(st.floats(-22, 22), min_size=1, max_size=10), st.floats(0.5, 4.2)
)  # fmt: skip
def test_bundling_draws_no_more_and_runs_nobody_too_low(wish: list[float], least: float) -> None:
    asked, many = np.array(wish), np.full(len(wish), least)
    found = bundled(asked, many, np.full(len(wish), 22.0), np.full(len(wish), 22.0))
    runs = np.abs(found) > 0
    assert found.sum() <= asked.sum() + 1e-6
    assert asked.sum() - found.sum() <= 2 * least + 1e-6
    assert np.all(np.abs(found[runs]) >= least - 1e-9)


def test_a_car_that_the_plan_did_not_know_waits() -> None:
    made = plan([11.0], [0.5], 300.0).of(np.array([-1, 0]))
    assert answer(NOW, made, cars(2), SUPPLY, 200.0, MINUTE) == pytest.approx([0.0, 11.0])
    assert made.up_eur[0, 0] == -BEYOND_EUR


def test_ten_thousand_cars_are_answered_within_a_second_of_computing() -> None:
    draw, count = np.random.default_rng(3), 10_000
    up = draw.uniform(0.05, 0.3, count)
    made = plan(np.where(up > PRICE, 11.0, 0.0).tolist(), up.tolist(), 20_000.0)
    fleet = cars(count, stored_kwh=draw.uniform(10, 58, count))
    supply = replace(SUPPLY, free_kw=80_000.0, import_limit_kw=90_000.0)
    before = time.process_time()
    for off in (0.0, 5000.0, 60_000.0):
        answer(NOW, made, fleet, supply, 20_000.0 + off, MINUTE)
    assert (time.process_time() - before) / 3 < 1.0
