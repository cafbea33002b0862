"""Charging profiles as a station keeps them, in kW and instants: the records of :mod:`.profiles`.

Positive power charges the car; a discharge limit is zero or negative; a limit of 0 means no
power. The records are plain data, so that an actor can store them.
"""

from typing import Final, Literal

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilovars, Kilowatts, Share

Purpose = Literal[
    "ChargingStationExternalConstraints",
    "ChargingStationMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
    "PriorityCharging",
    "LocalGeneration",
]
Kind = Literal["Absolute", "Recurring", "Relative", "Dynamic"]
Mode = Literal[
    "Idle",
    "ChargingOnly",
    "CentralSetpoint",
    "ExternalSetpoint",
    "ExternalLimits",
    "CentralFrequency",
    "LocalFrequency",
    "LocalLoadBalancing",
]

WHOLE_STATION: Final = 0
"""The EVSE id 0: an overall limit for constraints, each single EVSE for TxDefaultProfile."""


class Period(Struct, frozen=True, kw_only=True, gc=False):
    """What a schedule says from *start_s* seconds after its start until its next period."""

    start_s: float
    limit_kw: Kilowatts | None = None
    discharge_kw: Kilowatts | None = None
    """Zero or negative; None: as far as the hardware goes, where the mode discharges at all."""
    setpoint_kw: Kilowatts | None = None
    reactive_kvar: Kilovars | None = None
    mode: Mode = "ChargingOnly"
    baseline_kw: Kilowatts | None = None
    frequency_curve: tuple[tuple[float, Kilowatts], ...] = ()
    """Points of (Hz, kW) for LocalFrequency."""
    signal_curve: tuple[tuple[int, Kilowatts], ...] = ()
    """Points of (signal of AFRRSignal, kW)."""
    sleep: bool = False
    preconditioning: bool = False
    phases: int | None = None


class Profile(Struct, frozen=True, kw_only=True, gc=False):
    """A charging profile as a station keeps it."""

    id: int
    evse: int
    """EVSE number on the station; 0 see :data:`WHOLE_STATION`."""
    level: int
    purpose: Purpose
    kind: Kind
    periods: tuple[Period, ...]
    """At least one, the first at 0, ascending."""
    tx: str | None = None
    start: Instant | None = None
    """Start of an absolute or recurring schedule."""
    duration_s: float | None = None
    every_s: float | None = None
    """Length of the recurrence: a day or a week."""
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    offline_s_max: float | None = None
    """How long it holds while the station is offline; None: without end."""
    lost_offline: bool = False
    """Whether it is gone for good once it was offline for longer than *offline_s_max*."""
    pull_s: float | None = None
    """Pause after which a dynamic profile asks for an update; None: never."""
    updated: Instant | None = None
    """When a dynamic profile was received or last updated."""
    soc_cap: tuple[Share, Kilowatts] | None = None
    """From this state of charge on, no more than this power."""


class View(Struct, frozen=True, kw_only=True, gc=False):
    """For which EVSE, and in which circumstances, profiles are looked at."""

    evse: int
    tx: str | None = None
    """The transaction on the EVSE, if any."""
    tx_started: Instant | None = None
    offline_since: Instant | None = None
    """Since when there is no connection; None while connected."""
    priority: bool = False
    """Whether the driver's priority charging is active."""
    soc: Share | None = None


class Slice(Struct, frozen=True, kw_only=True, gc=False):
    """What holds for an EVSE from *start* until *until*."""

    start: Instant
    until: Instant
    """Infinity where nothing is known to change."""
    mode: Mode = "ChargingOnly"
    limit_kw: Kilowatts | None = None
    """None: only the hardware limits."""
    discharge_kw: Kilowatts | None = Kilowatts(0.0)
    """Zero or negative; None: only the hardware limits."""
    setpoint_kw: Kilowatts | None = None
    """Already within the limits."""
    period: Period | None = None
    """The period that leads, for curves and the rest; None: no profile asks for anything."""
    profile: int | None = None
    """The id of the profile that leads."""
