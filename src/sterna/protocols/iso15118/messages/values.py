"""What messages of every kind are made of: rational numbers, headers, status, meter, receipt."""

from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct
from typing_extensions import override

from sterna.protocols.iso15118.messages.codes import Code, Notification
from sterna.protocols.iso15118.messages.signature import SignatureType, X509IssuerSerialType
from sterna.protocols.iso15118.schema import (
    Byte,
    Element,
    MeterName,
    MeterSignatureType,
    NumericID,
    PercentValue,
    SessionIDType,
    Short,
    UnsignedInt,
    UnsignedLong,
    UnsignedShort,
)

VALUE_MAX: Final = 32767
"""The largest magnitude of the 16-bit value of a rational number that works with both signs."""
EXPONENT_MIN: Final = -3
"""Thousandths of a unit are finer than any meter that we know of; also keeps zero unambiguous."""
EXPONENT_MAX: Final = 127
RATIONALS_CACHED: Final = 4096
"""A site uses few distinct limits; the rest are present powers, which repeat between changes."""


class RationalNumber(Struct, frozen=True, kw_only=True, gc=False):
    """A physical value: ``Value * 10**Exponent`` in the unit of its field (W, A, V, Wh)."""

    Exponent: Byte
    Value: Short

    def __float__(self) -> float:
        """Return the value; correctly rounded, since powers of ten up to 22 are exact floats."""
        if self.Exponent < 0:
            return float(self.Value / 10**-self.Exponent)
        return float(self.Value * 10**self.Exponent)

    @override
    def __str__(self) -> str:
        return f"{float(self):g}"


@lru_cache(maxsize=RATIONALS_CACHED)
def rational(number: float) -> RationalNumber:
    """Return *number* with the finest exponent that fits 16 bits, from thousandths upward.

    The result is within half a unit in its last place of *number*. Raises
    OverflowError for what no exponent can hold, and for infinities.
    """
    exponent = EXPONENT_MIN
    scaled = number * 1000
    while abs(scaled) >= VALUE_MAX + 0.5:
        exponent += 1
        if exponent > EXPONENT_MAX:
            raise OverflowError(number)
        scaled = number / 10**exponent if exponent > 0 else number * 10**-exponent
    return RationalNumber(Exponent=exponent, Value=min(VALUE_MAX, max(-VALUE_MAX, round(scaled))))


class MessageHeader(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Session and time of a message; *TimeStamp* in whole seconds since 1970, UTC."""

    SessionID: SessionIDType
    TimeStamp: UnsignedLong
    Signature: SignatureType | None = None


class Request(Element, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a car asks."""

    Header: MessageHeader


class Response(Element, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the supply equipment answers."""

    Header: MessageHeader
    ResponseCode: Code


class DisplayParametersType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the car shows its driver: states of charge in percent, remaining times in s."""

    PresentSOC: PercentValue | None = None
    MinimumSOC: PercentValue | None = None
    TargetSOC: PercentValue | None = None
    MaximumSOC: PercentValue | None = None
    RemainingTimeToMinimumSOC: UnsignedInt | None = None
    RemainingTimeToTargetSOC: UnsignedInt | None = None
    RemainingTimeToMaximumSOC: UnsignedInt | None = None
    ChargingComplete: bool | None = None
    BatteryEnergyCapacity: RationalNumber | None = None
    InletHot: bool | None = None


class EVSEStatusType(Struct, frozen=True, kw_only=True, gc=False):
    """What the site wants, and within how many seconds the car has to follow."""

    NotificationMaxDelay: UnsignedShort
    EVSENotification: Notification


class MeterInfoType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Meter registers: charged and discharged energy in Wh, each rising, never a net."""

    MeterID: MeterName
    ChargedEnergyReadingWh: UnsignedLong
    BPT_DischargedEnergyReadingWh: UnsignedLong | None = None
    CapacitiveEnergyReadingVARh: UnsignedLong | None = None
    BPT_InductiveEnergyReadingVARh: UnsignedLong | None = None
    MeterSignature: MeterSignatureType | None = None
    MeterStatus: Short | None = None
    MeterTimestamp: UnsignedLong | None = None


class ListOfRootCertificateIDsType(Struct, frozen=True, kw_only=True, gc=False):
    """The roots that the car trusts."""

    RootCertificateID: Annotated[
        tuple[X509IssuerSerialType, ...], Meta(min_length=1, max_length=20)
    ]


class DetailedCostType(Struct, frozen=True, kw_only=True, gc=False):
    """An amount and the price per unit that led to it."""

    Amount: RationalNumber
    CostPerUnit: RationalNumber


class DetailedTaxType(Struct, frozen=True, kw_only=True, gc=False):
    """A tax by the rule of the price schedule."""

    TaxRuleID: NumericID
    Amount: RationalNumber


class ReceiptType(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the session has cost so far."""

    TimeAnchor: UnsignedLong
    EnergyCosts: DetailedCostType | None = None
    OccupancyCosts: DetailedCostType | None = None
    AdditionalServicesCosts: DetailedCostType | None = None
    OverstayCosts: DetailedCostType | None = None
    TaxCosts: Annotated[tuple[DetailedTaxType, ...], Meta(max_length=10)] = ()


class ChargeLoopReq(Request, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What each request of the charge loop begins with."""

    DisplayParameters: DisplayParametersType | None = None
    MeterInfoRequested: bool


class ChargeLoopRes(Response, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What each answer of the charge loop begins with."""

    EVSEStatus: EVSEStatusType | None = None
    MeterInfo: MeterInfoType | None = None
    Receipt: ReceiptType | None = None


class ScheduledRequest(Element, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Energies that a car with a schedule of its own asks for, in Wh from now."""

    EVTargetEnergyRequest: RationalNumber | None = None
    EVMaximumEnergyRequest: RationalNumber | None = None
    EVMinimumEnergyRequest: RationalNumber | None = None


class DynamicRequest(Element, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Energies in Wh from now to target, to full and to the minimum; *DepartureTime* in s from now."""

    DepartureTime: UnsignedInt | None = None
    EVTargetEnergyRequest: RationalNumber
    EVMaximumEnergyRequest: RationalNumber
    EVMinimumEnergyRequest: RationalNumber


class ScheduledResponse(Element, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The part common to the answers for a car with a schedule: nothing."""


class DynamicResponse(Element, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the site plans: departure in s from now, states of charge in percent, time to confirm in s."""

    DepartureTime: UnsignedInt | None = None
    MinimumSOC: PercentValue | None = None
    TargetSOC: PercentValue | None = None
    AckMaxDelay: UnsignedShort | None = None
