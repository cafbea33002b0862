"""The store: what is committed is there again, in whichever shape the code has today."""

from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from runtime.counting import Added, Counter, Site, Total
from sqlalchemy.dialects import postgresql

from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.kernel.records import Row
from sterna.runtime import virtual
from sterna.runtime.store import tables
from sterna.runtime.store.database import Database
from sterna.runtime.store.migrate import prepare
from sterna.runtime.virtual import VirtualClock


class Meter1(Row, frozen=True, kw_only=True, gc=False):
    table: ClassVar[str] = "meter"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    power_kw: Kilowatts


class Meter2(Meter1, frozen=True, kw_only=True, gc=False):
    good: bool = True
    where: str = ""


class MeterOfAnotherKey(Meter1, frozen=True, kw_only=True, gc=False):
    key: ClassVar[tuple[str, ...]] = ("id", "power_kw")


class MeterOfAnotherType(Row, frozen=True, kw_only=True, gc=False):
    table: ClassVar[str] = "meter"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    power_kw: str


class MeterOfLess(Row, frozen=True, kw_only=True, gc=False):
    table: ClassVar[str] = "meter"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str


def opened(path: Path, *rows: type[Row]) -> Database:
    database = Database(f"sqlite:///{path}", rows)
    prepare(database)
    return database


def test_migrations_lead_to_the_tables_that_the_code_expects(tmp_path: Path) -> None:
    database = opened(tmp_path / "a.db")
    context = MigrationContext.configure(database.connection, opts={"compare_type": True})
    assert compare_metadata(context, tables.own) == []
    database.close()


def test_a_database_in_memory_needs_no_migration() -> None:
    database = Database(rows=[Total])
    prepare(database)
    assert database.rows(Total, {}) == []
    database.close()


def test_a_new_field_becomes_a_column_and_old_rows_get_an_empty_value(tmp_path: Path) -> None:
    first = opened(tmp_path / "a.db", Meter1)
    first.project(Meter1, [("m1", 3.5)])
    first.commit()
    first.close()
    second = opened(tmp_path / "a.db", Meter2)
    second.project(Meter2, [("m2", -1.0, True, "roof")])
    assert second.rows(Meter2, {}) == [
        Meter2(id="m1", power_kw=Kilowatts(3.5), good=False, where=""),
        Meter2(id="m2", power_kw=Kilowatts(-1.0), good=True, where="roof"),
    ]
    second.close()


@pytest.mark.parametrize("changed", [MeterOfAnotherKey, MeterOfAnotherType, MeterOfLess])
def test_a_field_that_changed_its_meaning_is_refused(tmp_path: Path, changed: type[Row]) -> None:
    opened(tmp_path / "a.db", Meter1).close()
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", [changed])
    with pytest.raises(BadInput, match="write a migration"):
        prepare(database)
    database.close()


def test_a_later_row_replaces_an_earlier_one_with_the_same_key() -> None:
    database = Database(rows=[Meter1])
    database.create()
    database.project(Meter1, [("m", 1.0), ("m", 2.0)])
    database.project(Meter1, [("m", 3.0)])
    assert database.rows(Meter1, {"id": "m"}) == [Meter1(id="m", power_kw=Kilowatts(3.0))]
    database.close()


def test_facts_about_the_deployment_are_kept() -> None:
    database = Database()
    database.create()
    assert database.get("now") is None
    database.put("now", "1.5")
    database.put("now", "2.5")
    assert database.get("now") == "2.5"
    database.close()


def test_one_turn_of_the_loop_is_one_transaction_and_a_file_keeps_it(tmp_path: Path) -> None:
    async def first(clock: VirtualClock) -> int:
        site = Site(clock, opened(tmp_path / "a.db", Total))
        counter = site.counter()
        for second in range(1, 4):
            for _ in range(50):
                counter.tell(Added(at=clock.now(), amount=1))
            await clock.sleep_until(Instant(float(second)))
        # No close: the process ends here as if it had been killed.
        return site.journal.commits

    async def second(clock: VirtualClock) -> Counter:
        site = Site(clock, opened(tmp_path / "a.db", Total))
        counter = site.counter()
        assert len(site.journal.rows(Total)) == 150
        return counter.state

    assert virtual.run(first) == 3
    assert virtual.run(second) == Counter(total=150, steps=150)


def test_an_upsert_compiles_for_postgresql_with_one_parameter_per_column() -> None:
    table = tables.projections([Total])[Total]
    statement = postgresql.insert(table)
    upsert = statement.on_conflict_do_update(
        index_elements=["counter", "step"], set_={"total": statement.excluded.total}
    )
    engine = sa.create_mock_engine("postgresql+psycopg://", lambda *_: None, paramstyle="format")
    assert str(upsert.compile(dialect=engine.dialect)).count("%s") == len(table.columns)
