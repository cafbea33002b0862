"""Build and solve one instance with one peer, and print what that took as one line of JSON.

A small instance goes first, untimed: imports, first calls, memory. What the peer itself prints goes
to standard error.
"""

import argparse
import gc
import importlib
import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from .instance import Instance, Setting
from .known import PEERS


def main() -> None:
    """Read the command line and answer it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--instance", type=Path, required=True)
    parser.add_argument("--small", type=Path, required=True, help="solved first, untimed")
    parser.add_argument("--gap", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--method", default="simplex")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--plan", type=Path, help="where to keep the plan: kW, (N, T), .npy")
    said = parser.parse_args()
    # Solvers write to the descriptor itself, past Python: keep the real one for the answer alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    peer = next(one for one in PEERS if one.name == said.peer)
    setting = Setting(gap=said.gap, threads=said.threads, method=said.method)
    module = importlib.import_module(f".{peer.module}", __package__)
    module.solve(module.build(Instance.read(said.small), peer.name), setting)
    instance = Instance.read(said.instance)
    gc.collect()
    if hasattr(signal, "setitimer"):
        # Its default action ends the process, wherever it is; the parent sees the signal's number.
        signal.setitimer(signal.ITIMER_REAL, said.seconds)
    begin, cpu = time.perf_counter(), time.process_time()
    model = module.build(instance, peer.name)
    built = time.perf_counter()
    found = module.solve(model, setting)
    done, spent = time.perf_counter(), time.process_time() - cpu
    if found.power_kw.shape != instance.present_h.shape:
        sys.exit(f"a plan of shape {found.power_kw.shape}")
    if said.plan:
        np.save(said.plan, found.power_kw)
    json.dump(
        {"build_s": built - begin, "solve_s": done - built, "cpu_s": spent, "cost": found.cost},
        answers,
    )
    answers.write("\n")
    answers.flush()
