"""Our schedules against those of linopy, Pyomo, CVXPY, PyPSA and FlexMeasures: docs/schedule-bench.md."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sterna.app.bench import theirs
from sterna.app.bench.peers.known import PEERS
from sterna.decisions.schedule.check import check
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Floats, Problem, Schedule
from sterna.decisions.schedule.reference import reference

ROOT = Path(__file__).parents[2]
PYTHONS = [ROOT / f".peers-{name}" / "bin" / "python" for name in ("schedule", "flexmeasures")]

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def places() -> dict[str, tuple[Path, str]]:
    """Return where the peers are installed."""
    there = [python for python in PYTHONS if python.exists()]
    return theirs.installed(there) if there else {}


def answered(
    places: dict[str, tuple[Path, str]], peer: str, problem: Problem, folder: Path
) -> tuple[float, Floats]:
    """Return the cost that *peer* says, and its plan, kW."""
    if peer not in places:
        pytest.skip(f"{peer} is not installed: docs/peers.md says how to make its environment")
    theirs.write(problem, folder / "instance.npz")
    theirs.write(reference(3, len(problem.hours)), folder / "small.npz")
    done = subprocess.run(
        [
            places[peer][0], theirs.FOLDER, "--peer", peer, "--gap", "1e-9", "--method", "simplex",
            "--instance", folder / "instance.npz", "--small", folder / "small.npz", "--plan", folder / "plan.npy",
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(json.loads(done.stdout)["cost"]), np.load(folder / "plan.npy")


def lived(problem: Problem, power_kw: Floats) -> Schedule:
    """Return what the site does when the cars run at *power_kw*: import before excess, export before curtailment."""
    site, hours = problem.site, problem.hours
    energy = power_kw * problem.sessions.present_h
    net = (site.load_kw - site.pv_kw) * hours + energy.sum(axis=0)
    drawn, left = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    imported = np.minimum(drawn, site.import_limit_kw * hours)
    paid = np.minimum(left, site.export_limit_kw * hours)
    exported = np.where(site.export_eur_per_kwh > 0, paid, 0.0)
    return Schedule(
        charge_kwh=np.maximum(energy, 0.0), discharge_kwh=np.maximum(-energy, 0.0),
        import_kwh=imported, export_kwh=exported, curtailed_kwh=left - exported, over_kwh=drawn - imported,
    )  # fmt: skip


@pytest.mark.parametrize("count", [10, 30])
@pytest.mark.parametrize("peer", [peer.name for peer in PEERS if not peer.note])
def test_a_peer_finds_our_cost_with_a_plan_that_our_judge_accepts(
    peer: str, count: int, places: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    problem = reference(count)
    cost, power_kw = answered(places, peer, problem, tmp_path)
    assert cost == pytest.approx(solve(problem).cost_eur, rel=1e-5)
    verdict = check(problem, lived(problem, power_kw), tolerance=1e-4)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(cost, rel=1e-4)


@pytest.mark.parametrize("count", [3, 10])
def test_flexmeasures_finds_the_cost_of_the_problem_that_it_is_given(
    count: int, places: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    whole = reference(count)
    free = np.zeros(count)
    easier = replace(
        whole, sessions=replace(whole.sessions, wear_eur_per_kwh=free, high_eur_per_kwh_h=free)
    )
    cost, power_kw = answered(places, "flexmeasures", whole, tmp_path)
    assert cost == pytest.approx(solve(easier).cost_eur, rel=1e-5)
    verdict = check(easier, lived(easier, power_kw), tolerance=1e-4)
    assert verdict.faults == ()
    assert verdict.cost_eur == pytest.approx(cost, rel=1e-4)
