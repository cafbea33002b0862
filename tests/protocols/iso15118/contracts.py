"""A test tree's cars, contracts and supplies, for tests of Plug and Charge."""

from functools import cache, partial
from hashlib import sha256
from itertools import count

from cryptography.hazmat.primitives.asymmetric import ec
from protocols.iso15118.iso15118_pair import START

from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.security.certificates import Curve
from sterna.protocols.iso15118.security.gate import ContractGate, Office
from sterna.protocols.iso15118.security.tree import Tree, make_tree
from sterna.protocols.iso15118.security.wallet import CarWallet


@cache
def tree(curve: Curve = Curve.SECP521R1, made: float = START, days: float = 365.0) -> Tree:
    """Return one tree per kind: making keys takes longer than all that is done with them."""
    return make_tree(Instant(made), days=days, curve=curve)


def with_contract(grown: Tree | None = None) -> CarWallet:
    """Return the wallet of a car that has a contract."""
    grown = tree() if grown is None else grown
    return CarWallet(contract=grown["contract"])


def without_contract(grown: Tree | None = None) -> CarWallet:
    """Return the wallet of a car that can ask for one."""
    grown = tree() if grown is None else grown
    return CarWallet(
        provisioning=grown["oem_provisioning"],
        roots=(grown["v2g_root"].certificate,),
    )


def gate(grown: Tree | None = None, **options: object) -> ContractGate:
    """Return a supply that honours the contracts of the tree."""
    grown = tree() if grown is None else grown
    known: dict[str, object] = {"roots": (grown["mo_root"].certificate,)}
    return ContractGate(**(known | options))  # type: ignore[arg-type]  # fields by name


def office(grown: Tree | None = None, **options: object) -> Office:
    """Return a provisioning office that has the contract of the tree's car."""
    grown = tree() if grown is None else grown
    draws = count()
    known: dict[str, object] = {
        "contracts": {"STNTESTVEHICLE0001": grown["contract"]},
        "service": grown["cps"],
        "maker_roots": (grown["oem_root"].certificate,),
        "ephemeral": partial(ec.generate_private_key, ec.SECP521R1()),
        "iv": lambda: sha256(str(next(draws)).encode()).digest()[:12],
    }
    return Office(**(known | options))  # type: ignore[arg-type]  # fields by name
