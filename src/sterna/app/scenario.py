"""Scenario files: TOML in, a checked Scenario out, or one line that says which key is wrong and why.

:func:`load` reads and checks a file, :func:`prepared` draws and reads what feeds the run. Both
raise BadInput before anything is written, so that a bad file never leaves half a run behind.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_type_hints
from zoneinfo import ZoneInfo

from sterna.app.chargers import least_kw
from sterna.app.plausible import objections, station_names, unmeetable
from sterna.app.settings import (
    ChargerSettings,
    DriverSettings,
    ExpectSettings,
    PartySettings,
    ScenarioSettings,
    StoreSettings,
)
from sterna.domain.station import Coupler, Evse, Station, Supply
from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant, Kilowatts, hours
from sterna.runtime import settings as toml_settings
from sterna.runtime.ports import Chance
from sterna.world.bounds import Bounds
from sterna.world.cars import Coupling
from sterna.world.explicit import Wished, explicit
from sterna.world.faults import Action, planned
from sterna.world.inputs import Inputs, InputSettings, built
from sterna.world.localtime import instant, written_time, zone_named
from sterna.world.people import Itinerary, itineraries

SHIPPED: Final = files("sterna") / "scenarios"
"""The scenarios that come with Sterna; their bare name is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A checked scenario: the settings as written and what follows from them."""

    name: str
    """The file's name without its ending."""
    source: str
    """The file, for messages."""
    folder: Path
    """Where relative paths start."""
    settings: ScenarioSettings
    zone: ZoneInfo
    start: Instant
    end: Instant
    stations: tuple[Station, ...]
    """All stations with their EVSEs, e.g. porto-03 with porto-03-1 and porto-03-2."""
    parties: Mapping[str, str]
    """Role -> name of the organisation that plays it; every role is in it."""

    @property
    def evses(self) -> tuple[Evse, ...]:
        """All EVSEs in order."""
        return tuple(evse for station in self.stations for evse in station.evses)

    def groups(self) -> dict[str, ChargerSettings]:
        """Return the charger group of each EVSE."""
        groups = [
            group for group in self.settings.chargers for _ in range(group.stations * group.evses)
        ]
        return dict(zip((evse.evse_id for evse in self.evses), groups, strict=True))

    @property
    def expects(self) -> tuple[ExpectSettings, ...]:
        """The promises that the run must keep."""
        return self.settings.expect

    def places(self) -> dict[Coupling, int]:
        """Return the number of EVSEs by coupling."""
        counts: dict[Coupling, int] = {"AC": 0, "DC": 0}
        for group in self.settings.chargers:
            counts[group.coupling] += group.stations * group.evses
        return counts

    def changed(
        self,
        *,
        seed: int | None = None,
        run_hours: float | None = None,
        control: bool | None = None,
        store: str | None = None,
        wire: Literal["exi-mem", "object"] | None = None,
    ) -> "Scenario":
        """Return the scenario with what the command line says otherwise."""
        settings = self.settings
        if seed is not None:
            settings = replace(settings, seed=seed)
        if run_hours is not None:
            settings = replace(settings, hours=run_hours)
        if control is not None:
            settings = replace(settings, control=replace(settings.control, enabled=control))
        if wire is not None:
            settings = replace(settings, wire=replace(settings.wire, iso15118=wire))
        if store is not None:
            settings = replace(settings, store=StoreSettings(url=store))
        return self.with_settings(settings)

    def with_settings(self, settings: ScenarioSettings) -> "Scenario":
        """Return the same scenario with other *settings*; BadInput for what cannot be."""
        return _checked(settings, self.source, self.name, self.folder)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """What feeds a run from outside, drawn from the seed and read from files."""

    inputs: Inputs
    itineraries: tuple[Itinerary, ...]
    """By time of arrival."""
    faults: tuple[Action, ...]
    """By time."""


def load(name_or_path: str) -> Scenario:
    """Return the scenario in a file, or a shipped one by its bare name (``porto``).

    Raises BadInput with file, key and reason.
    """
    shipped = SHIPPED / f"{name_or_path}.toml"
    if shipped.is_file():
        return parsed(shipped.read_text(encoding="utf-8"), f"{name_or_path}.toml", Path())
    path = Path(name_or_path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        names = sorted(found.name for found in SHIPPED.iterdir() if found.is_file())
        known = ", ".join(name.removesuffix(".toml") for name in names)
        reason = f"there is no such file, and the shipped scenarios are {known}"
        raise BadInput(path, "", reason) from None
    except OSError as error:
        raise BadInput(path, "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(path, "", f"is not UTF-8 text: {error}") from error
    return parsed(text, str(path), path.parent)


def parsed(text: str, source: str, folder: Path) -> Scenario:
    """Return the scenario that *text* says; *source* names it in messages."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(source, "", f"is not TOML: {error}") from error
    settings = toml_settings.build(ScenarioSettings, _without_times(table), source=source)
    return _checked(settings, source, Path(source).name.removesuffix(".toml"), folder)


def explain(key: str) -> str:
    """Return what the setting *key* means, with type and default; BadInput when unknown."""
    table = key.rpartition(".")[0]
    try:
        meaning = toml_settings.explain(ScenarioSettings, key)
    except BadInput as error:
        raise BadInput("scenario", key, error.reason) from None
    return f"{table}.{meaning}" if table else meaning


def _without_times(value: Any) -> Any:
    """Return a TOML value with its dates and times as ISO text, which settings hold."""
    if isinstance(value, dict):
        return {key: _without_times(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_times(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def _checked(settings: ScenarioSettings, source: str, name: str, folder: Path) -> Scenario:
    """Return the scenario of *settings*; raise BadInput for what cannot be."""
    _within_bounds(settings, source, "")
    for key, reason in objections(settings):
        raise BadInput(source, key, reason)
    try:
        zone = zone_named(settings.site.zone)
    except ValueError as error:
        raise BadInput(source, "site.zone", str(error)) from error
    start = _instant(settings.start, zone, source, "start")
    return Scenario(
        name=name,
        source=source,
        folder=folder,
        settings=settings,
        zone=zone,
        start=start,
        end=Instant(start + hours(settings.hours)),
        stations=_stations(settings),
        parties=_parties(settings.party, source),
    )


def _within_bounds(record: Any, source: str, prefix: str) -> None:
    """Hold every number in *record* against the bounds beside its type."""
    hints = get_type_hints(type(record), include_extras=True)
    for field in fields(record):
        key = prefix + field.name
        _bounded(getattr(record, field.name), _bounds(hints[field.name]), source, key)


def _bounded(value: Any, bounds: Bounds | None, source: str, key: str) -> None:
    """Hold *value*, and what is inside of it, against *bounds*."""
    if is_dataclass(value):
        _within_bounds(value, source, f"{key}.")
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            _bounded(inner, bounds, source, f"{key}[{number}]")
    elif bounds is not None and isinstance(value, int | float):
        complaint = bounds.complaint(value)
        if complaint is not None:
            raise BadInput(source, key, complaint)


def _bounds(hint: Any) -> Bounds | None:
    """Return the bounds that stand in a type, however deep."""
    for inner in get_args(hint):
        found = inner if isinstance(inner, Bounds) else _bounds(inner)
        if found is not None:
            return found
    return None


def _instant(text: str, zone: ZoneInfo, source: str, key: str) -> Instant:
    """Return the instant of a local time of the file."""
    try:
        return instant(written_time(text, "2026-07-15T13:45:00"), zone)
    except ValueError as error:
        raise BadInput(source, key, str(error)) from error


def _stations(settings: ScenarioSettings) -> tuple[Station, ...]:
    """Return the stations of all groups, numbered through."""
    found: list[Station] = []
    names = station_names(settings)
    for group in settings.chargers:
        discharge = group.charge_kw if group.discharge_kw is None else group.discharge_kw
        for _ in range(group.stations):
            station = names[len(found)]
            evses = tuple(
                Evse(
                    evse_id=f"{station}-{number + 1}",
                    connector=Coupler.TYPE_2 if group.coupling == "AC" else Coupler.CCS_2,
                    supply=Supply.AC if group.coupling == "AC" else Supply.DC,
                    charge_kw_max=Kilowatts(group.charge_kw),
                    discharge_kw_max=Kilowatts(discharge),
                    minimum_kw=least_kw(group),
                )
                for number in range(group.evses)
            )
            cable = group.station_kw or group.evses * max(group.charge_kw, discharge)
            found.append(
                Station(
                    station_id=station,
                    evses=evses,
                    charge_kw_max=Kilowatts(cable),
                    discharge_kw_max=Kilowatts(cable),
                )
            )
    return tuple(found)


def _parties(written: tuple[PartySettings, ...], source: str) -> dict[str, str]:
    """Return role -> organisation; a role nobody names is an organisation of its own."""
    hint = get_type_hints(PartySettings)["roles"]
    roles = get_args(get_args(hint)[0])
    found: dict[str, str] = {}
    for number, party in enumerate(written):
        for role in party.roles:
            if role in found:
                reason = f"{role} is already played by {found[role]}"
                raise BadInput(source, f"party[{number}].roles", reason)
            found[role] = party.name
    return {role: found.get(role, role.replace("_", " ")) for role in roles}


def prepared(scenario: Scenario, chance: Chance) -> Prepared:
    """Return all that feeds the run of *scenario*, drawn from *chance*.

    Raises BadInput for a file that cannot be used or a limit that cannot be met.
    """
    settings = scenario.settings
    inputs = built(
        InputSettings(
            building=settings.building,
            pv=settings.pv,
            weather=settings.weather,
            market=settings.market,
            tariff=settings.tariff,
            carbon=settings.carbon,
        ),
        folder=scenario.folder,
        zone=scenario.zone,
        start=scenario.start,
        end=scenario.end,
        chance=chance.stream("inputs"),
    )
    for key, reason in unmeetable(settings, inputs, scenario.start, scenario.end):
        raise BadInput(scenario.source, key, reason)
    stations = tuple(station.station_id for station in scenario.stations)
    return Prepared(
        inputs=inputs,
        itineraries=_drivers(scenario, chance.stream("people")),
        faults=planned(
            settings.fault, stations, scenario.start, scenario.end, chance.stream("faults")
        ),
    )


def _drivers(scenario: Scenario, chance: Chance) -> tuple[Itinerary, ...]:
    """Return the drivers of the file and the synthetic ones, by time of arrival."""
    settings = scenario.settings
    exact = tuple(
        explicit(_wished(scenario, driver, number), number=number + 1)
        for number, driver in enumerate(settings.driver)
    )
    drawn: tuple[Itinerary, ...] = ()
    if settings.people is not None:
        drawn = itineraries(
            settings.people,
            scenario.places(),
            scenario.zone,
            scenario.start,
            scenario.end,
            chance,
            first_number=len(exact) + 1,
        )
    return tuple(sorted((*exact, *drawn), key=lambda visit: (visit.arrives, visit.driver)))


def _wished(scenario: Scenario, driver: DriverSettings, number: int) -> Wished:
    """Return the driver of a [[driver]] table with instants; raise BadInput for what cannot be."""
    prefix = f"driver[{number}]."

    def moment(name: str) -> Instant | None:
        text = getattr(driver, name)
        if text is None:
            return None
        return _instant(text, scenario.zone, scenario.source, prefix + name)

    arrives, departs = moment("arrival"), moment("departure")
    assert arrives is not None
    assert departs is not None
    books, returns = moment("books"), moment("returns")
    booked_arrival = moment("booked_arrival")
    wished = Wished(
        coupling=driver.coupling,
        evse=driver.evse,
        walk_in=driver.walk_in,
        books=books if books is not None else Instant((scenario.start + arrives) / 2),
        booked_arrival=booked_arrival if booked_arrival is not None else arrives,
        arrives=arrives,
        departs=departs,
        returns=returns if returns is not None else departs,
        soc_at_arrival=driver.arrival_soc,
        soc_target=driver.target_soc,
        soc_floor=driver.floor_soc,
        consents=driver.consent,
        ends=driver.ends,
        car=driver.car,
    )
    known = {evse.evse_id for evse in scenario.evses}
    if driver.evse is not None and driver.evse not in known:
        raise BadInput(scenario.source, f"{prefix}evse", f'there is no EVSE "{driver.evse}"')
    for name, reason in wished.objections(scenario.start, scenario.end):
        raise BadInput(scenario.source, prefix + name, reason)
    return wished
