"""What goes wrong in a run: faults of the scenario, drawn from the seed, as a plan of actions.

The plan is plain data; :func:`apply` carries one action out on whatever can fail, which is the
in-memory network and the supervisor of actors in a simulation.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Protocol

from sterna.kernel.quantities import Instant, Seconds, hours, minutes
from sterna.runtime.ports import Chance
from sterna.world.bounds import AT_LEAST_ZERO, Bounds

FaultKind = Literal[
    "csms-unreachable",
    "cs-ems-unreachable",
    "link-cut",
    "partition",
    "bems-silent",
    "cs-ems-silent",
    "csms-silent",
    "station-crash",
    "actor-crash",
    "early-unplug",
    "pilot-lost",
    "lock-stuck",
    "contactor-welded",
    "duplicate-messages",
    "late-messages",
]
HARDWARE: Final = ("pilot-lost", "lock-stuck", "contactor-welded")
"""Kinds that break something at one EVSE: the pilot's wire at once, the others when they are moved next."""
ALONE: Final = {
    "csms-unreachable": "CSMS",
    "csms-silent": "CSMS",
    "cs-ems-unreachable": "CS_EMS",
    "cs-ems-silent": "CS_EMS",
    "bems-silent": "BEMS",
}
"""Kind -> the component that nothing reaches and that says nothing. Others cannot tell a process
that hangs from a line that is cut; ``actor-crash`` is a process that comes back from its store."""
TIMES_MAX: Final = 1000
"""Repetitions of one fault: more is not weather but a different scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """One fault of the scenario: what, when, how long, and whom it hits."""

    kind: FaultKind
    """What goes wrong."""
    at_hour: Annotated[float, AT_LEAST_ZERO] | None = None
    """Hours after the start of the run; default: drawn from the seed."""
    minutes: Annotated[float, Bounds(above=0)] = 15.0
    """How long it lasts (a crash: until the restart)."""
    times: Annotated[int, Bounds(least=1, most=TIMES_MAX)] = 1
    """How often it happens, each time drawn anew; more than once needs no at_hour."""
    between: tuple[str, ...] = ()
    """Components: the two ends of a link, e.g. ["CSMS", "CS_C"]; or one side of a partition."""
    target: str | None = None
    """The station, actor or car that is hit; default: drawn from the seed."""
    messages: Annotated[int, Bounds(least=1, most=TIMES_MAX)] = 10
    """How often within the minutes the next message of each link is doubled or late."""
    delay_s: Annotated[float, AT_LEAST_ZERO] = 5.0
    """By how much late messages are late; what comes behind them waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Nothing gets through between two ends, in either direction."""

    at: Instant
    between: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heal:
    """Two ends can reach each other again."""

    at: Instant
    between: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """An actor loses its memory and stands still; its store stays."""

    at: Instant
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """An actor comes back from its store."""

    at: Instant
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The next message on each link between two ends comes twice."""

    at: Instant
    between: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """The next message on each link between two ends comes late."""

    at: Instant
    between: tuple[str, str]
    delay_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PullPlug:
    """Somebody pulls a car's plug without having stopped the session."""

    at: Instant
    car: str | None
    """None: any car that is plugged in then, drawn with *draw*."""
    draw: float
    """0..1: which one of the plugged cars, in order of their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Something breaks at the EVSE where a car is plugged."""

    at: Instant
    what: str
    """One of HARDWARE."""
    car: str | None
    """As in :class:`PullPlug`, as *draw*."""
    draw: float


Action = Cut | Heal | Crash | Restart | Repeat | Delay | PullPlug | Break


class Links(Protocol):
    """The network's side: names are components (``CS_C``: all of them, ``*``: everybody)."""

    def partition(self, one: str, other: str) -> None:
        """Let nothing pass between two ends."""

    def heal(self, one: str, other: str) -> None:
        """Undo :meth:`partition`."""

    def repeat_next(self, one: str, other: str) -> None:
        """Deliver the next message of each link between the two twice."""

    def late_next(self, one: str, other: str, added_s: float) -> None:
        """Hold the next message of each link between the two for *added_s*."""


class Site(Protocol):
    """The side of actors and cars."""

    def crash(self, actor: str) -> None:
        """Stop *actor* (a room, or a station by its id) at once; what it had not stored is lost."""

    def restart(self, actor: str) -> None:
        """Start *actor* from its store."""

    def pull_plug(self, car: str | None, draw: float) -> None:
        """Pull the plug of *car*, or of the plugged car that *draw* (0..1) picks."""

    def break_hardware(self, what: str, car: str | None, draw: float) -> None:
        """Break *what* (one of HARDWARE) where *car* is plugged, or the car that *draw* (0..1) picks."""


def apply(action: Action, links: Links, site: Site) -> None:
    """Carry *action* out."""
    match action:
        case Cut(between=(one, other)):
            links.partition(one, other)
        case Heal(between=(one, other)):
            links.heal(one, other)
        case Repeat(between=(one, other)):
            links.repeat_next(one, other)
        case Delay(between=(one, other)):
            links.late_next(one, other, action.delay_s)
        case Crash(actor=actor):
            site.crash(actor)
        case Restart(actor=actor):
            site.restart(actor)
        case PullPlug():
            site.pull_plug(action.car, action.draw)
        case Break():
            site.break_hardware(action.what, action.car, action.draw)


def planned(
    faults: tuple[FaultSettings, ...],
    stations: tuple[str, ...],
    start: Instant,
    end: Instant,
    chance: Chance,
) -> tuple[Action, ...]:
    """Return all actions of *faults* in a run from *start* to *end*, by time."""
    actions: list[Action] = []
    for number, fault in enumerate(faults):
        for turn in range(fault.times):
            own = chance.stream(f"fault-{number}-{turn}")
            drawn = own.uniform(float(start), float(end))
            at = drawn if fault.at_hour is None else start + hours(fault.at_hour)
            actions += _actions(fault, stations, Instant(float(round(at))), own)
    return tuple(_overlaid(sorted(actions, key=lambda action: action.at)))


def _overlaid(actions: list[Action]) -> Iterator[Action]:
    """Yield *actions* so that faults that overlap on one link or actor begin and end once."""
    depth: Counter[tuple[str, ...]] = Counter()
    for action in actions:
        match action:
            case Cut(between=where) | Heal(between=where):
                key: tuple[str, ...] = where
            case Crash(actor=actor) | Restart(actor=actor):
                key = (actor,)
            case _:
                yield action
                continue
        begins = isinstance(action, Cut | Crash)
        depth[key] += 1 if begins else -1
        if depth[key] == (1 if begins else 0):
            yield action


def _actions(
    fault: FaultSettings, stations: tuple[str, ...], at: Instant, chance: Chance
) -> list[Action]:
    """Return what *fault* does when it strikes at *at*."""
    until = Instant(at + minutes(fault.minutes))
    pairs = _links(fault)
    if pairs:
        return [action for pair in pairs for action in _cut(pair, at, until)]
    match fault.kind:
        case "early-unplug":
            return [PullPlug(at=at, car=fault.target, draw=chance.uniform(0, 1))]
        case kind if kind in HARDWARE:
            return [Break(at=at, what=kind, car=fault.target, draw=chance.uniform(0, 1))]
        case "duplicate-messages" | "late-messages":
            return _disturbed(fault, at, chance)
        case _:
            actor = _victim(fault, stations, chance)
            return [Crash(at=at, actor=actor), Restart(at=until, actor=actor)]


def _links(fault: FaultSettings) -> tuple[tuple[str, str], ...]:
    """Return the pairs of ends between which *fault* lets nothing through; "*" is everybody else."""
    if fault.kind == "link-cut":
        one, other = fault.between
        return ((one, other),)
    if fault.kind == "partition":
        return tuple((one, "*") for one in fault.between)
    alone = ALONE.get(fault.kind)
    return () if alone is None else ((alone, "*"),)


def _cut(between: tuple[str, str], at: Instant, until: Instant) -> list[Action]:
    """Return the cut of a link and its end."""
    return [Cut(at=at, between=between), Heal(at=until, between=between)]


def _disturbed(fault: FaultSettings, at: Instant, chance: Chance) -> list[Action]:
    """Return the single messages that are doubled or late, at drawn instants."""
    one, other = fault.between or ("*", "*")
    between = (one, other)
    found: list[Action] = []
    for _ in range(fault.messages):
        when = Instant(at + chance.uniform(0.0, minutes(fault.minutes)))
        if fault.kind == "duplicate-messages":
            found.append(Repeat(at=when, between=between))
        else:
            found.append(Delay(at=when, between=between, delay_s=Seconds(fault.delay_s)))
    return found


def _victim(fault: FaultSettings, stations: tuple[str, ...], chance: Chance) -> str:
    """Return which actor crashes."""
    if fault.target is not None:
        return fault.target
    assert fault.kind == "station-crash", fault
    return stations[chance.below(len(stations))]
