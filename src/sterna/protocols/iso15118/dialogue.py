"""How the supply answers each request: one short function per message.

A function either answers, refuses, or lets the machine hold the answer back.
What surrounds the charge loop stands in :mod:`power_dialogue`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sterna.protocols.iso15118 import answers, hearing
from sterna.protocols.iso15118 import power_dialogue as power
from sterna.protocols.iso15118.events import (
    AuthorizationAwaited,
    ServiceChosen,
    SessionOpened,
    VehicleNeeds,
)
from sterna.protocols.iso15118.messages import (
    ac,
    app_protocol,
    certificates,
    dc,
    metering,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Code,
    NegotiationCode,
    Processing,
    StopMode,
)
from sterna.protocols.iso15118.messages.values import rational
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import (
    Service,
    offered_modes,
    parameter_sets,
)

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


def _authorization_setup(secc: "SupplySession", _: session.AuthorizationSetupReq) -> None:
    """Offer external identification, the one way that is spoken so far."""
    secc.answer(
        session.AuthorizationSetupRes(
            Header=secc.header,
            ResponseCode=Code.OK,
            AuthorizationServices=(Authorization.EIM,),
            CertificateInstallationService=False,
            EIM_ASResAuthorizationMode=session.EIMASResType(),
        )
    )
    if not secc.grant.authorized:
        secc.say(AuthorizationAwaited())


def _authorization(secc: "SupplySession", message: session.AuthorizationReq) -> None:
    """Let the car in, or let it wait for the driver."""
    if message.SelectedAuthorizationService is not Authorization.EIM:
        secc.answer(
            session.AuthorizationRes(
                Header=secc.header,
                ResponseCode=Code.WARNING_AUTHORIZATION_SELECTION_INVALID,
                EVSEProcessing=Processing.ONGOING,
            )
        )
        return
    power.answer_when(secc, message, ready=secc.grant.authorized)


def _certificate(secc: "SupplySession", message: certificates.CertificateInstallationReq) -> None:
    """Refuse politely: the service is not on offer."""
    secc.refuse(message, Code.FAILED)


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
    if not offered:
        secc.refuse(message, Code.FAILED_NO_ENERGY_TRANSFER_SERVICE_SELECTED)
        return
    secc.answer(
        session.ServiceDiscoveryRes(
            Header=secc.header,
            ResponseCode=Code.OK,
            ServiceRenegotiationSupported=True,
            EnergyTransferServiceList=session.ServiceListType(
                Service=tuple(
                    session.ServiceType(ServiceID=int(service), FreeService=False)
                    for service in offered
                )
            ),
        )
    )


def _detail(secc: "SupplySession", message: session.ServiceDetailReq) -> None:
    """Tell the parameter sets of a service."""
    if message.ServiceID not in _offered(secc):
        secc.refuse(message, Code.FAILED_SERVICE_ID_INVALID)
        return
    sets = parameter_sets(
        Service(message.ServiceID), secc.settings.control_modes, secc.supply.nominal_v
    )
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
    sets = parameter_sets(service, secc.settings.control_modes, secc.supply.nominal_v)
    modes = {number: mode for mode, number in offered_modes(sets).items()}
    mode = modes.get(chosen.ParameterSetID)
    if mode is None:
        secc.refuse(message, Code.FAILED_SERVICE_SELECTION_INVALID)
        return
    secc.needs = VehicleNeeds(service=service, control_mode=mode)
    secc.say(ServiceChosen(service=service, control_mode=mode))
    secc.answer(session.ServiceSelectionRes(Header=secc.header, ResponseCode=Code.OK))


def _dc_parameters(secc: "SupplySession", message: dc.DcChargeParameterDiscoveryReq) -> None:
    """Exchange limits in DC."""
    needs, mode = power.known_needs(secc), message.DC_CPDReqEnergyTransferMode
    both = needs.service.bidirectional
    if isinstance(mode, dc.BptDcCPDReqMode) is not both:
        secc.refuse(message, Code.FAILED_WRONG_CHARGE_PARAMETER)
        return
    secc.needs = hearing.heard_limits(needs, mode)
    limits = answers.dc_limits(secc.supply, bidirectional=both)
    secc.answer(
        dc.DcChargeParameterDiscoveryRes(
            Header=secc.header, ResponseCode=Code.OK, DC_CPDResEnergyTransferMode=limits
        )
    )


def _ac_parameters(secc: "SupplySession", message: ac.AcChargeParameterDiscoveryReq) -> None:
    """Exchange limits in AC."""
    needs, mode = power.known_needs(secc), message.AC_CPDReqEnergyTransferMode
    both = needs.service.bidirectional
    if isinstance(mode, ac.BptAcCPDReqMode) is not both:
        secc.refuse(message, Code.FAILED_WRONG_CHARGE_PARAMETER)
        return
    secc.needs = hearing.heard_limits(needs, mode)
    limits = answers.ac_limits(secc.supply, bidirectional=both)
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
    """End the session, let it sleep, or go back to the services."""
    secc.answer(session.SessionStopRes(Header=secc.header, ResponseCode=Code.OK))
    why = message.EVTerminationExplanation
    if message.ChargingSession is StopMode.SERVICE_RENEGOTIATION:
        secc.back_to_services()
    elif message.ChargingSession is StopMode.PAUSE:
        secc.end(why or "the car paused", resumable=True)
    else:
        secc.end(why or "the session was stopped")


DIALOGUE: Final[Mapping[type[Element], Callable[["SupplySession", Any], None]]] = {
    app_protocol.SupportedAppProtocolReq: _protocol,
    session.SessionSetupReq: _setup,
    session.AuthorizationSetupReq: _authorization_setup,
    session.AuthorizationReq: _authorization,
    certificates.CertificateInstallationReq: _certificate,
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
