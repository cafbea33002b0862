"""The runtime's own tables, and how a projection's record becomes a table."""

from collections.abc import Iterable
from typing import Any, Final, NewType, get_type_hints

import sqlalchemy as sa

from sterna.kernel.records import Row

NAMING: Final = {"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
"""Names of constraints, so that both databases and every migration agree on them."""

own = sa.MetaData(naming_convention=NAMING)
"""The tables that every deployment has; migrations create them."""

journal = sa.Table(
    "journal",
    own,
    sa.Column("actor", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)
"""What each actor was told, in its own order; *at* is in seconds since the Unix epoch."""

snapshot = sa.Table(
    "snapshot",
    own,
    sa.Column("actor", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""The newest snapshot of each actor: state, unacknowledged durable commands and timers after *seq*."""

meta = sa.Table(
    "meta",
    own,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""Facts about the deployment, e.g. the virtual time that a run had reached."""

COLUMN_TYPES: Final[dict[type, type[sa.types.TypeEngine[Any]]]] = {
    str: sa.Text,
    int: sa.BigInteger,
    float: sa.Double,
    bool: sa.Boolean,
}


def plain(kind: object) -> type:
    """Return the str, int, float or bool that stands behind *kind*, a field's annotation."""
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    assert kind in COLUMN_TYPES, f"a projection's field is str, int, float or bool, not {kind}"
    assert isinstance(kind, type)
    return kind


def projection(row: type[Row], metadata: sa.MetaData) -> sa.Table:
    """Return the table that holds rows of the kind *row*; its fields are the columns."""
    fields = {
        name: kind for name, kind in get_type_hints(row).items() if name in row.__struct_fields__
    }
    assert set(row.key) <= set(fields), (row, row.key)
    return sa.Table(
        row.table,
        metadata,
        *(
            sa.Column(
                name,
                COLUMN_TYPES[plain(fields[name])],
                primary_key=name in row.key,
                autoincrement=False,
                nullable=False,
            )
            for name in row.__struct_fields__
        ),
    )


def projections(rows: Iterable[type[Row]]) -> dict[type[Row], sa.Table]:
    """Return the tables of all *rows*, in metadata of their own."""
    metadata = sa.MetaData(naming_convention=NAMING)
    return {row: projection(row, metadata) for row in rows}
