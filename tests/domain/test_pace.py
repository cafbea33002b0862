"""How a converter follows: towards 0 in rounding, in straight lines, with exact energies; and its circle."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.battery import Battery, BatteryRating
from sterna.domain.converter import Conversion, Losses, MeteredBattery, constant, field_fitted
from sterna.domain.coupler import RATINGS, Coupler, Supply, rating_of
from sterna.domain.pace import AT_ONCE, FIELD, Pace, meter_kws
from sterna.domain.reactive import Q_SHARE_MAX, Circle
from sterna.domain.station import Evse
from sterna.domain.vehicle import PowerAbility, VehicleModel, compatibility
from sterna.kernel.quantities import (
    Amperes,
    Kilovars,
    KilowattHours,
    Kilowatts,
    Seconds,
    Share,
    Volts,
)

powers = st.floats(-22, 22)


def kw(power: float) -> Kilowatts:
    return Kilowatts(power)


@given(powers, st.sampled_from([0.0, 0.1, 0.23, 0.69]), st.sampled_from([0.0, 1.1, 4.14]))
def test_rounding_never_exceeds_the_wish_nor_ends_below_what_it_runs_at(
    wish: float, step: float, least: float
) -> None:
    got = Pace(step_kw=kw(step)).stepped(kw(wish), kw(least))
    assert abs(got) <= abs(wish) + 1e-6
    assert got * wish >= 0
    assert abs(wish) - abs(got) <= step + 1e-6
    if abs(wish) >= least:
        assert abs(got) >= least - 1e-9 or least == 0.0


def test_a_wish_on_a_step_stays_and_the_ideal_pace_changes_nothing() -> None:
    assert FIELD.stepped(kw(11.0)) == pytest.approx(11.0)
    assert FIELD.stepped(kw(-0.05)) == 0.0
    assert FIELD.stepped(kw(4.19), kw(4.14)) == 4.14
    assert AT_ONCE.stepped(kw(3.217)) == 3.217
    assert AT_ONCE.at_once
    assert not FIELD.at_once
    assert FIELD.ramp_s(kw(11), kw(-11)) == pytest.approx(2.2)


@given(powers, powers, st.floats(0.1, 5))
def test_a_ramp_moves_what_small_steps_would(start: float, end: float, seconds: float) -> None:
    drawn, given_back = meter_kws(start, end, seconds)
    count = 2000
    parts = [start + (end - start) * (k + 0.5) / count for k in range(count)]
    assert drawn == pytest.approx(sum(max(p, 0) for p in parts) * seconds / count, abs=1e-4)
    assert given_back == pytest.approx(sum(max(-p, 0) for p in parts) * seconds / count, abs=1e-4)


def car(soc: float = 0.5, losses: Losses | None = None) -> MeteredBattery:
    plate = BatteryRating(
        capacity_kwh=KilowattHours(60), charge_kw_max=kw(100), discharge_kw_max=kw(100),
        efficiency=Share(0.985),
    )  # fmt: skip
    converter = field_fitted(kw(22)) if losses is None else constant(Share(0.9), charge_kw_max=kw(22), discharge_kw_max=kw(22))  # fmt: skip
    return MeteredBattery(battery=Battery.at_share(plate, Share(soc)), converter=converter)


@given(powers, powers, st.floats(0.1, 5))
def test_what_a_ramp_stores_is_exact(start: float, end: float, seconds: float) -> None:
    if abs(start - end) < 0.1:
        return
    battery, count = car(), 4000
    rates = [
        battery.battery.rate_kw(battery.converter.battery_kw(kw(start + (end - start) * (k + 0.5) / count)))
        for k in range(count)
    ]  # fmt: skip
    stored = battery.stored_along(start, end, Seconds(seconds))
    # The midpoint rule is off by the jump of p0 at 0, within one of its steps.
    assert stored == pytest.approx(sum(rates) / count * seconds / 3600, abs=2e-7)
    after = battery.along(start, end, Seconds(seconds))
    assert after.battery.stored_kwh == pytest.approx(30 + stored)


@pytest.mark.parametrize(
    ("soc", "start", "end", "bears"),
    [
        (0.5, 0, 22, True), (0.5, 11, -11, True), (0.0, 0, -11, False), (1.0, 0, 11, False),
        (1.0, 11, -11, False), (1.0, 0, -11, True), (0.0, 11, 0, True),
    ],
)  # fmt: skip
def test_a_battery_bears_a_ramp_or_not(
    soc: float, start: float, end: float, *, bears: bool
) -> None:
    assert car(soc).bears(start, end, Seconds(2.0)) is bears


def test_heat_of_a_ramp_is_what_the_cells_lose() -> None:
    there = car().along(0.0, 22.0, Seconds(2.2))
    assert there.battery.celsius == car().battery.celsius, (
        "a pack without a thermal side stays mild"
    )


@given(p=st.floats(-30, 30), q=st.floats(-30, 30), first=st.booleans())
def test_the_circle_is_never_left_and_no_sign_turns(p: float, q: float, *, first: bool) -> None:
    circle = Circle(s_kva_max=11.0, reactive_first=first)
    kilowatts, kilovars = circle.within(kw(p), Kilovars(q))
    assert hypot(kilowatts, kilovars) <= 11.0 + 1e-9
    assert abs(kilovars) <= Q_SHARE_MAX * 11.0 + 1e-9
    assert kilowatts * p >= 0
    assert kilovars * q >= 0
    if hypot(p, q) <= 11.0 and abs(q) <= Q_SHARE_MAX * 11.0:
        assert [kilowatts, kilovars] == pytest.approx([p, q])


def test_who_gives_way_is_a_matter_of_priority() -> None:
    wish = (kw(11.0), Kilovars(9.0))
    assert Circle(s_kva_max=11.0).within(*wish) == (11.0, 0.0)
    active, reactive = Circle(s_kva_max=11.0, reactive_first=True).within(*wish)
    assert reactive == pytest.approx(4.84)
    assert active == pytest.approx(9.88, abs=0.01)


@pytest.mark.parametrize("connector", list(Coupler))
def test_every_connector_names_its_standard_and_carries_something(connector: Coupler) -> None:
    for rating in RATINGS[connector]:
        assert rating.standard
        phases = 3 if connector is Coupler.TYPE_2 else 1
        volts = Volts(230.0) if rating.supply is Supply.AC else Volts(400.0)
        assert rating.power(phases, volts) > 0
        assert rating.power(phases, Volts(rating.volts_max + 1)) == 0.0
    assert rating_of(connector, Supply.AC) or rating_of(connector, Supply.DC)


def test_type_2_carries_43_kw_over_three_phases() -> None:
    rating = rating_of(Coupler.TYPE_2, Supply.AC)
    assert rating is not None
    assert rating.power(3, Volts(230.0)) == pytest.approx(43.47)
    assert rating.carries(4) == 0.0
    assert rating_of(Coupler.TYPE_2, Supply.DC) is None


def outlet(connector: Coupler, supply: Supply, charge: float, **plate: object) -> Evse:
    return Evse(
        evse_id="e", connector=connector, supply=supply, charge_kw_max=kw(charge),
        discharge_kw_max=kw(charge), **plate,  # type: ignore[arg-type]  # fields of this record
    )  # fmt: skip


def model(inlet: Coupler = Coupler.CCS_2, phases: int = 3) -> VehicleModel:
    return VehicleModel(
        name="car", capacity_kwh=KilowattHours(60), inlet=inlet, phases=phases,
        ac=PowerAbility(charge_kw_max=kw(22 * phases / 3)),
        dc=PowerAbility(charge_kw_max=kw(250)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("evse", "inlet", "words"),
    [
        (outlet(Coupler.CHADEMO, Supply.DC, 22), Coupler.CCS_2, "does not fit the CCS2 inlet"),
        (outlet(Coupler.GB_T, Supply.DC, 22), Coupler.CHADEMO, "does not fit the CHAdeMO inlet"),
        (outlet(Coupler.TYPE_1, Supply.AC, 7), Coupler.TYPE_2, "does not fit the Type2 inlet"),
        (outlet(Coupler.TYPE_2, Supply.DC, 22), Coupler.CCS_2, "carries no DC"),
    ],
)
def test_a_mismatch_is_refused_with_its_reason(evse: Evse, inlet: Coupler, words: str) -> None:
    fit = compatibility(model(inlet), evse)
    assert not fit.fits
    assert words in "; ".join(fit.reasons)


def test_connector_and_cable_bound_the_power_phase_by_phase() -> None:
    wide = outlet(Coupler.TYPE_2, Supply.AC, 22)
    assert compatibility(model(), wide).charge_kw_max == pytest.approx(22)
    thin = outlet(Coupler.TYPE_2, Supply.AC, 22, cable_amperes=Amperes(20.0))
    assert compatibility(model(), thin).charge_kw_max == pytest.approx(13.8)
    assert compatibility(model(phases=1), thin).charge_kw_max == pytest.approx(4.6)
    assert thin.phase_amperes == pytest.approx(31.9, abs=0.1)


def test_a_dc_connector_bounds_the_power_by_its_current() -> None:
    fast = outlet(Coupler.CCS_2, Supply.DC, 150)
    assert compatibility(model(), fast).charge_kw_max == pytest.approx(200 * 96 * 3.51 / 1000)
    assert outlet(Coupler.TYPE_2, Supply.DC, 22).conductor_amperes == 0.0


def test_an_on_board_converter_is_the_cars_and_an_off_board_one_the_stations() -> None:
    car = Conversion(minimum_kw_per_phase=kw(1.38))
    onboard = car.converter(kw(3.67), kw(0), onboard_kw=kw(7.4), phases=1)
    assert onboard.minimum_kw == 1.38
    assert onboard.standby_kw == pytest.approx(0.12 * 7.4 / 11)
    station = Conversion(size_kw=kw(22), minimum_share=Share(0.05)).converter(kw(11), kw(11))
    assert station.minimum_kw == 1.1
    assert station.standby_kw == pytest.approx(0.24)
    assert Conversion(size_kw=kw(22)).supply is Supply.DC
    assert Conversion().supply is Supply.AC
    ideal = Conversion(efficiency=Share(0.95), cells=Share(1.0))
    assert ideal.round_trip(kw(5)) == pytest.approx(0.9025)
    assert ideal.converter(kw(11), kw(11)).efficiency(kw(0.2)) == pytest.approx(0.95)
