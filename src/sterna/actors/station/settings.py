"""Settings of the charging station room."""

from dataclasses import dataclass

from sterna.kernel.quantities import NO_POWER, Kilowatts, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletSettings:
    """One EVSE of the station; its number is its place, from 1."""

    evse_id: str
    """E.g. ``porto-03-1``."""
    direct: bool
    """DC (the EVSE converts) or AC."""
    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts = NO_POWER
    """As a magnitude; 0 where it is one-way."""
    phases: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSettings:
    """One charging station."""

    identity: str
    """E.g. ``porto-03``."""
    outlets: tuple[OutletSettings, ...]
    csms: str = "cs_ems"
    """Where it connects to: the local controller, or a CSMS itself."""
    password: str = ""
    """For HTTP Basic; empty: none is sent."""
    vendor: str = "Sterna"
    model: str = "V2X station"
    versions: tuple[str, ...] = ("ocpp2.1", "ocpp2.0.1")
    """What it offers to speak, the preferred version first."""
    allowed_s_max: Seconds = Seconds(5.0)
    """How long a started session waits for the word on discharging; then it only charges."""
    set_point_s: Seconds = Seconds(2100.0)
    """How long a set-point holds at the EVSE unless it is renewed, which the meter clock does."""
    meter_s: Seconds = Seconds(900.0)
    """Meter values are sent at every multiple of it on the clock."""
    heartbeat_s: Seconds = Seconds(3600.0)
    """Pause between heartbeats, unless the answer to the boot says otherwise."""
    offline_threshold_s: Seconds = Seconds(300.0)
    """After a longer time offline every connector's status is told again."""
    back_off_s: Seconds = Seconds(10.0)
    """RetryBackOffWaitMinimum."""
    back_off_random_s: Seconds = Seconds(10.0)
    """RetryBackOffRandomRange."""
    back_off_repeats: int = 3
    """RetryBackOffRepeatTimes: how often the pause doubles."""
    attempts: int = 5
    """MessageAttempts for transaction messages; then the message is given up and counted."""
    attempt_s: Seconds = Seconds(30.0)
    """MessageAttemptInterval for transaction messages."""
    answer_s: Seconds = Seconds(30.0)
    """MessageTimeout: how long an answer may take."""
