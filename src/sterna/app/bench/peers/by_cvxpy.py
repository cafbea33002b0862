"""The problem in CVXPY: one vector per kind of variable, sparse matrices between them.

As its page of performance tips advises: few objects, whole vectors, bounds as attributes.
"""

from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
import scipy.sparse as sp

from .instance import Answer, Instance, Setting, mean_power


@dataclass(frozen=True)
class Built:
    """The problem and the variables that are the plan."""

    problem: Any
    instance: Instance
    charge: Any
    discharge: Any
    solver: str


def _chosen(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    """Return a matrix with ones at *rows*, *columns*."""
    return sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def build(instance: Instance, name: str) -> Built:
    """Return the problem of *instance*, for the solver that the peer's *name* ends with."""
    cars, steps = instance.present_h.shape
    car, step = instance.slots
    count = len(car)
    hours, here = instance.hours, instance.present_h[car, step]
    knee = np.clip(instance.knee, 0.0, instance.ceiling)
    floor = instance.floor[car, step]
    starts = np.flatnonzero(step == instance.first[car])
    ends = np.flatnonzero(step == instance.last[car] - 1)

    charge = cp.Variable(count, bounds=[0, instance.charge_kw[car] * here])
    discharge = cp.Variable(count, bounds=[0, instance.discharge_kw[car] * here])
    low = cp.Variable(count, bounds=[np.minimum(floor, knee[car]), knee[car]])
    high = cp.Variable(
        count, bounds=[np.maximum(floor - knee[car], 0.0), (instance.ceiling - knee)[car]]
    )
    unmet = cp.Variable(cars, bounds=[0, np.maximum(instance.target, 0.0)])
    bought = cp.Variable(steps, bounds=[0, instance.import_kw * hours])
    sold = cp.Variable(steps, bounds=[0, instance.export_kw * hours])
    cut = cp.Variable(steps, bounds=[0, instance.pv_kw * hours])
    over = cp.Variable(steps, nonneg=True)
    peak = cp.Variable()

    slot = np.arange(count)
    later = np.setdiff1d(slot, starts)
    onward = _chosen(slot, slot, (count, count)) - _chosen(later, later - 1, (count, count))
    start = np.zeros(count)
    start[starts] = instance.energy[car[starts]]
    gain, share = instance.gain[car], instance.share[car]
    at_site = _chosen(step, slot, (steps, count))
    at_end = _chosen(car[ends], ends, (cars, count))
    wear = instance.wear_price[car]
    cost = (
        instance.buy @ bought
        - instance.sell @ sold
        + float(instance.over_price) * cp.sum(over)
        + float(instance.peak_price) * peak
        + instance.unmet_price @ unmet
        + (wear * gain) @ charge
        + (wear / share) @ discharge
        + (instance.high_price[car] * hours[step]) @ high
    )
    rules = [
        onward @ (low + high) - cp.multiply(gain, charge) + cp.multiply(1 / share, discharge)
        == start,
        at_end @ (low + high) + unmet >= instance.target,
        bought - sold - cut + over - at_site @ (charge - discharge)
        == hours * (instance.load_kw - instance.pv_kw),
        hours * peak >= bought,
        peak >= float(instance.peak_so_far_kw),
    ]
    return Built(
        problem=cp.Problem(cp.Minimize(cost), rules),
        instance=instance,
        charge=charge,
        discharge=discharge,
        solver=name.rpartition("-")[2],
    )


def solve(built: Built, setting: Setting) -> Answer:
    """Solve it with HiGHS or Clarabel."""
    options: dict[str, Any]
    if built.solver == "highs":
        options = {"solver": cp.HIGHS, "highs_options": setting.highs}
    else:
        options = {
            "solver": cp.CLARABEL,
            "tol_gap_rel": setting.gap,
            "tol_gap_abs": setting.gap,
            "max_threads": setting.threads,
        }
    built.problem.solve(**options)
    if built.problem.status != cp.OPTIMAL:
        raise RuntimeError(built.problem.status)
    net = np.zeros(built.instance.present_h.shape)
    net[built.instance.slots] = built.charge.value - built.discharge.value
    return Answer(cost=float(built.problem.value), power_kw=mean_power(built.instance, net))
