"""Cells: voltage rises with charge, temperature has closed forms, cold and heat take power away."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.battery import WARMING_STEP, Battery, BatteryRating
from sterna.domain.cells import CELLS, Thermal, along, thermal_of
from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import KilowattHours, Kilowatts, Seconds, Share


def kw(power: float) -> Kilowatts:
    return Kilowatts(power)


def pack(celsius: float, outside: float, **rating: object) -> Battery:
    """Return half a 60 kWh pack of 100 kW with cells of 98.5 %."""
    plate = BatteryRating(
        capacity_kwh=KilowattHours(60.0), charge_kw_max=kw(100), discharge_kw_max=kw(50),
        efficiency=Share(0.985), thermal=thermal_of(KilowattHours(60.0), outside),
        **rating,  # type: ignore[arg-type]  # fields of this record
    )  # fmt: skip
    return replace(Battery.at_share(plate, Share(0.5)), celsius=celsius)


@pytest.mark.parametrize("chemistry", list(Chemistry))
def test_the_voltage_rises_with_the_state_of_charge_and_a_source_is_named(
    chemistry: Chemistry,
) -> None:
    cells = CELLS[chemistry]
    volts = [cells.pack_volts(Share(soc / 100), 96) for soc in range(101)]
    assert volts == sorted(volts)
    assert 230 <= volts[0] < volts[-1] <= 410, "a pack of the 400 V class"
    assert cells.source


def test_a_broken_line_is_level_beyond_its_ends() -> None:
    line = ((0.0, 1.0), (10.0, 3.0))
    assert [along(line, x) for x in (-5.0, 0.0, 5.0, 10.0, 99.0)] == [1.0, 1.0, 2.0, 3.0, 3.0]


@given(st.floats(-20, 50), st.floats(0, 3), st.floats(0, 50_000), st.floats(0, 1))
def test_two_parts_of_a_warming_are_the_whole(
    celsius: float, heat: float, duration: float, part: float
) -> None:
    thermal = thermal_of(KilowattHours(60.0), 10.0)
    middle = thermal.after(celsius, heat, Seconds(duration * part))
    end = thermal.after(middle, heat, Seconds(duration * (1 - part)))
    assert end == pytest.approx(thermal.after(celsius, heat, Seconds(duration)), abs=1e-9)


@given(st.floats(-20, 50), st.floats(0, 3), st.floats(-20, 80))
def test_the_instant_of_a_temperature_is_exact(celsius: float, heat: float, goal: float) -> None:
    thermal = Thermal(kwh_per_kelvin=KilowattHours(0.1), outside_celsius=10.0)
    when = thermal.time_to(goal, celsius, heat)
    assert when >= 0
    if 0 < when < inf:
        assert thermal.after(celsius, heat, when) == pytest.approx(goal, abs=1e-6)
    elif when == inf and abs(goal - thermal.rest(heat)) > 1e-6:
        between = min(celsius, thermal.rest(heat)) < goal < max(celsius, thermal.rest(heat))
        assert not between


@pytest.mark.parametrize(
    ("celsius", "most", "least"),
    [(25, 100, -50), (0, 25, -43), (-20, 0, -15), (52.5, 50, -41.7), (60, 0, -16.7), (-30, 0, 0)],
)
def test_cold_and_heat_take_power_away(celsius: float, most: float, least: float) -> None:
    down, up = pack(celsius, celsius).limits(Seconds(0))
    assert [up, down] == pytest.approx([most, least], abs=0.1)


@given(st.floats(-20, 55), st.floats(-20, 45), st.floats(0, 1), st.floats(1, 7200))
def test_what_may_be_held_is_never_too_much_at_the_end(
    celsius: float, outside: float, part: float, duration: float
) -> None:
    battery = pack(celsius, outside)
    for limit in battery.limits(Seconds(duration)):
        after = battery.after(kw(limit * part), Seconds(duration))
        least, most = after._least(Seconds(0)), after._most(Seconds(0))
        if 0 < after.soc < 1:
            assert least - 1e-6 <= limit * part <= most + 1e-6


def test_a_power_holds_until_the_pack_is_too_warm_for_it() -> None:
    battery = pack(44.0, 40.0)
    held = battery.held_for(kw(100))
    warm = battery.after(kw(100), held)
    assert warm.celsius == pytest.approx(45.0)
    assert warm.limits(Seconds(0))[1] == pytest.approx(100)
    assert warm.after(kw(90), Seconds(60)).limits(Seconds(0))[1] < 100


def test_a_cold_pack_that_is_charged_gets_its_power_back_step_by_step() -> None:
    battery, powers = pack(5.0, 5.0), []
    for _ in range(4):
        power, held = battery.follow(kw(100), Seconds(3600))
        assert 0 < held <= max(WARMING_STEP, 60.0)
        powers.append(power)
        battery = battery.after(power, held)
    assert powers == sorted(powers)
    assert powers[-1] > powers[0]


def test_a_pack_that_stays_cold_is_not_asked_again_and_again_about_what_it_has() -> None:
    battery = pack(25.0, 25.0)
    assert battery.follow(kw(11), Seconds(3600)) == (11.0, 3600.0)
    full = replace(battery, stored_kwh=KilowattHours(60.0))
    assert full.follow(kw(11), Seconds(9999)) == (0.0, 9999.0)


@pytest.mark.parametrize(("soc", "least"), [(0.5, -50), (0.1, -50), (0.05, -27.5), (0.01, -9.5)])
def test_discharging_slows_down_near_empty(soc: float, least: float) -> None:
    battery = replace(pack(25, 25, fade_below=Share(0.1)), stored_kwh=KilowattHours(60.0 * soc))
    assert battery.limits(Seconds(0))[0] == pytest.approx(least)


def test_a_car_is_emptied_along_its_fade_in_finitely_many_steps() -> None:
    battery, powers = pack(25, 25, fade_below=Share(0.1)), []
    battery = replace(battery, stored_kwh=KilowattHours(7.0))
    while battery.soc > 0:
        power, held = battery.follow(kw(-40), Seconds(3600))
        battery = battery.after(power, held)
        powers.append(power)
        assert len(powers) < 300
    assert powers == sorted(powers)
    assert battery.held_for(kw(-10)) == 0.0


def test_a_ramp_moves_what_the_caller_has_reckoned() -> None:
    battery = pack(25, 20)
    then = battery.moved(KilowattHours(0.01), KilowattHours(0.001), Seconds(2.0))
    assert then.stored_kwh == pytest.approx(30.01)
    assert 24.9 < then.celsius < 25.1
    assert battery.volts == pytest.approx(96 * 3.72)
