"""The passes in C over the arrays of a fleet: the records that `cars.c` reads."""

import ctypes
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.built import ADDRESS, REAL, WHOLE
from sterna.decisions.schedule.interior.fleet import Fleet

WHOLES: Final = ("first", "count", "slot", "flat", "group", "cut")
REALS: Final = (
    *("gain", "drain", "width", "cost", "rhs", "price", "move", "stiff"),
    *("x", "zl", "zu", "theta", "pull", "ahead", "dx", "value", "dvalue", "residual", "aim"),
    *("inverse", "onward", "damp", "share", "wish", "extra", "coupling", "held", "mixed", "loose"),
    "schur",
)
"""In the precision of the fleet."""
DOUBLES: Final = (
    *("power", "answer", "answer2", "answer3", "sums", "reach", "reach_dual", "change"),
    *("base", "stored"),
)
ARRAYS: Final = (*WHOLES, *REALS, *DOUBLES, "scratch")
"""What is handed over by address, in the order of the record."""


SLOTS_PER_THREAD: Final = 1000
"""Fewer slots are done before another thread has heard of them."""


class _Fleet(ctypes.Structure):
    """The record that `cars.c` reads: the same names in the same order."""

    _fields_ = [
        *((name, WHOLE) for name in ("cars", "steps", "groups", "chunks", "threads")),
        *((name, WHOLE) for name in ("ups", "downs", "stores", "lasts")),
        *((name, ADDRESS) for name in ARRAYS),
        ("room", WHOLE),
        *((name, REAL) for name in ("target", "second", "centre", "step", "step_dual", "fraction")),
    ]


class CompiledPasses:
    """The passes in C over the arrays of a fleet."""

    def __init__(self, fleet: Fleet, found: ctypes.CDLL, threads: int) -> None:
        """Hand the arrays of *fleet* over; they must not be replaced afterwards."""
        layout, self._fleet, self._library = fleet.layout, fleet, found
        most = int(np.max(np.diff(layout.flat), initial=0))
        room = 12 * fleet.steps + 7 * most
        threads = min(threads, fleet.chunks, 1 + len(fleet.value) // SLOTS_PER_THREAD)
        real = fleet.x.dtype
        self._suffix = "" if fleet.precise else "_single"
        shared = {"count": layout.count, "slot": layout.slot, "flat": layout.flat}
        shared |= {name: getattr(fleet, name) for name in ARRAYS if hasattr(fleet, name)}
        shared["scratch"] = np.zeros(threads * room, dtype=real)
        kinds = dict.fromkeys(WHOLES, np.dtype(np.int64)) | dict.fromkeys((*REALS, "scratch"), real)
        self._kept = {name: np.ascontiguousarray(array) for name, array in shared.items()}
        for name, array in self._kept.items():
            assert array.dtype == kinds.get(name, np.dtype(np.float64)), name
        self._record = _Fleet(
            cars=len(layout.count),
            steps=fleet.steps,
            groups=fleet.groups,
            chunks=fleet.chunks,
            threads=threads,
            ups=layout.ups,
            downs=layout.downs,
            stores=layout.stores,
            lasts=layout.lasts,
            room=room,
            **{name: array.ctypes.data for name, array in self._kept.items()},
        )

    def factor(self) -> None:
        """See `Passes`."""
        self._run("sterna_factor")

    def predict(self) -> None:
        """See `Passes`."""
        self._run("sterna_predict")

    def direct(self) -> None:
        """See `Passes`."""
        self._run("sterna_direct")

    def advance(self) -> None:
        """See `Passes`."""
        self._run("sterna_advance")

    def begin(self) -> None:
        """See `Passes`."""
        self._run("sterna_begin")

    def stored(self) -> None:
        """See `Passes`."""
        self._run("sterna_stored")

    def _run(self, name: str) -> None:
        fleet, record = self._fleet, self._record
        record.target, record.second, record.centre = fleet.target, fleet.second, fleet.centre
        record.fraction = fleet.fraction
        record.step, record.step_dual = fleet.length, fleet.length_dual
        getattr(self._library, name + self._suffix)(ctypes.byref(record))
