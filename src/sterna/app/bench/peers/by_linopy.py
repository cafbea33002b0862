"""The problem in linopy: labelled arrays over (car, step), masked outside of the stays.

As its documentation advises: whole arrays of variables and constraints, masks where a car is away,
the solver fed directly and without names.
"""

from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from .instance import Answer, Instance, Setting, mean_power

linopy.options["semantics"] = "v1"


@dataclass(frozen=True)
class Built:
    """The model and the variables that are the plan."""

    model: Any
    instance: Instance
    net: Any
    """Charge less discharge, kWh."""


def build(instance: Instance, _: str) -> Built:
    """Return the model of *instance*."""
    cars, steps = instance.present_h.shape
    car, step = pd.RangeIndex(cars, name="car"), pd.RangeIndex(steps, name="step")

    def of_car(values: Any) -> Any:
        return xr.DataArray(values, coords=[car])

    def of_step(values: Any) -> Any:
        return xr.DataArray(values, coords=[step])

    def of_both(values: Any) -> Any:
        return xr.DataArray(values, coords=[car, step])

    hours, here, stay = of_step(instance.hours), of_both(instance.present_h), of_both(instance.stay)
    knee = np.clip(instance.knee, 0.0, instance.ceiling)
    floor = of_both(instance.floor)
    model = linopy.Model()
    charge = model.add_variables(0, of_car(instance.charge_kw) * here, name="charge", mask=stay)
    discharge = model.add_variables(
        0, of_car(instance.discharge_kw) * here, name="discharge", mask=stay
    )
    low = model.add_variables(
        np.minimum(floor, of_car(knee)), of_car(knee) + 0 * floor, name="low", mask=stay
    )
    high = model.add_variables(
        np.maximum(floor - of_car(knee), 0),
        of_car(instance.ceiling - knee) + 0 * floor,
        name="high",
        mask=stay,
    )
    unmet = model.add_variables(0, of_car(np.maximum(instance.target, 0.0)), name="unmet")
    bought = model.add_variables(0, of_step(instance.import_kw) * hours, name="import")
    sold = model.add_variables(0, of_step(instance.export_kw) * hours, name="export")
    cut = model.add_variables(0, of_step(instance.pv_kw) * hours, name="curtailed")
    over = model.add_variables(0, np.inf, coords=[step], name="over")
    peak = model.add_variables(float(instance.peak_so_far_kw), np.inf, name="peak")

    gain, share = of_car(instance.gain), of_car(instance.share)
    stored = low + high
    moved = gain * charge - (1 / share) * discharge
    begins = of_both(np.arange(steps) == instance.first[:, None])
    start = of_both(np.where(begins, instance.energy[:, None], 0.0))
    before = stored.shift(step=1).fillna(0)
    model.add_constraints((stored - before - moved).where(stay) == start, name="carry", mask=stay)
    ends = of_both(np.arange(steps) == instance.last[:, None] - 1)
    final = stored.where(ends).sum("step")
    model.add_constraints(final + unmet >= of_car(instance.target), name="target")
    net = charge - discharge
    model.add_constraints(
        bought - sold - cut + over - net.sum("car")
        == hours * of_step(instance.load_kw - instance.pv_kw),
        name="balance",
    )
    model.add_constraints(hours * peak - bought >= 0, name="peak")
    wear, stands = of_car(instance.wear_price), of_car(instance.high_price) * hours
    model.add_objective(
        (of_step(instance.buy) * bought).sum()
        - (of_step(instance.sell) * sold).sum()
        + float(instance.over_price) * over.sum()
        + float(instance.peak_price) * peak
        + (of_car(instance.unmet_price) * unmet).sum()
        + (wear * gain * charge).sum()
        + (wear / share * discharge).sum()
        + (stands * high).sum()
    )
    return Built(model=model, instance=instance, net=(charge, discharge))


def solve(built: Built, setting: Setting) -> Answer:
    """Solve the model with HiGHS."""
    status, condition = built.model.solve(
        solver_name="highs", io_api="direct", set_names=False, progress=False, **setting.highs
    )
    if status != "ok":
        raise RuntimeError(f"{status}: {condition}")
    charge, discharge = (variable.solution.fillna(0.0).to_numpy() for variable in built.net)
    return Answer(
        cost=float(built.model.objective.value),
        power_kw=mean_power(built.instance, charge - discharge),
    )
