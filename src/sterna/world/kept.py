"""Keeps the world of a run in its store, so that a killed run goes on where it was.

Every change of the world is written as rows with the same commit as the journal entries of the
moment. What is between changes follows from physics: powers are level or on a ramp that is
kept with them; the curves have ramps as the step that moves as much. See
``docs/decisions/0014-the-world-is-kept-beside-the-journal.md``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

from sterna.domain.battery import Battery
from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.kernel.records import Row
from sterna.runtime.journal import Journal
from sterna.world.balance import Balance
from sterna.world.drivers import Visit
from sterna.world.flow import Motion, Ramp
from sterna.world.hardware import Bay
from sterna.world.stays import Car, Stay

NEVER: Final = Instant(-1.0)
"""Stands for an instant that has not come."""
NO_RAMP: Final = Instant(0.0)
"""What rows of an earlier version have: they kept a ramp as a step."""


class BayRow(Row, frozen=True, kw_only=True, gc=False):
    """One bay since its power began to move as it does: from it follows everything physical of now."""

    table: ClassVar[str] = "world_bays"
    key: ClassVar[tuple[str, ...]] = ("evse",)

    evse: str
    since: Instant
    kw: Kilowatts
    """The power at *since*; with a ramp the one that it leaves."""
    soc: Share
    import_wh: float
    """The meter's register at *since*, not rounded."""
    export_wh: float
    ramp_starts: Instant
    """When the power leaves *kw*; NO_RAMP if it does not."""
    ramp_ends: Instant
    ramp_kw: Kilowatts
    """The power at the ramp's end and after it."""


class StayRow(Row, frozen=True, kw_only=True, gc=False):
    """One stay of a car at a bay."""

    table: ClassVar[str] = "world_stays"
    key: ClassVar[tuple[str, ...]] = ("evse", "plugged")

    evse: str
    plugged: Instant
    car: str
    import_wh: float
    export_wh: float
    unplugged: Instant
    """NEVER while the car is there."""


class PointRow(Row, frozen=True, kw_only=True, gc=False):
    """One point of a stay's curves."""

    table: ClassVar[str] = "world_points"
    key: ClassVar[tuple[str, ...]] = ("at", "evse", "plugged")

    at: Instant
    evse: str
    plugged: Instant
    soc: Share
    kw: Kilowatts


class VisitRow(Row, frozen=True, kw_only=True, gc=False):
    """How far a driver's visit has got; instants are NEVER until they come."""

    table: ClassVar[str] = "world_visits"
    key: ClassVar[tuple[str, ...]] = ("driver",)

    driver: str
    fate: str
    reason: str
    reservation: str
    bay: str
    session: str
    arrived_at: Instant
    started_at: Instant
    stopped_at: Instant
    unplugged_at: Instant
    left_at: Instant
    saw_report: bool
    saw_bill: bool


ROWS: Final[tuple[type[Row], ...]] = (BayRow, StayRow, PointRow, VisitRow)
MOMENTS: Final = ("arrived_at", "started_at", "stopped_at", "unplugged_at", "left_at")
FACTS: Final = ("fate", "reason", "reservation", "bay", "session", "saw_report", "saw_bill")


class Kept:
    """The world's rows in one store: written as things happen, read when a run goes on."""

    def __init__(self, journal: Journal) -> None:
        """Write with the commits of *journal*."""
        self._journal = journal

    def write_bay(self, bay: Bay) -> None:
        """Keep the running stay of *bay*, or the one that has just ended, at its newest point."""
        evse, stay = bay.evse.evse_id, bay.stays[-1]
        self._journal.project(_row(evse, bay.motion))
        self._journal.project(
            StayRow(
                evse=evse, plugged=stay.plugged, car=stay.car.evcc_id, import_wh=stay.import_wh,
                export_wh=stay.export_wh, unplugged=NEVER if stay.unplugged is None else stay.unplugged,
            )
        )  # fmt: skip
        (at, kw), (_, soc) = stay.kw[-1], stay.soc[-1]
        self._journal.project(PointRow(evse=evse, plugged=stay.plugged, at=at, soc=soc, kw=kw))

    def write_visit(self, visit: Visit) -> None:
        """Keep how far *visit* has got."""
        facts: dict[str, Any] = {name: getattr(visit, name) for name in FACTS}
        for name in MOMENTS:
            at = getattr(visit, name)
            facts[name] = NEVER if at is None else at
        self._journal.project(VisitRow(driver=visit.itinerary.driver, **facts))

    def restore_visits(self, visits: Iterable[Visit]) -> None:
        """Bring fresh *visits* to where they were."""
        rows = {row.driver: row for row in self._journal.rows(VisitRow)}
        for visit in visits:
            row = rows.get(visit.itinerary.driver)
            if row is not None:
                for name in FACTS:
                    setattr(visit, name, getattr(row, name))
                for name in MOMENTS:
                    at = getattr(row, name)
                    setattr(visit, name, None if at == NEVER else at)

    def restore_site(
        self, bays: Mapping[str, Bay], balance: Balance, car_named: Callable[[str], Car]
    ) -> None:
        """Bring fresh *bays* and the *balance* to now: powers flowed on until now, and end now."""
        points = self._journal.rows(PointRow)
        balance.relive((point.at, point.evse, point.kw) for point in points)
        stays = self._stays(points, car_named)
        for row in self._journal.rows(BayRow):
            its = stays[row.evse]
            car = its[-1].car
            soc = row.soc if its[-1].unplugged is None else its[-1].soc[-1][1]
            car.battery = Battery.at_share(car.model.battery, soc)
            bays[row.evse].resume(its, motion_of(row))

    def _stays(
        self, points: Iterable[PointRow], car_named: Callable[[str], Car]
    ) -> dict[str, list[Stay]]:
        """Return every bay's stays, in order of time."""
        found: dict[str, list[Stay]] = defaultdict(list)
        curves: dict[tuple[str, Instant], list[PointRow]] = defaultdict(list)
        for point in points:
            curves[point.evse, point.plugged].append(point)
        for row in self._journal.rows(StayRow):
            stay = Stay(
                evse_id=row.evse, car=car_named(row.car), plugged=row.plugged, import_wh=row.import_wh,
                export_wh=row.export_wh, unplugged=None if row.unplugged == NEVER else row.unplugged,
            )  # fmt: skip
            for point in curves[row.evse, row.plugged]:
                stay.note(point.at, point.soc, point.kw)
            found[row.evse].append(stay)
        return found


def _row(evse: str, motion: Motion) -> BayRow:
    """Return *motion* as the row of *evse*."""
    ramp = motion.ramp
    kw, starts, ends, ramp_kw = (
        (motion.kw, NO_RAMP, NO_RAMP, motion.kw)
        if ramp is None
        else (ramp.from_kw, ramp.starts, ramp.ends, ramp.to_kw)
    )
    return BayRow(
        evse=evse, since=motion.since, kw=kw, soc=motion.soc, import_wh=motion.import_wh, export_wh=motion.export_wh,
        ramp_starts=starts, ramp_ends=ends, ramp_kw=ramp_kw,
    )  # fmt: skip


def motion_of(row: BayRow) -> Motion:
    """Return what *row* kept."""
    ramp = None
    if row.ramp_ends != NO_RAMP:
        ramp = Ramp(
            starts=row.ramp_starts, ends=row.ramp_ends, from_kw=row.kw, to_kw=row.ramp_kw, step_at=row.ramp_ends
        )  # fmt: skip
    kw = row.kw if ramp is None else ramp.at(row.since)
    return Motion(
        since=row.since, kw=kw, ramp=ramp, soc=row.soc, import_wh=row.import_wh, export_wh=row.export_wh
    )  # fmt: skip
