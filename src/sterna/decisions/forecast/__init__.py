"""What load, sun and price will probably be: bands of three quantiles, and how good they were.

`analog` (load, price) and `solar` (PV) compare with the past, in numpy alone, and are the default.
`quantiles` grows trees that start from what those say (the extra ``sterna[forecast]``); `features` is
all that they may know, `conformal` widens their bands to what they promise, `nightly` learns
anew and takes the trees only where they were better. `backtest` walks through the past day by
day, `scores` counts. Nothing here reads what begins at or after the gate of a forecast.
"""

from sterna.decisions.forecast.analog import analog
from sterna.decisions.forecast.band import LEVELS, Band, anchored
from sterna.decisions.forecast.features import Task
from sterna.decisions.forecast.nightly import Nightly
from sterna.decisions.forecast.quantiles import missing
from sterna.decisions.forecast.sky import Place, haurwitz
from sterna.decisions.forecast.solar import solar

__all__ = (
    "LEVELS",
    "Band",
    "Nightly",
    "Place",
    "Task",
    "analog",
    "anchored",
    "haurwitz",
    "missing",
    "solar",
)  # fmt: skip
