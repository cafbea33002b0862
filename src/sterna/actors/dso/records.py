"""What the DSO keeps, takes in and gives out: its records. One connection, no person."""

from typing import ClassVar

from msgspec import Struct, field

from sterna.domain.ledger import AccountId
from sterna.domain.registers import RegisterReading
from sterna.domain.site_bill import NOTHING_DUE, SiteBill
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.records import Command, Event, Row, Woke


class PriceSpan(Struct, frozen=True, kw_only=True, gc=False):
    """The price of a kWh from the grid between two instants, in micro-euro."""

    start: Instant
    end: Instant
    buy: int


class State(Struct, kw_only=True):
    """The connection's account since the start of the billing month, and what is known of it."""

    connection: str
    zone: str
    building: AccountId
    contracted_kw: Kilowatts | None
    round_s: Seconds
    account_start: Instant
    """First quarter of the open account: the start of the contract or of the month."""
    settled_until: Instant
    """Up to here quarters were billed and passed on to the market."""
    last: RegisterReading
    """Latest reading of the meter's registers; *charged* is what was drawn, *discharged* what was fed in."""
    imported: list[int] = field(default_factory=list)
    exported: list[int] = field(default_factory=list)
    """Energy of each quarter since *account_start* in Wh; the last one may be incomplete."""
    billed: SiteBill = NOTHING_DUE
    """What was billed for the open account so far."""
    rejected: int = 0
    """Readings that could not follow the one before."""
    kw: Kilowatts = Kilowatts(0.0)
    """Latest power of the connection; positive is import."""
    measured_at: Instant = Instant(0.0)
    prices: tuple[PriceSpan, ...] = ()
    building_online: bool = False
    closing: Instant | None = None
    """Operation ends here: bill what is metered up to then, once it has been read."""
    party: bytes = b""
    """The OSCP party's state, stored for the links and not looked at here."""


class Started(Event, frozen=True, kw_only=True, gc=False):
    """The grid management system came up."""


class Measured(Event, frozen=True, kw_only=True, gc=False):
    """The meter reported the connection's power."""

    kw: Kilowatts


class Read(Event, frozen=True, kw_only=True, gc=False):
    """The meter reported its registers, as they stood at *reading.at*."""

    reading: RegisterReading


class Priced(Event, frozen=True, kw_only=True, gc=False):
    """The market told prices."""

    prices: tuple[PriceSpan, ...]


class PeerChanged(Event, frozen=True, kw_only=True, gc=False):
    """The building's OSCP side came (again) or fell silent."""

    online: bool


class PartyKept(Event, frozen=True, kw_only=True, gc=False):
    """The OSCP party's state has changed."""

    party: bytes


class Complained(Event, frozen=True, kw_only=True, gc=False):
    """The building says that it cannot keep a capacity."""

    group: str
    why: str


class Closing(Event, frozen=True, kw_only=True, gc=False):
    """Operation ends: the accounts are to be closed as of now."""


class AskPrices(Command, frozen=True, kw_only=True, gc=False):
    """Ask the market for prices from *start* on."""

    durable: ClassVar[bool] = False

    start: Instant


class Forecast(Command, frozen=True, kw_only=True, gc=False):
    """Tell the building what the connection may carry from *start* on."""

    durable: ClassVar[bool] = False

    start: Instant


class SendMetered(Command, frozen=True, kw_only=True, gc=False):
    """Pass metered quarters on to the market."""

    start: Instant
    imported_wh: tuple[int, ...]
    exported_wh: tuple[int, ...]


class QuarterRow(Row, frozen=True, kw_only=True, gc=False):
    """What a connection drew and fed in during one quarter hour."""

    table: ClassVar[str] = "grid_quarters"
    key: ClassVar[tuple[str, ...]] = ("connection", "start")

    connection: str
    start: Instant
    imported_wh: int
    exported_wh: int


class ComplaintRow(Row, frozen=True, kw_only=True, gc=False):
    """A capacity that the building could not keep, as it said itself."""

    table: ClassVar[str] = "capacity_complaints"
    key: ClassVar[tuple[str, ...]] = ("connection", "at")

    connection: str
    at: Instant
    why: str


TakesIn = Started | Measured | Read | Priced | PeerChanged | PartyKept | Complained | Closing | Woke
