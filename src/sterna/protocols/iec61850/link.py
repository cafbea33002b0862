"""Reports as frames of the in-process link, what they mean to a reader, and the trace.

The MMS binding of a served deployment is another carrier of the same reports.
"""

from typing import Final

import msgspec
from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts, WattHours
from sterna.kernel.trace import Said
from sterna.protocols.iec61850.model import DMD_WH, SUP_WH, TOT_W, Quality, Value
from sterna.protocols.iec61850.reports import Report

FRAME_BYTES_MAX: Final = 1 << 16
"""The largest frame that is parsed; a report of all values of a PCC is under 2 kB."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Report).decode


def written(report: Report) -> bytes:
    """Return *report* as a frame."""
    return _encode(report)


def read(frame: bytes) -> Report:
    """Return the report in *frame*. Raises BrokenPeer when there is none."""
    if len(frame) > FRAME_BYTES_MAX:
        raise BrokenPeer(f"a report of {len(frame)} bytes is more than {FRAME_BYTES_MAX}")
    try:
        return _decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenPeer(f"report: {error}") from error


class Metered(Struct, frozen=True, kw_only=True, gc=False):
    """What a report says of power and energy; None: not in this report."""

    at: Instant
    """When the report was made."""
    kw: Kilowatts | None
    """Positive: import from the grid."""
    imported: WattHours | None
    exported: WattHours | None
    quality: Quality
    """The worst of the values read here; a reader must not trust an invalid one."""


_WORSE: Final = ("good", "questionable", "invalid")


def metered(report: Report) -> Metered:
    """Return power and energy registers from *report*."""
    found: dict[str, Value] = {}
    quality: Quality = "good"
    for entry in report.entries:
        if entry.ref in (TOT_W, DMD_WH, SUP_WH):
            found[entry.ref] = entry.value
            quality = max(quality, entry.quality, key=_WORSE.index)
    watts = _number(found, TOT_W)
    return Metered(
        at=report.time_of_entry,
        kw=None if watts is None else Kilowatts(watts / 1000),
        imported=_register(found, DMD_WH),
        exported=_register(found, SUP_WH),
        quality=quality,
    )


def _number(found: dict[str, Value], ref: str) -> float | None:
    """Return the number under *ref*, or None."""
    value = found.get(ref)
    return None if value is None or isinstance(value, str) else float(value)


def _register(found: dict[str, Value], ref: str) -> WattHours | None:
    """Return the energy register under *ref*, or None."""
    value = _number(found, ref)
    return None if value is None else WattHours(round(value))


def _said(name: str, frame: bytes) -> Said:
    """Return what the report in *frame* says, under *name*."""
    try:
        report = read(frame)
    except BrokenPeer:
        return Said(msg=name, fields={"unreadable": True})
    meaning = metered(report)
    fields: dict[str, float | str | bool] = {"t": meaning.at, "rpt": report.rpt_id}
    if meaning.kw is not None:
        fields["kw"] = meaning.kw
    if meaning.imported is not None:
        fields["kwh_in"] = meaning.imported / 1000
    if meaning.exported is not None:
        fields["kwh_out"] = meaning.exported / 1000
    return Said(msg=name, fields=fields)


def describe(frame: bytes) -> Said | None:
    """Return what a frame from a grid meter says: ``IEC61850 Report``."""
    return _said("IEC61850 Report", frame)


def describe_building(frame: bytes) -> Said | None:
    """Return what a frame from a building's sensors says: ``METER report``."""
    return _said("METER report", frame)
