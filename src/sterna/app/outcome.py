"""What a run leaves behind: plain records from which KPIs, report and files are made.

The composition root fills them from the world (true energies), the store (money,
sessions) and the trace (conformance). Nothing here computes anything.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share, WattHours

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSeries:
    """The site on a regular grid: mean power per step at named meters, in kW, shape (n,) each.

    Positive is consumption; ``pv_kw`` is generation, >= 0; ``grid_kw`` is import (> 0) or export (< 0)
    at the connection, so that ``grid = building - pv + ev``.
    """

    start: Instant
    step: Seconds
    building_kw: Floats
    pv_kw: Floats
    ev_kw: Floats
    grid_kw: Floats
    setpoint_kw: Floats
    """What the BEMS asked of all EVs together; NaN where it asked nothing."""
    import_price_eur_per_kwh: Floats
    """Energy and network together, without peak power."""
    export_price_eur_per_kwh: Floats
    co2_g_per_kwh: Floats
    limit_kw: Floats
    """The tightest import limit known at the time (connection, OSCP)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A time in which a car did one thing, and why."""

    start: Instant
    end: Instant
    kw: Kilowatts
    """Mean power; positive charges."""
    reason: str
    """What decided longest (`decisions.why.Reason`)."""
    says: str
    """The sentence that its driver read meanwhile, with the mean power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutcome:
    """One stay of one car, from plug to leave, as measured and as billed."""

    session: str
    driver: str
    """Whom the scenario names so; for its promises to one driver, and in no file that a run writes."""
    evse: str
    car_model: str
    service: str
    """``AC``, ``AC_BPT``, ``DC`` or ``DC_BPT``: what ISO 15118-20 agreed on."""
    booked: bool
    consent_v2x: bool
    ended_by: str
    """``driver``, ``vehicle`` or ``open`` when the run was over first."""
    plugged_at: Instant
    announced_departure: Instant
    ended_at: Instant | None
    left_at: Instant | None
    capacity_kwh: KilowattHours
    charge_kw_max: Kilowatts
    """What EVSE and car can take together."""
    discharge_kw_max: Kilowatts
    """What they can give together, a magnitude; 0 for a car that cannot."""
    soc_at_plug: Share
    soc_at_end: Share
    soc_lowest: Share
    target: Share
    floor: Share
    target_reachable: bool
    """False when physics could not reach the target in the stay (then maximum effort counts)."""
    announced_kept: bool
    """The car stayed as announced (it left neither early nor before its departure)."""
    charged_wh: WattHours
    discharged_wh: WattHours
    """Both at the AC meter of the EVSE, both >= 0."""
    energy_cost: MicroEuro
    reward: MicroEuro
    """What the driver earned for V2B, >= 0."""
    wear: MicroEuro
    """What the extra cycling cost the battery, >= 0 (already paid in *reward* or as its own line)."""
    charge_only_cost: MicroEuro
    """What the same driver would have paid without V2B (the counterfactual on the bill)."""
    bill_total: MicroEuro
    parking_fee: MicroEuro
    soc_times: Floats = field(default_factory=lambda: np.empty(0))
    soc_shares: Floats = field(default_factory=lambda: np.empty(0))
    """True state of charge at *soc_times* (instants), both shape (m,)."""
    setpoint_tracking: Floats = field(default_factory=lambda: np.empty((0, 2)))
    """(asked kW, metered kW) per control period of this EVSE, shape (k, 2)."""
    phases: tuple[Phase, ...] = ()
    """What it did and why, in the order of time, put together for a reader; none without control."""
    told: tuple[Phase, ...] = ()
    """The same as it was told at every moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One line of the ledger: *amount* > 0 is received by *account*; a transaction sums to zero."""

    transaction: str
    at: Instant
    account: str
    amount: MicroEuro
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioConformance:
    """How the sessions of one scenario of the use case file did."""

    id: str
    name: str
    steps: int
    sessions: int
    conforming: int
    step_counts: tuple[tuple[str, str, int, int], ...]
    """Per step: number, name, sessions in which it conforms, sessions judged."""
    findings: tuple[str, ...]
    """The first findings in words, bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformance:
    """The use case held against the trace, both ways."""

    scenarios: tuple[ScenarioConformance, ...]
    undeclared_links: int
    wrong_protocol: int
    late: int
    unexplained: int
    personal_markers: int
    """Frames on a link not marked personal that carry a person's marker: must be 0."""
    use_case: str
    """The packaged use case that it was held against."""
    per_link: dict[tuple[str, str], int]
    """Messages from one component to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run, controlled or not."""

    scenario: str
    seed: int
    hours: float
    evses: int
    controlled: bool
    site: SiteSeries
    sessions: tuple[SessionOutcome, ...]
    ledger: tuple[Posting, ...]
    conformance: Conformance | None
    """None for a run without control: the use case describes the controlled one."""
    trace_sha256: str
    wall_s: float
    cpu_s: float
    frames: dict[str, int]
    """Messages per protocol."""
    building_bill: MicroEuro
    """What the building pays for energy and network over the run, peak power included."""
    peak_kw: Kilowatts
    """Highest 15-minute mean import."""
    wear_receipts: tuple[str, ...] = ()
    """How each stay's wear was reckoned, by session: JSON, for ``sterna wear``."""
    notes: tuple[str, ...] = ()
    """Statements a reader must know: proxies used, loop stride, adopted readings."""
