"""How batteries age, what that costs, and who is paid for it.

`rainflow` counts cycles, `models` has the published ones, `ageing` runs them over a history of
state of charge and temperature, `terms` says what wear costs by contract or by a cell's model, and
`counterfactual` compares a stay with V2X to charging on arrival and writes the receipt.
"""

from sterna.domain.wear.ageing import REFERENCE_LIFE, Ageing, Life, Sample, after
from sterna.domain.wear.counterfactual import (
    Receipt,
    Trajectory,
    assessed,
    charged_on_arrival,
    differences,
    recomputed,
)
from sterna.domain.wear.models import MODELS, CellModel, Chemistry
from sterna.domain.wear.rainflow import Cycle, cycles
from sterna.domain.wear.terms import (
    CELSIUS_DEFAULT,
    WearTerms,
    by_model,
    dearest,
    equivalent_full_cycles,
    extra_throughput,
    stated,
    wear_cost,
)

__all__ = (
    "CELSIUS_DEFAULT",
    "MODELS",
    "REFERENCE_LIFE",
    "Ageing",
    "CellModel",
    "Chemistry",
    "Cycle",
    "Life",
    "Receipt",
    "Sample",
    "Trajectory",
    "WearTerms",
    "after",
    "assessed",
    "by_model",
    "charged_on_arrival",
    "cycles",
    "dearest",
    "differences",
    "equivalent_full_cycles",
    "extra_throughput",
    "recomputed",
    "stated",
    "wear_cost",
)  # fmt: skip
