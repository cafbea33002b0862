"""A stay with V2X against charging on arrival: what it costs, what it saves, and that anyone can say so."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.wear import (
    MODELS,
    REFERENCE_LIFE,
    Chemistry,
    Receipt,
    assessed,
    by_model,
    charged_on_arrival,
    differences,
)
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share

HOUR = 3600.0


def stay(charges: list[float], chemistry: Chemistry = Chemistry.LFP, step: float = HOUR) -> Receipt:
    """Return the receipt of a stay whose charge was told every hour; 60 kWh, 10.8 kW into the battery."""
    return assessed(
        session="ses-1", terms=by_model(chemistry), capacity=KilowattHours(60.0), battery_kw=Kilowatts(10.8),
        start=Instant(1_750_000_000.0),
        measured=[(Seconds(number * step), Share(charge)) for number, charge in enumerate(charges)],
    )  # fmt: skip


charges = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=40)


def test_charging_on_arrival_is_its_own_counterfactual_and_costs_nothing() -> None:
    moments = ((0.0, 0.5), (HOUR, 0.5), (2 * HOUR, 0.4), (8 * HOUR, 0.8))
    alone = charged_on_arrival(moments, Kilowatts(10.8), KilowattHours(60.0))
    assert alone == ((0.0, 0.5), (HOUR, 0.68), (2 * HOUR, 0.8), (8 * HOUR, 0.8))
    receipt = stay([0.5, 0.68, 0.8, 0.8, 0.8])
    assert receipt.with_v2x == receipt.alone
    assert receipt.cost == 0


@pytest.mark.parametrize("chemistry", Chemistry)
def test_cycling_a_full_car_costs_and_is_paid(chemistry: Chemistry) -> None:
    receipt = stay([0.5, 0.68, 0.5, 0.68, 0.5, 0.68, 0.5, 0.68, 0.8], chemistry)
    assert receipt.fade_with_v2x > 0
    assert receipt.fade_alone > 0
    lost = (receipt.fade_with_v2x - receipt.fade_alone) * 60 * 750
    assert receipt.cost == pytest.approx(lost * 1e6, abs=1)


@pytest.mark.req("CH-DEG-PAY")
def test_a_car_that_waits_half_empty_is_spared_and_nobody_owes_anything() -> None:
    """Two days: a little given at first, then at rest at 45 %, charged at the end."""
    receipt = stay([0.5, 0.45, *([0.45] * 46), 0.63, 0.81, 0.9], Chemistry.NMC)
    assert receipt.cost < 0
    assert receipt.paid == 0
    assert receipt.saved == -receipt.cost


def test_a_car_that_leaves_emptier_than_it_came_would_have_waited() -> None:
    receipt = stay([0.8, 0.7, 0.6])
    assert {soc for _, soc in receipt.alone} == {0.8}


@given(charges, st.sampled_from(Chemistry))
def test_anyone_can_reckon_a_receipt_again_from_its_json(
    told: list[float], chemistry: Chemistry
) -> None:
    receipt = stay(told, chemistry)
    again = msgspec.json.decode(msgspec.json.encode(receipt), type=Receipt)
    assert again == receipt
    assert differences(again) == ()
    assert receipt.paid - receipt.saved == receipt.cost
    assert receipt.alone[0] == receipt.with_v2x[0]
    goal = max(receipt.with_v2x[0][1], receipt.with_v2x[-1][1])
    assert max(soc for _, soc in receipt.alone) <= goal


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"cost": MicroEuro(5_000_000)}, {"cost"}),
        ({"fade_with_v2x": 1.0}, {"fade_with_v2x"}),
        ({"alone": ((0.0, 0.5), (HOUR, 0.5))}, {"alone"}),
        ({"with_v2x_sha256": "0" * 64}, {"with_v2x_sha256"}),
        ({"celsius": 35.0}, {"fade_with_v2x", "fade_alone", "cost"}),
        ({"capacity_kwh": KilowattHours(100.0)}, {"alone", "alone_sha256", "fade_alone", "cost"}),
    ],
)
def test_a_changed_receipt_does_not_come_out_again(change: dict[str, Any], named: set[str]) -> None:
    receipt = stay([0.5, 0.3, 0.3, 0.5, 0.7])
    assert set(differences(replace(receipt, **change))) == named


@pytest.mark.parametrize(
    "change",
    [
        {"with_v2x": ((0.0, 0.5),)}, {"with_v2x": ((1.0, 0.5), (0.0, 0.5))}, {"with_v2x": ((0.0, 0.5), (1.0, 1.5))},
        {"capacity_kwh": 0.0}, {"capacity_kwh": 1e308}, {"usable_fade": Decimal("1e-300")}, {"usable_fade": Decimal("NaN")},
        {"pack_eur_per_kwh": Decimal("1e300")}, {"pack_eur_per_kwh": Decimal(-1)}, {"celsius": 900.0}, {"life": replace(REFERENCE_LIFE, days=-1.0)},
        {"life": replace(REFERENCE_LIFE, soc=-0.5)},
        {"with_v2x": ((0.0, 0.5), (1e9, 0.6))},
    ],
)  # fmt: skip
def test_a_receipt_that_describes_no_stay_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        replace(stay([0.5, 0.6]), **change)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cycle_base": 0.0}, {"calendar_k": 1e9}, {"calendar_scale": 1e15}, {"cycle_power": 0.0},
        {"calendar_scale": 1e9}, {"cycle_per_c_rate": -1.0}, {"cycle_depth_growth": 1e3},
    ],
)  # fmt: skip
def test_a_receipt_whose_model_describes_no_cell_is_refused(wrong: dict[str, Any]) -> None:
    broken = replace(MODELS[Chemistry.NMC], **wrong)
    with pytest.raises(ValueError, match="model leaves no battery"):
        replace(stay([0.5, 0.6]), model=broken)
