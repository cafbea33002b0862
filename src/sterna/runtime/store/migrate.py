"""Brings a lasting database to the present shape: migrations for the runtime's own tables, comparison for projections.

The runtime's tables change rarely and by hand: Alembic migrations, packaged beside this module.
A projection is declared by its record; a new table or column is added, anything else is refused,
because guessing what a renamed column meant would lose data.
"""

import logging
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from sterna.kernel.errors import BadInput
from sterna.runtime.store.database import Database

SCRIPTS: Final = Path(__file__).with_name("migrations")
EMPTY: Final[dict[type, Any]] = {str: "", int: 0, float: 0.0, bool: False}
"""What rows of an earlier version get in a new column."""


def prepare(database: Database) -> None:
    """Bring *database* to the present shape; raises BadInput when a projection has changed its meaning."""
    if not database.lasting:
        database.create()
        return
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = database.connection
    command.upgrade(config, "head")
    for table in database.projections.values():
        _fit(database, table)
    database.commit()


def _fit(database: Database, table: sa.Table) -> None:
    """Create *table*, or add the columns that it lacks."""
    inspector = sa.inspect(database.connection)
    if not inspector.has_table(table.name):
        table.create(database.connection)
        return
    found = {column["name"]: column for column in inspector.get_columns(table.name)}
    key = set(inspector.get_pk_constraint(table.name)["constrained_columns"])
    _refuse_changes(database, table, found, key)
    operations = Operations(MigrationContext.configure(database.connection))
    for column in table.columns:
        if column.name not in found:
            empty = EMPTY[column.type.python_type]
            added = sa.Column(
                column.name, column.type, nullable=False, server_default=sa.literal(empty, column.type)
            )  # fmt: skip
            operations.add_column(table.name, added)


def _refuse_changes(
    database: Database, table: sa.Table, found: dict[str, Any], key: set[str]
) -> None:
    """Raise BadInput where the stored table cannot hold what the record now means."""
    source = str(database.engine.url)
    if key != {column.name for column in table.primary_key}:
        raise BadInput(source, table.name, f"has the key {sorted(key)}; write a migration")
    for name, column in found.items():
        if name not in table.columns:
            raise BadInput(
                source, f"{table.name}.{name}", "is no longer a field; write a migration"
            )
        if column["type"].python_type is not table.columns[name].type.python_type:
            raise BadInput(source, f"{table.name}.{name}", "has another type; write a migration")
