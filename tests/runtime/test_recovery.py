"""Killed at any commit and started again, an actor loses nothing and doubles nothing."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from runtime.counting import Added, Counter, Pay, Site, Total
from typing_extensions import override

from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command, Row
from sterna.runtime import virtual
from sterna.runtime.store.database import Database
from sterna.runtime.virtual import VirtualClock


class Killed(BaseException):
    """The process ended."""


class MortalDatabase(Database):
    """A database whose process is killed at the n-th commit: just before it or just after."""

    def __init__(self, path: Path, rows: list[type[Row]], *, dies_at: int, committed: bool) -> None:
        super().__init__(f"sqlite:///{path}", rows)
        self._left = dies_at
        self._committed = committed

    @override
    def commit(self) -> None:
        self._left -= 1
        if self._left == 0 and not self._committed:
            self.connection.rollback()
            raise Killed
        super().commit()
        if self._left == 0:
            raise Killed


class Bank:
    """The outside world: it remembers what was paid under which id, and answers a little later."""

    def __init__(self) -> None:
        self.paid: dict[str, int] = {}

    def pay(self, command: Command, command_id: str) -> None:
        if isinstance(command, Pay):
            assert self.paid.setdefault(command_id, command.amount) == command.amount


@settings(deadline=None, max_examples=40)
@given(
    amounts=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    burst=st.integers(1, 4),
    snapshot_every=st.sampled_from([2, 3, 1000]),
    deaths=st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=5),
)
def test_no_event_row_or_payment_is_lost_or_doubled(
    amounts: list[int], burst: int, snapshot_every: int, deaths: list[tuple[int, bool]]
) -> None:
    bank = Bank()
    end: Counter | None = None
    with tempfile.TemporaryDirectory() as folder:
        for dies_at, committed in [*deaths, (10_000, True)]:
            database = MortalDatabase(
                Path(folder, "a.db"), [Total], dies_at=dies_at, committed=committed
            )

            async def life(clock: VirtualClock, database: Database = database) -> Counter:
                return await one_life(clock, database, bank, amounts, burst, snapshot_every)

            try:
                database.create()
                end = virtual.run(life)
            except Killed:
                continue
            finally:
                database.close()
    assert end == Counter(total=sum(amounts), steps=len(amounts))
    assert sorted(bank.paid.values()) == sorted(amounts)


async def one_life(
    clock: VirtualClock,
    database: Database,
    bank: Bank,
    amounts: list[int],
    burst: int,
    snapshot_every: int,
) -> Counter:
    """Run the counter until all amounts are counted, paid and acknowledged, or until killed."""
    site = Site(clock, database)

    def perform(command: Command, command_id: str) -> None:
        bank.pay(command, command_id)
        answered: Any = lambda: counter.acknowledge(command_id)  # noqa: E731
        clock.call_at(Instant(clock.now() + 1.5), answered)

    counter = site.counter(perform, snapshot_every=snapshot_every)
    await clock.sleep_until(Instant(clock.now() + 5))
    while counter.state.steps < len(amounts):  # the source sends what was never taken again
        taken = counter.state.steps
        for amount in amounts[taken : taken + burst]:
            counter.tell(Added(at=clock.now(), amount=amount))
        await clock.sleep_until(Instant(clock.now() + 1))
    await clock.sleep_until(Instant(clock.now() + 5))
    assert counter.waiting() == {}
    steps = [row.step for row in site.journal.rows(Total)]
    assert steps == list(range(1, len(amounts) + 1))
    site.journal.flush()
    return counter.state
