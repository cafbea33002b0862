"""What an EVSE offers a car, from its plate."""

from hashlib import sha256
from math import fsum
from typing import Final

from msgspec.structs import replace

from sterna.actors.evse.settings import EvseSettings
from sterna.domain.coupler import PHASE_VOLTS
from sterna.kernel.quantities import Amperes, Kilowatts
from sterna.protocols.iec61851 import bus, currents
from sterna.protocols.iso15118 import timing
from sterna.protocols.iso15118.limits import SupplyLimits
from sterna.protocols.iso15118.offer import SeccSettings
from sterna.protocols.iso15118.services import Service

RATED_V: Final = 366.0
"""Wall boxes for bidirectional charging carry 30 A at 11 kW: their converters are rated at this voltage."""


def plate_of(settings: EvseSettings) -> SupplyLimits:
    """Return what the hardware can do: over AC no more than the cable carries in each phase."""
    return SupplyLimits(
        max_charge_kw=_carried(settings, settings.charge_kw_max),
        max_discharge_kw=_carried(settings, settings.discharge_kw_max),
        min_charge_kw=settings.minimum_kw,
        min_discharge_kw=settings.minimum_kw,
        phases=settings.phases,
        max_current_a=amperes_of(settings),
    )


def bounded(settings: EvseSettings, frame: bus.Limits) -> SupplyLimits:
    """Return what the station's limits leave of the plate."""
    plate = plate_of(settings)
    return replace(
        plate,
        max_charge_kw=min(frame.max_charge_kw, plate.max_charge_kw),
        max_discharge_kw=min(frame.max_discharge_kw, plate.max_discharge_kw),
    )


def amperes_of(settings: EvseSettings) -> Amperes:
    """Return the current that the converter of a DC outlet can carry in either direction."""
    return Amperes(max(settings.charge_kw_max, settings.discharge_kw_max) * 1000.0 / RATED_V)


def session_name(drawn: str) -> bytes:
    """Return the 8 octets that name a session, from a fresh id."""
    return sha256(drawn.encode()).digest()[:8]


def challenge(drawn: str) -> bytes:
    """Return the 16 octets that a contract has to sign, from a fresh id."""
    return sha256(drawn.encode()).digest()[:16]


def _carried(settings: EvseSettings, kw: Kilowatts) -> Kilowatts:
    """Return what of *kw* goes through the cable, before a car has said what it takes."""
    if settings.direct:
        return kw
    rated = (kw * 1000.0 / settings.phases / PHASE_VOLTS,) * settings.phases
    each = currents.effective(
        supply=rated, vehicle=rated, duty=currents.DIGITAL_DUTY, session=None,
        cable=settings.cable_amperes,
    )  # fmt: skip
    if fsum(each) >= fsum(rated):
        return kw
    return Kilowatts(fsum(currents.power(amperes, PHASE_VOLTS, 1) for amperes in each))


def offer_of(settings: EvseSettings, limits: SupplyLimits) -> SeccSettings:
    """Return services and pace of a session within *limits*; a one-way EVSE offers no discharge."""
    one, both = (Service.DC, Service.DC_BPT) if settings.direct else (Service.AC, Service.AC_BPT)
    pace = timing.virtual(settings.stride_s, settings.poll_s)
    return SeccSettings(
        evse_id=settings.evse_id,
        supply=limits,
        timing=timing.REAL if settings.real_time else pace,
        services=(one, both) if settings.discharge_kw_max > 0.0 else (one,),
        gate=settings.gate,
        contract_suffices=settings.contract_suffices,
        set_point_s_max=settings.set_point_s_max,
    )
