"""What a report says about one battery behind an EVSE: the words that CS EMS and BEMS share.

Where OpenADR enumerates a payload type it is used; the rest are private strings, which the
Definition allows and a reader that does not know them skips. See docs/protocols/openadr.md.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share

POWER: Final = "READING"
"""Present power at the EVSE's meter in kW, positive charges. Not the enumerated demand, which
is bounded to >= 0: a car that gives back has to say so."""
CHARGE_LEVEL: Final = "STORAGE_CHARGE_LEVEL"
USABLE_CAPACITY: Final = "STORAGE_USABLE_CAPACITY"
MAX_CHARGE: Final = "STORAGE_MAX_CHARGE_POWER"
MAX_DISCHARGE: Final = "STORAGE_MAX_DISCHARGE_POWER"
PRESENT: Final = "STERNA_PRESENT"
"""Whether a car is plugged and its driver's requirements are known."""
PLUGGED_SINCE: Final = "STERNA_PLUGGED_SINCE"
DEPARTURE: Final = "STERNA_DEPARTURE"
FLOOR: Final = "STERNA_FLOOR_LEVEL"
TARGET: Final = "STERNA_TARGET_LEVEL"
V2X: Final = "STERNA_V2X_ALLOWED"
GIVES_NOW: Final = "STERNA_DISCHARGE_AVAILABLE"
WEAR_CLASS: Final = "STERNA_WEAR_CLASS"
UNKNOWN_CELLS: Final = "unknown"
"""The class of cells that nobody told: they are planned with as the ones that wear most."""

DISPATCH_PROGRAM: Final = "dispatch"
"""The name of the program in which a BEMS sends set-points and asks for reports."""
REPORTS_EVENT: Final = "reports"
"""The name of its long-lived event that asks for reports: every report answers an event."""
WHOLE_REPORT: Final = "whole"
"""The name of a report that lists every EVSE with a car: one that it leaves out is empty. Any
other report speaks only of the EVSEs that it lists."""
CHANGES_REPORT: Final = "changes"
"""The name of a report on all EVSEs that lists those with news: the others are as they were told last."""

Values = dict[str, float | str | bool]


PAYLOADS: Final = {
    "present": PRESENT, "kw": POWER, "soc": CHARGE_LEVEL, "capacity_kwh": USABLE_CAPACITY,
    "charge_kw_max": MAX_CHARGE, "discharge_kw_max": MAX_DISCHARGE, "gives_now_kw": GIVES_NOW,
    "plugged_since": PLUGGED_SINCE, "departure": DEPARTURE, "floor": FLOOR, "target": TARGET,
    "v2x": V2X, "wear_class": WEAR_CLASS,
}  # fmt: skip
"""Field of :class:`StorageStatus` -> payload type."""
NEEDED: Final = frozenset(PAYLOADS.values()) - {V2X, WEAR_CLASS}
"""What has to be told of a car that is there."""


class StorageStatus(Struct, frozen=True, kw_only=True, gc=False, rename=PAYLOADS):
    """One EVSE and the battery at it, without anybody's name."""

    present: bool
    kw: Kilowatts = Kilowatts(0.0)
    """Present power, positive charges."""
    soc: Share = Share(0.0)
    capacity_kwh: KilowattHours = KilowattHours(0.0)
    charge_kw_max: Kilowatts = Kilowatts(0.0)
    """What EVSE and car can take, >= 0."""
    discharge_kw_max: Kilowatts = Kilowatts(0.0)
    """What EVSE and car can give, >= 0; 0 for a car that cannot, or may not."""
    gives_now_kw: Kilowatts = Kilowatts(0.0)
    """What it could give at this moment: 0 at its floor, >= 0."""
    plugged_since: Instant = Instant(0.0)
    departure: Instant = Instant(0.0)
    floor: Share = Share(0.0)
    target: Share = Share(0.0)
    v2x: bool = False
    wear_class: str = UNKNOWN_CELLS
    """Chemistry of the cells, as far as known."""

    def values(self) -> Values:
        """Return it as the payloads of a report: levels as shares (the official enumeration bounds them to 0..1), instants in Unix seconds."""
        if not self.present:
            return {PRESENT: False, POWER: 0.0}
        return {
            PRESENT: True,
            POWER: round(self.kw, 3),
            CHARGE_LEVEL: round(self.soc, 5),
            USABLE_CAPACITY: self.capacity_kwh,
            MAX_CHARGE: self.charge_kw_max,
            MAX_DISCHARGE: self.discharge_kw_max,
            GIVES_NOW: self.gives_now_kw,
            PLUGGED_SINCE: self.plugged_since,
            DEPARTURE: self.departure,
            FLOOR: round(self.floor, 5),
            TARGET: round(self.target, 5),
            V2X: self.v2x,
            WEAR_CLASS: self.wear_class,
        }


def storage_status(values: Mapping[str, float | str | bool]) -> StorageStatus:
    """Return what the payloads of one resource say. Raises BrokenPeer when they contradict the types."""
    if values.get(PRESENT) is not True:
        return StorageStatus(present=False)
    missing = NEEDED - values.keys()
    if missing:
        raise BrokenPeer(f"{min(missing)} is missing")
    try:
        return msgspec.convert(values, StorageStatus)
    except msgspec.ValidationError as error:
        raise BrokenPeer(str(error)) from error
