"""Certificate chains and the messages that install a contract certificate."""

from typing import Annotated

from msgspec import Meta, Struct

from sterna.protocols.iso15118.messages.codes import EcdhCurve, Processing
from sterna.protocols.iso15118.messages.values import (
    ListOfRootCertificateIDsType,
    Request,
    Response,
)
from sterna.protocols.iso15118.schema import (
    ATTRIBUTE,
    CertificateBytes,
    Choice,
    Element,
    Identifier,
    PublicKeyBytes,
    Secp521KeyBytes,
    TpmKeyBytes,
    UnsignedByte,
    X448KeyBytes,
    XmlID,
)


class SubCertificatesType(Struct, frozen=True, kw_only=True, gc=False):
    """The certificates between a leaf and its root."""

    Certificate: Annotated[tuple[CertificateBytes, ...], Meta(min_length=1, max_length=3)]


class CertificateChainType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A leaf and, if there are any, its intermediates."""

    Certificate: CertificateBytes
    SubCertificates: SubCertificatesType | None = None


class SignedCertificateChainType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A chain that a signature refers to."""

    Id: Annotated[XmlID, ATTRIBUTE]
    Certificate: CertificateBytes
    SubCertificates: SubCertificatesType | None = None


class ContractCertificateChainType(Struct, frozen=True, kw_only=True, gc=False):
    """The chain of a driver's contract."""

    Certificate: CertificateBytes
    SubCertificates: SubCertificatesType


class EMAIDListType(Struct, frozen=True, kw_only=True, gc=False):
    """Contracts that the car wants first."""

    EMAID: Annotated[tuple[Identifier, ...], Meta(min_length=1, max_length=8)]


class CertificateInstallationReq(
    Request,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="CertificateInstallationReq",
):
    """Ask for contract certificates, vouched for by the maker's certificate."""

    OEMProvisioningCertificateChain: SignedCertificateChainType
    ListOfRootCertificateIDs: ListOfRootCertificateIDsType
    MaximumContractCertificateChains: UnsignedByte
    PrioritizedEMAIDs: EMAIDListType | None = None


class SignedInstallationDataType(
    Element,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    tag="SignedInstallationData",
):
    """A contract's chain and its private key, enciphered for this car."""

    Id: Annotated[XmlID, ATTRIBUTE]
    ContractCertificateChain: ContractCertificateChainType
    ECDHCurve: EcdhCurve
    DHPublicKey: PublicKeyBytes
    SECP521_EncryptedPrivateKey: Annotated[Secp521KeyBytes | None, Choice("key")] = None
    X448_EncryptedPrivateKey: Annotated[X448KeyBytes | None, Choice("key")] = None
    TPM_EncryptedPrivateKey: Annotated[TpmKeyBytes | None, Choice("key")] = None


class CertificateInstallationRes(
    Response, frozen=True, kw_only=True, gc=False, tag="CertificateInstallationRes"
):
    """One contract, and how many more there are."""

    EVSEProcessing: Processing
    CPSCertificateChain: CertificateChainType
    SignedInstallationData: SignedInstallationDataType
    RemainingContractCertificateChains: UnsignedByte
