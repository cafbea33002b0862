"""Parity: the same application and the same caller over loopback sockets give the trace of memory."""

import asyncio

import pytest
from runtime.test_http import APP, BOOKING, answered, asked

from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.runtime.http import Directory, Host
from sterna.runtime.ports import Request
from sterna.runtime.sockets import SocketHttp, served
from sterna.runtime.system import SystemClock
from sterna.runtime.trace import Record, Trace


def host(url: str) -> Host:
    return Host(
        component="PMS", protocol="REST", describe_request=asked, describe_response=answered, url=url
    )  # fmt: skip


def test_the_same_request_over_sockets_gets_the_same_answer_and_lines() -> None:
    async def work() -> None:
        trace, lines, directory = Trace(SystemClock()), list[Record](), Directory()
        trace.listen(lines.append)
        async with served(APP) as url:
            directory.add("parking", host(url))
            http = SocketHttp(trace, directory, "WEBAPP")
            answer = await http.ask("parking", BOOKING)
            assert (answer.status, answer.body) == (201, b"an na s1 please")
            await http.ask("parking", Request(method="GET", path="/none"))
            await http.close()
        assert [(line.src, line.dst, line.msg) for line in lines] == [
            ("WEBAPP", "PMS", "REST POST /book/an%20na"),
            ("PMS", "WEBAPP", "REST 201 /book/an%20na"),
            ("WEBAPP", "PMS", "REST GET /none"),
        ]

    asyncio.run(work())


def test_no_answer_in_time_is_unreachable() -> None:
    async def work() -> None:
        async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            await reader.read()
            writer.close()
            await writer.wait_closed()

        mute = await asyncio.start_server(wait, "127.0.0.1", 0)
        directory = Directory()
        directory.add("parking", host(f"http://127.0.0.1:{mute.sockets[0].getsockname()[1]}"))
        http = SocketHttp(Trace(SystemClock()), directory, "WEBAPP")
        with pytest.raises(Unreachable, match="Timeout"):
            await http.ask("parking", BOOKING, timeout_s=0.05)
        await http.close()
        mute.close()
        await SystemClock().sleep_until(Instant(SystemClock().now() + 0.02))

    asyncio.run(work())


def test_nobody_there_is_unreachable() -> None:
    async def work() -> None:
        directory = Directory()
        directory.add("parking", host("http://127.0.0.1:1"))
        http = SocketHttp(Trace(SystemClock()), directory, "WEBAPP")
        with pytest.raises(Unreachable):
            await http.ask("parking", BOOKING, timeout_s=1.0)
        await http.close()

    asyncio.run(work())
