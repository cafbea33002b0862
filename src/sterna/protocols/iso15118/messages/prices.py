"""Price schedules: absolute prices with taxes and overstay fees, or mere price levels."""

from typing import Annotated

from msgspec import Meta, Struct

from sterna.protocols.iso15118.messages.values import RationalNumber
from sterna.protocols.iso15118.schema import (
    ATTRIBUTE,
    Description,
    Identifier,
    Letters3,
    NumericID,
    ShortName,
    UnsignedByte,
    UnsignedInt,
    UnsignedLong,
    UnsignedShort,
    XmlID,
)


class TaxRuleType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A tax, its rate in percent, and what it applies to."""

    TaxRuleID: NumericID
    TaxRuleName: ShortName | None = None
    TaxRate: RationalNumber
    TaxIncludedInPrice: bool | None = None
    AppliesToEnergyFee: bool
    AppliesToParkingFee: bool
    AppliesToOverstayFee: bool
    AppliesMinimumMaximumCost: bool


class TaxRuleListType(Struct, frozen=True, kw_only=True, gc=False):
    """The taxes of a price schedule."""

    TaxRule: Annotated[tuple[TaxRuleType, ...], Meta(min_length=1, max_length=10)]


class PriceRuleType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A price that holds from *PowerRangeStart* watts upward."""

    EnergyFee: RationalNumber
    ParkingFee: RationalNumber | None = None
    ParkingFeePeriod: UnsignedInt | None = None
    CarbonDioxideEmission: UnsignedShort | None = None
    RenewableGenerationPercentage: UnsignedByte | None = None
    PowerRangeStart: RationalNumber


class PriceRuleStackType(Struct, frozen=True, kw_only=True, gc=False):
    """Prices by power, for *Duration* seconds."""

    Duration: UnsignedInt
    PriceRule: Annotated[tuple[PriceRuleType, ...], Meta(min_length=1, max_length=8)]


class PriceRuleStackListType(Struct, frozen=True, kw_only=True, gc=False):
    """Prices over time."""

    PriceRuleStack: Annotated[tuple[PriceRuleStackType, ...], Meta(min_length=1, max_length=1024)]


class OverstayRuleType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A fee that grows from *StartTime* seconds after the end of charging."""

    OverstayRuleDescription: Description | None = None
    StartTime: UnsignedInt
    OverstayFee: RationalNumber
    OverstayFeePeriod: UnsignedInt


class OverstayRuleListType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """When a car counts as overstaying, and what that costs."""

    OverstayTimeThreshold: UnsignedInt | None = None
    OverstayPowerThreshold: RationalNumber | None = None
    OverstayRule: Annotated[tuple[OverstayRuleType, ...], Meta(min_length=1, max_length=5)]


class AdditionalServiceType(Struct, frozen=True, kw_only=True, gc=False):
    """A service beside the energy, and its fee."""

    ServiceName: ShortName
    ServiceFee: RationalNumber


class AdditionalServiceListType(Struct, frozen=True, kw_only=True, gc=False):
    """The selected services that cost something."""

    AdditionalService: Annotated[
        tuple[AdditionalServiceType, ...], Meta(min_length=1, max_length=5)
    ]


class PriceSchedule(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What every price schedule begins with; *TimeAnchor* in s since 1970."""

    TimeAnchor: UnsignedLong
    PriceScheduleID: NumericID
    PriceScheduleDescription: Description | None = None


class AbsolutePriceScheduleType(
    PriceSchedule, frozen=True, kw_only=True, gc=False, omit_defaults=True
):
    """Prices in a currency (ISO 4217 letters)."""

    Currency: Letters3
    Language: Letters3
    PriceAlgorithm: Identifier
    MinimumCost: RationalNumber | None = None
    MaximumCost: RationalNumber | None = None
    TaxRules: TaxRuleListType | None = None
    PriceRuleStacks: PriceRuleStackListType
    OverstayRules: OverstayRuleListType | None = None
    AdditionalSelectedServices: AdditionalServiceListType | None = None
    Id: Annotated[XmlID | None, ATTRIBUTE] = None


class PriceLevelScheduleEntryType(Struct, frozen=True, kw_only=True, gc=False):
    """A level for *Duration* seconds; 0 is the cheapest."""

    Duration: UnsignedInt
    PriceLevel: UnsignedByte


class PriceLevelScheduleEntryListType(Struct, frozen=True, kw_only=True, gc=False):
    """Levels over time."""

    PriceLevelScheduleEntry: Annotated[
        tuple[PriceLevelScheduleEntryType, ...], Meta(min_length=1, max_length=1024)
    ]


class PriceLevelScheduleType(
    PriceSchedule, frozen=True, kw_only=True, gc=False, omit_defaults=True
):
    """Cheap and dear hours without amounts."""

    NumberOfPriceLevels: UnsignedByte
    PriceLevelScheduleEntries: PriceLevelScheduleEntryListType
    Id: Annotated[XmlID | None, ATTRIBUTE] = None


class EVPriceRuleType(Struct, frozen=True, kw_only=True, gc=False):
    """The price a car wants, from *PowerRangeStart* watts upward."""

    EnergyFee: RationalNumber
    PowerRangeStart: RationalNumber


class EVPriceRuleStackType(Struct, frozen=True, kw_only=True, gc=False):
    """A car's prices by power, for *Duration* seconds."""

    Duration: UnsignedInt
    EVPriceRule: Annotated[tuple[EVPriceRuleType, ...], Meta(min_length=1, max_length=8)]


class EVPriceRuleStackListType(Struct, frozen=True, kw_only=True, gc=False):
    """A car's prices over time."""

    EVPriceRuleStack: Annotated[
        tuple[EVPriceRuleStackType, ...], Meta(min_length=1, max_length=1024)
    ]


class EVAbsolutePriceScheduleType(Struct, frozen=True, kw_only=True, gc=False):
    """A car's prices in a currency."""

    TimeAnchor: UnsignedLong
    Currency: Letters3
    PriceAlgorithm: Identifier
    EVPriceRuleStacks: EVPriceRuleStackListType
