"""The C library of this package, where one was built.

A wheel carries it; an installation from source builds it where there is a compiler (hatch_build.py).
Without it everything runs in numpy, some ten times slower and equal but for the last bits.
"""

import ctypes
from functools import cache
from pathlib import Path
from typing import Final

LIBRARY: Final = Path(__file__).parent / "passes.so"
WHOLE: Final = ctypes.c_longlong
REAL: Final = ctypes.c_double
ADDRESS: Final = ctypes.c_void_p
VERSION: Final = 5
"""Of the library's records and functions (passes.h): one that was built before a change is not called."""


@cache
def _loaded(path: Path) -> ctypes.CDLL | None:
    """Return the library at *path*; None where there is none, one for another machine, or an old one."""
    try:
        found = ctypes.CDLL(str(path)) if path.exists() else None
    except OSError:
        return None
    current = found is not None and getattr(found, "sterna_version", lambda: 0)() == VERSION
    return found if current else None


def library() -> ctypes.CDLL | None:
    """Return the compiled passes; None where they were not built or do not load here."""
    return _loaded(LIBRARY)


def passes() -> str:
    """Return what the passes run in here: ``C`` or ``numpy``."""
    return "numpy" if library() is None else "C"
