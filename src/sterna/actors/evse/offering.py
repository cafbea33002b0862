"""What an EVSE offers a car, from its plate."""

from sterna.actors.evse.settings import EvseSettings
from sterna.domain.coupler import PHASE_VOLTS
from sterna.kernel.quantities import Kilowatts
from sterna.protocols.iec61851 import currents
from sterna.protocols.iso15118 import timing
from sterna.protocols.iso15118.limits import SupplyLimits
from sterna.protocols.iso15118.offer import SeccSettings
from sterna.protocols.iso15118.services import Service


def plate_of(settings: EvseSettings) -> SupplyLimits:
    """Return what the hardware can do: over AC no more than the cable carries in each phase."""
    return SupplyLimits(
        max_charge_kw=_carried(settings, settings.charge_kw_max),
        max_discharge_kw=_carried(settings, settings.discharge_kw_max),
        min_charge_kw=settings.minimum_kw,
        min_discharge_kw=settings.minimum_kw,
    )


def _carried(settings: EvseSettings, kw: Kilowatts) -> Kilowatts:
    """Return what of *kw* goes through the cable, before a car has said what it takes."""
    if settings.direct:
        return kw
    rated = (kw * 1000.0 / settings.phases / PHASE_VOLTS,) * settings.phases
    each = currents.effective(
        supply=rated, vehicle=rated, duty=currents.DIGITAL_DUTY, session=None,
        cable=settings.cable_amperes,
    )  # fmt: skip
    if sum(each) >= sum(rated):
        return kw
    return Kilowatts(sum(currents.power(amperes, PHASE_VOLTS, 1) for amperes in each))


def offer_of(settings: EvseSettings, limits: SupplyLimits) -> SeccSettings:
    """Return services and pace of a session within *limits*; a one-way EVSE offers no discharge."""
    one, both = (Service.DC, Service.DC_BPT) if settings.direct else (Service.AC, Service.AC_BPT)
    pace = timing.virtual(settings.stride_s, settings.poll_s)
    return SeccSettings(
        evse_id=settings.evse_id,
        supply=limits,
        timing=timing.REAL if settings.real_time else pace,
        services=(one, both) if settings.discharge_kw_max > 0.0 else (one,),
    )
