"""What one EVSE offers, and what the site has been allowed and wishes to do with the car."""

from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iso15118.answers import SitePlan
from sterna.protocols.iso15118.identity import Gate
from sterna.protocols.iso15118.limits import SupplyLimits
from sterna.protocols.iso15118.messages.session import ParameterSetType
from sterna.protocols.iso15118.services import ControlMode, MobilityNeeds, Service, Way, ways
from sterna.protocols.iso15118.timing import REAL, Timing

NEVER: Final = float("inf")


INTERNET: Final = 65
PARKING_STATUS: Final = 66
"""The two value added services that ISO 15118-20 numbers."""


class ValueAdded(Struct, frozen=True, kw_only=True, gc=False):
    """A service beside the energy, e.g. access to the internet."""

    service_id: int
    sets: tuple[ParameterSetType, ...]
    """The ways to use it."""
    free: bool = True


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
    mobility_needs: tuple[MobilityNeeds, ...] = (MobilityNeeds.BOTH, MobilityNeeds.CAR)
    """What Dynamic is offered with, the favourite first."""
    value_added: tuple[ValueAdded, ...] = ()
    timing: Timing = REAL
    dead_band_kw: Kilowatts = Kilowatts(0.05)
    """Smaller growth of power waits for the end of the stride; less power is always told at once."""
    await_plan: bool = False
    """Whether the car waits in ScheduleExchange until :meth:`~sterna.protocols.iso15118.secc.Secc.plan` was called."""
    isolation_by_hardware: bool = False
    """Whether CableCheck waits for :meth:`~sterna.protocols.iso15118.secc.Secc.isolation`; otherwise the test passes at once."""
    external: bool = True
    """Whether the driver may be authorised by external means."""
    gate: Gate | None = None
    """Who judges contracts; None: no Plug and Charge."""
    contract_suffices: bool = False
    """Whether a good contract lets the car in by itself, one way; otherwise the station's word is awaited as well."""
    service_renegotiation: bool = True
    schedule_renegotiation: bool = True
    pause_allowed: bool = True
    standby_allowed: bool = True
    power_tolerance_kw: Kilowatts | None = None
    """How far a car that plans may leave its schedule; None: nothing is said about it."""
    tolerance_required: bool = False
    """Whether a car that does not confirm the tolerance gets no power, rather than a warning."""
    violation_s_max: float = 60.0
    """How long a car that plans may take more than its profile before the session ends."""
    set_point_s_max: float = NEVER
    """No set-point counts longer than this, whatever its sender says."""

    def ways(self, service: Service) -> tuple[Way, ...]:
        """Return every way in which *service* is offered."""
        return ways(
            service, self.control_modes, needs=self.mobility_needs, phases=self.supply.phases
        )


class Grant(Struct, frozen=True, kw_only=True, gc=False):
    """What the site has been allowed to do with this car."""

    authorized: bool = False
    denied: bool = False
    """Whether somebody has said no to this driver."""
    consent_v2x: bool = False
    site: SitePlan = SitePlan()


class SetPoint(Struct, frozen=True, kw_only=True, gc=False):
    """The site's wish and how long it holds; afterwards *fallback_kw*, which never discharges."""

    power_kw: Kilowatts = Kilowatts(0.0)
    expires: Instant = Instant(NEVER)
    fallback_kw: Kilowatts = Kilowatts(0.0)
    reactive_kvar: float | None = None
    """AC: the reactive power that is wanted meanwhile, if any."""

    def at(self, now: float) -> Kilowatts:
        """Return the wish that holds at *now*."""
        return self.power_kw if now < self.expires else self.fallback_kw
