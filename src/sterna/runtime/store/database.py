"""One database on one connection: SQLite (called inline, which virtual time needs) or PostgreSQL.

Statements are compiled once and executed with plain tuples, because a journal row must cost
microseconds. Nothing here knows what a body means.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from msgspec import structs
from sqlalchemy.dialects import postgresql, sqlite

from sterna.kernel.records import Row
from sterna.runtime.store import tables

R = TypeVar("R", bound=Row)
JournalRow = tuple[str, int, str, bytes, float]
"""Actor, sequence number, kind, body, instant."""

MEMORY_URL: Final = "sqlite://"


class Database:
    """The tables of one deployment."""

    def __init__(self, url: str = MEMORY_URL, rows: Iterable[type[Row]] = ()) -> None:
        """Open *url* with a projection table for each kind of row; tables are made by ``create``."""
        self.lasting = url != MEMORY_URL
        """Whether what is committed outlives the process."""
        self.engine = sa.create_engine(url, **_options(url))
        self.connection = self.engine.connect()
        self.projections = tables.projections(rows)
        self._upserts = {row: self._upsert(table) for row, table in self.projections.items()}
        self._append = self._compiled(sa.insert(tables.journal))
        self._snapshot = self._upsert(tables.snapshot)
        self._meta = self._upsert(tables.meta)
        if self.engine.dialect.name == "sqlite" and self.lasting:
            self._tune_sqlite()

    def create(self) -> None:
        """Make all tables in an empty database; a lasting one is migrated instead, see ``migrate``."""
        tables.own.create_all(self.connection)
        for table in self.projections.values():
            table.create(self.connection, checkfirst=True)
        self.connection.commit()

    def append(self, entries: Sequence[JournalRow]) -> None:
        """Add journal rows to the open transaction."""
        self.connection.exec_driver_sql(self._append, list(entries))

    def project(self, row: type[Row], values: Iterable[tuple[Any, ...]]) -> None:
        """Add or replace projection rows in the open transaction; a later one wins."""
        self.connection.exec_driver_sql(self._upserts[row], list(values))

    def save_snapshot(self, actor: str, seq: int, body: bytes, *, compact: bool) -> None:
        """Replace the snapshot of *actor*; *compact* drops the journal that it makes superfluous."""
        self.connection.exec_driver_sql(self._snapshot, (actor, seq, body))
        if compact:
            journal = tables.journal.c
            covered = (journal.actor == actor) & (journal.seq <= seq)
            self.connection.execute(sa.delete(tables.journal).where(covered))

    def commit(self) -> None:
        """End the open transaction."""
        self.connection.commit()

    def snapshot_of(self, actor: str) -> tuple[int, bytes] | None:
        """Return sequence number and body of the newest snapshot of *actor*."""
        table = tables.snapshot.c
        found = self.connection.execute(
            sa.select(table.seq, table.body).where(table.actor == actor)
        ).first()
        return None if found is None else (found[0], bytes(found[1]))

    def journal_of(self, actor: str, *, after: int = 0) -> list[tuple[int, str, bytes]]:
        """Return (seq, kind, body) of what *actor* was told after *after*, in order."""
        table = tables.journal.c
        asked = (
            sa.select(table.seq, table.kind, table.body)
            .where(table.actor == actor, table.seq > after)
            .order_by(table.seq)
        )
        return [(seq, kind, bytes(body)) for seq, kind, body in self.connection.execute(asked)]

    def rows(self, row: type[R], equal: Mapping[str, object]) -> list[R]:
        """Return the projection rows whose fields *equal* these values, ordered by key."""
        table = self.projections[row]
        asked = sa.select(table).order_by(*(table.c[name] for name in row.key))
        for name, value in equal.items():
            asked = asked.where(table.c[name] == value)
        names = row.__struct_fields__
        return [
            row(**dict(zip(names, found, strict=True))) for found in self.connection.execute(asked)
        ]

    def put(self, name: str, value: str) -> None:
        """Remember a fact about the deployment, in the open transaction."""
        self.connection.exec_driver_sql(self._meta, (name, value))

    def get(self, name: str) -> str | None:
        """Return a fact about the deployment."""
        asked = sa.select(tables.meta.c.value).where(tables.meta.c.name == name)
        found: str | None = self.connection.execute(asked).scalar()
        return found

    def close(self) -> None:
        """Give the connection back and close the engine."""
        self.connection.close()
        self.engine.dispose()

    def _upsert(self, table: sa.Table) -> str:
        """Return SQL that inserts a row or replaces the one with the same key."""
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        statement: Any = insert(table)
        key = [column.name for column in table.primary_key]
        rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in key}
        if rest:
            return self._compiled(statement.on_conflict_do_update(index_elements=key, set_=rest))
        return self._compiled(statement.on_conflict_do_nothing(index_elements=key))

    def _compiled(self, statement: sa.Insert) -> str:
        """Return the SQL of *statement*, with one positional parameter per column in order."""
        return str(statement.compile(dialect=self.engine.dialect))

    def _tune_sqlite(self) -> None:
        # WAL: readers never wait. NORMAL: a power cut may lose the last commits, never damage the file;
        # a crash of the process loses nothing.
        self.connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        self.connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        self.connection.commit()


def values_of(row: Row) -> tuple[Any, ...]:
    """Return the column values of *row*."""
    return structs.astuple(row)


def _options(url: str) -> dict[str, Any]:
    """Return what the engine of *url* needs so that plain tuples fit its parameters."""
    if sa.make_url(url).get_backend_name() == "sqlite":
        return {"poolclass": sa.StaticPool, "connect_args": {"check_same_thread": False}}
    return {"paramstyle": "format", "poolclass": sa.StaticPool}
