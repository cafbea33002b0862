"""The BEMS on the wire: meters in, prices and capacity in, parked cars in, set-points out."""

from typing import Final

from starlette.applications import Starlette

from sterna.actors.bems import core
from sterna.actors.bems.capacity import CapacityLink
from sterna.actors.bems.dispatching import DispatchVtn
from sterna.actors.bems.meter import building_meter
from sterna.actors.bems.planning import Planner
from sterna.actors.bems.prices import PriceVen
from sterna.actors.bems.records import Complain, Dispatch, Planned, SlotPlanned, Solve, State
from sterna.actors.bems.settings import BemsSettings
from sterna.decisions.schedule.snapshot import Snapshot
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts
from sterna.kernel.records import Command
from sterna.protocols import openadr, oscp, rest
from sterna.runtime.actor import Actor
from sterna.runtime.courier import Courier
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Http, Ids, Links, Response, Said, Tasks
from sterna.runtime.service import Call, Service
from sterna.runtime.supervisor import Supervisor

NO_CONTENT: Final = Response(status=204)


class Bems:
    """The room: its actor, the planner, and its links."""

    def __init__(
        self,
        *,
        settings: BemsSettings,
        clock: Clock,
        ids: Ids,
        journal: Journal,
        supervisor: Supervisor,
        http: Http,
        courier: Courier,
        links: Links,
        tasks: Tasks,
    ) -> None:
        """*http* and *courier* ask and deliver in the BEMS's name; *links* reaches the meter."""
        self._clock = clock
        self._planner = Planner(settings)
        self.actor = Actor(
            "bems", core.decide, State(period_s=settings.period_s), perform=self._perform, clock=clock,
            journal=journal, supervisor=supervisor,
        )  # fmt: skip
        tell = self.actor.tell
        self._dispatch = DispatchVtn(
            settings=settings, clock=clock, ids=ids, courier=courier, tell=tell
        )
        self._prices = PriceVen(
            settings=settings, clock=clock, ids=ids, http=http, tasks=tasks, tell=tell
        )
        self._capacity = CapacityLink(
            settings=settings, clock=clock, http=http, courier=courier, tasks=tasks, tell=tell,
            acknowledge=self.actor.acknowledge,
        )  # fmt: skip
        self._meter = building_meter(clock=clock, links=links, tell=tell)
        self.app: Starlette = self._service().app

    def start(self) -> None:
        """Recover, dial the meter, enrol at the market, register with the DSO."""
        self.actor.start()
        state = self.actor.state
        self._capacity.start(state.capacity, silent=state.dso_silent)
        self._meter.dial()
        self._prices.start()

    def stop(self) -> None:
        """Fall silent; what is known stays in the journal for the next start."""
        self._meter.stop()
        self._prices.stop()
        self._capacity.stop()
        self.actor.stop()

    def snapshot(self, now: Instant) -> Snapshot:
        """Return all that a plan made *now* depends on."""
        return self._planner.snapshot(self.actor.state, now)

    def _service(self) -> Service:
        service = Service(self.actor.crashed)
        service.on("POST", rest.PLAN_SLOT.path, self._planned)
        for method in ("GET", "POST", "PUT", "DELETE"):
            service.on(method, openadr.ROOT + "/{path:path}", self._dispatch.answer)
        for method in ("GET", "POST"):
            service.on(method, openadr.CALLBACKS, self._prices.called_back)
        service.on("POST", oscp.ROOT + "/{path:path}", self._capacity.answer)
        return service

    def _planned(self, call: Call) -> Response:
        """Take a booked or cancelled stay; a repetition changes nothing."""
        rest.idempotency_key(call.headers)
        body = rest.PLAN_SLOT.read(call.body)
        planned = Planned(
            slot=body.slot, start=body.start, end=body.end, v2b_kw=Kilowatts(body.v2b_kw),
            v2b_kwh=KilowattHours(body.v2b_kwh),
        )  # fmt: skip
        kept = planned if body.state == "booked" else None
        self.actor.tell(
            SlotPlanned(at=self._clock.now(), reservation=body.reservation, planned=kept)
        )
        return NO_CONTENT

    def _perform(self, command: Command, command_id: str) -> None:
        """Carry out one command of the core."""
        match command:
            case Solve(moment=moment):
                self.actor.tell(self._planner.solve(self.actor.state, moment))
            case Dispatch():
                self._dispatch.send(command)
            case Complain():
                self._capacity.complain(command, command_id)
            case _:
                raise AssertionError(command)


def asked(method: str, path: str, body: bytes) -> Said | None:
    """Return what a request to this host says in the trace, in the protocol that it belongs to."""
    return (
        openadr.asked(method, path, body) or oscp.asked(method, path, body) or rest.asked(method, path, body)
    )  # fmt: skip


def answered(method: str, path: str, status: int, body: bytes) -> Said | None:
    """Return what an answer of this host says in the trace; OSCP's answers say nothing."""
    return openadr.answered(method, path, status, body) or rest.answered(method, path, status, body)
