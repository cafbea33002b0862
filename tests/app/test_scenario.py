"""Scenario files: what is read, and the sentence that each mistake gets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sterna.app.scenario import Scenario, explain, load, parsed, prepared
from sterna.app.settings import ScenarioSettings
from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import hours
from sterna.runtime import settings as toml_settings
from sterna.runtime.seeded import SeededChance
from sterna.world.faults import Cut, Heal

SMALL = """
usecase = "porto"
start = 2026-07-16T00:00:00
hours = 48

[site]
name = "at"
zone = "Europe/Lisbon"
connection_kw = 400

[building]
constant_kw = 100

[[chargers]]
stations = 5
coupling = "AC"
charge_kw = 11

[[driver]]
arrival = 2026-07-16T08:00:00
departure = 2026-07-17T20:00:00
arrival_soc = 0.5
"""


def small(old: str = "", new: str = "", more: str = "") -> Scenario:
    """Return the small scenario with *old* replaced by *new* and *more* at its end."""
    assert old in SMALL
    return parsed(SMALL.replace(old, new, 1) + more, "small.toml", Path())


def test_porto_is_thirty_stations_with_two_evses_each() -> None:
    porto = load("porto")
    assert (porto.name, len(porto.stations), len(porto.evses)) == ("porto", 30, 60)
    assert porto.evses[4].evse_id == "porto-03-1"
    assert porto.places() == {"AC": 30, "DC": 30}
    assert {evse.charge_kw_max for evse in porto.evses} == {11.0, 22.0}
    assert all(evse.bidirectional for evse in porto.evses)
    assert porto.end - porto.start == hours(72)
    assert porto.parties["cpo"] == porto.parties["building_manager"] == "Porto airport"
    assert porto.parties["emsp"] != porto.parties["cpo"]


def test_porto_is_drawn_from_its_seed() -> None:
    porto = load("porto")
    first = prepared(porto, SeededChance(porto.settings.seed))
    again = prepared(porto, SeededChance(porto.settings.seed))
    other = prepared(porto, SeededChance(7))
    assert first.itineraries == again.itineraries
    assert first.inputs.load.values.tobytes() == again.inputs.load.values.tobytes()
    assert first.itineraries != other.itineraries


def test_porto_gives_v2b_something_to_earn() -> None:
    """Ponta hours and a price spread stand in each of the three days, and cars are there."""
    porto = load("porto")
    feed = prepared(porto, SeededChance(porto.settings.seed))
    for day in range(3):
        start = porto.start + day * 86_400
        prices = [feed.inputs.import_price.at(start + hours(h)) for h in range(24)]  # type: ignore[arg-type]  # an Instant plus seconds
        assert max(prices) - min(prices) > 0.08
        ponta = start + hours(10)
        assert feed.inputs.ponta.at(ponta) == 1.0  # type: ignore[arg-type]  # as above
        there = [visit for visit in feed.itineraries if visit.arrives <= ponta < visit.returns]
        assert len(there) >= 20


def test_a_small_exact_site_is_read_to_the_minute() -> None:
    scenario = small()
    (visit,) = prepared(scenario, SeededChance(1)).itineraries
    assert visit.arrives == datetime(2026, 7, 16, 7, tzinfo=UTC).timestamp()
    assert visit.returns == visit.announced_departure
    assert visit.announced_departure - visit.arrives == hours(36)
    assert (visit.soc_at_arrival, visit.soc_target, visit.soc_floor) == (0.5, 0.8, 0.3)
    assert (visit.booked, visit.consents, visit.model.capacity_kwh) == (True, True, 60.0)
    assert scenario.start < visit.books < visit.arrives
    assert [station.station_id for station in scenario.stations][-1] == "at-05"


def test_an_exact_driver_may_be_all_that_a_driver_can_be() -> None:
    more = """
returns = 2026-07-17T14:30:00
booked_arrival = 2026-07-16T05:00:00
books = 2026-07-16T01:00:00
coupling = "AC"
evse = "at-03-2"
consent = false
ends = "vehicle"
target_soc = 0.9
floor_soc = 0.4
[driver.car]
model = "small"
battery_kwh = 40
ac_kw = 7.4
phases = 1
v2x = "none"
[[driver]]
walk_in = true
arrival = 2026-07-16T06:00:00
departure = 2026-07-16T20:00:00
arrival_soc = 0.2
"""
    walk_in, driver = prepared(small(more=more), SeededChance(1)).itineraries
    assert not walk_in.booked
    assert walk_in.books == walk_in.arrives
    assert driver.evse == "at-03-2"
    assert not driver.as_announced
    assert driver.arrives - driver.announced_arrival == hours(3)
    assert driver.model.ac.discharge_kw_max == 0.0
    assert (driver.ends, driver.consents) == ("vehicle", False)


def test_synthetic_people_come_beside_exact_drivers() -> None:
    visits = prepared(small(more="[people]\narrivals_per_day = 10\n"), SeededChance(1)).itineraries
    assert len(visits) > 5
    assert len({visit.driver for visit in visits}) == len(visits)


def test_faults_and_promises_are_read() -> None:
    more = """
[[fault]]
kind = "csms-unreachable"
at_hour = 20
[[expect]]
every = "departure"
check = "soc_at_least_target"
"""
    scenario = small(more=more)
    cut, heal = prepared(scenario, SeededChance(1)).faults
    assert isinstance(cut, Cut)
    assert isinstance(heal, Heal)
    assert cut.at == scenario.start + hours(20)
    assert heal.at - cut.at == 900.0
    assert scenario.expects[0].check == "soc_at_least_target"


def test_the_command_line_changes_seed_length_and_control() -> None:
    changed = load("porto").changed(seed=5, run_hours=24, control=False)
    assert (changed.settings.seed, changed.settings.control.enabled) == (5, False)
    assert changed.end - changed.start == hours(24)
    with pytest.raises(BadInput, match=r"^porto\.toml: hours: must be above 0, not -1$"):
        load("porto").changed(run_hours=-1)


def test_every_setting_is_explained() -> None:
    for key in toml_settings.keys(ScenarioSettings):
        name, _, meaning = explain(key).partition("\n")
        assert name.startswith(key)
        assert meaning or key.count(".") == 0, f"{key} has no docstring"


def test_explain_names_unit_type_and_meaning() -> None:
    assert explain("site.connection_kw") == (
        "site.connection_kw (number, required)\nMost power that the connection draws from the grid."
    )


def test_an_unknown_setting_cannot_be_explained() -> None:
    with pytest.raises(BadInput) as raised:
        explain("site.conection_kw")
    assert str(raised.value) == (
        "scenario: site.conection_kw: conection_kw is unknown; did you mean connection_kw?"
    )


CASES = [
    ("hours = 48", "hors = 48", "hors: hors is unknown; did you mean hours?"),
    (
        "connection_kw = 400",
        "connection = 400",
        "site.connection: connection is unknown; did you mean connection_kw?",
    ),
    ("connection_kw = 400\n", "", "site.connection_kw: is missing and has no default"),
    (
        "connection_kw = 400",
        'connection_kw = "400"',
        "site.connection_kw: is '400', but must be a number",
    ),
    (
        "connection_kw = 400",
        "connection_kw = -400",
        "site.connection_kw: must be above 0, not -400",
    ),
    (
        "connection_kw = 400",
        "connection_kw = 90",
        "site.connection_kw: 90 kW cannot carry the building's 100 kW",
    ),
    ("hours = 48", "hours = 0", "hours: must be above 0, not 0"),
    ("hours = 48", "hours = true", "hours: is True, but must be a number"),
    ("hours = 48", "seed = 1.5", "seed: is 1.5, but must be a whole number"),
    ("hours = 48", "seed = -1", "seed: must be at least 0, not -1"),
    ('usecase = "porto"', "", "usecase: is missing and has no default"),
    (
        'usecase = "porto"',
        'usecase = "prto"',
        "usecase: prto is unknown; did you mean porto?",
    ),
    (
        "start = 2026-07-16T00:00:00",
        'start = "tomorrow"',
        'start: "tomorrow" is no time; write 2026-07-15T13:45:00',
    ),
    (
        "start = 2026-07-16T00:00:00",
        "start = 2026-03-29T01:30:00",
        "start: 2026-03-29 01:30 does not exist in Europe/Lisbon: clocks skip that hour",
    ),
    (
        "start = 2026-07-16T00:00:00",
        "start = 2026-10-25T01:30:00",
        (
            "start: 2026-10-25 01:30 comes twice in Europe/Lisbon; "
            "add the offset, e.g. 2026-10-25T01:30:00+01:00"
        ),
    ),
    (
        '"Europe/Lisbon"',
        '"Lisbon"',
        'site.zone: there is no time zone "Lisbon"; write it like "Europe/Lisbon" or "UTC"',
    ),
    (
        'name = "at"',
        'name = "a t"',
        "site.name: must be at most 20 letters, digits and hyphens: station ids start so",
    ),
    (
        "constant_kw = 100",
        "constant_kw = 100\nmean_kw = 50",
        "building: needs exactly one of mean_kw, constant_kw and series",
    ),
    (
        "constant_kw = 100",
        "mean_kw = 390",
        (
            "site.connection_kw: 400 kW cannot carry the building, which alone draws "
            "572 kW at 2026-07-16 14:00 UTC"
        ),
    ),
    ("stations = 5", "stations = 0", "chargers[0].stations: must be at least 1, not 0"),
    (
        "charge_kw = 11",
        "charge_kw = 11\nstation_kw = 7",
        "chargers[0].station_kw: 7 kW is below the 11 kW of a single EVSE",
    ),
    (
        'coupling = "AC"',
        'coupling = "AV"',
        "chargers[0].coupling: AV is unknown; did you mean AC?",
    ),
    (
        "departure = 2026-07-17T20:00:00",
        "departure = 2026-07-16T07:00:00",
        (
            "driver[0].departure: 2026-07-16 06:00 UTC is not after the arrival "
            "at 2026-07-16 07:00 UTC"
        ),
    ),
    (
        "arrival = 2026-07-16T08:00:00",
        "arrival = 2026-07-20T08:00:00",
        (
            "driver[0].arrival: 2026-07-20 07:00 UTC is outside of the run, which lasts "
            "from 2026-07-15 23:00 UTC to 2026-07-17 23:00 UTC"
        ),
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 50",
        "driver[0].arrival_soc: must be at most 1, not 50",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\ntarget_soc = 1.2",
        "driver[0].target_soc: must be at most 1, not 1.2",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\nfloor_soc = 0.9",
        "driver[0].floor_soc: 0.9 is above the target of 0.8",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\nreturns = 2026-07-16T07:00:00",
        "driver[0].returns: 2026-07-16 06:00 UTC is not after the arrival",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\nbooks = 2026-07-16T09:00:00",
        "driver[0].books: must lie between the start of the run and the arrival",
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\nevse = "at-09-1"',
        'driver[0].evse: there is no EVSE "at-09-1"',
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\n[driver.car]\nbattery_kwh = -60",
        "driver[0].car.battery_kwh: must be above 0, not -60",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\n[people]\nbooked_share = 85",
        "people.booked_share: must be at most 1, not 85",
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\n[[fault]]\nkind = "csms-unreachible"',
        "fault[0].kind: csms-unreachible is unknown; did you mean csms-unreachable?",
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\n[[fault]]\nkind = "bems-silent"\nat_hour = 50',
        "fault[0].at_hour: 50 is after the end of the run at 48 h",
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\n[[fault]]\nkind = "link-cut"\nbetween = ["CSMS"]',
        'fault[0].between: needs two ends, e.g. ["CSMS", "CS_C"]',
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\n[[fault]]\nkind = "actor-crash"',
        'fault[0].target: is missing: which actor, e.g. "bems"',
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\n[[fault]]\nkind = "bems-silent"\nat_hour = 1\ntimes = 2',
        "fault[0].times: more than once needs drawn times: leave at_hour out",
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\n[[fault]]\nkind = "partition"',
        'fault[0].between: needs at least one component, e.g. ["BEMS"]',
    ),
    (
        "arrival_soc = 0.5",
        'arrival_soc = 0.5\n[[fault]]\nkind = "late-messages"\nbetween = ["BEMS"]',
        "fault[0].between: needs two ends, or none for all links",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\n[market]\nday_eur_per_kwh = [0.1, 0.2]",
        "market.day_eur_per_kwh: needs 24 prices, one for each hour, not 2",
    ),
    (
        "arrival_soc = 0.5",
        (
            "arrival_soc = 0.5\n[market]\n"
            f"day_eur_per_kwh = {[0.1] * 24}\n"
            '[market.series]\npath = "p.csv"\nunit = "EUR/MWh"\nzone = "UTC"'
        ),
        "market.series: cannot stand beside day_eur_per_kwh: choose one",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\n[market]\nday_eur_per_kwh = [120]",
        "market.day_eur_per_kwh[0]: must be at most 10, not 120",
    ),
    (
        "arrival_soc = 0.5",
        "arrival_soc = 0.5\n[contract]\nuser_share = 0.9",
        "contract.emsp_share: together with user_share it gives away more than all",
    ),
    (
        "arrival_soc = 0.5",
        (
            'arrival_soc = 0.5\n[[party]]\nname = "A"\nroles = ["cpo"]\n'
            '[[party]]\nname = "B"\nroles = ["cpo"]'
        ),
        "party[1].roles: cpo is already played by A",
    ),
    (
        "arrival_soc = 0.5",
        ('arrival_soc = 0.5\n[pv.series]\npath = "none.csv"\nunit = "kW"\nzone = "UTC"'),
        None,  # the file is read when the run is prepared; see below
    ),
]


@pytest.mark.parametrize(("old", "new", "complaint"), CASES)
def test_each_mistake_gets_one_clear_sentence(old: str, new: str, complaint: str | None) -> None:
    expected = (
        f"small.toml: {complaint}"
        if complaint
        else ("none.csv: pv.series.path: there is no such file")
    )
    with pytest.raises(BadInput) as raised:
        prepared(small(old, new), SeededChance(1))
    assert str(raised.value) == expected


def test_a_site_without_people_stations_or_time_is_refused() -> None:
    without_driver = SMALL[: SMALL.index("[[driver]]")]
    with pytest.raises(BadInput, match=r"people: nobody comes: add a \[people\] table"):
        parsed(without_driver, "x.toml", Path())
    none = SMALL.replace('[[chargers]]\nstations = 5\ncoupling = "AC"\ncharge_kw = 11\n', "")
    with pytest.raises(BadInput, match=r"^x\.toml: chargers: is missing"):
        parsed(none, "x.toml", Path())
    with pytest.raises(BadInput, match=r"needs at least one \[\[chargers\]\] table"):
        parsed("chargers = []\n" + none, "x.toml", Path())


def test_text_that_is_no_toml_is_refused_with_its_line() -> None:
    with pytest.raises(BadInput, match=r"^x\.toml: is not TOML: .*line 2"):
        parsed("seed = 1\nusecase = porto\n", "x.toml", Path())


def test_a_file_that_is_not_there_names_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match="there is no such file, and the shipped scenarios are porto"
    ):
        load(str(tmp_path / "nowhere.toml"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="is not UTF-8 text"):
        load(str(path))
