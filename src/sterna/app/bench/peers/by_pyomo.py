"""The problem in Pyomo: indexed variables and constraints over slots, and its direct interface to HiGHS.

Sums are written as `LinearExpression`, which its documentation advises for speed, and the solver is
told that nothing will change after the first solve.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.contrib.solver.common.results import TerminationCondition
from pyomo.contrib.solver.solvers.highs import Highs
from pyomo.core.expr.numeric_expr import LinearExpression

from .instance import Answer, Instance, Setting, mean_power


@dataclass(frozen=True)
class Built:
    """The model and its instance."""

    model: Any
    instance: Instance


def _bounded(count: int, lower: Any, upper: Any) -> Any:
    """Return *count* variables with bounds."""
    least, most = np.broadcast_to(lower, count).tolist(), np.broadcast_to(upper, count).tolist()
    return pyo.Var(range(count), bounds=lambda _, k: (least[k], most[k]))


def _sum(coefficients: list[float], variables: list[Any]) -> Any:
    return LinearExpression(constant=0, linear_coefs=coefficients, linear_vars=variables)


def build(instance: Instance, _: str) -> Built:
    """Return the model of *instance*."""
    cars, steps = instance.present_h.shape
    car, step = instance.slots
    count = len(car)
    hours, here = instance.hours, instance.present_h[car, step]
    knee = np.clip(instance.knee, 0.0, instance.ceiling)
    floor = instance.floor[car, step]
    m = pyo.ConcreteModel()
    m.charge = _bounded(count, 0.0, instance.charge_kw[car] * here)
    m.discharge = _bounded(count, 0.0, instance.discharge_kw[car] * here)
    m.low = _bounded(count, np.minimum(floor, knee[car]), knee[car])
    m.high = _bounded(count, np.maximum(floor - knee[car], 0.0), (instance.ceiling - knee)[car])
    m.unmet = _bounded(cars, 0.0, np.maximum(instance.target, 0.0))
    m.bought = _bounded(steps, 0.0, instance.import_kw * hours)
    m.sold = _bounded(steps, 0.0, instance.export_kw * hours)
    m.cut = _bounded(steps, 0.0, instance.pv_kw * hours)
    m.over = pyo.Var(range(steps), within=pyo.NonNegativeReals)
    m.peak = pyo.Var(bounds=(float(instance.peak_so_far_kw), None))
    # Plain lists: a look-up in an indexed component costs more than the expression itself.
    charge, discharge, low, high, unmet, bought, sold, cut, over = (
        list(variables.values())
        for variables in (m.charge, m.discharge, m.low, m.high, m.unmet, m.bought, m.sold, m.cut, m.over)
    )  # fmt: skip
    gain, drain = instance.gain[car].tolist(), (1 / instance.share[car]).tolist()
    begins = (step == instance.first[car]).tolist()
    start = np.where(begins, instance.energy[car], 0.0).tolist()

    def carry(_: Any, k: int) -> Any:
        coefficients = [1.0, 1.0, -gain[k], drain[k]]
        variables = [low[k], high[k], charge[k], discharge[k]]
        if not begins[k]:
            coefficients += [-1.0, -1.0]
            variables += [low[k - 1], high[k - 1]]
        return _sum(coefficients, variables) == start[k]

    end = np.flatnonzero(step == instance.last[car] - 1).tolist()
    target = instance.target.tolist()

    def reach(_: Any, i: int) -> Any:
        return _sum([1.0, 1.0, 1.0], [low[end[i]], high[end[i]], unmet[i]]) >= target[i]

    at_step: list[list[int]] = [[] for _ in range(steps)]
    for k, t in enumerate(step.tolist()):
        at_step[t].append(k)
    wanted = (hours * (instance.load_kw - instance.pv_kw)).tolist()

    def balance(_: Any, t: int) -> Any:
        slots = at_step[t]
        return (
            _sum(
                [1.0, -1.0, -1.0, 1.0] + [-1.0] * len(slots) + [1.0] * len(slots),
                [bought[t], sold[t], cut[t], over[t]]
                + [charge[k] for k in slots]
                + [discharge[k] for k in slots],
            )
            == wanted[t]
        )

    long = hours.tolist()
    m.carry = pyo.Constraint(range(count), rule=carry)
    m.reach = pyo.Constraint(range(cars), rule=reach)
    m.balance = pyo.Constraint(range(steps), rule=balance)
    m.below_peak = pyo.Constraint(
        range(steps), rule=lambda _, t: _sum([long[t], -1.0], [m.peak, bought[t]]) >= 0
    )
    wear = instance.wear_price[car]
    m.cost = pyo.Objective(
        expr=_sum(
            [
                *instance.buy.tolist(),
                *(-instance.sell).tolist(),
                *[float(instance.over_price)] * steps,
                float(instance.peak_price),
                *instance.unmet_price.tolist(),
                *(wear * instance.gain[car]).tolist(),
                *(wear / instance.share[car]).tolist(),
                *(instance.high_price[car] * hours[step]).tolist(),
            ],
            [*bought, *sold, *over, m.peak, *unmet, *charge, *discharge, *high],
        )
    )
    return Built(model=m, instance=instance)


def solve(built: Built, setting: Setting) -> Answer:
    """Solve it with HiGHS."""
    solver = Highs()
    for part in (
        "check_for_new_or_removed_constraints", "check_for_new_or_removed_vars", "check_for_new_or_removed_params",
        "check_for_new_objective", "update_constraints", "update_vars", "update_parameters", "update_named_expressions", "update_objective",
    ):  # fmt: skip
        setattr(solver.config.auto_updates, part, False)
    found = solver.solve(built.model, solver_options=setting.highs, load_solutions=False)
    if found.termination_condition != TerminationCondition.convergenceCriteriaSatisfied:
        raise RuntimeError(str(found.termination_condition))
    model, instance = built.model, built.instance
    charges, discharges = list(model.charge.values()), list(model.discharge.values())
    values = found.solution_loader.get_vars(charges + discharges)
    net = np.zeros(instance.present_h.shape)
    net[instance.slots] = [
        values[charge] - values[discharge]
        for charge, discharge in zip(charges, discharges, strict=True)
    ]
    return Answer(cost=float(found.incumbent_objective), power_kw=mean_power(instance, net))
