"""The test tree: who vouches for whom, until when, and what the files give back."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.security import tree as trees
from sterna.protocols.iso15118.security.certificates import (
    Credential,
    Curve,
    Subject,
    Use,
    certificate_der,
    certificate_from_der,
    common_name,
    credential_from_pem,
    domain_of,
    issued,
    new_key,
    self_signed,
    vouched,
)
from sterna.protocols.iso15118.security.tree import PLACES, Names, Tree, files, make_tree, read_tree

NOW = Instant(1_750_000_000.0)
DAY_S = 86_400.0
LEAVES = ("secc", "cps", "vehicle", "oem_provisioning", "contract")
ROOT_OF = {
    "secc": "v2g_root", "cps": "v2g_root", "vehicle": "oem_root", "oem_provisioning": "oem_root",
    "contract": "mo_root",
}  # fmt: skip


@pytest.fixture(scope="module")
def tree() -> Tree:
    return make_tree(NOW, days=30, names=Names(emaid="PTSTNC123456789"))


def judged(tree: Tree, leaf: str, root: str, now: float = NOW) -> str:
    return vouched(tree[leaf].chain, (tree[root].certificate,), Instant(now))


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_leaf_leads_over_two_authorities_to_its_root(tree: Tree, leaf: str) -> None:
    assert len(tree[leaf].chain) == 3
    assert judged(tree, leaf, ROOT_OF[leaf]) == ""


@pytest.mark.parametrize("leaf", LEAVES)
def test_no_leaf_leads_to_the_root_of_another_tree(tree: Tree, leaf: str) -> None:
    other = make_tree(NOW, days=30)
    assert "has not signed" in vouched(tree[leaf].chain, (other[ROOT_OF[leaf]].certificate,), NOW)


def test_a_charger_is_nobody_under_the_root_of_vehicles(tree: Tree) -> None:
    assert judged(tree, "secc", "oem_root").startswith("nobody known has issued")
    assert vouched((), (tree["v2g_root"].certificate,), NOW) == "there is no certificate"


def test_names_say_whose_certificate_it_is(tree: Tree) -> None:
    named = {leaf: (common_name(tree[leaf].certificate), domain_of(tree[leaf].certificate)) for leaf in LEAVES}  # fmt: skip
    assert named["contract"] == ("PTSTNC123456789", "MO")
    assert named["secc"] == (Names().evse, "CPO")
    assert named["vehicle"] == named["oem_provisioning"] == (Names().pcid, "OEM")


def test_a_certificate_without_a_name_has_an_empty_one() -> None:
    key = new_key(Curve.SECP521R1)
    bare = (
        x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([]))
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC))
        .sign(key, SHA512())
    )  # fmt: skip
    assert common_name(bare) == ""


def test_leaves_hold_for_their_days_and_authorities_four_times_as_long(tree: Tree) -> None:
    end = tree["secc"].certificate.not_valid_after_utc.timestamp()
    assert end == NOW + 30 * DAY_S
    for place in PLACES:
        until = tree[place.name].certificate.not_valid_after_utc.timestamp()
        assert until == NOW + 30 * DAY_S * (4 if place.use is Use.AUTHORITY else 1)
    assert judged(tree, "secc", "v2g_root", end + 1).endswith("has expired")
    assert judged(tree, "secc", "v2g_root", NOW - DAY_S).endswith("is not valid yet")


def test_an_expired_root_vouches_for_nobody() -> None:
    root = self_signed(Subject(common_name="old", domain="V2G"), new_key(Curve.ED448), now=NOW, days=1)  # fmt: skip
    leaf = issued(Subject(common_name="young", domain="CPO"), new_key(Curve.ED448), root, use=Use.SERVER, now=NOW, days=9)  # fmt: skip
    late = Instant(NOW + 2 * DAY_S)
    assert vouched(leaf.chain, (root.certificate,), late) == "'old' has expired"


def test_a_leaf_cannot_play_the_authority(tree: Tree) -> None:
    forged = below(tree["secc"], use=Use.SERVER)
    assert vouched(forged.chain, (tree["v2g_root"].certificate,), NOW) == (
        f"{Names().evse!r} is no authority"
    )


def test_an_authority_cannot_lengthen_its_path(tree: Tree) -> None:
    third = below(tree["cpo_sub_ca_2"], use=Use.AUTHORITY)
    leaf = below(third, use=Use.SERVER)
    assert "too many authorities" in vouched(leaf.chain, (tree["v2g_root"].certificate,), NOW)


def test_a_certificate_without_basic_constraints_is_no_authority(tree: Tree) -> None:
    root = tree["v2g_root"]
    bare = (
        x509.CertificateBuilder().subject_name(root.certificate.subject)
        .issuer_name(root.certificate.subject).public_key(root.key.public_key()).serial_number(7)
        .not_valid_before(root.certificate.not_valid_before_utc)
        .not_valid_after(root.certificate.not_valid_after_utc)
        .sign(root.key, SHA512())
    )  # fmt: skip
    assert "is no authority" in vouched(tree["secc"].chain, (bare,), NOW)


def below(issuer: Credential, *, use: Use) -> Credential:
    subject = Subject(common_name="forged", domain="CPO")
    return issued(subject, new_key(Curve.SECP521R1), issuer, use=use, now=NOW, days=9)


def test_extensions_say_what_a_key_may_do(tree: Tree) -> None:
    for place in PLACES:
        extensions = tree[place.name].certificate.extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        authority = place.use is Use.AUTHORITY
        assert (constraints.critical, usage.critical) == (True, True)
        assert (
            constraints.value.ca is usage.value.key_cert_sign is usage.value.crl_sign is authority
        )
        assert usage.value.digital_signature is not authority
        assert constraints.value.path_length == place.path_length
    purposes = {
        leaf: list(tree[leaf].certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        for leaf in ("secc", "vehicle")
    }  # fmt: skip
    assert purposes == {
        "secc": [ExtendedKeyUsageOID.SERVER_AUTH],
        "vehicle": [ExtendedKeyUsageOID.CLIENT_AUTH],
    }


def test_keys_are_on_the_curves_of_the_standard(tree: Tree) -> None:
    key, leaf = tree["secc"].key, tree["secc"].certificate
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp521r1"
    assert leaf.signature_hash_algorithm is not None
    assert leaf.signature_hash_algorithm.name == "sha512"
    other = make_tree(NOW, days=1, curve=Curve.ED448)
    assert isinstance(other["contract"].key, ed448.Ed448PrivateKey)
    assert other["contract"].certificate.signature_hash_algorithm is None
    assert judged(other, "contract", "mo_root") == ""


def test_no_two_keys_and_no_two_serial_numbers_are_equal(tree: Tree) -> None:
    again = make_tree(NOW, days=30)
    both = [*tree.members.values(), *again.members.values()]
    assert len({each.key_pem() for each in both}) == 2 * len(PLACES)
    assert len({each.certificate.serial_number for each in both}) == 2 * len(PLACES)


def test_files_give_the_tree_back(tree: Tree) -> None:
    written = files(tree, NOW, Curve.SECP521R1)
    read = read_tree(written)
    assert {name: member.chain for name, member in read.members.items()} == {
        name: member.chain for name, member in tree.members.items()
    }
    assert read["contract"].key_pem() == tree["contract"].key_pem()
    trusted = x509.load_pem_x509_certificates(written[trees.trust_file("secc")])
    assert trusted == [tree["oem_root"].certificate, tree["v2g_root"].certificate]
    readme = written["README.md"].decode()
    assert "For tests only" in readme
    assert "2025-07-15T15:06:40Z" in readme
    assert all(f"`{place.name}`" in readme for place in PLACES)


def test_a_certificate_travels_as_der(tree: Tree) -> None:
    leaf = tree["contract"].certificate
    assert certificate_from_der(certificate_der(leaf)) == leaf
    with pytest.raises(BrokenPeer, match="not an X"):
        certificate_from_der(b"rubbish")


def test_a_key_of_another_is_refused(tree: Tree) -> None:
    with pytest.raises(ValueError, match="not the certificate's"):
        credential_from_pem(tree["secc"].chain_pem(), tree["vehicle"].key_pem())


def test_a_kind_of_key_that_v2g_has_not_is_refused(tree: Tree) -> None:
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="no key of ISO 15118-20"):
        credential_from_pem(tree["secc"].chain_pem(), pem)
