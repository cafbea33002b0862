"""What a car chooses of what a supply offers: how to be let in, how to use a service, which plan."""

from sterna.protocols.iso15118.identity import Wallet
from sterna.protocols.iso15118.messages import session
from sterna.protocols.iso15118.messages.codes import Authorization
from sterna.protocols.iso15118.services import (
    SINGLE_PHASE,
    THREE_PHASE,
    ControlMode,
    MobilityNeeds,
    Service,
    Way,
)


def way_in(offer: session.AuthorizationSetupRes, wallet: Wallet | None) -> Authorization | None:
    """Return how to ask to be let in: by contract where one fits or can be had, else by external means; None: not at all."""
    by_contract = offer.PnC_ASResAuthorizationMode
    if wallet is not None and by_contract is not None:
        named = by_contract.SupportedProviders
        providers = () if named is None else named.ProviderID
        if wallet.has_contract(providers) or may_install(offer, wallet):
            return Authorization.PNC
    external = Authorization.EIM in offer.AuthorizationServices
    return Authorization.EIM if external else None


def may_install(offer: session.AuthorizationSetupRes, wallet: Wallet) -> bool:
    """Return whether the car can get a contract here."""
    return offer.CertificateInstallationService and wallet.can_install


def best_way(
    found: tuple[Way, ...],
    service: Service,
    *,
    modes: tuple[ControlMode, ...],
    needs: tuple[MobilityNeeds, ...],
    phases: int,
) -> Way | None:
    """Return the way to use *service* that suits a car of *phases* phases best; None: none does.

    The control mode counts first, then as many phases as the car has, then
    who knows the driver's needs.
    """
    fitting = [
        way
        for way in found
        if way.control_mode in modes
        and way.mobility_needs in needs
        and _plugs(way, service, phases)
    ]
    if not fitting:
        return None
    return min(
        fitting,
        key=lambda way: (
            modes.index(way.control_mode),
            -way.phases(service),
            needs.index(way.mobility_needs),
        ),
    )


def _plugs(way: Way, service: Service, phases: int) -> bool:
    """Return whether a car of *phases* phases can use the connector; one that is not named fits."""
    if service.direct:
        return True
    return way.connector != THREE_PHASE or phases > SINGLE_PHASE
