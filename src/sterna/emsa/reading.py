"""Reading a scenario into the messages of one stay: which message fills which exchange.

Each exchange waits for the first message of its kind after the exchange before. Where that
leaves a gap, a search over all ways of skipping finds the reading with the fewest breaches, so
that one misplaced message is one finding and not a cascade.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from sterna.emsa.correlate import Stay, Track
from sterna.emsa.plan import Plan, Slot

SKIP_MANDATORY: Final = 1000
"""A mandatory exchange left out weighs more than any number of optional ones."""
SKIP_OPTIONAL: Final = 1
READINGS_MAX: Final = 20_000
"""States of the search in one stay; a stay of a hundred exchanges stays far below."""
NO_MESSAGE: Final = -2
"""Before the order of any message, and of the beginning."""


class Hit(Struct, frozen=True, kw_only=True, gc=False):
    """The message that fills a slot: its time and its place in the trace."""

    t: float
    order: int


class Seen:
    """The messages of one stay and those that serve all, as the search looks at them."""

    def __init__(self, stay: Stay, shared: Mapping[int, Track], now: float) -> None:
        """Look at *stay* and *shared* as they are at *now*."""
        self.stay = stay
        self.now = now if stay.closed_at is None else stay.last_at
        self._shared = shared
        self.used: dict[int, set[int]] = {}
        self.beginning = Hit(t=stay.first_at, order=-1)

    def track(self, slot: Slot, kind: int) -> Track | None:
        """Return the sightings of *kind*, of the stay or of all."""
        return (self._shared if slot.exchange.shared else self.stay.tracks).get(kind)

    def first(self, slot: Slot, base: Hit) -> Hit | None:
        """Return the first unused message for *slot* after *base*."""
        best: Hit | None = None
        for kind in slot.kinds:
            track = self.track(slot, kind)
            if track is None:
                continue
            index = self._start(slot, track, base)
            taken = self.used.get(kind)
            while taken and index < len(track) and track.orders[index] in taken:
                index += 1
            if index < len(track) and (best is None or track.orders[index] < best.order):
                best = Hit(t=track.times[index], order=track.orders[index])
        return best

    def _start(self, slot: Slot, track: Track, base: Hit) -> int:
        if not slot.exchange.shared:
            return track.after(base.order)
        # What was published before and still holds serves the stay, too.
        earliest = max(base.t, self.stay.first_at) - slot.exchange.valid_s
        start = bisect_left(track.times, earliest)
        return start if slot.exchange.valid_s else max(start, track.after(base.order))

    def take(self, slot: Slot, hit: Hit) -> None:
        """Use up the message *hit*, unless *slot* repeats or serves all."""
        if slot.repeats or slot.exchange.shared:
            return
        for kind in slot.kinds:
            track = self.track(slot, kind)
            if track is not None:
                place = bisect_left(track.orders, hit.order)
                if place < len(track) and track.orders[place] == hit.order:
                    self.used.setdefault(kind, set()).add(hit.order)

    def unused(self, slot: Slot) -> Hit | None:
        """Return any unused message for *slot*, wherever it stands."""
        if slot.exchange.shared:
            return None
        return self.first(slot, Hit(t=float("-inf"), order=-1))

    def times(self, slot: Slot) -> list[float]:
        """Return the times of all messages for *slot*, in order."""
        tracks = [track for kind in slot.kinds if (track := self.track(slot, kind))]
        return sorted(t for track in tracks for t in track.times)


def moved(cursor: Hit, hit: Hit) -> Hit:
    """Return where the search stands after *hit*; what held already does not move it."""
    return hit if hit.order > cursor.order else cursor


@dataclass(frozen=True, slots=True)
class Choice:
    """How to read the chain from a group on, at what cost in all."""

    cost: int
    taken: tuple[Hit | None, ...]
    """The hits of the group's slots."""
    rest: "Choice | None"
    """How to read the groups after it; None: there are none."""

    def hits(self) -> list[Hit | None]:
        """Return the hit of every slot, in order."""
        found: list[Hit | None] = []
        choice: Choice | None = self
        while choice is not None:
            found += choice.taken
            choice = choice.rest
        return found


THE_END: Final = Choice(0, (), None)
"""Nothing is left to be read."""


class Reading:
    """The best way to read the main chain of a plan into a stay."""

    def __init__(self, plan: Plan, seen: Seen) -> None:
        """Prepare the main chain of *plan*; steps in branches are read later."""
        self._groups: list[tuple[Slot, ...]] = []
        self.slots: list[Slot] = []
        for stage in plan.stages:
            if stage.step.anytime_after is None:
                groups = [stage.held] if stage.step.unordered else [(slot,) for slot in stage.held]
                self._groups += groups
                self.slots += stage.held
        self._seen = seen
        self._memo: dict[tuple[int, int], Choice] = {}

    def hits(self) -> dict[int, Hit | None]:
        """Return the hit of every slot of the chain, by the slot's identity."""
        greedy = self._greedily()
        if any(
            hit is None and not slot.optional for slot, hit in zip(self.slots, greedy, strict=True)
        ):
            found = self._best(0, self._seen.beginning).hits()
        else:
            found = greedy
        return {id(slot): hit for slot, hit in zip(self.slots, found, strict=True)}

    def _greedily(self) -> list[Hit | None]:
        cursor = self._seen.beginning
        found: list[Hit | None] = []
        for group in self._groups:
            hits = [self._seen.first(slot, cursor) for slot in group]
            found += hits
            for hit in hits:
                cursor = cursor if hit is None else moved(cursor, hit)
        return found

    def _best(self, index: int, cursor: Hit) -> Choice:
        if index == len(self._groups):
            return THE_END
        key = (index, cursor.order)
        known = self._memo.get(key)
        if known is None:
            known = self._cheapest(index, cursor)
            if len(self._memo) < READINGS_MAX:
                self._memo[key] = known
        return known

    def _cheapest(self, index: int, cursor: Hit) -> Choice:
        """Return the best way to read from one group on: up to which of its first messages are accepted."""
        group = self._groups[index]
        hits = [self._seen.first(slot, cursor) for slot in group]
        cuts = sorted({hit.order for hit in hits if hit is not None}, reverse=True)
        best: Choice | None = None
        for cut in (*cuts, NO_MESSAGE):
            taken = tuple(hit if hit is not None and hit.order <= cut else None for hit in hits)
            after = cursor
            cost = 0
            for slot, hit in zip(group, taken, strict=True):
                if hit is not None:
                    after = moved(after, hit)
                else:
                    cost += SKIP_OPTIONAL if slot.optional else SKIP_MANDATORY
            if best is None or cost < best.cost:
                rest = self._best(index + 1, after)
                if best is None or cost + rest.cost < best.cost:
                    best = Choice(cost + rest.cost, taken, rest)
        assert best is not None
        return best
