"""Power schedules and profiles, and the messages that agree on them and switch power on and off."""

from typing import Annotated

from msgspec import Meta, Struct

from sterna.protocols.iso15118.messages.codes import (
    ChannelSelection,
    Processing,
    Progress,
    Tolerance,
)
from sterna.protocols.iso15118.messages.prices import (
    AbsolutePriceScheduleType,
    EVAbsolutePriceScheduleType,
    PriceLevelScheduleType,
)
from sterna.protocols.iso15118.messages.values import (
    EVSEStatusType,
    RationalNumber,
    Request,
    Response,
)
from sterna.protocols.iso15118.schema import (
    Choice,
    NumericID,
    PercentValue,
    SupportingPoints,
    UnsignedInt,
    UnsignedLong,
)


class PowerScheduleEntryType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Power in W (total or L1) for *Duration* seconds."""

    Duration: UnsignedInt
    Power: RationalNumber
    Power_L2: RationalNumber | None = None
    Power_L3: RationalNumber | None = None


class PowerScheduleEntryListType(Struct, frozen=True, kw_only=True, gc=False):
    """Entries, one after the other."""

    PowerScheduleEntry: Annotated[
        tuple[PowerScheduleEntryType, ...], Meta(min_length=1, max_length=1024)
    ]


class PowerScheduleType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Power over time from *TimeAnchor* (s since 1970), with the energy available in all, in Wh."""

    TimeAnchor: UnsignedLong
    AvailableEnergy: RationalNumber | None = None
    PowerTolerance: RationalNumber | None = None
    PowerScheduleEntries: PowerScheduleEntryListType


class ChargingScheduleType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Power over time and what it costs."""

    PowerSchedule: PowerScheduleType
    AbsolutePriceSchedule: Annotated[
        AbsolutePriceScheduleType | None, Choice("price", required=False)
    ] = None
    PriceLevelSchedule: Annotated[
        PriceLevelScheduleType | None, Choice("price", required=False)
    ] = None


class ScheduleTupleType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One of the schedules that a car may choose from."""

    ScheduleTupleID: NumericID
    ChargingSchedule: ChargingScheduleType
    DischargingSchedule: ChargingScheduleType | None = None


class EVPowerScheduleEntryType(Struct, frozen=True, kw_only=True, gc=False):
    """Power in W that the car offers for *Duration* seconds."""

    Duration: UnsignedInt
    Power: RationalNumber


class EVPowerScheduleEntryListType(Struct, frozen=True, kw_only=True, gc=False):
    """Entries, one after the other."""

    EVPowerScheduleEntry: Annotated[
        tuple[EVPowerScheduleEntryType, ...], Meta(min_length=1, max_length=1024)
    ]


class EVPowerScheduleType(Struct, frozen=True, kw_only=True, gc=False):
    """The power that a car offers, from *TimeAnchor* (s since 1970)."""

    TimeAnchor: UnsignedLong
    EVPowerScheduleEntries: EVPowerScheduleEntryListType


class EVEnergyOfferType(Struct, frozen=True, kw_only=True, gc=False):
    """What a car offers, and the price it wants."""

    EVPowerSchedule: EVPowerScheduleType
    EVAbsolutePriceSchedule: EVAbsolutePriceScheduleType


class DynamicSEReqType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A car that follows the site: *DepartureTime* in s from now, energies in Wh from now."""

    DepartureTime: UnsignedInt
    MinimumSOC: PercentValue | None = None
    TargetSOC: PercentValue | None = None
    EVTargetEnergyRequest: RationalNumber
    EVMaximumEnergyRequest: RationalNumber
    EVMinimumEnergyRequest: RationalNumber
    EVMaximumV2XEnergyRequest: RationalNumber | None = None
    EVMinimumV2XEnergyRequest: RationalNumber | None = None


class ScheduledSEReqType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A car that plans for itself."""

    DepartureTime: UnsignedInt | None = None
    EVTargetEnergyRequest: RationalNumber | None = None
    EVMaximumEnergyRequest: RationalNumber | None = None
    EVMinimumEnergyRequest: RationalNumber | None = None
    EVEnergyOffer: EVEnergyOfferType | None = None


class ScheduleExchangeReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="ScheduleExchangeReq"
):
    """What the car needs until when."""

    MaximumSupportingPoints: SupportingPoints
    Dynamic_SEReqControlMode: Annotated[DynamicSEReqType | None, Choice("mode")] = None
    Scheduled_SEReqControlMode: Annotated[ScheduledSEReqType | None, Choice("mode")] = None


class DynamicSEResType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the site plans with; a price schedule informs the driver."""

    DepartureTime: UnsignedInt | None = None
    MinimumSOC: PercentValue | None = None
    TargetSOC: PercentValue | None = None
    AbsolutePriceSchedule: Annotated[
        AbsolutePriceScheduleType | None, Choice("price", required=False)
    ] = None
    PriceLevelSchedule: Annotated[
        PriceLevelScheduleType | None, Choice("price", required=False)
    ] = None


class ScheduledSEResType(Struct, frozen=True, kw_only=True, gc=False):
    """Up to three schedules to choose from."""

    ScheduleTuple: Annotated[tuple[ScheduleTupleType, ...], Meta(min_length=1, max_length=3)]


class ScheduleExchangeRes(
    Response, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="ScheduleExchangeRes"
):
    """The site's plan, or a request to wait."""

    EVSEProcessing: Processing
    GoToPause: bool | None = None
    Dynamic_SEResControlMode: Annotated[DynamicSEResType | None, Choice("mode")] = None
    Scheduled_SEResControlMode: Annotated[ScheduledSEResType | None, Choice("mode")] = None


class DynamicEVPPTType(Struct, frozen=True, kw_only=True, gc=False):
    """A profile that follows the site."""


class ScheduledEVPPTType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A profile within the schedule that the car chose."""

    SelectedScheduleTupleID: NumericID
    PowerToleranceAcceptance: Tolerance | None = None


class EVPowerProfileEntryListType(Struct, frozen=True, kw_only=True, gc=False):
    """Entries, one after the other."""

    EVPowerProfileEntry: Annotated[
        tuple[PowerScheduleEntryType, ...], Meta(min_length=1, max_length=2048)
    ]


class EVPowerProfileType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The power that a car commits itself to, from *TimeAnchor* (s since 1970)."""

    TimeAnchor: UnsignedLong
    Dynamic_EVPPTControlMode: Annotated[DynamicEVPPTType | None, Choice("mode")] = None
    Scheduled_EVPPTControlMode: Annotated[ScheduledEVPPTType | None, Choice("mode")] = None
    EVPowerProfileEntries: EVPowerProfileEntryListType


class PowerDeliveryReq(
    Request, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="PowerDeliveryReq"
):
    """Switch power on or off, stand by, or agree on another schedule."""

    EVProcessing: Processing
    ChargeProgress: Progress
    EVPowerProfile: EVPowerProfileType | None = None
    BPT_ChannelSelection: ChannelSelection | None = None


class PowerDeliveryRes(
    Response, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="PowerDeliveryRes"
):
    """Power is on or off."""

    EVSEStatus: EVSEStatusType | None = None
