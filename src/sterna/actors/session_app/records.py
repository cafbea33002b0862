"""What the session web app keeps, takes in and gives out: its records. Personal."""

from typing import ClassVar, Literal

from msgspec import Struct, field

from sterna.domain.consent import Consents
from sterna.domain.session import Wish
from sterna.domain.wear import Chemistry, Receipt
from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant, Share
from sterna.kernel.records import Command, Event, Row, Woke

Stage = Literal["opened", "starting", "running", "stopping", "ended", "unplugged", "refused"]


class Visit(Struct, kw_only=True):
    """One driver at one EVSE. Personal."""

    session: str
    evse: str
    opened_at: Instant
    reservation: str | None = None
    driver: str = ""
    stage: Stage = "opened"
    consents: Consents = field(default_factory=Consents)
    wish: Wish | None = None
    refusal: str = ""
    charged_wh: int = 0
    discharged_wh: int = 0
    soc_start: float | None = None
    soc_end: float | None = None
    closing: bytes | None = None
    """The statistics as they came, handed on to the EMSP unchanged."""
    bill: tuple["BillLine", ...] | None = None
    bill_total: MicroEuro = MicroEuro(0)
    wear: Receipt | None = None
    """How the wear on the bill was reckoned, where a model did it."""


class BillLine(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the bill as the page shows it; positive is paid by the driver."""

    label: str
    quantity: float
    unit: str
    amount: MicroEuro


class Reserved(Struct, frozen=True, kw_only=True, gc=False):
    """A booking that the parking management announced. Personal."""

    reservation: str
    evse: str
    driver: str
    arrival: Instant
    departure: Instant


class State(Struct, kw_only=True):
    """Bookings to come and visits, by session and by EVSE."""

    reserved: dict[str, Reserved] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    at_evse: dict[str, str] = field(default_factory=dict)
    """EVSE -> the session that is open there."""


class Announced(Event, frozen=True, kw_only=True, gc=False):
    """The parking management has confirmed a booking, or moved it to another slot."""

    reserved: Reserved


class Opened(Event, frozen=True, kw_only=True, gc=False):
    """Somebody opened the page of *evse*; *session* is a fresh id."""

    key: str
    session: str
    evse: str
    reservation: str | None


class Agreed(Event, frozen=True, kw_only=True, gc=False):
    """The driver answered the two questions: terms, and separately V2B."""

    key: str
    session: str
    driver: str
    terms: bool
    v2b: bool


class Preferred(Event, frozen=True, kw_only=True, gc=False):
    """The driver said when to leave and with how much, and below what never to go."""

    key: str
    session: str
    departure: Instant
    target: Share
    floor: Share
    cells: Chemistry | None = None


class StartPressed(Event, frozen=True, kw_only=True, gc=False):
    """The driver confirmed everything."""

    key: str
    session: str


class StopPressed(Event, frozen=True, kw_only=True, gc=False):
    """The driver ends the session."""

    key: str
    session: str


class V2bStopped(Event, frozen=True, kw_only=True, gc=False):
    """The driver withdraws the consent to V2B; charging goes on."""

    key: str
    session: str


class Taken(Event, frozen=True, kw_only=True, gc=False):
    """The CS EMS took the session, or said why not."""

    session: str
    refusal: str = ""


class Measured(Event, frozen=True, kw_only=True, gc=False):
    """The CS EMS sent the statistics of a session that has ended."""

    session: str
    charged_wh: int
    discharged_wh: int
    soc_start: float | None
    soc_end: float | None
    body: bytes
    """The whole statistics."""


class PlugOut(Event, frozen=True, kw_only=True, gc=False):
    """The CS EMS saw the car unplugged."""

    session: str


class Billed(Event, frozen=True, kw_only=True, gc=False):
    """The EMSP sent the bill."""

    session: str
    lines: tuple[BillLine, ...]
    total: MicroEuro
    wear: Receipt | None = None


class Show(Command, frozen=True, kw_only=True, gc=False):
    """Answer the form *key* with the page of *session*, and with the *problem* if there is one."""

    durable: ClassVar[bool] = False

    key: str
    session: str
    problem: str = ""


class AskStart(Command, frozen=True, kw_only=True, gc=False):
    """Ask the CS EMS to start, or tell it a changed wish."""

    session: str
    evse: str
    reservation: str | None
    wish: Wish
    changed: bool = False


class AskStop(Command, frozen=True, kw_only=True, gc=False):
    """Ask the CS EMS to stop, in the driver's name."""

    session: str


class TellContract(Command, frozen=True, kw_only=True, gc=False):
    """Tell the EMSP who charges."""

    session: str
    evse: str
    driver: str
    opened_at: Instant
    reservation: str | None
    wish: Wish


class TellClosing(Command, frozen=True, kw_only=True, gc=False):
    """Hand the statistics on to the EMSP for the bill."""

    session: str
    departure: Instant
    v2x: bool
    statistics: bytes


class ReportReady(Command, frozen=True, kw_only=True, gc=False):
    """Somebody may wait for the report or the bill of *session*."""

    durable: ClassVar[bool] = False

    session: str
    what: Literal["report", "bill"]


class FreeSlot(Command, frozen=True, kw_only=True, gc=False):
    """Tell the parking management that the slot is free of its car's plug."""

    session: str
    evse: str
    reservation: str | None


class ConsentRow(Row, frozen=True, kw_only=True, gc=False):
    """A consent record, append-only. Personal."""

    table: ClassVar[str] = "consents"
    key: ClassVar[tuple[str, ...]] = ("session", "number")

    session: str
    number: int
    driver: str
    purpose: str
    decision: str
    notice_version: str
    at: Instant


TakesIn = (
    Announced | Opened | Agreed | Preferred | StartPressed | StopPressed | V2bStopped
    | Taken | Measured | PlugOut | Billed | Woke
)  # fmt: skip
