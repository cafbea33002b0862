"""One car at given prices, by its value function, against the linear program of that car."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_problems import everything

from sterna.decisions.schedule.columns import left_out
from sterna.decisions.schedule.interior.chain import least_cost, lower_bound
from sterna.decisions.schedule.interior.lay import layout_of
from sterna.decisions.schedule.interior.solve import solve_interior
from sterna.decisions.schedule.interior.start import Prices
from sterna.decisions.schedule.lp import build
from sterna.decisions.schedule.problem import Floats, Problem, Site
from sterna.decisions.schedule.program import Program
from sterna.decisions.schedule.reference import reference

STEPS = 10


SOLVER_EUR = 2e-5
"""The solver takes reduced costs of 1e-7 EUR per kWh for none, on some hundred kWh."""


def alone(seed: int, price: Floats) -> Problem:
    """Return one car of a random problem at a grid that buys and sells at *price* without limit."""
    problem = replace(everything(seed, 1, STEPS), reserve=None, bands=())
    nothing, endless = np.zeros(STEPS), np.full(STEPS, 1e4)
    site = Site(
        load_kw=nothing,
        pv_kw=nothing,
        import_eur_per_kwh=price,
        export_eur_per_kwh=price,
        import_limit_kw=endless,
        export_limit_kw=endless,
        peak_eur_per_kw=0.0,
        peak_so_far_kw=0.0,
    )
    return replace(problem, site=site)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    price=st.lists(st.floats(-0.4, 0.6), min_size=STEPS, max_size=STEPS),
)
def test_a_car_costs_what_its_linear_program_says(seed: int, price: list[float]) -> None:
    prices = np.array(price)
    problem = alone(seed, prices)
    program = Program()
    built = build(problem, program)
    assert program.run()
    best = program.objective + left_out(problem, built.where)
    layout = layout_of(problem)
    decided = np.bincount(layout.where.step, weights=layout.fixed_kwh, minlength=STEPS)
    cost = least_cost(layout, 0, prices) + layout.constant_eur + float(prices @ decided)
    assert cost == pytest.approx(best, rel=1e-7, abs=SOLVER_EUR)


@pytest.mark.parametrize("count", [10, 60])
def test_the_prices_of_an_optimum_prove_it_once_more(count: int) -> None:
    problem = reference(count)
    found = solve_interior(problem, tolerance=1e-8)
    again = lower_bound(problem, found.prices)
    assert found.bound_eur <= again + 1e-9
    assert again <= found.cost_eur + 1e-6


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), price=st.floats(-0.2, 0.5))
def test_any_prices_give_a_bound(seed: int, price: float) -> None:
    problem = replace(everything(seed, 4, STEPS), reserve=None)
    rows = np.zeros((1 + len(problem.bands), STEPS))
    rows[0] = price
    found = solve_interior(problem, tolerance=1e-6)
    bound = lower_bound(problem, Prices(rows=rows, peak=np.zeros(STEPS)))
    assert bound <= found.cost_eur + 1e-6 * max(1.0, abs(found.cost_eur))
