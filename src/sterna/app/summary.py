"""The files beside the report: ``summary.json`` and ``sessions.csv``.

Both hold figures of the run alone, so that the same seed writes the same bytes but
for the two timings.
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from sterna.app.gates import Gate
from sterna.app.kpis import Kpi, ledger_sum
from sterna.app.outcome import Conformance, Outcome, SessionOutcome
from sterna.app.phases import chief_reasons
from sterna.kernel.money import in_euros
from sterna.kernel.quantities import Instant

COLUMNS: Final = (
    "session", "evse", "car_model", "service", "booked", "consent_v2x", "ended_by", "plugged_at",
    "announced_departure", "ended_at", "left_at", "capacity_kwh", "soc_at_plug", "soc_at_end",
    "soc_lowest", "target", "floor", "target_reachable", "announced_kept", "charged_wh",
    "discharged_wh", "energy_cost_eur", "reward_eur", "wear_eur", "charge_only_cost_eur",
    "bill_total_eur", "parking_fee_eur", "reasons",
)  # fmt: skip


def summary(run: Outcome, kpis: Sequence[Kpi], gates: Sequence[Gate]) -> bytes:
    """Return ``summary.json``: seed, hash, timings, frames, conformance, KPIs, gates, ledger sum."""
    said: dict[str, Any] = {
        "scenario": run.scenario,
        "seed": run.seed,
        "hours": run.hours,
        "evses": run.evses,
        "trace_sha256": run.trace_sha256,
        "wall_s": round(run.wall_s, 3),
        "cpu_s": round(run.cpu_s, 3),
        "frames": dict(sorted(run.frames.items())),
        "conformance": conformance(run.conformance),
        "kpis": [
            {
                "id": kpi.id,
                "name": kpi.name,
                "unit": kpi.unit,
                "baseline": kpi.baseline,
                "value": kpi.value,
                "samples": kpi.samples,
            }
            for kpi in kpis
        ],
        "gates": [
            {"name": gate.name, "holds": gate.holds, "figures": gate.figures} for gate in gates
        ],
        "ledger_sum": ledger_sum(run),
        "notes": list(run.notes),
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n"


def conformance(seen: Conformance | None) -> dict[str, Any] | None:
    """Return the conformance part of the summary."""
    if seen is None:
        return None
    return {
        "scenarios": [
            {
                "id": scenario.id,
                "steps": scenario.steps,
                "sessions": scenario.sessions,
                "conforming_sessions": scenario.conforming,
                "findings": list(scenario.findings),
            }
            for scenario in seen.scenarios
        ],
        "undeclared_links": seen.undeclared_links,
        "wrong_protocol": seen.wrong_protocol,
        "late": seen.late,
        "unexplained": seen.unexplained,
        "personal_markers": seen.personal_markers,
    }


def sessions_csv(run: Outcome) -> str:
    """Return one line per session; times in ISO 8601 UTC, money in EUR, shares 0..1."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for session in sorted(run.sessions, key=lambda s: (s.plugged_at, s.evse)):
        lines.writerow(line(session))
    return out.getvalue()


def line(s: SessionOutcome) -> list[str | int | float]:
    """Return the columns of one session, in the order of :data:`COLUMNS`."""
    return [
        s.session, s.evse, s.car_model, s.service, s.booked, s.consent_v2x, s.ended_by,
        iso(s.plugged_at), iso(s.announced_departure), iso(s.ended_at), iso(s.left_at),
        round(s.capacity_kwh, 3), round(s.soc_at_plug, 4), round(s.soc_at_end, 4), round(s.soc_lowest, 4),
        s.target, s.floor, s.target_reachable, s.announced_kept, s.charged_wh, s.discharged_wh,
        *(str(in_euros(amount)) for amount in (s.energy_cost, s.reward, s.wear, s.charge_only_cost, s.bill_total, s.parking_fee)),
        chief_reasons(s.phases),
    ]  # fmt: skip


def iso(moment: Instant | None) -> str:
    """Return *moment* in ISO 8601 UTC to the second, or nothing."""
    return (
        "" if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )
