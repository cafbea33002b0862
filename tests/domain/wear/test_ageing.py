"""Cells fade as their papers' models say, and never get younger."""

from itertools import pairwise

import pytest
from battery_lives import BY_BLAST, LIVES, day_by_day, expected
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.wear import MODELS, REFERENCE_LIFE, Ageing, Chemistry, Sample, after
from sterna.domain.wear.ageing import c_rate, grown
from sterna.domain.wear.models import anode_potential
from sterna.kernel.quantities import Instant, Share

cells = st.sampled_from(Chemistry)
heats = st.floats(0.0, 45.0)
shares = st.floats(0.0, 1.0)


def quarters(charges: list[float], celsius: float) -> list[Sample]:
    return [
        Sample(at=Instant(900.0 * number), soc=Share(charge), celsius=celsius)
        for number, charge in enumerate(charges)
    ]


@pytest.mark.parametrize(("chemistry", "name"), BY_BLAST)
def test_a_life_takes_as_much_as_blast_lite_said(chemistry: str, name: str) -> None:
    ours = day_by_day(MODELS[Chemistry(chemistry)], LIVES[name])
    expected(chemistry, name, ours, BY_BLAST[chemistry, name])


ROUNDING = 1e-12
"""Of floating point: a cycle of nothing may be a last bit below none."""


@given(cells, heats, st.lists(shares, max_size=100))
def test_no_history_gives_capacity_back(
    chemistry: Chemistry, celsius: float, charges: list[float]
) -> None:
    cell = MODELS[chemistry]
    before = REFERENCE_LIFE.ageing(cell, celsius)
    later = after(cell, before, quarters(charges, celsius))
    assert later.calendar >= before.calendar * (1 - ROUNDING)
    assert later.cycling >= before.cycling * (1 - ROUNDING)
    assert later.health < 1


@given(cells, heats, shares, shares)
def test_a_fuller_cell_at_rest_ages_faster(
    chemistry: Chemistry, celsius: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    cell = MODELS[chemistry]
    assert cell.calendar_rate(celsius, low) <= cell.calendar_rate(celsius, high)
    assert anode_potential(low) >= anode_potential(high)


@given(cells, heats, shares, shares, st.floats(0.0, 1.0))
def test_a_deeper_cycle_costs_more_per_throughput(
    chemistry: Chemistry, celsius: float, one: float, other: float, speed: float
) -> None:
    low, high = sorted((one, other))
    cell = MODELS[chemistry]
    assert 0 < cell.cycle_rate(celsius, low, speed) <= cell.cycle_rate(celsius, high, speed)


@given(st.floats(0.0, 0.1), st.floats(1e-6, 1e-2), st.floats(0.3, 1.2), st.floats(0.0, 50.0))
def test_a_stretch_of_constant_stress_may_be_cut_anywhere(
    loss: float, rate: float, power: float, step: float
) -> None:
    at_once = grown(loss, rate, power, step)
    in_two = grown(grown(loss, rate, power, step / 3), rate, power, step * 2 / 3)
    assert in_two == pytest.approx(at_once, rel=1e-9)


def test_a_new_cell_at_rest_follows_the_papers_curve() -> None:
    cell = MODELS[Chemistry.LFP]
    rested = after(cell, Ageing(), quarters([0.5] * (96 * 10 + 1), 25.0))
    assert rested.calendar == pytest.approx(cell.calendar_rate(25.0, 0.5) * 10**0.526, rel=1e-9)
    assert rested.cycling == 0


def test_speed_counts_only_while_the_battery_moves() -> None:
    assert c_rate(quarters([0.5, 0.55, 0.6, 0.6, 0.6], 25.0)) == pytest.approx(0.2)
    assert c_rate(quarters([0.5, 0.5], 25.0)) == 0


def test_every_cell_names_its_paper_and_its_version() -> None:
    assert set(MODELS) == set(Chemistry)
    for cell in MODELS.values():
        assert "BLAST-Lite 1.1.1" in cell.source
        assert cell.version


@pytest.mark.req("CH-DEG-ORDER")
@pytest.mark.parametrize("chemistry", Chemistry)
def test_frequency_work_wears_less_per_kwh_than_daily_deep_cycles(chemistry: Chemistry) -> None:
    """The same throughput at the same power in a day: forty swings of 1.5 % or one of 60 %, around half full."""
    swings = [0.5 + 0.0075 * (-1) ** turn for turn in range(81)]
    deep = [0.5, *(0.5 + 0.3 * step / 20 for step in range(1, 21))]
    deep += [0.8 - 0.6 * step / 40 for step in range(1, 41)]
    deep += [0.2 + 0.3 * step / 20 for step in range(1, 21)]
    cell = MODELS[chemistry]
    before = REFERENCE_LIFE.ageing(cell, 25.0)
    shallow_loss, deep_loss = (
        after(cell, before, quarters(charges, 25.0)).cycling - before.cycling
        for charges in (swings, deep)
    )
    assert sum(abs(b - a) for a, b in pairwise(swings)) == pytest.approx(
        sum(abs(b - a) for a, b in pairwise(deep))
    )
    assert 0 < shallow_loss < deep_loss
