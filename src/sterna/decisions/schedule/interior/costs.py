"""What cars cost, in double precision: at prices at least (the proof of a bound), and with a schedule."""

import ctypes

import numpy as np

from sterna.decisions.schedule.interior.built import ADDRESS, WHOLE, library
from sterna.decisions.schedule.interior.layout import Layout, reduced_costs
from sterna.decisions.schedule.problem import Floats, Ints


class _Chains(ctypes.Structure):
    """The record that `costs.c` reads: a layout."""

    _fields_ = [
        *((name, WHOLE) for name in ("cars", "steps", "ups", "downs", "stores", "lasts")),
        *((name, ADDRESS) for name in ("first", "count", "slot", "flat", "group")),
        *((name, ADDRESS) for name in ("gain", "drain", "width", "cost", "rhs", "base")),
    ]


class Chains:
    """The cars of a layout, as what they cost is reckoned."""

    def __init__(self, layout: Layout, group: Ints, steps: int) -> None:
        """Hold *layout* ready; *group*: (N,) which of the prices each car sees."""
        self._layout, self._group, self._steps = layout, group, steps
        self._library = library()
        self.compiled = self._library is not None
        """Whether `priced` is there."""
        where = layout.where
        first = where.step[layout.slot[:-1]] if len(layout.count) else np.zeros(0, np.int64)
        self._kept = {
            name: np.ascontiguousarray(array)
            for name, array in (
                ("first", first), ("group", group), ("base", layout.base_kwh),
                *((name, getattr(layout, name)) for name in ("count", "slot", "flat")),
                *((name, getattr(layout, name)) for name in ("gain", "drain", "width", "cost", "rhs")),
            )
        }  # fmt: skip
        self._record = _Chains(
            cars=len(layout.count), steps=steps, ups=layout.ups, downs=layout.downs,
            stores=layout.stores, lasts=layout.lasts,
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
