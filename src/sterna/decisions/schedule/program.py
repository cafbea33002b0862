"""A linear program inside HiGHS, kept alive between solves.

The only module that speaks to the solver. One thread and one seed: the same
calls give the same bytes.
"""

from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray

from sterna.decisions.schedule.columns import Values
from sterna.decisions.schedule.entries import Entries
from sterna.decisions.schedule.problem import Floats, Ints

SEED: Final = 1
"""Any constant will do; it settles ties inside the solver."""
MILP_SECONDS_MAX: Final = 20.0
"""A schedule with binaries is rare and small; after this time its proven gap is reported."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowEntries:
    """The non-zeros of rows in compressed form: *starts* per row, *columns*, *values*."""

    starts: Ints
    columns: Ints
    values: Floats


BASIC: Final = highspy.HighsBasisStatus.kBasic
AT_LOWER: Final = highspy.HighsBasisStatus.kLower


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """The solver's status of every column and every row: its own objects, which are dear to turn into numbers."""

    columns: NDArray[np.object_]
    rows: NDArray[np.object_]


class Program:
    """Columns and rows in HiGHS. Add them, change them, run, read the values."""

    def __init__(self, **options: bool | float | str) -> None:
        """Start with no columns and no rows. *options*: of HiGHS, instead of those that suit `rolling`."""
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # HiGHS has no types
        settings: dict[str, bool | float | str] = {
            "output_flag": False,
            "threads": 1,
            "random_seed": SEED,
            "solver": "simplex",
            "presolve": "off",
            "simplex_strategy": 1,
            "simplex_scale_strategy": 0,
            "simplex_dual_edge_weight_strategy": 1,
        }
        for option, value in (settings | options).items():
            status = self._highs.setOptionValue(option, value)
            assert status == highspy.HighsStatus.kOk, option
        self._cost = np.zeros(0)
        self._lower = np.zeros(0)
        self._upper = np.zeros(0)
        self._open = self._upper
        """Upper bounds before anything was closed."""
        self._row_lower = np.zeros(0)
        self._row_upper = np.zeros(0)

    @property
    def columns(self) -> int:
        """Return the number of columns."""
        return len(self._cost)

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self._row_lower)

    def add_rows(self, lower: Floats, upper: Floats, entries: RowEntries | None = None) -> int:
        """Add rows, empty unless *entries* says otherwise; return the index of the first."""
        first, count = self.rows, len(lower)
        found = entries or RowEntries(
            starts=np.zeros(count, dtype=np.int64),
            columns=np.zeros(0, dtype=np.int64),
            values=np.zeros(0),
        )
        self._highs.addRows(
            count,
            lower,
            upper,
            len(found.columns),
            found.starts.astype(np.int32),
            found.columns.astype(np.int32),
            found.values,
        )
        self._row_lower = np.concatenate((self._row_lower, lower))
        self._row_upper = np.concatenate((self._row_upper, upper))
        return first

    def add_columns(self, values: Values, entries: Entries) -> int:
        """Add columns; return the index of the first."""
        first = self.columns
        self._highs.addCols(
            len(values.cost),
            values.cost,
            values.lower,
            values.upper,
            len(entries.rows),
            entries.starts.astype(np.int32),
            entries.rows.astype(np.int32),
            entries.values,
        )
        self._cost = np.concatenate((self._cost, values.cost))
        self._lower = np.concatenate((self._lower, values.lower))
        self._upper = np.concatenate((self._upper, values.upper))
        self._open = np.concatenate((self._open, values.upper))
        return first

    def upper(self, columns: Ints) -> Floats:
        """Return the upper bounds of *columns*."""
        found: Floats = self._upper[columns]
        return found

    def set_columns(self, values: Values) -> None:
        """Give all columns new prices and bounds; only what differs reaches the solver."""
        changed = np.flatnonzero(
            (values.lower != self._lower) | (values.upper != self._upper)
        ).astype(np.int32)
        if len(changed):
            self._highs.changeColsBounds(
                len(changed), changed, values.lower[changed], values.upper[changed]
            )
        dearer = np.flatnonzero(values.cost != self._cost).astype(np.int32)
        if len(dearer):
            self._highs.changeColsCost(len(dearer), dearer, values.cost[dearer])
        self._cost, self._lower, self._upper = values.cost, values.lower, values.upper
        self._open = values.upper

    def close(self, columns: Ints) -> None:
        """Let *columns* be 0, and all that were closed before as `set_columns` said."""
        upper = self._open.copy()
        upper[columns] = 0.0
        changed = np.flatnonzero(upper != self._upper).astype(np.int32)
        if len(changed):
            self._highs.changeColsBounds(
                len(changed), changed, self._lower[changed], upper[changed]
            )
        self._upper = upper

    def set_rows(self, lower: Floats, upper: Floats) -> None:
        """Give all rows new sides; only what differs reaches the solver."""
        changed = np.flatnonzero((lower != self._row_lower) | (upper != self._row_upper))
        if len(changed):
            self._highs.changeRowsBounds(
                len(changed), changed.astype(np.int32), lower[changed], upper[changed]
            )
        self._row_lower, self._row_upper = lower, upper

    def set_entry(self, row: int, column: int, value: float) -> None:
        """Change one coefficient."""
        self._highs.changeCoeff(row, column, value)

    def run(self) -> bool:
        """Solve; return whether the solver calls the result optimal."""
        self._highs.run()
        return bool(self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def run_by_interior_point(self) -> bool:
        """Solve from scratch without a basis, for programs of weeks; return whether the result is optimal.

        Among solutions of equal cost it returns one in their middle. The objective is optimal to 1e-7.
        """
        for option, value in (("solver", "ipx"), ("presolve", "on"), ("run_crossover", "off")):
            self._highs.setOptionValue(option, value)
        return self.run()

    def run_whole(self, columns: Ints) -> float:
        """Solve with *columns* (bounds 0 and 1) as integers; return the proven lower bound, EUR.

        Afterwards they are fixed and the program is solved once more, so that the rows
        have prices.
        """
        count, chosen = len(columns), columns.astype(np.int32)
        self._kinds(chosen, highspy.HighsVarType.kInteger)
        for option, value in (
            ("solver", "choose"),
            ("presolve", "on"),
            ("mip_rel_gap", 1e-6),
            ("time_limit", MILP_SECONDS_MAX),
        ):
            self._highs.setOptionValue(option, value)
        self._highs.run()
        bound = float(self._highs.getInfo().mip_dual_bound)
        picked = np.round(self.values()[columns])
        self._kinds(chosen, highspy.HighsVarType.kContinuous)
        self._highs.changeColsBounds(count, chosen, picked, picked)
        self._highs.run()
        return bound

    def _kinds(self, columns: NDArray[np.int32], kind: Any) -> None:
        """Make all *columns* of one *kind*."""
        kinds = np.full(len(columns), int(kind), dtype=np.uint8)
        self._highs.changeColsIntegrality(len(columns), columns, kinds)

    def basis(self) -> Basis:
        """Return which columns and rows the last solve left in the basis."""
        found = self._highs.getBasis()
        return Basis(
            columns=np.array(found.col_status, dtype=np.object_),
            rows=np.array(found.row_status, dtype=np.object_),
        )

    def start_from(self, basis: Basis) -> None:
        """Let the next solve begin at *basis*, which need not be complete or regular."""
        start = highspy.HighsBasis()
        start.valid = True
        start.alien = True  # HiGHS then completes what is missing with slacks.
        start.col_status = basis.columns.tolist()
        start.row_status = basis.rows.tolist()
        self._highs.setBasis(start)

    def forget_basis(self) -> None:
        """Drop what the last solve left behind, so that the next one starts cold."""
        self._highs.clearSolver()

    def values(self) -> Floats:
        """Return the columns' values, shape (columns,)."""
        return np.fromiter(self._highs.getSolution().col_value, np.float64, self.columns)

    def row_prices(self) -> Floats:
        """Return d objective / d right side of the rows, shape (rows,)."""
        return np.fromiter(self._highs.getSolution().row_dual, np.float64, self.rows)

    @property
    def objective(self) -> float:
        """Return the cost of the solution."""
        return float(self._highs.getInfo().objective_function_value)

    @property
    def iterations(self) -> int:
        """Return the simplex iterations of the last run."""
        return int(self._highs.getInfo().simplex_iteration_count)
