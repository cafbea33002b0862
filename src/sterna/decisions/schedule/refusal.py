"""What is no problem: numbers that are none, arrays that do not belong together, steps and sessions without time.

What is compiled trusts its arrays, and a method that is fed rubbish ends with rubbish: better to say which.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final

import numpy as np

from sterna.decisions.schedule.problem import Floats, Problem, Sessions

FINITE: Final = {
    *("load_kw", "pv_kw", "import_eur_per_kwh", "export_eur_per_kwh"),
    *("energy_kwh", "target_kwh"),
}
"""What has to be a finite number; limits may be infinite."""
TABLED: Final = {"present_h", "early_eur_per_kwh"}
"""What has a value for every session and step."""
PIECES: Final = {"charge_pieces", "discharge_pieces"}
"""What has powers and ratios for every piece and session."""


def refuse(problem: Problem) -> None:
    """Raise ValueError where *problem* is none, with the name of what is wrong."""
    _refuse_hours(problem.hours)
    for part in (problem.site, problem.sessions, *problem.bands):
        for name, values in _named(part):
            finite = name in FINITE
            if not np.all(np.isfinite(values) if finite else ~np.isnan(values)):
                kind = "finite number" if finite else "number"
                raise ValueError(f"{name}: not every value is a {kind}")
    _refuse_misshapen(problem)
    _refuse_sessions(problem.sessions, len(problem.hours))


def _named(part: object) -> Iterator[tuple[str, Any]]:
    """Give the names and values of the numbers of *part*."""
    for field in fields(part):  # type: ignore[arg-type]  # Site, Sessions and Band are dataclasses.
        values = getattr(part, field.name)
        if values is not None and not isinstance(values, str):
            yield field.name, values


def _refuse_hours(hours: Floats) -> None:
    if not (np.all(np.isfinite(hours)) and np.all(hours > 0.0)):
        raise ValueError("hours: not every step has a length above 0")


def _refuse_misshapen(problem: Problem) -> None:
    """Refuse arrays that do not belong together."""
    cars, steps = len(problem.sessions), len(problem.hours)
    found: tuple[int, ...]
    wanted: tuple[int, ...]
    for name, values in _named(problem.sessions):
        if name in PIECES:
            found, wanted = (values.ndim, *values.shape[-1:]), (3, cars)
        elif name in TABLED:
            found, wanted = values.shape, (cars, steps)
        else:
            found, wanted = values.shape[-1:], (cars,)
        if found != wanted:
            raise ValueError(
                f"{name}: of shape {values.shape}, with {cars} sessions and {steps} steps"
            )
    for part in (problem.site, *problem.bands):
        for name, values in _named(part):
            wanted = (cars,) if name == "weight" else (steps,)
            if np.ndim(values) and np.shape(values) != wanted:
                raise ValueError(f"{name}: of shape {values.shape}, not {wanted}")


def _refuse_sessions(cars: Sessions, steps: int) -> None:
    """Refuse sessions without a step, with less than no time in it, or whose energy comes from nowhere."""
    if np.any(cars.first < 0) or np.any(cars.last > steps) or np.any(cars.first >= cars.last):
        raise ValueError(f"first, last: not every session lies in the {steps} steps and has one")
    if not np.all(cars.present_h >= 0.0):
        raise ValueError("present_h: not every value is at least 0")
    for name, (_, ratios) in (("charge", cars.charging), ("discharge", cars.discharging)):
        if not np.all(ratios > 0.0):
            raise ValueError(f"{name} efficiency: not every one is above 0")
