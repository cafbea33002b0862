"""How the supply lets a driver in: by external means or by contract, and how a car gets a contract."""

from typing import TYPE_CHECKING

from sterna.protocols.iso15118.events import (
    AuthorizationAwaited,
    ContractInstalled,
    ContractPresented,
)
from sterna.protocols.iso15118.identity import Verdict
from sterna.protocols.iso15118.messages import certificates, session
from sterna.protocols.iso15118.messages.codes import Authorization, Code, Processing
from sterna.protocols.iso15118.refusals import refusal

if TYPE_CHECKING:
    from sterna.protocols.iso15118.supply_session import SupplySession


def setup(secc: "SupplySession", _: session.AuthorizationSetupReq) -> None:
    """Offer the ways to authorise; a driver who is known already need show nothing."""
    gate = secc.settings.gate
    services: list[Authorization] = []
    if gate is not None and not secc.grant.authorized:
        services.append(Authorization.PNC)
    if secc.settings.external or secc.grant.authorized:
        services.append(Authorization.EIM)
    assert services, "an EVSE offers at least one way"
    secc.ways_in = tuple(services)
    by_contract = external = None
    if gate is not None and Authorization.PNC in services:
        known = gate.providers
        by_contract = session.PnCASResType(
            GenChallenge=secc.challenge,
            SupportedProviders=session.SupportedProvidersListType(ProviderID=known)
            if known
            else None,
        )
    else:
        external = session.EIMASResType()
    secc.answer(
        session.AuthorizationSetupRes(
            Header=secc.header,
            ResponseCode=Code.OK,
            AuthorizationServices=secc.ways_in,
            CertificateInstallationService=by_contract is not None
            and gate is not None
            and gate.installs,
            EIM_ASResAuthorizationMode=external,
            PnC_ASResAuthorizationMode=by_contract,
        )
    )
    if not secc.grant.authorized:
        secc.say(AuthorizationAwaited())


def authorization(secc: "SupplySession", message: session.AuthorizationReq) -> None:
    """Let the car in, let it wait for the driver, or say why not."""
    if message.SelectedAuthorizationService not in secc.ways_in:
        _warn(secc, Code.WARNING_AUTHORIZATION_SELECTION_INVALID, Processing.ONGOING)
        return
    contract = message.SelectedAuthorizationService is Authorization.PNC
    if contract is not (message.PnC_AReqAuthorizationMode is not None):
        _warn(secc, Code.WARNING_AUTHORIZATION_SELECTION_INVALID, Processing.ONGOING)
        return
    if contract:
        _by_contract(secc, message)
    else:
        secc.contract = None
        secc.answer_when(ready=secc.grant.authorized or secc.grant.denied)


def _by_contract(secc: "SupplySession", message: session.AuthorizationReq) -> None:
    """Judge a contract; the same one that asks again only waits."""
    if secc.contract is None or message.PnC_AReqAuthorizationMode != secc.shown:
        gate = secc.settings.gate
        assert gate is not None, "without a gate there is no such way in"
        verdict = gate.judge(message, secc.challenge, secc.now)
        if verdict.code.failed:
            secc.refuse(message, verdict.code)
            return
        if verdict.code.value.startswith("WARNING"):
            _warn(secc, verdict.code, Processing.FINISHED)
            return
        secc.contract, secc.shown = verdict, message.PnC_AReqAuthorizationMode
        secc.say(ContractPresented(emaid=verdict.emaid))
        if secc.settings.contract_suffices:
            secc.let_in()
    secc.answer_when(ready=secc.grant.authorized or secc.grant.denied)


def release(secc: "SupplySession", contract: Verdict | None) -> None:
    """Answer a request for authorisation as things stand."""
    if secc.grant.denied and not secc.grant.authorized:
        by_contract = contract is not None
        _warn(
            secc,
            Code.WARNING_GENERAL_PNC_AUTHORIZATION_ERROR
            if by_contract
            else Code.WARNING_EIM_AUTHORIZATION_FAILURE,
            Processing.FINISHED,
        )
        return
    done = secc.grant.authorized
    secc.answer(
        session.AuthorizationRes(
            Header=secc.header,
            ResponseCode=Code.OK if contract is None else contract.code,
            EVSEProcessing=Processing.FINISHED if done else Processing.WAITING_FOR_CUSTOMER,
        )
    )


def _warn(secc: "SupplySession", code: Code, processing: Processing) -> None:
    """Say why the car is not let in; it may try another way."""
    secc.answer(
        session.AuthorizationRes(Header=secc.header, ResponseCode=code, EVSEProcessing=processing)
    )


def installation(secc: "SupplySession", message: certificates.CertificateInstallationReq) -> None:
    """Put a contract into the car, if there is one; without the service, refuse."""
    gate = secc.settings.gate
    if gate is None or not gate.installs or Authorization.PNC not in secc.ways_in:
        secc.refuse(message, Code.FAILED)
        return
    found = gate.provide(message, secc.header, secc.now)
    if isinstance(found, Code):
        if found.failed:
            secc.refuse(message, found)
        else:
            secc.answer(refusal(type(message), secc.header, found))
        return
    secc.say(ContractInstalled())
    secc.answer(found)
