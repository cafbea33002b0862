"""A site's days in virtual time: build the rooms, let the world live, gather what came of it."""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sterna.actors.bems.records import PlanRow
from sterna.actors.cpo.core import CdrFateRow, CdrRow, OperatorSessionRow, TicketRow
from sterna.actors.cs_ems.commands import SessionRow, WhyRow
from sterna.actors.csms.records import MeterValueRow, StationRow, TransactionRow
from sterna.actors.dso.records import ComplaintRow, QuarterRow
from sterna.actors.emme.core import AllocationRow
from sterna.actors.emme.core import VolumeRow as HubVolumeRow
from sterna.actors.emsp.records import BillRow, DisputeRow, WearRow
from sterna.actors.energy_market.core import VolumeRow
from sterna.actors.meter.core import SiteRow
from sterna.actors.parking.core import ReservationRow
from sterna.actors.session_app.records import ConsentRow
from sterna.app.bays import Bays, car_of
from sterna.app.chargers import conversion_of
from sterna.app.garbage import searched_rarely
from sterna.app.gathered import Gathered
from sterna.app.harvest import harvest
from sterna.app.mishaps import Mishaps
from sterna.app.outcome import Floats, Outcome
from sterna.app.ports import MemoryPorts
from sterna.app.resuming import claimed, note, store_url
from sterna.app.scenario import Prepared, Scenario, prepared
from sterna.app.wiring import Site, site
from sterna.domain.ledger_rows import LedgerRow
from sterna.emsa import usecase
from sterna.emsa.conformance import Checker
from sterna.emsa.privacy import Markers
from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.records import Row
from sterna.runtime import virtual
from sterna.runtime.seeded import SeededChance
from sterna.runtime.trace import Record, Trace
from sterna.runtime.virtual import VirtualClock
from sterna.world import kept
from sterna.world.balance import Balance
from sterna.world.drivers import Drivers

ROWS: Final[tuple[type[Row], ...]] = (
    LedgerRow, ReservationRow, ConsentRow, SessionRow, WhyRow, StationRow, TransactionRow, MeterValueRow, OperatorSessionRow,
    CdrRow, CdrFateRow, TicketRow, HubVolumeRow, AllocationRow, BillRow, WearRow, DisputeRow, PlanRow, QuarterRow, ComplaintRow, VolumeRow, SiteRow,
    *kept.ROWS,
)  # fmt: skip
"""Every projection that the rooms of a V2B site write."""
STEP: Final = Seconds(900.0)
"""The grid of the report's series: the quarter hours that tariffs count in."""
ACCOUNTS_S: Final = 120.0
"""After the end the accounts are closed; meters, DSO and market need a minute for it."""
PROGRESS_S: Final = 3600.0
"""How often progress is told, in virtual time."""

PROBLEMS_MAX: Final = 20
"""Problems that the report lists; more of the same help nobody."""

Reported = Callable[[float], None]


def simulate(
    scenario: Scenario, *, trace: Path | None = None, progress: Reported = lambda _: None
) -> Outcome:
    """Run *scenario* in virtual time and return what came of it.

    *trace* is the file that the trace is written to, if any. A run that was killed and has its store
    in a file goes on where it was. Raises BadInput where the scenario's files cannot be used.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    feed = prepared(scenario, SeededChance(scenario.settings.seed))
    life, reached = claimed(scenario)

    async def live(clock: VirtualClock) -> Gathered:
        return await Run(scenario, feed, clock, trace, life=life, reached=reached).live(progress)

    with searched_rarely():
        gathered = virtual.run(live, start=scenario.start if reached is None else reached)
    return harvest(gathered, wall_s=time.perf_counter() - wall, cpu_s=time.process_time() - cpu)


class Run:
    """One run while it lives, and what is read of it afterwards."""

    def __init__(
        self,
        scenario: Scenario,
        feed: Prepared,
        clock: VirtualClock,
        trace: Path | None,
        *,
        life: int = 0,
        reached: Instant | None = None,
    ) -> None:
        """Build everything; nothing has happened yet, or in a later *life* what the store says until *reached*."""
        self.scenario = scenario
        self.feed = feed
        self.clock = clock
        self.trace = Trace(clock, trace)
        self.reached = reached
        self.ports = MemoryPorts(
            clock, self.trace, url=store_url(scenario), rows=ROWS, seed=scenario.settings.seed,
            latency_s=scenario.settings.wire.latency_s, life=life,
        )  # fmt: skip
        steps = round((scenario.end - scenario.start) / STEP)
        self.balance = Balance(
            clock_now=clock.now, start=scenario.start, steps=steps, step=STEP, load=feed.inputs.load, pv=feed.inputs.pv,
            export_kw=scenario.settings.site.export_kw,
        )  # fmt: skip
        self.site: Site = site(scenario, feed, self.ports, self.balance)
        air = feed.inputs.temperature
        self.bays = Bays(scenario, self.ports, self.balance, lambda: air.at(clock.now()))
        self.drivers = Drivers(
            feed.itineraries, clock=clock, chance=self.ports.chance, tasks=self.ports.tasks("drivers"),
            http_of=self.ports.http, barrier=self.site.parking, hands=self.bays, zone=scenario.zone,
        )  # fmt: skip
        self.use_case = usecase.packaged(scenario.settings.usecase)
        self.checker = Checker(self.use_case)
        self.markers = Markers(self.use_case, self.drivers.markers())
        self._setpoints: dict[str, list[tuple[Instant, float]]] = defaultdict(list)
        self.mishaps = Mishaps(feed.faults, clock, self.ports.network, self.site, self.bays)

        if self.ports.database.lasting:
            self._keep_world()

    def _keep_world(self) -> None:
        """Bring the world to where the store says that it was, and keep it there from now on."""
        world = kept.Kept(self.ports.journal)
        world.restore_visits(self.drivers.visits)
        self.drivers.noted = world.write_visit
        cars = {each.car: each for each in self.feed.itineraries}
        for bay in self.bays.hardware.values():
            bay.noted = world.write_bay
        world.restore_site(self.bays.hardware, self.balance, lambda name: car_of(cars[name]))

    async def live(self, progress: Reported) -> Gathered:
        """Start the rooms, let the drivers live to the end, close the accounts, read what there is."""
        self.trace.listen(self.checker.recorded)
        self.trace.listen(self._seen)
        self.trace.watcher = self.markers.scan
        await self.begin()
        start, end = self.scenario.start, self.scenario.end
        moment = self.clock.now()
        while moment < end:
            moment = Instant(min(end, moment + PROGRESS_S))
            await self.clock.sleep_until(moment)
            progress((moment - start) / (end - start))
        cars_kw, pv_kw = self.balance.means()
        self.site.dso.close_accounts()
        await self.clock.sleep_until(Instant(end + ACCOUNTS_S))
        self._drawn_to_the_end()
        gathered = self._gathered(cars_kw, pv_kw)
        await self.ports.close()
        self.trace.close()
        return gathered

    async def begin(self) -> None:
        """Start the rooms, the bays, the drivers and what goes wrong."""
        await self.site.start()
        await self.bays.start()
        self.drivers.start()
        self.mishaps.start()

    def _seen(self, line: Record) -> None:
        """Keep what the report shows of set-points and services."""
        if line.msg == "STATION setpoint" and line.src.startswith("CS_C/"):
            self._setpoints[line.dst.partition("/")[2]].append((line.t, float(line.fields["kw"])))

    def _drawn_to_the_end(self) -> None:
        """Give the curve of each car that is still there its last point, at the instant of the meter's registers."""
        for bay in self.bays.hardware.values():
            if bay.stays and bay.stays[-1].unplugged is None:
                stay = bay.stays[-1]
                stay.note(self.clock.now(), bay.soc, stay.kw[-1][1])

    def _gathered(self, cars_kw: Floats, pv_kw: Floats) -> Gathered:
        journal, scenario = self.ports.journal, self.scenario
        return Gathered(
            scenario=scenario, feed=self.feed, use_case=self.use_case, step=STEP, cars_kw=cars_kw, pv_kw=pv_kw,
            ledger=tuple(journal.rows(LedgerRow)), bills={row.session: row for row in journal.rows(BillRow)},
            wear=tuple(journal.rows(WearRow)), plans=tuple(journal.rows(PlanRow)), whys=tuple(journal.rows(WhyRow)), parking_fees={row.reservation: row.price for row in journal.rows(ReservationRow)},
            visits=self.drivers.visits, stays={name: bay.stays for name, bay in self.bays.hardware.items()},
            registers={name: bay.exact_registers() for name, bay in self.bays.hardware.items()},
            evse_plates={evse.evse_id: evse for evse in scenario.evses},
            conversions={evse: conversion_of(group) for evse, group in scenario.groups().items()},
            services={}, setpoints=self._setpoints, result=self.checker.finish(), personal_markers=self.markers.count,
            problems=tuple(f"{line.src}: {line.msg}" for line in self.trace.problems[:PROBLEMS_MAX]),
            remarks=note(self.reached), trace_sha256=self.trace.digest(), frames=self.trace.frames(),
        )  # fmt: skip
