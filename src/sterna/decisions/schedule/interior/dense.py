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
    """Positive definite matrices of one size (n, n) with a diagonal of ones, one after the other."""

    def __init__(self, size: int) -> None:
        """Find room for them."""
        self._library = library()
        self._matrix, self._factor = np.zeros((2, size, size))
        self._column, self._right, self._answer, self._left = np.zeros((4, size))
        self._inverse: Floats | None = None
        whole, at = WHOLE(size), _at
        self._factoring = whole, at(self._matrix), at(self._factor), at(self._column)
        self._solving = (
            whole, at(self._matrix), at(self._factor), at(self._right), at(self._answer),
            at(self._left), WHOLE(REFINEMENTS),
        )  # fmt: skip

    def factor(self, matrix: Floats) -> None:
        """Factor *matrix*; only its lower triangle is looked at. What was factored before is gone."""
        np.copyto(self._matrix, matrix)
        self._inverse = None
        if self._library is None or not self._factored(self._library):
            np.copyto(self._matrix, mirrored(self._matrix))
            self._inverse = _inverse(self._matrix)

    def _factored(self, found: ctypes.CDLL) -> bool:
        """Return whether the matrix has a factor, which then is kept; its upper triangle is filled in."""
        found.sterna_cholesky.restype = WHOLE
        return any(found.sterna_cholesky(*self._factoring, REAL(ridge)) for ridge in RIDGES)

    def solve(self, right: Floats) -> Floats:
        """Return x with matrix x = *right*, shape (n,)."""
        if self._inverse is not None:
            found: Floats = self._inverse @ right
            for _ in range(REFINEMENTS):
                found = found + self._inverse @ (right - self._matrix @ found)
            return found
        assert self._library is not None, "a matrix without an inverse was factored by the library"
        np.copyto(self._right, right)
        self._library.sterna_solve(*self._solving)
        return self._answer.copy()


def mirrored(lower: Floats) -> Floats:
    """Return the symmetric matrices (..., n, n) whose *lower* triangles are given."""
    found: Floats = np.tril(lower) + np.swapaxes(np.tril(lower, -1), -1, -2)
    return found


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
