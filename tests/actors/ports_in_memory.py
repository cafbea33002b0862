"""The ports of a run in memory, for tests of rooms: one clock, one network, one store, one trace."""

from dataclasses import dataclass, field

from sterna.kernel.records import Row
from sterna.runtime.courier import Courier
from sterna.runtime.http import App, Directory, Host, MemoryHttp
from sterna.runtime.journal import Journal
from sterna.runtime.memory import MemoryNetwork
from sterna.runtime.ports import DescribeRequest, DescribeResponse, Response
from sterna.runtime.seeded import SeededChance, SeededIds
from sterna.runtime.service import Call, Service
from sterna.runtime.store.database import Database
from sterna.runtime.supervisor import Supervisor
from sterna.runtime.tasks import TaskCrew
from sterna.runtime.trace import Record, Trace
from sterna.runtime.virtual import VirtualClock


class Ports:
    """Everything a room asks for."""

    def __init__(self, clock: VirtualClock, rows: list[type[Row]], seed: int = 1) -> None:
        """Build them on *clock*; *rows* are the projections of the rooms under test."""
        self.clock = clock
        self.trace = Trace(clock)
        self.lines: list[Record] = []
        self.trace.listen(self.lines.append)
        self.network = MemoryNetwork(clock, self.trace)
        self.directory = Directory()
        self.database = Database(rows=rows)
        self.database.create()
        self.journal = Journal(self.database, clock)
        self.supervisor = Supervisor(self.trace)
        self.ids = SeededIds(seed)
        self.chance = SeededChance(seed)
        self.tasks = TaskCrew(self._failed)

    def _failed(self, error: BaseException) -> None:
        raise error

    def http(self, src: str) -> MemoryHttp:
        """Return the client of the component *src*."""
        return MemoryHttp(self.network, self.directory, src)

    def courier(self, src: str) -> Courier:
        """Return the courier of the component *src*."""
        return Courier(self.http(src), self.clock, self.tasks, self.chance.stream(f"courier {src}"))

    def host(
        self,
        name: str,
        component: str,
        protocol: str,
        app: App,
        asked: DescribeRequest,
        answered: DescribeResponse,
    ) -> None:
        """Enter *app* into the directory."""
        self.directory.add(
            name,
            Host(
                component=component,
                protocol=protocol,
                describe_request=asked,
                describe_response=answered,
                app=app,
            ),
        )

    def messages(self) -> list[str]:
        """Return what was said so far, in order."""
        return [line.msg for line in self.lines]


@dataclass
class Inbox:
    """A counterpart that takes what it is sent with 204 and keeps it: somebody else's product."""

    taken: list[Call] = field(default_factory=list)

    def service(self, *routes: tuple[str, str]) -> Service:
        """Return a service that takes *routes* (method, template)."""

        def crashed(error: BaseException) -> None:
            raise error

        made = Service(crashed)
        for method, template in routes:
            made.on(method, template, self.take)
        return made

    def take(self, call: Call) -> Response:
        """Keep the call."""
        self.taken.append(call)
        return Response(status=204)
