"""What cars cost, in double precision: at prices at least (the proof of a bound), and with a schedule."""

import ctypes
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.built import ADDRESS, WHOLE, library
from sterna.decisions.schedule.interior.layout import Layout, reduced_costs
from sterna.decisions.schedule.problem import Floats, Ints

CARS_AT_ONCE: Final = 250
"""Cars whose costs are summed apart, by whichever thread."""


class _Chains(ctypes.Structure):
    """The record that `costs.c` reads: a layout."""

    _fields_ = [
        *((name, WHOLE) for name in ("cars", "steps", "ups", "downs", "stores", "lasts")),
        *((name, WHOLE) for name in ("chunks", "threads")),
        *((name, ADDRESS) for name in ("first", "count", "slot", "flat", "group", "cut")),
        *((name, ADDRESS) for name in ("gain", "drain", "width", "cost", "rhs", "base")),
        *((name, ADDRESS) for name in ("sums", "drawn")),
    ]


class Chains:
    """The cars of a layout, as what they cost is reckoned."""

    def __init__(self, layout: Layout, group: Ints, steps: int, threads: int = 1) -> None:
        """Hold *layout* ready; *group*: (N,) which of the prices each car sees."""
        self._layout, self._group, self._steps = layout, group, steps
        self._library = library()
        self.compiled = self._library is not None
        """Whether `priced` is there."""
        where = layout.where
        cars = len(layout.count)
        first = where.step[layout.slot[:-1]] if cars else np.zeros(0, np.int64)
        cut = np.append(np.arange(0, max(cars, 1), CARS_AT_ONCE), cars)
        chunks = len(cut) - 1
        self._kept = {
            name: np.ascontiguousarray(array)
            for name, array in (
                ("first", first), ("group", group), ("base", layout.base_kwh), ("cut", cut),
                ("sums", np.zeros(chunks)), ("drawn", np.zeros((chunks, steps))),
                *((name, getattr(layout, name)) for name in ("count", "slot", "flat")),
                *((name, getattr(layout, name)) for name in ("gain", "drain", "width", "cost", "rhs")),
            )
        }  # fmt: skip
        self._record = _Chains(
            cars=cars, steps=steps, ups=layout.ups, downs=layout.downs,
            stores=layout.stores, lasts=layout.lasts, chunks=chunks, threads=min(threads, chunks),
            **{name: array.ctypes.data for name, array in self._kept.items()},
        )  # fmt: skip
        self._decided = np.bincount(where.step, weights=layout.fixed_kwh, minlength=steps)

    def least(self, price: Floats, value: Floats) -> float:
        """Return a cost below which the cars cannot be at *price* (G, T), EUR, without what is decided.

        It holds for any *value* (M,) of stored energy, and is the better the nearer to the optimum.
        """
        if self._library is None:
            layout = self._layout
            reduced = reduced_costs(
                layout, price[self._group[layout.where.car], layout.where.step], value
            )
            slack = float(np.sum(np.minimum(reduced, 0.0) * layout.width))
            return slack - float(np.sum(layout.rhs * value))
        return self._called("sterna_least", np.ascontiguousarray(price), value)

    def priced(self, stored: Floats) -> tuple[float, Floats]:
        """Return what the cars cost with *stored* energy (M,), EUR, and what they draw in each step (T,), kWh."""
        drawn = np.zeros(self._steps)
        cost = self._called("sterna_priced", stored, drawn)
        return cost + self._layout.constant_eur, drawn + self._decided

    def _called(self, name: str, *arrays: Floats) -> float:
        function = getattr(self._library, name)
        function.restype = ctypes.c_double
        addresses = (ADDRESS(array.ctypes.data) for array in arrays)
        return float(function(ctypes.byref(self._record), *addresses))
