"""The KPIs of the Porto use case, each beside its value on the same days without control.

Formulas are those of ``usecases/acceptance.yaml``; energy is taken at the meter that the
formula names. Every KPI carries its unit and the number of samples behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum
from typing import Final

import numpy as np

from sterna.app.outcome import Floats, Outcome, SessionOutcome, SiteSeries
from sterna.domain.wear import equivalent_full_cycles
from sterna.kernel.money import MICRO_PER_EURO
from sterna.kernel.quantities import SECONDS_PER_HOUR, KilowattHours

TARGET_TOLERANCE: Final = 0.01
"""A session meets its target within 1 % of the capacity (KPI-01)."""
TRACKING_SHARE: Final = 0.05
TRACKING_KW: Final = 0.2
"""A set-point is kept within 5 % or 0.2 kW, whichever is more (defaults of the acceptance scenarios)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One figure, with the figure of the run without control beside it."""

    id: str
    name: str
    unit: str
    value: float | None
    """None where no sample exists."""
    baseline: float | None
    samples: int
    better: str
    """``higher``, ``lower`` or ``zero``: how to read the difference."""


def target_satisfaction(run: Outcome) -> tuple[float | None, int]:
    """Return the share, in %, of the judged sessions that met their target (KPI-01).

    Judged are the sessions that ended, stayed as announced, and whose target was within reach.
    """
    judged = [s for s in ended(run) if s.announced_kept and s.target_reachable]
    met = sum(s.soc_at_end >= s.target - TARGET_TOLERANCE for s in judged)
    return (100.0 * met / len(judged) if judged else None), len(judged)


def floor_violations(run: Outcome) -> tuple[float | None, int]:
    """Return how many consenting sessions ever fell below their floor by discharging (KPI-01).

    A car that arrives below its floor is judged from its arrival on: it must never fall further.
    """
    sessions = [s for s in run.sessions if s.consent_v2x]
    broken = sum(s.soc_lowest < min(s.floor, s.soc_at_plug) - 1e-3 for s in sessions)
    return float(broken), len(sessions)


def ended(run: Outcome) -> list[SessionOutcome]:
    """Return the sessions that came to their end within the run."""
    return [s for s in run.sessions if s.ended_at is not None]


def energy_kwh(site: SiteSeries, power_kw: Floats) -> float:
    """Return the energy of a power series of the site, in kWh."""
    return float(power_kw.sum() * site.step / SECONDS_PER_HOUR)


def load_factor(run: Outcome) -> float:
    """Return mean import over peak import, in % (KPI-02)."""
    imported = np.maximum(run.site.grid_kw, 0.0)
    peak = float(imported.max(initial=0.0))
    return 100.0 * float(imported.mean()) / peak if peak > 0 else 0.0


def self_consumption(run: Outcome) -> float | None:
    """Return the share, in %, of PV energy that did not leave the site (KPI-03)."""
    generated = energy_kwh(run.site, run.site.pv_kw)
    exported = energy_kwh(run.site, np.maximum(-run.site.grid_kw, 0.0))
    return 100.0 * (generated - min(exported, generated)) / generated if generated > 0 else None


def self_sufficiency(run: Outcome) -> float:
    """Return 1 - import / consumption, in %, consumption being the building's and the net of the cars (KPI-04)."""
    imported = energy_kwh(run.site, np.maximum(run.site.grid_kw, 0.0))
    load = energy_kwh(run.site, run.site.building_kw) + max(
        0.0, energy_kwh(run.site, run.site.ev_kw)
    )
    return 100.0 * (1.0 - imported / load) if load > 0 else 0.0


def mean_session_cost(run: Outcome) -> tuple[float | None, int]:
    """Return energy, fees and tax less reward per ended session, in EUR (KPI-05)."""
    sessions = ended(run)
    total = sum(s.bill_total for s in sessions)
    return (total / MICRO_PER_EURO / len(sessions) if sessions else None), len(sessions)


def cost_per_mobility_kwh(run: Outcome) -> tuple[float | None, int]:
    """Return cost over the energy by which batteries are fuller at the end, in EUR/kWh (KPI-05)."""
    sessions = [s for s in ended(run) if s.soc_at_end > s.soc_at_plug]
    gained = fsum((s.soc_at_end - s.soc_at_plug) * s.capacity_kwh for s in sessions)
    total = sum(s.bill_total for s in sessions)
    return (total / MICRO_PER_EURO / gained if gained > 0 else None), len(sessions)


def net_benefits_eur(run: Outcome) -> Floats:
    """Return per consenting ended session what V2B was worth to the driver, wear deducted, in EUR (KPI-06)."""
    return np.array(
        [
            (s.charge_only_cost - (s.energy_cost - s.reward) - s.wear) / MICRO_PER_EURO
            for s in ended(run)
            if s.consent_v2x
        ]
    )


def full_cycles(run: Outcome) -> float:
    """Return (kWh in + kWh out) / (2 C), summed over all sessions (KPI-09)."""
    return float(
        fsum(
            equivalent_full_cycles(
                KilowattHours(s.charged_wh / 1000.0),
                KilowattHours(s.discharged_wh / 1000.0),
                KilowattHours(s.capacity_kwh),
            )
            for s in run.sessions
        )
    )


def flexibility(run: Outcome) -> tuple[float | None, int]:
    """Return what could be offered downwards over what the plugged cars could give, in % (KPI-08).

    Over all consenting cars and the intervals between two looks at their state of charge: a car above
    its floor could give its full power (technical potential); it is offered when afterwards there is
    still time to charge back to its target before the announced departure.
    """
    potential = offered = 0.0
    samples = 0
    for s in run.sessions:
        if not s.consent_v2x or s.discharge_kw_max <= 0 or len(s.soc_times) < 2:
            continue
        hours = np.diff(s.soc_times) / SECONDS_PER_HOUR
        stored = (s.soc_shares[:-1] - s.floor) * s.capacity_kwh
        given = np.minimum(s.discharge_kw_max * hours, np.maximum(stored, 0.0))
        left = np.maximum(s.announced_departure - s.soc_times[1:], 0.0) / SECONDS_PER_HOUR
        missing = (s.target - s.soc_shares[:-1]) * s.capacity_kwh + given
        potential += float(given.sum())
        offered += float(given[missing <= s.charge_kw_max * left].sum())
        samples += len(given)
    return (100.0 * offered / potential if potential > 0 else None), samples


def losses_kwh(run: Outcome) -> float:
    """Return what went in at the meters and is neither in the batteries nor came out again (KPI-11)."""
    through = sum(s.charged_wh - s.discharged_wh for s in run.sessions) / 1000.0
    return through - fsum((s.soc_at_end - s.soc_at_plug) * s.capacity_kwh for s in run.sessions)


def hours_above(run: Outcome, share: float) -> float:
    """Return the hours that batteries spent above *share*, summed over all sessions (KPI-10)."""
    total = 0.0
    for s in run.sessions:
        if len(s.soc_times) > 1:
            total += float(np.diff(s.soc_times)[s.soc_shares[:-1] > share].sum())
    return total / SECONDS_PER_HOUR


def tracking(run: Outcome) -> tuple[float | None, float | None, int]:
    """Return RMSE in kW, the share in % within tolerance, and the number of samples (KPI-12)."""
    pairs = [s.setpoint_tracking for s in run.sessions if len(s.setpoint_tracking)]
    if not pairs:
        return None, None, 0
    asked, metered = np.concatenate(pairs).T
    error = np.abs(asked - metered)
    within = error <= np.maximum(TRACKING_SHARE * np.abs(asked), TRACKING_KW)
    return float(np.sqrt(np.mean(error**2))), 100.0 * float(within.mean()), len(error)


def success(run: Outcome) -> tuple[float | None, int]:
    """Return the share, in %, of sessions that ended normally among those that ended (KPI-13)."""
    closed = [s for s in run.sessions if s.ended_by != "open"]
    normal = sum(s.ended_by in {"driver", "vehicle"} for s in closed)
    return (100.0 * normal / len(closed) if closed else None), len(closed)


def co2_kg(run: Outcome) -> float:
    """Return the CO2 of the cars' net energy with the average factor of the grid, in kg (KPI-17)."""
    site = run.site
    return float((site.co2_g_per_kwh * site.ev_kw).sum() * site.step / SECONDS_PER_HOUR / 1000.0)


def ledger_sum(run: Outcome) -> int:
    """Return the sum of all postings in micro-euro; anything but 0 fails the run (KPI-18)."""
    return sum(posting.amount for posting in run.ledger)


def conformance_percent(run: Outcome) -> tuple[float | None, int]:
    """Return the share, in %, of steps that conform over all judged sessions (KPI-14)."""
    if run.conformance is None:
        return None, 0
    counts = [step for scenario in run.conformance.scenarios for step in scenario.step_counts]
    judged = sum(total for _, _, _, total in counts)
    good = sum(conform for _, _, conform, _ in counts)
    return (100.0 * good / judged if judged else None), judged


def kpis(run: Outcome, base: Outcome) -> tuple[Kpi, ...]:
    """Return every KPI of the use case for *run*, beside *base*, the same seed without control."""
    made: list[Kpi] = []

    def add(  # one line per KPI keeps the table readable
        kpi: str,
        name: str,
        unit: str,
        better: str,
        of: Callable[[Outcome], float | tuple[float | None, int] | None],
    ) -> None:
        value, baseline = of(run), of(base)
        samples = value[1] if isinstance(value, tuple) else len(run.sessions)
        made.append(
            Kpi(
                id=kpi,
                name=name,
                unit=unit,
                better=better,
                samples=samples,
                value=value[0] if isinstance(value, tuple) else value,
                baseline=baseline[0] if isinstance(baseline, tuple) else baseline,
            )
        )

    add("KPI-01", "SoC target met", "%", "higher", target_satisfaction)
    add("KPI-01", "floor violations", "sessions", "zero", floor_violations)
    add("KPI-02", "peak import (15 min)", "kW", "lower", lambda r: float(r.peak_kw))
    add("KPI-02", "load factor", "%", "higher", load_factor)
    add("KPI-03", "self-consumption of PV", "%", "higher", self_consumption)
    add("KPI-04", "self-sufficiency", "%", "higher", self_sufficiency)
    add("KPI-04", "building's bill", "EUR", "lower", lambda r: r.building_bill / MICRO_PER_EURO)
    add("KPI-05", "driver's cost per session", "EUR", "lower", mean_session_cost)
    add("KPI-05", "driver's cost per mobility kWh", "EUR/kWh", "lower", cost_per_mobility_kwh)
    add(
        "KPI-06",
        "driver's net benefit, mean",
        "EUR",
        "higher",
        lambda r: statistic(net_benefits_eur(r), np.mean),
    )
    add(
        "KPI-06",
        "driver's net benefit, least",
        "EUR",
        "higher",
        lambda r: statistic(net_benefits_eur(r), np.min),
    )
    add(
        "KPI-09",
        "energy given to the building",
        "kWh",
        "higher",
        lambda r: sum(s.discharged_wh for s in r.sessions) / 1000,
    )
    add("KPI-08", "flexibility offered of what is possible", "%", "higher", flexibility)
    add("KPI-09", "full cycles of all cars", "cycles", "lower", full_cycles)
    add("KPI-11", "losses in chargers and batteries", "kWh", "lower", losses_kwh)
    add("KPI-10", "time above 80 % SoC", "h", "lower", lambda r: hours_above(r, 0.8))
    add(
        "KPI-12",
        "set-point error (RMSE)",
        "kW",
        "lower",
        lambda r: (tracking(r)[0], tracking(r)[2]),
    )
    add("KPI-12", "set-points kept", "%", "higher", lambda r: (tracking(r)[1], tracking(r)[2]))
    add("KPI-13", "sessions ended normally", "%", "higher", success)
    add("KPI-14", "steps that conform", "%", "higher", conformance_percent)
    add("KPI-17", "CO2 of the cars' energy (average factor)", "kg", "lower", co2_kg)
    add("KPI-18", "ledger sum", "micro-EUR", "zero", lambda r: float(ledger_sum(r)))
    add(
        "KPI-19",
        "personal markers outside their rooms",
        "frames",
        "zero",
        lambda r: float(r.conformance.personal_markers) if r.conformance else None,
    )
    return tuple(made)


def statistic(
    values: Floats, of: Callable[[Floats], np.floating | float]
) -> tuple[float | None, int]:
    """Return a statistic of *values* and their number; None of an empty array."""
    return (float(of(values)) if len(values) else None), len(values)
