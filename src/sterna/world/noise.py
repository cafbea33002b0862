"""Noise with a memory: what makes one synthetic day differ from the next."""

import math

import numpy as np
from numpy.typing import NDArray

from sterna.runtime.ports import Chance


def remembered(chance: Chance, count: int, *, memory: float) -> NDArray[np.float64]:
    """Return *count* values of a first-order autoregressive process, shape (count,).

    Mean 0, standard deviation 1; *memory* is the correlation of one value with the next, 0..1.
    The first values do not depend on *count*, so that a longer run starts like a shorter one.
    """
    assert 0 <= memory < 1, memory
    fresh = math.sqrt(1 - memory * memory)
    values = np.empty(count)
    value = chance.normal(0.0, 1.0)
    for k in range(count):
        values[k] = value
        value = memory * value + fresh * chance.normal(0.0, 1.0)
    return values
