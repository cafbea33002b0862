"""Solvers of others on the same instances, each solve in a process of its own.

Their libraries need not be installed beside Sterna: any interpreter that has them will do. One
process each also because two copies of HiGHS in one process do not get along.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from sterna.app.bench import peers
from sterna.app.bench.ours import bounded, not_tried, over
from sterna.app.bench.peers.known import PEERS, Peer
from sterna.app.bench.rows import Asked, Row
from sterna.decisions.schedule.problem import OVER_EUR_PER_KWH, Problem
from sterna.kernel.errors import BadInput

FOLDER: Final = Path(peers.__file__).parent
START_SECONDS_MAX: Final = 180.0
"""Time for imports and the small instance, before the clock of a solve starts."""
SIMPLEX_SLOTS_MAX: Final = 400_000
"""Up to N times T of this size the simplex is the faster method of HiGHS on the reference instances
(measured up to N = 3000, T = 96); from there on the interior point gains on it."""
EXACT: Final = 1e-6
"""With a smaller gap than this the simplex is asked for, which ends at the optimum."""


def chosen(names: str) -> tuple[Peer, ...]:
    """Return the peers called *names*: separated by commas, or ``all``; BadInput for an unknown one."""
    if names == "all":
        return PEERS
    found: list[Peer] = []
    for name in names.split(","):
        mine = [peer for peer in PEERS if name in (peer.name, peer.needs[0])]
        if not mine:
            known = ", ".join(peer.name for peer in PEERS)
            raise BadInput("--peers", name, f"no such peer: there are {known}")
        found += [peer for peer in mine if peer not in found]
    return tuple(found)


def installed(pythons: Sequence[Path]) -> dict[str, tuple[Path, str]]:
    """Return peer -> (interpreter, versions): the first of *pythons* that has it; BadInput if one cannot run."""
    found: dict[str, tuple[Path, str]] = {}
    for python in pythons or (Path(sys.executable),):
        try:
            done = subprocess.run(  # noqa: S603  # the user names the interpreter
                [python, FOLDER, "--installed"], capture_output=True, text=True, check=True,
                timeout=START_SECONDS_MAX,
            )  # fmt: skip
            said: dict[str, str] = json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            raise BadInput(python, "", "is no Python interpreter that can run a peer") from None
        for name, versions in said.items():
            found.setdefault(name, (python, versions))
    return found


def write(problem: Problem, path: Path) -> None:
    """Write *problem* to *path* (.npz), as `peers.instance` reads it. One efficiency a car, no promises."""
    cars, site = problem.sessions, problem.site
    assert cars.charge_pieces is None, "peers know one efficiency"
    assert not problem.bands, "peers know no bands"
    np.savez(
        path, hours=problem.hours, first=cars.first, last=cars.last, present_h=cars.present_h,
        energy=cars.energy_kwh, target=cars.target_kwh, unmet_price=cars.unmet_eur_per_kwh,
        charge_kw=cars.charge_kw, discharge_kw=cars.discharge_kw,
        gain=cars.charge_efficiency, share=cars.discharge_efficiency,
        wear_price=cars.wear_eur_per_kwh, high_price=cars.high_eur_per_kwh_h,
        knee=cars.knee_kwh, ceiling=problem.ceilings(), floor=problem.floors(),
        load_kw=site.load_kw, pv_kw=site.pv_kw, buy=site.import_eur_per_kwh, sell=site.export_eur_per_kwh,
        import_kw=site.import_limit_kw, export_kw=site.export_limit_kw, over_price=OVER_EUR_PER_KWH,
        peak_price=site.peak_eur_per_kw, peak_so_far_kw=site.peak_so_far_kw,
    )  # fmt: skip


def method_of(peer: Peer, asked: Asked, count: int) -> str:
    """Return how HiGHS is to solve for *peer*: the faster method at this size."""
    if not peer.uses_highs:
        return ""
    small = count * asked.steps <= SIMPLEX_SLOTS_MAX
    return "simplex" if small or asked.gap < EXACT else "ipx"


def measured(
    peer: Peer, where: tuple[Path, str], asked: Asked, blank: Row, files: tuple[Path, Path],
    bound: float | None, too_slow: set[str],
) -> Row:  # fmt: skip
    """Run *peer* on the instance of *files* (it, and a small one), whose best lower bound is *bound*.

    Whatever happens in its process, there is a row: without times, and with a note that says why.
    """
    python, versions = where
    method = method_of(peer, asked, blank.n)
    row = replace(blank, solver=peer.name, method=method, version=versions, note=peer.note)
    if peer.name in too_slow:
        return _noted(row, not_tried(asked))
    said = _answer(python, peer, files, asked, method)
    if isinstance(said, str):
        if said == over(asked):
            too_slow.add(peer.name)
        return _noted(row, said)
    done = replace(
        row,
        build_s=said["build_s"],
        solve_s=said["solve_s"],
        cpu_s=said["cpu_s"],
        cost=said["cost"],
    )
    return done if peer.note else bounded(done, bound)


def _noted(row: Row, why: str) -> Row:
    """Return *row* with one more note."""
    return replace(row, note=f"{row.note}; {why}" if row.note else why)


def _answer(
    python: Path, peer: Peer, files: tuple[Path, Path], asked: Asked, method: str
) -> dict[str, Any] | str:
    """Return what the peer's process answers, or why it does not."""
    command: list[str | Path] = [
        python, FOLDER, "--peer", peer.name, "--instance", files[0], "--small", files[1],
        "--gap", str(asked.gap), "--threads", str(asked.threads), "--seconds", str(asked.seconds),
        "--method", method or "simplex",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  # the user names the interpreter
            command, capture_output=True, text=True, check=False,
            # The process ends itself in time; this is for systems without its alarm.
            timeout=START_SECONDS_MAX + asked.seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return over(asked)
    if done.returncode == -getattr(signal, "SIGALRM", 0):
        return over(asked)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()
        why = last[-1] if last and done.returncode > 0 else f"code {done.returncode}"
        return f"failed: {why[:200]}"
    try:
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return "failed: no answer"
    return answer
