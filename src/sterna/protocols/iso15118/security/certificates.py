"""X.509 certificates for vehicle-to-grid: issue them, keep them with key and chain, read and write PEM.

Keys and serial numbers are drawn by ``cryptography`` from the operating system, and
not from the seed of a run: a key that a seed can repeat is no secret, even in a test
tree, because test trees end up in laboratories. No simulated result depends on the
bytes of a key.

The certificate profiles of ISO 15118-20 were not available to us; what is set here is what test
trees in the field commonly carry: basic constraints and key usage critical, key
identifiers, the domain component that says whose certificate it is.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant

PrivateKey = ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed448.Ed448PublicKey

BACKDATED_S: Final = 3600.0
"""A certificate holds from an hour ago, so that a peer whose clock is behind takes it."""


class Curve(StrEnum):
    """The two kinds of keys that ISO 15118-20 signs with."""

    SECP521R1 = "secp521r1"
    """Signs as ECDSA with SHA-512."""
    ED448 = "ed448"


class Use(StrEnum):
    """What a certificate's key is for."""

    AUTHORITY = "authority"
    """Signs certificates."""
    SERVER = "server"
    """Proves who answers a TLS connection (SECC)."""
    CLIENT = "client"
    """Proves who opens a TLS connection (vehicle)."""
    SIGNATURE = "signature"
    """Signs messages and agrees on keys (contract, OEM provisioning, provisioning service)."""


class Subject(Struct, frozen=True, kw_only=True):
    """Whom a certificate names."""

    common_name: str
    """E.g. the EMAID of a contract, the PCID of a vehicle, the EVSE of a charger."""
    domain: str
    """The domain component: V2G, CPO, OEM, MO or CPS."""
    organization: str = "Sterna test tree"


class Credential(Struct, frozen=True, kw_only=True):
    """A key with its certificate and what leads up to a root."""

    key: PrivateKey
    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...] = ()
    """The authorities above it, the direct issuer first, without the root; empty for a root."""

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificate and its issuers, leaf first: what TLS and signed messages send."""
        return (self.certificate, *self.issuers)

    def chain_pem(self) -> bytes:
        """Return :attr:`chain` as PEM."""
        return b"".join(certificate_pem(each) for each in self.chain)

    def key_pem(self) -> bytes:
        """Return the private key as PEM (PKCS#8, not encrypted: for tests only)."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def new_key(curve: Curve) -> PrivateKey:
    """Return a fresh private key, drawn by the operating system."""
    if curve is Curve.ED448:
        return ed448.Ed448PrivateKey.generate()
    return ec.generate_private_key(ec.SECP521R1())


def self_signed(
    subject: Subject, key: PrivateKey, *, now: Instant, days: float, path_length: int | None = None
) -> Credential:
    """Return a root: an authority that vouches for itself.

    It holds from an hour before *now* for *days*; *path_length* bounds the
    authorities below it (None: any number).
    """
    name = _name(subject)
    built = _begun(name, name, _public(key), now, days)
    built = _extended(built, Use.AUTHORITY, _public(key), _public(key), path_length)
    return Credential(key=key, certificate=_signed(built, key))


def issued(
    subject: Subject,
    key: PrivateKey,
    issuer: Credential,
    *,
    use: Use,
    now: Instant,
    days: float,
    path_length: int | None = None,
) -> Credential:
    """Return a certificate for *subject* and its *key*, signed by *issuer*.

    *path_length* is for authorities alone: 0 means that only leaves stand below.
    """
    assert path_length is None or use is Use.AUTHORITY, use
    built = _begun(_name(subject), issuer.certificate.subject, _public(key), now, days)
    built = _extended(built, use, _public(key), _public(issuer.key), path_length)
    # A root has no issuers and is not sent along; every other issuer is.
    root = issuer.certificate.subject == issuer.certificate.issuer
    return Credential(
        key=key,
        certificate=_signed(built, issuer.key),
        issuers=() if root else issuer.chain,
    )


def common_name(certificate: x509.Certificate) -> str:
    """Return the common name of the subject; empty when there is none."""
    return _attribute(certificate, NameOID.COMMON_NAME)


def domain_of(certificate: x509.Certificate) -> str:
    """Return the domain component of the subject; empty when there is none."""
    return _attribute(certificate, NameOID.DOMAIN_COMPONENT)


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return *certificate* as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def certificate_der(certificate: x509.Certificate) -> bytes:
    """Return *certificate* as DER: what certificate fields of messages carry."""
    return certificate.public_bytes(serialization.Encoding.DER)


def certificate_from_der(data: bytes) -> x509.Certificate:
    """Return the certificate in *data*, as a peer sent it; raises BrokenPeer."""
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError as wrong:
        raise BrokenPeer(f"not an X.509 certificate: {wrong}") from wrong


def credential_from_pem(chain: bytes, key: bytes) -> Credential:
    """Return the credential that :meth:`Credential.chain_pem` and ``key_pem`` have written.

    Raises ValueError for what is no PEM, for kinds of keys that V2G has not, and for a key that
    is not the certificate's.
    """
    certificates = x509.load_pem_x509_certificates(chain)
    private = serialization.load_pem_private_key(key, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey):
        raise ValueError(f"a {type(private).__name__} is no key of ISO 15118-20")  # noqa: TRY004  # the file is wrong, not the call
    if certificates[0].public_key() != private.public_key():
        raise ValueError("the key is not the certificate's")
    return Credential(key=private, certificate=certificates[0], issuers=tuple(certificates[1:]))


def vouched(
    chain: tuple[x509.Certificate, ...], roots: tuple[x509.Certificate, ...], now: Instant
) -> str:
    """Return why *chain* (leaf first, no root) does not lead to one of *roots*; empty when it does.

    Checked: every signature, every period at *now*, that every issuer is an
    authority whose path length allows what stands below. Not checked:
    revocation.
    """
    if not chain:
        return "there is no certificate"
    below = chain[0]
    anchors = {root.subject.public_bytes(): root for root in roots}
    root = anchors.get(chain[-1].issuer.public_bytes())
    if root is None:
        return f"nobody known has issued {common_name(chain[-1])!r}"
    line = (*chain[1:], root)
    wrong = _period(below, now)
    for depth, issuer in enumerate(line):
        wrong = wrong or _period(issuer, now) or _authority(issuer, depth) or _link(below, issuer)
        below = issuer
    return wrong


def _period(certificate: x509.Certificate, now: Instant) -> str:
    """Return what is wrong with the time of *certificate*; empty: nothing."""
    name = common_name(certificate)
    if now < certificate.not_valid_before_utc.timestamp():
        return f"{name!r} is not valid yet"
    return f"{name!r} has expired" if now > certificate.not_valid_after_utc.timestamp() else ""


def _authority(issuer: x509.Certificate, depth: int) -> str:
    """Return why *issuer* may not have *depth* authorities below it; empty: it may."""
    name = common_name(issuer)
    try:
        rule = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return f"{name!r} is no authority"
    if not rule.ca:
        return f"{name!r} is no authority"
    if rule.path_length is not None and rule.path_length < depth:
        return f"{name!r} has too many authorities below it"
    return ""


def _link(below: x509.Certificate, issuer: x509.Certificate) -> str:
    """Return why *issuer* has not signed *below*; empty: it has."""
    try:
        below.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return f"{common_name(issuer)!r} has not signed {common_name(below)!r}"
    return ""


def _attribute(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(kind)
    return str(found[0].value) if found else ""


def _name(subject: Subject) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organization),
            x509.NameAttribute(NameOID.DOMAIN_COMPONENT, subject.domain),
        ]
    )


def _public(key: PrivateKey) -> PublicKey:
    return key.public_key()


def _begun(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, now: Instant, days: float
) -> x509.CertificateBuilder:
    """Return a certificate with everything but its extensions."""
    moment = datetime.fromtimestamp(now, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(seconds=BACKDATED_S))
        .not_valid_after(moment + timedelta(days=days))
    )


def _extended(
    built: x509.CertificateBuilder,
    use: Use,
    key: PublicKey,
    issuer: PublicKey,
    path_length: int | None,
) -> x509.CertificateBuilder:
    """Add what the certificate may be used for, and the identifiers of both keys."""
    authority = use is Use.AUTHORITY
    constraints = x509.BasicConstraints(ca=authority, path_length=path_length)
    built = (
        built.add_extension(constraints, critical=True)
        .add_extension(_key_usage(use), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False
        )
    )  # fmt: skip
    purpose = {Use.SERVER: ExtendedKeyUsageOID.SERVER_AUTH, Use.CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH}.get(use)  # fmt: skip
    if purpose is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return built


def _key_usage(use: Use) -> x509.KeyUsage:
    """Return the key usage: authorities sign certificates and lists, leaves sign data."""
    authority = use is Use.AUTHORITY
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_agreement=use is Use.SIGNATURE,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _signed(built: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    """Sign: ECDSA with SHA-512, or Ed448, which hashes by itself."""
    return built.sign(key, None if isinstance(key, ed448.Ed448PrivateKey) else hashes.SHA512())
