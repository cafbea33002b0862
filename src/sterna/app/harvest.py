"""From a finished run to its outcome: what the world truly did, what the store holds, what the trace shows."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from sterna.actors.cs_ems.commands import WhyRow
from sterna.app.gathered import Gathered
from sterna.app.outcome import (
    Conformance,
    Floats,
    Outcome,
    Posting,
    ScenarioConformance,
    SessionOutcome,
    SiteSeries,
)
from sterna.app.phases import phases
from sterna.domain.vehicle import compatibility
from sterna.emsa.results import Result
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, Kilowatts, Share, WattHours
from sterna.world.drivers import Visit
from sterna.world.outlet import converter_of
from sterna.world.stays import Stay

SETTLED_S: Final = 5.0
"""A set-point is compared with the meter this long after it: converters and messages need a second or two."""
STARTED_LATE_S: Final = 60.0
"""Handshake and contactor take at most this long before energy flows: no target is judged by it."""
EARLY_S: Final = 60.0
"""A driver who stops this little before the departure said came as announced."""
BILLED: Final = ("energy:", "network:")
"""Keys of the transactions by which the building pays market and DSO."""


def harvest(run: Gathered, *, wall_s: float, cpu_s: float) -> Outcome:
    """Return the outcome of *run*."""
    scenario = run.scenario
    series = site_series(run)
    ledger = tuple(
        Posting(
            transaction=row.posting_key,
            at=row.at,
            account=row.account,
            amount=MicroEuro(row.amount),
            why=row.what,
        )
        for row in run.ledger
    )
    account = f"building/{scenario.settings.site.name}"
    bill = -sum(
        p.amount for p in ledger if p.account == account and p.transaction.startswith(BILLED)
    )
    return Outcome(
        scenario=scenario.name, seed=scenario.settings.seed, hours=scenario.settings.hours, evses=len(scenario.evses),
        controlled=controlled(run), site=series, sessions=sessions(run), ledger=ledger,
        conformance=conformance(run) if controlled(run) else None, trace_sha256=run.trace_sha256, wall_s=wall_s, cpu_s=cpu_s,
        frames=run.frames, building_bill=MicroEuro(bill), peak_kw=Kilowatts(float(series.grid_kw.max(initial=0.0))),
        wear_receipts=tuple(row.receipt for row in sorted(run.wear, key=lambda row: (row.at, row.session))),
        notes=notes(run),
    )  # fmt: skip


def site_series(run: Gathered) -> SiteSeries:
    """Return the site's quarter hours."""
    start, step, count = run.scenario.start, run.step, len(run.cars_kw)
    inputs, place = run.feed.inputs, run.scenario.settings.site
    load = inputs.load.sampled(start, step, count)
    return SiteSeries(
        start=start, step=step, building_kw=load, pv_kw=run.pv_kw, ev_kw=run.cars_kw, grid_kw=load - run.pv_kw + run.cars_kw,
        setpoint_kw=asked_of_all(run, count),
        import_price_eur_per_kwh=inputs.import_price.sampled(start, step, count) + inputs.network_price.sampled(start, step, count),
        export_price_eur_per_kwh=inputs.export_price.sampled(start, step, count),
        co2_g_per_kwh=inputs.carbon.sampled(start, step, count),
        limit_kw=np.full(count, place.connection_kw * place.oscp_share),
    )  # fmt: skip


def asked_of_all(run: Gathered, count: int) -> Floats:
    """Return what the BEMS asked of all cars, as time-weighted means per step; NaN before it asked."""
    plans = sorted(run.plans, key=lambda plan: plan.start)
    edges = np.asarray(run.scenario.start + run.step * np.arange(count + 1), dtype=np.float64)
    if not plans or not run.scenario.settings.control.enabled:
        return np.full(count, np.nan)
    starts = np.array([plan.start for plan in plans])
    asked = np.array([plan.request_kw for plan in plans])
    total = np.concatenate(([0.0], np.cumsum(asked[:-1] * np.diff(starts))))

    def integral(moments: Floats) -> Floats:
        at = np.clip(np.searchsorted(starts, moments, side="right") - 1, 0, len(starts) - 1)
        found: Floats = total[at] + asked[at] * np.maximum(moments - starts[at], 0.0)
        return found

    means: Floats = np.diff(integral(edges)) / run.step
    return np.where(edges[:-1] >= starts[0], means, np.nan)


def sessions(run: Gathered) -> tuple[SessionOutcome, ...]:
    """Return every stay at an EVSE for which a driver started a session, by time of plug."""
    visits: dict[str, list[Visit]] = defaultdict(list)
    for visit in run.visits:
        if visit.session and visit.bay:
            visits[visit.bay].append(visit)
    given: dict[str, list[WhyRow]] = defaultdict(list)
    for row in sorted(run.whys, key=lambda row: row.at) if controlled(run) else ():
        given[row.session].append(row)
    found = [
        session(run, stay, its, given[its.session])
        for bay, stays in run.stays.items()
        for stay in stays
        if (its := visit_of(visits.get(bay, []), stay)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.plugged_at, each.evse)))


def visit_of(visits: Sequence[Visit], stay: Stay) -> Visit | None:
    """Return the visit whose car made *stay*, or None for one that never started a session."""
    return next((visit for visit in visits if visit.itinerary.car == stay.car.evcc_id), None)


def controlled(run: Gathered) -> bool:
    """Return whether anybody controlled the cars."""
    return run.scenario.settings.control.enabled


def session(run: Gathered, stay: Stay, visit: Visit, given: Sequence[WhyRow]) -> SessionOutcome:
    """Return what became of one stay, with the reasons *given* meanwhile."""
    plan, bill = visit.itinerary, run.bills.get(visit.session)
    fit = compatibility(stay.car.model, run.evse_plates[stay.evse_id])
    ended = visit.stopped_at if visit.unplugged_at is not None else None
    until = ended if ended is not None else run.scenario.end
    times = np.array([at for at, _ in stay.soc])
    shares = np.array([soc for _, soc in stay.soc])
    charged, discharged = energies(stay, run.registers[stay.evse_id], run.stays[stay.evse_id])
    return SessionOutcome(
        session=visit.session, driver=plan.driver, evse=stay.evse_id, car_model=stay.car.model.name, service=run.services.get(visit.session, fit.service or ""),
        booked=plan.booked, consent_v2x=plan.consents, ended_by=plan.ends if ended is not None else "open",
        plugged_at=stay.plugged, announced_departure=plan.announced_departure, ended_at=ended, left_at=visit.left_at,
        capacity_kwh=stay.car.capacity_kwh, charge_kw_max=fit.charge_kw_max, discharge_kw_max=fit.discharge_kw_max,
        soc_at_plug=Share(float(shares[0])), soc_at_end=Share(float(shares[-1])), soc_lowest=Share(float(shares.min())),
        target=plan.soc_target, floor=plan.soc_floor, target_reachable=reachable(run, stay, visit),
        announced_kept=plan.as_announced and ended is not None and stayed(stay, ended, plan.announced_departure),
        charged_wh=charged, discharged_wh=discharged,
        energy_cost=MicroEuro(bill.energy_cost if bill else 0), reward=MicroEuro(bill.reward if bill else 0),
        wear=MicroEuro(bill.wear if bill else 0), charge_only_cost=MicroEuro(bill.charge_only if bill else 0),
        bill_total=MicroEuro(bill.total if bill else 0), parking_fee=MicroEuro(run.parking_fees.get(visit.reservation, 0)),
        soc_times=times, soc_shares=shares, setpoint_tracking=tracking(run, stay),
        phases=phases(given, stay.kw, until, run.scenario.zone),
        told=phases(given, stay.kw, until, run.scenario.zone, whole=False),
    )  # fmt: skip


def stayed(stay: Stay, ended: Instant, departure: Instant) -> bool:
    """Return whether the car was plugged in to its *departure*; it was not when somebody pulled its plug before."""
    plugged_to = ended if stay.unplugged is None else min(ended, stay.unplugged)
    return plugged_to >= departure - EARLY_S


def energies(
    stay: Stay, now: tuple[float, float], stays: Sequence[Stay]
) -> tuple[WattHours, WattHours]:
    """Return what *stay* charged and discharged, from the registers at its begin and at the next one's."""
    later = stays[stays.index(stay) + 1 :]
    charged, discharged = (later[0].import_wh, later[0].export_wh) if later else now
    return WattHours(round(charged - stay.import_wh)), WattHours(round(discharged - stay.export_wh))


def reachable(run: Gathered, stay: Stay, visit: Visit) -> bool:
    """Return whether full power from the start of the session to the announced departure reaches the target."""
    plan = visit.itinerary
    started = visit.started_at if visit.started_at is not None else stay.plugged
    hours = max(0.0, plan.announced_departure - started - STARTED_LATE_S) / 3600.0
    return bool(
        stay.soc[0][1] + stored_kw(run, stay) * hours / stay.car.capacity_kwh >= plan.soc_target
    )


def stored_kw(run: Gathered, stay: Stay) -> float:
    """Return how fast the car of *stay* stores energy at full power, its taper left out."""
    model, evse = stay.car.model, run.evse_plates[stay.evse_id]
    fit = compatibility(model, evse)
    converter = converter_of(run.conversions[stay.evse_id], evse, model, fit)
    return float(converter.battery_kw(fit.charge_kw_max) * model.cell_efficiency)


def tracking(run: Gathered, stay: Stay) -> Floats:
    """Return (asked, metered) in kW for every set-point of a stay that held long enough, shape (k, 2)."""
    moments = [at for at, _ in stay.kw]
    end = stay.unplugged if stay.unplugged is not None else run.scenario.end
    asked = [(at, kw) for at, kw in run.setpoints.get(stay.evse_id, ()) if stay.plugged <= at < end]
    pairs = []
    for k, (at, kw) in enumerate(asked):
        until = asked[k + 1][0] if k + 1 < len(asked) else end
        look = Instant(at + SETTLED_S)
        if look < until:
            pairs.append((kw, stay.kw[max(0, bisect_right(moments, look) - 1)][1]))
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def conformance(run: Gathered) -> Conformance:
    """Return the use case held against the trace."""
    result: Result = run.result
    return Conformance(
        scenarios=tuple(
            ScenarioConformance(
                id=each.id, name=each.name, steps=len(each.steps), sessions=each.sessions, conforming=each.conforming,
                step_counts=tuple((step.step, step.name, step.conforming, step.judged) for step in each.steps),
                findings=each.findings,
            )
            for each in result.scenarios
            if each.sessions or each.id in {"SC-P-MAIN", "SC-P-WALKIN", "SC-P-EVSTOP", "SC-P-UNIDIR"}
        ),
        undeclared_links=result.undeclared_links, wrong_protocol=result.wrong_protocol, late=result.late,
        unexplained=result.unexplained, personal_markers=run.personal_markers,
        use_case=run.scenario.settings.usecase, per_link=result.per_link,
    )  # fmt: skip


def notes(run: Gathered) -> tuple[str, ...]:
    """Return what a reader must know to take the figures rightly."""
    left_open = sum(
        visit.fate not in {"left", "no booking", "turned away", "does not fit"}
        for visit in run.visits
    )
    sandbox = run.scenario.settings.site.sandbox_id
    return (
        *run.feed.inputs.sources,
        "ISO 15118-20 charge loops run when something changes and at least every 900 s of virtual time; powers are level in between, or ramp.",
        f"{left_open} cars are still there at the end: they are shown and not judged.",
        *run.remarks,
        *((f"Regulatory sandbox: {sandbox}.",) if sandbox else ()),
        *(f"Problem: {problem}" for problem in run.problems),
    )
