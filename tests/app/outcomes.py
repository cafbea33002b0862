"""A small made-up run, for tests of what is computed from a run."""

import math
from dataclasses import replace

import numpy as np

from sterna.app.outcome import (
    Conformance,
    Outcome,
    Posting,
    ScenarioConformance,
    SessionOutcome,
    SiteSeries,
)
from sterna.kernel.money import MicroEuro, euros
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share, WattHours

START = Instant(1_751_320_800.0)  # 2025-06-30T22:00:00Z, a Monday evening in Lisbon
STEPS = 4 * 72


def session(number: int = 1, **changes: object) -> SessionOutcome:
    times = START + np.linspace(0, 40, 60) * 3600.0
    shares = 0.5 + 0.3 * np.sin(np.linspace(0, 6, 60) + number) * 0.5 + 0.1
    made = SessionOutcome(
        session=f"s-{number}", driver=f"driver-{number:03d}", evse=f"porto-{number:02d}-1", car_model="Model", service="DC_BPT", booked=True,
        consent_v2x=True, ended_by="driver", plugged_at=START, announced_departure=Instant(START + 40 * 3600),
        ended_at=Instant(START + 40 * 3600), left_at=Instant(START + 40.2 * 3600), capacity_kwh=KilowattHours(60.0), charge_kw_max=Kilowatts(11.0), discharge_kw_max=Kilowatts(11.0),
        soc_at_plug=Share(0.5), soc_at_end=Share(0.8), soc_lowest=Share(0.4), target=Share(0.8), floor=Share(0.3),
        target_reachable=True, announced_kept=True, charged_wh=WattHours(30_000), discharged_wh=WattHours(10_000),
        energy_cost=euros("3.00"), reward=euros("2.00"), wear=euros("0.50"), charge_only_cost=euros("3.50"),
        bill_total=euros("1.00"), parking_fee=euros("30.00"), soc_times=times, soc_shares=shares,
        setpoint_tracking=np.array([[-10.0, -10.1], [5.0, 5.0]]),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def outcome(*, controlled: bool = True, **changes: object) -> Outcome:
    hours = np.arange(STEPS) / 4
    building = 500 + 120 * np.sin((hours - 8) / 24 * 2 * math.pi)
    pv = (
        np.maximum(0.0, 160 * np.sin((hours % 24 - 6) / 12 * math.pi))
        * (hours % 24 > 6)
        * (hours % 24 < 18)
    )
    ev = 80 * np.sin(hours / 5) if controlled else np.full(STEPS, 30.0)
    price = np.where((hours % 24 > 17) & (hours % 24 < 21), 0.3, 0.12)
    site = SiteSeries(
        start=START, step=Seconds(900.0), building_kw=building, pv_kw=pv, ev_kw=ev, grid_kw=building - pv + ev,
        setpoint_kw=ev + 1.0, import_price_eur_per_kwh=price, export_price_eur_per_kwh=price - 0.06,
        co2_g_per_kwh=np.full(STEPS, 250.0), limit_kw=np.full(STEPS, 800.0),
    )  # fmt: skip
    seen = Conformance(
        scenarios=(
            ScenarioConformance(
                id="SC-P-MAIN", name="main", steps=2, sessions=2, conforming=2,
                step_counts=(("1", "Book", 2, 2), ("2", "Plug in", 2, 2)), findings=(),
            ),
        ),
        undeclared_links=0, wrong_protocol=0, late=0, unexplained=0, personal_markers=0, use_case="porto", per_link={},
    )  # fmt: skip
    ledger = (
        Posting(transaction="t", at=START, account="driver/1", amount=MicroEuro(-5), why="energy"),
        Posting(transaction="t", at=START, account="emsp", amount=MicroEuro(5), why="energy"),
    )
    made = Outcome(
        scenario="porto", seed=1, hours=72.0, evses=60, controlled=controlled, site=site,
        sessions=(session(1), session(2)), ledger=ledger, conformance=seen if controlled else None,
        trace_sha256="ab" * 32, wall_s=1.0, cpu_s=1.0, frames={"OCPP": 10}, building_bill=euros("1000" if controlled else "1100"),
        peak_kw=Kilowatts(600.0 if controlled else 650.0),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]
