"""Messages that open, authorise, select the services of, and close a session."""

from typing import Annotated

from msgspec import Meta, Struct

from sterna.protocols.iso15118.messages.certificates import ContractCertificateChainType
from sterna.protocols.iso15118.messages.codes import Authorization, Processing, StopMode
from sterna.protocols.iso15118.messages.values import RationalNumber, Request, Response
from sterna.protocols.iso15118.schema import (
    ATTRIBUTE,
    Byte,
    Challenge,
    Choice,
    Description,
    Identifier,
    Int,
    Short,
    ShortName,
    UnsignedShort,
    XmlID,
)


class SessionSetupReq(Request, frozen=True, kw_only=True, gc=False, tag="SessionSetupReq"):
    """Open a session, or resume the one that the header names."""

    EVCCID: Identifier


class SessionSetupRes(Response, frozen=True, kw_only=True, gc=False, tag="SessionSetupRes"):
    """The header carries the session that was opened or joined."""

    EVSEID: Identifier


class AuthorizationSetupReq(
    Request, frozen=True, kw_only=True, gc=False, tag="AuthorizationSetupReq"
):
    """Ask how the driver may be authorised."""


class EIMASResType(Struct, frozen=True, kw_only=True, gc=False):
    """External identification needs no parameters."""


class SupportedProvidersListType(Struct, frozen=True, kw_only=True, gc=False):
    """The e-mobility providers whose contracts are accepted."""

    ProviderID: Annotated[tuple[ShortName, ...], Meta(min_length=1, max_length=128)]


class PnCASResType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The challenge that the car signs with its contract's key."""

    GenChallenge: Challenge
    SupportedProviders: SupportedProvidersListType | None = None


class AuthorizationSetupRes(
    Response,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="AuthorizationSetupRes",
):
    """The ways to authorise."""

    AuthorizationServices: Annotated[tuple[Authorization, ...], Meta(min_length=1, max_length=2)]
    CertificateInstallationService: bool
    EIM_ASResAuthorizationMode: Annotated[EIMASResType | None, Choice("mode")] = None
    PnC_ASResAuthorizationMode: Annotated[PnCASResType | None, Choice("mode")] = None


class EIMAReqType(Struct, frozen=True, kw_only=True, gc=False):
    """External identification needs no parameters."""


class PnCAReqType(Struct, frozen=True, kw_only=True, gc=False):
    """The contract and the signed challenge."""

    Id: Annotated[XmlID, ATTRIBUTE]
    GenChallenge: Challenge
    ContractCertificateChain: ContractCertificateChainType


class AuthorizationReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="AuthorizationReq"
):
    """Ask whether the driver is authorised by now."""

    SelectedAuthorizationService: Authorization
    EIM_AReqAuthorizationMode: Annotated[EIMAReqType | None, Choice("mode")] = None
    PnC_AReqAuthorizationMode: Annotated[PnCAReqType | None, Choice("mode")] = None


class AuthorizationRes(Response, frozen=True, kw_only=True, gc=False, tag="AuthorizationRes"):
    """Finished: authorised. Otherwise ask again."""

    EVSEProcessing: Processing


class ServiceIDListType(Struct, frozen=True, kw_only=True, gc=False):
    """Services by their number."""

    ServiceID: Annotated[tuple[UnsignedShort, ...], Meta(min_length=1, max_length=16)]


class ServiceDiscoveryReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="ServiceDiscoveryReq"
):
    """Ask for the services; a car may say which ones it knows."""

    SupportedServiceIDs: ServiceIDListType | None = None


class ServiceType(Struct, frozen=True, kw_only=True, gc=False):
    """A service and whether it is free of charge."""

    ServiceID: UnsignedShort
    FreeService: bool


class ServiceListType(Struct, frozen=True, kw_only=True, gc=False):
    """The services on offer."""

    Service: Annotated[tuple[ServiceType, ...], Meta(min_length=1, max_length=8)]


class ServiceDiscoveryRes(
    Response, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="ServiceDiscoveryRes"
):
    """Energy services, value added services, and whether they may be changed in a session."""

    ServiceRenegotiationSupported: bool
    EnergyTransferServiceList: ServiceListType
    VASList: ServiceListType | None = None


class ServiceDetailReq(Request, frozen=True, kw_only=True, gc=False, tag="ServiceDetailReq"):
    """Ask for the parameter sets of one service."""

    ServiceID: UnsignedShort


class ParameterType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One named parameter with a value of one of six types."""

    Name: Annotated[ShortName, ATTRIBUTE]
    boolValue: Annotated[bool | None, Choice("value")] = None
    byteValue: Annotated[Byte | None, Choice("value")] = None
    shortValue: Annotated[Short | None, Choice("value")] = None
    intValue: Annotated[Int | None, Choice("value")] = None
    rationalNumber: Annotated[RationalNumber | None, Choice("value")] = None
    finiteString: Annotated[ShortName | None, Choice("value")] = None


class ParameterSetType(Struct, frozen=True, kw_only=True, gc=False):
    """One way to use a service."""

    ParameterSetID: UnsignedShort
    Parameter: Annotated[tuple[ParameterType, ...], Meta(min_length=1, max_length=32)]


class ServiceParameterListType(Struct, frozen=True, kw_only=True, gc=False):
    """All ways to use a service, in no particular order."""

    ParameterSet: Annotated[tuple[ParameterSetType, ...], Meta(min_length=1, max_length=32)]


class ServiceDetailRes(Response, frozen=True, kw_only=True, gc=False, tag="ServiceDetailRes"):
    """The ways to use the service that was asked for."""

    ServiceID: UnsignedShort
    ServiceParameterList: ServiceParameterListType


class SelectedServiceType(Struct, frozen=True, kw_only=True, gc=False):
    """A service and one of its parameter sets."""

    ServiceID: UnsignedShort
    ParameterSetID: UnsignedShort


class SelectedServiceListType(Struct, frozen=True, kw_only=True, gc=False):
    """Selected services beside the energy transfer."""

    SelectedService: Annotated[tuple[SelectedServiceType, ...], Meta(min_length=1, max_length=16)]


class ServiceSelectionReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="ServiceSelectionReq"
):
    """The car's choice."""

    SelectedEnergyTransferService: SelectedServiceType
    SelectedVASList: SelectedServiceListType | None = None


class ServiceSelectionRes(Response, frozen=True, kw_only=True, gc=False, tag="ServiceSelectionRes"):
    """Whether the choice stands."""


class SessionStopReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="SessionStopReq"
):
    """End the session, let it sleep, or choose another service."""

    ChargingSession: StopMode
    EVTerminationCode: ShortName | None = None
    EVTerminationExplanation: Description | None = None


class SessionStopRes(Response, frozen=True, kw_only=True, gc=False, tag="SessionStopRes"):
    """The session has ended, sleeps, or goes on with service discovery."""
