"""A problem near ours for FlexMeasures' `device_scheduler`, the function behind its storage scheduler.

Devices: each car as a storage with efficiencies, floor and power; the building as a fixed
device; the sun as one that can be curtailed. Commitments: energy at two prices, the peak, the targets.

Easier than ours: no wear and no cost of standing full. They would need a commitment for each device
and step, of which the scheduler makes a table each: far more work than the rest. Harder than ours:
it puts a binary on each slot of a car that can give back, and solves a mixed-integer program; it is
told to stop at the gap. Its cost is that of its own problem.
"""

from dataclasses import dataclass
from typing import Any

import flask
import numpy as np
import pandas as pd
from flexmeasures.data.models.planning import FlowCommitment, StockCommitment
from flexmeasures.data.models.planning.linear_optimization import device_scheduler

from .instance import Answer, Instance, Setting


@dataclass(frozen=True)
class Built:
    """The arguments of `device_scheduler`."""

    arguments: dict[str, Any]
    constant: float
    """EUR that its commitments leave out: the peak so far."""
    instance: Instance


def build(instance: Instance, _: str) -> Built:
    """Return the arguments for *instance*: tables and commitments."""
    cars, steps = instance.present_h.shape
    hours = instance.hours
    if np.ptp(hours) > 0:
        raise ValueError("FlexMeasures needs steps of one length")
    step_h = float(hours[0])
    index = pd.date_range("2026-01-01", periods=steps, freq=pd.Timedelta(hours=step_h), tz="UTC")
    up = instance.charge_kw[:, None] * instance.present_h / hours
    down = instance.discharge_kw[:, None] * instance.present_h / hours
    stay = instance.stay
    # Stocks are in kW times a step (a flow of 1 for one step is a stock of 1), against the initial one.
    least = (instance.floor - instance.energy[:, None]) / step_h
    most = (instance.ceiling - instance.energy)[:, None] / step_h
    devices = [
        _device(
            index,
            low=np.where(stay[i], least[i], np.nan),
            high=np.where(stay[i], most[i], np.nan),
            flow_low=-down[i],
            flow_high=up[i],
            gain=float(instance.gain[i]),
            share=float(instance.share[i]),
        )
        for i in range(cars)
    ]
    devices.append(_device(index, flow_low=instance.load_kw, flow_high=instance.load_kw))
    devices.append(_device(index, flow_low=-instance.pv_kw, flow_high=np.zeros(steps)))
    site = pd.DataFrame(
        {"derivative min": -instance.export_kw, "derivative max": instance.import_kw}, index=index
    )
    energy = FlowCommitment(
        name="energy",
        index=index,
        quantity=0,
        upwards_deviation_price=pd.Series(instance.buy * hours, index=index),
        downwards_deviation_price=pd.Series(instance.sell * hours, index=index),
    )
    peak = FlowCommitment(
        name="peak",
        index=index,
        _type="any",
        quantity=float(instance.peak_so_far_kw),
        upwards_deviation_price=float(instance.peak_price),
        downwards_deviation_price=0,
    )
    arguments = {
        "device_constraints": devices,
        "ems_constraints": site,
        "commitments": [energy, peak, *_targets(instance, index, step_h)],
        "initial_stock": [*(instance.energy / step_h).tolist(), 0.0, 0.0],
    }
    constant = float(instance.peak_price * instance.peak_so_far_kw)
    return Built(arguments=arguments, constant=constant, instance=instance)


def _targets(instance: Instance, index: Any, step_h: float) -> list[Any]:
    """Return the targets: what is missing at the end of a stay has a price."""
    wanted = (instance.target - instance.energy) / step_h
    found = []
    for i, last in enumerate(instance.last - 1):
        quantity = pd.Series(np.nan, index=index)
        quantity.iloc[last] = wanted[i]
        found.append(
            StockCommitment(
                name=f"target {i}",
                index=index,
                # One deviation for the whole stay: one variable instead of one for each step.
                _type="any",
                quantity=quantity,
                upwards_deviation_price=0,
                # A penalty downwards is a negative price.
                downwards_deviation_price=-float(instance.unmet_price[i]) * step_h,
                device=i,
            )
        )
    return found


def _device(
    index: Any,
    *,
    low: Any = np.nan,
    high: Any = np.nan,
    flow_low: Any,
    flow_high: Any,
    gain: float = 1.0,
    share: float = 1.0,
) -> Any:
    """Return the table of one device."""
    return pd.DataFrame(
        {
            "min": low,
            "max": high,
            "equals": np.nan,
            "derivative min": flow_low,
            "derivative max": flow_high,
            "derivative equals": np.nan,
            "derivative up efficiency": gain,
            "derivative down efficiency": share,
            "efficiency": 1.0,
            "stock delta": 0.0,
        },
        index=index,
    )


def solve(built: Built, setting: Setting) -> Answer:
    """Call the scheduler, with its direct way to HiGHS (its default)."""
    app = flask.Flask("peer")
    app.config["FLEXMEASURES_LP_SOLVER"] = "highspy"
    app.config["LOGGING_LEVEL"] = "INFO"
    app.config["FLEXMEASURES_LP_SOLVER_OPTIONS"] = {
        "mip_rel_gap": setting.gap,
        "threads": setting.threads,
    }
    with app.app_context():
        plan, cost, results, _ = device_scheduler(**built.arguments)
    condition = str(results.solver.termination_condition)
    if condition != "optimal":
        raise RuntimeError(condition)
    cars = len(built.instance.energy)
    flows = np.array([series.to_numpy() for series in plan[:cars]])
    here = built.instance.present_h / built.instance.hours
    power = np.where(here > 0, flows / np.where(here > 0, here, 1.0), 0.0)
    return Answer(cost=float(cost) + built.constant, power_kw=power)
