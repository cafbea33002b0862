"""The peers: names, modules, and which distributions have to be installed for them."""

import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class Peer:
    """One library with one solver."""

    name: str
    """As in the table."""
    module: str
    """The module of this package that speaks to it."""
    needs: tuple[str, ...]
    """Distributions, the library itself first."""
    uses_highs: bool = True
    """Whether its solver is HiGHS, so that the method can be chosen."""
    note: str = ""
    """How its problem differs from ours; empty: not at all."""


EASIER = "easier problem"
"""What is left out stands in the module's docstring and in docs/schedule-bench.md."""
PEERS = (
    Peer("linopy", "by_linopy", ("linopy", "highspy")),
    Peer("pyomo", "by_pyomo", ("pyomo", "highspy")),
    Peer("cvxpy-highs", "by_cvxpy", ("cvxpy", "highspy")),
    Peer("cvxpy-clarabel", "by_cvxpy", ("cvxpy", "clarabel"), uses_highs=False),
    Peer("pypsa", "by_pypsa", ("pypsa", "linopy", "highspy")),
    Peer("flexmeasures", "by_flexmeasures", ("flexmeasures", "highspy"), uses_highs=False, note=EASIER),
)  # fmt: skip


def installed() -> dict[str, str]:
    """Return the peers that this interpreter can run, with versions: ``linopy 0.10.1, highspy 1.15.1``."""
    found: dict[str, str] = {}
    for peer in PEERS:
        try:
            found[peer.name] = ", ".join(f"{name} {version(name)}" for name in peer.needs)
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Print them as JSON."""
    print(json.dumps(installed()))
