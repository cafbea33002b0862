"""What the keys of a scenario mean together: contradictions and limits that cannot be met."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from sterna.app.expects import objection
from sterna.app.settings import ScenarioSettings
from sterna.decisions.forecast import missing
from sterna.kernel.quantities import Instant, Seconds
from sterna.world.faults import FaultSettings
from sterna.world.inputs import Inputs
from sterna.world.localtime import utc_written
from sterna.world.weather import STEP

ROOMS: Final = ("parking", "session_app", "cs_ems", "csms", "cpo", "emme", "emsp", "bems", "dso", "energy_market", "meter")  # fmt: skip
"""The rooms whose actor a fault can crash."""
COMPONENTS: Final = (
    "EV_USER", "BOOKING_UI", "PMS", "ADHOC_UI", "WEBAPP", "EMSP_SYS", "EMME_SYS", "CSOS", "CSMS", "CS_EMS", "CS_C", "EVSE_C",
    "EVCC", "BMS", "EV_SENSORS", "BEMS", "GMS", "EMKT", "METERS", "BLD_SENSORS",
)  # fmt: skip
"""The components of the use case, between which links can be cut."""

Objection = tuple[str, str]
"""(dotted key, what is wrong with it)."""


def objections(settings: ScenarioSettings) -> Iterator[Objection]:
    """Yield what contradicts itself in *settings* alone, without any file."""
    yield from _about_the_site(settings)
    yield from _about_the_building(settings)
    yield from _about_people(settings)
    yield from _about_faults(settings)
    prices = settings.market.day_eur_per_kwh
    if prices is not None and len(prices) != 24:
        yield "market.day_eur_per_kwh", f"needs 24 prices, one for each hour, not {len(prices)}"
    if prices is not None and settings.market.series is not None:
        yield "market.series", "cannot stand beside day_eur_per_kwh: choose one"
    for number, expect in enumerate(settings.expect):
        found = objection(expect)
        if found is not None:
            yield f"expect[{number}].{found[0]}", found[1]
    if settings.control.forecast == "quantiles" and (absent := missing()) is not None:
        yield "control.forecast", absent
    contract = settings.contract
    if contract.user_share + contract.emsp_share > 1:
        yield "contract.emsp_share", "together with user_share it gives away more than all"


def _about_the_site(settings: ScenarioSettings) -> Iterator[Objection]:
    """Yield what is wrong with site and chargers."""
    if not settings.chargers:
        yield "chargers", "needs at least one [[chargers]] table"
    if not settings.site.name.replace("-", "").isalnum() or len(settings.site.name) > 20:
        yield "site.name", "must be at most 20 letters, digits and hyphens: station ids start so"
    for number, group in enumerate(settings.chargers):
        discharge = group.discharge_kw or 0.0
        most = max(group.charge_kw, discharge)
        if group.station_kw is not None and group.station_kw < most:
            yield (
                f"chargers[{number}].station_kw",
                f"{group.station_kw:g} kW is below the {most:g} kW of a single EVSE",
            )


def _about_the_building(settings: ScenarioSettings) -> Iterator[Objection]:
    """Yield what is wrong with the building's load."""
    building = settings.building
    kinds = (building.mean_kw, building.constant_kw, building.series)
    if sum(kind is not None for kind in kinds) != 1:
        yield "building", "needs exactly one of mean_kw, constant_kw and series"
    if building.constant_kw is not None and settings.pv.peak_kw == 0:
        yield from _carried(settings, building.constant_kw)


def _carried(settings: ScenarioSettings, load_kw: float) -> Iterator[Objection]:
    """Yield that the connection cannot carry *load_kw*."""
    if settings.site.connection_kw < load_kw:
        yield (
            "site.connection_kw",
            f"{settings.site.connection_kw:g} kW cannot carry the building's {load_kw:g} kW",
        )


def _about_people(settings: ScenarioSettings) -> Iterator[Objection]:
    """Yield that nobody comes."""
    if settings.people is None and not settings.driver:
        yield "people", "nobody comes: add a [people] table or [[driver]] tables"


def _about_faults(settings: ScenarioSettings) -> Iterator[Objection]:
    """Yield what is wrong with the faults."""
    for number, fault in enumerate(settings.fault):
        key = f"fault[{number}]"
        if fault.at_hour is not None and fault.at_hour >= settings.hours:
            yield (
                f"{key}.at_hour",
                f"{fault.at_hour:g} is after the end of the run at {settings.hours:g} h",
            )
        if fault.at_hour is not None and fault.times > 1:
            yield f"{key}.times", "more than once needs drawn times: leave at_hour out"
        if fault.kind == "link-cut" and len(fault.between) != 2:
            yield f"{key}.between", 'needs two ends, e.g. ["CSMS", "CS_C"]'
        if fault.kind == "partition" and not fault.between:
            yield f"{key}.between", 'needs at least one component, e.g. ["BEMS"]'
        if fault.kind == "actor-crash" and fault.target is None:
            yield f"{key}.target", 'is missing: which actor, e.g. "bems"'
        if fault.kind.endswith("-messages") and len(fault.between) not in (0, 2):
            yield f"{key}.between", "needs two ends, or none for all links"
        yield from _about_the_hit(settings, fault, key)


def _about_the_hit(
    settings: ScenarioSettings, fault: FaultSettings, key: str
) -> Iterator[Objection]:
    """Yield that *fault* hits what is not there."""
    stations = station_names(settings)
    for number, end in enumerate(fault.between):
        if end != "*" and end.partition("/")[0] not in COMPONENTS:
            yield (
                f"{key}.between[{number}]",
                f'there is no component "{end}"; known are {", ".join(COMPONENTS)}',
            )
    known = {"station-crash": stations, "actor-crash": (*ROOMS, *stations)}.get(fault.kind)
    if fault.target is not None and known is not None and fault.target not in known:
        shown = ", ".join(ROOMS if fault.kind == "actor-crash" else stations[:3])
        yield f"{key}.target", f'there is no "{fault.target}"; known are {shown}'


def station_names(settings: ScenarioSettings) -> tuple[str, ...]:
    """Return the ids of all stations, numbered through, e.g. porto-03."""
    total = sum(group.stations for group in settings.chargers)
    digits = max(2, len(str(total)))
    return tuple(f"{settings.site.name}-{number + 1:0{digits}d}" for number in range(total))


def unmeetable(
    settings: ScenarioSettings, inputs: Inputs, start: Instant, end: Instant
) -> Iterator[Objection]:
    """Yield limits that no control could keep in a run from *start* to *end*."""
    count = max(1, int((end - start) // STEP))
    net = inputs.load.sampled(start, STEP, count) - inputs.pv.sampled(start, STEP, count)
    most = int(np.argmax(net))
    connection = settings.site.connection_kw
    if net[most] > connection:
        yield (
            "site.connection_kw",
            (
                f"{connection:g} kW cannot carry the building, which alone draws "
                f"{net[most]:.0f} kW at {_when(start, most)}"
            ),
        )


def _when(start: Instant, step: int) -> str:
    """Return the time of quarter hour *step* for a message."""
    return utc_written(Instant(start + Seconds(step * STEP)))
