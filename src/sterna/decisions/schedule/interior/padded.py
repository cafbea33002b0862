"""Values of slots and variables as tables over cars: short stays are padded with slots without room."""

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.interior.fleet import Fleet
from sterna.decisions.schedule.problem import Floats, Ints


class Padded:
    """A fleet's arrays as tables: V kinds of variables, N cars, n slots of the longest stay."""

    def __init__(self, fleet: Fleet) -> None:
        """Lay *fleet* out."""
        layout, self._fleet = fleet.layout, fleet
        count = layout.count
        cars, longest = len(count), int(np.max(count, initial=1))
        kinds = layout.ups + layout.downs + layout.stores
        offset = np.arange(longest)
        self._here: NDArray[np.bool_] = offset < count[:, None]
        last = layout.flat[-1]
        at = layout.flat[:-1, None] + np.arange(kinds)[:, None, None] * count[:, None] + offset
        self._at: Ints = np.where(self._here, at, last)
        tails = np.arange(layout.lasts)[:, None]
        self._tail_at: Ints = layout.flat[:-1] + kinds * count + tails
        self._slot: Ints = np.where(self._here, layout.slot[:-1, None] + offset, layout.slot[-1])
        self._step: Ints = np.where(self._here, fleet.first[:, None] + offset, fleet.steps)
        self._end = np.maximum(count - 1, 0)
        self._cars = np.arange(cars)
        self._coefficient = np.concatenate((layout.gain.T, -layout.drain.T))[:, :, None]
        self._sign = np.concatenate((np.ones(layout.ups), -np.ones(layout.downs)))[:, None, None]
        self._flowing = layout.ups + layout.downs
        self._width = self._table(layout.width)
        self._rhs = self._slots(layout.rhs)
        self._cost = self._table(layout.cost)
        self._tail_width, self._tail_cost = layout.width[self._tail_at], layout.cost[self._tail_at]

    def _table(self, flat: Floats) -> Floats:
        """Return per-variable values as (V, N, n), 0 in the padding."""
        found: Floats = np.append(flat, 0.0)[self._at]
        return found

    def _slots(self, flat: Floats) -> Floats:
        """Return per-slot values as (N, n), 0 in the padding."""
        found: Floats = np.append(flat, 0.0)[self._slot]
        return found

    def _seen(self, prices: Floats) -> Floats:
        """Return (G, T) prices as each car sees them, (N, n)."""
        padded = np.concatenate((prices, np.zeros((len(prices), 1))), axis=1)
        found: Floats = padded[self._fleet.group[:, None], self._step]
        return found

    def _stiff(self) -> Floats:
        """Return how far prices may move in each slot, (N, n)."""
        found: Floats = np.append(self._fleet.stiff, 0.0)[self._step]
        return found

    def _write(self, target: Floats, table: Floats, tail: Floats) -> None:
        """Write a (V, N, n) table and its (Z, N) tail into per-variable *target*."""
        padded = np.append(target, 0.0)
        padded[self._at] = table
        padded[self._tail_at] = tail
        target[:] = padded[:-1]

    def _write_slots(self, target: Floats, table: Floats) -> None:
        """Write an (N, n) table into per-slot *target*."""
        padded = np.append(target, 0.0)
        padded[self._slot] = table
        target[:] = padded[:-1]

    def _by_step(self, table: Floats) -> Floats:
        """Return an (N, n) table summed by group and step, (G, T)."""
        fleet, steps = self._fleet, self._fleet.steps + 1
        at = (fleet.group[:, None] * steps + self._step).ravel()
        summed = np.bincount(at, weights=table.ravel(), minlength=fleet.groups * steps)
        found: Floats = summed.reshape(fleet.groups, steps)[:, :-1].astype(np.float64)
        return found

    def _at_end(self, table: Floats) -> Floats:
        """Return the values of an (N, n) table at each car's last slot, (N,)."""
        found: Floats = table[self._cars, self._end]
        return found

    def _add_at_end(self, table: Floats, values: Floats) -> None:
        """Add (N,) *values* at each car's last slot."""
        table[self._cars, self._end] += values
