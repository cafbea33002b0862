"""The journal: what actors were told, gathered and committed once per turn of the loop.

An event, its projection rows and its acknowledgements become durable together; only then are
the commands performed that it caused. In memory nothing outlives the process, so rows are
gathered over many turns and written in bulk.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from sterna.kernel.quantities import Instant
from sterna.kernel.records import Row
from sterna.runtime.ports import Clock
from sterna.runtime.store.database import Database, JournalRow, values_of

R = TypeVar("R", bound=Row)

ROWS_HELD_MAX: Final = 2000
"""Rows gathered in memory before they are written; more saves nothing measurable."""

REACHED: Final = "now"
"""Fact of a lasting database: the instant of its last commit, written within that commit."""


class Journal:
    """The journals of all actors of a process, on one database."""

    def __init__(self, database: Database, clock: Clock, *, compact: bool = True) -> None:
        """Write to *database*; *compact* drops entries that a snapshot covers (False keeps an audit)."""
        self._database = database
        self._clock = clock
        self._compact = compact
        self._entries: list[JournalRow] = []
        self._rows: dict[type[Row], dict[tuple[Any, ...], tuple[Any, ...]]] = {}
        self._held = 0
        self._keys: dict[type[Row], tuple[int, ...]] = {}
        self._waiting: list[Callable[[], None]] = []
        self._due = False
        self.commits = 0
        """How many transactions were committed."""
        self.failed = False
        """Whether a write failed. Then no further command goes out: its event may not be durable."""

    def append(self, actor: str, seq: int, kind: str, body: bytes, at: Instant) -> None:
        """Add one entry to the next commit."""
        self._entries.append((actor, seq, kind, body, at))
        if not self._due:
            self._ask_for_turn()

    def project(self, row: Row) -> None:
        """Add a projection row to the next commit; it replaces an earlier one with the same key."""
        kind = type(row)
        rows = self._rows.get(kind)
        if rows is None:
            assert kind in self._database.projections, f"{kind.__name__} has no table here"
            fields = kind.__struct_fields__
            self._keys[kind] = tuple(fields.index(name) for name in kind.key)
            rows = self._rows[kind] = {}
        values = values_of(row)
        rows[tuple([values[k] for k in self._keys[kind]])] = values
        self._held += 1

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run *call* once what was added so far is durable."""
        self._waiting.append(call)
        if not self._due:
            self._ask_for_turn()

    def save_snapshot(self, actor: str, seq: int, body: bytes) -> None:
        """Add a snapshot of *actor* after *seq* to the next commit, together with what came before."""
        self._write()
        self.failed = True
        self._database.save_snapshot(actor, seq, body, compact=self._compact)
        self.failed = False
        if not self._due:
            self._ask_for_turn()

    def flush(self) -> None:
        """Make everything added so far durable now; a failure ends the journal and the process."""
        self._write()
        self.failed = True
        if self._database.lasting:
            self._database.put(REACHED, repr(float(self._clock.now())))
        self._database.commit()
        self.failed = False
        self.commits += 1

    def snapshot_of(self, actor: str) -> tuple[int, bytes] | None:
        """Return sequence number and body of the newest snapshot of *actor*."""
        return self._database.snapshot_of(actor)

    def entries_of(self, actor: str, *, after: int = 0) -> list[tuple[int, str, bytes]]:
        """Return (seq, kind, body) of what *actor* was told after *after*, in order."""
        self._write()
        return self._database.journal_of(actor, after=after)

    def rows(self, row: type[R], **equal: object) -> list[R]:
        """Return the projection rows of kind *row* whose fields have these values, ordered by key."""
        self._write()
        return self._database.rows(row, equal)

    def _ask_for_turn(self) -> None:
        self._due = True
        self._clock.call_at(self._clock.now(), self._turn)

    def _turn(self) -> None:
        """Commit what this turn of the loop gathered, then let the commands go."""
        self._due = False
        if self.failed:
            return  # The failure itself has been raised; nothing may go out after it.
        if self._database.lasting or len(self._entries) + self._held >= ROWS_HELD_MAX:
            self.flush()
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def _write(self) -> None:
        """Put what was gathered into the open transaction."""
        assert not self.failed, "a write has failed before: the process must end"
        self.failed = True
        if self._entries:
            self._database.append(self._entries)
            self._entries.clear()
        if self._held:
            for kind, rows in self._rows.items():
                if rows:
                    self._database.project(kind, rows.values())
                    rows.clear()
            self._held = 0
        self.failed = False
