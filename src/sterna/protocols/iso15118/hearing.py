"""From a car's messages to its needs: rational numbers and percentages become kW, kWh and shares."""

from math import fsum
from typing import Final

from msgspec.structs import replace

from sterna.kernel.quantities import (
    Amperes,
    Instant,
    KilowattHours,
    Kilowatts,
    Share,
    Volts,
)
from sterna.protocols.iso15118 import phases
from sterna.protocols.iso15118.events import SupplyOffered, VehicleNeeds
from sterna.protocols.iso15118.messages import ac, dc
from sterna.protocols.iso15118.messages.schedule import DynamicSEReqType, ScheduleExchangeReq
from sterna.protocols.iso15118.messages.values import (
    DisplayParametersType,
    DynamicRequest,
    RationalNumber,
    ScheduledRequest,
)

ROUNDING: Final = 0.0101
"""Two percentages of the display, each rounded to the half, are at most this far apart."""


def kilo(number: RationalNumber | None) -> float | None:
    """Return a number of W or Wh in kW or kWh."""
    return None if number is None else float(number) / 1000.0


def _kwh(number: RationalNumber | None) -> KilowattHours | None:
    """Return a number of Wh in kWh."""
    return None if number is None else KilowattHours(float(number) / 1000.0)


def _share(percent: int | None) -> Share | None:
    """Return a percentage as a share."""
    return None if percent is None else Share(percent / 100.0)


def _kw(number: float | None, before: Kilowatts) -> Kilowatts:
    """Return *number*, or what held *before* when the car leaves it out."""
    return before if number is None else Kilowatts(number)


def heard_limits(needs: VehicleNeeds, mode: dc.DcCPDReqMode | ac.AcCPDReqMode) -> VehicleNeeds:
    """Return *needs* with the limits of a parameter discovery."""
    if isinstance(mode, ac.AcCPDReqMode):
        return replace(needs, **ac_limits(mode, discharge=isinstance(mode, ac.BptAcCPDReqMode)))
    needs = replace(
        needs,
        max_charge_kw=_kw(kilo(mode.EVMaximumChargePower), needs.max_charge_kw),
        min_charge_kw=_kw(kilo(mode.EVMinimumChargePower), needs.min_charge_kw),
        max_charge_a=Amperes(float(mode.EVMaximumChargeCurrent)),
        min_voltage_v=Volts(float(mode.EVMinimumVoltage)),
        max_voltage_v=Volts(float(mode.EVMaximumVoltage)),
        target_soc=_share(mode.TargetSOC) or needs.target_soc,
    )
    if isinstance(mode, dc.BptDcCPDReqMode):
        needs = replace(
            needs,
            max_discharge_kw=_kw(kilo(mode.EVMaximumDischargePower), needs.max_discharge_kw),
            min_discharge_kw=_kw(kilo(mode.EVMinimumDischargePower), needs.min_discharge_kw),
            max_discharge_a=Amperes(float(mode.EVMaximumDischargeCurrent)),
        )
    return needs


AcLimits = ac.AcCPDReqMode | ac.DynamicAcRequest | ac.ScheduledAcRequest


def ac_limits(mode: AcLimits, *, discharge: bool) -> dict[str, object]:
    """Return the limits that an AC message carries, as sums and, where there are several, per phase."""
    found: dict[str, object] = {}
    directions = ("Charge", "Discharge") if discharge else ("Charge",)
    for way in directions:
        most = phases.heard(mode, f"EVMaximum{way}Power")
        least = phases.heard(mode, f"EVMinimum{way}Power")
        name = way.lower()
        if most:
            found[f"max_{name}_kw"] = Kilowatts(fsum(most))
            found[f"{name}_phases_kw"] = most if len(most) > 1 else ()
        if least:
            found[f"min_{name}_kw"] = Kilowatts(fsum(least))
    return found


def heard_schedule(needs: VehicleNeeds, request: ScheduleExchangeReq, now: float) -> VehicleNeeds:
    """Return *needs* with what the car said when it asked for a plan."""
    mode = request.Dynamic_SEReqControlMode or request.Scheduled_SEReqControlMode
    assert mode is not None, "the wire checks that one branch of a choice is present"
    needs = replace(
        needs,
        departure=None if mode.DepartureTime is None else Instant(now + mode.DepartureTime),
        to_target_kwh=_kwh(mode.EVTargetEnergyRequest),
        to_maximum_kwh=_kwh(mode.EVMaximumEnergyRequest),
        to_minimum_kwh=_kwh(mode.EVMinimumEnergyRequest),
    )
    if isinstance(mode, DynamicSEReqType):
        needs = replace(
            needs,
            minimum_soc=_share(mode.MinimumSOC),
            target_soc=_share(mode.TargetSOC) or needs.target_soc,
            v2x_maximum_kwh=_kwh(mode.EVMaximumV2XEnergyRequest),
            v2x_minimum_kwh=_kwh(mode.EVMinimumV2XEnergyRequest),
        )
    return needs


def heard_turn(
    needs: VehicleNeeds, request: dc.DcChargeLoopReq | ac.AcChargeLoopReq, now: float
) -> VehicleNeeds:
    """Return *needs* after one request of the charge loop."""
    mode = request.CLReqControlMode
    changes: dict[str, object] = {}
    if isinstance(request, dc.DcChargeLoopReq):
        changes["present_voltage_v"] = float(request.EVPresentVoltage)
    if request.DisplayParameters is not None:
        _hear_display(changes, request.DisplayParameters)
    if isinstance(mode, DynamicRequest):
        if mode.DepartureTime is not None:
            changes["departure"] = now + mode.DepartureTime
        changes["to_target_kwh"] = float(mode.EVTargetEnergyRequest) / 1000.0
        changes["to_maximum_kwh"] = float(mode.EVMaximumEnergyRequest) / 1000.0
        changes["to_minimum_kwh"] = float(mode.EVMinimumEnergyRequest) / 1000.0
        if isinstance(mode, dc.BptDynamicDcRequest | ac.BptDynamicAcRequest):
            changes["v2x_maximum_kwh"] = _kwh(mode.EVMaximumV2XEnergyRequest)
            changes["v2x_minimum_kwh"] = _kwh(mode.EVMinimumV2XEnergyRequest)
    else:
        _hear_scheduled(changes, mode)
    _hear_limits(changes, mode)
    needs = replace(needs, **changes)
    return _exact_soc(needs)


def _hear_display(changes: dict[str, object], shown: DisplayParametersType) -> None:
    """Take over what the car shows its driver."""
    for name, percent in (
        ("soc", shown.PresentSOC),
        ("minimum_soc", shown.MinimumSOC),
        ("target_soc", shown.TargetSOC),
        ("maximum_soc", shown.MaximumSOC),
    ):
        if percent is not None:
            changes[name] = percent / 100.0
    if shown.BatteryEnergyCapacity is not None:
        changes["capacity_kwh"] = float(shown.BatteryEnergyCapacity) / 1000.0


def _hear_scheduled(changes: dict[str, object], mode: ScheduledRequest) -> None:
    """Take over the energies that a car with a schedule chose to send."""
    for name, number in (
        ("to_target_kwh", mode.EVTargetEnergyRequest),
        ("to_maximum_kwh", mode.EVMaximumEnergyRequest),
        ("to_minimum_kwh", mode.EVMinimumEnergyRequest),
    ):
        if number is not None:
            changes[name] = float(number) / 1000.0


def _hear_limits(changes: dict[str, object], mode: DynamicRequest | ScheduledRequest) -> None:
    """Take over the limits and what flows, in DC whole, in AC over the phases."""
    if isinstance(mode, dc.DynamicDcRequest | dc.ScheduledDcRequest):
        _hear_dc_limits(changes, mode)
        return
    assert isinstance(mode, ac.DynamicAcRequest | ac.ScheduledAcRequest)
    both = isinstance(mode, ac.BptDynamicAcRequest | ac.BptScheduledAcRequest)
    changes.update(ac_limits(mode, discharge=both))
    changes["power_kw"] = fsum(phases.heard(mode, "EVPresentActivePower"))
    reactive = phases.heard(mode, "EVPresentReactivePower")
    changes["reactive_kvar"] = fsum(reactive) if reactive else None


def _hear_dc_limits(
    changes: dict[str, object], mode: dc.DynamicDcRequest | dc.ScheduledDcRequest
) -> None:
    """Take over the limits of a DC turn."""
    numbers = [
        ("max_charge_kw", kilo(mode.EVMaximumChargePower)),
        ("min_charge_kw", kilo(mode.EVMinimumChargePower)),
        ("max_charge_a", _plain(mode.EVMaximumChargeCurrent)),
        ("max_voltage_v", _plain(mode.EVMaximumVoltage)),
        ("min_voltage_v", _plain(mode.EVMinimumVoltage)),
    ]
    if isinstance(mode, dc.BptDynamicDcRequest | dc.BptScheduledDcRequest):
        numbers += [
            ("max_discharge_kw", kilo(mode.EVMaximumDischargePower)),
            ("min_discharge_kw", kilo(mode.EVMinimumDischargePower)),
            ("max_discharge_a", _plain(mode.EVMaximumDischargeCurrent)),
        ]
    changes.update((name, number) for name, number in numbers if number is not None)


def _plain(number: RationalNumber | None) -> float | None:
    """Return a number of A or V."""
    return None if number is None else float(number)


def _exact_soc(needs: VehicleNeeds) -> VehicleNeeds:
    """Return *needs* with a state of charge finer than the display's percent, if it can be had.

    The energy to full, the capacity and the car's maximum give it; a car whose
    figures disagree with its own display by more than rounding keeps the display.
    """
    if needs.capacity_kwh is None or needs.to_maximum_kwh is None or needs.maximum_soc is None:
        return needs
    if needs.capacity_kwh <= 0.0 or needs.soc is None:
        return needs
    exact = needs.maximum_soc - needs.to_maximum_kwh / needs.capacity_kwh
    if abs(exact - needs.soc) > ROUNDING:
        return needs
    return replace(needs, soc=Share(exact))


def offered_dc(mode: dc.DcCPDResMode) -> SupplyOffered:
    """Return what the supply says that it can do in DC."""
    least = most = 0.0
    if isinstance(mode, dc.BptDcCPDResMode):
        most = float(mode.EVSEMaximumDischargePower) / 1000.0
        least = float(mode.EVSEMinimumDischargePower) / 1000.0
    return SupplyOffered(
        max_charge_kw=Kilowatts(float(mode.EVSEMaximumChargePower) / 1000.0),
        min_charge_kw=Kilowatts(float(mode.EVSEMinimumChargePower) / 1000.0),
        max_discharge_kw=Kilowatts(most),
        min_discharge_kw=Kilowatts(least),
        ramp_percent_per_min=_plain(mode.EVSEPowerRampLimitation),
    )


def offered_ac(mode: ac.AcCPDResMode) -> SupplyOffered:
    """Return what the supply says that it can do in AC, summed over the phases."""
    both = isinstance(mode, ac.BptAcCPDResMode)
    asymmetry = kilo(mode.MaximumPowerAsymmetry)
    return SupplyOffered(
        max_charge_kw=Kilowatts(fsum(phases.heard(mode, "EVSEMaximumChargePower"))),
        min_charge_kw=Kilowatts(fsum(phases.heard(mode, "EVSEMinimumChargePower"))),
        max_discharge_kw=Kilowatts(
            fsum(phases.heard(mode, "EVSEMaximumDischargePower")) if both else 0.0
        ),
        min_discharge_kw=Kilowatts(
            fsum(phases.heard(mode, "EVSEMinimumDischargePower")) if both else 0.0
        ),
        max_asymmetry_kw=None if asymmetry is None else Kilowatts(asymmetry),
        ramp_percent_per_min=_plain(mode.EVSEPowerRampLimitation),
    )
