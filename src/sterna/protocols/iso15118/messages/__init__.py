"""The messages of ISO 15118-20, declared once: names, order, cardinality and types as on the wire.

Facts of the interface were read from the official schema; the schema itself is
not part of Sterna. A message's class name leaves out the underscore of its wire
name, which is its tag: ``DcChargeLoopReq`` is ``DC_ChargeLoopReq``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sterna.protocols.iso15118.messages import (
    ac,
    app_protocol,
    certificates,
    dc,
    metering,
    positioning,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.values import Request, Response
from sterna.protocols.iso15118.schema import Element, element_name

Message = (
    app_protocol.SupportedAppProtocolReq | app_protocol.SupportedAppProtocolRes | Request | Response
)
"""Anything that one side sends to the other."""

APP_PROTOCOL: Final[tuple[type[Element], ...]] = (
    app_protocol.SupportedAppProtocolReq,
    app_protocol.SupportedAppProtocolRes,
)
COMMON: Final[tuple[type[Element], ...]] = (
    session.SessionSetupReq,
    session.SessionSetupRes,
    session.AuthorizationSetupReq,
    session.AuthorizationSetupRes,
    session.AuthorizationReq,
    session.AuthorizationRes,
    session.ServiceDiscoveryReq,
    session.ServiceDiscoveryRes,
    session.ServiceDetailReq,
    session.ServiceDetailRes,
    session.ServiceSelectionReq,
    session.ServiceSelectionRes,
    schedule.ScheduleExchangeReq,
    schedule.ScheduleExchangeRes,
    schedule.PowerDeliveryReq,
    schedule.PowerDeliveryRes,
    metering.MeteringConfirmationReq,
    metering.MeteringConfirmationRes,
    session.SessionStopReq,
    session.SessionStopRes,
    certificates.CertificateInstallationReq,
    certificates.CertificateInstallationRes,
    positioning.VehicleCheckInReq,
    positioning.VehicleCheckInRes,
    positioning.VehicleCheckOutReq,
    positioning.VehicleCheckOutRes,
)
DC: Final[tuple[type[Element], ...]] = (
    dc.DcChargeParameterDiscoveryReq,
    dc.DcChargeParameterDiscoveryRes,
    dc.DcCableCheckReq,
    dc.DcCableCheckRes,
    dc.DcPreChargeReq,
    dc.DcPreChargeRes,
    dc.DcChargeLoopReq,
    dc.DcChargeLoopRes,
    dc.DcWeldingDetectionReq,
    dc.DcWeldingDetectionRes,
)
AC: Final[tuple[type[Element], ...]] = (
    ac.AcChargeParameterDiscoveryReq,
    ac.AcChargeParameterDiscoveryRes,
    ac.AcChargeLoopReq,
    ac.AcChargeLoopRes,
)
ALL: Final = (*APP_PROTOCOL, *COMMON, *DC, *AC)
BY_NAME: Final[Mapping[str, type[Element]]] = MappingProxyType(
    {element_name(kind): kind for kind in ALL}
)
ANSWER: Final[Mapping[type[Element], type[Element]]] = MappingProxyType(
    {
        kind: BY_NAME[element_name(kind)[:-3] + "Res"]
        for kind in ALL
        if element_name(kind).endswith("Req")
    }
)
"""Request type -> the type of its answer."""
REQUESTS: Final = tuple(ANSWER)
