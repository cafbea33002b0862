"""Small random sites with faults, and one run of such a site with everything that it left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from sterna.app.gathered import Gathered
from sterna.app.scenario import Scenario, parsed, prepared
from sterna.app.simulate import ROWS, Run
from sterna.kernel.quantities import Instant
from sterna.kernel.records import Row
from sterna.runtime import virtual
from sterna.runtime.seeded import SeededChance
from sterna.runtime.trace import Record
from sterna.runtime.virtual import VirtualClock
from sterna.world.drivers import Visit
from sterna.world.stays import Stay

R = TypeVar("R", bound=Row)
HOURS = 17
LAST_ARRIVAL_H = 8.0
LONGEST_STAY_H = 7.0
"""Who comes last has left an hour before the end, late return included."""
LINKS = (
    ("CSMS", "CS_EMS"), ("CS_EMS", "CS_C"), ("BEMS", "CS_EMS"), ("EVSE_C", "CS_C"), ("WEBAPP", "CS_EMS"),
    ("EVCC", "EVSE_C"), ("CSOS", "EMME_SYS"), ("EMME_SYS", "EMSP_SYS"), ("EMSP_SYS", "WEBAPP"), ("CSMS", "CSOS"),
)  # fmt: skip
ACTORS = (
    "parking",
    "session_app",
    "cs_ems",
    "csms",
    "cpo",
    "emme",
    "emsp",
    "bems",
    "dso",
    "energy_market",
    "meter",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lived:
    """One run, looked at from all sides."""

    scenario: Scenario
    gathered: Gathered
    lines: list[Record]
    tables: dict[type[Row], list[Row]]

    def rows(self, kind: type[R]) -> list[R]:
        """Return the rows of one table at the end."""
        return [row for row in self.tables[kind] if isinstance(row, kind)]

    def stays(self) -> Iterator[tuple[Stay, Visit]]:
        """Yield every stay with its driver's visit."""
        visits = {visit.itinerary.car: visit for visit in self.gathered.visits}
        for its in self.gathered.stays.values():
            for stay in its:
                yield stay, visits[stay.car.evcc_id]

    def charging(self) -> Iterator[tuple[Stay, Visit]]:
        """Yield the stays for which a session was started."""
        for stay, visit in self.stays():
            if visit.started_at is not None:
                yield stay, visit

    def setpoints(self, evse: str) -> list[tuple[float, float]]:
        """Return (when, kW) of every set-point that the station sent to *evse*."""
        return [(float(at), kw) for at, kw in self.gathered.setpoints.get(evse, ())]


def spans(stay: Stay) -> Iterator[tuple[float, float, float, float]]:
    """Yield (from, until, kW, state of charge at the end) of every span of constant power of *stay*."""
    for ((since, kw), _), ((until, _), (_, soc)) in pairwise(zip(stay.kw, stay.soc, strict=True)):
        yield float(since), float(until), float(kw), float(soc)


def power(stay: Stay, at: float) -> float:
    """Return the power of *stay* at an instant, in kW at the meter."""
    return next((kw for since, until, kw, _ in spans(stay) if since <= at < until), 0.0)


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
    return Lived(scenario=scenario, gathered=gathered, lines=lines, tables=tables)


def site(text: str) -> Scenario:
    """Return the scenario of a TOML *text*."""
    return parsed(text, "small.toml", Path())


def toml(value: Any) -> str:
    """Return a plain value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return repr(value)


def table(head: str, values: dict[str, Any]) -> str:
    """Return one TOML table."""
    return "\n".join([head, *(f"{key} = {toml(value)}" for key, value in values.items()), ""])


def at_hour(hour: float) -> str:
    """Return the local time *hour* hours after the start of the day of the runs."""
    minutes = round(hour * 60)
    return f"2026-07-16T{minutes // 60:02d}:{minutes % 60:02d}:00"


@st.composite
def drivers(draw: st.DrawFn, coupling: str) -> dict[str, Any]:
    """Draw one driver."""
    arrival = draw(st.floats(1.2, LAST_ARRIVAL_H))
    stay = draw(st.floats(1.0, LONGEST_STAY_H))
    floor = draw(st.integers(10, 50)) / 100
    driver: dict[str, Any] = {
        "arrival": at_hour(arrival), "departure": at_hour(arrival + stay), "coupling": coupling,
        "arrival_soc": draw(st.integers(10, 95)) / 100, "floor_soc": floor,
        "target_soc": draw(st.integers(round(100 * floor), 95)) / 100,
        "consent": draw(st.booleans()), "walk_in": draw(st.booleans()),
        "ends": draw(st.sampled_from(["driver", "driver", "vehicle"])),
        "car": {
            "battery_kwh": draw(st.sampled_from([30.0, 60.0, 80.0])),
            "v2x": draw(st.sampled_from(["both", "both", "none"])),
        },
    }  # fmt: skip
    early_or_late = draw(st.sampled_from([0.0, 0.0, -0.4, 0.4]))
    if early_or_late:
        driver["returns"] = at_hour(arrival + stay + early_or_late)
    return driver


@st.composite
def faults(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one fault, in the hours in which cars are there."""
    kind = draw(
        st.sampled_from(
            ["link-cut", "late-messages", "duplicate-messages", "bems-silent", "cs-ems-silent", "csms-silent",
             "csms-unreachable", "cs-ems-unreachable", "partition", "station-crash", "actor-crash", "early-unplug"]
        )
    )  # fmt: skip
    fault: dict[str, Any] = {"kind": kind, "at_hour": draw(st.integers(20, 150)) / 10}
    if kind != "early-unplug":
        fault["minutes"] = draw(st.sampled_from([0.5, 3.0, 20.0, 60.0]))
    if kind == "link-cut" or kind.endswith("-messages"):
        fault["between"] = draw(st.sampled_from(LINKS))
    if kind == "partition":
        fault["between"] = [draw(st.sampled_from(["BEMS", "WEBAPP", "CS_EMS", "EMSP_SYS"]))]
    if kind == "actor-crash":
        fault["target"] = draw(st.sampled_from(ACTORS))
    return fault


@st.composite
def sites(draw: st.DrawFn, faults_most: int = 3) -> str:
    """Draw a site of 2 to 4 EVSEs with 2 to 6 cars and up to *faults_most* faults, as TOML."""
    coupling = draw(st.sampled_from(["AC", "DC"]))
    stations = draw(st.integers(1, 2))
    chargers = {
        "stations": stations, "evses": 2, "coupling": coupling, "charge_kw": 11 if coupling == "AC" else 22,
    }  # fmt: skip
    load = draw(st.integers(20, 80))
    room = draw(st.sampled_from([15, 45, 100]))
    prices = st.integers(0, 40).map(lambda cent: cent / 100)
    head = {
        "usecase": "porto", "seed": draw(st.integers(0, 99)), "start": "2026-07-16T00:00:00", "hours": HOURS,
        "site": {"name": "small", "zone": "Europe/Lisbon", "connection_kw": load + room, "oscp_share": 1.0},
        "building": {"constant_kw": load}, "tariff": {"level": "none"},
        "market": {"day_eur_per_kwh": draw(st.lists(prices, min_size=24, max_size=24))},
    }  # fmt: skip
    cars = draw(st.lists(drivers(coupling), min_size=2, max_size=6))
    wrong = draw(st.lists(faults(), max_size=faults_most))
    return "\n".join(
        [
            table("", head), table("[[chargers]]", chargers),
            *(table("[[driver]]", car) for car in cars), *(table("[[fault]]", each) for each in wrong),
        ]
    )  # fmt: skip


__all__ = ["HOURS", "Instant", "Lived", "live", "power", "site", "sites", "spans"]
