"""What one EVSE offers, and what the site has been allowed and wishes to do with the car."""

from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iso15118.answers import SitePlan
from sterna.protocols.iso15118.limits import SupplyLimits
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.timing import REAL, Timing

NEVER: Final = float("inf")


class SeccSettings(Struct, frozen=True, kw_only=True, gc=False):
    """What one EVSE offers."""

    evse_id: str
    supply: SupplyLimits
    services: tuple[Service, ...] = (
        Service.AC,
        Service.DC,
        Service.AC_BPT,
        Service.DC_BPT,
    )
    control_modes: tuple[ControlMode, ...] = (ControlMode.DYNAMIC, ControlMode.SCHEDULED)
    timing: Timing = REAL
    dead_band_kw: Kilowatts = Kilowatts(0.05)
    """Smaller growth of power waits for the end of the stride; less power is always told at once."""
    await_plan: bool = False
    """Whether the car waits in ScheduleExchange until :meth:`~sterna.protocols.iso15118.secc.Secc.plan` was called."""
    isolation_by_hardware: bool = False
    """Whether CableCheck waits for :meth:`~sterna.protocols.iso15118.secc.Secc.isolation`; otherwise the test passes at once."""


class Grant(Struct, frozen=True, kw_only=True, gc=False):
    """What the site has been allowed to do with this car."""

    authorized: bool = False
    consent_v2x: bool = False
    site: SitePlan = SitePlan()


class SetPoint(Struct, frozen=True, kw_only=True, gc=False):
    """The site's wish and how long it holds; afterwards *fallback_kw*, which never discharges."""

    power_kw: Kilowatts = Kilowatts(0.0)
    expires: Instant = Instant(NEVER)
    fallback_kw: Kilowatts = Kilowatts(0.0)

    def at(self, now: float) -> Kilowatts:
        """Return the wish that holds at *now*."""
        return self.power_kw if now < self.expires else self.fallback_kw
