"""What the BEMS learns of its cars, and what it plans for before it happens."""

from dataclasses import replace

import numpy as np
import pytest
from actors.bems.bems_counterparts import DAY, START, flat, settings

from sterna.actors.bems import core
from sterna.actors.bems.planning import Planner, peak_price
from sterna.actors.bems.records import Car, Metered, Planned, Reported, Seen, SlotPlanned, State
from sterna.actors.bems.seeing import learn, user_class
from sterna.decisions.arrivals import is_ghost
from sterna.decisions.departures import EARLY_SHARE
from sterna.decisions.schedule.snapshot import Snapshot, problem_of
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share
from sterna.kernel.series import Series

HOUR = 3600.0
PERIOD = Seconds(300.0)
MONTH = Instant(START + 30 * DAY)


def car(plugged_h: float, departure_h: float, reported_h: float = 0.0) -> Car:
    """Return a car by hours after the start: 40 % of 60 kWh, wants 80 %, may give."""
    return Car(
        reported_at=Instant(START + reported_h * HOUR), plugged_at=Instant(START + plugged_h * HOUR),
        departure=Instant(START + departure_h * HOUR), soc=Share(0.4), floor=Share(0.3), target=Share(0.8),
        capacity_kwh=KilowattHours(60.0), charge_kw_max=Kilowatts(11.0), discharge_kw_max=Kilowatts(11.0),
        kw=Kilowatts(0.0), wear_class="NMC",
    )  # fmt: skip


def at(hour: float) -> Instant:
    return Instant(START + hour * HOUR)


def test_a_car_that_is_gone_has_left_by_so_much_early_or_late() -> None:
    seen = Seen()
    early, late = car(0, 10, 8), car(0, 7, 8)
    learn(seen, {"a": early, "b": late}, {}, at(8), reported_from=at(7))
    (counts,) = seen.departures.counts.values()
    law = seen.departures.law("day")
    assert sum(counts) == 2
    assert law.before(np.array([0.0]))[0] > 0.1


def test_a_car_that_nobody_has_mentioned_for_long_is_not_known_to_have_left_now() -> None:
    seen = Seen()
    learn(seen, {"a": car(0, 10, 1)}, {}, at(8), reported_from=at(7))
    assert seen.departures.counts == {}


def test_another_car_in_the_same_place_is_a_departure_and_an_arrival() -> None:
    seen = Seen()
    learn(seen, {"a": car(0, 10, 8)}, {"a": car(8, 40, 8)}, at(8), reported_from=at(7))
    assert sum(seen.departures.counts["day"]) == 1
    assert seen.came == 1
    assert seen.usual.need_kwh == pytest.approx(24.0)
    assert seen.usual.stay_s == pytest.approx(32 * HOUR)


def test_a_car_that_comes_back_into_the_reports_has_not_come_anew() -> None:
    seen = Seen()
    learn(seen, {}, {"a": car(0, 10, 5)}, at(5), reported_from=at(4))
    assert (seen.came, seen.usual.count) == (0, 0)


def test_hours_are_counted_also_when_nobody_comes() -> None:
    seen = Seen()
    learn(seen, {}, {"a": car(0, 10)}, at(0.5), reported_from=at(0))
    learn(seen, {"a": car(0, 10)}, {"a": car(0, 10)}, at(3.5), reported_from=at(0))
    assert sum(seen.rates.watched) == 3
    assert sum(seen.rates.came) == 1


def test_users_are_classed_by_how_long_they_want_to_stay() -> None:
    assert (user_class(car(0, 20)), user_class(car(0, 30))) == ("day", "days")


def test_who_leaves_after_hours_without_news_is_learnt_from_while_reports_of_changes_come() -> None:
    learnt = {}
    for confirmed in (False, True):
        state = site({"a": car(0, 10, 1)})
        quiet = Reported(at=at(8.9), cars={}, rest_stands=confirmed)
        core.decide(state, quiet)
        core.decide(state, Reported(at=at(9.0), cars={}, empty=("a",)))
        learnt[confirmed] = bool(state.seen.departures.counts)
    assert learnt == {False: False, True: True}


# -- what the plan is asked -------------------------------------------------------------------


def asked(state: State, hour: float = 1.0, **changes: object) -> Snapshot:
    """Return the question of a BEMS with these settings."""
    return Planner(settings(**changes)).snapshot(state, at(hour))


def site(cars: dict[str, Car] | None = None) -> State:
    """Return the state of a site whose meter was read just now."""
    state = State(period_s=PERIOD)
    core.decide(state, Metered(at=at(1.0), load_kw=Kilowatts(100.0), pv_kw=Kilowatts(0.0)))
    core.decide(state, Reported(at=at(1.0), cars=cars or {}, whole=True))
    return state


def test_plans_trust_announcements_unless_told_what_a_missing_kwh_is_worth() -> None:
    state = site({"a": car(0, 10, 1)})
    (trusting,) = asked(state).stays
    (minding,) = asked(state, early_eur_per_kwh=0.6).stays
    assert trusting.early_kwh == 0.0
    assert minding.early_kwh == minding.target_kwh
    assert minding.early_eur_per_kwh == 0.6
    assert trusting.habit is None
    assert minding.habit is not None


def test_what_an_early_leaver_lacks_counts_until_the_announced_time_and_no_longer() -> None:
    question = asked(site({"a": car(0, 10, 1)}), early_eur_per_kwh=0.6)
    edges = np.array([question.now + 900.0 * step for step in range(60)])
    price = problem_of(question, edges).sessions.early_eur_per_kwh
    assert price is not None
    assert np.all(price[0, :35] > 0)
    assert np.all(price[0, 37:] == 0)
    assert price.sum() == pytest.approx(0.6 * EARLY_SHARE, rel=0.3)


def test_a_car_that_may_leave_early_is_charged_earlier() -> None:
    state = site({"a": car(0, 9, 1)})
    prices = settings().network_eur_per_kwh
    cheap_late = np.where(np.arange(len(prices.values)) < 20, 0.2, 0.19)
    dear_now = replace(prices, values=cheap_late.astype(float))
    powers = []
    for early in (0.0, 20.0):
        planner = Planner(settings(network_eur_per_kwh=dear_now, early_eur_per_kwh=early))
        powers.append(float(planner.plan(state, at(1.0))[1].power_kw[0, :8].sum()))
    assert powers[0] <= 0.0
    assert powers[1] > 10.0


def wavy() -> Series:
    """Return a load history whose quarter hours differ from week to week."""
    base = flat(100)
    noise = np.random.default_rng(5).normal(0.0, 20.0, len(base.values))
    return replace(base, values=np.maximum(base.values + noise, 0.0))


def test_a_cautious_plan_keeps_further_below_the_limit_the_further_ahead() -> None:
    plain, cautious = (
        asked(site(), load_history=wavy(), peak_eur_per_kw=30.0, cautious=flag)
        for flag in (False, True)
    )
    less = plain.import_limit_kw.values - cautious.import_limit_kw.values
    assert less[0] < 0.1
    assert np.all(less >= 0)
    assert less[60] > 10.0
    assert np.array_equal(cautious.load_kw.values, plain.load_kw.values)


def test_a_plan_may_expect_the_peak_from_the_quantile_where_the_site_imports_anyhow() -> None:
    few = {"a": car(0, 70, 1)}
    many = {f"a{number}": car(0, 70, 1) for number in range(20)}
    for cars, most in ((few, 100.0), (many, 0.0)):
        plain, cautious = (
            asked(
                site(cars),
                load_history=wavy(),
                cautious=flag,
                peak_eur_per_kw=30.0,
                billed_until=MONTH,
            )
            for flag in (False, True)
        )
        more = cautious.load_kw.values - plain.load_kw.values
        assert np.all(more >= 0)
        assert more[0] < 0.1
        less = plain.import_limit_kw.values - cautious.import_limit_kw.values
        assert (10.0 < more[60] < most) or np.all(more == most)
        # The margin counts once: as load, or as a nearer limit.
        assert np.all((more == 0.0) | (less == 0.0))
        assert less[60] + more[60] > 10.0


def test_near_the_end_of_the_period_the_peak_is_expected_from_the_median() -> None:
    week, plain = (
        asked(
            site(),
            load_history=wavy(),
            cautious=flag,
            peak_eur_per_kw=30.0,
            billed_until=Instant(START + 5 * DAY),
        )
        for flag in (True, False)
    )
    assert np.array_equal(week.load_kw.values, plain.load_kw.values)


def test_expected_cars_stand_behind_those_that_are_there_and_get_no_set_point() -> None:
    state = site({"a": car(0, 10, 1)})
    booked = Planned(
        slot="b", start=at(5), end=at(30), v2b_kw=Kilowatts(11), v2b_kwh=KilowattHours(30)
    )
    core.decide(state, SlotPlanned(at=at(1), reservation="r", planned=booked))
    planner = Planner(settings(expects=True))
    question, plan = planner.plan(state, at(1))
    assert [is_ghost(stay) for stay in question.stays] == [False, True]
    assert question.stays[1].target_kwh == pytest.approx(24.0)
    solved = planner.solve(state, at(1))
    first = plan.next_kw(PERIOD)
    assert solved.request_kw[0] == pytest.approx(first[0], abs=1e-3)
    assert [is_ghost(stay) for stay in asked(state).stays] == [False]


def test_the_peak_is_paid_by_the_part_of_the_period_that_a_plan_sees() -> None:
    whole = settings(peak_eur_per_kw=30.0)
    month = settings(peak_eur_per_kw=30.0, billed_until=MONTH)
    assert peak_price(whole, at(0)) == 30.0
    assert peak_price(month, at(0)) == pytest.approx(3.0)
    assert peak_price(month, Instant(START + 29 * DAY)) == pytest.approx(30.0)
