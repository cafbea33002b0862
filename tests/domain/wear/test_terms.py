"""What a kWh through a battery costs in wear: by contract, or by the slope of the cell's model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.wear import (
    MODELS,
    REFERENCE_LIFE,
    Chemistry,
    by_model,
    dearest,
    equivalent_full_cycles,
    extra_throughput,
    stated,
    wear_cost,
)
from sterna.domain.wear.ageing import Ageing, Sample, after
from sterna.kernel.money import MicroEuroPerKilowattHour
from sterna.kernel.quantities import Instant, KilowattHours, Share, WattHours


@pytest.mark.parametrize(
    ("chemistry", "eur_per_kwh"), [(Chemistry.NMC, 0.0120), (Chemistry.LFP, 0.0323)]
)
def test_wear_per_kwh_discharged_at_25_deg_c(chemistry: Chemistry, eur_per_kwh: float) -> None:
    """The slope of the paper's k n^p after 180 cycles is p k n^(p-1): k = 6.5e-5 and 1.3e-4."""
    cell, life = MODELS[chemistry], REFERENCE_LIFE
    slope = cell.cycle_power * cell.cycle_rate(25.0, 0.3, 0.2) * 180.0 ** (cell.cycle_power - 1)
    assert by_model(chemistry).discharge_price == pytest.approx(slope * 750 * 1e6, rel=1e-3)
    assert by_model(chemistry).discharge_price == pytest.approx(eur_per_kwh * 1e6, abs=100)
    assert (life.full_cycles, life.depth, life.c_rate) == (180, 0.3, 0.2)


@pytest.mark.parametrize("chemistry", Chemistry)
def test_the_price_is_what_the_usual_cycle_more_takes_from_the_battery(
    chemistry: Chemistry,
) -> None:
    """Ten cycles of 30 % in a row, run through the model, against their throughput at the price."""
    cell, capacity = MODELS[chemistry], 60.0
    charges = [0.75, 0.45] * 10 + [0.75]
    before = REFERENCE_LIFE.ageing(cell, 25.0)
    history = [
        Sample(at=Instant(5400.0 * number), soc=Share(charge), celsius=25.0)
        for number, charge in enumerate(charges)
    ]
    lost = (
        after(cell, Ageing(calendar=0.0, cycling=before.cycling), history).cycling - before.cycling
    )
    throughput = WattHours(round(20 * 0.3 * capacity * 1000))
    said = wear_cost(by_model(chemistry), throughput)
    assert lost * capacity * 750 * 1e6 == pytest.approx(said, rel=0.02)


def test_cells_that_nobody_tells_are_taken_for_those_that_wear_most() -> None:
    prices = {each: by_model(each).throughput_price for each in Chemistry}
    assert prices[dearest()] == max(prices.values())


def test_the_temperature_of_the_contract_moves_the_price() -> None:
    assert by_model(Chemistry.NMC, 35.0).throughput_price > by_model(Chemistry.NMC).throughput_price
    # The LFP cell's cycles cost less when warm: its model learned that against its own calendar.
    assert by_model(Chemistry.LFP, 35.0).throughput_price < by_model(Chemistry.LFP).throughput_price


@given(st.integers(0, 500_000), st.sampled_from(Chemistry))
def test_wear_of_a_contract_is_what_it_states(price: int, chemistry: Chemistry) -> None:
    terms = stated(MicroEuroPerKilowattHour(price), chemistry)
    assert abs(terms.discharge_price - price) <= 1
    assert abs(wear_cost(terms, WattHours(20_000)) - 10 * price) <= 10


def test_cycles_and_extra_throughput() -> None:
    full = equivalent_full_cycles(KilowattHours(60), KilowattHours(60), KilowattHours(60))
    assert full == 1
    assert extra_throughput(WattHours(30), WattHours(10), WattHours(20)) == 20
    assert extra_throughput(WattHours(10), WattHours(0), WattHours(20)) == 0
