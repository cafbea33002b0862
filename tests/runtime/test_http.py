"""HTTP in memory: the peer's real application answers, through latency, and the trace hears it."""

import asyncio

import pytest
from runtime.counting import Site
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import PlainTextResponse
from starlette.responses import Response as Answer
from starlette.routing import Route

from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.runtime import virtual
from sterna.runtime.http import Directory, Host, MemoryHttp
from sterna.runtime.ports import Request, Said
from sterna.runtime.trace import Record
from sterna.runtime.virtual import VirtualClock


async def book(asked: Asked) -> Answer:
    body = (await asked.body()).decode()
    slot = asked.query_params.get("slot", "none")
    return PlainTextResponse(f"{asked.path_params['who']} {slot} {body}", status_code=201)


async def never(_asked: Asked) -> Answer:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


async def broken(_asked: Asked) -> Answer:
    raise AssertionError("a bug in the room")


APP = Starlette(
    routes=[
        Route("/book/{who}", book, methods=["POST"]),
        Route("/never", never),
        Route("/broken", broken),
    ]
)


def asked(method: str, path: str, _body: bytes) -> Said | None:
    return Said(msg=f"REST {method} {path.partition('?')[0]}")


def answered(_method: str, path: str, status: int, _body: bytes) -> Said | None:
    return Said(msg=f"REST {status} {path.partition('?')[0]}") if status == 201 else None


class Rooms:
    """A parking room that serves, and a client of another component."""

    def __init__(self, clock: VirtualClock) -> None:
        self.site = Site(clock)
        self.directory = Directory()
        host = Host(
            component="PMS", protocol="REST", describe_request=asked, describe_response=answered, app=APP
        )  # fmt: skip
        self.directory.add("parking", host)
        self.http = MemoryHttp(self.site.network, self.directory, "WEBAPP")


BOOKING = Request(method="POST", path="/book/an%20na?slot=s1", body=b"please")


def test_the_real_application_answers_one_round_trip_later() -> None:
    async def work(clock: VirtualClock) -> None:
        rooms = Rooms(clock)
        answer = await rooms.http.ask("parking", BOOKING)
        assert (answer.status, answer.body) == (201, b"an na s1 please")
        assert ("content-length", "15") in answer.headers
        assert clock.now() == pytest.approx(0.020)

    virtual.run(work)


def test_request_and_response_stand_in_the_trace_with_their_components() -> None:
    async def work(clock: VirtualClock) -> None:
        rooms, lines = Rooms(clock), list[Record]()
        rooms.site.trace.listen(lines.append)
        await rooms.http.ask("parking", BOOKING)
        await rooms.http.ask("parking", Request(method="GET", path="/none"))
        assert [(line.src, line.dst, line.msg, line.status) for line in lines] == [
            ("WEBAPP", "PMS", "REST POST /book/an%20na", ""),
            ("PMS", "WEBAPP", "REST 201 /book/an%20na", "201"),
            ("WEBAPP", "PMS", "REST GET /none", ""),
        ]
        assert {line.link for line in lines} == {"REST WEBAPP PMS"}
        assert rooms.site.trace.frames() == {"REST": 4}

    virtual.run(work)


@pytest.mark.parametrize("why", ["parted", "absent", "silent"])
def test_no_answer_in_time_is_unreachable(why: str) -> None:
    async def work(clock: VirtualClock) -> None:
        rooms = Rooms(clock)
        request = Request(method="GET", path="/never")
        if why == "parted":
            rooms.site.network.partition("WEBAPP", "PMS")
        if why == "absent":
            rooms.directory.remove("parking")
        with pytest.raises(Unreachable):
            await rooms.http.ask("parking", request, timeout_s=7.0)
        assert clock.now() == (0.0 if why == "absent" else 7.0)

    virtual.run(work)


def test_a_partition_on_the_way_back_loses_the_answer_but_not_the_effect() -> None:
    async def work(clock: VirtualClock) -> None:
        rooms, lines = Rooms(clock), list[Record]()
        rooms.site.trace.listen(lines.append)
        clock.call_at(Instant(0.015), lambda: rooms.site.network.partition("WEBAPP", "PMS"))
        with pytest.raises(Unreachable):
            await rooms.http.ask("parking", BOOKING)
        assert len(lines) == 2

    virtual.run(work)


def test_a_repeated_request_has_its_effect_twice() -> None:
    async def work(clock: VirtualClock) -> None:
        rooms, lines = Rooms(clock), list[Record]()
        rooms.site.trace.listen(lines.append)
        rooms.site.network.repeat_next("WEBAPP", "PMS")
        answer = await rooms.http.ask("parking", BOOKING)
        assert answer.status == 201
        assert [line.msg.split(" ")[1] for line in lines] == ["POST", "201", "POST", "201"]

    virtual.run(work)


def test_a_bug_in_the_server_is_its_own_and_the_client_sees_500() -> None:
    async def work(clock: VirtualClock) -> None:
        rooms = Rooms(clock)
        answer = await rooms.http.ask("parking", Request(method="GET", path="/broken"))
        assert answer.status == 500
        (problem,) = rooms.site.trace.problems
        assert (problem.src, problem.fields["bug"]) == ("PMS", "AssertionError: a bug in the room")

    virtual.run(work)


def test_an_unknown_host_is_unreachable_and_queries_may_be_absent() -> None:
    async def work(clock: VirtualClock) -> None:
        rooms = Rooms(clock)
        answer = await rooms.http.ask("parking", Request(method="POST", path="/book/x"))
        assert answer.body == b"x none "
        with pytest.raises(Unreachable, match="no host"):
            await rooms.http.ask("nowhere", BOOKING)

    virtual.run(work)
