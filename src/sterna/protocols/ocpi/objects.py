"""OCPI 2.3.0 objects: sessions, charge detail records, tariffs, tokens, locations.

Numbers are exact decimals, never floats. Identifiers are case-insensitive: compare
them with :func:`same`. Unknown members are ignored, so that a newer peer is understood.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sterna.kernel.timestamps import instant

Country = Annotated[str, Meta(min_length=2, max_length=2)]
PartyId = Annotated[str, Meta(min_length=1, max_length=3)]
Id36 = Annotated[str, Meta(min_length=1, max_length=36)]
Id39 = Annotated[str, Meta(min_length=1, max_length=39)]
Currency = Annotated[str, Meta(min_length=3, max_length=3)]
TokenType = Literal["AD_HOC_USER", "APP_USER", "EMAID", "OTHER", "RFID"]
AuthMethod = Literal["AUTH_REQUEST", "COMMAND", "WHITELIST"]
Dimension = Literal[
    "CURRENT",
    "ENERGY",
    "ENERGY_EXPORT",
    "ENERGY_IMPORT",
    "MAX_CURRENT",
    "MIN_CURRENT",
    "MAX_POWER",
    "MIN_POWER",
    "PARKING_TIME",
    "POWER",
    "RESERVATION_TIME",
    "STATE_OF_CHARGE",
    "TIME",
]


def same(one: str, other: str) -> bool:
    """Return whether two identifiers are the same, whatever their case."""
    return one.lower() == other.lower()


class Ocpi(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What all objects share: an optional member that is absent is left out."""


class TaxAmount(Ocpi, frozen=True, kw_only=True, gc=False):
    """One tax: its name and its amount."""

    name: str
    amount: Decimal
    percentage: Decimal | None = None


class Price(Ocpi, frozen=True, kw_only=True, gc=False):
    """An amount of money, before taxes, and the taxes on it."""

    before_taxes: Decimal
    taxes: tuple[TaxAmount, ...] = ()

    @property
    def total(self) -> Decimal:
        """The amount with its taxes."""
        return self.before_taxes + sum((tax.amount for tax in self.taxes), Decimal(0))


class CdrToken(Ocpi, frozen=True, kw_only=True, gc=False):
    """Who charged, in the EMSP's words: a contract, not a person."""

    country_code: Country
    party_id: PartyId
    uid: Id36
    type: TokenType
    contract_id: Id36


class CdrDimension(Ocpi, frozen=True, kw_only=True, gc=False):
    """A measured quantity of one period: kWh, A, kW or hours, as its type says."""

    type: Dimension
    volume: Decimal


class ChargingPeriod(Ocpi, frozen=True, kw_only=True, gc=False):
    """What was measured from *start_date_time* to the start of the next period."""

    start_date_time: str
    dimensions: Annotated[tuple[CdrDimension, ...], Meta(min_length=1)]
    tariff_id: Id36 | None = None

    def __post_init__(self) -> None:
        """Refuse a start that cannot be read."""
        instant(self.start_date_time)

    def volume(self, dimension: Dimension) -> Decimal | None:
        """Return the volume of *dimension*, or None where it was not measured."""
        for each in self.dimensions:
            if each.type == dimension:
                return each.volume
        return None


class Session(Ocpi, frozen=True, kw_only=True, gc=False):
    """A charging session as it runs (CPO -> EMSP)."""

    country_code: Country
    party_id: PartyId
    id: Id36
    start_date_time: str
    kwh: Decimal
    """Net energy so far; negative when more went back than came in."""
    cdr_token: CdrToken
    auth_method: AuthMethod
    location_id: Id36
    evse_uid: Id36
    connector_id: Id36
    currency: Currency
    status: Literal["ACTIVE", "COMPLETED", "INVALID", "PENDING", "RESERVATION"]
    last_updated: str
    end_date_time: str | None = None
    authorization_reference: Id36 | None = None
    meter_id: str | None = None
    charging_periods: tuple[ChargingPeriod, ...] = ()
    total_cost: Price | None = None


class GeoLocation(Ocpi, frozen=True, kw_only=True, gc=False):
    """A place as decimal degrees, written as text."""

    latitude: str
    longitude: str


class CdrLocation(Ocpi, frozen=True, kw_only=True, gc=False):
    """Where a session took place, as it was at that time."""

    id: Id36
    address: str
    city: str
    country: Annotated[str, Meta(min_length=3, max_length=3)]
    coordinates: GeoLocation
    evse_uid: Id36
    evse_id: str
    connector_id: Id36
    connector_standard: str
    connector_format: Literal["SOCKET", "CABLE"]
    connector_power_type: str
    name: str | None = None
    postal_code: str | None = None


class SignedValue(Ocpi, frozen=True, kw_only=True, gc=False):
    """One signed meter reading."""

    nature: str
    plain_data: str
    signed_data: str


class SignedData(Ocpi, frozen=True, kw_only=True, gc=False):
    """Signed meter readings and how to check them."""

    encoding_method: str
    signed_values: Annotated[tuple[SignedValue, ...], Meta(min_length=1)]
    encoding_method_version: int | None = None
    public_key: str | None = None
    url: str | None = None


class PriceComponent(Ocpi, frozen=True, kw_only=True, gc=False):
    """A price per unit of one dimension: kWh or hour; ENERGY has no export price in OCPI."""

    type: Literal["ENERGY", "FLAT", "PARKING_TIME", "TIME"]
    price: Decimal
    step_size: int
    """Billed in steps of so many Wh or seconds."""
    vat: Decimal | None = None


class TariffElement(Ocpi, frozen=True, kw_only=True, gc=False):
    """Price components and when they apply."""

    price_components: Annotated[tuple[PriceComponent, ...], Meta(min_length=1)]
    restrictions: dict[str, object] | None = None


class Tariff(Ocpi, frozen=True, kw_only=True, gc=False):
    """What charging costs (CPO -> EMSP)."""

    country_code: Country
    party_id: PartyId
    id: Id36
    currency: Currency
    elements: Annotated[tuple[TariffElement, ...], Meta(min_length=1)]
    tax_included: Literal["YES", "NO", "N/A"]
    last_updated: str
    type: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None


class Cdr(Ocpi, frozen=True, kw_only=True, gc=False):
    """A charge detail record: final and unchangeable; corrected by a credit CDR and a new one."""

    country_code: Country
    party_id: PartyId
    id: Id39
    start_date_time: str
    end_date_time: str
    cdr_token: CdrToken
    auth_method: AuthMethod
    cdr_location: CdrLocation
    currency: Currency
    charging_periods: Annotated[tuple[ChargingPeriod, ...], Meta(min_length=1)]
    total_cost: Price
    total_energy: Decimal
    """Net energy in kWh: what was imported less what was exported."""
    total_time: Decimal
    """In hours."""
    last_updated: str
    session_id: Id36 | None = None
    authorization_reference: Id36 | None = None
    meter_id: str | None = None
    tariffs: tuple[Tariff, ...] = ()
    signed_data: SignedData | None = None
    total_fixed_cost: Price | None = None
    total_energy_cost: Price | None = None
    total_time_cost: Price | None = None
    total_parking_time: Decimal | None = None
    total_parking_cost: Price | None = None
    remark: str | None = None
    invoice_reference_id: Id39 | None = None
    credit: bool = False
    credit_reference_id: Id39 | None = None

    def __post_init__(self) -> None:
        """Refuse times that cannot be read or a record that ends before it starts."""
        if instant(self.end_date_time) < instant(self.start_date_time):
            raise ValueError(f"the record ends at {self.end_date_time}, before its start")

    def summed(self, dimension: Dimension) -> Decimal:
        """Return the sum of *dimension* over all periods, 0 where it was not measured."""
        return sum(
            (period.volume(dimension) or Decimal(0) for period in self.charging_periods),
            Decimal(0),
        )


class Token(Ocpi, frozen=True, kw_only=True, gc=False):
    """A means of identification (EMSP -> CPO)."""

    country_code: Country
    party_id: PartyId
    uid: Id36
    type: TokenType
    contract_id: Id36
    issuer: str
    valid: bool
    whitelist: Literal["ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER"]
    last_updated: str


class Connector(Ocpi, frozen=True, kw_only=True, gc=False):
    """A socket or a cable of an EVSE."""

    id: Id36
    standard: str
    format: Literal["SOCKET", "CABLE"]
    power_type: str
    max_voltage: int
    max_amperage: int
    last_updated: str
    max_electric_power: int | None = None
    tariff_ids: tuple[Id36, ...] = ()


class Evse(Ocpi, frozen=True, kw_only=True, gc=False):
    """A part of a station that serves one car at a time."""

    uid: Id36
    status: str
    connectors: Annotated[tuple[Connector, ...], Meta(min_length=1)]
    last_updated: str
    evse_id: str | None = None
    capabilities: tuple[str, ...] = ()


class Location(Ocpi, frozen=True, kw_only=True, gc=False):
    """A place with EVSEs (CPO -> EMSP)."""

    country_code: Country
    party_id: PartyId
    id: Id36
    publish: bool
    address: str
    city: str
    country: Annotated[str, Meta(min_length=3, max_length=3)]
    coordinates: GeoLocation
    time_zone: str
    last_updated: str
    name: str | None = None
    postal_code: str | None = None
    evses: tuple[Evse, ...] = ()


def period(
    start_date_time: str, imported_wh: int, exported_wh: int, *, tariff_id: str | None = None
) -> ChargingPeriod:
    """Return a period with the energy of both directions and their difference, from whole Wh."""
    volumes: dict[Dimension, int] = {
        "ENERGY_IMPORT": imported_wh,
        "ENERGY_EXPORT": exported_wh,
        "ENERGY": imported_wh - exported_wh,
    }
    return ChargingPeriod(
        start_date_time=start_date_time,
        tariff_id=tariff_id,
        dimensions=tuple(
            CdrDimension(type=kind, volume=Decimal(wh) / 1000) for kind, wh in volumes.items()
        ),
    )
