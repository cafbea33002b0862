"""Orthogonal lines between cards that avoid cards, bends, crossings and each other.

A best-first search on a grid; short links are laid first, so that long ones go around.
Everything is ordered by position and number: the same cards give the same lines.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

GRID: Final = 8
"""Pixels between two tracks."""
BEND: Final = 6
CROSSING: Final = 9
SHARED_TRACK: Final = 40
BESIDE: Final = 3
OFF_CENTRE: Final = 0.25
"""Costs, in steps of the grid: found by looking at drawings."""
STEPS_MAX: Final = 400_000
"""Grid points looked at for one line; a drawing of fifty cards needs a tenth."""

Point = tuple[int, int]
State = tuple[Point, Point]
"""Where the search stands, and which way it is heading."""
DIRECTIONS: Final = ((1, 0), (-1, 0), (0, 1), (0, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A card: its upper left corner and size, in grid units."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A place at the edge of a card where a line can begin: on the edge, and outside of it."""

    edge: Point
    outside: Point
    away: Point
    cost: float


@dataclass(slots=True)
class Router:
    """The lines of one drawing."""

    low: Point
    high: Point
    boxes: dict[str, Box]
    _blocked: set[Point] = field(default_factory=set)
    _across: set[Point] = field(default_factory=set)
    _along: set[Point] = field(default_factory=set)
    _taken: set[Point] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Block the cards and a margin around them."""
        for box in self.boxes.values():
            self._blocked |= {
                (x, y)
                for x in range(box.x - 1, box.x + box.width + 2)
                for y in range(box.y - 1, box.y + box.height + 2)
            }

    def line(self, a: str, b: str) -> tuple[Point, ...]:
        """Lay and return the line from card *a* to card *b* as corners, ends included.

        Empty when there is no way, which a drawing with gaps between cards never has.
        """
        goals = {port.outside: port for port in self._ports(self.boxes[b])}
        target = self.boxes[b]
        tx, ty = target.x + target.width / 2, target.y + target.height / 2
        queue: list[tuple[float, int, Point, Point, float]] = []
        came: dict[State, State | None] = {}
        edges: dict[State, Point] = {}
        best: dict[State, float] = {}
        count = 0
        for port in self._ports(self.boxes[a]):
            state = (port.outside, port.away)
            came[state] = None
            edges[state] = port.edge
            best[state] = port.cost
            heapq.heappush(queue, (port.cost, count, *state, port.cost))
            count += 1
        while queue and count < STEPS_MAX:
            _, _, place, heading, cost = heapq.heappop(queue)
            if cost > best[place, heading]:
                continue
            goal = goals.get(place)
            if goal is not None and heading == (-goal.away[0], -goal.away[1]):
                return self._laid(goal.edge, (place, heading), came, edges)
            for turn in DIRECTIONS:
                if turn == (-heading[0], -heading[1]):
                    continue
                then, step = self._step(place, heading, turn, goal)
                if then is None:
                    continue
                total = cost + step
                state = (then, turn)
                if total < best.get(state, float("inf")):
                    best[state] = total
                    came[state] = (place, heading)
                    ahead = max(0.0, abs(then[0] - tx) + abs(then[1] - ty) - 14)
                    heapq.heappush(queue, (total + ahead, count, then, turn, total))
                    count += 1
        return ()

    def _step(
        self, place: Point, heading: Point, turn: Point, goal: Port | None
    ) -> tuple[Point | None, float]:
        """Return the next point in direction *turn* and what going there costs; None: no way."""
        bend = BEND if turn != heading else 0
        if goal is not None and turn == (-goal.away[0], -goal.away[1]):
            return place, bend + goal.cost
        x, y = place[0] + turn[0], place[1] + turn[1]
        inside = self.low[0] < x < self.high[0] and self.low[1] < y < self.high[1]
        if not inside or (x, y) in self._blocked:
            return None, 0.0
        same, other = (self._across, self._along) if turn[0] else (self._along, self._across)
        cost = 1.0 + bend
        cost += SHARED_TRACK * ((x, y) in same) + CROSSING * ((x, y) in other)
        sides = ((x, y + 1), (x, y - 1)) if turn[0] else ((x + 1, y), (x - 1, y))
        cost += BESIDE * any(side in same for side in sides)
        return (x, y), cost

    def _ports(self, box: Box) -> list[Port]:
        """Return the free ports of a card; those near the middle of a side cost less."""
        found: list[Port] = []
        for x in range(box.x + 2, box.x + box.width - 1, 2):
            cost = OFF_CENTRE * abs(x - box.x - box.width / 2)
            for y, away in ((box.y, (0, -1)), (box.y + box.height, (0, 1))):
                found.append(Port(edge=(x, y), outside=(x, y + 2 * away[1]), away=away, cost=cost))
        for y in range(box.y + 2, box.y + box.height - 1, 2):
            cost = OFF_CENTRE * abs(y - box.y - box.height / 2)
            for x, away in ((box.x, (-1, 0)), (box.x + box.width, (1, 0))):
                found.append(Port(edge=(x, y), outside=(x + 2 * away[0], y), away=away, cost=cost))
        return [port for port in found if port.edge not in self._taken]

    def _laid(
        self,
        end: Point,
        state: State,
        came: Mapping[State, State | None],
        edges: Mapping[State, Point],
    ) -> tuple[Point, ...]:
        """Walk back from *end*, remember the line as laid, and return its corners."""
        points = [end, state[0]]
        while (before := came[state]) is not None:
            state = before
            points.append(state[0])
        points.append(edges[state])
        points.reverse()
        corners = _corners(points)
        self._taken |= {corners[0], corners[-1]}
        for (x1, y1), (x2, y2) in pairwise(corners):
            if y1 == y2:
                self._across |= {(x, y1) for x in range(min(x1, x2), max(x1, x2) + 1)}
            else:
                self._along |= {(x1, y) for y in range(min(y1, y2), max(y1, y2) + 1)}
        return corners


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """Return *points* without those in the middle of a straight piece."""
    kept = [points[0]]
    for place, point in enumerate(points[1:-1], start=1):
        (ax, ay), (bx, by), (cx, cy) = kept[-1], point, points[place + 1]
        if (bx - ax) * (cy - by) != (by - ay) * (cx - bx):
            kept.append(point)
    return (*kept, points[-1])
