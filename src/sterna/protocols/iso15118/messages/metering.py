"""Messages by which a car confirms what the meter says."""

from typing import Annotated

from msgspec import Struct

from sterna.protocols.iso15118.messages.values import (
    MeterInfoType,
    ReceiptType,
    Request,
    Response,
)
from sterna.protocols.iso15118.schema import (
    ATTRIBUTE,
    Choice,
    Element,
    NumericID,
    SessionIDType,
    XmlID,
)


class DynamicSMDTType(Struct, frozen=True, kw_only=True, gc=False):
    """Metered under a plan of the site."""


class ScheduledSMDTType(Struct, frozen=True, kw_only=True, gc=False):
    """Metered under the schedule that the car chose."""

    SelectedScheduleTupleID: NumericID


class SignedMeteringDataType(
    Element, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="SignedMeteringData"
):
    """The registers that the car has seen."""

    Id: Annotated[XmlID, ATTRIBUTE]
    SessionID: SessionIDType
    MeterInfo: MeterInfoType
    Receipt: ReceiptType | None = None
    Dynamic_SMDTControlMode: Annotated[DynamicSMDTType | None, Choice("mode")] = None
    Scheduled_SMDTControlMode: Annotated[ScheduledSMDTType | None, Choice("mode")] = None


class MeteringConfirmationReq(
    Request, frozen=True, kw_only=True, gc=False, tag="MeteringConfirmationReq"
):
    """The car confirms the registers."""

    SignedMeteringData: SignedMeteringDataType


class MeteringConfirmationRes(
    Response, frozen=True, kw_only=True, gc=False, tag="MeteringConfirmationRes"
):
    """The confirmation was taken."""
