"""Signatures of message elements: made, checked, and every way in which one may be wrong."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from protocols.iso15118.contracts import tree

from sterna.protocols.iso15118.messages.signature import SignatureType, SignatureValueType
from sterna.protocols.iso15118.messages.values import rational
from sterna.protocols.iso15118.security.certificates import Curve, new_key
from sterna.protocols.iso15118.security.signatures import (
    Signed,
    fault_in,
    public_key_of,
    scheme_of,
    signature_over,
)

ONE = Signed(id="id1", name="EnergyCosts", value=rational(1.0))
TWO = Signed(id="id2", name="TaxCosts", value=rational(2.0))
KEYS = {
    "secp521r1": new_key(Curve.SECP521R1),
    "ed448": new_key(Curve.ED448),
    "secp256r1": ec.generate_private_key(ec.SECP256R1()),
}


@pytest.mark.parametrize("kind", KEYS)
def test_what_a_key_has_signed_its_public_half_verifies(kind: str) -> None:
    key = KEYS[kind]
    made = signature_over((ONE, TWO), key)
    assert fault_in(made, (ONE, TWO), key.public_key()) == ""
    assert signature_over((ONE, TWO), key) == made, "the same octets every time"
    assert len(made.SignatureValue.Value) == {"secp521r1": 132, "ed448": 114, "secp256r1": 64}[kind]


@pytest.mark.parametrize("kind", KEYS)
@settings(max_examples=25, deadline=None)
@given(bit=st.integers(min_value=0, max_value=511))
def test_one_flipped_bit_spoils_it(kind: str, bit: int) -> None:
    key = KEYS[kind]
    made = signature_over((ONE,), key)
    value = bytearray(made.SignatureValue.Value)
    value[bit // 8 % len(value)] ^= 1 << bit % 8
    spoilt = replace(made, SignatureValue=SignatureValueType(Value=bytes(value)))
    assert fault_in(spoilt, (ONE,), key.public_key()) == "the signature does not fit"


def made() -> SignatureType:
    return signature_over((ONE,), KEYS["secp521r1"])


def test_each_fault_is_named() -> None:
    key = KEYS["secp521r1"].public_key()
    other = new_key(Curve.SECP521R1).public_key()
    good, changed = made(), replace(ONE, value=rational(3.0))
    (reference,) = good.SignedInfo.Reference
    weaker = replace(reference.DigestMethod, Algorithm="md5")
    info = replace(good.SignedInfo, Reference=(replace(reference, DigestMethod=weaker),))
    cases = {
        "there is no signature": (None, (ONE,), key),
        "the key is of an unknown kind": (good, (ONE,), None),
        "the signature is not by": (good, (ONE,), KEYS["ed448"].public_key()),
        "the signature covers other elements": (good, (ONE, TWO), key),
        "the digest of EnergyCosts does not fit": (good, (changed,), key),
        "the signature does not fit": (good, (ONE,), other),
    }
    for reason, (signature, elements, public) in cases.items():
        assert fault_in(signature, elements, public).startswith(reason)
    assert "digest" in fault_in(replace(good, SignedInfo=info), (ONE,), key)
    short = replace(good, SignatureValue=SignatureValueType(Value=b"short"))
    assert fault_in(short, (ONE,), key) == "the signature does not fit"


def test_a_reference_twice_does_not_count_as_two() -> None:
    key = KEYS["secp521r1"]
    good = signature_over((ONE, TWO), key)
    first = good.SignedInfo.Reference[0]
    info = replace(good.SignedInfo, Reference=(first, first))
    doubled = replace(good, SignedInfo=info)
    assert "other elements" in fault_in(doubled, (ONE, TWO), key.public_key())


def test_a_curve_that_v2g_does_not_use_has_no_scheme() -> None:
    assert scheme_of(ec.generate_private_key(ec.SECP384R1())) is None
    assert public_key_of(tree()["contract"].certificate) is not None
