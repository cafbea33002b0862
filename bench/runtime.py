"""What the runtime costs per event, frame and request: ``python bench/runtime.py``.

CPU time of one process; compare ratios, not absolute times. The bounds are those that let 72 h of
a 60-EVSE site, some 300 000 frames, run within 20 s.
"""

import asyncio
import tempfile
import time
from typing import ClassVar, Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command, Event, Row, Woke
from sterna.runtime import virtual
from sterna.runtime.actor import Actor
from sterna.runtime.http import Directory, Host, MemoryHttp
from sterna.runtime.journal import Journal
from sterna.runtime.memory import MemoryNetwork
from sterna.runtime.ports import Link, Request, Said, Wire
from sterna.runtime.store.database import Database
from sterna.runtime.supervisor import Supervisor
from sterna.runtime.trace import Trace
from sterna.runtime.virtual import VirtualClock

TURNS: Final = 1000
BATCH: Final = 50
FRAME: Final = b"x" * 400


class Added(Event, frozen=True, kw_only=True, gc=False):
    """An amount to count."""

    amount: int


class Total(Row, frozen=True, kw_only=True, gc=False):
    """The total after a step."""

    table: ClassVar[str] = "total"
    key: ClassVar[tuple[str, ...]] = ("step",)

    step: int
    total: int


class Counter(msgspec.Struct, kw_only=True):
    """What was counted."""

    total: int = 0
    step: int = 0


def decide(state: Counter, event: Added | Woke) -> tuple[Counter, tuple[Command, ...]]:
    """Count and keep a row of every step."""
    if isinstance(event, Added):
        state.total += event.amount
        state.step += 1
    return state, (Total(step=state.step, total=state.total),)


def told(url: str) -> float:
    """Return the microseconds of one told event with its projection row, in batches of 50."""

    async def work(clock: VirtualClock) -> float:
        database = Database(url, [Total])
        database.create()
        journal = Journal(database, clock)
        actor = Actor(
            "counter",
            decide,
            Counter(),
            perform=lambda _command, _key: None,
            clock=clock,
            journal=journal,
            supervisor=Supervisor(Trace(clock)),
        )
        actor.start()
        began = time.process_time()
        for turn in range(TURNS):
            for _ in range(BATCH):
                actor.tell(Added(at=clock.now(), amount=1))
            await clock.sleep_until(Instant(turn + 1.0))
        journal.flush()
        spent = time.process_time() - began
        database.close()
        return spent / (TURNS * BATCH) * 1e6

    return virtual.run(work)


class End:
    """A link end that counts."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.count = 0

    def opened(self, link: Link) -> None:
        """Keep the link."""
        self.links.append(link)

    def received(self, _frame: bytes) -> None:
        """Count the frame."""
        self.count += 1

    def closed(self, _code: int, _reason: str) -> None:
        """Do nothing: the run is over."""


def carried() -> float:
    """Return the microseconds of one frame from end to end in memory, hashed and told to a listener."""

    async def work(clock: VirtualClock) -> float:
        trace = Trace(clock)
        trace.listen(lambda _record: None)
        network = MemoryNetwork(clock, trace)
        here, there = End(), End()
        said = Said(msg="OCPP TransactionEvent Updated", keys=("tx:1",), fields={"kw": 1.0})
        wire = Wire(protocol="OCPP", src="CS_C/a", dst="CS_EMS", describe=lambda _frame: said)
        await network.listen("cs_ems", lambda _knock: there)
        network.dial("cs_ems", here, wire=wire)
        await clock.sleep_until(Instant(1.0))
        began = time.process_time()
        for turn in range(TURNS):
            for _ in range(BATCH):
                here.links[0].send(FRAME)
            await clock.sleep_until(Instant(turn + 2.0))
        assert there.count == TURNS * BATCH
        return (time.process_time() - began) / (TURNS * BATCH) * 1e6

    return virtual.run(work)


async def _hello(_asked: Asked) -> PlainTextResponse:
    return PlainTextResponse("hello")


def asked() -> float:
    """Return the microseconds of one HTTP request and response in memory, traced."""

    async def work(clock: VirtualClock) -> float:
        network = MemoryNetwork(clock, Trace(clock))
        directory = Directory()
        app = Starlette(routes=[Route("/hello", _hello)])
        host = Host(
            component="PMS", protocol="REST", describe_request=lambda _m, _p, _b: None, app=app
        )
        directory.add("parking", host)
        http = MemoryHttp(network, directory, "WEBAPP")
        began = time.process_time()
        for _ in range(TURNS):
            await http.ask("parking", Request(method="GET", path="/hello"))
        return (time.process_time() - began) / TURNS * 1e6

    return virtual.run(work)


def slept() -> float:
    """Return the seconds of 60 tasks that each wake every 15 minutes for 72 hours."""

    async def station(clock: VirtualClock) -> None:
        for k in range(288):
            await clock.sleep_until(Instant(900.0 * k))

    async def work(clock: VirtualClock) -> float:
        began = time.process_time()
        await asyncio.gather(*(station(clock) for _ in range(60)))
        return time.process_time() - began

    return virtual.run(work)


def main() -> None:
    """Print the figures beside their bounds."""
    with tempfile.TemporaryDirectory() as folder:
        lines = (
            ("told event with row, memory", told("sqlite://"), "us", 15.0),
            ("told event with row, SQLite file", told(f"sqlite:///{folder}/a.db"), "us", 30.0),
            ("frame in memory, traced", carried(), "us", 10.0),
            ("HTTP request in memory", asked(), "us", 150.0),
            ("60 tasks x 288 sleeps", slept(), "s", 0.3),
        )
    for name, value, unit, bound in lines:
        print(f"{name:36} {value:8.2f} {unit:2} (bound {bound:g})")


if __name__ == "__main__":
    main()
