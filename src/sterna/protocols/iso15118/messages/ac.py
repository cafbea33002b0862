"""Messages of alternating-current charging, one-way and bidirectional: parameters and charge loop.

Powers are in W, currents in A, voltages in V; limits are magnitudes in both
directions, what flows or is asked for is negative while the car discharges.
"""

from typing import Annotated

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
from sterna.protocols.iso15118.schema import Element, Substitution


class AcCPDReqMode(
    Element,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="AC_CPDReqEnergyTransferMode",
):
    """The car's powers per phase in W; the first field is L1, or the sum where it stands alone."""

    EVMaximumChargePower: RationalNumber
    EVMaximumChargePower_L2: RationalNumber | None = None
    EVMaximumChargePower_L3: RationalNumber | None = None
    EVMinimumChargePower: RationalNumber
    EVMinimumChargePower_L2: RationalNumber | None = None
    EVMinimumChargePower_L3: RationalNumber | None = None


class BptAcCPDReqMode(
    AcCPDReqMode,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_AC_CPDReqEnergyTransferMode",
):
    """A bidirectional car also says what it can give, as magnitudes in W."""

    EVMaximumDischargePower: RationalNumber
    EVMaximumDischargePower_L2: RationalNumber | None = None
    EVMaximumDischargePower_L3: RationalNumber | None = None
    EVMinimumDischargePower: RationalNumber
    EVMinimumDischargePower_L2: RationalNumber | None = None
    EVMinimumDischargePower_L3: RationalNumber | None = None


class AcCPDResMode(
    Element,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="AC_CPDResEnergyTransferMode",
):
    """The supply's powers per phase in W, ramp in percent per minute, present power negative while discharging."""

    EVSEMaximumChargePower: RationalNumber
    EVSEMaximumChargePower_L2: RationalNumber | None = None
    EVSEMaximumChargePower_L3: RationalNumber | None = None
    EVSEMinimumChargePower: RationalNumber
    EVSEMinimumChargePower_L2: RationalNumber | None = None
    EVSEMinimumChargePower_L3: RationalNumber | None = None
    EVSENominalFrequency: RationalNumber
    MaximumPowerAsymmetry: RationalNumber | None = None
    EVSEPowerRampLimitation: RationalNumber | None = None
    EVSEPresentActivePower: RationalNumber | None = None
    EVSEPresentActivePower_L2: RationalNumber | None = None
    EVSEPresentActivePower_L3: RationalNumber | None = None


class BptAcCPDResMode(
    AcCPDResMode,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_AC_CPDResEnergyTransferMode",
):
    """A bidirectional supply also says what it can take, as magnitudes in W."""

    EVSEMaximumDischargePower: RationalNumber
    EVSEMaximumDischargePower_L2: RationalNumber | None = None
    EVSEMaximumDischargePower_L3: RationalNumber | None = None
    EVSEMinimumDischargePower: RationalNumber
    EVSEMinimumDischargePower_L2: RationalNumber | None = None
    EVSEMinimumDischargePower_L3: RationalNumber | None = None


class ScheduledAcRequest(
    ScheduledRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Scheduled_AC_CLReqControlMode",
):
    """What a car with a schedule reports in each loop."""

    EVMaximumChargePower: RationalNumber | None = None
    EVMaximumChargePower_L2: RationalNumber | None = None
    EVMaximumChargePower_L3: RationalNumber | None = None
    EVMinimumChargePower: RationalNumber | None = None
    EVMinimumChargePower_L2: RationalNumber | None = None
    EVMinimumChargePower_L3: RationalNumber | None = None
    EVPresentActivePower: RationalNumber
    EVPresentActivePower_L2: RationalNumber | None = None
    EVPresentActivePower_L3: RationalNumber | None = None
    EVPresentReactivePower: RationalNumber | None = None
    EVPresentReactivePower_L2: RationalNumber | None = None
    EVPresentReactivePower_L3: RationalNumber | None = None


class BptScheduledAcRequest(
    ScheduledAcRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Scheduled_AC_CLReqControlMode",
):
    """A bidirectional car with a schedule."""

    EVMaximumDischargePower: RationalNumber | None = None
    EVMaximumDischargePower_L2: RationalNumber | None = None
    EVMaximumDischargePower_L3: RationalNumber | None = None
    EVMinimumDischargePower: RationalNumber | None = None
    EVMinimumDischargePower_L2: RationalNumber | None = None
    EVMinimumDischargePower_L3: RationalNumber | None = None


class DynamicAcRequest(
    DynamicRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Dynamic_AC_CLReqControlMode",
):
    """What a car that follows the site reports in each loop."""

    EVMaximumChargePower: RationalNumber
    EVMaximumChargePower_L2: RationalNumber | None = None
    EVMaximumChargePower_L3: RationalNumber | None = None
    EVMinimumChargePower: RationalNumber
    EVMinimumChargePower_L2: RationalNumber | None = None
    EVMinimumChargePower_L3: RationalNumber | None = None
    EVPresentActivePower: RationalNumber
    EVPresentActivePower_L2: RationalNumber | None = None
    EVPresentActivePower_L3: RationalNumber | None = None
    EVPresentReactivePower: RationalNumber
    EVPresentReactivePower_L2: RationalNumber | None = None
    EVPresentReactivePower_L3: RationalNumber | None = None


class BptDynamicAcRequest(
    DynamicAcRequest,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Dynamic_AC_CLReqControlMode",
):
    """A bidirectional car that follows the site, with the room for cycling in Wh."""

    EVMaximumDischargePower: RationalNumber
    EVMaximumDischargePower_L2: RationalNumber | None = None
    EVMaximumDischargePower_L3: RationalNumber | None = None
    EVMinimumDischargePower: RationalNumber
    EVMinimumDischargePower_L2: RationalNumber | None = None
    EVMinimumDischargePower_L3: RationalNumber | None = None
    EVMaximumV2XEnergyRequest: RationalNumber | None = None
    EVMinimumV2XEnergyRequest: RationalNumber | None = None


class ScheduledAcResponse(
    ScheduledResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Scheduled_AC_CLResControlMode",
):
    """What the site asks of a car with a schedule; negative power discharges."""

    EVSETargetActivePower: RationalNumber | None = None
    EVSETargetActivePower_L2: RationalNumber | None = None
    EVSETargetActivePower_L3: RationalNumber | None = None
    EVSETargetReactivePower: RationalNumber | None = None
    EVSETargetReactivePower_L2: RationalNumber | None = None
    EVSETargetReactivePower_L3: RationalNumber | None = None
    EVSEPresentActivePower: RationalNumber | None = None
    EVSEPresentActivePower_L2: RationalNumber | None = None
    EVSEPresentActivePower_L3: RationalNumber | None = None


class BptScheduledAcResponse(
    ScheduledAcResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Scheduled_AC_CLResControlMode",
):
    """Nothing more than the one-way answer: the target's sign tells the direction."""


class DynamicAcResponse(
    DynamicResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="Dynamic_AC_CLResControlMode",
):
    """The set-point in W for a car that follows the site; negative power discharges."""

    EVSETargetActivePower: RationalNumber
    EVSETargetActivePower_L2: RationalNumber | None = None
    EVSETargetActivePower_L3: RationalNumber | None = None
    EVSETargetReactivePower: RationalNumber | None = None
    EVSETargetReactivePower_L2: RationalNumber | None = None
    EVSETargetReactivePower_L3: RationalNumber | None = None
    EVSEPresentActivePower: RationalNumber | None = None
    EVSEPresentActivePower_L2: RationalNumber | None = None
    EVSEPresentActivePower_L3: RationalNumber | None = None


class BptDynamicAcResponse(
    DynamicAcResponse,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="BPT_Dynamic_AC_CLResControlMode",
):
    """Nothing more than the one-way answer: the target's sign tells the direction."""


class AcChargeParameterDiscoveryReq(
    Request,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="AC_ChargeParameterDiscoveryReq",
):
    """What the car can take and give."""

    AC_CPDReqEnergyTransferMode: Annotated[
        AcCPDReqMode | BptAcCPDReqMode,
        Substitution("AC_CPDReqEnergyTransferMode", abstract=False),
    ]


class AcChargeParameterDiscoveryRes(
    Response,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="AC_ChargeParameterDiscoveryRes",
):
    """What the supply can give and take."""

    AC_CPDResEnergyTransferMode: Annotated[
        AcCPDResMode | BptAcCPDResMode,
        Substitution("AC_CPDResEnergyTransferMode", abstract=False),
    ]


class AcChargeLoopReq(
    ChargeLoopReq, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="AC_ChargeLoopReq"
):
    """One turn of the charge loop: what the car measures and wants."""

    CLReqControlMode: Annotated[
        ScheduledAcRequest | BptScheduledAcRequest | DynamicAcRequest | BptDynamicAcRequest,
        Substitution("CLReqControlMode", abstract=True),
    ]


class AcChargeLoopRes(
    ChargeLoopRes, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="AC_ChargeLoopRes"
):
    """One turn of the charge loop: what the supply measures and wants."""

    EVSETargetFrequency: RationalNumber | None = None
    CLResControlMode: Annotated[
        ScheduledAcResponse | BptScheduledAcResponse | DynamicAcResponse | BptDynamicAcResponse,
        Substitution("CLResControlMode", abstract=True),
    ]
