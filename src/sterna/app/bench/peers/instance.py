"""One instance as arrays from a file, and what a peer answers."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

Array = Any
"""An array of numpy, whose types not every peer's environment has."""


@dataclass(frozen=True)
class Instance:
    """The symbols of docs/scheduling.md. N sessions, T steps, K slots: pairs of a session and a step in its stay.

    Energies in kWh at the meter, or stored; powers in kW; prices in EUR per kWh, kW or kWh·h.
    """

    hours: Array
    """(T,): length of the steps."""
    first: Array
    """(N,): first step of the stay."""
    last: Array
    """(N,): step after the last one."""
    present_h: Array
    """(N, T): hours plugged in each step."""
    energy: Array
    """(N,): stored at the beginning."""
    target: Array
    unmet_price: Array
    charge_kw: Array
    discharge_kw: Array
    gain: Array
    """(N,): stored per metered kWh charged."""
    share: Array
    """(N,): metered per stored kWh discharged."""
    wear_price: Array
    """(N,): per kWh at the cells."""
    high_price: Array
    """(N,): per kWh above the knee and hour."""
    knee: Array
    ceiling: Array
    """(N,): most that may be stored."""
    floor: Array
    """(N, T): least at the end of each step."""
    load_kw: Array
    """(T,)."""
    pv_kw: Array
    buy: Array
    """(T,): price of import."""
    sell: Array
    """(T,): pay for export."""
    import_kw: Array
    """(T,): limit."""
    export_kw: Array
    over_price: Array
    """(): per kWh of import beyond the limit, as the rest single numbers."""
    peak_price: Array
    peak_so_far_kw: Array

    @classmethod
    def read(cls, path: Path) -> "Instance":
        """Read the instance at *path* (.npz, one array per field)."""
        with np.load(path) as kept:
            return cls(**{field.name: kept[field.name] for field in fields(cls)})

    @property
    def stay(self) -> Array:
        """(N, T): whether a step belongs to the stay."""
        step = np.arange(len(self.hours))
        return (step >= self.first[:, None]) & (step < self.last[:, None])

    @property
    def slots(self) -> tuple[Array, Array]:
        """(K,), (K,): car and step of each slot, car by car."""
        car, step = np.nonzero(self.stay)
        return car, step


@dataclass(frozen=True)
class Setting:
    """How a peer is to solve."""

    gap: float
    """Share of the cost by which its plan may be off: it may stop there."""
    threads: int
    method: str
    """``simplex`` or ``ipx``: how HiGHS solves."""

    @property
    def highs(self) -> dict[str, Any]:
        """Options of HiGHS. The factor is explained at `sterna.decisions.schedule.direct.KKT_PER_GAP`."""
        if self.method == "simplex":
            return {"solver": "simplex", "threads": self.threads}
        return {
            "solver": "ipx",
            "run_crossover": "off",
            "kkt_tolerance": max(10.0 * self.gap, 1e-8),
            "threads": self.threads,
        }


@dataclass(frozen=True)
class Answer:
    """What a peer found."""

    cost: float
    """EUR: its objective."""
    power_kw: Array
    """(N, T): mean power while plugged; positive charges. Having it at hand is part of the work."""


def mean_power(instance: Instance, net_kwh: Array) -> Array:
    """(N, T): mean power while plugged of *net_kwh* (N, T)."""
    here = np.where(instance.present_h > 0, instance.present_h, 1.0)
    return np.where(instance.present_h > 0, net_kwh / here, 0.0)
