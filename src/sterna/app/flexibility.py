"""What the fleet of a scenario could offer at one moment: envelopes and bid curves, for the shell and as a page.

The scenario runs with all its rooms until that moment; what is asked then is what the BEMS would plan
with: its cars, its forecasts, its prices and limits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from sterna.app.garbage import searched_rarely
from sterna.app.scenario import Scenario, prepared
from sterna.app.simulate import PROGRESS_S, Run
from sterna.decisions.flexibility.curve import Curve, curve
from sterna.decisions.flexibility.envelope import (
    EnergyEnvelope,
    PowerEnvelope,
    energy_envelope,
    power_envelope,
)
from sterna.decisions.flexibility.product import Direction, Product
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.problem import Floats, Plan, Problem
from sterna.decisions.schedule.snapshot import HOUR, QUARTER_HOUR, Grid, Snapshot, problem_of
from sterna.kernel.errors import BadInput
from sterna.kernel.money import MICRO_PER_EURO
from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.seeded import SeededChance
from sterna.runtime.virtual import VirtualClock
from sterna.ui.charts import STYLE, Chart, Layer, bounds
from sterna.ui.ladder import Ladder

SHOWN_H: Final = 12.0
"""Hours of the envelopes; behind them the steps are longer than a product."""
KWH_PER_MWH: Final = 1000.0

Reported = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flexible:
    """What a fleet could offer at one moment."""

    scenario: Scenario
    at: Instant
    problem: Problem
    edges: Floats
    plan: Plan
    power: PowerEnvelope
    energy: EnergyEnvelope
    curves: tuple[Curve, ...]
    """UP, then DOWN."""

    @property
    def shown(self) -> int:
        """Steps that the envelopes show."""
        return len(self.power.plan_kw)


def flexible(
    scenario: Scenario,
    at: Instant,
    hours: float,
    *,
    after_kw: float = inf,
    least_kw: float = 1.0,
    progress: Reported = lambda _: None,
) -> Flexible:
    """Return what the fleet of *scenario* could offer from *at* on for *hours*.

    *after_kw*: largest recovery after that. Raises BadInput for a moment outside of the run.
    """
    if not scenario.start < at <= scenario.end:
        raise BadInput(scenario.source, "--at", "is not inside the run")
    if (at - scenario.start) % QUARTER_HOUR or (hours * HOUR) % QUARTER_HOUR:
        raise BadInput(scenario.source, "--at", "products begin and last by the quarter of an hour")
    asked = _until(scenario, at, progress)
    edges = Grid(fine_hours=max(SHOWN_H, hours + 1.0), middle_hours=36.0, hours=48.0).edges(at)
    problem = problem_of(asked, edges)
    plan = solve(problem, edges)
    last = round(hours * HOUR / QUARTER_HOUR)
    products = (
        Product(direction=way, first=0, last=last, after_kw=after_kw, least_kw=least_kw)
        for way in Direction
    )
    return Flexible(
        scenario=scenario,
        at=at,
        problem=problem,
        edges=edges,
        plan=plan,
        power=power_envelope(problem, plan.schedule, round(SHOWN_H * HOUR / QUARTER_HOUR)),
        energy=energy_envelope(problem, plan.schedule),
        curves=tuple(curve(problem, plan.schedule, product) for product in products),
    )


def _until(scenario: Scenario, at: Instant, progress: Reported) -> Snapshot:
    """Run *scenario* until *at* and return what its BEMS then knows."""
    kept = scenario.changed(store="memory")
    feed = prepared(kept, SeededChance(kept.settings.seed))

    async def live(clock: VirtualClock) -> Snapshot:
        run = Run(kept, feed, clock, None)
        await run.begin()
        moment = clock.now()
        while moment < at:
            moment = Instant(min(at, moment + PROGRESS_S))
            await clock.sleep_until(moment)
            progress((moment - kept.start) / (at - kept.start))
        found = run.site.bems.snapshot(at)
        await run.ports.close()
        return found

    with searched_rarely():
        return virtual.run(live, start=kept.start)


def show(console: Console, found: Flexible) -> None:
    """Print the offers of both directions."""
    cars = len(found.problem.sessions)
    console.print(f"{cars} cars, plan {found.power.plan_kw[0]:.1f} kW now; positive draws power")
    for each in found.curves:
        console.print(ladder(each))


def ladder(found: Curve) -> Table:
    """Return one direction's steps as a table."""
    way, sure = found.product.direction.name, found.sure
    proof = "no more is possible" if sure.exact else f"at most {sure.bound_kw:.1f} kW are possible"
    table = Table(
        title=f"{way}: {sure.kw:.1f} kW surely ({proof})", box=box.SIMPLE_HEAD, title_justify="left"
    )
    for heading in ("volume kW", "of it new", "EUR/MWh", "cost EUR", "recovery kW"):
        table.add_column(heading, justify="right")
    for step in found.steps:
        recovery = step.recovery_kw[np.argmax(np.abs(step.recovery_kw))]
        table.add_row(
            f"{step.total_kw:.1f}", f"{step.kw:.1f}", f"{per_mwh(step.price):.2f}",
            f"{step.cost_eur:.2f}", f"{recovery:.1f}",
        )  # fmt: skip
    return table


def per_mwh(price: int) -> float:
    """Return a price in micro-euro per kWh as EUR/MWh."""
    return price * KWH_PER_MWH / MICRO_PER_EURO


def page(found: Flexible) -> str:
    """Return the charts as a page that opens offline."""
    charts = (
        power_chart(found),
        energy_chart(found),
        *(ladder_chart(each, found.scenario.zone) for each in found.curves),
    )
    title = f"Flexibility of {found.scenario.name}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}body{{background:var(--paper);color:var(--ink);font:15px system-ui;max-width:60rem;margin:1rem auto;padding:0 1rem}}"
        f"</style><h1>{escape(title)}</h1>{''.join(charts)}</html>\n"
    )


def drawing(found: Flexible) -> str:
    """Return the chart of the power envelope as a file of its own."""
    namespace = 'xmlns="http://www.w3.org/2000/svg"'
    head, _, rest = power_chart(found).partition(">")
    return f"{head} {namespace}><style>{STYLE}</style>{rest}\n"


def power_chart(found: Flexible) -> str:
    """Return the plan's power between the least and the most of each step."""
    power, steps = found.power, found.shown
    low, high = bounds(power.least_kw, power.most_kw)
    chart = Chart(
        title="All cars, each step for itself", unit="kW", times=found.edges[: steps + 1],
        zone=found.scenario.zone, low=low, high=high, height=280.0,
    )  # fmt: skip
    chart.area(power.least_kw, power.most_kw, Layer(name="reach", colour="charge", values=power.most_kw), opacity=0.15)  # fmt: skip
    chart.line(Layer(name="most", colour="charge", values=power.most_kw))
    chart.line(Layer(name="plan", colour="grid", values=power.plan_kw))
    chart.line(Layer(name="least", colour="discharge", values=power.least_kw))
    return chart.svg()


def energy_chart(found: Flexible) -> str:
    """Return the energy drawn by the end of each step."""
    energy, steps = found.energy, found.shown
    most, plan, least = (
        each[:steps] for each in (energy.most_kwh, energy.plan_kwh, energy.least_kwh)
    )
    low, high = bounds(most, least)
    chart = Chart(
        title="Drawn since then", unit="kWh", times=found.edges[: steps + 1],
        zone=found.scenario.zone, low=low, high=high, height=280.0,
    )  # fmt: skip
    chart.area(least, most, Layer(name="reach", colour="charge", values=most), opacity=0.15)
    chart.line(Layer(name="most", colour="charge", values=most))
    chart.line(Layer(name="plan", colour="grid", values=plan))
    chart.line(Layer(name="least", colour="discharge", values=least))
    return chart.svg()


def ladder_chart(found: Curve, zone: ZoneInfo) -> str:
    """Return one direction's prices against volume; a sentence where nothing can be offered."""
    way = found.product.direction.name
    if not found.steps:
        return f"<p>{way}: nothing can surely be offered.</p>"
    prices = np.array([per_mwh(step.price) for step in found.steps])
    low, high = bounds(prices)
    chart = Ladder(
        title=f"{way}, price by volume", unit="EUR/MWh",
        times=np.array([0.0, *(step.total_kw for step in found.steps)]),
        zone=zone, low=low, high=high, height=200.0,
    )  # fmt: skip
    chart.area(np.zeros(len(prices)), prices, Layer(name="asked", colour="price", values=prices), opacity=0.2)  # fmt: skip
    chart.line(Layer(name="asked", colour="price", values=prices))
    return chart.svg()
