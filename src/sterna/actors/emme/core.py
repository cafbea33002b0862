"""What the EMME watches, pure: energies per operator for the market, and their quarters for suppliers.

It adds up what sessions say of themselves. What it gives out is a sum per operator:
no person, no session, no EVSE.
"""

from collections.abc import Sequence
from math import fsum
from typing import Any, ClassVar, Final

from msgspec import Struct, field

from sterna.kernel.quantities import Instant, Seconds, later
from sterna.kernel.records import Command, Event, Row, WakeAt, Woke

MERGE_S: Final = 1.0
"""Sessions that change together are reported together; nobody trades within a second."""
SESSIONS_MAX: Final = 20_000
"""Sessions kept, open ones and those that were over last; months of a site."""
QUARTER_S: Final = 900.0


class Seen(Struct, frozen=True, kw_only=True, gc=False):
    """The newest word on a session."""

    operator: str
    charged_wh: int
    discharged_wh: int
    active: bool
    soc: float | None = None


class Volume(Struct, kw_only=True):
    """What one operator's chargers moved since the last report."""

    since: Instant
    charged_wh: int = 0
    discharged_wh: int = 0
    waiting: bool = False
    """Whether a report is asked for, at its time."""
    reporting: bool = False
    """Whether one is on its way: one at a time, however long the market is away."""
    more: bool = False
    """Whether something came while one was on its way."""
    last: Instant | None = None
    """When the market was last told."""


class State(Struct, kw_only=True):
    """Sessions, operators, records that were passed on, and the settings that decide."""

    report_every: Seconds
    battery_kwh: float
    floor: float
    allocates: bool
    sessions: dict[str, Seen] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    records: dict[str, bool] = field(default_factory=dict)
    """Records that were counted."""
    quarters: dict[str, list[int]] = field(default_factory=dict)
    """``operator/quarter`` -> Wh charged and discharged."""


class Changed(Event, frozen=True, kw_only=True, gc=False):
    """A session told how it stands; energies in Wh since its start."""

    session: str
    seen: Seen


class Energies(Struct, frozen=True, kw_only=True, gc=False):
    """The energy of one charging period, in Wh."""

    start: Instant
    charged_wh: int
    discharged_wh: int


class Passed(Event, frozen=True, kw_only=True, gc=False):
    """A charge record went through and was accepted."""

    record: str
    operator: str
    periods: tuple[Energies, ...]


class Delivered(Event, frozen=True, kw_only=True, gc=False):
    """The market has taken a report."""

    operator: str


class Report(Command, frozen=True, kw_only=True, gc=False):
    """Tell the market what an operator's chargers moved from *start* to *end*, and what they could."""

    operator: str
    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int
    up_kwh: float
    down_kwh: float


class VolumeRow(Row, frozen=True, kw_only=True, gc=False):
    """A report to the market."""

    table: ClassVar[str] = "operator_volumes"
    key: ClassVar[tuple[str, ...]] = ("operator", "start")

    operator: str
    start: Instant
    end: Instant
    charged_wh: int
    discharged_wh: int


class AllocationRow(Row, frozen=True, kw_only=True, gc=False):
    """The energy of one operator's charge records in one quarter of an hour."""

    table: ClassVar[str] = "allocations"
    key: ClassVar[tuple[str, ...]] = ("operator", "quarter")

    operator: str
    quarter: Instant
    charged_wh: int
    discharged_wh: int


TakesIn = Changed | Passed | Delivered | Woke


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Changed():
            return state, changed(state, event)
        case Passed():
            return state, passed(state, event)
        case Delivered():
            return state, delivered(state, event)
        case Woke():
            return state, reported(state, event.key, event.at)


def changed(state: State, event: Changed) -> Sequence[Command]:
    """Add what a session moved since its last word, and have it reported."""
    seen = event.seen
    before = state.sessions.pop(event.session, None)
    state.sessions[event.session] = seen
    forget_the_oldest(state)
    volume = state.volumes.get(seen.operator)
    if volume is None:
        volume = state.volumes[seen.operator] = Volume(since=event.at)
    # Registers never fall: a lower word is a late one, and counts as nothing new.
    volume.charged_wh += max(0, seen.charged_wh - (before.charged_wh if before else 0))
    volume.discharged_wh += max(0, seen.discharged_wh - (before.discharged_wh if before else 0))
    return ask_report(state, seen.operator, volume, event.at)


def ask_report(state: State, operator: str, volume: Volume, at: Instant) -> Sequence[Command]:
    """Have a report made when it is time, unless one is asked for or on its way."""
    if volume.waiting or volume.reporting:
        volume.more = True
        return ()
    volume.waiting, volume.more = True, False
    due = later(at, MERGE_S)
    if volume.last is not None:
        due = max(due, later(volume.last, state.report_every))
    return (WakeAt(due=due, key=operator),)


def forget_the_oldest(state: State) -> None:
    """Bound what is kept of sessions, records and quarters."""
    kinds: tuple[dict[str, Any], ...] = (state.sessions, state.records, state.quarters)
    for kept in kinds:
        while len(kept) > SESSIONS_MAX:
            del kept[next(iter(kept))]


def reported(state: State, operator: str, at: Instant) -> Sequence[Command]:
    """Report what came since the last time, and begin anew."""
    volume = state.volumes[operator]
    up, down = flexibility(state, operator)
    due = Report(
        operator=operator, start=volume.since, end=at, charged_wh=volume.charged_wh,
        discharged_wh=volume.discharged_wh, up_kwh=up, down_kwh=down,
    )  # fmt: skip
    row = VolumeRow(
        operator=operator, start=volume.since, end=at, charged_wh=volume.charged_wh,
        discharged_wh=volume.discharged_wh,
    )  # fmt: skip
    state.volumes[operator] = Volume(since=at, reporting=True, last=at)
    return (row, due)


def flexibility(state: State, operator: str) -> tuple[float, float]:
    """Return the kWh that the operator's cars could still give and take, as far as their level is known."""
    levels = [
        seen.soc
        for seen in state.sessions.values()
        if seen.operator == operator and seen.active and seen.soc is not None
    ]
    up = fsum(max(0.0, level - state.floor) for level in levels) * state.battery_kwh
    down = fsum(1.0 - level for level in levels) * state.battery_kwh
    return round(up, 3), round(down, 3)


def delivered(state: State, event: Delivered) -> Sequence[Command]:
    """Let the next report come when it is time, if there is something to report."""
    volume = state.volumes[event.operator]
    volume.reporting = False
    return ask_report(state, event.operator, volume, event.at) if volume.more else ()


def passed(state: State, event: Passed) -> Sequence[Command]:
    """Count an accepted record once; under the legacy rules its energy is allocated to quarters."""
    if event.record in state.records:
        return ()
    state.records[event.record] = True
    if not state.allocates:
        return ()
    return tuple(allocated(state, event.operator, period) for period in event.periods)


def allocated(state: State, operator: str, period: Energies) -> AllocationRow:
    """Add the energy of *period* to its quarter."""
    quarter = Instant(period.start // QUARTER_S * QUARTER_S)
    sums = state.quarters.setdefault(f"{operator}/{quarter:.0f}", [0, 0])
    sums[0] += period.charged_wh
    sums[1] += period.discharged_wh
    return AllocationRow(
        operator=operator, quarter=quarter, charged_wh=sums[0], discharged_wh=sums[1]
    )
