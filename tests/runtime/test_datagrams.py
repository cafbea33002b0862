"""Datagrams over loopback: sent, heard, and refused with a reason. Multicast needs a real link: see tests/app."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.runtime.datagrams import Datagrams, index_of, link_local, open_datagrams
from sterna.runtime.system import SystemClock

Heard = list[tuple[bytes, tuple[str, int]]]


def on_loopback(story: Callable[[], Awaitable[None]]) -> None:
    async def work() -> None:
        await story()

    asyncio.run(work())


async def opened(host: str) -> tuple[Datagrams, Heard]:
    heard: Heard = []
    box = await open_datagrams(lambda data, sender: heard.append((data, sender)), host=host)
    return box, heard


async def until(happened: Callable[[], object]) -> None:
    clock = SystemClock()
    for _ in range(500):
        if happened():
            return
        await clock.sleep_until(Instant(clock.now() + 0.01))
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_question_and_answer_find_their_way(host: str) -> None:
    async def story() -> None:
        charger, asked = await opened(host)
        car, answered = await opened(host)
        car.send(b"where", charger.place)
        await until(lambda: asked)
        assert asked == [(b"where", car.place)]
        charger.send(b"here", asked[0][1])
        await until(lambda: answered)
        assert answered == [(b"here", charger.place)]
        car.close()
        charger.close()

    on_loopback(story)


def test_a_place_that_is_taken_is_refused() -> None:
    async def story() -> None:
        box, _ = await opened("127.0.0.1")
        with pytest.raises(Refused, match="in use"):
            await open_datagrams(lambda _data, _sender: None, host="127.0.0.1", port=box.place[1])
        box.close()

    on_loopback(story)


def test_an_interface_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(Refused, match=r"no network interface 'nowhere0'; there are .*lo"):
        index_of("nowhere0")
    with pytest.raises(Refused, match="no link-local IPv6 address"):
        link_local("lo")
