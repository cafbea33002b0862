"""From a scenario's chargers to what converts their power, for the hardware and for those who plan."""

from typing import Final

from sterna.app.settings import ChargerSettings
from sterna.domain.converter import Conversion
from sterna.domain.coupler import PHASE_VOLTS
from sterna.domain.pace import AT_ONCE, Pace
from sterna.kernel.quantities import FULL, Kilowatts, Seconds, Share

AMPERES_LEAST: Final = 6.0
"""Least current of a charging car (IEC 61851-1, from secondary sources)."""
DC_SHARE_LEAST: Final = Share(0.05)
"""Least power of a DC converter as a part of its rating: 3 to 5 % (design notes)."""
USUAL_PART: Final = 0.25
"""Part of the rating at which the round trip that money is reckoned with is taken: below most
sessions' mean, so that an estimate errs in the driver's favour."""


def conversion_of(group: ChargerSettings) -> Conversion:
    """Return how the EVSEs of *group* convert."""
    size = Kilowatts(group.charge_kw) if group.coupling == "DC" else None
    if group.converter == "ideal":
        return Conversion(size_kw=size, efficiency=Share(group.efficiency), cells=FULL)
    return Conversion(
        size_kw=size,
        minimum_kw_per_phase=Kilowatts(AMPERES_LEAST * PHASE_VOLTS / 1000.0),
        minimum_share=DC_SHARE_LEAST,
    )


def pace_of(group: ChargerSettings) -> Pace:
    """Return how the EVSEs of *group* follow set-points."""
    if group.converter == "ideal":
        return AT_ONCE
    return Pace(
        delay_s=Seconds(group.delay_s), ramp_kw_per_s=group.ramp_kw_per_s,
        step_kw=Kilowatts(group.step_kw), error=Share(group.error),
    )  # fmt: skip


def one_way(group: ChargerSettings) -> Share:
    """Return the least one-way efficiency at full power, cells included: what deadlines count with."""
    conversion, kw = conversion_of(group), Kilowatts(group.charge_kw)
    converter = conversion.converter(kw, kw)
    there, back = converter.efficiency(kw), converter.efficiency(Kilowatts(-kw))
    return Share(min(there, back) * conversion.cells)


def least_kw(group: ChargerSettings) -> Kilowatts:
    """Return the least power other than 0 of the EVSE itself: AC with one phase; cars may need more."""
    kw = Kilowatts(group.charge_kw)
    return conversion_of(group).converter(kw, kw, phases=1).minimum_kw
