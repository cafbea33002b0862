"""What meter values say, in whatever unit and place."""

import pytest
from msgspec import UNSET

from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.metered import samples, stopped_by
from sterna.protocols.ocpp.wire import written

AT = Instant(1_751_328_000.0)


def value(*sampled: v21.SampledValueType) -> tuple[v21.MeterValueType, ...]:
    return (v21.MeterValueType(timestamp=written(AT), sampled_value=sampled),)


def test_registers_power_and_charge_are_found() -> None:
    (sample,) = samples(
        value(
            v21.SampledValueType(value=1200.4),
            v21.SampledValueType(value=300.0, measurand="Energy.Active.Export.Register", context="Transaction.End"),
            v21.SampledValueType(value=0.0, measurand="Power.Active.Import"),
            v21.SampledValueType(value=7500.0, measurand="Power.Active.Export"),
            v21.SampledValueType(value=42.0, measurand="SoC"),
            v21.SampledValueType(value=400.0, measurand="Voltage"),
        )
    )  # fmt: skip
    assert (sample.at, sample.charged_wh, sample.discharged_wh) == (AT, 1200, 300)
    assert (sample.kw, sample.soc, sample.context) == (-7.5, 0.42, "Transaction.End")


@pytest.mark.parametrize(
    ("unit", "multiplier", "expected"),
    [("kWh", UNSET, 2500), ("Wh", 3, 2500), (UNSET, UNSET, 2), ("Wh", 0, 2), ("kWh", -3, 2)],
)
def test_units_and_multipliers_count(unit: object, multiplier: object, expected: int) -> None:
    measure = v21.UnitOfMeasureType(unit=unit, multiplier=multiplier)  # type: ignore[arg-type]
    (sample,) = samples(value(v21.SampledValueType(value=2.5, unit_of_measure=measure)))
    assert sample.charged_wh == expected


def test_single_phases_are_left_out_and_nothing_is_nothing() -> None:
    (sample,) = samples(
        value(v21.SampledValueType(value=5.0, measurand="Power.Active.Import", phase="L1"))
    )
    assert (sample.kw, sample.charged_wh, sample.soc) == (None, None, None)
    assert samples(UNSET) == ()


@pytest.mark.parametrize(
    ("reason", "who"),
    [("StoppedByEV", "vehicle"), ("Remote", "operator"), (UNSET, "driver"), ("PowerLoss", "fault")],
)
def test_a_reason_names_who_ended_it(reason: str, who: str) -> None:
    assert stopped_by(reason) == who
