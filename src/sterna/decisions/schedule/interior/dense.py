"""The dense system in the prices: factored once, solved often, refined to the last bits.

In C where it was built, not by LAPACK: what that returns depends on how many threads its BLAS has,
and a few hundred unknowns are not worth a thread.
"""

import ctypes
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.built import ADDRESS, REAL, WHOLE, library
from sterna.decisions.schedule.problem import Floats

RIDGES: Final = (1e-13, 1e-10, 1e-7)
"""On a diagonal of ones, against exact singularity; what it costs is refined away."""
REFINEMENTS: Final = 2


class Symmetric:
    """A positive definite matrix with a diagonal of ones, shape (n, n)."""

    def __init__(self, matrix: Floats) -> None:
        """Factor *matrix*."""
        self._matrix = np.ascontiguousarray(matrix)
        self._size = len(matrix)
        self._library = library()
        self._factor = np.zeros_like(self._matrix)
        if self._library is None or not self._factored(self._library):
            self._library = None
            self._inverse = _inverse(self._matrix)

    def _factored(self, found: ctypes.CDLL) -> bool:
        """Return whether the matrix has a factor, which then is kept."""
        column = np.zeros(self._size)
        found.sterna_cholesky.restype = WHOLE
        return any(
            found.sterna_cholesky(
                WHOLE(self._size), _at(self._matrix), REAL(ridge), _at(self._factor), _at(column)
            )
            for ridge in RIDGES
        )

    def solve(self, right: Floats) -> Floats:
        """Return x with matrix x = *right*, shape (n,)."""
        if self._library is None:
            found: Floats = self._inverse @ right
            for _ in range(REFINEMENTS):
                found = found + self._inverse @ (right - self._matrix @ found)
            return found
        given, answer, left = (
            np.ascontiguousarray(right),
            np.zeros(self._size),
            np.zeros(self._size),
        )
        self._library.sterna_solve(
            WHOLE(self._size), _at(self._matrix), _at(self._factor), _at(given), _at(answer),
            _at(left), WHOLE(REFINEMENTS),
        )  # fmt: skip
        return answer


def _at(array: Floats) -> ctypes.c_void_p:
    """Return the address of *array*."""
    return ADDRESS(array.ctypes.data)


def _inverse(matrix: Floats) -> Floats:
    """Return the inverse; NaN where there is none, which ends the method."""
    try:
        found: Floats = np.linalg.inv(matrix + RIDGES[0] * np.eye(len(matrix))).astype(np.float64)
    except np.linalg.LinAlgError:
        return np.full(matrix.shape, np.nan)
    return found
