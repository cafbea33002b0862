"""Messages of cars that are guided into and out of their place (wireless, pantograph)."""

from sterna.protocols.iso15118.messages.codes import (
    CheckInStatus,
    CheckOutStatus,
    EvseCheckOutStatus,
    Steering,
)
from sterna.protocols.iso15118.messages.values import Request, Response
from sterna.protocols.iso15118.schema import Short, UnsignedLong


class VehicleCheckInReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="VehicleCheckInReq"
):
    """The car drives in; frame, offset and travel in the units of its positioning system."""

    EVCheckInStatus: CheckInStatus
    ParkingMethod: Steering
    VehicleFrame: Short | None = None
    DeviceOffset: Short | None = None
    VehicleTravel: Short | None = None


class VehicleCheckInRes(
    Response, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="VehicleCheckInRes"
):
    """Where the place is, in the units of the positioning system."""

    ParkingSpace: Short | None = None
    DeviceLocation: Short | None = None
    TargetDistance: Short | None = None


class VehicleCheckOutReq(Request, frozen=True, kw_only=True, gc=False, tag="VehicleCheckOutReq"):
    """The car leaves at *CheckOutTime*, s since 1970."""

    EVCheckOutStatus: CheckOutStatus
    CheckOutTime: UnsignedLong


class VehicleCheckOutRes(Response, frozen=True, kw_only=True, gc=False, tag="VehicleCheckOutRes"):
    """Whether the car may leave."""

    EVSECheckOutStatus: EvseCheckOutStatus
