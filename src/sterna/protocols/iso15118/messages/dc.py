"""Messages of direct-current charging, one-way and bidirectional: parameters, isolation, pre-charge, welding and charge loop.

Powers are in W, currents in A, voltages in V; limits are magnitudes in both
directions, what flows or is asked for is negative while the car discharges.
"""

from typing import Annotated

from sterna.protocols.iso15118.messages.codes import Processing
from sterna.protocols.iso15118.messages.values import (
    ChargeLoopReq,
    ChargeLoopRes,
    DynamicRequest,
    DynamicResponse,
    RationalNumber,
    Request,
    Response,
    ScheduledRequest,
    ScheduledResponse,
)
from sterna.protocols.iso15118.schema import Element, PercentValue, Substitution


class DcCPDReqMode(
    Element,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="DC_CPDReqEnergyTransferMode",
):
    """The car's limits in W, A and V."""

    EVMaximumChargePower: RationalNumber
    EVMinimumChargePower: RationalNumber
    EVMaximumChargeCurrent: RationalNumber
    EVMinimumChargeCurrent: RationalNumber
    EVMaximumVoltage: RationalNumber
    EVMinimumVoltage: RationalNumber
    TargetSOC: PercentValue | None = None


class BptDcCPDReqMode(
    DcCPDReqMode,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_DC_CPDReqEnergyTransferMode",
):
    """A bidirectional car also says what it can give, as magnitudes."""

    EVMaximumDischargePower: RationalNumber
    EVMinimumDischargePower: RationalNumber
    EVMaximumDischargeCurrent: RationalNumber
    EVMinimumDischargeCurrent: RationalNumber


class DcCPDResMode(
    Element,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="DC_CPDResEnergyTransferMode",
):
    """The supply's limits in W, A and V, ramp in percent per minute."""

    EVSEMaximumChargePower: RationalNumber
    EVSEMinimumChargePower: RationalNumber
    EVSEMaximumChargeCurrent: RationalNumber
    EVSEMinimumChargeCurrent: RationalNumber
    EVSEMaximumVoltage: RationalNumber
    EVSEMinimumVoltage: RationalNumber
    EVSEPowerRampLimitation: RationalNumber | None = None


class BptDcCPDResMode(
    DcCPDResMode,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_DC_CPDResEnergyTransferMode",
):
    """A bidirectional supply also says what it can take, as magnitudes."""

    EVSEMaximumDischargePower: RationalNumber
    EVSEMinimumDischargePower: RationalNumber
    EVSEMaximumDischargeCurrent: RationalNumber
    EVSEMinimumDischargeCurrent: RationalNumber


class ScheduledDcRequest(
    ScheduledRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Scheduled_DC_CLReqControlMode",
):
    """The current in A and voltage in V that a car with a schedule asks for; negative current discharges."""

    EVTargetCurrent: RationalNumber
    EVTargetVoltage: RationalNumber
    EVMaximumChargePower: RationalNumber | None = None
    EVMinimumChargePower: RationalNumber | None = None
    EVMaximumChargeCurrent: RationalNumber | None = None
    EVMaximumVoltage: RationalNumber | None = None
    EVMinimumVoltage: RationalNumber | None = None


class BptScheduledDcRequest(
    ScheduledDcRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Scheduled_DC_CLReqControlMode",
):
    """A bidirectional car with a schedule."""

    EVMaximumDischargePower: RationalNumber | None = None
    EVMinimumDischargePower: RationalNumber | None = None
    EVMaximumDischargeCurrent: RationalNumber | None = None


class DynamicDcRequest(
    DynamicRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Dynamic_DC_CLReqControlMode",
):
    """The limits of a car that follows the site."""

    EVMaximumChargePower: RationalNumber
    EVMinimumChargePower: RationalNumber
    EVMaximumChargeCurrent: RationalNumber
    EVMaximumVoltage: RationalNumber
    EVMinimumVoltage: RationalNumber


class BptDynamicDcRequest(
    DynamicDcRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Dynamic_DC_CLReqControlMode",
):
    """A bidirectional car that follows the site, with the room for cycling in Wh."""

    EVMaximumDischargePower: RationalNumber
    EVMinimumDischargePower: RationalNumber
    EVMaximumDischargeCurrent: RationalNumber
    EVMaximumV2XEnergyRequest: RationalNumber | None = None
    EVMinimumV2XEnergyRequest: RationalNumber | None = None


class ScheduledDcResponse(
    ScheduledResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Scheduled_DC_CLResControlMode",
):
    """The supply's limits of the moment."""

    EVSEMaximumChargePower: RationalNumber | None = None
    EVSEMinimumChargePower: RationalNumber | None = None
    EVSEMaximumChargeCurrent: RationalNumber | None = None
    EVSEMaximumVoltage: RationalNumber | None = None


class BptScheduledDcResponse(
    ScheduledDcResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Scheduled_DC_CLResControlMode",
):
    """A bidirectional supply's limits of the moment."""

    EVSEMaximumDischargePower: RationalNumber | None = None
    EVSEMinimumDischargePower: RationalNumber | None = None
    EVSEMaximumDischargeCurrent: RationalNumber | None = None
    EVSEMinimumVoltage: RationalNumber | None = None


class DynamicDcResponse(
    DynamicResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Dynamic_DC_CLResControlMode",
):
    """The supply's limits of the moment; the current follows the supply."""

    EVSEMaximumChargePower: RationalNumber
    EVSEMinimumChargePower: RationalNumber
    EVSEMaximumChargeCurrent: RationalNumber
    EVSEMaximumVoltage: RationalNumber


class BptDynamicDcResponse(
    DynamicDcResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Dynamic_DC_CLResControlMode",
):
    """A bidirectional supply's limits of the moment, as magnitudes."""

    EVSEMaximumDischargePower: RationalNumber
    EVSEMinimumDischargePower: RationalNumber
    EVSEMaximumDischargeCurrent: RationalNumber
    EVSEMinimumVoltage: RationalNumber


class DcChargeParameterDiscoveryReq(
    Request,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="DC_ChargeParameterDiscoveryReq",
):
    """What the car can take and give."""

    DC_CPDReqEnergyTransferMode: Annotated[
        DcCPDReqMode | BptDcCPDReqMode,
        Substitution("DC_CPDReqEnergyTransferMode", abstract=False),
    ]


class DcChargeParameterDiscoveryRes(
    Response,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="DC_ChargeParameterDiscoveryRes",
):
    """What the supply can give and take."""

    DC_CPDResEnergyTransferMode: Annotated[
        DcCPDResMode | BptDcCPDResMode,
        Substitution("DC_CPDResEnergyTransferMode", abstract=False),
    ]


class DcCableCheckReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_CableCheckReq"
):
    """Ask for the isolation test of the cable."""


class DcCableCheckRes(
    Response, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_CableCheckRes"
):
    """Finished once the isolation holds."""

    EVSEProcessing: Processing


class DcPreChargeReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_PreChargeReq"
):
    """Ask the supply to bring its voltage to the battery's before the contactors close."""

    EVProcessing: Processing
    EVPresentVoltage: RationalNumber
    EVTargetVoltage: RationalNumber


class DcPreChargeRes(
    Response, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_PreChargeRes"
):
    """The supply's voltage so far."""

    EVSEPresentVoltage: RationalNumber


class DcWeldingDetectionReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_WeldingDetectionReq"
):
    """The car has opened its contactors and looks whether one stuck."""

    EVProcessing: Processing


class DcWeldingDetectionRes(
    Response, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_WeldingDetectionRes"
):
    """The voltage that is left, which a welded contactor betrays."""

    EVSEPresentVoltage: RationalNumber


class DcChargeLoopReq(
    ChargeLoopReq, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_ChargeLoopReq"
):
    """One turn of the charge loop: what the car measures and wants."""

    EVPresentVoltage: RationalNumber
    CLReqControlMode: Annotated[
        ScheduledDcRequest | BptScheduledDcRequest | DynamicDcRequest | BptDynamicDcRequest,
        Substitution("CLReqControlMode", abstract=True),
    ]


class DcChargeLoopRes(
    ChargeLoopRes, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="DC_ChargeLoopRes"
):
    """One turn of the charge loop: what the supply measures and wants."""

    EVSEPresentCurrent: RationalNumber
    EVSEPresentVoltage: RationalNumber
    EVSEPowerLimitAchieved: bool
    EVSECurrentLimitAchieved: bool
    EVSEVoltageLimitAchieved: bool
    CLResControlMode: Annotated[
        ScheduledDcResponse | BptScheduledDcResponse | DynamicDcResponse | BptDynamicDcResponse,
        Substitution("CLResControlMode", abstract=True),
    ]
