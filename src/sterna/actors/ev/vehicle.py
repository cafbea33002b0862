"""The frames inside and around the car: sensors to BMS, BMS to EVCC, and the driver's hands.

No standard names them for us: a car's own bus is its maker's. They are small JSON frames, so
that what the battery says can be seen where it is said.
"""

from typing import Final

import msgspec
from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.kernel.trace import Said

FRAME_BYTES_MAX: Final = 1024
"""The longest honest frame has a tenth of it."""


class Measured(Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag="measured"):
    """Sensors to BMS: what is measured."""

    at: Instant
    soc: Share
    power_kw: Kilowatts


class BatteryStatus(
    Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag="battery_status"
):
    """BMS to EVCC: what the battery holds and may do."""

    at: Instant
    soc: Share
    minimum_soc: Share
    target_soc: Share


class Hand(Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag="hand"):
    """Driver to car: *what* is arrive, plug, unplug or leave."""

    what: str


VehicleFrame = Measured | BatteryStatus

_ENCODER: Final = msgspec.json.Encoder()
_VEHICLE: Final[msgspec.json.Decoder[VehicleFrame]] = msgspec.json.Decoder(VehicleFrame)
_HAND: Final[msgspec.json.Decoder[Hand]] = msgspec.json.Decoder(Hand)


def encode(frame: VehicleFrame | Hand) -> bytes:
    """Return *frame* as JSON."""
    return _ENCODER.encode(frame)


def vehicle_frame(data: bytes) -> VehicleFrame:
    """Return a frame of the vehicle bus; raises BrokenPeer for anything else."""
    if len(data) > FRAME_BYTES_MAX:
        raise BrokenPeer(f"a frame of {len(data)} bytes on the vehicle bus")
    try:
        return _VEHICLE.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise BrokenPeer(f"not a frame of the vehicle bus: {wrong}") from wrong


def hand(data: bytes) -> Hand:
    """Return what the driver does; raises BrokenPeer for anything else."""
    try:
        return _HAND.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise BrokenPeer(f"no hand did this: {wrong}") from wrong


def describe_vehicle(data: bytes) -> Said | None:
    """Return what a frame of the vehicle bus says, for the trace; None for rubbish."""
    try:
        frame = vehicle_frame(data)
    except BrokenPeer:
        return None
    fields: dict[str, float | str | bool] = {"soc": frame.soc}
    if isinstance(frame, Measured):
        fields["kw"] = frame.power_kw
        return Said(msg="VEHICLE measured", fields=fields)
    fields["floor"] = frame.minimum_soc
    return Said(msg="VEHICLE battery_status", fields=fields)


def describe_hand(bay: str, data: bytes) -> Said | None:
    """Return what the driver does at *bay*, for the trace; None for rubbish."""
    try:
        what = hand(data).what
    except BrokenPeer:
        return None
    return Said(msg=f"PHYSICAL {what}", keys=(f"evse:{bay}",))
