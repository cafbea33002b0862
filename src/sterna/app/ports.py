"""The ports of a run in memory: one virtual clock, one network, one store, one trace."""

from collections.abc import Iterable

from sterna.kernel.records import Row
from sterna.runtime.courier import Courier
from sterna.runtime.http import App, Directory, Host, MemoryHttp
from sterna.runtime.journal import Journal
from sterna.runtime.memory import MemoryNetwork
from sterna.runtime.ports import DescribeRequest, DescribeResponse
from sterna.runtime.seeded import SeededChance, SeededIds
from sterna.runtime.store.database import Database
from sterna.runtime.store.migrate import prepare
from sterna.runtime.supervisor import Supervisor
from sterna.runtime.tasks import TaskCrew
from sterna.runtime.trace import Trace
from sterna.runtime.virtual import VirtualClock


class MemoryPorts:
    """Everything that rooms ask for, in one process and in virtual time."""

    def __init__(
        self,
        clock: VirtualClock,
        trace: Trace,
        *,
        url: str,
        rows: Iterable[type[Row]],
        seed: int,
        latency_s: float,
        life: int = 0,
    ) -> None:
        """Build them; *url* is the store's, *rows* the projections that rooms write, *life* counts restarts."""
        self.clock = clock
        self.trace = trace
        self.network = MemoryNetwork(
            clock,
            trace,
            latency_s=latency_s,
            latencies_s={"STATION": 0.001, "VEHICLE": 0.001, "PHYSICAL": 0.0},
        )
        self.directory = Directory()
        self.database = Database(url, rows=rows)
        prepare(self.database)
        self.journal = Journal(self.database, clock)
        self.supervisor = Supervisor(trace)
        self.ids = SeededIds(seed, life=life)
        self.chance = SeededChance(seed)
        self.crews: list[TaskCrew] = []

    def http(self, src: str) -> MemoryHttp:
        """Return the HTTP client of the component *src*."""
        return MemoryHttp(self.network, self.directory, src)

    def courier(self, src: str) -> Courier:
        """Return the courier of the component *src*, with tasks of its own."""
        return Courier(
            self.http(src), self.clock, self.tasks(src), self.chance.stream(f"courier {src}")
        )

    def tasks(self, owner: str) -> TaskCrew:
        """Return a task group whose failures are *owner*'s and are reported, not lost."""

        def failed(error: BaseException) -> None:
            self.supervisor.crashed(owner, error)

        crew = TaskCrew(failed)
        self.crews.append(crew)
        return crew

    def host(
        self,
        name: str,
        component: str,
        protocol: str,
        app: App,
        asked: DescribeRequest,
        answered: DescribeResponse,
    ) -> None:
        """Enter *app* into the directory as *component*."""
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

    async def close(self) -> None:
        """End every task, make everything durable and close the store."""
        for crew in self.crews:
            await crew.close()
        self.journal.flush()
        self.database.close()
