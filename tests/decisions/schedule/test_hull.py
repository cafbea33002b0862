"""The hull of a loss curve: never below the curve, falling, and near enough with two pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.decisions.schedule.hull import (
    PIECES_MAX,
    TOLERANCE,
    Pieces,
    charging,
    curve_of,
    discharging,
)
from sterna.domain.converter import Conversion, Converter, Losses, constant, field_fitted
from sterna.kernel.quantities import Kilowatts, Share

CELLS = Share(0.985)


def converters() -> st.SearchStrategy[Converter]:
    def made(p0: float, a: float, b: float, most: float) -> Converter:
        losses = Losses(p0_kw=Kilowatts(p0), a=a, b_per_kw=b)
        return Converter(
            charge_kw_max=Kilowatts(most), discharge_kw_max=Kilowatts(most), charging=losses,
            discharging=losses,
        )  # fmt: skip

    fixed = st.just(0.0) | st.floats(1e-3, 0.3)
    square = st.just(0.0) | st.floats(1e-4, 5e-3)
    return st.builds(made, fixed, st.floats(0, 0.1), square, st.floats(2, 40))


def value(pieces: Pieces, kw: float) -> float:
    """Return the value of the broken line at *kw*."""
    found = 0.0
    for width, slope in pieces:
        part = min(kw, width)
        found += part * slope
        kw -= part
    return found


@given(converters(), st.floats(0, 1))
def test_no_power_stores_more_and_takes_less_than_the_hull_says_at_its_corners(
    converter: Converter, part: float
) -> None:
    up, down = charging(converter, CELLS), discharging(converter, CELLS)
    assert sum(width for width, _ in up) == pytest.approx(converter.charge_kw_max)
    assert len(up) <= PIECES_MAX
    assert [slope for _, slope in up] == sorted((slope for _, slope in up), reverse=True)
    assert [slope for _, slope in down] == sorted(slope for _, slope in down)
    most, losses = converter.charge_kw_max, converter.charging
    kw = part * most
    if kw < 1e-3:
        return
    battery = CELLS * converter.battery_kw(Kilowatts(kw))
    taken = -converter.battery_kw(Kilowatts(-kw)) / CELLS
    # The hull is nowhere below the curve, and chords are this near to the hull.
    widest = max(width for width, _ in up)
    slack = max(TOLERANCE * most, losses.b_per_kw * widest**2 / 4) + 1e-9
    assert battery <= value(up, kw) + slack
    assert taken >= value(down, kw) - slack / CELLS


def test_one_piece_is_within_a_thousandth_of_the_field_curve_where_it_is_used() -> None:
    converter = field_fitted(Kilowatts(11.0))
    pieces = charging(converter, CELLS)
    assert len(pieces) == 1
    for kw in np.linspace(7.0, 11.0, 50):
        true = CELLS * converter.battery_kw(Kilowatts(float(kw)))
        assert abs(value(pieces, float(kw)) - true) < TOLERANCE * 11.0


def test_a_steeper_curve_gets_more_pieces_the_first_up_to_its_best_power() -> None:
    steep = Losses(p0_kw=Kilowatts(0.05), a=0.02, b_per_kw=5e-3)
    converter = Converter(
        charge_kw_max=Kilowatts(22.0), discharge_kw_max=Kilowatts(22.0), charging=steep,
        discharging=steep,
    )  # fmt: skip
    pieces = charging(converter, CELLS)
    assert len(pieces) == PIECES_MAX
    assert pieces[0][0] == pytest.approx(10**0.5)
    assert pieces[0][1] == pytest.approx(CELLS * converter.efficiency(Kilowatts(10**0.5)))


def test_a_constant_efficiency_is_one_piece_and_a_one_way_converter_gives_nothing() -> None:
    flat = constant(Share(0.9), charge_kw_max=Kilowatts(11.0), discharge_kw_max=Kilowatts(0.0))
    ((width, ratio),) = charging(flat, Share(1.0))
    assert (width, ratio) == pytest.approx((11.0, 0.9))
    assert discharging(flat, Share(1.0)) == ()


def test_losses_that_only_grow_with_the_square_bend_from_the_beginning() -> None:
    losses = Losses(b_per_kw=1e-3)
    grows = Converter(
        charge_kw_max=Kilowatts(10.0), discharge_kw_max=Kilowatts(10.0), charging=losses,
        discharging=losses,
    )  # fmt: skip
    assert [width for width, _ in charging(grows, Share(1.0))] == [5.0, 5.0]


def test_a_large_converter_is_used_below_its_best_power() -> None:
    kind = Conversion(size_kw=Kilowatts(22.0))
    curve = curve_of(kind.converter(Kilowatts(11.0), Kilowatts(11.0)), CELLS)
    assert len(curve.charging) == len(curve.discharging) == 1, "11 of 22 kW lie below it"
