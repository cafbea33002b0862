"""What goes wrong in a run: faults of the scenario, drawn from the seed, as a plan of actions.

The plan is plain data; :func:`apply` carries one action out on whatever can fail, which is the
in-memory network and the supervisor of actors in a simulation.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Protocol

from sterna.kernel.quantities import Instant, Seconds, Share, hours, minutes
from sterna.runtime.ports import Chance
from sterna.world.bounds import AT_LEAST_ZERO, SHARE, Bounds

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
    "duplicate-messages",
    "late-messages",
]
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
    """The two ends of a cut link, e.g. ["csms", "cs_ems"]; or one side of a partition."""
    target: str | None = None
    """The station, actor or car that is hit; default: drawn from the seed."""
    share: Annotated[float, SHARE] = 0.1
    """Of the messages that are doubled or late."""
    delay_s: Annotated[float, AT_LEAST_ZERO] = 5.0
    """By how much late messages are late."""


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
class Disturb:
    """From now on a part of all messages is doubled or late; both parts 0: no longer."""

    at: Instant
    duplicated: Share
    delayed: Share
    delay_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PullPlug:
    """Somebody pulls a car's plug without having stopped the session."""

    at: Instant
    car: str | None
    """None: any car that is plugged in then, drawn with *draw*."""
    draw: float
    """0..1: which one of the plugged cars, in order of their names."""


Action = Cut | Heal | Crash | Restart | Disturb | PullPlug


class Faults(Protocol):
    """What can fail, and how it is made to."""

    def cut(self, one: str, other: str) -> None:
        """Let nothing through between two ends (actors, hosts or stations; "*": everybody)."""

    def heal(self, one: str, other: str) -> None:
        """Undo :meth:`cut`; harmless when nothing was cut."""

    def crash(self, actor: str) -> None:
        """Stop *actor* at once; what it had not stored is lost."""

    def restart(self, actor: str) -> None:
        """Start *actor* from its store."""

    def disturb(self, duplicated: float, delayed: float, delay_s: Seconds) -> None:
        """Double or delay these parts (0..1) of all messages from now on."""

    def pull_plug(self, car: str | None, draw: float) -> None:
        """Pull the plug of *car*, or of the plugged car that *draw* (0..1) picks."""


def apply(action: Action, world: Faults) -> None:
    """Carry *action* out on *world*."""
    match action:
        case Cut(between=(one, other)):
            world.cut(one, other)
        case Heal(between=(one, other)):
            world.heal(one, other)
        case Crash(actor=actor):
            world.crash(actor)
        case Restart(actor=actor):
            world.restart(actor)
        case Disturb():
            world.disturb(action.duplicated, action.delayed, action.delay_s)
        case PullPlug():
            world.pull_plug(action.car, action.draw)


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
    return tuple(sorted(actions, key=lambda action: action.at))


def _actions(
    fault: FaultSettings, stations: tuple[str, ...], at: Instant, chance: Chance
) -> list[Action]:
    """Return what *fault* does when it strikes at *at*."""
    until = Instant(at + minutes(fault.minutes))
    match fault.kind:
        case "csms-unreachable" | "cs-ems-unreachable" | "link-cut" | "partition":
            return [action for pair in _links(fault) for action in _cut(pair, at, until)]
        case "early-unplug":
            return [PullPlug(at=at, car=fault.target, draw=chance.uniform(0, 1))]
        case "duplicate-messages" | "late-messages":
            doubled = fault.kind == "duplicate-messages"
            return _disturbed(fault, at, until, doubled=doubled)
        case _:
            actor = _victim(fault, stations, chance)
            return [Crash(at=at, actor=actor), Restart(at=until, actor=actor)]


def _links(fault: FaultSettings) -> tuple[tuple[str, str], ...]:
    """Return the pairs of ends between which nothing gets through; "*" is everybody else."""
    if fault.kind == "link-cut":
        one, other = fault.between
        return ((one, other),)
    unreachable = {"csms-unreachable": ("csms",), "cs-ems-unreachable": ("cs_ems",)}
    return tuple((one, "*") for one in unreachable.get(fault.kind, fault.between))


def _cut(between: tuple[str, str], at: Instant, until: Instant) -> list[Action]:
    """Return the cut of a link and its end."""
    return [Cut(at=at, between=between), Heal(at=until, between=between)]


def _disturbed(fault: FaultSettings, at: Instant, until: Instant, *, doubled: bool) -> list[Action]:
    """Return a time of doubled or late messages and its end."""
    begin = Disturb(
        at=at,
        duplicated=Share(fault.share if doubled else 0.0),
        delayed=Share(0.0 if doubled else fault.share),
        delay_s=Seconds(0.0 if doubled else fault.delay_s),
    )
    return [
        begin,
        Disturb(at=until, duplicated=Share(0.0), delayed=Share(0.0), delay_s=Seconds(0.0)),
    ]


def _victim(fault: FaultSettings, stations: tuple[str, ...], chance: Chance) -> str:
    """Return which actor goes silent."""
    silent = {"bems-silent": "bems", "cs-ems-silent": "cs_ems", "csms-silent": "csms"}
    if fault.kind in silent:
        return silent[fault.kind]
    if fault.target is not None:
        return fault.target
    assert fault.kind == "station-crash", fault
    return stations[chance.below(len(stations))]
