"""Powers of AC per phase: how a total is spread, bounded on each phase, and written.

Under a single-phase connector a message has one field; under a three-phase one
it has three, L1 first. What a peer leaves out is read as the sum in L1.
"""

from collections.abc import Callable
from functools import cache
from math import inf
from operator import attrgetter
from typing import Final, TypeVar

from msgspec import Struct

from sterna.kernel.quantities import Kilowatts
from sterna.protocols.iso15118.messages.values import RationalNumber, rational

T = TypeVar("T", bound=Struct)

SUFFIXES: Final = ("", "_L2", "_L3")
"""What a field's name ends with for L1 (or the sum), L2 and L3."""


def written(total_kw: float, phases: int) -> tuple[RationalNumber, ...]:
    """Return *total_kw* as W in one number, or evenly as three whole ones whose sum is the rounded total."""
    if phases == 1:
        return (rational(total_kw * 1000.0),)
    total = round(total_kw * 1000.0)
    sign = -1 if total < 0 else 1
    even, rest = divmod(abs(total), phases)
    return tuple(rational(float(sign * (even + (k < rest)))) for k in range(phases))


def named(field: str, powers: tuple[RationalNumber, ...]) -> dict[str, RationalNumber]:
    """Return the fields that carry *powers*: *field*, and its twins for L2 and L3."""
    return dict(zip(_names(field), powers, strict=False))


def fields(phases: int, **totals_kw: float) -> dict[str, RationalNumber]:
    """Return the fields of a message for each of *totals_kw* by its name, over *phases*."""
    found: dict[str, RationalNumber] = {}
    for name, total in totals_kw.items():
        found.update(named(name, written(total, phases)))
    return found


def heard(message: Struct, field: str) -> tuple[Kilowatts, ...]:
    """Return *field* and its twins in kW, as far as the peer sent them; empty: it sent none."""
    # Heard in every turn of every charge loop: lists are quicker than generators.
    return tuple(
        [Kilowatts(float(one) / 1000.0) for one in _twins(field)(message) if one is not None]
    )


@cache
def _twins(field: str) -> Callable[[Struct], tuple[RationalNumber | None, ...]]:
    """Return what reads *field* and its twins."""
    return attrgetter(*_names(field))


@cache
def _names(field: str) -> tuple[str, ...]:
    """Return *field* and what its twins are called."""
    return tuple(field + suffix for suffix in SUFFIXES)


def caps(limits_kw: tuple[float, ...], asymmetry_kw: float | None) -> tuple[float, ...]:
    """Return how far each phase may go, as magnitudes, so that no two differ by more than *asymmetry_kw*.

    A phase without power (a single-phase car) counts with zero, so that one
    phase alone may carry the asymmetry and no more.
    """
    if asymmetry_kw is None:
        return limits_kw
    least = min(limits_kw) if len(limits_kw) == len(SUFFIXES) else 0.0
    return tuple(min(limit, least + asymmetry_kw) for limit in limits_kw)


def spread(total_kw: float, most_kw: tuple[float, ...]) -> tuple[float, ...]:
    """Return *total_kw* over the phases, as even as *most_kw* (magnitudes) of each allows.

    What does not fit is left out: the result never exceeds a phase.
    """
    left, sign = abs(total_kw), -1.0 if total_kw < 0.0 else 1.0
    level, phases = 0.0, sorted(most_kw)
    for place, most in enumerate(phases):
        level = left / (len(phases) - place)
        if level <= most:
            break
        left -= most
        level = inf
    return tuple(sign * min(level, most) for most in most_kw)
