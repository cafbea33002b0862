"""One turn of the charge loop as a car asks it, for each service and control mode."""

from sterna.protocols.iso15118 import phases
from sterna.protocols.iso15118.answers import percent, seconds_to
from sterna.protocols.iso15118.asking import v2x_least, v2x_most, watts
from sterna.protocols.iso15118.limits import CarBattery
from sterna.protocols.iso15118.messages import ac, dc
from sterna.protocols.iso15118.messages.values import (
    DisplayParametersType,
    MessageHeader,
    RationalNumber,
    rational,
)
from sterna.protocols.iso15118.services import ControlMode, Service


def display(battery: CarBattery) -> DisplayParametersType:
    """Return what the car shows its driver."""
    return DisplayParametersType(
        PresentSOC=percent(battery.soc),
        MinimumSOC=percent(battery.minimum_soc),
        TargetSOC=percent(battery.target_soc),
        MaximumSOC=percent(battery.maximum_soc),
        ChargingComplete=battery.soc >= battery.maximum_soc,
        BatteryEnergyCapacity=watts(battery.capacity_kwh),
    )


def dc_turn(
    header: MessageHeader,
    battery: CarBattery,
    service: Service,
    mode: ControlMode,
    now: float,
    asked_kw: float,
    *,
    meter: bool,
) -> dc.DcChargeLoopReq:
    """Return one DC turn; a car with a schedule asks for *asked_kw*, negative to discharge."""
    return dc.DcChargeLoopReq(
        Header=header,
        DisplayParameters=display(battery),
        MeterInfoRequested=meter,
        EVPresentVoltage=rational(battery.voltage_v),
        CLReqControlMode=(
            _dc_dynamic(battery, now, bidirectional=service.bidirectional)
            if mode is ControlMode.DYNAMIC
            else _dc_scheduled(battery, asked_kw, bidirectional=service.bidirectional)
        ),
    )


def _dc_dynamic(battery: CarBattery, now: float, *, bidirectional: bool) -> dc.DynamicDcRequest:
    """Return the energies and limits of a car that follows the site."""
    amperes = rational(battery.max_current_a)
    if not bidirectional:
        return dc.DynamicDcRequest(
            DepartureTime=seconds_to(battery.departure, now),
            EVTargetEnergyRequest=watts(battery.energy_to(battery.target_soc)),
            EVMaximumEnergyRequest=watts(battery.energy_to(battery.maximum_soc)),
            EVMinimumEnergyRequest=watts(battery.energy_to(battery.minimum_soc)),
            EVMaximumChargePower=watts(battery.max_charge_kw),
            EVMinimumChargePower=watts(battery.min_charge_kw),
            EVMaximumChargeCurrent=amperes,
            EVMaximumVoltage=rational(battery.max_voltage_v),
            EVMinimumVoltage=rational(battery.min_voltage_v),
        )
    return dc.BptDynamicDcRequest(
        DepartureTime=seconds_to(battery.departure, now),
        EVTargetEnergyRequest=watts(battery.energy_to(battery.target_soc)),
        EVMaximumEnergyRequest=watts(battery.energy_to(battery.maximum_soc)),
        EVMinimumEnergyRequest=watts(battery.energy_to(battery.minimum_soc)),
        EVMaximumChargePower=watts(battery.max_charge_kw),
        EVMinimumChargePower=watts(battery.min_charge_kw),
        EVMaximumChargeCurrent=amperes,
        EVMaximumVoltage=rational(battery.max_voltage_v),
        EVMinimumVoltage=rational(battery.min_voltage_v),
        EVMaximumDischargePower=watts(battery.max_discharge_kw),
        EVMinimumDischargePower=watts(battery.min_discharge_kw),
        EVMaximumDischargeCurrent=amperes,
        EVMaximumV2XEnergyRequest=v2x_most(battery),
        EVMinimumV2XEnergyRequest=v2x_least(battery),
    )


def _dc_scheduled(
    battery: CarBattery, asked_kw: float, *, bidirectional: bool
) -> dc.ScheduledDcRequest:
    """Return the current that a car with a schedule asks for, and its limits and energies."""
    volts = battery.voltage_v
    current = rational(asked_kw * 1000.0 / volts if volts > 0.0 else 0.0)
    if not bidirectional:
        return dc.ScheduledDcRequest(
            EVTargetEnergyRequest=watts(battery.energy_to(battery.target_soc)),
            EVMaximumEnergyRequest=watts(battery.energy_to(battery.maximum_soc)),
            EVMinimumEnergyRequest=watts(battery.energy_to(battery.minimum_soc)),
            EVTargetCurrent=current,
            EVTargetVoltage=rational(volts),
            EVMaximumChargePower=watts(battery.max_charge_kw),
            EVMinimumChargePower=watts(battery.min_charge_kw),
        )
    return dc.BptScheduledDcRequest(
        EVTargetEnergyRequest=watts(battery.energy_to(battery.target_soc)),
        EVMaximumEnergyRequest=watts(battery.energy_to(battery.maximum_soc)),
        EVMinimumEnergyRequest=watts(battery.energy_to(battery.minimum_soc)),
        EVTargetCurrent=current,
        EVTargetVoltage=rational(volts),
        EVMaximumChargePower=watts(battery.max_charge_kw),
        EVMinimumChargePower=watts(battery.min_charge_kw),
        EVMaximumDischargePower=watts(battery.max_discharge_kw),
        EVMinimumDischargePower=watts(battery.min_discharge_kw),
    )


def ac_turn(
    header: MessageHeader,
    battery: CarBattery,
    service: Service,
    mode: ControlMode,
    now: float,
    *,
    meter: bool,
) -> ac.AcChargeLoopReq:
    """Return one AC turn; the present power is negative while the car discharges."""
    return ac.AcChargeLoopReq(
        Header=header,
        DisplayParameters=display(battery),
        MeterInfoRequested=meter,
        CLReqControlMode=(
            _ac_dynamic(battery, now, bidirectional=service.bidirectional)
            if mode is ControlMode.DYNAMIC
            else _ac_scheduled(battery, bidirectional=service.bidirectional)
        ),
    )


def _ac_powers(battery: CarBattery, *, bidirectional: bool) -> dict[str, RationalNumber]:
    """Return limits and present power of an AC turn, per phase."""
    powers: dict[str, float] = {
        "EVMaximumChargePower": battery.max_charge_kw,
        "EVMinimumChargePower": battery.min_charge_kw,
        "EVPresentActivePower": battery.power_kw,
        "EVPresentReactivePower": battery.reactive_kvar,
    }
    if bidirectional:
        powers["EVMaximumDischargePower"] = battery.max_discharge_kw
        powers["EVMinimumDischargePower"] = battery.min_discharge_kw
    return phases.fields(battery.phases, **powers)


def _ac_dynamic(battery: CarBattery, now: float, *, bidirectional: bool) -> ac.DynamicAcRequest:
    """Return the energies, limits and present power of a car that follows the site."""
    powers = _ac_powers(battery, bidirectional=bidirectional)
    if not bidirectional:
        return ac.DynamicAcRequest(
            DepartureTime=seconds_to(battery.departure, now),
            EVTargetEnergyRequest=watts(battery.energy_to(battery.target_soc)),
            EVMaximumEnergyRequest=watts(battery.energy_to(battery.maximum_soc)),
            EVMinimumEnergyRequest=watts(battery.energy_to(battery.minimum_soc)),
            **powers,
        )
    return ac.BptDynamicAcRequest(
        DepartureTime=seconds_to(battery.departure, now),
        EVTargetEnergyRequest=watts(battery.energy_to(battery.target_soc)),
        EVMaximumEnergyRequest=watts(battery.energy_to(battery.maximum_soc)),
        EVMinimumEnergyRequest=watts(battery.energy_to(battery.minimum_soc)),
        EVMaximumV2XEnergyRequest=v2x_most(battery),
        EVMinimumV2XEnergyRequest=v2x_least(battery),
        **powers,
    )


def _ac_scheduled(battery: CarBattery, *, bidirectional: bool) -> ac.ScheduledAcRequest:
    """Return the energies, limits and present power of a car with a schedule."""
    kind = ac.BptScheduledAcRequest if bidirectional else ac.ScheduledAcRequest
    return kind(
        EVTargetEnergyRequest=watts(battery.energy_to(battery.target_soc)),
        EVMaximumEnergyRequest=watts(battery.energy_to(battery.maximum_soc)),
        EVMinimumEnergyRequest=watts(battery.energy_to(battery.minimum_soc)),
        **_ac_powers(battery, bidirectional=bidirectional),
    )
