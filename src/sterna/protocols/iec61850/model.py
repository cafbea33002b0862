"""The data model of a meter at a point of common coupling, and the names of its values.

Names are written ``<device>/<node>.<object>.<attribute>[<constraint>]``, below the
logical device ``PCC``. Sign, declared once in the name plate: load convention.
TotW > 0 is import from the grid, TotW < 0 reverse flow; the two energy registers
are separate and never run backwards: DmdWh counts import, SupWh counts export.
"""

from typing import Final, Literal

from msgspec import Struct

from sterna.kernel.quantities import Amperes, Hertz, Kilovars, Kilowatts, Volts, WattHours

Quality = Literal["good", "questionable", "invalid"]
Value = float | int | str


class Attribute(Struct, frozen=True, kw_only=True, gc=False):
    """One value of the model."""

    ref: str
    """Below the logical device, e.g. ``MMXU1.TotW.mag.f[MX]``."""
    initial: Value
    unit: str = ""
    dead_band: float = 0.0
    """A change of at most this, in *unit*, is not reported as a data change."""


SIGN: Final = "load convention: TotW>0 import from grid; DmdWh import, SupWh export"
TOT_W: Final = "MMXU1.TotW.mag.f[MX]"
TOT_VAR: Final = "MMXU1.TotVAr.mag.f[MX]"
HZ: Final = "MMXU1.Hz.mag.f[MX]"
PHASES: Final = ("phsA", "phsB", "phsC")
PH_V: Final = tuple(f"MMXU1.PhV.{phase}.cVal.mag.f[MX]" for phase in PHASES)
AMP: Final = tuple(f"MMXU1.A.{phase}.cVal.mag.f[MX]" for phase in PHASES)
DMD_WH: Final = "MMTR1.DmdWh.actVal[ST]"
SUP_WH: Final = "MMTR1.SupWh.actVal[ST]"

Model = dict[str, Attribute]
"""A logical device: its attributes by reference, in the order of the model."""


def pcc(
    *, vendor: str = "Sterna", dead_band_w: float = 1000.0, dead_band_hz: float = 0.01
) -> Model:
    """Return the logical device of a grid connection: LLN0, LPHD1, MMXU1, MMTR1.

    *dead_band_w* also holds for reactive power, in var.
    """
    attributes = (
        Attribute(ref="LLN0.NamPlt.vendor[DC]", initial=vendor),
        Attribute(ref="LLN0.NamPlt.d[DC]", initial=SIGN),
        Attribute(ref="LLN0.Beh.stVal[ST]", initial=1),
        Attribute(ref="LPHD1.PhyHealth.stVal[ST]", initial=1),
        Attribute(ref=TOT_W, initial=0.0, unit="W", dead_band=dead_band_w),
        Attribute(ref=TOT_VAR, initial=0.0, unit="var", dead_band=dead_band_w),
        Attribute(ref=HZ, initial=50.0, unit="Hz", dead_band=dead_band_hz),
        *(Attribute(ref=ref, initial=230.0, unit="V", dead_band=2.3) for ref in PH_V),
        *(Attribute(ref=ref, initial=0.0, unit="A", dead_band=1.0) for ref in AMP),
        Attribute(ref=DMD_WH, initial=0, unit="Wh"),
        Attribute(ref=SUP_WH, initial=0, unit="Wh"),
    )
    return {attribute.ref: attribute for attribute in attributes}


def measurement(
    kw: Kilowatts,
    *,
    kvar: Kilovars | None = None,
    hz: Hertz | None = None,
    volts: tuple[Volts, Volts, Volts] | None = None,
    amperes: tuple[Amperes, Amperes, Amperes] | None = None,
) -> dict[str, Value]:
    """Return the MMXU values of a measured power *kw* (positive: import), in W on the wire."""
    values: dict[str, Value] = {TOT_W: kw * 1000.0}
    if kvar is not None:
        values[TOT_VAR] = kvar * 1000.0
    if hz is not None:
        values[HZ] = hz
    values |= dict(zip(PH_V, volts or (), strict=False))
    values |= dict(zip(AMP, amperes or (), strict=False))
    return values


def registers(imported: WattHours, exported: WattHours) -> dict[str, Value]:
    """Return the MMTR values of the two energy registers, in whole Wh."""
    assert imported >= 0, imported
    assert exported >= 0, exported
    return {DMD_WH: imported, SUP_WH: exported}
