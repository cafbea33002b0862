"""The pure parts of the BEMS: prices and limits on the grid, quarter hours, and what is told once."""

import math
from itertools import pairwise

import numpy as np
import pytest
from actors.bems.bems_counterparts import DAY, START, flat, settings
from hypothesis import given
from hypothesis import strategies as st

from sterna.actors.bems import core, metering
from sterna.actors.bems.metering import QUARTER_S, QUARTERS_MAX, READING_HOLDS_S
from sterna.actors.bems.planning import Planner, overdrawn_kw, wear
from sterna.actors.bems.records import (
    CapacityTold,
    Car,
    Complain,
    Meter,
    Metered,
    Priced,
    Reported,
    Solved,
    Span,
    State,
)
from sterna.actors.bems.series import (
    HORIZON_QUARTERS,
    PRICE_UNKNOWN,
    STEP,
    history,
    limits,
    prices,
    reaching,
    tightest,
)
from sterna.domain.wear import Chemistry, by_model
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share, later
from sterna.kernel.records import WakeAt
from sterna.kernel.series import Series

T0 = Instant(START)


def span(begin: float, end: float, value: float) -> Span:
    """Return a span by hours after the start."""
    return Span(start=Instant(T0 + begin * 3600), end=Instant(T0 + end * 3600), value=value)


def hourly(values: list[float], first: float = 0) -> tuple[Span, ...]:
    return tuple(span(first + k, first + k + 1, value) for k, value in enumerate(values))


SPANS = st.lists(
    st.tuples(st.floats(-10, 90), st.floats(0.01, 30), st.floats(0, 1000)), max_size=12
).map(lambda drawn: [span(begin, begin + length, kw) for begin, length, kw in drawn])


# -- prices -----------------------------------------------------------------------------------


def test_prices_hold_hour_by_hour_and_then_repeat_their_last_day() -> None:
    told = hourly([float(h) for h in range(24)])
    found = prices(told, T0)
    hour = np.arange(HORIZON_QUARTERS) // 4
    assert found.tolist() == (hour % 24).tolist()


def test_a_day_half_told_repeats_what_was_told_of_the_day_before() -> None:
    told = hourly([1.0] * 24 + [2.0] * 6)
    found = prices(told, T0)
    assert found[4 * 25] == 2.0  # told
    assert found[4 * 31] == 1.0  # the day before at this hour
    assert found[4 * 49] == 2.0


def test_without_prices_all_hours_are_equal_and_week_old_ones_leave_their_mean() -> None:
    assert set(prices((), T0)) == {PRICE_UNKNOWN}
    told = hourly([1.0] * 12 + [3.0] * 12)
    assert set(prices(told, later(T0, 9 * DAY))) == {2.0}


def test_new_prices_replace_old_ones_where_both_speak() -> None:
    known = hourly([1.0, 1.0, 1.0, 1.0])
    told = (span(1.5, 2.5, 9.0),)
    merged = core.merged(known, told, T0)
    assert [(s.start - T0, s.value) for s in merged] == [
        (0, 1.0), (3600, 1.0), (5400, 9.0), (9000, 1.0), (10800, 1.0),
    ]  # fmt: skip
    assert core.merged(merged, (), T0) == merged


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 40)), min_size=1, max_size=8))
def test_what_was_told_last_holds_and_nothing_overlaps(told: list[tuple[int, int]]) -> None:
    known: tuple[Span, ...] = ()
    for value, (first, count) in enumerate(told):
        known = core.merged(known, hourly([float(value)] * count, first), T0)
    assert all(one.end <= other.start for one, other in pairwise(known))
    first, count = told[-1]
    last = [s for s in known if s.value == len(told) - 1]
    assert sum(s.end - s.start for s in last) == pytest.approx(3600 * count)


def test_prices_told_again_ask_for_no_plan() -> None:
    state = State(period_s=300.0)
    core.decide(state, Metered(at=T0, load_kw=Kilowatts(1), pv_kw=None))
    told = Priced(at=later(T0, 10), imports=hourly([1.0, 2.0]), exports=())
    assert [type(c) for c in core.decide(state, told)[1]] == [WakeAt]
    state.early_at = None
    assert not core.decide(state, Priced(at=later(T0, 20), imports=told.imports, exports=()))[1]


# -- limits -------------------------------------------------------------------------------------


@given(SPANS)
def test_no_quarter_is_given_more_than_the_tightest_span_that_touches_it(told: list[Span]) -> None:
    found = tightest(told, T0)
    for k in range(0, HORIZON_QUARTERS, 7):
        begin, end = T0 + k * QUARTER_S, T0 + (k + 1) * QUARTER_S
        touching = [s.value for s in told if s.start < end - 1e-3 and s.end > begin + 1e-3]
        assert found[k] <= min(touching, default=math.inf)


def test_a_fallback_holds_where_it_speaks_and_the_last_word_elsewhere() -> None:
    told, fallback = (span(0, 10, 300.0),), (span(2, 4, 100.0), span(4, 5, 350.0))
    found = limits(Kilowatts(400), told, fallback, T0)
    assert [found[4 * hour] for hour in (1, 2, 4, 6, 12)] == [300, 100, 350, 300, 400]
    assert limits(Kilowatts(400), (), (), T0).tolist() == [400.0] * HORIZON_QUARTERS


def test_a_capacity_told_again_asks_for_no_plan_but_is_fresh() -> None:
    state = State(period_s=300.0)
    core.decide(state, Metered(at=T0, load_kw=Kilowatts(1), pv_kw=None))
    told: dict[str, tuple[Span, ...]] = {"CONSUMPTION": (span(0, 10, 300.0),)}
    assert core.decide(state, CapacityTold(at=later(T0, 5), capacity=told, silent=False))[1]
    state.early_at = None
    assert not core.decide(state, CapacityTold(at=later(T0, 9), capacity=told, silent=False))[1]
    assert state.capacity_at == T0 + 9


# -- quarter hours --------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(1, 400), st.floats(0, 900), st.floats(-200, 900)), min_size=2, max_size=40))  # fmt: skip
def test_quarter_hours_add_up_to_what_was_metered(
    readings: list[tuple[float, float, float]],
) -> None:
    meter, now, energy = Meter(), T0, 0.0
    for step, load, _ in readings:
        metering.read(meter, Kilowatts(load), Kilowatts(0), now)
        now = later(now, step)
        metering.count(meter, 0.0, now)
        energy += load * step
    whole = sum(meter.load_quarters) * QUARTER_S + meter.load_kws
    assert whole == pytest.approx(energy)
    assert meter.peak_kw == pytest.approx(max(meter.load_quarters, default=0.0))


def test_what_nobody_metered_is_unknown_and_raises_no_peak() -> None:
    meter = Meter()
    metering.read(meter, Kilowatts(500), Kilowatts(0), T0)
    metering.count(meter, 100.0, later(T0, 5 * QUARTER_S))
    assert meter.peak_kw == 600.0
    assert READING_HOLDS_S == QUARTER_S
    assert meter.load_quarters[0] == 500.0
    assert all(math.isnan(kw) for kw in meter.load_quarters[1:])
    assert not metering.is_fresh(meter, later(T0, 901))


def test_feeding_in_is_no_import() -> None:
    meter = Meter()
    metering.read(meter, Kilowatts(10), Kilowatts(50), T0)
    metering.count(meter, 0.0, later(T0, QUARTER_S))
    assert (meter.peak_kw, meter.pv_quarters) == (0.0, [50.0])


def test_history_is_bounded_and_a_silence_longer_than_it_begins_anew() -> None:
    meter, now = Meter(), T0
    for _ in range(QUARTERS_MAX + 5):
        metering.read(meter, Kilowatts(1), Kilowatts(0), now)
        now = later(now, QUARTER_S)
        metering.count(meter, 0.0, now)
    assert len(meter.load_quarters) == QUARTERS_MAX
    assert meter.first_quarter == T0 + 5 * QUARTER_S
    metering.count(meter, 0.0, later(now, 100 * DAY))
    assert len(meter.load_quarters) == 0
    assert meter.peak_kw == 1.0


def test_measured_quarters_stand_over_the_history_before() -> None:
    before = flat(100.0, days_before=1)
    start = before.end
    known = history(before, later(start, 2 * QUARTER_S), [7.0, 8.0], later(start, 5 * QUARTER_S))
    assert known.values[-6:].tolist() == pytest.approx(
        [100.0, math.nan, math.nan, 7.0, 8.0, math.nan], nan_ok=True
    )
    over = history(before, later(start, -2 * QUARTER_S), [7.0, 8.0], start)
    assert over.values[-3:].tolist() == [100.0, 7.0, 8.0]
    assert history(before, Instant(0.0), [], start).values[-1] == 100.0


def test_a_tariff_that_ends_within_the_horizon_goes_on_as_on_its_last_day() -> None:
    known = Series(start=T0, step=STEP, values=np.arange(2 * 96.0), unit="EUR/kWh")
    found = reaching(known, later(T0, DAY))
    assert found[:96].tolist() == known.values[96:].tolist()
    assert found[96:192].tolist() == known.values[96:].tolist()
    assert len(found) == HORIZON_QUARTERS
    assert reaching(known, T0)[:192].tolist() == known.values.tolist()


# -- plans ------------------------------------------------------------------------------------------


def solved(at: float, *over: Span) -> Solved:
    return Solved(
        at=later(T0, at), start=later(T0, at), request_kw=(0.0,), import_room_kw=(0.0,), export_room_kw=(0.0,),
        unmet_kwh=0.0, over=over, cost_eur=0.0, peak_kw=Kilowatts(0),
    )  # fmt: skip


def test_the_dso_hears_of_each_limit_once_until_all_are_kept_again() -> None:
    state = State(period_s=300.0)

    def complaints(event: Solved) -> int:
        return sum(isinstance(c, Complain) for c in core.decide(state, event)[1])

    first, other = span(1, 2, 80.0), span(5, 6, 80.0)
    assert [
        complaints(solved(0, first)),
        complaints(solved(300, first)),
        complaints(solved(600, first, other)),
        complaints(solved(900)),
        complaints(solved(1200, other)),
    ] == [1, 0, 1, 0, 1]


def test_news_are_laid_out_once_and_again_only_when_there_are_others() -> None:
    state = State(period_s=300.0)
    metering.read(state.meter, Kilowatts(100), Kilowatts(0), T0)
    planner = Planner(settings())
    first = planner.snapshot(state, T0)
    assert planner.snapshot(state, later(T0, 300)).import_limit_kw is first.import_limit_kw
    state.capacity = {"CONSUMPTION": (span(0, 1, 200.0),)}
    assert planner.snapshot(state, later(T0, 300)).import_limit_kw.at(T0) == 200.0


def test_wear_is_the_contracts_or_the_chemistrys_and_unknown_cells_wear_like_the_worst() -> None:
    assert wear(settings(wear_eur_per_kwh=0.05), "LFP") == 0.025
    worst = by_model(Chemistry.LFP).throughput_price / 1e6
    assert wear(settings(), "NMC") < wear(settings(), "cheese") == worst
    assert wear(settings(battery_celsius=35.0), "NMC") > wear(settings(), "NMC")


def test_cars_and_load_of_one_period_are_counted_together() -> None:
    state = State(period_s=300.0)

    def told(at: float, load_kw: float, cars_kw: float) -> None:
        one = Car(
            reported_at=later(T0, at), plugged_at=T0, departure=later(T0, DAY), soc=Share(0.5), floor=Share(0),
            target=Share(0.5), capacity_kwh=KilowattHours(60), charge_kw_max=Kilowatts(300),
            discharge_kw_max=Kilowatts(0), kw=Kilowatts(cars_kw), wear_class="LFP",
        )  # fmt: skip
        core.decide(state, Metered(at=later(T0, at), load_kw=Kilowatts(load_kw), pv_kw=None))
        core.decide(state, Reported(at=later(T0, at), cars={"a": one}))

    # The building and the cars change places each period: together they always draw 300 kW.
    for period in range(13):
        told(300.0 * period, *((100.0, 200.0) if period % 2 else (200.0, 100.0)))
    assert state.meter.peak_kw == pytest.approx(300.0)


def test_what_a_quarter_hour_drew_too_much_its_rest_makes_good() -> None:
    meter = Meter(peak_kw=Kilowatts(100))
    metering.read(meter, Kilowatts(130), Kilowatts(0), T0)
    metering.count(meter, 0.0, later(T0, 300))
    assert overdrawn_kw(meter, later(T0, 300)) == pytest.approx(15.0)  # 30 kW over 300 of 600 s
    assert overdrawn_kw(meter, later(T0, 890)) == pytest.approx(30.0)
    assert overdrawn_kw(meter, later(T0, 1000)) == 0.0
    assert overdrawn_kw(Meter(), later(T0, 300)) == 0.0


def test_a_reading_of_the_quarter_before_moves_the_forecast_by_how_far_it_was_off() -> None:
    profile = np.tile(np.repeat([100.0, 200.0], 48), 28)  # midnight to noon, noon to midnight
    past = Series(start=Instant(START - 28 * DAY), step=STEP, values=profile, unit="kW")
    planner, state = Planner(settings(load_history=past)), State(period_s=300.0)
    noon = later(T0, DAY / 2)
    state.meter.first_quarter = T0
    state.meter.load_quarters = [100.0] * 47
    metering.read(state.meter, Kilowatts(110), Kilowatts(0), later(noon, -600))
    planner.snapshot(state, later(noon, -600))
    metering.read(state.meter, Kilowatts(110), Kilowatts(0), later(noon, -2))
    assert planner.snapshot(state, noon).load_kw.at(noon) == pytest.approx(210, abs=3)
