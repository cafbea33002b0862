"""Ids, chance, clock and cards: small ports that everything leans on."""

import asyncio
import subprocess
import sys

import pytest

from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Chance, Ids
from sterna.runtime.seeded import SeededChance, SeededIds
from sterna.runtime.system import SystemChance, SystemClock, SystemIds
from sterna.runtime.tasks import TaskCrew


@pytest.mark.parametrize("ids", [SeededIds(1), SystemIds()], ids=["seeded", "system"])
def test_ids_never_repeat_and_fit_everywhere(ids: Ids) -> None:
    made = [ids.new(kind) for kind in ("session", "reservation") * 500]
    assert len(set(made)) == len(made)
    assert max(map(len, made)) <= 36


def test_seeded_ids_are_the_same_again_but_not_in_another_life_or_seed() -> None:
    first = [SeededIds(1).new("session") for _ in range(3)]
    assert len(set(first)) == 1
    assert SeededIds(1, life=1).new("session") != first[0]
    assert SeededIds(2).new("session") != first[0]


def test_a_stream_depends_on_the_seed_and_its_name_alone() -> None:
    def drawn(*, before: int) -> list[float]:
        chance = SeededChance(7)
        for _ in range(before):
            chance.uniform(0, 1)
        weather = chance.stream("weather")
        return [weather.uniform(0, 1), weather.normal(0, 1), float(weather.below(1000))]

    assert drawn(before=0) == drawn(before=5)
    assert drawn(before=0) != [SeededChance(7).stream("cars").uniform(0, 1)]


def test_the_hash_seed_of_python_changes_nothing() -> None:
    code = (
        "from sterna.runtime.seeded import SeededChance, SeededIds;"
        "print(SeededChance(7).stream('x').uniform(0, 1), SeededIds(7).new('session'))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


@pytest.mark.parametrize("chance", [SeededChance(1), SystemChance()], ids=["seeded", "system"])
def test_chance_stays_inside_its_bounds(chance: Chance) -> None:
    stream = chance.stream("x")
    assert all(2.0 <= stream.uniform(2.0, 3.0) < 3.0 for _ in range(200))
    assert {stream.below(3) for _ in range(200)} == {0, 1, 2}
    assert -100 < stream.normal(0.0, 1.0) < 100


def test_the_system_clock_waits_for_real() -> None:
    async def work() -> float:
        clock = SystemClock()
        began, called = clock.now(), asyncio.Event()
        clock.call_at(Instant(began - 5), called.set)
        await called.wait()
        called.clear()
        clock.call_at(Instant(began + 0.02), called.set)
        await called.wait()
        await clock.sleep_until(Instant(began + 0.04))
        return clock.now() - began

    assert 0.03 < asyncio.run(work()) < 5.0


def test_a_crew_reports_failures_and_ends_together() -> None:
    async def fails() -> None:
        raise ValueError("x")

    async def waits(ended: list[str]) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("cancelled")

    async def work() -> None:
        failures: list[BaseException] = []
        ended: list[str] = []
        crew = TaskCrew(failures.append)
        crew.start(fails(), name="fails")
        crew.start(waits(ended), name="waits")
        await SystemClock().sleep_until(Instant(SystemClock().now() + 0.01))
        await crew.close()
        assert [str(failure) for failure in failures] == ["x"]
        assert ended == ["cancelled"]

    asyncio.run(work())
