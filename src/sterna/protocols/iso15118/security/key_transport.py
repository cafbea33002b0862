"""How a contract's private key travels: agreed on with the car's provisioning key, enciphered with AES-256-GCM.

Both sides derive the same key from an ephemeral key of the sender and the static
one in the car's provisioning certificate (ECDH on secp521r1). Layout, padding and
the associated data follow requirements of ISO 15118-20 as public repositories
quote them; the derivation (single-step, NIST SP 800-56A, with SHA-512 and the
party bytes of ISO 15118-2) **could not be checked**. X448 is not there: its field
carries 56 octets, and a private key of Ed448 has 57.
"""

from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from sterna.kernel.errors import Refused
from sterna.protocols.iso15118.security.certificates import PrivateKey, PublicKey

KEY_BYTES: Final = 66
"""A private key of secp521r1: 521 bits behind 7 zero bits."""
IV_BYTES: Final = 12
SESSION_KEY_BYTES: Final = 32
PARTIES: Final = b"\x01\x55\x56"
"""Algorithm, sender U, receiver V."""


def associated_data(pcid: str, contract: x509.Certificate) -> bytes:
    """Return what the cipher vouches for beside the key: the car's PCID and the contract's key identifier.

    Both in capital letters and digits; the identifier in hexadecimal. Raises
    Refused for a contract without one.
    """
    try:
        found = contract.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound as lacking:
        raise Refused("the contract has no key identifier") from lacking
    return (pcid.upper() + found.value.digest.hex().upper()).encode()


def enciphered(
    contract_key: PrivateKey,
    receiver: PublicKey | None,
    *,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
    associated: bytes,
) -> tuple[bytes, bytes]:
    """Return the ephemeral public key and *contract_key* enciphered for the holder of *receiver*.

    *ephemeral* and *iv* (12 octets) are used once. Raises Refused for keys that
    are not of secp521r1.
    """
    assert len(iv) == IV_BYTES, iv
    if not isinstance(contract_key, ec.EllipticCurvePrivateKey):
        raise Refused("only contracts on secp521r1 can be sent")
    if contract_key.curve.name != ec.SECP521R1.name:
        raise Refused(f"a contract on {contract_key.curve.name} cannot be sent")
    plain = contract_key.private_numbers().private_value.to_bytes(KEY_BYTES, "big")
    cipher = AESGCM(_session_key(ephemeral, receiver)).encrypt(iv, plain, associated)
    public = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return public, iv + cipher


def deciphered(
    sender: bytes, blob: bytes, own: PrivateKey, *, associated: bytes, contract: x509.Certificate
) -> ec.EllipticCurvePrivateKey:
    """Return the contract's key from *blob*, which was enciphered for *own*.

    Raises Refused where it was not, was altered, or is not the key of *contract*.
    """
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP521R1(), sender)
        session_key = _session_key(own, point)
        plain = AESGCM(session_key).decrypt(blob[:IV_BYTES], blob[IV_BYTES:], associated)
        key = ec.derive_private_key(int.from_bytes(plain, "big"), ec.SECP521R1())
    except (ValueError, InvalidTag) as wrong:
        raise Refused("the contract's key was not enciphered for this car") from wrong
    if key.public_key() != contract.public_key():
        raise Refused("the key is not the contract's")
    return key


def _session_key(own: PrivateKey, other: PublicKey | None) -> bytes:
    """Return the key that both sides derive. Raises Refused for keys that cannot agree on one."""
    if not isinstance(own, ec.EllipticCurvePrivateKey) or not isinstance(
        other, ec.EllipticCurvePublicKey
    ):
        raise Refused("only keys on secp521r1 can agree on a key")
    if own.curve.name != other.curve.name:
        raise Refused("the keys are of different curves")
    secret = own.exchange(ec.ECDH(), other)
    return ConcatKDFHash(hashes.SHA512(), SESSION_KEY_BYTES, PARTIES).derive(secret)
