"""Runs of exact sites for the acceptance scenarios: what happened, from the trace, the store and the world."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from sterna.actors.csms.records import TransactionRow
from sterna.actors.emsp.records import BillRow
from sterna.app.gathered import Gathered
from sterna.app.harvest import harvest
from sterna.app.outcome import Outcome, ScenarioConformance, SessionOutcome
from sterna.app.scenario import Scenario, load, prepared
from sterna.app.simulate import ROWS, Run
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Row
from sterna.runtime import virtual
from sterna.runtime.seeded import SeededChance
from sterna.runtime.trace import Record
from sterna.runtime.virtual import VirtualClock
from sterna.world.drivers import Visit
from sterna.world.stays import Stay

SITES = Path(__file__).parent.parent / "scenarios"
R = TypeVar("R", bound=Row)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lived:
    """One run, looked at from all sides."""

    scenario: Scenario
    outcome: Outcome
    gathered: Gathered
    lines: list[Record]
    tables: dict[type[Row], list[Row]]

    def rows(self, kind: type[R]) -> list[R]:
        """Return the rows of one table at the end."""
        return [row for row in self.tables[kind] if isinstance(row, kind)]

    def at(self, clock: str, day: int = 0) -> Instant:
        """Return ``HH:MM:SS`` on the *day* of the run, counted from 0; no clock change in between."""
        hours, minutes, seconds = (int(part) for part in f"{clock}:00:00".split(":")[:3])
        return Instant(
            self.scenario.start + day * 86400.0 + hours * 3600.0 + minutes * 60.0 + seconds
        )

    def said(
        self, msg: str, *, src: str = "", dst: str = "", since: float = 0.0, until: float = 9e12
    ) -> list[Record]:
        """Return the lines of *msg* (its begin) between *src* and *dst* (their begins) in a span."""
        return [
            line
            for line in self.lines
            if line.msg.startswith(msg)
            and line.src.startswith(src)
            and line.dst.startswith(dst)
            and since <= line.t < until
        ]

    def visit(self, driver: int) -> Visit:
        """Return what became of driver *number*, in the order of the file."""
        return next(
            visit
            for visit in self.gathered.visits
            if visit.itinerary.driver == f"driver-{driver:03d}"
        )

    def stay(self, driver: int) -> Stay:
        """Return the true stay of the driver's car."""
        return next(
            stay
            for stays in self.gathered.stays.values()
            for stay in stays
            if stay.car.evcc_id == f"car-{driver:03d}"
        )

    def session(self, driver: int) -> SessionOutcome:
        """Return the outcome of the driver's session."""
        return next(s for s in self.outcome.sessions if s.session == self.visit(driver).session)

    def bill(self, driver: int) -> BillRow:
        """Return the driver's bill."""
        return self.gathered.bills[self.visit(driver).session]

    def transaction(self, driver: int) -> TransactionRow:
        """Return what the CSMS keeps of the driver's transaction."""
        session = self.visit(driver).session
        return next(row for row in self.rows(TransactionRow) if row.session == session)

    def use_case(self, scenario: str) -> ScenarioConformance:
        """Return how the sessions of one scenario of the use case did."""
        assert self.outcome.conformance is not None
        return next(s for s in self.outcome.conformance.scenarios if s.id == scenario)

    def power(self, driver: int, at: float) -> float:
        """Return the true power of the driver's car at an instant, in kW at the EVSE's meter."""
        points = [kw for moment, kw in self.stay(driver).kw if moment <= at]
        return float(points[-1]) if points else 0.0

    def energy_kwh(self, driver: int, since: float, until: float) -> tuple[float, float]:
        """Return (charged, discharged) of the driver's car in a span, in kWh at the meter."""
        points = [(float(moment), float(kw)) for moment, kw in self.stay(driver).kw]
        points.append((until, 0.0))
        charged = discharged = 0.0
        for (begin, kw), (end, _) in pairwise(points):
            hours = max(0.0, min(end, until) - max(begin, since)) / 3600.0
            charged += max(kw, 0.0) * hours
            discharged += max(-kw, 0.0) * hours
        return charged, discharged


def site(name: str) -> Scenario:
    """Return one of the exact sites beside the tests."""
    return load(str(SITES / f"{name}.toml"))


def live(scenario: Scenario, *, before: Callable[[Run], None] = lambda _: None) -> Lived:
    """Run *scenario* in virtual time and keep all that it left; *before* it starts, others may join."""
    feed = prepared(scenario, SeededChance(scenario.settings.seed))
    lines: list[Record] = []
    tables: dict[type[Row], list[Row]] = {}

    async def work(clock: VirtualClock) -> Gathered:
        run = Run(scenario, feed, clock, None)
        run.trace.listen(lines.append)
        before(run)

        def look(share: float) -> None:
            if share >= 1.0:
                for kind in ROWS:
                    tables[kind] = list(run.ports.journal.rows(kind))

        return await run.live(look)

    gathered = virtual.run(work, start=scenario.start)
    return Lived(
        scenario=scenario,
        outcome=harvest(gathered, wall_s=0.0, cpu_s=0.0),
        gathered=gathered,
        lines=lines,
        tables=tables,
    )
