"""A building's own sensors as a logical device: what its rooms use and what its roof gives.

Load convention as at the grid connection: consumption is positive on the wire, generation
negative. A reader gets both as magnitudes of their own kind.
"""

import math
from typing import Final

from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Kilowatts
from sterna.protocols.iec61850.model import SIGN, Attribute, Model, Value
from sterna.protocols.iec61850.reports import ControlBlock, Report

LOAD_W: Final = "MMXU1.TotW.mag.f[MX]"
"""What the building uses without cars and without its own generation."""
PV_W: Final = "MMXU2.TotW.mag.f[MX]"
"""The generation's feeder: never positive."""
BUILDING: Final = ControlBlock(
    rpt_id="urcbBuilding",
    data_set="dsBuilding",
    refs=(LOAD_W, PV_W),
    triggers=frozenset({"dchg", "integrity", "gi"}),
    integrity_s=300.0,
)
"""Both values on change beyond the dead band, and every five minutes."""


class Building(Struct, frozen=True, kw_only=True, gc=False):
    """What a report says of a building; None: not in this report, so what was said before holds."""

    load_kw: Kilowatts | None
    """Consumption without cars, before own generation."""
    pv_kw: Kilowatts | None
    """Own generation, positive produces."""


def building_model(*, vendor: str = "Sterna", dead_band_w: float = 1000.0) -> Model:
    """Return the logical device of a building: its name plate, load and generation."""
    attributes = (
        Attribute(ref="LLN0.NamPlt.vendor[DC]", initial=vendor),
        Attribute(ref="LLN0.NamPlt.d[DC]", initial=SIGN),
        Attribute(ref=LOAD_W, initial=0.0, unit="W", dead_band=dead_band_w),
        Attribute(ref=PV_W, initial=0.0, unit="W", dead_band=dead_band_w),
    )
    return {attribute.ref: attribute for attribute in attributes}


def building_values(load_kw: Kilowatts, pv_kw: Kilowatts) -> dict[str, Value]:
    """Return the device's values for a load and a generation, in W on the wire."""
    return {LOAD_W: load_kw * 1000.0, PV_W: -pv_kw * 1000.0}


def building(report: Report) -> Building:
    """Return load and generation from *report*; values that their sensor calls invalid are left out.

    Raises BrokenPeer when a value is no finite number, or when neither is in the data set.
    """
    found: dict[str, float | None] = {}
    for entry in report.entries:
        if entry.ref not in (LOAD_W, PV_W):
            continue
        if isinstance(entry.value, str) or not math.isfinite(entry.value):
            raise BrokenPeer(f"{entry.ref}: {entry.value!r} is not a number of watts")
        found[entry.ref] = None if entry.quality == "invalid" else entry.value / 1000.0
    if not found:
        raise BrokenPeer(f"{report.data_set} has neither {LOAD_W} nor {PV_W}")
    load, generation = found.get(LOAD_W), found.get(PV_W)
    return Building(
        load_kw=None if load is None else Kilowatts(load),
        pv_kw=None if generation is None else Kilowatts(max(0.0, -generation)),
    )
