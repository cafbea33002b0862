"""The site's part of every Newton step in C: `around.c` at one point after the other.

A hundred cars are done in a tenth of a millisecond; numpy takes several times as long to say what to do with
the few hundred variables around them.
"""

import ctypes
from typing import Final

import numpy as np
from typing_extensions import override

from sterna.decisions.schedule.interior.built import ADDRESS, REAL, WHOLE, library
from sterna.decisions.schedule.interior.frame import Frame, assembled
from sterna.decisions.schedule.interior.site import Along, Around, Look, Shift, Surround
from sterna.decisions.schedule.problem import Floats

POINT: Final = ("x", "lower", "upper", "price", "peak")
DIRECTION: Final = ("price", "peak", "x", "lower", "upper")
GIVEN: Final = ("hours", "rhs", "width", "cost")
PER_ROW: Final = ("lacks", "scale", "right")
PER_STEP: Final = ("short_of", "rest", "front", "third")
PER_VARIABLE: Final = ("theta", "sinks", "rises", "up", "down", "pull")
NUMBERS: Final = 5


class _Site(ctypes.Structure):
    """The record that `around.c` reads."""

    _fields_ = [
        *((name, WHOLE) for name in ("rows", "steps", "kinds")),
        *((name, REAL) for name in ("peak_price", "so_far")),
        *((name, ADDRESS) for name in (*GIVEN, *POINT, "lacks", "short_of")),
        *((name, ADDRESS) for name in (*PER_VARIABLE, "rest", "front", "third", "scale", "right")),
        ("found", ADDRESS),
        ("all", REAL),
    ]


class _Shift(ctypes.Structure):
    """A direction's arrays."""

    _fields_ = [(name, ADDRESS) for name in DIRECTION]


def surround_of(frame: Frame, weight: float) -> Surround:
    """Return what stands around the cars, as fast as this machine has it."""
    found = library()
    return Surround(frame, weight) if found is None else CompiledSurround(frame, weight, found)


class CompiledSurround(Surround):
    """The same in C."""

    def __init__(self, frame: Frame, weight: float, found: ctypes.CDLL) -> None:
        """Find room for all that a step needs."""
        super().__init__(frame, weight)
        self._library = found
        rows, steps = frame.rhs.shape
        size, unknown = len(self.width), rows * steps
        self._matrix = np.zeros((unknown, unknown))
        self._found = np.zeros(NUMBERS)
        work: dict[str, Floats] = {name: np.zeros((rows, steps)) for name in PER_ROW}
        work |= {name: np.zeros(steps) for name in PER_STEP}
        work |= {name: np.zeros(size) for name in PER_VARIABLE}
        given = {"hours": frame.hours, "rhs": frame.rhs, "width": self.width, "cost": self.cost}
        self._right = work["right"].reshape(-1)
        self._kept = {
            name: np.ascontiguousarray(array, dtype=np.float64)
            for name, array in (given | work).items()
        }
        self._record = _Site(
            rows=rows, steps=steps, kinds=len(frame.width), found=self._found.ctypes.data,
            peak_price=frame.peak_eur_per_kw, so_far=frame.peak_so_far_kw,
            **{name: array.ctypes.data for name, array in self._kept.items()},
        )  # fmt: skip
        self._site = ctypes.byref(self._record)
        self._foreseen, self._corrected = (
            Shift(
                price=np.zeros((rows, steps)), peak=np.zeros(steps),
                x=np.zeros(size), lower=np.zeros(size), upper=np.zeros(size),
            )
            for _ in range(2)
        )  # fmt: skip
        self._at_foreseen, self._at_corrected = map(_addresses, (self._foreseen, self._corrected))

    @override
    def begin(self, at: Around) -> None:
        """See `Surround`."""
        super().begin(at)
        for name in POINT:
            array = getattr(at, name)
            setattr(self._record, name, _at(array).value)

    @override
    def look(self, power: Floats) -> Look:
        """See `Surround`."""
        self._library.sterna_site_look(self._site, _at(power))
        return Look(*self._found[:4].tolist())

    @override
    def system(self, schur: Floats) -> None:
        """See `Surround`."""
        np.copyto(self._matrix, assembled(self.frame, schur))
        self._library.sterna_site_system(self._site, _at(self._matrix))
        self.dense.factor(self._matrix)

    @override
    def foresee(self, cars: Floats) -> Shift:
        """See `Surround`."""
        return self._to(self._foreseen, self._at_foreseen, cars, 0.0, 0.0)

    @override
    def toward(self, target: float, second: float, cars: Floats) -> Shift:
        """See `Surround`."""
        return self._to(self._corrected, self._at_corrected, cars, target, second)

    @override
    def along(self, shift: Shift) -> Along:
        """See `Surround`."""
        self._library.sterna_site_along(self._site, self._address(shift))
        return Along(*self._found.tolist())

    @override
    def go(self, shift: Shift, length: float, dual: float) -> None:
        """See `Surround`."""
        self._library.sterna_site_go(self._site, self._address(shift), REAL(length), REAL(dual))

    def _to(
        self, shift: Shift, address: _Shift, cars: Floats, target: float, second: float
    ) -> Shift:
        """Fill and return *shift*: it is the same array from step to step."""
        found, site = self._library, self._site
        ahead = ctypes.byref(self._at_foreseen)
        found.sterna_site_right(site, _at(cars), REAL(target), REAL(second), ahead)
        answer = self.dense.solve(self._right)
        found.sterna_site_shift(site, _at(answer), ctypes.byref(address))
        return shift

    def _address(self, shift: Shift) -> object:
        mine = self._at_foreseen if shift is self._foreseen else self._at_corrected
        return ctypes.byref(mine)


def _at(array: Floats) -> ctypes.c_void_p:
    """Return the address of *array*."""
    assert array.flags.c_contiguous
    assert array.dtype == np.float64
    return ADDRESS(array.ctypes.data)


def _addresses(shift: Shift) -> _Shift:
    return _Shift(*(getattr(shift, name).ctypes.data for name in DIRECTION))
