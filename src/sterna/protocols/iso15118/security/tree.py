"""The test certificate tree: who stands in it, who issues whom, and the files that it becomes.

::

    v2g_root ── cpo_sub_ca_1 ── cpo_sub_ca_2 ── secc                 answers TLS
             └─ cps_sub_ca_1 ── cps_sub_ca_2 ── cps                  signs installed contracts
    oem_root ── oem_sub_ca_1 ── oem_sub_ca_2 ┬─ vehicle              opens TLS
                                             └─ oem_provisioning     asks for contracts
    mo_root  ── mo_sub_ca_1  ── mo_sub_ca_2  ── contract             pays

Names of files and of :attr:`Tree.members` are these.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Instant
from sterna.kernel.timestamps import stamp
from sterna.protocols.iso15118.security.certificates import (
    Credential,
    Curve,
    Subject,
    Use,
    certificate_pem,
    credential_from_pem,
    issued,
    new_key,
    self_signed,
)

AUTHORITIES_LIVE: Final = 4
"""Authorities hold this many times as long as leaves, so that leaves can be renewed below them."""
DAYS_MAX: Final = 3650
"""Ten years for a leaf, forty for a root: longer no test lasts."""
SECC_DOMAIN: Final = "CPO"
VEHICLE_DOMAIN: Final = "OEM"
SECC_TRUSTS: Final = ("oem_root", "v2g_root")
"""Roots of the vehicle certificates that a charger takes."""
VEHICLE_TRUSTS: Final = ("v2g_root",)
"""Roots of the charger certificates that a vehicle takes."""


class Names(Struct, frozen=True, kw_only=True):
    """What the leaves of a tree are called."""

    evse: str = "STERNA-EVSE-1"
    """Common name of the SECC."""
    pcid: str = "STNTESTVEHICLE0001"
    """Provisioning certificate id of the vehicle: common name of both its certificates."""
    emaid: str = "PTSTNC000000010"
    """E-mobility account identifier: common name of the contract."""


class Place(Struct, frozen=True):
    """One certificate's place in the tree."""

    name: str
    issuer: str
    """Name of its issuer; empty for a root."""
    domain: str
    use: Use
    path_length: int | None = None
    about: str = ""


def _places() -> tuple[Place, ...]:
    roots = (
        Place("v2g_root", "", "V2G", Use.AUTHORITY, None, "root of chargers: vehicles trust it"),
        Place("oem_root", "", "OEM", Use.AUTHORITY, None, "root of vehicles: chargers trust it"),
        Place("mo_root", "", "MO", Use.AUTHORITY, None, "root of contracts: chargers trust it"),
    )
    leaves = (
        Place("secc", "cpo_sub_ca_2", SECC_DOMAIN, Use.SERVER, None, "charger: answers TLS"),
        Place("cps", "cps_sub_ca_2", "CPS", Use.SIGNATURE, None, "provisioning service: signs installed contracts"),
        Place("vehicle", "oem_sub_ca_2", VEHICLE_DOMAIN, Use.CLIENT, None, "vehicle: opens TLS"),
        Place("oem_provisioning", "oem_sub_ca_2", "OEM", Use.SIGNATURE, None, "vehicle: asks for a contract"),
        Place("contract", "mo_sub_ca_2", "MO", Use.SIGNATURE, None, "contract: signs the authorisation"),
    )  # fmt: skip
    subs: list[Place] = []
    for root, who in (("v2g", "cpo"), ("v2g", "cps"), ("oem", "oem"), ("mo", "mo")):
        first, second, domain = f"{who}_sub_ca_1", f"{who}_sub_ca_2", who.upper()
        subs.append(Place(first, f"{root}_root", domain, Use.AUTHORITY, 1, f"authority under {root}_root"))  # fmt: skip
        subs.append(Place(second, first, domain, Use.AUTHORITY, 0, f"authority under {first}"))
    return (*roots, *subs, *leaves)


PLACES: Final = _places()
"""Every place, issuers before those whom they issue."""


class Tree(Struct, frozen=True, kw_only=True):
    """A whole test tree with every key."""

    members: Mapping[str, Credential]
    """By the names of :data:`PLACES`."""

    def __getitem__(self, name: str) -> Credential:
        """Return one member."""
        return self.members[name]


def make_tree(
    now: Instant, *, days: float, curve: Curve = Curve.SECP521R1, names: Names | None = None
) -> Tree:
    """Return a new tree of *curve*: leaves hold for *days* from *now*, authorities four times as long."""
    assert 0 < days <= DAYS_MAX, days
    names = Names() if names is None else names
    members: dict[str, Credential] = {}
    for place in PLACES:
        subject = Subject(common_name=called(place, names), domain=place.domain)
        life = days * AUTHORITIES_LIVE if place.use is Use.AUTHORITY else days
        key = new_key(curve)
        if place.issuer:
            members[place.name] = issued(
                subject, key, members[place.issuer], use=place.use, now=now, days=life,
                path_length=place.path_length,
            )  # fmt: skip
        else:
            members[place.name] = self_signed(subject, key, now=now, days=life)
    return Tree(members=members)


def called(place: Place, names: Names) -> str:
    """Return the common name of the certificate at *place*."""
    leaves = {
        "secc": names.evse, "vehicle": names.pcid, "oem_provisioning": names.pcid,
        "contract": names.emaid,
    }  # fmt: skip
    return leaves.get(place.name, f"Sterna test {place.name.replace('_', ' ')}")


def chain_file(name: str) -> str:
    """Return the file of the chain of *name*: its certificate and its issuers without the root."""
    return f"{name}.pem"


def key_file(name: str) -> str:
    """Return the file of the private key of *name*."""
    return f"{name}.key"


def files(tree: Tree, now: Instant, curve: Curve) -> dict[str, bytes]:
    """Return the files of *tree* by name; those that end in ``.key`` are secret."""
    written = {"README.md": _readme(tree, now, curve).encode()}
    for name, member in tree.members.items():
        written[chain_file(name)] = member.chain_pem()
        written[key_file(name)] = member.key_pem()
    for name, trusted in (("secc", SECC_TRUSTS), ("vehicle", VEHICLE_TRUSTS)):
        roots = [certificate_pem(tree[root].certificate) for root in trusted]
        written[trust_file(name)] = b"".join(roots)
    return written


def trust_file(name: str) -> str:
    """Return the file of the roots that *name* (secc or vehicle) trusts in TLS."""
    return f"{name}.trust.pem"


def read_tree(contents: Mapping[str, bytes]) -> Tree:
    """Return the tree of the files in *contents*; raises KeyError for one that lacks, ValueError for a bad one."""
    return Tree(
        members={
            place.name: credential_from_pem(
                contents[chain_file(place.name)], contents[key_file(place.name)]
            )
            for place in PLACES
        }
    )


def _readme(tree: Tree, now: Instant, curve: Curve) -> str:
    """Return what the folder says about itself."""
    rows = [
        f"| `{place.name}` | {place.domain} | {place.issuer or 'itself'} | {place.about} |"
        for place in PLACES
    ]
    until = stamp(Instant(tree["secc"].certificate.not_valid_after_utc.timestamp()))
    return "\n".join(
        [
            "# Test certificates for ISO 15118-20",
            "",
            "**For tests only.** The private keys lie here unprotected: whoever has this folder is everybody in it.",
            "",
            f"Made {stamp(now)} by `sterna pki`; keys on {curve.value}; leaves valid until {until}.",
            "",
            "`NAME.pem` is the certificate followed by its issuers without the root, `NAME.key` the private key",
            "(PKCS#8, mode 0600), `secc.trust.pem` and `vehicle.trust.pem` are the roots that each side of TLS trusts.",
            "",
            "| name | domain | issued by | what for |",
            "|---|---|---|---|",
            *rows,
            "",
            "There is no revocation: no CRL and no OCSP responder is named.",
            "",
        ]
    )
