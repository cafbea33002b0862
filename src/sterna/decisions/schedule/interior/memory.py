"""Room for the arrays of a solve, kept from one solve for the next.

To get fresh pages from the system, and to give them back, takes a tenth of a solve's time, and a site solves
the same problem again and again. Whoever borrows a room has it alone; nothing that is taken from it may
outlive the loan.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

KEPT: Final = 2
"""Rooms that are kept: a solve in double precision may begin inside one in single precision."""
KEPT_BYTES_MAX: Final = 1 << 29
"""More than some thirty thousand cars need for a day is not kept."""
LINE: Final = 64
"""Bytes to which arrays are aligned."""

_kept: list["Room"] = []


class Room:
    """One piece of memory, from which arrays are taken one after the other."""

    def __init__(self) -> None:
        """Have none yet."""
        self._bytes: NDArray[Any] = np.empty(0, dtype=np.uint8)
        self._taken = 0

    def take(self, shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """Return an array of *shape*; what it holds is rubbish."""
        kind = np.dtype(dtype)
        size = prod(shape) * kind.itemsize
        begin = self._taken
        self._taken = begin + -(-size // LINE) * LINE
        if self._taken > len(self._bytes):
            return np.empty(shape, dtype=kind)  # This once: the next loan finds room for it.
        return self._bytes[begin : begin + size].view(kind).reshape(shape)

    def emptied(self) -> None:
        """Be ready for the next loan, with as much room as this one would have needed."""
        wanted = self._taken + self._taken // 8
        if len(self._bytes) < self._taken and wanted <= KEPT_BYTES_MAX:
            self._bytes = np.empty(wanted, dtype=np.uint8)
        self._taken = 0


@contextmanager
def borrowed() -> Iterator[Room]:
    """Lend a room, one from before if there is one."""
    try:
        room = _kept.pop()
    except IndexError:
        room = Room()
    try:
        yield room
    finally:
        room.emptied()
        if len(_kept) < KEPT:
            _kept.append(room)
