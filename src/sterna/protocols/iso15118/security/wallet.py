"""A car's wallet: its contract, its maker's provisioning certificate, and what it signs with them."""

from typing import Final, Self

from cryptography import x509
from msgspec import Struct
from msgspec.structs import replace

from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.messages.certificates import (
    CertificateInstallationReq,
    CertificateInstallationRes,
    ContractCertificateChainType,
    SignedCertificateChainType,
    SignedInstallationDataType,
    SubCertificatesType,
)
from sterna.protocols.iso15118.messages.codes import Authorization
from sterna.protocols.iso15118.messages.metering import MeteringConfirmationReq
from sterna.protocols.iso15118.messages.session import AuthorizationReq, PnCAReqType
from sterna.protocols.iso15118.messages.signature import X509IssuerSerialType
from sterna.protocols.iso15118.messages.values import (
    ListOfRootCertificateIDsType,
    MessageHeader,
)
from sterna.protocols.iso15118.security.certificates import (
    Credential,
    certificate_der,
    certificate_from_der,
    common_name,
    domain_of,
    vouched,
)
from sterna.protocols.iso15118.security.key_transport import associated_data, deciphered
from sterna.protocols.iso15118.security.signatures import (
    Signed,
    fault_in,
    public_key_of,
    signature_over,
)

PROVIDER_LETTERS: Final = 5
"""An EMAID begins with two letters of a country and three of the provider."""
SIGNED_ID: Final = "id1"
"""Every message of ours has one signed element at most."""
PROVISIONING_SERVICE: Final = "CPS"
"""The domain component of whoever signs installed contracts."""


def provider_of(emaid: str) -> str:
    """Return the provider that *emaid* names."""
    return emaid.replace("-", "")[:PROVIDER_LETTERS].upper()


def contract_chain(credential: Credential) -> ContractCertificateChainType:
    """Return the chain of a contract as messages carry it."""
    subs = tuple(certificate_der(one) for one in credential.issuers)
    return ContractCertificateChainType(
        Certificate=certificate_der(credential.certificate),
        SubCertificates=SubCertificatesType(Certificate=subs),
    )


class CarWallet(Struct, frozen=True, kw_only=True):
    """What one car can show; see :class:`~sterna.protocols.iso15118.identity.Wallet`."""

    contract: Credential | None = None
    provisioning: Credential | None = None
    """The certificate with which the car was made; its common name is the PCID."""
    roots: tuple[x509.Certificate, ...] = ()
    """Whom the car trusts to vouch for the provisioning service."""

    @property
    def can_install(self) -> bool:
        """Whether the car may ask for a contract."""
        return self.provisioning is not None and bool(self.roots)

    def has_contract(self, providers: tuple[str, ...]) -> bool:
        """Return whether the car's contract is one that *providers* honour."""
        if self.contract is None:
            return False
        own = provider_of(common_name(self.contract.certificate))
        return not providers or own in {one.upper() for one in providers}

    def present(self, header: MessageHeader, challenge: bytes) -> AuthorizationReq:
        """Show the contract and sign *challenge*."""
        assert self.contract is not None, "the car has looked before"
        mode = PnCAReqType(
            Id=SIGNED_ID,
            GenChallenge=challenge,
            ContractCertificateChain=contract_chain(self.contract),
        )
        shown = Signed(id=SIGNED_ID, name="PnC_AReqAuthorizationMode", value=mode)
        return AuthorizationReq(
            Header=self._signed_header(header, shown, self.contract),
            SelectedAuthorizationService=Authorization.PNC,
            PnC_AReqAuthorizationMode=mode,
        )

    def ask(self, header: MessageHeader) -> CertificateInstallationReq:
        """Ask for one contract, signed with the provisioning key."""
        assert self.provisioning is not None, "the car has looked before"
        subs = tuple(certificate_der(one) for one in self.provisioning.issuers)
        chain = SignedCertificateChainType(
            Id=SIGNED_ID,
            Certificate=certificate_der(self.provisioning.certificate),
            SubCertificates=SubCertificatesType(Certificate=subs) if subs else None,
        )
        shown = Signed(id=SIGNED_ID, name="OEMProvisioningCertificateChain", value=chain)
        known = tuple(
            X509IssuerSerialType(
                X509IssuerName=root.issuer.rfc4514_string(), X509SerialNumber=root.serial_number
            )
            for root in self.roots
        )
        return CertificateInstallationReq(
            Header=self._signed_header(header, shown, self.provisioning),
            OEMProvisioningCertificateChain=chain,
            ListOfRootCertificateIDs=ListOfRootCertificateIDsType(RootCertificateID=known),
            MaximumContractCertificateChains=1,
        )

    def installed(self, answer: CertificateInstallationRes, now: Instant) -> Self:
        """Return the wallet with the contract of *answer*. Raises Refused.

        The provisioning service must be vouched for by a root of the car's and
        have signed the data; the key must open with the car's own.
        """
        assert self.provisioning is not None, "only who asked is answered"
        data = answer.SignedInstallationData
        try:
            service = tuple(map(certificate_from_der, _all(answer)))
            chain = data.ContractCertificateChain
            leaf = certificate_from_der(chain.Certificate)
            issuers = tuple(map(certificate_from_der, chain.SubCertificates.Certificate))
        except BrokenPeer as broken:
            raise Refused(str(broken)) from broken
        self._check_service(service, answer, now)
        blob = data.SECP521_EncryptedPrivateKey
        if blob is None:
            raise Refused("the contract's key is enciphered in a way that this car cannot read")
        key = deciphered(
            data.DHPublicKey, blob, self.provisioning.key, contract=leaf,
            associated=associated_data(common_name(self.provisioning.certificate), leaf),
        )  # fmt: skip
        return replace(self, contract=Credential(key=key, certificate=leaf, issuers=issuers))

    def _check_service(
        self,
        chain: tuple[x509.Certificate, ...],
        answer: CertificateInstallationRes,
        now: Instant,
    ) -> None:
        """Raise Refused unless the provisioning service at the end of *chain* has signed *answer*."""
        wrong = vouched(chain, self.roots, now)
        if not wrong and domain_of(chain[0]) != PROVISIONING_SERVICE:
            wrong = f"{common_name(chain[0])!r} is no provisioning service"
        wrong = wrong or fault_in(
            answer.Header.Signature, (signed_data(answer.SignedInstallationData),),
            public_key_of(chain[0]),
        )  # fmt: skip
        if wrong:
            raise Refused(wrong)

    def signed(self, receipt: MeteringConfirmationReq) -> MeteringConfirmationReq:
        """Return *receipt* signed with the contract's key."""
        assert self.contract is not None, "who came by contract has one"
        header = self._signed_header(receipt.Header, signed_receipt(receipt), self.contract)
        return replace(receipt, Header=header)

    def _signed_header(
        self, header: MessageHeader, shown: Signed, credential: Credential
    ) -> MessageHeader:
        """Return *header* with the signature over one element."""
        return replace(header, Signature=signature_over((shown,), credential.key))


def signed_data(data: SignedInstallationDataType) -> Signed:
    """Return what the provisioning service signs."""
    return Signed(id=data.Id, name="SignedInstallationData", value=data)


def signed_receipt(receipt: MeteringConfirmationReq) -> Signed:
    """Return what the car signs of a receipt."""
    data = receipt.SignedMeteringData
    return Signed(id=data.Id, name="SignedMeteringData", value=data)


def _all(answer: CertificateInstallationRes) -> tuple[bytes, ...]:
    """Return the chain of the provisioning service, leaf first."""
    chain = answer.CPSCertificateChain
    subs = () if chain.SubCertificates is None else chain.SubCertificates.Certificate
    return (chain.Certificate, *subs)
