"""A contract's private key on its way into a car: it opens for that car and that contract alone."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from protocols.iso15118.contracts import tree

from sterna.kernel.errors import Refused
from sterna.protocols.iso15118.security.certificates import Curve, new_key
from sterna.protocols.iso15118.security.key_transport import (
    associated_data,
    deciphered,
    enciphered,
)
from sterna.protocols.iso15118.security.signatures import public_key_of

CAR, CONTRACT = tree()["oem_provisioning"], tree()["contract"]
EPHEMERAL = ec.generate_private_key(ec.SECP521R1())
IV = bytes(range(12))
DATA = associated_data("STNTESTVEHICLE0001", CONTRACT.certificate)


def sent() -> tuple[bytes, bytes]:
    return enciphered(
        CONTRACT.key,
        public_key_of(CAR.certificate),
        ephemeral=EPHEMERAL,
        iv=IV,
        associated=DATA,
    )


def test_the_key_arrives_and_the_fields_have_the_lengths_of_the_schema() -> None:
    public, blob = sent()
    assert (len(public), len(blob)) == (133, 94)
    assert blob[:12] == IV
    key = deciphered(public, blob, CAR.key, associated=DATA, contract=CONTRACT.certificate)
    assert isinstance(CONTRACT.key, ec.EllipticCurvePrivateKey)
    assert key.private_numbers() == CONTRACT.key.private_numbers()


def test_the_associated_data_is_pcid_and_key_identifier_in_capitals() -> None:
    identifier = CONTRACT.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert DATA.decode() == "STNTESTVEHICLE0001" + identifier.value.digest.hex().upper()


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=94 * 8 - 1))
def test_no_bit_can_be_changed_on_the_way(bit: int) -> None:
    public, blob = sent()
    bad = bytearray(blob)
    bad[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused, match="not enciphered for this car"):
        deciphered(public, bytes(bad), CAR.key, associated=DATA, contract=CONTRACT.certificate)


def test_it_opens_for_no_other_car_no_other_pcid_and_no_other_contract() -> None:
    public, blob = sent()
    with pytest.raises(Refused, match="not enciphered"):
        deciphered(
            public, blob, new_key(Curve.SECP521R1), associated=DATA, contract=CONTRACT.certificate
        )
    other = associated_data("STNTESTVEHICLE0002", CONTRACT.certificate)
    with pytest.raises(Refused, match="not enciphered"):
        deciphered(public, blob, CAR.key, associated=other, contract=CONTRACT.certificate)
    with pytest.raises(Refused, match="not the contract's"):
        deciphered(public, blob, CAR.key, associated=DATA, contract=CAR.certificate)
    with pytest.raises(Refused, match="not enciphered"):
        deciphered(bytes(133), blob, CAR.key, associated=DATA, contract=CONTRACT.certificate)


def test_keys_of_other_kinds_are_refused() -> None:
    goldilocks = new_key(Curve.ED448)
    receiver = public_key_of(CAR.certificate)
    for contract, to in (
        (goldilocks, receiver),
        (CONTRACT.key, goldilocks.public_key()),
        (CONTRACT.key, ec.generate_private_key(ec.SECP256R1()).public_key()),
        (ec.generate_private_key(ec.SECP256R1()), receiver),
    ):
        with pytest.raises(Refused):
            enciphered(contract, to, ephemeral=EPHEMERAL, iv=IV, associated=DATA)
