"""Serving and delivering HTTP: one answer for each kind of error, and delivery until it is answered."""

from collections.abc import Awaitable, Callable

import pytest
from actors.ports_in_memory import Inbox, Ports

from sterna.kernel.errors import BrokenPeer, Refused, Unreachable
from sterna.kernel.quantities import Instant
from sterna.kernel.trace import Said
from sterna.runtime import virtual
from sterna.runtime.http import call
from sterna.runtime.ports import Request, Response
from sterna.runtime.replies import Replies
from sterna.runtime.service import Call, Service
from sterna.runtime.virtual import VirtualClock


def run(work: Callable[[Ports], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        await work(Ports(clock, []))

    virtual.run(main, start=0.0)


def says(method: str, path: str, _body: bytes) -> Said:
    return Said(msg=f"{method} {path}")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BrokenPeer("rubbish"), 400),
        (Refused("no"), 409),
        (Unreachable("nobody"), 503),
        (ZeroDivisionError("bug"), 500),
    ],
)
def test_each_kind_of_error_has_one_answer(error: Exception, status: int) -> None:
    async def work(_ports: Ports) -> None:
        bugs: list[BaseException] = []

        def fail(_call: Call) -> Response:
            raise error

        service = Service(bugs.append)
        service.on("POST", "/x", fail)
        answer = await call(service.app, Request(method="POST", path="/x"), "host")
        assert answer.status == status
        assert ("content-type", "application/problem+json") in answer.headers
        assert bugs == ([error] if status == 500 else [])

    run(work)


def test_an_unknown_path_is_a_problem_too() -> None:
    async def work(_ports: Ports) -> None:
        answer = await call(
            Inbox().service(("POST", "/x")).app, Request(method="GET", path="/y"), "host"
        )
        assert (answer.status, dict(answer.headers)["content-type"]) == (
            404,
            "application/problem+json",
        )

    run(work)


def test_a_delivery_is_repeated_until_the_peer_is_back() -> None:
    async def work(ports: Ports) -> None:
        inbox, answers = Inbox(), list[Response]()
        ports.courier("A").deliver("peer", Request(method="POST", path="/x"), answers.append)
        await ports.clock.sleep_until(Instant(1000))
        assert answers == []
        ports.host("peer", "B", "REST", inbox.service(("POST", "/x")).app, says, lambda *_: None)
        await ports.clock.sleep_until(Instant(2000))
        assert [answer.status for answer in answers] == [204]
        assert len(inbox.taken) == 1

    run(work)


def test_a_refusal_is_an_answer_and_is_not_repeated() -> None:
    async def work(ports: Ports) -> None:
        asked, answers = list[Call](), list[Response]()

        def refuse(request: Call) -> Response:
            asked.append(request)
            raise Refused("no")

        service = Service(lambda _: None)
        service.on("POST", "/x", refuse)
        ports.host("peer", "B", "REST", service.app, says, lambda *_: None)
        ports.courier("A").deliver("peer", Request(method="POST", path="/x"), answers.append)
        await ports.clock.sleep_until(Instant(1000))
        assert ([answer.status for answer in answers], len(asked)) == ([409], 1)

    run(work)


def test_a_delivery_that_is_always_in_vain_is_given_up_and_said() -> None:
    async def work(ports: Ports) -> None:
        reasons: list[str] = []
        ports.courier("A").deliver(
            "nobody", Request(method="GET", path="/"), lambda _: None, given_up=reasons.append
        )
        await ports.clock.sleep_until(Instant(600 * 311.0))
        assert reasons == ["no host nobody in the directory"]

    run(work)


def test_a_repetition_shares_the_answer_and_a_crowd_is_told_no() -> None:
    async def work(_ports: Ports) -> None:
        replies = Replies()
        first = replies.wait_for("k")
        assert replies.wait_for("k") is first
        replies.give("k", Response(status=200))
        replies.give("k", Response(status=500))
        assert (await first).status == 200
        for number in range(1000):
            assert not replies.wait_for(f"k-{number}").done()
        with pytest.raises(Unreachable):
            await replies.wait_for("one too many")

    run(work)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/a/one"),
        ("GET", "/a/one?x=1&x=2&empty="),
        ("GET", "/a/an%20na?x=%20y+z"),
        ("GET", "/a/"),
        ("GET", "/a"),
        ("GET", "/a/one%2Ftwo"),
        ("GET", "/a/fixed"),
        ("POST", "/a/one"),
        ("PUT", "/a/one"),
        ("HEAD", "/a/one"),
        ("GET", "/deep/b/c?d=e"),
        ("GET", "/deep/"),
        ("GET", "/deep"),
        ("GET", "/later"),
        ("GET", "/refused"),
        ("GET", "/bodiless"),
        ("GET", "/nowhere"),
    ],
)
def test_a_request_inside_the_process_gets_the_answer_that_a_socket_would_give(
    method: str, path: str
) -> None:
    def shown(name: str) -> Callable[[Call], Response]:
        return lambda call: Response(
            status=200, headers=(("X-Name", name),), body=repr(call).encode()
        )

    async def later(call: Call) -> Response:
        raise BrokenPeer(call.path)

    def refused(_call: Call) -> Response:
        raise Refused("no")

    service = Service(lambda _: None)
    service.on("GET", "/a/{name}", shown("a name"))
    service.on("GET", "/a/fixed", shown("never reached"))
    service.on("POST", "/a/{name}", shown("posted"))
    service.on("GET", "/deep/{path:path}", shown("deep"))
    service.on("GET", "/later", later)
    service.on("GET", "/refused", refused)
    service.on("GET", "/bodiless", lambda _: Response(status=204))
    request = Request(method=method, path=path, headers=(("Idempotency-Key", "k"),), body=b"text")

    async def work(_ports: Ports) -> None:
        by_asgi = await call(service.app, request, "host")
        answered = service.answer(request, "host")
        if answered is None:
            assert by_asgi.status in (307, 404, 405) or method == "HEAD"
        else:
            direct = answered if isinstance(answered, Response) else await answered
            assert direct == by_asgi

    run(work)
