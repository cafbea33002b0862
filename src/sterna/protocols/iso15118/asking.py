"""What a car asks, message by message: the battery's figures become rational numbers and percentages."""

from typing import Final

from sterna.protocols.iso15118 import phases
from sterna.protocols.iso15118.answers import PlanStep, percent, seconds_to
from sterna.protocols.iso15118.limits import CarBattery
from sterna.protocols.iso15118.messages import ac, app_protocol, dc, metering, schedule, session
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Processing,
    Progress,
    StopMode,
    Tolerance,
)
from sterna.protocols.iso15118.messages.values import (
    MessageHeader,
    MeterInfoType,
    RationalNumber,
    rational,
)
from sterna.protocols.iso15118.services import ControlMode, Service

STAY_UNKNOWN_S: Final = 7 * 86400
"""A car in Dynamic mode has to name a departure; one that knows none says a week."""
ZERO: Final = rational(0.0)


def watts(kilowatts: float) -> RationalNumber:
    """Return *kilowatts* (or kWh) as W (or Wh)."""
    return rational(kilowatts * 1000.0)


def v2x_most(battery: CarBattery) -> RationalNumber | None:
    """Return the energy to the upper end of the range for cycling, if the car names a range."""
    if battery.v2x_range is None:
        return None
    return watts(battery.energy_to(battery.v2x_range[1]))


def v2x_least(battery: CarBattery) -> RationalNumber | None:
    """Return the energy to its lower end; a car names both ends or none ([V2G20-2681])."""
    if battery.v2x_range is None:
        return None
    return watts(battery.energy_to(battery.v2x_range[0]))


def protocols(services: tuple[Service, ...]) -> app_protocol.SupportedAppProtocolReq:
    """Offer the name spaces of *services*, the favourite first."""
    spaces: list[str] = []
    for service in services:
        space = app_protocol.DC_NAMESPACE if service.direct else app_protocol.AC_NAMESPACE
        if space not in spaces:
            spaces.append(space)
    return app_protocol.SupportedAppProtocolReq(
        AppProtocol=tuple(
            app_protocol.AppProtocolType(
                ProtocolNamespace=space,
                VersionNumberMajor=1,
                VersionNumberMinor=0,
                SchemaID=place,
                Priority=place,
            )
            for place, space in enumerate(spaces, start=1)
        )
    )


def authorization(header: MessageHeader) -> session.AuthorizationReq:
    """Ask to be let in by external identification."""
    return session.AuthorizationReq(
        Header=header,
        SelectedAuthorizationService=Authorization.EIM,
        EIM_AReqAuthorizationMode=session.EIMAReqType(),
    )


def discovery(header: MessageHeader, services: tuple[Service, ...]) -> session.ServiceDiscoveryReq:
    """Ask which of *services* are on offer."""
    known = session.ServiceIDListType(ServiceID=tuple(int(service) for service in services))
    return session.ServiceDiscoveryReq(Header=header, SupportedServiceIDs=known)


def dc_parameters(
    header: MessageHeader, battery: CarBattery, *, bidirectional: bool
) -> dc.DcChargeParameterDiscoveryReq:
    """Tell the car's limits in DC."""
    amperes = rational(battery.max_current_a)
    mode = dc.DcCPDReqMode(
        EVMaximumChargePower=watts(battery.max_charge_kw),
        EVMinimumChargePower=watts(battery.min_charge_kw),
        EVMaximumChargeCurrent=amperes,
        EVMinimumChargeCurrent=ZERO,
        EVMaximumVoltage=rational(battery.max_voltage_v),
        EVMinimumVoltage=rational(battery.min_voltage_v),
        TargetSOC=percent(battery.target_soc),
    )
    if bidirectional:
        mode = dc.BptDcCPDReqMode(
            EVMaximumChargePower=mode.EVMaximumChargePower,
            EVMinimumChargePower=mode.EVMinimumChargePower,
            EVMaximumChargeCurrent=amperes,
            EVMinimumChargeCurrent=ZERO,
            EVMaximumVoltage=mode.EVMaximumVoltage,
            EVMinimumVoltage=mode.EVMinimumVoltage,
            TargetSOC=mode.TargetSOC,
            EVMaximumDischargePower=watts(battery.max_discharge_kw),
            EVMinimumDischargePower=watts(battery.min_discharge_kw),
            EVMaximumDischargeCurrent=amperes,
            EVMinimumDischargeCurrent=ZERO,
        )
    return dc.DcChargeParameterDiscoveryReq(Header=header, DC_CPDReqEnergyTransferMode=mode)


def ac_parameters(
    header: MessageHeader, battery: CarBattery, *, bidirectional: bool
) -> ac.AcChargeParameterDiscoveryReq:
    """Tell the car's limits in AC, per phase."""
    powers: dict[str, float] = {
        "EVMaximumChargePower": battery.max_charge_kw,
        "EVMinimumChargePower": battery.min_charge_kw,
    }
    if bidirectional:
        powers["EVMaximumDischargePower"] = battery.max_discharge_kw
        powers["EVMinimumDischargePower"] = battery.min_discharge_kw
    kind = ac.BptAcCPDReqMode if bidirectional else ac.AcCPDReqMode
    mode = kind(**phases.fields(battery.phases, **powers))
    return ac.AcChargeParameterDiscoveryReq(Header=header, AC_CPDReqEnergyTransferMode=mode)


def plan(
    header: MessageHeader, battery: CarBattery, mode: ControlMode, now: float, points: int
) -> schedule.ScheduleExchangeReq:
    """Ask for a plan, saying what is needed until when."""
    departure = seconds_to(battery.departure, now)
    target = watts(battery.energy_to(battery.target_soc))
    most = watts(battery.energy_to(battery.maximum_soc))
    least = watts(battery.energy_to(battery.minimum_soc))
    dynamic = scheduled = None
    if mode is ControlMode.DYNAMIC:
        dynamic = schedule.DynamicSEReqType(
            DepartureTime=STAY_UNKNOWN_S if departure is None else departure,
            MinimumSOC=percent(battery.minimum_soc),
            TargetSOC=percent(battery.target_soc),
            EVTargetEnergyRequest=target,
            EVMaximumEnergyRequest=most,
            EVMinimumEnergyRequest=least,
            EVMaximumV2XEnergyRequest=v2x_most(battery),
            EVMinimumV2XEnergyRequest=v2x_least(battery),
        )
    else:
        scheduled = schedule.ScheduledSEReqType(
            DepartureTime=departure,
            EVTargetEnergyRequest=target,
            EVMaximumEnergyRequest=most,
            EVMinimumEnergyRequest=least,
        )
    return schedule.ScheduleExchangeReq(
        Header=header,
        MaximumSupportingPoints=points,
        Dynamic_SEReqControlMode=dynamic,
        Scheduled_SEReqControlMode=scheduled,
    )


def delivery(
    header: MessageHeader,
    progress: Progress,
    profile: tuple[PlanStep, ...] | None = None,
    anchor: float = 0.0,
    tuple_id: int = 1,
    tolerance: Tolerance | None = None,
    lines: int = 1,
    mode: ControlMode = ControlMode.SCHEDULED,
) -> schedule.PowerDeliveryReq:
    """Ask for power on, off, standby or another plan.

    *profile*, over *lines* phases, goes with power on: in Scheduled *mode* the car
    commits itself to it, in Dynamic it says what the car expects.
    """
    committed, dynamic = None, mode is ControlMode.DYNAMIC
    if profile is not None:
        committed = schedule.EVPowerProfileType(
            TimeAnchor=int(anchor),
            Dynamic_EVPPTControlMode=schedule.DynamicEVPPTType() if dynamic else None,
            Scheduled_EVPPTControlMode=None
            if dynamic
            else schedule.ScheduledEVPPTType(
                SelectedScheduleTupleID=tuple_id, PowerToleranceAcceptance=tolerance
            ),
            EVPowerProfileEntries=schedule.EVPowerProfileEntryListType(
                EVPowerProfileEntry=tuple(
                    schedule.PowerScheduleEntryType(
                        Duration=step.duration_s, **phases.fields(lines, Power=step.power_kw)
                    )
                    for step in profile
                )
            ),
        )
    return schedule.PowerDeliveryReq(
        Header=header,
        EVProcessing=Processing.FINISHED,
        ChargeProgress=progress,
        EVPowerProfile=committed,
    )


def confirmation(
    header: MessageHeader, info: MeterInfoType, mode: ControlMode, tuple_id: int = 1
) -> metering.MeteringConfirmationReq:
    """Confirm the registers that the supply showed; who has a contract signs it afterwards."""
    dynamic = mode is ControlMode.DYNAMIC
    return metering.MeteringConfirmationReq(
        Header=header,
        SignedMeteringData=metering.SignedMeteringDataType(
            Id="id1",
            SessionID=header.SessionID,
            MeterInfo=info,
            Dynamic_SMDTControlMode=metering.DynamicSMDTType() if dynamic else None,
            Scheduled_SMDTControlMode=(
                None if dynamic else metering.ScheduledSMDTType(SelectedScheduleTupleID=tuple_id)
            ),
        ),
    )


def stop(header: MessageHeader, mode: StopMode, reason: str | None) -> session.SessionStopReq:
    """End the session in the way of *mode*."""
    return session.SessionStopReq(
        Header=header,
        ChargingSession=mode,
        EVTerminationExplanation=None if reason is None else reason[:160],
    )
