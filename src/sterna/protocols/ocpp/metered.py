"""What meter values say: registers, power and state of charge, whatever unit they came in."""

from collections.abc import Iterable
from typing import Final

from msgspec import UNSET, Struct, UnsetType

from sterna.kernel.quantities import Instant, Kilowatts, Share, WattHours
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.wire import instant

WATTS: Final = 1000.0

STOPPED_BY: Final[dict[str, str]] = {
    "StoppedByEV": "vehicle", "SOCLimitReached": "vehicle", "EVDisconnected": "vehicle", "EnergyLimitReached": "vehicle",
    "ReqEnergyTransferRejected": "vehicle", "Remote": "operator", "MasterPass": "operator", "DeAuthorized": "operator",
    "TimeLimitReached": "departure", "Local": "driver",
}  # fmt: skip
"""Who ended a transaction, by the reason that the station gives; what is not here is a fault."""


def stopped_by(reason: str | UnsetType) -> str:
    """Return who ended a transaction: vehicle, operator, departure, driver or fault.

    A reason that is left out means Local, as in the official schema.
    """
    return STOPPED_BY.get("Local" if isinstance(reason, UnsetType) else reason, "fault")


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


DRAWN: Final = "Energy.Active.Import.Register"
GIVEN: Final = "Energy.Active.Export.Register"
POWER: Final = ("Power.Active.Import", "Power.Active.Export")
WANTED: Final = frozenset((DRAWN, GIVEN, *POWER, "SoC"))


def _sample(value: v21.MeterValueType) -> Sample:
    found: dict[str, float] = {}
    context = "Sample.Periodic"
    for sampled in value.sampled_value:
        measurand = DRAWN if sampled.measurand is UNSET else sampled.measurand
        if sampled.phase is UNSET and measurand in WANTED:
            found[measurand] = _base(sampled)
        if sampled.context is not UNSET:
            context = sampled.context
    soc = found.get("SoC")
    return Sample(
        at=instant(value.timestamp),
        charged_wh=_whole(found.get(DRAWN)),
        discharged_wh=_whole(found.get(GIVEN)),
        kw=_net(found),
        soc=None if soc is None else Share(min(1.0, max(0.0, soc / 100.0))),
        context=context,
    )


def _whole(value: float | None) -> WattHours | None:
    return None if value is None else WattHours(round(value))


def _net(found: dict[str, float]) -> Kilowatts | None:
    if not any(name in found for name in POWER):
        return None
    drawn, given = (found.get(name, 0.0) for name in POWER)
    return Kilowatts((drawn - given) / WATTS)


def _base(sampled: v21.SampledValueType) -> float:
    """Return the value in W or Wh, which are what a value without unit is in."""
    unit = sampled.unit_of_measure
    if unit is UNSET:
        return sampled.value
    scale = 10.0 ** (0 if unit.multiplier is UNSET else unit.multiplier)
    kilo = unit.unit is not UNSET and unit.unit.startswith("k")
    return sampled.value * scale * (WATTS if kilo else 1.0)
