"""How the supply answers each request: one short function per message.

A function either answers, refuses, or lets the machine hold the answer back.
What surrounds the charge loop stands in :mod:`power_dialogue`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sterna.protocols.iso15118 import answers, authorization, hearing
from sterna.protocols.iso15118 import power_dialogue as power
from sterna.protocols.iso15118.events import (
    ServiceChosen,
    SessionOpened,
    VehicleNeeds,
)
from sterna.protocols.iso15118.limits import plausible
from sterna.protocols.iso15118.messages import (
    ac,
    app_protocol,
    certificates,
    dc,
    metering,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import Code, NegotiationCode, StopMode
from sterna.protocols.iso15118.messages.values import rational
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import Service, parameter_sets

if TYPE_CHECKING:
    from sterna.protocols.iso15118.supply_session import SupplySession


def _protocol(secc: "SupplySession", message: app_protocol.SupportedAppProtocolReq) -> None:
    """Choose the car's favourite among the protocols that fit our services."""
    spoken = {
        app_protocol.DC_NAMESPACE if service.direct else app_protocol.AC_NAMESPACE
        for service in secc.settings.services
    }
    offers = [
        offer
        for offer in message.AppProtocol
        if offer.ProtocolNamespace in spoken and offer.VersionNumberMajor == 1
    ]
    if not offers:
        failed = app_protocol.SupportedAppProtocolRes(ResponseCode=NegotiationCode.FAILED)
        secc.answer(failed)
        secc.end("no protocol in common", failed=True)
        return
    favourite = min(offers, key=lambda offer: offer.Priority)
    exact = favourite.VersionNumberMinor == 0
    secc.answer(
        app_protocol.SupportedAppProtocolRes(
            ResponseCode=NegotiationCode.OK if exact else NegotiationCode.OK_MINOR_DEVIATION,
            SchemaID=favourite.SchemaID,
        )
    )


def _setup(secc: "SupplySession", message: session.SessionSetupReq) -> None:
    """Open a session, or join the one that sleeps."""
    asked = message.Header.SessionID
    joined = secc.paused is not None and asked == secc.paused.session_id
    if joined:
        secc.session_id = asked
    else:
        secc.forget_paused()
    code = Code.OK_OLD_SESSION_JOINED if joined else Code.OK_NEW_SESSION_ESTABLISHED
    secc.say(SessionOpened(peer_id=message.EVCCID, session_id=secc.session_id, resumed=joined))
    secc.answer(
        session.SessionSetupRes(Header=secc.header, ResponseCode=code, EVSEID=secc.settings.evse_id)
    )


def _offered(secc: "SupplySession") -> tuple[Service, ...]:
    """Return the services that this driver's consent leaves."""
    return tuple(
        service
        for service in secc.settings.services
        if secc.grant.consent_v2x or not service.bidirectional
    )


def _discovery(secc: "SupplySession", message: session.ServiceDiscoveryReq) -> None:
    """List the services, those only that the car says it knows."""
    offered = _offered(secc)
    if message.SupportedServiceIDs is not None:
        known = message.SupportedServiceIDs.ServiceID
        offered = tuple(service for service in offered if service in known)
    beside = secc.settings.value_added
    if not offered:
        secc.refuse(message, Code.FAILED_NO_ENERGY_TRANSFER_SERVICE_SELECTED)
        return
    secc.answer(
        session.ServiceDiscoveryRes(
            Header=secc.header,
            ResponseCode=Code.OK,
            ServiceRenegotiationSupported=secc.settings.service_renegotiation,
            EnergyTransferServiceList=session.ServiceListType(
                Service=tuple(
                    session.ServiceType(ServiceID=int(service), FreeService=False)
                    for service in offered
                )
            ),
            VASList=session.ServiceListType(
                Service=tuple(
                    session.ServiceType(ServiceID=one.service_id, FreeService=one.free)
                    for one in beside
                )
            )
            if beside
            else None,
        )
    )


def _detail(secc: "SupplySession", message: session.ServiceDetailReq) -> None:
    """Tell the parameter sets of a service, of energy or of value added."""
    beside = {one.service_id: one for one in secc.settings.value_added}
    if message.ServiceID in _offered(secc):
        service = Service(message.ServiceID)
        sets = parameter_sets(service, secc.settings.ways(service), secc.supply.nominal_v)
    elif message.ServiceID in beside:
        sets = session.ServiceParameterListType(ParameterSet=beside[message.ServiceID].sets)
    else:
        secc.refuse(message, Code.FAILED_SERVICE_ID_INVALID)
        return
    secc.answer(
        session.ServiceDetailRes(
            Header=secc.header,
            ResponseCode=Code.OK,
            ServiceID=message.ServiceID,
            ServiceParameterList=sets,
        )
    )


def _selection(secc: "SupplySession", message: session.ServiceSelectionReq) -> None:
    """Take the car's choice, if it was on offer."""
    chosen = message.SelectedEnergyTransferService
    if chosen.ServiceID not in _offered(secc):
        secc.refuse(message, Code.FAILED_NO_ENERGY_TRANSFER_SERVICE_SELECTED)
        return
    service = Service(chosen.ServiceID)
    found = {way.set_id: way for way in secc.settings.ways(service)}
    way = found.get(chosen.ParameterSetID)
    if way is None or not _beside_offered(secc, message.SelectedVASList):
        secc.refuse(message, Code.FAILED_SERVICE_SELECTION_INVALID)
        return
    secc.needs = VehicleNeeds(
        service=service,
        control_mode=way.control_mode,
        mobility_needs=way.mobility_needs,
        phases=way.phases(service),
    )
    secc.say(ServiceChosen(service=service, control_mode=way.control_mode))
    secc.answer(session.ServiceSelectionRes(Header=secc.header, ResponseCode=Code.OK))


def _beside_offered(
    secc: "SupplySession", selected: session.SelectedServiceListType | None
) -> bool:
    """Return whether every value added service that the car selects is on offer."""
    offered = {
        (one.service_id, found.ParameterSetID)
        for one in secc.settings.value_added
        for found in one.sets
    }
    wanted = () if selected is None else selected.SelectedService
    return all((one.ServiceID, one.ParameterSetID) in offered for one in wanted)


def _dc_parameters(secc: "SupplySession", message: dc.DcChargeParameterDiscoveryReq) -> None:
    """Exchange limits in DC."""
    needs, mode = power.known_needs(secc), message.DC_CPDReqEnergyTransferMode
    both = needs.service.bidirectional
    needs = hearing.heard_limits(needs, mode)
    if isinstance(mode, dc.BptDcCPDReqMode) is not both or not plausible(needs, secc.limits):
        secc.refuse(message, Code.FAILED_WRONG_CHARGE_PARAMETER)
        return
    secc.needs = needs
    limits = answers.dc_limits(secc.limits, bidirectional=both)
    secc.answer(
        dc.DcChargeParameterDiscoveryRes(
            Header=secc.header, ResponseCode=Code.OK, DC_CPDResEnergyTransferMode=limits
        )
    )


def _ac_parameters(secc: "SupplySession", message: ac.AcChargeParameterDiscoveryReq) -> None:
    """Exchange limits in AC."""
    needs, mode = power.known_needs(secc), message.AC_CPDReqEnergyTransferMode
    both = needs.service.bidirectional
    needs = hearing.heard_limits(needs, mode)
    if isinstance(mode, ac.BptAcCPDReqMode) is not both or not plausible(needs, secc.limits):
        secc.refuse(message, Code.FAILED_WRONG_CHARGE_PARAMETER)
        return
    secc.needs = needs
    limits = answers.ac_limits(secc.limits, bidirectional=both)
    secc.answer(
        ac.AcChargeParameterDiscoveryRes(
            Header=secc.header, ResponseCode=Code.OK, AC_CPDResEnergyTransferMode=limits
        )
    )


def _welding(secc: "SupplySession", _: dc.DcWeldingDetectionReq) -> None:
    """Show the voltage that is left with open contactors."""
    secc.answer(
        dc.DcWeldingDetectionRes(
            Header=secc.header, ResponseCode=Code.OK, EVSEPresentVoltage=rational(0.0)
        )
    )


def _stop(secc: "SupplySession", message: session.SessionStopReq) -> None:
    """End the session, let it sleep, or go back to the services; power is off by now whatever is said."""
    mode, settings = message.ChargingSession, secc.settings
    if mode is StopMode.PAUSE and not settings.pause_allowed:
        secc.refuse(message, Code.FAILED_PAUSE_NOT_ALLOWED)
        return
    if mode is StopMode.SERVICE_RENEGOTIATION and not settings.service_renegotiation:
        secc.refuse(message, Code.FAILED_NO_SERVICE_RENEGOTIATION_SUPPORTED)
        return
    secc.answer(session.SessionStopRes(Header=secc.header, ResponseCode=Code.OK))
    why = message.EVTerminationExplanation
    if mode is StopMode.SERVICE_RENEGOTIATION:
        secc.back_to_services()
    elif mode is StopMode.PAUSE:
        secc.end(why or "the car paused", resumable=True)
    else:
        secc.end(why or "the session was stopped")


DIALOGUE: Final[Mapping[type[Element], Callable[["SupplySession", Any], None]]] = {
    app_protocol.SupportedAppProtocolReq: _protocol,
    session.SessionSetupReq: _setup,
    session.AuthorizationSetupReq: authorization.setup,
    session.AuthorizationReq: authorization.authorization,
    certificates.CertificateInstallationReq: authorization.installation,
    session.ServiceDiscoveryReq: _discovery,
    session.ServiceDetailReq: _detail,
    session.ServiceSelectionReq: _selection,
    dc.DcChargeParameterDiscoveryReq: _dc_parameters,
    ac.AcChargeParameterDiscoveryReq: _ac_parameters,
    schedule.ScheduleExchangeReq: power.schedule_exchange,
    dc.DcCableCheckReq: power.cable_check,
    dc.DcPreChargeReq: power.pre_charge,
    schedule.PowerDeliveryReq: power.delivery,
    dc.DcChargeLoopReq: power.turn,
    ac.AcChargeLoopReq: power.turn,
    metering.MeteringConfirmationReq: power.confirmation,
    dc.DcWeldingDetectionReq: _welding,
    session.SessionStopReq: _stop,
}
