"""A small counter actor, link ends that remember, and a site in virtual time to put them in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import msgspec

from sterna.kernel.records import Command, Event, Forget, Row, WakeAt, Woke
from sterna.runtime.actor import Actor
from sterna.runtime.journal import Journal
from sterna.runtime.memory import MemoryNetwork
from sterna.runtime.ports import Link, Said, Wire
from sterna.runtime.store.database import Database
from sterna.runtime.supervisor import Supervisor
from sterna.runtime.trace import Trace
from sterna.runtime.virtual import VirtualClock


class Added(Event, frozen=True, kw_only=True, gc=False):
    amount: int


class Poison(Event, frozen=True, kw_only=True, gc=False):
    """Leaves the state half changed, then fails."""


class AskedToWake(Event, frozen=True, kw_only=True, gc=False):
    due: float


class NoLongerTired(Event, frozen=True, kw_only=True, gc=False):
    pass


class Pay(Command, frozen=True, kw_only=True, gc=False):
    amount: int


class Show(Command, frozen=True, kw_only=True, gc=False):
    durable: ClassVar[bool] = False

    total: int


class Total(Row, frozen=True, kw_only=True, gc=False):
    table: ClassVar[str] = "total"
    key: ClassVar[tuple[str, ...]] = ("counter", "step")

    counter: str
    step: int
    total: int
    share: float = 0.5
    even: bool = False


class Counter(msgspec.Struct, kw_only=True):
    total: int = 0
    steps: int = 0
    woken: int = 0


Told = Added | Poison | AskedToWake | NoLongerTired | Woke


def decide(state: Counter, event: Told) -> tuple[Counter, tuple[Command, ...]]:
    """Count; pay what was added; show the total; keep a row of every step."""
    match event:
        case Added(amount=amount):
            state.total += amount
            state.steps += 1
            row = Total(counter="c", step=state.steps, total=state.total, even=state.total % 2 == 0)
            return state, (row, Pay(amount=amount), Show(total=state.total))
        case Poison():
            state.total = -999
            raise AssertionError("a bug in the core")
        case AskedToWake(due=due):
            return state, (WakeAt(due=due, key="alarm"),)  # type: ignore[arg-type]
        case NoLongerTired():
            return state, (Forget(key="alarm"),)
        case Woke():
            state.woken += 1
    return state, ()


@dataclass
class Site:
    """What every test in virtual time needs."""

    clock: VirtualClock
    database: Database = field(default_factory=lambda: created(Database(rows=[Total])))

    def __post_init__(self) -> None:
        self.trace = Trace(self.clock)
        self.network = MemoryNetwork(self.clock, self.trace)
        self.journal = Journal(self.database, self.clock)
        self.supervisor = Supervisor(self.trace)
        self.performed: list[tuple[Command, str]] = []

    def counter(
        self,
        perform: Callable[[Command, str], None] | None = None,
        *,
        snapshot_every: int = 1000,
    ) -> Actor[Counter, Told]:
        """Return a started counter whose commands land in ``performed``."""
        actor = Actor(
            "counter",
            decide,
            Counter(),
            perform=perform or (lambda command, key: self.performed.append((command, key))),
            clock=self.clock,
            journal=self.journal,
            supervisor=self.supervisor,
            snapshot_every=snapshot_every,
        )
        actor.start()
        return actor


def created(database: Database) -> Database:
    """Return *database* with its tables."""
    database.create()
    return database


class Remembers:
    """A link end that remembers what happened on it."""

    def __init__(self) -> None:
        self.link: Link | None = None
        self.frames: list[bytes] = []
        self.closings: list[tuple[int, str]] = []

    def opened(self, link: Link) -> None:
        self.link = link

    def received(self, frame: bytes) -> None:
        self.frames.append(frame)

    def closed(self, code: int, reason: str) -> None:
        self.closings.append((code, reason))


def says(frame: bytes) -> Said | None:
    """Describe every frame but acknowledgements."""
    return None if frame == b"ack" else Said(msg=f"OCPP {frame.decode(errors='replace')}")


WIRE = Wire(protocol="OCPP", src="CS_C/porto-03", dst="CS_EMS", describe=says)
