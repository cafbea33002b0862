"""Many cars at once, for studies that need no message: the batteries and converters of a car park as arrays.

The physics is that of `domain.battery` and `domain.converter` in steps of a minute: the loss curve
with its fixed part, the least power, the taper near full and the fade near empty. What it leaves out:
ramps and delays of seconds, steps and errors of set-points, and temperature.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sterna.domain.battery import BatteryRating
from sterna.domain.converter import Converter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plates:
    """What cars and their converters can do. Every array has shape (N,)."""

    capacity_kwh: Floats
    charge_kw: Floats
    """Largest power at the meter; likewise `discharge_kw`, as a magnitude."""
    discharge_kw: Floats
    least_kw: Floats
    """Least magnitude at which the converter runs."""
    fixed_kw: Floats
    """The loss at power P is ``fixed + linear P + square P^2``, in kW."""
    linear: Floats
    square: Floats
    cells: Floats
    """One-way efficiency of the cells."""
    cells_charge_kw: Floats
    """Most that the cells take below `taper_from`; likewise `cells_discharge_kw` above `fade_below`."""
    cells_discharge_kw: Floats
    taper_from: Floats
    taper_end: Floats
    fade_below: Floats
    fade_end: Floats

    def of(self, which: Ints) -> "Plates":
        """Return the plates of the cars at the positions *which*."""
        return Plates(**{each.name: getattr(self, each.name)[which] for each in fields(self)})


def plates(cars: list[tuple[Converter, BatteryRating]]) -> Plates:
    """Return the plates of *cars*, whose converters lose the same in both directions."""
    rows = [_row(converter, rating) for converter, rating in cars]
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(fields(Plates))).T
    named = zip((each.name for each in fields(Plates)), table, strict=True)
    return Plates(**{name: row.copy() for name, row in named})


def _row(converter: Converter, rating: BatteryRating) -> tuple[float, ...]:
    """Return the numbers of one car, in the order of `Plates`."""
    losses = converter.charging
    assert losses == converter.discharging, "one loss curve per car"
    return (
        rating.capacity_kwh, converter.charge_kw_max, converter.discharge_kw_max, converter.minimum_kw,
        losses.p0_kw, losses.a, losses.b_per_kw, rating.efficiency, rating.charge_kw_max,
        rating.discharge_kw_max, rating.taper_from, rating.taper_end, rating.fade_below, rating.fade_end,
    )  # fmt: skip


def moved(
    plates: Plates, stored_kwh: Floats, wish_kw: Floats, seconds: float
) -> tuple[Floats, Floats, Floats]:
    """Let *wish_kw* (positive charges) act for *seconds*; the battery takes and gives what it can.

    Returns mean power at the meter (kW), stored energy afterwards (kWh) and throughput at the
    battery's terminals' inside (kWh stored plus kWh taken), shape (N,) each.
    """
    hours = seconds / HOUR
    asked = np.clip(wish_kw, -plates.discharge_kw, plates.charge_kw)
    asked = np.where(np.abs(asked) < plates.least_kw - 1e-9, 0.0, asked)
    size = np.abs(asked)
    loss = np.where(
        size > 0.0, plates.fixed_kw + size * (plates.linear + size * plates.square), 0.0
    )
    soc = stored_kwh / plates.capacity_kwh
    into = np.minimum(np.maximum(asked - loss, 0.0), _taken(plates, soc)) * (asked > 0.0)
    out = np.minimum(size + loss, _given(plates, soc)) * (asked < 0.0)
    # A battery that is full or empty within the step ends the power there.
    space = (plates.capacity_kwh - stored_kwh) / plates.cells / hours
    into = np.minimum(into, np.maximum(space, 0.0))
    out = np.minimum(out, np.maximum(stored_kwh, 0.0) * plates.cells / hours)
    change = (into * plates.cells - out / plates.cells) * hours
    power = np.where(into > 0.0, _drawn(plates, into), 0.0) - np.where(
        out > 0.0, _fed(plates, out), 0.0
    )
    return power, stored_kwh + change, np.abs(change)


def _taken(plates: Plates, soc: Floats) -> Floats:
    """Return what the cells take at a state of charge, kW at the terminals."""
    share = (soc - plates.taper_from) / np.maximum(1.0 - plates.taper_from, 1e-9)
    found: Floats = plates.cells_charge_kw * (
        1.0 - (1.0 - plates.taper_end) * np.clip(share, 0.0, 1.0)
    )
    return found


def _given(plates: Plates, soc: Floats) -> Floats:
    """Return what the cells give at a state of charge, kW at the terminals."""
    share = (plates.fade_below - soc) / np.maximum(plates.fade_below, 1e-9)
    found: Floats = plates.cells_discharge_kw * (
        1.0 - (1.0 - plates.fade_end) * np.clip(share, 0.0, 1.0)
    )
    return found


def _drawn(plates: Plates, into: Floats) -> Floats:
    """Return the metered power at which *into* reaches the battery, kW."""
    slope, constant = 1.0 - plates.linear, into + plates.fixed_kw
    root = np.sqrt(np.maximum(slope * slope - 4.0 * plates.square * constant, 0.0))
    found: Floats = 2.0 * constant / (slope + root)
    return found


def _fed(plates: Plates, out: Floats) -> Floats:
    """Return the metered power to which *out* of the battery leads, kW as a magnitude."""
    slope, constant = 1.0 + plates.linear, np.maximum(out - plates.fixed_kw, 0.0)
    root = np.sqrt(slope * slope + 4.0 * plates.square * constant)
    found: Floats = 2.0 * constant / (slope + root)
    return found
