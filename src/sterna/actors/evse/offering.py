"""What an EVSE offers a car, from its plate."""

from sterna.actors.evse.settings import EvseSettings
from sterna.protocols.iso15118 import timing
from sterna.protocols.iso15118.limits import SupplyLimits
from sterna.protocols.iso15118.offer import SeccSettings
from sterna.protocols.iso15118.services import Service


def plate_of(settings: EvseSettings) -> SupplyLimits:
    """Return what the hardware can do."""
    return SupplyLimits(
        max_charge_kw=settings.charge_kw_max,
        max_discharge_kw=settings.discharge_kw_max,
        min_charge_kw=settings.minimum_kw,
        min_discharge_kw=settings.minimum_kw,
    )


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
