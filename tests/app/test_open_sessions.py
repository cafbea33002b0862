"""Cars that are still there when the run ends: what the report says of them is as of the end."""

from pathlib import Path

import pytest

from sterna.app.scenario import parsed
from sterna.app.simulate import simulate

STAYS = """
usecase = "porto"
start = 2026-07-16T00:00:00
hours = 10
[site]
name = "at"
zone = "Europe/Lisbon"
connection_kw = 400
[building]
constant_kw = 100
[control]
enabled = false
[[chargers]]
stations = 1
evses = 1
coupling = "DC"
charge_kw = 22
[[driver]]
arrival = 2026-07-16T08:30:00
departure = 2026-07-17T20:00:00
arrival_soc = 0.1
coupling = "DC"
car = { battery_kwh = 100, ac_kw = 11, dc_kw = 22, discharge_kw = 22, v2x = "dc" }
"""


def test_state_of_charge_and_meter_are_of_the_same_instant() -> None:
    run = simulate(parsed(STAYS, "stays.toml", Path()))
    (session,) = run.sessions
    gained_kwh = (session.soc_at_end - session.soc_at_plug) * 100
    assert session.charged_wh > 20_000
    assert gained_kwh == pytest.approx(session.charged_wh / 1000, rel=0.15)


def test_a_car_whose_plug_was_pulled_early_did_not_stay_as_announced() -> None:
    whole = STAYS.replace("2026-07-17T20:00:00", "2026-07-16T09:30:00")
    pulled = whole + '\n[[fault]]\nkind = "early-unplug"\nat_hour = 9\n'
    for text, kept in ((whole, True), (pulled, False)):
        (session,) = simulate(parsed(text, "stays.toml", Path())).sessions
        assert session.ended_at is not None
        assert session.announced_kept is kept
