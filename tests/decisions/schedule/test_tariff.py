"""A price is the sum of its parts, and so is a plan's cost."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Plan, Problem
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.tariff import Tariff, by_period, carbon, levy, market, told
from sterna.kernel.quantities import Instant, Seconds

STEPS = 48


def tariff(seed: int = 1, *, charged: float = 0.015) -> Tariff:
    draw = np.random.Generator(np.random.PCG64(seed))
    hour = np.arange(STEPS) // 4 % 24
    return Tariff(
        components=(
            market("energy", draw.uniform(-0.02, 0.2, STEPS), margin_eur_per_kwh=0.004),
            by_period("network", (0.03, 0.06, 0.11), np.digitize(hour, (7, 10))),
            levy("electricity tax", STEPS, drawn_eur_per_kwh=0.02, charged_eur_per_kwh=charged),
            levy("tax on export", STEPS, fed_in_eur_per_kwh=0.01),
            carbon("CO2", draw.uniform(0.05, 0.5, STEPS), 80.0),
        )
    )


def priced(problem: Problem, by: Tariff) -> Problem:
    site = replace(
        problem.site,
        import_eur_per_kwh=by.import_eur_per_kwh,
        export_eur_per_kwh=by.export_eur_per_kwh,
    )
    taxed = np.full(len(problem.sessions), by.levy_eur_per_kwh)
    return replace(problem, site=site, sessions=replace(problem.sessions, levy_eur_per_kwh=taxed))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_the_parts_of_a_plans_cost_add_up_to_it(seed: int) -> None:
    by = tariff(seed)
    plan = solve(priced(reference(6, STEPS, seed), by))
    parts = told(by, plan)
    assert sum(parts.values()) == pytest.approx(plan.cost_eur, rel=1e-12, abs=1e-9)
    assert list(parts)[:5] == ["energy", "network", "electricity tax", "tax on export", "CO2"]


def test_a_tariff_that_the_plan_was_not_made_with_is_refused() -> None:
    plan = solve(priced(reference(3, STEPS), tariff()))
    with pytest.raises(AssertionError, match="another tariff"):
        told(tariff(2), plan)


def test_means_over_long_steps_add_up_too() -> None:
    by = tariff()
    start, edges = Instant(7200.0), 7200.0 + np.array([300.0, 900, 3600, 7200, 900 * STEPS])
    coarse = by.on(start, Seconds(900.0), edges)
    assert len(coarse.import_eur_per_kwh) == 4
    summed = sum(part.import_eur_per_kwh for part in coarse.components)
    assert coarse.import_eur_per_kwh == pytest.approx(summed)
    assert coarse.import_eur_per_kwh[0] == pytest.approx(by.import_eur_per_kwh[0])
    assert coarse.import_eur_per_kwh[3] == pytest.approx(by.import_eur_per_kwh[8:].mean())
    assert coarse.levy_eur_per_kwh == by.levy_eur_per_kwh


def test_carbon_moves_charging_to_clean_hours() -> None:
    def grams(eur_per_t: float) -> float:
        dirty = np.where(np.arange(STEPS) % 8 < 4, 0.6, 0.1)
        flat = Tariff(
            components=(
                market("energy", np.full(STEPS, 0.1)),
                carbon("CO2", dirty, eur_per_t),
            )
        )
        plan = solve(priced(reference(8, STEPS, 3), flat))
        return float(plan.schedule.import_kwh @ dirty)

    assert grams(200.0) < grams(0.0) - 0.1


def site_of(export_limit_kw: float, pay: float, charged: float = 0.0) -> tuple[Problem, Plan]:
    """Return a site with more sun than it needs, its export limit and its pay for export."""
    problem = reference(4, STEPS, 2)
    site = replace(
        problem.site, load_kw=np.full(STEPS, 1.0), pv_kw=np.full(STEPS, 30.0),
        export_limit_kw=np.full(STEPS, export_limit_kw), export_eur_per_kwh=np.full(STEPS, pay),
    )  # fmt: skip
    levied = replace(problem.sessions, levy_eur_per_kwh=np.full(4, charged))
    problem = replace(problem, site=site, sessions=levied)
    return problem, solve(problem)


def test_export_that_is_forbidden_or_costs_is_curtailed() -> None:
    for limit, pay in ((0.0, 0.1), (100.0, -0.02)):
        problem, plan = site_of(limit, pay)
        assert plan.schedule.export_kwh == pytest.approx(np.zeros(STEPS), abs=1e-6)
        assert plan.schedule.curtailed_kwh.sum() > 0.5 * problem.site.pv_kw.sum() * 0.25
    assert site_of(100.0, 0.1)[1].schedule.curtailed_kwh == pytest.approx(np.zeros(STEPS), abs=1e-6)


def test_double_taxation_stops_giving_back_that_does_not_earn_it() -> None:
    def back(charged: float) -> float:
        problem = reference(8, 96)
        levied = replace(problem.sessions, levy_eur_per_kwh=np.full(8, charged))
        return float(solve(replace(problem, sessions=levied)).schedule.discharge_kwh.sum())

    assert back(0.0) > back(0.05) > back(0.5) - 1e-6
