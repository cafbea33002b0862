"""What the EMSP keeps, takes in and gives out: its records. Personal."""

from typing import ClassVar

from msgspec import Struct, field

from sterna.domain.settlement import Bill, Parties, Terms
from sterna.domain.tariff import EnergyPrices
from sterna.domain.wear import Receipt
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.kernel.records import Command, Event, Row, Woke


class Agreement(Struct, frozen=True, kw_only=True, gc=False):
    """Who charges where, and what was agreed before; it does not change with settings. Personal."""

    evse: str
    driver: str
    plugged_at: Instant
    charge_kw_max: Kilowatts
    terms: Terms
    parties: Parties
    round_trip: Share
    tolerance_wh: int


class Interval(Struct, frozen=True, kw_only=True, gc=False):
    """Metered energy from *start* to *end*, within one quarter of an hour."""

    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int
    soc: Share | None = None
    """State of charge at *end*, where the car told it."""


class Measures(Struct, frozen=True, kw_only=True, gc=False):
    """What a session did, as the site measured it."""

    start: Instant
    end: Instant
    departure: Instant
    """As announced."""
    charged_wh: int
    discharged_wh: int
    intervals: tuple[Interval, ...]
    v2x: bool
    """Whether the consent to discharging stood at any time."""
    soc_start: Share | None = None
    capacity_kwh: KilowattHours | None = None


class Record(Struct, frozen=True, kw_only=True, gc=False):
    """What a charge record says."""

    cdr: str
    charged_wh: int
    discharged_wh: int
    cost: MicroEuro
    """What the operator asks, before taxes."""
    digest: str
    """Of the document, to tell a repetition from a change."""


class Case(Struct, kw_only=True):
    """One session on its way to its bill. Personal."""

    agreement: Agreement
    measures: Measures | None = None
    prices: EnergyPrices | None = None
    statistics_digest: str = ""
    record: Record | None = None
    settled: bool = False


class State(Struct, kw_only=True):
    """The cases by session, and every record that was seen."""

    cases: dict[str, Case] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    """Record -> digest of its document."""
    refused: dict[str, str] = field(default_factory=dict)
    """Record -> why it is disputed."""


class Agreed(Event, frozen=True, kw_only=True, gc=False):
    """The web app told who charges."""

    session: str
    agreement: Agreement


class Closed(Event, frozen=True, kw_only=True, gc=False):
    """The web app handed on the statistics; *prices* cover the stay."""

    key: str
    session: str
    measures: Measures
    prices: EnergyPrices
    digest: str


class Claimed(Event, frozen=True, kw_only=True, gc=False):
    """A charge record came; *objections* is what OCPI's checks have against it."""

    key: str
    session: str
    record: Record
    credits_record: str = ""
    """The record that this one takes back, if it is a credit."""
    objections: tuple[str, ...] = ()


class Answer(Command, frozen=True, kw_only=True, gc=False):
    """Answer the sender: taken, or refused with the reason."""

    durable: ClassVar[bool] = False

    key: str
    refusal: str = ""


class SendBill(Command, frozen=True, kw_only=True, gc=False):
    """Send the bill to the web app."""

    cdr: str
    bill: Bill
    terms: Terms
    receipt: Receipt | None = None
    """How the wear was reckoned, where a model did it."""


class BillRow(Row, frozen=True, kw_only=True, gc=False):
    """A session's bill in sums; amounts in micro-euro. ``energy_cost - reward = total``."""

    table: ClassVar[str] = "bills"
    key: ClassVar[tuple[str, ...]] = ("session",)

    session: str
    evse: str
    cdr: str
    at: Instant
    charged_wh: int
    discharged_wh: int
    energy_cost: int
    """Energy, fees and tax."""
    reward: int
    """The driver's part of the reward, wear pay and guarantee."""
    wear: int
    """What the extra cycling cost the battery."""
    guarantee: int
    """The part of *reward* that keeps the promise that V2B never costs more."""
    charge_only: int
    """What charging alone would have cost."""
    total: int
    """What the driver pays; negative when the driver receives."""


class WearRow(Row, frozen=True, kw_only=True, gc=False):
    """What V2X cost a session's battery by its model, and the receipt to reckon it again. Personal."""

    table: ClassVar[str] = "wear_receipts"
    key: ClassVar[tuple[str, ...]] = ("session",)

    session: str
    at: Instant
    model: str
    version: str
    fade_with_v2x: float
    """Shares of the capacity lost in the stay."""
    fade_alone: float
    cost: int
    """Micro-euro; negative: what V2X saved."""
    receipt: str
    """JSON."""


class DisputeRow(Row, frozen=True, kw_only=True, gc=False):
    """Something that a person has to look at: a record or statistics that were not taken, and why."""

    table: ClassVar[str] = "disputes"
    key: ClassVar[tuple[str, ...]] = ("subject", "reason")

    subject: str
    """The charge record, or the session."""
    reason: str
    session: str
    at: Instant


TakesIn = Agreed | Closed | Claimed | Woke
