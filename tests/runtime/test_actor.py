"""The actor: journal, decide, commit, perform; and recovery that loses and doubles nothing."""

import msgspec
import pytest
from runtime.counting import (
    Added,
    AskedToWake,
    Counter,
    NoLongerTired,
    Pay,
    Poison,
    Show,
    Site,
    Total,
)

from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command, Event
from sterna.runtime import virtual
from sterna.runtime.actor import Actor
from sterna.runtime.supervisor import CRASHES_MAX, Hopeless
from sterna.runtime.virtual import VirtualClock


def test_commands_are_performed_in_order_after_the_commit() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter()
        counter.tell(Added(at=clock.now(), amount=3))
        counter.tell(Added(at=clock.now(), amount=4))
        assert site.performed == []
        await clock.sleep_until(Instant(1.0))
        assert [command for command, _ in site.performed] == [
            Pay(amount=3),
            Show(total=3),
            Pay(amount=4),
            Show(total=7),
        ]
        assert [key for _, key in site.performed] == [
            "counter/1.1",
            "counter/1.2",
            "counter/2.1",
            "counter/2.2",
        ]

    virtual.run(work)


def test_a_row_is_there_to_read_at_once() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter()
        for amount in (3, 4):
            counter.tell(Added(at=clock.now(), amount=amount))
        assert site.journal.rows(Total, counter="c", even=False) == [
            Total(counter="c", step=1, total=3),
            Total(counter="c", step=2, total=7),
        ]

    virtual.run(work)


def test_a_timer_wakes_the_core_once_and_a_newer_one_replaces_it() -> None:
    async def work(clock: VirtualClock) -> None:
        counter = Site(clock).counter()
        counter.tell(AskedToWake(at=clock.now(), due=10.0))
        counter.tell(AskedToWake(at=clock.now(), due=20.0))
        await clock.sleep_until(Instant(15.0))
        assert counter.state.woken == 0
        await clock.sleep_until(Instant(60.0))
        assert counter.state.woken == 1
        counter.tell(AskedToWake(at=clock.now(), due=70.0))
        counter.tell(NoLongerTired(at=clock.now()))
        await clock.sleep_until(Instant(80.0))
        assert counter.state.woken == 1

    virtual.run(work)


def test_a_restart_performs_again_only_what_was_not_acknowledged() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter()
        counter.tell(Added(at=clock.now(), amount=3))
        counter.tell(Added(at=clock.now(), amount=4))
        await clock.sleep_until(Instant(1.0))
        counter.acknowledge("counter/1.1")
        counter.acknowledge("counter/1.1")
        site.performed.clear()
        again = site.counter()
        await clock.sleep_until(Instant(2.0))
        assert again.state == counter.state
        assert site.performed == [(Pay(amount=4), "counter/2.1")]

    virtual.run(work)


def test_a_snapshot_carries_state_timers_and_waiting_commands() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter(snapshot_every=3)
        counter.tell(AskedToWake(at=clock.now(), due=50.0))
        for amount in (1, 2, 3):
            counter.tell(Added(at=clock.now(), amount=amount))
        await clock.sleep_until(Instant(1.0))
        assert site.database.snapshot_of("counter") is not None
        assert len(site.journal.entries_of("counter")) == 1
        counter.stop()
        assert site.journal.entries_of("counter") == []
        counter.tell(Added(at=clock.now(), amount=100))
        site.performed.clear()
        again = site.counter()
        await clock.sleep_until(Instant(60.0))
        assert (again.state.total, again.state.woken, counter.state.woken) == (6, 1, 0)
        assert [command for command, _ in site.performed] == [
            Pay(amount=1),
            Pay(amount=2),
            Pay(amount=3),
        ]

    virtual.run(work)


def test_a_timer_that_came_due_while_the_process_was_down_wakes_at_once() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter()
        counter.tell(AskedToWake(at=clock.now(), due=10.0))
        counter.stop()
        await clock.sleep_until(Instant(100.0))
        again = site.counter()
        await clock.sleep_until(Instant(100.5))
        assert again.state.woken == 1

    virtual.run(work)


def test_a_poison_event_is_skipped_for_ever_and_reported() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter()
        counter.tell(Added(at=clock.now(), amount=3))
        counter.tell(Poison(at=clock.now()))
        counter.tell(Added(at=clock.now(), amount=4))
        assert counter.state.total == 7
        assert [record.msg for record in site.trace.problems] == [
            "SUPERVISOR crash",
            "SUPERVISOR crash",
            "SUPERVISOR gave up",
        ]
        again = site.counter()
        assert again.state.total == 7
        assert len(site.trace.problems) == 3

    virtual.run(work)


def test_a_command_that_always_crashes_is_given_up_and_reported() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        tries: list[str] = []

        def perform(command: Command, key: str) -> None:
            if isinstance(command, Pay):
                tries.append(key)
            assert not isinstance(command, Pay), "a bug in the room"

        counter = site.counter(perform)
        counter.tell(Added(at=clock.now(), amount=3))
        await clock.sleep_until(Instant(1.0))
        assert tries == ["counter/1.1"] * 3
        assert counter.state.total == 3
        assert counter.waiting() == {}
        assert site.trace.problems[-1].fields == {"what": "command counter/1.1"}

    virtual.run(work)


def test_a_poison_event_that_killed_the_process_is_skipped_at_the_next_start() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter()
        counter.tell(Added(at=clock.now(), amount=3))
        counter.tell(AskedToWake(at=clock.now(), due=10.0))
        counter.tell(AskedToWake(at=clock.now(), due=20.0))
        counter.tell(NoLongerTired(at=clock.now()))
        counter.tell(AskedToWake(at=clock.now(), due=5.0))
        await clock.sleep_until(Instant(30.0))
        poison = msgspec.msgpack.encode(Poison(at=clock.now()))
        site.journal.append("counter", 7, "Poison", poison, clock.now())
        again = site.counter()
        assert (again.state.total, again.state.woken) == (3, 1)
        assert site.trace.problems[-1].fields == {"what": "event 7 Poison"}
        again.tell(Added(at=clock.now(), amount=4))
        assert site.counter().state.total == 7

    virtual.run(work)


def test_an_actor_that_always_crashes_ends_the_run() -> None:
    async def work(clock: VirtualClock) -> None:
        counter = Site(clock).counter()
        for _ in range(CRASHES_MAX):
            counter.crashed(RuntimeError("again"))

    with pytest.raises(Hopeless, match="counter crashed 20 times"):
        virtual.run(work)


def test_a_core_must_name_the_union_of_its_events() -> None:
    def vague(state: Counter, event: Event) -> tuple[Counter, tuple[Command, ...]]:
        return state, ()

    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        with pytest.raises(AssertionError, match="union of its events"):
            Actor(
                "vague",
                vague,
                Counter(),
                perform=lambda _command, _key: None,
                clock=clock,
                journal=site.journal,
                supervisor=site.supervisor,
            )

    virtual.run(work)


def test_a_failed_task_restarts_the_actor() -> None:
    async def work(clock: VirtualClock) -> None:
        site = Site(clock)
        counter = site.counter()
        counter.tell(Added(at=clock.now(), amount=3))
        await clock.sleep_until(Instant(1.0))
        counter.crashed(RuntimeError("lost"))
        await clock.sleep_until(Instant(2.0))
        assert counter.state.total == 3
        assert [key for _, key in site.performed] == ["counter/1.1", "counter/1.2", "counter/1.1"]

    virtual.run(work)
