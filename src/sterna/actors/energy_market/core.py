"""The energy market, pure: when prices become known, which meter data is billed, once each."""

from collections.abc import Sequence
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from sterna.domain.ledger import AccountId, Party, account
from sterna.domain.ledger_rows import rows
from sterna.domain.local_day import clock_time, midnight
from sterna.domain.site_bill import energy_bill, site_transaction
from sterna.domain.tariff import EnergyPrices
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command, Event, Row, WakeAt, Woke

PUBLISH: Final = "publish"
SETTLED_MAX: Final = 5000
"""Spans of meter data that are remembered to recognise repetitions: years of days."""


class State(Struct, kw_only=True):
    """How far prices are known, and which meter data was billed."""

    zone: str
    publish_hour: int
    building: AccountId
    known_until: Instant = Instant(0.0)
    """End of the last day whose prices were published."""
    settled: dict[str, "Metered"] = field(default_factory=dict)
    """By connection and start."""


class Started(Event, frozen=True, kw_only=True, gc=False):
    """The market came up: whoever enrols now finds no prices yet."""


class VolumeReported(Event, frozen=True, kw_only=True, gc=False):
    """An operator's chargers moved this much, and could still move that much; an aggregate."""

    operator: str
    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int
    up_kwh: float
    down_kwh: float


class Metered(Event, frozen=True, kw_only=True, gc=False):
    """The DSO metered a connection, per quarter hour from *start*."""

    connection: str
    start: Instant
    imported_wh: tuple[int, ...]
    exported_wh: tuple[int, ...]

    @property
    def name(self) -> str:
        """What recognises a repetition."""
        return f"{self.connection}:{self.start:.0f}"


class Publish(Command, frozen=True, kw_only=True, gc=False):
    """Tell the subscribers the prices of the day from *start* until *end*."""

    durable: ClassVar[bool] = False

    start: Instant
    end: Instant


class Taken(Command, frozen=True, kw_only=True, gc=False):
    """Answer the meter data *name*: it is billed, or refused for a reason. The DSO repeats what got no answer."""

    durable: ClassVar[bool] = False

    name: str
    refusal: str = ""


class VolumeRow(Row, frozen=True, kw_only=True, gc=False):
    """What an operator reported last for an interval."""

    table: ClassVar[str] = "market_volumes"
    key: ClassVar[tuple[str, ...]] = ("operator", "start")

    operator: str
    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int
    up_kwh: float
    down_kwh: float


TakesIn = Started | VolumeReported | Metered | Woke


def decide(prices: EnergyPrices, state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; *prices* are what bills count with."""
    match event:
        case Started():
            return state, started(state, event.at)
        case Woke():
            return state, (*published(state, event.at, days=1), next_round(state, event.at))
        case VolumeReported():
            return state, (volume_row(event),)
        case Metered():
            return state, metered(prices, state, event)


def started(state: State, now: Instant) -> Sequence[Command]:
    """Publish what is known at *now*: today, and tomorrow once its hour has come."""
    tomorrow_known = now >= clock_time(now, ZoneInfo(state.zone), hour=state.publish_hour)
    days = (0, 1) if tomorrow_known else (0,)
    told = [command for day in days for command in published(state, now, days=day)]
    return (*told, next_round(state, now))


def published(state: State, now: Instant, *, days: int) -> tuple[Command, ...]:
    """Publish the day that is *days* after today."""
    zone = ZoneInfo(state.zone)
    start, end = midnight(now, zone, days), midnight(now, zone, days + 1)
    state.known_until = max(state.known_until, end)
    return (Publish(start=start, end=end),)


def next_round(state: State, now: Instant) -> WakeAt:
    """Wake when the next day's prices become known."""
    zone = ZoneInfo(state.zone)
    today = clock_time(now, zone, hour=state.publish_hour)
    tomorrow = clock_time(now, zone, hour=state.publish_hour, days=1)
    return WakeAt(due=today if today > now else tomorrow, key=PUBLISH)


def volume_row(event: VolumeReported) -> VolumeRow:
    """Return the report as a row; a later one for the same interval replaces it."""
    return VolumeRow(
        operator=event.operator, start=event.start, end=event.end, charged_wh=event.charged_wh,
        discharged_wh=event.discharged_wh, up_kwh=event.up_kwh, down_kwh=event.down_kwh,
    )  # fmt: skip


def metered(prices: EnergyPrices, state: State, event: Metered) -> Sequence[Command]:
    """Bill the energy of a span once; the same again is answered alike, another one refused."""
    known = state.settled.get(event.name)
    if known is not None:
        same = (known.imported_wh, known.exported_wh) == (event.imported_wh, event.exported_wh)
        refusal = "" if same else "this span was billed with other energies"
        return (Taken(name=event.name, refusal=refusal),)
    try:
        bill = energy_bill(
            start=event.start, imported_wh=event.imported_wh, exported_wh=event.exported_wh, prices=prices
        )  # fmt: skip
    except IndexError as unknown:
        return (Taken(name=event.name, refusal=str(unknown)),)
    if len(state.settled) >= SETTLED_MAX:
        del state.settled[next(iter(state.settled))]
    state.settled[event.name] = event
    paid = site_transaction(
        bill, f"energy:{event.name}", event.at, building=state.building,
        market=account(Party.MARKET), dso=account(Party.DSO),
    )  # fmt: skip
    return (Taken(name=event.name), *rows(paid))
