"""Settings of the meters, and the port to the sensors behind them."""

from dataclasses import dataclass
from typing import Protocol

from sterna.kernel.quantities import Kilowatts, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSettings:
    """How often and how finely is reported."""

    period_s: Seconds = Seconds(300.0)
    """Both devices report at least this often, aligned to the clock."""
    ahead_s: Seconds = Seconds(2.0)
    """How long before the boundary of a period the building's report is made, so that plans begin with it."""
    dead_band_kw: Kilowatts = Kilowatts(10.0)
    """A change of the connection's power beyond this is reported at once."""
    buffer_s: Seconds = Seconds(1.0)
    """Changes within this time after the first are put into one report."""

    def __post_init__(self) -> None:
        """Check that the building's report lies within the period."""
        if not 0 < self.ahead_s < self.period_s:
            raise ValueError("ahead_s must be within the period")


class SitePowers(Protocol):
    """What the sensors show at one moment; ``grid = load - pv + cars``."""

    @property
    def load_kw(self) -> Kilowatts:
        """What the building uses without cars; a magnitude."""

    @property
    def pv_kw(self) -> Kilowatts:
        """What its PV gives; a magnitude."""

    @property
    def cars_kw(self) -> Kilowatts:
        """What all cars together take; negative when they give."""

    @property
    def grid_kw(self) -> Kilowatts:
        """What the connection carries; positive is import."""


class SiteSensors(Protocol):
    """The hardware behind the meters; whoever has it calls ``Meter.changed`` when power has changed."""

    def powers(self) -> SitePowers:
        """Return what is measured now."""

    def registers_wh(self) -> tuple[float, float]:
        """Return imported and exported energy at the connection in Wh, as the hardware counts them."""
