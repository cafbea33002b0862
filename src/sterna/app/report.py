"""The report of a run: one HTML file that opens offline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from sterna.app.explained import deciders, kind, moments
from sterna.app.gates import Gate
from sterna.app.kpis import Kpi, ledger_sum
from sterna.app.money import flows
from sterna.app.outcome import Conformance, Floats, Outcome, Phase, SessionOutcome
from sterna.app.terminal import change, number
from sterna.emsa import usecase
from sterna.emsa.draw import component_layer
from sterna.kernel.money import written
from sterna.ui import timeline
from sterna.ui.charts import STYLE, Chart, Layer, bounds, sparkline

CARS_MAX: Final = 400
"""A month of a full site has more sessions than anybody looks at; the CSV has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One large figure at the top of the report."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many of the judged sessions of one scenario conform in one step."""

    good: int
    judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of the use case across its scenarios."""

    number: str
    name: str
    cells: tuple[Cell, ...]


def report(
    run: Outcome, base: Outcome, kpis: Sequence[Kpi], gates: Sequence[Gate], zone: ZoneInfo
) -> str:
    """Return the report of *run*, a controlled run, beside *base*; times are shown in *zone*."""
    assert run.conformance is not None, "a controlled run is held against its use case"
    pages = Environment(
        loader=PackageLoader("sterna.ui"), autoescape=True, undefined=StrictUndefined
    )
    paid = flows(run.ledger)
    held = run.conformance
    drawing = component_layer(usecase.packaged(held.use_case), held.per_link)
    return pages.get_template("report.html").render(
        run=run, style=STYLE, drawing=drawing, kpis=kpis, gates=gates, broken=[g for g in gates if not g.holds],
        period=period(run, zone), headline=headline(run, base),
        power=power(run, base, zone), price=price(run, zone), setpoint=setpoint(run, zone),
        flows=paid, ledger_sum=ledger_sum(run), conformance=run.conformance, steps=step_rows(run.conformance),
        frames=sorted(run.frames.items()), cars=[car(s, run, zone) for s in run.sessions[:CARS_MAX]], axis=timeline.axis(edges(run), zone),
        moments=moments(run, base, zone), deciders=deciders(run.sessions), left_out=max(0, len(run.sessions) - CARS_MAX),
        number=number, change=change, written=written,
    )  # fmt: skip


def edges(run: Outcome) -> Floats:
    """Return the n+1 edges of the site's steps."""
    return np.asarray(
        run.site.start + run.site.step * np.arange(len(run.site.grid_kw) + 1), dtype=np.float64
    )


def period(run: Outcome, zone: ZoneInfo) -> str:
    """Return first and last moment of the run in the site's zone."""
    moments = (datetime.fromtimestamp(float(edge), zone) for edge in edges(run)[[0, -1]])
    return (
        " to ".join(moment.strftime("%a %d %b %Y %H:%M") for moment in moments) + f" ({zone.key})"
    )


def headline(run: Outcome, base: Outcome) -> tuple[Figure, ...]:
    """Return the figures that a reader looks for first."""
    given = sum(session.discharged_wh for session in run.sessions) / 1000
    saved = base.building_bill - run.building_bill
    earned = sum(session.reward for session in run.sessions)
    return (
        Figure(
            label="peak import, against " + f"{base.peak_kw:,.0f} kW without control",
            value=f"{run.peak_kw:,.0f} kW",
        ),
        Figure(label="saved by the building", value=written(saved)),
        Figure(label="earned by drivers", value=written(earned)),
        Figure(label="given by cars to the building", value=f"{given:,.0f} kWh"),
        Figure(label="sessions", value=f"{len(run.sessions)}"),
    )


def power(run: Outcome, base: Outcome, zone: ZoneInfo) -> str:
    """Return the stack of building, PV and cars with grid import, limit and the run without control."""
    site = run.site
    stack = (
        Layer(name="building", colour="building", values=site.building_kw),
        Layer(name="cars charging", colour="charge", values=np.maximum(site.ev_kw, 0.0)),
        Layer(name="PV", colour="pv", values=-site.pv_kw),
        Layer(name="cars giving", colour="discharge", values=np.minimum(site.ev_kw, 0.0)),
    )
    upper = site.building_kw + np.maximum(site.ev_kw, 0.0)
    lower = -site.pv_kw + np.minimum(site.ev_kw, 0.0)
    low, high = bounds(upper, lower, base.site.grid_kw)
    chart = Chart(
        title="Power", unit="kW", times=edges(run), zone=zone, low=low, high=high, height=320.0
    )
    chart.stack(stack)
    chart.line(Layer(name="grid", colour="grid", values=site.grid_kw))
    chart.line(
        Layer(name="grid without control", colour="base", values=base.site.grid_kw, dashed=True)
    )
    limit = np.where(site.limit_kw <= high, site.limit_kw, np.nan)
    if not np.isnan(limit).all():
        chart.line(Layer(name="import limit", colour="limit", values=limit, dashed=True))
    return chart.svg()


def price(run: Outcome, zone: ZoneInfo) -> str:
    """Return import and export price."""
    imported, exported = run.site.import_price_eur_per_kwh, run.site.export_price_eur_per_kwh
    low, high = bounds(imported, exported)
    chart = Chart(
        title="Price", unit="EUR/kWh", times=edges(run), zone=zone, low=low, high=high, height=130.0
    )
    chart.line(Layer(name="import, network included", colour="price", values=imported))
    chart.line(Layer(name="export", colour="faint", values=exported, dashed=True))
    return chart.svg()


def setpoint(run: Outcome, zone: ZoneInfo) -> str:
    """Return what was asked of all cars against what was metered."""
    asked, metered = run.site.setpoint_kw, run.site.ev_kw
    low, high = bounds(asked, metered)
    chart = Chart(
        title="All cars", unit="kW", times=edges(run), zone=zone, low=low, high=high, height=200.0
    )
    chart.line(Layer(name="metered", colour="charge", values=metered), stroke=2.4)
    chart.line(Layer(name="asked", colour="base", values=asked, dashed=True))
    return chart.svg()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRow:
    """One phase of a car in words."""

    kind: str
    times: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarView:
    """One car: its line, and what opens below it."""

    evse: str
    model: str
    v2b: bool
    charge: str
    bar: str
    chart: str
    phases: tuple[PhaseRow, ...]


def car(session: SessionOutcome, run: Outcome, zone: ZoneInfo) -> CarView:
    """Return what the report shows of one car; times are those of *zone*."""
    pieces = [
        timeline.Piece(start=p.start, end=p.end, kind=kind(p), kw=p.kw, text=f"{between(p, zone)} {p.says}")
        for p in session.phases
    ]  # fmt: skip
    return CarView(
        evse=session.evse, model=session.car_model, v2b=session.consent_v2x,
        charge=f"{session.soc_at_plug:.0%} → {session.soc_at_end:.0%}, target {session.target:.0%}",
        bar=timeline.bar(
            edges(run), pieces, plugged=session.plugged_at, until=session.announced_departure,
            title=f"{session.evse}: what it did and why",
        ),
        chart=course(session),
        phases=tuple(PhaseRow(kind=kind(p), times=between(p, zone), says=p.says) for p in session.phases),
    )  # fmt: skip


def between(phase: Phase, zone: ZoneInfo) -> str:
    """Return when a phase began and ended, with the weekday of its beginning."""
    begin, end = (datetime.fromtimestamp(moment, zone) for moment in (phase.start, phase.end))
    return f"{begin:%a %H:%M} to {end:%H:%M}"


def course(session: SessionOutcome) -> str:
    """Return one car's state of charge as a chart."""
    v2b = "V2B" if session.consent_v2x else "charging only"
    given = f", {session.discharged_wh / 1000:.0f} kWh given" if session.discharged_wh else ""
    if len(session.soc_times) == 0:
        return f"{session.evse}: no state of charge was seen"
    return sparkline(
        session.soc_times, session.soc_shares, floor_share=session.floor, target=session.target,
        until=session.announced_departure, title=f"{session.evse} {v2b}{given}",
    )  # fmt: skip


def step_rows(seen: Conformance) -> tuple[StepRow, ...]:
    """Return the steps in the order of the main scenario, with one cell per scenario."""
    names = {
        number: name for scenario in seen.scenarios for number, name, _, _ in scenario.step_counts
    }
    counts = [
        {number: Cell(good=good, judged=judged) for number, _, good, judged in scenario.step_counts}
        for scenario in seen.scenarios
    ]
    none = Cell(good=0, judged=0)
    return tuple(
        StepRow(number=number, name=name, cells=tuple(count.get(number, none) for count in counts))
        for number, name in names.items()
    )
