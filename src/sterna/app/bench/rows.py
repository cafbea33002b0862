"""What one solver took for one instance, and several of them as a summary."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from sterna.kernel.errors import BadInput

Clock = Literal["wall", "cpu"]
"""What times are compared by. CPU time is for machines that have other things to do; it counts all threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be measured. The same figures ask for the same instances."""

    counts: tuple[int, ...]
    """Numbers of cars N."""
    steps: int
    """Quarters of an hour T."""
    seeds: int
    """Instances of each size: seeds 1, 2, …"""
    gap: float
    """Share of the cost by which a plan may be off: everybody may stop there."""
    threads: int
    seconds: float
    """After this time a solve is ended, wall clock. Our own solver is not: it has to end by itself."""
    warm: bool
    """Whether our solvers also solve the next control step from their last plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One solve from arrays to plan. Times in seconds by the wall clock unless they say otherwise."""

    solver: str
    n: int
    t: int
    seed: int
    start: Literal["cold", "warm"] = "cold"
    """Warm: the next control step, from the last plan."""
    build_s: float | None = None
    """From arrays to a model, with those who have one."""
    solve_s: float | None = None
    """From the model to the plan's arrays; None: there was none, see `note`."""
    cpu_s: float | None = None
    """CPU time of both, all threads."""
    cost: float | None = None
    """EUR."""
    lower_bound: float | None = None
    """EUR: the solver's own bound, or the best one known of this instance."""
    gap: float | None = None
    """(cost - lower bound) / |cost|; None where the cost is that of another problem."""
    proven: bool = False
    """Whether the lower bound is the solver's own."""
    method: str = ""
    """How HiGHS solved, where it did."""
    threads: int = 1
    version: str = ""
    note: str = ""
    """What is different from a plan of our problem in time; empty: nothing."""

    def whole_s(self, clock: Clock = "wall") -> float | None:
        """Return the time from arrays to plan by *clock*; None: there was no plan."""
        if self.solve_s is None or clock == "cpu":
            return None if self.solve_s is None else self.cpu_s
        return (self.build_s or 0.0) + self.solve_s

    def line(self) -> str:
        """Return the row as one line of JSON."""
        return json.dumps(asdict(self), allow_nan=False)


def parsed(line: str, source: Path) -> Row:
    """Return the row of a *line* of JSON out of *source*; BadInput when it is none."""
    try:
        return Row(**json.loads(line))
    except (ValueError, TypeError) as bad:
        raise BadInput(source, "", f"not a row of sterna bench schedule: {bad}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All seeds of one solver at one size."""

    solver: str
    start: str
    n: int
    t: int
    build_s: float | None
    """Medians over the seeds, as `solve_s`; both by the wall clock."""
    solve_s: float | None
    whole_s: float | None
    """Median of the time from arrays to plan, by the clock asked for; `worst_s`: the longest."""
    worst_s: float | None
    ratio: float | None
    """Median of the whole time as a multiple of that of `sterna` at the same size and start."""
    gap: float | None
    """The greatest."""
    method: str
    note: str


OURS = "sterna"
"""The solver that the others are compared with."""


def summaries(rows: Iterable[Row], clock: Clock = "wall") -> list[Summary]:
    """Return the summaries of *rows* by *clock*, in the order in which size and solver first appear."""
    groups: dict[tuple[int, int, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.n, row.t, row.start, row.solver), []).append(row)
    found = []
    for (n, t, start, solver), mine in groups.items():
        whole = _median([row.whole_s(clock) for row in mine])
        against = _median([row.whole_s(clock) for row in groups.get((n, t, start, OURS), [])])
        times = [taken for row in mine if (taken := row.whole_s(clock)) is not None]
        gaps = [row.gap for row in mine if row.gap is not None]
        found.append(
            Summary(
                solver=solver,
                start=start,
                n=n,
                t=t,
                build_s=_median([row.build_s for row in mine]),
                solve_s=_median([row.solve_s for row in mine]),
                whole_s=whole,
                worst_s=max(times) if len(times) == len(mine) else None,
                ratio=whole / against if whole is not None and against else None,
                gap=max(gaps, default=None),
                method=mine[0].method,
                note="; ".join(dict.fromkeys(row.note for row in mine if row.note)),
            )
        )
    return found


def _median(values: Sequence[float | None]) -> float | None:
    """Return the median, where a solve that did not end counts as endless; None: it is endless."""
    found = [float("inf") if value is None else value for value in values]
    middle = median(found) if found else float("inf")
    return middle if middle < float("inf") else None
