"""Settings of the EVSE room."""

from dataclasses import dataclass

from sterna.kernel.quantities import NO_POWER, Amperes, Kilowatts, Seconds
from sterna.protocols.iso15118.identity import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseSettings:
    """One EVSE: its plate, and how patient it is."""

    evse_id: str
    """E.g. ``porto-03-1``."""
    station_id: str
    """The station that it is part of, e.g. ``porto-03``."""
    direct: bool
    """Whether it converts itself (DC) or the car does (AC)."""
    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts = NO_POWER
    """As a magnitude; 0 where it is one-way."""
    minimum_kw: Kilowatts = NO_POWER
    """Least magnitude other than 0."""
    phases: int = 3
    """Of an AC outlet."""
    cable_amperes: Amperes | None = None
    """AC: what the cable carries in each conductor, as its proximity resistor says; None: enough."""
    real_time: bool = False
    """Whether the charge loop keeps the pace of the field (four turns a second) or the stride."""
    stride_s: Seconds = Seconds(3600.0)
    """Longest pause of the charge loop in virtual time."""
    poll_s: Seconds = Seconds(60.0)
    """Pause between two questions of a car that waits, in virtual time."""
    meter_s: Seconds = Seconds(900.0)
    """The meter is reported at every multiple of it on the clock while a car is plugged."""
    dead_band_kw: Kilowatts = Kilowatts(0.2)
    """A power that is this near to what was asked for is no news to the station."""
    set_point_s_max: Seconds = Seconds(3600.0)
    """No set-point counts longer than this, whatever its sender says."""
    stop_s_max: Seconds = Seconds(20.0)
    """A car that has not stopped by then is cut off, so that the port is free within 30 s."""
    ramp_s_max: Seconds = Seconds(10.0)
    """After a session's end the power has this long to come down before the contactor opens under it."""
    resume_s_max: Seconds = Seconds(1800.0)
    """How long a session whose connection broke waits for the car to come back."""
    sleep_after_s: Seconds | None = None
    """A car that has had no power to take or give for this long sleeps until it is wanted; None: never."""
    gate: Gate | None = None
    """Whose contracts let a car in (Plug and Charge); None: nobody's."""
    contract_suffices: bool = False
    """Whether a good contract lets the car in, one way, before the station has said a word."""
    recheck_s: Seconds = Seconds(5.0)
    """After a fault with the plug out again, the self test takes this long."""
    again_s: Seconds = Seconds(5.0)
    """Pause before the station's bus is dialled again; it doubles up to *again_s_max*."""
    again_s_max: Seconds = Seconds(60.0)
