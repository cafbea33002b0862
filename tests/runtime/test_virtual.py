"""The virtual loop: exact jumps, fair order, honest deadlocks, nothing left behind."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.virtual import Deadlock, VirtualClock

START = 1_751_328_000.0  # 2025-07-01T00:00:00Z


def test_time_starts_at_the_scenarios_start_and_jumps_exactly() -> None:
    async def work(clock: VirtualClock) -> list[float]:
        seen: list[float] = [clock.now()]
        for k in (0.1, 3.3, 900.0, 259_200.0):
            await clock.sleep_until(Instant(START + k))
            seen.append(clock.now())
        return seen

    assert virtual.run(work, start=START) == [
        START,
        START + 0.1,
        START + 3.3,
        START + 900.0,
        START + 259_200.0,
    ]


def test_equal_deadlines_run_in_the_order_in_which_they_were_set() -> None:
    async def work(clock: VirtualClock) -> list[int]:
        ran: list[int] = []
        for k in range(200):
            clock.call_at(Instant(START + 5), lambda k=k: ran.append(k))  # type: ignore[misc]
        await clock.sleep_until(Instant(START + 5))
        return ran

    assert virtual.run(work, start=START) == list(range(200))


def test_what_is_past_runs_in_the_next_turn() -> None:
    async def work(clock: VirtualClock) -> float:
        done = asyncio.Event()
        clock.call_at(Instant(0.0), done.set)
        await done.wait()
        return clock.now()

    assert virtual.run(work, start=START) == START


def test_a_cancelled_timer_never_runs_and_never_moves_time() -> None:
    async def work(clock: VirtualClock) -> float:
        timers = [
            clock.call_at(Instant(START + 1 + k), lambda: pytest.fail("ran")) for k in range(2000)
        ]
        for timer in timers:
            timer.cancel()
        await clock.sleep_until(Instant(START + 5000))
        return clock.now()

    assert virtual.run(work, start=START) == START + 5000


def test_waiting_for_ever_is_a_deadlock_that_names_who_waits() -> None:
    async def forgotten() -> None:
        await asyncio.get_running_loop().create_future()

    async def work(_clock: VirtualClock) -> None:
        task = asyncio.create_task(forgotten(), name="station-7")
        await task

    with pytest.raises(Deadlock) as caught:
        virtual.run(work)
    assert any("station-7" in name for name in caught.value.waiting)
    assert any(name.startswith("main") for name in caught.value.waiting)


def test_threads_are_replaced_by_calls_that_take_no_time() -> None:
    async def work(clock: VirtualClock) -> tuple[int, float]:
        return await asyncio.to_thread(sum, [1, 2, 3]), clock.now()

    assert virtual.run(work, start=START) == (6, START)


def test_an_error_in_an_inline_executor_reaches_the_caller() -> None:
    async def work(_clock: VirtualClock) -> None:
        await asyncio.to_thread(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        virtual.run(work)


def test_a_bug_in_a_callback_ends_the_run() -> None:
    async def work(clock: VirtualClock) -> None:
        clock.call_at(Instant(1.0), lambda: 1 // 0)  # type: ignore[arg-type]
        await clock.sleep_until(Instant(100.0))

    with pytest.raises(ZeroDivisionError):
        virtual.run(work)


def test_at_the_end_tasks_are_cancelled_and_generators_closed() -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("task")

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            ended.append("generator")

    kept = []

    async def work(clock: VirtualClock) -> None:
        kept.append(asyncio.create_task(endless()))
        generator = numbers()
        kept.append(generator)  # type: ignore[arg-type]
        await anext(generator)
        await clock.sleep_until(Instant(1.0))

    virtual.run(work)
    assert ended == ["task", "generator"]


def test_timeouts_of_asyncio_count_virtual_seconds() -> None:
    async def work(clock: VirtualClock) -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.get_running_loop().create_future()
        return clock.now() - START

    assert virtual.run(work, start=START) == 3600
