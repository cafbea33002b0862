"""Quantiles by gradient-boosted trees: LightGBM, one ensemble per quantile, the same bytes every time.

Needs the extra ``sterna[forecast]``. Ke et al., "LightGBM: A Highly Efficient Gradient Boosting
Decision Tree", NIPS 2017.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Protocol

import numpy as np

from sterna.decisions.forecast.band import LEVELS, Floats

ROUNDS: Final = 100
"""Trees per quantile."""
PARAMETERS: Final[dict[str, object]] = {
    "objective": "quantile",
    "num_leaves": 7,  # 15 were no better on loads, worse on PV, and slower
    "min_data_in_leaf": 60,  # a tenth quantile of fewer is a few outliers
    "learning_rate": 0.06,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "seed": 1,
    "num_threads": 1,  # sums of floats depend on how many threads add them
    "deterministic": True,
    "force_col_wise": True,  # else it times both layouts and takes the faster
    "verbosity": -1,
}
ROWS_LEAST: Final = 14 * 24
"""Two weeks of hours: fewer rows teach nothing that the default does not know."""


def missing() -> str | None:
    """Return what keeps the extra from running and the remedy in one clause, or None. Imports LightGBM when it is there."""
    absent = [name for name in ("lightgbm", "pvlib") if find_spec(name) is None]
    if absent:
        names = " and ".join(absent)
        return f'needs {names}, not installed here: pip install "sterna[forecast]"'
    try:
        import_module("lightgbm")
    except OSError as error:  # its wheel brings no OpenMP
        return (
            f"needs a library that the system lacks: {error}; on Debian: apt-get install libgomp1"
        )
    return None


class Quantiles(Protocol):
    """What foresees quantiles from rows."""

    def foresee(self, known: Floats) -> Floats:
        """Return the quantiles `LEVELS` for rows of shape (n, features), shape (3, n), in order."""


Grow = Callable[[Floats, Floats], Quantiles]
"""Learns from rows (n, features) and outcomes (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Three ensembles, one per quantile of `LEVELS`."""

    ensembles: tuple[Any, ...]

    def foresee(self, known: Floats) -> Floats:
        """Return the quantiles for the rows *known* of shape (n, features), shape (3, n), in order."""
        found = np.stack([each.predict(known, num_threads=1) for each in self.ensembles])
        found.sort(axis=0)  # ensembles that know nothing of each other may cross
        return found


def grown(known: Floats, outcome: Floats) -> Trees:
    """Return trees grown on rows *known* (n, features) and what came of them, *outcome* (n,), no NaN.

    The same rows give the same trees.
    """
    # Inside, because importing takes two seconds and most runs never need it.
    import lightgbm  # noqa: PLC0415

    assert len(known) == len(outcome) >= ROWS_LEAST, "too little to learn from"
    ensembles = []
    for level in LEVELS:
        rows = lightgbm.Dataset(known, outcome, params={"verbosity": -1})
        ensembles.append(lightgbm.train({**PARAMETERS, "alpha": level}, rows, ROUNDS))
    return Trees(tuple(ensembles))
