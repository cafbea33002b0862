"""The whole linear program given to HiGHS at once: what a solver of our own is measured against.

HiGHS at its own defaults, by either method; neither uses a second thread. Only problems that the linear program states exactly
(see `lp`): where something would run both ways this is a bound, not a plan.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from sterna.decisions.schedule.blocks import Blocks, Standing, carried, marks_of
from sterna.decisions.schedule.lp import build, read
from sterna.decisions.schedule.onward import Onward
from sterna.decisions.schedule.plan import Flows
from sterna.decisions.schedule.problem import Ints, Problem
from sterna.decisions.schedule.program import Basis, Program
from sterna.decisions.schedule.snapshot import Shape


class Method(StrEnum):
    """How HiGHS solves it."""

    SIMPLEX = "simplex"
    """Dual simplex: ends at the optimum, whatever gap would do."""
    IPX = "ipx"
    """Interior point without crossover: ends near the optimum, and brings no bound."""


KKT_PER_GAP: Final = 10.0
"""HiGHS' `kkt_tolerance` for a gap of 1. Its measure is not the gap of the cost: with ten times the gap
asked for, the interior point ends at a third to two thirds of it on the reference instances of 30 to
3000 cars; with thirty times it does not keep it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What HiGHS found."""

    flows: Flows
    cost_eur: float
    lower_bound_eur: float | None
    """No plan costs less than this; None: the method does not prove it."""


class Direct:
    """One problem as one linear program, built when it is made."""

    def __init__(
        self,
        problem: Problem,
        method: Method,
        *,
        gap: float,
        seconds: float = 1e9,
    ) -> None:
        """Build the program. It stops within *gap* (a share of the cost) where the method can, or after *seconds*."""
        self.problem = problem
        self.method = method
        options: dict[str, bool | float | str] = {
            "presolve": "on",
            "simplex_scale_strategy": 2,
            "simplex_dual_edge_weight_strategy": -1,
            "time_limit": seconds,
        }
        if method is Method.IPX:
            options |= {
                "solver": "ipx", "run_crossover": "off", "kkt_tolerance": max(KKT_PER_GAP * gap, 1e-8),
            }  # fmt: skip
        self._program = Program(**options)
        self._layout = build(problem, self._program)

    def run(self) -> Found | None:
        """Solve; None when the time was over before."""
        if not self._program.run():
            return None
        cost = self._program.objective
        return Found(
            flows=read(self.problem, self._program.values(), self._layout),
            cost_eur=cost,
            lower_bound_eur=cost if self.method is Method.SIMPLEX else None,
        )

    def start_from(self, last: "Direct", step: Onward) -> None:
        """Let the simplex begin at the basis of *last*, solved one control step before (*step*)."""
        program = self._program
        before, now = last.standing(None), self.standing(step.kept)
        program.start_from(carried(before, last.basis(), now, program.columns, program.rows))

    @property
    def iterations(self) -> int:
        """Return the simplex iterations of the last run."""
        return self._program.iterations

    def basis(self) -> Basis:
        """Return the basis of the last run."""
        return self._program.basis()

    def standing(self, names: Ints | None) -> Standing:
        """Return where the sessions stand in the program, called by *names*; None: by their position.

        For problems without bands, reserve, early leavers and tiers, as the reference instances are.
        """
        where, layout, cars = self._layout.where, self._layout, self.problem.sessions
        count, many = len(where.car), len(cars)
        charge, discharge = layout.columns(self.problem)
        low = int(discharge[-1, -1]) + 1 + np.arange(count)
        start = low[-1] + 1 + count + np.arange(many)
        edges = np.concatenate(([0.0], np.cumsum(self.problem.hours)))
        called = np.arange(many) if names is None else names
        return Standing(
            shape=Shape(pieces=len(charge)),
            # Both grids end at the same moment.
            edges=edges - edges[-1],
            blocks=Blocks(
                position=where.begin,
                first=cars.first,
                last=cars.last,
                start_column=start,
                unmet_column=(start + many)[:, None],
                target_row=layout.rows.first + count + np.arange(many),
                chain_row=layout.rows.first + where.begin,
                marks=marks_of(self.problem),
                block=where.car,
                step=where.step,
                charge=charge.T,
                discharge=discharge.T,
                stored=np.stack((low, low + count), axis=1),
                reserve=np.zeros((count, 0), dtype=np.int64),
                held=np.zeros((count, 0), dtype=np.int64),
            ),
            block_of={str(name): block for block, name in enumerate(called.tolist())},
        )
