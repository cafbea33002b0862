"""Which stay a message belongs to: keys joined when one message holds two of them.

Lasting keys (reservation, session, transaction) mean one stay for ever. Passing keys
(EVSE, car, driver) mean the stay that is there at the time, from plugging in to leaving.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sterna.emsa.expression import Value
from sterna.emsa.model import Correlation
from sterna.emsa.routes import Route
from sterna.kernel.quantities import Instant

SIGHTINGS_MAX: Final = 50_000
"""Of one kind in one stay: half a year at the control period. Later ones are not remembered."""
SHARED_SIGHTINGS_MAX: Final = 200_000
"""Of one kind that serves all: two years at the control period. The older half is forgotten."""


class Track:
    """When one kind of message was seen: times and places in the trace, in order."""

    __slots__ = ("orders", "times")

    def __init__(self) -> None:
        self.times = array("d")
        self.orders = array("q")

    def __len__(self) -> int:
        return len(self.orders)

    def add(self, t: float, order: int) -> None:
        """Remember one sighting, unless there are too many."""
        if len(self.orders) < SIGHTINGS_MAX:
            self.times.append(t)
            self.orders.append(order)

    def add_rolling(self, t: float, order: int) -> None:
        """Remember one sighting and forget the older half when there are too many."""
        if len(self.orders) >= SHARED_SIGHTINGS_MAX:
            del self.times[: SHARED_SIGHTINGS_MAX // 2]
            del self.orders[: SHARED_SIGHTINGS_MAX // 2]
        self.times.append(t)
        self.orders.append(order)

    def after(self, order: int) -> int:
        """Return the index of the first sighting after the place *order* in the trace."""
        return bisect_right(self.orders, order)

    def merged(self, other: "Track") -> "Track":
        """Return both tracks as one, in order."""
        joined = Track()
        pairs = sorted(
            [
                *zip(self.orders, self.times, strict=True),
                *zip(other.orders, other.times, strict=True),
            ]
        )
        for order, t in pairs[:SIGHTINGS_MAX]:
            joined.orders.append(order)
            joined.times.append(t)
        return joined


@dataclass(slots=True)
class Breach:
    """A predicate or invariant that did not hold: how often, and when first."""

    count: int
    t: float
    values: str


@dataclass(slots=True, eq=False)
class Stay:
    """What was seen of one stay of one car, from the booking to the last bill."""

    number: int
    keys: dict[str, None] = field(default_factory=dict)
    """Its lasting keys, in the order they were learned."""
    passing: dict[str, str] = field(default_factory=dict)
    """Kind of passing key -> the key."""
    tracks: dict[int, Track] = field(default_factory=dict)
    variables: dict[str, Value] = field(default_factory=dict)
    breaches: dict[int, Breach] = field(default_factory=dict)
    """Number of the check -> its breach."""
    unproven: dict[int, int] = field(default_factory=dict)
    """Number of the check -> messages that did not say enough to judge it."""
    opened_at: float | None = None
    closed_at: float | None = None
    first_at: float = float("inf")
    last_at: float = float("-inf")

    @property
    def name(self) -> str:
        """The key that people know it by: its session, else whatever is known."""
        for kind in ("ses:", "res:", "tx:"):
            for key in self.keys:
                if key.startswith(kind):
                    return key.removeprefix(kind)
        return next(iter((*self.passing.values(), *self.keys)), f"stay {self.number}")

    def saw(self, kind: int, t: float, order: int) -> None:
        """Remember that a message of *kind* was seen."""
        track = self.tracks.get(kind)
        if track is None:
            track = self.tracks[kind] = Track()
        track.add(t, order)
        self.first_at = min(self.first_at, t)
        self.last_at = max(self.last_at, t)

    def absorb(self, other: "Stay") -> None:
        """Take over all that was seen of *other*, which turned out to be this stay."""
        for kind, track in other.tracks.items():
            mine = self.tracks.get(kind)
            self.tracks[kind] = track if mine is None else mine.merged(track)
        self.keys |= other.keys
        self.passing = other.passing | self.passing
        self.variables = self.variables | other.variables
        self.breaches = other.breaches | self.breaches
        for check, count in other.unproven.items():
            self.unproven[check] = self.unproven.get(check, 0) + count
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)
        for moment in ("opened_at", "closed_at"):
            if getattr(self, moment) is None:
                setattr(self, moment, getattr(other, moment))


class Stays:
    """The stays that are going on, found by their keys."""

    def __init__(self, rules: Correlation) -> None:
        """Correlate by *rules*."""
        self._rules = rules
        self._lasting: dict[str, Stay] = {}
        self._passing: dict[str, Stay] = {}
        self._lasting_kinds = frozenset(rules.lasting)
        self._joining_kinds = frozenset(rules.lasting) - frozenset(rules.apart)
        self._count = 0
        self._open: dict[int, Stay] = {}
        self._closing: list[Stay] = []

    def __iter__(self) -> Iterator[Stay]:
        return iter(self._open.values())

    def place(self, route: Route, keys: tuple[str, ...], t: float) -> Stay | None:
        """Return the stay of a message with *keys*, or None when it has none of ours."""
        if not route.opens and not route.closes:
            known = self._at_once(route, keys)
            if known is not None:
                return known
        lasting, passing, joins = self._sorted((*keys, *route.unit_keys))
        if route.opens:
            return self._opened(lasting, passing, t)
        stay = self._known(lasting, passing, joins=joins)
        if stay is None and lasting:
            stay = self._new()
        if stay is not None:
            self._learn(stay, lasting, passing)
            if route.closes and stay.closed_at is None:
                self._close(stay, t)
        return stay

    def each(self, keys: Iterable[str]) -> Iterator[Stay]:
        """Yield the stays that passing *keys* mean at the moment, each once."""
        found = [stay for key in keys if (stay := self._passing.get(key))]
        yield from dict(zip((stay.number for stay in found), found, strict=True)).values()

    def join(self, route: Route, keys: tuple[str, ...]) -> None:
        """Learn from a message that is no step which of its keys mean the same stay."""
        lasting, passing, joins = self._sorted((*keys, *route.unit_keys))
        stay = self._known(lasting, passing, joins=joins)
        if stay is not None:
            self._learn(stay, lasting, passing)

    def due(self, now: float) -> list[Stay]:
        """Take out and return the stays whose time for late messages is over at *now*."""
        horizon = now - self._rules.after_s
        if not self._closing or (self._closing[0].closed_at or 0.0) > horizon:
            return []
        done = [stay for stay in self._closing if (stay.closed_at or 0.0) <= horizon]
        self._closing = [stay for stay in self._closing if (stay.closed_at or 0.0) > horizon]
        for stay in done:
            self.forget(stay)
        return done

    def forget(self, stay: Stay) -> None:
        """Drop *stay* and its keys."""
        self._open.pop(stay.number, None)
        for key in stay.keys:
            if self._lasting.get(key) is stay:
                del self._lasting[key]
        self._release(stay)

    def oldest(self) -> Instant | None:
        """Return when the oldest stay that goes on began."""
        return Instant(min((stay.first_at for stay in self), default=0.0)) if self._open else None

    def _new(self) -> Stay:
        self._count += 1
        stay = Stay(number=self._count)
        self._open[stay.number] = stay
        return stay

    def _at_once(self, route: Route, keys: tuple[str, ...]) -> Stay | None:
        """Return the stay that all keys agree on: true of nearly every message."""
        stay: Stay | None = None
        for key in keys or route.unit_keys:
            held = self._lasting.get(key) or self._passing.get(key)
            if held is None or (stay is not None and held is not stay):
                return None
            stay = held
        return stay

    def _sorted(self, keys: Iterable[str]) -> tuple[list[str], list[str], bool]:
        """Return the lasting and the passing of *keys*, and whether they may be joined."""
        lasting: list[str] = []
        passing: list[str] = []
        joins = False
        for key in dict.fromkeys(keys):
            kind = key.partition(":")[0]
            if kind in self._lasting_kinds:
                lasting.append(key)
                joins = joins or kind in self._joining_kinds
            else:
                passing.append(key)
        return lasting, passing, joins or not lasting

    def _opened(self, lasting: list[str], passing: list[str], t: float) -> Stay:
        """Begin a stay; whoever was in the bay before is gone without having said so."""
        for key in passing:
            held = self._passing.get(key)
            if held is not None and held.closed_at is None:
                self._close(held, t)
        stay = self._known(lasting, [], joins=False) or self._new()
        stay.opened_at = t
        self._learn(stay, lasting, passing)
        return stay

    def _known(self, lasting: list[str], passing: list[str], *, joins: bool) -> Stay | None:
        found = [stay for key in lasting if (stay := self._lasting.get(key))]
        for key in passing:
            there = self._passing.get(key)
            if there is not None and joins:
                found.append(there)
        if not found:
            return None
        stay = found[0]
        for other in found[1:]:
            if other is not stay and _together(stay, other):
                stay = self._union(stay, other)
        return stay

    def _learn(self, stay: Stay, lasting: list[str], passing: list[str]) -> None:
        for key in lasting:
            if key not in stay.keys and key not in self._lasting:
                stay.keys[key] = None
                self._lasting[key] = stay
        for key in passing:
            kind = key.partition(":")[0]
            there = stay.opened_at is not None and stay.closed_at is None
            if there and kind not in stay.passing and key not in self._passing:
                stay.passing[kind] = key
                self._passing[key] = stay

    def _union(self, one: Stay, other: Stay) -> Stay:
        keep, gone = (one, other) if one.number < other.number else (other, one)
        keep.absorb(gone)
        for key in gone.keys:
            self._lasting[key] = keep
        for key in gone.passing.values():
            self._passing[key] = keep
        self._open.pop(gone.number, None)
        if gone in self._closing:
            self._closing[self._closing.index(gone)] = keep
        return keep

    def _close(self, stay: Stay, t: float) -> None:
        stay.closed_at = t
        self._release(stay)
        self._closing.append(stay)

    def _release(self, stay: Stay) -> None:
        for key in stay.passing.values():
            if self._passing.get(key) is stay:
                del self._passing[key]


def _together(one: Stay, other: Stay) -> bool:
    """Tell whether two stays can be one: at most one opening, and no two keys of one kind."""
    if one.opened_at is not None and other.opened_at is not None:
        return False
    if any(other.passing.get(kind, key) != key for kind, key in one.passing.items()):
        return False
    return all(
        not (
            mine != theirs
            and mine.startswith(("ses:", "res:"))
            and theirs.partition(":")[0] == mine.partition(":")[0]
        )
        for mine in one.keys
        for theirs in other.keys
    )
