"""What meter values say: registers, power and state of charge, whatever unit they came in."""

from collections.abc import Iterable
from typing import Final

from msgspec import UNSET, Struct, UnsetType

from sterna.kernel.quantities import Instant, Kilowatts, Share, WattHours
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.wire import instant

WATTS: Final = 1000.0


class Sample(Struct, frozen=True, kw_only=True, gc=False):
    """One meter value; a quantity that it does not hold is None."""

    at: Instant
    charged_wh: WattHours | None = None
    """Register of energy into the car (``Energy.Active.Import.Register``)."""
    discharged_wh: WattHours | None = None
    """Register of energy out of the car (``Energy.Active.Export.Register``)."""
    kw: Kilowatts | None = None
    """Power, positive charges."""
    soc: Share | None = None
    context: str = "Sample.Periodic"


def samples(values: Iterable[v21.MeterValueType] | UnsetType) -> tuple[Sample, ...]:
    """Return the samples in *values*, in their order; values of single phases are left out."""
    return () if values is UNSET else tuple(_sample(value) for value in values)


def _sample(value: v21.MeterValueType) -> Sample:
    registers: dict[str, WattHours] = {}
    power: dict[str, float] = {}
    soc: Share | None = None
    context = "Sample.Periodic"
    for sampled in value.sampled_value:
        if sampled.phase is not UNSET:
            continue
        if sampled.context is not UNSET:
            context = sampled.context
        measurand = sampled.measurand
        match measurand:
            case UnsetType.UNSET | "Energy.Active.Import.Register":
                registers["in"] = WattHours(round(_base(sampled)))
            case "Energy.Active.Export.Register":
                registers["out"] = WattHours(round(_base(sampled)))
            case "Power.Active.Import" | "Power.Active.Export":
                power[measurand] = _base(sampled) / WATTS
            case "SoC":
                soc = Share(min(1.0, max(0.0, sampled.value / 100.0)))
            case _:
                pass
    return Sample(
        at=instant(value.timestamp),
        charged_wh=registers.get("in"),
        discharged_wh=registers.get("out"),
        kw=_net(power),
        soc=soc,
        context=context,
    )


def _net(power: dict[str, float]) -> Kilowatts | None:
    if not power:
        return None
    return Kilowatts(power.get("Power.Active.Import", 0.0) - power.get("Power.Active.Export", 0.0))


def _base(sampled: v21.SampledValueType) -> float:
    """Return the value in W or Wh, which are what a value without unit is in."""
    unit = sampled.unit_of_measure
    if unit is UNSET:
        return sampled.value
    scale = 10.0 ** (0 if unit.multiplier is UNSET else unit.multiplier)
    kilo = unit.unit is not UNSET and unit.unit.startswith("k")
    return sampled.value * scale * (WATTS if kilo else 1.0)
