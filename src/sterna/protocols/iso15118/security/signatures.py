"""Signatures in message headers: which elements they cover, made and checked.

A signature is XML's, with canonical EXI in place of canonical XML: each signed
element is digested as the bytes of its EXI fragment, and the list of digests
(SignedInfo), again as a fragment, is signed. Names of algorithms as the open
implementations of ISO 15118-20 write them (EVerest, PyPI ``iso15118``); the
standard's text was not available. A signature over ECDSA is the two numbers one
after the other, in the width of the curve.
"""

from collections.abc import Callable
from hashlib import sha256, sha512, shake_256
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from msgspec import Struct

from sterna.protocols.iso15118.exi import fragment
from sterna.protocols.iso15118.messages.signature import (
    CanonicalizationMethodType,
    DigestMethodType,
    ReferenceType,
    SignatureMethodType,
    SignatureType,
    SignatureValueType,
    SignedInfoType,
    TransformsType,
    TransformType,
)
from sterna.protocols.iso15118.security.certificates import PrivateKey, PublicKey

CANONICAL_EXI: Final = "http://www.w3.org/TR/canonical-exi/"
SHAKE_BYTES: Final = 64
"""Digest length with Ed448; not checked against the standard."""


class Signed(Struct, frozen=True, kw_only=True):
    """An element that a signature covers."""

    id: str
    """Its Id attribute."""
    name: str
    value: Struct


class Scheme(Struct, frozen=True, kw_only=True):
    """How one kind of key signs."""

    method: str
    digest_method: str
    digest: Callable[[bytes], bytes]
    width: int = 0
    """Octets of each of the two numbers of an ECDSA signature."""
    hash: hashes.HashAlgorithm | None = None


def _digest256(data: bytes) -> bytes:
    return sha256(data).digest()


def _digest512(data: bytes) -> bytes:
    return sha512(data).digest()


def _shake(data: bytes) -> bytes:
    return shake_256(data).digest(SHAKE_BYTES)


ON_SECP521R1: Final = Scheme(
    method="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
    digest_method="http://www.w3.org/2001/04/xmlenc#sha512",
    digest=_digest512, width=66, hash=hashes.SHA512(),
)  # fmt: skip
ON_SECP256R1: Final = Scheme(
    method="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    digest_method="http://www.w3.org/2001/04/xmlenc#sha256",
    digest=_digest256, width=32, hash=hashes.SHA256(),
)  # fmt: skip
"""The pair of ISO 15118-2, with which PyPI ``iso15118`` signs in -20 as well."""
WITH_ED448: Final = Scheme(
    method="urn:iso:std:iso:15118:-20:Security:xmldsig#Ed448",
    digest_method="urn:iso:std:iso:15118:-20:Security:xmlenc#SHAKE256",
    digest=_shake,
)  # fmt: skip


def scheme_of(key: PrivateKey | PublicKey) -> Scheme | None:
    """Return how *key* signs; None for a curve that V2G does not use."""
    if isinstance(key, ed448.Ed448PrivateKey | ed448.Ed448PublicKey):
        return WITH_ED448
    return {"secp521r1": ON_SECP521R1, "secp256r1": ON_SECP256R1}.get(key.curve.name)


def public_key_of(certificate: x509.Certificate) -> PublicKey | None:
    """Return the key of *certificate*; None for a kind that V2G does not use, e.g. RSA."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(key, ec.EllipticCurvePublicKey | ed448.Ed448PublicKey):
        return key
    return None


def signature_over(
    elements: tuple[Signed, ...],
    key: PrivateKey,
) -> SignatureType:
    """Return the signature of *elements* by *key*; the same key and elements give the same octets."""
    scheme = scheme_of(key)
    assert scheme is not None, "our own keys are of a known curve"
    info = SignedInfoType(
        CanonicalizationMethod=CanonicalizationMethodType(Algorithm=CANONICAL_EXI),
        SignatureMethod=SignatureMethodType(Algorithm=scheme.method),
        Reference=tuple(_reference(one, scheme) for one in elements),
    )
    data = fragment("SignedInfo", info)
    return SignatureType(
        SignedInfo=info, SignatureValue=SignatureValueType(Value=_sign(data, key, scheme))
    )


def fault_in(
    signature: SignatureType | None,
    elements: tuple[Signed, ...],
    key: PublicKey | None,
) -> str:
    """Return why *signature* is not *key*'s over exactly *elements*; empty: it is."""
    scheme = None if key is None else scheme_of(key)
    if key is None or scheme is None:
        return "the key is of an unknown kind"
    if signature is None:
        return "there is no signature"
    info = signature.SignedInfo
    if info.SignatureMethod.Algorithm != scheme.method:
        return f"the signature is not by {scheme.method}"
    found = {one.URI: one for one in info.Reference}
    if len(info.Reference) != len(elements) or found.keys() != {f"#{one.id}" for one in elements}:
        return "the signature covers other elements"
    for one in elements:
        said = found[f"#{one.id}"]
        due = scheme.digest(fragment(one.name, one.value))
        if said.DigestMethod.Algorithm != scheme.digest_method or said.DigestValue != due:
            return f"the digest of {one.name} does not fit"
    data = fragment("SignedInfo", info)
    good = _verified(signature.SignatureValue.Value, data, key, scheme)
    return "" if good else "the signature does not fit"


def _reference(one: Signed, scheme: Scheme) -> ReferenceType:
    return ReferenceType(
        URI=f"#{one.id}",
        Transforms=TransformsType(Transform=(TransformType(Algorithm=CANONICAL_EXI),)),
        DigestMethod=DigestMethodType(Algorithm=scheme.digest_method),
        DigestValue=scheme.digest(fragment(one.name, one.value)),
    )


def _sign(data: bytes, key: PrivateKey, scheme: Scheme) -> bytes:
    """Return the octets of the signature; ECDSA draws its number from key and data (RFC 6979)."""
    if isinstance(key, ed448.Ed448PrivateKey):
        return key.sign(data)
    assert scheme.hash is not None
    pair = decode_dss_signature(
        key.sign(data, ec.ECDSA(scheme.hash, deterministic_signing=True))
    )  # fmt: skip
    return b"".join(number.to_bytes(scheme.width, "big") for number in pair)


def _verified(value: bytes, data: bytes, key: PublicKey, scheme: Scheme) -> bool:
    """Return whether *value* is *key*'s signature of *data*."""
    try:
        if isinstance(key, ed448.Ed448PublicKey):
            key.verify(value, data)
            return True
        if scheme.hash is None or len(value) != 2 * scheme.width:
            return False
        r, s = (int.from_bytes(half, "big") for half in _halves(value))
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(scheme.hash))
    except InvalidSignature:
        return False
    return True


def _halves(value: bytes) -> tuple[bytes, bytes]:
    middle = len(value) // 2
    return value[:middle], value[middle:]
