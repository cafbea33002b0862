"""Our own solvers on one instance: the entry point, and the linear program given to HiGHS at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Final, TypeVar

import numpy as np

from sterna.app.bench.rows import OURS, Asked, Row
from sterna.decisions.schedule.direct import Direct, Found, Method
from sterna.decisions.schedule.interior.built import passes
from sterna.decisions.schedule.onward import Onward, next_step
from sterna.decisions.schedule.problem import Plan, Problem
from sterna.decisions.schedule.reference import reference
from sterna.decisions.schedule.solve import solve

SMALL: Final = 24
"""Cars of the instance that goes first, untimed: imports, first calls, memory."""
DIRECT: Final = {Method.SIMPLEX: "highs-simplex", Method.IPX: "highs-ipx"}

Out = TypeVar("Out")


def run_sterna(problem: Problem, tolerance: float, threads: int, last: Plan | None = None) -> Plan:
    """Return the plan of our own solver, within *tolerance* (a share of the cost).

    *last*: the plan of the control step before, which ends when this one does.
    """
    if last is None:
        return solve(problem, tolerance=tolerance, threads=threads)
    edges = last.edges[-len(problem.hours) - 1 :]
    return solve(problem, tolerance=tolerance, threads=threads, warm=last, edges=edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One instance, and what is known of it after our own solvers."""

    problem: Problem
    rows: tuple[Row, ...]
    bound: float | None
    """The best lower bound, EUR."""


def measured(asked: Asked, count: int, seed: int, too_slow: set[str]) -> tuple[Known, ...]:
    """Run our solvers on the instance of *count* cars and *seed*; then, if asked, on its next step.

    Those in *too_slow* are not tried; who exceeds its time is added to it.
    """
    problem = reference(count, asked.steps, seed)
    small = reference(SMALL, asked.steps, seed)
    blank = Row(
        solver="", n=count, t=asked.steps, seed=seed, threads=asked.threads,
        version=f"sterna {version('sterna')} ({passes()}), highspy {version('highspy')}",
    )  # fmt: skip
    run_sterna(small, asked.gap, asked.threads)
    row, plan = _of_sterna(problem, asked, blank, None)
    directs = {method: _direct(problem, asked, blank, method, too_slow) for method in Method}
    known = [_known(problem, [row, *(one for one, _ in directs.values())])]
    if asked.warm:
        draw = np.random.Generator(np.random.PCG64([seed, count, asked.steps]))
        step = next_step(problem, plan, draw)
        warm = replace(blank, start="warm")
        rows = [_of_sterna(step.problem, asked, warm, plan)[0]]
        for method, (_, last) in directs.items():
            rows.append(_direct(step.problem, asked, warm, method, too_slow, last, step)[0])
        known.append(_known(step.problem, rows))
    return tuple(known)


def _known(problem: Problem, rows: list[Row]) -> Known:
    """Give all *rows* of one instance their gap against the best bound among them."""
    bounds = [row.lower_bound for row in rows if row.lower_bound is not None]
    best = max(bounds, default=None)
    return Known(problem=problem, rows=tuple(bounded(row, best) for row in rows), bound=best)


def bounded(row: Row, best: float | None) -> Row:
    """Return *row* with its gap; a solver without a bound of its own is held against the *best* one known."""
    bound = row.lower_bound if row.proven else best
    if row.cost is None or bound is None:
        return row
    gap = max(0.0, row.cost - bound) / max(abs(row.cost), 1e-9)
    return replace(row, lower_bound=bound, gap=gap)


def _of_sterna(problem: Problem, asked: Asked, blank: Row, last: Plan | None) -> tuple[Row, Plan]:
    """Run our own solver."""
    plan, wall, cpu = timed(lambda: run_sterna(problem, asked.gap, asked.threads, last))
    row = replace(
        blank, solver=OURS, build_s=0.0, solve_s=wall, cpu_s=cpu,
        cost=plan.cost_eur, lower_bound=plan.lower_bound_eur, proven=True, method=plan.solver,
    )  # fmt: skip
    return row, plan


def _direct(
    problem: Problem, asked: Asked, blank: Row, method: Method, too_slow: set[str],
    last: Direct | None = None, step: Onward | None = None,
) -> tuple[Row, Direct | None]:  # fmt: skip
    """Run the linear program by one *method*, for the simplex from the basis of *last*, if there is one."""
    row = replace(blank, solver=DIRECT[method], method=method.value)
    if row.solver in too_slow:
        return replace(row, note=not_tried(asked)), None

    def build() -> Direct:
        direct = Direct(problem, method, gap=asked.gap, seconds=asked.seconds)
        if last is not None and step is not None and method is Method.SIMPLEX:
            direct.start_from(last, step)
        return direct

    direct, build_s, built = timed(build)
    found, solve_s, solved = timed(direct.run)
    if found is None:
        too_slow.add(row.solver)
        return replace(row, build_s=build_s, note=over(asked)), None
    done = replace(row, build_s=build_s, solve_s=solve_s, cpu_s=built + solved)
    note = "no warm start: solved anew" if step and method is Method.IPX else ""
    return _priced(done, found, note), direct


def _priced(row: Row, found: Found, note: str) -> Row:
    bound = found.lower_bound_eur
    return replace(row, cost=found.cost_eur, lower_bound=bound, proven=bound is not None, note=note)


def over(asked: Asked) -> str:
    """Return the note of a solver that exceeded its time."""
    return f"over {asked.seconds:g} s"


def not_tried(asked: Asked) -> str:
    """Return the note of a solver that already exceeded its time on an instance as large or smaller."""
    return f"not tried: over {asked.seconds:g} s before"


def timed(work: Callable[[], Out]) -> tuple[Out, float, float]:
    """Return what *work* returns, with wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu
