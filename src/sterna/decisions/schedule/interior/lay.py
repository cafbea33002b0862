"""The layout of a fleet in C (`lay.c`): car by car, spread over threads, everything written once."""

import ctypes
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.columns import Slots
from sterna.decisions.schedule.interior.built import ADDRESS, WHOLE, library
from sterna.decisions.schedule.interior.layout import Bounds, Layout, chains_of
from sterna.decisions.schedule.interior.memory import Room
from sterna.decisions.schedule.problem import Floats, Ints, Problem

MARKS_MAX: Final = 60
"""More pieces of anything than these are laid out in numpy."""
CARS_AT_ONCE: Final = 125
"""Cars that a thread takes at a time."""
SIZES: Final = (
    *("cars", "steps", "slots", "chunks", "threads"), *("ups", "downs", "marks", "tiers"),
)  # fmt: skip
GIVEN_WHOLES: Final = ("first", "count", "slot", "flat", "cut", "place")
GIVEN: Final = (
    *("hours", "present", "up", "gain", "down", "share", "energy", "floor", "capacity"),
    *("target", "knee", "high", "wear", "levy", "early", "worth", "missing", "price"),
)
FOUND: Final = (
    *("car", "step", "rhs", "base", "fixed", "width", "cost", "constant"),
    *("by_step", "car_by_step", "most_in", "most_out", "low", "top", "up_most", "down_most"),
)


class _Lay(ctypes.Structure):
    """The record that `lay.c` reads and writes."""

    _fields_ = [
        *((name, WHOLE) for name in SIZES),
        *((name, ADDRESS) for name in (*GIVEN_WHOLES, *GIVEN, *FOUND)),
    ]


def layout_of(problem: Problem, threads: int = 1, room: Room | None = None) -> Layout:
    """Return *problem* as chains, whatever *threads* the same ones.

    *room*: where they are laid out; but for `Layout.where`, they last as long as it is lent.
    """
    cars, found = problem.sessions, library()
    pieces = len(cars.charging[0]), len(cars.discharging[0]), len(cars.tiers[0])
    if found is None or max(pieces) > MARKS_MAX:
        return chains_of(problem)
    return _laid(problem, found, threads, room or Room())


def _laid(problem: Problem, library: ctypes.CDLL, threads: int, room: Room) -> Layout:
    """Return *problem* as chains, by *library*."""
    cars, steps = problem.sessions, len(problem.hours)
    count = (cars.last - cars.first).astype(np.int64)
    (up, gain), (down, share), (missing, price) = cars.charging, cars.discharging, cars.tiers
    marks = 1 if cars.early_kwh is None else 2
    ups, downs, stores, lasts = len(up), len(down), 1 + marks, len(missing)
    slot = np.concatenate(([0], np.cumsum(count)))
    flat = np.concatenate(([0], np.cumsum((ups + downs + stores) * count + lasts)))
    cut, place, begins = _places(cars.first, cars.last, steps)
    slots, flats = int(slot[-1]), int(flat[-1])
    early, worth = (None, None) if cars.early_kwh is None else cars.leaving_early
    given: dict[str, Floats | None] = {
        "hours": problem.hours, "present": cars.present_h,
        "up": up, "gain": gain, "down": down, "share": share,
        "energy": cars.energy_kwh, "floor": cars.floor_kwh, "capacity": problem.ceilings(),
        "target": cars.target_kwh, "knee": cars.knee_kwh, "high": cars.high_eur_per_kwh_h,
        "wear": cars.wear_eur_per_kwh, "levy": cars.levies,
        "early": early, "worth": worth, "missing": missing, "price": price,
    }  # fmt: skip
    car, step = np.empty((2, slots), dtype=np.int64)
    by_step, car_by_step = room.take((2, slots), np.int64)
    per_slot = room.take((7 + ups + downs, slots))
    width, cost = room.take((2, flats))
    found = {
        "car": car, "step": step, "by_step": by_step, "car_by_step": car_by_step,
        **dict(zip(("rhs", "base", "fixed", "most_in", "most_out", "low", "top"), per_slot, strict=False)),
        "up_most": per_slot[7 : 7 + ups], "down_most": per_slot[7 + ups :],
        "width": width, "cost": cost, "constant": np.zeros(len(cars)),
    }  # fmt: skip
    wholes = {
        "first": cars.first, "count": count, "slot": slot, "flat": flat, "cut": cut, "place": place,
    }  # fmt: skip
    kept: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(array, dtype=np.int64) for name, array in wholes.items()
    }
    kept |= {
        name: np.ascontiguousarray(array, dtype=np.float64)
        for name, array in given.items()
        if array is not None
    }
    kept |= found
    record = _Lay(
        cars=len(cars), steps=steps, slots=slots, chunks=len(cut) - 1,
        threads=max(1, min(threads, len(cut) - 1)), ups=ups, downs=downs, marks=marks, tiers=len(missing),
        **{name: array.ctypes.data for name, array in kept.items()},
    )  # fmt: skip
    library.sterna_lay(ctypes.byref(record))
    return Layout(
        where=Slots(car=car, step=step, begin=slot[:-1], end=slot[1:] - 1),
        count=count, slot=slot, flat=flat,
        gain=np.ascontiguousarray(gain.T), drain=np.ascontiguousarray(1.0 / share.T),
        stores=stores, lasts=lasts, width=width, cost=cost,
        rhs=found["rhs"], base_kwh=found["base"], fixed_kwh=found["fixed"],
        constant_eur=float(np.sum(found["constant"])),
        bounds=Bounds(
            up=found["up_most"], down=found["down_most"],
            most_in=found["most_in"], most_out=found["most_out"],
            floor=found["low"], ceiling=found["top"],
        ),
        by_step=by_step, car_by_step=car_by_step, begins=begins,
    )  # fmt: skip


def _places(first: Ints, last: Ints, steps: int) -> tuple[Ints, Ints, Ints]:
    """Return chunks of cars (C+1,), where each puts its slots of each step (C, T), and where steps begin (T+1,)."""
    cut = np.append(np.arange(0, max(len(first), 1), CARS_AT_ONCE), len(first))
    chunk = np.arange(len(first)) // CARS_AT_ONCE
    size = (len(cut) - 1) * (steps + 1)
    come, gone = (
        np.bincount(chunk * (steps + 1) + at, minlength=size).reshape(-1, steps + 1)
        for at in (first, last)
    )
    here = np.cumsum(come - gone, axis=1)[:, :steps]
    begins = np.concatenate(([0], np.cumsum(np.sum(here, axis=0))))
    place = begins[:-1] + np.cumsum(here, axis=0) - here
    return cut, place, begins
