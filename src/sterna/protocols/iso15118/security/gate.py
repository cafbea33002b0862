"""A supply's gate: whose contracts it honours, and the office that makes contracts for cars that have none."""

from collections.abc import Callable, Mapping
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct
from msgspec.structs import replace

from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.identity import Verdict
from sterna.protocols.iso15118.messages.certificates import (
    CertificateChainType,
    CertificateInstallationReq,
    CertificateInstallationRes,
    SignedInstallationDataType,
    SubCertificatesType,
)
from sterna.protocols.iso15118.messages.codes import Code, EcdhCurve, Processing
from sterna.protocols.iso15118.messages.metering import MeteringConfirmationReq
from sterna.protocols.iso15118.messages.session import AuthorizationReq
from sterna.protocols.iso15118.messages.values import MessageHeader
from sterna.protocols.iso15118.security.certificates import (
    Credential,
    certificate_der,
    certificate_from_der,
    common_name,
    vouched,
)
from sterna.protocols.iso15118.security.key_transport import associated_data, enciphered
from sterna.protocols.iso15118.security.signatures import (
    Signed,
    fault_in,
    public_key_of,
    signature_over,
)
from sterna.protocols.iso15118.security.wallet import (
    SIGNED_ID,
    contract_chain,
    provider_of,
    signed_data,
    signed_receipt,
)

EXPIRES_SOON_S: Final = 14 * 86400.0
"""A contract that ends within two weeks is worth a remark (as EVerest reads ISO 15118-20)."""

Chain = tuple[x509.Certificate, ...]


class Office(Struct, frozen=True, kw_only=True):
    """Who makes contracts ready for cars: the provider's certificates and the provisioning service that signs."""

    contracts: Mapping[str, Credential]
    """PCID of a car -> its contract."""
    service: Credential
    """Signs installation data; a vehicle trusts its root."""
    maker_roots: Chain
    """Whose provisioning certificates are taken."""
    ephemeral: Callable[[], ec.EllipticCurvePrivateKey]
    """Gives a fresh key for each contract that is sent."""
    iv: Callable[[], bytes]
    """Gives 12 fresh octets for each."""

    def provide(
        self, request: CertificateInstallationReq, header: MessageHeader, now: Instant
    ) -> CertificateInstallationRes | Code:
        """Return the contract for the car of *request*, or the code that says why there is none."""
        chain = request.OEMProvisioningCertificateChain
        subs = () if chain.SubCertificates is None else chain.SubCertificates.Certificate
        try:
            found = tuple(map(certificate_from_der, (chain.Certificate, *subs)))
        except BrokenPeer:
            return Code.WARNING_CERTIFICATE_VALIDATION_ERROR
        shown = Signed(id=chain.Id, name="OEMProvisioningCertificateChain", value=chain)
        key = public_key_of(found[0])
        if fault_in(request.Header.Signature, (shown,), key):
            return Code.FAILED_SIGNATURE_ERROR
        code = judged(found, self.maker_roots, frozenset(), now)
        if code is not Code.OK and code is not Code.OK_CERTIFICATE_EXPIRES_SOON:
            return code
        if not self.contracts:
            return Code.WARNING_NO_CERTIFICATE_AVAILABLE
        contract = self.contracts.get(common_name(found[0]))
        if contract is None:
            return Code.WARNING_NO_CONTRACT_MATCHING_PCID_FOUND
        try:
            return self._written(contract, found[0], header)
        except Refused:
            return Code.WARNING_NO_CERTIFICATE_AVAILABLE

    def _written(
        self, contract: Credential, car: x509.Certificate, header: MessageHeader
    ) -> CertificateInstallationRes:
        """Return the answer that carries *contract*, its key enciphered for *car*. Raises Refused."""
        public, blob = enciphered(
            contract.key, public_key_of(car), ephemeral=self.ephemeral(), iv=self.iv(),
            associated=associated_data(common_name(car), contract.certificate),
        )  # fmt: skip
        data = SignedInstallationDataType(
            Id=SIGNED_ID, ContractCertificateChain=contract_chain(contract),
            ECDHCurve=EcdhCurve.SECP521, DHPublicKey=public, SECP521_EncryptedPrivateKey=blob,
        )  # fmt: skip
        subs = tuple(certificate_der(one) for one in self.service.issuers)
        signature = signature_over((signed_data(data),), self.service.key)
        return CertificateInstallationRes(
            Header=replace(header, Signature=signature),
            ResponseCode=Code.OK,
            EVSEProcessing=Processing.FINISHED,
            CPSCertificateChain=CertificateChainType(
                Certificate=certificate_der(self.service.certificate),
                SubCertificates=SubCertificatesType(Certificate=subs) if subs else None,
            ),
            SignedInstallationData=data,
            RemainingContractCertificateChains=0,
        )


class ContractGate(Struct, frozen=True, kw_only=True):
    """Whose contracts one supply honours; see :class:`~sterna.protocols.iso15118.identity.Gate`."""

    roots: Chain
    """Whose contracts are taken."""
    providers: tuple[str, ...] = ()
    """The providers that are honoured, five letters each; none: all that the roots vouch for."""
    revoked: frozenset[int] = frozenset()
    """Serial numbers of certificates that do not count any more."""
    office: Office | None = None

    @property
    def installs(self) -> bool:
        """Whether cars can get contracts here."""
        return self.office is not None

    def judge(self, request: AuthorizationReq, challenge: bytes, now: Instant) -> Verdict:
        """Return what the contract of *request* is worth: challenge, signature, chain and provider."""
        mode = request.PnC_AReqAuthorizationMode
        assert mode is not None, "the caller has looked before"
        if mode.GenChallenge != challenge:
            return Verdict(code=Code.WARNING_CHALLENGE_INVALID)
        chain = mode.ContractCertificateChain
        try:
            found = tuple(
                map(certificate_from_der, (chain.Certificate, *chain.SubCertificates.Certificate))
            )
        except BrokenPeer:
            return Verdict(code=Code.WARNING_CERTIFICATE_VALIDATION_ERROR)
        shown = Signed(id=mode.Id, name="PnC_AReqAuthorizationMode", value=mode)
        key = public_key_of(found[0])
        if fault_in(request.Header.Signature, (shown,), key):
            return Verdict(code=Code.FAILED_SIGNATURE_ERROR)
        code = judged(found, self.roots, self.revoked, now)
        emaid = common_name(found[0])
        honoured = not self.providers or provider_of(emaid) in self.providers
        if code.value.startswith("OK") and not honoured:
            code = Code.WARNING_EMSP_UNKNOWN
        return Verdict(code=code, emaid=emaid, leaf=chain.Certificate)

    def provide(
        self, request: CertificateInstallationReq, header: MessageHeader, now: Instant
    ) -> CertificateInstallationRes | Code:
        """Return what the office says."""
        assert self.office is not None, "the service was not on offer"
        return self.office.provide(request, header, now)

    def vouches(self, receipt: MeteringConfirmationReq, leaf: bytes) -> bool:
        """Return whether the contract whose certificate is *leaf* has signed *receipt*."""
        key = public_key_of(certificate_from_der(leaf))
        shown = (signed_receipt(receipt),)
        return not fault_in(receipt.Header.Signature, shown, key)


def judged(chain: Chain, roots: Chain, revoked: frozenset[int], now: Instant) -> Code:
    """Return what *chain* (leaf first, no root) is worth at *now*."""
    for one in chain:
        if now > one.not_valid_after_utc.timestamp():
            return Code.WARNING_CERTIFICATE_EXPIRED
        if now < one.not_valid_before_utc.timestamp():
            return Code.WARNING_CERTIFICATE_NOT_YET_VALID
        if one.serial_number in revoked:
            return Code.WARNING_CERTIFICATE_REVOKED
    if vouched(chain, roots, now):
        return Code.WARNING_CERTIFICATE_VALIDATION_ERROR
    left = chain[0].not_valid_after_utc.timestamp() - now
    return Code.OK_CERTIFICATE_EXPIRES_SOON if left < EXPIRES_SOON_S else Code.OK
