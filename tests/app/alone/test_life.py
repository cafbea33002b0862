"""How a side leaves: when it may, at once when asked twice, in the end without the other side's consent."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sterna.app.alone.life import ENDED_WELL, FAILED, LINE_BYTES_MAX, Life, obey
from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.ports import Clock


def lived(story: Callable[[Life, Clock], Awaitable[None]], *, ends: bool) -> tuple[int, float]:
    """Return exit code and length of a life whose side has something to end where *ends*."""

    async def work(clock: Clock) -> tuple[int, float]:
        life = Life(clock, lambda: ends)
        life.nothing_left = lambda: 7
        await story(life, clock)
        return await life.lived(), clock.now()

    return virtual.run(work)


async def told(life: Life, _clock: Clock) -> None:
    life.leave()


async def told_twice(life: Life, _clock: Clock) -> None:
    life.leave()
    life.leave()


async def in_time(life: Life, _clock: Clock) -> None:
    life.leave_after(5.0)


async def ended_before(life: Life, clock: Clock) -> None:
    life.leave_after(5.0)
    clock.call_at(Instant(2.0), lambda: life.end(ENDED_WELL))
    clock.call_at(Instant(1.0), life.leave)


@pytest.mark.parametrize(
    ("story", "ends", "code", "length"),
    [
        (told, False, 7, 0.0), (told, True, FAILED, 10.0), (told_twice, True, FAILED, 0.0),
        (in_time, False, 7, 5.0), (in_time, True, FAILED, 15.0), (ended_before, True, ENDED_WELL, 2.0),
    ],
)  # fmt: skip
def test_a_life_ends_as_it_should(
    story: Callable[[Life, Clock], Awaitable[None]], ends: bool, code: int, length: float  # noqa: FBT001
) -> None:  # fmt: skip
    assert lived(story, ends=ends) == (code, length)


def test_lines_are_obeyed_however_they_come() -> None:
    heard: list[str] = []
    complaints: list[str] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        over = loop.create_future()

        def order(line: str) -> str:
            heard.append(line)
            if line == "end":
                over.set_result(None)
            return "what?" if line == "faster" else ""

        deaf = obey(reading, order, complaints.append)
        os.write(writing, b"-7")
        os.write(writing, b"kW\n\n  stop \nfaster\n\xff\n" + b"x" * 3 * LINE_BYTES_MAX)
        os.write(writing, b"\nend\n")
        await over
        os.close(writing)
        deaf()
        os.close(reading)

    asyncio.run(work())
    assert heard[:4] == ["-7kW", "stop", "faster", "�"]
    assert heard[-1] == "end"
    assert complaints == ["what?"]


def test_where_nothing_can_be_typed_nothing_is_obeyed(tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("stop\n")

    async def work() -> None:
        with (tmp_path / "orders").open() as file:
            for number in (-1, file.fileno()):
                obey(number, lambda line: line, lambda _wrong: None)()

    asyncio.run(work())
