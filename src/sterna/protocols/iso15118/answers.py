"""What the supply says about itself: limits, plan, status and the answers of the charge loop."""

from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts, Share, Volts, WattHours
from sterna.protocols.iso15118 import phases
from sterna.protocols.iso15118.events import VehicleNeeds
from sterna.protocols.iso15118.limits import SupplyLimits, phase_caps
from sterna.protocols.iso15118.messages import ac, dc
from sterna.protocols.iso15118.messages.codes import Code
from sterna.protocols.iso15118.messages.values import (
    EVSEStatusType,
    MessageHeader,
    MeterInfoType,
    RationalNumber,
    rational,
)
from sterna.protocols.iso15118.services import ControlMode, MobilityNeeds

ACHIEVED: Final = 0.999
"""A power within a thousandth of a limit counts as at the limit."""


class SitePlan(Struct, frozen=True, kw_only=True, gc=False):
    """What the site plans for the car, where it is not the car's own wish."""

    departure: Instant | None = None
    minimum_soc: Share | None = None
    target_soc: Share | None = None


class PlanStep(Struct, frozen=True, kw_only=True, gc=False):
    """A power that holds for *duration_s*; negative discharges."""

    duration_s: int
    power_kw: Kilowatts


def step_at(steps: tuple[PlanStep, ...], anchor: float, now: float) -> float:
    """Return the power in kW of *steps* from *anchor* at *now*; zero outside of them."""
    edge = anchor
    for step in steps:
        edge += step.duration_s
        if now < edge:
            return step.power_kw
    return 0.0


class Reading(Struct, frozen=True, kw_only=True, gc=False):
    """What the supply measures at the coupler; both registers only ever rise."""

    power_kw: Kilowatts
    volts: Volts
    charged_wh: WattHours = WattHours(0)
    discharged_wh: WattHours = WattHours(0)


def percent(share: float | None) -> int | None:
    """Return *share* as the whole percentage that the wire carries."""
    return None if share is None else min(100, max(0, round(share * 100)))


def seconds_to(moment: float | None, now: float) -> int | None:
    """Return the whole seconds from *now* to *moment*, not below zero."""
    return None if moment is None else max(0, round(moment - now))


def meter_info(name: str, reading: Reading, now: float, *, bidirectional: bool) -> MeterInfoType:
    """Return the registers of *reading*."""
    return MeterInfoType(
        MeterID=name[:32],
        ChargedEnergyReadingWh=reading.charged_wh,
        BPT_DischargedEnergyReadingWh=reading.discharged_wh if bidirectional else None,
        MeterTimestamp=int(now),
    )


def dc_limits(supply: SupplyLimits, *, bidirectional: bool) -> dc.DcCPDResMode:
    """Return the supply's limits for parameter discovery."""
    amperes, ramp = rational(supply.max_current_a), _ramp(supply)
    if bidirectional:
        return dc.BptDcCPDResMode(
            EVSEPowerRampLimitation=ramp,
            EVSEMaximumChargePower=rational(supply.max_charge_kw * 1000),
            EVSEMinimumChargePower=rational(supply.min_charge_kw * 1000),
            EVSEMaximumChargeCurrent=amperes,
            EVSEMinimumChargeCurrent=rational(0.0),
            EVSEMaximumVoltage=rational(supply.max_voltage_v),
            EVSEMinimumVoltage=rational(supply.min_voltage_v),
            EVSEMaximumDischargePower=rational(supply.max_discharge_kw * 1000),
            EVSEMinimumDischargePower=rational(supply.min_discharge_kw * 1000),
            EVSEMaximumDischargeCurrent=amperes,
            EVSEMinimumDischargeCurrent=rational(0.0),
        )
    return dc.DcCPDResMode(
        EVSEPowerRampLimitation=ramp,
        EVSEMaximumChargePower=rational(supply.max_charge_kw * 1000),
        EVSEMinimumChargePower=rational(supply.min_charge_kw * 1000),
        EVSEMaximumChargeCurrent=amperes,
        EVSEMinimumChargeCurrent=rational(0.0),
        EVSEMaximumVoltage=rational(supply.max_voltage_v),
        EVSEMinimumVoltage=rational(supply.min_voltage_v),
    )


def ac_limits(supply: SupplyLimits, *, bidirectional: bool) -> ac.AcCPDResMode:
    """Return the supply's limits for parameter discovery, per phase."""
    asymmetry = supply.max_asymmetry_kw
    powers = {
        "EVSEMaximumChargePower": supply.max_charge_kw,
        "EVSEMinimumChargePower": supply.min_charge_kw,
    }
    if bidirectional:
        powers["EVSEMaximumDischargePower"] = supply.max_discharge_kw
        powers["EVSEMinimumDischargePower"] = supply.min_discharge_kw
    kind = ac.BptAcCPDResMode if bidirectional else ac.AcCPDResMode
    return kind(
        EVSENominalFrequency=rational(supply.nominal_hz),
        MaximumPowerAsymmetry=None if asymmetry is None else rational(asymmetry * 1000),
        EVSEPowerRampLimitation=_ramp(supply),
        **phases.fields(supply.phases, **powers),
    )


def _ramp(supply: SupplyLimits) -> RationalNumber | None:
    """Return how fast the car may change its power, if there is a bound."""
    ramp = supply.ramp_percent_per_min
    return None if ramp is None else rational(ramp)


class Turn(Struct, frozen=True, kw_only=True, gc=False):
    """Everything that an answer of the charge loop is made of."""

    header: MessageHeader
    status: EVSEStatusType | None
    meter: MeterInfoType | None
    needs: VehicleNeeds
    supply: SupplyLimits
    site: SitePlan
    target_kw: Kilowatts
    reading: Reading
    now: float
    code: Code = Code.OK
    reactive_kvar: float | None = None


def dc_turn(turn: Turn) -> dc.DcChargeLoopRes:
    """Return the answer to one DC turn; the present current is negative while discharging."""
    volts, power_kw = turn.reading.volts, turn.reading.power_kw
    current = power_kw * 1000 / volts if volts > 0.0 else 0.0
    supply, size = turn.supply, abs(power_kw)
    most = supply.max_charge_kw if power_kw >= 0.0 else supply.max_discharge_kw
    return dc.DcChargeLoopRes(
        Header=turn.header,
        ResponseCode=turn.code,
        EVSEStatus=turn.status,
        MeterInfo=turn.meter,
        EVSEPresentCurrent=rational(current),
        EVSEPresentVoltage=rational(volts),
        EVSEPowerLimitAchieved=size > 0.0 and size >= most * ACHIEVED,
        EVSECurrentLimitAchieved=abs(current) >= supply.max_current_a * ACHIEVED,
        EVSEVoltageLimitAchieved=volts >= supply.max_voltage_v * ACHIEVED,
        CLResControlMode=_dc_mode(turn),
    )


def _dc_mode(turn: Turn) -> dc.DynamicDcResponse | dc.ScheduledDcResponse:
    """Return the limits of the moment, and in Dynamic mode the site's plan."""
    supply, service = turn.supply, turn.needs.service
    charge = rational(supply.max_charge_kw * 1000)
    charge_least = rational(supply.min_charge_kw * 1000)
    amperes, volts = rational(supply.max_current_a), rational(supply.max_voltage_v)
    discharge = rational(supply.max_discharge_kw * 1000)
    discharge_least = rational(supply.min_discharge_kw * 1000)
    if turn.needs.control_mode is ControlMode.SCHEDULED:
        if not service.bidirectional:
            return dc.ScheduledDcResponse(
                EVSEMaximumChargePower=charge,
                EVSEMinimumChargePower=charge_least,
                EVSEMaximumChargeCurrent=amperes,
                EVSEMaximumVoltage=volts,
            )
        return dc.BptScheduledDcResponse(
            EVSEMaximumChargePower=charge,
            EVSEMinimumChargePower=charge_least,
            EVSEMaximumChargeCurrent=amperes,
            EVSEMaximumVoltage=volts,
            EVSEMaximumDischargePower=discharge,
            EVSEMinimumDischargePower=discharge_least,
            EVSEMaximumDischargeCurrent=amperes,
            EVSEMinimumVoltage=rational(supply.min_voltage_v),
        )
    site = site_of(turn)
    departure = seconds_to(site.departure, turn.now)
    minimum, target = percent(site.minimum_soc), percent(site.target_soc)
    if not service.bidirectional:
        return dc.DynamicDcResponse(
            DepartureTime=departure,
            MinimumSOC=minimum,
            TargetSOC=target,
            EVSEMaximumChargePower=charge,
            EVSEMinimumChargePower=charge_least,
            EVSEMaximumChargeCurrent=amperes,
            EVSEMaximumVoltage=volts,
        )
    return dc.BptDynamicDcResponse(
        DepartureTime=departure,
        MinimumSOC=minimum,
        TargetSOC=target,
        EVSEMaximumChargePower=charge,
        EVSEMinimumChargePower=charge_least,
        EVSEMaximumChargeCurrent=amperes,
        EVSEMaximumVoltage=volts,
        EVSEMaximumDischargePower=discharge,
        EVSEMinimumDischargePower=discharge_least,
        EVSEMaximumDischargeCurrent=amperes,
        EVSEMinimumVoltage=rational(supply.min_voltage_v),
    )


def ac_turn(turn: Turn) -> ac.AcChargeLoopRes:
    """Return the answer to one AC turn: the set-point per phase, negative to discharge."""
    needs = turn.needs
    powers = phases.fields(needs.phases, EVSEPresentActivePower=turn.reading.power_kw)
    powers |= _target(turn)
    if turn.reactive_kvar is not None:
        powers |= phases.fields(needs.phases, EVSETargetReactivePower=turn.reactive_kvar)
    bidirectional = needs.service.bidirectional
    mode: ac.DynamicAcResponse | ac.ScheduledAcResponse
    if needs.control_mode is ControlMode.SCHEDULED:
        scheduled = ac.BptScheduledAcResponse if bidirectional else ac.ScheduledAcResponse
        mode = scheduled(**powers)
    else:
        dynamic = ac.BptDynamicAcResponse if bidirectional else ac.DynamicAcResponse
        site = site_of(turn)
        mode = dynamic(
            DepartureTime=seconds_to(site.departure, turn.now),
            MinimumSOC=percent(site.minimum_soc),
            TargetSOC=percent(site.target_soc),
            AckMaxDelay=None,
            **powers,
        )
    return ac.AcChargeLoopRes(
        Header=turn.header,
        ResponseCode=turn.code,
        EVSEStatus=turn.status,
        MeterInfo=turn.meter,
        CLResControlMode=mode,
    )


def _target(turn: Turn) -> dict[str, RationalNumber]:
    """Return the set-point; where the phases of the car differ, each gets what it can carry."""
    needs, name, target = turn.needs, "EVSETargetActivePower", turn.target_kw
    able = phase_caps(needs, turn.supply, charge=target >= 0.0)
    uneven = len(able) == needs.phases > 1 and len(set(able)) > 1
    if not uneven:
        return phases.fields(needs.phases, **{name: target})
    shares = phases.spread(target, able)
    return phases.named(name, tuple(watts for one in shares for watts in phases.written(one, 1)))


def site_of(turn: Turn) -> SitePlan:
    """Return what the site may say about departure and states of charge: nothing where the car alone knows."""
    both = turn.needs.mobility_needs is MobilityNeeds.BOTH
    return turn.site if both else SitePlan()
