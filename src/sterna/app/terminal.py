"""What the terminal shows after a run: steps, KPIs, money, gates. Words and marks, never colour alone."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from sterna.app.explained import Moment
from sterna.app.gates import Gate
from sterna.app.kpis import Kpi
from sterna.app.money import flows
from sterna.app.outcome import Conformance, Outcome
from sterna.kernel.money import written

MOMENTS_SHOWN: Final = 2
"""When the site would draw most, and when energy costs most."""
CARS_SHOWN: Final = 10
"""One car for each reason; more than these nobody reads."""


def show(
    console: Console,
    run: Outcome,
    kpis: Sequence[Kpi],
    gates: Sequence[Gate],
    told: Sequence[Moment] = (),
) -> None:
    """Print the result of one controlled run, with the first of the moments that were *told*."""
    if run.conformance is not None:
        console.print(steps(run.conformance))
    console.print(figures(kpis))
    for seen in told[:MOMENTS_SHOWN]:
        console.print(why(seen))
    console.print(money(run))
    console.print(verdict(gates))


def steps(seen: Conformance) -> Table:
    """Return the use case's steps with how many sessions conform to each, main scenario first."""
    table = Table(title="Use case steps", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("step", justify="right")
    table.add_column("what happens", no_wrap=True)
    for scenario in seen.scenarios:
        heading = scenario.id.replace("+SC-P-", "\n+")
        table.add_column(
            f"{heading}\n{scenario.conforming} of {scenario.sessions}",
            justify="right",
            no_wrap=True,
        )
    names: dict[str, str] = {}
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for scenario in seen.scenarios:
        for number, name, good, judged in scenario.step_counts:
            names.setdefault(number, name)
            mark = "" if good == judged else " !"
            cells[number][scenario.id] = f"{good}/{judged}{mark}"
    for number, name in names.items():
        row = [cells[number].get(scenario.id, "-") for scenario in seen.scenarios]
        table.add_row(number, name, *row)
    return table


def figures(kpis: Sequence[Kpi]) -> Table:
    """Return the KPIs beside the same days without control."""
    table = Table(title="KPIs", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("", "", "unit"):
        table.add_column(heading, no_wrap=True)
    for heading in ("without control", "with Sterna", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    for kpi in sorted(kpis, key=lambda each: each.id):
        table.add_row(
            kpi.id, kpi.name, kpi.unit, number(kpi.baseline), number(kpi.value), change(kpi)
        )
    return table


def change(kpi: Kpi) -> str:
    """Return the difference in words: how much, and whether that is better."""
    if kpi.value is None or kpi.baseline is None or kpi.better == "zero":
        return ""
    difference = kpi.value - kpi.baseline
    if abs(difference) < 5e-3:
        return "same"
    better = (difference > 0) == (kpi.better == "higher")
    return f"{difference:+,.2f} {'better' if better else 'worse'}"


def number(value: float | None) -> str:
    """Return a figure as a person reads it."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def why(seen: Moment) -> Table:
    """Return what the cars do at one moment, and why: one for each reason, the rest stands in the report."""
    first = {said.reason: said for said in reversed(seen.said)}
    shown = [said for said in seen.said if first[said.reason] is said][:CARS_SHOWN]
    rest = len(seen.said) - len(shown)
    table = Table(title=f"Why, on {seen.title}", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("EVSE", no_wrap=True)
    table.add_column("SoC", justify="right", no_wrap=True)
    table.add_column("what the car does, and why")
    for said in shown:
        table.add_row(said.evse, said.soc, said.says)
    if rest:
        table.add_row("", "", f"and {rest} more cars, in the report")
    return table


def money(run: Outcome) -> Table:
    """Return who paid whom, and that the ledger closes."""
    table = Table(
        title="Who paid whom", box=box.SIMPLE_HEAD, title_justify="left", show_footer=True
    )
    table.add_column("for", footer="ledger sum")
    table.add_column("paid by")
    table.add_column("received by")
    table.add_column("amount", justify="right", footer=written(sum(p.amount for p in run.ledger)))
    for flow in flows(run.ledger):
        table.add_row(flow.why, flow.payer, flow.payee, written(flow.amount))
    return table


def verdict(gates: Sequence[Gate]) -> Table:
    """Return the gates, each with a word and a mark."""
    table = Table(title="Gates", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("")
    table.add_column("what must hold", no_wrap=True)
    table.add_column("figures", no_wrap=True)
    for gate in gates:
        table.add_row(
            "[green]✓ holds[/]" if gate.holds else "[red]✗ BROKEN[/]", gate.name, gate.figures
        )
    return table
