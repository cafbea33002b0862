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
MARGIN: Final = 3
"""Cells around a card that a line may need to leave it: lines begin two cells away."""
STEPS_MAX: Final = 400_000
"""Grid points looked at for one line; a drawing of fifty cards needs a tenth."""

Point = tuple[int, int]
State = tuple[int, int]
"""The cell where the search stands, and the number of the direction in which it is heading."""
DIRECTIONS: Final = ((1, 0), (-1, 0), (0, 1), (0, -1))
OPPOSITE: Final = (1, 0, 3, 2)
"""The direction back."""


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
    _taken: set[Point] = field(default_factory=set)
    _corner: Point = (0, 0)
    """Where the cells begin: no card and no line is nearer to the edge."""
    _height: int = 0
    """Cells of one column: a cell is ``x * height + y``, counted from the corner."""
    _blocked: bytearray = field(default_factory=bytearray)
    _across: bytearray = field(default_factory=bytearray)
    _along: bytearray = field(default_factory=bytearray)
    """1 for each cell that no line may enter, that a level line runs through, an upright one."""

    def __post_init__(self) -> None:
        """Block the frame, and the cards with a margin around them."""
        boxes = list(self.boxes.values())
        x0 = min(self.low[0], *(box.x - MARGIN for box in boxes))
        y0 = min(self.low[1], *(box.y - MARGIN for box in boxes))
        width = max(self.high[0], *(box.x + box.width + MARGIN for box in boxes)) - x0 + 1
        height = max(self.high[1], *(box.y + box.height + MARGIN for box in boxes)) - y0 + 1
        self._corner, self._height = (x0, y0), height
        self._blocked = bytearray(b"\1") * (width * height)
        self._across = bytearray(width * height)
        self._along = bytearray(width * height)
        free = bytes(max(0, self.high[1] - self.low[1] - 1))
        for x in range(self.low[0] + 1, self.high[0]):
            first = self._cell((x, self.low[1] + 1))
            self._blocked[first : first + len(free)] = free
        for box in self.boxes.values():
            for x in range(box.x - 1, box.x + box.width + 2):
                for y in range(box.y - 1, box.y + box.height + 2):
                    self._blocked[self._cell((x, y))] = 1

    def line(self, a: str, b: str) -> tuple[Point, ...]:
        """Lay and return the line from card *a* to card *b* as corners, ends included.

        Empty when there is no way, which a drawing with gaps between cards never has.
        """
        target = self.boxes[b]
        goals = {self._cell(port.outside): port for port in self._ports(target)}
        middle = (target.x + target.width / 2, target.y + target.height / 2)
        starts = {
            (self._cell(port.outside), DIRECTIONS.index(port.away)): port
            for port in self._ports(self.boxes[a])
        }
        found = self._search(starts, goals, middle)
        if found is None:
            return ()
        state, came = found
        return self._laid(goals[state[0]].edge, state, came, starts)

    def _search(
        self, starts: dict[State, Port], goals: dict[int, Port], middle: tuple[float, float]
    ) -> tuple[State, dict[State, State | None]] | None:
        """Return the cheapest way from *starts* to *goals*: its last state, and where each came from."""
        height, blocked = self._height, self._blocked
        tx, ty = middle[0] - self._corner[0], middle[1] - self._corner[1]
        turns = self._turns()
        came: dict[State, State | None] = dict.fromkeys(starts)
        best = {state: port.cost for state, port in starts.items()}
        queue = [
            (port.cost, n, *state, port.cost) for n, (state, port) in enumerate(starts.items())
        ]
        heapq.heapify(queue)
        count = len(queue)
        push, pop, never = heapq.heappush, heapq.heappop, float("inf")
        while queue and count < STEPS_MAX:
            _, _, cell, heading, cost = pop(queue)
            if cost > best[cell, heading]:
                continue
            goal = goals.get(cell)
            inward = -1 if goal is None else OPPOSITE[DIRECTIONS.index(goal.away)]
            if heading == inward:
                return (cell, heading), came
            for turn, step, same, other, side in turns:
                if turn == OPPOSITE[heading]:
                    continue
                total = cost + (BEND if turn != heading else 0)
                if goal is not None and turn == inward:
                    then = cell
                    total += goal.cost
                else:
                    then = cell + step
                    if blocked[then]:
                        continue
                    total += 1.0 + SHARED_TRACK * same[then] + CROSSING * other[then]
                    if same[then + side] or same[then - side]:
                        total += BESIDE
                state = (then, turn)
                if total < best.get(state, never):
                    best[state] = total
                    came[state] = (cell, heading)
                    x, y = divmod(then, height)
                    ahead = abs(x - tx) + abs(y - ty) - 14
                    push(queue, (total + ahead if ahead > 0.0 else total, count, then, turn, total))
                    count += 1
        return None

    def _turns(self) -> tuple[tuple[int, int, bytearray, bytearray, int], ...]:
        """Return for each direction: number, step, tracks along it, tracks across it, step to its side."""
        height = self._height
        return tuple(
            (n, x * height + y, self._across, self._along, 1)
            if x
            else (n, x * height + y, self._along, self._across, height)
            for n, (x, y) in enumerate(DIRECTIONS)
        )

    def _cell(self, point: Point) -> int:
        return (point[0] - self._corner[0]) * self._height + point[1] - self._corner[1]

    def _point(self, cell: int) -> Point:
        x, y = divmod(cell, self._height)
        return (x + self._corner[0], y + self._corner[1])

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
        starts: Mapping[State, Port],
    ) -> tuple[Point, ...]:
        """Walk back from *end*, remember the line as laid, and return its corners."""
        points = [end, self._point(state[0])]
        while (before := came[state]) is not None:
            state = before
            points.append(self._point(state[0]))
        points.append(starts[state].edge)
        points.reverse()
        corners = _corners(points)
        self._taken |= {corners[0], corners[-1]}
        for (x1, y1), (x2, y2) in pairwise(corners):
            track = self._across if y1 == y2 else self._along
            for x in range(min(x1, x2), max(x1, x2) + 1):
                for y in range(min(y1, y2), max(y1, y2) + 1):
                    track[self._cell((x, y))] = 1
        return corners


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """Return *points* without those in the middle of a straight piece."""
    kept = [points[0]]
    for place, point in enumerate(points[1:-1], start=1):
        (ax, ay), (bx, by), (cx, cy) = kept[-1], point, points[place + 1]
        if (bx - ax) * (cy - by) != (by - ay) * (cx - bx):
            kept.append(point)
    return (*kept, points[-1])
