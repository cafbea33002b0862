"""The least answer of each kind: what goes out when a request is refused.

A failed answer still has to be a valid message, so mandatory fields get values
that promise nothing: no power, no services beyond the first, processing finished.
"""

from collections.abc import Mapping
from typing import Any, Final

from sterna.protocols.iso15118.messages import (
    ANSWER,
    ac,
    app_protocol,
    certificates,
    dc,
    metering,
    positioning,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Code,
    EcdhCurve,
    EvseCheckOutStatus,
    NegotiationCode,
    Processing,
)
from sterna.protocols.iso15118.messages.values import MessageHeader, rational
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import ControlMode, Service, parameter_sets, ways

ZERO: Final = rational(0.0)
DONE: Final = Processing.FINISHED
NOTHING_DC: Final = dc.DcCPDResMode(
    EVSEMaximumChargePower=ZERO,
    EVSEMinimumChargePower=ZERO,
    EVSEMaximumChargeCurrent=ZERO,
    EVSEMinimumChargeCurrent=ZERO,
    EVSEMaximumVoltage=ZERO,
    EVSEMinimumVoltage=ZERO,
)
NOTHING_AC: Final = ac.AcCPDResMode(
    EVSEMaximumChargePower=ZERO, EVSEMinimumChargePower=ZERO, EVSENominalFrequency=ZERO
)
NO_CERTIFICATES: Final[Mapping[str, Any]] = {
    "CPSCertificateChain": certificates.CertificateChainType(Certificate=b""),
    "SignedInstallationData": certificates.SignedInstallationDataType(
        Id="none",
        ContractCertificateChain=certificates.ContractCertificateChainType(
            Certificate=b"",
            SubCertificates=certificates.SubCertificatesType(Certificate=(b"",)),
        ),
        ECDHCurve=EcdhCurve.SECP521,
        DHPublicKey=bytes(133),
        SECP521_EncryptedPrivateKey=bytes(94),
    ),
    "RemainingContractCertificateChains": 0,
}
FILLED: Final[Mapping[type[Element], Mapping[str, Any]]] = {
    session.SessionSetupRes: {"EVSEID": "-"},
    session.AuthorizationSetupRes: {
        "AuthorizationServices": (Authorization.EIM,),
        "CertificateInstallationService": False,
        "EIM_ASResAuthorizationMode": session.EIMASResType(),
    },
    session.AuthorizationRes: {"EVSEProcessing": DONE},
    session.ServiceDiscoveryRes: {
        "ServiceRenegotiationSupported": False,
        "EnergyTransferServiceList": session.ServiceListType(
            Service=(session.ServiceType(ServiceID=int(Service.AC), FreeService=False),)
        ),
    },
    session.ServiceDetailRes: {
        "ServiceID": int(Service.AC),
        "ServiceParameterList": parameter_sets(
            Service.AC, ways(Service.AC, (ControlMode.DYNAMIC,)), 230
        ),
    },
    schedule.ScheduleExchangeRes: {
        "EVSEProcessing": DONE,
        "Dynamic_SEResControlMode": schedule.DynamicSEResType(),
    },
    certificates.CertificateInstallationRes: {"EVSEProcessing": DONE, **NO_CERTIFICATES},
    positioning.VehicleCheckOutRes: {"EVSECheckOutStatus": EvseCheckOutStatus.COMPLETED},
    dc.DcChargeParameterDiscoveryRes: {"DC_CPDResEnergyTransferMode": NOTHING_DC},
    dc.DcCableCheckRes: {"EVSEProcessing": DONE},
    dc.DcPreChargeRes: {"EVSEPresentVoltage": ZERO},
    dc.DcChargeLoopRes: {
        "EVSEPresentCurrent": ZERO,
        "EVSEPresentVoltage": ZERO,
        "EVSEPowerLimitAchieved": False,
        "EVSECurrentLimitAchieved": False,
        "EVSEVoltageLimitAchieved": False,
        "CLResControlMode": dc.ScheduledDcResponse(),
    },
    dc.DcWeldingDetectionRes: {"EVSEPresentVoltage": ZERO},
    ac.AcChargeParameterDiscoveryRes: {"AC_CPDResEnergyTransferMode": NOTHING_AC},
    ac.AcChargeLoopRes: {"CLResControlMode": ac.ScheduledAcResponse()},
    metering.MeteringConfirmationRes: {},
}
"""The fields that an answer of each kind needs beside header and code; absent: none."""


def refusal(request: type[Element], header: MessageHeader, code: Code) -> Element:
    """Return the answer that refuses *request* with *code*."""
    kind: Any = ANSWER[request]
    if kind is app_protocol.SupportedAppProtocolRes:
        return app_protocol.SupportedAppProtocolRes(ResponseCode=NegotiationCode.FAILED)
    fields = FILLED.get(kind, {})
    answer: Element = kind(Header=header, ResponseCode=code, **fields)
    return answer
