"""Fades and rates by BLAST-Lite: reads histories as JSON, prints what its models make of them.

Runs in the peer's own environment, see docs/peers.md: ``python blast_fade.py < histories.json``.
Each history is fed day by day, as BLAST-Lite's own simulation does.
"""

import json
import sys
import warnings
from typing import Any

import numpy as np
from blast import models  # type: ignore[import-not-found]  # the peer's environment has it

warnings.filterwarnings("ignore")
MODELS = {"NMC": models.Nmc111_Gr_Kokam75Ah_Battery, "LFP": models.Lfp_Gr_250AhPrismatic}
LOSSES = {"NMC": ("qLoss_LLI_t", "qLoss_LLI_EFC"), "LFP": ("qLoss_t", "qLoss_EFC")}
RATES = {"NMC": ("q1", "q3"), "LFP": ("kcal", "kcyc")}


def aged(asked: dict[str, Any]) -> dict[str, Any]:
    """Return losses after one history, and the rates and stress of each of its days."""
    kind = asked["chemistry"]
    battery = MODELS[kind]()
    at, soc, celsius = (np.array(asked[name], dtype=float) for name in ("at", "soc", "celsius"))
    for day in asked["days"]:
        piece = slice(day[0], day[1] + 1)
        battery.update_battery_state(at[piece], soc[piece], celsius[piece])
    calendar, cycling = (float(battery.states[name][-1]) for name in LOSSES[kind])
    stress = {
        name: [float(x) for x in battery.stressors[name][1:]]
        for name in ("delta_efc", "dod", "Crate")
        if name in battery.stressors  # The NMC model does not keep a C-rate, nor use it.
    }
    rates = [[float(x) for x in battery.rates[name][1:]] for name in RATES[kind]]
    return {
        "calendar": calendar,
        "cycling": cycling,
        "fade": 1.0 - float(battery.outputs["q"][-1]),
        "calendar_rates": rates[0],
        "cycle_rates": rates[1],
        **stress,
    }


json.dump([aged(each) for each in json.load(sys.stdin)], sys.stdout)
